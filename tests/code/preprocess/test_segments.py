"""Segments as arrays: each as a record, parts of them, and several as one."""

import pytest
from msgspec.structs import replace

from pipeline.core.records import Heading, Segment
from pipeline.preprocess.segments import NO_SEGMENTS, joined

TEXT = "某县总结\n一、学习\n学了十次。讲了百场。\n（一）宣讲\n讲了八场。\n二、文化\n演了九场。"
TITLE, LEARNING, TALKS = Heading(0, "某县总结"), Heading(150, "一、学习"), Heading(170, "（一）宣讲")
CULTURE = Heading(150, "二、文化")


@pytest.fixture
def cut(cut_up):
    return cut_up(TEXT)[1]


def test_a_segment_is_made_a_record_where_it_is_asked_for(cut):
    assert len(cut) == 7
    assert cut[0] == Segment(0, 4, ((0, 4),), (), 0)
    assert cut[2] == Segment(10, 20, ((10, 15), (15, 20)), (TITLE, LEARNING))
    assert cut[-1] == Segment(38, 43, ((38, 43),), (TITLE, CULTURE))
    assert [segment.level for segment in cut] == [0, 150, None, 170, None, 150, None]
    with pytest.raises(IndexError):
        cut[7]


def test_a_part_has_the_headings_that_it_stands_under(cut):
    part = cut.part(4, 6)
    assert list(part) == [cut[4], cut[5]]
    assert (list(part.headings), list(part.parents)) == ([TITLE, LEARNING, TALKS], [-1, 0, 1])
    assert list(cut.part(0, 1).headings) == list(cut.part(2, 2)) == []


def test_parts_are_joined_again(cut):
    again = joined([cut.part(0, 3), NO_SEGMENTS, cut.part(3, 4), cut.part(4, 7)])
    assert list(again) == list(cut)
    assert len(joined([])) == len(NO_SEGMENTS) == 0


def test_headings_with_nothing_below_them_are_not_used(cut, cut_up):
    assert [cut.headings[number] for number in cut.used()] == [TITLE, LEARNING, TALKS, CULTURE]
    cut = cut_up("某县总结\n一、学习\n二、文化\n演了九场。")[1]
    assert [cut.headings[number] for number in cut.used()] == [TITLE, CULTURE]
    assert len(cut.headings) == 3


def test_the_headings_above_are_told_in_one_line(cut):
    lines = {}
    for number in [-1, *cut.used()[::-1]]:
        assert cut.line_of(number, lines) == " > ".join(heading.text for heading in cut.above(number))
    assert sorted(lines) == cut.used()
    unnamed = replace(NO_SEGMENTS, headings=[Heading(0, ""), Heading(3, "一")], parents=[-1, 0])
    assert (unnamed.line_of(1, {}), unnamed.line_of(0, {})) == (" > 一", "")


def test_titles_without_end_are_no_recursion_without_end():
    count = 3000
    titles = replace(NO_SEGMENTS, headings=[Heading(0, "题")] * count, parents=[*range(-1, count - 1)])
    assert titles.line_of(count - 1, {}) == " > ".join(["题"] * count)
