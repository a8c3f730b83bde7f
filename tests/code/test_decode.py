import itertools
import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.decode import decode

scores = st.lists(st.lists(st.integers(-5, 5), min_size=3, max_size=3), min_size=1, max_size=6)


def value(path, rows, cost):
    return sum(row[label] for row, label in zip(rows, path, strict=True)) - cost * sum(a != b for a, b in itertools.pairwise(path))


@given(scores, st.integers(0, 6))
@settings(max_examples=200)
def test_no_sequence_of_labels_is_better(rows, cost):
    array = np.array(rows, dtype=float)
    runs = decode(array, (0, len(rows)), [float(cost)])
    path = [int(run.scores.argmax()) for run in runs for _ in range(run.first, run.last)]
    best = max(value(candidate, rows, cost) for candidate in itertools.product(range(3), repeat=len(rows)))
    assert value(path, rows, cost) == best
    assert [run.first for run in runs] == [0, *(run.last for run in runs[:-1])]
    assert runs[-1].last == len(rows)


def test_themes_never_run_on_from_one_segment_into_the_next():
    rows = np.array([[1.0, 0.0]] * 4)
    assert [(run.segment, run.first, run.last) for run in decode(rows, (0, 1, 4), [0.5, 0.5])] == [(0, 0, 1), (1, 1, 4)]


def test_a_change_must_be_worth_its_cost():
    rows = np.array([[1.0, 0.0], [0.0, 0.4], [1.0, 0.0]])
    assert len(decode(rows, (0, 3), [0.5])) == 1
    assert len(decode(rows, (0, 3), [0.1])) == 3
    assert len(decode(rows, (0, 3), [math.inf])) == 1
