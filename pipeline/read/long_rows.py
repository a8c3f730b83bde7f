"""Put together what a delimiter has parted that stands within a text of a csv file without quotation marks.

Such a row has more cells than its table has columns. Where its cells fit the columns in one way only, by what the other rows hold
there, they are put together that way; else nobody knows what was meant.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from pipeline.read.column_names import COUNTED, SOURCE_NAMES, TEXT_NAMES, is_name, plain_name
from pipeline.read.sheet_tables import filled, is_head, may_be_head, names_text, squeezed

_LOOK, _MEASURE = 12, 200  # rows in which names are looked for, and by which a column is judged
_SHORTEST_TEXT = 6  # letters in the mean cell of a column of text
_SHORT = 6  # characters that a cell of few may have, whatever the others have
_LETTER = re.compile(r"[\u3400-\u9fffA-Za-z]")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?[%％]?|[-—/无]?")
_DIGITS = re.compile(r"[\d.%％]+")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?[%％]?")
_NOTE = re.compile("(?:注|备注|附注|说明|填表说明)[:：]")  # below a table: it is no row of it
_COUNTED = re.compile(f".*(?:{COUNTED})")
_STOP = ("。", "！", "？", "；", "……", "。”", "。）")


class LongRowError(ValueError):
    """A row of which nobody can tell which cells belong together: its index, its cells, and the columns of its table."""

    def __init__(self, index: int, cells: int, columns: int) -> None:
        super().__init__(index, cells, columns)
        self.index, self.cells, self.columns = index, cells, columns


@dataclass(frozen=True, slots=True)
class _Column:
    """What the cells of a column are: text, numbers, or words of at most some characters."""

    is_text: bool
    is_number: bool
    longest: int

    def takes(self, cell: str) -> bool:
        """Tell whether a cell may stand in the column."""
        if self.is_number:
            return _NUMBER.fullmatch(cell) is not None or _THOUSANDS.fullmatch(cell) is not None
        return self.is_text or len(cell) <= max(_SHORT, 2 * self.longest)


def whole_rows(rows: Sequence[list[str]], delimiter: str) -> list[list[str]]:
    """Return the rows of a table with as many cells as it has columns, or fewer; raises LongRowError.

    Where empty names stand behind the others, as programs write them that give all rows as many cells, a column may have no name:
    there only a text is put together, and what fits in no way, or is so in half of the rows, stays as it is.
    """
    made = list(rows)
    named = _named(rows)
    for block in _blocks(named):
        head = _head(named, block)
        width = _width(rows, block, head)
        long = [index for index in block if width and len(_cut(rows[index], width)) > width]
        is_filled_up = any(len(rows[index]) > width for index in head)
        if not long or (is_filled_up and 2 * len(long) >= len(block) - len(head)):
            continue
        columns = _columns(rows, block, head, width)
        for index in long:
            try:
                made[index] = _joined(rows[index], index, columns, delimiter, of_text=is_filled_up)
            except LongRowError:
                if not is_filled_up:
                    raise
    return made


def _named(rows: Sequence[Sequence[str]]) -> list[bool]:
    """Tell of each row whether it holds names of columns."""
    named = [_are_names(row, index) for index, row in enumerate(rows)]
    if (alone := _name_of_one(rows)) is not None:
        named[alone] = True
    return named


def _blocks(named: Sequence[bool]) -> Iterator[range]:
    """Yield the rows of each table with its names, in one row or several, and those above the first names."""
    starts = [index for index, is_named in enumerate(named) if is_named and not (index and named[index - 1])]
    if starts:
        yield from (range(start, end) for start, end in zip(starts, [*starts[1:], len(named)], strict=True))
    else:
        yield range(len(named))


def _are_names(row: Sequence[str], index: int) -> bool:
    if not may_be_head(row):
        return False
    cells = filled(row)
    is_told = index < _LOOK and len(cells) > 1 and any(cell.lower() in (*TEXT_NAMES, *SOURCE_NAMES) for cell in cells)
    return is_head(cells) or (is_told and all(map(is_name, cells)))


def _name_of_one(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the row that names the text of a table of one column: the first, a known name or one above rows of no common width."""
    first = next((index for index, row in enumerate(rows) if any(map(str.strip, row))), None)
    if first is None or len(rows[first]) > 1 or not names_text(cell := squeezed(rows[first][0])):
        return None
    is_known = plain_name(cell).lower() in TEXT_NAMES
    return first if is_known or not _width(rows, range(first + 1, len(rows)), range(0)) else None


def _head(named: Sequence[bool], block: range) -> range:
    """Return the rows of names that a table begins with."""
    end = next((index for index in block if not named[index]), block.stop)
    return range(block.start, end)


def _width(rows: Sequence[Sequence[str]], block: range, head: range) -> int:
    """Return how many columns a table has: as many as names, or without names as most rows have cells; 0 where nothing says it."""
    if head:
        return max(len(_cut(rows[index], 0)) for index in head)
    widths = Counter(len(rows[index]) for index in block if rows[index])
    width, count = max(widths.items(), key=lambda item: item[1], default=(0, 0))
    return width if width > 1 and 2 * count > widths.total() else 0


def _cut(row: Sequence[str], width: int) -> Sequence[str]:
    """Return a row without the empty cells at its end that stand behind so many columns."""
    end = len(row)
    while end > width and not row[end - 1].strip():
        end -= 1
    return row[:end]


def _columns(rows: Sequence[Sequence[str]], block: range, head: range, width: int) -> list[_Column]:
    names = ["" for _ in range(width)]
    for index in head:
        names = [below or above for above, below in zip_longest(names, rows[index][:width], fillvalue="")]
    below = (_cut(rows[index], width) for index in block if index not in head)
    body = [row for row in below if len(row) > 1 or width == 1][:_MEASURE]  # what stands alone is a title, or a note
    return [_column(name, [row[i] for row in body if i < len(row) <= width and row[i]]) for i, name in enumerate(names)]


def _column(name: str, cells: Sequence[str]) -> _Column:
    letters = sum(len(_LETTER.findall(cell)) for cell in cells)
    is_text = names_text(name) or bool(cells and letters >= _SHORTEST_TEXT * len(cells))
    is_number = all(map(_NUMBER.fullmatch, cells)) if cells else _COUNTED.fullmatch(plain_name(name)) is not None
    return _Column(is_text, is_number and not is_text, max(map(len, cells), default=0))


def _joined(row: Sequence[str], index: int, columns: Sequence[_Column], delimiter: str, *, of_text: bool) -> list[str]:
    """Return a row with some of its cells put together, with ``of_text`` only those of a text; raises LongRowError."""
    cells = _cut(row, len(columns))
    if len(columns) == 1 or _NOTE.match(cells[0]):
        return [delimiter.join(cells)]
    more = len(cells) - len(columns)
    fits = [at for at in range(len(columns)) if _fits(cells, at, more, columns, delimiter)]
    ended = [at for at in fits if columns[at].is_text and cells[at + more].endswith(_STOP)]
    chosen = fits if len(fits) == 1 else ended
    if len(chosen) != 1 or (of_text and not columns[chosen[0]].is_text):
        raise LongRowError(index, len(cells), len(columns))
    return _put_together(cells, chosen[0], more, delimiter)


def _fits(cells: Sequence[str], at: int, more: int, columns: Sequence[_Column], delimiter: str) -> bool:
    """Tell whether cells fit their columns when some from one on are put together."""
    made = _put_together(cells, at, more, delimiter)
    is_one = _may_be_one(cells[at : at + more + 1], columns[at])
    return is_one and all(column.takes(cell.strip()) for column, cell in zip(columns, made, strict=True))


def _may_be_one(parts: Sequence[str], column: _Column) -> bool:
    """Tell whether parts may be of one cell: a sentence that has ended does not go on, and a number alone is none of its parts.

    Between words a delimiter is rarer than in a text: they are as short as those of other rows (two names where others have one).
    """
    if column.is_number:
        return True
    are_whole = not any(part.endswith(_STOP) for part in parts[:-1]) and not any(map(_DIGITS.fullmatch, parts))
    return are_whole and (column.is_text or all(len(part) <= column.longest for part in parts))


def _put_together(cells: Sequence[str], at: int, more: int, delimiter: str) -> list[str]:
    return [*cells[:at], delimiter.join(cells[at : at + more + 1]), *cells[at + more + 1 :]]
