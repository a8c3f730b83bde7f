"""The figures of a digest: those of the shown passages, by theme, with their source; the surest where there are too many."""

import io

import openpyxl
import pytest

from pipeline.output.digest import wording
from pipeline.output.digest.figures import figures_of

SECOND = "聚民心"


def test_figures_stand_by_theme_with_their_source(small):
    found = figures_of(small)
    assert (found[0].theme, [line.written for line in found[0].lines]) == ("举旗帜", ["十二次", "十八次"])
    cells = wording.figure_cells(found[0].lines[0], small.reports)
    assert cells == ("中心组集中学习", "十二次", "《临溪县2022年工作总结》 第3页")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("开展宣讲近1200场，同比减少21场。", ["近1200场", "同比减少21场"]),
        ("满意度由2024年的82%提高到96%，提高14个百分点。", ["由2024年的82%", "提高到96%", "提高14个百分点"]),
        ("稿件同比分别增长9.5%、12.2%和下降3.1%。", ["同比分别增长9.5%", "增长12.2%", "下降3.1%"]),
        ("采用稿件40篇、新增读者30人。", ["40篇", "30人"]),
        ("年借阅量不足100册次，活动不少于12次，党员占七成以上。", ["不足100册次", "不少于12次", "七成以上"]),
        ("播放量过亿，修订村规民约25份，走过3个村。", ["过亿", "25份", "3个"]),
        ("比例低于全省平均水平1.2个百分点，最高97分。", ["低于全省平均水平1.2个百分点", "最高97分"]),
        ("按可比口径增长8.9%。", ["增长8.9%"]),
        ("与去年相比志愿服务队伍增加20支。", ["增加20支"]),
        ("比去年底增加20支，较全省平均水平高3个百分点。", ["比去年底增加20支", "较全省平均水平高3个百分点"]),
        ("志愿者新增300人，干部晋升3人，创历史新高3.5万人次。", ["新增300人", "3人", "3.5万人次"]),
        ("、12场", ["12场"]),
    ],
)
def test_a_figure_keeps_the_words_that_say_how_near_it_is_and_which_way_it_went(build, digest_of, text, told):
    digest = digest_of(build("a.txt", "", [(text, "举旗帜")]))
    (figures,) = figures_of(digest)
    assert [line.told for line in figures.lines] == told
    assert wording.figure_cells(figures.lines[0], digest.reports)[1] == told[0]


def test_a_passage_that_is_folded_counts_once(small):
    (second,) = [each for each in figures_of(small) if each.theme == SECOND]
    assert [line.written for line in second.lines] == ["十二座", "三百余场"]


def test_of_many_the_surest_are_listed_and_the_others_counted(build, digest_of):
    passages = [(f"开展宣讲{number}场。", "举旗帜", {"score": 0.5 + number / 1000}) for number in range(100, 160)]
    digest = digest_of(build("a.txt", "", passages))
    (figures,) = figures_of(digest, most=10)
    assert [line.figure.value for line in figures.lines] == list(range(150, 160))
    assert figures.left_out == 50
    assert "另有 50 个数字未列" in wording.figures_left_out(figures)
    (every,) = figures_of(digest, most=None)
    assert (len(every.lines), every.left_out, wording.figures_left_out(every)) == (60, 0, "")


def test_every_format_has_them(small, written):
    markdown = written("md", small).decode()
    assert "## 数字\n" in markdown
    assert "### 数字 · 举旗帜" in markdown
    assert "| 中心组集中学习 | 十二次 | 《临溪县2022年工作总结》 第3页 |" in markdown
    assert "不相加" in markdown
    assert "数字 · 举旗帜" in written("html", small).decode()
    sheet = openpyxl.load_workbook(io.BytesIO(written("xlsx", small)))["数字"]
    head, first, *_ = sheet.iter_rows(values_only=True)
    row = dict(zip(head, first, strict=True))
    assert (row["统计对象"], row["数字"], row["数值"], row["单位"], row["位置"]) == ("中心组集中学习", "十二次", 12, "次", "第3页")
    assert row["原句"] == "中心组集中学习十二次。"


def test_a_digest_without_figures_has_no_such_part(build, digest_of, written):
    digest = digest_of(build("a.txt", "", [("没有一处可数的话。", "举旗帜")]))
    assert figures_of(digest) == []
    assert "## 数字" not in written("md", digest).decode()
    assert "数字" not in openpyxl.load_workbook(io.BytesIO(written("xlsx", digest))).sheetnames


def test_the_number_of_a_row_counts_nothing_of_the_next_cell(build, digest_of):
    digest = digest_of(build("a.docx", "", [("3\t道德模范评选活动\t560人。", "举旗帜")]))
    (figures,) = figures_of(digest)
    assert [line.written for line in figures.lines] == ["560人"]
