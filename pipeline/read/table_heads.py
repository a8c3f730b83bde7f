"""Set aside the names above the columns of a table that stands in a report: 序号, 活动名称, 时间, 参加人数.

They are neither text of the report nor a heading of it; the readers of workbooks and of Markdown set them aside themselves.
Readers mark the rows of their tables; a first row all of whose cells are names, and most of them such as stand above columns,
is set aside as a table header. A form, in which names and what they ask for stand side by side (姓名, 张三, 性别, 女), has too few
of them in a row.
"""

import re
from collections.abc import Iterator, Sequence

from pipeline.core.records import Mark
from pipeline.read.decode import ReadText
from pipeline.read.rows import is_name, plain_name

REASON = "table header"
MOST_LEVELS = 3  # rows of names, one above the other
_LONGEST = 12  # characters of a name
_FEWEST_ALONE = 3  # names, where no row follows: the cells below hold paragraphs
_BETWEEN = re.compile(r"\s*")
_YEAR = re.compile(r"(?:19|20)\d\d年?度?")
_NAMES = re.compile(
    "(?:序号|编号|名称|姓名|性别|年龄|民族|职务|职称|单位|部门|科室|地区|地点|县区|区县|市县|乡镇|时间|日期|年份|月份|内容|标题|题目|主题|项目"
    "|事项|任务|措施|举措|做法|成效|问题|目标|指标|进度|进展|情况|类别|类型|种类|形式|方式|对象|来源|载体|媒体|平台|栏目|版面|作者|主讲人|负责人"
    "|责任人|联系人|电话|领导|数量|人数|人次|场次|次数|篇数|条数|期数|件数|总数|合计|小计|金额|经费|预算|资金|占比|比例|同比|增长率|增幅|得分"
    "|分值|权重|评分|标准|要求|说明|备注|附注|状态|结果|等次|等级|名次|排名|完成率|时限|字数|篇目)$"
)


def with_heads_aside(content: ReadText) -> ReadText:
    """Return what was read with the names above the columns of its tables as noise; what came of a workbook stays as it is."""
    rows = [mark for mark in content.marks if mark.kind == "row"]
    if not rows or any(place.row is not None for place in content.places):
        return content
    runs = list(_runs(rows, content.text))
    end = len(content.text.rstrip())
    heads = {mark.start for run in runs for mark in _heads(run, content.text, end)}
    known = {_text(mark, content.text) for mark in rows if mark.start in heads}
    marks = [
        Mark(mark.start, mark.end, "noise", reason=REASON) if mark.kind == "row" and _text(mark, content.text) in known else mark
        for mark in content.marks
    ]
    marks += _lines_above(runs, content)
    return ReadText(content.text, content.encoding, tuple(sorted(marks, key=lambda mark: mark.start)), content.places)


def _lines_above(runs: Sequence[Sequence[Mark]], content: ReadText) -> Iterator[Mark]:
    """Yield the lines of names right above rows that their reader did not take for a row, as those of a printed table."""
    marked = {mark.start for mark in content.marks}
    for run in runs:
        start = content.text.rfind("\n", 0, max(0, run[0].start - 1)) + 1
        line = content.text[start : run[0].start].removesuffix("\n")
        if start not in marked and "\t" in line and "\n" not in line and _is_head(line.split()):
            yield Mark(start, start + len(line), "noise", reason=REASON)


def _runs(rows: Sequence[Mark], text: str) -> Iterator[list[Mark]]:
    """Yield rows that follow each other."""
    run: list[Mark] = []
    for mark in rows:
        if run and not _BETWEEN.fullmatch(text, run[-1].end, mark.start):
            yield run
            run = []
        run.append(mark)
    yield run


def _heads(run: Sequence[Mark], text: str, end: int) -> Sequence[Mark]:
    """Return the rows of names that a run of rows begins with; ``end`` is where the text ends but for white space."""
    named = 0
    while named < min(len(run), MOST_LEVELS + 1) and _is_head(_cells(run[named], text)):
        named += 1
    if named > MOST_LEVELS:  # names all the way down are what the table tells
        return ()
    if named < len(run):
        return run[:named]
    cells = _cells(run[0], text)
    is_alone = len(run) == 1 and len(cells) >= _FEWEST_ALONE and all(map(_is_known, cells)) and run[0].end < end
    return run if is_alone else ()


def _cells(mark: Mark, text: str) -> list[str]:
    return list(filter(None, (cell.strip() for cell in _text(mark, text).split("\t"))))


def _is_head(cells: Sequence[str]) -> bool:
    """Tell whether all cells of a row are names, and more than half of them names that stand above columns."""
    return len(cells) > 1 and all(map(_may_be_name, cells)) and 2 * sum(map(_is_known, cells)) > len(cells)


def _may_be_name(cell: str) -> bool:
    is_short = len(plain_name(cell)) <= _LONGEST and not cell.endswith((":", "："))  # 时间： asks for what stands beside it
    return bool(_YEAR.fullmatch(cell)) or (is_short and is_name(cell))


def _is_known(cell: str) -> bool:
    return bool(_YEAR.fullmatch(cell) or _NAMES.search(plain_name(cell)))


def _text(mark: Mark, text: str) -> str:
    return text[mark.start : mark.end]
