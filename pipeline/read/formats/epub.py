"""EPUB books: the chapters in the order of the spine, as one report.

A chapter is a page that holds nothing but itself, so all that a browser shows of it counts; contents lists are set aside.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.preprocess.headings import TITLE
from pipeline.read.compose import Paragraph, compose
from pipeline.read.decode import ReadText, decode
from pipeline.read.office.ooxml import child, children, local
from pipeline.read.office.packages import open_package, parse_member, read_member, slashed
from pipeline.read.web.blocks import HtmlBlock, find_blocks, parse

if TYPE_CHECKING:
    from lxml.etree import _Element

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
# Text that holds no mark-up, which a parser of HTML leaves out.
_AS_IT_STANDS = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
# In XHTML any element may close itself; a parser of HTML would take what follows for its content.
_SELF_CLOSED = re.compile(
    r"<(?!(?:br|hr|img|meta|link|input|col|area|base|wbr|embed|source|track|param)\b)([A-Za-z][\w:.-]*)(\s[^<>]*)?/>", re.IGNORECASE
)


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the text of a book with marks and places; raises InputError."""
    package = open_package(data, source, options)
    name, book = _book(package, source)
    chapters = list(_chapters(name, book))
    _refuse_protected(package, [chapter for chapter, _ in chapters], source)
    paragraphs = [item for chapter, is_contents in chapters for item in _paragraphs(package, chapter, is_contents, source)]
    if not paragraphs:
        raise InputError(
            tr("{source}: a book without text; check what kind of file it is, and save it as .docx or .html", source=source),
            code="empty",
        )
    return compose(_side_by_side(paragraphs), "epub")


def _side_by_side(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """Return a book whose chapters each begin with a heading of the first rank: they stand side by side, and none is the title."""
    if sum(paragraph.kind == "heading" and paragraph.level == TITLE for paragraph in paragraphs) < 2:
        return paragraphs
    return [replace(each, level=each.level + 1) if each.kind == "heading" else each for each in paragraphs]


def _book(package: zipfile.ZipFile, source: str) -> "tuple[str, _Element]":
    """Return the name and the root of the part that lists the chapters."""
    container = parse_member(package, _CONTAINER, source)
    files = [] if container is None else list(container.iter("{*}rootfile"))
    name = files[0].get("full-path", "") if files else ""
    root = parse_member(package, name, source) if name else None
    if root is None:
        raise InputError(
            tr("{source}: a book without its list of chapters; get the file again, or save it as .docx or .html", source=source),
            code="damaged",
        )
    return name, root


def _chapters(name: str, book: "_Element") -> Iterator[tuple[str, bool]]:
    """Yield the names of the chapters in reading order, each with whether it is a list of contents."""
    items = {item.get("id"): item for item in children(child(book, "manifest"))}
    for reference in children(child(book, "spine")):
        item = items.get(reference.get("idref"))
        if local(reference) == "itemref" and item is not None and item.get("media-type", _PAGES[0]) in _PAGES:
            target = posixpath.join("/", posixpath.dirname(name), slashed(unquote(item.get("href", ""))))
            yield posixpath.normpath(target).lstrip("/"), "nav" in item.get("properties", "").split()


def _refuse_protected(package: zipfile.ZipFile, chapters: list[str], source: str) -> None:
    """Raise InputError where chapters are encrypted; fonts often are, which does not matter."""
    listed = parse_member(package, _ENCRYPTION, source)
    targets = [] if listed is None else [unquote(item.get("URI", "")).lstrip("/") for item in listed.iter("{*}CipherReference")]
    if set(targets) & set(chapters):
        raise InputError(
            tr(
                "{source}: a book protected against copying; ask its publisher for a copy without, or for another format",
                source=source,
            ),
            code="password",
        )


def _paragraphs(package: zipfile.ZipFile, name: str, is_contents: bool, source: str) -> Iterator[Paragraph]:
    data = read_member(package, name, source)
    if data is None:
        raise InputError(
            tr("{source}: the chapter {name} is missing in it; get the file again", source=source, name=name), code="damaged"
        )
    if not data.strip():
        return
    where = f"{source}/{name}"
    text = _AS_IT_STANDS.sub(lambda match: escape(match[1], quote=False), decode(data, where).text)
    page = _SELF_CLOSED.sub(r"<\1\2></\1>", text)
    for block in find_blocks(parse(page, where)).blocks:
        yield Paragraph(block.text, "noise", reason="table of contents") if is_contents else _paragraph(block)


def _paragraph(block: HtmlBlock) -> Paragraph:
    if block.heading:
        return Paragraph(block.text, "heading", block.heading - 1)
    return Paragraph(block.text, "row") if block.row else Paragraph(block.text)
