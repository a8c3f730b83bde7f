"""A zip file as a folder: its files one after the other, read in memory, so that no name in it can point anywhere.

Never more bytes of a member are asked for than the archive declares, so declared sizes are what an allowance counts.
A name is what the field for Unicode paths says (Info-ZIP, Bandizip, 好压), where it belongs to the stored name; else names
without the Unicode flag are UTF-8 (macOS) or GB18030 (Chinese Windows), in that order.
"""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

import msgspec

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.read.office.packages import DAMAGE, ENCRYPTED_FLAG, METHODS, UNUSUAL, UTF_8_NAME, open_zip, slashed, unpacked

_UNICODE_PATH, _FIELD_HEAD = 0x7075, 4


class Member(msgspec.Struct, frozen=True):
    """A file of an archive: its name as a path below the archive, and its bytes."""

    name: str
    data: bytes


class UnpackBudget:
    """What one file may still unpack to, with all that is nested in it."""

    def __init__(self, options: ReadConfig) -> None:
        """Start with the limits of the configuration."""
        self._bytes = options.max_unpacked
        self._members = options.max_members

    def take(self, package: zipfile.ZipFile, source: str) -> None:
        """Count what an archive unpacks to; raises InputError when that is more than is left."""
        members = package.infolist()
        self._bytes -= sum(member.file_size for member in members)
        self._members -= len(members)
        if self._members < 0:
            raise InputError(
                tr("{source}: holds more files than may be unpacked (read.max_members); unpack it yourself", source=source),
                code="too_large",
            )
        if self._bytes < 0:
            raise InputError(
                tr("{source}: unpacks to more than may be unpacked (read.max_unpacked); unpack it yourself", source=source),
                code="too_large",
            )


def names(data: bytes, source: str) -> list[str]:
    """Return the names of the files of a zip without those of the system; raises InputError."""
    try:
        with open_zip(data) as package:
            found = [member_name(info) for info in package.infolist() if not info.is_dir()]
    except DAMAGE as error:
        raise InputError(
            tr("{source}: a damaged zip file ({error}); get it again", source=source, error=error), code="archive"
        ) from None
    return [name for name in found if not _is_of_system(name)]


def members(data: bytes, source: str, allowance: UnpackBudget) -> Iterator[Member | InputError]:
    """Yield the files of a zip in name order, or the error of one that cannot be read; raises InputError for the whole.

    Files of the system (``__MACOSX``, names that begin with a dot or ``~$``) are no reports.
    """
    try:
        package = open_zip(data)
    except DAMAGE as error:
        raise InputError(
            tr("{source}: a damaged zip file ({error}); get it again", source=source, error=error), code="archive"
        ) from None
    with package:
        allowance.take(package, source)
        named = sorted(((member_name(info), info) for info in package.infolist() if not info.is_dir()), key=lambda pair: pair[0])
        for name, info in named:
            if not _is_of_system(name):
                yield _member(package, name, info, source)


def _member(package: zipfile.ZipFile, name: str, info: zipfile.ZipInfo, source: str) -> Member | InputError:
    where = f"{source}/{name}"
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or name[1:2] == ":":
        return InputError(tr("{where}: the name leads out of the archive; not read", where=where), code="archive")
    if info.flag_bits & ENCRYPTED_FLAG:
        return InputError(tr("{where}: protected by a password; unpack the archive yourself", where=where), code="password")
    if info.compress_type not in METHODS:
        return InputError(tr("{source}: {reason}", source=where, reason=tr(UNUSUAL)), code="archive")
    try:
        return Member(name, unpacked(package, info))
    except DAMAGE as error:
        return InputError(
            tr("{where}: damaged inside the archive ({error}); pack it again", where=where, error=error), code="archive"
        )


def member_name(info: zipfile.ZipInfo) -> str:
    """Return the name of a member with slashes, as its maker saw it; zipfile takes what is not flagged as UTF-8 for cp437.

    It is taken from the name as it is stored: from Python 3.12 on zipfile puts the Unicode path in the place of the other.
    """
    flagged = bool(info.flag_bits & UTF_8_NAME)
    raw = info.orig_filename.encode("utf-8" if flagged else "cp437", "replace")
    told = _unicode_path(info.extra, raw)
    return slashed(told or _decoded(raw) or info.orig_filename)


def _decoded(raw: bytes) -> str | None:
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """Return the name in the field for Unicode paths, which holds the check sum of the name that it stands for."""
    while len(extra) >= _FIELD_HEAD:
        kind, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        field, extra = extra[_FIELD_HEAD : _FIELD_HEAD + size], extra[_FIELD_HEAD + size :]
        if kind == _UNICODE_PATH and field[:1] == b"\x01" and field[1:5] == zlib.crc32(raw).to_bytes(4, "little"):
            return _decoded(field[5:])
    return None


def _is_of_system(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or (bool(parts) and parts[-1].startswith((".", "~$")) and parts[-1] != "..")
