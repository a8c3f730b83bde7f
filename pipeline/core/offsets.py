r"""Places in a text as other programs count them: a character beyond the basic plane as two, or ``\r\n`` as one."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate

_LAST_OF_ONE = "\uffff"  # characters beyond it are two units of UTF-16


@lru_cache(maxsize=4)
def positions(text: str, line_end: int = 1, astral: int = 2) -> Sequence[int]:
    r"""Return the place of each character, and of the end, as a program counts that does not count characters.

    ``line_end`` is what the ``\r`` of ``\r\n`` counts: 0 where the program made one line end of both. ``astral`` is what a
    character beyond the basic plane counts: 2 in units of UTF-16.

    >>> positions("a\r\n𠮷b", line_end=0)
    [0, 1, 1, 2, 4, 5]
    """
    if (astral == 1 or max(text, default="") <= _LAST_OF_ONE) and (line_end or "\r\n" not in text):
        return range(len(text) + 1)
    sizes = (line_end if pair == "\r\n" else astral if pair[0] > _LAST_OF_ONE else 1 for pair in map("".join, _pairs(text)))
    return list(accumulate(sizes, initial=0))


def span_within(start: int, end: int, units: Sequence[int]) -> tuple[int, int] | None:
    """Return the characters at which units begin and end; None for what lies outside, or in the middle of a character."""
    places = bisect_left(units, start), bisect_left(units, end)
    fits = 0 <= start < end <= units[-1] and units[places[0]] == start and units[places[1]] == end
    return places if fits else None


def with_line_feeds(text: str) -> str:
    r"""Return a text whose line ends are ``\n``; ``positions(text, 0, 1)`` are the places of its characters in it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    return zip(text, f"{text[1:]} ", strict=True)
