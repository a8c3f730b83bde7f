"""The scans in an office document that holds nothing but them, a picture a page: in its package, or in an RTF or flat file."""

import base64
import binascii
import re
import zipfile
from collections.abc import Iterator

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.read.decode import ReadText
from pipeline.read.formats import PICTURES
from pipeline.read.ocr.pictures import size_of
from pipeline.read.office.packages import DAMAGE, open_zip, unpacked

# Pixels of the shorter side of a picture that may be a page, and the least bytes of one.
_LEAST_SIDE, _LEAST_BYTES = 600, 4_096
_HEAD = 64
# Pictures within a file of text: figures of base 16 behind the words of a group, and binary data of OpenDocument.
_IN_RTF = re.compile(
    rb"\\(?:png|jpeg)blip\b[^{}]{0,400}?(?:\{\\\*\\blipuid[^{}]{0,200}\}|\s)\s*"
    rb"((?:89504e47|ffd8ff)[0-9a-f\s]{4096,})",
    re.IGNORECASE,
)
_IN_FLAT = re.compile(rb"<office:binary-data>([A-Za-z0-9+/=\s]{4096,})</office:binary-data>")
_NUMBER = re.compile(r"(\d+)")


def or_scans(found: ReadText, data: bytes, kind: str, source: str, options: ReadConfig) -> ReadText:
    """Return the text of a document or, where it has nothing but what is set aside, that of the scans in its package."""
    kept, last = [], 0
    for mark in found.marks:
        if mark.kind == "noise":
            kept.append(found.text[last : mark.start])
            last = mark.end
    has_text = any(piece.strip() for piece in (*kept, found.text[last:]))
    return found if has_text else text_of_scans(data, kind, source, options) or found


def text_of_scans(data: bytes, kind: str, source: str, options: ReadConfig) -> ReadText | None:
    """Return the text of the pictures in a document that are large enough to be pages, or None where it has none.

    They are read in the order of the numbers in their names; one that is damaged is named in the note of the format. Raises
    InputError where text is not to be recognised.
    """
    try:
        pictures = list(_pictures_of(data, source, options))
    except DAMAGE:
        return None
    if not pictures:
        return None
    from pipeline.read.ocr.use import text_of_pictures  # noqa: PLC0415 - loaded where there is no text

    return text_of_pictures(pictures, kind, source, options)


def _pictures_of(data: bytes, source: str, options: ReadConfig) -> Iterator[bytes | InputError]:
    """Yield the pictures of a document; raises one of DAMAGE."""
    if data.startswith(b"PK"):
        with open_zip(data) as package:
            yield from _pictures(package, source, options)
        return
    form = _IN_RTF if b"{\\rtf" in data[:_HEAD] else _IN_FLAT
    for match in form.finditer(data):
        written = b"".join(match[1].split())
        picture = bytes.fromhex(written[: len(written) // 2 * 2].decode()) if form is _IN_RTF else _from_base64(written)
        if len(picture) >= _LEAST_BYTES and _is_large(picture):
            yield picture


def _from_base64(written: bytes) -> bytes:
    try:
        return base64.b64decode(written)
    except binascii.Error:
        return b""


def _pictures(package: zipfile.ZipFile, source: str, options: ReadConfig) -> Iterator[bytes | InputError]:
    left = options.max_unpacked
    for info in sorted(package.infolist(), key=lambda info: _in_order(info.filename)):
        if not info.filename.lower().endswith(tuple(PICTURES)) or not _LEAST_BYTES <= info.file_size <= left:
            continue
        left -= info.file_size
        try:
            picture = unpacked(package, info)
        except DAMAGE as error:
            yield InputError(
                tr(
                    "{source}/{filename}: damaged ({error}); save the document again",
                    source=source,
                    filename=info.filename,
                    error=error,
                ),
                code="damaged",
            )
        else:
            if _is_large(picture):
                yield picture


def _in_order(name: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdigit() else (-1, part.lower()) for part in _NUMBER.split(name))


def _is_large(picture: bytes) -> bool:
    """Tell by its head whether a picture is as large as a page; by its bytes where its head is damaged or Pillow is missing."""
    size = size_of(picture)
    return len(picture) > 10 * _LEAST_BYTES if size is None else min(size) >= _LEAST_SIDE
