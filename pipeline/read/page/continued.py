"""Put the cells of table rows together that go on at the top of the next page.

Word and LibreOffice break a row over two pages where its text does not fit. Of a cell that goes on the rest stands alone below
the edge of the page, in the column of that cell: a few words to the line, which no margin tells from a list.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import takewhile

from pipeline.preprocess.headings import sign_level
from pipeline.read.page.blocks import Block, Flow, Row

_COMPLETE = re.compile("[。！？!?；;][”’」』）)]?$")
_FEWEST_LINES = 3  # of a cell and what goes on of it, which show how wide it is
# In ems: how far the lines of a cell differ on the left, and what a full line may leave free on the right.
_SAME_LEFT, _LEFT_FREE = 0.5, 2.2


def with_cells_continued(parts: Iterable[Flow | Row]) -> list[Flow | Row]:
    """Return the parts of a document with what goes on of a cell in its row; names of columns that stand again come behind it."""
    found: list[Flow | Row] = []
    for part in parts:
        row = _broken_row(found, part)
        rest = part if row is None else _taken_in(row, part)
        if rest is not None:
            found.append(rest)
    return found


def _broken_row(found: list[Flow | Row], part: Flow | Row) -> Row | None:
    """Return the last row of the page before, if a part is the first on its page, or the first below names that stand again."""
    before = found[-2:]
    if len(before) > 1 and before[1].page is part.page and _is_again(before[1], found[:-1]):
        before.pop()
    last = before[-1] if before else None
    return last if isinstance(last, Row) and _last_page(last) == part.page.number - 1 else None


def _is_again(part: Flow | Row, above: list[Flow | Row]) -> bool:
    return isinstance(part, Row) and any(isinstance(other, Row) and _texts(other) == _texts(part) for other in above)


def _texts(row: Row) -> list[list[str]]:
    return [[line.text for line in cell] for cell in row.cells]


def _last_page(row: Row) -> int:
    return max(cell[-1].page for cell in row.cells)


def _taken_in(row: Row, part: Flow | Row) -> Flow | Row | None:
    """Add to the cells of a row what goes on of them in a part, and return what is left of that."""
    blocks = part.cells if isinstance(part, Row) else [_beginning(row, part.lines)]
    places = [_place(row, block) for block in blocks]
    if not all(places) or len({*places}) < len(places) or len(places) == len(row.cells) or not _go_on(row, places, blocks):
        return part
    for place, block in zip(places, blocks, strict=True):
        row.cells[place] += block
    return replace(part, lines=part.lines[len(blocks[0]) :]) if isinstance(part, Flow) and part.lines[len(blocks[0]) :] else None


def _beginning(row: Row, lines: Block) -> Block:
    """Return the lines that stand in the column of the first, which may be followed by running text."""
    place = _place(row, lines[:1])
    return lines[:1] if not place else list(takewhile(lambda line: _fits(row, place, [line]), lines))


def _place(row: Row, block: Block) -> int:
    """Return the number of the cell that a block stands under, or 0: the text of the first begins where all text does."""
    return next((i for i in range(1, len(row.cells)) if _fits(row, i, block)), 0)


def _go_on(row: Row, places: list[int], blocks: list[Block]) -> bool:
    """Tell whether cells go on in blocks: all are full to their end, one breaks off amid a sentence, no heading begins."""
    are_full = all(_is_full(row, place, block) for place, block in zip(places, blocks, strict=True))
    is_open = any(not _COMPLETE.search(row.cells[place][-1].text) for place in places)
    return are_full and is_open and sign_level(blocks[0][0].text) is None


def _is_full(row: Row, place: int, block: Block) -> bool:
    """Tell whether the last line of a cell is as long as others of it, or ends where the next cell begins."""
    lines, last = [*row.cells[place], *block], row.cells[place][-1]
    is_long = len(lines) >= _FEWEST_LINES and last.right > max(line.right for line in lines) - _LEFT_FREE * last.size
    is_full = place + 1 < len(row.cells) and last.right > row.cells[place + 1][0].left - _LEFT_FREE * last.size
    return is_long or is_full


def _fits(row: Row, place: int, block: Block) -> bool:
    """Tell whether the lines of a block begin where those of a cell do, in its size, and end before the next cell begins."""
    cell = row.cells[place]
    left, size = min(line.left for line in cell), cell[-1].size
    right = row.cells[place + 1][0].left if place + 1 < len(row.cells) else max(line.right for line in cell) + _LEFT_FREE * size
    return all(
        abs(line.left - left) < _SAME_LEFT * size and line.right < right and abs(line.size - size) < _SAME_LEFT for line in block
    )
