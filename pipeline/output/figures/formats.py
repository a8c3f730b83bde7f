"""Write rows of figures: JSON lines for programs, CSV and an Excel workbook for people, a table for the terminal."""

import csv
import datetime as dt
import io
import shutil
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec
from wcwidth import wcswidth

from pipeline.core.config import LabelSet
from pipeline.core.errors import UsageError
from pipeline.core.messages import tr
from pipeline.output import format_for
from pipeline.output.figures.rows import COLUMNS, FigureRow, in_words
from pipeline.output.formats.table import fit, printable
from pipeline.output.rows import neutral

BEFORE = 12  # characters before a figure that a terminal shows of its sentence
_DAY = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # the same figures give the same bytes
COUNTED, WRITTEN = 24, 20  # columns of a terminal that what is counted and the number take


class Write(Protocol):
    """What writes rows, which are gone through once."""

    def __call__(self, rows: Iterable[FigureRow], stream: BinaryIO, labels: LabelSet) -> None:
        """Write the rows in order."""


def write_jsonl(rows: Iterable[FigureRow], stream: BinaryIO, labels: LabelSet) -> None:  # noqa: ARG001 - the Write contract
    """Write each row as one JSON line."""
    encode = msgspec.json.Encoder().encode
    stream.writelines(encode(row) + b"\n" for row in rows)


def write_csv(rows: Iterable[FigureRow], stream: BinaryIO, labels: LabelSet) -> None:  # noqa: ARG001 - as above
    """Write CSV that Excel opens without being asked, with no cell that would run as a formula."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([neutral(cell(row)) for cell in COLUMNS.values()])
    text.detach()


def write_xlsx(rows: Iterable[FigureRow], stream: BinaryIO, labels: LabelSet) -> None:
    """Write a workbook with one sheet, the same as that of the workbook of passages."""
    from pipeline.output.book import new_book  # noqa: PLC0415 - only where a workbook is made
    from pipeline.output.book.figures import figure_table  # noqa: PLC0415 - as above
    from pipeline.output.book.styles import Styles  # noqa: PLC0415 - as above

    with new_book(stream, title="主题标注：数字", created=_DAY) as book:
        table = figure_table(book, Styles(book, labels))
        for row in rows:
            table.add(row, row.theme)
        table.close(is_shown=True)


def write_table(rows: Iterable[FigureRow], stream: BinaryIO, labels: LabelSet) -> None:
    """Write a table for the terminal: theme, what is counted, number and sentence, below the name of each report."""
    width = shutil.get_terminal_size((100, 24)).columns
    name_width = max(wcswidth(name) for name in labels.names)
    for source, own in groupby(rows, key=lambda row: row.source):
        stream.write(f"{printable(source)}\n".encode())
        for row in own:
            cells = [(row.theme, name_width), (row.counted or "–", COUNTED), (in_words(row), WRITTEN)]
            line = "  ".join(_padded(text, columns) for text, columns in cells)
            rest = fit(printable(_from_figure(row)), max(0, width - wcswidth(line) - 4))
            stream.write(f"  {line}  {rest}".rstrip().encode() + b"\n")
        stream.write(b"\n")


def _from_figure(row: FigureRow) -> str:
    """Return the sentence of a figure from a little before it, since a terminal has no room for more."""
    at = row.sentence.find(in_words(row))
    return row.sentence if at <= BEFORE else f"…{row.sentence[at - BEFORE :]}"


def _padded(text: str, columns: int) -> str:
    shown = fit(printable(text), columns)
    return shown + " " * max(0, columns - wcswidth(shown))


WRITERS: dict[str, Write] = {"jsonl": write_jsonl, "csv": write_csv, "xlsx": write_xlsx, "table": write_table}


def writer_for(name: str | None, out: Path | None, is_terminal: bool) -> Write:
    """Return what writes figures in a format, by its name or the ending of the output; raises UsageError for what is none.

    Without either it is the table on a terminal and JSON lines in a pipe.
    """
    known = format_for(name, out, is_terminal, WRITERS)
    if known not in WRITERS:
        raise UsageError(
            tr(
                "{value}: figures are not written as {known}; use one of {writers}",
                value=f"--format {known}" if name else out,
                known=known,
                writers=" ".join(WRITERS),
            )
        )
    return WRITERS[known]
