"""Web archives (.mhtml, .mht), as browsers and Word save a page with all its parts: the page itself is read.

A message with a page as its only part works too.
"""

from email.message import Message

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.read.decode import ReadText
from pipeline.read.formats.html import read_page
from pipeline.read.formats.html import read_whole as read_page_whole
from pipeline.read.mime import content_of, parse_message, parts

_PAGES = ("text/html", "application/xhtml+xml")


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
    content = content_of(part)
    if not content.strip():
        raise InputError(tr("{source}: the page in this web archive is empty; save the page again", source=source), code="empty")
    return content, source, options, part.get_content_charset() or ""


def _page_part(data: bytes, source: str) -> Message:
    """Return the part that is the page: the one its header names, or the first."""
    message = parse_message(data, tr("a web archive"), tr("save the page again, or as .html"), source)
    pages = [part for part in parts(message) if part.get_content_type() in _PAGES]
    if not pages:
        raise InputError(
            tr("{source}: no page in this web archive; save the page again, or as .html", source=source), code="damaged"
        )
    start = message.get_param("start")
    return next((part for part in pages if start and part.get("Content-ID") == start), pages[0])
