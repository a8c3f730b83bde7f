"""An Excel workbook to read, sort, filter, print and correct; ``pipeline labels import`` takes it back.

XlsxWriter (BSD, no dependencies) makes it: it writes rows as they come, so that memory does not grow with them, and has charts,
drop-down lists and data bars, which openpyxl can write only with every cell in memory.
"""

import datetime as dt
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from xlsxwriter import Workbook

from pipeline.core.records import FinishedReport
from pipeline.output import Reports, RunFacts
from pipeline.output.book import new_book, originals
from pipeline.output.book.cells import parts
from pipeline.output.book.figures import figure_table
from pipeline.output.book.overview import ReportCounts, count, write_notes, write_reports
from pipeline.output.book.passages import PRINTED, PassageRow, Queue, columns, rows_of
from pipeline.output.book.styles import Styles
from pipeline.output.book.table import LABELS_SHEET, LAST_ROW, Column, SheetWriter, put
from pipeline.output.figures.rows import FigureRow, figure_rows
from pipeline.output.layout import set_aside
from pipeline.output.reasons import in_chinese

PASSAGES, REVIEW, REPORTS, ASIDE, NOTES = "段落", "待复核", "报告", "已剔除", "说明"


@dataclass(frozen=True, slots=True)
class _Aside:
    """A part of what was set aside, as a row."""

    source: str
    reason: str
    text: str


def write(reports: Reports, stream: BinaryIO, run: RunFacts) -> None:
    """Write the workbook of all reports."""
    with new_book(stream, title="主题标注", comments=run.model, created=_day(run.date)) as book:
        _write_sheets(book, reports, run)


def _write_sheets(book: Workbook, reports: Reports, run: RunFacts) -> None:
    styles = Styles(book, run.labels)
    passages, review = (SheetWriter(book, name, columns(), styles, PRINTED) for name in (PASSAGES, REVIEW))
    figures, overview = figure_table(book, styles), book.add_worksheet(REPORTS)
    aside, notes = SheetWriter(book, ASIDE, _aside_columns(), styles), book.add_worksheet(NOTES)
    _write_labels(book, styles)
    hidden = _Hidden(book)
    counts, tags = list[ReportCounts](), 0
    with tempfile.TemporaryFile() as file:
        queue = Queue(file)
        for number, report in enumerate(reports, 1):
            _write_passages(report, number, passages, queue)
            for figure in figure_rows(report.tags):
                figures.add(figure, figure.theme)
            for part in _set_aside(report):
                aside.add(part)
            hidden.add(number, report)
            counts.append(count(report, run.labels))
            tags += len(report.tags)
        for row in queue:
            review.add(row, row.tag.theme)
    write_reports(overview, book, counts, styles)
    write_notes(notes, counts, run, list(_remarks([passages, review, figures, aside], passages.rows > tags)), styles)
    for table in (passages, review, figures, aside):
        table.close()


def _write_passages(report: FinishedReport, number: int, passages: SheetWriter[PassageRow], queue: Queue) -> None:
    for row in rows_of(report, number):
        passages.add(row, row.tag.theme if row.tag.noise is None else None)
        if row.tag.asks_review:
            queue.add(row)


def _aside_columns() -> tuple[Column[_Aside], ...]:
    return (
        Column("报告", 30, "name", lambda item: item.source),
        Column("原因", 14, "text", lambda item: item.reason),
        Column("原文", 90, "text", lambda item: item.text),
    )


def _set_aside(report: FinishedReport) -> Iterator[_Aside]:
    for noise in set_aside(report):
        for part in parts(report.text[noise.start : noise.end].strip()):
            yield _Aside(report.source, in_chinese(noise.reason), part)


def _write_labels(book: Workbook, styles: Styles) -> None:
    """Write the labels that the drop-down lists offer; a list written into the rule itself may have 255 characters only."""
    sheet = book.add_worksheet(LABELS_SHEET)
    for row, name in enumerate(styles.labels.names):
        put(sheet, row, 0, name, styles, "text")
    sheet.very_hidden()


class _Hidden:
    """The sheet with the reports themselves, and further ones where it is full."""

    def __init__(self, book: Workbook) -> None:
        self._book, self._sheets, self._row = book, 0, LAST_ROW + 1

    def add(self, number: int, report: FinishedReport) -> None:
        """Write a report."""
        for index, piece in enumerate(originals.encode(report)):
            if self._row > LAST_ROW:
                self._sheets += 1
                self._sheet = self._book.add_worksheet(originals.SHEET + (f" {self._sheets}" if self._sheets > 1 else ""))
                self._sheet.very_hidden()
                self._row = 0
            self._sheet.write_number(self._row, 0, number)
            self._sheet.write_number(self._row, 1, index)
            self._sheet.write_string(self._row, 2, piece)
            self._row += 1


def _remarks(tables: list[SheetWriter[PassageRow] | SheetWriter[FigureRow] | SheetWriter[_Aside]], goes_on: bool) -> Iterator[str]:
    for table in tables:
        if len(table.names) > 1:
            yield f"行数超过一张表的上限，续表依次为：{'、'.join(table.names)}"
    if goes_on:
        yield "一段超过一个单元格上限的，接着写在下面的行里，编号后带 +1、+2……；更正写在其中任一行即可"


def _day(date: str) -> dt.datetime:
    """Return the day of the run, so that the same run gives the same bytes."""
    return dt.datetime.fromisoformat(date) if date else dt.datetime(2000, 1, 1)  # noqa: DTZ001 - Excel knows no time zones
