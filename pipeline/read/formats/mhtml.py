"""Web archives (.mhtml, .mht), as browsers and Word save a page with all its parts: the page itself is read.

What its frames show stands in its place. A message with a page as its only part works too.
"""

from email.message import Message

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.read.decode import ReadText
from pipeline.read.formats.html import decode_page, read_page
from pipeline.read.formats.html import read_whole as read_page_whole
from pipeline.read.mime import content_of, parse_message, parts

_PAGES = ("text/html", "application/xhtml+xml")


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the lines of the page in a web archive, with marks; raises InputError."""
    page, *others = _pages(data, source)
    content, charset = _content(page, source), page.get_content_charset() or ""
    found = read_page(content, source, options, charset, _by_address(others, page, source, options))
    return ReadText(found.text, f"mhtml{found.encoding.removeprefix('html')}", found.marks, found.places)


def read_whole(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return all lines of the page in a web archive that is a part of another document; raises InputError."""
    page, *_ = _pages(data, source)
    return read_page_whole(_content(page, source), source, options, page.get_content_charset() or "")


def _content(page: Message, source: str) -> bytes:
    content = content_of(page)
    if not content.strip():
        raise InputError(tr("{source}: the page in this web archive is empty; save the page again", source=source), code="empty")
    return content


def _by_address(others: list[Message], page: Message, source: str, options: ReadConfig) -> dict[str, str]:
    """Return the pages in an archive that frames may show by what these call them: their number in it, or where they came from."""
    at = _address(page)
    found: dict[str, str] = {}
    for other in filter(content_of, others):
        try:
            text = decode_page(content_of(other), source, options.encoding, other.get_content_charset() or "").text
        except InputError:  # no text: the page itself is the report
            continue
        number, address = str(other.get("Content-ID") or "").strip("<> "), _address(other)
        names = (f"cid:{number}" if number else "", address, address.removeprefix(at.rpartition("/")[0] + "/"))
        found |= dict.fromkeys(filter(None, names), text)
    return found


def _address(page: Message) -> str:
    return "".join(str(page.get("Content-Location") or "").split())


def _pages(data: bytes, source: str) -> list[Message]:
    """Return the parts that are pages: first the one that the header names, or else the first of all."""
    message = parse_message(data, tr("a web archive"), tr("save the page again, or as .html"), source)
    pages = [part for part in parts(message) if part.get_content_type() in _PAGES]
    if not pages:
        raise InputError(
            tr("{source}: no page in this web archive; save the page again, or as .html", source=source), code="damaged"
        )
    start = message.get_param("start")
    first = next((part for part in pages if start and part.get("Content-ID") == start), pages[0])
    return [first, *(page for page in pages if page is not first)]
