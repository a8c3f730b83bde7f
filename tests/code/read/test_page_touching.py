from itertools import pairwise

import pytest
from printed import pdf, table_row

from pipeline.read.formats.pdf import read
from pipeline.read.page.lines import TextLine
from pipeline.read.page.touching import with_cells_parted

NAMES = ("项目名称", "主要内容", "责任单位")
TOLD = "全县各级党组织扎实开展理论宣讲，覆盖全部行政村，参与群众逐年增加。县文化馆组织送戏下乡八十场，受到群众欢迎。"


def row(texts, y, lefts=(72, 162, 252), widths=(6, 6, 6)):
    """Return the drawing of a row; columns are 90 points wide, so that a full line leaves one and a half character free."""
    return table_row(texts, y, lefts, widths)


def rows_of(content):
    return [content.text[mark.start : mark.end].split("\t") for mark in content.marks if mark.kind == "row"]


@pytest.mark.parametrize("lefts", [(72, 157, 242), (72, 154, 236), (72, 152, 232)])
def test_cells_that_fill_their_columns_do_not_run_into_each_other(config, lefts):
    told = [
        ("文艺精品创作", TOLD[:26], "县文化馆新馆"),
        ("全民阅读推广", TOLD[26:], "县图书馆总馆"),
        ("送戏下乡", TOLD[:20], "文化馆"),
    ]
    page = row(NAMES, 760, lefts) + b"".join(row(texts, 730 - 100 * i, lefts) for i, texts in enumerate(told))
    assert rows_of(read(pdf(page), "x.pdf", config.read)) == [[*texts] for texts in (NAMES, *told)]


def line(text, left, right=0.0, size=10.0):
    return TextLine(1, text, left, right or left + 10 * len(text), 700, size, size)


COLUMN = [line("全县组织", 200), line("开展宣讲", 200), line("惠民", 251), line("文化", 251)]


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        (line("阅读推广 全县组织", 150, 240), ["阅读推广", "全县组织"]),  # 10 between them, and a column at 200
        (line("阅读推广 全县组织 惠民", 150, 271), ["阅读推广", "全县组织", "惠民"]),
        (line("阅读推广 全县组织", 150, 235), ["阅读推广 全县组织"]),  # too near
        (line("阅读推广 全县组织", 130, 240), ["阅读推广 全县组织"]),  # wider than what parts a line anyway
        (line("阅读推广 全县组织", 165, 255), ["阅读推广 全县组织"]),  # no column there
        (line("（一） 全县组织", 160, 240), ["（一） 全县组织"]),  # an item that is set in
        (line("第一条 全县组织", 160, 240), ["第一条 全县组织"]),
        (line("阅读推广 ①", 150, 210), ["阅读推广 ①"]),  # the sign of a note
        (line("AI推广 全县组织", 160, 240), ["AI推广 全县组织"]),  # of unknown width
    ],
)
def test_a_line_is_parted_where_a_column_begins_and_a_gap_is(given, parts):
    edge = line("序号", 100)
    found = with_cells_parted([edge, *COLUMN, given])
    assert [part.text for part in found[5:]] == parts
    assert found[:5] == [edge, *COLUMN]
    assert all(a.right < b.left for a, b in pairwise(found[5:]))


def test_one_line_makes_no_column():
    given = [line("序号", 100), COLUMN[0], line("阅读推广 全县组织", 150, 240)]
    assert with_cells_parted(given) == given
