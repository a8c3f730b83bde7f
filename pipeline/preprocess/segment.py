"""Cut a cleaned report into segments: headings, paragraphs, and the items of run-on paragraphs.

A line is one paragraph. It is cut before the signs that number its items (一、 （一） 1. ① 一是 二要 第一, ——) and, in a
run-on paragraph, before the short sentences that announce the next passage. Sentences stay whole. Each segment knows
the headings it stands under.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from msgspec.structs import astuple
from numpy.typing import NDArray

from pipeline.core.config import SegmentConfig
from pipeline.core.records import CleanText, Heading, Line, Noise, Segment
from pipeline.preprocess.characters import scans
from pipeline.preprocess.headings import (
    BEHIND_LEADS,
    ITEM,
    LEAD,
    LONGEST_LEAD,
    NOT_IN_LEADS,
    PLAIN,
    SHORTEST_LEAD,
    SIGN,
    TITLE,
    is_lead,
    line_level,
    sign_level,
)
from pipeline.preprocess.sentences import (
    CLOSING,
    COLON,
    SIGN_START,
    SPACE,
    STOP,
    WORD,
    Ints,
    Kinds,
    SentenceSplit,
    kinds_of,
    split_sentences,
)

Span = tuple[int, int]
Sentences = tuple[Span, ...]
Flags = NDArray[np.bool_]
Passage = tuple[Sentences, int]  # with what it looks like
_WORD = re.compile(r"\w")
_TITLE_WITHIN = 3
_EARLY_PLAIN, _LATE_PLAIN = -1, -2  # a heading without a sign, among the first lines or not, whose level is found by what is above
# What a passage looks like: there may be white space or only symbols at its ends, or else it may begin with a sign, or begins with
# a lead, or both, or neither.
_UNSURE, _SIGN, _LED, _BODY = 4, 1, 2, 0
_TOGETHER = 32_768  # characters of lines whose sentences are found at once


class _Cut:
    """A report on its way: its segments and symbols so far, and the headings that the next stands under, outermost first."""

    def __init__(self, cleaned: CleanText) -> None:
        self.segments: list[Segment] = []
        self.symbols: list[Noise] = []
        self._cleaned = cleaned
        self._text = cleaned.text
        self._headings: tuple[Heading, ...] = ()  # without a lead
        self._below: tuple[Heading, ...] = ()  # with it …
        self._lead: Span | None = None  # … unless it is this one: of most leads no passage is below
        self._numbered = False  # whether one of the headings so far was
        self._end = -1  # of the last paragraph

    def add(self, lines: Sequence[Line], paragraphs: Iterator[list[Passage]]) -> None:
        """Add the segments of some lines; the next ``paragraphs`` are the passages of those that are no headings."""
        for line in lines:
            if line.level is not None:
                self._add_heading(line, line.level)
            elif line.kind != "text":
                self._add_row(line, *next(paragraphs))
            else:
                self._add_paragraph(line, next(paragraphs))

    def _add_heading(self, line: Line, level: int) -> None:
        """Add a heading; of a table it is a row of one cell that has the form of one, and stands above what follows."""
        start, end = line.start, line.end
        if level < TITLE:  # above all items, or below the numbered headings seen so far
            is_title = level == _EARLY_PLAIN and not self._above_next()
            level = TITLE if is_title else ITEM - 1 if self._numbered else PLAIN
        above = self._open(level, self._text[start:end])
        self._numbered = self._numbered or (PLAIN < level < ITEM and line.kind == "text")
        self.segments.append(Segment(start, end, ((start, end),), above, level, line.kind))

    def _add_row(self, line: Line, passage: Passage) -> None:
        """Add the row of a table."""
        self._end = line.end
        above = () if line.kind == "record" else self._above_next()
        self.segments.append(Segment(line.start, line.end, passage[0], above, kind=line.kind))

    def _add_paragraph(self, line: Line, passages: list[Passage]) -> None:
        """Add the segments of a body line; items with a sign become the heading of what follows them in the line."""
        if line.start > self._end:  # else it goes on with the paragraph before, and so does the lead of that
            self._close_lead()
        self._end = line.end
        for sentences, look in passages:
            if look & _UNSURE:
                self._add_unsure(sentences)
            elif look & _SIGN:
                self._add_announced(sentences, look)
            else:
                above = self._announce(sentences[0]) if look else self._above_next() if self._lead else self._below
                self.segments.append(Segment(sentences[0][0], sentences[-1][1], sentences, above))

    def _add_announced(self, sentences: Sentences, look: int) -> None:
        """Add a passage that may begin with a sign; its first sentence is a heading where it does, or is a lead."""
        start, end = sentences[0]
        level = sign_level(self._text, start)
        if level is not None:
            self._numbered = self._numbered or PLAIN < level < ITEM
            above = self._open(level, self._text[start:end].rstrip())
        else:
            above = self._announce(sentences[0]) if look & _LED else self._above_next()
        self.segments.append(Segment(start, sentences[-1][1], sentences, above))

    def _add_unsure(self, sentences: Sentences) -> None:
        """Add a passage; sentences without a word around it are symbols."""
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
            is_led = len(inside) > 1 and is_lead(text[slice(*inside[0])].rstrip())
            self._add_announced(inside, _SIGN | (_LED if is_led else _BODY))
        self._add_symbols(trimmed[last:])

    def _add_symbols(self, sentences: Sentences) -> None:
        trimmed = _trimmed(self._text, sentences)
        if trimmed:
            self.symbols.append(Noise(*self._cleaned.offsets.span(trimmed[0][0], trimmed[-1][1]), "symbols"))

    def _above_next(self) -> tuple[Heading, ...]:
        """Return the headings that what comes next stands under."""
        if self._lead:
            start, end = self._lead
            self._below = (*self._headings, Heading(LEAD, self._text[start:end].rstrip()))
            self._lead = None
        return self._below

    def _announce(self, lead: Span) -> tuple[Heading, ...]:
        """Add a lead and return the headings above it."""
        self._close_lead()
        self._lead = lead
        return self._headings

    def _close_lead(self) -> None:
        """Take the lead of the last paragraph away, which announced nothing beyond it."""
        if self._headings and self._headings[-1].level >= LEAD:
            self._headings = _above(LEAD, self._headings)
        self._below, self._lead = self._headings, None

    def _open(self, level: int, text: str) -> tuple[Heading, ...]:
        """Add a heading and return those above it."""
        above = _above(level, self._headings if level <= LEAD else self._above_next())
        self._headings = self._below = (*above, Heading(level, text))
        self._lead = None
        return above


def _above(level: int, headings: tuple[Heading, ...]) -> tuple[Heading, ...]:
    """Return the headings that a heading of a level stands under."""
    least = max(level, TITLE + 1)  # a title stays above another
    while headings and headings[-1].level >= least:
        headings = headings[:-1]
    return headings


def segment(cleaned: CleanText, options: SegmentConfig) -> Iterator[Segment | Noise]:
    """Yield the segments of a report in order, and as Noise (in source offsets) what holds only symbols, some time before.

    Segments do not overlap, and with the noise they cover every character that is not white space.
    """
    cut = _Cut(cleaned)
    for lines in _some_lines(cleaned, options):
        cut.add(lines, iter(_passages([(cleaned.text, lines)], options)))
        yield from cut.symbols
        yield from cut.segments
        cut.symbols.clear()
        cut.segments.clear()


def segment_together(reports: Sequence[CleanText], options: SegmentConfig) -> Iterator[tuple[list[Segment], list[Noise]]]:
    """Yield for each of some small reports the segments and the noise of ``segment``: all at once, which is faster."""
    lines = [list(_some_lines(cleaned, options)) for cleaned in reports]
    parts = [(cleaned.text, some) for cleaned, own in zip(reports, lines, strict=True) for some in own]
    passages = iter(_passages(parts, options))
    for cleaned, own in zip(reports, lines, strict=True):
        cut = _Cut(cleaned)
        for some in own:
            cut.add(some, passages)
        yield cut.segments, cut.symbols


def _some_lines(cleaned: CleanText, options: SegmentConfig) -> Iterator[list[Line]]:
    """Yield some lines at a time, headings with their level; a paragraph without end comes piece by piece, each alone."""
    some: list[Line] = []
    size = 0
    for number, line in enumerate(cleaned.lines):
        length = line.end - line.start
        if length > options.max_paragraph and line.level is None and line.kind == "text":
            yield from ([some] if some else [])
            yield from ([Line(start, end)] for start, end in _chunks(cleaned.text, line.start, line.end, options.max_paragraph))
            some, size = [], 0
            continue
        some.append(line if length > options.max_heading else _with_level(cleaned.text, line, number, options))
        size += length
        if size > _TOGETHER:
            yield some
            some, size = [], 0
    if some:
        yield some


def _with_level(text: str, line: Line, number: int, options: SegmentConfig) -> Line:
    """Return a short line with its level, where it has the form of a heading and its reader has said nothing of it."""
    if line.level is not None or line.kind == "record":
        return line
    form = text[line.start : line.end]
    level = line_level(form, options.max_heading)
    if level is None or (line.kind == "row" and ("\t" in form or "|" in form)):
        return line
    if level == PLAIN and line.kind == "text":
        level = _EARLY_PLAIN if number < _TITLE_WITHIN else _LATE_PLAIN
    return Line(line.start, line.end, level, line.kind)


def _chunks(text: str, start: int, end: int, longest: int) -> Iterator[Span]:
    """Yield a paragraph piece by piece, cut behind the last full stop that fits, or hard where there is none."""
    while end - start > longest:
        stop = text.rfind("。", start + longest // 2, start + longest) + 1 or start + longest
        yield start, stop
        start = stop
    yield start, end


def _passages(parts: Sequence[tuple[str, Sequence[Line]]], options: SegmentConfig) -> list[list[Passage]]:
    """Return for each line that is no heading its passages, found for all at once; a row of a table is one passage.

    The lines of each part are side by side in its text; what is found counts in that text again.
    """
    text, paragraphs, shifts, is_text = _joined(parts)
    if not len(paragraphs):
        return []
    kinds = kinds_of(text)
    signs = _sign_starts(text, kinds, paragraphs, is_text)
    split = split_sentences(kinds, paragraphs, signs)
    is_first = np.append(True, split.passages[1:] != split.passages[:-1])
    bounds = np.flatnonzero(is_first)
    leads = _leads(text, kinds, split, is_first)
    is_first[np.searchsorted(split.starts, signs)] = True
    is_first[_openings(leads, split, paragraphs, options.run_on)] = True
    is_first &= is_text.take(split.passages)
    is_first[bounds] = True
    if (native := scans()) is None:
        return gathered(kinds, split, shifts, is_first, leads)
    looks = native.Passages(WORD, SPACE, SIGN_START, _SIGN, _LED, _UNSURE)
    found: list[list[Passage]] = looks.gather(kinds, *astuple(split), shifts, is_first.view(np.uint8), leads.view(np.uint8))
    return found


def gathered(kinds: Kinds, split: SentenceSplit, shifts: Ints, is_first: Flags, leads: Flags) -> list[list[Passage]]:
    """Return the passages that begin with the sentences told: the reference of the compiled loop."""
    bounds = np.flatnonzero(np.append(True, split.passages[1:] != split.passages[:-1]))
    firsts = np.flatnonzero(is_first)
    shift = shifts.take(split.passages)
    sentences = tuple(zip((split.starts + shift).tolist(), (split.ends + shift).tolist(), strict=True))
    own = [sentences[first:last] for first, last in pairwise([*firsts.tolist(), len(sentences)])]
    passages = list(zip(own, _looks(kinds, split, firsts, leads), strict=True))
    return [passages[first:last] for first, last in pairwise([*np.searchsorted(firsts, bounds).tolist(), len(passages)])]


def _joined(parts: Sequence[tuple[str, Sequence[Line]]]) -> tuple[str, Ints, Ints, Flags]:
    """Return the texts of some lines joined, and of those lines that are no headings the spans in it, as an array of two columns.

    With them come what leads from these offsets back to those of the line, and whether it is no row of a table.
    """
    texts, counts, shifts, position = [], [], [], 0
    kept: list[Line] = []
    for text, lines in parts:
        start = lines[0].start
        texts.append(text[start : lines[-1].end])
        known = len(kept)
        kept += [line for line in lines if line.level is None]
        counts.append(len(kept) - known)
        shifts.append(start - position)
        position += len(texts[-1]) + 1
    shift = np.repeat(shifts, counts)
    spans = np.array([[line.start for line in kept], [line.end for line in kept]], np.int64).T - shift[:, None]
    return "\n".join(texts), spans, shift, np.array([line.kind == "text" for line in kept], bool)


def _looks(kinds: Kinds, sentences: SentenceSplit, firsts: Ints, leads: Flags) -> list[int]:
    """Return what each passage looks like."""
    starts, ends = sentences.starts.take(firsts), sentences.ends.take(firsts)
    lasts = np.append(firsts[1:], len(sentences.starts)) - 1
    last_ends = sentences.ends.take(lasts)
    has_words = _begins_with_word(kinds, starts, ends) & _begins_with_word(kinds, sentences.starts.take(lasts), last_ends)
    is_spaced = (kinds.take(starts) | kinds.take(last_ends - 1)) & SPACE > 0
    is_led = (lasts > firsts) & leads.take(firsts)
    may_be_sign = kinds.take(starts) & SIGN_START > 0
    looks: list[int] = np.where(has_words & ~is_spaced, _LED * is_led + _SIGN * may_be_sign, _UNSURE).tolist()
    return looks


def _begins_with_word(kinds: Kinds, starts: Ints, ends: Ints) -> Flags:
    """Tell of which sentences one of the first three characters is surely of a word: nearly all that have one, and faster found."""
    lasts = ends - 1
    found = kinds.take(starts) | kinds.take(np.minimum(starts + 1, lasts)) | kinds.take(np.minimum(starts + 2, lasts))
    return found & WORD > 0


def _sign_starts(text: str, kinds: Kinds, paragraphs: Ints, is_text: Flags) -> list[int]:
    """Return where the signs inside paragraphs begin: behind a stop, with its closing mark, or behind white space."""
    begins = (kinds[1:] & SIGN_START > 0) & (kinds[:-1] & (STOP | COLON | SPACE | CLOSING) > 0)
    places = np.flatnonzero(begins) + 1
    before, second = kinds.take(places - 1), kinds.take(places - 2)  # the last character of all is of no kind
    places = places.compress((before & (STOP | COLON | SPACE) > 0) | (second & STOP > 0))
    starts, ends = paragraphs.T
    number = np.searchsorted(starts, places) - 1
    inside = (number >= 0) & (places < ends.take(number)) & is_text.take(number)
    places, ends = places.compress(inside), ends.take(number.compress(inside))
    return [place for place, end in zip(places.tolist(), ends.tolist(), strict=True) if SIGN.match(text, place, end)]


def _leads(text: str, kinds: Kinds, sentences: SentenceSplit, is_first: Flags) -> Flags:
    """Tell which sentences have the form of a lead; of the last one of a paragraph that says nothing."""
    may_be = _is_short(kinds, sentences.starts, sentences.ends)
    may_be[:-1] &= ~is_first[1:]
    may_be[-1:] = False
    if (native := scans()) is None:
        return are_leads(text, sentences, may_be)
    native.leads(
        text, sentences.starts, sentences.ends, may_be.view(np.uint8), SHORTEST_LEAD, LONGEST_LEAD, NOT_IN_LEADS, BEHIND_LEADS
    )
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
