"""Tables that stand on one sheet, below each other or side by side, each with its own names."""

import pytest
from handmade import workbook

from pipeline.read import read_bytes
from pipeline.read.sheet_tables import Table, is_head, tables_of

FIRST, SECOND, THIRD = (
    "组织理论宣讲三十场，覆盖所有村。",
    "新建图书室六座，举办读书活动。",
    "村里的戏台每月演两场，老人孩子都来看。",
)


def rows_of(*tables):
    return [[list(row) for row in table.rows] for table in tables]


def document(config, rows, merged=()):
    return read_bytes(workbook(rows, merged=merged), "x", config.read, ".xlsx")


def parts(read):
    return [(read.text[mark.start : mark.end], mark.reason or mark.kind) for mark in read.marks]


@pytest.mark.parametrize("between", [[[]], [["二、书房"]], [[], ["二、书房"]], [["合计", "30"], []]])
def test_a_table_below_another_has_its_own_names(config, between):
    rows = [["序号", "内容"], [1, FIRST], *between, ["序号", "书房名称", "建设情况"], [1, "山村书房", SECOND]]
    found = document(config, rows)
    assert [text for text, kind in parts(found) if kind == "record"][-1:] == [SECOND]
    assert ("序号\t书房名称\t建设情况", "table header") in parts(found)
    assert dict(found.places[-1].columns) == {"序号": "1", "书房名称": "山村书房"}
    assert found.places[-1].row == len(rows)
    assert all(row[-1] in found.text for row in between if row)


def test_three_names_that_are_nothing_else_begin_a_table_right_below_another(config):
    found = document(config, [["单位", "活动内容"], ["甲镇", FIRST], ["序号", "负责人", "工作内容"], [1, "林一", SECOND]])
    assert parts(found) == [(FIRST, "record"), ("序号\t负责人\t工作内容", "table header"), (SECOND, "record")]


def test_two_words_that_may_be_names_are_a_row_of_the_table(config):
    found = document(config, [["责任单位", "工作内容"], ["甲镇", FIRST], ["宣传部门", "工作要求"], ["乙镇", SECOND]])
    assert [text for text, _ in parts(found)] == [FIRST, "工作要求", SECOND]


def test_a_form_above_a_table_keeps_its_values(config):
    found = document(config, [["单位", "甲镇"], ["联系人", "林一"], ["序号", "活动内容"], [1, FIRST]])
    assert parts(found) == [("甲镇", "record"), ("林一", "record"), ("序号\t活动内容", "table header"), (FIRST, "record")]


@pytest.mark.parametrize("gap", [[], [None]])
def test_tables_side_by_side_are_read_one_after_the_other(config, gap):
    names = ["序号", "内容"]
    found = document(config, [["某县台账"], [*names, *gap, *names], [1, FIRST, *gap, 1, THIRD], [2, SECOND]])
    assert parts(found) == [("某县台账", "table title"), (FIRST, "record"), (SECOND, "record"), (THIRD, "record")]
    assert [place.row for place in found.places] == [1, 3, 4, 3]


def test_tables_of_other_names_stand_side_by_side_where_a_column_is_empty(config):
    rows = [["序号", "内容", None, "单位", "工作情况", "备注"], [1, FIRST, None, "甲镇", SECOND, "好"], [2, THIRD]]
    found = document(config, rows)
    assert [text for text, _ in parts(found)] == [FIRST, THIRD, SECOND]
    assert dict(found.places[-1].columns) == {"单位": "甲镇", "备注": "好"}


def test_a_column_without_a_name_or_an_empty_one_parts_nothing(config):
    found = document(config, [["序号", "内容", None, "备注"], [1, FIRST, None, "好"], [2, SECOND, None, "无"]])
    assert [dict(place.columns) for place in found.places] == [{"序号": "1", "备注": "好"}, {"序号": "2", "备注": "无"}]


def test_merged_cells_stay_with_their_table(config):
    names = ["单位", "内容"]
    rows = [["内容", "单位"], [FIRST, "甲镇"], [], [*names, *names], ["乙镇", FIRST, "丙镇", SECOND], [None, THIRD, None, FIRST]]
    found = document(config, rows, ["A5:A6", "C5:C6"])
    owners = [dict(place.columns).get("单位") for place in found.places]
    assert owners == ["甲镇", None, "乙镇", "乙镇", None, "丙镇", "丙镇"]


def test_parts_keep_the_numbers_of_their_rows_and_columns():
    rows = [["时间", "地点", "", "时间", "地点"], ["一", "二", "", "三", "四"], ["", "", "", "", ""], ["序号", "内容", "", "", ""]]
    left, right, below = tables_of(Table("表", rows, [3, 4, 5, 9]))
    assert [(table.left, table.number(0), table.is_further) for table in (left, right, below)] == [
        (0, 3, False),
        (3, 3, False),
        (0, 5, True),
    ]
    assert rows_of(right) == [[["时间", "地点"], ["三", "四"]]]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["序号", "活动名称"], True),
        (["甲镇", "内容"], True),
        (["内容", "甲镇"], False),
        (["序号"], False),
        (["序号", "1"], False),
        (["2024年", "2025年", "亮点"], True),
        (["开展宣讲。", "序号", "时间"], False),
    ],
)
def test_a_row_of_names(cells, told):
    assert is_head(cells) is told
