"""Artifacts follow the database: they lie in ``artifacts`` beside a sqlite file, wherever that is.

MLflow keeps whole paths of artifacts in its database. After a project was moved or copied they lead to where it was: to nothing,
or, worse, into the folder of the original. So whoever opens the database of a project first has them lead beside it.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

SQLITE = "sqlite:///"
PATIENCE = 30.0  # seconds to wait for another program that writes the database
# Each table with artifacts, and its column of their place; that of an experiment is the root of all others.
_ROOTS = ("experiments", "artifact_location")
_OF_PROJECT = "/mlruns/artifacts"
_BELOW = (
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "storage_location"),
    ("model_versions", "source"),
)


def database(uri: str) -> Path | None:
    """Return the file of a store that is a sqlite file, or None."""
    return Path(uri.removeprefix(SQLITE).partition("?")[0]).absolute() if uri.startswith(SQLITE) else None


def artifact_location(uri: str) -> str | None:
    """Return where a store that is a sqlite file keeps artifacts, as an address; None for a server, which knows it itself."""
    path = database(uri)
    return None if path is None else (path.parent / "artifacts").as_uri()


def follow(uri: str) -> None:
    """Have the artifacts of a store that is a sqlite file be looked for and written beside it; raises sqlite3's errors.

    What lies at its old place only stays there.
    """
    path, own = database(uri), artifact_location(uri)
    if path is None or own is None or not path.is_file():
        return
    with closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as store:
        olds = _old_roots(store, own)
        if not olds:
            return
        store.execute("BEGIN IMMEDIATE")
        for old in olds:
            for table, column in _BELOW:
                _move(store, table, column, old, own)
            store.execute("UPDATE experiments SET artifact_location = ? WHERE artifact_location = ?", (own, old))
        store.execute("COMMIT")


def _old_roots(store: sqlite3.Connection, own: str) -> list[str]:
    """Return the roots of artifacts elsewhere that are to follow: those of a project, and others that are gone or lie here now."""
    if not _has(store, *_ROOTS):
        return []
    found = store.execute("SELECT DISTINCT artifact_location FROM experiments WHERE artifact_location LIKE 'file://%/artifacts'")
    places = [place for (place,) in found if place != own]
    return [place for place in places if place.endswith(_OF_PROJECT) or not _path(place).exists() or _path(own).exists()]


def _move(store: sqlite3.Connection, table: str, column: str, old: str, own: str) -> None:
    """Have the places below an old root lead below the own one, but for what lies at the old one only."""
    if not _has(store, table, column):
        return
    below = f"{old}/"
    places = store.execute(
        f"SELECT DISTINCT {column} FROM {table} WHERE substr({column}, 1, ?) = ?",  # noqa: S608 - the names are ours
        (len(below), below),
    ).fetchall()
    for (place,) in places:
        fresh = own + place[len(old) :]
        if _path(fresh).exists() or not _path(place).exists():
            store.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (fresh, place))  # noqa: S608 - as above


def _has(store: sqlite3.Connection, table: str, column: str) -> bool:
    """Tell whether a database has a table with a column; MLflow of another version may have none."""
    return any(row[1] == column for row in store.execute(f"PRAGMA table_info({table})"))


def _path(uri: str) -> Path:
    return Path(url2pathname(urlsplit(uri).path))
