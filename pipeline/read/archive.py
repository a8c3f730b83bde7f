"""A zip file as a folder: its files one after the other, read in memory, so that no name in it can point anywhere.

Never more bytes of a member are asked for than the archive declares, so declared sizes are what an allowance counts.
Names without the Unicode flag are UTF-8 (macOS) or GB18030 (Chinese Windows), in that order.
"""

import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

import msgspec

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.read.office.packages import DAMAGE, ENCRYPTED_FLAG, METHODS

_UTF_8_NAME = 0x800


class Member(msgspec.Struct, frozen=True):
    """A file of an archive: its name as a path below the archive, and its bytes."""

    name: str
    data: bytes


class Allowance:
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
            raise InputError(f"{source}: holds more files than may be unpacked (read.max_members); unpack it yourself")
        if self._bytes < 0:
            raise InputError(f"{source}: unpacks to more than may be unpacked (read.max_unpacked); unpack it yourself")


def names(data: bytes, source: str) -> list[str]:
    """Return the names of the files of a zip without those of the system; raises InputError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            found = [member_name(info) for info in package.infolist() if not info.is_dir()]
    except DAMAGE as error:
        raise InputError(f"{source}: a damaged zip file ({error}); get it again") from None
    return [name for name in found if not _is_of_system(name)]


def members(data: bytes, source: str, allowance: Allowance) -> Iterator[Member | InputError]:
    """Yield the files of a zip in name order, or the error of one that cannot be read; raises InputError for the whole.

    Files of the system (``__MACOSX``, names that begin with a dot or ``~$``) are no reports.
    """
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except DAMAGE as error:
        raise InputError(f"{source}: a damaged zip file ({error}); get it again") from None
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
        return InputError(f"{where}: the name leads out of the archive; not read")
    if info.flag_bits & ENCRYPTED_FLAG:
        return InputError(f"{where}: protected by a password; unpack the archive yourself")
    if info.compress_type not in METHODS:
        return InputError(f"{where}: packed by an unusual method, which cannot be unpacked within bounds; pack it as a plain zip")
    try:
        with package.open(info) as content:
            return Member(name, content.read(info.file_size) if info.file_size else b"")
    except DAMAGE as error:
        return InputError(f"{where}: damaged inside the archive ({error}); pack it again")


def member_name(info: zipfile.ZipInfo) -> str:
    """Return the name of a member with slashes, as its maker saw it; zipfile takes what is not flagged as UTF-8 for cp437."""
    name = info.filename
    if not info.flag_bits & _UTF_8_NAME:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def _is_of_system(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or (bool(parts) and parts[-1].startswith((".", "~$")) and parts[-1] != "..")
