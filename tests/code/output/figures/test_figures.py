"""Figures of a passage: where they stand, over the line ends of a page, and in any text at all."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.output.figures import figures_in

PIECES = [
    "开展宣讲",
    "3900多场次",
    "，",
    "。",
    "、",
    "二十",
    "万",
    "人次",
    "“",
    "”",
    "《",
    "》",
    "（",
    "）",
    "第",
    "三",
    "名",
    "年",
    "%",
    "至",
    "\n",
    " ",
    "的",
    "1.",
    "个",
]


def test_a_figure_has_all_that_a_row_needs():
    text = "开展理论宣讲3900多场次，受众20多万人次。"
    first, second = figures_in(text)
    assert (text[first.start : first.end], first.value, first.unit, first.bound, first.counted) == (
        "3900多场次",
        3900,
        "场次",
        "多",
        "理论宣讲",
    )
    assert (text[second.start : second.end], second.value, second.unit, second.bound, second.counted) == (
        "20多万人次", 200_000, "人次", "多", "受众",
    )  # fmt: skip


def test_the_line_ends_of_a_page_break_nothing():
    text = "开展理论宣\r\n讲39\n00多场\n次，受众20多万人\n次。"
    first, second = figures_in(text)
    assert (text[first.start : first.end], first.value, first.counted) == ("39\n00多场\n次", 3900, "理论宣讲")
    assert text[second.start : second.end] == "20多万人\n次"


def test_the_number_of_an_item_is_no_part_of_the_number_before():
    (figure,) = figures_in("参加人数：120\n3.强化考核")
    assert figure.value == 120


@given(st.text() | st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_text_gives_figures_that_lie_in_it_in_order(text):
    at = 0
    for figure in figures_in(text):
        assert at <= figure.start < figure.end <= len(text)
        at = figure.end
        assert figure.value >= 0
        assert figure.high is None or figure.high > figure.value
