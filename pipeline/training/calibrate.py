"""Calibration: what makes of scores probabilities that are right as often as they say, on reports that a model has not seen.

One temperature for all labels (Guo et al. 2017) minimises the log loss, weighted by characters. Each label has the lowest score
as its review threshold at and above which its tags are right at least so often as is asked for. Where a report has many terms
that the model does not know, tags of the same score are right less often (0.92 where 0.96 is asked for, on the written
corpus), so the reports with the largest shares of unknown terms have a threshold of their own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.core.errors import CorpusError
from pipeline.core.messages import tr
from pipeline.core.records import TermCount
from pipeline.model.bigrams import Ints
from pipeline.model.features import Flags, Floats
from pipeline.model.model import LEAST_TERMS, NO_SCORE, DriftedText, Model, softmax
from pipeline.model.score import LONGEST_REPORT
from pipeline.model.tag import DIGITS
from pipeline.training.counts import Prepared
from pipeline.training.evaluate import calibration_error, coverage
from pipeline.training.left_out import judge_runs

LEAST_CHARACTERS = 2000  # of the tags of a label, or of drifted reports, from which on they have a review threshold of their own
DRIFTED_FROM = 0.95  # the share of the reports with fewer unknown terms, from which on a report counts as drifted
LOG_TEMPERATURES = (-4.0, 3.0)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What is laid over the scores of a model, and the figures that it has on the reports that were left out."""

    temperature: float
    thresholds: Floats
    drifted: DriftedText | None
    figures: dict[str, float]

    def of(self, model: Model) -> Model:
        """Return a model with this calibration."""
        return model.calibrated(self.temperature, self.thresholds, self.drifted)


@dataclass(frozen=True, slots=True)
class _Runs:
    """The runs of reports that were left out: scores and characters by label, (runs, labels), and the terms of their reports.

    ``terms`` and ``unknown`` are those of the report of each run.
    """

    scores: Floats
    gold: Floats
    terms: Ints
    unknown: Ints


def calibrate(left_out: Iterable[tuple[Sequence[Prepared], Model]], accuracy: float) -> Calibration:
    """Return the calibration by reports and models that have not seen them; raises CorpusError where no labelled text is left."""
    runs = _runs(left_out)
    temperature = _temperature(runs)
    probabilities = softmax(runs.scores / temperature)
    said = probabilities.argmax(axis=1)
    confidence, weights = probabilities.max(axis=1).round(DIGITS), runs.gold.sum(axis=1)  # as a tag shows it
    right = runs.gold[np.arange(len(said)), said] / np.maximum(weights, 1e-12)
    thresholds = review_thresholds(said, confidence, right, weights, len(runs.gold[0]), accuracy)
    drifted, is_drifted = _drifted(runs, confidence, right, weights, accuracy)
    least = thresholds.take(said)
    if drifted is not None:
        least = np.where(is_drifted, np.maximum(least, drifted.threshold), least)
    covered, accuracy_covered = coverage(confidence - least, right, weights, 0.0)
    error = calibration_error(confidence, right, weights)
    figures = {"calibration_error": error, "coverage": covered, "accuracy_covered": accuracy_covered}
    return Calibration(temperature, thresholds, drifted, figures)


def _runs(left_out: Iterable[tuple[Sequence[Prepared], Model]]) -> _Runs:
    judged = [runs for reports, model in left_out for runs in judge_runs(reports, model)]
    if not any(runs.gold.any() for runs in judged):
        raise CorpusError(tr("no labelled passage is left of the reports once noise is set aside; label passages of text"))
    counted = [runs.terms if runs.report.layout.sentences <= LONGEST_REPORT else TermCount() for runs in judged]  # else in parts
    terms = np.array([(count.terms, count.unknown) for count in counted]).repeat([len(runs.scores) for runs in judged], axis=0)
    return _Runs(np.concatenate([runs.scores for runs in judged]), np.concatenate([runs.gold for runs in judged]), *terms.T)


def _temperature(runs: _Runs) -> float:
    from scipy.optimize import minimize_scalar  # noqa: PLC0415 - only training needs scipy

    def loss(log_temperature: float) -> float:
        return float(-(runs.gold * np.log(np.maximum(softmax(runs.scores / np.exp(log_temperature)), 1e-12))).sum())

    return round(float(np.exp(minimize_scalar(loss, bounds=LOG_TEMPERATURES, method="bounded").x)), 4)


def _drifted(runs: _Runs, confidence: Floats, right: Floats, weights: Floats, accuracy: float) -> tuple[DriftedText | None, Flags]:
    """Return from which share of unknown terms on a report counts as drifted, with its threshold, and the runs of such reports.

    The share is a quantile over runs, that is, about over characters. None where too little text is beyond it.
    """
    shares = np.where(runs.terms >= LEAST_TERMS, runs.unknown / np.maximum(runs.terms, 1), 0.0)
    share = float(np.quantile(shares, DRIFTED_FROM, method="higher").round(DIGITS))
    beyond = (shares >= share) & (share > 0)
    if weights[beyond].sum() < LEAST_CHARACTERS:
        return None, np.zeros(len(shares), bool)
    return DriftedText(share, review_threshold(confidence[beyond], right[beyond], weights[beyond], accuracy)), beyond


def review_thresholds(said: Ints, confidence: Floats, right: Floats, weights: Floats, labels: int, accuracy: float) -> Floats:
    """Return for each label the lowest score at and above which its tags are right at least as often as ``accuracy``.

    ``said`` are the labels of the tags. A label with fewer than LEAST_CHARACTERS of tags takes the threshold of all together.
    """
    of_all = review_threshold(confidence, right, weights, accuracy)
    thresholds = np.full(labels, of_all)
    for label in range(labels):
        own = said == label
        if weights[own].sum() >= LEAST_CHARACTERS:
            thresholds[label] = review_threshold(confidence[own], right[own], weights[own], accuracy)
    return thresholds


def review_threshold(confidence: Floats, right: Floats, weights: Floats, accuracy: float) -> float:
    """Return the lowest score at and above which tags are right at least as often as ``accuracy``, or NO_SCORE for none.

    Scores count as a tag shows them, rounded, and so are they compared when a report is tagged: tags of one score stand together.
    """
    shown = confidence.round(DIGITS)
    order = np.argsort(-shown, kind="stable")
    reached = np.cumsum((weights * right)[order]) / np.maximum(np.cumsum(weights[order]), 1e-12)
    is_last = np.append(np.diff(shown[order]) != 0, True)
    enough = np.flatnonzero((reached >= accuracy) & is_last)
    return float(shown[order][enough[-1]]) if len(enough) else NO_SCORE
