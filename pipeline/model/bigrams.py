"""Find the character bigrams of a text among known ones, all at once: a hash table made of arrays.

Open addressing with linear probing; numpy looks up every place of the text in one step, and those that met another
bigram in the next. Binary search among sorted codes took several times as long.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.core.messages import tr

Ints = NDArray[np.int64]

SINGLE = "\0"  # stands before a character that counts by itself: the code of both is the character's own
_BITS = 21  # a character's code takes this many bits
_STREWN = np.uint64(0x9E3779B97F4A7C15)  # multiplying by it strews codes evenly (Fibonacci hashing, Knuth 1973)
_EMPTY = -1  # the code of a slot without a bigram
_EMPTY_SLOTS = 2  # at least so many slots for each bigram, so that few of them meet


class Bigrams:
    """Different bigrams, one after the other in ``letters``, known by their place in it.

    One whose first letter is ``SINGLE`` is its second letter, wherever that stands.
    """

    def __init__(self, letters: str) -> None:
        """Raise ValueError for a bigram that is given twice."""
        self.letters = letters
        codes = bigram_codes(letters)[::2]
        if len(codes) > 1 and not np.diff(np.sort(codes)).all():
            raise ValueError(tr("a bigram is given twice"))
        bits = max(1, int(len(codes) * _EMPTY_SLOTS).bit_length())
        self._shift, self._mask = np.uint64(64 - bits), (1 << bits) - 1

    def __len__(self) -> int:
        """Return the number of bigrams."""
        return len(self.letters) // 2

    def find(self, codes: Ints) -> tuple[Ints, Ints]:
        """Return the places in ``codes`` where a known bigram stands, in no order, and which bigram each is."""
        slot_codes, slot_which = self._table
        places, slots = np.arange(len(codes)), self._first_slots(codes)
        found, which = [places[:0]], [places[:0]]
        while len(places):
            there = slot_codes.take(slots)
            is_hit = there == codes
            hits = np.flatnonzero(is_hit)
            found.append(places.take(hits))
            which.append(slot_which.take(slots.take(hits)))
            others = np.flatnonzero((there != _EMPTY) & ~is_hit)
            places, codes, slots = places.take(others), codes.take(others), (slots.take(others) + 1) & self._mask
        return np.concatenate(found), np.concatenate(which)

    @cached_property
    def singles(self) -> NDArray[np.bool_]:
        """Whether each bigram is a character by itself."""
        return np.asarray(code_points(self.letters)[::2] == ord(SINGLE))

    def find_pairs(self, text: str) -> tuple[Ints, Ints]:
        """Return the places where a known pair of characters stands, in no order, and which it is."""
        places, which = self.find(bigram_codes(text))
        kept = np.flatnonzero(~self.singles.take(which))
        return places.take(kept), which.take(kept)

    def find_singles(self, text: str) -> tuple[Ints, Ints]:
        """Return the same of known characters by themselves."""
        return self.find(code_points(text)) if self.singles.any() else (np.zeros(0, np.int64), np.zeros(0, np.int64))

    @cached_property
    def _table(self) -> tuple[Ints, Ints]:
        """The code of each slot and which bigram it is; made when it is needed, which with the compiled part it is not."""
        codes, which = np.full(self._mask + 1, _EMPTY), np.zeros(self._mask + 1, np.int64)
        own = bigram_codes(self.letters)[::2]
        waiting, slots = np.arange(len(own)), self._first_slots(own)
        while len(waiting):  # each into its first free slot; of those that want the same one, the last gets it
            free = np.flatnonzero(codes.take(slots) == _EMPTY)
            which[slots.take(free)] = waiting.take(free)
            codes[slots.take(free)] = own.take(waiting.take(free))
            others = np.flatnonzero(codes.take(slots) != own.take(waiting))
            waiting, slots = waiting.take(others), (slots.take(others) + 1) & self._mask
        return codes, which

    def _first_slots(self, codes: Ints) -> Ints:
        return ((codes.view(np.uint64) * _STREWN) >> self._shift).view(np.int64)


def bigram_codes(text: str) -> Ints:
    """Return a number for each pair of neighbouring characters of a text."""
    codes = code_points(text)
    return (codes[:-1] << _BITS) | codes[1:]


def bigram(code: int) -> str:
    """Return the bigram of a code."""
    return chr(code >> _BITS) + chr(code & ((1 << _BITS) - 1))


def code_points(text: str) -> Ints:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.int64)
