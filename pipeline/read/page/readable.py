"""Tell whether the characters that fonts name are those that they show.

A font without a map to Unicode names none. One with a wrong map names characters that nobody writes: of the ideographs of
real text at least nine in ten are among the 3,755 of GB 2312's first level, in traditional characters six in ten; of those
that a wrong map names, next to none.
"""

from collections import Counter
from collections.abc import Iterable
from functools import cache

# A few unreadable characters stand for symbols in files that are sound.
MOST_UNREADABLE = 0.05
# So many ideographs of a font tell whether its map is right, and this share of them is of the first level where it is.
_ENOUGH, _LEAST_COMMON = 60, 0.4
# The rows of GB 2312 that hold its first level, and the columns of each.
_ROWS, _COLUMNS = range(0xB0, 0xD8), range(0xA1, 0xFF)


def is_unreadable(character: str) -> bool:
    """Tell whether a character stands for none: of private use, replaced, or a control character."""
    return character == "\ufffd" or "\ue000" <= character <= "\uf8ff" or (character < " " and character not in "\t\n\r\x02")


@cache
def common_ideographs() -> frozenset[str]:
    """Return the ideographs of the first level of GB 2312."""
    codes = (bytes((row, column)) for row in _ROWS for column in _COLUMNS)
    return frozenset("".join(code.decode("gb2312", "ignore") for code in codes))


class Legibility:
    """How many characters were read by each font, and how many of them can be what it shows."""

    def __init__(self) -> None:
        self._characters = 0
        self._unreadable = 0
        self._ideographs: Counter[int] = Counter()
        self._common: Counter[int] = Counter()

    def add(self, characters: Iterable[tuple[str, int]]) -> None:
        """Count characters, each with the number of its font."""
        common = common_ideographs()
        for (character, font), count in Counter(characters).items():
            is_ideograph = "\u3400" <= character <= "\u9fff"
            unreadable = count * (not is_ideograph and is_unreadable(character))
            self.count(font, count, unreadable, count * is_ideograph, count * (is_ideograph and character in common))

    def count(self, font: int, characters: int, unreadable: int, ideographs: int, common: int) -> None:
        """Count characters of a font, and how many of them are unreadable, ideographs, and ideographs of the first level."""
        self._characters += characters
        self._unreadable += unreadable
        self._ideographs[font] += ideographs
        self._common[font] += common

    @property
    def is_readable(self) -> bool:
        """Whether all but a few characters can be what the fonts show."""
        wrong = sum(count for font, count in self._ideographs.items() if self._is_wrong(font))
        return self._unreadable + wrong <= MOST_UNREADABLE * max(self._characters, 1)

    def _is_wrong(self, font: int) -> bool:
        return self._ideographs[font] >= _ENOUGH and self._common[font] < _LEAST_COMMON * self._ideographs[font]
