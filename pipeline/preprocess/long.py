"""A long report, cleaned some lines at a time, of whose clean text only what differs from the source is kept.

What ``clean`` does to a line depends on the lines around it in a few ways, and each is kept: a line that goes on in the next one
is cleaned together with it, noise is found among all lines at once, and whether lines were wrapped at a width is told of all of
them before any is joined. A line without end is normalised in parts that end where nothing reaches across.

Cleaned as a whole is what a part tells nothing of: a text with marks of its reader, which lead into it; one without a full stop,
in which points may be some, unless one stands anywhere; and one with pinyin glosses, since those of the neutral tone are told
from brackets by how many others there are.
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import overload

import msgspec
import numpy as np

from pipeline.core.config import CleanConfig
from pipeline.core.records import BodyLines, CleanText, Document, Noise, OffsetMap
from pipeline.preprocess.characters import Ints
from pipeline.preprocess.clean import clean, joined, normal_stretch, set_aside
from pipeline.preprocess.frame import find_frame
from pipeline.preprocess.lines import Lines, Wrapping, find_lines, line_forms, spans_of, wrapping_by
from pipeline.preprocess.noise import find_noise

LONG = 2**18  # characters from which on a report is cleaned so
_STRETCH = 2**16  # characters that are cleaned at once
_PIECE = 2**11  # characters that are held against the source
_LINES = 2**10  # that are made strings at once
_STOPS, _BRACKETS = "。｡", "(（"
# A sign that ends a clause, between ideographs. What is dropped or written otherwise is told by what stands in one clause, but for
# spaces between characters and signs, of which there are none here.
_APART = "[\u4e00-\u9fff][，。、；：](?=[\u4e00-\u9fff])|\n"  # compiled where a text is long
_NO_LINES = BodyLines(np.empty((4, 0), np.int64))


class Pieces:
    """A long text, of which a piece is either its own or stands in the source; slices of it are strings."""

    def __init__(self, source: str) -> None:
        """Take the source of a text that is empty yet."""
        self._source, self._size = source, 0
        self._starts, self._places = array("q"), array("q")  # of each piece, here and in the source …
        self._own: list[str] = []  # … and the piece itself, "" for what stands there

    def __len__(self) -> int:
        """Return the number of the characters."""
        return self._size

    def add(self, text: str, offsets: OffsetMap, place: int) -> None:
        """Add what was made of the source from a place on; ``offsets`` lead from the text to the source behind that place."""
        for first in range(0, len(text), _PIECE):
            own = text[first : first + _PIECE]
            start = place + offsets.to_source(first)
            self._add("" if self._source.startswith(own, start) else own, start, len(own))

    def _add(self, own: str, place: int, size: int) -> None:
        goes_on = self._starts and not own and not self._own[-1] and place - self._places[-1] == self._size - self._starts[-1]
        if not goes_on:
            self._starts.append(self._size)
            self._own.append(own)
            self._places.append(place)
        self._size += size

    def __getitem__(self, span: slice) -> str:
        """Return the characters of a span."""
        position, end, _ = span.indices(self._size)
        found = []
        number = bisect_right(self._starts, position) - 1
        while position < end:
            stop = min(end, self._starts[number + 1]) if number + 1 < len(self._starts) else end
            own, first = self._own[number], position - self._starts[number]
            text, first = (own, first) if own else (self._source, first + self._places[number])
            found.append(text[first : first + stop - position])
            position, number = stop, number + 1
        return "".join(found)


class LongText(msgspec.Struct, frozen=True):
    """A long report that was cleaned, as ``CleanText`` is, of which parts are made where they are asked for.

    ``lines``, of shape (2, lines), hold where those of the body start and end; ``levels`` are those of lines that have one, by
    the number of the line.
    """

    document: Document
    text: Pieces
    offsets: OffsetMap
    lines: Ints
    noise: tuple[Noise, ...]
    levels: dict[int, int]

    def part(self, first: int, last: int) -> CleanText:
        """Return a span of the clean text, whose own offsets count from its beginning, without lines and noise."""
        return CleanText(self.document, self.text[first:last], self.offsets.part(first, last), _NO_LINES, ())


class LineTexts(Sequence[str]):
    """The lines of a long text, given as columns, each made a string where it is asked for."""

    def __init__(self, text: Pieces, lines: Ints) -> None:
        """Take the text, and the lines, of shape (2, lines)."""
        self._text, self._lines = text, lines

    def __len__(self) -> int:
        """Return the number of the lines."""
        return len(self._lines[0])

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        """Return a line, or a list of some; raises IndexError behind the last one."""
        if isinstance(place, slice):
            return list(self._of(self._lines[:, place]))
        return self._text[self._lines[0, place] : self._lines[1, place]]

    def __iter__(self) -> Iterator[str]:
        """Yield the lines."""
        for first in range(0, len(self), _LINES):
            yield from self._of(self._lines[:, first : first + _LINES])

    def _of(self, lines: Ints) -> Iterator[str]:
        """Yield side-by-side lines."""
        if lines.size:
            start = int(lines[0, 0])
            text = self._text[start : int(lines[1, -1])]
            yield from [text[first - start : last - start] for first, last in spans_of(lines)]


class _Stretch(msgspec.Struct, frozen=True):
    """Whole lines of a report, normalised and with their broken ends joined; ``used`` characters of the source are theirs."""

    text: str
    offsets: OffsetMap
    lines: Lines
    used: int


def clean_long(document: Document, options: CleanConfig) -> CleanText | LongText:
    """Return a long report, cleaned; what nothing can be told of from some of its lines is cleaned as a whole."""
    if document.marks or not any(stop in document.text for stop in _STOPS):
        return clean(document, options)
    try:
        wrapping = _wrapping(document.text, options.simplify)
        return _clean_by_stretches(document, options, wrapping)
    except _GlossError:
        return clean(document, options)


class _GlossError(Exception):
    """A gloss was dropped: of how many there are in a text depends what else is one."""


def _wrapping(text: str, simplify: bool) -> Wrapping | None:
    """Return how a text was wrapped, or None where its lines are paragraphs, as one wide line tells."""
    forms, place = [], 0
    while place < len(text):
        end = _line_end(text, place + _STRETCH)
        for stop in dict.fromkeys((_part_end(text, place, end), end)):  # the beginning of a line without end tells enough
            normal, _ = _normal(text[place:stop], simplify)
            (lines,) = find_lines([normal])
            if lines.wide:
                return None
        forms.append(line_forms(normal, lines))
        place = end
    return wrapping_by(forms)


def _clean_by_stretches(document: Document, options: CleanConfig, wrapping: Wrapping | None) -> LongText:
    text, runs = Pieces(document.text), [np.zeros((2, 0), np.int64)]
    columns, doubtful, count, place = [], [], 0, 0
    for stretch in _stretches(document.text, options.simplify, wrapping):
        columns.append(stretch.lines.columns[:2] + len(text))
        doubtful += [count + i for i in stretch.lines.doubtful]
        count += stretch.lines.columns.shape[1]
        if stretch.text:
            runs.append(_runs(stretch.offsets, len(text), place))
        text.add(stretch.text, stretch.offsets, place)
        place += stretch.used
    offsets, lines = _offsets(runs), np.concatenate(columns, axis=1)
    columns.clear()
    found = find_noise(LineTexts(text, lines), doubtful)
    frame, left_out = find_frame(text, lines, found), sorted(found)
    levels = {line - bisect_left(left_out, line): level for line, level in frame.items() if line not in found}
    return LongText(document, text, offsets, *set_aside(document.text, len(text), lines, found, offsets), levels)


def _stretches(text: str, simplify: bool, wrapping: Wrapping | None) -> Iterator[_Stretch]:
    """Yield a text some lines at a time; raises _GlossError."""
    place, size = 0, _STRETCH
    while place < len(text):
        end = _line_end(text, place + size)
        stretch = _stretch(text[place:end], simplify, wrapping, is_last=end == len(text))
        if stretch.used:
            yield stretch
            place, size = place + stretch.used, _STRETCH
        else:
            size = max(2 * size, end - place)


def _line_end(text: str, place: int) -> int:
    """Return the offset behind the line that a place stands in."""
    return text.find("\n", place) + 1 or len(text)


def _stretch(source: str, simplify: bool, wrapping: Wrapping | None, is_last: bool) -> _Stretch:
    """Return some lines without the last one, which may go on, unless it ``is_last``; raises _GlossError."""
    text, offsets = _normal(source, simplify)
    (lines,) = find_lines([text])
    text, offsets, lines = joined(text, offsets, lines, wrapping)
    if is_last or not lines.spans:
        return _Stretch(text, offsets, lines, len(source))
    end = text.rfind("\n", 0, lines.spans[-1][0]) + 1
    used = offsets.to_source(end - 1) + 1 if end else 0
    last = bisect_right(offsets.clean_starts, max(0, end - 1))
    offsets = OffsetMap(offsets.clean_starts[:last], offsets.source_starts[:last])
    doubtful = lines.doubtful[: -1 if lines.doubtful[-1:] == [len(lines.spans) - 1] else None]
    return _Stretch(text[:end], offsets, Lines(lines.spans[:-1], lines.columns[:, :-1], doubtful, [], True), used)


def _normal(source: str, simplify: bool) -> tuple[str, OffsetMap]:
    """Return whole lines of a report normalised, of a line without end one part after the other; raises _GlossError."""
    parts, runs, place, size = [], [np.zeros((2, 0), np.int64)], 0, 0
    while place < len(source):
        end = _part_end(source, place, len(source))
        text, offsets = normal_stretch(source[place:end], simplify)
        _refuse_glosses(source[place:end], text, offsets)
        if not place and end == len(source):
            return text, offsets
        if text:
            runs.append(_runs(offsets, size, place))
        parts.append(text)
        place, size = end, size + len(text)
    return "".join(parts), _offsets(runs)


def _part_end(text: str, place: int, end: int) -> int:
    """Return the offset behind what is normalised at once, from a place on, of lines that have an end."""
    apart = re.compile(_APART).search(text, place + 2 * _STRETCH, end)
    return apart.end() if apart else end


def _refuse_glosses(source: str, text: str, offsets: OffsetMap) -> None:
    """Raise _GlossError where one was dropped from the source of a text."""
    if len(text) == len(source):
        return
    ends = [start + size for start, size in zip(offsets.source_starts, np.diff([*offsets.clean_starts, len(text)]), strict=True)]
    gaps = [source[end:start] for end, start in zip([0, *ends], [*offsets.source_starts, len(source)], strict=True)]
    if any(bracket in gap for gap in gaps for bracket in _BRACKETS):
        raise _GlossError


def _runs(offsets: OffsetMap, clean: int, source: int) -> Ints:
    """Return the runs of a part whose text and source begin so far behind those of the whole, of shape (2, runs)."""
    return np.array([offsets.clean_starts, offsets.source_starts], np.int64) + np.array([[clean], [source]], np.int64)


def _offsets(runs: Sequence[Ints]) -> OffsetMap:
    """Return the map whose runs are those of stretches, of which some go on from one to the next."""
    clean, source = np.concatenate(runs, axis=1)
    if not len(clean):
        return OffsetMap((0,), (0,))
    begins = np.append(True, np.diff(source - clean) != 0)
    return OffsetMap(tuple(clean[begins].tolist()), tuple(source[begins].tolist()))
