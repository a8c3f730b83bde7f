"""The file of the library: where it is, its schema, its writers, its copies.

SQLite (standard library) keeps it, and not DuckDB: several processes write one file by turns and read it meanwhile (WAL), its
full-text index is kept up with each write, what is deleted is overwritten, and it is installed already. DuckDB is faster where
columns of many million rows are summed up, which no office has; it lets one process write, and its index is built anew for
every change.

A passage is known by the number of its report and its place there, in one integer: what is asked of reports (unit, place, year)
then needs no look at the passages. FTS5 keeps the terms of the passages and no text (``content=''``); the text is in the report
alone, compressed.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.core import locations
from pipeline.core.errors import InputError, LibraryError, UsageError
from pipeline.core.messages import mark, system_reason, tr
from pipeline.core.outputs import write_whole

NAME = "library.sqlite3"
VERSION = 2
APPLICATION = 0x6D744C42  # tells this file from other databases of SQLite
PATIENCE = 30.0  # seconds that another process may take to write
PLACES = 20  # bits of the place of a passage in its report
_COMPANIONS = ("-wal", "-shm")

SCHEMA = {
    "batch": "CREATE TABLE batch (id INTEGER PRIMARY KEY, date TEXT NOT NULL, action TEXT NOT NULL, model TEXT NOT NULL, "
    "reports INTEGER NOT NULL DEFAULT 0, passages INTEGER NOT NULL DEFAULT 0, changed INTEGER NOT NULL DEFAULT 0)",
    "report": "CREATE TABLE report (id INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, sha256 TEXT NOT NULL UNIQUE, "
    "name TEXT NOT NULL, model TEXT NOT NULL, added TEXT NOT NULL, whole INTEGER NOT NULL, passages INTEGER NOT NULL, "
    "content BLOB NOT NULL)",
    "attribute": "CREATE TABLE attribute (report INTEGER NOT NULL REFERENCES report ON DELETE CASCADE, name TEXT NOT NULL, "
    "value TEXT NOT NULL, basis TEXT NOT NULL, PRIMARY KEY (report, name)) WITHOUT ROWID",
    "passage": "CREATE TABLE passage (id INTEGER PRIMARY KEY, theme TEXT NOT NULL, score REAL NOT NULL)",
    "share": "CREATE TABLE share (report INTEGER NOT NULL REFERENCES report ON DELETE CASCADE, theme TEXT NOT NULL, "
    "passages INTEGER NOT NULL, characters INTEGER NOT NULL, PRIMARY KEY (report, theme)) WITHOUT ROWID",
    "pair": "CREATE TABLE pair (report INTEGER NOT NULL REFERENCES report ON DELETE CASCADE, theme TEXT NOT NULL, "
    "other TEXT NOT NULL, passages INTEGER NOT NULL, PRIMARY KEY (report, theme, other)) WITHOUT ROWID",
    "terms": "CREATE VIRTUAL TABLE terms USING fts5(text, content='', columnsize=0, tokenize='ascii')",
    "member": "CREATE TABLE member (batch INTEGER NOT NULL REFERENCES batch, report INTEGER NOT NULL REFERENCES report "
    "ON DELETE CASCADE, PRIMARY KEY (batch, report)) WITHOUT ROWID",
    "draft": "CREATE TABLE draft (id INTEGER PRIMARY KEY AUTOINCREMENT, revision INTEGER NOT NULL, name TEXT NOT NULL, "
    "person TEXT NOT NULL, date TEXT NOT NULL, content BLOB NOT NULL)",
}
# The tables that a version added. One before it is raised when it is opened: it gets these tables and nothing of it changes.
ADDED = {2: ("member", "draft")}
# Which batch a report came with was not kept before version 2: the last one that began before it, which is right but for batches
# that ran at once.
_MEMBERS = (
    "INSERT INTO member (batch, report) SELECT max(batch.id), report.id FROM report JOIN batch "
    "ON batch.action = 'add' AND batch.date <= report.added GROUP BY report.id"
)
_SETTINGS = (
    f"PRAGMA busy_timeout = {round(PATIENCE * 1000)}",
    "PRAGMA trusted_schema = OFF",  # a copy that is restored may come from anywhere
    "PRAGMA cell_size_check = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",  # no text of a report in a file that stays
    "PRAGMA cache_size = -65536",
)
_REASONS = {
    sqlite3.SQLITE_FULL: mark("the disk is full; nothing of what was there is lost: free some space and run the command again"),
    sqlite3.SQLITE_BUSY: mark("another program has been writing it for {seconds:.0f} seconds; try again"),
    sqlite3.SQLITE_LOCKED: mark("another program is using it; try again"),
    sqlite3.SQLITE_READONLY: mark("it cannot be written; check that the file and its folder are yours"),
    sqlite3.SQLITE_CANTOPEN: mark("it cannot be opened; check that the file and its folder are yours"),
    sqlite3.SQLITE_PERM: mark("it cannot be opened; check that the file and its folder are yours"),
    sqlite3.SQLITE_NOTADB: mark("it is no library; move it away, or restore a copy with `pipeline library restore`"),
    sqlite3.SQLITE_CORRUPT: mark("it is damaged; restore a copy with `pipeline library restore --force`"),
    sqlite3.SQLITE_IOERR: mark(
        "the disk refuses to read or write it; nothing of what was there is lost: check the disk and try again"
    ),
}


def library_path() -> Path:
    """Return the file of the library; it may not be there yet."""
    return locations.data_folder() / NAME


class Library:
    """An open library; a context manager that closes it. Every error of SQLite becomes a LibraryError of one line."""

    def __init__(self, path: Path | None = None, create: bool = False) -> None:
        """Open the library, and make it where there is none and ``create`` says so.

        Raises UsageError where there is none, LibraryError for one that cannot be used.
        """
        self.path = path or library_path()
        if not create and not self.path.exists():
            raise UsageError(tr("{path}: no library yet; `pipeline library add REPORTS` begins one", path=self.path))
        with self.told():
            _make_private(self.path)
            self.database = _connect(self.path)
        try:
            with self.told():
                self._prepare(create)
        except BaseException:
            self.database.close()
            raise

    def __enter__(self) -> Self:
        """Return the library itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close it."""
        self.database.close()

    def told(self) -> AbstractContextManager[None]:
        """Have what SQLite says of this file told in one line."""
        return told(self.path)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the database for changes that come all or not at all; other processes wait for their turn.

        Within another ``writing`` they come with its own.
        """
        if self.database.in_transaction:
            yield self.database
            return
        with self.told():
            self.database.execute("BEGIN IMMEDIATE")
            try:
                yield self.database
                self.database.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # SQLite has taken back by itself what a full disk broke off
                    self.database.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the database as it is at this moment, whatever others write meanwhile."""
        if self.database.in_transaction:  # of one that reads already
            yield self.database
            return
        with self.told():
            self.database.execute("BEGIN")
            try:
                yield self.database
            finally:
                with suppress(sqlite3.Error):
                    self.database.execute("ROLLBACK")

    def forget(self) -> bool:
        """Have nothing of what was taken out in the log of changes: it is written into the file, which keeps its size, and cut.

        Return False where another program reads and the log stays until it has ended.
        """
        with self.told():
            busy, _, _ = self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def _prepare(self, create: bool) -> None:
        if create and not _objects(self.database) and not _number(self.database, "application_id"):
            self._begin()
        check(self.database, self.path)
        if _number(self.database, "user_version") < VERSION:
            self._raise()

    def _begin(self) -> None:
        """Make the tables; of two processes that do so at once the second finds them there."""
        self.database.execute("PRAGMA journal_mode = WAL")
        with self.writing() as database:
            if not _objects(database):
                for statement in SCHEMA.values():
                    database.execute(statement)
                database.execute(f"PRAGMA application_id = {APPLICATION}")
                database.execute(f"PRAGMA user_version = {VERSION}")

    def _raise(self) -> None:
        """Give a library of an earlier version what it lacks; of two processes that do so at once the second finds it there."""
        with self.writing() as database:
            if (version := _number(database, "user_version")) == VERSION:
                return
            for name in _later(version):
                database.execute(SCHEMA[name])
            database.execute(_MEMBERS)
            database.execute(f"PRAGMA user_version = {VERSION}")


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Have what SQLite or the disk says of a file told in one line, which names it and what to try (LibraryError)."""
    try:
        yield
    except sqlite3.Error as error:
        raise LibraryError(tr("{path}: {reason}", path=path, reason=_reason(error))) from None
    except OSError as error:
        raise LibraryError(
            tr("{path}: cannot be opened or written ({reason}); check its folder", path=path, reason=system_reason(error))
        ) from None


def check(database: sqlite3.Connection, path: Path) -> None:
    """Raise LibraryError for a file that is no library, one of a later version, or one that was not wholly written."""
    if _number(database, "application_id") != APPLICATION:
        raise LibraryError(
            tr("{path}: is no library of this program, or was not wholly written; move it away or restore a copy", path=path)
        )
    version = _number(database, "user_version")
    if not 1 <= version <= VERSION:
        newer = tr("update this program") if version > VERSION else tr("restore a copy, or move it away and add the reports again")
        raise LibraryError(
            tr(
                "{path}: a library of version {version}, and this program knows version {known}; {advice}",
                path=path,
                version=version,
                known=VERSION,
                advice=newer,
            )
        )
    found = _objects(database)
    own = {name: sql for name, sql in found.items() if not name.startswith(("terms_", "sqlite_"))}
    later = _later(version)
    if wrongs := own.items() ^ {name: sql for name, sql in SCHEMA.items() if name not in later}.items():
        wrong = min(name for name, _ in wrongs)
        raise LibraryError(
            tr("{path}: its table {wrong} is not as this program makes it; restore a copy, or move it away", path=path, wrong=wrong)
        )


def back_up(library: Library, target: Path) -> None:
    """Write a whole copy of a library into a file that is not there yet, also while others write.

    Raises UsageError, LibraryError.
    """
    if os.path.lexists(target):
        raise UsageError(tr("{target}: exists; name a file that does not, so that no copy is lost", target=target))
    try:
        with library.told(), write_whole(target) as stream:
            Path(stream.name).chmod(0o600)
            library.database.execute("VACUUM INTO ?", (stream.name,))
    except LibraryError as error:
        if target.parent.is_dir():
            raise
        raise UsageError(tr("{target}: no such folder; make it first, or name another file", target=target)) from error


def restore(source: Path, replace: bool) -> Path | None:
    """Put a copy in the place of the library, also while others read it; return where an unusable one was moved to.

    Raises InputError for a copy that is not there or cannot be used, UsageError where there is a library and ``replace`` does not
    say so, LibraryError for a library that cannot be written.
    """
    target = library_path()
    if not source.is_file():
        raise InputError(tr("{source}: no such file; name one that `pipeline library backup` wrote", source=source))
    if target.exists() and not replace:
        raise UsageError(
            tr("{target}: there is a library; back it up first, then give --force to have the copy in its place", target=target)
        )
    with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
        _check_copy(copy, source)
        library, aside = _to_replace(target)
        with library, library.told():
            copy.backup(library.database)
            library.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return aside


def _check_copy(copy: sqlite3.Connection, source: Path) -> None:
    """Raise InputError for a copy that is no library, of a later version, or damaged."""
    try:
        with told(source):
            copy.execute("PRAGMA trusted_schema = OFF")
            check(copy, source)
            said = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    except LibraryError as error:
        raise InputError(str(error)) from None
    if said != "ok":
        raise InputError(tr("{source}: damaged ({reason}); use another copy", source=source, reason=said.splitlines()[0]))


def _to_replace(target: Path) -> tuple[Library, Path | None]:
    """Return the library that a copy goes into: the one that is there, or a new one where that is unusable and moved away."""
    try:
        return Library(target, create=True), None
    except LibraryError:
        aside = next(path for number in range(1, 1000) if not (path := target.with_name(f"{NAME}.damaged-{number}")).exists())
        target.rename(aside)
        for ending in _COMPANIONS:
            with suppress(FileNotFoundError):
                target.with_name(NAME + ending).rename(aside.with_name(aside.name + ending))
        return Library(target, create=True), aside


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    try:
        for setting in _SETTINGS:
            database.execute(setting)
    except BaseException:
        database.close()
        raise
    return database


def _make_private(path: Path) -> None:
    """Make the file and its folder where they are not there, for the user alone; SQLite gives its other files the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _later(version: int) -> list[str]:
    """Return the tables that a library of a version has not yet."""
    return [name for added, names in ADDED.items() if added > version for name in names]


def _objects(database: sqlite3.Connection) -> dict[str, str]:
    return dict(database.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def _number(database: sqlite3.Connection, pragma: str) -> int:
    number: int = database.execute(f"PRAGMA {pragma}").fetchone()[0]
    return number


def _reason(error: sqlite3.Error) -> str:
    """Return what to say of an error of SQLite; the lower byte of its code tells the kind."""
    if "no such module: fts5" in str(error):
        return tr("this Python's SQLite has no full-text search (FTS5); use the Python of python.org, or SQLite with FTS5")
    kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if kind not in _REASONS:
        return tr("cannot be used ({error}); run again with --debug and report it", error=error)
    return tr(_REASONS[kind], seconds=PATIENCE)
