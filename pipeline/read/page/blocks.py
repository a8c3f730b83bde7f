"""Tell the columns of a page and the rows of its tables from running text, by which lines stand side by side.

The order of lines is the file's own, and programs write a page column by column and a table cell by cell. So a line
that stands higher than the one before it, and right of it, begins a new column or cell.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from pipeline.read.page.furniture import Page
from pipeline.read.page.lines import TextLine
from pipeline.read.page.touching import with_cells_parted

Block = list[TextLine]
# In ems: what counts as level or aligned, and how near the next line of a cell is.
_LEVEL, _ALIGNED, _NEXT_LINE = 0.3, 1.0, 2.2
_LARGER = 1.12  # a line that is so much larger than the one below it stands above the cells
# What makes columns rather than cells: so many lines, each column this wide in ems, and at most three of them.
_COLUMN_LINES, _COLUMN_WIDTH, _MOST_COLUMNS = 4, 8, 3
# Columns are moved from page to page where they are as wide as others but for this share; so many such moves are kept.
_SAME_WIDTH, _MOST_SHIFTS = 0.04, 6
# Lines above the last one that a block is compared with, so that a long page costs no more than a short one for each line.
_LOOK_BACK = 80


@dataclass(frozen=True, slots=True)
class Flow:
    """Lines of running text that follow each other in one column of a page."""

    page: Page
    lines: Block
    columns: int = 1
    column: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a table's row, each with its lines."""

    page: Page
    cells: list[Block]


def find_blocks(pages: list[Page]) -> list[Flow | Row]:
    """Return the running text and the table rows of a document in reading order."""
    grouped = [(page, _groups(with_cells_parted(page.lines))) for page in pages]
    edges = _edges([group for _, groups in grouped for group in groups])
    return [part for page, groups in grouped for part in _parts(page, groups, edges)]


def _groups(lines: Block) -> list[list[Block]]:
    """Return the lines of a page as groups of blocks that stand side by side; most groups are of one block."""
    groups: list[list[Block]] = []
    for line in lines:
        if not groups or not _add(line, groups):
            groups.append([[line]])
    return groups


def _add(line: TextLine, groups: list[list[Block]]) -> bool:
    """Add a line below the last block or beside it, and tell whether it has a place there."""
    group, block, slack = groups[-1], groups[-1][-1], _LEVEL * line.size
    if _continues(line, group):
        block.append(line)
        return True
    near = block[-_LOOK_BACK:]
    level = [other for other in near if other.base <= line.base + slack]
    if not level or max(other.right for other in level) > line.left + slack or line.base < _lowest(group) - slack:
        return False
    cut = _cell_start(block, len(level), line)
    if len(group) == 1 and cut:
        groups[-1:] = [[block[:cut]], [block[cut:], [line]]]
    else:
        group.append([line])
    return True


def _cell_start(block: Block, level: int, line: TextLine) -> int:
    """Return where in a block the cell or column begins that ``line`` stands beside; its last ``level`` lines are in it."""
    start = len(block) - level
    while start and _may_be_of_cell(block[start - 1], block[start], line):
        start -= 1
    return start


def _may_be_of_cell(above: TextLine, below: TextLine, beside: TextLine) -> bool:
    """Tell whether a line is of the cell that the next one is of: it ends before the cell beside, and is no larger title."""
    is_narrow = above.right < beside.left + _LEVEL * beside.size
    return is_narrow and _is_next(below, above) and above.size <= _LARGER * max(below.size, beside.size)


def _is_next(line: TextLine, above: TextLine) -> bool:
    return above.base - line.base < _NEXT_LINE * max(line.size, above.size)


def _is_tall(block: Block) -> bool:
    return len(block) >= _COLUMN_LINES


def _continues(line: TextLine, group: list[Block]) -> bool:
    last = group[-1][-1]
    if line.base > last.base - _LEVEL * line.size:
        return False
    if len(group) == 1:
        return True
    right_of_others = line.left > max(other.right for other in group[-2][-_LOOK_BACK:]) - _LEVEL * line.size
    is_beside = line.base > group[-2][-1].base - _LEVEL * line.size
    return right_of_others and (_is_next(line, last) or is_beside or _is_tall(group[-1]))


def _lowest(group: list[Block]) -> float:
    return min(block[-1].base for block in group)


def _are_columns(group: list[Block]) -> bool:
    wide = [_is_tall(block) and max(line.width for line in block) > _COLUMN_WIDTH * block[0].size for block in group]
    return sum(wide) > 1 and len(group) <= _MOST_COLUMNS


@dataclass(frozen=True, slots=True)
class _Edges:
    """The left and right edge of each column, by how many columns there are and which it is, and how far pages move them.

    The inner and outer margin change sides from page to page where both sides of a sheet are printed.
    """

    sides: dict[tuple[int, int], tuple[float, float]]
    shifts: frozenset[float]

    def hold(self, block: Block, columns: int, column: int) -> bool:
        """Tell whether a block keeps within a column of some page."""
        edge = self.sides.get((columns, column))
        return edge is not None and any(_fills(block, (edge[0] + shift, edge[1] + shift)) for shift in self.shifts)


def _edges(groups: list[list[Block]]) -> _Edges:
    found: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
    for group in groups:
        for i, block in enumerate(group if _are_columns(group) else []):
            found[len(group), i].append(_ends(block))
    sides = {key: (median(left for left, _ in ends), median(right for _, right in ends)) for key, ends in found.items()}
    shifts = Counter(
        round(left - sides[count, i][0])
        for (count, i), ends in found.items()
        for left, _ in ends
        if _is_moved((left, _), sides[count, i])
    )
    return _Edges(sides, frozenset([0.0, *(shift for shift, _ in shifts.most_common(_MOST_SHIFTS))]))


def _is_moved(ends: tuple[float, float], side: tuple[float, float]) -> bool:
    """Tell whether a column is as wide as another and stands elsewhere."""
    width = side[1] - side[0]
    return abs(ends[1] - ends[0] - width) < _SAME_WIDTH * width and ends != side


def _ends(block: Block) -> tuple[float, float]:
    return min(line.left for line in block), max(line.right for line in block)


def _parts(page: Page, groups: list[list[Block]], edges: _Edges) -> Iterator[Flow | Row]:
    flowing: Block = []
    aligned = {i for i, pair in enumerate(pairwise(groups)) if _are_aligned(*pair)}
    for i, group in enumerate(groups):
        columns = len(group) if all(edges.hold(block, len(group), j) for j, block in enumerate(group)) else 1
        is_row = columns == 1 and len(group) > 1 and (i in aligned or i - 1 in aligned or max(map(len, group)) > 1)
        if columns == 1 and not is_row:
            flowing += _level_line(group)
            continue
        if flowing:
            yield _flow(page, flowing, edges)
            flowing = []
        if is_row:
            yield Row(page, group)
        else:
            yield from (Flow(page, block, columns, j) for j, block in enumerate(group))
    if flowing:
        yield _flow(page, flowing, edges)


def _flow(page: Page, lines: Block, edges: _Edges) -> Flow:
    """Return running text, as the first column if it keeps within the first column of other pages."""
    columns = next((count for count, column in edges.sides if column == 0 and edges.hold(lines, count, 0)), 1)
    return Flow(page, lines, columns)


def _fills(block: Block, edge: tuple[float, float]) -> bool:
    slack = block[0].size
    left, right = _ends(block)
    return left > edge[0] - slack and right < edge[1] + slack


def _are_aligned(group: list[Block], following: list[Block]) -> bool:
    """Tell whether two groups are rows of one table: at least two cells of each stand under each other."""
    if min(len(group), len(following)) < 2:
        return False
    return sum(any(_stand_under(a, b) for b in following) for a in group) > 1


def _stand_under(a: Block, b: Block) -> bool:
    slack = _ALIGNED * max(a[0].size, b[0].size)
    lefts = abs(min(line.left for line in a) - min(line.left for line in b))
    centres = abs(a[0].left + a[0].right - b[0].left - b[0].right) / 2
    return min(lefts, centres) < slack


def _level_line(group: list[Block]) -> Block:
    """Return a group that is no table as running text: what stands on one line becomes one line."""
    if len(group) == 1:
        return group[0]
    lines = [line for block in group for line in block]
    text = "\t".join(line.text for line in lines)
    return [replace(lines[0], text=text, right=lines[-1].right, spaced=lines[-1].spaced)]
