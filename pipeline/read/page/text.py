"""The text of a document that is printed pages: its paragraphs, what stands around them, and what is marked in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.core.errors import InputError, PicturesOnlyError
from pipeline.core.messages import mark, tr
from pipeline.core.records import Mark, SourceLocation
from pipeline.read.compose import LONGEST_ROW, Paragraph, heading_levels, is_plain_heading
from pipeline.read.decode import ReadText
from pipeline.read.ocr.engine import INSTALL, is_installed
from pipeline.read.page.blocks import Row, find_blocks
from pipeline.read.page.bookmarks import Bookmark, find_headings
from pipeline.read.page.continued import with_cells_continued
from pipeline.read.page.furniture import Furniture, Page, take_furniture
from pipeline.read.page.lines import TextLine, with_joint
from pipeline.read.page.paragraphs import cell_paragraphs, find_paragraphs

# A page with fewer characters is looked at for pictures: it may be one with a page number.
LITTLE = 100
NOTHING_ON = "no text on"
_MOST_NAMED = 20  # pages
_NO_TEXT = mark(
    "needs OCR: the pages are pictures; {install}, or recognise the text with another program and save it as PDF or Word"
)
_NOT_ASKED = mark("needs OCR: the pages are pictures, and read.ocr is never; set it to auto")
_NOT_FOUND = mark("OCR finds no text in the pictures that the pages are; scan them again, straight, in grey and at 200 to 300 dpi")
_EMPTY = mark("no text on any page; save the report again")


@dataclass(frozen=True, slots=True)
class Recognition:
    """How certain the text recognition was of pages, by their number, the least certainty to trust, and whether it was asked.

    ``unread`` are the numbers of pages that gave nothing: it was not certain enough of them, or their pictures are damaged.
    """

    certainty: Mapping[int, float]
    least: float
    is_asked: bool
    unread: Sequence[int] = ()

    def place(self, start: int, page: int) -> SourceLocation:
        """Return the place of a text on a page."""
        certainty = self.certainty.get(page)
        if certainty is None:
            return SourceLocation(start, page=page)
        return SourceLocation(start, page=page, certainty=round(certainty, 3), doubtful=certainty < self.least)

    @property
    def note(self) -> str:
        """What the name of the format says of it."""
        count = len(self.certainty)
        return f", {count} {'page' if count == 1 else 'pages'} by OCR, {min(self.certainty.values()):.0%} certain" if count else ""


NOT_RECOGNISED = Recognition({}, 0.0, is_asked=False)


def text_of_pages(
    pages: list[Page],
    aside: list[Furniture],
    pictured: set[int],
    name: str,
    source: str,
    bookmarks: Sequence[Bookmark] = (),
    recognition: Recognition = NOT_RECOGNISED,
) -> ReadText:
    """Return the text of pages with marks for furniture, table rows and headings, and the place of each page.

    ``aside`` is what is known to be no part of the report, ``pictured`` the numbers of pages with little but pictures, and
    ``name`` that of the format. Raises InputError where no page has text, or most are pictures.
    """
    furniture = sorted(take_furniture(pages) + aside, key=lambda item: (item.page, not item.at_top))
    without = [page.number for page in pages if not page.lines and page.number in pictured]
    pictures = len(without)
    if pictures * 2 > len(pages) or not any(page.lines for page in pages):
        if pictures:
            raise PicturesOnlyError(tr("{source}: {reason}", source=source, reason=_why_empty(recognition)), code="scanned")
        raise InputError(tr("{source}: {reason}", source=source, reason=tr(_EMPTY)), code="empty")
    writer = _Writer(furniture, recognition)
    for paragraph, level in find_headings(find_paragraphs(with_cells_continued(find_blocks(pages))), bookmarks):
        writer.add(paragraph, level)
    return writer.result(f"{name}{recognition.note}{_note([*recognition.unread, *without])}")


def _note(pages: Sequence[int]) -> str:
    """Return what the name of the format says of pages whose pictures gave no text."""
    if not pages:
        return ""
    shown = " ".join(map(str, sorted(pages)[:_MOST_NAMED])) + (" …" if len(pages) > _MOST_NAMED else "")
    return f", {NOTHING_ON} {'page' if len(pages) == 1 else 'pages'} {shown}"


def _why_empty(recognition: Recognition) -> str:
    if recognition.is_asked:
        return tr(_NOT_FOUND)
    return tr(_NOT_ASKED) if is_installed() else tr(_NO_TEXT, install=INSTALL)


class _Writer:
    """The text in the making: lines that stand by themselves, with marks and the page where each begins."""

    def __init__(self, furniture: list[Furniture], recognition: Recognition) -> None:
        """``furniture`` is in the order of pages; it is put behind the paragraph that it interrupts."""
        self._waiting = furniture[::-1]
        self._recognition = recognition
        self._pieces: list[str] = []
        self._length = 0
        self._marks: list[Mark] = []
        self._places: list[SourceLocation] = []
        self._lines: list[tuple[int, Paragraph]] = []

    def add(self, paragraph: Row | list[TextLine], level: int | None) -> None:
        """Write a paragraph or the row of a table as one line; ``level`` is that of a heading, 0 the title."""
        lines = paragraph if isinstance(paragraph, list) else [line for cell in paragraph.cells for line in cell]
        self._write_furniture(lines[0].page)
        start = self._length
        if isinstance(paragraph, list):
            text = self._write_lines(paragraph)
            self._lines.append((start, Paragraph(text) if level is None else Paragraph(text, "heading", level)))
        else:
            self._write_row(paragraph)
        self._write("\n", lines[-1].page)
        self._write_furniture(lines[-1].page)

    def result(self, encoding: str) -> ReadText:
        """Return the text with what is left of the furniture."""
        while self._waiting:
            self._write_noise(self._waiting.pop())
        marks = sorted([*self._marks, *self._heading_marks()], key=lambda mark: mark.start)
        return ReadText("".join(self._pieces), encoding, tuple(marks), tuple(self._places))

    def _heading_marks(self) -> list[Mark]:
        levels = heading_levels([paragraph for _, paragraph in self._lines])
        return [
            Mark(start, start + len(paragraph.text), "heading", level=levels[paragraph.level])
            for start, paragraph in self._lines
            if paragraph.kind == "heading" and is_plain_heading(paragraph)
        ]

    def _write_row(self, row: Row) -> None:
        """Write the row of a table as one line, or, where a cell has several paragraphs or the row is long, cell by cell."""
        start = self._length
        cells = [cell_paragraphs(cell) for cell in row.cells]
        if any(len(cell) > 1 for cell in cells) or sum(len(line.text) for cell in row.cells for line in cell) > LONGEST_ROW:
            for number, lines in enumerate(lines for cell in cells for lines in cell):
                self._write("\n" if number else "", lines[0].page)
                self._lines.append((self._length, Paragraph(self._write_lines(lines))))
            return
        for i, cell in enumerate(row.cells):
            self._write("\t" if i else "", cell[0].page)
            self._write_lines(cell)
        self._marks.append(Mark(start, self._length, "row"))

    def _write_lines(self, lines: list[TextLine]) -> str:
        """Write the lines of one paragraph, and return their text."""
        pieces = [with_joint(line.text, following.text, line.spaced) for line, following in pairwise(lines)]
        for line, piece in zip(lines, [*pieces, lines[-1].text], strict=True):
            self._write(piece, line.page)
        return "".join([*pieces, lines[-1].text])

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
            self._places.append(self._recognition.place(self._length, page))
        self._pieces.append(text)
        self._length += len(text)
