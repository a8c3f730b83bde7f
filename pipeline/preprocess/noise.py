"""Recognise lines that are not the report: navigation, bylines, captions, repeated lines, page furniture.

What is recognised is set aside with its reason, counted, and shown with ``--keep-noise``. A line is judged by its own
form first and then by the lines it stands between.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise, starmap
from operator import eq

from pipeline.preprocess.contents import CONTENTS, is_led_entry, mark_contents, runs

LONGEST = 160
_AGENCY = "(?:客户端|日报|晚报|晨报|时报|周报|报社|网|电视台|广播台|电台|融媒体中心|融媒体|通讯社|公众号|微信|宣传部|发布|新闻中心)"
_ROLE = (
    "(?:本报|本网|全媒体|见习|特约|通讯|实习)*"
    "(?:记者|通讯员|编辑|责编|责任编辑|美编|主编|副主编|总编|校对|校审|审核|审校|审签|审读|初审|复审|终审|一审|二审|三审|"
    "监制|总监制|统筹|策划|出品|值班\\S{0,4}|撰稿|供稿|撰文|文案|图文|文图|文/图|图/文|文字|摄影|图片|制作|排版|录入|作者|投稿|"
    "来源|稿源|信息来源|文章来源|内容来源|新闻来源|转自|发布单位|供稿单位|发布人|发布者|联系电话|投稿邮箱)"
)
_ROLE_BEGINS = "本网全见特通实记编责美主副总校审初复终一二三监统策出值撰供文图摄制排录作投来稿信内新转发联"
_DIGITS = "0123456789"
_DATA = (
    "(?:时间|日期|发布时间|发布日期|更新时间|发表时间|浏览次数|浏览量|点击数|点击量|阅读量|阅读次数|阅读|访问量|"
    "字号|字体|字体大小|索引号|文号|主题词)"
)
_DATE = r"(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?)"
_TIME = r"(?:\d{1,2}:\d{2}(?::\d{2})?)"
_PAGE_TOOLS = (
    "(?:分享到|分享至|扫一扫|打印本页|打印|关闭窗口|关闭|收藏|点赞|在看|相关阅读|相关链接|相关新闻|推荐阅读|版权所有|网站地图|"
    r"联系我们|免责声明|扫码关注|长按识别|点击关注|阅读原文|查看原文|举报|大\s*中\s*小)"
)
_PATH = r"[^>›»＞，。]{1,15}(?:\s*[>›»＞]\s*[^>›»＞，。]{1,30}){2,}"
CAPTION_SIGNS = "△▲▼▽"
_YEAR = r"(?:\d{4}|[二一][〇○零一二三四五六七八九]{3})年"
_MONTH = r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})日)?"
_DAY_OF_CHRONICLE, _FEWEST_DAYS = rf"{_YEAR}\s*{_MONTH}|{_DATE}", 2
_LABEL = (
    "(?:媒体|更多)?(?:相关|延伸|推荐|拓展|原文|媒体|更多)(?:新闻)?(?:报道|阅读|链接|新闻|文章|稿件|推荐|来源|回顾|地址)(?:如下)?"
)
_LINK = r"(?:https?://|www\.)[\w./?=&%#:;,+~@!*'()-]+"
_SHARE = (
    "(?:微信|微博|新浪微博|腾讯微博|QQ空间|QQ好友|QQ|朋友圈|豆瓣|人人网|百度贴吧|复制链接|分享|收藏|打印|转发|点赞|评论|字号|A[+-])"
)
# Reason, what a line of this form may begin with (no other line is held against it), and the form.
_BY_FORM = (
    ("navigation", "您你当现所的位首", r"(?:您|你)?(?:当前|现在|所在)?的?位置\s*[:：].*|首页(?:\s*[>›»＞|].*)?"),
    ("navigation", "头底导hHfFnN", r"头部|底部|导航|导航栏|header.{0,4}|footer.{0,4}|nav"),
    ("navigation", "网返上下", r"(?:网站首页|返回首页|返回顶部|返回列表|上一篇|下一篇|上一条|下一条)(?:[:：\s].*)?"),
    ("byline", f"（([【{_ROLE_BEGINS}", rf"[（(\[【]?\s*{_ROLE}\s*[:：丨|/].{{0,80}}"),
    ("byline", f"（(【{_ROLE_BEGINS}", rf"[（(【]?{_ROLE}\s[^，。；]{{2,30}}"),
    ("byline", "时日发更浏点阅访字索文主", rf"{_DATA}\s*[:：].{{0,80}}"),
    ("byline", _DIGITS, rf"{_DATE}\s*{_TIME}?\s*(?:(?:{_ROLE}|{_DATA})\s*[:：].*)?"),
    ("byline", "（(【", rf"[（(【][^，。；（(]{{2,24}}{_AGENCY}[^，。；]{{0,20}}[)）】]"),
    ("caption", CAPTION_SIGNS, rf"[{CAPTION_SIGNS}].+"),
    ("caption", "上下左右", r"[上下左右]图(?:[为是]|(?![\u3400-\u9fff])).*"),
    ("caption", "图资", r"(?:图为|图[:：]|图\d{1,2}[:：\s]|图片说明|图片来源|图源|资料图).*"),
    ("byline", f"（({_DIGITS}", rf"[（(]\s*{_YEAR}\s*{_MONTH}\s*[)）]|\d{{4}}年\s*\d{{1,2}}月(?:\d{{1,2}}日)?"),
    ("byline", "（([【编文发索档证", r"[（(\[【]?(?:编号|文号|发文字号|发文号|索引号|档案号|证书编号)\s*[:：][^。]{1,60}"),
    ("byline", "【[（(编按", r"[【\[（(]?(?:编者按|编者的话|编辑按|按语|编前语|编后语)[】\])）]?\s*[:：]?"),
    ("related links", "【[（(媒更相延推拓原", rf"[【\[（(]?{_LABEL}[】\])）]?\s*[:：]?\s*(?:{_LINK})?"),
    ("related links", "hHwW", _LINK),
    ("image", "!！", r"(?:[!！]\[[^\]]{0,80}\]\([^)]{0,300}\)\s*)+"),
    ("image", "[【(（图视音海动点", r"[\[【(（]?(?:图片|视频|音频|海报|动图|图|点击观看视频|点击播放)[\]】)）]?"),
    ("furniture", "-—–=_*~·.TtEe完全", r"[-—–=_*~·.\s]*(?:THE\s*END|END|完|全文完)[-—–=_*~·.\s]*"),
    ("furniture", f"-—–第{_DIGITS}", r"[-—–\s]*(?:第\s*)?\d{1,4}\s*(?:页)?(?:\s*[/共]\s*\d{1,4}\s*页?)?[-—–\s]*"),
    ("furniture", "分扫打关收点在相推版网联免长阅查举大", rf"{_PAGE_TOOLS}(?:[:：|｜\s【\[].{{0,60}})?"),
    ("furniture", "微新腾Qq朋豆人百复分收打转点评字Aa", rf"(?:{_SHARE}[\s|｜、/·+]*){{2,12}}"),
)
# What a person says in an interview, or does as an editor: behind the role stands a clause, and no name; a source stays one.
_SAID = r"[（(\[【]?(?![^:：]{0,3}(?:来源|稿源|转自|单位|发布))[^\s:：]{2,12}[:：]\s*(?!\d)[^\s，。？！；:：、/|丨]{6,}[，。？！]"
# Expressions are compiled where a line asks for one: to compile all of them takes longer than to tag a short report.
# Lines that say nothing by themselves, but below the last sentence of a page are its foot.
_FOOT = r"(?i)(?:主办|承办|主管|协办|技术支持|建设运维|版权|地址|邮编|邮政编码|电话|传真|网址|邮箱|E-?mail)(?:单位)?\s*[:：].{0,80}"
# These may begin with anything, and so take long to tell that a line is none of theirs. A character in it tells it faster.
_CREDIT = r".{2,60}\s(?:摄|供图|摄影|图)|[^。；]{4,60}(?:供图|(?<![拍摄])摄|摄影)"
_CREDIT_IN_BRACKETS = (
    r"[（(](?:[^（()）。，]{1,24}(?:摄|摄影|供图|提供)|(?:图|图片|图文|文图|摄影|供图)[/：: 由源为][^（()）]{0,30}"
    r"|摄|供图|摄影|图)[)）]"
)
# The number or date of an official document, and a row of the names of a site's columns.
_OF_DOCUMENT = rf"[（(]?[^。，；]{{1,30}}〔\d{{4}}〕\s*第?\s*\d{{1,5}}\s*号[)）]?|{_YEAR}\s*{_MONTH}"
_MENU_BREAK = r"[\s|｜/·>]+"
_MENU_NAMES = (
    "首页 网站首页 学校首页 主页 网站地图 联系我们 关于我们 登录 注册 搜索 收藏 设为首页 加入收藏 要闻 新闻 新闻中心 "
    "新闻动态 通知公告 公告 政务公开 信息公开 政务服务 办事服务 互动交流 政民互动 专题 专题专栏 党建 党建工作 视频 "
    "图片 图片新闻 下载 下载中心 返回首页 邮箱 手机版 无障碍 繁体 简体 English 机构设置 学院概况 学校概况 师资队伍 "
    "人才培养 科学研究 招生就业 学生工作 校园文化 部门概况 工作动态 政策法规 媒体聚焦 走进我们"
)
_MENU = frozenset(_MENU_NAMES.split())
_LONGEST_MENU, _FEWEST_IN_LINE, _FEWEST_LINES = 8, 4, 4
_FRONT_MATTER = r"[A-Za-z][\w-]{0,30}\s*[:：](?:\s.*)?|-\s.+"
_FRONT_MATTER_ENDS = ("---", "+++", "...")
_LONGEST_FRONT_MATTER = 40
_LICENCE = r"(?i).{0,30}(?:ICP备|公网安备|备案号|网站标识码|Copyright|©).{0,80}"
# The ideographs that stand soon behind the first digit of noise (a date, the number of a page); with another one it is none.
OF_DATES_AND_PAGES = "年页共"
# A line that begins with another ideograph than these is noise by its form only if it ends with one of ENDS or holds one of WITHIN.
BEGINS = frozenset("".join(begins for _, begins, _ in _BY_FORM))
_CREDIT_ENDS, WITHIN = tuple("摄影图)）"), ">›»＞备站©yY〔〇|｜"
ENDS = "".join(_CREDIT_ENDS) + _DIGITS + "-—–页"
_BEHIND_CREDITS = (None, "image", "furniture")  # what a line may be that is rather the credit of a picture
_LATIN = r"(?<!\\)[A-Za-z]"
_WORD = re.compile(r"\w")
_PUNCTUATION, _SENTENCE_ENDS = frozenset("。，；！？!?,;：:"), frozenset("。！？；")
TITLE_LINES = 12


def find_noise(lines: Sequence[str], doubtful: Iterable[int] | None = None) -> dict[int, str]:
    """Return the reason of each line, by its index, that is noise.

    ``lines`` are the lines of a cleaned text, stripped and not empty; those that are not ``doubtful`` are no noise by their form.
    """
    judged = range(len(lines)) if doubtful is None else list(doubtful)
    reasons = {i: reason for i in judged if (reason := judge(lines[i]))}
    if len(lines) == 1 and not reasons:  # as the row of a table: it stands between no others
        _foot(lines, reasons)
        return reasons
    mark_contents(lines, judged, reasons)
    if lines and lines[0] in _FRONT_MATTER_ENDS:
        _front_matter(lines, reasons)
    found = frozenset(reasons.values())
    if "caption" in found:
        _listed(lines, reasons)
    _repeated(lines, reasons)
    if "navigation" in found:
        _menus(lines, reasons)
        _between_navigation(lines, reasons)
    _foot(lines, reasons)
    if "byline" in found:
        _days(lines, reasons)
    if reasons:
        _closing_names(lines, reasons)
    return dict(sorted(reasons.items()))


def judge(line: str) -> str | None:
    """Return why a line is noise by its own form, or None."""
    if not line[:1].isalnum() and not _WORD.search(line):
        return "symbols"
    if len(line) > LONGEST:
        return None
    if line[0] == "*" and line.startswith("**") and line.endswith("**") and len(line) > len("****"):
        line = line[2:-2].strip() or line  # what Markdown makes bold
    return _by_sign(line) or _by_words(line)


def _by_sign(line: str) -> str | None:
    """Return why a line is noise that one sign in it raises the suspicion of."""
    if (">" in line or "›" in line or "»" in line or "＞" in line) and re.fullmatch(_PATH, line):
        return "navigation"
    if line[-1] in _DIGITS and is_led_entry(line):
        return CONTENTS
    return "byline" if ("〔" in line or "〇" in line) and re.fullmatch(_OF_DOCUMENT, line) else None


def _by_words(line: str) -> str | None:
    reason = _by_form(line)
    if reason == "byline" and re.match(_SAID, line):
        return None
    if reason in _BEHIND_CREDITS and line.endswith(_CREDIT_ENDS) and _is_credited(line):
        return "caption"
    if reason is None and _is_menu_line(line):
        return "navigation"
    return "furniture" if reason is None and _may_be_licence(line) and re.fullmatch(_LICENCE, line) else reason


def _by_form(line: str) -> str | None:
    for reason, form in _forms(line[0]):
        if _compiled(form).fullmatch(line):
            return reason
    return None


@cache
def _forms(first: str) -> tuple[tuple[str, str], ...]:
    """Return the forms, with their reasons, that a line may have that begins so."""
    first = "0" if first.isdecimal() else first
    return tuple((reason, form) for reason, begins, form in _BY_FORM if first in begins)


@cache
def _compiled(form: str) -> re.Pattern[str]:
    """Compile a form; one without Latin letters has no case, and to allow for it takes several times as long."""
    return re.compile(form, re.IGNORECASE if re.search(_LATIN, form) else 0)


def _may_be_licence(line: str) -> bool:
    return "备" in line or "站" in line or "©" in line or "y" in line or "Y" in line


def _is_credited(line: str) -> bool:
    """Tell whether a line ends with who took its picture."""
    if line[-1] in "图摄影":
        return re.fullmatch(_CREDIT, line) is not None
    start = max(line.rfind("（"), line.rfind("("))
    return start > 1 and re.fullmatch(_CREDIT_IN_BRACKETS, line[start:]) is not None


def _is_menu_line(line: str) -> bool:
    """Tell whether a line is a row of the names of a site's columns, two of which are known."""
    if " " not in line and "|" not in line and "｜" not in line:
        return False
    names = re.split(_MENU_BREAK, line)
    return len(names) >= _FEWEST_IN_LINE and max(map(len, names)) <= _LONGEST_MENU and len(_MENU.intersection(names)) > 1


def _menus(lines: Sequence[str], reasons: dict[int, str]) -> None:
    """Mark runs of short lines of which two are the names of a site's columns."""
    short = [i for i, line in enumerate(lines) if len(line) <= _LONGEST_MENU and _PUNCTUATION.isdisjoint(line)]
    for run in runs(short, within=1):
        if len(run) >= _FEWEST_LINES and len(_MENU.intersection([lines[i] for i in run])) > 1:
            reasons.update(dict.fromkeys((i for i in run if i not in reasons), "navigation"))


def _front_matter(lines: Sequence[str], reasons: dict[int, str]) -> None:
    """Mark the keys and values between two rules at the very beginning, as programs that make sites from text write them."""
    for i, line in enumerate(lines[1:_LONGEST_FRONT_MATTER], start=1):
        if line in _FRONT_MATTER_ENDS and i > 1:
            reasons.update(dict.fromkeys(range(i + 1), "front matter"))
            return
        if not re.fullmatch(_FRONT_MATTER, line):
            return


def _listed(lines: Sequence[str], reasons: dict[int, str]) -> None:
    """Take back a caption whose sign begins the line before or behind it too: these are the items of a list."""
    signs = [line[0] if line[0] in CAPTION_SIGNS else None for line in lines]
    for i in [i for i, reason in reasons.items() if reason == "caption" and signs[i]]:
        beside = [other for other in (i - 1, i + 1) if 0 <= other < len(lines)]
        if any(signs[other] == signs[i] and lines[other] != lines[i] for other in beside):
            del reasons[i]


def _repeated(lines: Sequence[str], reasons: dict[int, str]) -> None:
    """Mark a caption that stands twice in a row, and a title that is given again before the report begins.

    Behind the first sentence only the first line is one; what else stands again there is a heading of the next part (主要做法).
    """
    again = starmap(eq, pairwise(lines))
    for i in [i for i, is_same in enumerate(again, start=1) if is_same]:
        if reasons.get(i) in (None, "caption") and len(lines[i]) <= LONGEST:
            reasons[i] = "repeated caption" if i in reasons else "repeated line"
    first = lines[:TITLE_LINES]
    if len(set(first)) == len(first):
        return
    opening = _opening(first, reasons)
    for i in range(1, len(first)):
        if i not in reasons and lines[i] in first[: i if i < opening else 1] and _PUNCTUATION.isdisjoint(lines[i]):
            reasons[i] = "repeated line"


def _opening(lines: Sequence[str], reasons: dict[int, str]) -> int:
    """Return how many lines stand before the first sentence of the report."""
    return next((i for i, line in enumerate(lines) if i not in reasons and not _SENTENCE_ENDS.isdisjoint(line)), len(lines))


def _days(lines: Sequence[str], reasons: dict[int, str]) -> None:
    """Take back the days of a chronicle: lines of a date, two or more of which stand between sentences, above what follows."""
    days = [i for i, reason in reasons.items() if reason == "byline" and _compiled(_DAY_OF_CHRONICLE).fullmatch(lines[i])]
    body = [i for i in range(len(lines)) if i not in reasons] if len(days) >= _FEWEST_DAYS else []
    between = [i for i in days if (place := bisect_left(body, i)) and _ends_sentence(lines[body[place - 1]]) and place < len(body)]
    if len(between) >= _FEWEST_DAYS:
        for i in days:
            if i < body[-1] and _SENTENCE_ENDS & {*lines[body[bisect_left(body, i)]]}:
                del reasons[i]


def _ends_sentence(line: str) -> bool:
    return not _SENTENCE_ENDS.isdisjoint(line[-2:])


def _between_navigation(lines: Sequence[str], reasons: dict[int, str]) -> None:
    """Mark the name of a column that stands right before the path it is a part of (甘肃 before 甘肃 > 资讯 > …)."""
    for i in range(len(lines) - 1):
        if i not in reasons and reasons.get(i + 1) == "navigation" and lines[i] in re.split(r"\s*[>›»＞]\s*", lines[i + 1]):
            reasons[i] = "navigation"


def _foot(lines: Sequence[str], reasons: dict[int, str]) -> None:
    """Mark the address and the makers of a page below its last sentence."""
    for i in range(len(lines) - 1, -1, -1):
        if i in reasons:
            continue
        line = lines[i]
        if (":" in line or "：" in line) and re.fullmatch(_FOOT, line):
            reasons[i] = "furniture"
        elif line[-1] in _SENTENCE_ENDS or not _SENTENCE_ENDS.isdisjoint(line):  # most lines that hold one end with it
            return


def _closing_names(lines: Sequence[str], reasons: dict[int, str]) -> None:
    """Mark a short name without punctuation among the bylines that end a report (a newsroom, a list of persons)."""
    tail = len(lines)
    while tail and (tail - 1 in reasons or _is_name(lines[tail - 1])):
        tail -= 1
    closing = [i for i in range(tail, len(lines)) if reasons.get(i, "symbols") != "symbols"]  # not the lines of a drawn table
    for i in range(tail, len(lines)):
        if i not in reasons and closing and closing[0] < i < closing[-1] + 1:
            reasons[i] = "byline"


def _is_name(line: str) -> bool:
    return len(line) <= 20 and _PUNCTUATION.isdisjoint(line)
