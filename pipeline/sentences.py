"""Split passages into sentences, keeping short quotations and brackets whole: many passages of a text at once.

What each character may be is looked up in one table for all of them, and what follows is arithmetic on arrays of offsets:
a pass for each passage took several times as long.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache

import msgspec
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Kinds = NDArray[np.uint8]

# What a character may be; one may be several of these. A WORD is surely a part of a word; other characters may be too.
STOP, CLOSING, SPACE, COLON, SIGN_START, WORD, OPENING = 1, 2, 4, 8, 16, 32, 64
STOPS = "。！？!?；;"
CLOSING_MARKS = "”’」』）)】"
_MEMBERS = (
    (STOP, STOPS),
    (CLOSING, CLOSING_MARKS),
    (SPACE, "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"),
    (SPACE, "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"),
    (COLON, ":："),
    (SIGN_START, "第一二三四五六七八九十百（(0123456789①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳其首再最—-●•◆■▪★◇"),
    (OPENING, "“‘《（(「【"),
)
_OTHER_DIGITS = ((0x660, 0x1FFF), (0xA620, 0xABFF), (0xFF10, 0xFF19), (0x10000, 0x1FFFF))  # scripts that have digits of their own
# A stop inside one of these ends no sentence. Longer spans are more often an opening mark without its partner.
# Beginning with any opening mark spares the search most of the text.
_PAIRED = re.compile(
    r"[“‘《（(「【](?:(?<=“)[^“”\n]{0,80}”|(?<=‘)[^‘’\n]{0,60}’|(?<=《)[^《》\n]{0,60}》|(?<=（)[^（）\n]{0,80}）"
    r"|(?<=\()[^()\n]{0,80}\)|(?<=「)[^「」\n]{0,80}」|(?<=【)[^【】\n]{0,60}】)"
)


class Sentences(msgspec.Struct, frozen=True):
    """Sentences of some passages, in order, as offsets in the text; ``passages`` tells to which passage each belongs."""

    starts: Ints
    ends: Ints
    passages: Ints


def split_sentences(text: str, kinds: Kinds, passages: Sequence[tuple[int, int]], breaks: Iterable[int] = ()) -> Sentences:
    """Return the sentences of passages, spans of ``text`` that do not overlap, in order; none is empty.

    The sentences of a passage lie side by side, white space going with what follows. ``kinds`` are those of ``text``.
    ``breaks`` are offsets where a sentence begins in any case (the signs of items).
    """
    bounds = np.array(passages, np.int64).reshape(-1, 2)
    places = np.concatenate([bounds[:, 0], _free_stops(text, kinds), np.fromiter(breaks, np.int64)])
    places.sort()
    places = places[np.append(places[:1] >= 0, places[1:] != places[:-1])]
    passage = np.searchsorted(bounds[:, 0], places, side="right") - 1
    inside = np.flatnonzero(places < bounds[:, 1].take(passage)) if len(bounds) else passage[:0]
    inside = inside[passage.take(inside) >= 0]
    starts, passage = places.take(inside), passage.take(inside)
    ends = np.minimum(np.append(starts[1:], np.iinfo(np.int64).max)[: len(starts)], bounds[:, 1].take(passage))
    return Sentences(starts, ends, passage)


def kinds_of(text: str) -> Kinds:
    """Return what each character of a text may be, in one sweep, with a character of no kind behind the last."""
    return _kind_of().take(np.frombuffer((text + "\0").encode("utf-32-le", "surrogatepass"), "<u4"))


def _free_stops(text: str, kinds: Kinds) -> Ints:
    """Return the offset behind each stop, with its closing marks, that lies in no pair of marks."""
    firsts, ends = _stops(kinds)
    pairs = [pair.span() for pair in _PAIRED.finditer(text)] if len(ends) and (kinds & OPENING).any() else []
    if not pairs:
        return ends
    opened, closed = np.array(pairs).T
    last = np.searchsorted(opened, firsts) - 1  # the last pair that opens before the stop
    return ends.compress((last < 0) | (closed.take(last) <= ends))


def _stops(kinds: Kinds) -> tuple[Ints, Ints]:
    """Return where each run of stops begins, and where the closing marks behind it end."""
    stops = np.flatnonzero(kinds & STOP)
    joined = stops[1:] == stops[:-1] + 1
    firsts = stops[np.append(stops[:1] >= 0, ~joined)]
    ends = stops[np.append(~joined, stops[:1] >= 0)] + 1
    while len(closing := np.flatnonzero(kinds.take(ends) & CLOSING)):
        ends[closing] += 1
    return firsts, ends


@cache
def _kind_of() -> Kinds:
    """Return the kind of each code point."""
    kinds = np.zeros(0x110000, np.uint8)
    kinds[0x4E00:0x9FA6] |= WORD
    for first, last in _OTHER_DIGITS:
        kinds[first : last + 1] |= SIGN_START
    for kind, members in _MEMBERS:
        kinds[list(map(ord, members))] |= kind
    return kinds
