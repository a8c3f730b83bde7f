"""Put the characters of a page together to lines: by baseline, from left to right, with the spaces that can be seen.

A PDF holds characters at positions, and not always in the order they are read in: LibreOffice, for one, writes the
quotation marks of a line after its ideographs, and Chromium writes no spaces. So the order within a line, the spaces
and the gaps between the cells of a table are all taken from positions; the order of lines is the file's own but for ``order``.
Lengths are in points unless they are said to be in ems, which are the size of the character.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, median_low
from typing import NamedTuple

from pipeline.core.native import GLYPHS, compiled
from pipeline.read.page.distributed import undistributed
from pipeline.read.page.glyphs import RADICALS, Glyph, is_wide
from pipeline.read.page.order import from_the_top, with_holes_filled

# A gap this wide, in ems, parts the cells of a table or the columns of a page.
CELL_GAP = 1.5
# In ems beyond how far the line is stretched: the space between two ideographs is at least 0.25 wide in common fonts.
_WIDE_GAP, _NARROW_GAP = 0.18, 0.15
# Word and LibreOffice set ideographs and Latin letters up to 0.25 apart where the text has no space; a space is 0.3 or more.
_MIXED_GAP, _LARGEST_AUTOSPACE, _FEW = 0.09, 0.22, 2
_NO_SPACE_AFTER_ALL = 1.2
# A hole this wide, in ems, may be filled by a character that the file gives later; one that is drawn so far back belongs
# elsewhere, while two brackets that are drawn together overlap by less.
_HOLE, _BACK = 0.1, 0.3
# Ideographs further apart than this, in ems, were spread on purpose: no line is stretched so far to fill its column.
_SPREAD = 0.6
# In ems: how far apart the bases of characters of one line are.
_LEVEL = 0.2
# The sign of a note stands over the empty half of the punctuation mark before it.
_OVER_MARK = -0.75
# Nothing is parted before or after a quotation mark that Latin and Chinese share: that is Unicode's rule (UAX 14, class QU).
OPENING = frozenset("“”‘’\"'（《〈「『【〔〖([{")
NON_STARTERS = frozenset("“”‘’\"'，。、；：？！）》〉」』】〕〗…—·％,.;:?!)]}%‰℃°")
_UNIT_LIMIT = 400


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text on a page, or the part of a line that stands in one cell or column.

    ``head`` is the width of what must stay together at its start: had it fitted on the line before, it would stand there.
    ``spaced`` tells whether a space that is written in the file ends the line, ``spread`` whether its characters were spread
    over the width of the column, as no line is that goes on. ``part`` tells in which part of a page it stands, where
    some are turned otherwise than the page, whose own is 0: no text goes on from one to another.
    """

    page: int
    text: str
    left: float
    right: float
    base: float
    size: float
    head: float
    spaced: bool = False
    spread: bool = False
    part: int = 0

    @property
    def width(self) -> float:
        """Return how wide the line is."""
        return self.right - self.left


def page_lines(glyphs: Sequence[Glyph], page: int) -> list[TextLine]:
    """Return the lines of a page, parted at wide gaps, in the order of the file unless their places leave no doubt of another."""
    native = compiled(GLYPHS)
    lines = None if native is None else native.lines_of(list(glyphs), page)
    return reference_lines(glyphs, page) if lines is None else lines


def reference_lines(glyphs: Sequence[Glyph], page: int) -> list[TextLine]:
    """Return the same without the compiled part, of which this is the reference, and which leaves odd pages to it."""
    rows = undistributed([_cells(_from_left(row)) for row in with_holes_filled(list(_rows(glyphs)))])
    cells = [_cell(cell) for row in rows for cell in row]
    autospace = _autospace(cells)
    return from_the_top([_line(cell, page, autospace) for cell in cells])


def _rows(glyphs: Iterable[Glyph]) -> Iterator[list[Glyph]]:
    """Yield the runs of characters that stand on one baseline, raised and lowered ones with the line they belong to."""
    row: list[Glyph] = []
    largest: Glyph | None = None
    for glyph in glyphs:
        is_level = largest is not None and abs(glyph.base - largest.base) < _LEVEL * largest.size  # as most are
        if largest is not None and not is_level and not _on_line(glyph, row[-1], largest):
            yield row
            row, largest = [], None
        row.append(glyph)
        if largest is None or glyph.size > largest.size * 1.05:
            largest = glyph
    if row:
        yield row


def _on_line(glyph: Glyph, last: Glyph, largest: Glyph) -> bool:
    rise, size = abs(glyph.base - largest.base), max(glyph.size, largest.size)
    if rise < _LEVEL * size:
        return True
    raised = min(glyph.size, largest.size) < 0.9 * size
    return raised and rise < 0.7 * size and _OVER_MARK * size < glyph.left - last.right < 0.6 * size


def _from_left(row: list[Glyph]) -> list[Glyph]:
    """Return a row in reading order: what was drawn side by side stays so, even where one such run lies over another."""
    runs = [[row[0]]]
    for last, glyph in pairwise(row):
        if glyph.left < last.left - _BACK * glyph.size or glyph.left - last.right > _HOLE * glyph.size:
            runs.append([])
        runs[-1].append(glyph)
    return [glyph for run in sorted(runs, key=lambda run: run[0].left) for glyph in run]


def _cells(row: list[Glyph]) -> list[list[Glyph]]:
    """Return a row parted at wide gaps, without the white space around each part."""
    gaps = enumerate(pairwise(row), 1)
    ends = [i for i, (a, b) in gaps if b.left - a.right > CELL_GAP * a.size and b.left - a.right > CELL_GAP * b.size]
    cells = [row[start:end] for start, end in pairwise([0, *ends, len(row)])]
    return [cell for cell in cells if any(not glyph.character.isspace() for glyph in cell)]


class _Cell(NamedTuple):
    """The characters of a cell, what is known of each in lists of their own, and for each but the first its gap, in ems."""

    glyphs: list[Glyph]
    characters: tuple[str, ...]
    wide: list[bool]
    gaps: list[float]
    stretch: float


def _cell(glyphs: list[Glyph]) -> _Cell:
    characters, lefts, rights, _, sizes, _, _ = zip(*glyphs, strict=True)
    wide = list(map(is_wide, characters))
    gaps = [(left - right) / size for right, left, size in zip(rights, lefts[1:], sizes[1:], strict=False)]
    return _Cell(
        glyphs, characters, wide, gaps, _stretch([gap for gap, a, b in zip(gaps, wide, wide[1:], strict=False) if a and b])
    )


def _autospace(cells: list[_Cell]) -> float:
    """Return how far apart, in ems, ideographs and Latin letters stand on this page where there is no space."""
    gaps = [
        gap - cell.stretch
        for cell in cells
        for gap, a, b, first, second in zip(cell.gaps, cell.wide, cell.wide[1:], cell.characters, cell.characters[1:], strict=False)
        if a != b and first.isalnum() and second.isalnum()
    ]
    return min(max(median(gaps), 0.0), _LARGEST_AUTOSPACE) if len(gaps) >= _FEW else _LARGEST_AUTOSPACE


def _stretch(gaps: list[float]) -> float:
    """Return how far apart, in ems, the ideographs of a line were drawn so that it fills its column."""
    return max(0.0, median(gaps)) if len(gaps) > 3 or _are_even(gaps) else 0.0


def _are_even(gaps: list[float]) -> bool:
    """Tell whether a few gaps are all wide and alike, as those of a short word are that was spread."""
    return bool(gaps) and min(gaps) > _SPREAD and max(gaps) - min(gaps) < _SPREAD


def _line(cell: _Cell, page: int, autospace: float) -> TextLine:
    glyphs, stretch = cell.glyphs, cell.stretch
    pieces = [cell.characters[0]]
    for (a, b), gap in zip(pairwise(glyphs), cell.gaps, strict=True):
        pieces.append(f" {b.character}" if _has_space(a, b, gap - stretch, autospace) else b.character)
    text = "".join(pieces).translate(RADICALS)
    ink = [glyph for glyph in glyphs if not glyph.character.isspace()] if any(map(str.isspace, text)) else glyphs
    return TextLine(
        page,
        text.strip(),
        ink[0].left,
        max(glyph.right for glyph in ink),
        median_low([glyph.base for glyph in ink]),
        median_low([glyph.size for glyph in ink]),
        _head_width(ink),
        spaced=text[-1:].isspace(),
        spread=stretch > _SPREAD,
    )


def _has_space(a: Glyph, b: Glyph, gap: float, autospace: float) -> bool:
    """Tell whether a space shows between two characters of a line where none is written; their gap is in ems, without stretch."""
    if gap <= 0 or a.character.isspace() or b.character.isspace():
        return False
    if b.order == a.order + 1 and not b.spaced:  # the engine knows the widths of the font, and saw none
        return gap > _NO_SPACE_AFTER_ALL
    if not is_wide(a.character) and not is_wide(b.character):
        return gap > _NARROW_GAP
    is_mixed = is_wide(a.character) != is_wide(b.character) and (a.character.isalnum() or b.character.isalnum())
    return gap > (autospace + _MIXED_GAP if is_mixed else _WIDE_GAP)


def _head_width(ink: list[Glyph]) -> float:
    """Return the width of the first word, ideograph or number of a line, with the marks that cannot be parted from it."""
    end, last = 0, min(len(ink), _UNIT_LIMIT) - 1
    while end < last and not _may_break(ink[end], ink[end + 1]):
        end += 1
    return ink[end].right - ink[0].left


def _may_break(a: Glyph, b: Glyph) -> bool:
    if a.character in OPENING or b.character in NON_STARTERS or b.character in "([":
        return False
    if a.character in NON_STARTERS and b.character.isalnum() and not is_wide(b.character):
        return False
    return is_wide(a.character) or is_wide(b.character) or b.left - a.right > 0.15 * b.size


def with_joint(text: str, following: str, spaced: bool) -> str:
    """Return a line as the next line of its paragraph goes on from it: with a space between words, a hyphen undone.

    ``spaced`` tells whether the line ends in a space; ideographs stand side by side all the same.
    """
    if _HYPHENATED.search(text[-2:]) and following[0].islower() and following[0].isascii():
        return text[:-1]
    return f"{text} " if _needs_space(text, following, spaced) else text


_HYPHENATED = re.compile(r"[A-Za-z]-$")
_LATIN_END = re.compile(r"(?:[^\W_]|[A-Za-z0-9][.,;:?!)\]%])$")
_ADDRESS_END = re.compile(r"(?:://|www\.)[^\s\u2e80-\uffff]*$")


def _needs_space(text: str, following: str, spaced: bool) -> bool:
    narrow = not is_wide(text[-1]), not is_wide(following[0])
    if all(narrow):
        words = _LATIN_END.search(text[-2:]) and (following[0].isalnum() or following[0] in "([")
        return bool(words) and not _ADDRESS_END.search(text[-200:])
    return spaced and any(narrow)
