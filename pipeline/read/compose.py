"""Put the paragraphs that a reader found together to one text, with the marks and places that belong to it.

A reader yields paragraphs in reading order and says what it knows of each; where they stand in the text, which heading
level they get and how a table's row is written is decided here, in one place for all formats.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.core.records import Mark, MarkKind, Place
from pipeline.preprocess.headings import CHAPTER, ITEM, TITLE, sign_level
from pipeline.read.decode import ReadText

LONGEST_ROW = 200
# Longer text in a heading's style, or text that goes on behind a full stop, is a paragraph that was formatted by mistake.
LONGEST_HEADING = 100
_INNER_STOP = re.compile(r"[。！？!?](?=.*\w)")
# What cleaning takes for the end of a line.
_LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
_TITLE_WITHIN = 3


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as a reader found it; a line end inside it starts a new line of the text.

    For a heading ``level`` is the outline level of the file: 0 the title, 1 the highest heading.
    """

    text: str
    kind: MarkKind | None = None
    level: int = 0
    reason: str = ""
    page: int | None = None


def compose(paragraphs: Iterable[Paragraph], encoding: str) -> ReadText:
    """Return the text of paragraphs, one a line, with a mark for each that has a kind and a place for each line.

    Blank lines are left out. A heading that begins with a sign (一、) gets no mark: the sign gives its level, as it does
    in plain text.
    """
    kept = [line for paragraph in paragraphs for line in _lines(paragraph)]
    levels = heading_levels([line for line in kept if line.kind != "noise"])
    marks: list[Mark] = []
    places: list[Place] = []
    start = 0
    for number, line in enumerate(kept, start=1):
        places.append(Place(start, page=line.page, paragraph=number))
        mark = _mark(line, start, levels)
        if mark:
            marks.append(mark)
        start += len(line.text) + 1
    return ReadText("\n".join(line.text for line in kept), encoding, tuple(marks), tuple(places))


def join_row(cells: Sequence[Sequence[Paragraph]]) -> list[Paragraph]:
    """Return a table's row as one paragraph, its cells joined by tabs, or cell by cell.

    Whole reports are laid out inside tables, so only cells of one short paragraph each make a row; a single cell is
    its paragraphs.
    """
    filled = [cell for cell in cells if any(not paragraph.text.isspace() and paragraph.text for paragraph in cell)]
    short = all(len(cell) == 1 and cell[0].kind != "noise" and not _LINE_END.search(cell[0].text) for cell in filled)
    if len(filled) > 1 and short:
        text = "\t".join(cell[0].text.strip() for cell in filled)
        if len(text) <= LONGEST_ROW:
            return [Paragraph(text, "row")]
    return [paragraph for cell in filled for paragraph in cell]


def _lines(paragraph: Paragraph) -> list[Paragraph]:
    if not _LINE_END.search(paragraph.text):
        return [] if not paragraph.text or paragraph.text.isspace() else [paragraph]
    parts = _LINE_END.split(paragraph.text)
    return [replace(paragraph, text=part) for part in parts if part and not part.isspace()]


def _mark(line: Paragraph, start: int, levels: dict[int, int]) -> Mark | None:
    end = start + len(line.text)
    if line.kind is None:
        return None
    if line.kind == "noise":
        return Mark(start, end, "noise", reason=line.reason)
    # The other kinds hold for the line that begins at the first character of the mark.
    start, end = start + len(line.text) - len(line.text.lstrip()), start + len(line.text.rstrip())
    if line.kind != "heading":
        return Mark(start, end, line.kind, reason=line.reason)
    return Mark(start, end, "heading", level=levels[line.level]) if is_plain_heading(line) else None


def is_plain_heading(line: Paragraph) -> bool:
    """Tell whether a line in a heading's style is one, and no sign gives its level."""
    text = line.text.strip()
    return sign_level(text) is None and len(text) <= LONGEST_HEADING and not _INNER_STOP.search(text)


def heading_levels(lines: list[Paragraph]) -> dict[int, int]:
    """Return the level of this project for each outline level of a file.

    It is the one of the signs that the headings of that outline level begin with, and else one below the outline level
    above, so that headings with and without a sign nest as they do in the file.
    """
    signs: dict[int, Counter[int]] = {}
    for line in lines:
        if line.kind == "heading":
            level = sign_level(line.text.strip())
            signs.setdefault(line.level, Counter()).update([] if level is None else [level])
    levels: dict[int, int] = {}
    title = _title_outline(lines) if signs else TITLE
    above = TITLE
    for outline in sorted(signs):
        if outline == title:
            levels[outline] = TITLE
            continue
        common = signs[outline].most_common(1)
        above = max(above + 1, common[0][0]) if common else max(above + 1, CHAPTER)
        levels[outline] = above = min(above, ITEM - 1)
    return levels


def _title_outline(lines: list[Paragraph]) -> int:
    """Return the outline level of the title: 0, or the highest one where only the report's first heading has it."""
    outlines = [(line.level, number) for number, line in enumerate(lines) if line.kind == "heading"]
    highest = min(outlines)[0]
    first = [number for level, number in outlines if level == highest]
    alone = len(first) == 1 and first[0] < _TITLE_WITHIN and len(outlines) > 1 and sign_level(lines[first[0]].text.strip()) is None
    return highest if alone else TITLE
