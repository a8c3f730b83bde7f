import hashlib
import json

import pytest

from pipeline.core import locations
from pipeline.core.config import load_label_set
from pipeline.core.errors import CorpusError, UsageError
from pipeline.core.records import Document, Label
from pipeline.labels.files import (
    Corpus,
    attach,
    build_corpus,
    check_trainable,
    label_lines,
    load_gold,
    load_labels,
    write_labels,
    write_reports,
)

LABELS = load_label_set(locations.find("configs/labels.toml"))
TEXT = "学理论。办书房。"
SHA = hashlib.sha256(TEXT.encode()).hexdigest()
DOCUMENT = Document("a.txt", TEXT, SHA, "utf-8")


def label(start=0, end=4, name="举旗帜", source="a.txt", sha256=SHA):
    return Label(source, sha256, start, end, name)


def line(**changes):
    return json.dumps({"source": "a.txt", "sha256": SHA, "start": 0, "end": 4, "label": "举旗帜", **changes}, ensure_ascii=False)


def test_labels_are_read_line_by_line(tmp_path):
    path = tmp_path / "l.jsonl"
    path.write_text(
        line(secondary=["聚民心"], annotator="a", origin="review", date="2026-01-01") + "\n\n" + line() + "\n", encoding="utf-8"
    )
    first, second = load_labels(path, LABELS)
    assert first == Label("a.txt", SHA, 0, 4, "举旗帜", ("聚民心",), "a", "review", "2026-01-01")
    assert second.origin == "seed"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (line(label="新闻"), r"l\.jsonl:1: '新闻' is not a known label; known: 举旗帜 聚民心"),
        (line(secondary=["新闻"]), r"l\.jsonl:1: '新闻' is not a known label"),
        (line(origin="web"), r"l\.jsonl:1: not a label"),
        ('{"source": 1}', r"l\.jsonl:1: not a label"),
        ("nonsense", r"l\.jsonl:1: not a label"),
    ],
)
def test_a_line_that_is_no_label_is_named(tmp_path, text, message):
    path = tmp_path / "l.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        load_labels(path, LABELS)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CorpusError, match=r"none\.jsonl: no such label file"):
        load_labels(tmp_path / "none.jsonl", LABELS)


def test_a_source_that_changed_names_both_hashes():
    with pytest.raises(CorpusError, match=rf"a\.txt: changed since it was labelled \(sha256 {SHA[:12]}… now, 999999999999… in its"):
        attach(DOCUMENT, [label(sha256="9" * 64)])


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (2, 2), (3, 1), (0, 9)])
def test_labels_outside_their_source(start, end):
    with pytest.raises(CorpusError, match=rf"a\.txt: label {start}-{end} points outside its 8 characters"):
        attach(DOCUMENT, [label(start, end)])


def test_labels_that_overlap():
    with pytest.raises(CorpusError, match=r"a\.txt: labels 0-4 and 3-8 overlap; keep one"):
        attach(DOCUMENT, [label(3, 8), label(0, 4)])


def test_labels_without_a_report():
    with pytest.raises(CorpusError, match=r"b\.txt: labelled, but not among the reports \(1 such sources\)"):
        build_corpus([DOCUMENT], [label(), label(source="b.txt")], LABELS)


def test_a_corpus_too_small_to_train_on():
    corpus = build_corpus([DOCUMENT], [label()], LABELS)
    with pytest.raises(CorpusError, match="1 labelled reports: training needs two at least"):
        check_trainable(corpus)
    two = Corpus((corpus.reports[0], attach(DOCUMENT, [label(), label(4, 8, "聚民心")])), LABELS)
    with pytest.raises(CorpusError, match="label 聚民心 has 1 example: training needs two at least"):
        check_trainable(two)


def test_the_hash_of_a_corpus_changes_with_a_label_and_with_a_source():
    one = build_corpus([DOCUMENT], [label()], LABELS).sha256
    assert one == build_corpus([DOCUMENT], [label()], LABELS).sha256
    assert one != build_corpus([DOCUMENT], [label(name="聚民心")], LABELS).sha256
    other = Document("a.txt", TEXT + "。", "1" * 64, "utf-8")
    assert one != build_corpus([other], [label(sha256="1" * 64)], LABELS).sha256


def test_gold_documents(tmp_path):
    path = tmp_path / "g.jsonl"
    gold = {"source": "a", "text": TEXT, "sentences": [[0, 4, "举旗帜"], [4, 8, "兴文化"]]}
    path.write_text(json.dumps(gold) + "\n", encoding="utf-8")
    (report,) = load_gold(path, LABELS)
    assert report.document == Document("a", TEXT, SHA, "unicode")
    assert {(item.source, item.sha256) for item in report.labels} == {("a", SHA)}
    assert [(item.start, item.end, item.label) for item in report.labels] == [(0, 4, "举旗帜"), (4, 8, "兴文化")]
    path.write_text(line() + "\n", encoding="utf-8")
    assert load_gold(path, LABELS) is None
    path.write_text('{"sentences": 3}', encoding="utf-8")
    with pytest.raises(CorpusError, match=r"g\.jsonl:1: not a gold document"):
        load_gold(path, LABELS)


def test_labels_are_written_a_line_each_and_read_back(tmp_path):
    path, labels = tmp_path / "new" / "deep" / "l.jsonl", [label(), label(4, 8, "兴文化")]
    for _ in range(2):  # over itself, in a folder that is there
        write_labels(path, labels)
        assert path.read_bytes() == label_lines(labels)
        assert load_labels(path, LABELS) == labels
    assert label_lines([]) == b""
    assert label_lines(labels).count(b"\n") == len(label_lines(labels).splitlines()) == 2
    with pytest.raises(UsageError) as error:
        write_labels(path / "l.jsonl", labels)
    assert str(error.value).startswith(f"{path / 'l.jsonl'}: cannot be written (")
    assert str(error.value).endswith("); check the folder")


def test_new_reports_are_written_all_or_none_and_none_over_another(tmp_path):
    folder = tmp_path / "in" / "new"
    write_reports(folder, {"a.txt": b"one", "c/b.txt": b"two"})
    write_reports(folder, {"a.txt": b"one", "d.txt": b"three"})  # what is there with the same text stays
    assert {path.name: path.read_bytes() for path in folder.rglob("*.txt")} == {"a.txt": b"one", "b.txt": b"two", "d.txt": b"three"}
    with pytest.raises(UsageError) as error:
        write_reports(folder, {"e.txt": b"four", "a.txt": b"other"})
    assert str(error.value) == f"{folder / 'a.txt'}: exists with another text; choose another folder with --reports"
    assert not (folder / "e.txt").exists()
    assert (folder / "a.txt").read_bytes() == b"one"
    with pytest.raises(UsageError, match=r"a\.txt/x: cannot be written \(Not a directory\); check the folder"):
        write_reports(folder / "a.txt" / "x", {"a.txt": b"one"})


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_label_file_may_have_a_mark_and_the_line_ends_of_windows(tmp_path, end, mark):
    path = tmp_path / "l.jsonl"
    path.write_bytes(mark + end.join([line(), "", line(start=4, end=8, label="其\u2028他")]).encode())
    with pytest.raises(CorpusError) as error:
        load_labels(path, LABELS)
    assert str(error.value).startswith(f"{path}:3: '其\\u2028他' is not a known label; known: 举旗帜 ")
    path.write_bytes(mark + end.join([line(), line(start=4, end=8)]).encode())
    assert [each.start for each in load_labels(path, LABELS)] == [0, 4]


def test_a_label_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "l.jsonl").write_bytes(b"\xff")
    for path in (tmp_path / "l.jsonl", tmp_path):
        with pytest.raises(CorpusError, match=rf"^{path}: cannot be read as UTF-8 \(.+\); check the file$"):
            load_labels(path, LABELS)


def test_a_gold_file_names_the_line_of_an_unknown_label_and_may_be_empty(tmp_path):
    path, gold = tmp_path / "g.jsonl", {"source": "a", "text": TEXT, "sentences": [[0, 4, "举旗帜"]]}
    path.write_text(f"\n{json.dumps(gold)}\n{json.dumps(gold | {'sentences': [[0, 4, '新闻']]})}\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"g\.jsonl:2: '新闻' is not a known label"):
        load_gold(path, LABELS)
    path.write_text("\n", encoding="utf-8")
    assert load_gold(path, LABELS) is None


def test_corrections_of_a_report_without_labels_make_it_one_of_the_corpus():
    correction = Label("b.txt", SHA, 0, 4, "兴文化", origin="review")
    documents = [DOCUMENT, Document("b.txt", TEXT, SHA, "utf-8"), Document("c.txt", TEXT, SHA, "utf-8")]
    corpus = build_corpus(
        documents, [label(), label(4, 8)], LABELS, [correction, Label("a.txt", SHA, 2, 8, "其他", origin="review")]
    )
    assert [(report.document.source, [(one.start, one.end, one.label) for one in report.labels]) for report in corpus.reports] == [
        ("a.txt", [(0, 2, "举旗帜"), (2, 8, "其他")]), ("b.txt", [(0, 4, "兴文化")]),
    ]  # fmt: skip
    with pytest.raises(CorpusError) as error:
        build_corpus([], [label(source="z.txt"), label(source="b.txt")], LABELS)
    hint = "add its folder to corpus.reports, or leave it out with corpus.exclude"
    assert str(error.value) == f"b.txt: labelled, but not among the reports (2 such sources); {hint}"


def test_a_corpus_needs_two_examples_of_each_label_but_of_the_one_for_the_rest():
    themes = [name for name in LABELS.names if name != LABELS.other]
    text = "一二三四五六七八九十"
    digest = hashlib.sha256(text.encode()).hexdigest()

    def corpus(*others, texts=(text, text + "。")):
        documents = [Document(f"{i}", each, digest, "utf-8") for i, each in enumerate(texts)]
        names = [[*themes, *(other for number, other in others if number == i)] for i in range(len(documents))]
        return Corpus(
            tuple(
                attach(document, [Label(document.source, digest, place, place + 1, name) for place, name in enumerate(own)])
                for document, own in zip(documents, names, strict=True)
            ),
            LABELS,
        )

    check_trainable(corpus())  # nothing belongs to no theme
    check_trainable(corpus((0, "其他"), (1, "其他")))
    with pytest.raises(CorpusError) as error:
        check_trainable(corpus((0, "其他")))
    hint = "training needs two at least; label more passages, or take 其他 out of the label definitions"
    assert str(error.value) == f"label 其他 has 1 example: {hint}"
    with pytest.raises(
        CorpusError, match=r"^2 labelled reports, all with the same text: training needs two different ones at least"
    ):
        check_trainable(corpus(texts=(text, " ".join(text))))
