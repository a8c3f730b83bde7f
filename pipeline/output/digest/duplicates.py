"""Find passages that say the same in nearly the same words.

Two texts resemble each other by the Jaccard index of their shingles, the sets of all runs of five characters (Broder 1997,
"On the resemblance and containment of documents"), without punctuation, white space, case and width. A passage whose
figures differ from another's is never its duplicate: "12 reading rooms" in one year and "18" in the next are two facts.

Not every pair is compared. Two sets that resemble each other by at least t share one of the first |x| - ceil(t·|x|) + 1
members of each, in any order that is the same for all (prefix filtering: Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma
and Srikant 2007). The order here is that of a hash, so that the first members are a random choice. What is found is
exact, but for a hash of two shingles that is the same (once in 10^12 pairs) and for ``CANDIDATES``.
"""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Shingles = NDArray[np.uint64]

LENGTH = 5  # characters of a shingle: two words of Chinese and the step between them
LONGEST = 20_000  # characters from which on only equal texts are folded
CANDIDATES = 64  # earlier passages, at most, that share rare shingles with a passage and are held against it
ROUNDING = 1e-9  # more than what a product of a share and a count may be off, less than a step of any share
FACTOR = 0x9E3779B97F4A7C15  # 2^64 by the golden ratio: Knuth's multiplicative hash
_DROPPED = re.compile(r"[\W_]+")
_FIGURES = re.compile(r"\d+")


def normal(text: str) -> str:
    """Return what is compared of a text: its letters and digits, alike in width and case."""
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text)).casefold()


def duplicates(texts: Sequence[str], resemblance: float) -> list[int]:
    """Return for each text the index of the first one that it repeats, or its own; one that repeats none leads others.

    A text joins the first leader that it resembles by at least ``resemblance`` (0 to 1, above 0).
    """
    normals = [normal(text) for text in texts]
    leaders = _equal(normals)
    own = [index for index, leader in enumerate(leaders) if index == leader and LENGTH < len(normals[index]) <= LONGEST]
    shingles = {index: _shingles(normals[index]) for index in own}
    joined = _Leaders(normals, shingles, resemblance)
    for index in own:
        leaders[index] = joined.leader_of(index)
    return [leaders[leader] for leader in leaders]  # a text equal to one that joined a leader joins it too


def _equal(texts: Iterable[str]) -> list[int]:
    """Return for each text the index of the first one equal to it; texts without a letter are equal to none."""
    first: dict[str, int] = {}
    return [first.setdefault(text, index) if text else index for index, text in enumerate(texts)]


def _shingles(text: str) -> "Shingles":
    """Return the hashes of all shingles of a text, each once, rising."""
    import numpy as np  # noqa: PLC0415 - only where there is something to compare

    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    hashed = np.zeros(len(points) - LENGTH + 1, np.uint64)
    for place in range(LENGTH):
        hashed = (hashed + points[place : place + len(hashed)]) * np.uint64(FACTOR)
        hashed ^= hashed >> np.uint64(29)
    return np.unique(hashed)


class _Leaders:
    """The passages that repeat no earlier one, found again by the first of their shingles and their figures."""

    def __init__(self, texts: Sequence[str], shingles: "dict[int, Shingles]", resemblance: float) -> None:
        numbers: dict[tuple[str, ...], int] = {}  # equal figures, equal number
        self._figures = {index: numbers.setdefault((*_FIGURES.findall(texts[index]),), len(numbers)) for index in shingles}
        self._shingles, self._resemblance = shingles, resemblance
        self._shared = _shared(self._prefix(index) for index in shingles)
        self._places: defaultdict[tuple[int, int], list[int]] = defaultdict(list)

    def leader_of(self, index: int) -> int:
        """Return the first leader that a passage resembles; one without becomes a leader itself."""
        keys = [(shingle, self._figures[index]) for shingle in self._prefix(index).tolist() if shingle in self._shared]
        candidates = {leader for key in keys for leader in self._places[key][-CANDIDATES:]}
        for leader in sorted(candidates):
            if self._figures[leader] == self._figures[index] and self._resemble(leader, index):
                return leader
        for key in keys:
            self._places[key].append(index)
        return index

    def _prefix(self, index: int) -> "Shingles":
        own = self._shingles[index]
        return own[: len(own) - _least(self._resemblance, len(own)) + 1]

    def _resemble(self, one: int, other: int) -> bool:
        import numpy as np  # noqa: PLC0415 - as above

        first, second = sorted((self._shingles[one], self._shingles[other]), key=len)
        if len(first) < _least(self._resemblance, len(second)):
            return False
        places = np.searchsorted(second, first)
        places[places == len(second)] = 0
        common = int(np.count_nonzero(second[places] == first))
        return common >= _least(self._resemblance, len(first) + len(second) - common)


def _least(resemblance: float, count: int) -> int:
    """Return the smallest number that is at least this share of a count; 0.55 of 100, which is 55.00000000000001, is 55."""
    return math.ceil(resemblance * count - ROUNDING)


def _shared(prefixes: "Iterable[Shingles]") -> set[int]:
    """Return the shingles that stand in more than one prefix: only these lead from one passage to another."""
    import numpy as np  # noqa: PLC0415 - as above

    every = [*prefixes]
    if not every:
        return set()
    found, counts = np.unique(np.concatenate(every), return_counts=True)
    return set(found[counts > 1].tolist())
