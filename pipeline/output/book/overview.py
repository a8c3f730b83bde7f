"""The sheets about the whole: reports by theme with a chart, and what the workbook is, how it was made and how to correct it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.core.config import LabelSet
from pipeline.core.records import FinishedReport
from pipeline.output import RunFacts
from pipeline.output.book.styles import FONT, Look, Styles
from pipeline.output.book.table import printed, put
from pipeline.output.colours import PAPER, TEXT, contrast
from pipeline.output.layout import ThemeShare, passages, set_aside, shares
from pipeline.output.reasons import in_chinese
from pipeline.output.wording import review_line

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from pipeline.output.rows import Cell

CHARTED = 30  # reports, at most, that a chart shows; more could not be told apart
SHOWN_SHARE = "[>=0.06]0%;;"  # a smaller part of a bar has no room for its figure
TITLE = 1  # the row of the column heads on the sheet of reports; above it stand the heads of groups
HOW_TO = (
    "在“段落”或“待复核”中，从“更正主题”的下拉列表选择正确的主题；主题无误时也可选原主题，表示已确认。",
    "“更正次要主题”可写其他主题，用顿号或空格隔开；“批注”可写理由。只写批注而不选主题的，不会导入。",
    "保存为 xlsx，然后运行：pipeline labels import 文件名.xlsx --annotator 姓名",
    "可以排序、筛选、移动或隐藏列、删除不需要的行。请不要改动编号和正文；同一段在两张表中的更正要一致。",
)


@dataclass(frozen=True, slots=True)
class ReportCounts:
    """What is counted of a report: its share of each theme, its passages, what was set aside, by reason, and corrections."""

    source: str
    shares: tuple[ThemeShare, ...]
    passages: int
    review: int
    aside: Counter[str]
    corrected: int = 0
    not_shown: int = 0

    @property
    def characters(self) -> int:
        """The characters of its passages."""
        return sum(share.characters for share in self.shares)


def count(report: FinishedReport, labels: LabelSet) -> ReportCounts:
    """Return what is counted of a report."""
    tags = passages(report)
    aside, said = Counter(noise.reason for noise in set_aside(report)), sum(tag.correction is not None for tag in tags)
    return ReportCounts(
        report.source, shares(tags, labels), len(tags), sum(tag.asks_review for tag in tags), aside, said, report.not_shown
    )


def together(counts: Sequence[ReportCounts], labels: LabelSet) -> ReportCounts:
    """Return the counts of all reports as one."""
    characters, numbers, review = Counter[str](), Counter[str](), Counter[str]()
    for share in (share for each in counts for share in each.shares):
        characters[share.theme] += share.characters
        numbers[share.theme] += share.passages
        review[share.theme] += share.review
    whole = max(1, characters.total())
    of_all = tuple(
        ThemeShare(name, characters[name], characters[name] / whole, numbers[name], review[name]) for name in labels.names
    )
    aside = sum((each.aside for each in counts), Counter[str]())
    sums = {name: sum(getattr(each, name) for each in counts) for name in ("passages", "review", "corrected", "not_shown")}
    return ReportCounts("合计", of_all, aside=aside, **sums)


def write_reports(sheet: "Worksheet", book: "Workbook", counts: Sequence[ReportCounts], styles: Styles) -> None:
    """Write the sheet of reports by theme, with a chart of the first ones."""
    names = styles.labels.names
    heads = ["报告", "段落", "字数", "待复核", "已剔除", *names, *names]
    sheet.set_row(TITLE, 24)
    for first, title in ((5, "占字数的比例"), (5 + len(names), "段落数")):
        _merge(sheet, 0, first, first + len(names) - 1, title, styles)
    for place, head in enumerate(heads):
        put(sheet, TITLE, place, head, styles, "number head" if place else "head")
    for row, each in enumerate(counts, TITLE + 1):
        _write_counts(sheet, row, each, styles, ("text", "number", "share"))
    last = TITLE + len(counts)
    _write_counts(sheet, last + 1, together(counts, styles.labels), styles, ("total name", "total", "total share"))
    sheet.autofilter(TITLE, 0, last, len(heads) - 1)
    sheet.freeze_panes(TITLE + 1, 1)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, len(heads) - 1, 9)
    printed(sheet, "报告")
    sheet.repeat_rows(0, TITLE)
    _insert_chart(sheet, book, min(len(counts), CHARTED), last + 3 if len(counts) <= CHARTED else TITLE, styles)


def write_notes(sheet: "Worksheet", counts: Sequence[ReportCounts], run: RunFacts, remarks: Sequence[str], styles: Styles) -> None:
    """Write the sheet on the model, the labels, what was set aside and what failed; ``remarks`` are about the workbook itself."""
    whole = together(counts, styles.labels)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 96)
    sheet.hide_gridlines(2)
    put(sheet, 0, 0, "说明", styles, "title")
    row = 1
    for head, lines in _sections(whole, len(counts), run, remarks):
        row += 1
        put(sheet, row, 0, head, styles, "head")
        put(sheet, row, 1, None, styles, "head")
        for name, value in lines:
            row += 1
            is_label = head == "主题" and name in styles.labels.names
            put(sheet, row, 0, name, styles, "theme" if is_label else "quiet", name if is_label else None)
            put(sheet, row, 1, value, styles, "text")
        row += 1
    printed(sheet, "说明")


def _sections(
    whole: ReportCounts, reports: int, run: RunFacts, remarks: Sequence[str]
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    figures = f"{reports} 篇报告，{whole.passages:,} 段，{whole.characters:,} 字"
    figures += f"；待复核 {whole.review:,} 段，已剔除 {whole.aside.total():,} 处"
    if whole.corrected:
        remarks = [f"已校正 {whole.corrected:,} 段，占比按更正后的主题计算；未改动的更正不会重复导入", *remarks]
    if whole.not_shown:
        remarks = [*remarks, f"{whole.not_shown:,} 处更正的段落已变，未能显示"]
    yield "本表", [("内容", figures), ("生成日期", run.date), *(("提示", remark) for remark in remarks)]
    yield "怎样更正", [(f"{number}", step) for number, step in enumerate(HOW_TO, 1)]
    yield "模型", list(_model(run))
    definitions = {label.name: label.definition for label in run.labels.labels}
    themes = [(each.theme, _share_line(each, definitions[each.theme])) for each in whole.shares]
    yield "主题", themes
    if whole.aside:
        aside = [(in_chinese(reason), f"{number:,} 处") for reason, number in whole.aside.most_common()]
        yield "已剔除", [*aside, ("原文", "见工作表“已剔除”")]
    if run.failures:
        yield "未能读取的文件", [(f"{number}", line) for number, line in enumerate(run.failures, 1)]


def _model(run: RunFacts) -> Iterator[tuple[str, str]]:
    corpus, scores = run.facts.get("corpus", {}), run.facts.get("scores", {})
    yield "名称和版本", run.model
    if "reports" in corpus:
        yield "训练语料", f"{corpus['reports']:,} 篇报告，{sum(corpus.get('labels', {}).values()):,} 处人工标注"
    if "accuracy" in scores:
        accuracy = f"准确率 {scores['accuracy']:.1%}（按字数），宏平均 F1 {scores['macro_f1']:.3f}"
        yield "准确程度", f"在未参与训练的报告上：{accuracy}"
    yield "复核线", f"把握{review_line(run.thresholds, run.drifted)}的段落列入“待复核”；把握是模型认为主题正确的概率"


def _share_line(share: ThemeShare, definition: str) -> str:
    counted = f"{share.passages:,} 段，{share.characters:,} 字，占 {share.share:.1%}"
    return f"{definition}（{counted}）" if definition else counted


def _merge(sheet: "Worksheet", row: int, first: int, last: int, title: str, styles: Styles) -> None:
    look = styles.of("middle head")
    if first == last:
        sheet.write_string(row, first, title, look)
    else:
        sheet.merge_range(row, first, row, last, title, look)


def _write_counts(sheet: "Worksheet", row: int, counts: ReportCounts, styles: Styles, looks: tuple[Look, Look, Look]) -> None:
    name, number, share = looks
    figures: list[Cell] = [counts.passages, counts.characters, counts.review, counts.aside.total()]
    put(sheet, row, 0, counts.source, styles, name)
    cells = [(figure, number) for figure in figures]
    cells += [(each.share, share) for each in counts.shares] + [(each.passages, number) for each in counts.shares]
    for place, (cell, look) in enumerate(cells, 1):
        put(sheet, row, place, cell, styles, look)


def _ink_on(colour: str) -> str:
    """Return the ink, dark or white, that can be read better on a colour."""
    return max(TEXT, PAPER, key=lambda ink: contrast(ink, colour))


def _insert_chart(sheet: "Worksheet", book: "Workbook", bars: int, row: int, styles: Styles) -> None:
    """Put a stacked bar for each report, in the colours of the themes, below the table or, where that is long, beside it."""
    labels, name, font = styles.labels.labels, sheet.get_name(), {"name": FONT, "size": 9}
    chart: Any = book.add_chart({"type": "bar", "subtype": "percent_stacked"})
    rows = (TITLE + 1, TITLE + bars)
    for place, label in enumerate(labels, 5):
        chart.add_series({
            "name": [name, TITLE, place],
            "categories": [name, rows[0], 0, rows[1], 0],
            "values": [name, rows[0], place, rows[1], place],
            "fill": {"color": label.color},
            "border": {"color": "#ffffff", "width": 0.75},
            "gap": 45,
            "data_labels": {"value": True, "num_format": SHOWN_SHARE, "font": {**font, "size": 8, "color": _ink_on(label.color)}},
        })  # fmt: skip
    chart.set_title({"name": "各报告的主题构成（占字数的比例）", "name_font": {**font, "size": 12, "bold": True}, "overlay": False})
    chart.set_y_axis({"reverse": True, "num_font": font, "line": {"none": True}, "major_tick_mark": "none"})
    chart.set_x_axis({"num_format": "0%", "num_font": font, "major_gridlines": {"visible": True, "line": {"color": "#e3e6ea"}}})
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_size({"width": 980, "height": 150 + 34 * bars})
    chart.set_chartarea({"border": {"none": True}})
    beside = 6 + 2 * len(labels)
    sheet.insert_chart(row, 0 if row > TITLE else beside, chart, {"description": "各报告中每个主题占字数的比例，堆积条形图"})
