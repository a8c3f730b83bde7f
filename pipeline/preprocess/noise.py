"""Recognise lines that are not the report: navigation, bylines, captions, repeated lines, page furniture.

What is recognised is set aside with its reason, counted, and shown with ``--keep-noise``. A line is judged by its own
form first and then by the lines it stands between.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise

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
_SHARE = (
    "(?:微信|微博|新浪微博|腾讯微博|QQ空间|QQ好友|QQ|朋友圈|豆瓣|人人网|百度贴吧|复制链接|分享|收藏|打印|转发|点赞|评论|字号|A[+-])"
)
# Reason, what a line of this form may begin with (no other line is held against it), and the form.
_BY_FORM = (
    ("navigation", "您你当现所的位首", r"(?:您|你)?(?:当前|现在|所在)?的?位置\s*[:：].*|首页\s*[>›»＞|].*"),
    ("navigation", "头底导hHfFnN", r"头部|底部|导航|导航栏|header.{0,4}|footer.{0,4}|nav"),
    ("navigation", "网返上下", r"(?:网站首页|返回首页|返回顶部|返回列表|上一篇|下一篇|上一条|下一条)(?:[:：\s].*)?"),
    ("byline", f"（([【{_ROLE_BEGINS}", rf"[（(\[【]?\s*{_ROLE}\s*[:：丨|/].{{0,80}}"),
    ("byline", f"（(【{_ROLE_BEGINS}", rf"[（(【]?{_ROLE}\s[^，。；]{{2,30}}"),
    ("byline", "时日发更浏点阅访字索文主", rf"{_DATA}\s*[:：].{{0,80}}"),
    ("byline", _DIGITS, rf"{_DATE}\s*{_TIME}?\s*(?:(?:{_ROLE}|{_DATA})\s*[:：].*)?"),
    ("byline", "（(【", rf"[（(【][^，。；（(]{{2,24}}{_AGENCY}[^，。；]{{0,20}}[)）】]"),
    ("caption", CAPTION_SIGNS, rf"[{CAPTION_SIGNS}].+"),
    ("caption", "图上下左右资", r"(?:图为|[上下左右]图为?|图[:：]|图\d{1,2}[:：\s]|图片说明|图片来源|图源|资料图).*"),
    ("image", "[【(（图视音海动点", r"[\[【(（]?(?:图片|视频|音频|海报|动图|图|点击观看视频|点击播放)[\]】)）]?"),
    ("furniture", "-—–=_*~·.TtEe完全", r"[-—–=_*~·.\s]*(?:THE\s*END|END|完|全文完)[-—–=_*~·.\s]*"),
    ("furniture", f"-—–第{_DIGITS}", r"[-—–\s]*(?:第\s*)?\d{1,4}\s*(?:页)?(?:\s*[/共]\s*\d{1,4}\s*页?)?[-—–\s]*"),
    ("furniture", "分扫打关收点在相推版网联免长阅查举大", rf"{_PAGE_TOOLS}(?:[:：|｜\s【\[].{{0,60}})?"),
    ("furniture", "微新腾Qq朋豆人百复分收打转点评字Aa", rf"(?:{_SHARE}[\s|｜、/·+]*){{2,12}}"),
)
# Lines that say nothing by themselves, but below the last sentence of a page are its foot.
_FOOT = re.compile(
    r"(?:主办|承办|主管|协办|技术支持|建设运维|版权|地址|邮编|邮政编码|电话|传真|网址|邮箱|E-?mail)(?:单位)?\s*[:：].{0,80}",
    re.IGNORECASE,
)
# These may begin with anything, and so take long to tell that a line is none of theirs. A character in it tells it faster.
_PATH_LINE = re.compile(_PATH)
_CREDIT = re.compile(r".{2,60}[\s（(](?:摄|供图|摄影|图)[)）]?")
_LICENCE = re.compile(r".{0,30}(?:ICP备|公网安备|备案号|网站标识码|Copyright|©).{0,80}", re.IGNORECASE)
# The ideographs that stand soon behind the first digit of noise (a date, the number of a page); with another one it is none.
OF_DATES_AND_PAGES = "年页共"
# A line that begins with another ideograph than these is noise by its form only if it ends with one of ENDS or holds one of WITHIN.
BEGINS = frozenset("".join(begins for _, begins, _ in _BY_FORM))
_CREDIT_ENDS, WITHIN = tuple("摄影图)）"), ">›»＞备站©yY"
ENDS = "".join(_CREDIT_ENDS) + _DIGITS
_BEHIND_CREDITS = (None, "image", "furniture")  # what a line may be that is rather the credit of a picture
_LATIN = re.compile(r"(?<!\\)[A-Za-z]")
_WORD = re.compile(r"\w")
_PUNCTUATION = re.compile("[。，；！？!?,;：:]")
_SENTENCE_END = re.compile("[。！？；]")
TITLE_LINES = 12
# Printed contents: their title, and an entry with the number of its page, behind dots or a rule, or behind blanks only.
CONTENTS = "table of contents"
_CONTENTS_TITLE = re.compile(r"[【\[]?\s*(?:目\s*[录次]|(?:table of )?contents)\s*[】\]]?", re.IGNORECASE)
_PAGE = r"[-—–(（]?\s*(\d{1,4})\s*[)）]?"
_LED_ENTRY = re.compile(rf".*[^\W\d].*?(?:(?:…\s*){{2,}}|(?:[.．·•‥_—–－-]\s*){{3,}}){_PAGE}")
_ENTRY = re.compile(rf".*?[^\W\d].*?(?:\s+|(?<=[^\d.．/:：年月第-])){_PAGE}")
_ENTRY_ENDS = frozenset(_DIGITS + ")）")
_FEWEST_ENTRIES, _FEWEST_LED_ENTRIES = 2, 3


def find_noise(lines: Sequence[str], doubtful: Iterable[int] | None = None) -> dict[int, str]:
    """Return the reason of each line, by its index, that is noise.

    ``lines`` are the lines of a cleaned text, stripped and not empty; those that are not ``doubtful`` are no noise by their form.
    """
    judged = range(len(lines)) if doubtful is None else list(doubtful)
    reasons = {i: reason for i in judged if (reason := judge(lines[i]))}
    _contents(lines, [i for i in judged if lines[i][-1] in _ENTRY_ENDS and reasons.get(i, CONTENTS) == CONTENTS], reasons)
    found = frozenset(reasons.values())
    if "caption" in found:
        _listed(lines, reasons)
    _repeated(lines, reasons)
    if "navigation" in found:
        _between_navigation(lines, reasons)
    _foot(lines, reasons)
    if reasons:
        _closing_names(lines, reasons)
    return dict(sorted(reasons.items()))


def judge(line: str) -> str | None:
    """Return why a line is noise by its own form, or None."""
    if not _WORD.search(line):
        return "symbols"
    if len(line) > LONGEST:
        return None
    if (">" in line or "›" in line or "»" in line or "＞" in line) and _PATH_LINE.fullmatch(line):
        return "navigation"
    if line[-1] in _DIGITS and _LED_ENTRY.fullmatch(line):
        return CONTENTS
    reason = _by_form(line)
    if reason in _BEHIND_CREDITS and line.endswith(_CREDIT_ENDS) and _CREDIT.fullmatch(line):
        return "caption"
    return "furniture" if reason is None and _may_be_licence(line) and _LICENCE.fullmatch(line) else reason


def _by_form(line: str) -> str | None:
    for reason, form in _forms(line[0]):
        if form.fullmatch(line):
            return reason
    return None


@cache
def _forms(first: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the forms, with their reasons, that a line may have that begins so; a form is compiled when a line may have it."""
    first = "0" if first.isdecimal() else first
    return tuple((reason, _compiled(form)) for reason, begins, form in _BY_FORM if first in begins)


@cache
def _compiled(form: str) -> re.Pattern[str]:
    """Compile a form; one without Latin letters has no case, and to allow for it takes several times as long."""
    return re.compile(form, re.IGNORECASE if _LATIN.search(form) else 0)


def _may_be_licence(line: str) -> bool:
    return "备" in line or "站" in line or "©" in line or "y" in line or "Y" in line


def is_contents_title(line: str) -> bool:
    """Tell whether a line is the title of printed contents."""
    return _CONTENTS_TITLE.fullmatch(line.strip()) is not None


def is_contents_entry(line: str) -> bool:
    """Tell whether a line may be an entry of printed contents: it ends with the number of a page."""
    return _page(line.strip()) is not None


def _page(line: str) -> int | None:
    match = _ENTRY.fullmatch(line) if len(line) <= LONGEST and not _SENTENCE_END.search(line) else None
    match = match or (_LED_ENTRY.fullmatch(line) if len(line) <= LONGEST else None)
    return int(match[1]) if match else None


def _contents(lines: Sequence[str], candidates: list[int], reasons: dict[int, str]) -> None:
    """Mark runs of lines with rising numbers of pages, below their title or led to their numbers, and take back single ones."""
    pages = {i: page for i in candidates if (page := _page(lines[i])) is not None}
    led = frozenset(i for i in candidates if reasons.pop(i, None))
    for run in _runs(sorted(pages)):
        numbers = [pages[i] for i in run]
        falls = sum(after < before for before, after in pairwise(numbers))
        titled = next((i for i in range(run[0] - 1, max(-1, run[0] - 3), -1) if is_contents_title(lines[i])), None)
        mostly_led = len(run) >= _FEWEST_LED_ENTRIES and 2 * len(led & {*run}) > len(run)
        enough = mostly_led if titled is None else len(run) >= _FEWEST_ENTRIES
        if enough and 4 * falls <= len(run):
            first = run[0] if titled is None else titled
            reasons.update(dict.fromkeys((i for i in range(first, run[-1] + 1) if i not in reasons), CONTENTS))


def _runs(places: list[int]) -> list[list[int]]:
    """Return places in runs, in which at most one line stands between two."""
    runs: list[list[int]] = []
    for place in places:
        if runs and place - runs[-1][-1] <= 2:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _listed(lines: Sequence[str], reasons: dict[int, str]) -> None:
    """Take back a caption whose sign begins the line before or behind it too: these are the items of a list."""
    signs = [line[0] if line[0] in CAPTION_SIGNS else None for line in lines]
    for i in [i for i, reason in reasons.items() if reason == "caption" and signs[i]]:
        beside = [other for other in (i - 1, i + 1) if 0 <= other < len(lines)]
        if any(signs[other] == signs[i] and lines[other] != lines[i] for other in beside):
            del reasons[i]


def _repeated(lines: Sequence[str], reasons: dict[int, str]) -> None:
    """Mark a caption that stands twice in a row, and a title that is given again before the report begins."""
    for i in [i for i, (before, line) in enumerate(pairwise(lines), start=1) if line == before]:
        if reasons.get(i) in (None, "caption") and len(lines[i]) <= LONGEST:
            reasons[i] = "repeated caption" if i in reasons else "repeated line"
    first = lines[:TITLE_LINES]
    for i in range(1, len(first) if len(set(first)) < len(first) else 0):
        if i not in reasons and lines[i] in first[:i] and not _PUNCTUATION.search(lines[i]):
            reasons[i] = "repeated line"


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
        if _FOOT.fullmatch(lines[i]):
            reasons[i] = "furniture"
        elif _SENTENCE_END.search(lines[i]):
            return


def _closing_names(lines: Sequence[str], reasons: dict[int, str]) -> None:
    """Mark a short name without punctuation among the bylines that end a report (a newsroom, a list of persons)."""
    tail = len(lines)
    while tail and (tail - 1 in reasons or _is_name(lines[tail - 1])):
        tail -= 1
    closing = [i for i in range(tail, len(lines)) if i in reasons]
    for i in range(tail, len(lines)):
        if i not in reasons and closing and closing[0] < i < closing[-1] + 1:
            reasons[i] = "byline"


def _is_name(line: str) -> bool:
    return len(line) <= 20 and not _PUNCTUATION.search(line)
