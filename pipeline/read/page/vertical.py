"""Lay text that is written from top to bottom level: its columns become lines, and the rightmost one the first.

Where the file turns nothing, the characters of a column stand upright one below the other; they are taken for characters
that are turned by 270 degrees, as the Latin letters and numbers among them are.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.read.page.lines import Glyph, is_wide

DOWN = 270
# In ems: where the upper edge of an upright ideograph lies above its base, and its base in a column right of its left edge.
_ASCENT, AXIS = 0.88, 0.12
_STRAIGHT, _NEAREST, _FARTHEST = 0.35, 0.6, 1.9
_FEWEST = 4
_Turned = tuple[Glyph, int]


def laid_level(glyphs: Sequence[_Turned]) -> list[_Turned]:
    """Return the characters of a page with those of upright columns turned, if most of the page is written in columns."""
    upright = [glyph for glyph, turn in glyphs if turn == 0 and is_wide(glyph.character)]
    steps = list(pairwise(upright))
    down = sum(_is_step_down(a, b) for a, b in steps)
    if down < _FEWEST or down <= sum(_is_step_right(a, b) for a, b in steps):
        return list(glyphs)
    return list(_columns(glyphs))


def _is_step_down(a: Glyph, b: Glyph) -> bool:
    return abs(b.left - a.left) < _STRAIGHT * a.size and _NEAREST * a.size < a.base - b.base < _FARTHEST * a.size


def _is_step_right(a: Glyph, b: Glyph) -> bool:
    return abs(b.base - a.base) < _STRAIGHT * a.size and _NEAREST * a.size < b.left - a.left < _FARTHEST * a.size


def _columns(glyphs: Sequence[_Turned]) -> Iterator[_Turned]:
    last: Glyph | None = None
    for number, (glyph, turn) in enumerate(glyphs):
        if turn == 0 and not _is_in_row(number, glyphs):
            down = _turned_down(glyph)
            if last is not None and abs(down.base - last.base) < last.size and not is_wide(glyph.character):
                down = down._replace(base=last.base)  # numbers that stand side by side within a column
            last = down
            yield down, DOWN
        else:
            yield glyph, turn


def _is_in_row(number: int, glyphs: Sequence[_Turned]) -> bool:
    """Tell whether an upright character stands beside its neighbours as on a line, such as those of a heading or page number."""
    wide = [glyph for glyph, turn in glyphs[max(0, number - 1) : number + 2] if turn == 0 and is_wide(glyph.character)]
    return len(wide) > 1 and all(_is_step_right(a, b) for a, b in pairwise(wide))


def _turned_down(glyph: Glyph) -> Glyph:
    top = glyph.base + _ASCENT * glyph.size
    return glyph._replace(left=-top, right=-top + glyph.size, base=glyph.left + AXIS * glyph.size)
