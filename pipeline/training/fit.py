"""Train: fit the linear classifier, leave reports out in turn, calibrate on what was left out.

The classifier is a linear one with squared hinge loss, one label against the rest: on a few thousand short texts it is as good as
any linear model, deterministic, and fits in a second. ``model.solver`` chooses who fits it: ``dual``, the compiled solver of this
room (``_solver.pyx``), or ``liblinear``, scikit-learn's LinearSVC, which is its reference and stands in where nothing was compiled.
It learns on features in context; its weights are then used on single sentences, and the context is added to their scores (see
``features``).
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from pathlib import PurePosixPath
from threading import Lock
from types import ModuleType
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.core.config import Config, EvaluateConfig, LabelSet, ModelSettings
from pipeline.core.errors import CorpusError
from pipeline.core.messages import tr
from pipeline.core.native import SOLVER, compiled
from pipeline.core.records import CleanText, Label
from pipeline.core.spans import SpanIndex
from pipeline.labels.corpus import Lexicon
from pipeline.labels.files import Corpus, LabelledDocument, same_text
from pipeline.model.bigrams import Ints
from pipeline.model.features import Floats, lay_out
from pipeline.model.model import Model
from pipeline.preprocess.clean import clean_together
from pipeline.preprocess.segment import segment_together
from pipeline.preprocess.segments import Segments
from pipeline.training.batches import TOGETHER, batches
from pipeline.training.calibrate import Calibration, calibrate
from pipeline.training.counts import CorpusCounts, CorpusSubset, Prepared

BLOCK = 8  # labels that the compiled solver fits at once
TOLERANCE = 1e-3  # how far the gradients of a fit may be apart: scores are then within a thousandth of those of the best weights
MOST_PASSES = 2000
SMOOTHING = 0.01  # of naive Bayes: what each term weighs in each label before anything is seen
MOST_THREADS = 4  # that fit at once: each holds the features of all reports
ABSENT = -5.0  # the score of a label that a fold's reports have no example of: below any that the classifier gives
_liblinear_alone = Lock()  # all threads draw from one row of random numbers, which a fit begins anew
Watch = Callable[[Sequence[tuple[int, ...]]], Iterable[tuple[int, ...]]]


@dataclass(frozen=True, slots=True)
class Fold:
    """The reports that were left out together, and the model that has not seen them."""

    reports: tuple[Prepared, ...]
    model: Model


@dataclass(frozen=True, slots=True)
class Trained:
    """The model fitted on all reports, the calibrated models of the folds, and the seconds that each took."""

    model: Model
    folds: tuple[Fold, ...]
    calibration: dict[str, float]
    seconds: dict[str, float]


@dataclass(frozen=True, slots=True)
class FoldModels:
    """The calibrated models of the folds, and their calibration."""

    folds: tuple[Fold, ...]
    calibration: Calibration


def prepare_corpus(corpus: Corpus, config: ModelSettings) -> list[Prepared]:
    """Return each report of a corpus cleaned and cut into segments."""
    prepared = []
    for some in batches(corpus.reports, lambda report: len(report.document.text), TOGETHER):
        cleaned = clean_together([report.document for report in some], config.clean)
        for report, one, segments in zip(some, cleaned, segment_together(cleaned, config.segment), strict=True):
            without = msgspec.structs.replace(segments, symbols=())  # which are no part of a corpus
            prepared.append(prepare(report, one, without, corpus.label_set))
    return prepared


def prepare(report: LabelledDocument, cleaned: CleanText, segments: Segments, label_set: LabelSet) -> Prepared:
    """Return a report ready to train on; a sentence takes the label that covers most of it."""
    layout = lay_out([(cleaned.text, segments, True)])
    index, numbers = SpanIndex(report.labels), {name: number for number, name in enumerate(label_set.names)}
    spans = (cleaned.offsets.span(start, end) for start, end in segments.sentences.tolist())
    covered = [index.covered(*span, attrgetter("label")) for span in spans]
    targets = [numbers[max(some, key=some.__getitem__)] if some else -1 for some in covered]  # the first of equal ones
    return Prepared(cleaned, segments, layout, report.labels, np.array(targets, np.int64))


def train(fitter: "Fitter", watch: Watch = iter) -> Trained:
    """Return the model of all reports, calibrated on models that each leave some reports out.

    ``watch`` is handed the groups of reports to leave out and gives them back one by one, so that progress can be shown.
    """
    started = time.perf_counter()
    model = fitter.fit(range(len(fitter.counts.reports)))
    fitted = time.perf_counter()
    left_out = leave_out(fitter, watch)
    seconds = {"fit": fitted - started, "folds": time.perf_counter() - fitted}
    return Trained(left_out.calibration.of(model), left_out.folds, left_out.calibration.figures, seconds)


def leave_out(fitter: "Fitter", watch: Watch = iter) -> FoldModels:
    """Return models that each leave some reports out, calibrated on what they have not seen.

    Raises CorpusError where there are too few reports or examples.
    """
    reports, config = fitter.counts.reports, fitter.config
    groups = groups_of(reports, config.evaluate)
    if len(groups) < 2:
        raise CorpusError(tr("all reports would be left out together; name fewer folders in evaluate.grouped, or label others"))
    measured = sampled(groups, reports, config)
    others = [[i for i in range(len(reports)) if i not in frozenset(group)] for group in measured]
    folds = [
        Fold(tuple(reports[i] for i in group), model) for group, model in zip(watch(measured), fitter.fit_all(others), strict=True)
    ]
    calibration = calibrate(((fold.reports, fold.model) for fold in folds), config.tag.review_accuracy)
    return FoldModels(tuple(Fold(fold.reports, calibration.of(fold.model)) for fold in folds), calibration)


def sampled(groups: Sequence[tuple[int, ...]], reports: Sequence[Prepared], config: Config) -> list[tuple[int, ...]]:
    """Return the groups that are measured: all, or ``evaluate.sample`` of them, those with corrected reports first."""
    order = np.random.default_rng(config.model.seed).permutation(len(groups)).tolist() if config.evaluate.sample else []
    order.sort(key=lambda place: not any(is_corrected(reports[i].labels) for i in groups[place]))
    return [groups[place] for place in sorted(order[: config.evaluate.sample] or range(len(groups)))]


def is_corrected(labels: Sequence[Label]) -> bool:
    """Tell whether people corrected tags of the report of these labels."""
    return any(label.origin == "review" for label in labels)


def groups_of(reports: Sequence[Prepared], options: EvaluateConfig) -> list[tuple[int, ...]]:
    """Return the indices of the reports that are left out together, equal ones among them."""
    texts = [same_text(report.cleaned.document.text) for report in reports]
    return fold_groups([report.cleaned.document.source for report in reports], options, texts)


def fold_groups(sources: Sequence[str], options: EvaluateConfig, texts: Sequence[str] = ()) -> list[tuple[int, ...]]:
    """Return the indices of the reports that are left out together: one at a time, but whole sub-folders of ``grouped``.

    Reports of which ``texts`` says the same belong together too: a model that saw one of them knows the other. More of these
    than ``folds`` are dealt out into that many groups.
    """
    folders = [left_out_with(source, options.grouped) for source in sources]
    keys = [(f"folder {folder}", f"text {text}") for folder, text in zip(folders, texts or sources, strict=True)]
    units = _together(keys)
    count = min(len(units), options.folds)
    dealt = [units[first::count] for first in range(count)]
    return [tuple(sorted(chain.from_iterable(group))) for group in dealt]


def _together(keys: Sequence[tuple[str, ...]]) -> list[list[int]]:
    """Return the indices that share a key, directly or through others, together, in the order of their first."""
    unit_of: dict[str, list[int]] = {}
    for i, own in enumerate(keys):
        unit = sorted({i, *chain.from_iterable(unit_of.get(key, ()) for key in own)})
        unit_of.update((key, unit) for j in unit for key in keys[j])
    return list({id(unit): unit for unit in unit_of.values()}.values())


def left_out_with(source: str, grouped: Sequence[str]) -> str:
    """Return what a report is left out with: its folder where that is below one of ``grouped``, or else itself."""
    folder = PurePosixPath(source).parent
    return folder.as_posix() if any(PurePosixPath(name) in folder.parents for name in grouped) else source


class Fitter:
    """Fits models on parts of a corpus, whose terms are counted once."""

    def __init__(self, reports: Sequence[Prepared], label_set: LabelSet, config: Config, lexicon: Lexicon) -> None:
        """Take the reports, whose order numbers them, and count their terms."""
        self.label_set, self.config, self.user_words = label_set, config, lexicon.words
        self.counts = CorpusCounts(reports, config, lexicon)
        self._duals: NDArray[np.float32] | None = None

    def fit(self, numbers: Sequence[int]) -> Model:
        """Return the model of some reports, given by their numbers, not calibrated.

        The first fit, which should be on all reports, is where the others start. Raises CorpusError for too few words or labels.
        """
        part = self.counts.part(numbers)
        _check_fit(part, self.counts)
        native = self._native(part)
        weights, bias = self._solved(part, native) if native else _liblinear(self.counts, part, self.label_set, self.config)
        if self.config.model.naive_bayes:
            weights += np.float32(self.config.model.naive_bayes) * _log_odds(self.counts, part, len(self.label_set.names))
        weights = weights.astype(np.float16).astype(np.float32)  # as the model folder keeps them: what is measured is shipped
        vocabulary, name = self.counts.reduced(part), self.config.model.name
        unsure = np.ones(len(self.label_set.names))
        return Model(name, self.label_set, self.config, vocabulary, weights, bias, 1.0, unsure, user_words=self.user_words)

    def fit_all(self, several: Sequence[Sequence[int]]) -> Iterator[Model]:
        """Yield the models of several parts of the reports in their order, fitted over the cores.

        The compiled solver holds no lock, so threads will do, which share the counts.
        """
        alone = several[: 0 if self._duals is not None else 1]  # a first fit, from which the others start
        yield from map(self.fit, alone)
        pool = ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1))
        try:
            for fitted in [pool.submit(self.fit, numbers) for numbers in several[len(alone) :]]:
                yield fitted.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _native(self, part: CorpusSubset) -> ModuleType | None:
        """Return the compiled solver where it fits a part: scikit-learn takes two labels for one problem and not for two."""
        labels = len(np.unique(self.counts.targets[part.rows]))
        return compiled(SOLVER) if self.config.model.solver == "dual" and labels > 2 else None

    def _solved(self, part: CorpusSubset, native: ModuleType) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return weights, of shape (terms of the part, labels), and bias by dual coordinate descent."""
        is_first = self._duals is None
        targets, options = self.counts.targets, self.config.model
        examples = np.bincount(targets[part.rows], minlength=len(self.label_set.names))
        costs = options.C * _class_weights(examples, options.balanced)
        blocks = -(-len(examples) // BLOCK)
        duals = np.zeros((blocks, len(targets), BLOCK), np.float32) if self._duals is None else self._duals.copy()
        values = self.counts.values(part, native)
        solved = [_solve_block(native, self.counts, part, values, costs, block, duals[block]) for block in range(blocks)]
        self._duals = duals if is_first else self._duals
        weights = np.concatenate(solved, axis=1)[:, : len(examples)]
        weights[:, examples == 0] = 0
        weights[-1, examples == 0] = ABSENT
        return np.ascontiguousarray(weights[:-1][part.active]), np.ascontiguousarray(weights[-1])


def _class_weights(examples: Ints, is_balanced: bool) -> Floats:
    """Return how much an error on each label weighs: alike, or as scikit-learn's "balanced" does, the more the rarer it is."""
    seen = np.maximum(examples, 1)
    return examples.sum() / (np.count_nonzero(examples) * seen) if is_balanced else np.ones(len(examples))


def _solve_block(
    native: ModuleType, counts: CorpusCounts, part: CorpusSubset, values: NDArray[np.float32], costs: Floats, block: int,
    duals: NDArray[np.float32],
) -> NDArray[np.float32]:  # fmt: skip
    """Return the weights of eight labels and, last, their bias, of shape (columns + 1, 8); ``duals`` are changed.

    Warns as scikit-learn does where the solver did not settle.
    """
    own, options = counts.targets - block * BLOCK, counts.config.model
    classes = np.where((own >= 0) & (own < BLOCK), own, -1).astype(np.int32)
    weights = np.empty((len(counts.vocabulary) + 1, BLOCK), np.float32)
    outside = np.ones(len(counts.targets), bool)
    outside[part.rows] = False
    duals[outside] = 0
    pattern = counts.pattern(native)
    passes = native.solve(
        pattern.starts, pattern.columns, values, part.rows, classes, np.ascontiguousarray(costs[block * BLOCK :][:BLOCK]),
        options.C, TOLERANCE, MOST_PASSES, options.seed + 1, weights, duals,
    )  # fmt: skip
    if passes >= MOST_PASSES:
        _warn_of_no_convergence()
    weights[:-1] = weights[pattern.rank]
    return weights


def _warn_of_no_convergence() -> None:
    import warnings  # noqa: PLC0415 - hardly ever needed

    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415

    warnings.warn(
        tr(
            "the solver did not settle within {most_passes} passes over the corpus; lower model.C, or set model.solver = liblinear",
            most_passes=MOST_PASSES,
        ),
        ConvergenceWarning,
        stacklevel=2,
    )


def _liblinear(
    counts: CorpusCounts, part: CorpusSubset, label_set: LabelSet, config: Config
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return weights and bias by scikit-learn's LinearSVC, the reference of the compiled solver."""
    from sklearn.svm import LinearSVC  # noqa: PLC0415 - only where it is asked for or nothing is compiled

    classifier = LinearSVC(
        C=config.model.C,
        class_weight="balanced" if config.model.balanced else None,
        random_state=config.model.seed,
        max_iter=20_000,
    )
    features = counts.matrix(part)
    with _liblinear_alone:
        classifier.fit(features, counts.targets[part.rows])
    return _dense(classifier, len(label_set.names), int(part.active.sum()))


def _log_odds(counts: CorpusCounts, part: CorpusSubset, labels: int) -> NDArray[np.float32]:
    """Return the weights of naive Bayes on the features of a part, of shape (its terms, labels), 0 for labels without examples.

    Each label is held against all others, as the classifier does ("one against all but one", Rennie et al. 2003).
    """
    targets = counts.targets[part.rows]
    examples = (targets[:, None] == np.arange(labels)).astype(np.float64)
    inside = np.asarray(counts.matrix(part).T @ examples) + SMOOTHING
    outside = inside.sum(axis=1, keepdims=True) - inside
    odds = np.log(inside / inside.sum(axis=0)) - np.log(outside / outside.sum(axis=0))
    return np.where(examples.any(axis=0), odds, 0.0).astype(np.float32)


def _check_fit(part: CorpusSubset, counts: CorpusCounts) -> None:
    """Raise CorpusError where there is nothing to fit: no word or bigram, or sentences of one label only."""
    terms = len(counts.vocabulary) - len(counts.vocabulary.gazetteer)
    if not part.active[:terms].any():
        rare = tr("no word stands in {min_df} sentences of the reports that are trained on", min_df=counts.config.features.min_df)
        raise CorpusError(tr("{rare} (features.min_df); label more reports, or lower it", rare=rare))
    if len(np.unique(counts.targets[part.rows])) < 2:
        raise CorpusError(
            tr("all sentences of the reports that are trained on have one label; label more reports, so that each label is in two")
        )


def _dense(classifier: Any, labels: int, terms: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:  # noqa: ANN401
    """Return weights (terms, labels) and bias (labels,), with columns for labels that the classifier never saw."""
    coefficients, intercepts = classifier.coef_, classifier.intercept_
    if len(classifier.classes_) == 2:  # scikit-learn keeps one row for two classes
        coefficients, intercepts = np.vstack([-coefficients, coefficients]), np.concatenate([-intercepts, intercepts])
    weights = np.zeros((terms, labels), np.float32)
    bias = np.full(labels, ABSENT, np.float32)
    weights[:, classifier.classes_] = coefficients.T
    bias[classifier.classes_] = intercepts
    return weights, bias
