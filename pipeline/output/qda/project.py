r"""Write a REFI-QDA project, the package by which MAXQDA, NVivo, ATLAS.ti, QualCoder and others exchange coded texts.

The standard is REFI-QDA 1.5 (https://www.qdasoftware.org): ``project.qde`` is XML, ``sources/`` holds a text for each source, and
a selection counts code points from 0. Programs differ in what ``\r\n`` counts and in whether they count a byte order mark, so texts
are written with ``\n`` and without a mark. A name ends in ``.txt``: QualCoder takes any other ending for the kind of the file.

The same sources give the same bytes: GUIDs are made of names (UUID version 5), and members bear no time.
"""

import datetime as dt
import io
import json
import re
import uuid
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from pipeline import __version__
from pipeline.core.config import LabelSet
from pipeline.core.offsets import positions, with_line_feeds
from pipeline.output.colours import shades
from pipeline.output.qda.paths import Path
from pipeline.output.qda.xml import Xml
from pipeline.output.visible import visible

PROJECT, CODEBOOK = "urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0"
NAME = "mission-themes"
ORIGIN = f"{NAME} {__version__}"
TITLE = "主题标注"
SOURCE = "来源"  # the variable that holds the name of a report, which the name of its source has not whole
MODEL = "模型 "  # how the name of a user begins that is a model
QUOTED = 100  # characters of a selection that its name repeats, as other programs do
_SPACE = uuid.UUID("6d2c0d0c-5a0e-5c5b-9a55-7a1d2f6b8e11")
_MARK, _UNKNOWN, _HALF = "\ufeff", "\ufffd", re.compile("[\ud800-\udfff]")
Value = str | int


@dataclass(frozen=True, slots=True)
class CodedSpan:
    """A coded passage: its span, the code of its theme and those of further themes, who coded it, when, and a memo."""

    start: int
    end: int
    paths: tuple[Path, ...]
    who: str = ""
    when: str = ""
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A text with its coded passages, and what is known of it by the name of a variable.

    ``number`` counts the sources of the same name before it, as two attachments of one mail may be.
    """

    name: str
    text: str
    coded: tuple[CodedSpan, ...]
    facts: tuple[tuple[str, Value], ...] = ()
    number: int = 0

    @property
    def identity(self) -> tuple[str, ...]:
        """What no other source of the project has."""
        return (self.name, f"#{self.number}") if self.number else (self.name,)

    @property
    def guid(self) -> str:
        """The GUID of the source."""
        return _guid("source", *self.identity)


@dataclass(frozen=True)
class Overview:
    """What stands in a project before its sources: users, sub-codes, variables; and how often a file's name occurs."""

    users: set[str] = field(default_factory=set)
    paths: set[Path] = field(default_factory=set)
    variables: dict[str, str] = field(default_factory=dict)
    names: Counter[str] = field(default_factory=Counter)

    @cached_property
    def below(self) -> dict[Path, list[Path]]:
        """The codes right below each code, in order."""
        every = {path[:depth] for path in self.paths for depth in range(2, len(path) + 1)}
        found: dict[Path, list[Path]] = {}
        for path in sorted(every):
            found.setdefault(path[:-1], []).append(path)
        return found

    @cached_property
    def shared(self) -> frozenset[str]:
        """The names of more than one code, of which QualCoder would keep the first only."""
        every = Counter(path[-1] for paths in self.below.values() for path in paths)
        every.update({path[0] for path in self.paths})
        return frozenset(name for name, count in every.items() if count > 1)

    def add(self, source: Source) -> None:
        """Take a source into account."""
        self.names[_last(source.name)] += 1
        self.variables.update({name: "Text" if isinstance(value, str) else "Integer" for name, value in source.facts})
        for coded in source.coded:
            self.users.add(coded.who)
            self.paths.update(coded.paths)

    def title(self, source: Source) -> str:
        """Return the name of a source: that of its file, with its folders where another has the same."""
        last = _last(source.name)
        name = last if self.names[last] == 1 else source.name.replace("/", "_")
        name += f"（{source.number + 1}）" if source.number else ""
        return name if name.lower().endswith(".txt") else f"{name}.txt"


def write_project(sources: Iterable[Source], labels: LabelSet, when: str, stream: BinaryIO) -> None:
    """Write a project; the sources are gone through three times, and one at a time is in memory.

    ``when`` is a day or a time, "" where it is not known.
    """
    overview = Overview(paths={(name,) for name in labels.names})
    for source in _numbered(sources):
        overview.add(source)
    with zipfile.ZipFile(stream, "w") as package:
        with package.open(_member("project.qde"), "w") as member:
            _write_qde(Xml(cast("BinaryIO", member)), _numbered(sources), labels, overview, when)
        for source in _numbered(sources):
            package.writestr(_member(f"sources/{source.guid}.txt"), _plain(source.text).encode())


def _numbered(sources: Iterable[Source]) -> Iterator[Source]:
    """Yield the sources, each with how many of its name came before it."""
    met: Counter[str] = Counter()
    for source in sources:
        yield replace(source, number=met[source.name])
        met[source.name] += 1


def codebook(labels: LabelSet) -> bytes:
    """Return the labels as a codebook (.qdc)."""
    stream = io.BytesIO()
    xml = Xml(stream)
    with xml.element("CodeBook", {"xmlns": CODEBOOK, "origin": ORIGIN}):
        _write_codes(xml, labels, Overview())
    return stream.getvalue()


def _write_qde(xml: Xml, sources: Iterable[Source], labels: LabelSet, overview: Overview, when: str) -> None:
    with xml.element("Project", {"xmlns": PROJECT, "name": TITLE, "origin": ORIGIN, "creationDateTime": _time(when)}):
        users = sorted(overview.users - {""})
        if users:
            with xml.element("Users"):
                for name in users:
                    xml.leaf("User", {"guid": _guid("user", name), "name": name})
        with xml.element("CodeBook"):
            _write_codes(xml, labels, overview)
        if overview.variables:
            with xml.element("Variables"):
                for name, kind in overview.variables.items():
                    xml.leaf("Variable", {"guid": _guid("variable", name), "name": name, "typeOfVariable": kind})
        if overview.names:
            with xml.element("Sources"):
                for source in sources:
                    _write_source(xml, source, overview.title(source))


def _write_codes(xml: Xml, labels: LabelSet, overview: Overview) -> None:
    with xml.element("Codes"):
        for label, shade in zip(labels.labels, shades(labels), strict=True):
            _write_code(xml, (label.name,), shade.edge, label.definition, overview)


def _write_code(xml: Xml, path: Path, colour: str, definition: str, overview: Overview) -> None:
    name = path[-1] + beside(path[:-1]) if len(path) > 1 and path[-1] in overview.shared else path[-1]
    with xml.element("Code", {"guid": code_guid(path), "name": name, "isCodable": "true", "color": colour}):
        if definition:
            xml.leaf("Description", text=definition)
        for below in overview.below.get(path, ()):
            _write_code(xml, below, colour, "", overview)


def _write_source(xml: Xml, source: Source, title: str) -> None:
    places = positions(source.text, 0, 1)
    path = f"internal://{source.guid}.txt"
    with xml.element("TextSource", {"guid": source.guid, "name": title, "plainTextPath": path}):
        for number, coded in enumerate(source.coded):
            _write_coded(xml, coded, source, places, number)
        for name, value in source.facts:
            with xml.element("VariableValue"):
                xml.leaf("VariableRef", {"targetGUID": _guid("variable", name)})
                xml.leaf("TextValue" if isinstance(value, str) else "IntegerValue", text=str(value))


def _write_coded(xml: Xml, coded: CodedSpan, source: Source, places: Sequence[int], number: int) -> None:
    own = (*source.identity, str(number), str(coded.start), str(coded.end))
    who = {"creatingUser": _guid("user", coded.who) if coded.who else "", "creationDateTime": _time(coded.when)}
    selection = {
        "guid": _guid("selection", *own),
        "name": " ".join(visible(source.text[coded.start : coded.end]).split())[:QUOTED],
        "startPosition": str(places[coded.start]),
        "endPosition": str(places[coded.end]),
    }
    with xml.element("PlainTextSelection", selection | who):
        if coded.memo:
            xml.leaf("Description", text=coded.memo)
        for path in coded.paths:
            with xml.element("Coding", {"guid": _guid("coding", *own, *path)} | who):
                xml.leaf("CodeRef", {"targetGUID": code_guid(path)})


def beside(above: Path) -> str:
    """Return what follows the name of a code that others share: the names above it."""
    return f"（{' '.join(above)}）"


def code_guid(path: Path) -> str:
    """Return the identity of a code, which is the same in every project."""
    return _guid("code", *path)


def _guid(*parts: str) -> str:
    return str(uuid.uuid5(_SPACE, json.dumps(parts)))


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)  # of 1980, the first year of a zip
    member.compress_type, member.external_attr, member.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
    return member


def _plain(text: str) -> str:
    """Return a text as its file holds it, place by place: half a character no file can hold, and a mark at the head is not read."""
    plain = _HALF.sub(_UNKNOWN, with_line_feeds(text))
    return _UNKNOWN + plain[1:] if plain.startswith(_MARK) else plain


def _last(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name or name


def _time(when: str) -> str:
    """Return a day or a time in UTC as the standard's times are written; "" for neither."""
    try:
        moment = dt.datetime.fromisoformat(when)
    except ValueError:
        return ""
    moment = moment.astimezone(dt.UTC) if moment.tzinfo else moment
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
