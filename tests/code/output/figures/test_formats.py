"""Rows of figures in every format: nothing runs in a spreadsheet, nothing steers a terminal, the format is one that there is."""

import csv
import io
import json
import warnings
from pathlib import Path

import openpyxl
import pytest

from pipeline.core.errors import UsageError
from pipeline.core.records import Tag
from pipeline.output.figures.formats import WRITERS, writer_for
from pipeline.output.figures.rows import COLUMNS, FigureRow, figure_rows

TEXTS = ("开展理论宣讲3900多场次，受众20多万人次。", "=HYPERLINK（x）12个", "-2+3场\x1b[31m，播出16条。", "满意度达98.5%。")


def opened(data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl says of each extension of Excel that it does not keep it
        return openpyxl.load_workbook(io.BytesIO(data))


@pytest.fixture
def rows():
    tags = [
        Tag("=报告.txt", n, 0, len(text), text, "@标题", "举旗帜", 0.9, {}, (), False, (), "demo 1") for n, text in enumerate(TEXTS)
    ]
    return list(figure_rows(tags))


@pytest.fixture
def written(rows, facts):
    def write(name, some=None):
        stream = io.BytesIO()
        WRITERS[name](iter(rows if some is None else some), stream, facts.labels)
        return stream.getvalue()

    return write


def test_json_lines_have_every_field(written, rows):
    lines = [json.loads(line) for line in written("jsonl").splitlines()]
    assert [line["written"] for line in lines] == [row.written for row in rows]
    assert lines[0]["value"] == 3900
    assert {
        "source",
        "start",
        "end",
        "theme",
        "score",
        "review",
        "counted",
        "value",
        "high",
        "unit",
        "bound",
        "kind",
        "sentence",
    } <= set(lines[0])


def test_csv_opens_in_excel_and_runs_nothing(written, rows):
    data = written("csv")
    assert data.startswith(b"\xef\xbb\xbf")
    head, *body = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert head == list(COLUMNS)
    assert len(body) == len(rows)
    assert [cell for row in body for cell in row if cell.startswith(("=", "+", "-", "@"))] == []
    assert body[0][head.index("报告")] == "'=报告.txt"


def test_the_workbook_has_numbers_as_numbers_and_text_as_text(written, rows):
    sheet = opened(written("xlsx"))["数字"]
    head, *body = sheet.iter_rows()
    place = {cell.value: cell.column - 1 for cell in head}
    assert [row[place["数值"]].value for row in body] == [row.value for row in rows]
    assert {cell.data_type for row in body for cell in row} <= {"s", "n"}
    assert all(row[place["报告"]].quotePrefix for row in body)
    assert "\x1b" not in "".join(str(cell.value) for row in body for cell in row)


def test_a_workbook_without_figures_can_be_opened(written):
    book = opened(written("xlsx", []))
    assert [(sheet.title, sheet.sheet_state) for sheet in book] == [("数字", "visible")]


def test_the_table_steers_no_terminal_and_names_each_report_once(written, rows):
    text = written("table").decode()
    assert "\x1b" not in text
    assert text.count("=报告.txt") == 1
    assert len([line for line in text.splitlines() if line.startswith("  ")]) == len(rows)
    assert "理论宣讲" in text
    assert "3900多场次" in text


def test_a_figure_without_unit_or_noun_is_written_everywhere(written):
    bare = FigureRow("a.txt", 0, 0, 2, "其他", 0.5, False, "", "30万", 300_000, None, "", "", "count", "30万", "")
    for name in WRITERS:
        assert written(name, [bare])


@pytest.mark.parametrize(("name", "out", "is_terminal", "expected"), [
    (None, None, True, "table"), (None, None, False, "jsonl"), (None, Path("a.csv"), True, "csv"),
    ("xlsx", Path("a.xlsx"), False, "xlsx"),
])  # fmt: skip
def test_the_format_is_found(name, out, is_terminal, expected):
    assert writer_for(name, out, is_terminal) is WRITERS[expected]


@pytest.mark.parametrize(("name", "out", "message"), [
    ("docx", Path("a.docx"), "--format docx: figures are not written as docx; use one of jsonl csv xlsx table"),
    (None, Path("a.html"), "a.html: figures are not written as html"),
    ("xlsx", None, "written to a file only"),
    ("pdf", None, "unknown; known: jsonl csv xlsx table$"),
    (None, Path("a.txt"), "no format for .txt; use .jsonl .ndjson .table .csv .xlsx, or --format$"),
])  # fmt: skip
def test_a_format_that_figures_have_not_is_refused(name, out, message):
    with pytest.raises(UsageError, match=message):
        writer_for(name, out, is_terminal=False)
