"""The place that a report is about, by the sign of an administrative division: 省 市 县 区 州 盟 旗.

The rules, in their order; the first that gives a place wins, and the place is told with its basis (标题, 文件名, 开头, 正文):

1. A name begins where a line, a clause or a year does ("2022年"), after the words that come before names (关于, 中共, …), and
   ends with a sign. Names beside each other ("甘肃省金昌市") belong together; the province is left out, for a city's name is
   the only one of its kind, a district's is not.
2. What only looks like a name is none: "全市", "社区", "城市", "开发区", "联盟", "红旗", "地区" (but the seven that exist).
3. Words that stand before the name are taken off: of all the ends of a candidate the longest counts that half of the
   text's mentions have. "走进临溪县" is said once, "临溪县" ten times.
4. In the text itself a name counts when it begins three clauses or more, and as many as all others together.

There is no list of places: it would be out of date, and a list makes nothing of a name it has not.
"""

import re
from collections import Counter
from collections.abc import Iterator

from pipeline.core.names import file_stem
from pipeline.output.digest.records import ReportAttribute

LEAD = 400  # characters of the first lines
LOOKED_AT = 50_000  # characters of the text in which mentions are counted
_HAN = "[\u3400-\u9fff]"
# Words that come before a name and are no part of it; behind some, the few divisions are spared that begin with them.
LEADING = (
    "从(?!江|化)|于(?!都|洪|田)|由|到|把|让(?!胡路)|使|将(?!乐)|给(?!排水)|为|与|向(?!阳)|驻(?!马店)|[我你他她]在|在|赴|对口支援|支援|对(?!外)|致(?!公)|供(?!销|电|水|热|气|应|排)|是|看|"
    "走[进近读]|来到|来自|回到|深入|奔赴|见证|探访|探寻|聚焦|直击|助力|守护|扎根|大美|美丽|魅力|今日|书香|现为|位于|地处"
)
_BEFORE = f"年度|[年月]|日(?!本)|关于|中共|中国共产党|共青团|转发|印发|来源|上报|报送|{LEADING}"
_START = re.compile(rf"(?:^|(?<=[^\u3400-\u9fff])|(?<=年)|(?<=年度))(?:{_BEFORE})*(?={_HAN})", re.MULTILINE)
_SIGN = (
    "特别行政区|自治区|自治州|自治县|自治旗|林区|特区|地区|省(?!级)|市(?![场级])|县(?!级)|区(?!域|间|别|分|块|级)|州(?![市区县级])|"
    "盟(?![友国约员旗])|旗(?![帜袍舰下手号杆县])"  # 杭州市 is no 州, and 旗帜 no 旗
)
_PART = re.compile(rf"({_HAN}{{1,12}}?)({_SIGN})")
_LONGEST = 6  # characters of a name before its sign; names of autonomous divisions name peoples too
_SUBTITLE = re.compile(r"\A[^\n]{1,60}|^\s*[—－-]{2}[^\n]{1,60}", re.MULTILINE)  # the first line, and lines that begin with ——
_REAL = frozenset(
    {"大兴安岭地区", "阿里地区", "和田地区", "喀什地区", "阿克苏地区", "塔城地区", "阿勒泰地区", "神农架林区", "六枝特区"}
)
_SAYS_WHICH = tuple(
    "全我各该某每此跨外驻两几多数个就的是和与及在了将把被让向为从对年月日代表落实传达按照入选评申报请"
)  # 全市, 我县, 各区, … name none
_NO_NAME = re.compile(
    "(?:社|园|景|小|辖|校|灾|片|街|厂|老|郊|战|军|赛|专|牧|库|禁|"
    "开发|高新|保护|示范|先行|试验|实验|服务|功能|度假|合作|商务|工业|集聚|贫困|革命|偏远|核心|自贸|综保|保税|引领|居民|生活|办公|沉陷|机务)[区山]区?$|"
    "(?:^|[主老心全县市])城区$|(?:强|城|都|超|集|门|夜|菜|上|股|楼|花|闹|入|地级|县级|直辖|副省级)市$|"
    "(?:红|国|党|军|锦|彩|团|队|举|升|义|令|校|司|战|擎|扛)旗$|(?:联|同|加|结)盟$|(?:神|九|五大|亚|美|欧|非)州$|(?:节|反|内|海外|外|他)省$|"
    "某|[一这那每几两][座个片方处条]|第.{1,3}批|的|召开|亮相|推进|公布|组织|竞赛|论坛|整理|创建|地处|位于|^赴|^市城市|(?:宿舍|作业)区$|^自治|(?:市|区|州|贫困|百强|强|大|小|试点|示范|牧业|边境)县$|[省县区]市$|[市县省]区$"
)


def place_of(title: str, source: str, text: str) -> ReportAttribute:
    """Return the place that a report is about and what it was taken from; empty where no rule gives one."""
    name = file_stem(source)
    known = text[:LOOKED_AT]
    subtitles = "\n".join(_SUBTITLE.findall(text[:LEAD]))
    for basis, part, least in (("标题", title, 1), ("文件名", name, 1), ("开头", subtitles, 1), ("开头", text[:LEAD], 2)):
        found = next((place for each in _candidates(part) if (place := _shortened(each, known, least))), "")
        if found:
            return ReportAttribute(found, basis)
    named = Counter(_candidates(known))
    place, count = max(named.items(), key=lambda item: item[1], default=("", 0))
    return ReportAttribute(place, "正文") if count >= 3 and 2 * count >= named.total() else ReportAttribute()


def first_place(name: str) -> str:
    """Return the divisions that a name begins with, without a province before others; "" for none."""
    return next(_candidates(name), "")


def _candidates(text: str) -> Iterator[str]:
    """Yield what may be the name of a place, without a province before it, in order."""
    for start in _START.finditer(text):
        parts: list[str] = []
        position = start.end()
        while (found := _PART.match(text, position)) and _is_name(found[1], found[2]):
            parts.append(found[0])
            position = found.end()
        if len(parts) > 1 and parts[0].endswith(("省", "自治区")):
            parts = parts[1:]
        if parts:
            yield "".join(parts)


def _is_name(stem: str, sign: str) -> bool:
    whole = stem + sign
    if sign in ("林区", "特区", "地区"):
        return whole in _REAL
    shortest = 1 if sign == "县" or sign.startswith("自治") else 2
    longest = 12 if sign.startswith(("自治", "特别")) else _LONGEST
    return shortest <= len(stem) <= longest and not stem.endswith(_SAYS_WHICH) and not _NO_NAME.search(whole)


def _shortened(place: str, text: str, least: int) -> str:
    """Return the longest end of a name that at least half of the mentions of its shortest end have.

    Return "" for what is no name, or is mentioned less often than ``least``.
    """
    shortest = text.count(place[-3:])
    if shortest < 2:
        return place if least < 2 and (len(place) <= _LONGEST or "自治" in place) else ""
    ends = (place[start:] for start in range(len(place) - 2))
    return next((end for end in ends if 2 * text.count(end) >= shortest and _is_whole(end)), "")


def _is_whole(place: str) -> bool:
    found = _PART.match(place)
    return found is not None and _is_name(found[1], found[2])
