"""From the rows of a table to one text: a row is a line, marked so that it stays one segment.

Rows of one report (by the column that names it) follow each other as its paragraphs. Rows without a report have nothing
to do with each other and are tagged each for itself.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, zip_longest
from typing import Literal

import msgspec

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.records import Mark, Place
from pipeline.read.decode import ReadText

TEXT_NAMES = ("text", "正文", "内容", "段落", "文本", "全文", "content", "body", "原文")
SOURCE_NAMES = ("source", "来源文件", "报告", "文件", "文件名", "document", "file")
_LETTERS = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffffA-Za-z]")
_SHORTEST_TEXT = 6  # letters in the mean cell of a column that is taken for text without its name saying so
_LONGEST_NAME = 40
_NO_NAME = re.compile(r"[。；！？\d]")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a sheet, or of a file that is one table, with the sheet's name."""

    sheet: str | None
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Column:
    """Where in a table the text stands: its column, that of the report it belongs to, the names of all, the first row of data."""

    text: int
    source: int | None
    names: tuple[str, ...]
    first_row: int


@dataclass(frozen=True, slots=True)
class _Row:
    """The text of a row, whether it belongs to a report, and where it stands."""

    text: str
    kind: Literal["row", "record"]
    place: Place


def rows_text(tables: Sequence[Table], encoding: str, source: str, options: ReadConfig) -> ReadText:
    """Return the text columns of tables as one text, a row a line; raises InputError where no table has one."""
    found = [(table, column) for table in tables if (column := _find_column(table, options)) is not None]
    if not found:
        raise InputError(_no_column(tables, source, options), code="columns")
    rows = [row for table, column in found for row in _rows(table, column)]
    starts = [0, *accumulate(len(row.text) + 1 for row in rows)]
    marks = tuple(Mark(start, start + len(row.text), row.kind) for start, row in zip(starts, rows, strict=False))
    places = tuple(msgspec.structs.replace(row.place, start=start) for start, row in zip(starts, rows, strict=False))
    names = ", ".join(dict.fromkeys(column.names[column.text] for _, column in found))
    return ReadText("\n".join(row.text for row in rows), f"{encoding}, column {names}", marks, places)


def _rows(table: Table, column: _Column) -> Iterator[_Row]:
    for number, cells in enumerate(table.rows[column.first_row :], column.first_row + 1):
        text = " ".join(cells[column.text].split()) if column.text < len(cells) else ""
        if text:
            of_report = column.source is not None and column.source < len(cells) and bool(cells[column.source])
            place = Place(0, sheet=table.sheet, row=number, columns=_others(cells, column))
            yield _Row(text, "row" if of_report else "record", place)


def _others(row: Sequence[str], column: _Column) -> tuple[tuple[str, str], ...]:
    pairs = zip_longest(column.names, row, fillvalue="")
    return tuple((name or f"column {i + 1}", cell) for i, (name, cell) in enumerate(pairs) if i != column.text and cell)


def _find_column(table: Table, options: ReadConfig) -> _Column | None:
    first = next((i for i, row in enumerate(table.rows) if any(cell.strip() for cell in row)), None)
    if first is None:
        return None
    header = [cell.strip() for cell in table.rows[first]]
    text = _named(header, (options.text_column,) if options.text_column else TEXT_NAMES)
    if text is None and not options.text_column:
        text = _fullest(table.rows[first:])
    if text is None:
        return None
    source = _named(header, (options.source_column,) if options.source_column else SOURCE_NAMES)
    has_names = _is_header(header, text, options)
    names = header if has_names else [f"column {i + 1}" for i in range(len(header))]
    return _Column(text, source if has_names and source != text else None, tuple(names), first + has_names)


def _named(header: Sequence[str], names: Sequence[str]) -> int | None:
    lowered = [cell.lower() for cell in header]
    return next((lowered.index(name.lower()) for name in names if name.lower() in lowered), None)


def _fullest(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the column with the most letters, or None where its cells are too short to be text."""
    letters: dict[int, int] = {}
    cells: dict[int, int] = {}
    for row in rows:
        for i, cell in enumerate(row):
            if cell:
                letters[i] = letters.get(i, 0) + len(_LETTERS.findall(cell))
                cells[i] = cells.get(i, 0) + 1
    best = max(letters, key=lambda i: letters[i], default=None)
    return best if best is not None and letters[best] >= _SHORTEST_TEXT * cells[best] else None


def _is_header(header: Sequence[str], text: int, options: ReadConfig) -> bool:
    """Tell whether the first row holds names: it has a known one, or each of its several cells is a short word."""
    known = {name.lower() for name in (*TEXT_NAMES, *SOURCE_NAMES, options.text_column, options.source_column) if name}
    if any(cell.lower() in known for cell in header):
        return True
    cells = [cell for cell in header if cell]
    return (
        len(cells) > 1
        and all(len(cell) <= _LONGEST_NAME and not re.search(r"[。；！？\d]", cell) for cell in cells)
        and bool(header[text])
    )


def _no_column(tables: Sequence[Table], source: str, options: ReadConfig) -> str:
    first = [cell for table in tables for row in table.rows[:1] for cell in row if cell][:20]
    if options.text_column:
        return f"{source}: no column {options.text_column!r} (read.text_column); the first row has: {', '.join(first) or 'nothing'}"
    return f"{source}: no column with text; name it with --set read.text_column=NAME"
