"""A digest as an Excel workbook: a front page with a chart, comparisons, the reports, and all passages to filter.

XlsxWriter (BSD, maintained, no dependencies) writes charts, filters and colour scales that Excel itself would write. Every
text is written as text, never as a formula or a link.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO

from pipeline.core.config import LabelSet
from pipeline.output import RunFacts
from pipeline.output.book.cells import cell_text, parts
from pipeline.output.colours import shades
from pipeline.output.digest import wording
from pipeline.output.digest.figures import FigureLine, figures_of
from pipeline.output.digest.records import Digest, LabelShares, Passage, Report, Section
from pipeline.output.digest.tints import tint
from pipeline.output.figures.rows import sentence_around

FONT = "等线"
HIGHEST = 400.0  # points of a row; Excel takes 409
GREY = "#6b7280"
# The columns of the passages with their widths in characters; one that no passage fills is hidden.
COLUMNS = {
    "主题": 10, "报告": 28, "地区": 12, "年份": 8, "标题": 24, "摘录": 80, "位置": 9, "把握": 7, "待复核": 8, "兼及": 12,
    "重复": 7,
    "亦见于": 30, "文件": 30, "类别": 8, "上年": 40,
}  # fmt: skip
FIGURE_COLUMNS = {
    "主题": 10, "统计对象": 24, "数字": 16, "数值": 13, "上限": 10, "单位": 8, "限定": 7, "原句": 60, "报告": 28, "地区": 12,
    "年份": 8, "位置": 9,
    "把握": 7, "文件": 30,
}  # fmt: skip
HEAD: dict[str, object] = {"bold": True, "bottom": 1, "bottom_color": "#9aa1ab", "bg_color": "#f3f4f6", "valign": "vcenter"}
ROW: dict[str, object] = {"valign": "top", "bottom": 1, "bottom_color": "#e5e7eb"}
LOOKS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 20},
    "grey": {"font_color": GREY},
    "point": {"text_wrap": True, "valign": "top"},
    "head": HEAD,
    "figure": {**HEAD, "align": "right"},
    "text": {**ROW, "text_wrap": True},
    "cell": {**ROW, "align": "left"},
    "share": {**ROW, "num_format": "0.0%;;–"},
    "score": {**ROW, "num_format": '[>=0.995]">99%";0%'},
    "count": {**ROW, "num_format": "#,##0"},
    "heading": {"bold": True, "font_size": 13},
}


class _Book:
    """A workbook with its looks."""

    def __init__(self, stream: BinaryIO, run: RunFacts) -> None:
        from xlsxwriter import Workbook  # noqa: PLC0415 - only where a workbook is made

        safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": True}
        self.book = Workbook(stream, {**safe, "in_memory": True})
        self.book.set_properties({"title": wording.TITLE, "created": dt.datetime.fromisoformat(run.date or "2000-01-01")})
        self.book.formats[0].set_font_name(FONT)
        self.looks = {name: self.book.add_format({"font_name": FONT, **look}) for name, look in LOOKS.items()}
        self.labels = run.labels
        self.themes = {
            label.name: self.book.add_format(
                {"font_name": FONT, "bold": True, "font_color": shade.ink, "bg_color": shade.tint, **ROW}
            )
            for label, shade in zip(run.labels.labels, shades(run.labels), strict=True)
        }

    def sheet(self, name: str, widths: Sequence[float]) -> Any:  # noqa: ANN401 - a worksheet of XlsxWriter
        """Return a new sheet for printing on A4, with columns of these widths (characters)."""
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.5, 0.5, 0.6, 0.6)
        sheet.set_footer("&C第 &P 页，共 &N 页")
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        return sheet

    def row(self, sheet: Any, row: int, cells: Iterable[tuple[object, str]], first: int = 0) -> None:  # noqa: ANN401 - as above
        """Write cells, each with its look, or as a theme where the look is ""."""
        for column, (value, look) in enumerate(cells, first):
            form = self.themes.get(str(value), self.looks["cell"]) if not look else self.looks[look]
            if isinstance(value, str):
                sheet.write_string(row, column, cell_text(value), form)
            elif value is None:
                sheet.write_blank(row, column, None, form)
            else:
                sheet.write_number(row, column, value, form)


def write(digest: Digest, stream: BinaryIO, run: RunFacts) -> None:
    """Write the digest."""
    book = _Book(stream, run)
    _front(book, digest, run)
    _passages(book, digest)
    _figures(book, digest)
    if digest.years:
        _shares(book, "年份比较", "年份", digest.years)
    if digest.places:
        _shares(book, "地区比较", "地区", digest.places)
    _reports(book, digest)
    book.book.close()


# ---- the front page ---------------------------------------------------------------------------------------------------


def _front(book: _Book, digest: Digest, run: RunFacts) -> None:
    sheet = book.sheet("首页", [14, *[11] * 7])
    sheet.set_row(0, 32)
    book.row(sheet, 0, [(wording.TITLE, "title")])
    book.row(sheet, 1, [(wording.subtitle(digest, run), "grey")])
    row = _lines(book, sheet, 3, wording.points(digest, run))
    head, each = row + 1, wording.parts_name(digest.options)
    book.row(sheet, head, [("主题", "head"), *((name, "figure") for name in ("占比", "字数", "报告", each, "列出", "合并重复"))])
    sections = {section.theme: section for section in digest.sections}
    for number, name in enumerate(book.labels.names, head + 1):
        book.row(sheet, number, _total(name, digest, sections.get(name)))
    last = head + len(book.labels.names)
    sheet.insert_chart(last + 1, 0, _chart(book, head + 1, last), {"x_offset": 4, "y_offset": 10})
    row = last + 17
    if run.failures:
        book.row(sheet, row, [("未能读取的文件", "heading")])
        row = _lines(book, sheet, row + 1, run.failures) + 1
    book.row(sheet, row, [("说明", "heading")])
    _lines(book, sheet, row + 1, wording.notes(digest, run))


def _total(name: str, digest: Digest, section: Section | None) -> list[tuple[object, str]]:
    of_reports = sum(1 for report in digest.reports if report.characters.get(name))
    counts = [section.found, len(section.passages), section.folded] if section else [None] * 3
    characters = digest.total.characters.get(name, 0)
    return [(name, ""), (digest.total.of(name), "share"), *((count, "count") for count in (characters, of_reports, *counts))]


def _lines(book: _Book, sheet: Any, row: int, lines: Iterable[str]) -> int:  # noqa: ANN401 - a worksheet
    """Write lines one below the other, each over all columns; return the row after them."""
    for line in chain.from_iterable(map(parts, lines)):
        sheet.merge_range(row, 0, row, 7, "", book.looks["point"])
        sheet.set_row(row, min(HIGHEST, 17 * (1 + len(line) // 52)))
        book.row(sheet, row, [(line, "point")])
        row += 1
    return row


def _chart(book: _Book, first: int, last: int) -> Any:  # noqa: ANN401 - a chart of XlsxWriter
    chart = book.book.add_chart({"type": "bar"})
    points = [{"fill": {"color": label.color}} for label in book.labels.labels]
    chart.add_series(
        {
            "name": "占比（按字数）",
            "categories": ["首页", first, 0, last, 0],
            "values": ["首页", first, 1, last, 1],
            "points": points,
            "gap": 60,
            "data_labels": {"value": True, "num_format": "0.0%"},
        }
    )
    chart.set_title({"name": "主题占比（按字数）", "name_font": {"name": FONT, "size": 12, "bold": True}, "overlay": False})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "num_font": {"name": FONT}, "line": {"none": True}, "major_tick_mark": "none"})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    chart.set_chartarea({"border": {"none": True}})
    chart.set_size({"width": 660, "height": 300})
    return chart


# ---- the tables -------------------------------------------------------------------------------------------------------


def _passages(book: _Book, digest: Digest) -> None:
    sheet = book.sheet("摘编", [*COLUMNS.values()])
    sheet.set_landscape()
    book.row(sheet, 0, [(name, "head") for name in COLUMNS])
    filled = [False] * len(COLUMNS)
    passages = (passage for section in digest.sections for passage in section.passages)
    rows = 0
    for rows, cells in enumerate((row for passage in passages for row in _rows(_passage(passage, digest))), 1):
        filled = [before or value not in (None, "") for before, (value, _) in zip(filled, cells, strict=True)]
        sheet.set_row(rows, _height(cells))
        book.row(sheet, rows, cells)
    for column, (width, shown) in enumerate(zip(COLUMNS.values(), filled, strict=True)):
        sheet.set_column(column, column, width, None, {"hidden": not shown})
    sheet.set_row(0, 22)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, max(rows, 1), len(COLUMNS) - 1)


def _rows(cells: Sequence[tuple[object, str]]) -> Iterator[list[tuple[object, str]]]:
    """Yield cells as rows: what is too long for a cell goes on below it, beside cells that are the same again or have ended."""
    split = [tuple(parts(value)) if isinstance(value, str) else (value,) for value, _ in cells]
    for number in range(max(map(len, split))):
        each = (some[0] if len(some) == 1 else some[number] if number < len(some) else None for some in split)
        yield [(value, look) for value, (_, look) in zip(each, cells, strict=True)]


def _height(cells: Sequence[tuple[object, str]]) -> float:
    """Return the height in points that wrapped cells need; a Chinese character is two wide, a line 15 points high."""
    widths = zip(cells, COLUMNS.values(), strict=True)
    lines = (1 + int(2 * len(str(value)) / (width - 1)) for (value, look), width in widths if look == "text")
    return min(HIGHEST, 4 + 15 * max(lines))


def _passage(passage: Passage, digest: Digest) -> list[tuple[object, str]]:
    report = digest.reports[passage.report]
    return [
        (passage.theme, ""),
        (report.name, "text"),
        (report.place.value or wording.UNKNOWN, "cell"),
        (int(report.year.value) if report.year.value.isdigit() else report.year.value or wording.UNKNOWN, "cell"),
        (passage.heading, "text"),
        (passage.text, "text"),
        (wording.spot(passage), "cell"),
        ("已校正", "cell") if passage.corrected else (passage.score, "score"),
        ("是" if passage.review else None, "cell"),
        ("、".join(passage.secondary), "cell"),
        (len(passage.copies) or None, "count"),
        ("、".join(f"《{digest.reports[copy.report].name}》{wording.spot(copy)}" for copy in passage.copies), "text"),
        (report.source, "text"),
        (passage.aspect, "cell"),
        (wording.earlier_line(passage, digest.reports), "text"),
    ]


def _figures(book: _Book, digest: Digest) -> None:
    found = figures_of(digest, most=None)
    if not found:
        return
    sheet = book.sheet(wording.FIGURES, [*FIGURE_COLUMNS.values()])
    sheet.set_landscape()
    book.row(sheet, 0, [(name, "head") for name in FIGURE_COLUMNS])
    lines = [line for figures in found for line in figures.lines]
    for row, line in enumerate(lines, 1):
        book.row(sheet, row, _figure(line, digest))
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, len(lines), len(FIGURE_COLUMNS) - 1)


def _figure(line: FigureLine, digest: Digest) -> list[tuple[object, str]]:
    figure, passage, report = line.figure, line.passage, digest.reports[line.passage.report]
    return [
        (passage.theme, ""),
        (figure.counted, "text"),
        (line.written, "cell"),
        (figure.value, "cell"),
        (figure.high, "cell"),
        (figure.unit, "cell"),
        (figure.bound, "cell"),
        (sentence_around(passage.text, figure.start, figure.end), "text"),
        (report.name, "text"),
        (report.place.value or wording.UNKNOWN, "cell"),
        (report.year.value or wording.UNKNOWN, "cell"),
        (wording.spot(passage), "cell"),
        ("已校正", "cell") if passage.corrected else (passage.score, "score"),
        (report.source, "text"),
    ]


def _shares(book: _Book, name: str, what: str, shares: Sequence[LabelShares]) -> None:
    sheet = book.sheet(name, [24, 8, 12, *[10] * len(book.labels.names)])
    book.row(sheet, 0, [(what, "head"), *((each, "figure") for each in ("报告", "字数", *book.labels.names))])
    for row, share in enumerate(shares, 1):
        parts = [(share.of(label), "share") for label in book.labels.names]
        book.row(sheet, row, [("　" * share.level + share.name, "cell"), (share.reports, "count"), (share.total, "count"), *parts])
    _heat(sheet, len(shares), 3, book.labels)
    sheet.freeze_panes(1, 1)


def _reports(book: _Book, digest: Digest) -> None:
    sheet = book.sheet("报告", [44, 16, 10, 10, 10, *[9] * len(book.labels.names), 40])
    sheet.set_landscape()
    head = ("报告", "地区", "地区依据", "年份", "年份依据", *book.labels.names, "文件")
    book.row(sheet, 0, [(each, "head") for each in head])
    row = 0
    for row, cells in enumerate((row for report in digest.reports for row in _rows(_report(report, book.labels))), 1):
        book.row(sheet, row, cells)
    _heat(sheet, row, 5, book.labels)
    sheet.autofilter(0, 0, max(row, 1), len(head) - 1)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)


def _report(report: Report, labels: LabelSet) -> list[tuple[object, str]]:
    share = LabelShares("", 1, report.characters)
    year = int(report.year.value) if report.year.value.isdigit() else report.year.value or wording.UNKNOWN
    return [
        (report.name, "text"),
        (report.place.value or wording.UNKNOWN, "cell"),
        (report.place.basis, "grey"),
        (year, "cell"),
        (report.year.basis, "grey"),
        *((share.of(label), "share") for label in labels.names),
        (report.source, "text"),
    ]


def _heat(sheet: Any, rows: int, first: int, labels: LabelSet) -> None:  # noqa: ANN401 - a worksheet
    """Give the cells of shares the more colour of their theme the larger they are."""
    for column, label in enumerate(labels.labels, first):
        scale = {"type": "2_color_scale", "min_type": "num", "min_value": 0, "max_type": "num", "max_value": 0.5}
        sheet.conditional_format(
            1, column, max(rows, 1), column, {**scale, "min_color": "#ffffff", "max_color": tint(label.color, 10)}
        )
