"""Cut a cleaned report into segments: headings, paragraphs, and the items of run-on paragraphs.

A line is one paragraph. It is cut before the signs that number its items (一、 （一） 1. ① 一是 二要 第一, ——) and, in a
run-on paragraph, before the short sentences that announce the next passage. Sentences stay whole. Each segment knows
the headings it stands under.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, count

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.config import SegmentConfig
from pipeline.headings import ITEM, LEAD, LONGEST_LEAD, PLAIN, SHORTEST_LEAD, SIGN, TITLE, is_lead, line_level, sign_level
from pipeline.records import CleanText, Heading, Line, Noise, Segment
from pipeline.sentences import CLOSING, COLON, SIGN_START, SPACE, STOP, WORD, Ints, Kinds, Sentences, kinds_of, split_sentences

Span = tuple[int, int]
_WORD = re.compile(r"\w")
_TITLE_WITHIN = 3
_EARLY_PLAIN, _LATE_PLAIN = -1, -2  # a heading without a sign, among the first lines or not, whose level is found by what is above
_BODY, _ANNOUNCED, _UNSURE = 0, 1, 2  # what a passage looks like; see _Passages
_TOGETHER = 32_768  # characters of lines whose sentences are found at once


class _Passages(msgspec.Struct, frozen=True):
    """The passages of some paragraphs in order: ``bounds[i] : bounds[i + 1]`` are those of paragraph ``i``.

    Passage ``k`` holds the ``sentences`` from ``firsts[k]`` to ``firsts[k + 1]``. ``looks[k]`` is _UNSURE where there may be white
    space or only symbols at its ends, _ANNOUNCED where it may begin with a sign or a lead, and else _BODY.
    """

    sentences: tuple[Span, ...]
    firsts: list[int]
    bounds: list[int]
    looks: list[int]


class _Outline:
    """The headings that the next segment stands under, outermost first, and whether one of them all was numbered."""

    def __init__(self) -> None:
        self.headings: tuple[Heading, ...] = ()
        self.numbered = False
        self.end = -1  # of the last paragraph

    def above(self, level: int) -> tuple[Heading, ...]:
        """Return the headings that a heading of a level stands under."""
        last = len(self.headings)  # behind titles, each is of a deeper level than the one before
        while last and TITLE != self.headings[last - 1].level >= level:
            last -= 1
        return self.headings[:last]

    def open(self, level: int, text: str) -> tuple[Heading, ...]:
        """Add a heading and return those above it."""
        above = self.above(level)
        self.headings = (*above, Heading(level, text))
        return above

    def close_leads(self) -> None:
        """Take the lead of the last paragraph away, which announced nothing beyond it."""
        if self.headings and self.headings[-1].level >= LEAD:
            self.headings = self.above(LEAD)


def segment(cleaned: CleanText, options: SegmentConfig) -> Iterator[Segment | Noise]:
    """Yield the segments of a report in order, and as Noise (in source offsets) what holds only symbols.

    Segments do not overlap, and with the noise they cover every character that is not white space.
    """
    outline = _Outline()
    for lines in _some_lines(cleaned, options):
        yield from _of_lines(cleaned, lines, _passages([(cleaned.text, lines)], options), count(), outline)


def segment_together(reports: Sequence[CleanText], options: SegmentConfig) -> Iterator[Iterator[Segment | Noise]]:
    """Yield for each of some small reports, to be gone through in order, what ``segment`` does: all at once, which is faster."""
    lines = [list(_some_lines(cleaned, options)) for cleaned in reports]
    passages = _passages([(cleaned.text, some) for cleaned, own in zip(reports, lines, strict=True) for some in own], options)
    numbers = count()
    for cleaned, own in zip(reports, lines, strict=True):
        outline = _Outline()
        yield chain.from_iterable([_of_lines(cleaned, some, passages, numbers, outline) for some in own])


def _of_lines(
    cleaned: CleanText, lines: Sequence[Line], passages: _Passages, numbers: Iterator[int], outline: _Outline
) -> Iterator[Segment | Noise]:
    """Yield the segments of some lines; ``numbers`` tells which of the paragraphs in ``passages`` is the next."""
    for line in lines:
        if line.level is not None:
            yield _heading_segment(cleaned.text, line, line.level, outline)
            continue
        if line.kind == "text" and line.start > outline.end:  # else it goes on with the paragraph before
            outline.close_leads()
        outline.end = line.end
        yield from _paragraph(cleaned, line, passages, next(numbers), outline)


def _some_lines(cleaned: CleanText, options: SegmentConfig) -> Iterator[list[Line]]:
    """Yield some lines at a time, headings with their level; a paragraph without end comes piece by piece, each alone."""
    some: list[Line] = []
    size = 0
    for number, line in enumerate(cleaned.lines):
        if line.end - line.start > options.max_paragraph and line.level is None and line.kind == "text":
            yield from ([some] if some else [])
            yield from ([Line(start, end)] for start, end in _chunks(cleaned.text, line.start, line.end, options.max_paragraph))
            some, size = [], 0
            continue
        some.append(_with_level(cleaned.text, line, number, options))
        size += line.end - line.start
        if size > _TOGETHER:
            yield some
            some, size = [], 0
    if some:
        yield some


def _with_level(text: str, line: Line, number: int, options: SegmentConfig) -> Line:
    """Return a line with its level, where it has the form of a heading and its reader has said nothing of it."""
    if line.level is not None or line.kind == "record" or line.end - line.start > options.max_heading:
        return line
    form = text[line.start : line.end]
    level = line_level(form, options.max_heading)
    if level is None or (line.kind == "row" and "\t" in form):
        return line
    if level == PLAIN and line.kind == "text":
        level = _EARLY_PLAIN if number < _TITLE_WITHIN else _LATE_PLAIN
    return Line(line.start, line.end, level, line.kind)


def _heading_segment(text: str, line: Line, level: int, outline: _Outline) -> Segment:
    """Return a heading; of a table it is a row of one cell that has the form of one, and stands above what follows."""
    if level < TITLE:  # above all items, or below the numbered headings seen so far
        is_title = level == _EARLY_PLAIN and not outline.headings
        level = TITLE if is_title else ITEM - 1 if outline.numbered else PLAIN
    above = outline.open(level, text[line.start : line.end])
    outline.numbered = outline.numbered or (PLAIN < level < ITEM and line.kind == "text")
    return Segment(line.start, line.end, ((line.start, line.end),), above, level, line.kind)


def _paragraph(cleaned: CleanText, line: Line, passages: _Passages, number: int, outline: _Outline) -> Iterator[Segment | Noise]:
    """Yield the segments of one body line; items with a sign become the heading of what follows them in the line."""
    first, last = passages.bounds[number], passages.bounds[number + 1]
    if line.kind != "text":
        sentences = passages.sentences[passages.firsts[first] : passages.firsts[last]]
        above = () if line.kind == "record" else outline.headings
        yield Segment(line.start, line.end, sentences, above, kind=line.kind)
        return
    for passage in range(first, last):
        own = passages.sentences[passages.firsts[passage] : passages.firsts[passage + 1]]
        if passages.looks[passage] == _BODY:
            yield Segment(own[0][0], own[-1][1], own, outline.headings)
        elif passages.looks[passage] == _ANNOUNCED:
            yield _segment(cleaned.text, own, outline)
        else:
            yield from _passage(cleaned, own, outline)


def _passage(cleaned: CleanText, sentences: Sequence[Span], outline: _Outline) -> Iterator[Segment | Noise]:
    """Yield the segment of a passage; sentences without a word around it are symbols."""
    text = cleaned.text
    trimmed = _trimmed(text, sentences)
    first, last = 0, len(trimmed)
    while first < last and not _WORD.search(text, *trimmed[first]):
        first += 1
    while first < last and not _WORD.search(text, *trimmed[last - 1]):
        last -= 1
    if first > 0:
        yield from _symbols(cleaned, trimmed[:first])
    if first < last:
        own = _trimmed(text, trimmed[first:last])
        yield _segment(text, own, outline)
    if last < len(trimmed):
        yield from _symbols(cleaned, trimmed[last:])


def _symbols(cleaned: CleanText, sentences: Sequence[Span]) -> Iterator[Noise]:
    trimmed = _trimmed(cleaned.text, sentences)
    if trimmed:
        yield Noise(*cleaned.offsets.span(trimmed[0][0], trimmed[-1][1]), "symbols")


def _segment(text: str, sentences: Sequence[Span], outline: _Outline) -> Segment:
    """Return the segment of a passage; its first sentence is a heading where it has a sign, or is a lead with more behind it."""
    (start, first_end), end = sentences[0], sentences[-1][1]
    level = sign_level(text, start)
    first = text[start:first_end].rstrip()
    if level is None:
        level = LEAD if len(sentences) > 1 and is_lead(first) else None
    elif PLAIN < level < ITEM:
        outline.numbered = True
    above = outline.headings if level is None else outline.open(level, first)
    return Segment(start, end, tuple(sentences), above)


def _chunks(text: str, start: int, end: int, longest: int) -> Iterator[Span]:
    """Yield a paragraph piece by piece, cut behind the last full stop that fits, or hard where there is none."""
    while end - start > longest:
        stop = text.rfind("。", start + longest // 2, start + longest) + 1 or start + longest
        yield start, stop
        start = stop
    yield start, end


def _passages(parts: Sequence[tuple[str, Sequence[Line]]], options: SegmentConfig) -> _Passages:
    """Return the passages of the lines that are no headings, found for all at once; a row of a table is one passage.

    The lines of each part are side by side in its text; what is found counts in that text again.
    """
    joined, paragraphs, kept = _joined(parts)
    if not paragraphs:
        return _Passages((), [0], [0], [])
    kinds = kinds_of(joined)
    is_text = np.array([line.kind == "text" for line in kept])
    signs = _sign_starts(joined, kinds, paragraphs, is_text)
    sentences = split_sentences(kinds, paragraphs, signs)
    starts, ends = sentences.starts, sentences.ends
    is_first = np.append(True, sentences.passages[1:] != sentences.passages[:-1])
    bounds = np.flatnonzero(is_first)
    is_first[np.searchsorted(starts, signs)] = True
    is_first[_lead_starts(joined, kinds, sentences, paragraphs, options.run_on)] = True
    is_first &= is_text.take(sentences.passages)
    is_first[bounds] = True
    firsts = np.flatnonzero(is_first)
    shifts = np.array([line.start - start for line, (start, _) in zip(kept, paragraphs, strict=True)]).take(sentences.passages)
    return _Passages(
        tuple(zip((starts + shifts).tolist(), (ends + shifts).tolist(), strict=True)),
        [*firsts.tolist(), len(starts)],
        [*np.searchsorted(firsts, bounds).tolist(), len(firsts)],
        _looks(kinds, sentences, firsts),
    )


def _joined(parts: Sequence[tuple[str, Sequence[Line]]]) -> tuple[str, list[Span], list[Line]]:
    """Return the texts of some lines joined, and the spans in it of those lines that are no headings, with these."""
    texts, paragraphs, kept, position = [], [], [], 0
    for text, lines in parts:
        start = lines[0].start
        texts.append(text[start : lines[-1].end])
        own = [line for line in lines if line.level is None]
        paragraphs += [(line.start - start + position, line.end - start + position) for line in own]
        kept += own
        position += len(texts[-1]) + 1
    return "\n".join(texts), paragraphs, kept


def _looks(kinds: Kinds, sentences: Sentences, firsts: Ints) -> list[int]:
    """Return what each passage looks like."""
    starts, ends = sentences.starts.take(firsts), sentences.ends.take(firsts)
    lasts = np.append(firsts[1:], len(sentences.starts)) - 1
    last_ends = sentences.ends.take(lasts)
    has_words = _begins_with_word(kinds, starts, ends) & _begins_with_word(kinds, sentences.starts.take(lasts), last_ends)
    is_spaced = (kinds.take(starts) | kinds.take(last_ends - 1)) & SPACE > 0
    may_be_lead = (lasts > firsts) & _is_short(kinds, starts, ends)
    may_be_sign = kinds.take(starts) & SIGN_START > 0
    looks: list[int] = np.where(has_words & ~is_spaced, np.where(may_be_lead | may_be_sign, _ANNOUNCED, _BODY), _UNSURE).tolist()
    return looks


def _begins_with_word(kinds: Kinds, starts: Ints, ends: Ints) -> NDArray[np.bool_]:
    """Tell of which sentences one of the first three characters is surely of a word: nearly all that have one, and faster found."""
    lasts = ends - 1
    found = kinds.take(starts) | kinds.take(np.minimum(starts + 1, lasts)) | kinds.take(np.minimum(starts + 2, lasts))
    return found & WORD > 0


def _sign_starts(text: str, kinds: Kinds, paragraphs: Sequence[Span], is_text: NDArray[np.bool_]) -> list[int]:
    """Return where the signs inside paragraphs begin: behind a stop, with its closing mark, or behind white space."""
    begins = (kinds[1:] & SIGN_START > 0) & (kinds[:-1] & (STOP | COLON | SPACE | CLOSING) > 0)
    places = np.flatnonzero(begins) + 1
    before, second = kinds.take(places - 1), kinds.take(places - 2)  # the last character of all is of no kind
    places = places.compress((before & (STOP | COLON | SPACE) > 0) | (second & STOP > 0))
    bounds = np.array(paragraphs)
    number = np.searchsorted(bounds[:, 0], places) - 1
    inside = (number >= 0) & (places < bounds[:, 1].take(number)) & is_text.take(number)
    places, ends = places.compress(inside), bounds[:, 1].take(number.compress(inside))
    return [place for place, end in zip(places.tolist(), ends.tolist(), strict=True) if SIGN.match(text, place, end)]


def _lead_starts(text: str, kinds: Kinds, sentences: Sentences, paragraphs: Sequence[Span], run_on: int) -> list[int]:
    """Return the sentences with which a run-on paragraph moves to its next passage: short ones that longer ones follow."""
    starts, ends = sentences.starts, sentences.ends
    sizes = ends - starts
    is_long = np.array([end - start >= run_on for start, end in paragraphs], bool)
    likely = _is_short(kinds, starts[:-1], ends[:-1]) & (sizes[1:] > sizes[:-1])
    likely &= (sentences.passages[1:] == sentences.passages[:-1]) & is_long.take(sentences.passages[:-1])
    return [i for i in np.flatnonzero(likely).tolist() if is_lead(text[starts[i] : ends[i]].strip())]


def _is_short(kinds: Kinds, starts: Ints, ends: Ints) -> NDArray[np.bool_]:
    """Tell which sentences are short enough to be leads; white space around one may hide that it is."""
    sizes = ends - starts
    spaced = (kinds.take(starts) | kinds.take(ends - 1)) & SPACE > 0
    return (sizes > SHORTEST_LEAD) & ((sizes <= LONGEST_LEAD + len("。”")) | spaced)


def _trimmed(text: str, sentences: Sequence[Span]) -> Sequence[Span]:
    """Return the sentences without the white space at both ends of the passage; what is only white space goes."""
    if not sentences:
        return []
    first, last = sentences[0][0], sentences[-1][1]
    if not (text[first].isspace() or text[last - 1].isspace()):
        return sentences
    inside = text[first:last]
    start, end = last - len(inside.lstrip()), first + len(inside.rstrip())
    return [(max(a, start), min(b, end)) for a, b in sentences if b > start and a < end]
