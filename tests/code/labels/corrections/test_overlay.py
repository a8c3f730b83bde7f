from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.records import Label
from pipeline.labels.corrections.overlay import contradictions, current, overlay

TEXT = "学理论。 办书房。 讲故事。"


def label(start, end, name="举旗帜", who="", **rest):
    return Label("a.txt", "0", start, end, name, (), who, **rest)


def test_of_each_person_the_latest_line_for_a_span_counts():
    first, second = label(0, 4, who="王"), label(0, 4, "兴文化", "王")
    other = label(0, 4, "展形象", "李")
    assert current([first, other, second]) == [other, second]


def test_a_withdrawn_correction_takes_back_that_of_the_same_person_only():
    gone = label(0, 4, who="王", withdrawn=True)
    other = label(0, 4, who="李")
    assert current([label(0, 4, who="王"), other, gone]) == [other]
    assert current([gone, label(0, 4, "兴文化", "王")]) == [label(0, 4, "兴文化", "王")]


def test_a_correction_cuts_what_it_lies_over_and_the_rest_stays_without_white_space_around_it():
    laid = overlay(TEXT, [label(0, 14)], [label(5, 9, "兴文化", "王")])
    assert [(part.start, part.end, part.label) for part in laid] == [(0, 4, "举旗帜"), (5, 9, "兴文化"), (10, 14, "举旗帜")]


def test_later_corrections_lie_over_earlier_ones():
    laid = overlay(TEXT, [], [label(0, 9, "兴文化", "王"), label(5, 14, "展形象", "李")])
    assert [(part.start, part.end, part.label) for part in laid] == [(0, 4, "兴文化"), (5, 14, "展形象")]


def test_people_contradict_each_other_where_they_overlap_with_different_labels():
    mine, yours = label(0, 4, "兴文化", "王"), label(2, 9, "展形象", "李")
    assert contradictions([mine, yours, label(2, 9, "展形象", "赵"), label(10, 14, "育新人", "李")]) == [
        (mine, yours),
        (mine, label(2, 9, "展形象", "赵")),
    ]
    assert contradictions([mine, label(2, 9, "展形象", "王"), label(0, 2, "兴文化", "李")]) == []


SPANS = st.tuples(st.integers(0, 39), st.integers(1, 15)).map(lambda pair: (pair[0], min(40, sum(pair))))


@given(st.text("一 　\n。", min_size=40, max_size=40), st.lists(SPANS, max_size=8))
def test_whatever_the_spans_nothing_overlaps_and_only_white_space_is_lost(text, spans):
    laid = overlay(text, [label(0, 20), label(20, 40)], [label(*span, "兴文化", "王") for span in spans])
    covered = [place for part in laid for place in range(part.start, part.end)]
    assert len(covered) == len(set(covered))
    assert all(text[place].isspace() for place in set(range(40)) - set(covered))
    by_hand = {place for span in spans for place in range(*span)}
    assert {place for part in laid if part.label == "兴文化" for place in range(part.start, part.end)} <= by_hand
