"""Find in a table of a sheet which rows are the names of its columns and which columns are its text.

What stands in a first row is a name where the words say so, or where it stands above numbers; a form has its names at the side. In
doubt a row as long as those below is one of them, and a shorter one is taken for names and shown among what is set aside.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from statistics import median

from pipeline.core.config import ReadConfig
from pipeline.read.column_names import (
    LIKELY,
    LONGEST_COLUMN,
    SOURCE_NAMES,
    TEXT_NAMES,
    is_column,
    is_name,
    is_period,
    named_column,
    plain_name,
)
from pipeline.read.sheet_tables import Table, filled, is_head, names_column, squeezed

ALL_COLUMNS = "*"  # as read.text_column: all columns with text
LETTERS = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffffA-Za-z]")
SHORTEST_TEXT = 6  # letters in the mean cell of a column that is taken for text without its name saying so
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
# What forms ask for, besides what columns are called.
_ASKED = re.compile(
    "(?:出生年月|籍贯|政治面貌|学历|学位|毕业院校|专业|简历|事迹|荣誉|奖惩|奖励|理由|意见|地址|邮箱|邮编|联系方式|特长|照片|签名|签字|盖章"
    "|背景|经过|过程|亮点|特色|创新点|体会|效果|反响|评价|计划|打算|下一步|安排|建议|规模|主办|承办|协办)$|^(?:出生|入党|参加工作|现任|身份证)"
)
_QUESTION = re.compile(r"[Q第]?(\d{1,3})[.．、:：题](?!\d).+")  # of a questionnaire: 3、您的建议
_NUMBER = re.compile(r"[-+]?[\d,.，％%]*\d[\d,.，％%]*")
_DIGITS = re.compile(r"\d+")
_LOOK, _MEASURE = 12, 50  # rows, not empty, in which names are looked for, and by which a table's width is measured
_WIDEST_FORM = 2  # columns of a form whose names all stand in one of them
_FEWEST_COUNTED = 2  # rows below names that stand above numbers alone
_MOST_LEVELS = 3  # of names, one above the other
_MUCH_LONGER = 3  # times as long as what stands above is a text below a name


@dataclass(frozen=True, slots=True)
class TableLayout:
    """Where in a table what stands: the text columns, that of the report a row belongs to, all names, and the rows of names.

    ``is_sure`` tells whether these are names without a doubt, ``is_whole`` whether all columns are text because none is by
    itself, ``is_form`` whether the names stand at the side.
    """

    text: tuple[int, ...]
    source: int | None
    names: tuple[str, ...]
    header: range
    is_sure: bool = True
    is_whole: bool = False
    is_form: bool = False


def find_layout(table: Table, options: ReadConfig) -> TableLayout | None:
    """Return the layout of a table; None for one without words, and for one without the text column that was asked for."""
    rows = [index for index, row in enumerate(table.rows) if any(map(str.strip, row))]
    if not rows:
        return None
    cells = {index: filled(table.rows[index]) for index in rows[:_MEASURE]}
    if not options.text_column and _is_form(table, cells):
        return _form(table, cells, rows)
    header, is_sure = _find_header(table, cells, options)
    found = _layout(table, rows, header, options)
    is_sure = is_sure or (found is not None and _names_its_text(table, rows, found))
    if is_sure or (found and _is_above_text(table, rows, found)):
        return found and replace(found, is_sure=is_sure)
    return _layout(table, rows, range(rows[0], rows[0]), options)


def _layout(table: Table, rows: Sequence[int], header: range, options: ReadConfig) -> TableLayout | None:
    names = _names(table.rows[header.start : header.stop]) if header else ()
    body = [table.rows[index] for index in rows if index >= header.stop]
    names = _all_names(table, names, max(map(len, table.rows)))
    source = named_column(names, (options.source_column,) if options.source_column else SOURCE_NAMES) if header else None
    text = _text_columns(names, body, source, options)
    if text:
        return TableLayout(text, source if source not in text else None, names, header)
    whole = tuple(sorted({column for row in body for column, cell in enumerate(row) if cell}))
    has_words = any(LETTERS.search(cell) for row in (*body, table.rows[header.start] if header else ()) for cell in row)
    return TableLayout(whole, None, names, header, is_whole=True) if whole and has_words and not options.text_column else None


def _all_names(table: Table, names: Sequence[str], width: int) -> tuple[str, ...]:
    """Return a name for each column, each once: a further column of one name has its number behind it."""
    found: dict[str, None] = {}
    for column, (name, _) in enumerate(zip_longest(names, range(width), fillvalue="")):
        number = column + table.left + 1
        found[next(each for each in (name, name and f"{name} ({number})", f"column {number}") if each and each not in found)] = None
    return tuple(found)


# ---- forms ------------------------------------------------------------------------------------------------------------


def _is_form(table: Table, cells: Mapping[int, Sequence[str]]) -> bool:
    """Tell whether the names of a table stand at its side: all short and different, half of them names of columns or of forms.

    Where names and values take turns in the first row (姓名, …, 性别, …) they do in the others.
    """
    several = [index for index, found in cells.items() if len(found) > 1]
    if len(several) < 2 or any(is_head(cells[index]) for index in several[:_LOOK]):
        return False
    column = min(_first_column(table.rows[index]) for index in several)
    side = list(filter(None, (squeezed(table.rows[index][column]) for index in several)))
    if len(side) < 2 or len({*side}) < len(side) or not all(map(_may_be_label, side)):
        return False
    if _take_turns(cells[several[0]]):
        return True
    asks = any(map(_is_label, side[1:])) and 2 * sum(map(_is_label, side)) >= len(side)
    return asks and not _names_counts([table.rows[index] for index in several])


def _names_counts(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether a first row has words above several numbers: what a table counts has names at its side too (参加人数, 30)."""
    names, *below = rows
    if len(filled(names)) <= _WIDEST_FORM or not all(map(is_name, filled(names))):
        return False
    full = [row for row in below if len(filled(row)) == len(filled(names))]
    return len(full) >= _FEWEST_COUNTED and any(
        _is_above_numbers(cell, column, below) for column, cell in enumerate(names) if cell.strip()
    )


def _take_turns(cells: Sequence[str]) -> bool:
    """Tell whether names and their values take turns in a row."""
    return len(cells) > 3 and all(map(_is_label, cells[0:3:2])) and not _is_label(cells[1])


def _may_be_label(cell: str) -> bool:
    return is_name(cell) and len(plain_name(cell)) <= LONGEST_COLUMN


def _is_label(cell: str) -> bool:
    return is_column(cell) or cell.endswith(("：", ":")) or (len(cell) <= LONGEST_COLUMN and _ASKED.search(cell) is not None)


def _first_column(row: Sequence[str]) -> int:
    return next(column for column, cell in enumerate(row) if cell.strip())


def _form(table: Table, cells: Mapping[int, Sequence[str]], rows: Sequence[int]) -> TableLayout:
    """Return the layout of a form: the second column of two is its text; of more all are, as names and texts take turns."""
    first = next(index for index in rows if len(cells[index]) > 1)
    used = sorted({column for index in rows for column, cell in enumerate(table.rows[index]) if cell.strip()})
    names = _all_names(table, (), max(map(len, table.rows)))
    is_whole = len(used) > 2
    return TableLayout(tuple(used) if is_whole else (used[-1],), None, names, range(first, first), is_whole=is_whole, is_form=True)


# ---- names ------------------------------------------------------------------------------------------------------------


def _find_header(table: Table, cells: Mapping[int, Sequence[str]], options: ReadConfig) -> tuple[range, bool]:
    """Return the rows of names, and whether they are names without a doubt.

    They begin with the first row with a known name, or with words for columns, or of short words as wide as the table.
    """
    known = {name.lower() for name in (*TEXT_NAMES, *SOURCE_NAMES, options.text_column, options.source_column) if name}
    width = max(map(len, cells.values()))
    named = [index for index in [*cells][:_LOOK] if all(is_name(cell) or is_column(cell) for cell in cells[index])]
    named = [index for index in named if not _is_dated(table, cells, index)]
    told = [i for i in named if any(plain_name(cell).lower() in known or cell.lower() in known for cell in cells[i])]
    wide = [index for index in named if len(cells[index]) > 1 and 2 * len(cells[index]) > width]
    top = {index for index in named if is_head(cells[index]) or not _is_below_rows(cells, index)}
    top |= {index for index in told if {options.text_column, options.source_column} & {*cells[index]} - {""}}
    asked = [index for index in [*cells][:_LOOK] if _are_questions(cells[index]) and not _is_below_rows(cells, index)]
    sure = asked or [i for i in told if i in top and _is_told(table, cells, i, width)]
    sure = sure or [i for i in wide if i in top and _is_sure(table, cells, i)]
    doubtful = [i for i in wide if i in top]
    first = next(iter(sure or doubtful), None)
    if first is None:
        return range(min(cells), min(cells)), True
    return _levels(table, first, frozenset(index for index in named if len(cells[index]) > 1)), bool(sure)


def _is_below_rows(cells: Mapping[int, Sequence[str]], index: int) -> bool:
    """Tell whether a row stands below one as wide that is no title (填报单位：…): then it is a row like that one."""
    above = (found for place, found in cells.items() if place < index)
    return any(len(found) >= len(cells[index]) and not any("：" in cell or ":" in cell for cell in found) for found in above)


def _is_dated(table: Table, cells: Mapping[int, Sequence[str]], index: int) -> bool:
    """Tell whether a row has a period above another one of its kind (3月 above 4月): that is a date in a row like those below."""
    kinds = {column: _DIGITS.sub("", cell.strip()) for column, cell in enumerate(table.rows[index]) if is_period(cell)}
    below = [table.rows[i] for i in cells if i > index] if kinds else []
    return any(
        is_period(row[column]) and _DIGITS.sub("", row[column].strip()) == kind
        for row in below
        for column, kind in kinds.items()
        if column < len(row)
    )


def _are_questions(cells: Sequence[str]) -> bool:
    """Tell whether a row has the questions of a questionnaire, by their numbers: half of the cells at least, and in order."""
    numbers = [int(found[1]) for found in map(_QUESTION.fullmatch, cells) if found]
    return len(numbers) > 1 and 2 * len(numbers) >= len(cells) and numbers == sorted(numbers) and numbers[0] < numbers[-1]


def _is_told(table: Table, cells: Mapping[int, Sequence[str]], index: int, width: int) -> bool:
    """Tell whether a row with a known name is of names: something stands below each, or most are names in any case."""
    if len(cells[index]) == 1:
        is_first = index == min(cells) and cells[index][0].lower() in TEXT_NAMES
        return width == 1 or is_first
    below = [table.rows[i] for i in cells if i > index]
    return is_head(cells[index]) or _stand_above(table.rows[index], below)


def _is_sure(table: Table, cells: Mapping[int, Sequence[str]], index: int) -> bool:
    """Tell whether a row is of names: by its words, by numbers below one of them, or as it has no Chinese (title, id)."""
    names = cells[index]
    below = [table.rows[i] for i in cells if i > index]
    if is_head(names) or all(len(name) == 1 for name in names):
        return True
    if not any(map(_HAN.search, names)):
        return any(_HAN.search(cell) for row in below for cell in row)
    return any(_is_above_numbers(cell, column, below) for column, cell in enumerate(table.rows[index]) if cell.strip())


def _is_above_numbers(name: str, column: int, below: Sequence[Sequence[str]]) -> bool:
    values = [row[column].strip() for row in below if column < len(row) and row[column].strip()]
    return not _NUMBER.fullmatch(name.strip()) and bool(values) and all(map(_NUMBER.fullmatch, values))


def _names_its_text(table: Table, rows: Sequence[int], layout: TableLayout) -> bool:
    """Tell whether a row in doubt is of names: that of the text is one by its words, and something stands below each."""
    is_named = len(layout.text) == 1 and names_column(layout.names[layout.text[0]])
    below = [table.rows[index] for index in rows if index >= layout.header.stop]
    return is_named and all(_stand_above(table.rows[index], below) for index in layout.header)


def _stand_above(names: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Tell whether something stands below each of some names; words for columns and signs may stand above nothing."""
    doubtful = [column for column, name in enumerate(names) if len(name.strip()) > 1 and not names_column(squeezed(name))]
    return all(any(column < len(row) and row[column].strip() for row in below) for column in doubtful)


def _is_above_text(table: Table, rows: Sequence[int], layout: TableLayout) -> bool:
    """Tell whether what may be the name of a text column is one: the texts below are much longer."""
    if layout.is_whole or not layout.header:
        return False
    column = layout.text[0]
    below = [table.rows[index][column] for index in rows if index >= layout.header.stop and column < len(table.rows[index])]
    above = (table.rows[index] for index in layout.header)
    length = len(_HAN.findall("".join(cells[column] for cells in above if column < len(cells))))
    lengths = [len(_HAN.findall(cell)) for cell in below if cell]
    return bool(lengths) and _MUCH_LONGER * length <= median(lengths)


def _levels(table: Table, first: int, named: frozenset[int]) -> range:
    """Return the rows of names around one of them: those that span it above, and what they span below."""
    rows, last = table.rows, first
    while last - first + 1 < _MOST_LEVELS and first - 1 in named and _is_below(rows[first - 1 : first], rows[first]):
        first -= 1
    while last - first + 1 < _MOST_LEVELS and last + 2 < len(rows) and _is_further_level(table, range(first, last + 1)):
        last += 1
    return range(first, last + 1)


def _is_further_level(table: Table, header: range) -> bool:
    """Tell whether the row below some names has further ones: words for columns, or below a name that spans several."""
    row = table.rows[header.stop]
    if not _is_below(table.rows[header.start : header.stop], row):
        return False
    spans = any(top in header and left < right for top, left, _, right in table.merged)
    return spans or 2 * sum(map(names_column, filled(row))) > len(filled(row))


def _is_below(above: Sequence[Sequence[str]], row: Sequence[str]) -> bool:
    """Tell whether a row has further names, under names that span several columns."""
    named = [any(i < len(cells) and cells[i].strip() for cells in above) for i in range(len(row) + 1)]
    used = [i for i, cell in enumerate(row) if cell.strip()]
    if all(named[i] for i in used) or not any(named[: used[0] + 1]) or not all(is_name(squeezed(row[i])) for i in used):
        return False
    return all(not named[i] or (not named[i + 1] and i + 1 in used) for i in used)


def _names(header: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the name of each column, below those that span it: 活动情况/内容."""
    names: list[str] = []
    for column in range(max(map(len, header))):
        parts: list[str] = []
        for level, cells in enumerate(header):
            below = any(column < len(lower) and lower[column].strip() for lower in header[level + 1 :])
            parts.append(_spanning(cells, column) if below else squeezed(cells[column]) if column < len(cells) else "")
        names.append("/".join(filter(None, parts)))
    return tuple(names)


def _spanning(cells: Sequence[str], column: int) -> str:
    return next((squeezed(cells[i]) for i in range(min(column, len(cells) - 1), -1, -1) if cells[i].strip()), "")


# ---- columns ----------------------------------------------------------------------------------------------------------


def _text_columns(names: Sequence[str], body: Sequence[Sequence[str]], source: int | None, options: ReadConfig) -> tuple[int, ...]:
    """Return the columns that hold the text, by what was asked for, by their names, by how much text they have."""
    if options.text_column == ALL_COLUMNS:
        return tuple(sorted(column for column in _full_columns(body) if column != source))
    chosen = named_column(names, (options.text_column,) if options.text_column else TEXT_NAMES)
    if chosen is None and not options.text_column:
        full = _full_columns(body)
        likely = [column for column in full if LIKELY.search(names[column])]
        chosen = next(iter([*likely, *full]), None)
    return () if chosen is None else (chosen,)


def _full_columns(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the columns whose mean cell is long enough to be text, the one with the most letters first."""
    letters: dict[int, int] = {}
    cells: dict[int, int] = {}
    for row in rows:
        for i, cell in enumerate(row):
            if cell:
                letters[i] = letters.get(i, 0) + len(LETTERS.findall(cell))
                cells[i] = cells.get(i, 0) + 1
    full = [column for column, count in letters.items() if count >= SHORTEST_TEXT * cells[column]]
    return sorted(full, key=lambda column: (-letters[column], column))
