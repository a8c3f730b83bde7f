"""Make text of tables: the columns with the text, one row a line, the other columns beside it.

A table as offices make it has a title above its names, names in two rows under a merged cell, notes below it, and cells that
span rows. Titles and notes are set aside; a cell that spans rows stands in each of them. Rows and columns that are hidden count
like others: a filter that somebody left on must take nothing from a report.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, zip_longest
from typing import Literal

import msgspec

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.core.records import Mark, SourceLocation
from pipeline.read.decode import ReadText

TEXT_NAMES = ("text", "正文", "内容", "段落", "文本", "全文", "content", "body", "原文")
# What a cell shows whose formula went wrong, or whose column was too narrow, in Excel, WPS and LibreOffice.
_WRONG = re.compile(
    r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|UNKNOWN!|CONNECT!|BUSY!|GETTING_DATA|#+)|Err:\d{3}"
)
SOURCE_NAMES = ("source", "来源文件", "报告", "文件", "文件名", "document", "file")
ALL_COLUMNS = "*"  # as read.text_column: all columns with text
_LIKELY = re.compile("内容|正文|情况|事项|做法|成效|措施|进展|概况|简介|描述|说明|总结|记录")
_LETTERS = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffffA-Za-z]")
_PAGE_TAG = re.compile(r"</(?:p|div|span|strong|b|font|a|li|td|h[1-6])\s*>|<br\s*/?>|<(?:p|div|img)\b[^<>]{0,1000}>", re.IGNORECASE)
_SHORTEST_TEXT = 6  # letters in the mean cell of a column that is taken for text without its name saying so
_LONGEST_NAME = 40
_NO_NAME = re.compile(r"[。；！？\d]|[:：].")
_BESIDE_NAME = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]|[\s，,、:：*＊]")  # a hint or a sign beside the name of a column
_LOOK, _MEASURE = 12, 50  # rows, not empty, in which names are looked for, and by which a table's width is measured
_MOST_LEVELS = 3  # of names, one above the other


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a sheet, or of a file that is one table, with the sheet's name.

    ``numbers`` are those of the rows in their file, where some are left out; ``merged`` are cells that span others: the first row
    and column and the last, as indices. ``boxes`` is the text that lies over the cells, a paragraph each.
    """

    sheet: str | None
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] | None = None
    merged: Sequence[tuple[int, int, int, int]] = ()
    boxes: Sequence[str] = ()

    def number(self, index: int) -> int:
        """Return the number of a row in its file, counted from 1."""
        return index + 1 if self.numbers is None else self.numbers[index]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where in a table what stands: the text columns, that of the report a row belongs to, all names, and the rows of names."""

    text: tuple[int, ...]
    source: int | None
    names: tuple[str, ...]
    header: range


@dataclass(frozen=True, slots=True)
class _Row:
    """The text of a row, whether it belongs to a report or is set aside and why, and where it stands."""

    text: str
    kind: Literal["row", "record", "noise"]
    place: SourceLocation
    reason: str = ""


def rows_text(tables: Sequence[Table], encoding: str, source: str, options: ReadConfig) -> ReadText:
    """Return the text columns of tables as one text, a row a line; raises InputError where no table has one."""
    found = [(table, layout) for table in tables if (layout := _find_layout(table, options)) is not None]
    if not found:
        raise InputError(_no_column(tables, source, options), code="columns")
    rows = [row for table, layout in found for row in _rows(table, layout)]
    rows += [
        _Row(_squeezed(box), "noise", SourceLocation(0, sheet=table.sheet), "text box") for table in tables for box in table.boxes
    ]
    starts = [0, *accumulate(len(row.text) + 1 for row in rows)]
    marks = [Mark(start, start + len(row.text), row.kind, reason=row.reason) for start, row in zip(starts, rows, strict=False)]
    places = [msgspec.structs.replace(row.place, start=start) for start, row in zip(starts, rows, strict=False)]
    names = ", ".join(dict.fromkeys(layout.names[column] for _, layout in found for column in layout.text))
    return ReadText("\n".join(row.text for row in rows), f"{encoding}, column {names}", tuple(marks), tuple(places))


def _rows(table: Table, layout: _Layout) -> Iterator[_Row]:
    spanned, headers = _spanned(table), [list(table.rows[index]) for index in layout.header]
    for index, row in enumerate(table.rows):
        if index in layout.header:
            continue
        cells = [cell or spanned.get((index, column), "") for column, cell in enumerate(row)] if spanned else row
        texts = (row[column] for column in layout.text if column < len(row) and not is_formula_error(row[column]))
        text = "\t".join(filter(None, (_squeezed(_shown(cell)) for cell in texts)))
        place = SourceLocation(0, sheet=table.sheet, row=table.number(index), columns=_others(cells, layout))
        if index < layout.header.start or row in headers:  # names stand again on each page of a printed table
            if aside := _joined(row):
                yield _Row(aside, "noise", _bare(place), "table title" if index < layout.header.start else "table header")
        elif text:
            of_report = layout.source is not None and layout.source < len(cells) and bool(cells[layout.source])
            yield _Row(text, "row" if of_report else "record", place)
        elif _LETTERS.search(aside := _joined(row)):
            is_note = sum(map(bool, row)) == 1 and len(_LETTERS.findall(aside)) >= _SHORTEST_TEXT
            yield _Row(aside, "noise", _bare(place), "table note" if is_note else "row without text")


def _squeezed(cell: str) -> str:
    return " ".join(cell.split())


def _shown(cell: str) -> str:
    """Return what a cell shows that holds a piece of a web page, as exports of websites and questionnaires do."""
    if not _PAGE_TAG.search(cell):
        return cell
    from pipeline.read.web.blocks import find_blocks, parse  # noqa: PLC0415 - few tables hold pages

    try:
        return "\n".join(block.text for block in find_blocks(parse(cell, "a cell")).blocks)
    except InputError:  # no page after all
        return cell


def _joined(row: Sequence[str]) -> str:
    return "\t".join(filter(None, map(_squeezed, row)))


def _bare(place: SourceLocation) -> SourceLocation:
    return msgspec.structs.replace(place, columns=())


def _spanned(table: Table) -> dict[tuple[int, int], str]:
    """Return the text of cells that span rows, for each cell below the first."""
    spanned = {}
    for first, column, last, _ in table.merged:
        cells = table.rows[first] if 0 <= first < len(table.rows) else ()
        if 0 <= column < len(cells) and cells[column]:
            spanned.update({(index, column): cells[column] for index in range(first + 1, min(last + 1, len(table.rows)))})
    return spanned


def _others(row: Sequence[str], layout: _Layout) -> tuple[tuple[str, str], ...]:
    pairs = zip_longest(layout.names, row, fillvalue="")
    return tuple((name or f"column {i + 1}", cell) for i, (name, cell) in enumerate(pairs) if i not in layout.text and cell)


def _find_layout(table: Table, options: ReadConfig) -> _Layout | None:
    filled = [index for index, row in enumerate(table.rows) if any(map(str.strip, row))]
    if not filled:
        return None
    header = _find_header(table.rows, filled, options)
    names = _names(table.rows[header.start : header.stop]) if header else ()
    body = [table.rows[index] for index in filled if index >= header.stop]
    width = max(len(row) for row in (*body, names))
    names = tuple(name or f"column {i + 1}" for i, (name, _) in enumerate(zip_longest(names, range(width), fillvalue="")))
    source = named_column(names, (options.source_column,) if options.source_column else SOURCE_NAMES) if header else None
    text = _text_columns(names, body, source, options)
    return _Layout(text, source if source not in text else None, names, header) if text else None


def _text_columns(names: Sequence[str], body: Sequence[Sequence[str]], source: int | None, options: ReadConfig) -> tuple[int, ...]:
    """Return the columns that hold the text, by what was asked for, by their names, by how much text they have."""
    if options.text_column == ALL_COLUMNS:
        return tuple(sorted(column for column in _full_columns(body) if column != source))
    chosen = named_column(names, (options.text_column,) if options.text_column else TEXT_NAMES)
    if chosen is None and not options.text_column:
        full = _full_columns(body)
        likely = [column for column in full if _LIKELY.search(names[column])]
        chosen = next(iter([*likely, *full]), None)
    return () if chosen is None else (chosen,)


def _full_columns(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the columns whose mean cell is long enough to be text, the one with the most letters first."""
    letters: dict[int, int] = {}
    cells: dict[int, int] = {}
    for row in rows:
        for i, cell in enumerate(row):
            if cell:
                letters[i] = letters.get(i, 0) + len(_LETTERS.findall(cell))
                cells[i] = cells.get(i, 0) + 1
    full = [column for column, count in letters.items() if count >= _SHORTEST_TEXT * cells[column]]
    return sorted(full, key=lambda column: (-letters[column], column))


def named_column(header: Sequence[str], names: Sequence[str]) -> int | None:
    """Return the column of the first of some names: as it is written, then without what stands beside or above it."""
    written = [cell.lower() for cell in header]
    plain = [plain_name(cell.rpartition("/")[2]) for cell in written]
    wanted = [name.lower() for name in names]
    return next((cells.index(name) for cells in (written, plain) for name in wanted if name in cells), None)


def plain_name(name: str) -> str:
    """Return the name of a column without a hint or a sign beside it: 金额（万元） is 金额."""
    return _BESIDE_NAME.sub("", name)


def _find_header(rows: Sequence[Sequence[str]], filled: Sequence[int], options: ReadConfig) -> range:
    """Return the rows of names: the first with a known name, or the first of short words that is as wide as the table."""
    known = {name.lower() for name in (*TEXT_NAMES, *SOURCE_NAMES, options.text_column, options.source_column) if name}
    width = max(sum(map(bool, rows[index])) for index in filled[:_MEASURE])
    cells = {index: [_squeezed(cell) for cell in rows[index] if cell.strip()] for index in filled[:_LOOK]}
    named = [index for index in cells if all(map(is_name, cells[index]))]
    told = [i for i in named if any(plain_name(cell).lower() in known or cell.lower() in known for cell in cells[i])]
    wide = [index for index in named if len(cells[index]) > 1 and 2 * len(cells[index]) > width]
    first = next((i for i in told if len(cells[i]) > 1 or width == 1), next(iter(wide), None))
    if first is None:
        return range(filled[0], filled[0])
    return _levels(rows, first, frozenset(index for index in named if len(cells[index]) > 1))


def _levels(rows: Sequence[Sequence[str]], first: int, named: frozenset[int]) -> range:
    """Return the rows of names around one of them: those that span it above, and what they span below."""
    last = first
    while last - first + 1 < _MOST_LEVELS and first - 1 in named and _is_below(rows[first - 1 : first], rows[first]):
        first -= 1
    while last - first + 1 < _MOST_LEVELS and last + 2 < len(rows) and _is_below(rows[first : last + 1], rows[last + 1]):
        last += 1
    return range(first, last + 1)


def is_formula_error(cell: str) -> bool:
    """Tell whether a cell shows what went wrong in place of what it should hold: #NAME?, #REF!, #N/A."""
    return _WRONG.fullmatch(cell.strip()) is not None


def is_name(cell: str) -> bool:
    """Tell whether a cell may be the name of a column: short, without the end of a sentence and without figures."""
    return len(cell) <= _LONGEST_NAME and (not _NO_NAME.search(cell) or (_LIKELY.search(cell) is not None and "。" not in cell))


def _is_below(above: Sequence[Sequence[str]], row: Sequence[str]) -> bool:
    """Tell whether a row has further names, under names that span several columns."""
    named = [any(i < len(cells) and cells[i].strip() for cells in above) for i in range(len(row) + 1)]
    filled = [i for i, cell in enumerate(row) if cell.strip()]
    if all(named[i] for i in filled) or not any(named[: filled[0] + 1]) or not all(is_name(_squeezed(row[i])) for i in filled):
        return False
    return all(not named[i] or (not named[i + 1] and i + 1 in filled) for i in filled)


def _names(header: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the name of each column, below those that span it: 活动情况/内容."""
    names: list[str] = []
    for column in range(max(map(len, header))):
        parts: list[str] = []
        for level, cells in enumerate(header):
            below = any(column < len(lower) and lower[column].strip() for lower in header[level + 1 :])
            parts.append(_spanning(cells, column) if below else _squeezed(cells[column]) if column < len(cells) else "")
        names.append("/".join(filter(None, parts)))
    return tuple(names)


def _spanning(cells: Sequence[str], column: int) -> str:
    return next((_squeezed(cells[i]) for i in range(min(column, len(cells) - 1), -1, -1) if cells[i].strip()), "")


def _no_column(tables: Sequence[Table], source: str, options: ReadConfig) -> str:
    first = [cell for table in tables for row in table.rows[:1] for cell in row if cell][:20]
    if options.text_column:
        return tr(
            "{source}: no column {text_column!r} (read.text_column); the first row has: {first}",
            source=source,
            text_column=options.text_column,
            first=", ".join(first) or "nothing",
        )
    return tr("{source}: no column with text; name it with --set read.text_column=NAME", source=source)
