"""Set aside the names above the columns of a table that stands in a report: 序号, 活动名称, 时间, 参加人数.

They are neither text of the report nor a heading of it; the readers of workbooks and of Markdown set them aside themselves.
Readers mark the rows of their tables; a first row all of whose cells are names, and most of them such as stand above columns,
is set aside as a table header. A form, in which names and what they ask for stand side by side (姓名, 张三, 性别, 女), has too few
of them in a row. What is told may end like a name too (文化惠民项目, 县融媒体平台): such a row is a header only where a third of
its cells are names and nothing else (项目名称, 责任单位), or what stands below is of another kind: numbers below 场次, paragraphs.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.core.records import Mark
from pipeline.read.decode import ReadText
from pipeline.read.rows import is_name, plain_name

REASON = "table header"
MOST_LEVELS = 3  # rows of names, one above the other
_LONGEST = 12  # characters of a name
_FEWEST_ALONE = 3  # names, where no row follows: the cells below hold paragraphs
_BETWEEN = re.compile(r"\s*")
_YEAR = re.compile(r"(?:19|20)\d\d年?度?")
_LOOKED_AT = 5  # rows below a head
_NAME = (
    "(?:序号|编号|名称|姓名|性别|年龄|民族|职务|职称|单位|部门|科室|地区|地点|县区|区县|市县|乡镇|时间|日期|年份|月份|内容|标题|题目|主题|项目"
    "|事项|任务|措施|举措|做法|成效|问题|目标|指标|进度|进展|情况|类别|类型|种类|形式|方式|对象|来源|载体|媒体|平台|栏目|版面|作者|主讲人|负责人"
    "|责任人|联系人|电话|领导|数量|人数|人次|场次|次数|篇数|条数|期数|件数|总数|合计|小计|金额|经费|预算|资金|占比|比例|同比|增长率|增幅|得分"
    "|分值|权重|评分|标准|要求|说明|备注|附注|状态|结果|等次|等级|名次|排名|完成率|时限|字数|篇目)"
)
_NAMES = re.compile(f"{_NAME}$")
# What may stand before the name of a column and makes it no name of one thing.
_ANY = (
    "(?:活动|工作|参加|参与|参训|参会|到场|出席|主要|具体|责任|牵头|主办|承办|协办|主管|配合|完成|实施|开展|举办|组织|所属|所在|重点|计划|实际|本年|上年"
    "|今年|去年|上月|本月|当年|当月|本季|累计|服务|受益|宣讲|演出|发布|刊发|刊播|发稿|上稿|播出|播放|阅读|点击|转载|采用|联系|存在|整改|改进|推进|落实|年度"
    "|季度|月度|当前|发现|检查|考核|评选|获奖|报送|文件|稿件|作品|图书|书籍|节目|新闻|视频|报道|账号|网站|阵地|场馆|设施|队伍|品牌|案例|经验|亮点|奖项|荣誉"
    "|展览|展出|演出|舆情|风险|困难|意见|建议|诉求|培训|课程|下一步|预期|总体|基本|人员|人均|群众|观众|读者|党员|投入|支出|使用|到位|建设|建成|开放|覆盖|一级|二级|三级|分管"
    "|包联|总|新|各|本|现|原|拟|的|和|及|与|或|、|/)"
)
_COUNTED = (
    "序号|编号|时间|日期|年份|月份|时限|年龄|电话|数量|[^\\W\\d_]数|人次|场次|次数|金额"
    "|占比|比例|同比|增长率|完成率|增幅|得分|分值|权重|合计|小计"
)
# What is a name of a column whatever stands before it, or made of nothing else.
_ONLY_NAMES = re.compile(f".*(?:{_COUNTED}|名称|姓名|备注|负责人|责任人|联系人|主讲人)|(?:{_ANY}|{_NAME})*{_NAME}")
_COUNTS = re.compile(f"(?:{_COUNTED}|经费|预算|资金|面积|时长|[^\\W\\d_]量|率)$")
_NUMBER = re.compile(r"\s*[\d一二三四五六七八九十百千万〇零两第近约超]")


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
    below = run[named : named + _LOOKED_AT]
    if not named:
        return run[:1] if _is_above_numbers(run[0], run[1 : 1 + _LOOKED_AT], text) else ()
    if not _is_told_by(run[:named], below, text):
        return ()
    if named > MOST_LEVELS:  # names all the way down are what the table tells
        return ()
    if named < len(run):
        return run[:named]
    cells = _cells(run[0], text)
    is_alone = len(run) == 1 and len(cells) >= _FEWEST_ALONE and all(map(_is_known, cells)) and run[0].end < end
    return run if is_alone else ()


def _is_told_by(heads: Sequence[Mark], below: Sequence[Mark], text: str) -> bool:
    """Tell whether rows whose cells end like names of columns are such: they are nothing but names, or stand above other things."""
    names = [cell for mark in heads for cell in _cells(mark, text)]
    if 3 * sum(map(_is_only_name, names)) >= len(names):
        return True
    columns = _columns(heads[-1], below, text)
    told = sum(_are_numbers(column) or all(len(cell) > _LONGEST for cell in column.cells) for column in columns if column.cells)
    return 2 * told >= len(columns)


def _is_above_numbers(head: Mark, below: Sequence[Mark], text: str) -> bool:
    """Tell whether a row is of names of whatever kind, one of which says that numbers stand below it, and these do."""
    columns = _columns(head, below, text)
    return len(columns) > 1 and all(_may_be_name(column.name) for column in columns) and any(map(_are_numbers, columns))


def _is_only_name(cell: str) -> bool:
    return bool(_YEAR.fullmatch(cell) or _ONLY_NAMES.fullmatch(plain_name(cell)))


@dataclass(frozen=True, slots=True)
class _Column:
    """What may be the name of a column, and the cells below it that hold something."""

    name: str
    cells: Sequence[str]


def _columns(head: Mark, below: Sequence[Mark], text: str) -> list[_Column]:
    """Return the columns of a row, with the cells of those rows below that have as many."""
    names, *others = ([cell.strip() for cell in _text(mark, text).split("\t")] for mark in (head, *below))
    rows = [row for row in others if len(row) == len(names)]
    return [_Column(name, [row[i] for row in rows if row[i]]) for i, name in enumerate(names)]


def _are_numbers(column: _Column) -> bool:
    """Tell whether numbers or dates stand below a name that says so: 场次, 时间."""
    return bool(column.cells and _COUNTS.search(plain_name(column.name)) and all(map(_NUMBER.match, column.cells)))


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
