"""Rows of csv files with more cells than columns, as a comma within a text makes them, are put together or refused."""

import pytest

from pipeline.core.errors import InputError
from pipeline.read import read_bytes
from pipeline.read.long_rows import LongRowError, whole_rows

TEXT = "组织宣讲三十场，覆盖所有村。"


def read(config, *lines):
    return read_bytes("\n".join(lines).encode(), "x.csv", config.read, ".csv")


def last(document):
    mark = document.marks[-1]
    return document.text[mark.start : mark.end], dict(document.places[-1].columns)


@pytest.mark.parametrize(
    ("lines", "text", "others"),
    [
        (
            ("单位,内容,人数", f"甲镇,{TEXT},30", "乙镇,办夜校,讲政策,学技术,40"),
            "办夜校,讲政策,学技术",
            {"单位": "乙镇", "人数": "40"},
        ),
        (("单位,内容", "甲镇,办夜校,讲政策"), "办夜校,讲政策", {"单位": "甲镇"}),
        (("内容,单位", f"{TEXT},甲镇", "办起了夜校,讲起了政策,乙镇"), "办起了夜校,讲起了政策", {"单位": "乙镇"}),
        (("单位,内容,负责人", f"甲镇,{TEXT},林一", f"乙镇,{TEXT},王五,李四"), TEXT, {"单位": "乙镇", "负责人": "王五,李四"}),
        (("单位,内容,金额", f"甲镇,{TEXT},300", "乙镇,办起了夜校,1,200"), "办起了夜校", {"单位": "乙镇", "金额": "1,200"}),
        (
            ("单位,做法,问题", f"甲镇,{TEXT},{TEXT}", "乙镇,办夜校。,缺人,缺钱。"),
            "办夜校。",
            {"单位": "乙镇", "问题": "缺人,缺钱。"},
        ),
        ((f"甲镇,{TEXT}", f"乙镇,{TEXT}", "丙镇,办夜校,讲政策"), "办夜校,讲政策", {"column 1": "丙镇"}),
        (("内容,单位,,", f"{TEXT},甲镇,,", f"{TEXT},丙镇,,", "办起了夜校,讲政策,乙镇,"), "办起了夜校,讲政策", {"单位": "乙镇"}),
        (("台账", "填报：甲镇,2025年", "序号,内容", "1,办夜校,讲政策"), "办夜校,讲政策", {"序号": "1"}),
        (("单位;内容", "甲镇;办夜校;讲政策"), "办夜校;讲政策", {"单位": "甲镇"}),
        (("县区,场次,人次", "甲县,30,1,200"), "甲县\t30\t1,200", {"县区": "甲县", "场次": "30", "人次": "1,200"}),
    ],
)
def test_cells_that_fit_in_one_way_only_are_put_together(config, lines, text, others):
    assert last(read(config, *lines)) == (text, others)


@pytest.mark.parametrize(
    ("lines", "row", "cells", "columns"),
    [
        (("单位,内容,负责人", f"甲镇,{TEXT},林一", "乙镇,办起了乡村夜校,王五,李四"), 3, 4, 3),  # of a text, or two names
        (("单位,做法,问题", f"甲镇,{TEXT},{TEXT}", "乙镇,办夜校,缺人,缺钱"), 3, 4, 3),
        (("sep=,", "单位,内容,人数", f"甲镇,{TEXT},30", "乙镇,办夜校,讲政策,不详"), 4, 4, 3),
    ],
)
def test_where_it_cannot_be_told_the_row_is_named(config, lines, row, cells, columns):
    said = rf"x\.csv: row {row}: {cells} cells where the table has {columns} columns.*',' in them into quotation marks.*\.xlsx"
    with pytest.raises(InputError, match=said) as refused:
        read(config, *lines)
    assert refused.value.code == "damaged"


def test_a_note_below_the_table_is_one_cell(config):
    document = read(config, "单位,内容", f"甲镇,{TEXT}", "注：数字到十二月为止,不含学校,由办公室填写")
    assert last(document)[0] == "注：数字到十二月为止,不含学校,由办公室填写"
    assert document.marks[-1].reason == "table note"


def test_a_further_table_has_columns_of_its_own():
    rows = [["单位", "人数"], ["甲镇", "30"], [], ["序号", "内容", "地点"], ["1", TEXT, "村里"], ["2", "办夜校", "讲政策", "村里"]]
    assert whole_rows(rows, ",")[-1] == ["2", "办夜校,讲政策", "村里"]
    assert whole_rows(rows, ",")[:-1] == rows[:-1]


def test_rows_of_no_common_width_stay_as_they_are():
    rows = [["甲镇"], ["乙镇", TEXT], ["丙镇", "1", "2"]]
    assert whole_rows(rows, ",") == rows
    assert whole_rows([], ",") == []


def test_cells_without_content_behind_the_last_column_are_none():
    rows = [["单位", "内容"], ["甲镇", TEXT, "", ""]]
    assert whole_rows(rows, ",") == rows


def test_an_error_tells_the_row_and_both_numbers():
    with pytest.raises(LongRowError) as told:
        whole_rows([["序号", "数量"], ["1", "2", "3"]], ",")
    assert (told.value.index, told.value.cells, told.value.columns) == (1, 3, 2)


def test_names_in_two_rows_have_as_many_columns_as_the_wider_one():
    names = [["序号", "活动情况", "", "备注"], ["", "时间", "内容", ""]]
    rows = [*names, ["1", "3月", TEXT, "好"], ["2", "4月", "办夜校", "讲政策", "无"]]
    assert whole_rows(rows, ",") == [*rows[:3], ["2", "4月", "办夜校,讲政策", "无"]]


def test_a_column_without_a_name_keeps_its_cells():
    rows = [["单位", "内容", "备注", ""], ["甲镇", TEXT, "好", "坏"], ["乙镇", TEXT, "好", ""], ["丙镇", TEXT, "", ""]]
    assert whole_rows(rows, ",") == rows
    many = [["单位", "内容", ""], ["甲镇", "办夜校", "好"], ["乙镇", "讲政策", ""]]
    assert whole_rows(many, ",") == many


@pytest.mark.parametrize(
    ("lines", "texts"),
    [
        (("内容", "办夜校,讲政策。", "办起了夜校。,学技术,30"), ["办夜校,讲政策。", "办起了夜校。,学技术,30"]),
        (("", "正文（必填）", "办夜校,讲政策"), ["办夜校,讲政策"]),
        (("工作内容", "办夜校,讲政策,学技术", TEXT, "教唱戏,学跳舞"), ["工作内容", "办夜校,讲政策,学技术", TEXT, "教唱戏,学跳舞"]),
    ],
)
def test_a_table_of_one_column_is_not_parted_at_all(config, lines, texts):
    document = read(config, *lines)
    assert [document.text[mark.start : mark.end] for mark in document.marks] == texts
    assert not any(place.columns for place in document.places)


def test_a_title_above_rows_of_one_width_is_no_name_of_theirs():
    rows = [["工作情况"], ["甲镇", TEXT], ["乙镇", TEXT], ["丁镇", TEXT], ["丙镇", "办夜校", "讲政策"]]
    assert whole_rows(rows, ",") == [*rows[:4], ["丙镇", "办夜校,讲政策"]]
    named = [["内容"], ["单位", "内容"], ["甲镇", "办夜校", "讲政策"]]
    assert whole_rows(named, ",") == [*named[:2], ["甲镇", "办夜校,讲政策"]]
