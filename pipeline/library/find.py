"""The search: passages that have what a query asks for, of the reports and themes that are wanted, the newest report first."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import msgspec

from pipeline.core.records import FinishedReport
from pipeline.library import reports
from pipeline.library.query import expression
from pipeline.library.records import Attribute, Entry, FoundPassages, Hit, Wanted
from pipeline.library.store import PLACES, Library
from pipeline.output.digest.records import ReportFacts

_IN_PART: tuple[Attribute, ...] = ("unit", "place")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A statement behind its columns, with its values."""

    sql: str
    values: tuple[object, ...]


def find(library: Library, query: str, wanted: Wanted, most: int | None = None) -> FoundPassages:
    """Return how many passages a query finds, in how many reports, and the ids of the ``most`` newest; None: of all.

    Raises UsageError for a query that makes no sense.
    """
    asked = _asked(expression(query), wanted)
    with library.reading() as database:
        counted = f"SELECT count(*), count(DISTINCT terms.rowid >> {PLACES}) FROM {asked.sql}"  # noqa: S608 - values are bound
        passages, found = database.execute(counted, asked.values).fetchone()
        listed = f"SELECT terms.rowid FROM {asked.sql} ORDER BY terms.rowid DESC LIMIT ?"  # noqa: S608 - as above
        ids = tuple(number for (number,) in database.execute(listed, (*asked.values, -1 if most is None else most)))
    return FoundPassages(passages, found, ids)


def hits(library: Library, found: FoundPassages) -> Iterator[Hit]:
    """Yield the passages of a search, each report's in their order; one that was taken out meanwhile is left out."""
    with library.reading() as database:
        for entry, tags in _by_report(database, found, library):
            yield from (Hit(entry, tag) for tag in tags.tags)


def found_reports(library: Library, found: FoundPassages) -> Iterator[FinishedReport]:
    """Yield each report of a search with its found passages alone, as a digest takes it.

    Its number stands in its name: a file that has changed since is in the library twice.
    """
    with library.reading() as database:
        for entry, report in _by_report(database, found, library):
            yield msgspec.structs.replace(report, source=_only(entry))


def whole_reports(library: Library, numbers: Iterable[int]) -> Iterator[FinishedReport]:
    """Yield reports with all their passages, in the order asked for, under the names that ``found_reports`` gives them.

    Raises UsageError for a number that is none.
    """
    with library.reading() as database:
        for entry, report in reports.load(database, numbers, library):
            yield msgspec.structs.replace(report.finish(), source=_only(entry))


def said_of(library: Library) -> Mapping[str, ReportFacts]:
    """Return what the library knows of its reports as a digest takes it, by the names that ``found_reports`` gives them."""
    return {
        _only(entry): ReportFacts(
            entry.of("place"), entry.of("year"), entry.of("unit"), entry.of("kind"), entry.of("group"), entry.name
        )
        for entry in reports.entries(library)
    }


def _only(entry: Entry) -> str:
    return f"{entry.source}（{entry.number}）"


def models_of(library: Library, found: FoundPassages) -> list[str]:
    """Return the models that tagged the reports of a search, each once."""
    with library.reading() as database:
        numbers = dict.fromkeys(each >> PLACES for each in found.ids)
        rows = (database.execute("SELECT model FROM report WHERE id = ?", (number,)).fetchone() for number in numbers)
        return [*dict.fromkeys(row[0] for row in rows if row)]


def _by_report(database: sqlite3.Connection, found: FoundPassages, library: Library) -> Iterator[tuple[Entry, FinishedReport]]:
    for number, ids in groupby(found.ids, key=lambda each: each >> PLACES):
        places = sorted(each & ((1 << PLACES) - 1) for each in ids)
        for entry, report in reports.load(database, [number], library):
            tags = tuple(report.tags[place] for place in places)
            yield entry, msgspec.structs.replace(report.finish(), source=entry.source, tags=tags, noise=(), outline=())


def _asked(match: str, wanted: Wanted) -> _Asked:
    """Return what to look through: the terms first, and the passages only where a theme or score is asked for."""
    source, where, values = "terms", ["terms MATCH ?"], [match]
    of_reports: list[object] = []
    for name, value in wanted.attributes.items():
        test = "instr(value, ?) > 0" if name in _IN_PART else "value = ?"
        where.append(f"terms.rowid >> {PLACES} IN (SELECT report FROM attribute WHERE name = ? AND {test})")  # noqa: S608 - as above
        of_reports += [name, value]
    of_passages: list[object] = []
    if wanted.theme or wanted.score > 0:
        source += " CROSS JOIN passage ON passage.id = terms.rowid"
    if wanted.theme:
        where.append("passage.theme = ?")
        of_passages.append(wanted.theme)
    if wanted.score > 0:
        where.append("passage.score >= ?")
        of_passages.append(wanted.score)
    return _Asked(f"{source} WHERE {' AND '.join(where)}", (*values, *of_reports, *of_passages))
