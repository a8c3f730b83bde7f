"""Tables as offices have them: what every cell says comes out as text, among what is set aside, or with its row."""

import csv
import io

import pytest
from handmade import workbook

from pipeline.read import read_bytes

FIRST, SECOND, THIRD = "宣讲队进村三十次，村民都来听。", "新建图书室六座，周末有人讲故事。", "选出好人二十名，照片上了墙。"

# Rows, the cells that are merged, and the texts in their order.
TABLES = {
    "names in two rows": (
        [
            ["2025年台账"],
            ["序号", "单位", "活动情况", None, None, "备注"],
            [None, None, "时间", "内容", "参加人数（人）", None],
            [1, "甲镇", "3月", FIRST, 300, "好"],
            [2, "乙镇", "4月", SECOND, 200, None],
            ["合计", None, None, None, 500, None],
        ],
        ["A1:F1", "A2:A3", "B2:B3", "C2:E2", "F2:F3"],
        [FIRST, SECOND],
    ),
    "titles and who filled it in": (
        [
            ["附件1"],
            ["某县统计表"],
            ["填报单位：文明办", None, None, "填报时间：12月"],
            ["序号", "项目", "主要做法", "责任人"],
            [1, "文明村", FIRST, "林一"],
            ["注：一、由各镇填写；二、到年底为止。"],
            ["审核人：赵六", None, "填表人：钱七"],
        ],
        ["A1:D1", "A2:D2"],
        [FIRST],
    ),
    "parts with sums": (
        [
            ["类别", "活动名称", "具体内容", "场次"],
            ["理论"],
            [None, "宣讲", FIRST, 30],
            ["小计", None, None, 30],
            ["文化"],
            ["书香", "读书", SECOND, 20],
            ["合计", None, None, 50],
        ],
        ["A2:D2", "A5:D5"],
        [FIRST, SECOND],
    ),
    "empty columns": ([[None, "序号", None, "工作内容", None, "单位"], [None, 1, None, FIRST, None, "甲镇"]], [], [FIRST]),
    "numbers as text": (
        [["县区", "宣讲场次", "受众人次", "完成率"], ["甲县", "30", "2000", "98%"], ["合计", "50", "2900", "96%"]],
        [],
        ["甲县\t30\t2000\t98%", "合计\t50\t2900\t96%"],
    ),
    "side by side": (
        [
            ["理论", None, None, None, "文化"],
            ["序号", "内容", "场次", None, "序号", "内容", "场次"],
            [1, FIRST, 30, None, 1, SECOND, 20],
            [2, THIRD, 10],
        ],
        ["A1:C1", "E1:G1"],
        [FIRST, THIRD, SECOND],
    ),
    "below each other": (
        [
            ["一、理论"],
            ["序号", "单位", "内容"],
            [1, "甲镇", FIRST],
            ["小计"],
            [],
            ["二、文化"],
            ["序号", "活动名称", "时间", "活动内容"],
            [1, "读书月", "4月", SECOND],
        ],
        ["A1:C1", "A6:D6"],
        [FIRST, SECOND],
    ),
    "a form of a person": (
        [
            ["推荐表"],
            ["姓名", "林一", "性别", "女", "照片"],
            ["出生年月", "1980.05", "民族", "汉族"],
            ["工作单位", "文化馆"],
            ["主要事迹", FIRST],
            ["单位意见", "同意推荐。\n（盖章）"],
        ],
        ["A1:E1", "B4:D4", "B5:E5", "B6:E6"],
        [
            "姓名\t林一\t性别\t女\t照片",
            "出生年月\t1980.05\t民族\t汉族",
            "工作单位\t文化馆",
            f"主要事迹\t{FIRST}",
            "单位意见\t同意推荐。 （盖章）",
        ],
    ),
    "questions": (
        [
            ["提交时间", "1.您的单位", "2.您做了哪些事？（不少于五十字）", "3、建议"],
            ["3月5日", "甲镇", FIRST, "多给书"],
            ["3月6日", "乙镇", SECOND, "无"],
        ],
        [],
        [FIRST, SECOND],
    ),
    "a person and what he did": ([["姓名", "事迹"], ["林一", THIRD]], [], [THIRD]),
    "several levels": (
        [["一级", "二级", "三级任务", "落实情况"], ["举旗帜", "理论", "学习", FIRST], [None, "宣讲", "进村", SECOND]],
        ["A2:A3"],
        [FIRST, SECOND],
    ),
}  # fmt: skip


def as_csv(rows, merged):
    width = max(map(len, rows))
    stream = io.StringIO()
    csv.writer(stream).writerows([*row, *[None] * (width - len(row))] for row in rows)
    return stream.getvalue().encode("gb18030")


@pytest.mark.parametrize(("ending", "written"), [(".xlsx", workbook), (".csv", as_csv)])
@pytest.mark.parametrize(("rows", "merged", "texts"), TABLES.values(), ids=TABLES)
def test_every_cell_comes_out_and_the_texts_in_their_order(config, rows, merged, texts, ending, written):
    document = read_bytes(written(rows, merged=merged), "x", config.read, ending)
    told = [document.text[mark.start : mark.end] for mark in document.marks if mark.kind != "noise"]
    assert told == texts
    with_rows = [word for place in document.places for pair in place.columns for word in pair]
    out = "".join("\n".join([document.text, document.encoding, *with_rows]).split())
    cells = [cell for row in rows for cell in row if isinstance(cell, str)]
    assert [cell for cell in cells if "".join(cell.split()) not in out] == []


def test_what_stands_below_a_table_for_those_who_filled_it_in_is_no_row(config):
    rows = [
        ["单位", "内容"],
        ["甲镇", FIRST],
        ["审核：赵六", "填表人：钱七"],
        ["填表人：钱七", "今年办了很多事，都写在这里：宣讲、读书、演出，一件也不少，还有明年的打算。"],
    ]
    document = read_bytes(workbook(rows), "x", config.read, ".xlsx")
    assert [mark.reason or mark.kind for mark in document.marks] == ["record", "table note", "record"]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["1.单位", "2.做法？"], True),
        (["Q1:单位", "Q2:做法", "编号"], True),
        (["2.单位", "1.做法"], False),
        (["1.单位", "做法", "编号"], False),
        (["1.5万人", "2.5万人"], False),
    ],
)
def test_questions_stand_in_their_order(config, names, told):
    others = ["三"] * (len(names) - 2)
    document = read_bytes(workbook([names, ["甲镇", FIRST, *others], ["乙镇", SECOND, *others]]), "x", config.read, ".xlsx")
    assert (names[1] in document.encoding) is told
