"""Measure tags against gold labels: figures weighted by characters, whatever way the tagger cut the text."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np

from pipeline.core.config import LabelSet
from pipeline.core.records import Label, Tag
from pipeline.core.spans import SpanIndex, spans_by_source
from pipeline.model.features import Floats

Confusion = Counter[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of some tags: macro-F1 over the themes that occur, accuracy over all labels, F1 for each label."""

    macro_f1: float
    accuracy: float
    f1: dict[str, float]
    characters: int

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain values."""
        return {"macro_f1": self.macro_f1, "accuracy": self.accuracy, "f1": self.f1, "characters": self.characters}


@dataclass(frozen=True, slots=True)
class WrongTag:
    """A labelled passage most of which carries another theme."""

    source: str
    start: int
    end: int
    label: str
    theme: str
    score: float
    text: str


@dataclass(frozen=True, slots=True)
class CalibrationData:
    """Tags held against labels, three arrays of shape (tags,).

    ``confidence`` is the score of each tag, ``right`` the share of its labelled characters that carry its theme, and
    ``weights`` their number; tags without a label are left out.
    """

    confidence: Floats
    right: Floats
    weights: Floats


@dataclass(frozen=True, slots=True)
class Bin:
    """Tags of similar score: their mean score, how much of them is right, and their characters."""

    confidence: float
    accuracy: float
    characters: float


def judge(labels: Iterable[Label], tags: Sequence[Tag]) -> CalibrationData:
    """Return tags held against the labels of their reports."""
    of_source = spans_by_source(labels)
    rows = [row for tag in tags if (row := _judged(tag, of_source[tag.source]))[2]]
    confidence, right, weights = np.array(rows or [(0.0, 0.0, 0.0)]).T
    return CalibrationData(confidence, right, weights)


def reliability(judged: CalibrationData, bins: int = 10) -> list[Bin]:
    """Return tags gathered by score in bins of equal width (Niculescu-Mizil and Caruana 2005); empty bins are left out."""
    place = np.minimum((judged.confidence * bins).astype(int), bins - 1)
    mass, right, score = (np.bincount(place, judged.weights * values, bins) for values in (1.0, judged.right, judged.confidence))
    return [Bin(float(score[i] / mass[i]), float(right[i] / mass[i]), float(mass[i])) for i in np.flatnonzero(mass)]


def coverage_curve(judged: CalibrationData) -> tuple[Floats, Floats]:
    """Return, as the threshold falls, the share of characters above it and how much of that share is right."""
    order = np.argsort(-judged.confidence, kind="stable")
    covered = np.maximum(np.cumsum(judged.weights[order]), 1e-12)
    return covered / covered[-1], np.cumsum((judged.weights * judged.right)[order]) / covered


def precision_recall(confusion: Confusion, name: str) -> tuple[float, float]:
    """Return precision and recall of a label, 0 where nothing was tagged with it or nothing carries it."""
    gold, said = _characters(confusion, name)
    return confusion[name, name] / max(1, said), confusion[name, name] / max(1, gold)


def confusion_of(labels: Iterable[Label], tags: Sequence[Tag], other: str) -> Confusion:
    """Count the characters of each (label, theme) pair; characters that no tag covers count as ``other``."""
    confusion: Confusion = Counter()
    index = SpanIndex(tags)
    for label in labels:
        covered = index.covered(label.start, label.end, attrgetter("theme"))
        confusion.update({(label.label, theme): characters for theme, characters in covered.items()})
        confusion[label.label, other] += label.end - label.start - sum(covered.values())
    return +confusion


def wrong_tags(labels: Iterable[Label], tags: Sequence[Tag], text: str, other: str) -> Iterator[WrongTag]:
    """Yield the labelled passages of one report whose largest part is tagged with another theme."""
    index = SpanIndex(tags)
    for label in labels:
        parts: Counter[str] = Counter()
        scores: dict[str, float] = {}
        for tag, overlap in index.overlapping(label.start, label.end):
            parts[tag.theme] += overlap
            scores[tag.theme] = max(tag.score, scores.get(tag.theme, 0.0))
        parts[other] += label.end - label.start - parts.total()
        theme = parts.most_common(1)[0][0]
        if theme != label.label:
            passage = text[label.start : label.end]
            yield WrongTag(label.source, label.start, label.end, label.label, theme, scores.get(theme, 0.0), passage)


def figures_of(confusion: Confusion, label_set: LabelSet) -> Figures:
    """Return the figures of a confusion of characters."""
    total = confusion.total()
    present = [theme for theme in label_set.themes if any(label == theme for label, _ in confusion)]
    f1 = {name: _f1(confusion, name) for name in label_set.names}
    right = sum(confusion[name, name] for name in label_set.names)
    macro = sum(f1[theme] for theme in present) / max(1, len(present))
    return Figures(macro, right / max(1, total), f1, total)


def calibration_error(confidence: Floats, right: Floats, weights: Floats, bins: int = 15) -> float:
    """Return the expected calibration error (Naeini et al. 2015) over bins of equal width, weighted by characters."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    mass = np.bincount(place, weights, bins)
    gap = np.abs(np.bincount(place, weights * right, bins) - np.bincount(place, weights * confidence, bins))
    return float(gap.sum() / max(1e-12, mass.sum()))


def coverage(confidence: Floats, right: Floats, weights: Floats, threshold: float) -> tuple[float, float]:
    """Return the share of characters whose tag scores at least ``threshold``, and how much of that share is right."""
    sure = confidence >= threshold
    covered = float(weights[sure].sum())
    return covered / max(1e-12, float(weights.sum())), float((weights * right)[sure].sum()) / max(1e-12, covered)


def _judged(tag: Tag, labels: SpanIndex[Label]) -> tuple[float, float, float]:
    parts = list(labels.overlapping(tag.start, tag.end))
    weight = sum(overlap for _, overlap in parts)
    right = sum(overlap for label, overlap in parts if label.label == tag.theme)
    return tag.score, right / max(1, weight), float(weight)


def _f1(confusion: Confusion, name: str) -> float:
    gold, said = _characters(confusion, name)
    return 2 * confusion[name, name] / (gold + said) if gold + said else 0.0


def _characters(confusion: Confusion, name: str) -> tuple[int, int]:
    """Return how many characters carry a label, and how many a tag of its name."""
    gold = sum(count for (label, _), count in confusion.items() if label == name)
    return gold, sum(count for (_, theme), count in confusion.items() if theme == name)
