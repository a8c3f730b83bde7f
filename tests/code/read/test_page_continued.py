import pytest
from printed import cell, lines, pdf, table_row

from pipeline.read.formats.pdf import read

SIZE = 12
NAMES = ("项目名称", "主要内容", "责任单位")
TOLD = "全县各级党组织扎实开展理论宣讲，覆盖全部行政村，参与群众逐年增加。县文化馆组织送戏下乡八十场，受到群众欢迎。"


def row(texts, y, lefts=(72, 162, 342), widths=(6, 14, 6)):
    """Return the drawing of a row."""
    return table_row(texts, y, lefts, widths)


def rows_of(content):
    return [content.text[mark.start : mark.end].split("\t") for mark in content.marks if mark.kind == "row"]


LEFT, RIGHT, WIDTH = 162, 342, 14  # of the second column, and of the third
LONG = TOLD * 2


@pytest.mark.parametrize("again", [False, True], ids=["names once", "names again"])
@pytest.mark.parametrize("behind", ["", "县委宣传部"], ids=["alone", "before a row"])
def test_a_cell_that_goes_on_at_the_top_of_the_next_page_is_one(config, again, behind):
    first = row(NAMES, 760) + row(("阅读推广", TOLD, "县图书馆"), 730)
    first += row(("文艺创作", LONG[:56], "县文化馆"), 600)
    top = 760 - (30 if again else 0)
    second = (row(NAMES, 760) if again else b"") + cell(LONG[56:], LEFT, top, WIDTH)
    if behind:
        second += row(("送戏下乡", TOLD, behind), top - 150)
    second += lines("全县宣传文化工作取得新的成效，各项任务按时完成，群众满意。", x=72, y=300, size=SIZE)
    content = read(pdf(first, second), "x.pdf", config.read)
    expected = [["阅读推广", TOLD, "县图书馆"], ["文艺创作", LONG, "县文化馆"], *([["送戏下乡", TOLD, behind]] if behind else [])]
    assert [found for found in rows_of(content) if found != [*NAMES]] == expected
    assert content.text.rstrip().endswith("群众满意。")


def test_two_cells_go_on_side_by_side(config):
    first = row(NAMES, 760) + row(("阅读推广", TOLD, "县图书馆"), 730)
    first += row(("文艺创作", LONG[:28], "县文化馆和各乡镇文化"), 600)
    second = cell(LONG[28:60], LEFT, 760, WIDTH) + cell("站及村社", RIGHT, 760, 6)
    content = read(pdf(first, second), "x.pdf", config.read)
    assert rows_of(content)[-1] == ["文艺创作", LONG[:60], "县文化馆和各乡镇文化站及村社"]


def test_the_next_row_under_a_merged_cell_is_no_end_of_the_last_one(config):
    first = row(NAMES, 760) + row(("文艺创作", "理论宣讲进企业进农村进社区", "一百二十场"), 730)
    second = cell("文艺演出", LEFT, 760, WIDTH) + cell("三十场", RIGHT, 760, 6)
    content = read(pdf(first, second), "x.pdf", config.read)
    assert rows_of(content)[-1] != ["文艺创作", "理论宣讲进企业进农村进社区文艺演出", "一百二十场三十场"]
    assert "一百二十场三十场" not in content.text.replace("\t", "").replace("\n", "|")


@pytest.mark.parametrize(
    ("text", "left"),
    [("全县宣传文化工作取得新成效。", 72), ("下一步打算", 72), ("县委宣传部", 400), ("二、存在问题", 140), ("二、存在问题", 162)],
)
def test_what_stands_elsewhere_does_not_go_on_with_a_cell(config, text, left):
    first = row(NAMES, 760) + row(("阅读推广", TOLD, "县图书馆"), 730)
    first += row(("文艺创作", LONG[:28], "县文化馆"), 600)
    content = read(pdf(first, lines(text, x=left, size=SIZE)), "x.pdf", config.read)
    assert rows_of(content)[-1] == ["文艺创作", LONG[:28], "县文化馆"]
    assert content.text.rstrip().endswith(f"\n{text}")


def test_a_cell_that_ends_its_sentence_is_over(config):
    first = row(NAMES, 760) + row(("阅读推广", TOLD[:33], "县图书馆"), 730)
    second = cell("县文化馆组织送戏下乡", LEFT, 760, WIDTH)
    content = read(pdf(first, second), "x.pdf", config.read)
    assert rows_of(content)[-1] == ["阅读推广", TOLD[:33], "县图书馆"]


def test_a_cell_of_one_line_and_one_that_had_ended_a_sentence_go_on(config):
    first = row(NAMES, 760) + row(("阅读推广", TOLD, "县图书馆"), 730)
    first += row(("文艺创作", TOLD[:33], "县文化馆和各乡镇文化站及"), 600, widths=(6, 11, 6))
    second = cell(TOLD[33:], LEFT, 760, 11) + cell("村社", RIGHT, 760, 6)
    assert rows_of(read(pdf(first, second), "x.pdf", config.read))[-1] == ["文艺创作", TOLD, "县文化馆和各乡镇文化站及村社"]
    first = row(NAMES, 760) + row(("阅读推广", TOLD, "县图书馆"), 730) + row(("文艺创作", TOLD[:14], "县文化馆"), 600)
    content = read(pdf(first, cell(TOLD[14:], LEFT, 760, WIDTH)), "x.pdf", config.read)
    assert rows_of(content)[-1] == ["文艺创作", TOLD, "县文化馆"]
