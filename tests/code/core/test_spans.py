from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core import spans
from pipeline.core.spans import SpanIndex, spans_by_source


class Span(NamedTuple):
    start: int
    end: int
    source: str = "a.txt"


OUTER, INNER, LATER = Span(0, 10), Span(2, 4), Span(6, 8)


@pytest.mark.parametrize(
    ("given", "asked", "found"),
    [
        ([], (0, 5), []),
        ([Span(0, 5)], (5, 9), []),  # touching
        ([Span(5, 9)], (0, 5), []),
        ([Span(3, 7)], (3, 7), [(Span(3, 7), 4)]),  # equal
        ([Span(0, 10)], (3, 7), [(Span(0, 10), 4)]),  # one in the other
        ([Span(3, 7)], (0, 10), [(Span(3, 7), 4)]),
        ([Span(0, 5)], (4, 9), [(Span(0, 5), 1)]),  # a single character
        ([Span(0, 10)], (5, 5), []),  # an empty one overlaps nothing
        ([Span(5, 5)], (0, 10), []),
        ([LATER, INNER, OUTER], (7, 9), [(OUTER, 2), (LATER, 1)]),  # behind one that ended, in one that goes on
        ([INNER, INNER], (0, 3), [(INNER, 1), (INNER, 1)]),
    ],
)
def test_what_overlaps_is_found_in_order_with_its_characters(given, asked, found):
    assert list(SpanIndex(given).overlapping(*asked)) == found


def test_what_covers_a_span_is_added_up_by_name_in_order_of_the_first_of_each():
    index = SpanIndex([Span(4, 9, "b"), Span(0, 4, "a"), Span(9, 12, "a"), Span(20, 22, "c")])
    assert list(index.covered(2, 11, lambda span: span.source).items()) == [("a", 4), ("b", 5)]
    assert index.covered(12, 20, lambda span: span.source) == {}


SPANS = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda pair: Span(*sorted(pair)))


@given(st.lists(SPANS), SPANS)
def test_the_same_is_found_as_by_comparing_all(given, asked):
    compared = [(one, len({*range(*one[:2])} & {*range(*asked[:2])})) for one in sorted(given, key=lambda one: one.start)]
    assert list(SpanIndex(given).overlapping(asked.start, asked.end)) == [pair for pair in compared if pair[1]]


@given(st.lists(SPANS), SPANS)
def test_spans_that_come_one_after_the_other_are_found(given, asked):
    index, kept = SpanIndex(), []
    for span in given:
        if span.start < span.end and not any(index.overlapping(span.start, span.end)):
            index.add(span)
            kept.append(span)
    assert list(index.overlapping(asked.start, asked.end)) == list(SpanIndex(kept).overlapping(asked.start, asked.end))


def test_what_lies_before_and_behind_is_not_compared(monkeypatch):
    compared = []
    monkeypatch.setattr(spans, "min", lambda *both: compared.append(both) or min(*both), raising=False)
    index = SpanIndex(Span(at, at + 1) for at in range(1_000))
    assert [span.start for span, _ in index.overlapping(500, 503)] == [500, 501, 502]
    assert len(compared) == 3


def test_spans_are_gathered_by_their_report():
    found = spans_by_source([Span(0, 2), Span(0, 3, "b.txt")])
    assert list(found["b.txt"].overlapping(0, 9)) == [(Span(0, 3, "b.txt"), 3)]
    assert list(found["c.txt"].overlapping(0, 9)) == []
