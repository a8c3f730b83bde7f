"""Corrections laid over the tags of a report, so that what people said shows in every output.

A report is known by the sha256 of its file or by that of its text as UTF-8, under which one that is not of the corpus is kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from pipeline.core.records import FinishedReport, HumanLabel, Label
from pipeline.core.spans import SpanIndex
from pipeline.labels.texts import digests


class Corrections:
    """The corrections that count, by the content of their report; of one passage the last one shows."""

    def __init__(self, labels: Iterable[Label]) -> None:
        """Take corrections that count, of one person or of several, in the order in which they were saved."""
        self._by_digest: defaultdict[str, list[tuple[int, Label]]] = defaultdict(list)
        for number, label in enumerate(labels):
            self._by_digest[label.sha256].append((number, label))

    def over(self, report: FinishedReport) -> FinishedReport:
        """Return a report with the corrections of it over its tags."""
        if not self._by_digest:
            return report
        found = [each for digest in digests(report.text, report.sha256) for each in self._by_digest.get(digest, ())]
        return apply(report, [label for _, label in sorted(found, key=lambda each: each[0])])


def apply(report: FinishedReport, labels: Sequence[Label]) -> FinishedReport:
    """Return a report with corrections over its tags, a later one over an earlier one; the model's theme and score stay.

    A correction belongs to the tag of its span; where the model now cuts the text in another way, to the tags that it covers
    wholly. One that covers none is counted in ``not_shown``.
    """
    if not labels:
        return report
    index, said, missed = SpanIndex(report.tags), dict[int, HumanLabel](), 0
    for label in labels:
        covered = [tag for tag, characters in index.overlapping(label.start, label.end) if characters == tag.end - tag.start]
        own = {id(tag): _said(label) for tag in covered if tag.noise is None}
        missed += not own
        said |= own
    tags = (msgspec.structs.replace(tag, correction=said[id(tag)]) if id(tag) in said else tag for tag in report.tags)
    return msgspec.structs.replace(report, tags=tuple(tags), not_shown=missed)


def _said(label: Label) -> HumanLabel:
    return HumanLabel(label.label, label.annotator, label.secondary, label.note or "")
