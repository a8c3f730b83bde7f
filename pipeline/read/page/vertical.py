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
    """Yield characters with those of columns turned down; marks and numbers get the base of the ideographs around them."""
    base = size = 0.0
    for number, (glyph, turn) in enumerate(glyphs):
        if turn not in (0, DOWN) or (turn == 0 and _is_in_row(number, glyphs)):
            yield glyph, turn
            continue
        down = glyph if turn == DOWN else _turned_down(glyph)
        if abs(down.base - base) < size and not (turn == 0 and glyph.character.isalnum() and is_wide(glyph.character)):
            down = down._replace(base=base)
        base, size = down.base, down.size
        yield down, DOWN


def _is_in_row(number: int, glyphs: Sequence[_Turned]) -> bool:
    """Tell whether an upright character stands beside a neighbour as on a line, such as those of a heading or page number."""
    glyph = glyphs[number][0]
    if not is_wide(glyph.character):
        return False
    before = glyphs[number - 1] if number else (glyph, DOWN)
    behind = glyphs[number + 1] if number + 1 < len(glyphs) else (glyph, DOWN)
    return (before[1] == 0 and _is_step_right(before[0], glyph)) or (behind[1] == 0 and _is_step_right(glyph, behind[0]))


def _turned_down(glyph: Glyph) -> Glyph:
    top = glyph.base + _ASCENT * glyph.size
    return glyph._replace(left=-top, right=-top + glyph.size, base=glyph.left + AXIS * glyph.size)
