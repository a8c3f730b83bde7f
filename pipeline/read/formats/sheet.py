"""Spreadsheets as text: the column with the text, one row a line; the other columns go with it.

calamine (MIT, wheels for all systems, in Rust) reads xlsx, xls, xlsb and ods alike and never evaluates anything; openpyxl
reads xlsx only, and several times slower.
"""

import datetime as dt
import io

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.read.decode import ReadText
from pipeline.read.office.own import is_own
from pipeline.read.office.packages import open_package
from pipeline.read.rows import Table, rows_text


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the rows of all sheets that have a column with text; raises InputError."""
    from python_calamine import CalamineError, PasswordError, load_workbook  # noqa: PLC0415 - loaded when a sheet is read

    if data.startswith(b"PK"):
        open_package(data, source, options).close()
    try:
        with load_workbook(io.BytesIO(data)) as workbook:
            sheets = [(name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in workbook.sheet_names]
    except PasswordError:
        raise InputError(
            f"{source}: protected by a password; open it, remove the password and save it again", code="password"
        ) from None
    except CalamineError as error:
        raise InputError(
            f"{source}: not a readable spreadsheet ({error}); open it in Excel and save it again", code="damaged"
        ) from None
    if any(is_own(name, rows) for name, rows in sheets):
        ours = "a workbook of tags that this program made; take its corrections in with: pipeline labels import"
        raise InputError(f"{source}: {ours}, and tag the report itself", code="own_workbook")
    tables = [Table(name, [[_text(cell) for cell in row] for row in rows]) for name, rows in sheets]
    return rows_text(tables, "xlsx" if data.startswith(b"PK") else "xls", source, options)


def _text(value: object) -> str:
    """Return a cell as Excel shows it by default: whole numbers without a point, dates without a midnight."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value)
