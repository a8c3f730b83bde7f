"""Find the headings that a file names beside its pages, in an outline or in tags, among the paragraphs on them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.read.page.blocks import Row
from pipeline.read.page.lines import TextLine

# A heading that was taken for several paragraphs has at most so many.
_MOST_PARTS = 4


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A heading that a file names: its text, the page it stands on where that is known, and its level, 0 for the title."""

    text: str
    page: int | None
    level: int


def find_headings(
    paragraphs: Sequence[Row | list[TextLine]], bookmarks: Sequence[Bookmark]
) -> Iterator[tuple[Row | list[TextLine], int | None]]:
    """Yield the paragraphs in order, each with its level if it is one of the headings; one that was cut up is put together."""
    levels = {(_squeezed(mark.text), mark.page): mark.level for mark in reversed(bookmarks)}
    start = 0
    while start < len(paragraphs):
        count, level = _match(paragraphs[start : start + _MOST_PARTS], levels)
        parts = [part for part in paragraphs[start : start + count] if isinstance(part, list)]
        yield ([line for part in parts for line in part] if level is not None else paragraphs[start]), level
        start += count


def _match(parts: Sequence[Row | list[TextLine]], levels: dict[tuple[str, int | None], int]) -> tuple[int, int | None]:
    """Return how many of the paragraphs ahead are one heading, and its level; 1 and None where they begin none."""
    text = ""
    for count, part in enumerate(parts if levels else (), start=1):
        if isinstance(part, Row):
            break
        text += _squeezed("".join(line.text for line in part))
        for page in (part[0].page, None):
            level = levels.get((text, page))
            if level is not None:
                return count, level
    return 1, None


def _squeezed(text: str) -> str:
    return "".join(text.split())
