"""The names above the columns of a table in a report are set aside, in every format; nothing else of the table is."""

import io

import docx
import pytest

from pipeline.core.config import load_config
from pipeline.core.records import Mark, SourceLocation
from pipeline.read import read_bytes
from pipeline.read.decode import ReadText
from pipeline.read.table_heads import REASON, with_heads_aside

OPTIONS = load_config().read
HEAD = ("序号", "活动名称", "时间", "参加人数（人）")
ROWS = (HEAD, ("1", "送戏下乡惠民演出", "3月5日", "800"), ("2", "理论宣讲进社区", "4月12日", "300"))


def content(*runs, between="\n本月开展了下列活动。\n"):
    """Return text with runs of rows, and other text between them."""
    text, marks = "", []
    for run in runs:
        for row in run:
            line = "\t".join(row)
            marks.append(Mark(len(text), len(text) + len(line), "row"))
            text += line + "\n"
        text += between
    return ReadText(text, "test", tuple(marks))


def aside(read):
    assert all(mark.reason == REASON for mark in read.marks if mark.kind == "noise")
    return [read.text[mark.start : mark.end].split("\t") for mark in read.marks if mark.kind == "noise"]


@pytest.mark.parametrize(
    "head",
    [
        HEAD,
        ("县区", "场次", "人次"),
        ("项目", "2022年", "2023年"),
        ("栏目", "篇数", "＊备注"),
        ("重点任务", "具体措施", "牵头单位", "完成时限"),
        ("责任\u3000单位", "联系人"),
    ],
)
def test_a_row_of_names_above_others_is_set_aside(head):
    rows = (head, ("一", "建成农家书屋120个，送戏下乡80场", "县文化馆"), ("二", "开展宣讲30场", "县委宣传部"))
    assert aside(with_heads_aside(content(rows))) == [list(head)]


@pytest.mark.parametrize(
    "rows",
    [
        (("姓名", "张三", "性别", "女"), ("职务", "部长", "电话", "12345678")),  # a form
        (("县文化馆", "送戏下乡80场"), ("县图书馆", "新建书房6座")),
        (("项目", "建成农家书屋120个"), ("书房", "6座")),
        (("活动内容：", "理论宣讲", "时间"), ("一", "二", "三")),
        (("开展了全县理论宣讲比武活动", "时间", "地点", "人数"), ("1", "2", "3", "4")),  # longer than a name
        (("时间",), ("3月",)),
        (("名称", "时间"), ("名称", "时间")),  # nothing but names
        (("名称", "时间"),),  # two words by themselves
        (*(("文化惠民项目", "县融媒体平台"),) * 4, ("书房", "6座")),  # rows of names all the way down
    ],
)
def test_what_is_no_row_of_names_stays(rows):
    read = content(rows)
    assert with_heads_aside(read) == read


def test_names_in_two_rows_those_that_stand_again_and_those_above_cells_of_paragraphs():
    above, below = ("活动情况", "人员情况"), ("场次", "人次", "备注")
    two = (above, below, ("30", "2000", "含线上"), below, ("40", "100", "无"))
    assert aside(with_heads_aside(content(two))) == [list(above), list(below), list(below)]
    alone = content((("任务", "措施", "责任单位"),))
    assert aside(with_heads_aside(alone)) == [["任务", "措施", "责任单位"]]
    assert aside(with_heads_aside(content((("任务", "措施", "责任单位"),), between=""))) == []  # nothing follows
    assert aside(with_heads_aside(content(ROWS, ROWS))) == [list(HEAD), list(HEAD)]


@pytest.mark.parametrize(
    ("line", "is_head"),
    [("序号 活动名称\t时间\t参加人数（人）", True), ("下列活动受到欢迎\t时间", False), ("时间 地点 人数", False)],
)
def test_a_line_above_rows_that_was_not_taken_for_a_row(line, is_head):
    read = content(ROWS[1:])
    moved = tuple(Mark(mark.start + len(line) + 1, mark.end + len(line) + 1, mark.kind) for mark in read.marks)
    found = with_heads_aside(ReadText(f"{line}\n{read.text}", "pdf", moved))
    assert aside(found) == ([line.split("\t")] if is_head else [])
    assert [mark.kind for mark in found.marks][-2:] == ["row", "row"]


def test_rows_of_a_workbook_stay_as_they_are():
    read = content(ROWS)
    placed = ReadText(read.text, "csv", read.marks, (SourceLocation(0, row=2),))
    assert with_heads_aside(placed) is placed


@pytest.fixture(scope="module")
def word(tmp_path_factory):
    document = docx.Document()
    document.add_paragraph("临溪县2023年活动情况")
    table = document.add_table(rows=0, cols=4)
    for row in ROWS:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.add_paragraph("全年开展活动两场，受到群众欢迎。")
    document.save(made := io.BytesIO())
    path = tmp_path_factory.mktemp("table") / "a.docx"
    path.write_bytes(made.getvalue())
    return path


def check(document):
    (head,) = (mark for mark in document.marks if mark.reason == REASON)
    assert document.text[head.start : head.end].split("\t") == list(HEAD)
    rows = [document.text[mark.start : mark.end] for mark in document.marks if mark.kind == "row"]
    assert ["送戏下乡惠民演出" in rows[0], "理论宣讲进社区" in rows[1], len(rows)] == [True, True, 2]


def test_a_word_table(word):
    check(read_bytes(word.read_bytes(), "a.docx", OPTIONS, ".docx"))


@pytest.mark.parametrize("ending", ["odt", "rtf"])
def test_other_programs(word, tmp_path, soffice, ending):
    made = soffice(word, ending, tmp_path)
    check(read_bytes(made.read_bytes(), made.name, OPTIONS, f".{ending}"))


def test_a_web_page():
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
    page = f"<html><body><h1>活动情况</h1><p>全年开展活动两场，受到群众欢迎。</p><table>{cells}</table></body></html>"
    check(read_bytes(page.encode(), "a.html", OPTIONS, ".html"))


class CountedText(str):
    """A text that counts the characters that are taken of it."""

    __slots__ = ("taken",)

    def __getitem__(self, part):
        found = super().__getitem__(part)
        self.taken = getattr(self, "taken", 0) + len(found)
        return found


def test_many_tables_of_one_row_are_not_looked_through_to_the_end_for_each():
    made = content(*[(("时间", "地点", "内容"),)] * 300)
    text = CountedText(made.text)
    assert len(aside(with_heads_aside(ReadText(text, "test", made.marks)))) == 300
    assert text.taken < 10 * len(text)
