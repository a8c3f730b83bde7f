"""Drafts of digests: which reports, how many pages, and the passages that people picked, kept in the library.

A draft holds no text: a passage is its report and where it begins there, so that what is taken out of the library is in no draft.
"""

import datetime as dt
import sqlite3
from dataclasses import dataclass

import msgspec

from pipeline.core.errors import LibraryError, UsageError
from pipeline.core.messages import tr
from pipeline.library.store import Library

_ROW = "SELECT id, revision, name, person, date, content FROM draft"


class Pick(msgspec.Struct, frozen=True, array_like=True):
    """A passage: the number of its report, and where it begins in the text of it."""

    report: int
    start: int


class DraftContent(msgspec.Struct, frozen=True):
    """What a person asks of a digest: the numbers of reports, pages, themes (none: all), and the passages in their order."""

    reports: tuple[int, ...]
    pages: int
    themes: tuple[str, ...] = ()
    picks: tuple[Pick, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it was saved: ``revision`` counts how often, ``person`` is who saved it last, ``date`` when (UTC)."""

    number: int
    revision: int
    name: str
    person: str
    date: str
    content: DraftContent


class StaleError(UsageError):
    """A draft was saved by somebody else since it was looked at; ``saved`` is what is there now."""

    def __init__(self, saved: Draft) -> None:
        who = saved.person or "somebody"
        super().__init__(
            tr(
                "draft {number}: {who} saved it at {date}; look at it, then save again",
                number=saved.number,
                who=who,
                date=saved.date,
            ),
            code="stale",
        )
        self.saved = saved

    def __reduce__(self) -> tuple[type["StaleError"], tuple[Draft]]:
        """Let it pass from one process to another."""
        return StaleError, (self.saved,)


def drafts(library: Library) -> list[Draft]:
    """Return all drafts, the one saved last first."""
    with library.reading() as database:
        rows = [*database.execute(f"{_ROW} ORDER BY date DESC, id DESC")]
    return [_draft(row, library) for row in rows]


def draft_of(library: Library, number: int) -> Draft:
    """Return a draft; raises UsageError for a number that is none."""
    with library.reading() as database:
        return _of(database, number, library)


def add(library: Library, name: str, person: str, content: DraftContent) -> Draft:
    """Keep a new draft, and return it."""
    with library.writing() as database:
        row = (1, name, person, _now(), msgspec.json.encode(content))
        made = database.execute("INSERT INTO draft (revision, name, person, date, content) VALUES (?, ?, ?, ?, ?)", row)
        return _of(database, made.lastrowid or 0, library)


def save(library: Library, changed: Draft) -> Draft:
    """Keep a draft in the place of the revision that it was made from, and return it as the next one.

    Raises StaleError where another revision is there by now, UsageError where none is.
    """
    with library.writing() as database:
        there = _of(database, changed.number, library)
        if there.revision != changed.revision:
            raise StaleError(there)
        row = (changed.revision + 1, changed.name, changed.person, _now(), msgspec.json.encode(changed.content), changed.number)
        database.execute("UPDATE draft SET revision = ?, name = ?, person = ?, date = ?, content = ? WHERE id = ?", row)
        return _of(database, changed.number, library)


def remove(library: Library, number: int) -> None:
    """Take a draft out; raises UsageError for a number that is none."""
    with library.writing() as database:
        _of(database, number, library)
        database.execute("DELETE FROM draft WHERE id = ?", (number,))


def _of(database: sqlite3.Connection, number: int, library: Library) -> Draft:
    row = database.execute(f"{_ROW} WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise UsageError(tr("no draft {number} in the library", number=number), code="missing")
    return _draft(row, library)


def _draft(row: tuple[int, int, str, str, str, bytes], library: Library) -> Draft:
    number, revision, name, person, date, content = row
    try:
        return Draft(number, revision, name, person, date, msgspec.json.decode(content, type=DraftContent))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        line = tr(
            "draft {number} is damaged ({error}); restore a copy with `pipeline library restore --force`",
            number=number,
            error=error,
        )
        raise LibraryError(tr("{path}: {line}", path=library.path, line=line)) from None


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
