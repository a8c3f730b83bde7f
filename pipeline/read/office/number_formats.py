"""Numbers and dates of a workbook as Excel shows them: 23.5% and not 0.235, 3月5日 and not 2024-03-05.

calamine gives what a cell holds and not how it is shown, so the formats are read beside it: of percentages, of numbers with figures
to fill, separators or words beside them, and of dates that are written with 年, 月 and 日. Any other cell stays as it is.
"""

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.read.office.numbering import format_number
from pipeline.read.office.ooxml import child, children, local, number
from pipeline.read.office.packages import ZipPackage, parse_member, read_member

if TYPE_CHECKING:
    from lxml.etree import _Element

Cell = tuple[int, int]  # row and column, from 0

# Formats that a workbook names by number alone, as Excel for China shows them.
_KNOWN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00", 31: "yyyy年m月d日",
    **dict.fromkeys((27, 50, 52, 57), "yyyy年m月"), **dict.fromkeys((28, 29, 51, 53, 54, 58), "m月d日"),
}  # fmt: skip
_STYLES = "xl/styles.xml"
# A literal in quotation marks or behind a backslash, a blank, a fill, a currency, what stands in brackets, figures, letters.
_TOKEN = re.compile(r'"([^"]*)"|\\(.)|(_.)|(\*.)|\[\$([^\]-]*)[^\]]*\]|(\[[^\]]*\])|([0#?.,]+)|([A-Za-z]+)|(.)', re.DOTALL)
_CONDITION = re.compile(r"\[[<>=]")
_FIGURES = re.compile(r"[0#?,]*(?:\.[0#?]*)?,*")
_DATE_SIGNS = re.compile("[年月日]")
_IN_CHINESE = re.compile(r"\[DBNum1\]", re.IGNORECASE)
_CHINESE = {"y": "ideographDigital", "m": "chineseCountingThousand", "d": "chineseCountingThousand"}
_PLAIN = frozenset("%-+()/:, $")
_LONGEST, _MOST_DIGITS, _PRECISION = 255, 10, 27  # of a format, of its decimals, and of what decimal counts with
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)(?<!/)>")
_REFERENCE, _STYLE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"'), re.compile(rb'\bs="(\d{1,6})"')


def read_formats(package: ZipPackage, source: str) -> dict[int, str]:
    """Return the format of each cell style by its number, of those styles whose cells are shown otherwise than they are held."""
    root = parse_member(package, _STYLES, source)
    named = {number(entry, "numFmtId") or 0: entry.get("formatCode", "") for entry in children(child(root, "numFmts"))}
    formats = [number(style, "numFmtId") or 0 for style in _styles(root)]
    return codes_of_styles(named, formats)


def codes_of_styles(named: Mapping[int, str], formats: Sequence[int]) -> dict[int, str]:
    """Return the format of each style by its number, from the number of its format; of those alone that show cells otherwise."""
    codes = {style: named.get(form) or _KNOWN.get(form, "") for style, form in enumerate(formats)}
    return {style: code for style, code in codes.items() if _is_of_use(code)}


def _styles(root: "_Element | None") -> "Iterator[_Element]":
    return (entry for entry in children(child(root, "cellXfs")) if local(entry) == "xf")


def _is_of_use(code: str) -> bool:
    return shown_number(1.0, code) is not None or shown_date(dt.date(2024, 3, 5), code) is not None


def formats_of_cells(package: ZipPackage, part: str, formats: Mapping[int, str], source: str) -> dict[Cell, str]:
    """Return the format of each cell of a sheet's part that is of such a style."""
    found: dict[Cell, str] = {}
    for match in _CELL.finditer((read_member(package, part, source) or b"") if formats else b""):
        style = _STYLE.search(match[1])
        place = _REFERENCE.search(match[1]) if style and int(style[1]) in formats else None
        if style and place:
            found[int(place[2]) - 1, _column(place[1])] = formats[int(style[1])]
    return found


def _column(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column - 1


def shown_number(value: float, code: str) -> str | None:
    """Return a number as a format shows it; None for a format of another kind, such as General, a fraction or a date."""
    sections = code.split(";")
    section = sections[1] if value < 0 and len(sections) > 1 else sections[2] if value == 0 and len(sections) > 2 else sections[0]
    if _CONDITION.search(code) or len(code) > _LONGEST or not math.isfinite(value):
        return None
    layout = _layout(section)
    if layout is None:
        return None
    amount = Decimal(repr(value)) * Decimal(100) ** layout.percents
    has_own_sign = len(sections) > 1 and value < 0
    written = _written(abs(amount) if has_own_sign else amount, layout.figures)
    return f"{layout.before}{written}{layout.after}".strip()


@dataclass(frozen=True, slots=True)
class _Layout:
    """A format for numbers: its figures, the text before and after these, and how many percent signs are in it."""

    before: str
    figures: str
    after: str
    percents: int


@lru_cache(maxsize=256)
def _layout(section: str) -> _Layout | None:
    """Return what a format is made of; None where it is none for numbers with figures in one place."""
    pieces = list(_pieces(section))
    at = next((i for i, (_, figures) in enumerate(pieces) if figures), None)
    if at is None or not _FIGURES.fullmatch(pieces[at][1]):
        return None
    sides = pieces[:at], pieces[at + 1 :]
    if any(text is None or figures for side in sides for text, figures in side):
        return None
    before, after = ("".join(text or "" for text, _ in side) for side in sides)
    return _Layout(before, pieces[at][1], after, (before + after).count("%"))


def _pieces(section: str) -> Iterator[tuple[str | None, str]]:
    """Yield the parts of a format: text as it is shown with "", or "" with what the figures are; None is what is not known."""
    for literal, plain, _, _, currency, _, figures, letters, sign in _TOKEN.findall(section):
        if figures:
            yield "", figures
        elif letters or (sign.isascii() and sign not in _PLAIN and sign):
            yield None, ""
        else:
            yield literal or plain or currency or sign, ""


def _written(amount: Decimal, figures: str) -> str:
    """Return an amount with as many figures as a format has places for; a comma behind these divides by a thousand."""
    whole, _, decimals = figures.partition(".")
    thousands = len(figures) - len(figures.rstrip(","))
    amount = amount / Decimal(1000) ** thousands
    places = min(sum(place in "0#?" for place in decimals), _MOST_DIGITS)
    if amount.adjusted() + places >= _PRECISION:
        return str(amount)
    rounded = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    sign, digits = ("-" if rounded < 0 else ""), f"{abs(rounded):{',' if ',' in whole.rstrip(',') else ''}.{places}f}"
    before, _, after = digits.partition(".")
    least = decimals.count("0")
    after = after[:least] + after[least:].rstrip("0")
    before = before.zfill(whole.count("0")) if "," not in whole else before
    before = "" if before == "0" and not whole.count("0") and after else before
    return f"{sign}{before}.{after}" if after else sign + before


def shown_date(value: dt.date, code: str) -> str | None:
    """Return a date as a format with 年, 月 or 日 shows it; None for any other format."""
    section = re.sub(r"\[[^\]]*\]", "", code.split(";", maxsplit=1)[0]).replace('"', "").replace("\\", "")
    if not _DATE_SIGNS.search(section) or re.search(r"[hsHS]|[mM]{3}|[dD]{3}", section):
        return None
    numbers = {"yy": f"{value.year % 100:02d}", "yyyy": str(value.year), "m": str(value.month), "mm": f"{value.month:02d}"}
    numbers |= {"d": str(value.day), "dd": f"{value.day:02d}"}
    if _IN_CHINESE.search(code):
        numbers |= {signs: format_number(int(figures), _CHINESE[signs[0]]) for signs, figures in numbers.items()}
    letters = re.findall("[A-Za-z]+", section)
    if not letters or any(word.lower() not in numbers for word in letters):
        return None
    return re.sub("[A-Za-z]+", lambda match: numbers[match[0].lower()], section.partition("@")[0]).strip()
