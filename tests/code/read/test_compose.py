import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.records import Mark
from pipeline.read.compose import LONGEST_ROW, Paragraph, compose, join_row


def heading(text, level):
    return Paragraph(text, "heading", level)


def levels_of(*paragraphs):
    content = compose(paragraphs, "x")
    return {content.text[mark.start : mark.end]: mark.level for mark in content.marks}


def test_paragraphs_become_lines_with_places_and_marks():
    content = compose(
        [Paragraph("　　甲"), Paragraph(" \t"), Paragraph("页眉 ", "noise", reason="page header"), Paragraph("乙\n丙")], "docx"
    )
    assert content.text == "　　甲\n页眉 \n乙\n丙"
    assert content.marks == (Mark(4, 7, "noise", reason="page header"),)
    assert [(place.start, place.paragraph) for place in content.places] == [(0, 1), (4, 2), (8, 3), (10, 4)]
    assert content.encoding == "docx"


def test_a_mark_begins_at_the_first_character_that_is_no_space():
    assert compose([heading("　工作回顾 ", 1)], "x").marks == (Mark(1, 5, "heading", level=1),)


def test_headings_with_a_sign_get_their_level_from_it_and_others_fall_into_line():
    assert levels_of(heading("总结", 0), heading("一、学习", 1), heading("经验", 1), heading("做法", 2)) == {
        "总结": 0,
        "经验": 3,
        "做法": 4,
    }
    assert levels_of(heading("回顾", 1), heading("学习", 2), heading("（一）甲", 3), heading("乙", 4), heading("展望", 1)) == {
        "回顾": 1,
        "学习": 2,
        "乙": 5,
        "展望": 1,
    }


def test_the_first_and_only_highest_heading_is_the_title():
    assert levels_of(heading("总结", 1), heading("回顾", 2), heading("展望", 2)) == {"总结": 0, "回顾": 1, "展望": 1}
    assert levels_of(heading("总结", 1)) == {"总结": 1}


@pytest.mark.parametrize("text", ["学习。再学习", "学" * 101, "（二）学习"])
def test_text_in_the_style_of_a_heading_that_is_none_gets_no_mark(text):
    assert compose([heading(text, 1)], "x").marks == ()


def test_levels_stay_above_items_in_any_depth():
    assert max(levels_of(*[heading(f"甲{level}", level) for level in range(1, 10)], heading("乙", 1)).values()) == 7


def test_short_cells_make_a_row_and_others_stay_paragraphs():
    cell = [Paragraph("书屋")]
    assert join_row([cell, [], [Paragraph(" 12 ")]]) == [Paragraph("书屋\t12", "row")]
    assert join_row([cell, []]) == cell
    assert join_row([[*cell, *cell], cell]) == [*cell] * 3
    long = [Paragraph("字" * LONGEST_ROW)]
    assert join_row([long, cell]) == [*long, *cell]


@given(
    st.lists(
        st.builds(
            Paragraph, st.text(max_size=30), st.sampled_from([None, "heading", "noise", "row"]), st.integers(0, 9), st.just("x")
        )
    )
)
def test_marks_and_places_lie_in_the_text_in_order(paragraphs):
    content = compose(paragraphs, "x")
    ends = [0, *(mark.end for mark in content.marks)]
    assert all(end <= mark.start < mark.end <= len(content.text) for end, mark in zip(ends, content.marks, strict=False))
    assert [place.start for place in content.places] == [
        *([0] if content.text else []),
        *(i + 1 for i, character in enumerate(content.text) if character == "\n"),
    ]
    assert "".join(content.text.split()) == "".join("".join(paragraph.text.split()) for paragraph in paragraphs)
