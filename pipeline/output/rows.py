"""Tags as the rows of a table for people: its columns, in Chinese, and what a spreadsheet must not take for a formula."""

from collections.abc import Callable

from pipeline.core.records import Tag
from pipeline.output.wording import runner_up

Cell = str | int | float | None
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

# In the order of the table. A column that no row fills is left to the format to hide.
COLUMNS: dict[str, Callable[[Tag], Cell]] = {
    "报告": lambda tag: tag.source,
    "序号": lambda tag: tag.segment if tag.noise is None else None,
    "标题": lambda tag: tag.heading,
    "正文": lambda tag: tag.text,
    "主题": lambda tag: tag.theme if tag.noise is None else None,
    "把握": lambda tag: tag.score if tag.noise is None else None,
    "次要主题": lambda tag: " ".join(tag.secondary),
    "其次可能": lambda tag: runner_up(tag) or None,
    "待复核": lambda tag: "是" if tag.asks_review else None,
    "更正主题": lambda tag: tag.correction.label if tag.correction else None,
    "更正次要主题": lambda tag: "、".join(tag.correction.secondary) if tag.correction else None,
    "批注": lambda tag: tag.correction.note if tag.correction else None,
    "校对人": lambda tag: tag.correction.who if tag.correction else None,
    "依据": lambda tag: " ".join(word for word, _ in tag.evidence),
    "页": lambda tag: tag.page,
    "识别把握": lambda tag: tag.certainty,
    "段": lambda tag: tag.paragraph,
    "工作表": lambda tag: tag.sheet,
    "行": lambda tag: tag.row,
    "开始": lambda tag: tag.start,
    "结束": lambda tag: tag.end,
    "剔除原因": lambda tag: tag.noise,
    "模型": lambda tag: tag.model,
}


def row_of(tag: Tag) -> dict[str, Cell]:
    """Return a tag as the cells of its row, by column."""
    return {name: cell(tag) for name, cell in COLUMNS.items()}


def neutral(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet runs: what begins like a formula gets a mark in front that makes it text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
