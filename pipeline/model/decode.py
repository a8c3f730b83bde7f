"""Find where the theme changes inside a segment: the best sequence of labels over the scores of its sentences."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.model.bigrams import Ints
from pipeline.model.features import Floats


class Runs(msgspec.Struct, frozen=True):
    """Runs of side-by-side sentences of one segment and one label, in order.

    Run ``i`` is sentences ``firsts[i]`` to ``lasts[i]`` (exclusive) of segment ``segments[i]``, with their mean ``scores[i]``.
    """

    segments: Ints
    firsts: Ints
    lasts: Ints
    scores: Floats


def decode(scores: Floats, bounds: Sequence[int] | Ints, switch_costs: Sequence[float] | Floats) -> Runs:
    """Return the runs of all segments in order.

    ``scores`` has the shape (sentences, labels); ``bounds`` are the segments' first sentences and, last, the number
    of sentences. The labels of a segment maximise the sum of their scores less its switch cost for each change, found by
    the Viterbi algorithm (Viterbi 1967) with one cost for all changes (the Potts model).
    """
    starts, ends = np.array(bounds[:-1]), np.array(bounds[1:])
    labels = scores.argmax(axis=1)
    changes = _changes(labels)
    changes[starts] = False
    mixed = np.flatnonzero(np.add.reduceat(changes, starts, dtype=np.int64))
    _viterbi(scores, starts[mixed], ends[mixed], np.array(switch_costs)[mixed], labels)
    changes = _changes(labels)
    changes[starts] = True
    firsts = np.flatnonzero(changes)
    lasts = np.append(firsts[1:], len(scores))
    means = np.add.reduceat(scores, firsts, axis=0) / (lasts - firsts)[:, None]
    return Runs(np.searchsorted(starts, firsts, side="right") - 1, firsts, lasts, means)


def _changes(labels: Ints) -> NDArray[np.bool_]:
    """Return for each sentence whether its label is another than that of the one before."""
    changes = np.zeros(len(labels), bool)
    changes[1:] = labels[1:] != labels[:-1]
    return changes


def _viterbi(scores: Floats, starts: Ints, ends: Ints, costs: Floats, labels: Ints) -> None:
    """Write the best labels of some segments into ``labels``; all segments take a step at once, the longest leading."""
    order = np.argsort(starts - ends, kind="stable")
    starts, lengths, costs = starts[order], (ends - starts)[order], costs[order]
    totals = scores[starts]
    back: list[NDArray[np.int64]] = []
    for step in range(1, int(lengths.max(initial=0))):
        active = int(np.searchsorted(-lengths, -step))  # the segments that have a sentence at this step
        reached = totals[:active]
        leaders = reached.argmax(axis=1)[:, None]
        switched = np.take_along_axis(reached, leaders, axis=1) - costs[:active, None]
        back.append(np.where(reached >= switched, np.arange(scores.shape[1]), leaders))
        totals[:active] = np.maximum(reached, switched) + scores[starts[:active] + step]
    chosen = totals.argmax(axis=1)
    for step in range(int(lengths.max(initial=0)) - 1, -1, -1):
        active = int(np.searchsorted(-lengths, -step))
        if step < len(back):
            going = len(back[step])
            chosen[:going] = back[step][np.arange(going), chosen[:going]]
        labels[starts[:active] + step] = chosen[:active]
