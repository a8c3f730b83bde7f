"""Find the figures of a table's row: a cell that is a number counts what its row or the name of its column says.

宣讲场次 ⇥ 320场 counts 宣讲场次; 临溪县 ⇥ 30 under 县区 and 文化活动（场） counts 文化活动, in 场; under
指标, 数量 and 单位 the row says both.
Numbers of rows, years, dates, ages and telephone numbers are none, nor is a number by itself of which neither names nor row say
what it counts. Cells of words are read as text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.output.figures import Figure, figures_in
from pipeline.output.figures.numbers import MYRIADS, PLAIN, TENS, numbers_in, value_of
from pipeline.output.figures.words import MEASURES

_LONGEST_LABEL = 20
_UNITS = "|".join(sorted(map(re.escape, MEASURES), key=len, reverse=True))
_SCALED = rf"(?P<scale>[百千万亿]*)(?P<unit>%|‰|百分点|个百分点|{_UNITS})"
_MEASURE = re.compile(_SCALED)
_ONLY_SCALED = r"(?P<scale>[百千万亿]+)(?P<unit>)"
_OPEN, _CLOSE = r"[（(\[【](?:单位)?[:：]?\s*", r"\s*[)）\]】]"
_IN_BRACKETS = re.compile(f"{_OPEN}{_SCALED}{_CLOSE}")
_SCALE_IN_BRACKETS = re.compile(f"{_OPEN}{_ONLY_SCALED}{_CLOSE}")  # 粉丝数（万）
_AT_END = re.compile("(?P<scale>)(?P<unit>场次|人次|篇次|件次|册次|批次|班次|课时|学时|人(?=数))数?$")
_BARE = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?[万亿]?")
_BEFORE, _BEHIND = "(?:共|共计|累计|总计|合计|完成|实现|约|近|超|逾|达|超过|不少于|至少|大约)*", "(?:以上|左右|上下|以内)?"
_AROUND = re.compile(rf"(?P<before>{_BEFORE})(?P<behind>{_BEHIND})")
# What a column or a row of numbers is called that count nothing.
_NO_COUNT = re.compile(
    "(?:.*(?:序号|编号|号码|代码|年份|年月|生日|日期|时间|月份|时限|电话|手机|邮编|年龄|学号|证号|账号|文号|版面|版次|期号|届次|门牌|楼层|房号|备注)"
    "|号|年|月|日|年度|届|期|编码|座机|QQ|联系方式)"
)
_RANK = re.compile(".*(?:排名|名次|位次)")
# What says how much and not of what: the row says that.
_ANY_AMOUNT = re.compile(
    r"(?:数量|数值|数据|数额|总数|总量|总计|合计|小计|累计|实绩|实际|目标|计划|完成|指标值|结果|统计数?|(?:实际|计划|目标|累计|已|应)?完成(?:数量?|情况|值)"
    r"|(?:实际|计划|目标|累计)(?:数量?|值)?|[本上去今当全][年月季期周]|同期|\d{4}年?度?|\d{1,2}月份?|[一二三四1-4]季度|[上下]半年|本年度|上年度|今年以来)"
)
_CHANGE = re.compile(
    "(?:同比|环比|[比较][上去]年|年均)?(?:增长率?|增幅|增速|增减|升降|变化|下降|同比|环比)(?:率|幅度|情况)?|占比|比重|比例"
)
_UNIT_NAME = re.compile("(?:计量)?单位")
_ASIDE = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]")
_NUMBERING = r"(?:[（(][一二三四五六七八九十\d]+[）)]|\d{1,2}[.．、]|[一二三四五六七八九十]{1,3}、)"
_SIGN = re.compile(rf"^\s*{_NUMBERING}\s*|^其中[:：]?\s*|[\s:：]+$")
_COUNTING = re.compile(r".*(?:数|数量|次|量|额|率|人次|场次|经费|资金|面积|时长|规模|总计)$")
# Who has a number, which is not what it counts; but 送戏下乡 80场, 进社区 30场, 文明实践站 12个.
_PLACE = re.compile(r".{1,8}(?<![下进入驻到])(?:省|市|县|区|旗|镇|乡|街道)")
_HOUSE = re.compile(r".{1,8}(?<![下进入驻到])(?:村|社区|局|馆|站|委|办|部|校|学院|中心)")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_MONTH = re.compile(r"(?:19|20)\d{2}[./-](?:0?[1-9]|1[0-2])(?:[./-]\d{1,2})?")
_LETTER = re.compile(r"[^\W\d_]")
_DAY = re.compile(r"[\d年月日.\-/~—至\s]+(?:[上下]旬)?")
_NUMBERED = re.compile(r" \(\d+\)$")  # of the second of two columns of one name


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell of a row, where it begins in the text of the row, the name of its column, and the number that it is."""

    text: str
    start: int
    name: str | None
    figure: Figure | None = None

    @property
    def is_bare(self) -> bool:
        """Whether it is a number without a measure."""
        return self.figure is not None and not self.figure.unit

    def holds(self, figure: Figure) -> bool:
        """Tell whether a figure of the row stands in the cell."""
        return self.start <= figure.start < self.start + len(self.text)

    @property
    def is_words(self) -> bool:
        """Whether it says something: no number, no date, no measure."""
        return self.figure is None and bool(_LETTER.search(self.text)) and not (_DAY.fullmatch(self.text) or self.is_measure)

    @property
    def is_measure(self) -> bool:
        """Whether it is the measure of the number beside it."""
        is_named = self.name is None or _UNIT_NAME.fullmatch(_plain(self.name)) is not None
        return is_named and _MEASURE.fullmatch(self.text) is not None


def is_row(text: str, is_markdown: bool) -> bool:
    """Tell whether a passage is the row of a table: one line, in cells that tabs part, or bars in Markdown."""
    return ("\t" in text or (is_markdown and "|" in text)) and "\n" not in text


def figures_in_row(text: str, columns: Mapping[str, str]) -> list[Figure]:
    """Return the figures of a row, in order.

    ``columns`` are its cells by the names of their columns, where these are known.
    """
    cells = _cells(text, columns)
    told = [(cell, _told(cells, at)) for at, cell in enumerate(cells)]
    found = [figure for _, figure in told if figure is not None]
    numbers = [cell for cell in cells if cell.figure is not None or _MONTH.fullmatch(cell.text.translate(PLAIN))]
    in_words = (each for each in figures_in(text) if not any(cell.holds(each) for cell in numbers))
    found += [_with_label(figure, cells) for figure in in_words]
    return sorted(found, key=lambda figure: figure.start)


def _cells(text: str, columns: Mapping[str, str]) -> list[_Cell]:
    cells: list[_Cell] = []
    left = [(name, " ".join(value.split())) for name, value in columns.items()]
    start = 0
    for piece in text.split("\t" if "\t" in text else "|"):
        cell = piece.strip()
        at = next((at for at, (_, value) in enumerate(left) if value == " ".join(cell.split())), None)
        name = None if at is None else _NUMBERED.sub("", left[at][0])
        left = left if at is None else left[at + 1 :]
        begin = start + len(piece) - len(piece.lstrip())
        cells.append(_Cell(cell, begin, name, _number(cell, begin)))
        start += len(piece) + 1
    return cells


def _number(cell: str, start: int) -> Figure | None:
    """Return the number that a cell is, with its measure and what says how near it is; None for a cell that says more."""
    plain = cell.translate(PLAIN)
    if _MONTH.fullmatch(plain):
        return None
    if bare := _BARE.fullmatch(plain):
        value = value_of(bare[0].lstrip("-+"))
        signed = value if value is None or not plain.startswith("-") else -value
        return None if signed is None else Figure(start, start + len(cell), signed, None, "", "", "count", "")
    numbers = list(numbers_in(cell))
    if len(numbers) != 1:
        return None
    (one,) = numbers
    around = _AROUND.fullmatch(cell[: one.start] + cell[one.end :])
    if around is None:
        return None
    return Figure(start + one.start, start + one.end, one.value, one.high, one.unit, one.bound, one.kind, "")


def _told(cells: Sequence[_Cell], at: int) -> Figure | None:
    """Return the figure of a cell with its measure and what it counts; None for what is none."""
    cell, label = cells[at], _label(cells, at)
    if cell.figure is None or not _counts(cells, at, label):
        return None
    name, row = _plain(cell.name or ""), _plain(label)
    if _RANK.fullmatch(name or row) and cell.is_bare:
        return replace(cell.figure, unit="名", kind="rank", counted=row if name else "")
    measured = cell.figure
    if cell.is_bare:
        measures = _SCALE_IN_BRACKETS.search(cell.name or label), _measure(cells, at, label)
        measured = _measured(cell.figure, cell.text, *filter(None, measures))
    return replace(measured, counted=_counted(name, row, cell.is_bare))


def _counted(name: str, row: str, is_bare: bool) -> str:
    """Return what a number counts, by the name of its column and that of its row; "" where nothing says it."""
    is_whose = bool(_PLACE.fullmatch(row)) or (is_bare and _HOUSE.fullmatch(row) is not None)
    if not name or _ANY_AMOUNT.fullmatch(name):
        return "" if is_whose else row
    return row if _CHANGE.fullmatch(name) and row and not is_whose else name


def _counts(cells: Sequence[_Cell], at: int, label: str) -> bool:
    """Tell whether a number of a row counts something that its row or the name of its column says."""
    cell, name, row = cells[at], _plain(cells[at].name or ""), _plain(label)
    said = name or row
    if _NO_COUNT.fullmatch(said) or (name and _ANY_AMOUNT.fullmatch(name) and _NO_COUNT.fullmatch(row)):
        return False
    if not cell.is_bare:
        return True
    is_year = _YEAR.fullmatch(cell.text) is not None
    is_scaled = _SCALE_IN_BRACKETS.search(cell.name or label) is not None
    is_said = is_scaled or bool(_COUNTING.fullmatch(said) or _measure(cells, at, label))
    if name:
        return bool(row or not _ANY_AMOUNT.fullmatch(name)) and (is_said or not is_year or _ANY_AMOUNT.fullmatch(name) is not None)
    alone = sum(each.is_bare for each in cells) == 1 or is_said
    large = cell.figure is not None and abs(cell.figure.value) >= 100 and not is_year
    return bool(row) and alone and (is_said or large)


def _label(cells: Sequence[_Cell], at: int) -> str:
    """Return the words of a row that a number belongs to: the nearest before it, of a row without names right before it."""
    for before in reversed(cells[:at]):
        if before.is_words:
            is_date = before.name is not None and _NO_COUNT.fullmatch(_plain(before.name)) is not None
            if not is_date:
                return before.text if len(before.text) <= _LONGEST_LABEL else ""
        elif cells[at].name is None and before.is_bare and not cells[at].is_bare:
            return ""  # behind a number of which nothing is known
    return ""


def _measure(cells: Sequence[_Cell], at: int, label: str) -> re.Match[str] | None:
    """Return the measure of a number without one: of the cell beside it, of the name of its column, or of its row."""
    named = [each for each in cells if each.is_measure and (each.name is not None or each is _beside(cells, at))]
    if named and not _IN_BRACKETS.search(cells[at].name or ""):
        return _MEASURE.fullmatch(named[0].text)
    for said in (cells[at].name or "", label):
        if found := _IN_BRACKETS.search(said) or _AT_END.search(_plain(said)):
            return found
    return None


def _beside(cells: Sequence[_Cell], at: int) -> _Cell | None:
    """Return the cell behind a number, or the one before it, where that is a measure."""
    beside = [cells[place] for place in (at + 1, at - 1) if 0 <= place < len(cells)]
    return next((cell for cell in beside if cell.is_measure), None)


def _measured(figure: Figure, cell: str, *measures: re.Match[str]) -> Figure:
    """Return the figure of a cell with its measures; one in 万人 makes 2.5 25,000 人, and 2.5万 is as many."""
    for measure in measures:
        scale = 1
        for sign in measure["scale"] if not cell.endswith(("万", "亿")) else "":
            scale *= TENS.get(sign) or MYRIADS[sign]
        unit = measure["unit"].removeprefix("个") if measure["unit"].endswith("百分点") else measure["unit"]
        figure = replace(figure, value=round(figure.value * scale, 6), unit=unit, kind="share" if unit in ("%", "‰") else "count")
    return figure


def _with_label(figure: Figure, cells: Sequence[_Cell]) -> Figure:
    """Return a figure within a cell of words; of one with which its cell begins the row says what it counts."""
    at = next(at for at in range(len(cells) - 1, -1, -1) if cells[at].start <= figure.start)
    begins = _AROUND.fullmatch(cells[at].text[: figure.start - cells[at].start]) is not None
    return replace(figure, counted=_plain(_label(cells, at))) if begins and not figure.counted else figure


def _plain(name: str) -> str:
    """Return the name of a row or a column without the sign before it, a measure in brackets, and white space."""
    return "".join(_SIGN.sub("", _ASIDE.sub("", _SIGN.sub("", name.rpartition("/")[2]))).split())
