import itertools
import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.decode import decode

scores = st.lists(st.lists(st.integers(-5, 5), min_size=3, max_size=3), min_size=1, max_size=6)


def value(path, rows, cost):
    return sum(row[label] for row, label in zip(rows, path, strict=True)) - cost * sum(a != b for a, b in itertools.pairwise(path))


@given(scores, st.integers(0, 6))
@settings(max_examples=200)
def test_no_sequence_of_labels_is_better(rows, cost):
    array = np.array(rows, dtype=float)
    runs = decode(array, (0, len(rows)), [float(cost)])
    firsts, lasts = runs.firsts.tolist(), runs.lasts.tolist()
    lengths = [last - first for first, last in zip(firsts, lasts, strict=True)]
    path = [label for label, length in zip(runs.scores.argmax(axis=1).tolist(), lengths, strict=True) for _ in range(length)]
    best = max(value(candidate, rows, cost) for candidate in itertools.product(range(3), repeat=len(rows)))
    assert value(path, rows, cost) == best
    assert firsts == [0, *lasts[:-1]]
    assert lasts[-1] == len(rows)


def test_themes_never_run_on_from_one_segment_into_the_next():
    rows = np.array([[1.0, 0.0]] * 4)
    runs = decode(rows, (0, 1, 4), [0.5, 0.5])
    assert (runs.segments.tolist(), runs.firsts.tolist(), runs.lasts.tolist()) == ([0, 1], [0, 1], [1, 4])


@given(st.lists(st.tuples(scores, st.integers(0, 3)), min_size=1, max_size=5))
def test_many_segments_at_once_are_the_same_as_one_by_one(segments):
    bounds = [0, *itertools.accumulate(len(rows) for rows, _ in segments)]
    together = decode(np.array([row for rows, _ in segments for row in rows], float), bounds, [cost for _, cost in segments])
    alone = [decode(np.array(rows, float), (0, len(rows)), [cost]) for rows, cost in segments]
    assert together.firsts.tolist() == [first + bounds[i] for i, runs in enumerate(alone) for first in runs.firsts.tolist()]
    assert np.array_equal(together.scores, np.concatenate([runs.scores for runs in alone]))


def test_a_change_must_be_worth_its_cost():
    rows = np.array([[1.0, 0.0], [0.0, 0.4], [1.0, 0.0]])
    assert len(decode(rows, (0, 3), [0.5]).firsts) == 1
    assert len(decode(rows, (0, 3), [0.1]).firsts) == 3
    assert len(decode(rows, (0, 3), [math.inf]).firsts) == 1
