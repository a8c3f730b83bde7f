"""Put the paragraphs that a reader found together to one text, with the marks and places that belong to it.

A reader yields paragraphs in reading order and says what it knows of each; where they stand in the text, which heading
level they get and how a table's row is written is decided here, in one place for all formats.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.core.records import Mark, MarkKind, SourceLocation
from pipeline.preprocess.contents import CONTENTS, is_contents_entry, is_contents_title
from pipeline.preprocess.headings import ITEM, TITLE, sign_level
from pipeline.read.decode import ReadText

LONGEST_ROW = 200
# Why the heading of a table of contents is set aside, which stays a title where no contents follow.
CONTENTS_TITLE = "title of a table of contents"
# Longer text in a heading's style, or text that goes on behind a full stop, is a paragraph that was formatted by mistake.
LONGEST_HEADING = 100
_INNER_STOP = re.compile(r"[。！？!?](?=.*\w)")
# What cleaning takes for the end of a line.
_LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
_TITLE_WITHIN = 3
_LONGEST_CELL_LINE = 10
# A character of a word that is written one under the other; figures that stand so are a list of their own.
_STANDING = re.compile("[\u3400-\u9fff]")
_FIGURE = re.compile("[一二三四五六七八九十]")
_LATIN = re.compile("[A-Za-z]")
_PAUSE = re.compile("[，、]")
_IN_SENTENCE = re.compile(r"[\u3400-\u9fff，、]$")
_SENTENCE_END = re.compile(r"[。！？；!?;：:][”’」』）)]*$")
_SHORTEST_BROKEN, _SHORTEST_INDENTED = 8, 20
_MOSTLY = 0.6
_WATERMARK = "watermark"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as a reader found it; a line end inside it starts a new line of the text.

    For a heading ``level`` is the outline level of the file: 0 the title, 1 the highest heading. ``indented`` tells whether
    the first line is, where the reader knows.
    """

    text: str
    kind: MarkKind | None = None
    level: int = 0
    reason: str = ""
    page: int | None = None
    indented: bool | None = None


def names_watermark(name: str | None) -> bool:
    """Tell whether the name of a shape is one that Word, WPS and LibreOffice give to watermarks (PowerPlusWaterMarkObject1)."""
    return _WATERMARK in (name or "").lower()


def as_watermark(paragraph: Paragraph) -> Paragraph:
    """Return what stands in a watermark: it is no text of the report, wherever it is drawn."""
    return Paragraph(paragraph.text, "noise", reason=_WATERMARK, page=paragraph.page)


def compose(paragraphs: Iterable[Paragraph], encoding: str) -> ReadText:
    """Return the text of paragraphs, one a line, with a mark for each that has a kind and a place for each line.

    Blank lines are left out. A heading that begins with a sign (一、) gets no mark: the sign gives its level, as it does
    in plain text.
    """
    kept = _rejoined(_with_titles([line for paragraph in paragraphs for line in _lines(paragraph)]))
    levels = heading_levels([line for line in kept if line.kind != "noise"])
    marks: list[Mark] = []
    places: list[SourceLocation] = []
    start = 0
    for number, line in enumerate(kept, start=1):
        places.append(SourceLocation(start, page=line.page, paragraph=number))
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
    lines = [_one_line(cell) for cell in filled]
    if len(filled) > 1 and None not in lines:
        text = "\t".join(filter(None, lines))
        if len(text) <= LONGEST_ROW:
            return [Paragraph(text, "row")]
    return [paragraph for cell in filled for paragraph in cell]


def _one_line(cell: Sequence[Paragraph]) -> str | None:
    """Return a cell as one line, or None for one of more text: a narrow column breaks words, or they stand one under the other."""
    lines = [line.strip() for paragraph in cell for line in _LINE_END.split(paragraph.text) if line.strip()]
    if len(lines) == len(cell) == 1:
        return None if cell[0].kind == "noise" else lines[0]
    if any(paragraph.kind is not None for paragraph in cell) or not all(map(_is_cell_line, lines)):
        return None
    together = (len(lines) == 2 or max(map(len, lines)) == 1) and not any(map(_LATIN.search, lines))
    return ("" if together else " ").join(lines)


def _is_cell_line(line: str) -> bool:
    return (
        len(line) <= _LONGEST_CELL_LINE and sign_level(line) is None and not _PAUSE.search(line) and not _SENTENCE_END.search(line)
    )


def paragraphs_of(content: ReadText) -> Iterator[Paragraph]:
    """Yield the paragraphs of what another reader found, such as a web page that a Word file holds."""
    marks = {mark.start: mark for mark in content.marks if mark.kind in ("heading", "noise", "row")}
    start = 0
    for line in content.text.split("\n"):
        mark = marks.get(start + len(line) - len(line.lstrip())) or marks.get(start)
        yield Paragraph(line, mark.kind, mark.level, mark.reason) if mark else Paragraph(line)
        start += len(line) + 1


def _with_titles(lines: list[Paragraph]) -> list[Paragraph]:
    """Return lines where the heading of a table of contents is one only above contents, and else a title or a heading."""
    found = [i for i, line in enumerate(lines) if line.reason == CONTENTS_TITLE]
    for i in found:
        lines[i] = replace(lines[i], reason=CONTENTS) if _is_above_contents(lines, i) else _title(lines[i], len(found))
    return lines


def _is_above_contents(lines: list[Paragraph], i: int) -> bool:
    following = lines[i + 1] if i + 1 < len(lines) else None
    return is_contents_title(lines[i].text) or (
        following is not None and (following.reason == CONTENTS or is_contents_entry(following.text))
    )


def _title(line: Paragraph, count: int) -> Paragraph:
    return replace(line, kind="heading", level=0 if count == 1 else 1, reason="")


def _rejoined(lines: list[Paragraph]) -> list[Paragraph]:
    """Return lines with those put together that a writer broke by hand: a word one under the other, a sentence by Enter."""
    indents = _are_indented(lines)
    joined: list[Paragraph] = []
    standing = 0  # how many characters of the last line stand one under the other
    for line in lines:
        before = joined[-1] if joined else None
        is_standing = _is_standing(line)
        if before and is_standing and standing and (line.kind, line.level) == (before.kind, before.level):
            joined[-1] = replace(before, text=before.text.strip() + line.text.strip())
            standing += 1
            continue
        standing = int(is_standing)
        if before and indents and _goes_on(before, line):
            joined[-1] = replace(before, text=before.text.rstrip() + line.text.lstrip())
        else:
            joined.append(line)
    return joined


def _is_standing(line: Paragraph) -> bool:
    text = line.text.strip()
    return line.kind in (None, "heading") and bool(_STANDING.fullmatch(text)) and not _FIGURE.fullmatch(text)


def _are_indented(lines: list[Paragraph]) -> bool:
    """Tell whether the paragraphs of a text begin with an indent, so that one without it goes on with the one before."""
    body = [line for line in lines if line.kind is None and line.indented is not None and len(line.text) >= _SHORTEST_INDENTED]
    return len(body) > 1 and sum(bool(line.indented) for line in body) >= _MOSTLY * len(body)


def _goes_on(before: Paragraph, line: Paragraph) -> bool:
    """Tell whether a sentence was broken by Enter: it is under way, and the next paragraph has no indent and ends one."""
    first, second = before.text.strip(), line.text.strip()
    if before.kind is not None or line.kind is not None or not before.indented or line.indented is not False:
        return False
    under_way = len(first) >= _SHORTEST_BROKEN and _PAUSE.search(first) and _IN_SENTENCE.search(first) and sign_level(first) is None
    return bool(under_way and sign_level(second) is None and _SENTENCE_END.search(second))


def _lines(paragraph: Paragraph) -> list[Paragraph]:
    if not _LINE_END.search(paragraph.text):
        return [] if not paragraph.text or paragraph.text.isspace() else [paragraph]
    parts = [part for part in _LINE_END.split(paragraph.text) if part and not part.isspace()]
    if paragraph.kind == "heading" and _is_one_heading(parts):
        parts = [" ".join(part.strip() for part in parts)]
    return [replace(paragraph, text=part) for part in parts]


def _is_one_heading(parts: Sequence[str]) -> bool:
    """Tell whether lines in a heading's style are one heading that was broken by hand: no item, and no text behind a full stop."""
    length, text = sum(map(len, parts)), " ".join(parts)
    return (
        0 < length <= LONGEST_HEADING and not _INNER_STOP.search(text) and not any(sign_level(part.strip()) for part in parts[1:])
    )


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
        above = max(above + 1, common[0][0]) if common else above + 1
        levels[outline] = above = min(above, ITEM - 1)
    return levels


def _title_outline(lines: list[Paragraph]) -> int:
    """Return the outline level of the title: 0, or the highest one where only the report's first heading has it."""
    outlines = [(line.level, number) for number, line in enumerate(lines) if line.kind == "heading"]
    highest = min(outlines)[0]
    first = [number for level, number in outlines if level == highest]
    alone = len(first) == 1 and first[0] < _TITLE_WITHIN and len(outlines) > 1 and sign_level(lines[first[0]].text.strip()) is None
    return highest if alone else TITLE
