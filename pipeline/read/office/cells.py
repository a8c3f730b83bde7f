"""Bound what a spreadsheet makes a reader look at, before it is read: cells far from all others, and repeats without end.

calamine puts the cells of a sheet into one block from the first to the last, so that a single cell in the far corner costs as
much as seventeen billion. Such a sheet is drawn together first: its rows and columns that hold nothing go, and what is left is
numbered anew. OpenDocument writes a repeated row or cell once with how often; there the cells are counted as they are read.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.read.office.ooxml import attribute, child, children, local, main_part, number, relationships
from pipeline.read.office.packages import ZipPackage, parse_member, read_member
from pipeline.read.sheet_tables import Table

if TYPE_CHECKING:
    from lxml.etree import _Element

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_ATTRIBUTES = rb'(?:\s+[\w:]+="[^"]*")*?'
_REFERENCE = re.compile(rb"(<(?:\w+:)?(?:row|c)\b" + _ATTRIBUTES + rb'\s+r=")([A-Z]{0,3})(\d{1,7})(?=")')
_CELL = re.compile(rb"<(?:\w+:)?c\b" + _ATTRIBUTES + rb'\s+r="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>')
# Cells without content, and the list of cells that span others, which would have to be numbered anew.
_OF_NO_USE = re.compile(rb"<(?:\w+:)?c\b[^>]*/>|<(?:\w+:)?mergeCells\b.*?</(?:\w+:)?mergeCells>", re.DOTALL)
_AREA = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?")
_ROW_TAGS = ("table-row-group", "table-rows", "table-header-rows")
_SKIPPED = frozenset(["annotation", "ruby-text", "note-citation"])
_CHARACTERS = {"tab": "\t", "line-break": "\n"}
_MOST_SPACES = 1_000
_MOST_REPEATS = 100  # a row or a cell that is repeated more often was filled up to the end of the sheet, and stands once


@dataclass(frozen=True, slots=True)
class SourceWorkbook:
    """A workbook to be read, and the numbers that the rows of some sheets had, by the name of the sheet."""

    data: bytes
    numbers: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class ShownPart:
    """What a document shows of a workbook that stands in it: a sheet and, where it is said, a part of it.

    ``rows`` and ``columns`` count from 0.
    """

    sheet: str
    rows: range | None = None
    columns: range | None = None

    def holds(self, row: int, column: int) -> bool:
        """Tell whether a cell is shown."""
        return (self.rows is None or row in self.rows) and (self.columns is None or column in self.columns)


def drawn_together(data: bytes, package: ZipPackage, source: str, options: ReadConfig) -> SourceWorkbook:
    """Return a workbook in which no sheet is spread wider than may be looked at: such a sheet loses its empty rows and columns.

    ``data`` are the bytes of the package. Raises InputError where a sheet has too many cells all the same.
    """
    changed: dict[str, bytes] = {}
    numbers: dict[str, list[int]] = {}
    for member in package.infolist():
        if not _SHEET.fullmatch(member.filename):
            continue
        part = read_member(package, member.filename, source) or b""
        rows, columns = _used(part)
        if not rows or max(rows) * (max(columns, default=0) + 1) <= options.max_cells:
            continue
        if len(rows) * len(columns) > options.max_cells:
            raise too_many_cells(source, options)
        changed[member.filename.casefold()] = _renumbered(part, rows, columns)
        numbers[member.filename.casefold()] = sorted(rows)
    if not changed:
        return SourceWorkbook(data, {})
    named = {name: numbers[part] for name, part in sheet_parts(package, source) if part in numbers}
    return SourceWorkbook(_repacked(package, changed, source), named)


def shown_part(package: ZipPackage, source: str) -> ShownPart | None:
    """Return what a document shows of a workbook in it, None where the workbook has no sheets; raises InputError."""
    root, sheets = parse_member(package, main_part(package, source) or "", source), _sheets(package, source)
    shown = number(child(root, "bookViews", "workbookView"), "activeTab") or 0
    if not 0 <= shown < len(sheets):
        return None
    name = attribute(sheets[shown], "name") or ""
    area = _AREA.fullmatch((attribute(child(root, "oleSize"), "ref") or "").upper())
    if area is None:
        return ShownPart(name)
    left, top, right, bottom = area[1], int(area[2]), area[3] or area[1], int(area[4] or area[2])
    return ShownPart(name, range(top - 1, bottom), range(_column(left.encode()), _column(right.encode()) + 1))


def chart_parts(package: ZipPackage, sheet: str, source: str) -> "Iterator[_Element]":
    """Yield the charts that lie over the cells of a sheet; raises InputError."""
    known = {attribute(each, "name"): attribute(each, "id") or "" for each in _sheets(package, source)}
    parts = relationships(package, main_part(package, source) or "", source)
    part = parts.get(known.get(sheet, ""))
    drawings = (
        [] if part is None else [each for each in relationships(package, part.target, source).values() if each.kind == "drawing"]
    )
    for drawing in drawings:
        for chart in relationships(package, drawing.target, source).values():
            root = parse_member(package, chart.target, source) if chart.kind == "chart" else None
            if root is not None:
                yield root


def text_boxes(package: ZipPackage, part: str, source: str) -> Iterator[str]:
    """Yield the paragraphs of the text boxes and shapes that lie over the cells of a sheet."""
    drawings = [found.target for found in relationships(package, part, source).values() if found.kind == "drawing"]
    for drawing in drawings:
        root = parse_member(package, drawing, source)
        for paragraph in () if root is None else root.iter("{*}p"):
            text = "".join(run.text or "" for run in paragraph.iter("{*}t"))
            if text.strip():
                yield text


def too_many_cells(source: str, options: ReadConfig) -> InputError:
    """Return what is said of a workbook of which more cells would have to be looked at than may be."""
    said = tr(
        "{source}: more than {max_cells:,} cells (read.max_cells); split it, or raise the limit",
        source=source,
        max_cells=options.max_cells,
    )
    return InputError(said, code="too_large")


def sheet_parts(package: ZipPackage, source: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each sheet with that of its part."""
    parts = relationships(package, main_part(package, source) or "", source)
    for sheet in _sheets(package, source):
        part = parts.get(attribute(sheet, "id") or "")
        if part is not None:
            yield attribute(sheet, "name") or "", part.target.casefold()


def _sheets(package: ZipPackage, source: str) -> "list[_Element]":
    return children(child(parse_member(package, main_part(package, source) or "", source), "sheets"))


def _used(data: bytes) -> tuple[set[int], set[int]]:
    """Return the numbers of the rows and columns that a sheet has cells in, rows from 1 and columns from 0."""
    rows: set[int] = set()
    columns: set[int] = set()
    letters: set[bytes] = set()
    for column, row in _CELL.findall(data):
        rows.add(int(row))
        letters.add(column)
    columns.update(map(_column, letters))
    return rows, columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _letters(column: int) -> bytes:
    letters = b""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = bytes([65 + rest]) + letters
    return letters


def _renumbered(data: bytes, rows: set[int], columns: set[int]) -> bytes:
    row_of = {row: number for number, row in enumerate(sorted(rows), start=1)}
    column_of = {_letters(column): _letters(number) for number, column in enumerate(sorted(columns))}

    def renumbered(match: re.Match[bytes]) -> bytes:
        return match[1] + column_of.get(match[2], b"") + b"%d" % row_of.get(int(match[3]), 1)

    return _REFERENCE.sub(renumbered, _OF_NO_USE.sub(b"", data))


def _repacked(package: ZipPackage, changed: Mapping[str, bytes], source: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for member in package.infolist():
            data = changed.get(member.filename.casefold())
            made.writestr(member.filename, (read_member(package, member.filename, source) or b"") if data is None else data)
    return buffer.getvalue()


def read_ods(package: ZipPackage, source: str, options: ReadConfig) -> list[Table]:
    """Return the sheets of an OpenDocument spreadsheet; raises InputError, also for one of more cells than may be looked at."""
    if b"encryption-data" in (read_member(package, "META-INF/manifest.xml", source) or b""):
        raise InputError(
            tr("{source}: protected by a password; open it, remove the password and save it again", source=source), code="password"
        )
    return ods_tables(parse_member(package, "content.xml", source), source, options)


def ods_tables(root: "_Element | None", source: str, options: ReadConfig) -> list[Table]:
    """Return the sheets below the root of the content; raises InputError for more cells than may be looked at."""
    sheets = [table for table in children(child(root, "body", "spreadsheet")) if local(table) == "table"]
    left = _Allowance(options.max_cells, too_many_cells(source, options))
    return [_ods_table(sheet, left) for sheet in sheets]


@dataclass(slots=True)
class _Allowance:
    """How many cells may still be looked at, and what is raised where that is not enough."""

    cells: int
    error: InputError

    def take(self, count: int) -> None:
        """Count some cells; raises InputError where they are too many."""
        self.cells -= count
        if self.cells < 0:
            raise self.error


def _ods_table(sheet: "_Element", left: _Allowance) -> Table:
    rows: list[list[str]] = []
    numbers: list[int] = []
    merged: list[tuple[int, int, int, int]] = []
    number = 1
    for row in _ods_rows(sheet):
        cells = _ods_cells(row, left)
        repeats = _count(row, "number-rows-repeated")
        if cells:
            kept = repeats if repeats <= _MOST_REPEATS else 1
            left.take((kept - 1) * len(cells))
            merged += _spans(row, len(rows))
            rows += [cells] * kept
            numbers += range(number, number + kept)
        number += repeats
    return Table(_named(sheet, "name"), rows, numbers, merged, tuple(_ods_boxes(sheet)))


def _ods_boxes(sheet: "_Element") -> Iterator[str]:
    """Yield the paragraphs of shapes over the cells; what a cell shows itself, and remarks on it, are none."""
    for paragraph in sheet.iter("{*}p"):
        around = paragraph.getparent()
        text = "".join(_ods_pieces(paragraph))
        if around is not None and local(around) not in ("table-cell", "covered-table-cell", "annotation") and text.strip():
            yield text


def _ods_rows(parent: "_Element") -> "Iterator[_Element]":
    for element in parent:
        if local(element) == "table-row":
            yield element
        elif local(element) in _ROW_TAGS:
            yield from _ods_rows(element)


def _ods_cells(row: "_Element", left: _Allowance) -> list[str]:
    """Return the cells of a row up to the last that holds something; empty ones before it count as many as they are."""
    cells: list[str] = []
    empty = 0
    for cell in row:
        text, repeats = _ods_text(cell), _count(cell, "number-columns-repeated")
        if not text:
            empty += repeats
            continue
        repeats = repeats if repeats <= _MOST_REPEATS else 1
        left.take(empty + repeats)
        cells += [""] * empty + [text] * repeats
        empty = 0
    return cells


def _spans(row: "_Element", index: int) -> Iterator[tuple[int, int, int, int]]:
    column = 0
    for cell in row:
        below, beside = _count(cell, "number-rows-spanned") - 1, _count(cell, "number-columns-spanned") - 1
        if below or beside:
            yield index, column, index + below, column + beside
        column += _count(cell, "number-columns-repeated")


def _ods_text(cell: "_Element") -> str:
    """Return what a cell shows; a covered cell shows nothing."""
    if local(cell) != "table-cell":
        return ""
    return "\n".join("".join(_ods_pieces(paragraph)) for paragraph in cell if local(paragraph) == "p")


def _ods_pieces(element: "_Element") -> Iterator[str]:
    yield element.text or ""
    for inner in element:
        if local(inner) == "s":
            yield " " * min(_count(inner, "c"), _MOST_SPACES)
        elif local(inner) in _CHARACTERS:
            yield _CHARACTERS[local(inner)]
        elif local(inner) not in _SKIPPED:
            yield from _ods_pieces(inner)
        yield inner.tail or ""


def _named(element: "_Element", name: str) -> str | None:
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), None)


def _count(element: "_Element", name: str) -> int:
    value = _named(element, name) or ""
    return max(1, int(value)) if value.isascii() and value.isdigit() and len(value) < 10 else 1
