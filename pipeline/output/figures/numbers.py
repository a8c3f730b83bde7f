"""Find the numbers of a Chinese text: 3,900, ３．２万, 二十余万, 近百, 上千, 数十, 30%至40%, 百分之九十五, 九成一, 第三名, -3.1%.

What is no quantity is passed over: dates and times, years, telephone numbers, codes (G219, “10+N”), the numbers of headings and
documents, ordinals but for ranks, and names in short quotation marks or titles in 《》. A hyphen before a number is its sign where
nothing says that it joins the number to what stands before (3-5场, A-3, 8月1日-3日, 展区-12个).
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from pipeline.output.figures.words import HOURS, MEASURES, TIMES

Kind = Literal["count", "share", "rank"]

DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
TENS = {"十": 10, "百": 100, "千": 1000}
SCORES = {"廿": 20, "卅": 30, "卌": 40}
MYRIADS = {"万": 10**4, "亿": 10**8}
LONG = 100  # hours or minutes from which on they are a sum, not a span of time
LARGEST = 1e15  # what a spreadsheet can show to the last digit; a longer number is an identifier
_ALONE = 100  # a plain number before a stop that no measure follows counts something from here on

# As wide as the character that it stands for: offsets stay what they were.
PLAIN = str.maketrans(
    "０１２３４５６７８９．％＋－−﹣‐‑個萬億兩餘幾數約達場條項種張間屆點來過國類處負",
    "0123456789.%+-----个万亿两余几数约达场条项种张间届点来过国类处负",
)
_ODD = re.compile(f"[{''.join(map(chr, PLAIN))}]")
_BLANK = "[ \u00a0\u2009\u202f]"  # within a cell: in 3⇥道德模范 the figure is a number of the row; U+3000 is a tab in digests
_UNITS = "(?:" + "|".join(map(re.escape, sorted(MEASURES, key=len, reverse=True))) + ")"
_ARABIC = (
    r"(?:(?:\d{1,3}(?:[,，\u2009\u202f\xa0]\d{3})+(?!\d)"
    # 1 200 with a blank behind a word (发稿1 200余篇, 新增 1 000 人); in a row of numbers a blank parts them.
    r"|(?<=[\u3400-\u9fff])(?<![年月日第号表图组])(?!0)\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?!\s?\d)"
    r"|(?<=[\u3400-\u9fff] )(?<![年月日第号表图组] )(?!0)\d{1,3}(?: \d{3})+(?= ?[\u3400-\u9fff])|\d+)(?:\.\d+)?"
    # .5万: without a nought in front only of what is measured in parts; else the point ends the sentence before.
    r"|(?<![\dA-Za-z.%])\.\d+(?=\s?(?:[万亿%‰倍元吨亩]|个?百分点|公|千米|米|平方|摄氏度)))"
)
_ROW = "一二三四五六七八九"
_EITHER = "|".join(f"{low}、(?={high}[十百千万亿])" for low, high in pairwise(_ROW))
_CHINESE = (  # behind a word 二、三万 is 两三万; at the beginning 二、 is the sign of an item
    rf"(?:好几|[数几]|(?<=[\u3400-\u9fff])(?:{_EITHER}))?"
    r"[零〇一二两三四五六七八九十百千万亿廿卅卌]{1,24}(?:点[零〇一二三四五六七八九]{1,12})?"
)
_MIXED = r"(?<![\d.])\d{1,4}(?:[百千万亿]{1,2}\d{1,4}(?=[百千万亿])){1,3}[百千万亿]{1,2}"  # 1万2千, 2亿5千万
_NUMBER = (
    rf"(?:{_MIXED}|{_ARABIC}|{_CHINESE})(?:(?:[多余来几]|(?<=十)几)?[十百千]?[万亿]{{1,2}}|[十百千](?![万亿])"
    rf"|(?<=\d) [万亿]{{1,2}}(?=[多余]|{_UNITS}|[，。；、！？,;）)”\n]|$))?"  # 3.5 亿元
)
_SIGNS = "零〇一二两三四五六七八九十百千万亿廿卅卌"
FIXED = (  # terms that begin with a number; those in quotation marks need no line here
    "(?:四个意识|四个自信|两个维护|两个确立|四个全面|两个大局|四个伟大|两个结合|八项规定|三会一课|两学一做|三严三实|五位一体|一国两制"
    "|三个代表|两个一百年|两个毫不动摇|四项基本原则|十个明确|十四个坚持|九个坚持|六个必须坚持|三个务必|四个服从|五个认同|四个最严|三个倡导"
    "|四个走在前列|两个先锋队|两个巩固|四套班子|三下乡|四下基层|三句半|(?:十|三)个一百(?![万亿])"
    r"|[两二三四五六七八九十]个一(?=批|工程|活动|行动|计划|制度|机制|目标|建设|要求|[、，。；：,;:”\"）)\s]|$))"
)
_TOKEN = re.compile(
    rf"(?=[\d.{_SIGNS}数几好第首榜])(?:"
    rf"百分之(?P<minus>[负-])?(?P<hundredth>{_NUMBER})(?:[至到~—-]+(?:百分之)?(?P<minus2>[负-])?(?P<hundredth2>{_NUMBER}))?"
    r"|(?P<over>(?<![\d/.])[1-9](?=/(?:10|[2-9])(?![\d/月日号])))/(?P<under>\d{1,2})"
    r"|第(?P<rank>[一二三四五六七八九十廿卅]{1,6}|\d{1,6})(?P<place>[名位])?|(?P<first>首位|榜首)"
    r"|(?P<whole>[二三四五六七八九十百]{1,6}|\d{1,6})分之(?P<part>[一二两三四五六七八九十]{1,6}|\d{1,6})"
    r"|(?P<tenths>[一二两三四五六七八九](?:点[一二三四五六七八九])?|(?<![\d.])[1-9](?:\.\d)?)成(?P<more>[一二三四五六七八九]|(?<=\d成)[1-9](?!\d))?"
    r"(?![为立功果长员就绩本年人分不]|群(?!众))"
    rf"|(?P<number>{_NUMBER}))"
)
_RANGE = re.compile(
    rf"(?P<unit>%|[^\W\d]{{1,4}}?)??{_BLANK}?(?:至|到|[-—–~～]{{1,2}}?){_BLANK}?(?P<minus>零下|[-负])?(?=(?P<high>{_NUMBER}))"
)
_UNIT = re.compile(rf"{_BLANK}?(?:%|‰|个?百分点|个人(?=发展|扩|增|减)|(?!项目|部门|部分|支部|课程|台阶){_UNITS})")
_MINUS = re.compile(r"(?P<minus>零下|正负|[-–负±])$")
# What 负 ends as a part of a word: 肩负3项任务, 税负3.2%, 减负30项.
_NO_MINUS = re.compile("[抱担肩自不减身辜背胜欺税重降增亏].$")
# What stands before a number that may be below nought; behind another word a hyphen joins what is counted: 展区-12个.
_TOLD = re.compile(r"(?:[为是达到至增减长降少低高升于从由约近超值额率速幅差润温余损亏均拔分得]|[同环]比|净[^\W\d]{1,3})$")
_JOINED = re.compile(rf"[\d{_SIGNS}A-Za-z][多余来]?{_BLANK}?(?:个?百分点|{_UNITS})?{_BLANK}?$|[%‰+~～—–]{_BLANK}?$|-$")
_OF_DEGREE = frozenset(("%", "‰", "百分点", "度", "摄氏度"))  # what is below nought often enough
_TIME = re.compile(rf"[多余来]?(?:{TIMES})")
_BEFORE = re.compile(
    r"(?P<bound>未达到?|没有?达到|将近|接近|不超过|超过|突破|不少于|不低于|至少|不足|不到|大约|高达|达到|逾|上|成|破|(?<![经通不难度路去来绕渡走看听见打用做要])过"
    # The end of another word is no bound: 村规民约25份, 签约12个, 最近3场, 下达30万元.
    r"|(?<!规民)(?<![合条公契签节预邀特婚相])约|(?<![最附邻临靠走亲贴])近|(?<![赶反中])超|(?<![传送下抵直转表])达)(?:了|有)?\s?$"
)
_INNER = re.compile(r"[多余来几]")
_MYRIAD = re.compile("[万亿]")
_FRACTION = re.compile(
    "(?:[的近约超达占足有了过逾到少加]|[下升]降|提高)$"
)  # before a share such as 1/5; 1/2 may be a day or a page
_TURNING = re.compile("翻(?:了|近|将近|接近|约|超|不止|至少)*$")
_LATE = re.compile(rf"{_BLANK}?(?:[多余来]|(?<=十)几)")
BOUND_BEHIND = re.compile(r"(?:[（(]\w{1,2}[)）])?(?P<bound>以上|左右|上下|以内|以下|\+)")
_BOUNDS = {  # by how it is written
    written: bound
    for bound, words in {
        "近": "将近 接近", "超": "超过 突破 逾 上 成 破 过 不少于 不低于 至少 以上 +",
        "不足": "不到 不超过 以内 以下 未达 未达到 没达到 没有达到",
        "约": "大约 左右 上下 来", "达": "高达 达到", "多": "几",
    }.items()
    for written in words.split()
}  # fmt: skip
# What has digits and is no quantity. A span of it hides every number that touches it.
_HIDDEN = re.compile(
    r"(?=[《“‘「×*成初高大\"\dA-Za-z〔\[（( \t\u3000热电手邮学编图表附男女第四两八三五负"
    + _SIGNS
    + r"])(?:《[^《》]*》|“[^“”，。；]{1,14}”|‘[^‘’，。；]{1,14}’|「[^「」，。；]{1,14}」|\"[^\"，。；,]{1,14}\""
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[:：]\d{2}(?:[:：]\d{2})?"
    r"|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)|(?<!\d)[48]00-\d{3,4}-\d{3,4}"
    r"|廿八都|廿三里|五卅"
    rf"|(?!(?!TOP|Top|N[Oo]|PM)[A-Za-z]{{2,12}}\s\d{{1,9}}[万余多]?{_UNITS})"  # but APP 17款, LED 12块
    r"(?<![A-Za-z])[A-Za-z][A-Za-z.\-]{0,20}\s?\d[\d.]{0,20}|(?<!\d)\d[\d.]{0,20}\s?(?!(?:GB|TB|km|kg|cm|mm)\b)[A-Za-z]"
    r"|[\dA-Za-z]{1,12}(?:\+[\dA-Za-z]{1,12})+|[〔\[（(]\d{4}[〕\])）]\s?第?\d+号"
    r"|(?<!\d)\d{1,9}\s?[×xX*]\s?\d{1,9}|[×xX*]{2,12}\d{1,12}|(?<!\d)\d{1,4}\.\d{1,4}版|(?<!\d)12\d{3}(?!\d|\s?[万亿余多]|\s?"
    + _UNITS
    + r")"
    r"|(?:热线|电话|手机|邮编|学号|编号|图|表|附件)[:：]?\s?[\d-]+|[一二三四五六七八九零〇]{3,}(?![十百千万亿])|(?<!\d)\d{1,9}\s?[:：比]\s?\d{1,9}"
    r"|第\d+\s?[-—–~至到]\s?\d+|[一二三四五六七八九十]{1,4}届[一二三四五六七八九十]?[中大次全]"
    r"|[一二三四五六七八九十廿](?:期(?=建设|工程|项目)|里(?=[镇乡村河店屯坪铺堡庄墩])|层(?=临?展厅|大厅|会议室|报告厅)|组(?=的)|版(?=、[头一二三四五六七八]版|[刊登发]|头条|显著)|(?<=版、.)版)"
    rf"|[一二两三四五六七八九十](?!个一[等级类流])[^\W\d{_SIGNS}][一二两三四五六七八九十](?!{_UNITS})[^\W\d{_SIGNS}]"
    r"|(?<![提增升最扩])[初高大][一二三四](?![十百千万亿])"  # years of school
    rf"|{FIXED}|负[\d{_SIGNS}]{{1,3}}[层楼]|成百(?=上千)|(?:男子|女子)\d+米"
    r"|^\s*(?:[（(](?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）]"
    r"|(?:\d{1,2}(?:[.．]\d{1,2})*|[一二三四五六七八九十]{1,3})[.．、)）](?!\d)))",
    re.MULTILINE,
)
_ORDINAL = re.compile(
    r"(?:第|(?<![以之目当日])前|(?<![先以之今然事会随])后|头|每|(?<![每一两本])周|星期|礼拜|老(?=三届)|[A-Za-z])$"
)
# What says that not even one is: 未发生1起, 无1人.
_NONE = re.compile(r"(?:(?:未|没有|没)(?:发生|出现|发现|有|收到|接到|造成|产生|遗漏)?过?|(?<![^\W\d_])无)\s?$")
_NO_VALUE = dict.fromkeys(map(ord, "多余来,， \u00a0\u2009\u202f好数几"))
_PART = re.compile(r"(?<!\d)(\d+)([百千万亿]+)")
_DECIMAL = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_CHINESE_DECIMAL = re.compile(r"([零一二三四五六七八九十百千]+)点([零〇一二三四五六七八九]+)([万亿]?)")
_SIDE_BY_SIDE = re.compile(  # 三五个, 二三十人, 二百四五十场
    r"((?:[一二两三四五六七八九][百千万])*)([一二两三四五六七八九])、?([二三四五六七八九])([十百千万亿]*)"
)
_YEAR = re.compile(r"(?:19|20)\d{2}$")
_RANKED = re.compile(r"(?:[居列排位登获]|名列|全[国省市县区州盟旗球]|第[一二三四五六七八九十\d]+[名位]?、)[^，。；、,;]{0,24}$")
_SHORT = {"个百分点": "百分点", "个人": "人", "㎡": "平方米"}
_CURRENCIES = {"¥": "元", "￥": "元", "$": "美元", "＄": "美元", "€": "欧元"}
_CURRENCY = re.compile(f"[{''.join(_CURRENCIES)}] ?$")  # before the number
_CLAUSE_END = re.compile("[，。；,;]")
_NO_SCORE = re.compile(rf"[钟类别成之为工批组析布散头段队店]|[\d{_SIGNS}]+秒")  # 三分队, 五分钟, 四分五十秒
_IN_ROW = re.compile(r"\d[%‰+]?[ ]*[|\t][ ]*$")  # behind another cell of numbers: its name stands at the head of its column
_STOP = re.compile(r"\s*(?:$|[，。；、！？：,;!?:）)”’」\n的])")


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a text with its sign and measure: ``text[start:end]``; ``value``, and ``high`` for a range; ranks are a kind.

    Of ±3 the value is -3 and ``high`` 3.
    ``bound`` is 多 余 近 超 约 达 不足 数 or "", ``unit`` is "" where no measure stands, and % for a share.
    """

    start: int
    end: int
    value: float
    high: float | None
    unit: str
    bound: str
    kind: Kind


def numbers_in(text: str) -> Iterator[Number]:
    """Yield the numbers of a text that are quantities, in order."""
    plain = text.translate(PLAIN) if _ODD.search(text) else text
    hidden = [match.span() for match in _HIDDEN.finditer(plain)]
    at = passed = 0
    while found := _TOKEN.search(plain, at):
        while passed < len(hidden) and hidden[passed][1] <= found.start():
            passed += 1
        if passed < len(hidden) and hidden[passed][0] < found.end():
            at = max(found.end(), hidden[passed][1])
            continue
        made = _made(plain, found)
        at = made.end if made else found.end()
        if made:
            yield made


def _turned(plain: str, found: re.Match[str]) -> Number | None:
    """Return how often something doubled: 翻了一番, 翻两番."""
    start, end = found.start(), found.end()
    value = value_of(found[0]) if plain.startswith("番", end) and _TURNING.search(plain, max(0, start - 4), start) else None
    if value is None:
        return None
    said = "多" if plain.startswith("多", end + 1) else ""
    return Number(start, end + 1, value, None, "番", _bound(plain, start, end + 1, said), "count")


def _nothing(plain: str, found: re.Match[str]) -> Number | None:
    """Return a nought that is told as a result: 事故为零, 舆情为0."""
    is_told = found[0] in ("0", "零") and plain[found.start() - 1 : found.start()] == "为" and _STOP.match(plain, found.end())
    return Number(found.start(), found.end(), 0.0, None, "", "", "count") if is_told else None


def _is_no_number(plain: str, found: re.Match[str]) -> bool:
    """Tell whether digits are no number: a day (9/10), an article (一个, 一批), the beginning of a word (零件), an ordinal."""
    before = max(0, found.start() - 3)
    is_day = found["over"] is not None and not _FRACTION.search(plain, before, found.start())
    return is_day or found[0] in ("一", "零") or _ORDINAL.search(plain, before, found.start()) is not None


def _made(plain: str, found: re.Match[str]) -> Number | None:
    if found["rank"] or found["first"]:
        return _rank(plain, found)
    if told := _turned(plain, found) or _nothing(plain, found):
        return told
    if _is_no_number(plain, found):
        return None
    make = _quantity if found["number"] else _share
    sign = _MINUS.search(plain, max(0, found.start() - 2), found.start())
    signed = make(plain, found, sign[0]) if sign else None
    return signed if signed and _is_sign(plain, signed) else make(plain, found, "")


def _is_sign(plain: str, number: Number) -> bool:
    """Tell whether what a number begins with is its sign, and not a joint, a part of a word, or the sign of a list."""
    at, is_of_degree = number.start, number.unit in _OF_DEGREE
    if plain[at] == "负":
        return not _NO_MINUS.search(plain, max(0, at - 1), at + 1)
    if plain[at] not in "-–":
        return True
    before = plain[max(0, at - 6) : at]
    if not before or before[-1] in "\n\t\u3000":
        return is_of_degree or "." in plain[at : number.end] or plain[number.end : number.end + 1] in ("", "\n", "\t")
    if _JOINED.search(before) or before[-1].isnumeric():
        return False
    return is_of_degree or not (before[-1].isalpha() or before[-1] in "）)]】》”") or bool(_TOLD.search(before))


def _with_signs(value: float, high: float | None, sign: str, is_high_below: bool) -> tuple[float, float | None]:
    """Return both ends of a number with their signs, the lower one first; of one with a sign on either side they are its ends."""
    if sign in ("±", "正负"):
        return -(high or value), high or value
    low = -value if sign else value
    if high is None or not (sign or is_high_below):
        return low, high
    top = -high if is_high_below else high
    return min(low, top), max(low, top)


def _rank(plain: str, found: re.Match[str]) -> Number | None:
    """Return a rank, where the words around say that it is one: 位居全省第二, 第三名."""
    before = plain[max(0, found.start() - 30) : found.start()]
    if not _RANKED.search(before) or not (found["place"] or found["first"] or _STOP.match(plain, found.end())):
        return None
    value = value_of(found["rank"]) if found["rank"] else 1.0
    return None if value is None else Number(found.start(), found.end(), value, None, "名", "", "rank")


def _share(plain: str, found: re.Match[str], sign: str) -> Number | None:
    high = None
    if found["hundredth"]:
        value, high = value_of(found["hundredth"]), value_of(found["hundredth2"]) if found["hundredth2"] else None
    elif found["tenths"]:
        tenths, more = value_of(found["tenths"]), value_of(found["more"] or "零")
        value = None if tenths is None or more is None else round(10 * tenths + more, 6)
    else:
        whole, part = value_of(found["whole"] or found["under"]), value_of(found["part"] or found["over"])
        value = round(100 * part / whole, 2) if whole and part else None
    if value is None:
        return None
    start, end = found.start() - len(sign), found.end()
    value, high = _with_signs(value, high, sign or found["minus"] or "", bool(found["minus2"]))
    said = "多" if found["tenths"] and plain.startswith("多", end) and not plain.startswith("多数", end) else ""  # 三成多
    return Number(start, end + len(said), value, high, "%", _bound(plain, start, end, said), "share")


def _quantity(plain: str, found: re.Match[str], sign: str) -> Number | None:
    """Return a number with its measure, or a plain one that counts something; None for what is neither."""
    start, end, words = found.start() - len(sign), found.end(), found["number"]
    value, high = _values(words)
    is_high_below = bool(sign) and high is not None  # 零下三五度
    reach = _RANGE.match(plain, end) if high is None else None
    if reach and value is not None and (reach["unit"] is None or _UNIT.fullmatch(reach["unit"])):
        top, _ = _values(reach["high"])
        if top:
            value, high, end = _alike(words, value, reach["high"], top), top, reach.end("high")
            is_high_below = _is_below(plain, reach, sign)
    if value is None or max(value, high or 0) > LARGEST or (high is not None and not (sign or is_high_below) and high <= value):
        return None
    late = _LATE.match(plain, end)
    end = late.end() if late else end
    unit = _unit(plain, end)
    name, end = _SHORT.get(unit.strip(), unit.strip()), end + len(unit)
    currency = None if sign else _CURRENCY.search(plain, max(0, start - 2), start)
    if currency and name in ("", _CURRENCIES[currency[0][0]]):
        name, start = _CURRENCIES[currency[0][0]], currency.start()
    half = 0.5 if unit and high is None and plain.startswith("半", end) else 0.0  # 两圈半
    bound = _bound(plain, start, end, (late[0].strip() if late else "") or _said(words))
    kind: Kind = "share" if name in ("%", "‰") else "count"
    value, high = _with_signs(value + half, high, sign, is_high_below)
    number = Number(start, end + (half > 0), value, high, name, bound, kind)
    return number if _counts(plain, words, number) and not _denies_one(plain, number) else None


def _denies_one(plain: str, number: Number) -> bool:
    """Tell whether the words before a number say that there is not even one."""
    return number.value == 1 and number.high is None and _NONE.search(plain, max(0, number.start - 6), number.start) is not None


def _is_below(plain: str, reach: re.Match[str], sign: str) -> bool:
    """Tell whether the upper end of a range is below nought: -5%至-3%, 零下3至5度; in 3--5 it is a dash."""
    if reach["minus"] is None:
        return sign == "零下" and reach["unit"] is None
    return bool(sign) or reach["minus"] != "-" or plain[reach.start("minus") - 1] in "至到 "


def _said(words: str) -> str:
    """Return what a number itself says of its bound: 二十余万, 数十."""
    inner = _INNER.search(words, 1)
    return inner[0] if inner else "数" if words[0] in "数几好" else ""


def _unit(plain: str, at: int) -> str:
    """Return the measure that stands at an offset, with a space before it, or ""."""
    if _TIME.match(plain, at):
        return ""
    found = _UNIT.match(plain, at)
    return found[0] if found else ""


def bound_before(plain: str, start: int, end: int) -> str:
    """Return the words before a number that say how near it is (近, 不少于, 达到了), "" for none."""
    found = _BEFORE.search(plain, max(0, start - 5), start)
    if found is None:
        return ""
    bound = found["bound"]
    is_round = plain[start] in "百千万亿" or (bound in ("破", "过") and _MYRIAD.search(plain, start, end) is not None)
    return found[0] if is_round or bound not in ("上", "成", "破", "过") else ""  # 过亿, 破10亿, but 过3关


def _bound(plain: str, start: int, end: int, said: str) -> str:
    """Return the bound of a number: what stands within it, else before it, else behind it; 达 says least."""
    found = _BEFORE.search(bound_before(plain, start, end))
    front, after = found["bound"] if found else "", BOUND_BEHIND.match(plain, end)
    back = after["bound"] if after else ""
    words = (said, back, front) if front.endswith(("达", "达到")) else (said, front, back)
    return next((_BOUNDS.get(word, word) for word in words if word), "")


def _counts(plain: str, words: str, number: Number) -> bool:
    """Tell whether a number counts or measures something."""
    if words[0] in "百千万亿" and number.bound not in ("近", "超", "约", "不足", "余", "多"):
        return False
    if number.unit == "届" and _YEAR.match(words):
        return False
    if not number.unit:
        return _counts_alone(plain, words, number)
    if number.unit in HOURS:
        clause = _CLAUSE_END.split(plain[max(0, number.start - 30) : number.start])[-1]
        return abs(number.value) >= LONG or any(word in clause for word in ("时长", "累计", "总"))
    if number.unit == "分":
        is_clock = "点零" in words or plain[number.start - 1 : number.start] in ("时", "点")  # 九点零三分
        return not is_clock and not _NO_SCORE.match(plain, number.end)
    return True


def _counts_alone(plain: str, words: str, number: Number) -> bool:
    """Tell whether a number without a measure counts something: 点击量突破300万, 200余志愿者, 点击数：1287."""
    if _TIME.match(plain, number.end) or _YEAR.match(words) or _IN_ROW.search(plain, max(0, number.start - 8), number.start):
        return False
    large = words[-1] in "万亿" and words[0] not in "万亿"
    if large or number.bound in ("多", "余", "超", "近", "约", "数"):
        return abs(number.value) >= 10
    if number.high is not None:
        return max(abs(number.value), abs(number.high)) >= _ALONE if number.value < 0 else number.value >= _ALONE
    is_arabic = words[0].isdigit() or words[0] == "."
    return is_arabic and bool(_STOP.match(plain, number.end)) and (abs(number.value) >= _ALONE or "." in words)


# ---- values -----------------------------------------------------------------------------------------------------------


def _values(words: str) -> tuple[float | None, float | None]:
    """Return the value of a number, and the higher one of two that stand side by side (三五个, 二三十人)."""
    pair = _SIDE_BY_SIDE.fullmatch(words)
    if pair is None:
        return value_of(words), None
    low, high = (value_of(f"{pair[1]}{sign}{pair[4]}") for sign in (pair[2], pair[3]))
    return (low, high) if low is not None and high is not None and low < high else (None, None)


def _alike(words: str, value: float, high_words: str, high: float) -> float:
    """Return the lower end of a range in the measure of the higher one: 3至5万 begins at 30,000."""
    scale = next((MYRIADS[sign] for sign in high_words if sign in MYRIADS), 1)
    return value * scale if scale > 1 and words[-1] not in MYRIADS and value * scale < high else value


def value_of(words: str) -> float | None:
    """Return the value of a number in Arabic or Chinese digits, or both; None for what is none, as 三二."""
    words = words.translate(_NO_VALUE)
    arabic = _DECIMAL.match(words)
    if arabic is None:
        return _chinese(words)
    if len(parts := _PART.findall(words)) > 1:
        return _mixed(parts)
    value = float(arabic[0])
    for sign in words[arabic.end() :]:
        value *= TENS.get(sign) or MYRIADS[sign]
    return round(value, 6)


def _mixed(parts: list[tuple[str, str]]) -> float:
    """Return the value of a number in parts, digits with their scale: 1万2千, 8千5百万, 2亿5千万."""
    total = section = 0.0
    for digits, scale in parts:
        section += int(digits) * math.prod(TENS.get(sign, 1) for sign in scale)
        if myriads := [MYRIADS[sign] for sign in scale if sign in MYRIADS]:
            total, section = total + section * math.prod(myriads), 0.0
    return total + section


def _chinese(words: str) -> float | None:
    if "点" in words:
        return _chinese_decimal(words)
    total, section, digit, last = 0.0, 0.0, None, 1
    for sign in words:
        if sign in DIGITS:
            if digit:  # two digits side by side
                return None
            digit = DIGITS[sign]
            last = 1 if sign in "零〇" else last
        elif sign in SCORES:
            if digit:
                return None
            section, digit, last = section + SCORES[sign], None, 10
        elif sign in TENS:
            section += (1 if digit is None else digit or 1) * TENS[sign]
            digit, last = None, TENS[sign]
        else:
            section = (section + (digit or 0)) or 1
            total = (total + section) * MYRIADS[sign] if sign == "亿" else total + section * MYRIADS[sign]
            section, digit, last = 0.0, None, MYRIADS[sign]
    return total + section + (digit or 0) * (last // 10 if last > 10 else 1)  # 三千五: the last digit counts hundreds


def _chinese_decimal(words: str) -> float | None:
    """Return the value of 一点二 or 一点二万; None for 六点四十, a time."""
    found = _CHINESE_DECIMAL.fullmatch(words)
    whole = _chinese(found[1]) if found else None
    if found is None or whole is None:
        return None
    decimals = float("0." + "".join(str(DIGITS[sign]) for sign in found[2]))
    return round((whole + decimals) * MYRIADS.get(found[3], 1), 6)
