"""What was recognised in the picture of a page, as a page of lines: level, in reading order, in points.

The engine gives the corners of each line but no size of its characters, and these differ from line to line by what letters
it holds. So a line whose box is about as high as most has the size of the text, and is as wide as its characters ask for.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Any

from pipeline.read.ocr.engine import Recognised, is_upside_down, recognise
from pipeline.read.ocr.order import Box, reading_order
from pipeline.read.page.furniture import Page
from pipeline.read.page.glyphs import Glyph, is_wide
from pipeline.read.page.lines import page_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A page that is less certain is taken for unreadable.
UNREADABLE = 0.5
# A line of so many characters tells how the page lies.
_LONG_LINE = 4
# A box as high as most, but for this share, holds text of the usual size.
_SAME_HEIGHT = 0.28
# In ems: how wide a character is that is no ideograph, where its base lies below the middle of its line, and how far apart
# the middles of two boxes of one line may be.
_NARROW, _BELOW_MIDDLE, _LEVEL = 0.52, 0.36, 0.45
# The share of a box's height that its characters take.
_INK = 0.78
_STEEPEST = 12.0
# A line that begins with a dash for which the engine reads the number one is wider by the other half of the dash.
_ONE, _DASH_ROOM = re.compile("一(?=[\u4e00-\u9fff“《])"), 0.6
_DASH = re.compile("(?<=[\u4e00-\u9fff”》）])[—－](?=[\u4e00-\u9fff“《（])")


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """A page with its lines, and how certain the engine is of its characters on the whole, 0 to 1; 0 for a page without text."""

    page: Page
    certainty: float


def recognised_page(picture: "NDArray[Any]", number: int, width: float, height: float) -> RecognisedPage:
    """Return what stands in the picture of a page of a width and height in points."""
    found = recognise(picture)
    if _is_sideways(found):
        picture, width, height = _turned(picture, 1), height, width
        found = recognise(picture)
    if found and is_upside_down(picture, found):
        picture = _turned(picture, 2)
        found = recognise(picture)
    lines = list(_glyph_lines(found, width / picture.shape[1], height / picture.shape[0], height))
    page = Page(number, page_lines([glyph for line in lines for glyph in line], number), 0.0, height, 0.0, width)
    return RecognisedPage(page, certainty_of(found))


def _with_dashes(text: str, spare: float) -> str:
    """Return a line with its long dashes, which the engine takes for one short dash, or for the number one at a line's start.

    ``spare`` tells how many ems wider the line is than its characters.
    """
    if _ONE.match(text) and _DASH_ROOM < spare < 2:
        text = f"——{text[1:]}"
    return _DASH.sub("——", text)


def certainty_of(found: Sequence[Recognised]) -> float:
    """Return the certainty of lines, each weighing as much as it has characters."""
    characters = sum(len(line.text) for line in found)
    return sum(line.certainty * len(line.text) for line in found) / characters if characters else 0.0


def _is_sideways(found: Sequence[Recognised]) -> bool:
    """Tell whether most lines run up or down the picture; the engine lays each level before it reads it."""
    tall = wide = 0
    for line in found:
        (x1, y1), (x2, y2) = line.corners[0], line.corners[2]
        if len(line.text) >= _LONG_LINE:
            tall += len(line.text) * (abs(y2 - y1) > abs(x2 - x1))
            wide += len(line.text) * (abs(y2 - y1) <= abs(x2 - x1))
    return tall > wide


def _turned(picture: "NDArray[Any]", quarters: int) -> "NDArray[Any]":
    import numpy as np  # noqa: PLC0415 - loaded when a picture is read

    return np.ascontiguousarray(np.rot90(picture, quarters))


@dataclass(frozen=True, slots=True)
class _Line:
    """A recognised line, level and in points: its edges, the height of its middle, and that of its box."""

    text: str
    left: float
    right: float
    middle: float
    height: float

    @property
    def units(self) -> float:
        """How many ems wide its characters are."""
        return sum(1.0 if is_wide(character) else _NARROW for character in self.text)


def _glyph_lines(found: Sequence[Recognised], across: float, down: float, height: float) -> Iterator[list[Glyph]]:
    """Yield the characters of each line in reading order; ``across`` and ``down`` are points of a pixel."""
    angle = _slope(found)
    lines = [_level(line, angle, across, down, height) for line in found]
    if not lines:
        return
    usual, size = _usual(lines)
    boxes = [Box(i, line.left, line.right, line.middle) for i, line in enumerate(lines)]
    order = 0
    for row in reading_order(boxes, size):
        base = 0.0
        for box in row:
            line = _dashed(lines[box.number], size)
            own = _size(line, usual, size)
            middle = line.middle - _BELOW_MIDDLE * own
            base = base if base and abs(base - middle) < _LEVEL * own else middle
            order += 2
            yield list(_glyphs(line, own, base, order))
            order += len(line.text)


def _dashed(line: _Line, size: float) -> _Line:
    return replace(line, text=_with_dashes(line.text, (line.right - line.left) / size - line.units))


def _slope(found: Sequence[Recognised]) -> float:
    """Return by how much the lines of a page fall to the right, in radians; nothing is taken from short lines."""
    angles = []
    for line in found:
        (x1, y1), (x2, y2) = line.corners[0], line.corners[1]
        angle = math.atan2(y2 - y1, x2 - x1)
        if len(line.text) >= 8 and abs(math.degrees(angle)) < _STEEPEST:
            angles.append(angle)
    return median(angles) if angles else 0.0


def _level(line: Recognised, angle: float, across: float, down: float, height: float) -> _Line:
    cosine, sine = math.cos(-angle), math.sin(-angle)
    points = [(x * cosine - y * sine, x * sine + y * cosine) for x, y in line.corners]
    xs, ys = [x * across for x, _ in points], [y * down for _, y in points]
    left, right = (xs[0] + xs[3]) / 2, (xs[1] + xs[2]) / 2
    top, bottom = (ys[0] + ys[1]) / 2, (ys[2] + ys[3]) / 2
    return _Line(line.text, left, max(right, left), height - (top + bottom) / 2, max(bottom - top, 1.0))


def _usual(lines: Sequence[_Line]) -> tuple[float, float]:
    """Return the height of most boxes, each line weighing as much as it has characters, and the size of the characters in them."""
    heights = sorted((line.height, len(line.text)) for line in lines)
    half, total, usual = sum(count for _, count in heights) / 2, 0, heights[0][0]
    for height, count in heights:
        total += count
        usual = height
        if total >= half:
            break
    like = [line for line in lines if abs(line.height - usual) < _SAME_HEIGHT * usual and len(line.text) >= 8]
    widths = sorted((line.right - line.left) / line.units for line in like)
    size = median(widths) if widths else _INK * usual
    return usual, max(size, 1.0)


def _size(line: _Line, usual: float, size: float) -> float:
    """Return the size of a line's characters: that of the text, or another by as much as its box is higher or lower."""
    ratio = line.height / usual
    own = (line.right - line.left) / line.units
    is_usual = abs(ratio - 1) < _SAME_HEIGHT and (len(line.text) < 4 or 0.75 < own / size < 1.35)
    if is_usual:
        return size
    return max(1.0, round(size * min(ratio, own / size * 1.1) if len(line.text) >= 4 else size * ratio, 1))


def _glyphs(line: _Line, size: float, base: float, order: int) -> Iterator[Glyph]:
    """Yield the characters of a line, spread over its width by what each takes."""
    unit = (line.right - line.left) / line.units
    left = line.left
    for i, character in enumerate(line.text):
        right = left + unit * (1.0 if is_wide(character) else _NARROW)
        yield Glyph(" " if character.isspace() else character, left, right, base, size, order + i, spaced=False)
        left = right
