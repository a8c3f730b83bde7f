"""Put the lines of pages together to paragraphs by where they stand, as a reader does.

A line that leaves room for the word that begins the next line ends its paragraph. Beyond that the document itself says
what it goes by: first-line indents, space between paragraphs, lines that all end at the margin, or none of them. Where
nothing decides, a full line goes on in the next one, over the end of a column or page too.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from pipeline.preprocess.headings import ITEM, sign_level
from pipeline.read.page.blocks import Flow, Row
from pipeline.read.page.furniture import Page
from pipeline.read.page.glyphs import is_wide
from pipeline.read.page.lines import TextLine

# All in ems, the size of the text.
_BESIDE, _INDENT, _DEEPEST_INDENT, _SPACE, _LARGE_SPACE = 0.3, 0.8, 4.5, 0.25, 0.8
_SLACK, _LATIN_SLACK, _CENTRED, _AT_MARGIN, _BIN = 0.1, 0.35, 0.6, 0.2, 0.5
# A size that differs by so much is another kind of text; a title is so much larger than the body.
_OTHER_SIZE, _TITLE_SIZE = 1.12, 1.15
# Text set in is wider than this, its lines are no further apart, those that are full end so near to the same place, there are
# so many of them, and it ends so far from the right edge unless most of its lines begin at one place.
_WIDE_RUN, _FARTHEST, _NEARLY, _FEWEST_SET_IN, _LEAST_SET_IN = 12, 2.1, 1.3, 3, 1.0
# So many lines at one distance, which differs by so little in points and is at most this in ems, are set in that distance.
_REGULAR, _SAME_GAP, _WIDEST_PITCH = 3, 0.75, 3.2
# Two lines that end at one place are this wide, in ems, if that place is the right edge; of fewer lines than so many, narrower
# ones may be as long as each other by chance.
_WIDE_LINES, _FEW_LINES = 15, 12
# Lines that a page or document needs for its own margins to be trusted.
_ENOUGH = 5
_SENTENCE_END = re.compile("[。！？!?…][”’」』）)]?$")
_STOP = re.compile("[。！？!?；;，,：:、]$")
_PUNCTUATION_END = re.compile("[，。、；：？！“”‘’（）《》—…,.;:?!()]$")
# In ems: a cell narrower than this holds a label, and a line that leaves so much room beyond the next word ends its paragraph.
_NARROW_CELL, _RAGGED = 6, 2.5
_DATE = re.compile(r"(?:\d{4}|[二一][〇○Ｏ零一二三四五六七八九]{3})\s?年\S{1,4}月(?:\S{1,4}日)?")
_MARK = re.compile("[，。；：！？、,;:!?]")
_COMPLETE = re.compile("[。！？!?；;：:][”’」』）)]?$")
_GOES_ON = ("，", "、", "；", ",")
_MARKER = re.compile(r"[•●◆■▪★◇·○*]|——|[-–—]\s")


@dataclass(frozen=True, slots=True)
class Frame:
    """The left and right edge of a column of text."""

    left: float
    right: float

    def balances(self, line: TextLine) -> bool:
        """Tell whether a line leaves as much room on the left as on the right."""
        return abs(line.left + line.right - self.left - self.right) / 2 < _CENTRED * line.size

    def centres(self, line: TextLine) -> bool:
        """Tell whether a line stands in the middle, further from both edges than an indent."""
        return self.balances(line) and line.left > self.left + _DEEPEST_INDENT * line.size

    def room(self, line: TextLine) -> float:
        """Return how much room a line leaves at its end."""
        return self.right - line.right


@dataclass(frozen=True, slots=True)
class _Style:
    """What a document goes by, beside its frames; ``pitches`` is the usual distance of two lines by their size.

    ``regular`` holds the lines (by id) that stand below the line before at the distance of the lines around them.
    """

    size: float
    indent: float
    spaced: bool
    justified: bool
    pitches: dict[int, float]
    regular: frozenset[int]

    def pitch(self, size: float) -> float:
        known = self.pitches.get(_half_points(size))
        return known or self.pitches.get(_half_points(self.size), 1.6 * self.size) * max(1.0, size / self.size)


class _Placed(NamedTuple):
    """A line with its frame and the number of the flow it stands in."""

    line: TextLine
    frame: Frame
    flow: int

    @property
    def offset(self) -> float:
        """How far, in ems, the line starts from the left edge."""
        return (self.line.left - self.frame.left) / self.line.size


class _Pair(NamedTuple):
    """Two lines that follow each other.

    ``is_short`` tells whether the first leaves room for what begins the second; ``gap`` is their distance in points, None where
    they differ in size or do not stand in one column.
    """

    a: _Placed
    b: _Placed
    is_short: bool
    gap: float | None


def find_paragraphs(parts: list[Flow | Row]) -> list[Row | list[TextLine]]:
    """Return the paragraphs, each a list of lines, and the rows of a document in reading order."""
    flows = [part for part in parts if isinstance(part, Flow)]
    size = _body_size([line for flow in flows for line in flow.lines])
    frames = _frames(flows, size)
    placed = [item for i, flow in enumerate(flows) for item in _placed(flow.lines, frames[i], i)]
    pairs = [_Pair(a, b, _is_short(a, b), _gap(a, b)) for a, b in pairwise(placed)]
    style = _style(pairs, size)
    starts = {id(pair.b.line) for pair in pairs if _starts(pair, style)}
    return list(_collect(parts, starts))


def _collect(parts: list[Flow | Row], starts: set[int]) -> Iterator[Row | list[TextLine]]:
    """Yield the paragraphs; a table ends a paragraph."""
    paragraph: list[TextLine] = []
    for part in parts:
        for line in [] if isinstance(part, Row) else part.lines:
            if paragraph and id(line) in starts:
                yield paragraph
                paragraph = []
            paragraph.append(line)
        if isinstance(part, Row):
            if paragraph:
                yield paragraph
                paragraph = []
            yield part
    if paragraph:
        yield paragraph


def cell_paragraphs(cell: list[TextLine]) -> list[list[TextLine]]:
    """Return the paragraphs in the cell of a table, each a list of lines.

    A cell is narrow and its lines are ragged, so that only a line that is short and ends a sentence, or is very short, ends a
    paragraph; in a label of a few characters all lines are one word.
    """
    frame = Frame(min(line.left for line in cell), max(line.right for line in cell))
    found = [[cell[0]]]
    for a, b in pairwise(cell):
        if _parts_cell(a, b, frame):
            found.append([])
        found[-1].append(b)
    return found


def _parts_cell(a: TextLine, b: TextLine, frame: Frame) -> bool:
    if frame.right - frame.left < _NARROW_CELL * a.size:
        return False
    if _DATE.fullmatch(b.text) and not a.text[-1:].isdigit() and _MARK.search(a.text) is None:  # who signs, and when
        return True
    room = frame.room(a) - b.head - _SLACK * a.size
    ends = _STOP.search(a.text) is not None
    if ends and (room > 0 or sign_level(b.text) is not None or b.left - frame.left > _INDENT * b.size):
        return True
    return room > _RAGGED * a.size


def _half_points(size: float) -> int:
    return round(size * 2)


# Frames: where the text of a column begins and ends.


def _frames(flows: list[Flow], size: float) -> list[Frame]:
    """Return the frame of each flow: its page's own where that has enough lines, else that of all pages of its kind."""
    kinds: dict[tuple[int, int, int], list[Flow]] = defaultdict(list)
    for flow in flows:
        kinds[_kind(flow)].append(flow)
    common = {kind: _frame([line for flow in found for line in flow.lines], found[0].page, size) for kind, found in kinds.items()}
    own: dict[tuple[int, int, int, int], list[TextLine]] = defaultdict(list)
    for flow in flows:
        own[(flow.page.number, *_kind(flow))] += flow.lines
    pages = {flow.page.number: flow.page for flow in flows}
    full = {key: _frame(lines, pages[key[0]], size) for key, lines in own.items() if len(lines) >= 2 * _ENOUGH}
    usual = {kind: _usual([frame for key, frame in full.items() if key[1:] == kind], common[kind], size) for kind in kinds}
    by_page = {key: _page_frame(lines, full.get(key), usual[key[1:]], size) for key, lines in own.items()}
    return [by_page[(flow.page.number, *_kind(flow))] for flow in flows]


def _kind(flow: Flow) -> tuple[int, int, int]:
    return round(flow.page.right - flow.page.left), flow.columns, flow.column


def _body_size(lines: list[TextLine]) -> float:
    sizes: Counter[int] = Counter()
    for line in lines:
        sizes[_half_points(line.size)] += len(line.text)
    return max(sizes.most_common(1)[0][0] / 2, 1.0) if sizes else 1.0


def _usual(full: list[Frame], common: Frame, size: float) -> list[Frame]:
    """Return the frames that the pages of a kind have: several of one width where that frame is moved, else one for all."""
    if not full:
        return [common]
    width = median(frame.right - frame.left for frame in full)
    alike = [frame for frame in full if abs(frame.right - frame.left - width) < _BIN * size]
    lefts = [frame.left for frame in alike]
    is_moved = len(alike) > 1 and max(lefts) - min(lefts) > _BIN * size and common.right - common.left > width + _BIN * size
    return alike if is_moved else [common]


def _page_frame(lines: list[TextLine], own: Frame | None, usual: list[Frame], size: float) -> Frame:
    """Return a page's own frame if it is a usual one moved sideways, as on the two sides of a sheet, else the usual nearest."""
    width = usual[0].right - usual[0].left
    if own is not None and abs((own.right - own.left) - width) < _BIN * size:
        return own
    left = min(line.left for line in lines)
    return min(usual, key=lambda frame: abs(frame.left - left))


def _frame(lines: list[TextLine], page: Page, size: float) -> Frame:
    body = [line for line in lines if abs(line.size - size) < 0.1 * size] or lines
    left = _left_edge(body, size)
    return Frame(left, _right_edge(body, size, page.right - (left - page.left)))


def _left_edge(lines: list[TextLine], size: float) -> float:
    """Return the leftmost place at which several lines begin."""
    return -_outer_edge([-line.left for line in lines], size, max(2, len(lines) // 12), max(-line.left for line in lines))


def _right_edge(lines: list[TextLine], size: float, mirrored: float) -> float:
    """Return the rightmost place at which several lines end; ``mirrored`` is where it is on a page of equal margins."""
    firm = [line.right for line in lines if not _PUNCTUATION_END.search(line.text)] or [line.right for line in lines]
    longest = max(*firm, min(mirrored - size, max(line.right for line in lines)))
    otherwise = _end_amid(lines, size) or max(longest, mirrored - 2 * size)
    edge = _outer_edge(firm, size, max(3, len(firm) // 8), otherwise)
    beyond = sum(right > edge + size for right in firm)
    is_chance = len(lines) < _FEW_LINES and edge - min(line.left for line in lines) < _WIDE_LINES * size
    return otherwise if is_chance or (beyond > 1 and beyond * 10 > len(firm)) else edge


def _end_amid(lines: list[TextLine], size: float) -> float | None:
    """Return where the longest lines end, if these are two at least that break off amid a sentence: a page of a few lines."""
    right = max(line.right for line in lines)
    longest = [line for line in lines if line.right > right - _BIN * size]
    wide = min(line.width for line in longest) > _WIDE_LINES * size
    amid = not any(_COMPLETE.search(line.text) for line in longest)
    return right if len(longest) > 1 and wide and amid else None


def _outer_edge(values: list[float], size: float, support: int, otherwise: float) -> float:
    """Return the largest value in the outermost bin, of half an em, that ``support`` values fall in."""
    bins = Counter(round(value / (_BIN * size)) for value in values)
    bins_with_next = [step for step in bins if bins[step] + bins[step - 1] >= support]
    if not bins_with_next:
        return otherwise
    outermost = max(bins_with_next)
    return max(value for value in values if round(value / (_BIN * size)) == outermost)


def _placed(lines: list[TextLine], frame: Frame, flow: int) -> Iterator[_Placed]:
    """Yield lines with their frame: a narrower one for text that is set in as a whole."""
    run: list[TextLine] = []
    for line in lines:
        is_apart = bool(run) and (not 0 < run[-1].base - line.base < _FARTHEST * line.size or _differ(line, run[-1]))
        is_flush = line.left <= frame.left + _INDENT * line.size
        if run and (is_apart or is_flush):
            yield from _run_placed(run, frame, flow, goes_on=is_flush and not is_apart)
            run = []
        if is_flush:
            yield _Placed(line, frame, flow)
        else:
            run.append(line)
    yield from _run_placed(run, frame, flow, goes_on=False)


def _run_placed(run: list[TextLine], frame: Frame, flow: int, goes_on: bool) -> Iterator[_Placed]:
    """Yield a run of lines none of which begins at the left edge; where it ``goes_on`` there, the last may be a first line."""
    last = len(run) - 1 if goes_on and run and run[-1].right > frame.right - run[-1].size else len(run)
    inner = _inner_frame(run[:last], frame) or frame
    yield from (_Placed(line, inner, flow) for line in run[:last])
    yield from (_Placed(line, frame, flow) for line in run[last:])


def _inner_frame(run: list[TextLine], frame: Frame) -> Frame | None:
    """Return the frame of text that is set in: several of its lines end at one place, and do so amid a sentence."""
    if len(run) < _FEWEST_SET_IN:
        return None
    size = run[0].size
    left = min(line.left for line in run)
    right = max(line.right for line in run)
    full = [line for line in run if line.right > right - _NEARLY * size]
    short = [line for line in run if line.right <= right - _NEARLY * size]
    if right > frame.right - _LEAST_SET_IN * size and not _begin_alike(run, size):
        return None
    ends_amid = sum(_SENTENCE_END.search(line.text) is None for line in full) * 3 >= len(full) * 2
    ends_well = sum(_STOP.search(line.text) is not None for line in short) * 3 >= len(short) * 2
    is_one = len(full) >= len(run) - 1
    if len(full) > 1 and right - left > _WIDE_RUN * size and (is_one or (ends_amid and ends_well)):
        return Frame(left, right)
    return None


def _begin_alike(run: list[TextLine], size: float) -> bool:
    """Tell whether most lines of a run begin at one place, as only text does that is set in."""
    lefts = Counter(round(line.left / (_BESIDE * size)) for line in run)
    return lefts.most_common(1)[0][1] * 3 >= len(run) * 2


# Style: what the document goes by.


def _style(pairs: list[_Pair], size: float) -> _Style:
    body = [pair for pair in pairs if max(abs(pair.a.line.size - size), abs(pair.b.line.size - size)) < 0.1 * size]
    ends = [pair for pair in body if pair.is_short]
    inner = [pair for pair in body if not pair.is_short]
    pitches = _pitches(pairs)
    pitch = pitches.get(_half_points(size), 1.6 * size)
    gaps = [a.line.base - b.line.base for a, b, _, _ in ends if a.flow == b.flow]
    spaced = sum(gap > pitch + _SPACE * size for gap in gaps) * 2 > len(gaps)
    at_margin = [abs(a.frame.right - a.line.right) < _AT_MARGIN * size for a, _, _, _ in inner]
    justified = sum(at_margin) * 10 > len(at_margin) * 6
    return _Style(size, _indent(ends, inner), spaced, justified, pitches, frozenset(_regular(pairs)))


def _pitches(pairs: list[_Pair]) -> dict[int, float]:
    """Return the most common distance of a full line and the next, by size; a smaller one wins a tie."""
    found: dict[int, Counter[int]] = defaultdict(Counter)
    for a, _, is_short, gap in pairs:
        if gap is not None and not is_short:
            found[_half_points(a.line.size)][_half_points(gap)] += 1
    return {size: min(gaps.items(), key=lambda item: (-item[1], item[0]))[0] / 2 for size, gaps in found.items()}


def _regular(pairs: list[_Pair]) -> Iterator[int]:
    """Yield the lines, by id, in runs of lines at one distance most of which fill their column: text set wider than the rest."""
    run: list[_Pair] = []
    for pair in pairs:
        if run and (pair.gap is None or abs(pair.gap - (run[-1].gap or 0.0)) > _SAME_GAP):
            yield from _lines_of(run)
            run = []
        if pair.gap is not None:
            run.append(pair)
    yield from _lines_of(run)


def _gap(a: _Placed, b: _Placed) -> float | None:
    """Return the distance of two lines of one size that follow each other in a column, in points."""
    gap = a.line.base - b.line.base
    if a.flow != b.flow or not 0 < gap < _WIDEST_PITCH * a.line.size:
        return None
    return gap if _half_points(a.line.size) == _half_points(b.line.size) else None


def _lines_of(run: list[_Pair]) -> Iterator[int]:
    full = sum(not pair.is_short for pair in run)
    if len(run) >= _REGULAR and full * 2 > len(run):
        yield from (id(pair.b.line) for pair in run)


def _indent(ends: list[_Pair], inner: list[_Pair]) -> float:
    """Return the first-line indent, in ems, that the document goes by, or 0."""
    firsts = [b.offset for _, b, _, _ in ends if not b.frame.centres(b.line)]
    indented = [round(offset * 2) for offset in firsts if _INDENT < offset < _DEEPEST_INDENT]
    flush = sum(b.offset < _BESIDE for _, b, _, _ in inner)
    if len(indented) * 5 < len(firsts) * 2 or not indented or flush * 2 < len(inner):
        return 0.0
    return Counter(indented).most_common(1)[0][0] / 2


# Where paragraphs begin.


def _is_short(a: _Placed, b: _Placed) -> bool:
    """Tell whether a line leaves room for what begins the next, so that it would stand there if it went on."""
    words = not (is_wide(a.line.text[-1]) and is_wide(b.line.text[0]))
    slack = (_LATIN_SLACK if words else _SLACK) * a.line.size
    return a.frame.room(a.line) > b.line.head * a.line.size / b.line.size + slack


def _starts(pair: _Pair, style: _Style) -> bool:
    """Tell whether the second of two lines begins a paragraph."""
    a, b = pair.a, pair.b
    if _differ(a.line, b.line) or _is_spread(a.line, b.line) or _space(a, b, style) > (_LARGE_SPACE if style.indent else _SPACE):
        return True
    if _is_title(a, style) and _is_title(b, style):
        return _STOP.search(a.line.text) is not None or b.line.text[0] in "（(—-"
    if pair.is_short or _is_signed(a, b):
        return True
    ends = _SENTENCE_END.search(a.line.text) is not None
    if ends and style.justified and a.frame.room(a.line) > _AT_MARGIN * a.line.size + _SLACK:
        return True
    if style.indent:
        return _is_indented(a, b, style)
    return _is_set_apart(a, b) or (ends and _has_sign(b.line.text) and not (style.spaced and a.flow == b.flow))


def _differ(a: TextLine, b: TextLine) -> bool:
    is_larger = max(a.size, b.size) > _OTHER_SIZE * min(a.size, b.size)
    return a.part != b.part or (is_larger and min(len(a.text), len(b.text)) > 1)


def _is_spread(a: TextLine, b: TextLine) -> bool:
    """Tell whether one of two lines was spread over the column, and stands by itself."""
    return a.spread or (b.spread and not a.text.endswith(_GOES_ON))


def _is_signed(a: _Placed, b: _Placed) -> bool:
    """Tell whether a line stands at the right edge by itself, as who signs and the date do: text would go on at the left one."""
    if a.offset <= _DEEPEST_INDENT or b.frame.centres(b.line):
        return False
    return abs(a.line.left - b.line.left) > _BIN * a.line.size or (_may_sign(a) and _may_sign(b))


def _may_sign(item: _Placed) -> bool:
    """Tell whether a line is a name or a date in the right half of its column: names of one length begin at one place."""
    is_beyond = 2 * item.line.left > item.frame.left + item.frame.right
    return is_beyond and _MARK.search(item.line.text) is None


def _is_title(item: _Placed, style: _Style) -> bool:
    return item.line.size > _TITLE_SIZE * style.size and item.frame.balances(item.line)


def _space(a: _Placed, b: _Placed, style: _Style) -> float:
    """Return the space between two lines beyond the usual, in ems; unknown, and taken for none, over the end of a column."""
    if id(b.line) in style.regular:
        return 0.0
    return (a.line.base - b.line.base - style.pitch(a.line.size)) / a.line.size if a.flow == b.flow else 0.0


def _is_indented(a: _Placed, b: _Placed, style: _Style) -> bool:
    if abs(b.offset - style.indent) < _BIN:
        return True
    return b.offset > _INDENT and abs(b.offset - a.offset) > _BIN


def _is_set_apart(a: _Placed, b: _Placed) -> bool:
    """Tell whether a line starts further right than the one before, unless that hangs out with its number or mark."""
    return b.offset - a.offset > _INDENT and not _has_sign(a.line.text)


def _has_sign(text: str) -> bool:
    level = sign_level(text)
    return (level is not None and level < ITEM) or _MARKER.match(text) is not None
