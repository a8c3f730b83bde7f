"""The kind of a report, by the last word of its title or file name that names one: 总结, 简报, 方案 and so on.

Of a report on one year with plans for the next (2023年工作总结和2024年打算) it is that of the report.
"""

import re
from pathlib import PurePosixPath

from pipeline.output.digest.records import ReportAttribute

# What a kind is called, and the words that name it.
KINDS = {
    "总结": "总结|小结|回顾",
    "计划": "工作要点|要点|计划|打算|规划|安排",
    "方案": "方案|预案|办法|细则|规定|制度",
    "简报": "简报|信息|快报|专报|动态",
    "汇报": "汇报|述职|情况报告|自查报告|自评报告",
    "调研": "调研报告|调研|调查报告|考察报告",
    "通知": "通知|通报|公告|通告|函|批复|意见",
    "讲话": "讲话|致辞|发言|讲稿|主持词",
    "倡议": "倡议书|倡议|公开信",
    "综述": "综述|纪实|侧记|巡礼|掠影|观察",
    "报告": "报告|公报|白皮书|蓝皮书",
    "评论": "评论|社论|述评",
    "提案": "提案|建议|答复",
    "经验": "经验材料|典型材料|案例|做法",
}  # fmt: skip
_ANY = re.compile("|".join(f"(?P<k{place}>{words})" for place, words in enumerate(KINDS.values())))


_WITH_PLANS = re.compile(r"(?P<first>总结|小结|回顾|汇报|报告|情况)(?:和|以?及|暨|与|、)")
_FIRST = {"总结": "总结", "小结": "总结", "回顾": "总结", "汇报": "汇报", "报告": "报告", "情况": "汇报"}


def kind_of(title: str, source: str) -> ReportAttribute:
    """Return what kind of text a report is, and whether 标题 or 文件名 says so; empty where neither does."""
    for basis, text in (("标题", title), ("文件名", PurePosixPath(source.replace("\\", "/")).stem)):
        if named := [*_ANY.finditer(text)]:
            kind = [*KINDS][int((named[-1].lastgroup or "k0")[1:])]
            before = _WITH_PLANS.search(text, 0, named[-1].start()) if kind == "计划" else None
            return ReportAttribute(_FIRST[before["first"]] if before else kind, basis)
    return ReportAttribute()
