"""How the library shows: passages that were found, as lines, JSON or CSV, and cross tables as text, CSV or a workbook.

Word documents, workbooks and pages of found passages are digests (``pipeline.output.digest``).
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import BinaryIO

import msgspec
from wcwidth import wcswidth

from pipeline.library.counts import MEASURES, CrossTable
from pipeline.library.records import ATTRIBUTES, Entry, Hit
from pipeline.library.terms import places_of
from pipeline.output.digest.lines import one_line
from pipeline.output.formats.table import fit, printable
from pipeline.output.rows import COLUMNS, Cell, neutral, row_of
from pipeline.output.visible import shown_text

NARROWEST = 20
TITLE = "主题标注：统计"  # of a workbook of counts
BEFORE = 4  # characters in front of a word


def passage_lines(hits: Iterable[Hit], width: int, words: Sequence[str] = ()) -> Iterator[str]:
    """Yield passages for a terminal of so many columns, below a line for each report, each from where it shows a word on."""
    for entry, own in groupby(hits, key=lambda hit: hit.report):
        yield fit(printable(entry_line(entry)), width)
        for hit in own:
            mark = f"  {hit.tag.shown_theme}  {hit.tag.score:4.2f}  "
            room = max(NARROWEST, width - wcswidth(mark))
            yield mark + fit(_with_word(printable(one_line(shown_text(hit.tag))), words, room), room)
        yield ""


def _with_word(text: str, words: Sequence[str], columns: int) -> str:
    """Return a text, or what is left of it from a little before the first of some words where that would not be seen."""
    start, end = next(iter(places_of(words, text)), (0, 0))
    return text if wcswidth(text[:end]) < columns else f"…{text[max(0, start - BEFORE) :]}"


def entry_line(entry: Entry) -> str:
    """Return a report on one line: number, name, attributes, file."""
    about = " ".join(value for name in ATTRIBUTES if (value := entry.of(name)))
    return "  ".join(part for part in (str(entry.number), entry.name or "-", f"[{about}]" if about else "", entry.source) if part)


def passage_json(hits: Iterable[Hit]) -> Iterator[bytes]:
    """Yield each passage as a line of JSON: the fields of its tag, and under ``library`` what is known of its report."""
    encode = msgspec.json.Encoder().encode
    for hit in hits:
        about: dict[str, object] = {
            "number": hit.report.number,
            "name": hit.report.name,
            **{name: hit.report.of(name) for name in ATTRIBUTES},
        }
        yield encode({**msgspec.to_builtins(hit.tag), "library": about}) + b"\n"


def write_passages_csv(hits: Iterable[Hit], stream: BinaryIO) -> None:
    """Write a row for each passage: number, name and attributes of its report, then the columns of a tag."""
    head = ("编号", "名称", *ATTRIBUTES.values(), *COLUMNS)
    rows = ([hit.report.number, hit.report.name, *map(hit.report.of, ATTRIBUTES), *row_of(hit.tag).values()] for hit in hits)
    write_csv(head, rows, stream)


def write_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]], stream: BinaryIO) -> None:
    """Write a table that Excel opens without being asked, in which nothing runs as a formula."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    text.detach()


def head_of(table: CrossTable) -> list[str]:
    """Return the names of the columns of a cross table."""
    return [table.what, MEASURES[table.measure], *table.themes]


def rows_of(table: CrossTable) -> Iterator[list[Cell]]:
    """Yield the rows of a cross table."""
    for name, total, cells in zip(table.rows, table.totals, table.cells, strict=True):
        yield [name, total, *cells]


def table_lines(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield a table for a terminal: text to the left, figures and their heads to the right."""
    cells = [*rows]
    texts = [[*head], *([printable("" if cell is None else str(cell)) for cell in row] for row in cells)]
    widths = [max(wcswidth(row[column]) for row in texts) for column in range(len(head))]
    are_figures = [bool(cells) and all(isinstance(row[column], int) for row in cells) for column in range(len(head))]
    for row in texts:
        blanks = [" " * (width - wcswidth(cell)) for cell, width in zip(row, widths, strict=True)]
        aligned = (blank + cell if right else cell + blank for cell, blank, right in zip(row, blanks, are_figures, strict=True))
        yield "  ".join(aligned).rstrip()


def write_workbook(tables: Sequence[CrossTable], stream: BinaryIO) -> None:
    """Write cross tables as the sheets of a workbook, the larger a count the darker its cell.

    XlsxWriter (BSD, no dependencies) makes it, as all workbooks here.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - only where a workbook is made

    book = Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": TITLE})
    bold = book.add_format({"bold": True, "bottom": 1})
    for table in tables:
        sheet = book.add_worksheet(f"{table.what}与主题·{MEASURES[table.measure]}")
        sheet.write_row(0, 0, head_of(table), bold)
        for number, row in enumerate(rows_of(table), 1):
            sheet.write_string(number, 0, printable(str(row[0])))
            sheet.write_row(number, 1, row[1:])
        scale = {"type": "2_color_scale", "min_color": "#ffffff", "max_color": "#7aa6d6"}
        sheet.conditional_format(1, 2, max(1, len(table.rows)), 1 + len(table.themes), scale)
        sheet.set_column(0, 0, 24)
        sheet.freeze_panes(1, 1)
    book.close()
