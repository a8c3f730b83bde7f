import pytest

from pipeline.preprocess.contents import is_contents_entry, is_contents_title, is_led_entry, runs
from pipeline.preprocess.noise import find_noise

CONTENTS_LINES = ["摘要\t1", "一、总体情况\t2", "1.1项目简介 3", "第二章 主要做法……5"]


@pytest.mark.parametrize("title", ["目录", "目　录", "【目 录】", "目次", "CONTENTS", "Table of Contents"])
def test_lines_with_rising_pages_below_their_title_are_contents(title):
    lines = ["某县年报", title, *CONTENTS_LINES, "摘要", "全县建成书屋六座。"]
    assert find_noise(lines) == dict.fromkeys(range(1, 6), "table of contents")


@pytest.mark.parametrize("leader", ["......", "……", "…………", "·····", "______", "- - - -", ". . . . ", "－－－"])
def test_entries_led_to_their_pages_need_no_title(leader):
    entries = [f"{name}{leader}{page}" for name, page in (("一、学习", 1), ("二、宣讲", "（3）"), ("三、展望", 12))]
    assert find_noise([*entries, "全县建成书屋六座。"]) == dict.fromkeys(range(3), "table of contents")


def test_a_broken_entry_stands_among_contents():
    lines = ["目录", "一、学习......1", "二、全面加强新时代文明实践阵地", "建设......4", "三、展望......9", "正文。"]
    assert find_noise(lines) == dict.fromkeys(range(5), "table of contents")


@pytest.mark.parametrize(
    "lines",
    [
        ["各镇开展活动情况", "甲镇\t120", "乙镇\t130", "丙镇\t140"],
        ["名次如下", "甲镇 9", "乙镇 8", "丙镇 3", "丁镇 1"],
        ["合计......36", "全县建成书屋六座。"],
        ["目录", "全县建成书屋六座。", "受众达到3000", "覆盖乡镇18"],
        ["目录", "甲镇 90", "乙镇 80", "丙镇 30", "丁镇 10"],
    ],
)
def test_other_lines_that_end_in_figures_are_no_contents(lines):
    assert "table of contents" not in find_noise(lines).values()


def test_titles_and_entries_are_told_by_their_form():
    assert [is_contents_title(line) for line in ("目 录", "目录", "目录树", "Contents")] == [True, True, False, True]
    entries = ("一、学习 3", "一、学习（12）", "受众3.5", "2024", "宣讲。3", "第3")
    assert [is_contents_entry(line) for line in entries] == [True, True, False, False, False, False]
    assert [is_led_entry(line) for line in ("学习……3", "学习...3", "学习-3", "……3")] == [True, True, False, False]


def test_places_that_lie_close_are_a_run():
    assert runs([1, 2, 4, 8], within=2) == [[1, 2, 4], [8]]
    assert runs([], within=1) == []


def test_pages_may_stand_between_dashes_or_with_their_word():
    lines = ["目录", "前言……I", "一、理论……- 1 -", "二、文化……-3-", "三、文明……第5页", "四、打算\t第 7 页", "正文一句。"]
    assert list(find_noise(lines)) == list(range(6))
    assert set(find_noise(lines).values()) == {"table of contents"}
    assert find_noise(["目录", "图书共三百页", "画册共五十页", "正文一句。"]) == {}
