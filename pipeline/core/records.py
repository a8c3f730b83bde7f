"""The named values that pass between the stages.

Offsets called *source* offsets count characters of the decoded source text before any cleaning; offsets called
*clean* offsets count characters of the cleaned text. Both are half-open: ``text[start:end]``.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

KINDS: tuple[Literal["text"], Literal["row"], Literal["record"]] = ("text", "row", "record")  # of lines and segments
NO_LEVEL = -3  # of a line or segment in an array that is no heading
MarkKind = Literal["heading", "noise", "syntax", "row", "record"]


class Mark(msgspec.Struct, frozen=True, gc=False):
    """What a reader knows of a span of its text.

    A heading of a level, noise with a reason, syntax to drop, the row of a table (one segment, whatever its form), or a
    record (a row that has nothing to do with its neighbours).
    """

    start: int
    end: int
    kind: MarkKind
    level: int = 0
    reason: str = ""


class SourceLocation(msgspec.Struct, frozen=True):
    """Where in its file the text from offset ``start`` on stands, up to the next place; numbers count from 1.

    ``columns`` are the other cells of a table's row, by the name of their column. ``certainty``, 0 to 1, is that of the text
    recognition where the text comes from a picture, and ``doubtful`` tells that it is too low to be trusted.
    """

    start: int
    page: int | None = None
    paragraph: int | None = None
    sheet: str | None = None
    row: int | None = None
    columns: tuple[tuple[str, str], ...] = ()
    certainty: float | None = None
    doubtful: bool = False


class Document(msgspec.Struct, frozen=True):
    """A report as a reader produced it: the decoded source text that every offset of the project counts in."""

    source: str
    text: str
    sha256: str
    encoding: str
    marks: tuple[Mark, ...] = ()
    places: tuple[SourceLocation, ...] = ()


class OffsetMap(msgspec.Struct, frozen=True):
    """Where each cleaned character stood in the source, as runs of characters that stayed side by side.

    ``clean_starts`` and ``source_starts`` hold, for each run, its first clean and source offset; both rise strictly.
    The map is total and monotone over the clean offsets ``0 … length``.
    """

    clean_starts: tuple[int, ...]
    source_starts: tuple[int, ...]

    def to_source(self, clean: int) -> int:
        """Return the source offset of the character at a clean offset."""
        run = bisect_right(self.clean_starts, clean) - 1
        return self.source_starts[run] + clean - self.clean_starts[run]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the source span of a clean span that is not empty."""
        run = bisect_right(self.clean_starts, start)
        source = self.source_starts[run - 1] + start - self.clean_starts[run - 1]
        if run == len(self.clean_starts) or end <= self.clean_starts[run]:  # most spans lie in one run
            return source, source + end - start
        return source, self.to_source(end - 1) + 1

    def part(self, first: int, last: int) -> "OffsetMap":
        """Return the map of a clean span, whose own offsets count from its beginning."""
        low = bisect_right(self.clean_starts, first) - 1
        high = bisect_left(self.clean_starts, last, low + 1)
        behind = (start - first for start in self.clean_starts[low + 1 : high])
        return OffsetMap((0, *behind), (self.to_source(first), *self.source_starts[low + 1 : high]))

    def to_clean(self, source: int) -> int:
        """Return the clean offset of a source offset; a dropped character maps to the next one that was kept."""
        run = max(0, bisect_right(self.source_starts, source) - 1)
        clean = self.clean_starts[run] + max(0, source - self.source_starts[run])
        following = self.clean_starts[run + 1] if run + 1 < len(self.clean_starts) else clean
        return min(clean, following)


class Noise(msgspec.Struct, frozen=True, gc=False):
    """A source span that was set aside, with the reason, such as navigation, byline or caption."""

    start: int
    end: int
    reason: str


class Line(msgspec.Struct, frozen=True, gc=False):
    """A line of the cleaned text, by clean offsets without the white space around it, with its heading level if known.

    ``kind`` is that of a table's row: one segment in any case, and for a record without regard to its neighbours.
    """

    start: int
    end: int
    level: int | None = None
    kind: Literal["text", "row", "record"] = "text"


class BodyLines(msgspec.Struct, frozen=True):
    """Lines of a cleaned text; a sequence of ``Line``.

    ``columns``, of shape (4, lines), hold where they start and end, their levels, NO_LEVEL for none, and places in KINDS.
    """

    columns: "NDArray[np.int64]"

    def __len__(self) -> int:
        """Return the number of the lines."""
        return len(self.columns[0])

    def __getitem__(self, place: int) -> Line:
        """Return a line as a record; raises IndexError behind the last one."""
        start, end, level, kind = self.columns[:, place].tolist()
        return Line(start, end, None if level == NO_LEVEL else level, KINDS[kind])


class CleanText(msgspec.Struct, frozen=True):
    """A cleaned report: its text, the way back to the source, the body lines and what was set aside."""

    document: Document
    text: str
    offsets: OffsetMap
    lines: BodyLines
    noise: tuple[Noise, ...]


class Heading(msgspec.Struct, frozen=True, gc=False):
    """A heading above a segment; a smaller level stands higher, level 0 is the title."""

    level: int
    text: str


class Segment(msgspec.Struct, frozen=True, gc=False):
    """A paragraph, a heading, or one item of a run-on paragraph.

    ``start`` and ``end`` are clean offsets, and so are the pairs of ``sentences``, which lie side by side from the
    first character of the segment to its last. ``headings`` stand above it, outermost first. A ``row`` of a table has
    one theme throughout; a ``record`` is such a row, and its neighbours are no context. A heading has a ``level``.
    """

    start: int
    end: int
    sentences: tuple[tuple[int, int], ...]
    headings: tuple[Heading, ...] = ()
    level: int | None = None
    kind: Literal["text", "row", "record"] = "text"


class OutlineEntry(msgspec.Struct, frozen=True, gc=False):
    """A heading in its place: the source offset where it starts and its level."""

    start: int
    level: int


class Suggestion(msgspec.Struct, frozen=True):
    """What a model said of a passage before a person did: its theme, the score of that theme, name and version of the model."""

    label: str
    score: float
    model: str


class Correction(msgspec.Struct, frozen=True):
    """What a person says of a source span, beside what the model had said of it; a withdrawn one takes an earlier one back."""

    start: int
    end: int
    label: str
    secondary: tuple[str, ...] = ()
    note: str = ""
    suggestion: Suggestion | None = None
    withdrawn: bool = False


class Label(msgspec.Struct, frozen=True):
    """A theme given by a person to a source span; one line of a label file.

    ``suggestion`` and ``withdrawn`` stand in corrections only, ``note`` also in labels of other tools; the ``date`` of a
    correction is its time in UTC. The label is the person's, the suggestion the model's.
    """

    source: str
    sha256: str
    start: int
    end: int
    label: str
    secondary: tuple[str, ...] = ()
    annotator: str = ""
    origin: Literal["seed", "written", "review", "imported"] = "seed"
    date: str = ""
    suggestion: Suggestion | msgspec.UnsetType = msgspec.UNSET
    note: str | msgspec.UnsetType = msgspec.UNSET
    withdrawn: bool | msgspec.UnsetType = msgspec.UNSET


class HumanLabel(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a person says of a passage, beside the tag of the model: the theme, and where given who, other themes and a note."""

    label: str
    who: str = ""
    secondary: tuple[str, ...] = ()
    note: str = ""


class Tag(msgspec.Struct, frozen=True, omit_defaults=True):
    """A theme given by the model to a source span; one line of the output.

    ``page``, ``paragraph``, ``sheet`` and ``row`` say where it stands in a file that has them, counted from 1, and
    ``columns`` holds the other cells of a table's row. ``noise`` is the reason of a span that was set aside, ``correction``
    what a person says of the passage; all else is the model's. ``certainty``, 0 to 1, is that of the text recognition where the
    text comes from the picture of a page. A field that a tag has not is left out of the output.
    """

    source: str
    segment: int
    start: int
    end: int
    text: str
    heading: str
    theme: str
    score: float
    scores: dict[str, float]
    secondary: tuple[str, ...]
    review: bool
    evidence: tuple[tuple[str, float], ...]
    model: str
    page: int | None = None
    paragraph: int | None = None
    sheet: str | None = None
    row: int | None = None
    columns: dict[str, str] | None = None
    certainty: float | None = None
    noise: str | None = None
    correction: HumanLabel | None = None

    @property
    def shown_theme(self) -> str:
        """The theme to show: the person's, where one has said it."""
        return self.correction.label if self.correction else self.theme

    @property
    def asks_review(self) -> bool:
        """Whether a person should look at it: the model is not sure, and nobody has said anything yet."""
        return self.review and self.correction is None


class TagColumns(msgspec.Struct, frozen=True):
    """What is counted of some tags, column by column: theme, characters, score, and whether a person should look at each.

    ``labels`` are places in ``themes``. The columns are arrays or lists.
    """

    themes: Sequence[str]
    labels: "ArrayLike"
    sizes: "ArrayLike"
    scores: "ArrayLike"
    review: "ArrayLike"


class TermCount(msgspec.Struct, frozen=True):
    """How many words and bigrams passages have, and how many of these the model does not know.

    ``is_drifted``: these are so many of their report that its passages need a higher score to go without review.
    """

    terms: int = 0
    unknown: int = 0
    is_drifted: bool = False


class TagGroup(Protocol):
    """Side-by-side tags of one report, made in the form in which they are asked for, with what stands among them."""

    @property
    def noise(self) -> tuple[Noise, ...]:
        """The spans that were set aside before, among and, in the last group, behind the tags, in source order."""

    @property
    def outline(self) -> tuple[OutlineEntry, ...]:
        """The headings among the tags, in source order."""

    @property
    def terms(self) -> TermCount:
        """The count of the terms in the tags."""

    def __iter__(self) -> Iterator[Tag]:
        """Yield the tags."""

    def json_lines(self) -> bytes:
        """Return the tags as JSON, each on a line."""

    def columns(self) -> TagColumns:
        """Return what is counted of the tags; of what was set aside nothing is."""


class MadeTags(msgspec.Struct, frozen=True):
    """Tags that have been made already, as a group."""

    tags: tuple[Tag, ...]
    noise: tuple[Noise, ...] = ()
    outline: tuple[OutlineEntry, ...] = ()
    terms: TermCount = TermCount()

    def __len__(self) -> int:
        """Return the number of the tags."""
        return len(self.tags)

    def __iter__(self) -> Iterator[Tag]:
        """Yield the tags."""
        return iter(self.tags)

    def json_lines(self) -> bytes:
        """Return the tags as JSON, each on a line."""
        encode = msgspec.json.Encoder().encode
        return b"".join([encode(tag) + b"\n" for tag in self.tags])

    def columns(self) -> TagColumns:
        """Return what is counted of the tags; of what was set aside nothing is."""
        tags = [tag for tag in self.tags if tag.noise is None]
        themes = sorted({tag.theme for tag in tags})
        return TagColumns(
            themes,
            [themes.index(tag.theme) for tag in tags],
            [tag.end - tag.start for tag in tags],
            [tag.score for tag in tags],
            [tag.review for tag in tags],
        )


class TaggedReport(msgspec.Struct, frozen=True):
    """One report on its way to an output: its tags in groups, in source order, which can be gone through once."""

    document: Document
    groups: Iterator[TagGroup]

    @property
    def source(self) -> str:
        """The name of the report."""
        return self.document.source

    @property
    def sha256(self) -> str:
        """The digest of the file."""
        return self.document.sha256

    @property
    def encoding(self) -> str:
        """The encoding or format that the report was read in."""
        return self.document.encoding

    @property
    def not_shown(self) -> int:
        """No correction is laid over a report on its way."""
        return 0

    @property
    def tags(self) -> Iterator[Tag]:
        """The tags one by one; they are gone through."""
        return chain.from_iterable(self.groups)

    def finish(self) -> "FinishedReport":
        """Return the report as a whole; its tags are gone through."""
        document, groups = self.document, [(tuple(group), group.noise, group.outline) for group in self.groups]
        if len(groups) == 1:
            ((tags, noise, outline),) = groups
        else:
            tags, noise, outline = (
                (tuple(chain.from_iterable(some)) for some in zip(*groups, strict=True)) if groups else ((), (), ())
            )
        return FinishedReport(document.source, document.sha256, document.encoding, document.text, tags, noise, outline)


class FinishedReport(msgspec.Struct, frozen=True):
    """A tagged report as a whole, as the outputs that people hold in their hands need it.

    ``text`` is the decoded source text; tags, noise and outline are in source order. ``not_shown`` counts the corrections
    that should show and do not, because no passage lies where they were made.
    """

    source: str
    sha256: str
    encoding: str
    text: str
    tags: tuple[Tag, ...]
    noise: tuple[Noise, ...]
    outline: tuple[OutlineEntry, ...]
    not_shown: int = 0

    @property
    def groups(self) -> Iterator[TagGroup]:
        """The tags as one group."""
        return iter([MadeTags(self.tags, self.noise, self.outline)])

    def finish(self) -> "FinishedReport":
        """Return the report itself."""
        return self


class KeptReport(msgspec.Struct, frozen=True):
    """A tagged report with all that it takes to tag it anew: the document as its reader produced it.

    ``is_whole`` is false for one of which tags alone were at hand: its text is that of its passages, in their places.
    """

    document: Document
    tags: tuple[Tag, ...]
    noise: tuple[Noise, ...] = ()
    outline: tuple[OutlineEntry, ...] = ()
    is_whole: bool = True

    def finish(self) -> FinishedReport:
        """Return the report as outputs take it."""
        known = self.document
        return FinishedReport(known.source, known.sha256, known.encoding, known.text, self.tags, self.noise, self.outline)


Report = TaggedReport | FinishedReport  # what an output is written from
