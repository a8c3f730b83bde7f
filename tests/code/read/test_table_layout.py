"""Which rows of a sheet are names and which columns are text; a form has its names at the side, and no cell is lost."""

import io

import pytest
from handmade import workbook
from msgspec.structs import replace

from pipeline.core.errors import InputError
from pipeline.read import read_bytes

FIRST, SECOND = "组织理论宣讲三十场，覆盖所有村。", "新建图书室六座，举办读书活动。"
MUCH = "县里组织宣讲队进村入户，用方言讲故事、唱山歌，群众听得懂、记得住，全年没有断过。"


def csv_of(rows):
    return "\n".join(",".join("" if cell is None else f'"{cell}"' for cell in row) for row in rows).encode()


def parts(document):
    return [(document.text[mark.start : mark.end], mark.reason or mark.kind) for mark in document.marks]


def columns(document):
    return [dict(place.columns) for place in document.places if place.columns]


def texts(document):
    return [text for text, kind in parts(document) if kind in ("row", "record")]


FORMS = {
    "two rows": [["工作内容", "全年开展宣讲三十场"], ["主要成效", FIRST]],
    "short first": [["项目名称", "红色宣讲团"], ["实施单位", "县委宣传部"], ["主要做法", FIRST], ["工作成效", SECOND]],
    "a name of a person": [["姓名", "林一"], ["单位", "文化馆"], ["主要事迹", FIRST]],
    "numbers": [["负责人", "林一"], ["年龄", "45"], ["参加人数", "300"], ["活动内容", FIRST]],
    "colons": [["村名：", "青石村"], ["做的事：", FIRST], ["难处：", SECOND]],
    "some names of no column": [["活动名称", "山村夜校"], ["牵头单位", "文化馆"], ["村里怎么说", FIRST], ["下一步", SECOND]],
    "a text named first": [["内容", "开展宣讲"], ["时间", "三月"], ["地点", "文化广场"]],
    "years": [["2024年", FIRST], ["2025年", SECOND]],
}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("rows", FORMS.values(), ids=FORMS)
def test_the_first_row_of_a_form_is_a_row_like_the_others(config, rows, kind):
    data = workbook(rows) if kind == "xlsx" else csv_of(rows)
    document = read_bytes(data, f"x.{kind}", config.read, f".{kind}")
    assert texts(document) == [row[1] for row in rows]
    assert columns(document) == [{"column 1": row[0]} for row in rows]


def test_a_form_of_libreoffice(config, soffice, tmp_path):
    (tmp_path / "f.xlsx").write_bytes(workbook(FORMS["short first"]))
    for target in ("ods", "xls"):
        made = soffice(tmp_path / "f.xlsx", target, tmp_path / "out")
        assert texts(read_bytes(made.read_bytes(), made.name, config.read, f".{target}")) == [
            row[1] for row in FORMS["short first"]
        ]


def test_a_form_has_a_title_parts_and_texts_below_their_names(config):
    rows = [["活动登记表"], ["活动名称", "山村夜校"], ["二、过程"], ["主办单位", "文化馆"], [MUCH], ["工作成效", SECOND]]
    document = read_bytes(workbook(rows), "x", config.read, ".xlsx")
    assert parts(document) == [
        ("活动登记表", "table title"),
        ("山村夜校", "record"),
        ("二、过程", "row without text"),
        ("文化馆", "record"),
        (MUCH, "record"),
        (SECOND, "record"),
    ]


def test_names_and_values_that_take_turns_are_rows_as_they_stand(config):
    rows = [["姓名", "林一", "性别", "女"], ["单位", "文化馆", "职务", "馆长"], ["主要事迹", MUCH]]
    document = read_bytes(workbook(rows, merged=["B3:D3"]), "x", config.read, ".xlsx")
    assert texts(document) == ["\t".join(row) for row in rows]


def test_a_form_with_names_above_it_has_these_and_a_text_column_that_is_named_is_taken_from_a_form_too(config):
    rows = [["项目", "内容"], ["活动名称", "山村夜校"], ["主要做法", FIRST]]
    document = read_bytes(workbook(rows), "x", config.read, ".xlsx")
    assert (texts(document), columns(document)) == (["山村夜校", FIRST], [{"项目": "活动名称"}, {"项目": "主要做法"}])
    named = read_bytes(workbook(rows), "x", replace(config.read, text_column="项目"), ".xlsx")
    assert texts(named) == ["活动名称", "主要做法"]


@pytest.mark.parametrize(
    "rows",
    [
        [["图书馆新建书房", "甲县"], ["宣讲团进村讲党课", "乙县"]],  # as long as the texts below
        [["甲镇", "开展文化下乡"], ["乙镇", "建设农家书屋"]],
        [["理论武装", "扎实推进学习"], ["文化惠民", FIRST]],
        [["甲镇", "送戏下乡深受欢迎"], ["宣讲", "深入人心效果良好"], ["甲乙", "三千人次到场聆听"]],
    ],
)
def test_a_first_row_that_may_be_one_of_the_rows_is_one(config, rows):
    document = read_bytes(csv_of(rows), "x.csv", config.read, ".csv")
    assert {cell for row in rows for cell in row} == {*texts(document), *(v for row in columns(document) for v in row.values())}


def test_a_row_of_short_words_within_a_table_takes_nothing_from_the_rows_above(config):
    rows = [[FIRST, "甲县"], [SECOND, "乙县"], ["宣讲团进村讲党课", "丙县"]]
    assert texts(read_bytes(csv_of(rows), "x.csv", config.read, ".csv")) == [row[0] for row in rows]


def test_names_that_may_be_others_are_shown_among_what_is_set_aside(config):
    document = read_bytes(workbook([["板块", "亮点"], ["理论", FIRST], ["文化", SECOND]]), "x", config.read, ".xlsx")
    assert parts(document) == [("板块\t亮点", "table header"), (FIRST, "record"), (SECOND, "record")]
    assert columns(document) == [{"板块": "理论"}, {"板块": "文化"}]


@pytest.mark.parametrize(
    "names", [["id", "title", "summary"], ["镇街", "场次", "亮点工作情况"], ["序号", "镇街", "动态"], ["甲", "乙", "丙"]]
)
def test_names_without_a_doubt_are_shown_by_their_columns_alone(config, names):
    document = read_bytes(workbook([names, [1, 2, FIRST], [2, 3, SECOND]]), "x", config.read, ".xlsx")
    assert parts(document) == [(FIRST, "record"), (SECOND, "record")]
    assert columns(document)[0] == {names[0]: "1", names[1]: "2"}


def test_a_row_under_a_name_beside_a_column_without_one_is_no_further_name(config):
    document = read_bytes("内容,\n理论宣讲进社区,甲镇\n读书会进校园,乙镇\n".encode(), "x.csv", config.read, ".csv")
    assert (texts(document), columns(document)[0]) == (["理论宣讲进社区", "读书会进校园"], {"column 2": "甲镇"})


def test_what_stands_beside_a_known_name_and_above_nothing_is_kept(config):
    document = read_bytes(workbook([["内容", "山村夜校"], ["主要做法"], [MUCH]]), "x", config.read, ".xlsx")
    assert "山村夜校" in document.text


def test_columns_of_one_name_are_all_kept(config):
    document = read_bytes(workbook([["内容", "备注", "备注"], [FIRST, "甲", "乙"]]), "x", config.read, ".xlsx")
    assert columns(document) == [{"备注": "甲", "备注 (3)": "乙"}]


STATISTICS = [["县区", "文化活动（场）", "参与人数（万人）"], ["临溪县", 30, 2.5], ["河东区", 20, 1.2], ["合计", 50, 3.7]]


def test_a_table_in_which_no_column_is_text_is_read_row_by_row(config):
    document = read_bytes(workbook([["2025年统计表"], *STATISTICS]), "x", config.read, ".xlsx")
    assert parts(document) == [
        ("2025年统计表", "table title"),
        ("临溪县\t30\t2.5", "record"),
        ("河东区\t20\t1.2", "record"),
        ("合计\t50\t3.7", "record"),
    ]
    assert columns(document)[0] == {"县区": "临溪县", "文化活动（场）": "30", "参与人数（万人）": "2.5"}


def test_a_sheet_without_the_column_that_is_asked_for_is_set_aside_and_not_lost(config):
    from openpyxl import Workbook

    book = Workbook()
    for row in (["做法", "单位"], [FIRST, "甲镇"]):
        book.active.append(row)
    other, names = book.create_sheet("名册"), book.create_sheet("空表")
    for row in STATISTICS:
        other.append(row)
    names.append(["序号", "姓名"])
    stream = io.BytesIO()
    book.save(stream)
    document = read_bytes(stream.getvalue(), "x", replace(config.read, text_column="做法"), ".xlsx")
    aside = [("\t".join(map(str, row)), "row without text") for row in [*STATISTICS, ["序号", "姓名"]]]
    assert parts(document) == [(FIRST, "record"), *aside]


def test_a_title_wider_than_the_table_and_a_column_that_begins_late_fail_nothing(config):
    rows = [["台账", "", "", "甲", "乙"], ["序号", "内容"], [1, FIRST]]
    assert texts(read_bytes(csv_of(rows), "x.csv", config.read, ".csv")) == [FIRST]
    form = [[f"项目{sign}名称", FIRST] for sign in "甲乙丙丁戊己庚辛壬癸"]
    long = [*form, *[[f"第{sign}处地点", SECOND] for sign in "甲乙丙丁戊己庚辛壬癸"]]
    many = [[f"{name}{sign}", text] for sign in "一二三" for name, text in long] + [["最后情况", FIRST, "另有一句话"]]
    document = read_bytes(workbook(many), "x", config.read, ".xlsx")
    assert "另有一句话" in document.text or {"column 1": "最后情况", "column 3": "另有一句话"} in columns(document)


@pytest.mark.parametrize("low", [["合计", "书房", "好"], ["县区", "宣讲", "人次"]])
def test_short_words_above_numbers_take_nothing_from_texts_above_them(config, low):
    rows = [["甲镇", FIRST, "很好"], ["乙镇", SECOND, "好"], low, ["丙镇", "书房", "3"]]
    document = read_bytes(csv_of(rows), "x.csv", config.read, ".csv")
    told = texts(document)
    assert told[:2] == [FIRST, SECOND]
    assert all(word in document.text or word in str(columns(document)) for word in low)


def test_names_may_stand_below_a_title_of_as_many_cells(config):
    rows = [["填报单位：甲镇", "时间：12月"], ["镇街", "动态"], ["甲镇", MUCH]]
    document = read_bytes(csv_of(rows), "x.csv", config.read, ".csv")
    assert (texts(document), columns(document)) == ([MUCH], [{"镇街": "甲镇"}])
    chosen = read_bytes(csv_of([["甲", "乙二"], *rows[1:]]), "x.csv", replace(config.read, text_column="动态"), ".csv")
    assert texts(chosen) == [MUCH]


def test_a_table_whose_text_column_is_empty_is_read_all_the_same(config):
    document = read_bytes(csv_of([["亮点", "板块"], ["", "理论"], ["", "文化"]]), "x.csv", config.read, ".csv")
    assert {"理论", "文化"} <= {*document.text.split()}


@pytest.mark.parametrize(
    "periods",
    [
        ("1月", "2月", "3月"),
        ("1-6月", "7-12月"),
        ("第1季度", "2季度场次"),
        ("2025年1月", "2025年2月份"),
        ("第1周", "第2周"),
        ("3月",),
    ],
)
def test_months_and_quarters_are_names_beside_others(config, periods):
    counts = [str(number) for number, _ in enumerate(periods, 7)]
    document = read_bytes(
        workbook([["单位", "工作内容", *periods], ["甲镇", FIRST, *counts], ["乙镇", SECOND, *counts]]), "x", config.read, ".xlsx"
    )
    assert parts(document) == [(FIRST, "record"), (SECOND, "record")]
    assert columns(document) == [{"单位": unit, **dict(zip(periods, counts, strict=True))} for unit in ("甲镇", "乙镇")]


def test_months_above_numbers_are_names_by_themselves(config):
    rows = [["项目", "1月", "2月"], ["宣讲", 3, 4], ["送戏", 1, 2]]
    document = read_bytes(workbook(rows), "x", config.read, ".xlsx")
    assert texts(document) == ["宣讲\t3\t4", "送戏\t1\t2"]
    assert columns(document) == [{"项目": "宣讲", "1月": "3", "2月": "4"}, {"项目": "送戏", "1月": "1", "2月": "2"}]


@pytest.mark.parametrize("low", ["4月", "12月"])
def test_a_month_above_another_is_a_date_in_a_row(config, low):
    rows = [["甲镇", "3月", "送戏下乡"], ["乙镇", low, MUCH], ["丙镇", low, MUCH]]
    document = read_bytes(workbook(rows), "x", config.read, ".xlsx")
    assert texts(document) == ["送戏下乡", MUCH, MUCH]
    assert columns(document)[0] == {"column 1": "甲镇", "column 2": "3月"}


def test_months_that_forms_ask_for_make_no_names(config):
    rows = [["开始时间", "3月", "结束时间", "5月"], ["地点", "村里", "主讲人", "林一"]]
    document = read_bytes(workbook(rows), "x", config.read, ".xlsx")
    assert texts(document) == ["\t".join(row) for row in rows]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("head", [["指标名称", "计量单位", "目标值", "完成值"], ["事项", "口径", "定额", "实绩"]])
def test_what_is_counted_may_stand_at_the_side(config, head, kind):
    rows = [head, ["宣讲场次", "场", 300, 320], ["发稿篇数", "篇", 20, 25.5], ["参加人数", "万人", 95, 98]]
    rows += [["合计", None, None, 443.5]] if kind == "xlsx" else []
    data = workbook(rows) if kind == "xlsx" else csv_of(rows)
    document = read_bytes(data, "x", config.read, f".{kind}")
    assert columns(document) == [{name: str(cell) for name, cell in zip(head, row, strict=True) if cell} for row in rows[1:]]
    assert texts(document) == ["\t".join(str(cell) for cell in row if cell) for row in rows[1:]]


@pytest.mark.parametrize("rows", [[["名称", "山村夜校"], ["年龄", 45], ["人数", 300]], [["名称", "夜校", "班"], ["人数", 3, "多"]]])
def test_a_form_with_numbers_keeps_its_first_row(config, rows):
    document = read_bytes(workbook(rows), "x", config.read, ".xlsx")
    assert {str(cell) for row in rows for cell in row} == {
        *(cell for text in texts(document) for cell in text.split("\t")),
        *(value for row in columns(document) for value in row.values()),
    }


@pytest.mark.parametrize("names", [["单位", "内容"], ["序号", "单位", "工作内容", "场次"]])
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_table_of_names_alone_is_told(config, names, kind):
    data = workbook([[], names]) if kind == "xlsx" else csv_of([names])
    with pytest.raises(InputError, match=r"^x: names of columns and no row below them; save the table again") as refused:
        read_bytes(data, "x", config.read, f".{kind}")
    assert refused.value.code == "empty"
    assert texts(read_bytes(workbook([["甲镇", FIRST]]), "x", config.read, ".xlsx")) == [FIRST]
