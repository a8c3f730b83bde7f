"""Put recognised lines in the order in which they are read: columns one after the other, what spans them above or below.

Lines stand in rows. Between two columns runs a gutter that no line crosses; the longest run of rows with one is read column by
column, and what is above and below it likewise.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# In ems: the step in which gutters are looked for, the narrowest of them, and how wide the lines beside it are at least. So
# many rows have one, and so many lines stand on each side.
_STEP, _GUTTER, _COLUMN = 0.5, 1.0, 7.0
_ROWS, _LINES = 5, 4
_SAME_ROW = 0.5


@dataclass(frozen=True, slots=True)
class Box:
    """A line by its number, with its edges in points and the height of its middle; heights grow upwards."""

    number: int
    left: float
    right: float
    middle: float


def reading_order(boxes: Sequence[Box], size: float) -> list[list[Box]]:
    """Return the rows of boxes in reading order, each from left to right; ``size`` is that of the characters, in points."""
    return _ordered(_rows(sorted(boxes, key=lambda box: -box.middle), size), size)


def _rows(boxes: Sequence[Box], size: float) -> list[list[Box]]:
    rows: list[list[Box]] = []
    for box in boxes:
        if not rows or rows[-1][0].middle - box.middle > _SAME_ROW * size:
            rows.append([])
        rows[-1].append(box)
    return [sorted(row, key=lambda box: box.left) for row in rows]


def _ordered(rows: list[list[Box]], size: float) -> list[list[Box]]:
    first, last, gutter = _longest(rows, size)
    if last - first < _ROWS:
        return rows
    boxes = [box for row in rows[first:last] for box in row]
    left = [box for box in boxes if box.right <= gutter]
    right = [box for box in boxes if box.right > gutter]
    if not (_is_column(left, size) and _is_column(right, size)):
        return rows
    sides = [side for half in (left, right) for side in _ordered(_rows(sorted(half, key=lambda box: -box.middle), size), size)]
    return [*_ordered(rows[:first], size), *sides, *_ordered(rows[last:], size)]


def _is_column(boxes: list[Box], size: float) -> bool:
    wide = [box for box in boxes if box.right - box.left > _COLUMN * size]
    return len(wide) >= _LINES


def _longest(rows: list[list[Box]], size: float) -> tuple[int, int, float]:
    """Return the longest run of rows with a gutter through all of them (first, behind the last), and where it lies."""
    step = _STEP * size
    width = int(_GUTTER / _STEP)
    start = min((box.left for row in rows for box in row), default=0.0)
    taken = [_cells(row, start, step) for row in rows]
    best = (0, 0, 0.0)
    for first in range(len(rows)):
        union = 0
        for last in range(first, len(rows)):
            union |= taken[last]
            gap = _gap(union, width)
            if gap is None:
                break
            if last + 1 - first > best[1] - best[0] and _has_both_sides(taken[first : last + 1], gap):
                best = (first, last + 1, start + (gap + width / 2) * step)
    return best


def _cells(row: list[Box], start: float, step: float) -> int:
    """Return which steps across the page the lines of a row take, as the bits of a number."""
    cells = 0
    for box in row:
        first, last = int((box.left - start) / step), int((box.right - start) / step)
        cells |= ((1 << (last - first + 1)) - 1) << first
    return cells


def _gap(union: int, width: int) -> int | None:
    """Return the first step of the first gap of a width that has something on both sides."""
    run, begun = 0, False
    for i in range(union.bit_length()):
        if union >> i & 1:
            if begun and run >= width:
                return i - run
            run, begun = 0, True
        else:
            run += 1
    return None


def _has_both_sides(rows: list[int], gap: int) -> bool:
    low = (1 << gap) - 1
    return sum(bool(row & low) for row in rows) >= _LINES and sum(bool(row >> gap) for row in rows) >= _LINES
