"""How far two people agree on the labels of the same reports."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.core.config import LabelSet
from pipeline.core.errors import CorpusError
from pipeline.core.messages import tr
from pipeline.core.records import Label
from pipeline.core.spans import SpanIndex


@dataclass(frozen=True, slots=True)
class Pair:
    """A passage that both labelled: the label of the first and that of the second."""

    first: Label
    second: Label

    @property
    def span(self) -> tuple[int, int]:
        """The characters that both labels cover."""
        return max(self.first.start, self.second.start), min(self.first.end, self.second.end)


@dataclass(frozen=True, slots=True)
class Agreement:
    """The share of passages with equal labels, figures that allow for chance, and the pairs that differ.

    A label that neither gave has no figures: None.
    """

    passages: int
    observed: float
    kappa: float
    alpha: float
    kappa_by_label: dict[str, float | None]
    alpha_by_label: dict[str, float | None]
    disagreements: tuple[Pair, ...]


def pair_labels(first: Iterable[Label], second: Iterable[Label]) -> list[Pair]:
    """Return the passages that both labelled; raises CorpusError where there is none.

    Two labels are of one passage where they share two thirds of the shorter one, or where each is the one that the other shares
    most with. So a passage that one of them cut finer counts by these pieces, whoever is named first.
    """
    one, other = _by_report(first), _by_report(second)
    pairs = [pair for sha256, labels in other.items() for pair in _pairs(one.get(sha256, []), labels)]
    if not pairs:
        raise CorpusError(tr("the two have no passage in common; give labels of two people on the same reports"))
    return sorted(pairs, key=lambda pair: (pair.second.source, *pair.span))


def agree(pairs: Sequence[Pair], label_set: LabelSet) -> Agreement:
    """Return the agreement on pairs of labels, passages counting alike.

    Cohen's kappa (Cohen 1960) allows for each person's own habits, Krippendorff's alpha (Krippendorff 2004, nominal,
    two coders, no gaps) for the habits of both together; both by label set that label against all others.
    """
    counts = Counter((pair.first.label, pair.second.label) for pair in pairs)
    names = label_set.names
    used = {name for pair in counts for name in pair}
    return Agreement(
        passages=len(pairs),
        observed=_observed(counts),
        kappa=_kappa(counts, names),
        alpha=_alpha(counts, names),
        kappa_by_label={name: _kappa(_against_others(counts, name), (True, False)) if name in used else None for name in names},
        alpha_by_label={name: _alpha(_against_others(counts, name), (True, False)) if name in used else None for name in names},
        disagreements=tuple(pair for pair in pairs if pair.first.label != pair.second.label),
    )


def _by_report(labels: Iterable[Label]) -> dict[str, list[Label]]:
    """Return labels by the content of their report, which may have another name at the other's; of one span the last counts."""
    reports: dict[str, dict[tuple[int, int], Label]] = {}
    for label in labels:
        reports.setdefault(label.sha256, {})[label.start, label.end] = label
    return {sha256: list(spans.values()) for sha256, spans in reports.items()}


def _pairs(first: Sequence[Label], second: Sequence[Label]) -> Iterator[Pair]:
    """Yield the pairs of labels of one report that are of one passage."""
    index = SpanIndex(second)
    beside = [Pair(one, other) for one in first for other, _ in index.overlapping(one.start, one.end)]
    best: dict[int, tuple[int, int]] = {}
    for pair in beside:
        for label in (pair.first, pair.second):
            best[id(label)] = max(best.get(id(label), (0, 0)), _rank(pair))
    for pair in beside:
        shorter = min(pair.first.end - pair.first.start, pair.second.end - pair.second.start)
        if 3 * _overlap(pair) >= 2 * shorter or best[id(pair.first)] == best[id(pair.second)] == _rank(pair):
            yield pair


def _rank(pair: Pair) -> tuple[int, int]:
    """Return by what the best pair of a label is found: the most characters, and of equal ones the first."""
    return _overlap(pair), -pair.span[0]


def _overlap(pair: Pair) -> int:
    start, end = pair.span
    return end - start


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
