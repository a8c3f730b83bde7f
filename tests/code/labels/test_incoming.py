"""What comes in from other tools: passages that overlap, people who disagree, texts that differ in their line ends."""

import pytest

from pipeline.core import locations
from pipeline.core.config import load_label_set
from pipeline.labels.incoming import (
    Columns,
    ImportedReport,
    LabelSpan,
    Rejected,
    agreed,
    contradictions,
    in_text,
    unknown,
    without_overlap,
)

LABELS = load_label_set(locations.find("configs/labels.toml"))


def span(start, end, label="兴文化", *secondary, where="甲"):
    return LabelSpan(start, end, label, secondary, where)


@pytest.mark.parametrize(
    ("values", "column", "source"),
    [
        ({"source": "a", "group": "b"}, "", "a"), ({"source": "", "group": "b"}, "", "b"), ({"source": None, "group": 0}, "", "0"),
        ({"text": "x"}, "", ""), ({"source": "a", "doc": "d"}, "doc", "d"), ({"source": "a"}, "doc", ""),
    ],
)  # fmt: skip
def test_the_report_of_a_row(values, column, source):
    assert Columns(source=column).source_of(values) == source


def test_a_passage_that_overlaps_an_earlier_one_is_refused_and_one_said_again_is_dropped():
    first, beside = span(2, 5), span(5, 7)
    why = "4-6 (其他) overlaps 2-5 (兴文化), which was taken; labels of one report may not overlap"
    found = list(without_overlap([first, span(4, 6, "其他", where="乙"), span(2, 5, where="丙"), beside]))
    assert found == [first, Rejected("乙", why), beside]
    for again in (span(2, 5, "其他"), span(2, 5, "兴文化", "其他"), span(2, 4), span(3, 5)):
        assert isinstance(list(without_overlap([first, again]))[1], Rejected)
    assert str(found[1]) == f"乙: {why}"


def test_people_are_taken_where_nobody_contradicts():
    one, other = [span(4, 6), span(0, 2)], [span(0, 2, where="乙"), span(5, 8, "其他", where="乙")]
    assert list(agreed([one, other])) == [
        Rejected("甲", "4-6 is 兴文化 here and 其他 by 乙; take one person's with --by, or make them agree"),
        Rejected("乙", "5-8 is 其他 here and 兴文化 by 甲; take one person's with --by, or make them agree"),
        one[1],
    ]
    assert list(agreed([one])) == [one[1], one[0]]
    assert list(agreed([])) == []
    across = list(agreed([[span(0, 4)], [span(2, 6, where="乙")]]))  # they say the same of it, and not where it ends
    assert across[0] == span(0, 4)
    assert isinstance(across[1], Rejected)


def test_passages_move_with_the_line_ends_of_a_text():
    text = "甲\n乙𠮷\n丙"
    report = ImportedReport("a", text, (span(0, 1), span(2, 4), span(2, 6)), "t")
    assert in_text(report, text) is report
    assert in_text(report, text + "\n") is None
    moved = in_text(report, text.replace("\n", "\r\n"))
    assert [(each.start, each.end) for each in moved.passages] == [(0, 1), (3, 5), (3, 8)]
    assert (moved.name, moved.text, moved.where) == ("a", "甲\r\n乙𠮷\r\n丙", "t")
    back = in_text(moved, text)
    assert back == report


def test_the_first_name_that_is_no_label_is_told_as_far_as_it_fits():
    assert unknown(LABELS.names, LABELS) is None
    assert unknown([], LABELS) is None
    known = " ".join(LABELS.names)
    assert unknown(["兴文化", "长" * 21, "新闻"], LABELS) == f"'{'长' * 20}' is not a known label; known: {known}"


def test_equal_texts_with_another_label_are_told_with_both_places_in_whatever_report():
    reports = [
        ImportedReport("甲", "新建书房。办展。", (span(0, 5, where="1"), span(5, 8, where="2"))),
        ImportedReport("乙", "新建 书房。", (span(0, 6, "其他", where="3"),)),
        ImportedReport("丙", "办展。\n新建书房。", (span(0, 3, "兴文化", "其他", where="4"), span(4, 9, where="5"))),
    ]
    assert list(map(str, contradictions(reports))) == ["3: 新建书房。 is 其他 here and 兴文化 by 1"]
