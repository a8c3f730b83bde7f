"""Find where the theme changes inside a segment: the best sequence of labels over the scores of its sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.features import Floats


@dataclass(frozen=True, slots=True)
class Run:
    """Side-by-side sentences ``first`` to ``last`` (exclusive) of one segment and one label, with their mean scores."""

    segment: int
    first: int
    last: int
    scores: Floats


def decode(scores: Floats, bounds: tuple[int, ...], switch_costs: Sequence[float]) -> list[Run]:
    """Return the runs of all segments in order.

    ``scores`` has the shape (sentences, labels); ``bounds`` are the segments' first sentences and, last, the number
    of sentences. The labels of a segment maximise the sum of their scores less its switch cost for each change, found by
    the Viterbi algorithm (Viterbi 1967) with one cost for all changes (the Potts model).
    """
    best = scores.argmax(axis=1).tolist()
    runs: list[Run] = []
    for segment, (first, last) in enumerate(pairwise(bounds)):
        labels = best[first:last]
        if len(set(labels)) > 1:
            labels = _viterbi(scores[first:last], switch_costs[segment])
        start = first
        for position in range(first + 1, last + 1):
            if position == last or labels[position - first] != labels[start - first]:
                runs.append(Run(segment, start, position, scores[start:position].mean(axis=0)))
                start = position
    return runs


def _viterbi(scores: Floats, switch_cost: float) -> list[int]:
    totals = scores[0]
    every = np.arange(scores.shape[1])
    previous = []
    for row in scores[1:]:
        leader = int(totals.argmax())
        switched = totals[leader] - switch_cost
        previous.append(np.where(totals >= switched, every, leader))
        totals = np.maximum(totals, switched) + row
    labels = [int(totals.argmax())]
    for step in reversed(previous):
        labels.append(int(step[labels[-1]]))
    return labels[::-1]
