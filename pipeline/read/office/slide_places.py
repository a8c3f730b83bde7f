"""In which order a person reads what stands on a slide: from the top to the bottom, from left to right, column by column.

A slide keeps its shapes in the order in which they lie over each other, mostly that in which they were made. Here they are cut
into rows and columns where a gap goes through, as in the recursive X-Y cut (Nagy and Seth 1984); where shapes form both, a short
row over a longer one is one of headings, whose columns are read each for itself, and else the order of the file tells.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.read.compose import Paragraph
from pipeline.read.office.ooxml import child, number

if TYPE_CHECKING:
    from lxml.etree import _Element

_MARGIN, _MOST_MARGIN = 91_440, 0.2  # what shapes may overlap by: the margin of their text, and of small ones a share of their size
_LONGER = 1.5
_SAME_LINE, _ALIKE = 0.5, 0.6
_SMALLER = 0.7
_MOST = 400  # shapes with text: more stand only in a drawing
_DEEPEST = 40  # cuts within cuts
_TURN, _QUARTER = 21_600_000, 5_400_000  # of a whole turn, in which the angle of a shape is given


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands on a slide, in its units, of which an inch has 914,400; y goes down."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """The area, in square units."""
        return (self.right - self.left) * (self.bottom - self.top)

    def holds(self, other: "Place") -> bool:
        """Tell whether something smaller stands in this place, by its middle."""
        x, y = (other.left + other.right) / 2, (other.top + other.bottom) / 2
        return self.left <= x <= self.right and self.top <= y <= self.bottom and other.area < _SMALLER * self.area


@dataclass(frozen=True, slots=True)
class PlacedText:
    """The paragraphs of a shape or a group, and where it stands; None where neither it nor its layout says."""

    place: Place | None
    paragraphs: tuple[Paragraph, ...]

    @property
    def length(self) -> int:
        """How many characters it has."""
        return sum(len(paragraph.text) for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True)
class GroupFrame:
    """How the places inside a group become those on the slide: what each is multiplied with, and what is added then."""

    x_scale: float = 1.0
    x_shift: float = 0.0
    y_scale: float = 1.0
    y_shift: float = 0.0


def place_of(transform: "_Element | None", frame: GroupFrame) -> Place | None:
    """Return where a shape stands, by its transform (a:xfrm) and the frame of its group."""
    offset, extent = child(transform, "off"), child(transform, "ext")
    found = [number(offset, "x"), number(offset, "y"), number(extent, "cx"), number(extent, "cy")]
    x, y, width, height = (0 if value is None else value for value in found)
    if None in found:
        return None
    if _QUARTER / 2 <= (number(transform, "rot") or 0) % (_TURN / 2) < 3 * _QUARTER / 2:
        x, y, width, height = x + (width - height) // 2, y + (height - width) // 2, height, width
    across = sorted(frame.x_scale * at + frame.x_shift for at in (x, x + width))
    down = sorted(frame.y_scale * at + frame.y_shift for at in (y, y + height))
    return Place(across[0], down[0], across[1], down[1])


def frame_of(transform: "_Element | None", frame: GroupFrame) -> GroupFrame:
    """Return the frame of what is inside a group, by its transform; the one around it where it has none."""
    outer = place_of(transform, GroupFrame())
    offset, extent = child(transform, "chOff"), child(transform, "chExt")
    found = [number(offset, "x"), number(offset, "y"), number(extent, "cx"), number(extent, "cy")]
    if outer is None or None in found:
        return frame
    x, y, width, height = (0 if value is None else value for value in found)
    x_scale, x_shift = _axis(outer.left, outer.right, x, width)
    y_scale, y_shift = _axis(outer.top, outer.bottom, y, height)
    return GroupFrame(
        frame.x_scale * x_scale,
        frame.x_scale * x_shift + frame.x_shift,
        frame.y_scale * y_scale,
        frame.y_scale * y_shift + frame.y_shift,
    )


def _axis(start: float, end: float, inner: float, size: float) -> tuple[float, float]:
    scale = (end - start) / size if size else 1.0
    return scale, start - scale * inner


def together(texts: Sequence[PlacedText]) -> PlacedText:
    """Return what belongs together, as a group does, as one: its paragraphs in reading order, in the place of all of it."""
    places = [text.place for text in texts if text.place is not None]
    place = None
    if places:
        lefts, tops = [place.left for place in places], [place.top for place in places]
        place = Place(min(lefts), min(tops), max(place.right for place in places), max(place.bottom for place in places))
    return PlacedText(place, tuple(paragraph for text in in_reading_order(texts) for paragraph in text.paragraphs))


def in_reading_order(texts: Sequence[PlacedText]) -> list[PlacedText]:
    """Return what stands on a slide, or in a group, in the order in which it is read.

    What has no place stays behind what it follows in the file; what stands on a larger shape with text follows that. Of more
    than a person reads in any order the order stays as it is.
    """
    if len(texts) > _MOST:
        return list(texts)
    first: list[PlacedText] = []
    placed: list[PlacedText] = []
    for text in texts:
        if text.place is not None:
            placed.append(text)
        elif placed:
            placed[-1] = PlacedText(placed[-1].place, placed[-1].paragraphs + text.paragraphs)
        else:
            first.append(text)
    return [*first, *_ordered(_nested(placed), _DEEPEST)]


def _nested(texts: list[PlacedText]) -> list[PlacedText]:
    """Return texts with those put together of which one is the ground on which the others stand."""
    grounds = [_ground(text, texts) for text in texts]

    def with_inner(i: int) -> PlacedText:
        inner = [with_inner(at) for at, ground in enumerate(grounds) if ground == i]
        paragraphs = (paragraph for text in _ordered(inner, _DEEPEST) for paragraph in text.paragraphs)
        return PlacedText(texts[i].place, (*texts[i].paragraphs, *paragraphs)) if inner else texts[i]

    return [with_inner(i) for i, ground in enumerate(grounds) if ground is None]


def _ground(text: PlacedText, texts: list[PlacedText]) -> int | None:
    """Return which text is the smallest on whose shape another one stands, or None."""
    around = [i for i, other in enumerate(texts) if _place(other).holds(_place(text))]
    return min(around, key=lambda i: _place(texts[i]).area, default=None)


def _place(text: PlacedText) -> Place:
    return text.place or Place(0, 0, 0, 0)


def _ordered(texts: list[PlacedText], depth: int) -> list[PlacedText]:
    if len(texts) < 2:
        return texts
    rows, columns = _cut(texts, _down), _cut(texts, _across)
    if not depth or len(rows) == len(columns) == 1:
        return list(_lines(texts))
    if len(rows) == 1:
        return [text for column in columns for text in _ordered(column, depth - 1)]
    return [text for block in _blocks(rows, texts, depth - 1) for text in block]


def _blocks(rows: list[list[PlacedText]], texts: list[PlacedText], depth: int) -> Iterator[list[PlacedText]]:
    """Yield the texts of rows in order: of rows that form columns together column by column, of others each for itself."""
    first = 0
    while first < len(rows):
        behind = first + 1
        while behind < len(rows) and _are_columns(rows[first : behind + 1], texts):
            behind += 1
        block = [text for row in rows[first:behind] for text in row]
        parts = _cut(block, _across) if behind > first + 1 else [block]
        yield [text for part in parts for text in _ordered(part, depth)]
        first = behind


def _are_columns(rows: list[list[PlacedText]], texts: list[PlacedText]) -> bool:
    """Tell whether some rows are read column by column: each is longer than the one above it, or they stand so in the file."""
    columns = _cut([text for row in rows for text in row], _across)
    if len(columns) < 2 or any(len(_cut(row, _across)) != len(columns) for row in rows):
        return False
    widths = [max(_place(text).right - _place(text).left for text in column) for column in columns]
    if min(widths) < _ALIKE * max(widths):  # numbers or names beside their text
        return False
    lengths = [sum(text.length for text in row) for row in rows]
    if all(above * _LONGER <= below for above, below in pairwise(lengths)):
        return True
    places = [[texts.index(text) for text in column] for column in columns]
    return all(max(left) < min(right) for left, right in pairwise(places))


def _cut(texts: list[PlacedText], span: Callable[[PlacedText], tuple[float, float]]) -> list[list[PlacedText]]:
    """Return texts in groups between which a gap goes through the whole slide, across it or down."""
    groups: list[list[PlacedText]] = []
    end = 0.0
    for text in sorted(texts, key=span):
        start, stop = span(text)
        if not groups or start >= end:
            groups.append([])
            end = stop
        groups[-1].append(text)
        end = max(end, stop)
    order = {id(text): i for i, text in enumerate(texts)}
    return [sorted(group, key=lambda text: order[id(text)]) for group in groups]


def _across(text: PlacedText) -> tuple[float, float]:
    return _drawn_in(_place(text).left, _place(text).right)


def _down(text: PlacedText) -> tuple[float, float]:
    return _drawn_in(_place(text).top, _place(text).bottom)


def _drawn_in(start: float, end: float) -> tuple[float, float]:
    """Return a span without the margins of the text, by which shapes may overlap."""
    margin = min(_MARGIN, _MOST_MARGIN * (end - start))
    return start + margin, end - margin


def _lines(texts: list[PlacedText]) -> Iterator[PlacedText]:
    """Yield texts between which no gap goes through: those of about one height from left to right, from the top on."""
    left = sorted(texts, key=lambda text: _place(text).top)
    while left:
        line = [text for text in left if _share_height(_place(left[0]), _place(text))]
        yield from sorted(line, key=lambda text: _place(text).left)
        left = [text for text in left if not any(text is other for other in line)]


def _share_height(first: Place, second: Place) -> bool:
    shared = min(first.bottom, second.bottom) - max(first.top, second.top)
    return shared >= _SAME_LINE * min(first.bottom - first.top, second.bottom - second.top)
