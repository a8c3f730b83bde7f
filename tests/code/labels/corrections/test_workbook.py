"""Corrected workbooks, taken back as people hand them in."""

import io
import re
import warnings

import openpyxl
import pytest
from msgspec.structs import replace

from pipeline.core import locations
from pipeline.core.config import load_config, load_label_set
from pipeline.core.errors import CorpusError, InputError, UsageError
from pipeline.core.outputs import OutputTarget, place_of
from pipeline.core.records import Correction, FinishedReport, HumanLabel, Suggestion, Tag
from pipeline.labels.corrections.replaced import check_replaceable
from pipeline.labels.corrections.workbook import corrections_in, read_returned
from pipeline.output import RunFacts
from pipeline.output.formats import xlsx

KNOWN = load_label_set(locations.find("configs/labels.toml"))
READ = load_config().read
SENTENCES = ("学理论，讲党课。", "=办书房，送戏下乡。", "讲好故事_x0041_，走向海外。", "会议\u202e听取\x07汇报。  再议。")


def report(source="甲/小结.docx", texts=SENTENCES):
    text, tags, start = "\n".join(texts), [], 0
    for number, part in enumerate(texts):
        theme, score = KNOWN.names[number % 6], (0.4, 0.9)[number % 2]
        tags.append(Tag(source, number, start, start + len(part), part, "", theme, score, {}, (), score < 0.8, (), "m 1"))
        start += len(part) + 1
    return FinishedReport(source, "9" * 64, "docx", text, tuple(tags), (), ())


@pytest.fixture(scope="module")
def written():
    """The bytes of a workbook of two reports."""
    stream = io.BytesIO()
    xlsx.write(
        [report(), report("乙.txt", ("建设美丽乡村。", "学" * 70_000))],
        stream,
        RunFacts(KNOWN, "m 1", dict.fromkeys(KNOWN.names, 0.8), {}, (), "2026-11-22"),
    )
    return stream.getvalue()


@pytest.fixture
def book(written, tmp_path):
    """That workbook to correct: ``book.set("段落", 2, 更正主题="兴文化")``, then ``book.read()``."""
    return Book(written, tmp_path / "corrected.xlsx")


class Book:
    def __init__(self, data, path):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl says of each extension of Excel that it does not keep it
            self.book = openpyxl.load_workbook(io.BytesIO(data))
        self.path = path

    def set(self, sheet, row, **cells):
        heads = [cell.value for cell in self.book[sheet][1]]
        for name, value in cells.items():
            self.book[sheet].cell(row, heads.index(name) + 1).value = value

    def read(self, **options):
        self.book.save(self.path)
        return read_returned(self.path, KNOWN, READ, **options)

    def count(self, options=READ):
        self.book.save(self.path)
        return corrections_in(self.path, options)


def test_rows_that_were_left_as_they_are_are_no_corrections(book):
    assert book.read().reports == ()


def test_a_chosen_theme_is_a_correction_beside_what_the_model_had_said(book):
    book.set("段落", 3, 更正主题="兴文化", 更正次要主题="育新人、聚民心", 批注="书房")
    (found,) = book.read().reports
    assert (found.source, found.sha256, found.text) == ("甲/小结.docx", "9" * 64, report().text)
    assert found.corrections == (Correction(9, 19, "兴文化", ("育新人", "聚民心"), "书房", Suggestion("聚民心", 0.9, "m 1")),)
    assert found.text[9:19] == SENTENCES[1]


def test_the_same_theme_confirms_and_second_themes_alone_do_too(book):
    book.set("段落", 2, 更正主题="举旗帜")
    book.set("段落", 4, 更正次要主题="展形象 育新人")
    (found,) = book.read().reports
    assert [(each.label, each.secondary) for each in found.corrections] == [("举旗帜", ()), ("育新人", ("展形象",))]


def test_a_note_alone_is_told_and_not_taken(book):
    book.set("段落", 2, 批注="不确定")
    found = book.read()
    assert found.reports == ()
    assert found.only_notes == (f"{book.path}: 段落 row 2",)


def test_rows_may_be_sorted_deleted_and_their_columns_moved(book):
    sheet = book.book["段落"]
    book.set("段落", 4, 更正主题="展形象")
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    sheet.delete_rows(1, sheet.max_row)
    sheet.append([])
    sheet.append(["处室填写"])
    for row in [rows[0], *sorted(rows[1:4], key=lambda row: row[3])]:
        sheet.append([*row[::-1]])
        for cell in sheet[sheet.max_row]:
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type  # openpyxl makes formulas of what begins with =
    del book.book["待复核"], book.book["报告"]
    (found,) = book.read().reports
    assert [(each.start, each.label) for each in found.corrections] == [(20, "展形象")]


def test_a_correction_in_the_queue_counts_and_one_in_both_counts_once(book):
    book.set("待复核", 2, 更正主题="兴文化", 批注="一")
    book.set("段落", 2, 更正主题="兴文化", 批注="二")
    (found,) = book.read().reports
    assert [(each.start, each.label, each.note) for each in found.corrections] == [(0, "兴文化", "二；一")]


def test_a_contradiction_between_the_sheets_is_named(book):
    book.set("待复核", 2, 更正主题="兴文化")
    book.set("段落", 2, 更正主题="育新人")
    message = r"段落 row 2 says 育新人, .*待复核 row 2 says 兴文化 of the same passage; make them equal"
    with pytest.raises(CorpusError, match=message):
        book.read()


def test_a_correction_in_any_row_of_a_long_passage_counts(book):
    assert book.book["段落"].cell(8, 1).value == "2·2+1"
    book.set("段落", 8, 更正主题="其他")
    (found,) = book.read().reports
    assert [(each.start, each.end, each.label) for each in found.corrections] == [(8, 70_008, "其他")]


@pytest.mark.parametrize(
    ("row", "cells", "message"),
    [
        (2, {"更正主题": "新闻"}, "段落 row 2: '新闻' is not a known label; known: 举旗帜"),
        (2, {"更正次要主题": "兴文化、新闻"}, "段落 row 2: '新闻' is not a known label"),
        (3, {"正文": "办书房"}, "段落 row 3: the text of 1·2 (甲/小结.docx) was changed"),
        (3, {"开始": 8}, "段落 row 3: 开始 of 1·2 (甲/小结.docx) was changed to 8.0; it is 9"),
        (3, {"结束": "x"}, "段落 row 3: 结束 of 1·2 (甲/小结.docx) was changed to x; it is 19"),
        (3, {"编号": "1·1"}, "段落 row 3: the text of 1·1 (甲/小结.docx) was changed"),
        (3, {"编号": "3·1"}, "段落 row 3: 编号 3·1 is of another workbook"),
        (3, {"编号": "1·99"}, "段落 row 3: 编号 1·99 is of another workbook"),
        (3, {"编号": "x" * 90}, f"段落 row 3: 编号 '{'x' * 40}' was changed"),
        (3, {"编号": None, "更正主题": "兴文化"}, "段落 row 3: a correction without 编号"),
    ],
)
def test_what_does_not_fit_is_refused_by_sheet_and_row(book, row, cells, message):
    book.set("段落", row, **cells)
    with pytest.raises(CorpusError, match=re.escape(message)):
        book.read()


def test_a_row_left_as_it_is_can_count_as_confirmed(book):
    book.set("待复核", 2, 更正主题="兴文化")
    one, other = book.read(whole=True).reports
    assert [each.label for each in one.corrections] == ["兴文化", "聚民心", "育新人", "兴文化"]
    assert [each.label for each in other.corrections] == ["举旗帜", "聚民心"]


def test_a_workbook_of_another_kind_is_refused(book, tmp_path):
    del book.book["原文"]
    with pytest.raises(CorpusError, match="has no hidden sheet 原文; give a workbook that `pipeline tag"):
        book.read()
    (tmp_path / "no.xlsx").write_bytes(b"no workbook")
    with pytest.raises(InputError, match=r"no\.xlsx: damaged; get the file again"):
        read_returned(tmp_path / "no.xlsx", KNOWN, READ)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda piece: piece[:-5], "the reports on its hidden sheet are damaged"),
        (
            lambda piece: piece.replace('"format":2', '"format":3'),
            "made by another version",
        ),
        (lambda piece: piece.replace("\\u5b66", "\\u5b67"), "the text of 甲/小结.docx on its hidden sheet was changed"),
    ],
)
def test_a_hidden_sheet_that_was_changed_is_refused(book, change, message):
    cell = book.book["原文"]["C1"]
    cell.value = change(cell.value)
    with pytest.raises(CorpusError, match=message):
        book.read()


def test_a_workbook_saved_by_libreoffice_comes_back(book, soffice, tmp_path):
    book.set("段落", 3, 更正主题="兴文化", 批注="行一\n行二")
    book.set("段落", 5, 更正主题="展形象")
    book.set("待复核", 4, 更正主题="育新人")
    expected = book.read()
    (tmp_path / "saved").mkdir()
    saved = soffice(book.path, "xlsx", tmp_path / "saved")
    assert saved != book.path
    found = read_returned(saved, KNOWN, READ)
    assert found == expected
    assert sum(len(each.corrections) for each in found.reports) == 3


@pytest.mark.parametrize("text", [None, "**重点**：学理论。"])
def test_a_passage_of_markdown_comes_back_as_it_is_shown_or_as_earlier_workbooks_had_it(tmp_path, text):
    stream = io.BytesIO()
    marked = report("小结.md", ("**重点**：学理论。", "讲党课。"))
    xlsx.write([marked], stream, RunFacts(KNOWN, "m 1", dict.fromkeys(KNOWN.names, 0.8), {}, (), "2026-11-22"))
    book = Book(stream.getvalue(), tmp_path / "corrected.xlsx")
    book.set("段落", 2, 更正主题="兴文化", **({"正文": text} if text else {}))
    (found,) = book.read().reports
    assert [(each.start, each.end, each.label) for each in found.corrections] == [(0, 11, "兴文化")]
    book.set("段落", 2, 正文="重点：学别的。")
    with pytest.raises(CorpusError, match="the text of 1·1"):
        book.read()


def test_what_a_person_wrote_is_counted_by_passage(book):
    assert book.count() == 0
    book.set("段落", 2, 更正主题=" ", 更正次要主题="\t", 批注=" ")
    assert book.count() == 0
    book.set("待复核", 2, 批注="一")
    book.set("段落", 2, 更正主题="没有这个")
    assert book.count(replace(READ, max_bytes=1)) == 1  # one passage on two sheets, in a workbook larger than reports may be
    book.set("段落", 7, 更正次要主题="其他")
    book.set("段落", 8, 更正主题="其他")
    assert book.count() == 2  # two rows of one passage
    book.set("段落", 3, 编号=None, 更正主题="其他")
    book.set("段落", 4, 编号="1·99", 更正主题="其他")
    book.set("段落", 5, 编号=" 9·1 ", 更正主题="其他")
    assert book.count() == 5
    book.set("段落", 6, 编号=None, 批注="无")
    assert book.count() == 6  # without a key each row counts


def test_what_a_row_was_filled_in_with_is_not_counted(tmp_path):
    stream, (first, second, *others) = io.BytesIO(), report().tags
    filled = (
        replace(first, correction=HumanLabel("兴文化", "王一", ("聚民心",), "书房")),
        replace(second, correction=HumanLabel("其他")),
        *others,
    )
    facts = RunFacts(KNOWN, "m 1", dict.fromkeys(KNOWN.names, 0.8), {}, (), "2026-11-22")
    xlsx.write([replace(report(), tags=filled)], stream, facts)
    book = Book(stream.getvalue(), tmp_path / "filled.xlsx")
    assert [cell.value for cell in book.book["段落"][2]].count("兴文化") == 1
    assert book.count() == 0
    for cells in ({"批注": "别的"}, {"批注": "书房", "更正次要主题": "育新人"}, {"更正次要主题": "聚民心", "更正主题": "其他"}):
        book.set("段落", 2, **cells)
        assert book.count() == 1
    book.set("段落", 3, 编号="1·3")
    assert book.count() == 2  # said of another passage
    del book.book["段落"], book.book["待复核"]
    assert book.count() == 0
    book = Book(stream.getvalue(), tmp_path / "filled.xlsx")
    book.book["原文"]["C1"].value = "{"
    assert book.count() == 2  # what it was filled in with is not known any more
    del book.book["原文"]
    assert book.count() is None


@pytest.mark.parametrize("data", [None, b"", b"PK\x03", b"PK\x03\x04", b"PK\x03\x04 no workbook", b"text, and no workbook"])
def test_another_file_holds_no_corrections(tmp_path, data):
    if data is not None:
        (tmp_path / "a.xlsx").write_bytes(data)
    assert corrections_in(tmp_path / "a.xlsx", READ) is None


LOST = (
    "which would be lost; take them in with `pipeline labels import {} --annotator NAME`, name another file with -o, "
    "or replace them with --force"
)


def test_a_workbook_with_corrections_is_not_replaced(book, tmp_path):
    book.path = tmp_path / "我 的.xlsx"
    assert book.count() == 0
    check_replaceable(place_of(book.path), READ)
    book.set("段落", 2, 更正主题="兴文化")
    for count, words in ((1, "1 correction"), (2, "2 corrections")):
        book.set("段落", 1 + count, 批注="一")
        assert book.count() == count
        with pytest.raises(UsageError) as error:
            check_replaceable(place_of(book.path), READ)
        assert str(error.value) == f"{book.path}: holds {words}, " + LOST.format(f"'{book.path}'")
    check_replaceable(OutputTarget(book.path, book.path, 1), READ)  # what is written through replaces nothing


def test_of_a_folder_each_workbook_is_looked_at(book, tmp_path):
    out = tmp_path / "out"
    (out / "0.xlsx").mkdir(parents=True)
    book.path = out / "a.xlsx"
    book.count()
    check_replaceable(place_of(out), READ)
    book.set("段落", 2, 更正主题="兴文化")
    for name in ("c", "b"):
        book.path = out / f"{name}.xlsx"
        book.count()
        with pytest.raises(UsageError, match=f"{name}.xlsx: holds 1 correction, "):
            check_replaceable(place_of(out), READ)
