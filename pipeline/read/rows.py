"""Make text of tables: the columns with the text, one row a line, the other columns beside it.

A table as offices make it has a title above its names, names in two rows under a merged cell, notes below it, and cells that
span rows. Titles and notes are set aside; a cell that spans rows stands in each of them. Rows and columns that are hidden count
like others: a filter that somebody left on must take nothing from a report. A form has its names at the side and none above. A
table in which no column is text is read as one in a report is: each row with all of its cells.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Literal

import msgspec

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.core.records import Mark, SourceLocation
from pipeline.read.decode import ReadText
from pipeline.read.sheet_tables import Table, filled, is_head, names_column, spanned, squeezed, tables_of
from pipeline.read.table_layout import LETTERS, SHORTEST_TEXT, TableLayout, find_layout

# What a cell shows whose formula went wrong, or whose column was too narrow, in Excel, WPS and LibreOffice.
_WRONG = re.compile(
    r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|UNKNOWN!|CONNECT!|BUSY!|GETTING_DATA|#+)|Err:\d{3}"
)
_PAGE_TAG = re.compile(r"</(?:p|div|span|strong|b|font|a|li|td|h[1-6])\s*>|<br\s*/?>|<(?:p|div|img)\b[^<>]{0,1000}>", re.IGNORECASE)
# Who filled a table in, and when: 审核人：… 填表人：…
_SIGNED = re.compile("(?:填表|填报|制表|审核|审批|复核|负责|分管|主管|经办|联系|报送|统计|单位|日期|时间|电话)[^:：。，]{0,8}[:：]")
_LONGEST_SIGNED = 30
_LONGEST_NOTE = 20  # characters of what stands alone in a row of a form and is no text of it


@dataclass(frozen=True, slots=True)
class _Row:
    """The text of a row, whether it belongs to a report or is set aside and why, and where it stands."""

    text: str
    kind: Literal["row", "record", "noise"]
    place: SourceLocation
    reason: str = ""


def rows_text(tables: Sequence[Table], encoding: str, source: str, options: ReadConfig) -> ReadText:
    """Return the text columns of tables as one text, a row a line; raises InputError where no table has one, or a row."""
    if _holds_names_only(tables):
        said = tr("{source}: names of columns and no row below them; save the table again with its rows", source=source)
        raise InputError(said, code="empty")
    found = [(table, find_layout(table, options)) for sheet in tables for table in tables_of(sheet)]
    layouts = [layout for _, layout in found if layout is not None]
    if not layouts:
        raise InputError(_no_column(tables, source, options), code="columns")
    rows = [row for table, layout in found for row in (_rows(table, layout) if layout else _rows_aside(table))]
    rows += [
        _Row(squeezed(box), "noise", SourceLocation(0, sheet=table.sheet), "text box") for table in tables for box in table.boxes
    ]
    starts = [0, *accumulate(len(row.text) + 1 for row in rows)]
    marks = [Mark(start, start + len(row.text), row.kind, reason=row.reason) for start, row in zip(starts, rows, strict=False)]
    places = [msgspec.structs.replace(row.place, start=start) for start, row in zip(starts, rows, strict=False)]
    names = ", ".join(dict.fromkeys(layout.names[column] for layout in layouts for column in layout.text))
    return ReadText("\n".join(row.text for row in rows), f"{encoding}, column {names}", tuple(marks), tuple(places))


def _rows(table: Table, layout: TableLayout) -> Iterator[_Row]:
    above, headers = spanned(table), [list(table.rows[index]) for index in layout.header]
    shows_names = table.is_further or not layout.is_sure or not _go_with_rows(table, layout)
    for index, row in enumerate(table.rows):
        if index in layout.header and not shows_names:
            continue
        cells = [cell or above.get((index, column), "") for column, cell in enumerate(row)] if above else row
        texts = (row[column] for column in layout.text if column < len(row) and not is_formula_error(row[column]))
        text = "\t".join(filter(None, (squeezed(_shown(cell)) for cell in texts)))
        place = SourceLocation(0, sheet=table.sheet, row=table.number(index), columns=_others(cells, layout))
        if index < layout.header.start or row in headers:  # names stand again on each page of a printed table
            if aside := _joined(row):
                yield _Row(aside, "noise", _bare(place), "table title" if index < layout.header.start else "table header")
        elif _is_signed(row) and not layout.is_form:
            yield _Row(_joined(row), "noise", _bare(place), "table note")
        elif text or _is_text_of_form(row, layout):
            of_report = layout.source is not None and layout.source < len(cells) and bool(cells[layout.source])
            yield _Row(text or _joined(row), "row" if of_report else "record", place if text else _bare(place))
        elif LETTERS.search(aside := _joined(row)):
            is_note = sum(map(bool, row)) == 1 and len(LETTERS.findall(aside)) >= SHORTEST_TEXT
            yield _Row(aside, "noise", _bare(place), "table note" if is_note else "row without text")


def _holds_names_only(tables: Sequence[Table]) -> bool:
    """Tell whether the one row of all tables, which have no text boxes, is of names."""
    used = [*islice((cells for table in tables for row in table.rows if (cells := filled(row))), 2)]
    return len(used) == 1 and is_head(used[0]) and not any(table.boxes for table in tables)


def _go_with_rows(table: Table, layout: TableLayout) -> bool:
    """Tell whether each name that may be something else stands beside the text of some row; a name that does not would be lost."""
    names = [(column, cell) for index in layout.header for column, cell in enumerate(table.rows[index]) if cell.strip()]
    left = {column for column, cell in names if len(cell.strip()) > 1 and not names_column(squeezed(cell))} - {*layout.text}
    for row in table.rows[layout.header.stop :]:
        if not left:
            break
        if any(column < len(row) and row[column].strip() for column in layout.text):
            left -= {column for column in left if column < len(row) and row[column]}
    return not left


def _rows_aside(table: Table) -> Iterator[_Row]:
    """Yield the rows with words of a table that has no text column, or not the one that was asked for."""
    for index, row in enumerate(table.rows):
        if LETTERS.search(aside := _joined(row)):
            yield _Row(aside, "noise", SourceLocation(0, sheet=table.sheet, row=table.number(index)), "row without text")


def _is_signed(row: Sequence[str]) -> bool:
    """Tell whether a row says by whom and when a table was filled in."""
    if not _SIGNED.match(next(filter(None, row), "").lstrip()):
        return False
    cells = filled(row)
    return len(cells) > 1 and all(len(cell) <= _LONGEST_SIGNED and _SIGNED.match(cell) for cell in cells)


def _is_text_of_form(row: Sequence[str], layout: TableLayout) -> bool:
    """Tell whether what stands alone in a row of a form is a text below its name, and no title of a part."""
    return layout.is_form and sum(map(bool, row)) == 1 and len(_joined(row)) > _LONGEST_NOTE


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
    return "\t".join(filter(None, map(squeezed, row)))


def _bare(place: SourceLocation) -> SourceLocation:
    return msgspec.structs.replace(place, columns=())


def _others(row: Sequence[str], layout: TableLayout) -> tuple[tuple[str, str], ...]:
    """Return the cells of a row beside its text with the names of their columns; of a row that is text as a whole all of them."""
    if layout.is_whole and not layout.header:
        return ()
    beside = () if layout.is_whole else layout.text
    return tuple((layout.names[i], cell) for i, cell in enumerate(row) if i not in beside and cell)


def is_formula_error(cell: str) -> bool:
    """Tell whether a cell shows what went wrong in place of what it should hold: #NAME?, #REF!, #N/A."""
    return _WRONG.fullmatch(cell.strip()) is not None


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
