import io

import openpyxl
import pytest

from pipeline.library import shown
from pipeline.library.counts import by_attribute, together

THEMES = ("举旗帜", "兴文化", "其他")


@pytest.fixture
def some(library, keep, make):
    keep(
        make("a.txt", "读书一", ("读书二二", {"second": ("举旗帜", "育新人")}), ("讲课", {"theme": "举旗帜"}), title="一"),
        year="2023",
    )
    keep(make("b.txt", "读书三"), year="2024")
    keep(make("c.txt", ("会议", {"theme": "其他"})))
    keep(make("d.txt", "读书四四四"), year="2023")
    return library


def test_themes_by_year_and_last_the_reports_without_one(some):
    table = by_attribute(some, "year", THEMES, "passages")
    assert (table.what, table.themes, table.rows) == ("年份", THEMES, ("2023", "2024", "未注明"))
    assert table.cells == ((1, 3, 0), (0, 1, 0), (0, 0, 1))  # the title of a is no passage
    assert table.totals == (4, 1, 1)
    assert by_attribute(some, "year", THEMES, "reports").totals == (2, 1, 1)
    assert by_attribute(some, "year", THEMES, "reports").cells[0] == (1, 2, 0)
    assert by_attribute(some, "year", THEMES, "characters").cells[0] == (2, 12, 0)


def test_themes_of_another_label_set_come_behind(some):
    assert by_attribute(some, "group", ("举旗帜",), "passages").themes == ("举旗帜", "兴文化", "其他")
    assert by_attribute(some, "group", THEMES, "passages").rows == ("未注明",)


def test_which_themes_stand_together(some):
    reports = together(some, THEMES, "reports")
    assert reports.cells == ((1, 1, 0), (1, 3, 0), (0, 0, 1))
    passages = together(some, THEMES, "passages")
    assert passages.themes == (*THEMES, "育新人")
    assert passages.cells == ((2, 1, 0, 1), (1, 4, 0, 1), (0, 0, 1, 0), (1, 1, 0, 1))
    assert passages.totals == (2, 4, 1, 1)
    with pytest.raises(KeyError):
        together(some, THEMES, "characters")


def test_an_empty_library_has_no_rows(library):
    assert by_attribute(library, "place", THEMES, "passages").rows == ()
    assert together(library, THEMES, "reports").cells == ((0, 0, 0),) * 3


def test_cross_tables_as_csv_and_workbook(some):
    table, stream = by_attribute(some, "year", THEMES, "passages"), io.BytesIO()
    shown.write_csv(shown.head_of(table), shown.rows_of(table), stream)
    assert stream.getvalue().decode("utf-8-sig").splitlines()[:2] == ["年份,段落,举旗帜,兴文化,其他", "2023,4,1,3,0"]
    book = io.BytesIO()
    shown.write_workbook([table, by_attribute(some, "year", THEMES, "reports")], book)
    read = openpyxl.load_workbook(book)
    assert read.sheetnames == ["年份与主题·段落", "年份与主题·报告"]
    assert [cell.value for cell in read.worksheets[0][2]] == ["2023", 4, 1, 3, 0]
