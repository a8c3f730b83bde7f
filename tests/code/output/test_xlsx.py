"""The workbook, read back by openpyxl and opened by LibreOffice."""

import io
import json
import os
import re
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from PIL import Image

from pipeline.batch.engine import tag_documents
from pipeline.core import locations
from pipeline.core.config import load_config, load_label_set
from pipeline.core.records import FinishedReport, Noise, Tag
from pipeline.output import RunFacts, format_for, run_facts
from pipeline.output.book import originals, table
from pipeline.output.book.cells import cell_text, parts, plain
from pipeline.output.formats import xlsx
from pipeline.read import read_report

LABELS = load_label_set(locations.find("configs/labels.toml"))
FACTS = {"corpus": {"reports": 295, "labels": {"举旗帜": 1000, "其他": 500}}, "scores": {"accuracy": 0.929, "macro_f1": 0.932}}
RUN = RunFacts(
    LABELS,
    "default 3f9a",
    dict.fromkeys(LABELS.names, 0.8),
    FACTS,
    ("bad.pdf: the file is empty; save the report again",),
    "2026-11-22",
)
SENTENCES = ("学理论，讲党课。", "办书房，送戏下乡。", "讲好故事，走向海外。")


def report(texts=SENTENCES, source="甲/小结.txt", scores=(0.99, 0.41, 0.62), noise=True, **fields):
    text = "\n".join((*texts, "记者：王一"))
    tags, start = [], 0
    for number, part in enumerate(texts):
        theme, score = LABELS.names[number % 6], scores[number % 3]
        review = score < 0.8
        evidence = ((part[:2], 0.5),)
        end = start + len(part)
        tags.append(
            Tag(
                source,
                number,
                start,
                end,
                part,
                "小结 > 一、学习",
                theme,
                score,
                {},
                (),
                review,
                evidence,
                "default 3f9a",
                **fields,
            )
        )
        start = end + 1
    aside = (Noise(len(text) - 5, len(text), "byline"),) if noise else ()
    return FinishedReport(source, "0" * 64, "utf-8", text, tuple(tags), aside, ())


def written(*reports, run=RUN):
    stream = io.BytesIO()
    xlsx.write(reports, stream, run)
    return stream.getvalue()


def opened(data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl says of each extension of Excel that it does not keep it
        return openpyxl.load_workbook(io.BytesIO(data))


def rows(sheet):
    head, *rest = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rest]


def test_it_is_written_to_a_file_only(tmp_path):
    assert format_for(None, tmp_path / "x.xlsx", is_terminal=True) == "xlsx"


def test_the_passages_stand_in_order_with_all_that_is_said_of_them():
    sheet = opened(written(report()))["段落"]
    first, second, third = rows(sheet)
    assert [row["编号"] for row in (first, second, third)] == ["1·1", "1·2", "1·3"]
    assert second["报告"] == "甲/小结.txt"
    assert (second["标题"], second["正文"], second["主题"], second["把握"]) == ("一、学习", "办书房，送戏下乡。", "聚民心", 0.41)
    assert (second["待复核"], first["待复核"], second["依据"]) == ("是", None, "办书")
    assert (second["更正主题"], second["更正次要主题"], second["批注"]) == (None, None, None)
    assert (second["开始"], second["结束"]) == (9, 18)


def test_what_is_to_review_stands_once_more_the_least_certain_first():
    sheet = opened(written(report(), report(source="乙.txt", scores=(0.5, 0.9, 0.9))))["待复核"]
    assert [(row["编号"], row["把握"]) for row in rows(sheet)] == [("1·2", 0.41), ("2·1", 0.5), ("1·3", 0.62)]
    assert sheet.sheet_state == "visible"


def test_sheets_without_a_row_are_hidden():
    book = opened(written(report(scores=(0.9, 0.9, 0.9), noise=False)))
    assert {sheet.title: sheet.sheet_state for sheet in book} == {
        "段落": "visible",
        "待复核": "hidden",
        "数字": "hidden",
        "报告": "visible",
        "已剔除": "hidden",
        "说明": "visible",
        "标签": "veryHidden",
        "原文": "veryHidden",
    }


@pytest.mark.parametrize("name", ["段落", "待复核"])
def test_a_sheet_is_easy_to_filter_and_to_correct(name):
    sheet = opened(written(report()))[name]
    last = sheet.max_row
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:W{last}"
    (choice,) = sheet.data_validations.dataValidation
    assert (choice.type, choice.formula1, str(choice.sqref)) == ("list", "标签!$A$1:$A$6", f"H2:H{last}")
    ranges = {str(found.sqref): [rule.type for rule in found.rules] for found in sheet.conditional_formatting}
    assert ranges == {f"F2:F{last}": ["dataBar"], f"H2:H{last}": ["cellIs"] * 6}
    assert sheet["F2"].number_format == "0%"
    assert all(row[3].alignment.wrap_text for row in sheet.iter_rows(min_row=2))


def test_columns_that_no_row_fills_are_hidden():
    def hidden(data):
        sheet = opened(data)["段落"]
        heads = [cell.value for cell in sheet[1]]
        groups = [column for column in sheet.column_dimensions.values() if column.hidden]
        return {name for column in groups for name in heads[column.min - 1 : column.max]}

    technical = {"开始", "结束", "模型"}
    assert technical <= hidden(written(report()))
    assert "页" not in hidden(written(report(page=3)))
    assert opened(written(report(page=3)))["段落"]["O2"].value == 3


def test_themes_are_told_by_name_and_by_a_colour_that_can_be_read():
    sheet = opened(written(report()))["段落"]
    assert (sheet["E2"].value, sheet["E2"].fill.start_color.rgb) == ("举旗帜", "FFF6E3E1")
    assert sheet["E2"].font.color.rgb != sheet["E3"].font.color.rgb


def test_it_prints_on_paper_across_with_its_head_on_every_page():
    sheet = opened(written(report()))["段落"]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.print_area == "'段落'!$A$1:$J$4"


def test_reports_by_theme_with_a_chart_in_their_colours():
    data = written(report(), report(source="乙.txt"))
    sheet = opened(data)["报告"]
    head = [cell.value for cell in sheet[2]]
    assert head == ["报告", "段落", "字数", "待复核", "已剔除", *LABELS.names, *LABELS.names]
    assert [cell.value for cell in sheet[3]][:5] == ["甲/小结.txt", 3, 27, 2, 1]
    assert [cell.value for cell in sheet[5]][:5] == ["合计", 6, 54, 4, 2]
    assert sum(cell.value for cell in sheet[5][5:11]) == pytest.approx(1)
    assert [cell.value for cell in sheet[5]][11:] == [2, 2, 2, 0, 0, 0]
    chart = zipfile.ZipFile(io.BytesIO(data)).read("xl/charts/chart1.xml").decode()
    bars = re.findall(r'<c:ser>.*?<a:srgbClr val="(.{6})"', chart)
    assert bars == [label.color[1:].upper() for label in LABELS.labels]
    assert "percentStacked" in chart


def test_the_notes_tell_of_model_labels_what_was_set_aside_and_what_failed():
    sheet = opened(written(report()))["说明"]
    told = {row[0]: row[1] for row in sheet.iter_rows(values_only=True) if row[0]}
    assert told["名称和版本"] == "default 3f9a"
    assert told["训练语料"] == "295 篇报告，1,500 处人工标注"
    assert "92.9%" in told["准确程度"]
    assert "80%" in told["复核线"]
    assert told["兴文化"].startswith(LABELS.labels[3].definition)
    assert told["署名"] == "1 处"
    assert "bad.pdf: the file is empty; save the report again" in told.values()
    aside = rows(opened(written(report()))["已剔除"])
    assert aside == [{"报告": "甲/小结.txt", "原因": "署名", "原文": "记者：王一"}]


ATTACKS = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1", "http://example.com", "<r><t>x</t></r>", "_x0041_")


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_in_a_report_runs_or_becomes_markup(text):
    data = written(report((text, "=HYPERLINK(0)"), source="=1+1"))
    sheet = opened(data)["段落"]
    cell = sheet["D2"]
    assert cell.data_type == "s"
    assert plain(cell_text(text)) == plain(cell.value)
    assert cell.hyperlink is None
    assert sheet["B2"].value == "=1+1"
    assert sheet["B2"].data_type == sheet["D3"].data_type == "s"
    assert sheet["B2"].quotePrefix
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        cells = package.read("xl/worksheets/sheet1.xml").decode() + package.read("xl/worksheets/sheet4.xml").decode()
    assert "<f>" not in cells


def test_characters_that_no_workbook_may_hold_are_shown_as_signs():
    sheet = opened(written(report(("红\x1b[31m字\x00", "a\u202eb\ufffe"))))["段落"]
    assert sheet["D2"].value == "红␛[31m字␀"
    assert sheet["D3"].value == "a⇄b\ufffd"


def test_a_passage_longer_than_a_cell_goes_on_in_further_rows():
    long = "学" * 70_000
    book = opened(written(report((long, "短"), scores=(0.4, 0.9, 0.9))))
    found = rows(book["段落"])
    assert [row["编号"] for row in found] == ["1·1", "1·1+1", "1·1+2", "1·2"]
    assert "".join(row["正文"] for row in found[:3]) == long
    assert [row["编号"] for row in rows(book["待复核"])] == ["1·1", "1·1+1", "1·1+2"]
    assert any("编号后带 +1" in str(cell.value) for row in book["说明"].iter_rows() for cell in row)


def test_the_parts_of_a_text_fit_a_cell_and_nothing_is_lost():
    assert list(parts("")) == [""]
    for text in ("学" * 32_001, "𠀀" * 20_000):
        some = list(parts(text))
        assert "".join(some) == text
        assert all(len(part.encode("utf-16-le")) // 2 <= 32_767 for part in some)


def test_more_rows_than_a_sheet_has_go_on_in_a_further_one(monkeypatch):
    monkeypatch.setattr(table, "LAST_ROW", 4)
    monkeypatch.setattr(xlsx, "LAST_ROW", 1)
    book = opened(written(report([f"学习{i}" for i in range(10)], scores=(0.9, 0.9, 0.9)), report(), report()))
    assert [len(rows(book[name])) for name in ("段落", "段落 2", "段落 3", "段落 4")] == [4, 4, 4, 4]
    assert book["段落 4"].auto_filter.ref == "A1:W5"
    assert len(book["段落 2"].data_validations.dataValidation) == 1
    assert {"原文", "原文 2"} <= set(book.sheetnames)
    assert any("续表依次为：段落、段落 2、段落 3、段落 4" in str(cell.value) for row in book["说明"].iter_rows() for cell in row)


def test_the_reports_themselves_are_in_it():
    one, other = report(), report(("学\x00_x0041_ " * 9_000, "=1"), source="乙.txt")
    sheet = opened(written(one, other))["原文"]
    pieces = {}
    for number, index, piece in sheet.iter_rows(values_only=True):
        assert len(piece) <= 32_767
        pieces.setdefault(number, {})[index] = piece
    assert len(pieces[2]) > 1
    for number, whole in ((1, one), (2, other)):
        found = originals.decode("".join(pieces[number][i] for i in sorted(pieces[number])), "x")
        assert (found.source, found.sha256, found.text) == (whole.source, whole.sha256, whole.text)
        assert [(span.start, span.end, span.theme) for span in found.spans] == [(t.start, t.end, t.theme) for t in whole.tags]


def test_the_same_reports_give_the_same_bytes():
    assert written(report()) == written(report())
    assert written(report()) != written(
        report(), run=RunFacts(LABELS, "default 3f9a", dict.fromkeys(LABELS.names, 0.8), FACTS, (), "2026-11-23")
    )


def test_other_labels_need_no_code():
    labels = load_label_set(locations.find("configs/labels.toml"))
    many = type(labels)("甲0", tuple(type(labels.labels[0])(f"甲{i}", "", "#336699") for i in range(40)))
    run = RunFacts(many, "m 1", dict.fromkeys(many.names, 0.5), {}, (), "2026-11-22")
    tags = (Tag("a", 0, 0, 2, "学习", "", "甲39", 0.9, {}, (), False, (), "m 1"),)
    book = opened(written(FinishedReport("a", "0", "utf-8", "学习", tags, (), ()), run=run))
    assert [row[0] for row in book["标签"].iter_rows(values_only=True)] == list(many.names)
    assert book["段落"].data_validations.dataValidation[0].formula1 == "标签!$A$1:$A$40"


@pytest.mark.slow
def test_memory_does_not_grow_with_the_reports(tmp_path, root):
    """Ten times the reports may not cost more than a little memory."""
    script = """
import resource, sys
sys.path[:0] = sys.argv[2:]
from test_xlsx import report, xlsx, RUN
count = int(sys.argv[1])
class Many:
    def __iter__(self):
        return (report([f"学习理论{i}" * 20 for i in range(100)], source=f"{n}.txt") for n in range(count))
with open("/dev/null", "wb") as stream:
    xlsx.write(Many(), stream, RUN)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""

    def peak(count):
        command = [sys.executable, "-c", script, str(count), str(root / "tests/code/output"), str(root)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        return int(done.stdout)

    assert peak(60) < peak(6) + 20_000  # kB; 60 reports have 6,000 passages


def test_libreoffice_opens_it_and_prints_every_sheet(soffice, tmp_path):
    path = tmp_path / "w.xlsx"
    path.write_bytes(written(report(("=1+1", *SENTENCES)), report(source="乙.txt")))
    document = pypdfium2.PdfDocument(soffice(path, "pdf", tmp_path))
    try:
        pages = [page.get_textpage().get_text_bounded() for page in document]
        sizes = {page.get_size() for page in document}
    finally:
        document.close()
    text = "".join(pages)
    assert all(width > height for width, height in sizes)
    for words in ("更正主题", "=1+1", "聚民心", "各报告的主题构成", "训练语料", "记者：王一", "待复核"):
        assert words in text
    assert "原文" not in [page.strip()[:2] for page in pages[-1:]]
    assert json.dumps("学理论")[1:-1] not in text


def test_it_looks_like_a_table_that_one_can_work_with(model, soffice, tmp_path, root):
    """The queue and the chart as LibreOffice draws them; SCREENSHOTS names a folder to keep the picture of the README."""
    folders = [root / "seeds/written" / name for name in ("county", "library", "township", "youth_league")]
    files = [min(folder.glob("*.txt")) for folder in folders]
    documents = [read_report(path, load_config().read, path.name) for path in files]
    data = written(*(tagged.finish() for tagged in tag_documents(documents, model)), run=run_facts(model))
    (tmp_path / "workbook.xlsx").write_bytes(data)
    document = pypdfium2.PdfDocument(soffice(tmp_path / "workbook.xlsx", "pdf", tmp_path))
    try:
        texts = [page.get_textpage().get_text_bounded() for page in document]
        queue = next(i for i, text in enumerate(texts) if text.count("待复核") > 1)  # in the head, and below
        chart = next(i for i, text in enumerate(texts) if "各报告的主题构成" in text)
        pages = [document[i].render(scale=1.6).to_pil() for i in (queue, chart)]
    finally:
        document.close()
    picture = stacked(
        [page.crop((25, 30, page.width - 25, int(page.height * share))) for page, share in zip(pages, (0.62, 0.45), strict=True)]
    )
    colours = {colour for _, colour in picture.getcolors(1 << 20)}
    assert {tuple(bytes.fromhex(label.color[1:])) for label in LABELS.labels} <= colours
    path = Path(os.environ.get("SCREENSHOTS", tmp_path)) / "workbook.png"
    picture.quantize(192).save(path, optimize=True)
    assert 10_000 < path.stat().st_size < 250_000


def stacked(pages):
    whole = Image.new("RGB", (pages[0].width, sum(page.height for page in pages)), "white")
    for i, page in enumerate(pages):
        whole.paste(page, (0, sum(other.height for other in pages[:i])))
    return whole


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_command_writes_the_same_workbook_over_any_number_of_processes(trained_home, call, tmp_path, root, jobs):
    files = sorted((root / "seeds/reports").glob("*.txt"))[:3]
    model = trained_home / "models/seeds"
    for name in ("one.xlsx", "other.xlsx"):
        done = call("tag", *files, "-o", tmp_path / name, "--model", model, "--jobs", jobs if name == "other.xlsx" else 1)
        assert done.exit_code == 0, done.output
    data = (tmp_path / "one.xlsx").read_bytes()
    assert data == (tmp_path / "other.xlsx").read_bytes()
    assert {row["编号"].partition("·")[0] for row in rows(opened(data)["段落"])} == {"1", "2", "3"}


def test_the_command_writes_a_folder_of_workbooks(trained_home, call, tmp_path, root):
    files = sorted((root / "seeds/reports").glob("*.txt"))[:2]
    done = call("tag", *files, "-o", tmp_path / "out", "--format", "xlsx", "--model", trained_home / "models/seeds", "--keep-noise")
    assert done.exit_code == 0, done.output
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == [f"{path.stem}.xlsx" for path in files]
    found = rows(opened((tmp_path / "out" / names[0]).read_bytes())["段落"])
    aside = [row for row in found if row["剔除原因"]]
    assert aside
    assert {row["主题"] for row in aside} == {None}
    assert {row["编号"].partition("·")[0] for row in found} == {"1"}
