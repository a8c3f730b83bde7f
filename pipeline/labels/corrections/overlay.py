"""Corrections laid over the labels of a report: which of them count, what is left of the labels below, who contradicts whom."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import msgspec

from pipeline.core.records import Label


def current(lines: Iterable[Label]) -> list[Label]:
    """Return the corrections that count: of each person the latest one for a span, less those that were withdrawn."""
    latest: dict[tuple[str, str, int, int, str], Label] = {}
    for line in lines:
        key = (line.source, line.sha256, line.start, line.end, line.annotator)
        latest.pop(key, None)  # so that a later line also comes later
        latest[key] = line
    return [line for line in latest.values() if line.withdrawn is not True]


def overlay(text: str, labels: Iterable[Label], corrections: Iterable[Label]) -> list[Label]:
    """Return the labels of a report with corrections over them, in source order and without overlap.

    A correction takes its span; what is left of an earlier one, or of a label, stays, without white space around it.
    """
    laid = list(labels)
    for correction in corrections:
        laid = [part for label in laid for part in _left_of(label, correction, text)]
        laid.append(correction)
    return sorted(laid, key=lambda label: label.start)


def contradictions(corrections: Sequence[Label]) -> list[tuple[Label, Label]]:
    """Return the pairs of corrections by different people that overlap and name different labels."""
    by_report: dict[tuple[str, str], list[Label]] = {}
    for correction in corrections:
        by_report.setdefault((correction.source, correction.sha256), []).append(correction)
    return [
        (first, second)
        for some in by_report.values()
        for first, second in combinations(some, 2)
        if first.annotator != second.annotator and first.label != second.label and overlap(first, second)
    ]


def overlap(one: Label, other: Label) -> bool:
    """Tell whether two labels of a report have a character in common."""
    return one.start < other.end and other.start < one.end


def _left_of(label: Label, correction: Label, text: str) -> Iterator[Label]:
    """Yield what a correction leaves of a label: all, a part before it, a part behind it, or nothing."""
    if not overlap(label, correction):
        yield label
        return
    for start, end in ((label.start, correction.start), (correction.end, label.end)):
        part = text[start:end] if start < end else ""
        if part.strip():
            first = start + len(part) - len(part.lstrip())
            yield msgspec.structs.replace(label, start=first, end=first + len(part.strip()))
