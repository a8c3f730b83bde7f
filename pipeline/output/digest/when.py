"""The year that a report is about, from its title, file name, first lines and the dates in its text.

The rules, in their order; the first that gives a year wins, and the year is told with its basis:

1. the title: the first year with 年 ("2019年工作总结和2020年打算" is about 2019);
2. the file name: a year with 年, a date (20231105, 2023-11-05), or a year that stands by itself (_2023_);
3. the first lines: a year with 年, or a date;
4. the text: the year that most of its years with 年 name, if it is named three times or more.

Only the years 2000 to 2035 count, in digits of any width or in Chinese (二〇二三年). Where no rule gives one there is none.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from pipeline.core.names import file_stem
from pipeline.output.digest.records import ReportAttribute

FIRST, LAST = 2000, 2035
LEAD = 400  # characters of the first lines
_CHINESE = str.maketrans("〇○Ｏ零一二三四五六七八九", "0000123456789")
_IN_CHINESE = re.compile(r"二[〇○Ｏ零][〇○Ｏ零一二三][〇○Ｏ零一二三四五六七八九](?=\s*年)")
_WITH_SIGN = re.compile(r"(?<![0-9.])(20[0-3][0-9])\s*年")
_DATE = re.compile(
    r"(?<![0-9A-Za-z])(20[0-3][0-9])(?:([-./_])(?:1[0-2]|0?[1-9])\2(?:3[01]|[12][0-9]|0?[1-9])|(?:1[0-2]|0[1-9])(?:3[01]|[12][0-9]|0[1-9])?)"
    r"(?![0-9A-Za-z])"
)
_ALONE = re.compile(r"(?<![0-9A-Za-z])(20[0-3][0-9])(?![0-9A-Za-z])")


def year_of(title: str, source: str, text: str) -> ReportAttribute:
    """Return the year that a report is about and what it was taken from: 标题, 文件名, 开头 or 正文."""
    name = file_stem(source)
    for basis, part, patterns in (
        ("标题", title, (_WITH_SIGN,)),
        ("文件名", name, (_WITH_SIGN, _DATE, _ALONE)),
        ("开头", text[:LEAD], (_WITH_SIGN, _DATE)),
    ):
        for pattern in patterns:
            if year := next(_years(pattern, part), ""):
                return ReportAttribute(year, basis)
    return _most_named(text)


def _most_named(text: str) -> ReportAttribute:
    named = Counter(_years(_WITH_SIGN, text))
    year, count = max(named.items(), key=lambda item: item[1], default=("", 0))
    return ReportAttribute(year, "正文") if count >= 3 and 2 * count > named.total() else ReportAttribute()


def _years(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    """Yield the years that a pattern finds, in order."""
    plain = unicodedata.normalize("NFKC", _IN_CHINESE.sub(lambda match: match[0].translate(_CHINESE), text))
    found = (match[1] for match in pattern.finditer(plain))
    return (year for year in found if FIRST <= int(year) <= LAST)
