"""What comes in from other tools: reports with labelled passages, and what was not taken with the reason."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from pipeline.core.config import LabelSet
from pipeline.core.messages import tr
from pipeline.core.offsets import positions, with_line_feeds
from pipeline.core.spans import SpanIndex
from pipeline.read.column_names import TEXT_NAMES, named_column

# What the column of the labels is called, the surest name first; theme is that of tags, which are no labels.
LABEL_NAMES = ("label", "标签", "标注", "主题", "类别", "分类", "category", "class", "topic")
SOURCES = ("source", "group")  # what the column is called that names the report of a row
VARIANTS = {"其它": "其他", "其他": "其它"}  # two ways to write one word, of which people use both
SHOWN = 20  # characters of a passage or a value that a message repeats


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a table hold text, label and source; rows of one source are paragraphs of one report.

    No name of a text stands for the first of TEXT_NAMES that a table or a row has, which are those that tagging knows; no name of
    a label or a source stands for the first of LABEL_NAMES or SOURCES.
    """

    text: str = ""
    label: str = ""
    source: str = ""

    @property
    def texts(self) -> str:
        """What a message calls the column of the text."""
        return self.text or TEXT_NAMES[0]

    @property
    def labels(self) -> str:
        """What a message calls the column of the label."""
        return self.label or LABEL_NAMES[0]

    @property
    def looked_for(self) -> str:
        """What a message says of the names that are looked for."""
        texts = self.text or " / ".join(TEXT_NAMES)
        return f"{texts}; {self.label or ' / '.join(LABEL_NAMES)}"

    def text_in(self, names: Sequence[str]) -> str | None:
        """Return the one of some names whose column holds the text, or None."""
        return _column(names, (self.text,) if self.text else TEXT_NAMES)

    def label_in(self, names: Sequence[str]) -> str | None:
        """Return the one of some names whose column holds the label, or None."""
        return _column(names, (self.label,) if self.label else LABEL_NAMES)

    def label_of(self, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - another tool's data, checked by who asks
        """Return the label of a row, or what is in its place; None where there is none."""
        name = self.label_in(tuple(values))
        return None if name is None else values[name]

    def text_of(self, values: Mapping[str, Any]) -> object:
        """Return the text of a row, or of the data of a task; None where there is none."""
        name = self.text_in(tuple(values))
        return None if name is None else values[name]

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns that may name the report, the first one first."""
        return (self.source,) if self.source else SOURCES

    def source_of(self, values: Mapping[str, Any]) -> str:
        """Return the report that a row, or the data of a task, belongs to; nothing where it names none."""
        return next((str(value) for name in self.sources if (value := values.get(name)) not in (None, "")), "")


def _column(names: Sequence[str], wanted: Sequence[str]) -> str | None:
    exact = next((name for name in wanted if name in names), None)
    place = named_column(names, wanted) if exact is None else None
    return exact if place is None else names[place]


@dataclass(frozen=True, slots=True)
class LabelSpan:
    """A labelled passage of a report, where it stands in the other tool's file, who labelled it as far as that is known, a note.

    ``variant`` is what the file calls its label where that is another way to write it.
    """

    start: int
    end: int
    label: str
    secondary: tuple[str, ...]
    where: str = ""
    who: str = ""
    note: str = ""
    variant: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All labels of the passage, the first one first."""
        return self.label, *self.secondary


@dataclass(frozen=True, slots=True)
class ImportedReport:
    """A report from another tool: its name there, its text, its labelled passages, and where it stands in the file.

    ``is_row`` tells that it is the row of a table by itself: one passage, whatever it looks like.
    """

    name: str
    text: str
    passages: tuple[LabelSpan, ...]
    where: str = ""
    is_row: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """What was not taken: the place in the other tool's file, and why."""

    where: str
    why: str

    def __str__(self) -> str:
        """Return both as a line for a person."""
        return f"{self.where}: {self.why}"


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """The reports of a file, each with at least one passage, and what of the file was not taken.

    ``alone`` counts the rows that name no report, each of which is one of its own.
    """

    reports: tuple[ImportedReport, ...]
    refused: tuple[Rejected, ...]
    alone: int = 0


def without_overlap(passages: Iterable[LabelSpan]) -> Iterator[LabelSpan | Rejected]:
    """Yield the passages of a report; one that overlaps an earlier one is refused, and one that says the same again is dropped."""
    taken = SpanIndex[LabelSpan]()
    for passage in passages:
        across, _ = next(taken.overlapping(passage.start, passage.end), (None, 0))
        if across is None:
            taken.add(passage)
            yield passage
        elif (across.start, across.end, across.names) != (passage.start, passage.end, passage.names):
            span = tr(
                "{span} ({label}) overlaps {other_span} ({other_label})",
                span=f"{passage.start}-{passage.end}",
                label=passage.label,
                other_span=f"{across.start}-{across.end}",
                other_label=across.label,
            )
            yield Rejected(passage.where, tr("{span}, which was taken; labels of one report may not overlap", span=span))


def agreed(people: Sequence[Sequence[LabelSpan]]) -> Iterator[LabelSpan | Rejected]:
    """Yield what people do not contradict each other in; where they do, nobody knows who is right, and none of it is taken.

    What one person says has no overlap.
    """
    sound, by_person = [], [SpanIndex(theirs) for theirs in people]
    for mine, own in zip(people, by_person, strict=True):
        for passage in mine:
            others = (theirs.overlapping(passage.start, passage.end) for theirs in by_person if theirs is not own)
            against = next((one for one, _ in chain.from_iterable(others) if one.label != passage.label), None)
            if against is None:
                sound.append(passage)
            else:
                said = tr(
                    "{start}-{end} is {label} here and {against_label} by {where}",
                    start=passage.start,
                    end=passage.end,
                    label=passage.label,
                    against_label=against.label,
                    where=against.where,
                )
                yield Rejected(passage.where, tr("{said}; take one person's with --by, or make them agree", said=said))
    yield from without_overlap(sorted(sound, key=lambda passage: passage.start))


def contradictions(reports: Iterable[ImportedReport]) -> list[Rejected]:
    """Return the passages that have the text of an earlier one and another label, in whatever report: one of both may be wrong."""
    first: dict[str, LabelSpan] = {}
    found = []
    for report in reports:
        for each in report.passages:
            text = "".join(report.text[each.start : each.end].split())
            other = first.setdefault(text, each)
            if other.label != each.label:
                pair = {"label": each.label, "other": other.label, "where": other.where}
                found.append(Rejected(each.where, tr("{text} is {label} here and {other} by {where}", text=text[:SHOWN], **pair)))
    return found


def in_text(report: ImportedReport, text: str) -> ImportedReport | None:
    r"""Return a report with its passages at their places in a text that is the same, or differs in ``\r\n`` for ``\n`` only."""
    if report.text == text:
        return report
    if with_line_feeds(report.text) != with_line_feeds(text):
        return None
    theirs, ours = positions(report.text, 0, 1), positions(text, 0, 1)
    moved = (
        replace(each, start=bisect_left(ours, theirs[each.start]), end=bisect_left(ours, theirs[each.end]))
        for each in report.passages
    )
    return replace(report, text=text, passages=tuple(moved))


def known_as(name: str, known: LabelSet) -> str:
    """Return the label that a name stands for: itself, or another way to write it (其它, 其他) where that is a label."""
    return name if name in known.names or VARIANTS.get(name) not in known.names else VARIANTS[name]


def with_labels(span: LabelSpan, known: LabelSet) -> LabelSpan:
    """Return a span whose names are labels, with what its file calls the first where that is another way to write it."""
    names = dict.fromkeys(known_as(name, known) for name in span.names)
    label, *secondary = names
    return replace(span, label=label, secondary=tuple(secondary), variant=span.label if span.label != label else "")


def unknown(names: Iterable[str], known: LabelSet) -> str | None:
    """Return what to say of names one of which is no label, or None where all are, in one way of writing or another."""
    name = next((name for name in names if known_as(name, known) not in known.names), None)
    return (
        None
        if name is None
        else tr("{name!r} is not a known label; known: {names}", name=name[:SHOWN], names=" ".join(known.names))
    )
