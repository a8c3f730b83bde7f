"""The unit that a report is of, by the sign of its kind: 镇 乡 街道 局 校 报社 部 委 馆 公司 …, and the place that a unit lies in.

The rules, in their order; the first that gives a unit wins, and it is told with its basis (标题, 文件名, 开头, 落款):

1. A name begins where a line, a clause or a year does, after the words that come before names (关于, 中共, …), and ends with the
   longest sign that follows without a break: 朔河市教育局, and 朔河市教育局机关党委 where that is what stands there.
2. It is no name where it says which instead of what: 全镇, 各街道, 该校, 有关部, 我局.
3. In the first lines and at the end of the text a name counts only as a line, or the beginning of one, by itself.

A unit lies in the division that its name begins with (朔河市教育局), or else in that 镇, 乡 or 街道, or else in the division that
the text names with the same first characters (岷陵日报社 where the text has 岷陵市).
"""

import re
from pathlib import PurePosixPath

from pipeline.output.digest.records import ReportAttribute
from pipeline.output.digest.where import LEAD, LEADING, LOOKED_AT, first_place, place_of

TAIL = 200  # characters of the last lines, where a report is signed
_HAN = "[\u3400-\u9fff]"
_WITHIN = f"(?:(?!召开|举办|举行|开展|传达|亮相|访问|关于|学习|在|的|一|走进|到){_HAN})"  # none of these is a part of a name
_BEFORE = f"年度?|月|日(?!本)|关于|中共|中国共产党|转发|印发|来源[:：]|{LEADING}"
_SIGN = (
    "街道办事处|街道办|街道|(?<![古城村小重名集市])镇(?!江|海|定|远|宁|原|痛|静|雄)|(?<!下)乡(?!村|镇|愁|土|情|风|贤|音|亲|间|野|里|宁|下)|"
    "人民政府|管理局|分局|(?<![格布结大全时变棋])局(?!面|部|势|长|限)|幼儿园|(?:实验|中心)?小学(?!生|组)|(?:附属)?中学(?!生|组|业)|高中(?!生|组)|党校|(?:职业|技工|技术|师范|聋哑|特殊教育)?学校|职校|技校|"
    "大学(?!生|城|习|子)|学院|教育集团|日报社|晚报社|报社|杂志社|出版社|通讯社|电视台|广播台|广播电视台|融媒体中心|传媒中心|新闻中心|"
    "(?<=[委校院])(?:宣传|组织|统战)部|(?:党群|党委|宣传|学生|群众|政治)工作部|委员会办公室|委员会(?!委员)|(?<=委)办公室|文明办|网信办|讲师团|文联|妇联|社科联|侨联|残联|科协|作协|总工会|团[省市县区州旗]?委|"
    "图书馆|文化馆|博物馆|美术馆|纪念馆|档案馆|科技馆|群众艺术馆|文化站|文化中心|少年宫|剧团|歌舞团|艺术团|乌兰牧骑|"
    "医院|卫生院|血站|公积金管理中心|服务中心|实践中心|集团|有限公司|公司|银行|[支分]行|供电所|派出所|法院|检察院|"
    "管委会|居委会|村委会|社区|党工委|党委|党组|[省市县区州旗盟]委(?!员|书|会|托|常|办|副|主)|协会|学会|研究院|研究所"
)
_NAME = re.compile(
    rf"(?:^|(?<=[^\u3400-\u9fff])|(?<=年)|(?<=年度))(?:{_BEFORE})*+({_WITHIN}{{1,18}}?(?:{_SIGN})(?:{_WITHIN}{{0,10}}?(?:{_SIGN}))*)",
    re.MULTILINE,
)
_SAYS_WHICH = re.compile(
    "^(?:.{0,8}[一这那每][座个片方处条]|[全我到去各该某每此本两几多数个就的是和与及将把被让向为从乡]|对(?!外)|有关|我们|所有|基层|这|那|一|举办|召开|开展|加强|推进|建设|深化|做好|组织|部分|"
    "城乡|小|大|老|农村|乡镇|集团|学校|社区|街道|公司|医院|党委|党组|大中|中小|校|创建|参加|新闻|走|记|打造|让|聚焦|强化|坚持|优秀|文明|期|见|几|[二三四五六七八九十]|春季|秋季|学年|学期|青年|职业技术|全国|国家|专访)"
)
_LEAST = 3  # characters of a name; 石乡 and 某局 are none
# No colon: whom it is to (县委宣传部：), or what an item of a brief is of; no tab: the row of a table.
_LINE_END = re.compile(r"[^\S\t]*(?:$|[\d〇二０-９（(—－])")
_IN_PLACE = re.compile(rf"{_HAN}{{2,5}}?(?:镇|乡|街道)")
_DIVISION = "[市县区州旗盟]"


def unit_of(title: str, source: str, text: str) -> ReportAttribute:
    """Return the unit that a report is of and what it was taken from; empty where no rule gives one."""
    name = PurePosixPath(source.replace("\\", "/")).stem
    parts = {"标题": title, "文件名": name, "开头": text[:LEAD], "落款": text[-TAIL:]}
    for basis, part in parts.items():
        if found := _first(part, is_alone=basis in ("开头", "落款")):
            return ReportAttribute(found, basis)
    return ReportAttribute()


def place_or_units(title: str, source: str, text: str) -> ReportAttribute:
    """Return the place that a report is about, and where nothing names one that of its unit, each with its basis."""
    place = place_of(title, source, text)
    if place.value:
        return place
    unit = unit_of(title, source, text)
    of_unit = place_of_unit(unit.value, text)
    return ReportAttribute(of_unit, unit.basis) if of_unit else ReportAttribute()


def place_of_unit(unit: str, text: str = "") -> str:
    """Return the place that a unit lies in, or ""; ``text`` may name the division whose sign the unit's name leaves out."""
    unit = unit.removeprefix("共青团")
    if (place := first_place(unit)) and place[0] not in "省市县区":  # 市城市管理局 is of no 市城市
        return place
    if (lies := _IN_PLACE.match(unit)) and "某" not in lies[0]:
        return lies[0]
    known = text[:LOOKED_AT]
    named = (re.search(re.escape(unit[:length]) + _DIVISION, known) for length in (4, 3, 2) if len(unit) > length + 1)
    return next((found[0] for found in named if found), "")


def _first(text: str, is_alone: bool) -> str:
    """Return the first name of a unit in a text; ``is_alone``: one that a line begins with and that nothing goes on from."""
    for found in _NAME.finditer(text):
        if is_alone and not (_begins_line(text, found.start()) and _LINE_END.match(text[found.end() : found.end() + 3])):
            continue
        if len(found[1]) >= _LEAST and not _SAYS_WHICH.match(found[1]):
            return found[1]
    return ""


def _begins_line(text: str, start: int) -> bool:
    return not text[text.rfind("\n", 0, start) + 1 : start].strip()
