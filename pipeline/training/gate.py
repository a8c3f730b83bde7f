"""The gate: whether a new model may take the place of the champion. Arithmetic only; the registry is ``track``'s.

A model passes when it reaches the figures of ``[gate]`` and is not worse than the champion. Not worse means two things of the
interval of the difference in macro-F1, new less champion, by the paired bootstrap over reports (Efron and Tibshirani 1993,
chapter 13): it does not lie below zero, so that the new model is not shown to be worse; and it does not reach below the
margin, so that it is shown not to be much worse, which a test on few reports would else never notice (a test of
non-inferiority). Both models are measured on the reports that both left out, against the labels as they are today.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.core.config import GateConfig, LabelSet
from pipeline.core.counted import counted
from pipeline.core.errors import ModelError
from pipeline.core.messages import tr
from pipeline.core.records import Tag
from pipeline.labels.files import Corpus, LabelledDocument
from pipeline.model.features import Floats
from pipeline.training.evaluate import Figures, confusion_of, figures_of
from pipeline.training.out_of_fold import Candidate, CandidateFigures, OutOfFoldTag


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference in macro-F1, first less second, and the ends of its interval."""

    difference: float
    low: float
    high: float

    def __str__(self) -> str:
        """Return the interval as a person reads it."""
        return f"{self.difference:+.4f} ({self.low:+.4f} to {self.high:+.4f})"


@dataclass(frozen=True, slots=True)
class ReportPair:
    """The accuracy of two models on one report of so many labelled characters."""

    source: str
    characters: int
    first: float
    second: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the reports that both left out; ``reports`` begin with the one where they differ in most characters."""

    first: Figures
    second: Figures
    interval: Interval
    reports: tuple[ReportPair, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a model passes the gate and why, and how it stands beside the champion where there is one."""

    passed: bool
    reason: str
    against: Comparison | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a registered version: the alias that it was given, and why."""

    version: int
    alias: str
    reason: str


def decide(standing: CandidateFigures, against: Comparison | None, gate: GateConfig) -> Decision:
    """Return whether a model with these figures passes, given its comparison with the champion, if there is one."""
    short = list(_missed(standing, gate))
    if against:
        short += _worse(against.interval, len(against.reports), gate)
    if short:
        return Decision(False, "; ".join(short), against)
    if not against:
        return Decision(True, tr("reaches every figure of [gate], and there was no champion"))
    return Decision(
        True,
        tr(
            "not worse than the champion: macro-F1 {interval} on {reports}",
            interval=against.interval,
            reports=counted(len(against.reports), "report"),
        ),
        against,
    )


def compare(corpus: Corpus, first: Candidate, second: Candidate, gate: GateConfig, seed: int) -> Comparison:
    """Return two models side by side on the reports of a corpus that both left out, unchanged since.

    Raises ModelError where there is no such report, or where a model has other labels than the corpus.
    """
    names = corpus.label_set.names
    for candidate in (first, second):
        others = {tag.theme for tags in candidate.tags.values() for tag in tags} - set(names)
        if others:
            raise ModelError(
                tr(
                    "model {name}: has the label {others}, which the corpus has not; check corpus.label_set",
                    name=candidate.name,
                    others=min(others),
                )
            )
    shared = [report for report in corpus.reports if _left_out(report, first) and _left_out(report, second)]
    if not shared:
        raise ModelError(
            tr(
                "models {name} and {second_name} share no report of this corpus; check corpus.labels, or --config",
                name=first.name,
                second_name=second.name,
            )
        )
    confusions = [np.array([_matrix(report, one, corpus.label_set) for report in shared]) for one in (first, second)]
    themes = [names.index(theme) for theme in corpus.label_set.themes]
    interval = paired_bootstrap(confusions[0], confusions[1], themes, gate, seed)
    figures = [_figures(of_model.sum(axis=0), corpus.label_set) for of_model in confusions]
    sources = [report.document.source for report in shared]
    return Comparison(figures[0], figures[1], interval, tuple(_pairs(sources, confusions[0], confusions[1])))


def paired_bootstrap(first: Floats, second: Floats, themes: Sequence[int], gate: GateConfig, seed: int) -> Interval:
    """Return the difference in macro-F1 with its interval from ``gate.draws`` draws of reports, the same for both models.

    ``first`` and ``second`` count characters, shape (reports, labels, labels): report, label, tag. The ends are percentiles
    (Efron and Tibshirani 1993). The same seed gives the same interval.
    """
    reports = len(first)
    weights = np.random.default_rng(seed).multinomial(reports, np.full(reports, 1 / reports), size=gate.draws).astype(np.float64)
    drawn = [macro_f1(np.tensordot(weights, of_model, axes=1), themes) for of_model in (first, second)]
    low, high = np.quantile(drawn[0] - drawn[1], [(1 - gate.level) / 2, (1 + gate.level) / 2])
    difference = macro_f1(first.sum(axis=0), themes) - macro_f1(second.sum(axis=0), themes)
    return Interval(float(difference), float(low), float(high))


def macro_f1(confusions: Floats, themes: Sequence[int]) -> Floats:
    """Return the mean F1 of the themes that occur, for confusions of shape (…, labels, labels): shape (…)."""
    labelled, tagged = confusions.sum(axis=-1)[..., themes], confusions.sum(axis=-2)[..., themes]
    right = np.diagonal(confusions, axis1=-2, axis2=-1)[..., themes]
    occurs = labelled > 0
    f1 = np.where(occurs, 2 * right / np.maximum(labelled + tagged, 1), 0)
    return np.asarray(f1.sum(axis=-1) / np.maximum(occurs.sum(axis=-1), 1))


def _missed(standing: CandidateFigures, gate: GateConfig) -> Iterator[str]:
    if standing.macro_f1 < gate.least_macro_f1:
        yield tr(
            "macro-F1 {macro_f1:.3f} is below {least_macro_f1}", macro_f1=standing.macro_f1, least_macro_f1=gate.least_macro_f1
        )
    for name, value in standing.f1.items():
        if value < gate.least_f1:
            yield tr("F1 of {name} {value:.3f} is below {least_f1}", name=name, value=value, least_f1=gate.least_f1)
    if standing.calibration_error > gate.most_calibration_error:
        yield tr(
            "calibration error {calibration_error:.3f} is above {most_calibration_error}",
            calibration_error=standing.calibration_error,
            most_calibration_error=gate.most_calibration_error,
        )
    if standing.coverage < gate.least_coverage:
        yield tr(
            "share without review {coverage:.3f} is below {least_coverage}",
            coverage=standing.coverage,
            least_coverage=gate.least_coverage,
        )


def _worse(interval: Interval, reports: int, gate: GateConfig) -> Iterator[str]:
    if reports < gate.least_reports:
        yield tr(
            "shares {reports} with the champion, fewer than {least_reports}",
            reports=counted(reports, "report"),
            least_reports=gate.least_reports,
        )
    elif interval.high < 0:
        yield tr("worse than the champion: macro-F1 {interval} on {reports}", interval=interval, reports=counted(reports, "report"))
    elif interval.low < -gate.margin:
        yield tr(
            "may be worse than the champion by more than {margin}: macro-F1 {interval} on {reports}",
            margin=gate.margin,
            interval=interval,
            reports=counted(reports, "report"),
        )


def _left_out(report: LabelledDocument, candidate: Candidate) -> bool:
    """Tell whether a model left out a report as it is today; one of format 2 is known by its name alone."""
    source = report.document.source
    return candidate.digests.get(source) == report.document.sha256 if candidate.digests else source in candidate.tags


def _matrix(report: LabelledDocument, candidate: Candidate, label_set: LabelSet) -> Floats:
    tags = [_as_tag(tag) for tag in candidate.tags.get(report.document.source, ())]
    matrix = np.zeros((len(label_set.names), len(label_set.names)))
    for (label, theme), characters in confusion_of(report.labels, tags, label_set.other).items():
        matrix[label_set.names.index(label), label_set.names.index(theme)] = characters
    return matrix


def _as_tag(tag: OutOfFoldTag) -> Tag:
    return Tag(tag.source, tag.segment, tag.start, tag.end, "", "", tag.theme, tag.score, {}, (), False, (), "")


def _figures(matrix: Floats, label_set: LabelSet) -> Figures:
    names = label_set.names
    places = [(i, j) for i in range(len(names)) for j in range(len(names)) if matrix[i, j]]
    return figures_of(Counter({(names[i], names[j]): int(matrix[i, j]) for i, j in places}), label_set)


def _pairs(sources: Sequence[str], first: Floats, second: Floats) -> list[ReportPair]:
    sizes = first.sum(axis=(1, 2))
    right = [np.trace(of_model, axis1=1, axis2=2) for of_model in (first, second)]
    order = np.argsort(-np.abs(right[0] - right[1]), kind="stable").tolist()
    return [ReportPair(sources[i], int(sizes[i]), float(right[0][i] / sizes[i]), float(right[1][i] / sizes[i])) for i in order]
