"""The reports of the library: put in, tagged anew, corrected in their attributes, listed, taken out."""

import datetime as dt
import sqlite3
import zlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations_with_replacement
from operator import attrgetter

import msgspec

from pipeline.core.errors import LibraryError, UsageError
from pipeline.core.messages import tr
from pipeline.core.records import KeptReport, Tag
from pipeline.library.records import BY_HAND, Attribute, Entry, LibraryBatch, ThemeChange
from pipeline.library.store import PLACES, Library
from pipeline.library.terms import terms_of
from pipeline.output.digest.gather import TOLD, head_of, name_of, passages_of
from pipeline.output.digest.lines import one_line
from pipeline.output.digest.records import ReportAttribute

MOST_PASSAGES = 1 << PLACES
LARGEST = 2**30  # bytes of a report as it is kept; what unpacks to more was not made here
_ENTRY = "SELECT id, source, name, sha256, model, added, whole, passages FROM report"
_START = attrgetter("start")
_DECODER = msgspec.json.Decoder(KeptReport)


def begin_batch(library: Library, action: str, model: str) -> int:
    """Begin to do something to several reports, and return its number in the history."""
    with library.writing() as database:
        return _inserted(database.execute("INSERT INTO batch (date, action, model) VALUES (?, ?, ?)", (_now(), action, model)))


def known(library: Library, sha256: str) -> Entry | None:
    """Return the report of this content, if the library has it."""
    with library.reading() as database:
        return next(_entries(database, "WHERE sha256 = ?", [sha256]), None)


def themes(library: Library) -> set[str]:
    """Return the labels that the passages of the library bear."""
    with library.reading() as database:
        return {theme for (theme,) in database.execute("SELECT DISTINCT theme FROM share")}


def versions(library: Library, source: str) -> list[Entry]:
    """Return the reports that came from a file of this name, whatever it held."""
    with library.reading() as database:
        return [*_entries(database, "WHERE source = ?", [source])]


def add(library: Library, report: KeptReport, attributes: Mapping[Attribute, ReportAttribute], batch: int) -> Entry | None:
    """Put a report in, and return it; None where its content is there already. Raises UsageError for one of too many passages."""
    known, model = report.document, report.tags[0].model if report.tags else ""
    finished = report.finish()
    name = name_of(head_of(finished))
    with library.writing() as database:
        if [*database.execute("SELECT 1 FROM report WHERE sha256 = ?", (known.sha256,))]:
            return None
        row = (one_line(known.source), known.sha256, name, model, _now(), report.is_whole, 0, b"")
        made = database.execute(
            "INSERT INTO report (source, sha256, name, model, added, whole, passages, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row
        )
        number = _inserted(made)
        _write_tags(database, number, report)
        _write_attributes(database, number, attributes)
        _count(database, batch, number, report)
        return _entry(database, number)


def replace_tags(library: Library, number: int, report: KeptReport, batch: int, changed: int) -> None:
    """Put the tags of another model, or of other corrections, in the place of a report's."""
    with library.writing() as database:
        old = _content(database, number, library)
        _clear_tags(database, number, old)
        _write_tags(database, number, report)
        database.execute("UPDATE report SET model = ? WHERE id = ?", (report.tags[0].model if report.tags else "", number))
        _count(database, batch, number, report, changed)


def changes(entry: Entry, before: Sequence[Tag], after: Sequence[Tag]) -> list[ThemeChange]:
    """Return the passages whose theme is another one now: held against the earlier passage that has most of their characters."""
    found, first = list[ThemeChange](), 0
    for tag in after:
        while first < len(before) and before[first].end <= tag.start:
            first += 1
        over = before[first : bisect_left(before, tag.end, key=_START)]
        best = max(over, key=lambda old: min(old.end, tag.end) - max(old.start, tag.start), default=None)
        if best is not None and best.shown_theme != tag.shown_theme:
            found.append(ThemeChange(entry, tag, best.shown_theme))
    return found


def set_attributes(library: Library, number: int, attributes: Mapping[Attribute, ReportAttribute]) -> Entry:
    """Set attributes of a report; an empty value takes one away, and what a table tells does not touch what was set by hand."""
    with library.writing() as database:
        entry = _entry(database, number)
        kept = {name for name, found in entry.attributes.items() if found.basis == BY_HAND}
        _write_attributes(database, number, {n: v for n, v in attributes.items() if v.basis != TOLD or n not in kept})
        return _entry(database, number)


def remove(library: Library, numbers: Iterable[int]) -> list[Entry]:
    """Take reports out, all or none, with their text, terms and attributes; call ``Library.forget`` then, for the log of changes.

    What is deleted from FTS5 stays in its older parts until they are put together, which is done here, in the same step;
    ``secure_delete`` overwrites what is free then.
    """
    with library.writing() as database:
        removed = [_entry(database, number) for number in dict.fromkeys(numbers)]
        for entry in removed:
            _clear_tags(database, entry.number, _content(database, entry.number, library))
            database.execute("DELETE FROM report WHERE id = ?", (entry.number,))
        database.execute("INSERT INTO terms(terms) VALUES ('optimize')")
        return removed


def entries(library: Library) -> list[Entry]:
    """Return all reports, in the order in which they came."""
    with library.reading() as database:
        return [*_entries(database)]


def entry_of(library: Library, number: int) -> Entry:
    """Return a report; raises UsageError for a number that is none."""
    with library.reading() as database:
        return _entry(database, number)


def content_of(library: Library, number: int) -> KeptReport:
    """Return a report with its text and tags; raises UsageError for a number that is none, LibraryError for a damaged one."""
    with library.reading() as database:
        return _content(database, number, library)


def batches(library: Library) -> list[LibraryBatch]:
    """Return what was done to the library, in order."""
    with library.reading() as database:
        members: dict[int, list[int]] = {}
        for batch, report in database.execute("SELECT batch, report FROM member"):
            members.setdefault(batch, []).append(report)
        rows = database.execute("SELECT id, date, action, model, reports, passages, changed FROM batch ORDER BY id")
        return [replace(LibraryBatch(*row), members=(*members.get(row[0], ()),)) for row in rows]


def load(database: sqlite3.Connection, numbers: Iterable[int], library: Library) -> Iterator[tuple[Entry, KeptReport]]:
    """Yield reports with their content, in the order asked for."""
    for number in numbers:
        yield _entry(database, number), _content(database, number, library)


def _write_tags(database: sqlite3.Connection, number: int, report: KeptReport) -> None:
    tags = [(place, tag) for place, tag in enumerate(report.tags) if tag.noise is None]
    if len(report.tags) >= MOST_PASSAGES:
        raise UsageError(
            tr(
                "{source}: more than {most_passages:,} passages; split the file, and add its parts",
                source=report.document.source,
                most_passages=MOST_PASSAGES,
            )
        )
    first = number << PLACES
    database.executemany(
        "INSERT INTO passage (id, theme, score) VALUES (?, ?, ?)",
        [(first + place, tag.shown_theme, tag.score) for place, tag in tags],
    )
    database.executemany("INSERT INTO terms (rowid, text) VALUES (?, ?)", _terms(first, tags))
    counted = [*passages_of(report.finish())]
    passages, characters, pairs = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    for tag in counted:
        passages[tag.shown_theme] += 1
        characters[tag.shown_theme] += len(tag.text)
        second = tag.correction.secondary if tag.correction else tag.secondary
        pairs.update(combinations_with_replacement(sorted({tag.shown_theme, *second}), 2))
    shares = [(number, theme, passages[theme], characters[theme]) for theme in passages]
    database.executemany("INSERT INTO share (report, theme, passages, characters) VALUES (?, ?, ?, ?)", shares)
    rows = [(number, theme, other, count) for (theme, other), count in pairs.items()]
    database.executemany("INSERT INTO pair (report, theme, other, passages) VALUES (?, ?, ?, ?)", rows)
    packed = zlib.compress(msgspec.json.encode(report))
    database.execute("UPDATE report SET content = ?, passages = ? WHERE id = ?", (packed, len(counted), number))


def _clear_tags(database: sqlite3.Connection, number: int, report: KeptReport) -> None:
    """Take the tags of a report out; FTS5 without a text of its own must be told the terms that it is to forget."""
    first = number << PLACES
    tags = [(place, tag) for place, tag in enumerate(report.tags) if tag.noise is None]
    database.executemany("INSERT INTO terms (terms, rowid, text) VALUES ('delete', ?, ?)", _terms(first, tags))
    database.execute("DELETE FROM passage WHERE id >= ? AND id < ?", (first, first + MOST_PASSAGES))
    database.execute("DELETE FROM share WHERE report = ?", (number,))
    database.execute("DELETE FROM pair WHERE report = ?", (number,))


def _terms(first: int, tags: Sequence[tuple[int, Tag]]) -> list[tuple[int, str]]:
    texts = terms_of([one_line(tag.text) for _, tag in tags]) if tags else []
    return [(first + place, text) for (place, _), text in zip(tags, texts, strict=True)]


def _write_attributes(database: sqlite3.Connection, number: int, attributes: Mapping[Attribute, ReportAttribute]) -> None:
    for name, found in attributes.items():
        database.execute("DELETE FROM attribute WHERE report = ? AND name = ?", (number, name))
        if found.value:
            row = (number, name, found.value, found.basis)
            database.execute("INSERT INTO attribute (report, name, value, basis) VALUES (?, ?, ?, ?)", row)


def _count(database: sqlite3.Connection, batch: int, number: int, report: KeptReport, changed: int = 0) -> None:
    row = (sum(tag.noise is None for tag in report.tags), changed, batch)
    database.execute("UPDATE batch SET reports = reports + 1, passages = passages + ?, changed = changed + ? WHERE id = ?", row)
    database.execute("INSERT INTO member (batch, report) VALUES (?, ?) ON CONFLICT DO NOTHING", (batch, number))


def _entry(database: sqlite3.Connection, number: int) -> Entry:
    found = next(_entries(database, "WHERE id = ?", [number]), None)
    if found is None:
        raise UsageError(tr("no report {number} in the library; `pipeline library list` has the numbers", number=number))
    return found


def _entries(database: sqlite3.Connection, where: str = "", values: Sequence[object] = ()) -> Iterator[Entry]:
    told: dict[int, dict[Attribute, ReportAttribute]] = {}
    below = f"WHERE report IN (SELECT id FROM report {where})" if where else ""  # noqa: S608 - as below
    told_by = f"SELECT report, name, value, basis FROM attribute {below}"  # noqa: S608 - values are bound
    for number, name, value, basis in database.execute(told_by, values):
        told.setdefault(number, {})[name] = ReportAttribute(value, basis)
    for number, source, name, sha256, model, added, whole, passages in database.execute(f"{_ENTRY} {where} ORDER BY id", values):
        yield Entry(number, source, name, sha256, model, added, bool(whole), passages, told.get(number, {}))


def _content(database: sqlite3.Connection, number: int, library: Library) -> KeptReport:
    _entry(database, number)
    (packed,) = database.execute("SELECT content FROM report WHERE id = ?", (number,)).fetchone()
    unpacker = zlib.decompressobj()
    try:
        return _DECODER.decode(unpacker.decompress(packed, LARGEST))
    except (zlib.error, msgspec.MsgspecError, UnicodeDecodeError) as error:
        line = tr(
            "report {number} is damaged ({error}); restore a copy with `pipeline library restore --force`",
            number=number,
            error=error,
        )
        raise LibraryError(tr("{path}: {line}", path=library.path, line=line)) from None


def _inserted(cursor: sqlite3.Cursor) -> int:
    return cursor.lastrowid or 0


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
