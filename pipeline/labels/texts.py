"""Texts as the files that would hold them: which bytes, and whether a reader gives them back as they are."""

import hashlib

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.read import read_bytes

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def encodings(text: str) -> tuple[bytes, ...]:
    """Return a text as UTF-8 without and with a byte order mark, or nothing for one that UTF-8 cannot hold."""
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return ()
    return data, BYTE_ORDER_MARK + data


def digests(text: str, sha256: str = "") -> set[str]:
    """Return what a report may be known by: the sha256 of its file, where it is given, and those of its text as UTF-8."""
    return {sha256, *(hashlib.sha256(data).hexdigest() for data in encodings(text))} - {""}


def reads_as(data: bytes, suffix: str, text: str, options: ReadConfig) -> bool:
    """Tell whether a file with these bytes, of a name with this ending, is read as this text."""
    try:
        return read_bytes(data, "report", options, suffix.lower()).text == text
    except InputError:
        return False
