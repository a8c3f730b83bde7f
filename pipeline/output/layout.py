"""A finished report laid out for the eye: paragraphs and headings as in the source, made of passages and what lies between."""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import msgspec

from pipeline.core.config import LabelSet
from pipeline.core.records import FinishedReport, Noise, Tag
from pipeline.output.visible import is_markdown

_LINE_END = re.compile("[\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
SIGN = "syntax"  # why signs of Markdown are set aside
_WORD_OR_SPACE = re.compile(r"\s+|\S+")


class SourceSpan(msgspec.Struct, frozen=True):
    """A span of the source: a passage, what was set aside with its reason, or what lies between such."""

    start: int
    end: int
    tag: Tag | None = None
    reason: str | None = None

    def text_of(self, report: FinishedReport) -> str:
        """Return the span as it stands in the source."""
        return report.text[self.start : self.end]


class Block(msgspec.Struct, frozen=True):
    """A paragraph: its pieces in order, and its rank where it is a heading (0 the highest of the report)."""

    pieces: tuple[SourceSpan, ...]
    rank: int | None = None

    @property
    def is_aside(self) -> bool:
        """Whether nothing of it is part of the report."""
        return all(piece.tag is None for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class ThemeShare:
    """What a theme has of a report, or of several: characters, share of all that was tagged, passages, those in review."""

    theme: str
    characters: int
    share: float
    passages: int
    review: int


def passages(report: FinishedReport) -> tuple[Tag, ...]:
    """Return the tags that carry a theme."""
    return tuple(tag for tag in report.tags if tag.noise is None)


def set_aside(report: FinishedReport) -> tuple[Noise, ...]:
    """Return what was set aside of a report but for the signs of Markdown, which no output for people shows."""
    is_marked = is_markdown(report.source)
    return tuple(noise for noise in report.noise if not (is_marked and noise.reason == SIGN))


def shares(tags: Sequence[Tag], labels: LabelSet) -> tuple[ThemeShare, ...]:
    """Return the share of each label, in order, by characters; where a person said a theme, that one counts."""
    by_theme: dict[str, list[Tag]] = {name: [] for name in labels.names}
    for tag in tags:
        by_theme[tag.shown_theme].append(tag)
    sizes = {name: sum(tag.end - tag.start for tag in some) for name, some in by_theme.items()}
    total = max(1, sum(sizes.values()))
    return tuple(
        ThemeShare(name, sizes[name], sizes[name] / total, len(some), sum(tag.asks_review for tag in some))
        for name, some in by_theme.items()
    )


def emphasised(text: str, words: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Yield a text in runs, and of each whether it is one of the words."""
    if not words:
        yield text, False
        return
    found = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True) if word)
    for number, run in enumerate(re.split(f"({found})", text)):
        if run:
            yield run, number % 2 == 1


def blocks(report: FinishedReport) -> Iterator[Block]:
    """Yield the paragraphs of a report in order; together they hold all but white space and signs of Markdown between them."""
    levels = {entry.start: entry.level for entry in report.outline}
    ranks = {level: rank for rank, level in enumerate(sorted(set(levels.values())))}
    for line in _lines(report):
        themed = [piece for piece in line if piece.tag is not None]
        level = levels.get(themed[0].start) if len(themed) == 1 else None
        yield Block(tuple(line), None if level is None else ranks[level])


def asides(some: Iterator[Block]) -> Iterator[tuple[bool, tuple[Block, ...]]]:
    """Yield blocks that belong together: those set aside that follow each other, each other one alone."""
    for is_aside, group in groupby(some, key=lambda block: block.is_aside):
        if is_aside:
            yield True, tuple(group)
        else:
            yield from ((False, (block,)) for block in group)


def _lines(report: FinishedReport) -> Iterator[list[SourceSpan]]:
    """Yield the pieces of each paragraph: a new one begins where a line ends between two pieces."""
    line: list[SourceSpan] = []
    for piece in _pieces(report):
        if _is_sign(piece, report):
            continue
        between = piece.tag is None and piece.reason is None
        if between and piece.text_of(report).isspace() and (not line or _LINE_END.search(report.text, piece.start, piece.end)):
            if line:
                yield line
            line = []
        else:
            line.append(piece)
    if line:
        yield line


def _pieces(report: FinishedReport) -> Iterator[SourceSpan]:
    """Yield spans side by side that hold the whole source: passages, what was set aside beside them, and the rest."""
    position, noise = 0, deque(report.noise)
    for tag in passages(report):
        yield from _gap(report.text, position, tag.start, noise)
        yield SourceSpan(tag.start, tag.end, tag)
        position = tag.end
    yield from _gap(report.text, position, len(report.text), noise)


def _is_sign(piece: SourceSpan, report: FinishedReport) -> bool:
    """Tell whether a piece holds nothing but signs of Markdown: what was set aside as such, or belongs to nothing."""
    is_sign = piece.tag is None and piece.reason in (None, SIGN) and is_markdown(report.source)
    return is_sign and not piece.text_of(report).isspace()


def _gap(text: str, start: int, end: int, noise: deque[Noise]) -> Iterator[SourceSpan]:
    """Yield what lies between two passages; noise is taken from the queue as far as it lies before the second."""
    while noise and noise[0].start < end:
        aside = SourceSpan(max(start, noise[0].start), min(end, noise[0].end), reason=noise[0].reason)
        if aside.start < aside.end:
            yield from _between(text, start, aside.start)
            yield aside
            start = aside.end
        if noise[0].end > end:
            return
        noise.popleft()
    yield from _between(text, start, end)


def _between(text: str, start: int, end: int) -> Iterator[SourceSpan]:
    """Yield what belongs to nothing as white space and, should there be any, the rest, which is shown as it is."""
    for match in _WORD_OR_SPACE.finditer(text, start, end):
        yield SourceSpan(*match.span())
