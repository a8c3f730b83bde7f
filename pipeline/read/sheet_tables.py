"""Part the rows of a sheet into the tables that stand on it: one below the other, or side by side.

A further table begins with names of columns of its own, below rows of another; what stands alone in its row above them is its
title. Tables side by side have the same names again (序号, 内容, 序号, 内容), or an empty column between their names.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.read.column_names import LIKELY, SOURCE_NAMES, TEXT_NAMES, is_column, is_name, plain_name, without_periods

_FEWEST_ALONE = 3  # names of columns that begin a table where no title and no empty row stands above them
_LONGEST_TITLE = 40
_YEAR = 4  # digits of a number that may be the name of a column
_SHORTEST_TEXT = 12  # characters of a cell that no row above the names of a table has
_KNOWN = frozenset((*TEXT_NAMES, *SOURCE_NAMES))


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a sheet, or of a file that is one table, with the sheet's name.

    ``numbers`` are those of the rows in their file, where some are left out; ``merged`` are cells that span others: the first row
    and column and the last, as indices. ``boxes`` is the text that lies over the cells, a paragraph each. ``left`` columns of the
    sheet stand before the first; ``is_further`` tells that another table stands above it.
    """

    sheet: str | None
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] | None = None
    merged: Sequence[tuple[int, int, int, int]] = ()
    boxes: Sequence[str] = ()
    left: int = 0
    is_further: bool = False

    def number(self, index: int) -> int:
        """Return the number of a row in its file, counted from 1."""
        return index + 1 if self.numbers is None else self.numbers[index]


def spanned(table: Table) -> dict[tuple[int, int], str]:
    """Return the text of cells that span rows, for each cell below the first."""
    texts = {}
    for first, column, last, _ in table.merged:
        cells = table.rows[first] if 0 <= first < len(table.rows) else ()
        if 0 <= column < len(cells) and cells[column]:
            texts.update({(index, column): cells[column] for index in range(first + 1, min(last + 1, len(table.rows)))})
    return texts


def filled(row: Sequence[str]) -> list[str]:
    """Return what the cells of a row hold that hold something, each in one line."""
    return [squeezed(cell) for cell in row if cell and not cell.isspace()]


def may_be_head(row: Sequence[str]) -> bool:
    """Tell whether a row may be one of names, in less time than ``is_head`` takes: no cell ends a sentence or is a number."""
    return not any("。" in cell or (cell.isdigit() and len(cell) != _YEAR) for cell in row)


def squeezed(cell: str) -> str:
    """Return a cell in one line."""
    return " ".join(cell.split())


def is_head(cells: Sequence[str]) -> bool:
    """Tell whether the filled cells of a row are the names of columns: most of them nothing else, or the text is named."""
    if len(cells) < 2 or not all(is_name(cell) or is_column(cell) for cell in cells):
        return False
    is_told = any(cell.lower() in _KNOWN or plain_name(cell).lower() in _KNOWN for cell in cells[1:])
    others = without_periods(cells)
    return is_told or 2 * sum(map(names_column, others)) > len(others)


def names_column(cell: str) -> bool:
    """Tell whether a cell is the name of a column, or ends with a word for text: 亮点工作情况."""
    return is_column(cell) or names_text(cell)


def names_text(cell: str) -> bool:
    """Tell whether a cell is a name of text, or ends with a word for it."""
    name = plain_name(cell)
    return name.lower() in TEXT_NAMES or any(found.end() == len(name) for found in LIKELY.finditer(name))


def tables_of(sheet: Table) -> Iterator[Table]:
    """Yield the tables of a sheet in the order of their first rows, those side by side from left to right."""
    starts = [0, *_further_starts(sheet.rows)]
    for start, end in zip(starts, [*starts[1:], len(sheet.rows)], strict=True):
        yield from _side_by_side(_below(sheet, start, end) if start or end < len(sheet.rows) else sheet)


def _further_starts(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the rows with which further tables begin, their titles with them."""
    starts: list[int] = []
    heads: list[list[str]] = []  # of the table that is looked at
    has_body = False
    for index, row in enumerate(rows):
        cells = filled(row) if not has_body or may_be_head(row) else ()
        if not is_head(cells):
            has_body = has_body or (bool(cells) if heads else _is_body(cells))
        elif not has_body:
            heads.append([*cells])
        elif cells not in heads:
            start = _title_above(rows, index, starts[-1] if starts else 0)
            if start < index or not heads or (len(cells) >= _FEWEST_ALONE and all(map(names_column, cells))):
                starts.append(start)
                heads, has_body = [[*cells]], False
    return starts


def _is_body(cells: Sequence[str]) -> bool:
    """Tell whether a row above the first names is of a table itself: a name with its value, or a text beside others."""
    if len(cells) < 2:
        return False
    return is_column(cells[0]) or any(len(cell) >= _SHORTEST_TEXT and not ("：" in cell[:10] or ":" in cell[:10]) for cell in cells)


def _title_above(rows: Sequence[Sequence[str]], index: int, first: int) -> int:
    """Return the first of the rows above some names that are empty or hold a title; the row of the names where there is none."""
    start = index
    for above in range(index - 1, first, -1):
        cells = filled(rows[above])
        if len(cells) > 1 or (cells and (len(cells[0]) > _LONGEST_TITLE or cells[0].endswith(("。", "；")))):
            break
        start = above
    return start


def _below(sheet: Table, start: int, end: int) -> Table:
    merged = [(top - start, left, last - start, right) for top, left, last, right in sheet.merged if start <= top < end]
    numbers = [sheet.number(index) for index in range(start, end)]
    return Table(sheet.sheet, sheet.rows[start:end], numbers, merged, is_further=start > 0)


def _side_by_side(table: Table) -> Iterator[Table]:
    head = next((row for row in table.rows if is_head(filled(row))), None)
    groups = [] if head is None else _groups(table, head)
    if len(groups) < 2:
        yield table
        return
    ends = [first for first, _ in groups[1:]] + [max(map(len, table.rows))]
    for (first, _), end in zip(groups, ends, strict=True):
        left = first if first != groups[0][0] else 0
        merged = [
            (top, max(0, start - left), last, right - left) for top, start, last, right in table.merged if left <= start < end
        ]
        numbers = [table.number(index) for index in range(len(table.rows))]
        yield Table(table.sheet, [row[left:end] for row in table.rows], numbers, merged, (), table.left + left, table.is_further)


def _groups(table: Table, head: Sequence[str]) -> list[tuple[int, int]]:
    """Return the first and the last column of each table side by side under a row of names; of one table nothing."""
    columns = [column for column, cell in enumerate(head) if cell.strip()]
    names = [plain_name(head[column]) for column in columns]
    for width in range(2, len(names) // 2 + 1):
        if len(names) % width == 0 and names == names[:width] * (len(names) // width):
            return [(columns[i], columns[i + width - 1]) for i in range(0, len(names), width)]
    if len(columns) == columns[-1] + 1 - columns[0]:
        return []
    used = {column for row in table.rows if len(filled(row)) > 1 for column, cell in enumerate(row) if cell.strip()}
    runs = [
        [column for column, _ in run]
        for is_used, run in groupby(((column, column in used) for column in range(max(used) + 1)), key=lambda pair: pair[1])
        if is_used
    ]
    heads = [filled(head[run[0] : run[-1] + 1]) for run in runs]
    return [(run[0], run[-1]) for run in runs] if len(runs) > 1 and all(map(is_head, heads)) else []
