"""Find the line ends that are no ends of paragraphs: text that was wrapped at a width, or broken in mid-sentence by a copy.

A paragraph does not end behind a comma, nor begin with a full stop: such a break is one wherever it stands. In a text whose
lines are mostly of one width, a full line goes on in the next one, unless that is indented or numbered.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.core.records import KINDS, NO_LEVEL
from pipeline.preprocess.characters import CODE_POINTS, scans
from pipeline.preprocess.contents import CONTENTS
from pipeline.preprocess.headings import sign_level
from pipeline.preprocess.noise import BEGINS, CAPTION_SIGNS, ENDS, LONGEST, OF_DATES_AND_PAGES, WITHIN, judge

if TYPE_CHECKING:
    from pipeline.preprocess._scans import Looks

Span = tuple[int, int]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
_OPEN_ENDS = frozenset("，、,《“（(【‘")
_CLOSED_STARTS = frozenset("，。、；：！？）》”】’")
_FINALS, _CLOSERS = "。！？!?；;：:…", "”’」』）)】"
_FINAL = f"[{_FINALS}][{_CLOSERS}]*$"
_LATIN = re.compile("[A-Za-z]")
_NEVER_BROKEN = frozenset(("navigation", "byline", "furniture", "image", "related links", CONTENTS))
NARROWEST, WIDEST = 18, 120  # characters of a line in a text that was wrapped at a width
_FULL = 0.85  # of that width: a full line, less what a mark that may not begin a line takes with it
_MOSTLY = 0.4
_FEWEST = 4  # lines of a text of which that can be told
_AT_ONCE = 2**18  # characters that are looked at together
_LINES_AT_ONCE = 2**12
# What a character may be to a line; it may be several of these. An ideograph that no form of noise begins with is PLAIN. Nor does
# any begin with a NUMERAL and a POINT, or one between an OPENER and a CLOSER: such a line is an item. Noise that begins with a
# DIGIT is a date or the number of a page, in which no COUNTED stands soon. A long line that begins with a WORD is none.
_SPACE, _NEWLINE, _PLAIN, _ENDS, _WITHIN, _OPEN_END, _CLOSED_START = (2**i for i in range(7))
_NUMERAL, _POINT, _OPENER, _CLOSER, _DIGIT, _COUNTED, _WORD = (2**i for i in range(7, 14))
_SOON = 5  # characters behind the first: as far as a date has its first sign and figure
_MEMBERS = (
    (_SPACE, "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"),
    (_SPACE, "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"),
    (_NEWLINE, "\n"),
    (_ENDS, ENDS),
    (_WITHIN, WITHIN),
    (_OPEN_END, _OPEN_ENDS),
    (_CLOSED_START, _CLOSED_STARTS),
    (_NUMERAL, "0123456789一二三四五六七八九十"),
    (_POINT, "、.．"),
    (_OPENER, "（(【["),
    (_CLOSER, "）)】]"),
    (_DIGIT | _WORD, "0123456789"),
)


class Wrapping(msgspec.Struct, frozen=True):
    """How a text was wrapped: from which length on a line is full, and whether its paragraphs are indented."""

    full: float
    indented: bool


class Lines(msgspec.Struct, frozen=True):
    """The lines of a text that are not empty, as ``spans`` without the white space around them, and as columns of BodyLines.

    The indices of those that are ``doubtful``: the others are no noise by their own form. Of those that are ``open``: unless the
    text was wrapped, the others end where a sentence may end, or where the next begins. In a text with a ``wide`` line none was.
    """

    spans: list[Span]
    columns: Ints
    doubtful: list[int]
    open: list[int]
    wide: bool


class _Arrays(msgspec.Struct, frozen=True):
    """Where lines start and end, whether each is doubtful, and whether it may be joined to the next and to the one before."""

    starts: Ints
    ends: Ints
    doubtful: Bools
    opens: Bools
    closes: Bools


def find_lines(texts: Sequence[str]) -> list[Lines]:
    """Return the lines of each text; those of all texts are found in one sweep."""
    lines = _arrays("\n".join(texts))
    firsts = np.cumsum([0, *[len(text) + 1 for text in texts]])  # of each text in all of them, and of what would come next
    bounds = np.searchsorted(lines.starts, firsts)
    number = np.repeat(np.arange(len(texts)), bounds[1:] - bounds[:-1])
    starts, ends = lines.starts - firsts.take(number), lines.ends - firsts.take(number)
    wide = np.bincount(number.compress(ends - starts > WIDEST), minlength=len(texts)) > 0
    columns, spans = line_columns(starts, ends), list(zip(starts.tolist(), ends.tolist(), strict=True))
    doubtful = _of_each(np.flatnonzero(lines.doubtful), bounds)
    is_open = (lines.opens[:-1] | lines.closes[1:]) & (number[1:] == number[:-1])  # the last line of a text has no next one
    each = zip(pairwise(bounds.tolist()), doubtful, _of_each(np.flatnonzero(is_open), bounds), wide.tolist(), strict=True)
    return [Lines(spans[a:b], columns[:, a:b], unsure, broken, is_wide) for (a, b), unsure, broken, is_wide in each]


def spans_of(lines: Ints) -> Iterator[Span]:
    """Yield where lines, given as columns, start and end: some are made numbers at a time, so that memory stays bounded."""
    for first in range(0, lines.shape[1], _LINES_AT_ONCE):
        yield from zip(*lines[:2, first : first + _LINES_AT_ONCE].tolist(), strict=True)


def line_columns(starts: Ints, ends: Ints) -> Ints:
    """Return lines of which nothing is known but where they stand, as columns."""
    columns = np.empty((4, len(starts)), np.int64)
    columns[0], columns[1], columns[2], columns[3] = starts, ends, NO_LEVEL, KINDS.index("text")
    return columns


def _of_each(indices: Ints, bounds: Ints) -> Iterator[list[int]]:
    """Yield the indices of lines of all texts text by text, counted from the first line of that text."""
    found = indices.tolist()
    places = np.searchsorted(indices, bounds).tolist()
    for first, (start, end) in zip(bounds.tolist(), pairwise(places), strict=False):
        yield [i - first for i in found[start:end]]


def _arrays(text: str) -> _Arrays:
    """Return what there is to know of the lines of a text; a long one is gone through in pieces, so that memory stays bounded."""
    pieces: list[_Arrays] = []
    start = 0
    while start < len(text) or not pieces:
        end = text.find("\n", start + _AT_ONCE) + 1 or len(text)
        pieces.append(_piece(text[start:end], start))
        start = end
    return _Arrays(*map(np.concatenate, zip(*map(msgspec.structs.astuple, pieces), strict=True)))


def _piece(text: str, place: int) -> _Arrays:
    """Return what there is to know of the lines of some text that stands at a place in the whole."""
    looks = _compiled_looks()
    return with_arrays(text, place) if looks is None else _with_sweep(text, place, looks)


def _with_sweep(text: str, place: int, looks: "Looks") -> _Arrays:
    room = text.count("\n") + 1
    starts, ends = np.empty((2, room), np.int64)
    flags = np.empty((3, room), np.uint8)
    found = looks.lines(text, starts, ends, *flags)
    return _Arrays(starts[:found] + place, ends[:found] + place, *flags.view(bool)[:, :found])


def with_arrays(text: str, place: int) -> _Arrays:
    """Return the same: the reference of the compiled sweep."""
    # the end of a line behind the last one, and more, so that there is a character two behind the first of any line
    looks = _look_of().take(np.frombuffer((text + "\n\n\n").encode("utf-32-le", "surrogatepass"), "<u4"))
    edges = np.flatnonzero(np.diff(looks & _SPACE > 0, prepend=True))  # where white space ends and begins, in turn
    line = np.searchsorted(np.flatnonzero(looks & _NEWLINE > 0), edges[::2])
    is_first = np.append(line[:1] >= 0, line[1:] != line[:-1])
    starts = edges[::2].compress(is_first)
    ends = edges[1::2].compress(np.append(is_first[1:], line[:1] >= 0))
    opens, closes = looks.take(ends - 1) & _OPEN_END > 0, looks.take(starts) & _CLOSED_START > 0
    return _Arrays(starts + place, ends + place, _are_doubtful(looks, starts, ends), opens, closes)


def _are_doubtful(looks: NDArray[np.uint16], starts: Ints, ends: Ints) -> Bools:
    """Tell which lines may be noise by their own form; the others surely are not."""
    first, second, third = looks.take(starts), looks.take(starts + 1), looks.take(starts + 2)
    is_item = (first & _NUMERAL > 0) & (second & _POINT > 0)
    is_item |= (first & _OPENER > 0) & (second & _NUMERAL > 0) & (third & _CLOSER > 0)
    is_figure = first & _DIGIT > 0
    is_figure[is_figure] = _are_counted(looks, starts.compress(is_figure), ends.compress(is_figure))
    doubtful: Bools = (first & _PLAIN == 0) & ~is_item & ~is_figure
    doubtful |= looks.take(ends - 1) & (_ENDS | _CLOSER) > 0
    doubtful[np.searchsorted(starts, np.flatnonzero(looks & _WITHIN > 0), side="right") - 1] = True
    doubtful &= (ends - starts <= LONGEST) | (first & _WORD == 0)
    return doubtful


def _are_counted(looks: NDArray[np.uint16], starts: Ints, ends: Ints) -> Bools:
    """Tell in which lines what a figure counts, or what is no sign of a date, stands soon behind the first character."""
    places = starts[:, None] + np.arange(1, _SOON + 1)
    found: Bools = ((looks.take(places, mode="clip") & _COUNTED > 0) & (places < ends[:, None])).any(axis=1)
    return found


@cache
def _compiled_looks() -> "Looks | None":
    if (compiled := scans()) is None:
        return None
    looks: Looks = compiled.Looks(
        _look_of(), space=_SPACE, plain=_PLAIN, ends=_ENDS, within=_WITHIN, open_end=_OPEN_END, closed_start=_CLOSED_START,
        numeral=_NUMERAL, point=_POINT, opener=_OPENER, closer=_CLOSER, digit=_DIGIT, counted=_COUNTED, word=_WORD,
        soon=_SOON, longest=LONGEST,
    )  # fmt: skip
    return looks


@cache
def _look_of() -> NDArray[np.uint16]:
    """Return the looks of each code point."""
    looks = np.zeros(CODE_POINTS, np.uint16)
    looks[0x4E00:0x9FA6] = _PLAIN | _COUNTED | _WORD
    looks[list(map(ord, BEGINS))] &= ~_PLAIN & 0xFFFF
    looks[list(map(ord, OF_DATES_AND_PAGES))] &= ~_COUNTED & 0xFFFF
    for look, members in _MEMBERS:
        looks[list(map(ord, members))] |= look
    return looks


def broken_ends(text: str, lines: Lines, wrapping: Wrapping | None, whole: frozenset[int] = frozenset()) -> list[int]:
    """Return the indices of the lines whose last sentence goes on in the next, in a text that was wrapped so.

    Lines that begin at an offset in ``whole`` (rows of tables, headings of a Word file) are left as they are.
    """
    spans, doubtful = lines.spans, frozenset(lines.doubtful)
    return [
        i
        for i in (range(len(spans) - 1) if wrapping else lines.open)
        if _may_go_on(text, spans[i], spans[i + 1], wrapping)
        and not (spans[i][0] in whole or spans[i + 1][0] in whole)
        and not any(judge(text[slice(*spans[j])]) in _NEVER_BROKEN for j in (i, i + 1) if j in doubtful)  # no others are noise
    ]


def _may_go_on(text: str, first: Span, second: Span, wrapping: Wrapping | None) -> bool:
    """Tell whether the first of two lines goes on in the second, unless one is noise."""
    in_mid_sentence = text[first[1] - 1] in _OPEN_ENDS or text[second[0]] in _CLOSED_STARTS
    if not in_mid_sentence and not (wrapping and _is_one_paragraph(text, first, second, wrapping)):
        return False
    return text.count("\n", first[1], second[0]) <= 1 and sign_level(text, second[0], second[1]) is None


def _is_one_paragraph(text: str, first: Span, second: Span, wrapping: Wrapping) -> bool:
    """Tell whether a full line and the next one are of one paragraph, whose last line ends a sentence, as no heading does."""
    if first[1] - first[0] < wrapping.full or second[0] - first[1] != 1 or text[second[0]] in CAPTION_SIGNS:
        return False
    if not _is_final(text, *first):
        return True
    return wrapping.indented and (second[1] - second[0] >= wrapping.full or _is_final(text, *second))


class LineForms(msgspec.Struct, frozen=True):
    """What tells of some lines whether their text was wrapped: lengths, which end as no sentence does, how many are indented."""

    lengths: Ints
    unfinished: Bools
    indented: int


def line_forms(text: str, lines: Lines) -> LineForms:
    """Return what lines of a text tell of how it was wrapped."""
    unfinished = [not _is_final(text, start, end) for start, end in lines.spans]
    indented = sum(start > 0 and text[start - 1] in "\u3000 \t" for start, _ in lines.spans)
    return LineForms(lines.columns[1] - lines.columns[0], np.array(unfinished, bool), indented)


def _is_final(text: str, start: int, end: int) -> bool:
    """Tell whether a line ends as a sentence does."""
    last = text[end - 1]
    return last in _FINALS or (last in _CLOSERS and re.search(_FINAL, text[start:end]) is not None)


def wrapping_of(text: str, lines: Lines) -> Wrapping | None:
    """Return how a text was wrapped, or None where its lines are paragraphs."""
    return None if lines.wide or len(lines.spans) < _FEWEST else wrapping_by([line_forms(text, lines)])


def wrapping_by(forms: Sequence[LineForms]) -> Wrapping | None:
    """Return how a text was wrapped of whose lines, some at a time, these are the forms, and none of which is wide."""
    lengths, unfinished = (np.concatenate([getattr(some, name) for some in forms]) for name in ("lengths", "unfinished"))
    count = len(lengths)
    if count < _FEWEST or not NARROWEST <= (width := int(np.sort(lengths)[-max(1, count // 50)])) <= WIDEST:
        return None
    is_full = lengths >= _FULL * width
    full = int(is_full.sum())
    if full < _MOSTLY * count or int((is_full & unfinished).sum()) < _MOSTLY * full:
        return None
    return Wrapping(_FULL * width, sum(some.indented for some in forms) * 20 >= count)


def join_lines(text: str, lines: Lines, broken: Sequence[int]) -> tuple[str, list[Span], Lines]:
    """Return a text of the same length in which a broken end between two Latin letters is a space, and what is to be dropped.

    Last come the lines of what is left.
    """
    ends = [(lines.spans[i][1], lines.spans[i + 1][0]) for i in broken]
    spaces = frozenset(start for start, end in ends if _LATIN.match(text, start - 1) and _LATIN.match(text, end))
    dropped = [(start + (start in spaces), end) for start, end in ends]
    if spaces:
        characters = list(text)
        for start in spaces:
            characters[start] = " "
        text = "".join(characters)
    return text, dropped, _joined(lines, dict(zip(broken, dropped, strict=True)))


def _joined(lines: Lines, dropped: dict[int, Span]) -> Lines:
    """Return what becomes of lines without the spans that are ``dropped`` behind some of them; what was joined is doubtful."""
    gone, broken = np.zeros(len(lines.spans), np.int64), np.array([*dropped])
    gone[broken + 1] = [end - start for start, end in dropped.values()]
    is_begun, is_ended = np.ones((2, len(gone)), bool)
    is_begun[broken + 1] = is_ended[broken] = False
    starts, ends = lines.columns[:2] - np.cumsum(gone)
    starts, ends = starts[is_begun], ends[is_ended]
    joined = [*dropped]
    doubtful = sorted({i - bisect_left(joined, i) for i in [*lines.doubtful, *joined]})
    spans = list(zip(starts.tolist(), ends.tolist(), strict=True))
    return Lines(spans, line_columns(starts, ends), doubtful, [], lines.wide)
