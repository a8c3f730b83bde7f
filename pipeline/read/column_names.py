"""Tell the names of columns from what stands in them: 序号, 活动名称, 参加人数（人）, 工作内容."""

import re
from collections.abc import Sequence
from itertools import pairwise

TEXT_NAMES = ("text", "正文", "内容", "段落", "文本", "全文", "content", "body", "原文")
SOURCE_NAMES = ("source", "来源文件", "报告", "文件", "文件名", "document", "file")
LIKELY = re.compile("内容|正文|情况|事项|做法|成效|措施|进展|概况|简介|描述|说明|总结|记录")
_LONGEST_NAME = 40
LONGEST_COLUMN = 12  # characters of a name that is made of nothing but words for columns
_NO_NAME = re.compile(r"[。；！？\d]|[:：].")
_BESIDE_NAME = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]|[\s，,、:：*＊]")  # a hint or a sign beside the name of a column
_NAME = (
    "(?:序号|编号|名称|姓名|性别|年龄|民族|职务|职称|单位|部门|科室|地区|地点|县区|区县|市县|乡镇|时间|日期|年份|月份|内容|标题|题目|主题|项目"
    "|事项|任务|措施|举措|做法|成效|问题|目标|指标|进度|进展|情况|类别|类型|种类|形式|方式|对象|来源|载体|媒体|平台|栏目|版面|作者|人员|主讲人|负责人"
    "|责任人|联系人|电话|领导|数量|人数|人次|场次|次数|篇数|条数|期数|件数|总数|合计|小计|金额|经费|预算|资金|占比|比例|同比|增长率|增幅|得分"
    "|分值|权重|评分|标准|要求|说明|备注|附注|状态|结果|等次|等级|名次|排名|完成率|时限|字数|篇目|数值|值)"
)
# What may stand before the name of a column and makes it no name of one thing.
_ANY = (
    "(?:活动|工作|主要|具体|责任|重点|计量|计划|实际|本年|上年|今年|去年|上月|本月|当年|当月|本季|累计|存在|年度|季度|月度|当前|下一步|预期|总体|基本"
    "|文件|稿件|作品|账号|案例|经验|奖项|风险|困难|意见|建议|诉求|课程|一级|二级|三级|总|新|本|现|原|拟|的|和|及|与|或|、|/)"
)
# The same, but right before it only: 完成情况 and 任务完成情况 are names, 完成重点任务 tells of a deed.
_DONE = (
    "(?:主讲|参加|参与|参训|参会|到场|出席|牵头|主办|承办|协办|主管|配合|完成|实施|开展|举办|组织|所属|所在|服务|受益|宣讲|演出|展出|发布|刊发|刊播|发稿|上稿|播出|播放"
    "|阅读|点击|转载|采用|联系|整改|改进|推进|落实|发现|检查|考核|评选|获奖|报送|培训|投入|支出|使用|到位|建设|建成|开放|覆盖|分管|包联|申报|选送|推荐)"
)
COUNTED = (
    "序号|编号|时间|日期|年份|月份|时限|年龄|电话|数量|[^\\W\\d_]数|人次|场次|次数|金额"
    "|占比|比例|同比|增长率|完成率|增幅|得分|分值|权重|合计|小计"
)
# What makes a deed of it, whatever stands behind: 明确完成时限, 提高参与人数.
_DEED = "(?:明确|确定|确保|落实|提高|提升|增加|扩大|完善|创新|加强|强化|建立|健全|拓展|搭建|优化|公开|细化|压实|丰富|打造|聚焦)"
# What is a name of a column whatever stands before it, or made of nothing else.
_COLUMN = re.compile(
    r"(?:19|20)\d\d年?度?"
    f"|(?!{_DEED}).*(?:{COUNTED}|名称|姓名|备注|负责人|责任人|联系人|主讲人)"
    f"|(?:{_ANY}|{_NAME})*{_DONE}?{_NAME}"
)
# Months, quarters and weeks, written with figures: 1月, 2025年1-6月, 第2季度.
_PERIOD = re.compile(r"(?:(?:19|20)\d\d年)?(?:(?:1[0-2]|0?[1-9])(?:[-—~至](?:1[0-2]|0?[1-9]))?月份?|第?[1-4]季度|第?[1-9]\d?周)")


def is_name(cell: str) -> bool:
    """Tell whether a cell may be the name of a column: short, without the end of a sentence, no figures but those of a period."""
    if len(cell) > _LONGEST_NAME:
        return False
    return not _NO_NAME.search(cell) or (LIKELY.search(cell) is not None and "。" not in cell) or _is_of_period(cell)


def _is_of_period(cell: str) -> bool:
    """Tell whether a cell is a period, or the name of a column behind one: 1月, 第2季度场次."""
    name = plain_name(cell)
    found = _PERIOD.match(name)
    return found is not None and (found.end() == len(name) or _COLUMN.fullmatch(name, found.end()) is not None)


def is_period(cell: str) -> bool:
    """Tell whether a cell is a month, a quarter or a week, and nothing else."""
    return _PERIOD.fullmatch(plain_name(cell)) is not None


def without_periods(cells: Sequence[str]) -> Sequence[str]:
    """Return the cells of a row without periods where some stand side by side, as names do; one alone may be a date."""
    periods = [is_period(cell) for cell in cells]
    if not any(one and other for one, other in pairwise(periods)):
        return cells
    return [cell for cell, is_one in zip(cells, periods, strict=True) if not is_one]


def is_column(cell: str) -> bool:
    """Tell whether a cell is the name of a column and nothing else, by the words that it is made of: 活动名称, 参加人数."""
    name = plain_name(cell)
    return len(name) <= LONGEST_COLUMN and _COLUMN.fullmatch(name) is not None


def plain_name(name: str) -> str:
    """Return the name of a column without a hint or a sign beside it: 金额（万元） is 金额."""
    return _BESIDE_NAME.sub("", name)


def may_be_column(cell: str) -> bool:
    """Tell whether a cell may be the short name of a column; one that ends with a colon asks for what stands beside it."""
    is_short = len(plain_name(cell)) <= LONGEST_COLUMN and not cell.endswith((":", "："))
    return is_short and (is_name(cell) or _COLUMN.fullmatch(cell) is not None)


def named_column(header: Sequence[str], names: Sequence[str]) -> int | None:
    """Return the column of the first of some names: as it is written, then without what stands beside or above it."""
    written = [cell.lower() for cell in header]
    plain = [plain_name(cell.rpartition("/")[2]) for cell in written]
    wanted = [name.lower() for name in names]
    return next((cells.index(name) for cells in (written, plain) for name in wanted if name in cells), None)
