"""Corrections laid over the labels of a report: which of them count, what is left of the labels below, who contradicts whom."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

import msgspec

from pipeline.core.records import Label
from pipeline.core.spans import SpanIndex

_start, _end = attrgetter("start"), attrgetter("end")


def current(lines: Iterable[Label]) -> list[Label]:
    """Return the corrections that count: of each person the latest one for a span, less those that were withdrawn."""
    latest: dict[tuple[str, str, int, int, str], Label] = {}
    for line in lines:
        key = (line.source, line.sha256, line.start, line.end, line.annotator)
        latest.pop(key, None)  # so that a later line also comes later
        latest[key] = line
    return [line for line in latest.values() if line.withdrawn is not True]


def overlay(text: str, labels: Iterable[Label], corrections: Iterable[Label]) -> list[Label]:
    """Return the labels of a report, which do not overlap, with corrections over them: in source order and without overlap.

    A correction takes its span; what is left of an earlier one, or of a label, stays, without white space around it.
    """
    laid = sorted(labels, key=_start)
    for correction in corrections:
        first, behind = bisect_right(laid, correction.start, key=_end), bisect_left(laid, correction.end, key=_start)
        left = [part for label in laid[first:behind] for part in _left_of(label, correction, text)]
        laid[first:behind] = sorted([*left, correction], key=_start)
    return laid


def contradictions(corrections: Sequence[Label]) -> list[tuple[Label, Label]]:
    """Return the pairs of corrections by different people that overlap and name different labels."""
    by_report: dict[tuple[str, str], list[Label]] = {}
    for correction in corrections:
        by_report.setdefault((correction.source, correction.sha256), []).append(correction)
    return [
        (first, second)
        for some in by_report.values()
        for first, second in _overlapping(some)
        if first.annotator != second.annotator and first.label != second.label
    ]


def _overlapping(corrections: Sequence[Label]) -> Iterator[tuple[Label, Label]]:
    """Yield the pairs of corrections of a report that overlap, in the order of the corrections."""
    index, order = SpanIndex(corrections), {id(one): number for number, one in enumerate(corrections)}
    for number, first in enumerate(corrections):
        others = (other for other, _ in index.overlapping(first.start, first.end) if order[id(other)] > number)
        yield from ((first, other) for other in sorted(others, key=lambda other: order[id(other)]))


def _left_of(label: Label, correction: Label, text: str) -> Iterator[Label]:
    """Yield what a correction leaves of a label that it overlaps: a part before it, a part behind it, both or nothing."""
    for start, end in ((label.start, correction.start), (correction.end, label.end)):
        part = text[start:end]
        if part.strip():
            first = start + len(part) - len(part.lstrip())
            yield msgspec.structs.replace(label, start=first, end=first + len(part.strip()))
