"""The characters of a PDF page as PDFium gives them, with the object and the font that draws each.

What holds for all characters of an object (direction, size, font) is asked for once. PDFium sorts objects that stand on one
level of the page as it is shown, which turns the lines of a page around that lies on its side; ``in_order`` undoes that.
"""

import ctypes
import math
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from pipeline.read.page.glyphs import Glyph
from pipeline.read.page.turns import turn_of, turned
from pipeline.read.pdf.engine import address, calls, compiled_calls
from pipeline.read.symbols import symbols_of

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

    from pipeline.read._glyphs import Signs

_HYPHENS = {"\x02": "-", "\xad": "-", "\ufffe": "-"}
_DEEPEST = 8
_NAME_LENGTH = 256
_FORMS = 20_000  # that are kept at most


Colour = tuple[int, int, int, int]  # red, green, blue and alpha, from 0 to 255


class Drawn(NamedTuple):
    """A character on a page: its place when level, how far it is turned, its number on the page, its object and font."""

    glyph: Glyph
    turn: int
    number: int
    drawing: int
    font: int


class Fonts:
    """The fonts of a document by their names: Chromium writes a font of its own for each character, all of one name."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {0: 0}
        self._names: dict[str, int] = {"": 0}
        self._symbols: list[dict[str, str]] = [symbols_of("")]

    def number(self, font: int) -> int:
        """Return the number of the font at an address; fonts of one name have one number."""
        number = self._numbers.get(font)
        if number is None:
            name = _name(font)
            number = self._names.setdefault(name, len(self._names))
            if number == len(self._symbols):
                self._symbols.append(symbols_of(name))
            self._numbers[font] = number
        return number

    def symbols(self, number: int) -> dict[str, str]:
        """Return what the characters of a font stand for, where that is not what they are."""
        return self._symbols[number]


def characters_of(page: "PdfTextPage", fonts: Fonts) -> list[Drawn]:
    """Return the characters that stand in a page, each with how far it is turned: 0, 90, 180, 270, or -1 if it slants."""
    signs = signs_of(page, fonts)
    return characters_with_ctypes(page, fonts) if signs is None else signs.drawn()


def signs_of(page: "PdfTextPage", fonts: Fonts) -> "Signs | None":
    """Return the same as the compiled part holds it, or None where there is none."""
    asked = compiled_calls()
    return None if asked is None else asked.signs(address(page.raw), page.count_chars(), fonts)


def characters_with_ctypes(page: "PdfTextPage", fonts: Fonts) -> list[Drawn]:
    """Return the same without the compiled part, of which this is the reference."""
    from pypdfium2.raw import FS_RECTF  # noqa: PLC0415 - loaded when a PDF is read

    asked, handle = calls(), address(page.raw)
    box, x, y = FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    places = ctypes.addressof(box), ctypes.addressof(x), ctypes.addressof(y)
    look_at = _Looks(handle, fonts)
    found: list[Drawn] = []
    order, spaced, pair = 0, False, ""
    for i in range(page.count_chars()):
        character = chr(min(asked.unicode_of(handle, i), sys.maxunicode))
        if character in " \r\n" and asked.is_generated(handle, i):
            order, spaced = order + (character == "\n"), True
            continue
        if pair or "\ud800" <= character <= "\udfff":
            character, pair = whole(pair + character)
        drawing = asked.object_of(handle, i) or 0
        turn, size, font = look_at(drawing, i)
        asked.box_of(handle, i, places[0])
        asked.origin_of(handle, i, places[1], places[2])
        order += 1
        if character:
            character = fonts.symbols(font).get(character, character)
            left, right, base = edges((box.left, box.top, box.right, box.bottom), x.value, y.value, turn)
            found.append(Drawn(sound_glyph(character, left, right, base, size, order, spaced), turn, i, drawing, font))
        spaced = False
    return found


def colours_of(page: "PdfTextPage", numbers: Sequence[int]) -> list[Colour | None]:
    """Return the colour that characters are filled with, by their numbers; None where PDFium knows none."""
    asked = compiled_calls()
    return colours_with_ctypes(page, numbers) if asked is None else asked.colours(address(page.raw), numbers)


def colours_with_ctypes(page: "PdfTextPage", numbers: Sequence[int]) -> list[Colour | None]:
    """Return the same without the compiled part, of which this is the reference."""
    handle, colour_of = address(page.raw), calls().colour_of
    red, green, blue, alpha = parts = [ctypes.c_uint() for _ in range(4)]
    places = [ctypes.addressof(part) for part in parts]
    return [(red.value, green.value, blue.value, alpha.value) if colour_of(handle, number, *places) else None for number in numbers]


def edges(box: tuple[float, float, float, float], x: float, y: float, turn: int) -> tuple[float, float, float]:
    """Return the left and right edge and the base of a character when level, by its box (left, top, right, bottom) and origin."""
    left, top, right, bottom = box
    if turn == 0:
        return x, right, y
    x, y = turned(x, y, turn)
    return x, max(turned(left, bottom, turn)[0], turned(right, top, turn)[0]), y


class _Looks:
    """What holds for all characters of an object: how far they are turned, their size, and their font."""

    def __init__(self, handle: int, fonts: Fonts) -> None:
        from pypdfium2.raw import FS_MATRIX  # noqa: PLC0415 - loaded when a PDF is read

        self._handle, self._calls, self._fonts = handle, calls(), fonts
        self._new_matrix = FS_MATRIX
        self._known: dict[int, tuple[int, float, int]] = {}

    def __call__(self, drawing: int, index: int) -> tuple[int, float, int]:
        """Return the turn, size and font of an object that draws a character; what no object draws is asked for itself."""
        look = self._known.get(drawing) if drawing else None
        if look is None:
            asked, matrix = self._calls, self._new_matrix()
            asked.matrix_of(self._handle, index, ctypes.addressof(matrix))
            size = asked.size_of(self._handle, index) * math.hypot(matrix.c, matrix.d)
            font = self._fonts.number(asked.font_of(drawing) or 0) if drawing else 0
            look = self._known[drawing] = turn_of(matrix.a, matrix.b), size, font
        return look


def _name(font: int) -> str:
    from pypdfium2 import raw  # noqa: PLC0415 - loaded when a PDF is read

    buffer = ctypes.create_string_buffer(_NAME_LENGTH)
    raw.FPDFFont_GetBaseFontName(ctypes.cast(font, raw.FPDF_FONT), buffer, _NAME_LENGTH)
    return buffer.value.decode("utf-8", "replace")


def in_order(drawn: Iterable[Drawn], page: "PdfPage") -> list[Drawn]:
    """Return characters in the order in which the page's own objects draw them."""
    from pypdfium2 import raw  # noqa: PLC0415 - loaded when a PDF is read

    places: dict[int, int] = {}
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=_DEEPEST):
        places.setdefault(address(item.raw), len(places))
    ordered = sorted(drawn, key=lambda item: (places.get(item.drawing, len(places)), item.number))
    found: list[Drawn] = []
    order = 0
    for _, group in groupby(ordered, key=lambda item: item.drawing):
        order += 1  # what two objects draw does not follow each other in the file: whether they touch is seen from their places
        for item in group:
            order += 1
            found.append(item._replace(glyph=item.glyph._replace(order=order)))
    return found


def whole(character: str) -> tuple[str, str]:
    """Return a character that can be encoded and what waits for its other half: Windows gives some in two halves."""
    if len(character) == 2:
        joined = character.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        character = joined if len(joined) == 1 else character[1]
    if len(character) == 1 and "\ud800" <= character <= "\udbff":
        return "", character
    return ("\ufffd" if "\ud800" <= character[0] <= "\udfff" else character), ""


def sound_glyph(character: str, left: float, right: float, base: float, size: float, order: int, spaced: bool) -> Glyph:
    """Return a character with sound figures: a full-width one is as wide as its size, though its ink may be less."""
    if not math.isfinite(left + right + base + size):
        left = right = base = size = 0.0
    size = size if size > 0 else max(right - left, 1.0)
    character, is_full = form_of(character)
    return Glyph(character, left, max(right, left + size if is_full else left), base, size, order, spaced)


@lru_cache(_FORMS)
def form_of(character: str) -> tuple[str, bool]:
    """Return a character as it is read, white space as a space, and whether it takes the width of an ideograph."""
    if "\u4e00" <= character <= "\u9fff" or unicodedata.east_asian_width(character[0]) in "WF":
        return character, True
    return " " if character.isspace() else _HYPHENS.get(character, character), False
