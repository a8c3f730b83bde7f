"""Find what frames the text of a report: the lines below its title, who signs it and when, and where annexes begin (附件1).

What stands behind a signature with its date, or in an annex, is below none of the headings before. A list of annexes
(附件：1. …) stands above the signature, and begins none. Lines that say who, when or where stand above nothing.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.preprocess.contents import is_contents_title
from pipeline.preprocess.headings import ANNEX, BARE_ANNEX, BESIDE, SIGNATURE, sign_level

LONGEST = 60
_LINES_AT_ONCE = 2**10  # that are made numbers
_MOST_LISTED, _MOST_NAMES, _SHORTEST_NAME, _LONGEST_NAME = 30, 4, 5, 30
_PLACES = "村镇乡区县市省道"
_FIGURES = "一二三四五六七八九十"
# Expressions are compiled where a line asks for one.
_SIGN = (
    rf"[【\[（(]?附\s{{0,2}}(?P<kind>[件表录图])?(?:\s?(?P<number>(?:[{_FIGURES}]{{1,3}}|\d{{1,2}}|[A-Z](?![A-Za-z]))"
    r"(?:\s?[-—–.．]\s?\d{1,2})?))?[】\])）]?(?P<apart>\s*[:：、.．]|\s|$)?\s*(?P<title>.*)"
)
_NO_TITLE = r".*[。！？；!?;，,].*|[中所及和与至].*|.*\.(?:docx?|xlsx?|pptx?|pdf|ofd|wps|et|zip|rar|jpe?g|png)[)）]?"
_ENTRY = r"(?:[（(]?\d{1,2}[)）]|\d{1,2}[.．、]|[①-⑳])[^。！？；]+[；。]?"
_YEAR = r"(?:\d{4}|[一二][〇○零一二三四五六七八九]{3})\s?年"
_DATE = (
    rf"[（(]?(?:{_YEAR}\s?(?:\d{{1,2}}|[{_FIGURES}]{{1,2}})\s?月(?:\s?(?:\d{{1,2}}|[{_FIGURES}]{{1,3}})\s?日)?"
    r"|\d{4}([-./])\d{1,2}\1\d{1,2})[)）]?"
)
_DATE_ENDS, _SHORTEST_DATE = frozenset("日月0123456789)）"), len("2023年1月")
_NAME = (
    "[^，。！？；：:,.!?;、《》“”]{1,28}(?:[部局委办室府站社院校馆团司厅处科队所台组园联网厂行系班村镇乡区县市省]|街道|中心|[大中小]学|"
    "[委协学合商工谊究金事员]会|促进会|[日晚时商周学校人年村]报)"
    r"(?:[（(][^（()）]{0,6}章[)）])?(?:\s*(?:编印?|编辑|编发|主办|供稿|整理))?"
)
_NAME_ENDS = frozenset("部局委办室府社站院校馆团司厅处科队所台组园联网厂行系班村镇乡区县市省道心学会报）)编印辑发办稿理")
_TELLS = "^关于|召开|举行|举办|开展|启动|组织|走进|下乡|[进赴到]"  # what the title of a piece of news has, and no name
_POLITE = frozenset(("此致", "敬礼", "特此报告", "特此通知", "妥否，请批示"))
_STOPS, _BEHIND_STOPS = frozenset("。！？；…!?;"), "”’」』）)"
_BRACKETED = "[（(][^（()）]{2,}[)）]"
_LONGEST_KEY = 10
_KEY = (
    "[（(]?(?:(?:会议)?(?:时间|地点|主持人?|记录人?|记录整理)|(?:参加|参会|出席|列席|缺席|请假|与会)(?:人员|单位|领导)?|联系(?:人|电话|方式|地址)|"
    "电话|邮箱|地址|抄送|抄报|主送|报送?|发送?|印发|签发人?|编发|编辑|审核|审定|核稿|拟稿人?|撰稿人?|执笔人?|起草人?|报告人|主讲人?|单位|"
    "填报(?:单位|人|日期|时间)|报送单位|责任单位|牵头单位|编号|公告编号|文号|密级|紧急程度|公开方式|公示期限|发布时间|发布机构|主题词|字数|"
    "主办|承办|协办|统筹|策划|编制(?:单位|时间)?|日期|任课|作者(?:单位|简介)?|讲述人?|口述人?|采访人?|受访人?|整理人?|记录整理|收稿日期|"
    r"指导教师(?:签字)?|材料整理|支部书记)\s*[:：]|关键词\s*[:：].*[\s；;、，,]"
)
_BEGINS = frozenset("（(会时地主记参出列缺请与联电邮抄报发印签编审核拟撰执起讲单填责牵公文密紧字指材支作口采受整收关承协统策日任")
_CLOSING = (
    "[（(【]?(?:联系人|联系电话|联系方式|抄送|抄报|主送|印发|报送|打印|关闭|分享|公开方式|此件|责任编辑|编辑|审核|校对|相关|材料整理|"
    "支部书记|指导教师)"
)
_SUBSTANCE, _LINES_BEHIND, _LINES_OF_SUBSTANCE = 12, 8, 3
_PERSON = r"\S{1,24}[长记任员席委师授][\s　]+[\u4e00-\u9fff·]{1,4}(?:\s[\u4e00-\u9fff])?"
_ISSUE = (
    rf".{{0,12}}〔\d{{4}}〕\s?第?\s?\d{{1,4}}\s?号|"
    rf"[（(]?(?:{_YEAR})?\s?(?:总)?第\s?[\d{_FIGURES}百]{{1,4}}\s?(?:期|号)(?:[\s　（(].*)?"
)
_HEAD_LINES, _CONTENTS_BEGINS = 10, frozenset("目【[Cc")
_ISSUE_BEGINS = frozenset("（(第总〔0123456789一二")
_SURNAMES = (
    "[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方"
    "白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤]"
)
_AUTHOR = rf"{_SURNAMES}(?:[\u4e00-\u9fff]{{1,2}}|\s+[\u4e00-\u9fff])"
_REPORTER = r"[^，。：]{0,20}(?:记者|通讯员|特约撰稿)\s+\S.{0,24}"
_AUTHORS = rf"{_AUTHOR}(?:[\s　、]+{_AUTHOR}){{1,5}}"
_TITLE = "(?:总结|汇报|报告|计划|要点|方案|纪要|打算|安排|意见|通知|通报|情况|公告|简报|规划|讲话|清单|说明)(?:[（(].*)?$"
_BETWEEN, _OCCASION_ENDS = r"[\s、]", "上"
_OCCASION = rf"(?:——)?(?:{_YEAR}\s?\d{{1,2}}\s?月\s?\d{{1,2}}\s?日)?在[^，。：]{{4,40}}上(?:的[^，。：]{{2,6}})?"
_LONGEST_HEAD, _HEAD_BEGINS = 8, frozenset(f"第{_FIGURES}")
_HEAD = rf"(?P<before>第?)(?P<number>[{_FIGURES}]{{1,3}})(?P<behind>[、部编篇章节])"


_compiled = cache(re.compile)


class Sliced(Protocol):
    """A text of which spans are strings."""

    def __getitem__(self, span: slice, /) -> str:
        """Return the characters of a span."""
        ...


def find_frame(text: Sliced, columns: NDArray[np.int64], noise: Mapping[int, str]) -> dict[int, int]:
    """Return which of the lines of a text are SIGNATURE, ANNEX, BARE_ANNEX or BESIDE, by their number.

    The first two of the ``columns`` are where they start and end; ``noise`` has the numbers of those set aside.
    """
    found = dict.fromkeys(_below_title(text, columns, noise), BESIDE)
    annexes, dates, contents = list[int](), list[int](), list[int]()
    for i, start, end in _short(columns):
        first = text[start : start + 1]
        if first in _BEGINS and i not in noise and _stands_beside(text[start:end]):
            found[i] = BESIDE
        if first in _CONTENTS_BEGINS and is_contents_title(text[start:end]):
            contents.append(i)
        if "附" in text[start : start + 2]:
            annexes.append(i)
        elif (
            i > 1
            and text[end - 1 : end] in _DATE_ENDS
            and end - start >= _SHORTEST_DATE
            and _compiled(_DATE).search(text[start:end])
        ):
            dates.append(i)
    if not (annexes or dates or contents):
        return found
    report = _Report(text, columns, noise)
    return found | dict.fromkeys(report.contents(contents), BESIDE) | report.ends(annexes, dates)


def _short(columns: NDArray[np.int64]) -> Iterator[tuple[int, int, int]]:
    """Yield the numbers of lines that are not long, and where they start and end."""
    for before in range(0, columns.shape[1], _LINES_AT_ONCE):
        starts, ends = columns[:2, before : before + _LINES_AT_ONCE]
        short = np.flatnonzero(ends - starts <= LONGEST)
        yield from zip((short + before).tolist(), starts.take(short).tolist(), ends.take(short).tolist(), strict=True)


def _below_title(text: Sliced, lines: NDArray[np.int64], noise: Mapping[int, str]) -> Iterator[int]:
    """Yield the lines below the title that say whose text it is and of which day, or go on with the title."""
    is_titled, unit = False, -1  # the first line where it is a unit, which is the title unless one follows
    for i, (start, end) in enumerate(lines[:2, :_HEAD_LINES].T.tolist()):
        if i in noise:
            continue
        line = text[start:end]
        goes_on = is_titled and line[0] in "—-" and not _closes(line)
        if len(line) > LONGEST or (not goes_on and _begins_text(line)):
            return
        is_issue = line[0] in _ISSUE_BEGINS and _compiled(_ISSUE).fullmatch(line) is not None
        if is_issue or goes_on or (is_titled and _says_whose(line)):
            yield i
        elif unit >= 0 and _compiled(_TITLE).search(line):
            yield unit
        unit = i if not is_titled and not is_issue and _is_unit(line) else -1
        is_titled = is_titled or not is_issue


def _closes(line: str) -> bool:
    """Tell whether a line ends a sentence, or is the row of a table."""
    return line.rstrip(_BEHIND_STOPS)[-1:] in _STOPS or "\t" in line


def _begins_text(line: str) -> bool:
    """Tell whether a line is no title and stands below none: a sentence, a number, or what announces either."""
    return _closes(line) or line[-1] in "：:" or sign_level(line) is not None


def _stands_beside(line: str) -> bool:
    """Tell whether a line says who, when or where, or what the text is for, by its own form."""
    if line[0] in "（(" and line[-1] in "）)" and _compiled(_BRACKETED).fullmatch(line) is not None:
        return sign_level(line) is None
    return ("：" in line[:_LONGEST_KEY] or ":" in line[:_LONGEST_KEY]) and _compiled(_KEY).match(line) is not None


class _Report:
    """The lines of a report, in which texts end and others begin."""

    def __init__(self, text: Sliced, lines: NDArray[np.int64], noise: Mapping[int, str]) -> None:
        """Take the text, its lines as columns, and which are set aside."""
        self._text, self._columns, self._noise = text, lines, noise
        self._starts, self._ends = lines[0], lines[1]
        self._count, self._last = len(lines[0]), len(lines[0]) - 1
        while self._last in noise:
            self._last -= 1
        self._known: dict[str, int] | None = None
        self._heads: dict[str, tuple[list[int], list[bool]]] | None = None

    def __getitem__(self, i: int) -> str:
        """Return a line; "" for one before the first or behind the last one."""
        return self._text[int(self._starts[i]) : int(self._ends[i])] if 0 <= i < self._count else ""

    def ends(self, annexes: Sequence[int], dates: Sequence[int]) -> dict[int, int]:
        """Return what ``find_frame`` does, of lines that may begin an annex and lines that may hold a date."""
        signatures = dict[int, int]()  # the lines that hold one, each with the last of them
        for date in dates:
            if (date < self._last or annexes) and (above := self._signed_above(date)) >= 0:
                signatures |= dict.fromkeys(range(above + 1, date + 1), date)
        found, last_shown = {}, {date: i for i, date in signatures.items() if i not in self._noise}
        for date, shown in sorted(last_shown.items()):
            if date < self._last and not self._goes_on(date):
                found[shown] = SIGNATURE
        signed = min(signatures, default=self._count)
        for i in annexes:
            if i not in found and (i > signed or not self._goes_on(i)):
                found |= self._annex(i, signatures, i > signed)
        return found

    def contents(self, titles: Sequence[int]) -> Iterator[int]:
        """Yield the lines of contents without numbers of pages: below their title, each standing again behind them."""
        i = 0
        for title in titles:
            if title < i:  # among those of the one before
                continue
            i = title
            while i < self._count and (i == title or self._stands_again(self[i], i)):
                yield i
                i += 1

    def _signed_above(self, date: int) -> int:
        """Return the last line of a text above its signature, which ends with a date; -1 where there is none."""
        line, names = self[date], 0
        is_date = _compiled(_DATE).fullmatch(line) is not None
        if not is_date and not _is_name_with_date(line):
            return -1
        while names < _MOST_NAMES and _is_name(self[date - 1 - names]):
            names += 1
        above = date - 1 - names
        is_listed = _compiled(_ENTRY).fullmatch(self[above]) or _sign(self[above]) or _sign(self[above - 1])
        closes = is_listed or _closes(self[above])
        return above if closes and (names or not is_date) else -1

    def _annex(self, i: int, signatures: Mapping[int, int], is_signed: bool) -> dict[int, int]:
        """Return what a line is that may begin an annex, or names some, with the lines that name others."""
        if i in self._noise or (sign := _sign(self[i])) is None:
            return {}
        title, behind = sign["title"], i + 1
        is_listed = not title or _compiled(_ENTRY).fullmatch(title) is not None  # else only what names an annex goes on with a list
        while behind <= i + _MOST_LISTED and (
            (is_listed and _compiled(_ENTRY).fullmatch(self[behind])) or self._names_annex(behind)
        ):
            behind += 1
        ends = behind > self._last or behind in signatures or _compiled(_DATE).fullmatch(self[behind]) is not None
        if title:
            is_list = is_listed or ends or behind > i + 1 or self._stands_again(title, i) or not (is_signed or self._has_text(i))
            return dict.fromkeys(range(i, behind), BESIDE) if is_list else {i: ANNEX}
        if not is_signed and behind == i + 1 and (sign["apart"] or "").strip() and behind + 1 in signatures:
            return {i: BESIDE, behind: BESIDE}  # the name of one annex, above the signature
        ends = ends or _sign(self[behind]) is not None
        is_list = ends and (behind > i + 1 or behind > self._last) and not is_signed
        return dict.fromkeys(range(i, behind), BESIDE) if is_list else {i: BARE_ANNEX}

    def _has_text(self, i: int) -> bool:
        """Tell whether something stands behind a line that may begin an annex: a number, a row, a sentence, or several lines."""
        lines = 0
        for place in range(i + 1, min(i + 1 + _LINES_BEHIND, self._last + 1)):
            line = self[place]
            if place in self._noise or _compiled(_CLOSING).match(line) or _is_name(line):
                continue
            lines += 1
            is_sentence = len(line) >= _SUBSTANCE and _closes(line)
            if is_sentence or lines == _LINES_OF_SUBSTANCE or "\t" in line or sign_level(line) is not None:
                return True
        return False

    def _names_annex(self, i: int) -> bool:
        sign = _sign(self[i])
        return sign is not None and sign["title"] != ""

    def _stands_again(self, title: str, i: int) -> bool:
        """Tell whether the title of an annex stands on a line of its own behind the line that names it."""
        if self._known is None:
            lines = (place for place, _, _ in _short(self._columns) if place not in self._noise)  # no title is longer
            self._known = {"".join(self[place].split()): place for place in lines}
        return self._known.get("".join(title.split()), i) > i

    def _goes_on(self, i: int) -> bool:
        """Tell whether the numbers of headings go on behind a line: what stands there is of the same text."""
        if self._heads is None:
            self._heads = self._numbered()
        following = []
        for lines, are_first in self._heads.values():
            place = bisect_right(lines, i)
            if 0 < place < len(lines):  # such numbers stand above and below
                following.append((lines[place], are_first[place]))
        return bool(following) and not min(following)[1]

    def _numbered(self) -> dict[str, tuple[list[int], list[bool]]]:
        """Return by the form of the number the lines that begin with one, in order, and which of them are the first of a row."""
        found: dict[str, tuple[list[int], list[bool]]] = {}
        for i in range(self._count):
            begins = self._text[int(self._starts[i]) : int(self._starts[i]) + _LONGEST_HEAD]
            if begins[0] in _HEAD_BEGINS and i not in self._noise and (head := _compiled(_HEAD).match(begins)):
                lines, are_first = found.setdefault(head["before"] + head["behind"], ([], []))
                lines.append(i)
                are_first.append(head["number"] == "一")
        return found


def _sign(line: str) -> re.Match[str] | None:
    """Return what a line says that has the form of the beginning of an annex, or names one."""
    if len(line) > LONGEST or "附" not in line[:2] or not (sign := _compiled(_SIGN).fullmatch(line)):
        return None
    is_apart, title = sign["apart"] is not None, sign["title"]
    if not (sign["kind"] or sign["number"] or (sign["apart"] or "").strip()) or (title and not (is_apart or sign["number"])):
        return None
    if title and not sign["kind"] and not (sign["apart"] or "").strip():
        return None
    return None if title and _compiled(_NO_TITLE).fullmatch(title) else sign


def _is_name(line: str) -> bool:
    """Tell whether a line is the name of who signs a text, or what is said above it."""
    if line in _POLITE:
        return True
    if not line or len(line) > _LONGEST_NAME or line[-1] not in _NAME_ENDS:
        return False
    if _compiled(_TELLS).search(line) or sign_level(line) is not None:
        return False
    return _compiled(_NAME).fullmatch("".join(line.split())) is not None


def _is_unit(line: str) -> bool:
    """Tell whether a line is the name of a unit; shorter ones and places may be what the next lines are about."""
    return len(line) >= _SHORTEST_NAME and line[-1] not in _PLACES and _is_name(line)


def _says_whose(line: str) -> bool:
    """Tell whether a line below a title says who wrote or spoke, on which day or occasion."""
    if _is_name(line):
        return _is_unit(line)
    if line.endswith(_OCCASION_ENDS) or "上的" in line:
        return _compiled(_OCCASION).fullmatch(line) is not None
    forms = (rf"(?:{_DATE})(?:\s+\S.{{1,40}})?", _PERSON, _AUTHORS, _REPORTER) if _compiled(_BETWEEN).search(line) else ()
    return any(_compiled(form).fullmatch(line) is not None for form in forms) or _is_name_with_date(line)


def _is_name_with_date(line: str) -> bool:
    match = _compiled(rf"[（(]?(?P<name>.+?)\s+(?:{_DATE})").fullmatch(line) if line[-1] in _DATE_ENDS else None
    return match is not None and _is_name(match["name"])
