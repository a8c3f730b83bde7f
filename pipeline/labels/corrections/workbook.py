"""Take a corrected workbook back: what a person chose in it, checked against the reports that it carries.

Rows may have been sorted, filtered or deleted, columns moved or hidden, and the file saved by another program. What a row
is of, its key tells; that its text and place are still those of the report is checked, so that no correction goes astray.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from pipeline.core.config import LabelSet, ReadConfig
from pipeline.core.errors import CorpusError, PipelineError
from pipeline.core.messages import tr
from pipeline.core.records import Correction, HumanLabel, Suggestion
from pipeline.output.book import originals
from pipeline.output.book.cells import cell_text, parts, plain
from pipeline.output.book.originals import Original, Span
from pipeline.output.book.passages import END, KEY, LABEL, NOTE, SECONDARY, SIGN, START, TEXT, Key
from pipeline.output.visible import without_signs
from pipeline.read import load
from pipeline.read.office.packages import open_package

HEAD_WITHIN = 20  # rows from the top, among which the heads of the columns must be
_KEY = re.compile(rf"([1-9]\d{{0,8}}){SIGN}([1-9]\d{{0,8}})(?:\+(\d{{1,8}}))?")
_BETWEEN = re.compile(r"[\s、，,；;/]+")
Cells = Sequence[object]


@dataclass(frozen=True, slots=True)
class CorrectedReport:
    """A report of a workbook with what a person corrected in it; offsets count in ``text``."""

    source: str
    sha256: str
    text: str
    corrections: tuple[Correction, ...]


@dataclass(frozen=True, slots=True)
class CorrectedWorkbook:
    """The corrected reports of a workbook, and the rows with a note but no theme, which say nothing that can be learnt."""

    reports: tuple[CorrectedReport, ...]
    only_notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a person wrote in a row, and where that is."""

    where: str
    key: Key
    label: str
    secondary: tuple[str, ...]
    note: str
    is_left: bool = False


def read_returned(path: Path, known: LabelSet, options: ReadConfig, whole: bool = False) -> CorrectedWorkbook:
    """Return what people corrected in a workbook that ``pipeline tag`` made; ``whole``: rows left as they are count as confirmed.

    Rows that were filled in with a correction and left so are no corrections; with ``whole`` they are confirmed.

    Raises CorpusError that names sheet and row for an unknown label, a row whose text or place was changed, and two rows of
    one passage that contradict each other; InputError for a file that is no workbook.
    """
    entries: dict[Key, _Entry] = {}
    only_notes: list[str] = []
    with _opened(path, options) as sheets:
        hidden, shown = ([sheet for sheet in sheets if sheet.is_hidden == is_hidden] for is_hidden in (True, False))
        found = _originals(hidden, str(path))
        for sheet in shown:
            for entry in _entries(sheet.rows(), f"{path}: {sheet.name}", found, known, whole):
                if not entry.label:
                    only_notes.append(entry.where)
                else:
                    entries[entry.key] = _merged(entries.get(entry.key), entry)
    return CorrectedWorkbook(tuple(_reports(found, entries)), tuple(only_notes))


def corrections_in(path: Path, options: ReadConfig) -> int | None:
    """Return how many passages of a workbook that ``pipeline tag`` made a person wrote something of; None for any other file.

    What it was filled in with does not count. What ``read_returned`` would refuse, such as an unknown label, does.
    """
    try:
        whole = replace(options, max_bytes=max(options.max_bytes, path.stat().st_size))
        with _opened(path, whole) as sheets:
            return _written_in(sheets, str(path))
    except (OSError, PipelineError):
        return None


def _written_in(sheets: "Sequence[_Sheet]", where: str) -> int | None:
    """Return the number of passages with something in the columns for people; None without the hidden sheet."""
    hidden = [sheet for sheet in sheets if sheet.is_hidden]
    if not hidden:
        return None
    try:
        found = _originals(hidden, where)
    except PipelineError:  # damaged, but from here
        found = {}
    return len({key for sheet in sheets if not sheet.is_hidden for key in _written_rows(sheet, found)})


def _written_rows(sheet: "_Sheet", found: Mapping[int, Original]) -> Iterator[str]:
    """Yield the key of each row that a person wrote something in, or its place where it has none."""
    for number, row in _table(sheet.rows()):
        label, secondary, note = (str(row.get(name, "")).strip() for name in (LABEL, SECONDARY, NOTE))
        key = str(row[KEY]).strip()
        said = _said(key, found)
        if (label or secondary or note) and not (said is not None and _is_as_filled_in(label, secondary, note, said)):
            yield key.partition("+")[0] or f"{sheet.name} {number}"


def _said(key: str, found: Mapping[int, Original]) -> HumanLabel | None:
    """Return what the row of a key was filled in with."""
    match = _KEY.fullmatch(key)
    original = found.get(int(match[1])) if match else None
    spans = original.spans if original else ()
    return spans[int(match[2]) - 1].said if match and int(match[2]) <= len(spans) else None


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet, whose rows are read when they are asked for."""

    name: str
    rows: Callable[[], list[list[Any]]]

    @property
    def is_hidden(self) -> bool:
        """Whether it is one of those that hold the reports."""
        return self.name.partition(" ")[0] == originals.SHEET


@contextmanager
def _opened(path: Path, options: ReadConfig) -> Iterator[list[_Sheet]]:
    """Give the sheets of a workbook; raises CorpusError for one that cannot be read, also while its rows are."""
    from python_calamine import CalamineError, load_workbook  # noqa: PLC0415 - loaded when a workbook is read

    data = load(path, str(path), options)
    open_package(data, str(path), options).close()
    try:
        with load_workbook(io.BytesIO(data)) as book:
            yield [_Sheet(name, partial(_rows, book, name)) for name in book.sheet_names]
    except CalamineError as error:
        raise CorpusError(
            tr("{path}: not a readable workbook ({error}); open it in Excel and save it again as xlsx", path=path, error=error)
        ) from None


def _rows(book: Any, name: str) -> list[list[Any]]:  # noqa: ANN401 - calamine's
    rows: list[list[Any]] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return rows


def _originals(sheets: Sequence[_Sheet], where: str) -> dict[int, Original]:
    """Return the reports that the hidden sheets hold, by number."""
    pieces: dict[int, dict[int, str]] = {}
    for row in (row for sheet in sheets for row in sheet.rows() if len(row) > 2):
        number, index = _number(row[0]), _number(row[1])
        if number is not None and index is not None:
            pieces.setdefault(number, {})[index] = str(row[2])
    if not pieces:
        raise CorpusError(
            tr(
                "{where}: has no hidden sheet {sheet}; give a workbook that `pipeline tag -o NAME.xlsx` made",
                where=where,
                sheet=originals.SHEET,
            )
        )
    return {number: originals.decode("".join(some[i] for i in sorted(some)), where) for number, some in pieces.items()}


def _entries(rows: list[list[object]], where: str, found: Mapping[int, Original], known: LabelSet, whole: bool) -> Iterator[_Entry]:
    """Yield what a person wrote in the rows of a sheet."""
    for number, row in _table(rows):
        entry = _entry(row, tr("{where} row {number}", where=where, number=number), found, known, whole)
        if entry is not None:
            yield entry


def _table(rows: list[list[object]]) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield the rows of a table of passages with their numbers, each by its column; nothing for a sheet that is none."""
    heads = (_places(row) for row in rows[:HEAD_WITHIN])
    top, places = next(((top, places) for top, places in enumerate(heads) if {KEY, LABEL} <= set(places)), (0, None))
    if places is None:
        return
    for number, cells in enumerate(rows[top + 1 :], top + 2):
        yield number, {name: cells[place] if place < len(cells) else "" for name, place in places.items()}


def _places(head: Cells) -> dict[str, int]:
    return {str(cell).strip(): place for place, cell in enumerate(head) if str(cell).strip()}


def _entry(row: Mapping[str, object], where: str, found: Mapping[int, Original], known: LabelSet, whole: bool) -> _Entry | None:
    label, secondary, note = (str(row.get(name, "")).strip() for name in (LABEL, SECONDARY, NOTE))
    written = str(row[KEY]).strip()
    if not written:
        if label or secondary:
            raise CorpusError(
                tr("{where}: a correction without {key}; copy the row again from the workbook as it was made", where=where, key=KEY)
            )
        return None
    key = _key(written, where)
    span = _span(key, where, found)
    _check_unchanged(row, key, span, found[key.report], where)
    as_filled_in = span.said is not None and _is_as_filled_in(label, secondary, note, span.said)
    if as_filled_in and not whole:
        return None
    second = _names(secondary, where, known)
    if second and not label:
        if span.theme is None:
            raise CorpusError(
                tr("{where}: {secondary} without {label}; choose a theme too", where=where, secondary=SECONDARY, label=LABEL)
            )
        label = span.theme
    if not (label or note) and not (whole and span.theme):
        return None
    is_left = as_filled_in or (whole and not label)
    if label:
        _check_known(label, where, known)
    theme = label or (span.theme or "" if is_left else "")
    return _Entry(where, Key(key.report, key.passage), theme, tuple(name for name in second if name != label), note, is_left)


def _is_as_filled_in(label: str, secondary: str, note: str, said: HumanLabel) -> bool:
    """Return whether a row says what it was filled in with: a correction that is there already, whoever hands the row in."""
    written = plain(label), set(filter(None, _BETWEEN.split(secondary))), plain(note)
    second = set(filter(None, _BETWEEN.split(cell_text("、".join(said.secondary)))))
    return written == (plain(cell_text(said.label)), second, plain(cell_text(said.note)))


def _key(written: str, where: str) -> Key:
    match = _KEY.fullmatch(written)
    if match is None:
        raise CorpusError(
            tr(
                "{where}: {key} {written!r} was changed; copy it again from the workbook as it was made",
                where=where,
                key=KEY,
                written=written[:40],
            )
        )
    return Key(int(match[1]), int(match[2]), int(match[3] or 0))


def _span(key: Key, where: str, found: Mapping[int, Original]) -> Span:
    original = found.get(key.report)
    if original is None or key.passage > len(original.spans):
        raise CorpusError(
            tr(
                "{where}: {column} {key} is of another workbook; copy corrections into the one that their rows are from",
                where=where,
                column=KEY,
                key=key,
            )
        )
    return original.spans[key.passage - 1]


def _check_unchanged(row: Mapping[str, object], key: Key, span: Span, original: Original, where: str) -> None:
    """Raise CorpusError for a row whose text or offsets are no longer those of its passage; columns may be gone."""
    if TEXT in row and plain(str(row[TEXT])) not in _written(original.text[span.start : span.end], original.source, key.part):
        raise CorpusError(
            tr(
                "{where}: the text of {key} ({source}) was changed; labels are of the report as it is, so undo that",
                where=where,
                key=key,
                source=original.source,
            )
        )
    for name, offset in ((START, span.start), (END, span.end)):
        if name in row and _number(row[name]) != offset:
            now = tr(
                "{name} of {key} ({source}) was changed to {row}",
                name=name,
                key=key,
                source=original.source,
                row=str(row[name])[:20],
            )
            raise CorpusError(tr("{where}: {now}; it is {offset}, so undo that", where=where, now=now, offset=offset))


def _written(passage: str, source: str, number: int) -> set[str]:
    """Return what a part of a passage may read as: as it is shown, or with the signs of Markdown that earlier workbooks had."""
    found = (tuple(parts(text)) for text in (without_signs(passage, source).text, passage))
    return {plain(cell_text(some[number] if number < len(some) else "")) for some in found}


def _names(cell: str, where: str, known: LabelSet) -> tuple[str, ...]:
    names = (cell,) if cell in known.names else tuple(dict.fromkeys(filter(None, _BETWEEN.split(cell))))
    for name in names:
        _check_known(name, where, known)
    return names


def _check_known(name: str, where: str, known: LabelSet) -> None:
    if name not in known.names:
        raise CorpusError(
            tr("{where}: {name!r} is not a known label; known: {names}", where=where, name=name[:40], names=" ".join(known.names))
        )


def _merged(earlier: _Entry | None, entry: _Entry) -> _Entry:
    """Return what two rows of one passage say together; raises CorpusError where they contradict each other."""
    if earlier is None or earlier.is_left:
        return entry
    if entry.is_left:
        return earlier
    if (earlier.label, set(earlier.secondary)) != (entry.label, set(entry.secondary)):
        one, other = (" ".join((each.label, *each.secondary)) for each in (earlier, entry))
        raise CorpusError(
            tr(
                "{where} says {one}, {entry_where} says {other} of the same passage; make them equal",
                where=earlier.where,
                one=one,
                entry_where=entry.where,
                other=other,
            )
        )
    notes = dict.fromkeys(note for note in (earlier.note, entry.note) if note)
    return _Entry(earlier.where, earlier.key, earlier.label, earlier.secondary, "；".join(notes))


def _reports(found: Mapping[int, Original], entries: Mapping[Key, _Entry]) -> Iterator[CorrectedReport]:
    for number, original in found.items():
        mine = sorted((entry for key, entry in entries.items() if key.report == number), key=lambda entry: entry.key.passage)
        if mine:
            corrections = tuple(_correction(entry, original.spans[entry.key.passage - 1]) for entry in mine)
            yield CorrectedReport(original.source, original.sha256, original.text, corrections)


def _correction(entry: _Entry, span: Span) -> Correction:
    suggestion = Suggestion(span.theme, span.score, span.model) if span.theme is not None else None
    return Correction(span.start, span.end, entry.label, entry.secondary, entry.note, suggestion)


def _number(cell: object) -> int | None:
    """Return the whole number in a cell, which some programs keep as text or as a decimal."""
    try:
        return int(float(str(cell)))
    except (ValueError, OverflowError):
        return None
