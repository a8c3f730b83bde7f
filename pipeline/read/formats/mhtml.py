"""Web archives (.mhtml, .mht), as browsers and Word save a page with all its parts: the page itself is read.

The standard library's email package takes the file apart; a message with a page as its only part works too.
"""

import email
from collections.abc import Iterator
from email import policy
from email.message import Message

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.read.decode import SIGNATURES, ReadText
from pipeline.read.formats.html import read_page
from pipeline.read.formats.html import read_whole as read_page_whole

_PAGES = ("text/html", "application/xhtml+xml")
_MAX_MULTIPARTS = 100


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the lines of the page in a web archive, with marks; raises InputError."""
    found = read_page(*_content(data, source, options))
    return ReadText(found.text, f"mhtml{found.encoding.removeprefix('html')}", found.marks, found.places)


def read_whole(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return all lines of the page in a web archive that is a part of another document; raises InputError."""
    return read_page_whole(*_content(data, source, options))


def _content(data: bytes, source: str, options: ReadConfig) -> tuple[bytes, str, ReadConfig, str]:
    """Return the page in a web archive, and what its reader needs besides."""
    part = _page_part(data, source)
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes) or not content.strip():
        raise InputError(f"{source}: the page in this web archive is empty; save the page again")
    return content, source, options, part.get_content_charset() or ""


def _page_part(data: bytes, source: str) -> Message:
    """Return the part that is the page: the one its header names, or the first."""
    what = next((what for signature, what in SIGNATURES if data.startswith(signature)), None)
    if what:
        raise InputError(f"{source}: the content is {what}, not a web archive; rename the file, or save the page again")
    if data.lower().count(b"boundary=") > _MAX_MULTIPARTS:
        raise InputError(f"{source}: more than {_MAX_MULTIPARTS} multiparts in a web archive; save the page again as .html")
    message = email.message_from_bytes(data, policy=policy.compat32)
    pages = [part for part in _parts(message) if part.get_content_type() in _PAGES]
    if not pages:
        raise InputError(f"{source}: no page in this web archive; save the page again, or as .html")
    start = message.get_param("start")
    return next((part for part in pages if start and part.get("Content-ID") == start), pages[0])


def _parts(message: Message) -> Iterator[Message]:
    pending = [message]
    while pending:
        part = pending.pop()
        content = part.get_payload()
        if isinstance(content, list):
            pending.extend(inner for inner in reversed(content) if isinstance(inner, Message))
        else:
            yield part
