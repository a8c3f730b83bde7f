"""Labels that may be wrong: those that models which had not seen their report find unlikely.

The ranking is cleanlab's (Apache 2.0, the reference implementation of confident learning, Northcutt et al. 2021). It is an
extra, `pip install 'mission-themes[review]'`: only who looks after the labels needs it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.core.config import LabelSet
from pipeline.core.errors import ModelError
from pipeline.core.extras import need
from pipeline.core.messages import tr
from pipeline.core.records import Label
from pipeline.core.spans import SpanIndex, spans_by_source
from pipeline.labels.files import Corpus
from pipeline.model.features import Floats
from pipeline.training.out_of_fold import OutOfFoldTag


@dataclass(frozen=True, slots=True)
class LabelIssue:
    """A label, how likely it is by the left-out models, and what they would say instead."""

    label: Label
    quality: float
    theme: str
    text: str


def find_suspects(corpus: Corpus, tags: Sequence[OutOfFoldTag]) -> list[LabelIssue]:
    """Return the labels of a corpus that are likely wrong, the most likely first.

    Raises UsageError where cleanlab is not installed, and ModelError where the tags are of other reports.
    """
    need("review", "labels that may be wrong")
    from cleanlab.filter import find_label_issues  # noqa: PLC0415 - an extra

    by_source = spans_by_source(tags)
    judged = [
        (label, probabilities, report.document.text[label.start : label.end])
        for report in corpus.reports
        for label in report.labels
        if (probabilities := _probabilities(label, by_source[label.source], corpus.label_set)) is not None
    ]
    if not judged:
        raise ModelError(tr("the model was trained on other reports; train it on this corpus, or name another with --model"))
    names = corpus.label_set.names
    given = np.array([names.index(label.label) for label, _, _ in judged])
    scores = np.array([probabilities for _, probabilities, _ in judged])
    ranked = find_label_issues(given, scores, return_indices_ranked_by="self_confidence", n_jobs=1)
    return [
        LabelIssue(judged[i][0], float(scores[i][given[i]]), names[int(scores[i].argmax())], judged[i][2].strip())
        for i in ranked.tolist()
    ]


def _probabilities(label: Label, tags: SpanIndex[OutOfFoldTag], label_set: LabelSet) -> Floats | None:
    """Return the mean scores of the tags on a label's span, by characters; None for noise, which no tag covers."""
    total = np.zeros(len(label_set.names))
    for tag, characters in tags.overlapping(label.start, label.end):
        total += characters * np.array(tag.scores)
    return total / total.sum() if total.sum() > 0 else None
