"""The headings that an OFD document names: the title in the tags of official documents, the rest in its outline."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pipeline.read.ofd.package import Package
from pipeline.read.office.ooxml import child, children, local
from pipeline.read.page.bookmarks import Bookmark

if TYPE_CHECKING:
    from lxml.etree import _Element

# Elements of a tag tree that hold a heading: the title in GB/T 33476.2 (electronic official documents) and other trees, and
# headings by level.
_TITLES = frozenset(["标题", "公文标题", "题名", "文档标题", "title"])
_HEADING = re.compile("([一二三四五六七八九1-9])级标题|(?:heading|h|title)_?([1-9])", re.IGNORECASE)
_NUMERALS = "一二三四五六七八九"


def find_bookmarks(
    package: Package, name: str, document: "_Element", pages: Mapping[str, int], texts: Mapping[tuple[int, str], str]
) -> Iterator[Bookmark]:
    """Yield the headings of a document whose root part is called ``name``.

    ``pages`` are the numbers of pages by their id, and ``texts`` the characters of text objects by page and id.
    """
    tags = package.optional(name, child(document, "CustomTags"))
    for tag in children(None if tags is None else tags[1]):
        tree = package.optional("" if tags is None else tags[0], child(tag, "FileLoc"))
        yield from () if tree is None else _tagged(tree[1], pages, texts)
    yield from _outlined(child(document, "Outlines"), pages, 1)


def _tagged(tree: "_Element", pages: Mapping[str, int], texts: Mapping[tuple[int, str], str]) -> Iterator[Bookmark]:
    for element in tree.iter("{*}*"):
        level = _level(local(element))
        if level is None:
            continue
        places = [(pages.get(item.get("PageRef", "")), (item.text or "").strip()) for item in element.iter("{*}ObjectRef")]
        pieces = [texts.get((page, number), "") for page, number in places if page is not None]
        if any(pieces):
            yield Bookmark("".join(pieces), places[0][0], level)


def _level(name: str) -> int | None:
    if name.lower() in _TITLES:
        return 0
    match = _HEADING.fullmatch(name)
    sign = (match[1] or match[2]) if match else ""
    return _NUMERALS.index(sign) + 1 if sign and sign in _NUMERALS else int(sign) if sign else None


def _outlined(parent: "_Element | None", pages: Mapping[str, int], level: int) -> Iterator[Bookmark]:
    for element in children(parent):
        if local(element) == "OutlineElem":
            target = next(element.iter("{*}Dest"), None)
            page = None if target is None or target not in _own(element) else pages.get(target.get("PageID", ""))
            yield Bookmark(element.get("Title", ""), page, level)
            yield from _outlined(element, pages, level + 1)


def _own(element: "_Element") -> "list[_Element]":
    return [target for actions in element if local(actions) == "Actions" for target in actions.iter("{*}Dest")]
