"""The parts of an OFD package, found as its many producers name them.

Locations are absolute or relative, with slashes or backslashes, in another letter case than the package has them, written
as in an address, or relative to the document rather than to the part that holds them. Every limit of ``[read]`` is checked
by ``open_package``; names are only ever looked up in the package, so that none can lead out of it.
"""

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.read.archive import member_name
from pipeline.read.office.ooxml import child, children, local
from pipeline.read.office.packages import open_package, parse_xml, read_member

if TYPE_CHECKING:
    from lxml.etree import _Element

_ROOT = "OFD.xml"
# GM/T 0099 puts the list of what is encrypted beside the root, under this name.
_ENCRYPTIONS = "encryptions.xml"


class Package:
    """An OFD file: its parts by their names, and the names of those that it refers to and does not hold."""

    def __init__(self, data: bytes, source: str, options: ReadConfig) -> None:
        """Open the package; raises InputError for one that is damaged, encrypted, or beyond the limits."""
        self.missing: dict[str, None] = {}
        self._source = source
        self._package = open_package(data, source, options)
        self._names = {_key(member_name(info)): info.filename for info in self._package.infolist() if not info.is_dir()}
        if _ENCRYPTIONS in self._names:
            raise InputError(
                tr(
                    "{source}: an encrypted OFD document; open it with its password or certificate and save it without",
                    source=source,
                ),
                code="password",
            )

    def documents(self) -> Iterator[str]:
        """Yield the name of each document's root part; raises InputError where the package lists none."""
        root = self.root(_ROOT)
        if root is None or local(root) != "OFD":
            raise InputError(
                tr(
                    "{source}: holds no OFD document; check what kind of file it is, and save it as .ofd or .pdf",
                    source=self._source,
                ),
                code="damaged",
            )
        for body in children(root):
            location = self._current_version(body) or location_of(child(body, "DocRoot"))
            name = self.find(_ROOT, location) if local(body) == "DocBody" else None
            if name:
                yield name

    def find(self, base: str, location: str) -> str | None:
        """Return the name of the part that another one refers to, or None, which is noted, where the package lacks it."""
        for candidate in _candidates(base, location):
            if _key(candidate) in self._names:
                return candidate
        self.missing[location] = None
        return None

    def root(self, name: str) -> "_Element | None":
        """Return the root of a part, or None where there is no such part; raises InputError for a damaged one."""
        member = self._names.get(_key(name))
        data = None if member is None else read_member(self._package, member, self._source)
        return None if data is None else parse_xml(data, name, self._source)

    def referred(self, base: str, element: "_Element | None") -> "tuple[str, _Element] | None":
        """Return the name and the root of the part whose location an element holds, or None."""
        location = location_of(element)
        name = self.find(base, location) if location else None
        root = None if name is None else self.root(name)
        return None if name is None or root is None else (name, root)

    def optional(self, base: str, element: "_Element | None") -> "tuple[str, _Element] | None":
        """Return a part as ``referred`` does, None also for a damaged one: only for parts that hold no text of the report."""
        try:
            return self.referred(base, element)
        except InputError:
            return None

    def _current_version(self, body: "_Element") -> str:
        """Return the location of a document's root in the version that is marked as the current one, or ""."""
        for version in children(child(body, "Versions")):
            if version.get("Current", "").lower() in ("true", "1"):
                listed = self.referred(_ROOT, version)
                return location_of(child(None if listed is None else listed[1], "DocRoot"))
        return ""


def _candidates(base: str, location: str) -> Iterator[str]:
    """Yield the names that a location in the part ``base`` may stand for, the likeliest first."""
    for spelled in dict.fromkeys((location, unquote(location))):
        path = spelled.strip().replace("\\", "/")
        document = base.partition("/")[0]
        places = ("",) if path.startswith("/") else (posixpath.dirname(base), "")
        for place in (*places, document):
            yield posixpath.normpath(posixpath.join("/", place, path.lstrip("/"))).lstrip("/")


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def location_of(element: "_Element | None") -> str:
    """Return the location of a part that an element holds as its text or as an attribute, or ""."""
    return "" if element is None else (element.text or "").strip() or element.get("BaseLoc", "").strip()
