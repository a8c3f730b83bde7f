"""Figures in the rows of tables: what a number counts is said by its row, by the name of its column, or by nobody."""

import pytest

from pipeline.core.records import Tag
from pipeline.output.figures.cells import figures_in_row, is_row
from pipeline.output.figures.rows import figure_rows


def found(row, names=""):
    text = "\t".join(row)
    columns = dict(zip(names.split(), row, strict=True)) if names else {}
    return [(each.counted, text[each.start : each.end], each.value, each.unit) for each in figures_in_row(text, columns)]


@pytest.mark.parametrize(
    ("row", "figures"),
    [
        ("宣讲场次 320场", [("宣讲场次", "320场", 320, "场")]),
        ("宣讲场次 30", [("宣讲场次", "30", 30, "场次")]),
        ("宣讲场次： 30", [("宣讲场次", "30", 30, "场次")]),
        ("粉丝（万） 3.5", [("粉丝", "3.5", 35_000, "")]),
        ("宣讲（场） 30", [("宣讲", "30", 30, "场")]),
        ("（三）服务群众（万人次） 3.5", [("服务群众", "3.5", 35_000, "人次")]),
        ("参加人数 ３００", [("参加人数", "３００", 300, "人")]),
        ("宣讲 320 场", [("宣讲", "320", 320, "场")]),
        ("受众 2.5 万人次", [("受众", "2.5", 25_000, "人次")]),
        ("举办活动 共320余场", [("举办活动", "320余场", 320, "场")]),
        ("送戏下乡 80场 12万人次", [("送戏下乡", "80场", 80, "场"), ("送戏下乡", "12万人次", 120_000, "人次")]),
        ("宣讲 30场 受众 2万人次", [("宣讲", "30场", 30, "场"), ("受众", "2万人次", 20_000, "人次")]),
        ("1 理论宣讲 320场 2025年", [("理论宣讲", "320场", 320, "场")]),
        ("农家书屋 120个 藏书3万册", [("农家书屋", "120个", 120, "个"), ("藏书", "3万册", 30_000, "册")]),
        ("全民阅读 300场，受众2万人次", [("全民阅读", "300场", 300, "场"), ("受众", "2万人次", 20_000, "人次")]),
        ("完成率 98%", [("完成率", "98%", 98, "%")]),
        ("新建书房 1,200", [("新建书房", "1,200", 1200, "")]),
        ("文明实践站 12个", [("文明实践站", "12个", 12, "个")]),
        ("文化馆 1200", [("", "1200", 1200, "")]),  # nothing says of what
        ("临溪县 30场", [("", "30场", 30, "场")]),
    ],
)
def test_a_row_says_what_its_number_counts(row, figures):
    assert found(row.split()) == figures


@pytest.mark.parametrize(
    "row",
    [
        "1 2 3",
        "序号 12",
        "年龄 45",
        "联系电话 13800000000",
        "邮编 100000",
        "建成时间 2021",
        "建成年份 2021",
        "新建书房 2021",  # a year, for all that is known
        "新建书房 12",  # of whatever
        "临溪县 30 2.5",
        "日期 3月5日",
        "出生 1980.05",
        "时候 2025-03-05",
        "联系人 林一",
    ],
)
def test_numbers_that_count_nothing_that_is_said(row):
    assert found(row.split()) == []


@pytest.mark.parametrize(
    ("names", "row", "figures"),
    [
        (
            "县区 文化活动（场） 参与人数（万人）",
            "临溪县 30 2.5",
            [("文化活动", "30", 30, "场"), ("参与人数", "2.5", 25_000, "人")],
        ),
        ("指标 数量 单位", "宣讲 320 场", [("宣讲", "320", 320, "场")]),
        ("指标 单位 2024年 2025年", "受众 万人次 2 2.5", [("受众", "2", 20_000, "人次"), ("受众", "2.5", 25_000, "人次")]),
        ("项目 计划 完成 完成率", "书房 10 8 80%", [("书房", "10", 10, ""), ("书房", "8", 8, ""), ("完成率", "80%", 80, "%")]),
        ("序号 县区 书房 建成年份 排名", "1 临溪县 30 2021 3", [("书房", "30", 30, ""), ("临溪县", "3", 3, "名")]),
        ("姓名 年龄 单位 电话", "林一 45 文化馆 13900000000", []),
        ("年度 场次", "2024 120", [("场次", "120", 120, "场次")]),
        ("月份 宣讲场次 受众人数", "3 12 300", [("宣讲场次", "12", 12, "场次"), ("受众人数", "300", 300, "人")]),
        ("参与人数 场次", "2024 12", [("参与人数", "2024", 2024, "人"), ("场次", "12", 12, "场次")]),
        ("单位 完成率（%）", "甲镇 98.5", [("完成率", "98.5", 98.5, "%")]),
        ("指标 数量", "年龄 45", []),
        ("数量 备注", "30 12", []),
        ("活动情况/场次（场） 活动情况/人次", "3 40", [("场次", "3", 3, "场"), ("人次", "40", 40, "人次")]),
        ("书房 增长（个百分点）", "甲镇 -1.5", [("增长", "-1.5", -1.5, "百分点")]),
        ("指标 2025年 同比增长", "书房 15 25%", [("书房", "15", 15, ""), ("书房", "25%", 25, "%")]),
        ("县区 数量（个）", "甲县 15", [("", "15", 15, "个")]),
        (
            "平台 粉丝数（万） 观看人次（亿）",
            "甲号 12.5 1.2",
            [("粉丝数", "12.5", 125_000, ""), ("观看人次", "1.2", 120_000_000, "人次")],
        ),
        (
            "平台 粉丝数（万） 受众（万人）",
            "甲号 12.5万 3亿",
            [("粉丝数", "12.5万", 125_000, ""), ("受众", "3亿", 300_000_000, "人")],
        ),
        ("县区 经费（单位：万）", "甲县 8", [("经费", "8", 80_000, "")]),
        ("姓名 出生年月 获奖数量", "林一 1980.05 3", [("获奖数量", "3", 3, "")]),
    ],
)
def test_the_name_of_a_column_says_what_numbers_below_it_count(names, row, figures):
    assert found(row.split(), names) == figures


def test_shares_and_ranks_are_of_their_kind():
    kinds = {each.unit: each.kind for each in figures_in_row("甲镇\t98\t2", {"单位": "甲镇", "占比（%）": "98", "全县排名": "2"})}
    assert kinds == {"%": "share", "名": "rank"}


def test_cells_that_are_not_in_the_text_move_no_names():
    columns = {"序号": "1", "名称": "", "场次": "30", "备注": "好", "场次 (5)": "40"}
    told = figures_in_row("30\t40", columns)
    assert [(each.counted, each.value) for each in told] == [("场次", 30), ("场次", 40)]


def test_what_is_a_row():
    assert is_row("宣讲\t30场", False)
    assert is_row("宣讲 | 30场", True)
    assert not is_row("宣讲 | 30场", False)
    assert not is_row("宣讲\n书房\t30", True)


@pytest.mark.parametrize(("source", "text"), [("a.docx", "宣讲场次\t30"), ("a.md", "宣讲场次 | 30")])
def test_a_tag_that_is_a_row_has_the_figures_of_its_cells_at_their_places(source, text):
    tag = Tag(
        source,
        4,
        100,
        100 + len(text),
        text,
        "",
        "举旗帜",
        0.9,
        {},
        (),
        False,
        (),
        "demo 1",
        columns={"指标": "宣讲场次", "数量": "30"},
    )
    (row,) = figure_rows([tag])
    assert (row.counted, row.written, row.unit, row.start, row.end) == (
        "宣讲场次",
        "30",
        "场次",
        100 + len(text) - 2,
        100 + len(text),
    )
