"""What an object (OLE) in a document holds: the file of another program, alone or wrapped in a compound file."""

import struct
from dataclasses import dataclass

from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.read.damage import remedy
from pipeline.read.office.compound import DAMAGE, is_compound, stream_of

_DOCUMENTS = ("WordDocument", "MatOST", "PowerPoint Document", "Workbook", "Book")  # old files, which are such files themselves
_WRAPPED = ("Package", "EmbeddedOdf", "CONTENTS")  # new Office files, OpenDocument, PDF
_PACKAGER = "\x01Ole10Native"  # a file of any kind that was dropped into the document
# Charts of a program that keeps its data as a workbook which others do not read.
_CHARTS = b"MSGraph.Chart"
_IS_FILE, _LONGEST_LABEL = b"\2\0", 260
PACKAGER_CLASS = "Package"
_EMBEDDED = 2  # as RTF tells it from what is only linked
_INFO, _IS_ICON = "\x03ObjInfo", 0x40  # how old Word files and RTF tell that an object shows no more than a sign


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """The file in an object: its bytes, none for a picture or a formula, its name, and whether it shows no more than a sign."""

    data: bytes = b""
    label: str = ""
    is_icon: bool = False


def held_document(data: bytes, source: str) -> HeldDocument:
    """Return what an object holds; raises InputError for one that is damaged."""
    if not is_compound(data):
        return HeldDocument(data)
    try:
        return _held(data)
    except DAMAGE:
        said = tr("{source}: damaged; {remedy}", source=source, remedy=remedy(source))
        raise InputError(said, code="damaged") from None


def _held(data: bytes) -> HeldDocument:
    info = stream_of(data, _INFO) or b"\0"
    is_icon = bool(info[0] & _IS_ICON)
    if stream_of(data, *_DOCUMENTS) is not None:
        return HeldDocument(b"" if _CHARTS in data else data, is_icon=is_icon)
    if (packaged := stream_of(data, _PACKAGER)) is not None and packaged[4:6] == _IS_FILE:  # and no bitmap of Paint
        return HeldDocument(label=packaged_name(packaged[4:]), is_icon=True)
    is_encrypted = stream_of(data, "EncryptedPackage") is not None
    return HeldDocument(data if is_encrypted else stream_of(data, *_WRAPPED) or b"", is_icon=is_icon)


def packaged_name(packaged: bytes) -> str:
    """Return the name of a file that was dropped into a document: it stands first, behind two bytes, up to a zero."""
    label = packaged[2 : 2 + _LONGEST_LABEL].split(b"\0")[0]
    for encoding in ("utf-8", "gb18030"):
        try:
            return label.decode(encoding)
        except UnicodeDecodeError:
            continue
    return label.decode("latin-1")


def unwrapped(data: bytes) -> tuple[str, bytes]:
    """Return the class and the content of an object as RTF keeps it (OLE 1); an empty content for one that is only linked.

    Raises one of DAMAGE.
    """
    kind, at = struct.unpack_from("<I", data, 4)[0], 8
    names = []
    for _ in range(3):  # the class, the file, the place in it
        length = struct.unpack_from("<I", data, at)[0]
        names.append(data[at + 4 : at + 4 + length].rstrip(b"\0").decode("latin-1"))
        at += 4 + length
    if kind != _EMBEDDED:
        return names[0], b""
    size = struct.unpack_from("<I", data, at)[0]
    return names[0], data[at + 4 : at + 4 + size]
