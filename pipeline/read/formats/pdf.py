"""PDF: the text layer of every page, put together to lines and paragraphs.

Read with pypdfium2 (Apache-2.0 or BSD-3-Clause, wheels for all systems): PDFium is the engine of Chrome, so it is
maintained against hostile files, is compiled, and carries the Chinese character maps. PyMuPDF is AGPL; pdfminer.six and
pypdf are written in Python. PDFium gives characters with their places and no paragraphs, which
the modules of ``pipeline.read.page`` find.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import mark, tr
from pipeline.read.decode import ReadText
from pipeline.read.ocr.engine import INSTALL
from pipeline.read.ocr.pages import UNREADABLE, recognised_page
from pipeline.read.ocr.use import may_recognise, require_recognition
from pipeline.read.page.furniture import Furniture, Page
from pipeline.read.page.glyphs import Glyph
from pipeline.read.page.readable import Legibility
from pipeline.read.page.text import LITTLE, Recognition, text_of_pages
from pipeline.read.page.turns import level_page, main_turn
from pipeline.read.page.vertical import laid_level
from pipeline.read.pdf.characters import Drawn, Fonts, characters_with_ctypes, in_order, signs_of
from pipeline.read.pdf.covers import drawn_once, has_layers, hidden, outside, set_aside, watermarks
from pipeline.read.pdf.forms import values_of, with_values
from pipeline.read.pdf.lost import has_lost_characters
from pipeline.read.pdf.mute import Unmuted
from pipeline.read.pdf.pictures import picture_of, pictured_share
from pipeline.read.steps import tell

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage, PdfTextPage


_ENCRYPTED = 4  # FPDF_ERR_PASSWORD
_UNREADABLE = mark("unreadable: its fonts do not say which characters they show; save the PDF again from its source, or {install}")
# Pictures that take more of a page than this are what is to be read on it, whatever number or stamp stands beside them.
_MOSTLY_PICTURE = 0.3
# In ems: a line that stands so much higher than the one before it.
_UP = 0.5
_DAMAGED = mark("damaged, or not a PDF; open it in a PDF program and save it again")
_NO_FONT = mark(
    "characters of it may be lost, since its fonts are neither in the file nor on this machine; "
    "install Chinese fonts (fonts-noto-cjk), or save the PDF with its fonts"
)
_LOCKED = mark("password-protected; open it with its password and save it without")


@dataclass(slots=True)
class _Found:
    """What was read of the pages so far: their lines, what is set aside, and which of those with little text have pictures."""

    pages: list[Page] = field(default_factory=list)
    aside: list[Furniture] = field(default_factory=list)
    pictured: set[int] = field(default_factory=set)
    certainty: dict[int, float] = field(default_factory=dict)
    legibility: Legibility = field(default_factory=Legibility)
    characters: int = 0


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the text of a PDF with its furniture marked and the place of each page; raises InputError."""
    from pypdfium2 import PdfDocument, PdfiumError  # noqa: PLC0415 - loaded when a PDF is read

    try:
        with PdfDocument(data) as document:
            found = _Reading(document, data, source, options, options.ocr == "always").read()
            if not found.legibility.is_readable and may_recognise(options):
                found = _Reading(document, data, source, options, from_pictures=True).read()
    except PdfiumError as error:
        is_locked = error.err_code == _ENCRYPTED
        said = tr("{source}: {reason}", source=source, reason=tr(_LOCKED if is_locked else _DAMAGED))
        raise InputError(said, code="password" if is_locked else "damaged") from None
    if not found.legibility.is_readable:
        raise InputError(tr("{source}: {reason}", source=source, reason=tr(_UNREADABLE, install=INSTALL)), code="scanned")
    recognition = Recognition(found.certainty, options.ocr_certainty, may_recognise(options))
    return text_of_pages(found.pages, found.aside, found.pictured, "pdf", source, recognition=recognition)


class _Reading:
    """The reading of one document, page by page; ``from_pictures`` has every page read as the picture that it shows."""

    def __init__(self, document: "PdfDocument", data: bytes, source: str, options: ReadConfig, from_pictures: bool) -> None:
        self._document, self._source, self._options = document, source, options
        self._from_pictures = from_pictures
        self._has_layers = has_layers(data)
        self._fonts = Fonts()
        self._unmuted = Unmuted(document)
        self._found = _Found()

    def read(self) -> _Found:
        """Return what all pages hold; raises InputError for too much."""
        pages, limit = len(self._document), self._options.max_pages
        if pages > limit:
            raise InputError(
                tr(
                    "{source}: {pages:,} pages; the limit is {limit:,} (read.max_pages)",
                    source=self._source,
                    pages=pages,
                    limit=limit,
                ),
                code="too_large",
            )
        if self._from_pictures:
            require_recognition(self._source)
        if self._document.get_formtype() and not self._document.formenv:
            self._document.init_forms()
        for number in range(1, pages + 1):
            page = self._document[number - 1]
            if not (self._from_pictures and self._recognise(page, number)):
                self._read_page(page, number)
            page.close()
        return self._found

    def _read_page(self, page: "PdfPage", number: int) -> None:
        found, text = self._found, page.get_textpage()
        found.characters += text.count_chars()
        if found.characters > self._options.max_unpacked:
            limit = self._options.max_unpacked
            raise InputError(
                tr("{source}: more than {limit:,} characters (read.max_unpacked)", source=self._source, limit=limit),
                code="too_large",
            )
        count = self._read_characters(page, text, number)
        if has_lost_characters(page, text):
            raise InputError(
                tr("{source}, page {number}: {reason}", source=self._source, number=number, reason=tr(_NO_FONT)), code="fonts"
            )
        text.close()
        if count < LITTLE and _has_picture(page):
            found.pictured.add(number)
            if not count or pictured_share(page) > _MOSTLY_PICTURE:
                self._recognise(page, number)

    def _read_characters(self, page: "PdfPage", text: "PdfTextPage", number: int) -> int:
        """Read a page by its characters, and return how many of these are part of its text."""
        comments: list[Furniture] = []
        values, signs = values_of(page, self._document, number, comments), signs_of(text, self._fonts)
        if signs and not (values or self._has_layers or page.get_rotation()):
            left, bottom, right, top = page.get_bbox()
            lines = signs.plain_lines(number, left, bottom, right, top)
            if lines is not None:
                signs.tally(self._found.legibility)
                self._found.aside += comments
                self._found.pages.append(Page(number, lines, *sorted((bottom, top)), *sorted((left, right))))
                return len(signs)
        drawn = characters_with_ctypes(text, self._fonts) if signs is None else signs.drawn()
        if not drawn:
            drawn = self._unmuted.characters(number, page, self._fonts)
        self._found.legibility.add([(item.glyph.character, item.font) for item in drawn])
        drawn = self._without_covers(drawn, page, text, number)
        self._found.aside += comments
        drawn = with_values(drawn, values)
        self._found.pages.append(_level(drawn, page, number, self._found.aside))
        return len(drawn)

    def _recognise(self, page: "PdfPage", number: int) -> bool:
        """Read a page as the picture that it shows, where that is asked for, and tell whether anything was found in it."""
        if not may_recognise(self._options):
            return False
        width, height = page.get_size()
        seen = recognised_page(picture_of(page), number, width, height)
        tell(number, len(self._document))
        if seen.certainty < UNREADABLE:
            return False
        found = self._found
        found.pages = [*(other for other in found.pages if other.number != number), seen.page]
        found.certainty[number] = seen.certainty
        found.pictured.discard(number)
        return True

    def _without_covers(self, drawn: Sequence[Drawn], page: "PdfPage", text: "PdfTextPage", number: int) -> list[Drawn]:
        """Return the characters that are part of the page's text."""
        drawn, doubled = drawn_once(drawn)
        flags = watermarks(drawn, text, doubled) | outside(drawn, page)
        if self._has_layers:
            flags |= hidden(drawn, page)
        if not flags:
            return drawn
        left, aside = set_aside(drawn, flags, number)
        self._found.aside += aside
        return left


def _has_picture(page: "PdfPage") -> bool:
    """Tell whether a page shows anything but text; text that was turned to outlines counts as a picture."""
    from pypdfium2.raw import FPDF_PAGEOBJ_TEXT  # noqa: PLC0415 - loaded when a PDF is read

    return any(item.type != FPDF_PAGEOBJ_TEXT for item in page.get_objects(max_depth=2))


def _level(drawn: list[Drawn], page: "PdfPage", number: int, aside: list[Furniture]) -> Page:
    """Return the lines of a page, turned so that they run from left to right."""
    glyphs = laid_level([(item.glyph, item.turn) for item in drawn])
    turn = main_turn(glyphs)
    if turn or page.get_rotation():
        ordered = laid_level([(item.glyph, item.turn) for item in in_order(drawn, page)])
        glyphs = min(glyphs, ordered, key=_steps_up)
        turn = main_turn(glyphs)
    left, bottom, right, top = page.get_bbox()
    return level_page(glyphs, Page(number, [], bottom=bottom, top=top, left=left, right=right), aside, turn)


def _steps_up(glyphs: Sequence[tuple[Glyph, int]]) -> int:
    """Count the places where a line stands above the one before it: many where the order of lines is turned around."""
    return sum(b.base - a.base > _UP * a.size for (a, i), (b, j) in pairwise(glyphs) if i == j)
