"""Tables as text: the columns with the text, one row a line; the other columns go with it (standard library)."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.read.decode import ReadText, decode
from pipeline.read.long_rows import LongRowError, whole_rows
from pipeline.read.rows import rows_text
from pipeline.read.sheet_tables import Table

_DELIMITERS = ",\t;|"
# How text is kept from being taken for a number: ="007".
_AS_TEXT = re.compile('^="([^"]*)"$')
_NONE = "\x1f"  # for a table of one column
_LONGEST_CELL = 2**30
_SAMPLE = 65_536
# What Excel takes for the delimiter where a file begins so; the line is none of the table.
_TOLD = re.compile("sep=(.)\r?\n", re.IGNORECASE)


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the rows of a table of delimited values; raises InputError."""
    content = decode(data, source, options.encoding)
    csv.field_size_limit(_LONGEST_CELL)
    told = _TOLD.match(content.text)
    table = content.text[told.end() :] if told else content.text
    delimiter = told[1] if told else _delimiter(table[:_SAMPLE])
    first = 2 if told else 1
    rows = _whole(_rows(table, delimiter, source, first), delimiter, source, first)
    return rows_text([Table(None, rows, range(first, len(rows) + 2))], f"csv ({content.encoding})", source, options)


def _rows(table: str, delimiter: str, source: str, line: int) -> list[list[str]]:
    """Return the rows of a table whose first line has a number in its file; raises InputError.

    Marks that stand wrong within a line are taken as they come. One that is left open takes the lines behind it for one cell,
    in silence: of a row of several lines every mark has to be right.
    """
    rows: list[list[str]] = []
    taken: list[str] = []  # lines of the row that is read
    try:
        for row in csv.reader(_noted(table, taken), delimiter=delimiter):
            if len(taken) > 1:
                list(csv.reader(taken, delimiter=delimiter, strict=True))
            rows.append([_AS_TEXT.sub(r"\1", cell) for cell in row])
            line += len(taken)
            taken.clear()
    except csv.Error as error:
        raise InputError(
            tr(
                "{source}: line {line}: no row of a table ({error}); see whether a quotation mark there is closed, "
                "and those in a cell are doubled, or open the table in Excel and save it as .xlsx",
                source=source,
                line=line,
                error=error,
            ),
            code="damaged",
        ) from None
    return rows


def _whole(rows: list[list[str]], delimiter: str, source: str, first: int) -> list[list[str]]:
    """Return rows with what a delimiter within a text has parted put together; raises InputError where that is in doubt."""
    try:
        return whole_rows(rows, delimiter)
    except LongRowError as error:
        raise InputError(
            tr(
                "{source}: row {row}: {cells} cells where the table has {columns} columns, and which belong together cannot be "
                "told; put texts with {delimiter} in them into quotation marks, or write the table as .xlsx",
                source=source,
                row=first + error.index,
                cells=error.cells,
                columns=error.columns,
                delimiter=repr(delimiter),
            ),
            code="damaged",
        ) from None


def _noted(table: str, taken: list[str]) -> Iterator[str]:
    for line in io.StringIO(table, newline=""):
        taken.append(line)
        yield line


def _delimiter(sample: str) -> str:
    """Return the delimiter by which the most rows have the same number of cells, and more than one; else that of the first row."""
    best = max(_DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))
    if _evenness(sample, best) > (0, 0):
        return best
    first = sample.partition("\n")[0]
    return max(_DELIMITERS, key=first.count) if any(map(first.count, _DELIMITERS)) else _NONE


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    """Return the share of rows with the common number of cells, 0 where that is one, and this number."""
    try:
        widths = Counter(len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if row)
    except csv.Error:
        return 0, 0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
    return (count / widths.total(), width) if width > 1 else (0, 0)
