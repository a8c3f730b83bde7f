"""Turn pages, and parts of them, so that their lines run from left to right, and set aside what slants."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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
_FEWEST, _FEWEST_OF_LINE, _SAMPLE = 20, 6, 400  # pairs of neighbours that tell of a page, and of a line
_MOST = 0.8  # of them that are alike
_NEXT = 3  # ems between neighbours at most
# In ems, how far apart the rows above columns are put.
_ROW = 4
# Lines of text that is a part of its page, though turned otherwise, and the characters of a long one.
_FEWEST_LINES, _LONG = 3, 10


def level_page(glyphs: Sequence[tuple[Glyph, int]], page: Page, aside: list[Furniture], turn: int) -> Page:
    """Return a page with its lines, turned by ``turn``; ``aside`` takes text that is turned otherwise, but for parts of the page.

    Each character comes with how far it is turned (``turn_of``) and stands where ``turned`` puts it; the edges of ``page``
    are those of the page as it lies.
    """
    groups = {other: [glyph for glyph, each in glyphs if each == other] for other in dict.fromkeys(other for _, other in glyphs)}
    rows = groups.pop(0, []) if turn == DOWN else []
    parts = {other for other, group in groups.items() if other not in (turn, _SLANTING) and _is_part(group, page.number)}
    others = {other for _, other in glyphs} - {turn} - parts
    for other, group in groupby(glyphs if others else (), key=lambda pair: turn if turn == DOWN and pair[1] == 0 else pair[1]):
        text = _turned_text([glyph for glyph, _ in group], other, page.number).strip() if other in others else ""
        if text:
            aside.append(Furniture(page.number, " ".join(text.split()), "slanting text", at_top=False))
    corners = [turned(x, y, turn) for x, y in ((page.left, page.bottom), (page.right, page.top))]
    (x1, x2), (y1, y2) = (sorted(values) for values in zip(*corners, strict=True))
    lines = [line for other, group in groups.items() if other in parts | {turn} for line in _level(group, other, turn, page, aside)]
    if rows:
        lines = [*_above(_without_furniture(page_lines(rows, page.number), page, aside), x1, y2), *lines]
    return replace(page, lines=lines, bottom=y1, top=y2, left=x1, right=x2)


def _is_part(glyphs: list[Glyph], page: int) -> bool:
    """Tell whether text that is turned otherwise is a part of its page, as the half of a sheet that is to be folded.

    It has some lines that differ, most of it in long ones; stamps, the title on a spine and the labels of a chart have not.
    """
    lines = {"".join(line.text.split()) for line in page_lines(glyphs, page)}
    long = sum(len(line) for line in lines if len(line) >= _LONG)
    return len(lines) >= _FEWEST_LINES and 2 * long > sum(map(len, lines))


def _level(glyphs: list[Glyph], part: int, turn: int, page: Page, aside: list[Furniture]) -> list[TextLine]:
    """Return the lines of the characters of a page that are turned by ``part``, each part of it around its middle."""
    taken = take_ruby(straightened(glyphs))
    aside += [Furniture(page.number, text, "ruby", at_top=False) for text in taken.texts]
    lines = page_lines(taken.glyphs, page.number)
    if part == turn or not lines:
        return lines
    x = (min(line.left for line in lines) + max(line.right for line in lines)) / 2
    y = (min(line.base for line in lines) + max(line.base for line in lines)) / 2
    to_x, to_y = turned(*turned(x, y, -part % 360), turn)
    right, up = to_x - x, to_y - y
    return [replace(line, left=line.left + right, right=line.right + right, base=line.base + up, part=part + 1) for line in lines]


def _without_furniture(rows: list[TextLine], page: Page, aside: list[Furniture]) -> list[TextLine]:
    """Return the rows of a page that is written in columns but for its page number and the like, which ``aside`` takes."""
    forms = [form_of(row, page) for row in rows]
    aside += [Furniture(page.number, row.text, form, at_top=False) for row, form in zip(rows, forms, strict=True) if form]
    return [row for row, form in zip(rows, forms, strict=True) if not form]


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
    """Return the characters of a page with level lines, where these rise or fall by a little: all alike, as a scan's, or some.

    What tells is how much higher a character stands than the one before it, by the distance between them; where the first of the
    page stand level, the page does.
    """
    slopes = sorted(islice((step for pair in pairwise(glyphs) if (step := _slope(*pair)) is not None), _SAMPLE))
    slope = slopes[len(slopes) // 2] if slopes else 0.0
    is_all = abs(slope) >= _LEAST_SLOPE and len(slopes) >= _FEWEST and _are_alike(slopes, slope)
    return [glyph._replace(base=glyph.base - slope * glyph.left) for glyph in glyphs] if is_all else _parts_straightened(glyphs)


def _slope(a: Glyph, b: Glyph) -> float | None:
    """Return how much higher a character stands than the one before it, by the distance; None for two that do not go on."""
    run, rise = b.left - a.left, b.base - a.base
    return rise / run if b.order == a.order + 1 and 0 < run < _NEXT * a.size and abs(rise) < run else None


def _are_alike(slopes: Sequence[float], slope: float) -> bool:
    return sum(abs(each - slope) <= _ALIKE for each in slopes) >= _MOST * len(slopes)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Characters that are drawn one beside the other, from ``start`` to ``end``, and how each stands to the one before it."""

    start: int
    end: int
    slopes: Sequence[float]

    @property
    def slope(self) -> float:
        """The median, by which most of them stand."""
        return self.slopes[len(self.slopes) // 2] if self.slopes else 0.0

    @property
    def is_aslant(self) -> bool:
        """Whether there are enough of them to tell that they rise or fall."""
        return len(self.slopes) >= _FEWEST_OF_LINE and abs(self.slope) >= _LEAST_SLOPE and _are_alike(self.slopes, self.slope)


def _parts_straightened(glyphs: list[Glyph]) -> list[Glyph]:
    """Return characters with those lines laid level that rise or fall on a level page: of a box that was turned a little.

    The lines of a box stay as far apart as they are, so they are turned around one place: the first character of the box.
    """
    drawn = list(_drawn(glyphs))
    if not any(line.is_aslant for line in drawn):
        return glyphs
    found = list(glyphs)
    at = 0
    while at < len(drawn):
        end = at + 1
        if drawn[at].is_aslant:
            slope, left = drawn[at].slope, glyphs[drawn[at].start].left
            while end < len(drawn) and _is_of_box(drawn[end], slope):
                end += 1
            for i in range(drawn[at].start, drawn[end - 1].end):
                found[i] = glyphs[i]._replace(base=glyphs[i].base - slope * (glyphs[i].left - left))
        at = end
    return found


def _is_of_box(line: _Drawn, slope: float) -> bool:
    """Tell whether characters stand as those before them do; a character by itself may."""
    return not line.slopes or (abs(line.slope - slope) <= _ALIKE and abs(line.slope) >= _LEAST_SLOPE)


def _drawn(glyphs: Sequence[Glyph]) -> Iterator[_Drawn]:
    start, slopes = 0, list[float]()
    for i, pair in enumerate(pairwise(glyphs), 1):
        slope = _slope(*pair)
        if slope is not None:
            slopes.append(slope)
            continue
        yield _Drawn(start, i, sorted(slopes))
        start, slopes = i, []
    if glyphs:
        yield _Drawn(start, len(glyphs), sorted(slopes))


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
