"""Cut a cleaned report into segments: headings, paragraphs, and the items of run-on paragraphs.

A line is one paragraph. It is cut before the signs that number its items (一、 （一） 1. ① 一是 二要 第一, ——) and, in a
run-on paragraph, before the short sentences that announce the next passage. Sentences stay whole. Each segment knows
the headings it stands under.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

import msgspec

from pipeline.config import SegmentConfig
from pipeline.headings import ITEM, LEAD, PLAIN, SIGN, TITLE, inner_signs, is_lead, line_level, sign_level
from pipeline.records import CleanText, Heading, Line, Noise, Segment
from pipeline.sentences import split_sentences

Span = tuple[int, int]
_WORD = re.compile(r"\w")
_TITLE_WITHIN = 3


def segment(cleaned: CleanText, options: SegmentConfig) -> Iterator[Segment | Noise]:
    """Yield the segments of a report in order, and as Noise (in source offsets) what holds only symbols.

    Segments do not overlap, and with the noise they cover every character that is not white space.
    """
    stack: list[Heading] = []
    numbered = False
    for number, line in enumerate(cleaned.lines):
        if line.kind != "text":
            yield _row_segment(cleaned.text, line, stack, options)
            continue
        level = line.level if line.level is not None else line_level(cleaned.text[line.start : line.end], options.max_heading)
        if level == PLAIN and line.level is None:
            level = TITLE if number < _TITLE_WITHIN and not stack else _plain_level(numbered)
        if level is not None:
            numbered = numbered or PLAIN < level < ITEM
            yield _heading_segment(cleaned.text, line, level, stack)
        else:
            for item in _paragraph(cleaned, line, stack, options):
                numbered = numbered or (isinstance(item, Segment) and PLAIN < (sign_level(cleaned.text, item.start) or 0) < ITEM)
                yield item


def _plain_level(numbered: bool) -> int:
    """Return the level of a heading without a sign: above all items, or below the numbered headings seen so far."""
    return ITEM - 1 if numbered else PLAIN


def _heading_segment(text: str, line: Line, level: int, stack: list[Heading]) -> Segment:
    above = _above(stack, level)
    stack[:] = [*above, Heading(level, text[line.start : line.end])]
    return Segment(line.start, line.end, ((line.start, line.end),), above, level)


def _row_segment(text: str, line: Line, stack: list[Heading], options: SegmentConfig) -> Segment:
    """Return the row of a table as one segment; a row of one cell that has the form of a heading stands above what follows."""
    row = text[line.start : line.end]
    sentences = tuple(split_sentences(text, line.start, line.end))
    if line.kind == "record":
        return Segment(line.start, line.end, sentences, kind=line.kind)
    level = None if "\t" in row else line_level(row, options.max_heading)
    if level is None:
        return Segment(line.start, line.end, sentences, tuple(stack), kind=line.kind)
    return msgspec.structs.replace(_heading_segment(text, line, level, stack), kind=line.kind)


def _above(stack: list[Heading], level: int) -> tuple[Heading, ...]:
    return tuple(heading for heading in stack if heading.level < level or heading.level == TITLE)


def _paragraph(cleaned: CleanText, line: Line, stack: list[Heading], options: SegmentConfig) -> Iterator[Segment | Noise]:
    """Yield the segments of one body line; items with a sign become the heading of what follows them in the line."""
    text = cleaned.text
    stack[:] = [heading for heading in stack if heading.level < LEAD]
    for start, end in _chunks(text, line.start, line.end, options.max_paragraph):
        signs = _sign_starts(text, start, end)
        sentences = split_sentences(text, start, end, signs)
        cuts = _lead_starts(text, sentences, options.run_on).union(signs)
        for passage in _passages(sentences, cuts):
            yield from _passage(cleaned, passage, stack)


def _passage(cleaned: CleanText, sentences: list[Span], stack: list[Heading]) -> Iterator[Segment | Noise]:
    """Yield the segment of a passage; sentences without a word around it are symbols."""
    text = cleaned.text
    trimmed = _trimmed(text, sentences)
    first, last = 0, len(trimmed)
    if trimmed and _WORD.search(text, *trimmed[0]) and (last == 1 or _WORD.search(text, *trimmed[-1])):
        yield _segment(text, trimmed, stack)
        return
    while first < last and not _WORD.search(text, *trimmed[first]):
        first += 1
    while first < last and not _WORD.search(text, *trimmed[last - 1]):
        last -= 1
    if first > 0:
        yield from _symbols(cleaned, trimmed[:first])
    if first < last:
        yield _segment(text, _trimmed(text, trimmed[first:last]), stack)
    if last < len(trimmed):
        yield from _symbols(cleaned, trimmed[last:])


def _symbols(cleaned: CleanText, sentences: list[Span]) -> Iterator[Noise]:
    trimmed = _trimmed(cleaned.text, sentences)
    if trimmed:
        yield Noise(*cleaned.offsets.span(trimmed[0][0], trimmed[-1][1]), "symbols")


def _segment(text: str, sentences: list[Span], stack: list[Heading]) -> Segment:
    start, end = sentences[0][0], sentences[-1][1]
    first = text[slice(*sentences[0])].rstrip()
    level = sign_level(text, start)
    if level is None and is_lead(first) and len(sentences) > 1:
        level = LEAD
    above = tuple(stack) if level is None else _above(stack, level)
    if level is not None:
        stack[:] = [*above, Heading(level, first)]
    return Segment(start, end, tuple(sentences), above)


def _chunks(text: str, start: int, end: int, longest: int) -> Iterator[Span]:
    """Yield a paragraph piece by piece, cut behind the last full stop that fits, or hard where there is none."""
    while end - start > longest:
        stop = text.rfind("。", start + longest // 2, start + longest) + 1 or start + longest
        yield start, stop
        start = stop
    yield start, end


def _sign_starts(text: str, start: int, end: int) -> list[int]:
    signs = inner_signs(text, start, end)
    return [start, *signs] if SIGN.match(text, start, end) else signs


def _lead_starts(text: str, sentences: list[Span], run_on: int) -> set[int]:
    """Return where a run-on paragraph moves to its next passage: before short sentences that longer ones follow."""
    if not sentences or sentences[-1][1] - sentences[0][0] < run_on:
        return set()
    leads = [
        start
        for (start, end), (_, next_end) in pairwise(sentences)
        if next_end - end > end - start and is_lead(text[start:end].strip())
    ]
    return {b for a, b in pairwise([-1, *leads]) if b != a}


def _passages(sentences: list[Span], cuts: set[int]) -> Iterator[list[Span]]:
    first = 0
    for place in range(1, len(sentences) if cuts else 0):
        if sentences[place][0] in cuts:
            yield sentences[first:place]
            first = place
    if sentences:
        yield sentences[first:]


def _trimmed(text: str, sentences: list[Span]) -> list[Span]:
    """Return the sentences without the white space at both ends of the passage; what is only white space goes."""
    if not sentences:
        return []
    first, last = sentences[0][0], sentences[-1][1]
    if not (text[first].isspace() or text[last - 1].isspace()):
        return sentences
    inside = text[first:last]
    start, end = last - len(inside.lstrip()), first + len(inside.rstrip())
    return [(max(a, start), min(b, end)) for a, b in sentences if b > start and a < end]
