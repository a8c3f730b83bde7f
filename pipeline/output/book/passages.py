"""The sheets of passages: all in the order of their reports, and those to review once more, the least certain first.

They are two sheets, not one that is sorted: who reads a report needs its order, who corrects it wants the doubtful ones on top,
and both can correct where they are. A passage longer than a cell goes on in further rows, which the key tells.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import msgspec

from pipeline.core.records import FinishedReport, Tag
from pipeline.output.book.cells import parts
from pipeline.output.book.table import Column
from pipeline.output.reasons import in_chinese
from pipeline.output.rows import COLUMNS
from pipeline.output.visible import shown_evidence, shown_text
from pipeline.output.wording import sure

KEY, LABEL, SECONDARY, NOTE = "编号", "更正主题", "更正次要主题", "批注"
TEXT, START, END = "正文", "开始", "结束"
PRINTED = 10  # columns, up to the note
SIGN = "·"  # between the numbers of a key; no program takes it for a date


class PassageRow(msgspec.Struct, frozen=True):
    """A passage, or a part of a long one, as a row: ``key`` is report·passage, and +1, +2 … for the further parts."""

    key: str
    tag: Tag
    text: str


@dataclass(frozen=True, slots=True)
class Key:
    """The number of a report, counted from 1, and of its passage, counted from 1, and of the part of a long one, from 0."""

    report: int
    passage: int
    part: int = 0

    def __str__(self) -> str:
        """Return the key as a cell shows it."""
        return f"{self.report}{SIGN}{self.passage}{f'+{self.part}' if self.part else ''}"


def rows_of(report: FinishedReport, number: int) -> Iterator[PassageRow]:
    """Yield the rows of a report."""
    for passage, tag in enumerate(report.tags, 1):
        for part, text in enumerate(parts(shown_text(tag))):
            yield PassageRow(str(Key(number, passage, part)), tag, text)


def columns() -> tuple[Column[PassageRow], ...]:
    """Return the columns: where it stands, what it says, its theme, what a person says, and the rest."""
    return (
        Column(KEY, 8, "name", lambda row: row.key),
        _same("报告", 17, "name"),
        Column("标题", 18, "quiet", lambda row: row.tag.heading.rpartition(" > ")[2]),  # the nearest one: all of them fill a page
        Column(TEXT, 62, "text", lambda row: row.text),
        _same("主题", 10, "theme"),
        _same("把握", 9, "score"),
        _same("待复核", 8, "flag"),
        Column(LABEL, 12, "input", lambda row: COLUMNS[LABEL](row.tag), chooses_label=True),
        _same(SECONDARY, 14, "input"),
        _same(NOTE, 22, "input"),
        _same("校对人", 10, "quiet"),
        _same("次要主题", 12, "quiet"),
        _same("其次可能", 12, "quiet"),
        Column("依据", 24, "quiet", lambda row: " ".join(shown_evidence(row.tag))),
        *(_same(name, 7, "number") for name in ("页", "段")),
        Column("识别把握", 9, "quiet", lambda row: None if row.tag.certainty is None else sure(row.tag.certainty)),
        _same("工作表", 10, "quiet"),
        _same("行", 7, "number"),
        Column("剔除原因", 10, "quiet", lambda row: in_chinese(row.tag.noise) if row.tag.noise else None),
        *(_same(name, 8, "number", is_technical=True) for name in (START, END)),
        _same("模型", 14, "quiet", is_technical=True),
    )


class Queue:
    """Rows to review, kept in a file until all are known, and given back the least certain first."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._places: list[tuple[float, int, int]] = []

    def add(self, row: PassageRow) -> None:
        """Keep a row."""
        data = msgspec.json.encode(row)
        self._places.append((row.tag.score, self._file.tell(), len(data)))
        self._file.write(data)

    def __iter__(self) -> Iterator[PassageRow]:
        """Yield the rows by score; of equal ones, and of the parts of a passage, the earlier first."""
        for _, start, length in sorted(self._places):
            self._file.seek(start)
            yield msgspec.json.decode(self._file.read(length), type=PassageRow)


def _same(name: str, width: float, look: str, is_technical: bool = False) -> Column[PassageRow]:
    """Return the column of the same name that every table has."""
    return Column(name, width, look, lambda row: COLUMNS[name](row.tag), is_technical)  # type: ignore[arg-type]
