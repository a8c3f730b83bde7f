"""Put words together again whose characters were spread over the width of a line, as the names of the senders of a letter are.

Such a word looks like a row of cells with one ideograph each. Other rows tell: those of a table have cells in the same
columns, while words that were spread have the same ends and their own steps between.
"""

from itertools import pairwise
from statistics import mean

from pipeline.read.page.glyphs import Glyph

Cell = list[Glyph]
Row = list[Cell]

# A spread word has so many characters, at steps that differ by so little, in ems; with fewer, another spread word has its ends.
_FEWEST, _SAME_STEP, _SAME_END = 3, 0.3, 0.5
_WIDEST_STEP = 16


def undistributed(rows: list[Row]) -> list[Row]:
    """Return the rows of a page with the cells of each spread word made one."""
    found: list[Row] = []
    for number, row in enumerate(rows):
        others = rows[max(0, number - 2) : number] + rows[number + 1 : number + 3]
        found.append(_joined(row, others))
    return found


def _joined(row: Row, others: list[Row]) -> Row:
    """Return a row with each run of single ideographs at even steps made one cell."""
    found: Row = []
    run: Row = []
    for cell in [*row, None]:
        if cell is not None and _is_single(cell) and _is_even([*run, cell]):
            run.append(cell)
            continue
        found += [[glyph for part in run for glyph in part]] if _is_word(run, len(run) == len(row), others) else run
        run = []
        if cell is not None and _is_single(cell):
            run = [cell]
        elif cell is not None:
            found.append(cell)
    return found


def _is_single(cell: Cell) -> bool:
    if len(cell) > 1 and not cell[0].character.isspace() and not cell[-1].character.isspace():
        return False
    ink = [glyph for glyph in cell if not glyph.character.isspace()]
    return len(ink) == 1 and "\u3400" <= ink[0].character <= "\u9fff"


def _is_even(run: Row) -> bool:
    if len(run) < 3:
        return True
    steps = [b[0].left - a[0].left for a, b in pairwise(run)]
    return max(steps) - min(steps) < _SAME_STEP * run[0][0].size and max(steps) < _WIDEST_STEP * run[0][0].size


def _is_word(run: Row, is_whole_row: bool, others: list[Row]) -> bool:
    """Tell whether a run of single ideographs is one word: no other row has cells under its inner ones."""
    if len(run) < 2 or (len(run) < _FEWEST and not (is_whole_row and _has_ends(run, others))):
        return False
    return not any(_stand_under(run, other) for other in others)


def _has_ends(run: Row, others: list[Row]) -> bool:
    """Tell whether a row near begins and ends where a run does, with more characters between."""
    slack = _SAME_END * run[0][0].size
    ends = run[0][0].left, run[-1][-1].right
    return any(
        len(other) > len(run) and abs(other[0][0].left - ends[0]) < slack and abs(other[-1][-1].right - ends[1]) < slack
        for other in others
    )


def _stand_under(run: Row, other: Row) -> bool:
    """Tell whether the cells of another row have the columns of a run: they are cells of a table."""
    if len(other) < 2 or (len(other) != len(run) and all(_is_single(cell) for cell in other)):
        return False
    if all(_is_single(cell) for cell in other) and _is_even(other):
        return False  # two words of one length, one under the other
    slack = run[0][0].size
    inner = run[1:-1] or run
    middles = [mean((cell[0].left, cell[-1].right)) for cell in other]
    return all(any(abs((cell[0].left + cell[0].right) / 2 - middle) < slack for middle in middles) for cell in inner)
