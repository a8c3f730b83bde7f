"""How far two people agree on the labels of the same reports."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.core.config import LabelSet
from pipeline.core.errors import CorpusError
from pipeline.core.records import Label


@dataclass(frozen=True, slots=True)
class Pair:
    """A passage that both labelled: the label of the second, and the first's label that covers most of it."""

    first: Label
    second: Label


@dataclass(frozen=True, slots=True)
class Agreement:
    """The share of passages with equal labels, figures that allow for chance, and the pairs that differ."""

    passages: int
    observed: float
    kappa: float
    alpha: float
    kappa_by_label: dict[str, float]
    alpha_by_label: dict[str, float]
    disagreements: tuple[Pair, ...]


def pair_labels(first: Iterable[Label], second: Iterable[Label]) -> list[Pair]:
    """Return the passages of ``second`` that ``first`` covers too; raises CorpusError where there is none."""
    by_report: dict[str, list[Label]] = {}  # by content: a report may have another name at the other's
    for label in first:
        by_report.setdefault(label.sha256, []).append(label)
    pairs = []
    for label in second:
        overlaps = [(_overlap(label, other), other) for other in by_report.get(label.sha256, [])]
        size, best = max(overlaps, key=lambda item: item[0], default=(0, label))
        if size > 0:
            pairs.append(Pair(best, label))
    if not pairs:
        raise CorpusError("the two have no passage in common; give labels of two people on the same reports")
    return pairs


def agree(pairs: Sequence[Pair], label_set: LabelSet) -> Agreement:
    """Return the agreement on pairs of labels, passages counting alike.

    Cohen's kappa (Cohen 1960) allows for each person's own habits, Krippendorff's alpha (Krippendorff 2004, nominal,
    two coders, no gaps) for the habits of both together; both by label set that label against all others.
    """
    counts = Counter((pair.first.label, pair.second.label) for pair in pairs)
    names = label_set.names
    return Agreement(
        passages=len(pairs),
        observed=_observed(counts),
        kappa=_kappa(counts, names),
        alpha=_alpha(counts, names),
        kappa_by_label={name: _kappa(_against_others(counts, name), (True, False)) for name in names},
        alpha_by_label={name: _alpha(_against_others(counts, name), (True, False)) for name in names},
        disagreements=tuple(pair for pair in pairs if pair.first.label != pair.second.label),
    )


def _overlap(one: Label, other: Label) -> int:
    return min(one.end, other.end) - max(one.start, other.start)


def _observed(counts: Counter[Any]) -> float:
    return sum(number for (first, second), number in counts.items() if first == second) / counts.total()


def _kappa(counts: Counter[Any], names: Sequence[object]) -> float:
    total = counts.total()
    expected = sum(_first(counts, name) * _second(counts, name) for name in names) / total**2
    return 1.0 if expected == 1 else (_observed(counts) - expected) / (1 - expected)


def _alpha(counts: Counter[Any], names: Sequence[object]) -> float:
    values = 2 * counts.total()
    both = [_first(counts, name) + _second(counts, name) for name in names]
    expected = 1 - sum(number * (number - 1) for number in both) / (values * (values - 1))
    return 1.0 if expected == 0 else 1 - (1 - _observed(counts)) / expected


def _first(counts: Counter[Any], name: object) -> int:
    return sum(number for (first, _), number in counts.items() if first == name)


def _second(counts: Counter[Any], name: object) -> int:
    return sum(number for (_, second), number in counts.items() if second == name)


def _against_others(counts: Counter[tuple[str, str]], name: str) -> Counter[tuple[bool, bool]]:
    flags: Counter[tuple[bool, bool]] = Counter()
    for (first, second), number in counts.items():
        flags[first == name, second == name] += number
    return flags
