"""Find what a page carries beside the report: page numbers, running heads and running feet.

They stand near the upper or lower edge, outside all else, and either have the form of a page number or come again on
another page at the same height, digits apart.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from pipeline.read.page.lines import TextLine

# The share of the page's height at each edge in which furniture stands, and how many rows of it there are at most.
MARGIN, MOST_ROWS, LONGEST = 0.13, 3, 120
# How far apart, in points, the same line may stand on two pages.
_HEIGHT_STEP = 3.0
# A line of running text: so many lines follow at one distance, in points and at most in ems, and it is this wide.
_REGULAR, _SAME_GAP, _FARTHEST, _WIDE = 3, 0.6, 2.6, 15
_DASHES = r"[-—–_·.~\s]*"
_COUNT = r"[0-9０-９]{1,4}"
_PAGE_NUMBER = re.compile(
    rf"{_DASHES}(?:第\s*)?{_COUNT}\s*页?\s*(?:[/／|,，共of\s]+{_COUNT}\s*页?)?{_DASHES}"
    rf"|{_DASHES}[ivxlcIVXLCⅰ-ⅿⅠ-Ⅿ]{{1,8}}{_DASHES}|(?:page|p\.?)\s*{_COUNT}(?:\s*(?:of|/)\s*{_COUNT})?"
    rf"|第\s*[一二三四五六七八九十百]{{1,5}}\s*页",
    re.IGNORECASE,
)
# What browsers print: the address with the number of the page below, the time and the title above.
_ADDRESS = re.compile(rf"(?:https?|file)://\S+(?:\s+{_COUNT}\s*/\s*{_COUNT})?|about:blank(?:\s+{_COUNT}\s*/\s*{_COUNT})?")
_PRINTED = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},?\s*(?:[上下]午\s*)?\d{1,2}:\d{2}(?:\s*[AP]M)?(?:\s.*)?", re.IGNORECASE)
_SENTENCE_END = re.compile("[。！？；;，,]$")


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of a page in the order of the file, with its number and the height and width of the page."""

    number: int
    lines: list[TextLine]
    bottom: float
    top: float
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Furniture:
    """A line that is no part of the report, with the reason."""

    page: int
    text: str
    reason: str
    at_top: bool


@dataclass(frozen=True, slots=True)
class _Row:
    lines: list[TextLine]
    text: str
    base: float
    at_top: bool

    @property
    def key(self) -> tuple[bool, str]:
        return self.at_top, re.sub(r"[0-9０-９]+", "0", re.sub(r"\s", "", self.text))


def take_furniture(pages: list[Page]) -> list[Furniture]:
    """Take the furniture out of the lines of ``pages`` and return it, page by page from top to bottom."""
    edges = {page.number: list(_edge_rows(page)) for page in pages}
    heights: Counter[tuple[bool, str, int]] = Counter(
        (*row.key, round(row.base / _HEIGHT_STEP)) for rows in edges.values() for row in rows if _may_repeat(row)
    )
    found: list[Furniture] = []
    for page in pages:
        taken = [(row, reason) for row, reason in _judge(edges[page.number], heights) if reason]
        ids = {id(line) for row, _ in taken for line in row.lines}
        page.lines[:] = [line for line in page.lines if id(line) not in ids]
        taken.sort(key=lambda pair: -pair[0].base)
        found += [Furniture(page.number, row.text, reason, row.at_top) for row, reason in taken]
    return found


def form_of(line: TextLine, page: Page) -> str:
    """Return what a line near the upper or lower edge is by its form alone: a page number, or what browsers print, or ""."""
    zone = MARGIN * (page.top - page.bottom)
    at_top = line.base > page.top - zone
    if (not at_top and line.base > page.bottom + zone) or len(line.text) > LONGEST:
        return ""
    if _PAGE_NUMBER.fullmatch(line.text):
        return "page number"
    printed = (_PRINTED if at_top else _ADDRESS).fullmatch(line.text)
    return ("running head" if at_top else "running foot") if printed else ""


def _edge_rows(page: Page) -> Iterator[_Row]:
    """Yield the rows near both edges, at each edge from the outermost on, up to one that is a line of running text."""
    zone = MARGIN * (page.top - page.bottom)
    for at_top in (True, False):
        lines = [line for line in page.lines if (line.base > page.top - zone if at_top else line.base < page.bottom + zone)]
        lines.sort(key=lambda line: -line.base if at_top else line.base)
        for _, group in zip(range(MOST_ROWS), _same_base(lines), strict=False):
            row = sorted(group, key=lambda line: line.left)
            if len(row) == 1 and _runs_on(row[0], page, at_top):
                break
            yield _Row(row, "\t".join(line.text for line in row), row[0].base, at_top)


def _runs_on(line: TextLine, page: Page, at_top: bool) -> bool:
    """Tell whether a line and the next ones stand apart as the lines of a paragraph do, and are as wide."""
    inner = [other for other in page.lines if other is not line and (other.base < line.base) == at_top]
    inner.sort(key=lambda other: abs(other.base - line.base))
    bases = [line.base, *(other.base for other in inner[:_REGULAR])]
    gaps = [abs(a - b) for a, b in pairwise(bases)]
    if len(gaps) < _REGULAR or max(gaps) - min(gaps) > _SAME_GAP or max(gaps) > _FARTHEST * line.size:
        return False
    alike = all(abs(other.size - line.size) < 0.05 * line.size for other in inner[:_REGULAR])
    full = line.right > max(other.right for other in inner[:_REGULAR]) - line.size
    return alike and full and line.width > _WIDE * line.size


def _same_base(lines: list[TextLine]) -> Iterator[list[TextLine]]:
    row: list[TextLine] = []
    for line in lines:
        if row and abs(line.base - row[0].base) > 0.4 * max(line.size, row[0].size):
            yield row
            row = []
        row.append(line)
    if row:
        yield row


def _may_repeat(row: _Row) -> bool:
    return len(row.text) <= LONGEST and not _SENTENCE_END.search(row.text)


def _judge(rows: list[_Row], heights: Counter[tuple[bool, str, int]]) -> Iterator[tuple[_Row, str]]:
    """Yield each row with its reason, or "" from the first row on, at each edge, that belongs to the report."""
    printed = any(not row.at_top and _ADDRESS.fullmatch(row.text) for row in rows)
    for _, edge in groupby(rows, key=lambda row: row.at_top):
        outermost = True
        for row in edge:
            reason = _reason(row, heights, printed) if outermost else ""
            outermost = bool(reason)
            yield row, reason


def _reason(row: _Row, heights: Counter[tuple[bool, str, int]], printed: bool) -> str:
    edge = "running head" if row.at_top else "running foot"
    if len(row.text) <= LONGEST and _PAGE_NUMBER.fullmatch(row.text):
        return "page number"
    if printed and (_PRINTED if row.at_top else _ADDRESS).fullmatch(row.text):
        return edge
    step = round(row.base / _HEIGHT_STEP)
    count = sum(heights[(*row.key, near)] for near in (step - 1, step, step + 1))
    return edge if count > 1 and _may_repeat(row) else ""
