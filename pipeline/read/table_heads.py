"""Set aside the names above the columns of a table that stands in a report: 序号, 活动名称, 时间, 参加人数.

They are neither text of the report nor a heading of it; the readers of workbooks and of Markdown set them aside themselves.
Readers mark the rows of their tables; a first row of short cells, most of which are names of columns and nothing else (of two
cells both), or one of which says so above numbers (场次, 30), is set aside as a table header, with further rows of names below
cells that span columns. Rows below with a cell for each name keep the names with them, as rows of workbooks do. What is told may
end like a name too (文化惠民项目, 县融媒体平台), and a title may stand above paragraphs (理论武装工作情况): a word lost is worse
than a header that stays, so such a row stays. In a form names and what they ask for stand side by side: they are all down its first
column, or no more than half of a row.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from pipeline.core.records import Mark, SourceLocation
from pipeline.read.column_names import COUNTED, is_column, is_name, may_be_column, plain_name, without_periods
from pipeline.read.decode import ReadText

REASON = "table header"
_FEWEST_ALONE = 3  # names, where no row follows: the cells below hold paragraphs
_BETWEEN = re.compile(r"\s*")
_LOOKED_AT = 5  # rows below a head
_COUNTS = re.compile(f"(?:{COUNTED}|经费|预算|资金|面积|时长|(?<![质力能])[^\\W\\d_]量|率)$")
_MEASURED = re.compile(r"[（(](?:单位[:：]?)?(?:[百千万亿]?[^\W\d_]{1,3}|[%％‰])[）)]$")  # 文化活动（场）
_COUNT = re.compile(r"[-+]?\d[\d,.]*(?:[%％‰]|[^\W\d_]{0,2})")
_NUMBER = re.compile(r"[\d一二三四五六七八九十百千万亿〇零两第约近超余.,，%％/~～:：\-—至年月日\s]+\w{0,2}")


def with_heads_aside(content: ReadText) -> ReadText:
    """Return what was read with the names above the columns of its tables as noise; what came of a workbook stays as it is."""
    rows = [mark for mark in content.marks if mark.kind == "row"]
    if not rows or any(place.row is not None for place in content.places):
        return content
    runs = list(_runs(rows, content.text))
    end = len(content.text.rstrip())
    heads_of = [_heads(run, content.text, end) for run in runs]
    heads = {mark.start for found in heads_of for mark in found}
    known = {_text(mark, content.text) for mark in rows if mark.start in heads}
    marks = [
        Mark(mark.start, mark.end, "noise", reason=REASON) if mark.kind == "row" and _text(mark, content.text) in known else mark
        for mark in content.marks
    ]
    above = dict(_lines_above(runs, content))
    named = [_Named([above[i]] if i in above else heads_of[i], run) for i, run in enumerate(runs)]
    places = _with_columns(content, (row for each in named for row in _named_rows(each, content.text)))
    marks += above.values()
    return ReadText(content.text, content.encoding, tuple(sorted(marks, key=lambda mark: mark.start)), places)


@dataclass(frozen=True, slots=True)
class _Named:
    """The rows of names of a table, and all of its rows."""

    heads: Sequence[Mark]
    rows: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class _NamedRow:
    """A row of a table, and its cells by the names of their columns."""

    mark: Mark
    columns: tuple[tuple[str, str], ...]


def _named_rows(table: _Named, text: str) -> Iterator[_NamedRow]:
    """Yield the rows with a cell for each name; of a table in which names or cells may be missing none, for nobody knows which."""
    if not table.heads:
        return
    names = _cells(table.heads[-1], text)
    starts = {mark.start for mark in table.heads}
    cells = [(mark, _cells(mark, text)) for mark in table.rows if mark.start not in starts]
    if len({*names}) == len(names) and all(len(row) <= len(names) for _, row in cells):
        yield from (
            _NamedRow(mark, tuple(zip(names, row, strict=True))) for mark, row in cells if len(row) == len(names) and row != names
        )


def _with_columns(content: ReadText, rows: Iterable[_NamedRow]) -> tuple[SourceLocation, ...]:
    """Return the places of a text, at rows with the names of their columns; behind a row the place is what it was."""
    places = {place.start: place for place in content.places}
    starts = sorted(places)
    for row in rows:
        known = bisect_right(starts, row.mark.start)
        there = places[starts[known - 1]] if known else SourceLocation(0)
        places.setdefault(0, SourceLocation(0))
        places.setdefault(row.mark.end, replace(there, start=row.mark.end))
        places[row.mark.start] = replace(there, start=row.mark.start, columns=row.columns)
    return tuple(places[start] for start in sorted(places))


def _lines_above(runs: Sequence[Sequence[Mark]], content: ReadText) -> Iterator[tuple[int, Mark]]:
    """Yield the lines of names right above rows that their reader did not take for a row, with the index of these rows."""
    marked = {mark.start for mark in content.marks}
    for number, run in enumerate(runs):
        start = content.text.rfind("\n", 0, max(0, run[0].start - 1)) + 1
        line = content.text[start : run[0].start].removesuffix("\n")
        is_line = start not in marked and "\t" in line and "\n" not in line
        if is_line and _is_head(line.split()) and not _is_form(run[:_LOOKED_AT], content.text):
            yield number, Mark(start, start + len(line), "noise", reason=REASON)


def _runs(rows: Sequence[Mark], text: str) -> Iterator[list[Mark]]:
    """Yield rows that follow each other."""
    run: list[Mark] = []
    for mark in rows:
        if run and not _BETWEEN.fullmatch(text, run[-1].end, mark.start):
            yield run
            run = []
        run.append(mark)
    yield run


def _heads(run: Sequence[Mark], text: str, end: int) -> Sequence[Mark]:
    """Return the rows of names that a run of rows begins with; ``end`` is where the text ends but for white space."""
    rows = [_cells(mark, text) for mark in run[: 1 + _LOOKED_AT]]
    if _is_form(run[1 : 1 + _LOOKED_AT], text) and not _names_counts(rows):
        return ()
    if not _is_head(rows[0]):
        return run[:1] if _is_above_numbers(run[0], run[1 : 1 + _LOOKED_AT], text) else ()
    if len(run) == 1:
        return run if len(rows[0]) >= _FEWEST_ALONE and all(map(is_column, rows[0])) and run[0].end < end else ()
    # Cells that span leave fewer in their row, or in the row below.
    levels = 1
    while levels < len(rows) and len(rows[levels]) != len(rows[levels - 1]) and all(map(is_column, rows[levels])):
        levels += 1
    return run[:levels] if levels < len(run) else ()


def _is_form(below: Sequence[Mark], text: str) -> bool:
    """Tell whether names stand at the side, of each row below the first; years may stand there below others."""
    return bool(below) and all(is_name(cell) and is_column(cell) for mark in below for cell in _cells(mark, text)[:1])


def _names_counts(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether a first row is of names above numbers alone: what a table counts (宣讲场次, 参加人数) may stand at its side."""
    head, *below = rows
    full = [row for row in below if len(row) == len(head)]
    columns = zip(*full, strict=True) if len(full) > 1 and _is_head(head) else ()
    return any(all(map(_COUNT.fullmatch, column)) for column in columns)


def _is_above_numbers(head: Mark, below: Sequence[Mark], text: str) -> bool:
    """Tell whether a row is of names of whatever kind, one of which says that numbers stand below it, and these do."""
    columns = _columns(head, below, text)
    return len(columns) > 1 and all(may_be_column(column.name) for column in columns) and any(map(_are_numbers, columns))


@dataclass(frozen=True, slots=True)
class _Column:
    """What may be the name of a column, and the cells below it that hold something."""

    name: str
    cells: Sequence[str]


def _columns(head: Mark, below: Sequence[Mark], text: str) -> list[_Column]:
    """Return the columns of a row, with the cells of those rows below that have as many."""
    names, *others = ([cell.strip() for cell in _text(mark, text).split("\t")] for mark in (head, *below))
    rows = [row for row in others if len(row) == len(names)]
    return [_Column(name, [row[i] for row in rows if row[i]]) for i, name in enumerate(names)]


def _are_numbers(column: _Column) -> bool:
    """Tell whether numbers or dates stand below a name that says so: 场次, 时间."""
    says_so = _COUNTS.search(plain_name(column.name)) or _MEASURED.search(column.name)
    return bool(column.cells and says_so and all(map(_NUMBER.fullmatch, column.cells)))


def _cells(mark: Mark, text: str) -> list[str]:
    return list(filter(None, (cell.strip() for cell in _text(mark, text).split("\t"))))


def _is_head(cells: Sequence[str]) -> bool:
    """Tell whether all cells of a row may be names, and more than half of them are names of columns and nothing else."""
    others = without_periods(cells)
    return len(cells) > 1 and all(map(may_be_column, cells)) and 2 * sum(map(is_column, others)) > len(others)


def _text(mark: Mark, text: str) -> str:
    return text[mark.start : mark.end]
