"""The characters that an OFD page draws, with their places in points, as the modules of ``pipeline.read.page`` take them.

OFD counts in millimetres from the upper left corner. It names a glyph of a font beside each character that needs one; the
character is what counts here. How wide a glyph is stands only in the font, which is mostly not in the file: it is
estimated, and the steps between characters, which the file does give, tell the rest.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.read.ofd.values import IDENTITY, Matrix, matrix_of, number, numbers, steps
from pipeline.read.office.ooxml import child, children, local
from pipeline.read.page.glyphs import Glyph, is_wide
from pipeline.read.page.turns import turn_of, turned

if TYPE_CHECKING:
    from lxml.etree import _Element

POINTS = 72 / 25.4
_GROUPS = frozenset(["Layer", "PageBlock", "Content", "Appearance", "CellContent"])
_SHAPES = frozenset(["ImageObject", "PathObject", "VideoObject"])
_DEEPEST_UNIT = 8
# A page may use one drawing again and again, so that a small file can ask for more than anybody has drawn.
MOST_OBJECTS = 3_000_000
# Files that are laid out to be read have line breaks and the space that sets a line in around their text.
_LAYOUT = re.compile(r"[ \t]*[\r\n]+[ \t]*")
# Widths of glyphs in ems, as common fonts have them.
_WIDTHS = (("iIjl.,;:'!|·‘’", 0.28), ('frt()[]{}/\\-`"“”', 0.36), ("mMwW@%—…", 0.88), ("ABCDEFGHKLNOPQRSTUVXYZ&", 0.67))
_WIDTH = {character: width for characters, width in _WIDTHS for character in characters}
_OTHER_WIDTH = 0.5
# What watermarks are drawn in: so little opaque, or so pale a grey, of 255; and so much larger than the text.
_OPAQUE, _PALE, _GREY, _RGB, _LARGE = 128, 170, 24, 3, 1.4
# The same character drawn again this near, in ems, is a shadow, an outline, or a stroke that makes it bold.
_SAME_PLACE = 0.12


@dataclass(slots=True)
class DrawingBudget:
    """How many objects the pages of one file may still draw."""

    source: str
    left: int = MOST_OBJECTS

    def take(self) -> None:
        """Count one object; raises InputError when that is more than is left."""
        self.left -= 1
        if self.left < 0:
            raise InputError(
                tr(
                    "{source}: draws more than {most_objects:,} objects; save it as .pdf, or split it",
                    source=self.source,
                    most_objects=MOST_OBJECTS,
                ),
                code="too_large",
            )


@dataclass(slots=True)
class Drawing:
    """What objects draw: characters, each with how far it is turned, and the text of patterns and of what lies off the page.

    ``box`` is the page (left, top, width, height in millimetres), ``units`` what composite objects refer to by their id,
    ``texts`` the characters of each text object by its id, and ``pale`` the orders of characters that are drawn as watermarks are.
    """

    box: tuple[float, float, float, float]
    units: "Mapping[str, _Element]"
    allowance: DrawingBudget
    glyphs: list[tuple[Glyph, int]] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    has_picture: bool = False
    nameless: int = 0
    pale: set[int] = field(default_factory=set)
    _order: int = 0
    _drawn: dict[tuple[str, int, int], tuple[int, float, float]] = field(default_factory=dict)

    def add(self, parent: "Iterable[_Element]", matrix: Matrix = IDENTITY, depth: int = 0) -> None:
        """Draw the objects in a layer, block, unit or appearance; raises InputError for more objects than are allowed."""
        for element in parent:
            self.allowance.take()
            name = local(element)
            if element.get("Visible", "").lower() == "false":
                continue
            if name == "TextObject":
                self._add_text(element, matrix_of(element).inside(matrix))
            elif name in _GROUPS:
                self.add(element, matrix, depth)
            elif name == "CompositeObject" and depth < _DEEPEST_UNIT:
                unit = self.units.get(element.get("ResourceID", ""))
                self.add(children(unit), matrix_of(element).inside(matrix), depth + 1)
            elif name in _SHAPES:
                self.has_picture = True
                self._add_patterns(element)

    def _add_patterns(self, shape: "_Element") -> None:
        """Keep the text of a pattern that fills a shape, as watermarks do, once."""
        for content in shape.iter("{*}CellContent"):
            text = plain_text(content)
            if text and text not in self.patterns:
                self.patterns.append(text)

    def _add_text(self, element: "_Element", matrix: Matrix) -> None:
        size, stretch = number(element, "Size", 0.0), number(element, "HScale", 1.0)
        turn = turn_of(matrix.a, -matrix.b)
        if turn >= 0:
            turn = (turn - round(number(element, "CharDirection", 0.0))) % 360
        codes = [code for code in element if local(code) == "TextCode"]
        texts = [_characters(code) for code in codes]
        self.texts[element.get("ID", "")] = "".join(texts)
        self.nameless += 0 if any(texts) else _glyph_count(element)
        self._order += 1
        first = self._order + 1
        start = (0.0, 0.0)
        for code, text in zip(codes, texts, strict=True):
            start = number(code, "X", start[0]), number(code, "Y", start[1])
            for character, x, y in _placed(code, text, start, size, stretch, number(element, "ReadDirection", 0.0)):
                self._order += 1
                left, top = matrix.place(x, y)
                width = size * stretch * _width(character) * math.hypot(matrix.a, matrix.b)
                self._add_glyph(character, (left, top), width, size * math.hypot(matrix.c, matrix.d), turn)
        if _is_pale(element):
            self.pale.update(range(first, self._order + 1))

    def take_watermarks(self) -> list[str]:
        """Take out the characters that are pale and larger than the text, unless all are pale, and return them by their size."""
        sizes = [round(glyph.size) for glyph, _ in self.glyphs if glyph.order not in self.pale]
        if not self.pale or not sizes:
            return []
        least = _LARGE * max(set(sizes), key=sizes.count)
        taken = [pair for pair in self.glyphs if pair[0].order in self.pale and pair[0].size > least]
        self.glyphs = [pair for pair in self.glyphs if pair[0].order not in self.pale or pair[0].size <= least]
        return ["".join(pair[0].character for pair in run) for _, run in groupby(taken, key=lambda pair: pair[0].size)]

    def _add_glyph(self, character: str, place: tuple[float, float], width: float, size: float, turn: int) -> None:
        if not math.isfinite(sum(place) + width + size) or self._is_drawn(character, place, size):
            return
        if not self._holds(place):
            self.outside.append(character)
            return
        left, base = turned(place[0] * POINTS, -place[1] * POINTS, turn)
        size = size * POINTS if size > 0 else 1.0
        character = " " if character.isspace() and character != "\u3000" else character
        self.glyphs.append((Glyph(character, left, left + max(width, 0.0) * POINTS, base, size, self._order, spaced=False), turn))

    def _holds(self, place: tuple[float, float]) -> bool:
        left, top, width, height = self.box
        return left - 1 <= place[0] <= left + width and top <= place[1] <= top + height + 1

    def _is_drawn(self, character: str, place: tuple[float, float], size: float) -> bool:
        """Tell whether another object has drawn a character nearly here; the letters of one object stand close by nature."""
        step = max(_SAME_PLACE * size, 1e-3)
        column, row = int(place[0] / step), int(place[1] / step)
        for near in [(character, column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]:
            order, x, y = self._drawn.get(near, (self._order, math.inf, math.inf))
            if self._order - order > 1 and abs(x - place[0]) < step and abs(y - place[1]) < step:
                return True
        self._drawn[character, column, row] = self._order, *place
        return False


def _is_pale(element: "_Element") -> bool:
    """Tell whether text shows through, or is of the grey of watermarks; what does not show at all lies over a scan."""
    colour = child(element, "FillColor")
    alpha = number(element, "Alpha", 255.0) if colour is None else min(number(e, "Alpha", 255.0) for e in (element, colour))
    shades = [] if colour is None else numbers(colour.get("Value"))
    is_grey = len(shades) == _RGB and min(shades) >= _PALE and max(shades) - min(shades) < _GREY
    return 0 < alpha < _OPAQUE or is_grey


def plain_text(parent: "_Element") -> str:
    """Return the characters of all text below an element in the order of the file, white space as single spaces."""
    texts = [_characters(code) for code in parent.iter("{*}TextCode")]
    return " ".join("".join(texts).split())


def _characters(code: "_Element") -> str:
    return _LAYOUT.sub("", code.text or "")


def _glyph_count(element: "_Element") -> int:
    """Return how many glyphs a text object names that has no characters."""
    lists = [child(transform, "Glyphs") for transform in element]
    return sum(len(numbers(glyphs.text)) for glyphs in lists if glyphs is not None)


def _placed(
    code: "_Element", text: str, start: tuple[float, float], size: float, stretch: float, direction: float
) -> Iterator[tuple[str, float, float]]:
    """Yield the characters of a text code with their places; where the file gives no step, a character's own width is one."""
    right, down = steps(code.get("DeltaX"), len(text)), steps(code.get("DeltaY"), len(text))
    is_upright = direction % 180 != 0 or (bool(down) and not right)
    x, y = start
    for i, character in enumerate(text):
        yield character, x, y
        step = size * _width(character)
        x += right[i] if i < len(right) else 0.0 if is_upright else step * stretch
        y += down[i] if i < len(down) else size if is_upright and not down else 0.0


def _width(character: str) -> float:
    return 1.0 if is_wide(character) or unicodedata.east_asian_width(character) == "F" else _WIDTH.get(character, _OTHER_WIDTH)
