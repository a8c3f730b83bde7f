"""Turn pages so that their lines run from left to right, and set aside what slants."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, islice, pairwise

from pipeline.read.page.furniture import Furniture, Page, form_of
from pipeline.read.page.glyphs import Glyph
from pipeline.read.page.lines import TextLine, page_lines, with_joint
from pipeline.read.page.ruby import take_ruby
from pipeline.read.page.vertical import DOWN

# Text further off the level than this, in degrees, is a stamp or watermark.
_LEVEL = 3
_SLANTING = -1
# A page is straightened by the slope of its lines: 0.003 moves the end of a line by a tenth of a character.
_LEAST_SLOPE, _ALIKE = 0.003, 0.01
_FEWEST, _SAMPLE = 20, 400  # pairs of neighbours that tell of it
_MOST = 0.8  # of them that are alike
_NEXT = 3  # ems between neighbours at most
# In ems, how far apart the rows above columns are put.
_ROW = 4


def level_page(glyphs: Sequence[tuple[Glyph, int]], page: Page, aside: list[Furniture], turn: int) -> Page:
    """Return a page with its lines, turned by ``turn``; ``aside`` takes the text that is turned otherwise.

    Each character comes with how far it is turned (``turn_of``) and stands where ``turned`` puts it; the edges of ``page``
    are those of the page as it lies.
    """
    others = {other for _, other in glyphs} - {turn}
    for other, group in groupby(glyphs if others else (), key=lambda pair: turn if turn == DOWN and pair[1] == 0 else pair[1]):
        text = "" if other == turn else _turned_text([glyph for glyph, _ in group], other, page.number).strip()
        if text:
            aside.append(Furniture(page.number, " ".join(text.split()), "slanting text", at_top=False))
    corners = [turned(x, y, turn) for x, y in ((page.left, page.bottom), (page.right, page.top))]
    (x1, x2), (y1, y2) = (sorted(values) for values in zip(*corners, strict=True))
    level = straightened([glyph for glyph, other in glyphs if other == turn])
    taken = take_ruby(level)
    aside += [Furniture(page.number, text, "ruby", at_top=False) for text in taken.texts]
    lines = page_lines(taken.glyphs, page.number)
    if turn == DOWN:
        rows = page_lines([glyph for glyph, other in glyphs if other == 0], page.number)
        forms = [form_of(row, page) for row in rows]
        aside += [Furniture(page.number, row.text, form, at_top=False) for row, form in zip(rows, forms, strict=True) if form]
        lines = [*_above([row for row, form in zip(rows, forms, strict=True) if not form], x1, y2), *lines]
    return replace(page, lines=lines, bottom=y1, top=y2, left=x1, right=x2)


def _turned_text(glyphs: list[Glyph], turn: int, page: int) -> str:
    """Return text that is turned otherwise than its page, line by line: what stands upside down comes with its end first."""
    if turn == _SLANTING:
        return "".join(glyph.character for glyph in glyphs)
    lines = page_lines(glyphs, page)
    pieces = [with_joint(line.text, following.text, line.spaced) for line, following in pairwise(lines)]
    return "".join([*pieces, *[line.text for line in lines[-1:]]])


def _above(rows: list[TextLine], left: float, top: float) -> list[TextLine]:
    """Return the rows of a page that is written in columns, such as its title, as lines above these."""
    bases = (top + _ROW * row.size * (len(rows) - i) for i, row in enumerate(rows))
    return [replace(row, left=left, right=left + row.width, base=base) for row, base in zip(rows, bases, strict=True)]


def straightened(glyphs: list[Glyph]) -> list[Glyph]:
    """Return the characters of a page with level lines, where these all rise or fall alike by a little, as a scan's do.

    What tells is how much higher a character stands than the one before it, by the distance between them; where the first of the
    page stand level, the page does.
    """
    steps = ((b.left - a.left, b.base - a.base, a.size) for a, b in pairwise(glyphs) if b.order == a.order + 1)
    slopes = sorted(rise / run for run, rise, size in islice(steps, _SAMPLE) if 0 < run < _NEXT * size and abs(rise) < run)
    slope = slopes[len(slopes) // 2] if slopes else 0.0
    if abs(slope) < _LEAST_SLOPE or len(slopes) < _FEWEST:
        return glyphs
    if sum(abs(each - slope) <= _ALIKE for each in slopes) < _MOST * len(slopes):
        return glyphs
    return [glyph._replace(base=glyph.base - slope * glyph.left) for glyph in glyphs]


def main_turn(glyphs: Sequence[tuple[Glyph, int]]) -> int:
    """Return how far most characters of a page are turned."""
    turns = [turn for _, turn in glyphs]
    return max((0, 90, 180, 270), key=turns.count)


def turned(x: float, y: float, turn: int) -> tuple[float, float]:
    """Return where a place of the page comes to stand when text that is turned by ``turn`` degrees is laid level."""
    return {0: (x, y), 90: (y, -x), 180: (-x, -y), 270: (-y, x)}.get(turn, (x, y))


def turn_of(cosine: float, sine: float) -> int:
    """Return by how much the direction (cosine, sine) is turned: 0, 90, 180 or 270 degrees, or -1 if it is none of them."""
    if sine == 0 and cosine > 0:
        return 0
    degrees = math.degrees(math.atan2(sine, cosine)) if math.isfinite(sine + cosine) else 0.0
    nearest = round(degrees / 90) * 90
    return nearest % 360 if abs(degrees - nearest) <= _LEVEL else _SLANTING
