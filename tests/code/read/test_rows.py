import csv
import datetime as dt
import io

import pytest
from handmade import workbook

from pipeline.core.errors import InputError
from pipeline.read import read_bytes

TABLE = '编号,内容,地区\n1,图书馆新开书房六座。,甲县\n2,,乙县\n3,"宣讲团进村，\n讲党课三百场。",丙县\n'
TEXTS = ["图书馆新开书房六座。", "宣讲团进村， 讲党课三百场。"]


def rows(document):
    return [document.text[mark.start : mark.end] for mark in document.marks if mark.kind != "noise"]


@pytest.mark.parametrize(
    ("data", "suffix"),
    [(TABLE.encode("utf-8-sig"), ".csv"), (TABLE.encode("gb18030"), ".csv"), (TABLE.replace(",", "\t").encode(), ".tsv")],
)
def test_a_row_is_a_line_and_the_other_columns_go_with_it(config, data, suffix):
    document = read_bytes(data, "x", config.read, suffix)
    assert document.text.splitlines() == ["图书馆新开书房六座。", "2\t乙县", "宣讲团进村， 讲党课三百场。"]
    assert rows(document) == TEXTS
    assert [(place.row, dict(place.columns)) for place in document.places] == [
        (2, {"编号": "1", "地区": "甲县"}),
        (3, {}),
        (4, {"编号": "3", "地区": "丙县"}),
    ]
    assert [mark.reason or mark.kind for mark in document.marks] == ["record", "row without text", "record"]
    assert "column 内容" in document.encoding


def test_rows_of_one_report_are_its_paragraphs(config):
    document = read_bytes("source,text\na,一句话。\n,又一句话。".encode(), "x", config.read, ".csv")
    assert [mark.kind for mark in document.marks] == ["row", "record"]


def test_a_column_is_found_by_its_text_or_named(config):
    from msgspec.structs import replace

    table = "甲,乙\n图书馆新开书房六座。,一\n宣讲团进村讲党课。,二".encode()
    assert read_bytes(table, "x", config.read, ".csv").text.startswith("图书馆")
    assert read_bytes(table, "x", replace(config.read, text_column="乙"), ".csv").text == "一\n二"
    with pytest.raises(InputError, match=r"x: no column '丙' \(read\.text_column\); the first row has: 甲, 乙"):
        read_bytes(table, "x", replace(config.read, text_column="丙"), ".csv")
    with pytest.raises(InputError, match=r"x: no column with text; name it with --set read\.text_column=NAME"):
        read_bytes(b"1,2\n3,4", "x", config.read, ".csv")


def test_a_table_without_names_is_all_rows(config):
    document = read_bytes("图书馆新开书房六座。,12\n宣讲团进村讲党课。,13".encode(), "x", config.read, ".csv")
    assert len(rows(document)) == 2
    assert dict(document.places[0].columns) == {"column 2": "12"}


def test_a_workbook_gives_all_sheets_with_text_and_cells_as_excel_shows_them(config):
    from openpyxl import Workbook

    book = Workbook()
    first, second = book.active, book.create_sheet("二")
    first.append(["序号", "正文", "日期"])
    first.append([1.0, "图书馆新开书房六座。", dt.datetime(2024, 5, 1)])  # noqa: DTZ001 - Excel has no time zones
    second.append(["正文"])
    second.append(["宣讲团进村讲党课。"])
    book.create_sheet("数字").append([1, 2])
    stream = io.BytesIO()
    book.save(stream)
    document = read_bytes(stream.getvalue(), "x.xlsx", config.read, ".xlsx")
    assert document.text == "图书馆新开书房六座。\n宣讲团进村讲党课。"
    assert [(place.sheet, place.row) for place in document.places] == [("Sheet", 2), ("二", 2)]
    assert dict(document.places[0].columns) == {"序号": "1", "日期": "2024-05-01"}


def test_a_damaged_workbook_is_one_line(config):
    from openpyxl import Workbook

    stream = io.BytesIO()
    Workbook().save(stream)
    data = stream.getvalue().replace(b"workbook.xml", b"workbook.xmx")
    with pytest.raises(InputError, match=r"^x\.xlsx: "):
        read_bytes(data, "x.xlsx", config.read, ".xlsx")


@pytest.mark.parametrize("target", ["xls", "ods", "xlsx"])
def test_workbooks_of_libreoffice(soffice, tmp_path, config, target):
    from openpyxl import Workbook

    book = Workbook()
    for row in csv.reader(io.StringIO(TABLE)):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    made = soffice(tmp_path / "t.xlsx", target, tmp_path / "out")
    document = read_bytes(made.read_bytes(), made.name, config.read, f".{target}")
    assert rows(document) == TEXTS
    assert dict(document.places[0].columns) == {"编号": "1", "地区": "甲县"}


def parts(document):
    """Return the text of each mark with its kind, or why it is set aside."""
    return [(document.text[mark.start : mark.end], mark.reason or mark.kind) for mark in document.marks]


def columns(document):
    return [dict(place.columns) for place in document.places if place.columns]


FIRST, SECOND = "组织理论宣讲三十场，覆盖所有村。", "新建图书室六座，举办读书活动。"


@pytest.mark.parametrize("text", ["工作内容", "内容（不少于百字）", "主要做法", "工作 内容*"])
@pytest.mark.parametrize("titles", [[], [["某县2025年台账"]], [["某县台账"], ["填报单位：甲镇", None, None, "2025年12月"], []]])
def test_titles_above_the_names_and_notes_below_are_set_aside(config, titles, text):
    body = [["序号", "单位", text, "负责人"], [1, "甲村", FIRST, "张某"], [2, "乙村", SECOND, "李某"]]
    document = read_bytes(workbook([*titles, *body, ["注：本表由办公室填写。"]]), "x", config.read, ".xlsx")
    above = [("\t".join(filter(None, row)), "table title") for row in titles if row]
    assert parts(document) == [*above, (FIRST, "record"), (SECOND, "record"), ("注：本表由办公室填写。", "table note")]
    assert columns(document)[0] == {"序号": "1", "单位": "甲村", "负责人": "张某"}


def test_names_in_two_rows_are_put_together(config):
    header = [["序号", "活动情况", None, None, "负责人"], [None, "时间", "地点", "内容", None]]
    content = [["某县台账"], *header, [1, "三月", "文化馆", FIRST, "张某"], [2, "四月", "书屋", SECOND, "李某"]]
    document = read_bytes(workbook(content, merged=["A1:E1", "B2:D2", "A2:A3", "E2:E3"]), "x", config.read, ".xlsx")
    assert parts(document)[1:] == [(FIRST, "record"), (SECOND, "record")]
    assert columns(document)[0] == {"序号": "1", "活动情况/时间": "三月", "活动情况/地点": "文化馆", "负责人": "张某"}
    assert "column 活动情况/内容" in document.encoding


def test_a_row_of_short_words_below_the_names_is_a_row(config):
    table = "内容,单位,,备注\n宣讲,甲镇,乙村,好\n读书,丙镇,丁村,好\n".encode()
    document = read_bytes(table, "x", config.read, ".csv")
    assert parts(document) == [("宣讲", "record"), ("读书", "record")]


def test_a_cell_that_spans_rows_stands_in_each_of_them(config):
    content = [["单位", "内容"], ["甲镇", FIRST], [None, SECOND], ["乙镇", SECOND]]
    document = read_bytes(workbook(content, merged=["A2:A3"]), "x", config.read, ".xlsx")
    assert [row["单位"] for row in columns(document)] == ["甲镇", "甲镇", "乙镇"]


def test_names_that_stand_again_are_no_row(config):
    names = ["单位", "内容"]
    document = read_bytes(workbook([names, ["甲镇", FIRST], names, ["乙镇", SECOND]]), "x", config.read, ".xlsx")
    assert [kind for _, kind in parts(document)] == ["record", "table header", "record"]


def test_all_columns_with_text_are_one_passage_where_that_is_asked_for(config):
    from msgspec.structs import replace

    content = [
        ["序号", "活动名称", "活动内容", "人数"],
        [1, "送理论下乡主题宣讲", FIRST, 30],
        [2, "全民读书月系列活动", SECOND, 40],
    ]
    document = read_bytes(workbook(content), "x", replace(config.read, text_column="*"), ".xlsx")
    assert parts(document)[0] == (f"送理论下乡主题宣讲\t{FIRST}", "record")
    assert columns(document)[0] == {"序号": "1", "人数": "30"}
    chosen = read_bytes(workbook(content), "x", replace(config.read, text_column="活动名称"), ".xlsx")
    assert parts(chosen)[0] == ("送理论下乡主题宣讲", "record")
    assert read_bytes(workbook(content), "x", config.read, ".xlsx").text.startswith(FIRST)


def test_hidden_rows_and_columns_count_like_others(config):
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(workbook([["单位", "内容"], ["甲镇", FIRST], ["乙镇", SECOND]])))
    book.worksheets[0].row_dimensions[3].hidden = True
    book.worksheets[0].column_dimensions["A"].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    document = read_bytes(stream.getvalue(), "x", config.read, ".xlsx")
    assert (document.text.split("\n"), columns(document)[1]) == ([FIRST, SECOND], {"单位": "乙镇"})


def test_sheets_stand_one_after_the_other_each_with_its_own_names(config):
    document = read_bytes(
        workbook([["内容", "单位"], [FIRST, "甲镇"]], [["2025年"], ["单位", "情况"], ["乙镇", SECOND]]), "x", config.read, ".xlsx"
    )
    assert [(place.sheet, place.row) for place in document.places] == [("表1", 2), ("表2", 1), ("表2", 3)]
    assert columns(document) == [{"单位": "甲镇"}, {"单位": "乙镇"}]


def test_a_row_with_all_but_its_text_is_set_aside_and_one_without_a_word_is_nothing(config):
    body = [[1, "甲村", FIRST], [2, "乙村", None], [3, None, None], [None, None, None], [None, "合计", None], [4, "丙村", SECOND]]
    document = read_bytes(workbook([["序号", "单位", "内容"], *body]), "x", config.read, ".xlsx")
    aside = [(text, "row without text") for text in ("2\t乙村", "合计")]
    assert parts(document) == [(FIRST, "record"), *aside, (SECOND, "record")]
    assert [place.row for place in document.places] == [2, 3, 6, 7]


def test_a_formula_that_nobody_computed_leaves_its_row_aside(config):
    data = workbook([["单位", "内容"], ["甲村", FIRST], ["乙村", "=CONCATENATE(A2,B2)"]])
    assert parts(read_bytes(data, "x", config.read, ".xlsx")) == [(FIRST, "record"), ("乙村", "row without text")]


def test_a_note_that_stands_again_is_set_aside_again(config):
    note = ["注：本表由办公室填写。"]
    document = read_bytes(workbook([["单位", "内容"], ["甲村", FIRST], note, ["乙村", SECOND], note]), "x", config.read, ".xlsx")
    assert [what for _, what in parts(document)] == ["record", "table note", "record", "table note"]


def test_text_boxes_over_cells_are_set_aside_and_not_lost(config, tmp_path):
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        first, second = book.add_worksheet("活动"), book.add_worksheet("图")
        first.write_column(0, 0, ["内容", "图书馆新开书房六座。"])
        first.insert_textbox(5, 0, "本表由各镇填报。\n十二月底前报送。")
        second.insert_textbox(0, 0, "只有图的一页")
    document = read_bytes((tmp_path / "a.xlsx").read_bytes(), "x.xlsx", config.read, ".xlsx")
    assert document.text.split("\n") == ["图书馆新开书房六座。", "本表由各镇填报。", "十二月底前报送。", "只有图的一页"]
    assert [(mark.kind, mark.reason) for mark in document.marks] == [("record", ""), *[("noise", "text box")] * 3]
    assert [place.sheet for place in document.places] == ["活动", "活动", "活动", "图"]


@pytest.mark.parametrize(("cell", "is_error"), [("#N/A", True), ("#名称", False), ("#1 宣讲", False), ("#", False), ("##", True)])
def test_an_error_of_a_formula_is_no_text_of_a_report(config, cell, is_error):
    document = read_bytes(f"单位,内容\n甲,{FIRST}\n乙,{cell}\n".encode(), "x", config.read, ".csv")
    assert parts(document)[-1] == ((f"乙\t{cell}", "row without text") if is_error else (cell, "record"))
