"""PDF: the text layer of every page, put together to lines and paragraphs.

Read with pypdfium2 (Apache-2.0 or BSD-3-Clause, wheels for all systems): PDFium is the engine of Chrome, so it is
maintained against hostile files, is compiled, and carries the Chinese character maps. PyMuPDF is AGPL; pdfminer.six and
pypdf are written in Python. PDFium gives characters with their places and no paragraphs, which
the modules of ``pipeline.read.page`` find.
"""

import ctypes
import math
import sys
import unicodedata
from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.records import Mark, Place
from pipeline.read.decode import ReadText
from pipeline.read.page.blocks import Row, find_blocks
from pipeline.read.page.furniture import Furniture, Page, take_furniture
from pipeline.read.page.lines import Glyph, TextLine, page_lines, with_joint
from pipeline.read.page.paragraphs import find_paragraphs

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage, PdfTextPage


# A font without a map to Unicode gives such characters for nearly all; a few stand for symbols in files that are sound.
_MOST_UNREADABLE = 0.05
# A page with fewer characters is looked at for pictures: it may be one with a page number.
_LITTLE = 100
# Text further off the level than this, in degrees, is a stamp or watermark.
_LEVEL = 3
_ENCRYPTED = 4  # FPDF_ERR_PASSWORD
_HYPHENS = {"\x02": "-", "\xad": "-", "\ufffe": "-"}
_NO_TEXT = "needs OCR: the pages are pictures; recognise the text with an OCR program and save it as PDF with text, or as Word"
_EMPTY = "no text on any page; save the report again"
_UNREADABLE = "unreadable: its fonts do not say which characters they show; save the PDF again from its source, or use OCR"
_DAMAGED = "damaged, or not a PDF; open it in a PDF program and save it again"
_LOCKED = "password-protected; open it with its password and save it without"


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the text of a PDF with its furniture marked and the place of each page; raises InputError."""
    from pypdfium2 import PdfDocument, PdfiumError  # noqa: PLC0415 - loaded when a PDF is read

    stamps: list[Furniture] = []
    try:
        with PdfDocument(data) as document:
            pages, pictured = _read_pages(document, source, options, stamps)
    except PdfiumError as error:
        raise InputError(f"{source}: {_LOCKED if error.err_code == _ENCRYPTED else _DAMAGED}") from None
    furniture = sorted(take_furniture(pages) + stamps, key=lambda item: (item.page, not item.at_top))
    pictures = sum(not page.lines and page.number in pictured for page in pages)
    if pictures * 2 > len(pages) or not any(page.lines for page in pages):
        raise InputError(f"{source}: {_NO_TEXT if pictures else _EMPTY}")
    writer = _Writer(furniture)
    for paragraph in find_paragraphs(find_blocks(pages)):
        writer.add(paragraph)
    return writer.result("pdf" if not pictures else f"pdf, {pictures} {'page' if pictures == 1 else 'pages'} without text")


def _read_pages(document: "PdfDocument", source: str, options: ReadConfig, stamps: list[Furniture]) -> tuple[list[Page], set[int]]:
    """Return the pages with their lines, and which of those with little text have pictures; ``stamps`` takes slanting text."""
    if len(document) > options.max_pages:
        raise InputError(f"{source}: {len(document):,} pages; the limit is {options.max_pages:,} (read.max_pages)")
    pages, pictured, characters, unreadable = [], set(), 0, 0
    for number in range(1, len(document) + 1):
        page = document[number - 1]
        text = page.get_textpage()
        characters += text.count_chars()
        if characters > options.max_unpacked:
            raise InputError(f"{source}: more than {options.max_unpacked:,} characters (read.max_unpacked)")
        glyphs = list(_glyphs(text))
        unreadable += sum(_is_unreadable(glyph.character) for glyph, _ in glyphs)
        pages.append(_page(page, number, glyphs, stamps))
        if len(glyphs) < _LITTLE and _has_picture(page):
            pictured.add(number)
        text.close()
        page.close()
    if unreadable > _MOST_UNREADABLE * max(characters, 1):
        raise InputError(f"{source}: {_UNREADABLE}")
    return pages, pictured


def _is_unreadable(character: str) -> bool:
    return character == "\ufffd" or "\ue000" <= character <= "\uf8ff" or (character < " " and character not in "\t\n\r\x02")


def _has_picture(page: "PdfPage") -> bool:
    """Tell whether a page shows anything but text; text that was turned to outlines counts as a picture."""
    from pypdfium2.raw import FPDF_PAGEOBJ_TEXT  # noqa: PLC0415 - loaded when a PDF is read

    return any(item.type != FPDF_PAGEOBJ_TEXT for item in page.get_objects(max_depth=2))


# Characters, turned so that the lines of the page run from left to right.


def _page(page: "PdfPage", number: int, glyphs: list[tuple[Glyph, int]], stamps: list[Furniture]) -> Page:
    turns = [turn for _, turn in glyphs]
    turn = max((0, 90, 180, 270), key=turns.count)
    for is_level, group in groupby(glyphs, key=lambda pair: pair[1] == turn):
        text = "" if is_level else "".join(glyph.character for glyph, _ in group).strip()
        if text:
            stamps.append(Furniture(number, " ".join(text.split()), "slanting text", at_top=False))
    left, bottom, right, top = page.get_bbox()
    corners = [_turned(x, y, turn) for x, y in ((left, bottom), (right, top))]
    (x1, x2), (y1, y2) = (sorted(values) for values in zip(*corners, strict=True))
    lines = page_lines((glyph for glyph, other in glyphs if other == turn), number)
    return Page(number, lines, bottom=y1, top=y2, left=x1, right=x2)


def _turned(x: float, y: float, turn: int) -> tuple[float, float]:
    return {0: (x, y), 90: (y, -x), 180: (-x, -y), 270: (-y, x)}.get(turn, (x, y))


def _glyphs(page: "PdfTextPage") -> Iterator[tuple[Glyph, int]]:
    """Yield the characters that stand in a page, each with how far it is turned: 0, 90, 180, 270, or -1 if it slants."""
    from pypdfium2 import raw  # noqa: PLC0415 - loaded when a PDF is read

    handle, box, matrix = page.raw, raw.FS_RECTF(), raw.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    order, spaced, pair = 0, False, ""
    for i in range(page.count_chars()):
        character = chr(min(raw.FPDFText_GetUnicode(handle, i), sys.maxunicode))
        if character in " \r\n" and raw.FPDFText_IsGenerated(handle, i):
            order, spaced = order + (character == "\n"), True
            continue
        character, pair = _whole(pair + character)
        raw.FPDFText_GetLooseCharBox(handle, i, box)
        raw.FPDFText_GetCharOrigin(handle, i, x, y)
        raw.FPDFText_GetMatrix(handle, i, matrix)
        turn = _turn(matrix.a, matrix.b)
        size = raw.FPDFText_GetFontSize(handle, i) * math.hypot(matrix.c, matrix.d)
        left, base = _turned(x.value, y.value, turn)
        right = max(_turned(box.left, box.bottom, turn)[0], _turned(box.right, box.top, turn)[0])
        order += 1
        if character:
            yield _glyph(character, left, right, base, size, order, spaced), turn
        spaced = False


def _whole(character: str) -> tuple[str, str]:
    """Return a character that can be encoded and what waits for its other half: Windows gives some in two halves."""
    if len(character) == 2:
        whole = character.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        character = whole if len(whole) == 1 else character[1]
    if len(character) == 1 and "\ud800" <= character <= "\udbff":
        return "", character
    return ("\ufffd" if "\ud800" <= character[0] <= "\udfff" else character), ""


def _turn(cosine: float, sine: float) -> int:
    """Return by how much the direction (cosine, sine) is turned: 0, 90, 180 or 270 degrees, or -1 if it is none of them."""
    if sine == 0 and cosine > 0:
        return 0
    degrees = math.degrees(math.atan2(sine, cosine)) if math.isfinite(sine + cosine) else 0.0
    nearest = round(degrees / 90) * 90
    return nearest % 360 if abs(degrees - nearest) <= _LEVEL else -1


def _glyph(character: str, left: float, right: float, base: float, size: float, order: int, spaced: bool) -> Glyph:
    """Return a character with sound figures: a full-width one is as wide as its size, though its ink may be less."""
    if not math.isfinite(left + right + base + size):
        left = right = base = size = 0.0
    size = size if size > 0 else max(right - left, 1.0)
    if unicodedata.east_asian_width(character[0]) in "WF":
        right = max(right, left + size)
    character = " " if character.isspace() and character != "\u3000" else _HYPHENS.get(character, character)
    return Glyph(character, left, max(left, right), base, size, order, spaced)


# The text, with what is marked in it.


class _Writer:
    """The text in the making: lines that stand by themselves, with marks and the page where each begins."""

    def __init__(self, furniture: list[Furniture]) -> None:
        """``furniture`` is in the order of pages; it is put behind the paragraph that it interrupts."""
        self._waiting = furniture[::-1]
        self._pieces: list[str] = []
        self._length = 0
        self._marks: list[Mark] = []
        self._places: list[Place] = []

    def add(self, paragraph: Row | list[TextLine]) -> None:
        """Write a paragraph or the row of a table as one line."""
        lines = paragraph if isinstance(paragraph, list) else [line for cell in paragraph.cells for line in cell]
        self._write_furniture(lines[0].page)
        start = self._length
        if isinstance(paragraph, list):
            self._write_lines(paragraph)
        else:
            for i, cell in enumerate(paragraph.cells):
                self._write("\t" if i else "", cell[0].page)
                self._write_lines(cell)
            self._marks.append(Mark(start, self._length, "row"))
        self._write("\n", lines[-1].page)
        self._write_furniture(lines[-1].page)

    def result(self, encoding: str) -> ReadText:
        """Return the text with what is left of the furniture."""
        while self._waiting:
            self._write_noise(self._waiting.pop())
        return ReadText("".join(self._pieces), encoding, tuple(self._marks), tuple(self._places))

    def _write_lines(self, lines: list[TextLine]) -> None:
        for line, following in pairwise(lines):
            self._write(with_joint(line.text, following.text, line.spaced), line.page)
        self._write(lines[-1].text, lines[-1].page)

    def _write_furniture(self, page: int) -> None:
        """Write what stands before the body of a page and on the pages before it."""
        while self._waiting and (self._waiting[-1].page, not self._waiting[-1].at_top) <= (page, False):
            self._write_noise(self._waiting.pop())

    def _write_noise(self, item: Furniture) -> None:
        start = self._length
        self._write(item.text, item.page)
        self._marks.append(Mark(start, self._length, "noise", reason=item.reason))
        self._write("\n", item.page)

    def _write(self, text: str, page: int) -> None:
        if text and (not self._places or self._places[-1].page != page):
            self._places.append(Place(self._length, page=page))
        self._pieces.append(text)
        self._length += len(text)
