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
from typing import TYPE_CHECKING

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.read.decode import ReadText
from pipeline.read.page.furniture import Furniture, Page
from pipeline.read.page.lines import Glyph
from pipeline.read.page.text import LITTLE, MOST_UNREADABLE, is_unreadable, text_of_pages
from pipeline.read.page.turns import level_page, main_turn, turn_of, turned

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage, PdfTextPage


_ENCRYPTED = 4  # FPDF_ERR_PASSWORD
_HYPHENS = {"\x02": "-", "\xad": "-", "\ufffe": "-"}
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
    return text_of_pages(pages, stamps, pictured, "pdf", source)


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
        unreadable += sum(is_unreadable(glyph.character) for glyph, _ in glyphs)
        pages.append(_page(page, number, glyphs, stamps))
        if len(glyphs) < LITTLE and _has_picture(page):
            pictured.add(number)
        text.close()
        page.close()
    if unreadable > MOST_UNREADABLE * max(characters, 1):
        raise InputError(f"{source}: {_UNREADABLE}")
    return pages, pictured


def _has_picture(page: "PdfPage") -> bool:
    """Tell whether a page shows anything but text; text that was turned to outlines counts as a picture."""
    from pypdfium2.raw import FPDF_PAGEOBJ_TEXT  # noqa: PLC0415 - loaded when a PDF is read

    return any(item.type != FPDF_PAGEOBJ_TEXT for item in page.get_objects(max_depth=2))


# Characters, turned so that the lines of the page run from left to right.


def _page(page: "PdfPage", number: int, glyphs: list[tuple[Glyph, int]], stamps: list[Furniture]) -> Page:
    left, bottom, right, top = page.get_bbox()
    return level_page(glyphs, Page(number, [], bottom=bottom, top=top, left=left, right=right), stamps, main_turn(glyphs))


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
        turn = turn_of(matrix.a, matrix.b)
        size = raw.FPDFText_GetFontSize(handle, i) * math.hypot(matrix.c, matrix.d)
        left, base = turned(x.value, y.value, turn)
        right = max(turned(box.left, box.bottom, turn)[0], turned(box.right, box.top, turn)[0])
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


def _glyph(character: str, left: float, right: float, base: float, size: float, order: int, spaced: bool) -> Glyph:
    """Return a character with sound figures: a full-width one is as wide as its size, though its ink may be less."""
    if not math.isfinite(left + right + base + size):
        left = right = base = size = 0.0
    size = size if size > 0 else max(right - left, 1.0)
    if unicodedata.east_asian_width(character[0]) in "WF":
        right = max(right, left + size)
    character = " " if character.isspace() and character != "\u3000" else _HYPHENS.get(character, character)
    return Glyph(character, left, max(left, right), base, size, order, spaced)
