"""What every part of a Word file needs: names without their namespace, attributes, relationships between parts.

Elements are told by their local name, so that files in the strict form of the standard, which has other namespaces, are
read by the same code.
"""

import posixpath
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.read.damage import remedy
from pipeline.read.office.packages import parse_member, read_member

if TYPE_CHECKING:
    from lxml.etree import _Element

_WORD = ("http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main")
_RELATIONSHIPS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_OFF = ("0", "false", "off")
_NAMES = 1_000  # that are kept at most, since a hostile file may hold any number of them


@dataclass(frozen=True, slots=True)
class Relationship:
    """A part that another part refers to: what it is (styles, header, …) and its name in the package."""

    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a package that one of its parts shows by their ids: without one of them words of the text would be lost."""

    package: zipfile.ZipFile
    source: str
    known: Mapping[str, Relationship]

    def name(self, key: str) -> str:
        """Return the name of a part; raises InputError for an id that stands for none in the package."""
        if key not in self.known:
            raise missing_part(key, self.source)
        return self.known[key].target

    def root(self, key: str) -> "_Element":
        """Return the root of a part that is XML; raises InputError for one that is missing or damaged."""
        root = parse_member(self.package, self.name(key), self.source)
        if root is None:
            raise missing_part(self.name(key), self.source)
        return root

    def found(self, name: str) -> "_Element | None":
        """Return the root of a part by its name, or None where it is missing; raises InputError for a damaged one."""
        return parse_member(self.package, name, self.source)

    def data(self, key: str) -> bytes:
        """Return the bytes of a part; raises InputError for one that is missing or damaged."""
        data = read_member(self.package, self.name(key), self.source)
        if data is None:
            raise missing_part(self.name(key), self.source)
        return data


def missing_part(name: str, source: str) -> InputError:
    """Return what is said of a part that the text refers to and that is missing, by its name or, where it has none, its id."""
    advice = remedy(source)
    said = tr("{source}: {name}, which its text refers to, is not in it; {advice}", source=source, name=name, advice=advice)
    return InputError(said, code="damaged")


def local(element: "_Element") -> str:
    """Return the name of an element without its namespace."""
    return _local(element.tag)


@lru_cache(_NAMES)
def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def children(element: "_Element | None") -> "list[_Element]":
    """Return the children of an element, none for a part or an element that is missing."""
    return [] if element is None else list(element)


def child(element: "_Element | None", *path: str) -> "_Element | None":
    """Return the first descendant along a path of local names, or None."""
    for name in path:
        if element is None:
            return None
        element = next(element.iterchildren(f"{{*}}{name}"), None)
    return element


def attribute(element: "_Element | None", name: str = "val") -> str | None:
    """Return an attribute in the namespace of Word or of relationships, or without one; None where it is missing."""
    if element is None:
        return None
    for qualified in _qualified(name):
        value = element.get(qualified)
        if value is not None:
            return str(value)
    return None


@lru_cache(_NAMES)
def _qualified(name: str) -> tuple[str, ...]:
    return (*(f"{{{space}}}{name}" for space in (*_WORD, *_RELATIONSHIPS)), name)


def number(element: "_Element | None", name: str = "val") -> int | None:
    """Return an attribute that is a whole number, or None."""
    value = (attribute(element, name) or "").strip()
    return int(value) if value.isascii() and value.removeprefix("-").isdigit() and len(value) < 10 else None


def switch(element: "_Element | None") -> bool | None:
    """Return whether a property is on: None where it is not given, on where it has no value."""
    return None if element is None else (attribute(element) or "1") not in _OFF


def relationships(package: zipfile.ZipFile, part: str, source: str) -> dict[str, Relationship]:
    """Return the relationships of a part by their id; "" is the package itself. Links to other files are left out."""
    folder, name = posixpath.split(part)
    listing = posixpath.join(folder, "_rels", f"{name}.rels")
    found = {}
    for entry in children(parse_member(package, listing, source)):
        if entry.get("TargetMode") != "External" and entry.get("Id"):
            target = posixpath.normpath(posixpath.join("/", folder, entry.get("Target", "")))
            found[entry.get("Id")] = Relationship(entry.get("Type", "").rpartition("/")[2], target.lstrip("/"))
    return found


def main_part(package: zipfile.ZipFile, source: str) -> str | None:
    """Return the name of the part that is the document, the workbook or the presentation, or None where none is named."""
    return next((part.target for part in relationships(package, "", source).values() if part.kind == "officeDocument"), None)
