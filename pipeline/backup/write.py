"""Write a backup: a zip file with a manifest, while trainings and servers go on writing.

What is copied is whole, each in the way that its writer allows: a SQLite database by SQLite's own online backup, the file of
corrections while its lock is held, a model folder once nothing of it changed while it was read. Every other file takes its place
whole, and its sha256 is that of the bytes that went into the archive.
"""

import datetime as dt
import hashlib
import os
import sqlite3
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import msgspec

from pipeline import __version__
from pipeline.backup.manifest import FORMAT, MANIFEST, BackupManifest, KeptFile, is_name
from pipeline.backup.parts import PARTS, Part
from pipeline.core.config import Config
from pipeline.core.errors import UsageError
from pipeline.core.messages import system_reason, tr
from pipeline.core.outputs import write_whole
from pipeline.labels.corpus import review_file
from pipeline.labels.corrections.store import alone
from pipeline.model.folder import MANIFEST as MODEL_MANIFEST
from pipeline.track.places import PATIENCE, database
from pipeline.track.store import tracking_uri, without_password

SQLITE_HEAD = b"SQLite format 3\0"
COMPANIONS = ("-wal", "-shm", "-journal")  # of a SQLite database: its online backup holds what they hold
UNFINISHED = (".lock", ".part")
CHUNK = 1 << 20
ATTEMPTS, PAUSE = 50, 0.1  # how often a model that is being written is looked at, and the seconds between


@dataclass(frozen=True, slots=True)
class _Found:
    """A file to keep: where it lies, and its name in the archive."""

    path: Path
    name: str


class _Archive:
    """A backup that is being written."""

    def __init__(self, package: zipfile.ZipFile, staging: Path, out: Path) -> None:
        self._package, self._staging, self._out = package, staging, out
        self.files: dict[str, KeptFile] = {}
        self.left_out: list[str] = []

    def add(self, found: _Found) -> None:
        """Copy a file; one that went meanwhile, and the archive itself, are none."""
        if found.name in self.files or os.path.realpath(found.path) == os.path.realpath(self._out):
            return
        try:
            with found.path.open("rb") as stream:
                is_database = stream.read(len(SQLITE_HEAD)) == SQLITE_HEAD
                stream.seek(0)
                if not is_database:
                    self._copy(found.name, stream)
        except FileNotFoundError:
            return
        if is_database:
            self._add_database(found)

    def _add_database(self, found: _Found) -> None:
        copy = self._staging / "database"
        snapshot(found.path, copy)
        with copy.open("rb") as stream:
            self._copy(found.name, stream)
        copy.unlink()

    def _copy(self, name: str, stream: BinaryIO) -> None:
        digest, size = hashlib.sha256(), 0
        info = zipfile.ZipInfo(name, time.localtime()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        with self._package.open(info, "w", force_zip64=True) as member:
            while chunk := stream.read(CHUNK):
                member.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        self.files[name] = KeptFile(name, size, digest.hexdigest())

    def close(self) -> BackupManifest:
        """Write the manifest, and return it."""
        made = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        manifest = BackupManifest(FORMAT, made, __version__, tuple(self.files.values()), tuple(self.left_out))
        self._package.writestr(MANIFEST, msgspec.json.encode(manifest))
        return manifest


def write_backup(out: Path, config: Config, config_file: Path | None = None) -> BackupManifest:
    """Write everything of the project into a file that only its owner can read, and return what it holds.

    Raises UsageError for a file that is there, and for what cannot be read or written.
    """
    if os.path.lexists(out):
        raise UsageError(tr("{out}: is there already, and a backup replaces nothing; name another file, or move it away", out=out))
    try:
        with write_whole(out) as stream, tempfile.TemporaryDirectory(prefix="mission-themes-backup-") as staging:
            if hasattr(os, "fchmod"):
                os.fchmod(stream.fileno(), 0o600)
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
                archive = _Archive(package, Path(staging), out)
                for part in PARTS:
                    _add_part(archive, part, config, config_file)
                _say_of_servers(archive, config)
                return archive.close()
    except OSError as error:
        where = error.filename or out
        raise UsageError(
            tr("{where}: cannot be kept ({reason}); check that it is yours and has space", where=where, reason=system_reason(error))
        ) from None


def snapshot(path: Path, copy: Path) -> None:
    """Copy a SQLite database as it is at one moment, whoever writes to it; raises UsageError for a damaged one."""
    try:
        with closing(sqlite3.connect(path, timeout=PATIENCE)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            found = target.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise UsageError(tr("{path}: cannot be copied ({error}); repair the database first", path=path, error=error)) from None
    if found != "ok":
        raise UsageError(
            tr("{path}: a damaged database ({found}); repair it first, with sqlite3's .recover", path=path, found=found)
        )


def _add_part(archive: _Archive, part: Part, config: Config, config_file: Path | None) -> None:
    root = part.source(config)
    paths = [*part.paths(config), *([config_file] if config_file and part is PARTS[0] else [])]
    review = review_file(config)
    for path in paths:
        if not path.exists():
            continue
        name = _name_in(root, path)
        if name is None:
            archive.left_out.append(tr("{path}: lies outside {root}; copy it by yourself", path=path, root=root))
            continue
        with alone(path) if path == review else nullcontext():
            for found in _files(path, str(PurePosixPath(part.name, name)), archive):
                archive.add(found)


def _name_in(root: Path, path: Path) -> str | None:
    try:
        return Path(os.path.abspath(path)).relative_to(os.path.abspath(root)).as_posix()  # noqa: PTH100 - links stay as they are
    except ValueError:
        return None


def _files(path: Path, name: str, archive: _Archive) -> Iterator[_Found]:
    """Yield the files of a path, in order; what is no file of its own, or has no name that an archive can hold, is told."""
    if path.is_symlink() or not (path.is_dir() or path.is_file()) or not is_name(name):
        archive.left_out.append(
            tr("{path}: a link, no ordinary file, or a name that no archive holds; copy it by yourself", path=path)
        )
    elif path.is_file():
        yield _Found(path, name)
    elif (path / MODEL_MANIFEST).is_file():
        yield from _model_files(path, name, archive)
    else:
        for below in sorted(_below(path)):
            yield from _files(below, f"{name}/{below.name}", archive)


def _model_files(folder: Path, name: str, archive: _Archive) -> Iterator[_Found]:
    """Yield the files of a copy of a model folder during which nothing of it changed; raises UsageError where it never rests."""
    for _ in range(ATTEMPTS):
        with tempfile.TemporaryDirectory(prefix="mission-themes-backup-") as staging:
            before = _state(folder)
            try:
                copies = [_copied(path, Path(staging) / path.name) for path in sorted(_below(folder)) if path.is_file()]
            except FileNotFoundError:
                copies = []
            if before and before == _state(folder):
                yield from (_Found(copy, f"{name}/{copy.name}") for copy in copies)
                for inner in sorted(path for path in _below(folder) if path.is_dir()):
                    yield from _files(inner, f"{name}/{inner.name}", archive)
                return
        time.sleep(PAUSE)
    raise UsageError(tr("{folder}: is being written all the time; try again when no training runs", folder=folder))


def _copied(path: Path, copy: Path) -> Path:
    copy.write_bytes(path.read_bytes())
    return copy


def _state(folder: Path) -> list[tuple[str, int, int, int]]:
    """Return what tells whether anything in a folder, or the folder itself, was changed; nothing for one that is being replaced."""
    try:
        stats = [(path.name, path.stat()) for path in (folder, *sorted(_below(folder)))]
    except FileNotFoundError:
        return []
    return [(name, found.st_ino, found.st_size, found.st_mtime_ns) for name, found in stats]


def _below(folder: Path) -> Iterable[Path]:
    """Return what a folder holds but for what is hidden, unfinished, or beside a database."""
    try:
        names = set(os.listdir(folder))  # noqa: PTH208 - names are asked for
    except FileNotFoundError:
        return []
    beside = {name + ending for name in names for ending in COMPANIONS}
    return [folder / name for name in names - beside if not name.startswith(".") and not name.endswith(UNFINISHED)]


def _say_of_servers(archive: _Archive, config: Config) -> None:
    """Say of a store that is no file how it is kept."""
    uri = tracking_uri(config.track.uri)
    if database(uri) is None:
        way = tr("pg_dump for the database") if uri.startswith("postgres") else tr("the backup of that server")
        archive.left_out.append(
            tr(
                "{without_password}: the runs and registered versions; use {way}, and copy its artifacts",
                without_password=without_password(uri),
                way=way,
            )
        )
