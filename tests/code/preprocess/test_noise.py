import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.preprocess import noise as module
from pipeline.preprocess.lines import find_lines
from pipeline.preprocess.noise import find_noise, judge


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("当前位置: 首页 > 实时讯息 >", "navigation"),
        ("您的位置：首页>新闻", "navigation"),
        ("首页 > 政务公开 > 工作总结", "navigation"),
        ("上一篇：关于某事的通知", "navigation"),
        ("记者:张三 李四", "byline"),
        ("责任编辑：王五", "byline"),
        ("来源：某某日报  发布时间：2023-01-02", "byline"),
        ("2023-03-22 17:01:12", "byline"),
        ("2023年3月22日 来源：某某网", "byline"),
        ("（临溪发布客户端）", "byline"),
        ("△活动现场", "caption"),
        ("图为志愿者在清扫积雪。", "caption"),
        ("村民在文化广场观看演出。王一 摄", "caption"),
        ("[图片]", "image"),
        ("- THE END -", "furniture"),
        ("— 12 —", "furniture"),
        ("第3页 共10页", "furniture"),
        ("分享到：微信 微博", "furniture"),
        ("某ICP备12345678号", "furniture"),
        ("微信 微博 QQ空间 复制链接", "furniture"),
        ("分享｜收藏｜打印", "furniture"),
        ("图 图 图", "caption"),
        ("扫一扫 （供图）", "caption"),
        ("网站 Copyright 摄", "caption"),
        ("copyright 某某网", "furniture"),
        ("记者：王（摄）", "byline"),
        ("——*——", "symbols"),
    ],
)
def test_noise_by_its_form(line, reason):
    assert judge(line) == reason


@pytest.mark.parametrize(
    "line",
    [
        "2023年，全市共举办活动120场。",
        "一、强化理论武装",
        "来源广泛的志愿者队伍不断壮大。",
        "编辑出版地方志三部。",
        "记者节当天，全市表彰优秀新闻工作者二十名。",
        "摄影展吸引观众三万人。",
        "图书馆",
        "时间紧、任务重，全县上下一条心。",
        "（一）加强网络综合治理",
        "作者见面会走进校园，三百名学生参加。",
        "收藏文物三千件。",
        "12月，开展“送戏下乡”活动。",
    ],
)
def test_body_text_is_no_noise(line):
    assert judge(line) is None


@pytest.mark.parametrize(("begins", "form"), [(begins, form) for _, begins, form in module._BY_FORM])
def test_a_line_of_a_form_begins_as_the_form_says(begins, form):
    @given(st.from_regex(re.compile(form, re.IGNORECASE), fullmatch=True).filter(lambda line: line == line.strip()))
    @settings(max_examples=60)
    def begins_so(line):
        assert line[0] in begins or line[0].isdecimal()
        assert judge(line) is not None or len(line) > module.LONGEST
        (lines,) = find_lines([line])
        assert lines.doubtful == [0] or len(lines.spans) > 1 or len(line) > module.LONGEST

    begins_so()


@given(st.text(st.one_of(st.sampled_from("一二1.、（）(摄图记者：△>备y 某A。*"), st.characters()), max_size=30))
def test_a_line_that_is_not_doubtful_is_no_noise(line):
    for lines in find_lines([line]):
        texts = [line[start:end] for start, end in lines.spans]
        assert not any(judge(text) for i, text in enumerate(texts) if i not in lines.doubtful)


def test_no_form_begins_as_an_item_does():
    for item in ("一、", "1.", "（一）", "(3)", "【二】"):
        for noise in ("记者：张三", "2023-01-02", "分享", "图片", "某某日报", "第3页", "12", "完"):
            assert judge(item + noise) is None


def test_repeated_captions_and_titles():
    lines = ["某县工作综述", "某县", "某县 > 新闻 > 正文", "某县工作综述", "正文。", "△现场", "△现场", "正文。"]
    assert find_noise(lines) == {1: "navigation", 2: "navigation", 3: "repeated line", 5: "caption", 6: "repeated caption"}


def test_names_among_the_bylines_at_the_end():
    lines = ["正文一句。", "某市融媒体中心", "记者：甲", "乙某 丙某", "审核：丁"]
    assert find_noise(lines) == {2: "byline", 3: "byline", 4: "byline"}
    assert find_noise(["正文一句。", "- THE END -", *lines[1:]])[2] == "byline"


def test_items_of_a_list_are_no_captions_whatever_their_sign():
    items = ["▲办书房九间。", "▲送戏百场。"]
    assert find_noise(["正文。", *items, "正文。"]) == {}
    assert find_noise(["正文。", items[0], "正文。", items[1]]) == {1: "caption", 3: "caption"}


def test_the_foot_of_a_page_is_what_stands_below_its_last_sentence():
    lines = ["主办单位：县委宣传部", "正文一句。", "主办单位：某县政府", "地址：某街1号  邮编：100000", "技术支持：某公司"]
    assert find_noise(lines) == {2: "furniture", 3: "furniture", 4: "furniture"}


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
