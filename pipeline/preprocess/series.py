"""Tell the level of headings that a report numbers or marks in a way of its own: 案例一, 【要闻】, 3月5日, 1.2.

Where such a row of headings stands is told by its first one: below the heading that is open there. Those that follow stand
beside it.
"""

import re

from pipeline.preprocess.headings import ARABIC, SERIES

STEP = 4  # between rows that stand below each other; dates have three levels in one
_FIGURES = "一二三四五六七八九十"
_NUMBER = rf"(?:[{_FIGURES}]{{1,3}}|\d{{1,3}})"
_WORDS = "案例|专题|板块|模块|单元|篇章?|专栏|主题|任务|行动|工程|经验|做法|措施|问题|故事|议题|典型|课题|话题"
_NAMED = (
    rf"(?:典型|经典|优秀|创新|实践|工作)?(?P<word>{_WORDS})\s?(?:之)?{_NUMBER}(?:[\s:：、.．]|$)|"
    rf"第\s?{_NUMBER}\s?(?P<counted>单元|板块|专题|模块|讲|课|专场|篇章|组|天|站|场|屏|关|步)(?:[\s:：、.．]|$)"
)
_NAMED_BEGINS = frozenset("典经优创实工案专板模单篇主任行做措问故议课话第")
_MARKED = "【[^【】]{1,30}】"
_YEAR = r"(?:\d{4}|[一二][〇○零一二三四五六七八九]{3})\s?年"
_MONTH, _DAY = rf"(?:\d{{1,2}}|[{_FIGURES}]{{1,2}})\s?月", rf"(?:\d{{1,2}}|[{_FIGURES}]{{1,3}})\s?日"
_DATE = (
    rf"(?P<year>{_YEAR})?(?:(?P<month>{_MONTH})份?)?(?P<day>{_DAY}(?:\s?[-—–~至到]\s?(?:{_MONTH})?(?:{_DAY})?)?)?"
    r"(?:\s?[（(](?:星期|周)[一二三四五六日天][)）])?(?:\s+\S.*)?"
)
_DAY_IN_FIGURES = r"\d{4}([-./])\d{1,2}\1\d{1,2}"
_DATE_BEGINS = frozenset(f"0123456789{_FIGURES}")
_DECIMAL = r"\d{1,2}(?P<deeper>(?:[.．]\d{1,2}){1,3})(?![\d.．万亿千百十元个米公平倍折分场人年月日号度%％])"


class Series:
    """The rows of headings that a text has so far, each with its level."""

    def __init__(self) -> None:
        """Begin without any."""
        self._levels: dict[str, int] = {}

    def level(self, text: str, above: int) -> int:
        """Return the level of a heading without a sign; -1 where it belongs to no row.

        ``above`` is the level of the heading that one stands under which begins a row.
        """
        if text[0].isdecimal() and (decimal := re.match(_DECIMAL, text)) is not None:
            return ARABIC + STEP * sum(deeper in ".．" for deeper in decimal["deeper"])
        row, depth = _row_of(text)
        if not row:
            return -1
        below = SERIES if above < SERIES else above + STEP
        return self._levels.setdefault(row, below) + depth

    def clear(self) -> None:
        """Begin anew, in another text."""
        self._levels.clear()


def _row_of(text: str) -> tuple[str, int]:
    """Return the row that a heading belongs to, "" for none, and how deep in it."""
    if text[0] == "【":
        return ("【" if re.fullmatch(_MARKED, text) else ""), 0
    if text[0] in _NAMED_BEGINS and (named := re.match(_NAMED, text)) is not None:
        return named["word"] or named["counted"], 0
    if text[0] in _DATE_BEGINS and re.fullmatch(_DAY_IN_FIGURES, text):
        return "日", 1
    if text[0] in _DATE_BEGINS and (date := re.fullmatch(_DATE, text)) is not None:
        depth = 2 if date["day"] else 1 if date["month"] else 0
        return "日", min(depth, 1) if date["year"] else depth  # a day with its year is below no other month
    return "", 0
