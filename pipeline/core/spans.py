"""Which spans of a text overlap another, found by bisection."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from operator import attrgetter
from typing import Generic, Protocol, TypeVar

_start, _end = attrgetter("start"), attrgetter("end")


class Spanning(Protocol):
    """What covers the characters of a text from ``start`` up to ``end``: a label, a tag, a passage."""

    @property
    def start(self) -> int:
        """The first character."""

    @property
    def end(self) -> int:
        """Behind the last character."""


class _OfSource(Spanning, Protocol):
    @property
    def source(self) -> str: ...


Item = TypeVar("Item", bound=Spanning)
Sourced = TypeVar("Sourced", bound=_OfSource)


class SpanIndex(Generic[Item]):
    """Spans of one text in order of their start; they may overlap and hold each other."""

    def __init__(self, spans: Iterable[Item] = ()) -> None:
        self._spans = sorted(spans, key=_start)
        self._reached = list(accumulate(map(_end, self._spans), max))  # the furthest end up to each span

    def overlapping(self, start: int, end: int) -> Iterator[tuple[Item, int]]:
        """Yield, in order, the spans that have characters in common with another one, and how many."""
        for place in range(bisect_right(self._reached, start), len(self._spans)):
            span = self._spans[place]
            if span.start >= end:
                return
            characters = min(end, span.end) - max(start, span.start)
            if characters > 0:
                yield span, characters

    def covered(self, start: int, end: int, name: Callable[[Item], str]) -> dict[str, int]:
        """Return how many characters of another span each name of the spans covers, in order of the first of each."""
        covered: dict[str, int] = {}
        for span, characters in self.overlapping(start, end):
            covered[name(span)] = covered.get(name(span), 0) + characters
        return covered

    def add(self, span: Item) -> None:
        """Put in a span that overlaps none of the others."""
        place = bisect_right(self._spans, span.start, key=_start)
        self._spans.insert(place, span)
        self._reached.insert(place, span.end)


def spans_by_source(spans: Iterable[Sourced]) -> defaultdict[str, SpanIndex[Sourced]]:
    """Return the spans of each report, by its source; of an unknown one there are none."""
    gathered: defaultdict[str, list[Sourced]] = defaultdict(list)
    for span in spans:
        gathered[span.source].append(span)
    return defaultdict(SpanIndex, {source: SpanIndex(some) for source, some in gathered.items()})
