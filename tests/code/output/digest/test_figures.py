"""The figures of a digest: those of the shown passages, by theme, with their source; the surest where there are too many."""

import io

import openpyxl

from pipeline.output.digest import wording
from pipeline.output.digest.figures import figures_of

SECOND = "聚民心"


def test_figures_stand_by_theme_with_their_source(small):
    found = figures_of(small)
    assert (found[0].theme, [line.written for line in found[0].lines]) == ("举旗帜", ["十二次", "十八次"])
    cells = wording.figure_cells(found[0].lines[0], small.reports)
    assert cells == ("中心组集中学习", "十二次", "《临溪县2022年工作总结》 第3页")


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
