"""Part lines in which cells of a table touch: their text fills its column, so that no wide gap stands between them.

Word leaves 0.38 cm between the texts of two cells, which is no more than a character is wide. That a column begins there shows
by other lines of the page that begin at the same place; where characters stand in a line follows from their number, since
ideographs are all as wide as their size.
"""

import re
from collections import Counter
from dataclasses import replace

from pipeline.preprocess.headings import sign_level
from pipeline.read.page.glyphs import is_wide
from pipeline.read.page.lines import CELL_GAP, TextLine

# In ems: how wide a figure is, the gap between two cells, how exactly its place is known, and how deep the first column is.
_NARROW, _LEAST_GAP, _EXACT, _FIRST_COLUMN = 0.5, 0.55, 0.75, 3.0
_FEWEST = 2  # lines that begin where a column does
_LATIN = re.compile("[A-Za-z]")
# What stands before the text of an item or an article that is set in, and behind a mark as the sign of a note.
_LABEL = re.compile(r"第\S{1,6}[条章节]|[•●◆■▪★◇·○*]|[-–—]+|\S{0,2}\d{1,3}[.．、）)]?")


def with_cells_parted(lines: list[TextLine]) -> list[TextLine]:
    """Return the lines of a page, those parted that hold the text of several cells."""
    if not any(" " in line.text for line in lines):
        return lines
    columns = _columns(lines)
    return [part for line in lines for part in (_parts(line, columns) if " " in line.text else [line])] if columns else lines


def _columns(lines: list[TextLine]) -> list[float]:
    """Return where columns may begin: right of the edge of the text, where several lines begin."""
    edge = min(line.left for line in lines)
    lefts = Counter(round(line.left) for line in lines if line.left > edge + _FIRST_COLUMN * line.size)
    return [left for left in lefts if lefts[left] + lefts[left - 1] + lefts[left + 1] >= _FEWEST]


def _parts(line: TextLine, columns: list[float]) -> list[TextLine]:
    """Return a line parted at the spaces behind which a column begins, the last one first, behind which all places are known."""
    parts: list[TextLine] = []
    while (parted := _parted(line, columns)) is not None:
        line, last = parted
        parts.append(last)
    return [line, *reversed(parts)]


def _parted(line: TextLine, columns: list[float]) -> tuple[TextLine, TextLine] | None:
    """Return the text of a line before its last column and that of it, or None where no column begins in the line."""
    inside = [left for left in columns if line.left < left < line.right]
    spaces = [match.start() for match in re.finditer(" ", line.text)] if inside and not _LATIN.search(line.text) else []
    for number, at in reversed([*enumerate(spaces, 1)]):
        before, behind = line.text[:at], line.text[at + 1 :]
        left = line.right - _width(behind, line.size)
        gap = (left - line.left - _width(before.replace(" ", ""), line.size)) / number  # where several stand before, all alike
        place = min(inside, key=lambda column: abs(column - left))
        is_gap = _LEAST_GAP * line.size < gap < (CELL_GAP + _EXACT) * line.size
        if is_gap and abs(place - left) < _EXACT * line.size and not (_is_label(before) or _is_label(behind)):
            return replace(line, text=before, right=left - gap, spaced=False), replace(
                line, text=behind, left=place, head=line.size
            )
    return None


def _width(text: str, size: float) -> float:
    return size * sum(1 if is_wide(character) else _NARROW for character in text)


def _is_label(text: str) -> bool:
    return sign_level(text) is not None or _LABEL.fullmatch(text) is not None
