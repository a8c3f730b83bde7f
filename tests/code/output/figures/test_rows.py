"""Figures as rows: their theme is the passage's, their place that of the source text, their sentence can be read."""

import pytest

from pipeline.core.records import HumanLabel, Tag
from pipeline.output.figures.rows import AROUND, COLUMNS, figure_rows, in_words, sentence_around

TEXT = "前文说明。开展理论宣讲3900多场次，受众\n20多万人次；同比增长12.3%。后文。"


def tag(text=TEXT, **fields):
    return Tag("报告.txt", 4, 100, 100 + len(text), text, "总结 > 一、理论", "举旗帜", 0.9, {}, (), True, (), "demo 1", **fields)


def test_a_row_tells_what_how_many_and_where():
    first, second, third = figure_rows([tag(page=3)])
    assert (first.counted, first.written, first.value, first.unit, first.bound, first.kind) == (
        "理论宣讲",
        "3900多场次",
        3900,
        "场次",
        "多",
        "count",
    )
    assert (first.source, first.theme, first.score, first.review, first.page) == ("报告.txt", "举旗帜", 0.9, True, 3)
    for row in (first, second, third):
        assert TEXT[row.start - 100 : row.end - 100] == row.written
    assert isinstance(first.value, int)
    assert (third.value, third.kind) == (12.3, "share")


def test_the_theme_is_the_persons_where_one_has_said_it():
    row, *_ = figure_rows([tag(correction=HumanLabel("聚民心"))])
    assert (row.theme, row.review) == ("聚民心", False)


def test_noise_has_no_figures_and_themes_can_be_chosen():
    assert list(figure_rows([tag(noise="byline")])) == []
    assert list(figure_rows([tag()], frozenset({"兴文化"}))) == []
    assert len(list(figure_rows([tag()], frozenset({"举旗帜"})))) == 3


def test_the_columns_are_in_chinese_and_on_one_line():
    _, row, _ = figure_rows([tag()])
    cells = {name: cell(row) for name, cell in COLUMNS.items()}
    assert (cells["主题"], cells["统计对象"], cells["数值"], cells["单位"], cells["限定"], cells["类别"]) == (
        "举旗帜",
        "受众",
        200_000,
        "人次",
        "多",
        "数量",
    )
    assert cells["原句"] == "开展理论宣讲3900多场次，受众 20多万人次；"


@pytest.mark.parametrize(("before", "after"), [(0, 0), (AROUND - 1, 0), (AROUND, 3), (3 * AROUND, 3 * AROUND)])
def test_a_long_sentence_is_cut_around_its_figure(before, after):
    text = "字" * before + "12个" + "字" * after
    shown = sentence_around(text, before, before + 3)
    assert "12个" in shown
    assert shown.startswith("…") == (before > AROUND)
    assert shown.endswith("…") == (after > AROUND)
    assert len(shown) <= 2 * AROUND + 3 + 2


def test_a_figure_in_markdown_is_read_without_its_signs_and_stands_in_the_source_with_them():
    text = "- **开展**理论宣讲**3900**多场次，受众*20多万*人次。"
    rows = list(figure_rows([Tag("a.md", 0, 7, 7 + len(text), text, "", "举旗帜", 0.9, {}, (), False, (), "m")]))
    told = [(row.counted, row.value, row.unit, row.bound) for row in rows]
    assert told == [("理论宣讲", 3900, "场次", "多"), ("受众", 200_000, "人次", "多")]
    assert [text[row.start - 7 : row.end - 7] for row in rows] == [row.written for row in rows] == ["3900**多场次", "20多万*人次"]
    assert [in_words(row) for row in rows] == ["3900多场次", "20多万人次"]
    assert rows[0].sentence == "开展理论宣讲3900多场次，受众20多万人次。"
