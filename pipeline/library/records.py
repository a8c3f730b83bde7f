"""The values of the library: attributes of a report, what is listed of it, what a search asks for and finds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.core.records import Tag
from pipeline.output.digest.records import ReportAttribute

Attribute = Literal["unit", "place", "year", "kind", "group"]
ATTRIBUTES: dict[Attribute, str] = {"unit": "单位", "place": "地区", "year": "年份", "kind": "体裁", "group": "分组"}
BY_HAND = "手工"  # the basis of what a person corrected; that of what a table told is 指定


@dataclass(frozen=True, slots=True)
class Entry:
    """A report of the library, without its text. ``added`` is a time in UTC, ``passages`` counts no headings."""

    number: int
    source: str
    name: str
    sha256: str
    model: str
    added: str
    is_whole: bool
    passages: int
    attributes: Mapping[Attribute, ReportAttribute] = field(default_factory=dict)

    def of(self, attribute: Attribute) -> str:
        """Return the value of an attribute, or ""."""
        return self.attributes.get(attribute, ReportAttribute()).value


@dataclass(frozen=True, slots=True)
class LibraryBatch:
    """What was done to the library at once: the action, the model, and how many reports and passages it was of.

    ``changed`` counts the passages whose theme another model changed; ``members`` are the reports of it that are still there.
    """

    number: int
    date: str
    action: str
    model: str
    reports: int
    passages: int
    changed: int
    members: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What else a passage must have: a theme, a least score, and attributes of its report.

    A unit or place is met by a part of it (临溪 by 临溪县), all else by the whole.
    """

    theme: str = ""
    score: float = 0
    attributes: Mapping[Attribute, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, with its report."""

    report: Entry
    tag: Tag


@dataclass(frozen=True, slots=True)
class FoundPassages:
    """What a search found: how many passages in how many reports, and of these the ids that were asked for."""

    passages: int
    reports: int
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ThemeChange:
    """A passage to which another model gives another theme."""

    report: Entry
    tag: Tag
    before: str
