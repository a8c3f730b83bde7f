"""The learning curve: how much better the model gets with more labelled reports."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.core.errors import CorpusError
from pipeline.model.model import Model
from pipeline.training.counts import Prepared
from pipeline.training.evaluate import Confusion, Figures, figures_of
from pipeline.training.fit import Fitter, groups_of
from pipeline.training.left_out import judge_runs

PARTS = 3  # the reports are left out in this many parts: a third of them at once is enough for a curve


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The mean number of reports trained on, and the figures on reports that were left out."""

    reports: float
    figures: Figures


def learning_curve(fitter: Fitter) -> tuple[CurvePoint, ...]:
    """Return a point for each share of the reports in ``evaluate.learning_curve``, the smallest first.

    The reports are left out in three parts, what belongs together together; each model trains on every n-th of the others, so that
    every genre keeps its share and a smaller subset lies within the larger ones where the shares divide each other.
    """
    reports, config, label_set = fitter.counts.reports, fitter.config, fitter.label_set
    groups = groups_of(reports, config.evaluate)
    parts = [{i for group in groups[first::PARTS] for i in group} for first in range(min(PARTS, len(groups)))]
    points = []
    for share in sorted(config.evaluate.learning_curve):
        splits = [
            (_subset([i for i in range(len(reports)) if i not in part], share), [reports[i] for i in sorted(part)])
            for part in parts
        ]
        if not all(_trainable([reports[i] for i in some]) for some, _ in splits):  # too few reports for so small a share
            continue
        confusion: Confusion = Counter()
        try:
            for model, (_, left_out) in zip(fitter.fit_all([some for some, _ in splits]), splits, strict=True):
                confusion += _confusion(left_out, model)
        except CorpusError:  # too few words in so small a share: a curve begins where there is something to learn
            continue
        size = sum(len(some) for some, _ in splits) / len(splits)
        points.append(CurvePoint(size, figures_of(confusion, label_set)))
    return tuple(points)


def _subset(numbers: Sequence[int], share: float) -> list[int]:
    """Return a share of reports by their numbers, evenly spread over their order: nested for shares that divide each other."""
    step = 1 / share
    return [numbers[int(i * step)] for i in range(int(len(numbers) / step))]


def _trainable(reports: Sequence[Prepared]) -> bool:
    """Tell whether a classifier can be fitted: there are two labels at least."""
    return len({int(target) for report in reports for target in report.targets} - {-1}) > 1


def _confusion(reports: Sequence[Prepared], model: Model) -> Confusion:
    """Count the characters of each (label, theme) pair; what is set aside counts as ``other``, as in a measurement of tags."""
    names, other = model.labels.names, model.labels.other
    judged = {id(runs.report): runs for runs in judge_runs(reports, model)}
    confusion: Confusion = Counter()
    for report in reports:
        own: Confusion = Counter()
        for label in report.labels:
            own[label.label, other] += label.end - label.start
        if (runs := judged.get(id(report))) is not None:  # else nothing is left of it but noise
            for theme, characters in zip(runs.scores.argmax(axis=1).tolist(), runs.gold.astype(int).tolist(), strict=True):
                for name, count in zip(names, characters, strict=True):
                    own[name, other] -= count
                    own[name, names[theme]] += count
        confusion.update(+own)
    return confusion
