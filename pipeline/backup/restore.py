"""Restore a backup into a folder: everything is checked before the first file is written, and nothing that is there is replaced.

An archive may be hostile: its names must be those of its manifest and lead into the folders of ``PARTS``, it may hold no link and
nothing hidden, and what it unpacks to is bounded by its own size and by the space that is free. A sha256 finds damage, not forgery:
restore what you have kept yourself.
"""

import hashlib
import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

from pipeline.backup.manifest import FORMAT, MANIFEST, BackupManifest, KeptFile, is_name
from pipeline.backup.parts import PARTS
from pipeline.backup.write import SQLITE_HEAD, snapshot
from pipeline.core.errors import InputError, UsageError
from pipeline.core.json_values import decode_json
from pipeline.core.messages import system_reason, tr
from pipeline.core.outputs import to_disk
from pipeline.read.office.packages import DAMAGE, ENCRYPTED_FLAG, METHODS

LARGEST_MANIFEST, LARGEST_DIRECTORY = 2**26, 2**26  # bytes
# What an archive may unpack to: so many times its own size, and so many bytes more.
MOST_RATIO, SPARE = 100, 2**26
CODE_FOLDER = "pipeline"  # of a checkout: what lies there is run
CHUNK = 1 << 20
_DIRECTORY_END, _LOCATOR = 22, b"PK\x06\x07"
_END_64 = 56 + 20 + _DIRECTORY_END  # bytes of the ends of a large zip's directory


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done: the files that were written, those that were there already, the same, and what it never held."""

    written: int
    same: int
    left_out: tuple[str, ...]


class _Numbered(msgspec.Struct):
    """What a manifest of any format has."""

    format: int


@dataclass(frozen=True, slots=True)
class _Planned:
    """A file to write, whether it is there already, the same, and whether its owner alone may read it."""

    file: KeptFile
    path: Path
    is_there: bool
    is_private: bool


def restore(archive: Path, folder: Path) -> Restored:
    """Write the files of a backup below a project folder.

    Raises InputError for an archive that is none, damaged or hostile, and UsageError for what is there and differs.
    """
    with _opened(archive) as package:
        manifest = _checked(package, archive, folder)
        plan = [_planned(file, archive, folder) for file in manifest.files]
        fresh = [planned for planned in plan if not planned.is_there]
        _write(package, fresh, archive)
    return Restored(len(fresh), len(plan) - len(fresh), manifest.left_out)


def _checked(package: zipfile.ZipFile, archive: Path, folder: Path) -> BackupManifest:
    """Return the manifest of an archive that holds what it says, to the last byte; raises InputError."""
    try:
        manifest = _manifest(package, archive)
        _check_members(package, manifest, archive, folder)
        for file in manifest.files:
            _check_content(package, file, archive, lambda _: None)
    except OSError as error:  # a place that cannot be, as zipfile asks the system for it
        raise InputError(
            tr("{archive}: damaged, or cannot be read ({reason}); use another copy", archive=archive, reason=system_reason(error)),
            code="archive",
        ) from None
    return manifest


# ---- what the archive is ---------------------------------------------------------------------------------------------


@contextmanager
def _opened(archive: Path) -> Iterator[zipfile.ZipFile]:
    try:
        if not stat.S_ISREG(archive.stat().st_mode):
            raise InputError(
                tr("{archive}: no ordinary file; name a file that pipeline backup wrote", archive=archive), code="archive"
            )
        stream = archive.open("rb")
    except OSError as error:
        raise InputError(
            tr(
                "{archive}: cannot be read ({reason}); name a file that pipeline backup wrote",
                archive=archive,
                reason=system_reason(error),
            )
        ) from None
    with stream:
        if not zipfile.is_zipfile(stream):
            raise InputError(tr("{archive}: no backup; name a file that pipeline backup wrote", archive=archive), code="archive")
        if _directory_size(stream) > LARGEST_DIRECTORY:
            raise InputError(tr("{archive}: holds more files than a backup does; not restored", archive=archive), code="too_large")
        with _damage(archive), zipfile.ZipFile(stream) as package:
            yield package


@contextmanager
def _damage(archive: Path) -> Iterator[None]:
    """Turn what zipfile raises for an archive into one line."""
    try:
        yield
    except DAMAGE as error:
        raise InputError(
            tr("{archive}: no backup, or damaged ({error}); use another copy of it", archive=archive, error=error), code="archive"
        ) from None


def _directory_size(stream: BinaryIO) -> int:
    """Return the bytes of a zip's directory as its end tells them; zipfile would read them all, and make a record of each file."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - _END_64))
    tail = stream.read().rjust(_END_64, b"\0")
    told = int.from_bytes(tail[-_DIRECTORY_END + 12 : -_DIRECTORY_END + 16], "little")
    large = int.from_bytes(tail[40:48], "little") if tail[56:60] == _LOCATOR else 0
    return max(told, large)


def _manifest(package: zipfile.ZipFile, archive: Path) -> BackupManifest:
    try:
        info = package.getinfo(MANIFEST)
    except KeyError:
        raise InputError(
            tr(
                "{archive}: no backup: it has no {manifest}; name a file that pipeline backup wrote",
                archive=archive,
                manifest=MANIFEST,
            ),
            code="archive",
        ) from None
    if info.file_size > LARGEST_MANIFEST or info.compress_type not in METHODS:
        raise InputError(
            tr("{archive}: its {manifest} is too large; not restored", archive=archive, manifest=MANIFEST), code="too_large"
        )
    content = package.read(info)
    try:
        number = decode_json(content, _Numbered).format
        if number != FORMAT:
            raise InputError(
                tr(
                    "{archive}: a backup of format {number}; restore it with the version that made it",
                    archive=archive,
                    number=number,
                ),
                code="archive",
            )
        return decode_json(content, BackupManifest)
    except msgspec.MsgspecError as error:
        raise InputError(
            tr(
                "{archive}: its {manifest} is damaged ({error}); use another copy of it",
                archive=archive,
                manifest=MANIFEST,
                error=error,
            ),
            code="archive",
        ) from None


def _check_members(package: zipfile.ZipFile, manifest: BackupManifest, archive: Path, folder: Path) -> None:
    """Raise InputError for members that are not those of the manifest, or are not to be unpacked, or unpack to too much."""
    members = package.infolist()
    declared = {file.name: file for file in manifest.files}
    if len(declared) != len(manifest.files) or sorted(member.filename for member in members) != sorted([*declared, MANIFEST]):
        raise InputError(
            tr("{archive}: its files are not those of its {manifest}; use another copy of it", archive=archive, manifest=MANIFEST),
            code="archive",
        )
    for member in members:
        kind = stat.S_IFMT(member.external_attr >> 16)
        if member.compress_type not in METHODS or member.flag_bits & ENCRYPTED_FLAG or kind not in (0, stat.S_IFREG):
            raise InputError(
                tr("{archive}/{filename}: a link, encrypted or unusual; not restored", archive=archive, filename=member.filename),
                code="archive",
            )
        if member.filename != MANIFEST and member.file_size != declared[member.filename].size:
            raise InputError(
                tr(
                    "{archive}/{filename}: not as long as {manifest} says; not restored",
                    archive=archive,
                    filename=member.filename,
                    manifest=MANIFEST,
                ),
                code="archive",
            )
    _check_size(sum(file.size for file in manifest.files), archive, folder)


def _check_size(size: int, archive: Path, folder: Path) -> None:
    most = archive.stat().st_size * MOST_RATIO + SPARE
    if size > most:
        raise InputError(
            tr("{archive}: would unpack to {size:,} bytes, as no backup does; not restored", archive=archive, size=size),
            code="too_large",
        )
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if size > shutil.disk_usage(there).free:
        raise UsageError(
            tr(
                "{folder}: {size:,} bytes are to be restored, and less space is free; make room, or choose another --to",
                folder=folder,
                size=size,
            )
        )


def _check_content(package: zipfile.ZipFile, file: KeptFile, archive: Path, keep: Callable[[bytes], object]) -> None:
    """Hand on the bytes of a file; raises InputError where they are not those that were kept."""
    digest, size = hashlib.sha256(), 0
    with package.open(file.name) as member:
        while size <= file.size and (chunk := member.read(CHUNK)):
            digest.update(chunk)
            size += len(chunk)
            keep(chunk)
    if size != file.size or digest.hexdigest() != file.sha256:
        raise InputError(
            tr(
                "{archive}/{name}: damaged (its sha256 is another); use another copy of the backup", archive=archive, name=file.name
            ),
            code="archive",
        )


# ---- where it goes ---------------------------------------------------------------------------------------------------


def _planned(file: KeptFile, archive: Path, folder: Path) -> _Planned:
    """Return where a file goes; raises InputError for a name that leads elsewhere, UsageError for one that is taken."""
    part = next((part for part in PARTS if file.name.startswith(f"{part.name}/")), None)
    names = file.name.split("/")[1:]
    if part is None or not is_name(file.name) or (part is PARTS[0] and names[0] == CODE_FOLDER):
        raise InputError(
            tr("{archive}: {name!r} leads where no backup leads; not restored", archive=archive, name=file.name), code="archive"
        )
    root = part.target(folder)
    path = root.joinpath(*names)
    for above in path.relative_to(root).parents:
        if (root / above).is_symlink() or (os.path.lexists(root / above) and not (root / above).is_dir()):
            raise UsageError(
                tr("{root}: is there and is no folder; move it away, or restore to another folder with --to", root=root / above)
            )
    if not os.path.lexists(path):
        return _Planned(file, path, is_there=False, is_private=part.is_private)
    if not _is_same(path, file):
        raise UsageError(
            tr("{path}: is there and differs, and nothing is replaced; move it away, or restore elsewhere with --to", path=path)
        )
    return _Planned(file, path, is_there=True, is_private=part.is_private)


def _is_same(path: Path, file: KeptFile) -> bool:
    """Tell whether a file is the one that was kept; a database is, where a copy of it as a backup makes it has the same bytes."""
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as stream:
        if stream.read(len(SQLITE_HEAD)) == SQLITE_HEAD:
            return _is_same_database(path, file)
        stream.seek(0)
        return path.stat().st_size == file.size and hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256


def _is_same_database(path: Path, file: KeptFile) -> bool:
    with tempfile.TemporaryDirectory(prefix="mission-themes-restore-") as staging:
        copy = Path(staging, "database")
        try:
            snapshot(path, copy)
        except UsageError:  # a damaged one is another than the one that was kept
            return False
        with copy.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256


def _write(package: zipfile.ZipFile, plan: list[_Planned], archive: Path) -> None:
    """Write files that are not there; what fails leaves none of them. Raises UsageError."""
    made: list[Path] = []
    try:
        for planned in plan:
            _make_folder(planned.path.parent, made)
            with planned.path.open("xb") as stream:
                made.append(planned.path)
                if planned.is_private:
                    planned.path.chmod(0o600)
                _check_content(package, planned.file, archive, stream.write)
                to_disk(stream)
    except BaseException as error:
        for path in reversed(made):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        if isinstance(error, OSError):
            where = error.filename or archive
            raise UsageError(
                tr("{where}: cannot be written ({reason}); nothing was restored", where=where, reason=system_reason(error))
            ) from None
        raise


def _make_folder(folder: Path, made: list[Path]) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent, made)
        folder.mkdir()
        made.append(folder)
