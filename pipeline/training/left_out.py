"""What a model says of labelled reports that it has not seen, run by run, beside what people say of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

import numpy as np

from pipeline.core.config import LabelSet
from pipeline.core.records import TermCount
from pipeline.core.spans import SpanIndex
from pipeline.model.features import Floats
from pipeline.model.model import Model
from pipeline.model.score import score_segments
from pipeline.training.batches import TOGETHER, batches
from pipeline.training.counts import Prepared


@dataclass(frozen=True, slots=True)
class JudgedRuns:
    """The runs of a report: the ``scores`` of a model and how many characters carry each label, both of shape (runs, labels).

    ``terms`` counts the terms of the report, and those that the model does not know.
    """

    report: Prepared
    scores: Floats
    gold: Floats
    terms: TermCount


def judge_runs(reports: Sequence[Prepared], model: Model) -> Iterator[JudgedRuns]:
    """Yield the runs of each report of which anything is left but noise, in order."""
    judged = (report for report in reports if report.layout.sentences)
    for some in batches(judged, lambda report: len(report.cleaned.text), TOGETHER):
        scored = score_segments([(report.cleaned.text, report.segments, True) for report in some], model)
        spans = scored.clean_spans().tolist()
        bounds = np.searchsorted(scored.runs.segments, [*scored.layout.firsts, len(scored.layout.kinds)]).tolist()
        ends = np.cumsum([0, *(report.layout.sentences for report in some)]).tolist()
        for report, (first, last), own in zip(some, pairwise(bounds), pairwise(ends), strict=True):
            gold = gold_characters(spans[first:last], report, model.labels)
            terms = TermCount(*scored.terms[:, slice(*own)].sum(axis=1).tolist())
            yield JudgedRuns(report, scored.runs.scores[first:last], gold, terms)


def gold_characters(spans: Sequence[tuple[int, int]], report: Prepared, label_set: LabelSet) -> Floats:
    """Return how many characters of each of some clean spans carry each label, of shape (spans, labels)."""
    index, numbers = SpanIndex(report.labels), {name: number for number, name in enumerate(label_set.names)}
    found = np.zeros((len(spans), len(numbers)))
    for i, span in enumerate(spans):
        for name, characters in index.covered(*report.cleaned.offsets.span(*span), attrgetter("label")).items():
            found[i, numbers[name]] = characters
    return found
