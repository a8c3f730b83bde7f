import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.records import Mark
from pipeline.read.compose import CONTENTS_TITLE, LONGEST_ROW, Paragraph, compose, join_row, paragraphs_of


def heading(text, level):
    return Paragraph(text, "heading", level)


def levels_of(*paragraphs):
    content = compose(paragraphs, "x")
    return {content.text[mark.start : mark.end]: mark.level for mark in content.marks}


def test_paragraphs_become_lines_with_places_and_marks():
    content = compose(
        [Paragraph("　　甲"), Paragraph(" \t"), Paragraph("页眉 ", "noise", reason="page header"), Paragraph("乙\n12")], "docx"
    )
    assert content.text == "　　甲\n页眉 \n乙\n12"
    assert content.marks == (Mark(4, 7, "noise", reason="page header"),)
    assert [(place.start, place.paragraph) for place in content.places] == [(0, 1), (4, 2), (8, 3), (10, 4)]
    assert content.encoding == "docx"


def test_a_mark_begins_at_the_first_character_that_is_no_space():
    assert compose([heading("　工作回顾 ", 1)], "x").marks == (Mark(1, 5, "heading", level=1),)


def test_headings_with_a_sign_get_their_level_from_it_and_others_fall_into_line():
    assert levels_of(heading("总结", 0), heading("一、学习", 1), heading("经验", 1), heading("做法", 2)) == {
        "总结": 0,
        "经验": 150,
        "做法": 151,
    }
    assert levels_of(heading("回顾", 1), heading("学习", 2), heading("（一）甲", 3), heading("乙", 4), heading("展望", 1)) == {
        "回顾": 1,
        "学习": 2,
        "乙": 171,
        "展望": 1,
    }


def test_the_first_and_only_highest_heading_is_the_title():
    assert levels_of(heading("总结", 1), heading("回顾", 2), heading("展望", 2)) == {"总结": 0, "回顾": 1, "展望": 1}
    assert levels_of(heading("总结", 1)) == {"总结": 1}


@pytest.mark.parametrize("text", ["学习。再学习", "学" * 101, "（二）学习"])
def test_text_in_the_style_of_a_heading_that_is_none_gets_no_mark(text):
    assert compose([heading(text, 1)], "x").marks == ()


def test_levels_stay_above_items_in_any_depth():
    assert max(levels_of(*[heading(f"甲{level}", level) for level in range(1, 300)], heading("乙", 1)).values()) == 249


def test_short_cells_make_a_row_and_others_stay_paragraphs():
    cell = [Paragraph("书屋")]
    assert join_row([cell, [], [Paragraph(" 12 ")]]) == [Paragraph("书屋\t12", "row")]
    assert join_row([cell, []]) == cell
    sentence = [Paragraph("学习。")]
    assert join_row([[*cell, *sentence], cell]) == [*cell, *sentence, *cell]
    long = [Paragraph("字" * LONGEST_ROW)]
    assert join_row([long, cell]) == [*long, *cell]


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        (["责", "任", "人"], "责任人"),
        (["志愿者\n人数"], "志愿者人数"),
        (["办理", "单位"], "办理单位"),
        (["张一", "李二", "王三"], "张一 李二 王三"),
        (["Tel.", "No."], "Tel. No."),
    ],
)
def test_a_narrow_column_breaks_no_row(cell, line):
    row = [[Paragraph(text) for text in cell], [Paragraph("120")]]
    assert join_row(row) == [Paragraph(f"{line}\t120", "row")]


@pytest.mark.parametrize(
    "cell", [["一、学习", "二、宣讲"], ["组织学习，", "开展宣讲"], ["学习。", "宣讲。"], ["开展理论宣讲一百二十场", "人数"]]
)
def test_a_cell_of_items_or_sentences_stays_as_it_is(cell):
    paragraphs = [Paragraph(text) for text in cell]
    assert join_row([paragraphs, [Paragraph("120")]]) == [*paragraphs, Paragraph("120")]


def texts(*paragraphs):
    return compose(paragraphs, "x").text.split("\n")


def test_a_word_one_under_the_other_is_one_word():
    assert texts(*map(Paragraph, ["策", "划", "书", "某某县"])) == ["策划书", "某某县"]
    assert texts(Paragraph("简\n报"), Paragraph("正文。")) == ["简报", "正文。"]
    assert texts(*map(Paragraph, ["一", "二", "三"])) == ["一", "二", "三"]
    assert texts(heading("方", 0), heading("案", 0), Paragraph("甲")) == ["方案", "甲"]


def body(text, indented=True):
    return Paragraph(text, indented=indented)


FULL = "今年以来，全县新建城市书房六座，开放时间延长至晚上九点。"


@pytest.mark.parametrize("cut", ["县文明办组织志愿服务队进社区，开", "各乡镇开展移风易俗宣传，评"])
def test_a_sentence_that_enter_broke_is_whole_again(cut):
    assert texts(body(FULL), body(cut), body("展评选活动四十场，群众参与踊跃。", False), body(FULL)) == [
        FULL,
        f"{cut}展评选活动四十场，群众参与踊跃。",
        FULL,
    ]
    broken = [body(cut), body("展活动，又", False), body("建成书屋六座。", False)]
    assert texts(body(FULL), *broken, body(FULL))[1:3] == [cut, "展活动，又"]  # not ended by a full stop: left as it is


@pytest.mark.parametrize(
    "lines",
    [
        [body(FULL), body("一、强化学习，筑牢思想"), body("全年宣讲三十场。", False), body(FULL)],
        [body(FULL), body("强化理论学习筑牢思想根基"), body("全年宣讲三十场。", False), body(FULL)],
        [body(FULL), body(FULL), body("落款在后，不成句的"), body("某某县文明办", False)],
        [body(FULL, False), body("县文明办组织宣讲队，开"), body("展宣讲四十场，群众踊跃。", False), body(FULL, False)],
        [body(FULL), body("县文明办组织宣讲队，开"), body("（一）展宣讲四十场。", False), body(FULL)],
    ],
)
def test_paragraphs_are_joined_only_where_a_sentence_goes_on(lines):
    assert texts(*lines) == [line.text for line in lines]


def test_the_heading_of_contents_is_a_title_where_none_follow():
    title = Paragraph("会议纪要", "noise", reason=CONTENTS_TITLE)
    assert compose([title, Paragraph("会议研究了书屋建设。")], "x").marks == (Mark(0, 4, "heading", level=0),)
    entry = Paragraph("一、学习\t3", "noise", reason="table of contents")
    for following in (entry, Paragraph("一、学习……3")):
        assert compose([title, following], "x").marks[0] == Mark(0, 4, "noise", reason="table of contents")
    named = Paragraph("目  录", "noise", reason=CONTENTS_TITLE)
    assert compose([named, Paragraph("正文。")], "x").marks == (Mark(0, 4, "noise", reason="table of contents"),)
    assert [mark.level for mark in compose([title, Paragraph("甲。"), title, Paragraph("乙。")], "x").marks] == [1, 1]


def test_what_another_reader_found_becomes_paragraphs_again():
    lines = [heading("总结", 0), Paragraph("页脚", "noise", reason="page footer"), Paragraph("甲\t12", "row"), Paragraph("正文。")]
    assert list(paragraphs_of(compose(lines, "x"))) == lines


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


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("一、加强理论\n武装工作", ["一、加强理论 武装工作"]),
        ("临溪县宣传工作 \n\n 总结", ["临溪县宣传工作 总结"]),
        ("一、理论学习\n（一）抓实学习", ["一、理论学习", "（一）抓实学习"]),
        ("理论学习。\n全县讲党课三百场", ["理论学习。", "全县讲党课三百场"]),
        (f"理论学习\n{'全' * 97}", ["理论学习", "全" * 97]),
    ],
)
def test_a_heading_that_was_broken_by_hand_is_one(text, lines):
    assert compose([Paragraph(text, "heading", 1), Paragraph("正文。")], "x").text.split("\n") == [*lines, "正文。"]
    assert compose([Paragraph(text)], "x").text.split("\n") == [part for part in text.split("\n") if part]
