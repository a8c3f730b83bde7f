"""Cut a cleaned report into segments: headings, paragraphs, and the items of run-on paragraphs.

A line is one paragraph. It is cut before the signs that number its items (一、 （一） 1. ① 一是 二要 第一, ——) and, in a
run-on paragraph, before the short sentences that announce the next passage. Sentences stay whole. Each segment knows
the headings it stands under.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, pairwise
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.core.config import SegmentConfig
from pipeline.core.records import NO_LEVEL, BodyLines, CleanText, Heading, Noise
from pipeline.preprocess.characters import scans
from pipeline.preprocess.headings import (
    ANNEX,
    BARE_ANNEX,
    BEHIND_LEADS,
    BELOW,
    BESIDE,
    ITEM,
    LEAD,
    LONGEST_LEAD,
    NOT_IN_LEADS,
    PLAIN,
    SHORTEST_LEAD,
    SIGNATURE,
    TITLE,
    is_lead,
    is_unit,
    level_of_part,
    line_level,
    sign_level,
    title_level,
)
from pipeline.preprocess.lines import line_columns
from pipeline.preprocess.long import LongText
from pipeline.preprocess.segments import NO_SEGMENTS, RECORD, ROW, TEXT, Segments, joined, of_columns
from pipeline.preprocess.sentences import (
    CLOSING,
    COLON,
    SIGN_START,
    SPACE,
    STOP,
    Ints,
    Kinds,
    SentenceSplit,
    kinds_of,
    split_sentences,
)
from pipeline.preprocess.series import Series

if TYPE_CHECKING:
    from pipeline.preprocess._scans import Cutter

Span = tuple[int, int]
Sentences = tuple[Span, ...]
Flags = NDArray[np.bool_]
_WORD = re.compile(r"\w")
_TITLE_WITHIN = 3
_EARLY_PLAIN, _LATE_PLAIN = -1, -2  # a heading without a sign, among the first lines or not, whose level is found by what is above
_ASKED = -4  # the level of a line that the compiled loop leaves to ``line_level`` …
_PIECE = -5  # … and of a piece of a paragraph without end, which is no heading
_TOGETHER = 32_768  # characters of lines whose sentences are found at once
_STRETCH = 131_072  # characters of a long text that are at hand at a time …
_BEHIND = 8  # … with so many behind them: more than a sign is long


class Passages(msgspec.Struct, frozen=True):
    """Sentences of side-by-side paragraphs, clean offsets of shape (sentences, 2), with the number of the paragraph of each.

    A passage begins with each that ``is_first``.
    """

    sentences: Ints
    paragraphs: Ints
    is_first: Flags

    def part(self, first: int, last: int) -> "Passages":
        """Return the sentences from one to another (exclusive)."""
        return Passages(self.sentences[first:last], self.paragraphs[first:last], self.is_first[first:last])


NO_PASSAGES = Passages(np.empty((0, 2), np.int64), np.empty(0, np.int64), np.empty(0, bool))


class Cut:
    """A report on its way, and the headings that the next segment stands under: the reference of the compiled ``Cutter``.

    A heading is told by its number; -1 is none.
    """

    def __init__(self, cleaned: CleanText) -> None:
        """Take the report, or the stretch of it that comes first."""
        self._cleaned = cleaned
        self._text = cleaned.text
        self._headings: list[Heading] = []
        self._parents: list[int] = []
        self._head = -1  # the heading that comes next, without a lead
        self._below = -1  # with it …
        self._lead: Span | None = None  # … unless it is this one: of most leads no passage is below
        self._numbered = False  # whether one of the headings so far was
        self._parts = ""  # the words for parts so far, in order
        self._title_level = -1  # of the title that the next line may be, where the last one was the number of a chapter alone
        self._is_apart = False  # whether another text ended above
        self._series = Series()
        self._has_inner_items = False  # whether the last paragraph has items behind its beginning
        self._end = -1  # of the last paragraph

    def move(self, cleaned: CleanText, by: int) -> None:
        """Go on in another stretch of the report, which begins so many characters behind the beginning of the last one."""
        self._carry()  # the lists of what was found before stay as they are
        self._above_next()
        self._cleaned, self._text = cleaned, cleaned.text
        self._end -= by

    def add(self, lines: Ints, passages: Passages) -> Segments:
        """Return the segments of the next lines, of shape (4, lines): where they start and end, level and kind.

        ``passages`` are those of the lines that are no headings, in order.
        """
        self._found: list[tuple[int, int, int, int]] = []
        self._sentences: list[Span] = []
        self._symbols: list[Noise] = []
        self._carry()
        paragraphs = iter(gathered(passages))
        for start, end, level, kind in lines.T.tolist():
            if level != NO_LEVEL:
                self._add_heading(start, end, level, kind)
            elif kind != TEXT:
                self._close_items()
                self._end, self._title_level = end, -1
                self._add_segment(next(paragraphs)[0], -1 if kind == RECORD else self._above_next(), NO_LEVEL, kind)
            else:
                self._add_paragraph(start, end, next(paragraphs))
        columns = np.array(self._found, np.int64).reshape(-1, 4).T
        sentences = np.array(self._sentences, np.int64).reshape(-1, 2)
        return of_columns(columns, sentences, self._headings, self._parents, self._symbols)

    def _carry(self) -> None:
        """Keep, of the headings so far, those that the next segment stands under."""
        kept, is_led = [], self._below != self._head
        while self._below >= 0:
            kept.append(self._headings[self._below])
            self._below = self._parents[self._below]
        self._headings, self._parents = kept[::-1], list(range(-1, len(kept) - 1))
        self._below = len(kept) - 1
        self._head = self._below - is_led

    def _add_heading(self, start: int, end: int, level: int, kind: int) -> None:
        """Add a heading; of a table it is a row of one cell that has the form of one, and stands above what follows.

        What stands behind the last line of a text, or in an annex, is below none of the headings so far.
        """
        if level == BESIDE:
            level = ITEM - 1 if self._numbered else PLAIN
            self._add_segment(((start, end),), self._above(level, self._head), level, kind)
            return
        given, text = level, self._text[start:end]
        level = self._level(given, text)
        above = self._open(level, start, end)
        self._numbered = self._numbered or (PLAIN < level < ITEM and kind == TEXT)
        self._add_segment(((start, end),), above, level, kind)
        self._title_level = TITLE if given == BARE_ANNEX else title_level(level, text)
        if given == SIGNATURE:
            self._set_apart()

    def _level(self, level: int, text: str) -> int:
        """Return the level of a heading among those above it."""
        if level in (ANNEX, BARE_ANNEX):
            self._set_apart()
            return TITLE
        if self._title_level >= 0 and (level < TITLE or (level == self._title_level - BELOW and not is_unit(text))):
            return self._title_level
        if level < TITLE:  # above all items, or below the numbered headings seen so far
            if (row := self._series.level(text, self._level_above_row())) >= 0:
                return row
            is_title = (level == _EARLY_PLAIN or self._is_apart) and self._above_next() < 0
            return TITLE if is_title else ITEM - 1 if self._numbered else PLAIN
        level, self._parts = level_of_part(level, text, self._parts)
        return level

    def _level_above_row(self) -> int:
        """Return the level of the heading that one stands under which begins a row: of no line without a sign."""
        heading = self._head
        while heading >= 0 and self._headings[heading].level in (PLAIN, ITEM - 1):
            heading = self._parents[heading]
        return self._headings[heading].level if heading >= 0 else TITLE

    def _set_apart(self) -> None:
        """Leave all headings behind: what comes next is another text."""
        self._series.clear()
        self._head = self._below = -1
        self._lead, self._numbered, self._parts, self._is_apart = None, False, "", True

    def _add_paragraph(self, start: int, end: int, passages: Sequence[Sentences]) -> None:
        """Add the segments of a body line; items with a sign become the heading of what follows them in the line."""
        if start > self._end:  # else it goes on with the paragraph before, and so does the lead of that
            self._close_lead()
            self._close_items()
        self._end, self._title_level = end, -1
        for number, sentences in enumerate(passages):
            self._add_passage(sentences)
            self._has_inner_items = self._has_inner_items or (number > 0 and self._is_item())

    def _add_passage(self, sentences: Sentences) -> None:
        """Add a passage; sentences without a word around it are symbols, and its first one a heading with a sign, or as a lead."""
        text = self._text
        trimmed = _trimmed(text, sentences)
        first, last = 0, len(trimmed)
        while first < last and not _WORD.search(text, *trimmed[first]):
            first += 1
        while first < last and not _WORD.search(text, *trimmed[last - 1]):
            last -= 1
        self._add_symbols(trimmed[:first])
        if first < last:
            inside = _trimmed(text, trimmed[first:last])
            self._add_segment(inside, self._announced(inside), NO_LEVEL, TEXT)
        self._add_symbols(trimmed[last:])

    def _announced(self, sentences: Sentences) -> int:
        """Return the heading above a passage, with what its first sentence announces as the one above the next."""
        start, end = sentences[0]
        level = sign_level(self._text, start)
        if level is not None:
            self._numbered = self._numbered or PLAIN < level < ITEM
            level, self._parts = level_of_part(level, self._text[start:end], self._parts)
            return self._open(level, start, end)
        is_led = len(sentences) > 1 and is_lead(self._text[start:end].rstrip())
        return self._announce(sentences[0]) if is_led else self._above_next()

    def _add_segment(self, sentences: Sentences, above: int, level: int, kind: int) -> None:
        self._found.append((len(self._sentences), above, level, kind))
        self._sentences += sentences

    def _add_symbols(self, sentences: Sentences) -> None:
        trimmed = _trimmed(self._text, sentences)
        if trimmed:
            self._symbols.append(_symbols(self._cleaned, (trimmed[0][0], trimmed[-1][1])))

    def _above_next(self) -> int:
        """Return the heading that what comes next stands under."""
        if self._lead:
            self._below = self._new(LEAD, *self._lead, self._head)
            self._lead = None
        return self._below

    def _announce(self, lead: Span) -> int:
        """Add a lead and return the heading above it."""
        self._close_lead()
        self._lead = lead
        return self._head

    def _close_lead(self) -> None:
        """Take the lead of the last paragraph away, which announced nothing beyond it."""
        if self._head >= 0 and self._headings[self._head].level >= LEAD:
            self._head = self._above(LEAD, self._head)
        self._below, self._lead = self._head, None

    def _is_item(self) -> bool:
        return self._head >= 0 and ITEM <= self._headings[self._head].level < LEAD

    def _close_items(self) -> None:
        """Take the items of the last paragraph away where they stood behind its beginning: they announced nothing beyond it."""
        if self._has_inner_items and self._is_item():
            self._head = self._below = self._above(ITEM, self._head)
        self._has_inner_items = False

    def _open(self, level: int, start: int, end: int) -> int:
        """Add a heading and return the one above it."""
        above = self._above(level, self._head if level <= LEAD else self._above_next())
        self._head = self._below = self._new(level, start, end, above)
        self._lead = None
        return above

    def _new(self, level: int, start: int, end: int, above: int) -> int:
        """Return a heading that stands below another one."""
        self._headings.append(Heading(level, self._text[start:end].rstrip()))
        self._parents.append(above)
        return len(self._parents) - 1

    def _above(self, level: int, heading: int) -> int:
        """Return the heading that one of a level stands under, which comes behind another one."""
        least = max(level, TITLE + 1)  # a title stays above another
        while heading >= 0 and self._headings[heading].level >= least:
            heading = self._parents[heading]
        return heading


class _CompiledCut:
    """The same, done by the compiled ``Cutter``."""

    def __init__(self, cleaned: CleanText, cutter: "Cutter") -> None:
        self._cleaned, self._cutter = cleaned, cutter

    def move(self, cleaned: CleanText, by: int) -> None:
        self._cleaned = cleaned
        self._cutter.move(cleaned.text, by)

    def add(self, lines: Ints, passages: Passages) -> Segments:
        room = lines.shape[1] + len(passages.paragraphs)
        columns, sentences = np.empty((4, room), np.int64), np.empty((room, 2), np.int64)
        is_first = passages.is_first.view(np.uint8)
        found = self._cutter.add(lines, passages.sentences, passages.paragraphs, is_first, columns, sentences)
        cutter, ends = self._cutter, self._cutter.sentence_count
        others = _others(self._cleaned, cutter.levels, cutter.texts, cutter.parents, cutter.symbols)
        return of_columns(columns[:, :found], sentences[:ends], *others)


def _cut(cleaned: CleanText) -> Cut | _CompiledCut:
    native = scans()
    return (
        Cut(cleaned) if native is None else _CompiledCut(cleaned, native.Cutter(cleaned.text, NOT_IN_LEADS, BEHIND_LEADS, Series()))
    )


def _symbols(cleaned: CleanText, span: Span) -> Noise:
    return Noise(*cleaned.offsets.span(*span), "symbols")


def segment(cleaned: CleanText | LongText, options: SegmentConfig) -> Iterator[Segments]:
    """Yield the segments of a report in order, some at a time, with what among them holds only symbols set aside.

    Segments do not overlap, and with the symbols they cover every character that is not white space.
    """
    if isinstance(cleaned, LongText):
        yield from _segment_long(cleaned, options)
        return
    cut = _cut(cleaned)
    for part in _parts(cleaned, options):
        yield _added(cut, part, options)


def _added(cut: Cut | _CompiledCut, part: "_Part", options: SegmentConfig) -> Segments:
    """Return the segments of the next lines of a report."""
    ready = _ready([part], options)
    return cut.add(ready.lines, ready.passages)


def _segment_long(cleaned: LongText, options: SegmentConfig) -> Iterator[Segments]:
    """Yield the same of a long text, of which one stretch is at hand at a time."""
    (starts, ends), before = cleaned.lines, 0
    framing = sorted(cleaned.levels, reverse=True)
    cut = _cut(cleaned.part(0, 0))
    for first, last in _stretches(starts):
        start = int(starts[first])
        own = BodyLines(line_columns(starts[first:last] - start, ends[first:last] - start))
        while framing and framing[-1] < last:
            line = framing.pop()
            own.columns[2, line - first] = cleaned.levels[line]
        stretch = msgspec.structs.replace(cleaned.part(start, int(ends[last - 1]) + _BEHIND), lines=own)
        cut.move(stretch, start - before)
        before = start
        for part in _parts(stretch, options):
            whole = msgspec.structs.replace(part, first=first + part.first)
            found = _added(cut, whole, options)
            yield msgspec.structs.replace(found, sentences=found.sentences + start)


def _stretches(starts: Ints) -> Iterator[Span]:
    """Yield, by their numbers, the lines of a text that begin within so many characters."""
    first = 0
    while first < len(starts):
        last = int(np.searchsorted(starts, starts[first] + _STRETCH))
        yield first, last
        first = last


def segment_together(reports: Sequence[CleanText], options: SegmentConfig) -> list[Segments]:
    """Return for each of some small reports the segments of ``segment``: all at once, which is faster."""
    parts = [tuple(_parts(cleaned, options)) for cleaned in reports]
    several = [*chain.from_iterable(parts)]
    if not several:
        return [NO_SEGMENTS] * len(reports)
    found = iter(_cut_together(reports, parts, _ready(several, options)))
    return [joined([next(found) for _ in own]) if own else NO_SEGMENTS for own in parts]


def _cut_together(reports: Sequence[CleanText], parts: Sequence[Sequence["_Part"]], ready: "_Ready") -> list[Segments]:
    """Return the segments of each part of some reports."""
    owners = [cleaned for cleaned, own in zip(reports, parts, strict=True) for _ in own]
    if (native := scans()) is None:
        each = ready.each()
        cuts = [(cut, next(each)) for cleaned, own in zip(reports, parts, strict=True) for cut in [Cut(cleaned)] for _ in own]
        return [cut.add(lines, passages) for cut, (lines, passages) in cuts]
    room = ready.lines.shape[1] + len(ready.passages.paragraphs)
    columns, sentences = np.empty((4, room), np.int64), np.empty((room, 2), np.int64)
    ends = np.empty((len(owners) + 1, 2), np.int64)
    goes_on = np.array([place > 0 for own in parts for place in range(len(own))], np.uint8)
    passages = ready.passages
    others = native.Cutter("", NOT_IN_LEADS, BEHIND_LEADS, Series()).add_each(
        [cleaned.text for cleaned in owners], goes_on, ready.lines, ready.line_bounds, passages.sentences, passages.paragraphs,
        passages.is_first.view(np.uint8), ready.bounds, columns, sentences, ends,
    )  # fmt: skip
    firsts, under, levels, kinds = columns
    return [
        Segments(firsts[a:b], under[a:b], levels[a:b], kinds[a:b], sentences[c:d], *(_others(cleaned, *other) if other else ()))
        for cleaned, other, ((a, c), (b, d)) in zip(owners, others, pairwise(ends.tolist()), strict=True)
    ]


def _others(
    cleaned: CleanText, levels: Sequence[int], texts: Sequence[str], parents: Sequence[int], symbols: Sequence[Span]
) -> tuple[Sequence[Heading], Sequence[int], Sequence[Noise]]:
    """Return what a compiled cutter has found beside segments as these hold it: headings, their parents and symbols."""
    return list(map(Heading, levels, texts)), parents, [_symbols(cleaned, span) for span in symbols]


class _Part(msgspec.Struct, frozen=True):
    """Side-by-side lines of a text, of shape (4, lines), with the number of the first one in its report."""

    text: str
    lines: Ints
    first: int = 0


def _parts(cleaned: CleanText, options: SegmentConfig) -> Iterable[_Part]:
    """Return some lines at a time; a paragraph without end comes piece by piece, each alone."""
    lines, longest = cleaned.lines.columns, options.max_paragraph
    is_short = len(cleaned.text) <= _TOGETHER and len(cleaned.text) <= longest and lines.size
    return (_Part(cleaned.text, lines),) if is_short else _pieces(cleaned, longest)


def _pieces(cleaned: CleanText, longest: int) -> Iterator[_Part]:
    """Yield the same of a text that may not come at once."""
    lines = cleaned.lines.columns
    starts, ends, levels, kinds = lines
    is_long = (ends - starts > longest) & (levels == NO_LEVEL) & (kinds == TEXT)
    long, sizes = [*np.flatnonzero(is_long).tolist(), len(starts)], np.cumsum(np.where(is_long, 0, ends - starts))
    first = 0
    while first < len(starts):
        if first == long[0]:
            for span in _chunks(cleaned.text, int(starts[first]), int(ends[first]), longest):
                yield _Part(cleaned.text, np.array([*span, _PIECE, TEXT]).reshape(4, 1), first)
            first = long.pop(0) + 1
        else:
            enough = np.searchsorted(sizes, (sizes[first - 1] if first else 0) + _TOGETHER, side="right") + 1
            last = min(int(enough), long[0])
            yield _Part(cleaned.text, lines[:, first:last], first)
            first = last


def _add_levels(text: str, lines: Ints, numbers: Ints, options: SegmentConfig) -> None:
    """Give those short lines their level that have the form of a heading and of which no reader has said anything.

    ``numbers`` are those of the lines in their reports.
    """
    starts, ends, levels, kinds = lines
    beside = levels == BESIDE
    levels[beside] = NO_LEVEL
    if (native := scans()) is None:
        asked = (levels == NO_LEVEL) & (kinds != RECORD) & (ends - starts <= options.max_heading)
    else:
        native.levels(text, lines, options.max_heading)
        asked = levels == _ASKED
    for i in np.flatnonzero(asked).tolist():
        levels[i] = level_of(text[starts[i] : ends[i]], int(kinds[i]), options.max_heading)
    levels[(levels != NO_LEVEL) & beside] = BESIDE
    levels[(levels == _LATE_PLAIN) & (numbers < _TITLE_WITHIN)] = _EARLY_PLAIN
    levels[levels == _PIECE] = NO_LEVEL


def level_of(line: str, kind: int, longest: int) -> int:
    """Return the level of a line, or of the row of a table, that is a heading by its form."""
    level = line_level(line, longest)
    if level is None or (kind == ROW and ("\t" in line or "|" in line)):
        return NO_LEVEL
    return _LATE_PLAIN if level == PLAIN and kind == TEXT else level


def _chunks(text: str, start: int, end: int, longest: int) -> Iterator[Span]:
    """Yield a paragraph piece by piece, cut behind the last full stop that fits, or hard where there is none."""
    while end - start > longest:
        stop = text.rfind("。", start + longest // 2, start + longest) + 1 or start + longest
        yield start, stop
        start = stop
    yield start, end


class _Ready(msgspec.Struct, frozen=True):
    """The lines of some parts with their levels, and the passages of those that are no headings, side by side.

    Part ``i`` has the lines from ``line_bounds[i]`` and the sentences from ``bounds[i]`` on, whose offsets are those in its text.
    """

    lines: Ints
    line_bounds: Ints
    passages: Passages
    bounds: Ints

    def each(self) -> Iterator[tuple[Ints, Passages]]:
        """Yield the lines and passages of each part."""
        for (first, last), (start, end) in zip(pairwise(self.line_bounds.tolist()), pairwise(self.bounds.tolist()), strict=True):
            yield self.lines[:, first:last], self.passages.part(start, end)


def _ready(parts: Sequence[_Part], options: SegmentConfig) -> _Ready:
    """Return the lines of some parts with their levels and passages, found for all at once; a row of a table is one passage."""
    line_bounds = np.array([0, *accumulate([part.lines.shape[1] for part in parts])])
    text, lines, shift = _joined(parts, line_bounds)
    before = line_bounds[:-1] - [part.first for part in parts]
    _add_levels(text, lines, np.arange(len(shift)) - before.repeat(line_bounds[1:] - line_bounds[:-1]), options)
    kept = np.flatnonzero(lines[2] == NO_LEVEL)
    passages = _passages_of(text, lines.take(kept, axis=1), options.run_on) if len(kept) else NO_PASSAGES
    passages.sentences[:] += shift.take(kept).take(passages.paragraphs)[:, None]
    lines[:2] += shift
    return _Ready(lines, line_bounds, passages, passages.paragraphs.searchsorted(kept.searchsorted(line_bounds)))


def _joined(parts: Sequence[_Part], bounds: Ints) -> tuple[str, Ints, Ints]:
    """Return the texts of some lines joined, the lines with their places in it, and what leads back from these to the text."""
    lines = np.concatenate([part.lines for part in parts], axis=1)
    starts, ends = lines[0].take(bounds[:-1]), lines[1].take(bounds[1:] - 1)
    sizes = ends - starts + 1
    shift = (starts + sizes - sizes.cumsum()).repeat(bounds[1:] - bounds[:-1])
    lines[:2] -= shift
    spans = zip(parts, starts.tolist(), ends.tolist(), strict=True)
    return "\n".join([part.text[start:end] for part, start, end in spans]), lines, shift


def _passages_of(text: str, lines: Ints, run_on: int) -> Passages:
    """Return the passages of body lines."""
    paragraphs, is_text = np.ascontiguousarray(lines[:2].T), lines[3] == TEXT
    kinds = kinds_of(text)
    signs = _sign_starts(text, kinds, paragraphs, is_text)
    split = split_sentences(kinds, paragraphs, signs)
    begins = np.append(True, split.passages[1:] != split.passages[:-1])
    leads = _leads(text, kinds, split, begins)
    is_first = begins.copy()
    is_first[np.searchsorted(split.starts, signs)] = True
    is_first[_openings(leads, split, paragraphs, run_on)] = True
    is_first &= is_text.take(split.passages)
    is_first |= begins
    return Passages(np.stack([split.starts, split.ends], axis=1), split.passages, is_first)


def gathered(passages: Passages) -> list[list[Sentences]]:
    """Return the passages of each paragraph as tuples of their sentences."""
    firsts = np.flatnonzero(passages.is_first)
    sentences = tuple([(start, end) for start, end in passages.sentences.tolist()])
    own = [sentences[first:last] for first, last in pairwise([*firsts.tolist(), len(sentences)])]
    paragraphs = passages.paragraphs.take(firsts)
    bounds = np.flatnonzero(np.append(paragraphs[:1] >= 0, paragraphs[1:] != paragraphs[:-1])).tolist()
    return [own[first:last] for first, last in pairwise([*bounds, len(own)])]


def _sign_starts(text: str, kinds: Kinds, paragraphs: Ints, is_text: Flags) -> Ints:
    """Return where the signs inside paragraphs begin: behind a stop, with its closing mark, or behind white space."""
    if (native := scans()) is None:
        return sign_starts(text, kinds, paragraphs, is_text)
    found = np.empty(len(text), np.int64)
    before = STOP | COLON | SPACE
    return found[: native.signs(text, kinds, paragraphs, is_text.view(np.uint8), SIGN_START, before, STOP, CLOSING, found)]


def sign_starts(text: str, kinds: Kinds, paragraphs: Ints, is_text: Flags) -> Ints:
    """Return the same: the reference of the compiled loop."""
    begins = (kinds[1:] & SIGN_START > 0) & (kinds[:-1] & (STOP | COLON | SPACE | CLOSING) > 0)
    places = np.flatnonzero(begins) + 1
    before, second = kinds.take(places - 1), kinds.take(places - 2)  # the last character of all is of no kind
    places = places.compress((before & (STOP | COLON | SPACE) > 0) | (second & STOP > 0))
    starts, ends = paragraphs.T
    number = np.searchsorted(starts, places) - 1
    inside = (number >= 0) & (places < ends.take(number)) & is_text.take(number)
    places, ends = places.compress(inside), ends.take(number.compress(inside))
    found = [place for place, end in zip(places.tolist(), ends.tolist(), strict=True) if sign_level(text, place, end) is not None]
    return np.array(found, np.int64)


def _leads(text: str, kinds: Kinds, sentences: SentenceSplit, is_first: Flags) -> Flags:
    """Tell which sentences have the form of a lead; of the last one of a paragraph that says nothing."""
    may_be = _is_short(kinds, sentences.starts, sentences.ends)
    may_be[:-1] &= ~is_first[1:]
    may_be[-1:] = False
    if (native := scans()) is None:
        return are_leads(text, sentences, may_be)
    native.leads(text, sentences.starts, sentences.ends, may_be.view(np.uint8), NOT_IN_LEADS, BEHIND_LEADS)
    return may_be


def are_leads(text: str, sentences: SentenceSplit, may_be: Flags) -> Flags:
    """Tell the same of the sentences that may be leads: the reference of the compiled loop."""
    leads = np.zeros(len(may_be), bool)
    for i in np.flatnonzero(may_be).tolist():
        leads[i] = is_lead(text[sentences.starts[i] : sentences.ends[i]].strip())
    return leads


def _openings(leads: Flags, sentences: SentenceSplit, paragraphs: Ints, run_on: int) -> Ints:
    """Return the leads with which a run-on paragraph moves to its next passage: those that longer sentences follow."""
    sizes = sentences.ends - sentences.starts
    is_long = paragraphs[:, 1] - paragraphs[:, 0] >= run_on
    return np.flatnonzero(leads[:-1] & (sizes[1:] > sizes[:-1]) & is_long.take(sentences.passages[:-1]))


def _is_short(kinds: Kinds, starts: Ints, ends: Ints) -> Flags:
    """Tell which sentences are short enough to be leads; white space around one may hide that it is."""
    sizes = ends - starts
    spaced = (kinds.take(starts) | kinds.take(ends - 1)) & SPACE > 0
    return (sizes > SHORTEST_LEAD) & ((sizes <= LONGEST_LEAD + len("。”")) | spaced)


def _trimmed(text: str, sentences: Sentences) -> Sentences:
    """Return the sentences without the white space at both ends of the passage; what is only white space goes."""
    if not sentences:
        return ()
    first, last = sentences[0][0], sentences[-1][1]
    if not (text[first].isspace() or text[last - 1].isspace()):
        return sentences
    inside = text[first:last]
    start, end = last - len(inside.lstrip()), first + len(inside.rstrip())
    return tuple((max(a, start), min(b, end)) for a, b in sentences if b > start and a < end)
