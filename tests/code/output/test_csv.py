"""CSV for Excel, and what all composed formats share: rows, finished reports, files and folders of them."""

import csv
import io

import msgspec
import pytest

from pipeline.batch.resume import JournalEntry, RunFolder
from pipeline.core import locations
from pipeline.core.config import load_label_set
from pipeline.core.errors import UsageError
from pipeline.core.records import Document, FinishedReport, MadeTags, Noise, OutlineEntry, Tag, TaggedReport
from pipeline.output import RunFacts, format_for
from pipeline.output.compose import compose_file, compose_folder, is_folder
from pipeline.output.finished import FinishedReports, write
from pipeline.output.formats import csv as csv_format
from pipeline.output.rows import COLUMNS, neutral, row_of

LABELS = load_label_set(locations.find("configs/labels.toml"))
RUN = RunFacts(LABELS, "m 1", dict.fromkeys(LABELS.names, 0.8), {}, (), "2026-11-22")


def tag(text="办书房", source="a.txt", **fields):
    fields = {"review": False, "secondary": (), "evidence": (("书房", 0.4), ("办", 0.1)), **fields}
    return Tag(source, 3, 5, 5 + len(text), text, "一、文化", "兴文化", 0.91, {}, model="m 1", **fields)


def finished(*tags, source="a.txt"):
    return FinishedReport(source, "0", "utf-8", "", tags, (), ())


def table(*reports):
    stream = io.BytesIO()
    csv_format.write(reports, stream, RUN)
    return stream.getvalue()


def test_excel_opens_it_without_being_asked():
    data = table(finished(tag("办“书房”,\n送戏")))
    assert data.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert list(row) == list(COLUMNS)
    assert (row["正文"], row["主题"], row["把握"], row["依据"], row["待复核"]) == (
        "办“书房”,\n送戏",
        "兴文化",
        "0.91",
        "书房 办",
        "",
    )


def test_a_row_has_what_a_tag_has_and_nothing_else():
    row = row_of(tag(review=True, secondary=("育新人", "其他"), page=2, paragraph=7, sheet="表", row=9))
    assert [row[name] for name in ("待复核", "次要主题", "页", "段", "工作表", "行")] == ["是", "育新人 其他", 2, 7, "表", 9]
    aside = row_of(tag(noise="byline"))
    assert [aside[name] for name in ("序号", "主题", "把握")] == [None] * 3
    assert aside["剔除原因"] == "byline"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x"])
def test_what_begins_like_a_formula_is_made_text(text):
    assert neutral(text) == f"'{text}"
    (row,) = csv.DictReader(io.StringIO(table(finished(tag(text))).decode("utf-8-sig"), newline=""))
    assert row["正文"] == f"'{text}"


def test_all_else_stays_as_it_is():
    assert [neutral(cell) for cell in ("学=1", "", -1, 0.5, None)] == ["学=1", "", -1, 0.5, None]


def test_finished_reports_are_read_again_as_they_were_and_as_often_as_is_asked(tmp_path):
    document = Document("a.txt", "标题\n办书房\n记者", "9", "gb18030")
    noise = (Noise(0, 1, "symbols"), Noise(7, 9, "byline"))
    path = tmp_path / "pieces"
    with path.open("wb") as stream:
        for _ in range(2):
            group = MadeTags((tag(),), noise, (OutlineEntry(0, 0),))
            write(iter([TaggedReport(document, iter([group]))]), stream, LABELS)
    reports = FinishedReports(path)
    expected = FinishedReport("a.txt", "9", "gb18030", document.text, (tag(),), noise, (OutlineEntry(0, 0),))
    assert list(reports) == [expected, expected]
    assert list(reports) == [expected, expected]


@pytest.fixture
def pieces(tmp_path):
    path = tmp_path / "pieces"
    sources = ("甲/小结.txt", "乙\\小结.DOCX", "丙/小结", "a.zip/小结-2.txt", "/")
    path.write_bytes(b"".join(msgspec.json.encode(finished(tag(source=name), source=name)) + b"\n" for name in sources))
    return path


def test_one_file_holds_all_reports(pieces, tmp_path):
    compose_file(pieces, tmp_path / "all.csv", "csv", RUN)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "all.csv").read_text(encoding="utf-8-sig"))))
    assert [row["报告"] for row in rows] == ["甲/小结.txt", "乙\\小结.DOCX", "丙/小结", "a.zip/小结-2.txt", "/"]


def test_a_folder_holds_a_file_for_each_and_none_takes_the_place_of_another(pieces, tmp_path):
    compose_folder(pieces, tmp_path / "all", "csv", RUN)
    files = {path.name: path.read_text(encoding="utf-8-sig") for path in (tmp_path / "all").iterdir()}
    assert sorted(files) == ["report.csv", "小结-2-2.csv", "小结-2.csv", "小结-3.csv", "小结.csv"]
    assert "甲/小结.txt" in files["小结.csv"]
    assert "a.zip/小结-2.txt" in files["小结-2-2.csv"]


def test_a_folder_is_a_name_without_an_ending(tmp_path):
    (tmp_path / "old.csv").mkdir()
    assert is_folder(tmp_path / "all", "csv")
    assert is_folder(tmp_path / "old.csv", "xlsx")
    assert not is_folder(tmp_path / "all.csv", "csv")
    assert not is_folder(tmp_path / "all", "jsonl")


def test_a_format_for_files_only_needs_one():
    with pytest.raises(UsageError, match=r"--format xlsx: written to a file only; name it with -o OUT\.xlsx"):
        format_for("xlsx", None, is_terminal=False)


def run_folder(out, compose):
    with RunFolder(out, "key", resume=False) as folder:
        folder.add(JournalEntry("a", "9", 0, 0, 0, 1, {}, ()), iter([b"one"]))
        folder.add(JournalEntry("b", "9", 0, 0, 0, 1, {}, ()), iter([b"two"]))
        folder.finish(compose)


def test_what_is_composed_of_the_pieces_becomes_the_output(tmp_path):
    run_folder(tmp_path / "out.x", lambda pieces, target: target.write_bytes(pieces.read_bytes().upper()))
    assert (tmp_path / "out.x").read_bytes() == b"ONETWO"
    assert [path.name for path in tmp_path.iterdir()] == ["out.x"]


def test_a_composed_folder_keeps_what_else_is_in_the_place_where_it_goes(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").write_bytes(b"mine")
    (tmp_path / "out/a.x").write_bytes(b"old")

    def compose(pieces, target):
        target.mkdir()
        (target / "a.x").write_bytes(pieces.read_bytes())

    run_folder(tmp_path / "out", compose)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == {"mine.txt": b"mine", "a.x": b"onetwo"}


def test_what_cannot_be_composed_leaves_the_old_output_and_the_pieces(tmp_path):
    (tmp_path / "out.x").write_bytes(b"old")

    def fail(pieces, target):
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(UsageError, match=r"out\.x: cannot be written \(No space left on device\)"):
        run_folder(tmp_path / "out.x", fail)
    assert (tmp_path / "out.x").read_bytes() == b"old"
    with RunFolder(tmp_path / "out.x", "key", resume=True) as folder:
        assert folder.known("a", lambda _: "9") is not None
