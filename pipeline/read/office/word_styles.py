"""What the styles and lists of a Word file say of a paragraph: heading level, hidden or not, and its number as text."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.preprocess.contents import CONTENTS
from pipeline.read.compose import CONTENTS_TITLE
from pipeline.read.office.numbering import bullet, format_number
from pipeline.read.office.ooxml import attribute, child, children, local, number, switch

if TYPE_CHECKING:
    from lxml.etree import _Element

BODY_LEVEL = 10
_HEADING_NAME = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.IGNORECASE)
_TITLE_NAMES = ("title", "标题", "標題")
_CONTENTS_NAME = re.compile(r"(?:WPSOffice\s*手动)?(?:toc|contents|目录|目錄)\s*(?:[1-9]|(heading|标题))", re.IGNORECASE)
_PLACE_HOLDER = re.compile("%([1-9])")
_LEVELS = range(9)


@dataclass(frozen=True, slots=True)
class Style:
    """A style with what it inherits; ``level`` is the outline level, 0 the title, BODY_LEVEL and None body text.

    ``contents`` is why a paragraph of a table of contents is none of the report; ``indented`` tells whether first lines are.
    """

    level: int | None = None
    contents: str = ""
    hidden: bool | None = None
    list_id: str | None = None
    list_level: int | None = None
    indented: bool | None = None


@dataclass(frozen=True, slots=True)
class _ListLevel:
    start: int
    form: str
    text: str
    restart: int | None
    legal: bool
    style: str | None


@dataclass(frozen=True, slots=True)
class _List:
    abstract: str
    levels: dict[int, _ListLevel]
    starts: dict[int, int]


class WordStyles:
    """The styles of a Word file; each is read when a paragraph or run first asks for it, since most of them nobody uses.

    A circle of styles ends where it closes, seen from the first style in the file that leads into it; so where one is found, all
    styles are read, in order.
    """

    def __init__(self, root: "_Element | None") -> None:
        """Take the part that holds them, or none."""
        self._elements = {attribute(element, "styleId") or "": element for element in children(root) if local(element) == "style"}
        self._resolved: dict[str, Style] = {}
        default = next((name for name, element in self._elements.items() if _is_default(element)), None)
        self._default = "" if "" in self._elements else default

    def of_id(self, style_id: str) -> Style | None:
        """Return a style with what it inherits, None for an unknown one; "" is the style of a paragraph that names none."""
        name = style_id or self._default
        if name is None:
            return Style()
        if name in self._elements and name not in self._resolved:
            for each in self._elements if self._circles(name) else (name,):
                self._resolve(each)
        return self._resolved.get(name)

    def of_paragraph(self, style_id: str) -> Style:
        """Return the style of a paragraph, which is the usual one where it names an unknown one."""
        return self.of_id(style_id) or self.of_id("") or Style()

    def _chain(self, name: str) -> dict[str, str | None]:
        """Return the base of a style and of those it is based on, by their names, up to one that is known or closes a circle."""
        chain: dict[str, str | None] = {}
        current: str | None = name
        while current is not None and current in self._elements and current not in self._resolved and current not in chain:
            chain[current] = attribute(child(self._elements[current], "basedOn"))
            current = chain[current]
        return chain

    def _circles(self, name: str) -> bool:
        chain = self._chain(name)
        return next(reversed(chain.values())) in chain

    def _resolve(self, name: str) -> None:
        """Add a style and those it is based on, without recursion."""
        for link, base in reversed(self._chain(name).items()):
            inherited = Style() if base is None else self._resolved.get(base, Style())
            self._resolved[link] = _merge(_own_style(self._elements[link]), inherited)


def _is_default(element: "_Element") -> bool:
    return attribute(element, "type") == "paragraph" and attribute(element, "default") in ("1", "true", "on")


def _merge(own: Style, inherited: Style) -> Style:
    return Style(
        level=inherited.level if own.level is None else own.level,
        contents=own.contents or inherited.contents,
        hidden=inherited.hidden if own.hidden is None else own.hidden,
        list_id=own.list_id or inherited.list_id,
        list_level=inherited.list_level if own.list_level is None else own.list_level,
        indented=inherited.indented if own.indented is None else own.indented,
    )


def _own_style(element: "_Element") -> Style:
    name = (attribute(child(element, "name")) or "").strip()
    numbers = child(element, "pPr", "numPr")
    return Style(
        level=heading_level(name, number(child(element, "pPr", "outlineLvl"))),
        contents=contents_reason(name),
        hidden=switch(child(element, "rPr", "vanish")),
        list_id=attribute(child(numbers, "numId")),
        list_level=number(child(numbers, "ilvl")),
        indented=is_indented(child(element, "pPr")),
    )


def is_indented(properties: "_Element | None") -> bool | None:
    """Tell whether the properties of a paragraph indent its first line; None where they do not say."""
    indent = child(properties, "ind")
    found = [number(indent, name) for name in ("firstLineChars", "firstLine", "hangingChars", "hanging")]
    if all(size is None for size in found):
        return None
    return any(size is not None and size > 0 for size in found[:2])


def heading_level(name: str, outline: int | None) -> int | None:
    """Return the level of a style by its name and outline level: 0 the title, BODY_LEVEL or None body text."""
    if name.lower() in _TITLE_NAMES:
        return 0
    if outline is not None:
        return outline + 1
    match = _HEADING_NAME.fullmatch(name)
    return int(match[1]) if match else None


def contents_reason(name: str) -> str:
    """Return why a paragraph in a style of a table of contents is set aside; "" for another style."""
    match = _CONTENTS_NAME.fullmatch(name)
    return "" if match is None else CONTENTS_TITLE if match[1] else CONTENTS


class ListNumbers:
    """The lists of a file and how far each has counted; lists made from one definition count on together, as in Word."""

    def __init__(self, root: "_Element | None") -> None:
        """Take the part that defines them, or none; it is read when a paragraph is of a list."""
        self._root = root
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()

    @cached_property
    def _lists(self) -> dict[str, _List]:
        return _read_lists(self._root)

    def level_of_style(self, list_id: str, style: str) -> int | None:
        """Return the level of a list that belongs to a paragraph style."""
        levels = self._lists[list_id].levels if list_id in self._lists else {}
        return next((level for level, definition in levels.items() if definition.style == style), None)

    def next_label(self, list_id: str, level: int) -> str:
        """Count a paragraph of a list and return its number as text; "" for an unknown list or level."""
        found = self._lists.get(list_id)
        if found is None or level not in found.levels:
            return ""
        counts = self._counts.setdefault(found.abstract, {})
        if list_id not in self._begun:
            self._begun.add(list_id)
            counts.update({at: start - 1 for at, start in found.starts.items()})
        counts[level] = counts.get(level, found.levels[level].start - 1) + 1
        for deeper in [at for at in counts if at > level and _restarts(found.levels.get(at), level)]:
            del counts[deeper]
        return _label(found, level, counts)


def _restarts(definition: _ListLevel | None, level: int) -> bool:
    return definition is None or definition.restart is None or level < definition.restart


def _label(found: _List, level: int, counts: dict[int, int]) -> str:
    definition = found.levels[level]
    if definition.form == "bullet":
        return bullet(definition.text) or "•"

    def written(match: re.Match[str]) -> str:
        above = found.levels.get(int(match[1]) - 1)
        if above is None:
            return ""
        count = counts.get(int(match[1]) - 1, above.start)
        return format_number(count, "decimal" if definition.legal else above.form)

    return _PLACE_HOLDER.sub(written, definition.text)


def _read_lists(root: "_Element | None") -> dict[str, _List]:
    """Return the lists that a numbering part defines, by their ids."""
    elements = children(root)
    abstracts = {attribute(element, "abstractNumId") or "": element for element in elements if local(element) == "abstractNum"}
    by_style = {
        attribute(child(element, "styleLink")): key for key, element in abstracts.items() if child(element, "styleLink") is not None
    }
    lists = {}
    for element in elements:
        key = attribute(child(element, "abstractNumId"))
        if local(element) == "num" and key in abstracts:
            link = attribute(child(abstracts[key], "numStyleLink"))
            key = by_style.get(link, key) if link else key
            lists[attribute(element, "numId") or ""] = _list(element, key, abstracts[key])
    return lists


def _list(element: "_Element", key: str, abstract: "_Element") -> _List:
    overrides = [entry for entry in element if local(entry) == "lvlOverride"]
    levels = _list_levels(list(abstract)) | _list_levels([definition for entry in overrides for definition in entry])
    starts = {number(entry, "ilvl") or 0: number(child(entry, "startOverride")) for entry in overrides}
    return _List(key, levels, {level: start for level, start in starts.items() if start is not None})


def _list_levels(elements: "list[_Element]") -> dict[int, _ListLevel]:
    found = {number(element, "ilvl"): _list_level(element) for element in elements if local(element) == "lvl"}
    return {level: definition for level, definition in found.items() if level is not None and level in _LEVELS}


def _list_level(element: "_Element") -> _ListLevel:
    start = number(child(element, "start"))
    # Word puts formats of later versions into an alternative, with the plain one as its fallback.
    form = attribute(child(element, "numFmt")) or attribute(child(element, "AlternateContent", "Fallback", "numFmt"))
    return _ListLevel(
        start=1 if start is None else start,
        form=form or "decimal",
        text=attribute(child(element, "lvlText")) or "",
        restart=number(child(element, "lvlRestart")),
        legal=bool(switch(child(element, "isLgl"))),
        style=attribute(child(element, "pStyle")),
    )
