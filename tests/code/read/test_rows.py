import csv
import datetime as dt
import io

import pytest

from pipeline.core.errors import InputError
from pipeline.read import read_bytes

TABLE = '编号,内容,地区\n1,图书馆新开书房六座。,甲县\n2,,乙县\n3,"宣讲团进村，\n讲党课三百场。",丙县\n'


def rows(document):
    return [document.text[mark.start : mark.end] for mark in document.marks]


@pytest.mark.parametrize(
    ("data", "suffix"),
    [(TABLE.encode("utf-8-sig"), ".csv"), (TABLE.encode("gb18030"), ".csv"), (TABLE.replace(",", "\t").encode(), ".tsv")],
)
def test_a_row_is_a_line_and_the_other_columns_go_with_it(config, data, suffix):
    document = read_bytes(data, "x", config.read, suffix)
    assert document.text == "图书馆新开书房六座。\n宣讲团进村， 讲党课三百场。"
    assert rows(document) == document.text.splitlines()
    assert [(place.row, dict(place.columns)) for place in document.places] == [
        (2, {"编号": "1", "地区": "甲县"}),
        (4, {"编号": "3", "地区": "丙县"}),
    ]
    assert {mark.kind for mark in document.marks} == {"record"}
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
    assert document.text == "图书馆新开书房六座。\n宣讲团进村， 讲党课三百场。"
    assert dict(document.places[0].columns) == {"编号": "1", "地区": "甲县"}
