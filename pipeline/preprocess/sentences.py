"""Split passages into sentences, keeping short quotations and brackets whole: many passages of a text at once.

What each character may be is looked up in one table for all of them. What follows is one more sweep, compiled, or arithmetic on
arrays of offsets: a pass for each passage took several times as long.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.preprocess import characters

if TYPE_CHECKING:
    from pipeline.preprocess._scans import Splitter

Ints = NDArray[np.int64]
Kinds = NDArray[np.uint16]

# What a character may be; one may be several of these.
STOP, CLOSING, SPACE, COLON, SIGN_START = 1, 2, 4, 8, 16
STOPS = "。！？!?；;"
CLOSING_MARKS = "”’」』）)】"
_MEMBERS = (
    (STOP, STOPS),
    (CLOSING, CLOSING_MARKS),
    (SPACE, "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"),
    (SPACE, "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"),
    (COLON, ":："),
    (SIGN_START, "第一二三四五六七八九十百（(0123456789①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳其首再最—-●•◆■▪★◇"),
    (SIGN_START, "㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚㉛㉜㉝㉞㉟㊱㊲㊳㊴㊵㊶㊷㊸㊹㊺㊻㊼㊽㊾㊿"),
)
_OTHER_DIGITS = ((0x660, 0x1FFF), (0xA620, 0xABFF), (0xFF10, 0xFF19), (0x10000, 0x1FFFF))  # scripts that have digits of their own
# A stop inside one of these pairs of marks ends no sentence. Longer spans are more often an opening mark without its partner.
# A mark has its number in the high bits of its kind: the closing one of a pair has the next after the opening one.
_PAIRS = (("“", "”", 80), ("‘", "’", 60), ("《", "》", 60), ("（", "）", 80), ("(", ")", 80), ("「", "」", 80), ("【", "】", 60))
_LONGEST = np.array([0, *(longest for _, _, longest in _PAIRS)])
_MARK_SHIFT, _LINE_END = 8, 1


class SentenceSplit(msgspec.Struct, frozen=True):
    """Sentences of some passages, in order, as offsets in the text; ``passages`` tells to which passage each belongs."""

    starts: Ints
    ends: Ints
    passages: Ints


def split_sentences(kinds: Kinds, passages: Sequence[tuple[int, int]] | Ints, breaks: Sequence[int] | Ints = ()) -> SentenceSplit:
    """Return the sentences of passages, spans of a text that do not overlap, in order; none is empty.

    The sentences of a passage lie side by side, white space going with what follows. ``kinds`` are those of the text.
    ``breaks`` are offsets where a sentence begins in any case (the signs of items).
    """
    bounds = np.ascontiguousarray(passages, np.int64).reshape(-1, 2)
    if (splitter := _splitter()) is None:
        return split_with_arrays(kinds, bounds, breaks)
    found = np.empty((3, len(kinds)), np.int64)
    count = splitter.split(kinds, bounds, np.asarray(breaks, np.int64), *found)
    return SentenceSplit(*found[:, :count])


@cache
def _splitter() -> "Splitter | None":
    compiled = characters.scans()
    return None if compiled is None else compiled.Splitter(STOP, CLOSING, _MARK_SHIFT, _LINE_END, _LONGEST)


def split_with_arrays(kinds: Kinds, bounds: Ints, breaks: Sequence[int] | Ints) -> SentenceSplit:
    """Return what ``split_sentences`` does, of passages as an array of two columns: the reference of the compiled loops."""
    places = np.concatenate([bounds[:, 0], _free_stops(kinds), np.fromiter(breaks, np.int64)])
    places.sort()
    places = places[np.append(places[:1] >= 0, places[1:] != places[:-1])]
    passage = np.searchsorted(bounds[:, 0], places, side="right") - 1
    inside = np.flatnonzero(places < bounds[:, 1].take(passage)) if len(bounds) else passage[:0]
    inside = inside[passage.take(inside) >= 0]
    starts, passage = places.take(inside), passage.take(inside)
    ends = np.minimum(np.append(starts[1:], np.iinfo(np.int64).max)[: len(starts)], bounds[:, 1].take(passage))
    return SentenceSplit(starts, ends, passage)


def kinds_of(text: str) -> Kinds:
    """Return what each character of a text may be, in one sweep, with a character of no kind behind the last."""
    return characters.kinds_of(text + "\0", _kind_of())[0]


def _free_stops(kinds: Kinds) -> Ints:
    """Return the offset behind each stop, with its closing marks, that lies in no pair of marks."""
    firsts, ends = _stops(kinds)
    opened, closed = find_pairs(kinds) if len(ends) else (ends, ends)
    if not len(opened):
        return ends
    last = np.searchsorted(opened, firsts) - 1  # the last pair that opens before the stop
    return ends.compress((last < 0) | (closed.take(last) <= ends))


def find_pairs(kinds: Kinds) -> tuple[Ints, Ints]:
    """Return where each pair of marks opens, and the offset behind it; they are in order and do not overlap.

    Between two marks of a pair stands none of the same sort and no end of a line. What opens inside a pair makes none.
    """
    places = np.flatnonzero(kinds >= 1 << _MARK_SHIFT)
    marks = kinds.take(places) >> _MARK_SHIFT
    lines = np.cumsum(marks == _LINE_END)
    order = np.argsort(marks >> 1, kind="stable")  # the marks of each sort side by side, in the order of the text
    places, marks, lines = places.take(order), marks.take(order), lines.take(order)
    is_pair = (marks[:-1] & 1 == 0) & (marks[1:] == marks[:-1] + 1) & (lines[1:] == lines[:-1])
    is_pair &= np.diff(places) <= _LONGEST.take(marks[:-1] >> 1) + 1
    opened, closed = places[:-1].compress(is_pair), places[1:].compress(is_pair) + 1
    order = np.argsort(opened)
    return _one_after_another(opened.take(order), closed.take(order))


def _one_after_another(opened: Ints, closed: Ints) -> tuple[Ints, Ints]:
    """Return the pairs without those that open inside an earlier one."""
    kept, end = [], 0
    for i, (first, last) in enumerate(zip(opened.tolist(), closed.tolist(), strict=True)):
        if first >= end:
            kept.append(i)
            end = last
    return opened[kept], closed[kept]


def _stops(kinds: Kinds) -> tuple[Ints, Ints]:
    """Return where each run of stops begins, and where the closing marks behind it end."""
    stops = np.flatnonzero(kinds & STOP > 0)
    joined = stops[1:] == stops[:-1] + 1
    firsts = stops[np.append(stops[:1] >= 0, ~joined)]
    ends = stops[np.append(~joined, stops[:1] >= 0)] + 1
    while len(closing := np.flatnonzero(kinds.take(ends) & CLOSING > 0)):
        ends[closing] += 1
    return firsts, ends


@cache
def _kind_of() -> Kinds:
    """Return the kind of each code point."""
    kinds = np.zeros(characters.CODE_POINTS, np.uint16)
    for first, last in _OTHER_DIGITS:
        kinds[first : last + 1] |= SIGN_START
    for kind, members in _MEMBERS:
        kinds[list(map(ord, members))] |= kind
    kinds[ord("\n")] |= _LINE_END << _MARK_SHIFT
    for number, (opening, closing, _) in enumerate(_PAIRS, 1):
        kinds[ord(opening)] |= 2 * number << _MARK_SHIFT
        kinds[ord(closing)] |= (2 * number + 1) << _MARK_SHIFT
    return kinds
