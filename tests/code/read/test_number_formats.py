"""Numbers and dates of a workbook are text as Excel shows them."""

import datetime as dt
import io

import pytest

from pipeline.read import read_bytes
from pipeline.read.office.number_formats import shown_date, shown_number


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (0.235, "0.0%", "23.5%"),
        (0.235, "0%", "24%"),
        (1.0, "0.00%", "100.00%"),
        (-0.05, "0%", "-5%"),
        (0.285, "0%;[Red]-0%", "29%"),
        (-0.285, "0%;[Red]-0%", "-29%"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (1234.5, '"¥"#,##0.00', "¥1,234.50"),
        (1234.5, "[$¥-804]#,##0.00", "¥1,234.50"),
        (7, "000", "007"),
        (35, '0"万元"', "35万元"),
        (35.5, "0.##", "35.5"),
        (35.0, "0.##", "35"),
        (0.5, "#.0", ".5"),
        (12345678.0, '0.0,,"百万"', "12.3百万"),
        (-3, '0"增";0"减"', "3减"),
        (0, '0;-0;"无"0', "无0"),
        (3, "第0名", "第3名"),
        (2.675, "0.00", "2.68"),
        (1e300, "0", "1E+300"),
        (0.3, "# ?/?", None),
        (0.3, "General", None),
        (0.3, "0.00E+00", None),
        (0.3, "[>100]0;0%", None),
        (0.3, "@", None),
        (0.3, "", None),
        (0.3, "0%" * 200, None),
        (float("inf"), "0%", None),
        (45000.0, "yyyy-mm-dd", None),
    ],
)
def test_numbers_are_written_by_their_format(value, code, shown):
    assert shown_number(value, code) == shown


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ('yyyy"年"m"月"d"日"', "2024年3月5日"),
        ('yyyy"年"m"月"d"日";@', "2024年3月5日"),
        ("[$-804]yyyy年mm月", "2024年03月"),
        ("m月d日", "3月5日"),
        ("yy年", "24年"),
        ("[DBNum1][$-804]yyyy年m月d日", "二〇二四年三月五日"),
        ("yyyy-mm-dd", None),
        ("h时mm分", None),
        ("yyyy年mmmm", None),
        ("日", None),
    ],
)
def test_dates_with_chinese_signs_are_written_by_their_format(code, shown):
    assert shown_date(dt.date(2024, 3, 5), code) == shown


def workbook(fill):
    from openpyxl import Workbook

    book = Workbook()
    fill(book.active)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_the_cells_of_a_workbook_stand_as_excel_shows_them(config):
    def fill(sheet):
        sheet.append(["内容", "完成率", "日期", "金额", "已办", "差"])
        sheet.append(["图书馆新开书房六座。", 0.235, dt.date(2024, 3, 5), 1234.5, True, 0.1 + 0.2])
        sheet.append(["宣讲团进村讲党课。", "未定", "三月", None, False, 1 / 3])
        for row in (2, 3):
            for column, code in enumerate(("0.0%", 'yyyy"年"m"月"d"日"', "#,##0.00"), start=2):
                sheet.cell(row, column).number_format = code

    document = read_bytes(workbook(fill), "x.xlsx", config.read, ".xlsx")
    assert [dict(place.columns) for place in document.places] == [
        {"完成率": "23.5%", "日期": "2024年3月5日", "金额": "1,234.50", "已办": "TRUE", "差": "0.3"},
        {"完成率": "未定", "日期": "三月", "已办": "FALSE", "差": "0.333333333333333"},
    ]


def test_formats_go_with_cells_that_are_drawn_together(config):
    def fill(sheet):
        for cell, value in (("B2", "内容"), ("C2", "率"), ("B900000", "图书馆新开书房六座。"), ("XFA900000", 0.5)):
            sheet[cell] = value
        sheet["XFA900000"].number_format = "0%"

    document = read_bytes(workbook(fill), "x.xlsx", config.read, ".xlsx")
    assert (document.text, document.places[0].row) == ("图书馆新开书房六座。", 900_000)
    assert "50%" in dict(document.places[0].columns).values()
