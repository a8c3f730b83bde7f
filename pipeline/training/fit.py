"""Train: fit the linear classifier, leave reports out in turn, calibrate on what was left out.

The classifier is scikit-learn's LinearSVC, one label against the rest: on a few thousand short texts it is as good as
any linear model, deterministic, and fits in seconds. It learns on features in context; its weights are then used on
single sentences, and the context is added to their scores (see ``features``).
"""

import time
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.core import locations
from pipeline.core.config import Config, EvaluateConfig, LabelSet, ModelSettings
from pipeline.core.records import CleanText, Label, Segment
from pipeline.labels.files import Corpus, LabelledDocument, check_trainable
from pipeline.model.bigrams import Ints
from pipeline.model.features import Floats, Layout, Rows, Texts, Vocabulary, context, fit_vocabulary, lay_out, split_words
from pipeline.model.gazetteer import Gazetteer, read_gazetteer
from pipeline.model.model import Model, softmax
from pipeline.model.score import score_texts
from pipeline.model.words import load_cut
from pipeline.preprocess.clean import clean
from pipeline.preprocess.segment import segment
from pipeline.training.evaluate import calibration_error, coverage

LEAST_CHARACTERS = 2000  # of the tags of a label, from which on it has a review threshold of its own
ABSENT = -5.0  # the score of a label that a fold's reports have no example of: below any that the classifier gives
LOG_TEMPERATURES = (-4.0, 3.0)
Watch = Callable[[Sequence[tuple[int, ...]]], Iterable[tuple[int, ...]]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A labelled report, cleaned, cut and split into words. ``targets`` are label indices by sentence, -1 for none."""

    cleaned: CleanText
    segments: tuple[Segment, ...]
    layout: Layout
    texts: Texts
    labels: tuple[Label, ...]
    targets: NDArray[np.int64]


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
class LeftOut:
    """The calibrated models of the folds, and what their calibration gave."""

    folds: tuple[Fold, ...]
    temperature: float
    thresholds: Floats
    calibration: dict[str, float]


def prepare_corpus(corpus: Corpus, config: ModelSettings, user_words: tuple[str, ...]) -> list[Prepared]:
    """Return each report of a corpus cleaned, cut into segments and split into words."""
    prepared = []
    for report in corpus.reports:
        cleaned = clean(report.document, config.clean)
        segments = tuple(item for item in segment(cleaned, config.segment) if isinstance(item, Segment))
        prepared.append(prepare(report, cleaned, segments, corpus.label_set, user_words))
    return prepared


def prepare(
    report: LabelledDocument, cleaned: CleanText, segments: Sequence[Segment], label_set: LabelSet, words: tuple[str, ...]
) -> Prepared:
    """Return a report ready to train on; a sentence takes the label that covers most of it."""
    layout = lay_out([(cleaned.text, segments, True)])
    spans = [cleaned.offsets.span(start, end) for segment in segments for start, end in segment.sentences]
    targets = list(_targets(spans, sorted(report.labels, key=lambda label: label.start), label_set))
    return Prepared(
        cleaned, tuple(segments), layout, split_words(layout, load_cut(words)), report.labels, np.array(targets, np.int64)
    )


def train(
    reports: Sequence[Prepared], corpus: Corpus, config: Config, user_words: tuple[str, ...] = (), watch: Watch = iter
) -> Trained:
    """Return the model of all reports, calibrated on models that each leave some reports out.

    ``watch`` is handed the groups of reports to leave out and gives them back one by one, so that progress can be shown.
    Raises CorpusError where there are too few reports or examples.
    """
    started = time.perf_counter()
    left_out = leave_out(reports, corpus, config, user_words, watch)
    measured = time.perf_counter()
    model = fit(reports, corpus.label_set, config, user_words)
    seconds = {"folds": measured - started, "fit": time.perf_counter() - measured}
    model = replace(model, temperature=left_out.temperature, thresholds=left_out.thresholds)
    return Trained(model, left_out.folds, left_out.calibration, seconds)


def leave_out(
    reports: Sequence[Prepared], corpus: Corpus, config: Config, user_words: tuple[str, ...] = (), watch: Watch = iter
) -> LeftOut:
    """Return models that each leave some reports out, calibrated on what they have not seen.

    Raises CorpusError where there are too few reports or examples.
    """
    check_trainable(corpus)
    groups = fold_groups([report.cleaned.document.source for report in reports], config.evaluate)
    folds = [
        Fold(
            tuple(reports[i] for i in group),
            fit([report for i, report in enumerate(reports) if i not in group], corpus.label_set, config, user_words),
        )
        for group in watch(groups)
    ]
    temperature, thresholds, calibration = _calibrate(folds, config)
    return LeftOut(tuple(replace_model(fold, temperature, thresholds) for fold in folds), temperature, thresholds, calibration)


def replace_model(fold: Fold, temperature: float, thresholds: Floats) -> Fold:
    """Return the fold with its model calibrated."""
    return Fold(fold.reports, replace(fold.model, temperature=temperature, thresholds=thresholds))


def fold_groups(sources: Sequence[str], options: EvaluateConfig) -> list[tuple[int, ...]]:
    """Return the indices of the reports that are left out together: one at a time, but whole sub-folders of ``grouped``.

    More of these than ``folds`` are dealt out into that many groups.
    """
    units: dict[str, list[int]] = defaultdict(list)
    for i, source in enumerate(sources):
        units[left_out_with(source, options.grouped)].append(i)
    count = min(len(units), options.folds)
    dealt = [tuple(units.values())[first::count] for first in range(count)]
    return [tuple(sorted(chain.from_iterable(group))) for group in dealt]


def left_out_with(source: str, grouped: Sequence[str]) -> str:
    """Return what a report is left out with: its folder where that is below one of ``grouped``, or else itself."""
    folder = PurePosixPath(source).parent
    return folder.as_posix() if any(PurePosixPath(name) in folder.parents for name in grouped) else source


def _targets(spans: Sequence[tuple[int, int]], labels: Sequence[Label], label_set: LabelSet) -> Iterator[int]:
    """Yield for each source span the index of the label that covers most of it, -1 for none.

    Spans and labels are sorted, and no two labels overlap.
    """
    indices = {name: index for index, name in enumerate(label_set.names)}
    ends = [label.end for label in labels]
    for start, end in spans:
        covered: Counter[str] = Counter()
        place = bisect_right(ends, start)
        while place < len(labels) and labels[place].start < end:
            label, place = labels[place], place + 1
            covered[label.label] += min(end, label.end) - max(start, label.start)
        yield indices[covered.most_common(1)[0][0]] if covered else -1


def fit(reports: Sequence[Prepared], label_set: LabelSet, config: Config, user_words: tuple[str, ...]) -> Model:
    """Return the model of some reports, not calibrated."""
    from scipy.sparse import vstack  # noqa: PLC0415 - only training needs scipy and scikit-learn
    from sklearn.svm import LinearSVC  # noqa: PLC0415

    texts = [report.texts.head(report.layout.sentences) for report in reports]
    vocabulary = fit_vocabulary(texts, config.features, load_gazetteer(config.features.gazetteers))
    features = vstack([_features(report, vocabulary, config) for report in reports]).tocsr()
    targets = np.concatenate([report.targets for report in reports])
    labelled = targets >= 0
    classifier = LinearSVC(
        C=config.model.C,
        class_weight="balanced" if config.model.balanced else None,
        random_state=config.model.seed,
        max_iter=20_000,
    ).fit(features[labelled], targets[labelled])
    weights, bias = _dense(classifier, len(label_set.names), len(vocabulary))
    return Model(config.model.name, label_set, config, vocabulary, weights, bias, 1.0, np.ones(len(label_set.names)), user_words)


@cache
def load_gazetteer(name: str) -> Gazetteer | None:
    """Return the gazetteer of a folder of the project, read once in a process; None for no name. Raises ConfigError."""
    return read_gazetteer(locations.find(name)) if name else None


def _features(report: Prepared, vocabulary: Vocabulary, config: Config) -> Any:  # noqa: ANN401 - scipy's types are not generic
    """Return the sentences' features in context, sparse, of shape (sentences, terms): what ``Context.apply`` does to scores."""
    from scipy.sparse import diags  # noqa: PLC0415 - only training needs scipy

    surroundings = context(report.layout, config.model)
    texts = _sparse(vocabulary.vectorise(report.texts), len(vocabulary))
    count = report.layout.sentences
    beside = surroundings.neighbours[:, 0]
    neighbours = diags([beside, beside], [-1, 1], shape=(count, count)) if count > 1 else diags([0.0])
    gathered = _sparse(surroundings.gathered, report.layout.rows) @ texts
    return texts[:count] + neighbours @ texts[:count] + gathered[surroundings.segment_of]


def _sparse(rows: Rows, columns: int) -> Any:  # noqa: ANN401 - scipy's types are not generic
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - only training needs scipy

    return csr_matrix((rows.values, rows.columns, rows.starts), shape=(len(rows.starts) - 1, columns))


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


def _calibrate(folds: Sequence[Fold], config: Config) -> tuple[float, Floats, dict[str, float]]:
    """Return temperature, review thresholds by label and calibration figures, from the runs of reports that were left out.

    One temperature for all labels (Guo et al. 2017) minimises the log loss, weighted by characters.
    """
    from scipy.optimize import minimize_scalar  # noqa: PLC0415 - only training needs scipy

    decided = [
        (run_scores, gold_characters(span, report, fold.model.labels))
        for fold in folds
        for report in fold.reports
        for scored in [score_texts(report.layout, report.texts, fold.model)]
        for run_scores, span in zip(scored.runs.scores, scored.clean_spans(), strict=True)
    ]
    scores = np.array([run_scores for run_scores, _ in decided])
    gold = np.array([characters for _, characters in decided])

    def loss(log_temperature: float) -> float:
        return float(-(gold * np.log(np.maximum(softmax(scores / np.exp(log_temperature)), 1e-12))).sum())

    temperature = round(float(np.exp(minimize_scalar(loss, bounds=LOG_TEMPERATURES, method="bounded").x)), 4)
    probabilities = softmax(scores / temperature)
    confidence, weights = probabilities.max(axis=1), gold.sum(axis=1)
    right = gold[np.arange(len(gold)), probabilities.argmax(axis=1)] / np.maximum(weights, 1e-12)
    said = probabilities.argmax(axis=1)
    thresholds = review_thresholds(said, confidence, right, weights, len(gold[0]), config.tag.review_accuracy)
    covered, accuracy = coverage(confidence - thresholds.take(said), right, weights, 0.0)
    error = calibration_error(confidence, right, weights)
    return temperature, thresholds, {"calibration_error": error, "coverage": covered, "accuracy_covered": accuracy}


def gold_characters(span: tuple[int, int], report: Prepared, label_set: LabelSet) -> Floats:
    """Return how many characters of a clean span carry each label, of shape (labels,)."""
    start, end = report.cleaned.offsets.span(*span)
    characters = np.zeros(len(label_set.names))
    for label in report.labels:
        characters[label_set.names.index(label.label)] += max(0, min(end, label.end) - max(start, label.start))
    return characters


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
    """Return the lowest score at and above which tags are right at least as often as ``accuracy``, or 1.0 for none."""
    order = np.argsort(-confidence, kind="stable")
    reached = np.cumsum((weights * right)[order]) / np.maximum(np.cumsum(weights[order]), 1e-12)
    enough = np.flatnonzero(reached >= accuracy)
    return float(np.floor(confidence[order][enough[-1]] * 1e4) / 1e4) if len(enough) else 1.0
