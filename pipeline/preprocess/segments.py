"""Segments of a report side by side, as arrays, which is how they are scored; each is made a record where one is asked for."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.core.records import KINDS, NO_LEVEL, Heading, Noise, Segment

Ints = NDArray[np.int64]
TEXT, ROW, RECORD = range(3)  # places in KINDS


class Segments(msgspec.Struct, frozen=True):
    """Side-by-side segments of a cleaned text and the headings above them; a sequence of ``Segment``.

    ``firsts`` are the places of their first sentences in ``sentences``, clean offsets of shape (sentences, 2), of which each
    segment has one or more. ``under`` is the number of the heading right above each, -1 for none. ``levels`` are those of segments
    that are headings themselves, NO_LEVEL of the others, and ``kinds`` places in KINDS. Each of the ``headings``, some of which
    may have nothing below them, stands below the one whose number is in ``parents``, which comes before it, or -1. ``symbols``
    were set aside among the segments.
    """

    firsts: Ints
    under: Ints
    levels: Ints
    kinds: Ints
    sentences: Ints
    headings: Sequence[Heading] = ()
    parents: Sequence[int] = ()
    symbols: Sequence[Noise] = ()

    def __len__(self) -> int:
        """Return the number of the segments."""
        return len(self.firsts)

    def __getitem__(self, place: int) -> Segment:
        """Return a segment as a record; raises IndexError behind the last one."""
        number = range(len(self))[place]
        last = self.firsts[number + 1] if number + 1 < len(self) else len(self.sentences)
        spans = tuple([(start, end) for start, end in self.sentences[self.firsts[number] : last].tolist()])
        level = None if self.levels[number] == NO_LEVEL else int(self.levels[number])
        return Segment(spans[0][0], spans[-1][1], spans, self.above(int(self.under[number])), level, KINDS[self.kinds[number]])

    def above(self, heading: int) -> tuple[Heading, ...]:
        """Return the headings down to one of a number, outermost first; none for -1."""
        found = []
        while heading >= 0:
            found.append(self.headings[heading])
            heading = self.parents[heading]
        return tuple(reversed(found))

    def line_of(self, heading: int, lines: dict[int, str]) -> str:
        """Return the headings down to one of a number in one line; ``lines`` are those found so far, by the number of the last."""
        way = []
        while heading >= 0 and heading not in lines:
            way.append(heading)
            heading = self.parents[heading]
        line = lines[heading] if heading >= 0 else ""
        for below in reversed(way):
            own = self.headings[below].text
            lines[below] = line = f"{line} > {own}" if self.parents[below] >= 0 else own
        return line

    def used(self) -> list[int]:
        """Return the numbers of the headings that any of the segments stands under, in order."""
        found: set[int] = set()
        for own in {*self.under.tolist()}:
            heading = own
            while heading >= 0 and heading not in found:
                found.add(heading)
                heading = self.parents[heading]
        return sorted(found)

    def part(self, first: int, last: int) -> "Segments":
        """Return the segments from one to another (exclusive), with the headings above them and without symbols."""
        bounds, own = np.append(self.firsts, len(self.sentences)), slice(first, last)
        part = Segments(
            self.firsts[own] - bounds[first], self.under[own], self.levels[own], self.kinds[own],
            self.sentences[bounds[first] : bounds[last]], self.headings, self.parents,
        )  # fmt: skip
        used = [-1, *part.used()]
        parents = np.searchsorted(used, [self.parents[heading] for heading in used[1:]]) - 1
        return msgspec.structs.replace(
            part,
            under=np.searchsorted(used, part.under) - 1,
            headings=[self.headings[heading] for heading in used[1:]],
            parents=parents.tolist(),
        )


def of_columns(
    columns: Ints, sentences: Ints, headings: Sequence[Heading], parents: Sequence[int], symbols: Sequence[Noise]
) -> Segments:
    """Return segments whose first four fields are the rows of an array."""
    firsts, under, levels, kinds = columns
    return Segments(firsts, under, levels, kinds, sentences, headings, parents, symbols)


NO_SEGMENTS = of_columns(np.empty((4, 0), np.int64), np.empty((0, 2), np.int64), (), (), ())


def joined(several: Sequence[Segments]) -> Segments:
    """Return segments of one text that come one behind the other."""
    if len(several) == 1:
        return several[0]
    some = [NO_SEGMENTS, *several]
    sentences, headings = (
        np.cumsum([0, *sizes]).tolist() for sizes in ([len(one.sentences) for one in some], [len(one.headings) for one in some])
    )
    return Segments(
        np.concatenate([one.firsts + shift for one, shift in zip(some, sentences, strict=False)]),
        np.concatenate([one.under + shift * (one.under >= 0) for one, shift in zip(some, headings, strict=False)]),
        np.concatenate([one.levels for one in some]),
        np.concatenate([one.kinds for one in some]),
        np.concatenate([one.sentences for one in some]),
        [heading for one in some for heading in one.headings],
        [up + shift * (up >= 0) for one, shift in zip(some, headings, strict=False) for up in one.parents],
        [noise for one in some for noise in one.symbols],
    )
