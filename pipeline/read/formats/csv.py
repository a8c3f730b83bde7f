"""Tables as text: the column with the text, one row a line; the other columns go with it (standard library)."""

import csv
import io

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.read.decode import ReadText, decode
from pipeline.read.rows import Table, rows_text

_DELIMITERS = ",\t;|"
_LONGEST_CELL = 2**30


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the rows of a table of delimited values; raises InputError."""
    content = decode(data, source, options.encoding)
    first = content.text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    csv.field_size_limit(_LONGEST_CELL)
    try:
        rows = list(csv.reader(io.StringIO(content.text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise InputError(
            f"{source}: not a readable table ({error}); open it in Excel and save it as .xlsx", code="damaged"
        ) from None
    return rows_text([Table(None, rows)], f"csv ({content.encoding})", source, options)
