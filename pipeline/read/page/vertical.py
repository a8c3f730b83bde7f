"""Lay text that is written from top to bottom level: its columns become lines, and the rightmost one the first.

Where the file turns nothing, the characters of a column stand upright one below the other; they are taken for characters
that are turned by 270 degrees, as the Latin letters and numbers among them are.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.read.page.glyphs import Glyph, is_wide

DOWN = 270
# In ems: where the upper edge of an upright ideograph lies above its base, and its base in a column right of its left edge.
_ASCENT, AXIS = 0.88, 0.12
_STRAIGHT, _NEAREST, _FARTHEST = 0.35, 0.6, 1.9
_FEWEST = 4
# A column is at most this wide, in ems.
_WIDEST = 1.6
_Turned = tuple[Glyph, int]


def laid_level(glyphs: Sequence[_Turned]) -> list[_Turned]:
    """Return the characters of a page with those of upright columns turned, if most of the page is written in columns."""
    upright = [glyph for glyph, turn in glyphs if turn == 0 and is_wide(glyph.character)]
    under = [(a, b) for a, b in pairwise(upright) if abs(b.left - a.left) < _STRAIGHT * a.size]
    down = sum(_is_step_down(a, b) for a, b in under)
    if down < _FEWEST or down <= sum(_is_step_right(a, b) for a, b in pairwise(upright)):
        return list(glyphs)
    return list(_columns(glyphs))


def _is_step_down(a: Glyph, b: Glyph) -> bool:
    """Tell whether a character that stands over or under another is the next of its column."""
    return _NEAREST * a.size < a.base - b.base < _FARTHEST * a.size


def _is_step_right(a: Glyph, b: Glyph) -> bool:
    return abs(b.base - a.base) < _STRAIGHT * a.size and _NEAREST * a.size < b.left - a.left < _FARTHEST * a.size


def _columns(glyphs: Sequence[_Turned]) -> Iterator[_Turned]:
    """Yield characters with those of columns turned down; marks and numbers get the base of the ideographs around them."""
    base = size = 0.0
    for run in _level_runs(glyphs):
        if run[0][1] not in (0, DOWN) or (run[0][1] == 0 and _is_row(run)):
            yield from run
            continue
        for glyph, turn in run:
            down = glyph if turn == DOWN else _turned_down(glyph)
            if abs(down.base - base) < size and not (turn == 0 and glyph.character.isalnum() and is_wide(glyph.character)):
                down = down._replace(base=base)
            base, size = down.base, down.size
            yield down, DOWN


def _level_runs(glyphs: Sequence[_Turned]) -> Iterator[list[_Turned]]:
    """Yield characters that stand side by side, which in a column are one, or a number of a few digits."""
    run: list[_Turned] = []
    for pair in glyphs:
        if run and not _is_beside(run[-1], pair):
            yield run
            run = []
        run.append(pair)
    if run:
        yield run


def _is_beside(a: _Turned, b: _Turned) -> bool:
    (first, turn), (second, other) = a, b
    level = abs(second.base - first.base) < 0.1 * first.size
    return turn == other == 0 and level and -0.3 < (second.left - first.right) / first.size < _FARTHEST


def _is_row(run: list[_Turned]) -> bool:
    """Tell whether characters are a row of the page, such as its title or number: wider than a column."""
    return run[-1][0].right - run[0][0].left > _WIDEST * run[0][0].size


def _turned_down(glyph: Glyph) -> Glyph:
    top = glyph.base + _ASCENT * glyph.size
    return glyph._replace(left=-top, right=-top + glyph.size, base=glyph.left + AXIS * glyph.size)
