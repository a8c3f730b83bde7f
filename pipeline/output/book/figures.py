"""The sheet of figures: what is counted, how many, of which theme, and the sentence that says it."""

from typing import TYPE_CHECKING

from pipeline.output.book.styles import Look, Styles
from pipeline.output.book.table import Column, SheetWriter
from pipeline.output.figures.rows import COLUMNS, FigureRow

if TYPE_CHECKING:
    from xlsxwriter import Workbook

FIGURES = "数字"
PRINTED = 10  # columns, up to the report
# The widths of the columns in characters, and how each looks.
_LOOKS: dict[str, tuple[float, Look]] = {
    "主题": (10, "theme"), "统计对象": (22, "text"), "数字": (16, "text"), "数值": (13, "figure"), "上限": (11, "figure"),
    "单位": (8, "name"),
    "限定": (7, "name"), "类别": (7, "name"), "原句": (60, "quiet"), "报告": (24, "name"), "标题": (18, "quiet"), "把握": (9,
    "score"),
    "待复核": (8, "flag"), "页": (7, "number"), "段": (7, "number"), "工作表": (10, "quiet"), "行": (7, "number"), "开始": (8,
    "number"),
    "结束": (8, "number"),
}  # fmt: skip
_TECHNICAL = ("开始", "结束")


def figure_table(book: "Workbook", styles: Styles) -> SheetWriter[FigureRow]:
    """Return the table of figures on a sheet of its own."""
    columns = tuple(Column(name, *_LOOKS[name], cell, name in _TECHNICAL) for name, cell in COLUMNS.items())
    return SheetWriter(book, FIGURES, columns, styles, PRINTED)
