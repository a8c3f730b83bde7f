"""Put what a file draws out of order where it is read, if the places leave no doubt of it.

Converters write all text of one font before that of the next, and who edits a page appends to it. Columns and tables are told by
the order of the file, so that it is left alone where anything stands side by side.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol, TypeVar

from pipeline.read.page.glyphs import Glyph

# In ems: how far the bases of one line differ, how much two characters of it may overlap, and how near what ends a line stands.
_LEVEL, _OVERLAP, _NEAR = 0.2, 0.3, 0.35
# In ems: two lines nearer than this share their height, and one nearer than this follows another.
_SHARED, _NEXT = 0.8, 2.5
# How many rows of about one height are looked at: more stand there only in a drawing.
_MOST_LEVEL = 12
_STEP = 4.0  # points


class _Placed(Protocol):
    @property
    def left(self) -> float: ...
    @property
    def right(self) -> float: ...
    @property
    def base(self) -> float: ...
    @property
    def size(self) -> float: ...


_Line = TypeVar("_Line", bound=_Placed)


def with_holes_filled(rows: list[list[Glyph]]) -> list[list[Glyph]]:
    """Return the rows of a page with those put together of which a later one fills what an earlier one left open."""
    filled: list[list[Glyph]] = []
    by_height: dict[int, list[list[Glyph]]] = defaultdict(list)
    for row in rows:
        height = int(row[0].base // _STEP)
        near = [other for step in (-1, 0, 1) for other in by_height[height + step][-_MOST_LEVEL:]]
        open_row = next((other for other in near if _fits(row, other)), None)
        if open_row is None:
            filled.append(row)
            by_height[height].append(row)
        else:
            open_row += row
    return filled


def _fits(row: list[Glyph], other: list[Glyph]) -> bool:
    """Tell whether each run of a row stands in a hole of another one, or right at an end of it."""
    size = max(row[0].size, other[0].size)
    if abs(row[0].base - other[0].base) > _LEVEL * size or abs(row[0].size - other[0].size) > _LEVEL * size:
        return False
    there = sorted(other, key=lambda glyph: glyph.left)
    lefts = [glyph.left for glyph in there]
    return all(_is_open(run, there, lefts, size) for run in _runs(row, size))


def _is_open(run: Sequence[Glyph], there: Sequence[Glyph], lefts: Sequence[float], size: float) -> bool:
    left, right = run[0].left, run[-1].right
    at = bisect_left(lefts, left)
    before = there[at - 1].right if at else None
    behind = there[at].left if at < len(there) else None
    if (before is not None and before > left + _OVERLAP * size) or (behind is not None and behind < right - _OVERLAP * size):
        return False
    is_near = (before is not None and left - before < _NEAR * size), (behind is not None and behind - right < _NEAR * size)
    return any(is_near)


def _runs(row: list[Glyph], size: float) -> Iterator[list[Glyph]]:
    """Yield the characters of a row that stand close together."""
    ordered = sorted(row, key=lambda glyph: glyph.left)
    run = [ordered[0]]
    for last, glyph in pairwise(ordered):
        if glyph.left - last.right > _NEAR * size:
            yield run
            run = []
        run.append(glyph)
    yield run


def from_the_top(lines: list[_Line]) -> list[_Line]:
    """Return the lines of a page from its top to its bottom, or as they are where any two stand side by side."""
    ordered = sorted(lines, key=lambda line: -line.base)
    return lines if any(map(_are_beside, ordered, ordered[1:])) else ordered


def _are_beside(above: _Placed, below: _Placed) -> bool:
    """Tell whether two neighbours share their height, or are near and neither stands over the other, as in columns."""
    distance, size = above.base - below.base, min(above.size, below.size)
    is_over = above.left < below.right and below.left < above.right
    return distance < _SHARED * size or (not is_over and distance < _NEXT * size)
