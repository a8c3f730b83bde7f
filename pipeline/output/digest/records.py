"""The values of a digest: the passages of many reports by theme, and what its front page tells.

Shares are shares of characters, over all labels, of the passages of a report: headings and what was set aside do not
count. They are numbers between 0 and 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.core.names import file_name

By = Literal["report", "place", "year", "aspect"]


@dataclass(frozen=True, slots=True)
class DigestOptions:
    """What a person asks of a digest.

    ``themes`` are the labels to show, in their order; ``least_score`` the score below which a passage is left out; ``most``
    how many passages of a report a theme shows, the surest ones; ``resemblance`` from which on passages are folded. ``words``: what
    the passages were searched by, where they were.
    """

    by: By
    themes: tuple[str, ...]
    least_score: float
    most: int | None
    resemblance: float
    words: str = ""


@dataclass(frozen=True, slots=True)
class ReportAttribute:
    """A year or place of a report, and where it was found; both empty where nothing was."""

    value: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What a person says of a report: its place and year, and what else the library keeps of it; empty where nothing is said."""

    place: str = ""
    year: str = ""
    unit: str = ""
    kind: str = ""
    group: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One report: its name among the others (its title, where it has one), place and year, and characters of each label."""

    source: str
    name: str
    place: ReportAttribute
    year: ReportAttribute
    characters: Mapping[str, int]

    @property
    def file(self) -> str:
        """The name of its file, without the folders."""
        return file_name(self.source) or self.source


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage, by the index of its report, and where it stands there.

    ``corrected``: a person said its theme, and ``score`` is what the model had given another, or the same, one. ``copies`` are
    passages that say the same. ``certainty`` is that of the text recognition where the passage comes from a picture. ``aspect`` is
    what it says (``aspect.py``) where passages stand by aspect, and ``earlier`` what the same place said the year before. By
    ``start`` it is known among the passages of its report: where its tag begins there, and behind that the characters of excerpts
    before it.
    """

    report: int
    theme: str
    text: str
    heading: str
    score: float
    review: bool
    secondary: tuple[str, ...] = ()
    page: int | None = None
    paragraph: int | None = None
    sheet: str | None = None
    row: int | None = None
    corrected: bool = False
    certainty: float | None = None
    copies: "tuple[Passage, ...]" = ()
    aspect: str = ""
    earlier: "Passage | None" = None
    start: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """The passages of a theme that stand under one report, place, year or aspect; ``folded`` ones are shown elsewhere."""

    name: str
    passages: tuple[Passage, ...]
    folded: int


@dataclass(frozen=True, slots=True)
class Section:
    """A theme: its groups, the reports that give it the largest share, and the passages that ``DigestOptions.most`` left out."""

    theme: str
    groups: tuple[Group, ...]
    leading: tuple[tuple[str, float], ...]
    reports: int
    found: int
    cut: int

    @property
    def passages(self) -> Sequence[Passage]:
        """All passages that are shown, in order."""
        return [passage for group in self.groups for passage in group.passages]

    @property
    def folded(self) -> int:
        """How many passages were folded into others."""
        return sum(len(passage.copies) for passage in self.passages)


@dataclass(frozen=True, slots=True)
class LabelShares:
    """The characters of each label in some reports: in all, of a year, of a place, or of a year of a place (``level`` 1)."""

    name: str
    reports: int
    characters: Mapping[str, int]
    level: int = 0

    @property
    def total(self) -> int:
        """The characters of all labels."""
        return sum(self.characters.values())

    def of(self, label: str) -> float:
        """Return the share of a label."""
        return self.characters.get(label, 0) / (self.total or 1)


@dataclass(frozen=True, slots=True)
class Digest:
    """Passages by theme, and the figures of the front page.

    ``years`` and ``places`` are empty where there are not two to compare. ``passages`` and ``review`` count all passages and
    those to review, ``unsure`` those below ``DigestOptions.least_score``; ``pages`` is how many its passages were chosen for.
    """

    options: DigestOptions
    reports: tuple[Report, ...]
    sections: tuple[Section, ...]
    total: LabelShares
    years: tuple[LabelShares, ...]
    places: tuple[LabelShares, ...]
    passages: int = 0
    unsure: int = 0
    review: int = 0
    pages: int | None = None
