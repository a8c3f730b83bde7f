"""How the paragraphs of an official document fall into lines and pages: GB/T 9704-2012, 22 lines of 28 characters a page.

Word and LibreOffice break a line before a mark that may not begin one in different ways (they squeeze, or let it hang); here
the character before it always goes down too, which is never fewer lines. So a document may fill less than is counted, not more.
"""

import math
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from pipeline.output.digest.official.blocks import DocumentBlock, Look

CHARACTERS, LINES = 28, 22
SMALL = 22 / 16  # of a character of the title to one of the text
TITLE_LINES = 1.5  # lines of the text that a line of the title is high
INDENT = 2  # characters
BESIDE = 0.5  # of a character, that programs add around a figure or word among characters
DIGIT, LETTER = 0.65, 0.8  # of a character; half of one in the fonts named, but more in those that stand in for them
NOT_FIRST = frozenset("，。、；：？！）》】」』”’…—％%,.;:?!)]}〕")
NOT_LAST = frozenset("（《【「『“‘([{〔")
_WIDE = frozenset("WFA")  # ambiguous ones, such as “”, are wide in a Chinese font
_KEPT: frozenset[Look] = frozenset({"theme", "aspect"})  # stand on the page of what follows
_ASCII = frozenset("0123456789")
_PIECE = re.compile(r"[0-9A-Za-z.,%+/:@_-]+|.", re.DOTALL)


def pages(document: Sequence[DocumentBlock]) -> int:
    """Return how many pages the paragraphs of a document fill, at least 1."""
    heights = [height(block) for block in document]
    page, used = 1, 0.0
    for place, block in enumerate(document):
        if used + _needed(document, heights, place) > LINES and used:
            page, used = page + 1, 0.0
        used += heights[place]
        full = max(0, math.ceil(used / LINES) - 1)  # a paragraph may go on over the next pages
        page, used = page + full, used - full * LINES
        if block.look == "title":
            used = math.ceil(used)
    return page


def height(block: DocumentBlock) -> float:
    """Return how high a paragraph is, in lines of the text."""
    if block.look == "title":
        return TITLE_LINES * lines(block.text, CHARACTERS / SMALL, 0)
    return lines(block.text, CHARACTERS, INDENT)


@lru_cache(maxsize=20_000)
def lines(text: str, width: float, indent: float) -> int:
    """Return how many lines a text fills, each so many characters wide, the first with an indent."""
    count, used, together, last = 1, indent, 0.0, ""
    for piece in _PIECE.findall(text):
        own = sum(map(_width, piece)) + (BESIDE if len(piece) > 1 or piece in _ASCII else 0)
        bound = together if piece in NOT_FIRST or last in NOT_LAST else 0.0  # goes where the piece goes
        together, last = bound + own, piece
        used += own
        if used > width:
            count += 1 + int(together // width) if together > width else 1
            used = together % width if together > width else together
    return count


def _needed(document: Sequence[DocumentBlock], heights: Sequence[float], place: int) -> float:
    """Return the lines that a page must have free for a paragraph to begin there; a heading needs the line that follows it."""
    needed = 0.0
    while place < len(document) and document[place].look in _KEPT:
        needed += heights[place]
        place += 1
    return needed + 1


def _width(character: str) -> float:
    if unicodedata.east_asian_width(character) in _WIDE:
        return 1
    return DIGIT if character.isdigit() or not character.isalnum() else LETTER
