"""Find the line ends that are no ends of paragraphs: text that was wrapped at a width, or broken in mid-sentence by a copy.

A paragraph does not end behind a comma, nor begin with a full stop: such a break is one wherever it stands. In a text whose
lines are mostly of one width, a full line goes on in the next one, unless that is indented or numbered.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from pipeline.headings import sign_level
from pipeline.noise import CAPTION_SIGNS, judge

Span = tuple[int, int]
_OPEN_ENDS = frozenset("，、,《“（(【‘")
_CLOSED_STARTS = frozenset("，。、；：！？）》”】’")
_FINAL = re.compile(r"[。！？!?；;：:…][”’」』）)】]*$")
_LATIN = re.compile("[A-Za-z]")
_NEVER_BROKEN = frozenset(("navigation", "byline", "furniture", "image"))
NARROWEST, WIDEST = 18, 120  # characters of a line in a text that was wrapped at a width
_FULL = 0.85  # of that width: a full line, less what a mark that may not begin a line takes with it
_MOSTLY = 0.4


class _Wrapping(msgspec.Struct, frozen=True):
    """How a text was wrapped: from which length on a line is full, and whether its paragraphs are indented."""

    full: float
    indented: bool


def find_lines(text: str) -> list[Span]:
    """Return the lines of a text that are not empty, without the white space around them."""
    lines = []
    position, length = 0, len(text)
    while position < length:
        end = text.find("\n", position)
        end = length if end < 0 else end
        line = text[position:end]
        size = len(line.strip())
        if size == end - position > 0:
            lines.append((position, end))
        elif size:
            start = end - len(line.lstrip())
            lines.append((start, start + size))
        position = end + 1
    return lines


def broken_ends(text: str, lines: Sequence[Span], whole: frozenset[int] = frozenset()) -> list[Span]:
    """Return the spans from the last character of a line to the first of the next that belongs to the same sentence.

    Lines that begin at an offset in ``whole`` (rows of tables, headings of a Word file) are left as they are.
    """
    wrapping = _wrapping(text, lines)
    return [
        (first[1], second[0])
        for first, second in pairwise(lines)
        if (wrapping or text[first[1] - 1] in _OPEN_ENDS or text[second[0]] in _CLOSED_STARTS)  # else nothing tells that it goes on
        and not (first[0] in whole or second[0] in whole)
        and _goes_on(text, first, second, wrapping)
    ]


def _goes_on(text: str, first: Span, second: Span, wrapping: _Wrapping | None) -> bool:
    in_mid_sentence = text[first[1] - 1] in _OPEN_ENDS or text[second[0]] in _CLOSED_STARTS
    if not in_mid_sentence and not (wrapping and first[1] - first[0] >= wrapping.full and second[0] - first[1] == 1):
        return False
    if text.count("\n", first[1], second[0]) > 1 or sign_level(text, second[0], second[1]) is not None:
        return False
    line, following = text[slice(*first)], text[slice(*second)]
    if {judge(line), judge(following)} & _NEVER_BROKEN:
        return False
    return in_mid_sentence or (wrapping is not None and _is_one_paragraph(line, following, wrapping))


def _is_one_paragraph(line: str, following: str, wrapping: _Wrapping) -> bool:
    """Tell whether a full line and the next one are of one paragraph, whose last line ends a sentence, as no heading does."""
    if following[0] in CAPTION_SIGNS:
        return False
    if not _FINAL.search(line):
        return True
    return wrapping.indented and (len(following) >= wrapping.full or _FINAL.search(following) is not None)


def _wrapping(text: str, lines: Sequence[Span]) -> _Wrapping | None:
    """Return how a text was wrapped, or None where its lines are paragraphs."""
    lengths = sorted(end - start for start, end in lines)
    if len(lengths) < 4 or not NARROWEST <= (width := lengths[-max(1, len(lengths) // 50)]) <= WIDEST or lengths[-1] > WIDEST:
        return None
    full = [line for line in lines if line[1] - line[0] >= _FULL * width]
    broken = sum(not _FINAL.search(text[slice(*line)]) for line in full)
    if len(full) < _MOSTLY * len(lines) or broken < _MOSTLY * len(full):
        return None
    indents = sum(start > 0 and text[start - 1] in "\u3000 \t" for start, _ in lines)
    return _Wrapping(_FULL * width, indents * 20 >= len(lines))


def join_lines(text: str, ends: Sequence[Span]) -> tuple[str, list[Span]]:
    """Return a text of the same length in which a broken end between two Latin letters is a space, and what is to be dropped."""
    spaces = {start for start, end in ends if _LATIN.match(text, start - 1) and _LATIN.match(text, end)}
    if not spaces:
        return text, list(ends)
    characters = list(text)
    for start in spaces:
        characters[start] = " "
    return "".join(characters), [(start + (start in spaces), end) for start, end in ends]
