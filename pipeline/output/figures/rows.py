"""The figures of tagged passages as rows: what is counted, how many, the theme of the passage, and where it stands."""

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from pipeline.core.records import Tag
from pipeline.output.figures import Figure, figures_in
from pipeline.output.figures.cells import figures_in_row, is_row
from pipeline.output.figures.numbers import Kind
from pipeline.output.rows import Cell
from pipeline.output.visible import ShownText, is_markdown, without_signs

AROUND = 60  # characters of its sentence that are shown on each side of a figure
KINDS: dict[Kind, str] = {"count": "数量", "share": "占比", "rank": "位次"}
_STOP = re.compile("[。！？!?；;]")
_HALF_SIGN = re.compile("[*_`]")  # of emphasis that a number is only a part of


class FigureRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A figure of a tagged passage; one line of the output.

    ``start`` and ``end`` count characters of the source text, as those of a tag do: ``source_text[start:end]`` is ``written``, the
    number with its measure. ``value`` is the number in full and ``high`` the upper end of a range. ``theme``, ``score`` and
    ``review`` are those of the passage, the theme a person's where one has said it.
    """

    source: str
    segment: int
    start: int
    end: int
    theme: str
    score: float
    review: bool
    counted: str
    written: str
    value: int | float
    high: int | float | None
    unit: str
    bound: str
    kind: Kind
    sentence: str
    heading: str
    page: int | None = None
    paragraph: int | None = None
    sheet: str | None = None
    row: int | None = None


def in_words(row: FigureRow) -> str:
    """Return the number of a figure with its measure as a reader sees it, on one line."""
    shown = without_signs(row.written, row.source).text
    return " ".join((_HALF_SIGN.sub("", shown) if is_markdown(row.source) else shown).split())


# In the order of the table. A column that no row fills is left to the format to hide.
COLUMNS: dict[str, Callable[[FigureRow], Cell]] = {
    "主题": lambda row: row.theme,
    "统计对象": lambda row: row.counted,
    "数字": in_words,
    "数值": lambda row: row.value,
    "上限": lambda row: row.high,
    "单位": lambda row: row.unit,
    "限定": lambda row: row.bound,
    "类别": lambda row: KINDS[row.kind],
    "原句": lambda row: row.sentence,
    "报告": lambda row: row.source,
    "标题": lambda row: row.heading,
    "把握": lambda row: row.score,
    "待复核": lambda row: "是" if row.review else None,
    "页": lambda row: row.page,
    "段": lambda row: row.paragraph,
    "工作表": lambda row: row.sheet,
    "行": lambda row: row.row,
    "开始": lambda row: row.start,
    "结束": lambda row: row.end,
}


def figure_rows(tags: Iterable[Tag], themes: frozenset[str] = frozenset()) -> Iterator[FigureRow]:
    """Yield the figures of tags that were not set aside, in order; of all themes, or of those that are named."""
    for tag in tags:
        if tag.noise is None and (not themes or tag.shown_theme in themes):
            shown = without_signs(tag.text, tag.source)
            in_cells = is_row(shown.text, is_markdown(tag.source))
            for figure in figures_in_row(shown.text, tag.columns or {}) if in_cells else figures_in(shown.text):
                yield _row(tag, figure, shown)


def sentence_around(text: str, start: int, end: int) -> str:
    """Return the sentence of a span as one line, with … where it was cut."""
    begin = max((stop.end() for stop in _STOP.finditer(text, max(0, start - AROUND), start)), default=max(0, start - AROUND))
    stop = _STOP.search(text, end, end + AROUND)
    finish = stop.end() if stop else min(len(text), end + AROUND)
    is_begun = begin > 0 and not _STOP.match(text, begin - 1)
    return f"{'…' * is_begun}{' '.join(text[begin:finish].split())}{'…' * (stop is None and finish < len(text))}"


def _row(tag: Tag, figure: Figure, shown: ShownText) -> FigureRow:
    start, end = shown.places[figure.start], shown.places[figure.end - 1] + 1
    return FigureRow(
        tag.source,
        tag.segment,
        tag.start + start,
        tag.start + end,
        tag.shown_theme,
        tag.score,
        tag.asks_review,
        figure.counted,
        tag.text[start:end],
        _plain(figure.value),
        None if figure.high is None else _plain(figure.high),
        figure.unit,
        figure.bound,
        figure.kind,
        sentence_around(shown.text, figure.start, figure.end),
        tag.heading,
        tag.page,
        tag.paragraph,
        tag.sheet,
        tag.row,
    )


def _plain(value: float) -> int | float:
    return int(value) if value.is_integer() else value
