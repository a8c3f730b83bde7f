"""Spreadsheets as text: the columns with the text, one row a line; the other columns go with it.

calamine (MIT, wheels for all systems, in Rust) reads xlsx, xls and xlsb alike and never evaluates anything; openpyxl
reads xlsx only, and several times slower. OpenDocument is read here, because calamine makes of a repeated row as many rows.
"""

import datetime as dt
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.read.compose import Paragraph, compose, join_row
from pipeline.read.decode import ReadText
from pipeline.read.office.biff import formats_of_workbook
from pipeline.read.office.biff import shown_part as shown_of_old
from pipeline.read.office.biff12 import binary_cells, binary_formats, binary_sheets, is_binary
from pipeline.read.office.cells import (
    ShownPart,
    SourceWorkbook,
    chart_parts,
    drawn_together,
    ods_tables,
    read_ods,
    sheet_parts,
    shown_part,
    text_boxes,
    too_many_cells,
)
from pipeline.read.office.drawings import words_of_chart
from pipeline.read.office.number_formats import Cell, formats_of_cells, read_formats, shown_date, shown_number
from pipeline.read.office.odf import active_table
from pipeline.read.office.ooxml import main_part
from pipeline.read.office.own import is_own
from pipeline.read.office.packages import open_package, open_zip, parse_member, parse_xml, read_member
from pipeline.read.rows import rows_text
from pipeline.read.sheet_tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from python_calamine import CalamineSheet

_ODS = b"application/vnd.oasis.opendocument.spreadsheet"


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the rows of all sheets; raises InputError."""
    kind, tables = sheets(data, source, options)
    if any(is_own(table.sheet or "", table.rows) for table in tables):
        ours = tr("a workbook of tags that this program made; take its corrections in with: pipeline labels import")
        raise InputError(tr("{source}: {ours}, and tag the report itself", source=source, ours=ours), code="own_workbook")
    return rows_text(tables, kind, source, options)


def sheets(data: bytes, source: str, options: ReadConfig) -> tuple[str, list[Table]]:
    """Return the format of a workbook, and its sheets; raises InputError."""
    if data.lstrip()[:1] == b"<":
        return "ods", ods_tables(parse_xml(data, tr("the document"), source), source, options)
    if not data.startswith(b"PK"):
        return "xls", list(_tables(SourceWorkbook(data, {}), source, options))
    with open_package(data, source, options) as package:
        if (read_member(package, "mimetype", source) or b"").startswith(_ODS):
            return "ods", read_ods(package, source, options)
        workbook = drawn_together(data, package, source, options)
    return "xlsx", list(_tables(workbook, source, options))


def read_whole(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the rows that a document shows of a workbook in it, all cells of them, as those of its own tables; raises InputError.

    That is the sheet that was shown last or, where the workbook says so, a part of it, with the words of the charts over it; all
    sheets where it does not say it, or where an old workbook shows a chart, which is not read.
    """
    if data.lstrip()[:1] == b"<":
        return compose(shown_rows(ods_tables(parse_xml(data, tr("the document"), source), source, options), None), "ods")
    if not data.startswith(b"PK"):
        return compose(shown_rows(list(_tables(SourceWorkbook(data, {}), source, options)), shown_of_old(data)), "xls")
    with open_package(data, source, options) as package:
        if (read_member(package, "mimetype", source) or b"").startswith(_ODS):
            shown_last = active_table(parse_member(package, "settings.xml", source))
            return compose(shown_rows(read_ods(package, source, options), ShownPart(shown_last or "")), "ods")
        workbook = drawn_together(data, package, source, options)
        is_old = is_binary(main_part(package, source) or "")
        shown = None if is_old else shown_part(package, source)
        charts = [] if shown is None else list(chart_parts(package, shown.sheet, source))
    if shown is not None and shown.sheet in workbook.numbers:  # its columns were numbered anew
        shown = ShownPart(shown.sheet)
    tables = list(_tables(workbook, source, options))
    has_cells = shown is None or any(table.sheet == shown.sheet for table in tables)
    rows = shown_rows(tables, shown) if has_cells else []
    return compose([*rows, *(line for chart in charts for line in words_of_chart(chart))], "xlsx")


def shown_rows(tables: "Sequence[Table]", shown: ShownPart | None) -> list[Paragraph]:
    """Return the rows of the sheet that is shown as those of a table in a document; of all sheets where none of them is."""
    if shown is None or all(table.sheet != shown.sheet for table in tables):
        return [row for table in tables for row in _shown_rows(table, ShownPart(table.sheet or ""))]
    return [row for table in tables if table.sheet == shown.sheet for row in _shown_rows(table, shown)]


def _shown_rows(table: Table, shown: ShownPart) -> "Iterator[Paragraph]":
    for index, row in enumerate(table.rows):
        number = table.number(index) - 1
        cells = [cell for column, cell in enumerate(row) if cell.strip() and shown.holds(number, column)]
        yield from join_row([[Paragraph(cell)] for cell in cells])
    yield from map(Paragraph, table.boxes)


def _tables(workbook: SourceWorkbook, source: str, options: ReadConfig) -> "Iterator[Table]":
    from python_calamine import CalamineError, PasswordError, SheetTypeEnum, load_workbook  # noqa: PLC0415 - loaded when a sheet is read

    left = options.max_cells
    extras = _extras(workbook.data, source)
    try:
        with load_workbook(io.BytesIO(workbook.data)) as book:
            # A sheet that is a chart has no cells, and calamine fails where that of an .xlsb is asked for them.
            for name in (each.name for each in book.sheets_metadata if each.typ != SheetTypeEnum.ChartSheet):
                sheet = book.get_sheet_by_name(name)
                left -= sheet.height * sheet.width
                if left < 0:
                    raise too_many_cells(source, options)
                yield _table(sheet, workbook.numbers.get(name), extras.get(name, _Extras()))
    except PasswordError:
        raise InputError(
            tr("{source}: protected by a password; open it, remove the password and save it again", source=source), code="password"
        ) from None
    except (CalamineError, OSError) as error:
        raise InputError(
            tr("{source}: not a readable spreadsheet ({error}); open it in Excel and save it again", source=source, error=error),
            code="damaged",
        ) from None


@dataclass(frozen=True, slots=True)
class _Extras:
    """What calamine leaves out of a sheet: the formats of cells that are shown otherwise than they are held, and text boxes."""

    formats: "Mapping[Cell, str]" = field(default_factory=dict)
    boxes: tuple[str, ...] = ()


def _extras(data: bytes, source: str) -> dict[str, _Extras]:
    if not data.startswith(b"PK"):
        return {name: _Extras(formats) for name, formats in formats_of_workbook(data).items()}
    with open_zip(data) as package:
        main = main_part(package, source) or ""
        if is_binary(main):
            sheets, formats, cells = binary_sheets(package, main, source), binary_formats(package, source), binary_cells
        else:
            sheets, formats, cells = sheet_parts(package, source), read_formats(package, source), formats_of_cells
        return {
            name: _Extras(cells(package, part, formats, source), tuple(text_boxes(package, part, source))) for name, part in sheets
        }


def _table(sheet: "CalamineSheet", numbers: "Sequence[int] | None", extras: _Extras) -> Table:
    first, left = sheet.start or (0, 0)
    values = sheet.to_python()
    rows = [[*[""] * left, *map(_text, row)] for row in values]
    for (row, column), code in extras.formats.items():
        if first <= row < first + len(values) and left <= column < left + len(values[row - first]):
            rows[row - first][column] = _formatted(values[row - first][column - left], code)
    merged = [(top - first, start, end - first, last) for (top, start), (end, last) in sheet.merged_cell_ranges or ()]
    shown = range(first + 1, first + 1 + len(rows)) if numbers is None else numbers[first : first + len(rows)]
    return Table(sheet.name, rows, shown, merged, extras.boxes)


def _formatted(value: object, code: str) -> str:
    """Return a cell as a format shows it."""
    shown = None
    if isinstance(value, dt.date):
        shown = shown_date(value, code)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        shown = shown_number(value, code)
    return _text(value) if shown is None else shown


def _text(value: object) -> str:
    """Return a cell as Excel shows it by default: whole numbers without a point, dates without a midnight."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value)
