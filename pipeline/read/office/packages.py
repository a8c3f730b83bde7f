"""Open zip packages (Word, OpenDocument, Excel files and archives) without trusting what they declare.

All limits are checked against the central directory before one byte is unpacked, and ``unpacked`` asks zipfile for no
more than the declared size: ``ZipFile.read`` would inflate a member that lies about it up to 2 GiB first. XML is parsed by
lxml (BSD, libxml2) without entities, document types or network; libxml2 itself refuses elements nested deeper than 256.
"""

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import mark, tr
from pipeline.core.names import folded
from pipeline.read.damage import damaged_package, remedy

if TYPE_CHECKING:
    from lxml.etree import _Element

OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Word and Excel put an encrypted package as a stream of this name into an OLE file.
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
ENCRYPTED_FLAG, UTF_8_NAME = 0x1, 0x800
# How an entry of a zip's central directory begins, its size without name and fields, and what stands behind the directory.
_ENTRY, _ENTRY_SIZE, _END = b"PK\x01\x02", 46, b"PK\x05\x06"
# zipfile unpacks what other methods compressed without a bound.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
UNUSUAL = mark("packed by an unusual method, which cannot be unpacked within bounds; pack it as a plain zip")
# What zipfile raises for a package or a member that is damaged or not to be read.
DAMAGE = (
    zipfile.BadZipFile,  # no directory, no head where the directory has a member, a wrong check sum
    zlib.error,  # a deflated member that is none
    EOFError,  # a member that ends before it has given what it declares
    ValueError,  # a place before the beginning, a name or date that is none; UnicodeDecodeError is one
    OverflowError,  # a place that is beyond what can be addressed
    RuntimeError,  # a member that is encrypted; NotImplementedError, of a method or version that is not known, is one
)


class UnusualMethodError(zipfile.BadZipFile):
    """A member is packed by a method that cannot be unpacked within bounds."""


class ZipPackage(zipfile.ZipFile):
    r"""A zip package whose members are found as office programs find them: by names with ``\`` for ``/``, in either letter case."""

    def __init__(self, data: bytes) -> None:
        """Open the package; raises what zipfile does."""
        super().__init__(io.BytesIO(data))
        for member in self.filelist:
            member.filename = slashed(member.filename)
        self._folded: dict[str, list[zipfile.ZipInfo]] = {}
        for member in self.filelist:
            self._folded.setdefault(folded(member.filename), []).append(member)

    def getinfo(self, name: str) -> zipfile.ZipInfo:
        """Return the member of a name or, where there is none, of one that differs from it by letter case or form only.

        Raises KeyError, and BadZipFile for several of different content, of which programs show one or the other.
        """
        alike = self._folded[folded(name)]
        found = [member for member in alike if member.filename == name] or alike
        if len({(member.CRC, member.file_size) for member in found}) > 1:
            raise zipfile.BadZipFile(name)
        return found[0]


def open_zip(data: bytes) -> ZipPackage:
    """Return a zip package; raises one of DAMAGE. Names that say they are UTF-8 and are not are left as they are stored."""
    try:
        return ZipPackage(data)
    except UnicodeDecodeError:
        return ZipPackage(_without_false_flags(data))


def _without_false_flags(data: bytes) -> bytes:
    """Return a zip whose entries say that their names are UTF-8 only where they are, as some programs always say it."""
    mended = bytearray(data)
    end = data.rfind(_END)
    place = end - int.from_bytes(data[end + 12 : end + 16], "little")
    while data[place : place + 4] == _ENTRY:
        lengths = [int.from_bytes(data[place + at : place + at + 2], "little") for at in (28, 30, 32)]
        local = int.from_bytes(data[place + 42 : place + 46], "little")
        if not _is_utf_8(data[place + _ENTRY_SIZE : place + _ENTRY_SIZE + lengths[0]]):
            for flags in (place + 9, local + 7):  # the upper half of the flags, in the directory and before the member
                mended[flags : flags + 1] = bytes(byte & ~(UTF_8_NAME >> 8) for byte in mended[flags : flags + 1])
        place += _ENTRY_SIZE + sum(lengths)
    return bytes(mended)


def _is_utf_8(name: bytes) -> bool:
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def slashed(name: str) -> str:
    """Return the name of a member with slashes, which some programs of Windows write as backslashes."""
    return name.replace("\\", "/")


def open_package(data: bytes, source: str, options: ReadConfig) -> ZipPackage:
    """Return the zip package in ``data``, checked against the limits; nothing is unpacked yet.

    Raises InputError for a damaged or password-protected package and for one with too many or too large members.
    """
    if data.startswith(OLE_SIGNATURE):
        raise _of_old_kind(data, source)
    try:
        package = open_zip(data)
    except DAMAGE:
        raise damaged_package(data, source) from None
    _check_members(package.infolist(), source, options)
    return package


def stored_name(package: zipfile.ZipFile, name: str) -> str:
    """Return the name under which a package holds a member, or the given one where it has no such member."""
    try:
        return package.getinfo(name).filename
    except (KeyError, zipfile.BadZipFile):
        return name


def unpacked(package: zipfile.ZipFile, member: zipfile.ZipInfo, most: int | None = None) -> bytes:
    """Return the bytes of a member, ``most`` at most and never more than it declares; raises one of DAMAGE.

    Every member of a zip is read here: its method is looked at first, because zipfile unpacks others than these without a bound.
    """
    if member.compress_type not in METHODS:
        raise UnusualMethodError(tr(UNUSUAL))
    size = member.file_size if most is None else min(most, member.file_size)
    if not size:
        return b""
    with package.open(member) as content:
        return content.read(size)


def read_member(package: zipfile.ZipFile, name: str, source: str) -> bytes | None:
    """Return the bytes of a member, or None where the package has no such member; raises InputError for a damaged one."""
    try:
        return unpacked(package, package.getinfo(name))
    except KeyError:
        return None
    except DAMAGE:
        said = tr("{source}: {name} in it is damaged; {remedy}", source=source, name=name, remedy=remedy(source))
        raise InputError(said, code="damaged") from None


def parse_member(package: zipfile.ZipFile, name: str, source: str) -> "_Element | None":
    """Return the root of an XML member, or None where the package has no such member; raises InputError."""
    data = read_member(package, name, source)
    return None if data is None else parse_xml(data, name, source)


def parse_xml(data: bytes, name: str, source: str) -> "_Element":
    """Return the root of an XML member; raises InputError for XML that is not well-formed, declares entities or nests too deep."""
    from lxml import etree  # noqa: PLC0415 - loaded when a package is read, not when a command is listed

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise InputError(
            tr(
                "{source}: {name} in it is damaged ({one_line}); save the file again",
                source=source,
                name=name,
                one_line=_one_line(error.msg),
            ),
            code="damaged",
        ) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise InputError(
            tr(
                "{source}: {name} in it declares a document type, which no office program writes; save the file again",
                source=source,
                name=name,
            ),
            code="damaged",
        )
    return root


def _check_members(members: list[zipfile.ZipInfo], source: str, options: ReadConfig) -> None:
    if len(members) > options.max_members:
        raise InputError(
            tr(
                "{source}: {count:,} files in it; the limit is {max_members:,} (read.max_members)",
                source=source,
                count=len(members),
                max_members=options.max_members,
            ),
            code="too_large",
        )
    size = sum(member.file_size for member in members)
    if size > options.max_unpacked:
        raise InputError(
            tr(
                "{source}: unpacks to {size:,} bytes; the limit is {max_unpacked:,} (read.max_unpacked)",
                source=source,
                size=size,
                max_unpacked=options.max_unpacked,
            ),
            code="too_large",
        )
    if any(member.flag_bits & ENCRYPTED_FLAG for member in members):
        raise InputError(tr("{source}: password-protected; save a copy without the password", source=source), code="password")
    if any(member.compress_type not in METHODS for member in members):
        raise InputError(tr("{source}: {reason}", source=source, reason=tr(UNUSUAL)), code="archive")


def _of_old_kind(data: bytes, source: str) -> InputError:
    if _ENCRYPTED_STREAM in data:
        return InputError(tr("{source}: password-protected; save a copy without the password", source=source), code="password")
    what = tr("the content is of the old binary Office format")
    return InputError(
        tr("{source}: {what}; open it and save it in the new one (.docx, .xlsx)", source=source, what=what), code="kind"
    )


def _one_line(message: str | None) -> str:
    return " ".join((message or tr("not well-formed")).split())
