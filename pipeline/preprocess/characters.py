"""Tell what each character of a text may be, by a table with a kind for each code point: a bit for each thing that it may be.

That is done in one scan, compiled (``_scans.pyx``) or, where nothing was compiled, with arrays: the reference.
"""

from types import ModuleType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.core.native import SCANS, compiled

Ints = NDArray[np.int64]
Kind = TypeVar("Kind", np.uint8, np.uint16)
CODE_POINTS = 0x110000
_AT_ONCE = 2**18  # characters whose kinds are looked up at once, so that memory stays bounded


def scans() -> ModuleType | None:
    """Return the compiled scans, or None where the arrays stand in."""
    return compiled(SCANS)


def kinds_of(text: str, table: NDArray[Kind]) -> tuple[NDArray[Kind], int]:
    """Return the kind of each character, and those that were found at all in one number."""
    kinds = np.empty(len(text), table.dtype)
    if (native := scans()) is not None:
        return kinds, native.kinds_of(text, table, kinds)
    for place in range(0, len(text), _AT_ONCE):
        codes = np.frombuffer(text[place : place + _AT_ONCE].encode("utf-32-le", "surrogatepass"), "<u4")
        kinds[place : place + len(codes)] = table.take(codes)
    return kinds, int(np.bitwise_or.reduce(kinds))


def places(kinds: NDArray[Kind], wanted: int) -> Ints:
    """Return where characters of a kind stand, or of several."""
    if (native := scans()) is None:
        return np.flatnonzero(kinds & wanted > 0)  # among truth values these are found much faster than among numbers
    found = np.empty(native.count(kinds, wanted), np.int64)
    native.places(kinds, wanted, found)
    return found


def spans_around(kinds: NDArray[Kind], wanted: int, bounds: int) -> Ints:
    """Return the spans, of shape (spans, 2), with a character of one kind in them that lie between two of another, or the ends."""
    if (native := scans()) is not None:
        found = np.empty((native.count(kinds, wanted), 2), np.int64)
        return found[: native.around(kinds, wanted, bounds, found)]
    ends = np.concatenate([[-1], places(kinds, bounds), [len(kinds)]])
    held = np.searchsorted(ends, places(kinds, wanted))
    held = held[np.append(held[:1] >= 0, held[1:] != held[:-1])]
    return np.stack([ends.take(held - 1) + 1, ends.take(held)], axis=1)
