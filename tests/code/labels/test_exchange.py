import csv
import hashlib
import io
import json

import pytest

from pipeline.core import locations
from pipeline.core.config import load_config, load_label_set
from pipeline.core.errors import CorpusError, InputError
from pipeline.core.records import Document, Label
from pipeline.labels.exchange import Import, export_labels, overlaps, read_incoming, to_labels
from pipeline.labels.files import Corpus, LabelledDocument
from pipeline.labels.incoming import Columns, ImportedReport, LabelSpan, Rejected

LABELS = load_label_set(locations.find("configs/labels.toml"))
TEXT = "学理论。\n=办书房。"
SHA = "a" * 64
GIVEN = (Label("a.txt", SHA, 0, 4, "举旗帜"), Label("a.txt", SHA, 5, 10, "兴文化", ("展形象",)))
CORPUS = Corpus((LabelledDocument(Document("a.txt", TEXT, SHA, "utf-8"), GIVEN),), LABELS)
KNOWN = {"a.txt": (TEXT, SHA)}
READ = load_config().read


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def spans(labels):
    return [(label.source, label.sha256, label.start, label.end, label.label, label.secondary) for label in labels]


def taken(path, known, columns=None, annotator="", date=""):
    """Give what an import makes of a file."""
    reports = read_incoming(path, columns or Columns(), LABELS).reports
    return to_labels(reports, known, "seeds/in", annotator, "review", date, READ)


def test_label_studio_both_ways(tmp_path):
    path = written(tmp_path, "tasks.json", export_labels(CORPUS, ".json"))
    made = taken(path, KNOWN, annotator="ann", date="2026-01-01")
    assert spans(made.labels) == spans(GIVEN)
    assert made.files == {}
    assert {(label.annotator, label.origin, label.date) for label in made.labels} == {("ann", "review", "2026-01-01")}


def test_a_label_studio_task_of_its_own_becomes_a_report(tmp_path):
    task = {
        "data": {"text": TEXT},
        "annotations": [
            {"was_cancelled": True, "result": [{"type": "choices", "value": {"choices": ["其他"]}}]},
            {"result": [{"type": "choices", "value": {"choices": ["举旗帜"]}}, {"type": "rating", "value": {"rating": 3}}]},
        ],
    }
    path = written(tmp_path, "tasks.json", json.dumps([task]))
    made = taken(path, KNOWN)
    ((name, data),) = made.files.items()
    assert data.decode() == TEXT
    assert spans(made.labels) == [(f"seeds/in/{name}", made.labels[0].sha256, 0, len(TEXT), "举旗帜", ())]


def test_csv_for_excel_is_utf8_with_a_mark_and_runs_no_formula():
    data = export_labels(CORPUS, ".csv")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [row["text"] for row in rows] == ["学理论。", "'=办书房。"]
    assert rows[1]["secondary"] == "展形象"


def test_csv_and_jsonl_with_a_text_and_a_label_column(tmp_path):
    table = 'topic,words,doc\n举旗帜,"学理论，讲党课",d1\n兴文化,办书房,d1\n其他,修水渠,../../etc/passwd\n'
    for path, columns in (
        (written(tmp_path, "x.csv", table.encode("gb18030")), Columns("words", "topic", "doc")),
        (
            written(tmp_path, "x.jsonl", "".join(json.dumps(row) + "\n" for row in csv.DictReader(io.StringIO(table)))),
            Columns("words", "topic", "doc"),
        ),
    ):
        made = taken(path, {}, columns)
        assert sorted(made.files) == ["d1.txt", "passwd.txt"]
        assert made.files["d1.txt"].decode() == "学理论，讲党课\n办书房\n"
        assert [(label.source, label.start, label.end, label.label) for label in made.labels] == [
            ("seeds/in/d1.txt", 0, 7, "举旗帜"),
            ("seeds/in/d1.txt", 8, 11, "兴文化"),
            ("seeds/in/passwd.txt", 0, 3, "其他"),
        ]


def test_rows_without_a_source_are_reports_of_their_own(tmp_path):
    path = written(tmp_path, "x.csv", "text,label\n学理论,举旗帜\n办书房,兴文化\n")
    assert sorted(taken(path, {}).files) == ["x_00001.csv", "x_00002.csv"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.csv", "a,b\n1,2\n", r"row 1 has no 'text' or no 'label'; name the columns with --text-column"),
        ("x.csv", b"PK\x03\x04", r"x\.csv: .*zip"),
        ("x.json", "{}", r"x\.json: not a Label Studio export"),
        ("x.doc", "x", r"x\.doc: not a format for labels; use one of \.json \.csv \.jsonl"),
    ],
)
def test_what_cannot_be_taken_in_is_named(tmp_path, name, content, message):
    with pytest.raises((CorpusError, InputError), match=message):
        read_incoming(written(tmp_path, name, content), Columns(), LABELS)


def test_unknown_formats_and_missing_files(tmp_path):
    with pytest.raises(CorpusError, match=r"\.xml: not a format for labels"):
        export_labels(CORPUS, ".xml")
    with pytest.raises(InputError, match=r"none\.csv: cannot be read"):
        read_incoming(tmp_path / "none.csv", Columns(), LABELS)


def report(name="a.txt", text=TEXT, *passages):
    return ImportedReport(name, text, passages or (LabelSpan(0, 4, "举旗帜", (), "t 1"),), "t")


@pytest.mark.parametrize("text", ["<html><body><p>学理论。</p></body></html>", "\ufeff学理论。", "学\x00理论", "\ud83d学理论。"])
def test_a_text_that_a_file_would_not_give_back_is_named(text):
    made = to_labels([report("b", text), report("c")], {}, "seeds/in", "", "review", "", READ)
    assert [label.source for label in made.labels] == ["seeds/in/c.txt"]
    assert [each.where for each in made.refused] == ["t"]


def test_two_tasks_of_one_report_do_not_overlap():
    one, other = (
        report(),
        report("a.txt", TEXT, LabelSpan(2, 6, "兴文化", (), "t 2"), LabelSpan(5, 10, "兴文化", (), "t 2")),
    )
    made = to_labels([one, other], KNOWN, "seeds/in", "", "review", "", READ)
    assert [(label.start, label.end) for label in made.labels] == [(0, 4), (5, 10)]
    assert [str(each) for each in made.refused] == [
        "t 2: 2-6 (兴文化) overlaps 0-4 (举旗帜), which was taken; labels of one report may not overlap"
    ]
    assert overlaps(made.labels, CORPUS) == 2


def test_names_that_are_long_or_alike_but_for_their_case():
    made = to_labels([report(name) for name in ("长" * 300, "A.txt", "a.txt", "..\\x")], {}, "seeds/in", "", "review", "", READ)
    assert sorted(made.files) == ["A.txt", "a_2.txt", "x.txt", "长" * 80 + ".txt"]


def test_no_cell_of_a_table_is_run_by_a_spreadsheet():
    given = (Label("=a.txt", SHA, 0, 3, "举旗帜"),)
    corpus = Corpus((LabelledDocument(Document("=a.txt", "＝1＋1", SHA, "utf-8"), given),), LABELS)
    (row,) = csv.DictReader(io.StringIO(export_labels(corpus, ".csv").decode("utf-8-sig")))
    assert (row["source"], row["text"]) == ("'=a.txt", "'＝1＋")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "＝", "＋", "－", "＠"])
def test_no_cell_of_a_table_for_excel_begins_like_a_formula_and_all_come_back(tmp_path, sign):
    text, source = f"学理论。\n{sign}办书房。", f"{sign}a.txt".replace("\t", "=")
    given = (Label(source, SHA, 0, 4, "举旗帜"), Label(source, SHA, 5, 5 + len(sign) + 4, "兴文化"))
    data = export_labels(Corpus((LabelledDocument(Document(source, text, SHA, "utf-8"), given),), LABELS), ".csv")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠"))]
    incoming = read_incoming(written(tmp_path, "t.csv", data), Columns(), LABELS)
    assert [each.name for each in incoming.reports] == [source]
    assert incoming.reports[0].text == f"学理论。\n{sign.strip()}办书房。\n"


def test_a_corpus_is_given_out_in_five_formats_and_no_other(root):
    corpus = Corpus((), LABELS)
    names = {ending: export_labels(corpus, ending) for ending in (".json", ".csv", ".jsonl", ".qdpx", ".qdc")}
    assert names[".jsonl"] == b""
    assert all(name.encode() in names[".qdc"] for name in LABELS.names)
    with pytest.raises(CorpusError) as error:
        export_labels(corpus, "")
    assert str(error.value) == "no ending: not a format for labels; use one of .json .csv .jsonl .qdpx .qdc"


def test_all_that_an_import_makes():
    passage = LabelSpan(0, 4, "举旗帜", ("展形象",), "t 1", "王一", "存疑")
    own = report("a.txt", TEXT.replace("\n", "\r\n"), passage, LabelSpan(6, 11, "兴文化", (), "t 2"))
    new, row = (
        report("新", "办书房。", LabelSpan(0, 4, "兴文化", (), "t 3", "李二")),
        report("新", "开会。", LabelSpan(0, 3, "其他", (), "t 4")),
    )
    row = ImportedReport(row.name, row.text, row.passages, row.where, is_row=True)
    half = ImportedReport("半", "半个字\ud83d", (passage,), "t 5")
    page = ImportedReport("页", "<html><body><p>学理论。</p></body></html>", (passage,), "t 6")
    made = to_labels([own, new, row, half, page], KNOWN, "in", "", "imported", "2026-11-30", READ)
    files = {"新.txt": "办书房。".encode(), "新.csv": '"text"\r\n"开会。"\r\n'.encode()}
    text, table = (hashlib.sha256(data).hexdigest() for data in files.values())
    rest = {"origin": "imported", "date": "2026-11-30"}
    why = "its text would not be read back from a file as it is (a web page, or a mark at its beginning)"
    assert made == Import(
        (
            Label("a.txt", SHA, 0, 4, "举旗帜", ("展形象",), "王一", note="存疑", **rest),
            Label("a.txt", SHA, 5, 10, "兴文化", (), "", **rest),
            Label("in/新.txt", text, 0, 4, "兴文化", (), "李二", **rest),
            Label("in/新.csv", table, 0, 3, "其他", (), "", **rest),
        ),
        files,
        (
            Rejected("t 5", "holds half a character, which no file can; repair its text"),
            Rejected("t 6", f"{why}; export plain text"),
        ),
    )  # fmt: skip
    assert {label.annotator for label in to_labels([own], KNOWN, "in", "张三", "imported", "", READ).labels} == {"张三"}


def test_lines_of_labels_have_their_texts():
    lines = [json.loads(line) for line in export_labels(CORPUS, ".jsonl").splitlines()]
    assert lines[1] == {"source": "a.txt", "start": 5, "end": 10, "text": "=办书房。", "label": "兴文化", "secondary": "展形象"}
    assert [*lines[0]] == ["source", "start", "end", "text", "label", "secondary"]
    assert export_labels(CORPUS, ".jsonl").endswith(b"}\n")
