import re

import pytest

from pipeline.preprocess import headings
from pipeline.preprocess.headings import ITEM, PLAIN, is_lead, line_level, sign_level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("第一部分 回顾", 10),
        ("一、强化学习", 150),
        ("十一、强化学习", 150),
        ("（一）学习", 170),
        ("(二)学习", 170),
        ("1.学习", 190),
        ("12、学习", 190),
        ("(1)学习", 210),
        ("3）学习", 210),
        ("①学习", 230),
        *((f"{sign}学习", 230) for sign in "⑳㉑㉟㊱㊿"),
        ("一〇、学习", 150),
        ("一○、学习", 150),
        ("二〇、学习", 150),
        ("（一〇）学习", 170),
        ("第一〇章 学习", 70),
        ("一〇是学习", 250),
        ("第二〇，学习", 250),
        ("二〇二三、", None),
        ("（○）学习", None),
        ("（〇〇）学习", None),
        ("〇、学习", None),
        ("㉠学习", None),
        ("㊀学习", None),
        ("一是学习", 250),
        ("二要学习", 250),
        ("第三，学习", 250),
        ("其二，学习", 250),
        ("——学习", 250),
        ("●学习", 250),
        ("3.5万人次", None),
        ("2023年", None),
        ("一起学习", None),
    ],
)
def test_signs(text, level):
    assert sign_level(text) == level
    assert sign_level(f"甲{text}", 1, len(text) + 1) == level


def test_no_sign_begins_with_another_letter_than_those_that_are_looked_for():
    behind = ("", ".", "一、", "、", "）", "是", "一）", "1)", "先，", "一，", "次，", "后，", "篇", "—", "-", "一章 ")
    form = re.compile(headings._SIGN)
    letters = [c for c in map(chr, range(0x10000)) if c.isalpha() and any(form.match(c + rest) for rest in behind)]
    assert set(letters) == headings._BEGIN_SIGNS


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("一、强化理论武装", 150),
        ("培根强基铸魂 凝聚奋进力量", 130),
        ("——注重学习,凝心铸魂筑牢根基。", 250),
        ("一是抓学习。", None),
        ("旗帜指引方向,思想凝聚力量。", None),
        ("现将情况汇报如下：", None),
        ("一、抓好学习。全年集中学习十二次", None),
        ("这一行" * 20, None),
        ("***", None),
    ],
)
def test_lines_that_are_headings(line, level):
    assert line_level(line, 42) == level


def test_leads_are_short_and_hold_no_figures_or_titles():
    assert is_lead("文旅文创融合发展深入推进。")
    assert not is_lead("全年演出80场。")
    assert not is_lead("出版《临溪志》一部。")
    assert not is_lead("这是一句为了试验而写得很长、长得不可能只是用来引出下文的话。")


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("**一是加强理论学习。**", 250),
        ("**二要建好阵地**", 250),
        ("**注重引领，厚植情怀。**", 250),
        ("**做法与成效**", 130),
        ("**一、总体情况**", 150),
        ("**（二）主要做法**", 170),
        ("# 总结", 0),
        ("## 一、总体情况", 1),
        ("### 为什么要创建文明城市？", 2),
        ("**全县开展宣讲。受众三万。**", None),
        ("**各镇负责同志：**", None),
        ("**重点**工作推进", 130),
        ("**" + "长" * 50 + "**", None),
        ("****", None),
        ("#宣讲", 130),
    ],
)
def test_what_markdown_marks_is_a_heading(line, level):
    assert line_level(line, 42) == level


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("# 总结", 0), ("## 总结 ##", 1), ("###### 总结", 5), ("# 长", 0), ("# " + "长" * 42, 0), ("# " + "长" * 43, None),
        ("**总结**", PLAIN), ("**一、总结**", 150), ("**总结：**", None), ("**一句。两句。**", None), ("**一句话。**", ITEM),
        ("** **", None),
        ("**" + "长" * 42 + "**", PLAIN), ("**" + "长" * 43 + "**", None),
    ],
)  # fmt: skip
def test_levels_of_what_markdown_marks(line, level):
    assert line_level(line, 42) == level


@pytest.mark.parametrize(
    ("sentence", "leads"),
    [
        ("甲乙丙丁戊。", True), ("甲乙丙丁。", False), ("甲" * 24 + "。", True), ("甲" * 25 + "。", False), ("甲乙丙丁戊。”", True),
        ("甲乙丙丁3。", False), ("《甲乙丙丁》。", False), ("甲乙丙丁戊", False), ("甲乙，丙丁：戊。", False),
    ],
)  # fmt: skip
def test_a_lead_is_short_and_has_neither_figures_nor_titles(sentence, leads):
    assert is_lead(sentence) is leads
