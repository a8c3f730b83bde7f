"""Corrections as they are saved, found again and trained on."""

import hashlib
import json
import subprocess
import sys

import msgspec
import pytest

from pipeline.core import locations
from pipeline.core.config import load_config, load_label_set
from pipeline.core.errors import CorpusError, UsageError
from pipeline.core.records import Correction, HumanLabel, Label, Suggestion
from pipeline.labels.corpus import read_corpus
from pipeline.labels.corrections import store as module
from pipeline.labels.corrections.store import ChangedError, find_report, read_corrections, save_corrections

KNOWN = load_label_set(locations.find("configs/labels.toml"))
TEXT = "临溪县小结\n\n县图书馆新开六座城市书房。\n基层宣讲团讲党课三百场。\n"
ROOM = Correction(7, 20, "兴文化", ("育新人",), "书房是文化服务", Suggestion("其他", 0.61, "seeds 1"))


@pytest.fixture
def seeds():
    return load_config(locations.find("configs/seeds.toml"))


@pytest.fixture
def save(home, seeds):
    def run(*corrections, text=TEXT, name="小结.docx", who="王", **rest):
        return save_corrections(text, name, corrections, who, KNOWN, seeds, **rest)

    return run


def lines(home):
    return [json.loads(line) for line in (home / "seeds/labels/review.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_correction_keeps_the_label_of_the_person_and_the_suggestion_of_the_model_apart(save, home):
    saved = save(ROOM)
    (line,) = lines(home)
    assert (saved.source, saved.labels, saved.count) == ("seeds/reviewed/小结.txt", home / "seeds/labels/review.jsonl", 1)
    assert line.pop("date").endswith("+00:00")
    assert line == {
        "source": "seeds/reviewed/小结.txt",
        "sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
        "start": 7,
        "end": 20,
        "label": "兴文化",
        "secondary": ["育新人"],
        "annotator": "王",
        "origin": "review",
        "suggestion": {"label": "其他", "score": 0.61, "model": "seeds 1"},
        "note": "书房是文化服务",
    }
    assert (home / saved.source).read_text(encoding="utf-8") == TEXT


def test_a_label_without_them_is_written_as_it_always_was():
    assert msgspec.json.encode(Label("a", "0", 0, 1, "其他")) == (
        b'{"source":"a","sha256":"0","start":0,"end":1,"label":"\xe5\x85\xb6\xe4\xbb\x96","secondary":[],"annotator":"",'
        b'"origin":"seed","date":""}'
    )


def test_a_report_of_the_corpus_is_known_by_its_content(save, home, root):
    path = root / "seeds/reports/000_05cee4bd61fb810e.txt"
    text = path.read_text(encoding="utf-8")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert save(Correction(0, 9, "其他"), text=text, name="copy.txt", sha256=digest).source == f"seeds/reports/{path.name}"
    assert save(Correction(0, 9, "其他"), text=text, name="copy.txt").source == f"seeds/reports/{path.name}"
    assert not (home / "seeds/reviewed").exists()


def test_a_digest_that_is_of_another_text_does_not_decide(save, root):
    other = hashlib.sha256((root / "seeds/reports/000_05cee4bd61fb810e.txt").read_bytes()).hexdigest()
    assert save(ROOM, sha256=other).source == "seeds/reviewed/小结.txt"


def test_a_report_is_written_once_and_another_of_the_same_name_beside_it(save, home):
    assert save(ROOM).source == save(ROOM, name="again.pdf").source
    assert save(ROOM, text=TEXT + "记者").source == "seeds/reviewed/小结_2.txt"
    assert sorted(path.name for path in (home / "seeds/reviewed").iterdir()) == ["小结.txt", "小结_2.txt"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [("../../etc/passwd", "passwd.txt"), ("..\\..\\a b?.txt", "a_b.txt"), ("...", "report.txt"), ("名" * 300, "名" * 80 + ".txt")],
)
def test_no_name_leads_out_of_the_folder(save, home, name, safe):
    assert save(ROOM, name=name).source == f"seeds/reviewed/{safe}"
    assert [path.name for path in (home / "seeds/reviewed").iterdir()] == [safe]


@pytest.mark.parametrize("text", ["\ufeff" + TEXT, TEXT.replace("\n", "\r\n"), "\u2028" + TEXT, TEXT + "\x85末"])
def test_a_text_is_read_back_as_it_was(save, home, seeds, text):
    save(ROOM, text=text)
    (label,) = read_corrections(text, KNOWN, seeds)
    assert (label.start, label.end) == (7, 20)


def test_a_text_that_no_file_can_hold_is_refused(save, home):
    with pytest.raises(UsageError, match=r"小结\.docx: its text cannot be kept as a UTF-8 file; put the report into"):
        save(ROOM, text=TEXT + "\ud800")
    assert not (home / "seeds/reviewed").exists()


@pytest.mark.parametrize(
    ("correction", "message"),
    [
        (Correction(0, 99, "其他"), r"小结\.docx: correction 0-99 points outside the text, which has 34 characters"),
        (Correction(-1, 3, "其他"), "correction -1-3 points outside"),
        (Correction(3, 3, "其他"), "correction 3-3 points outside"),
        (Correction(5, 7, "其他"), "correction 5-7 holds white space only"),
        (Correction(0, 3, "新闻"), "correction 0-3: '新闻' is not a known label; known: 举旗帜"),
        (Correction(0, 3, "其他", ("新闻",)), "correction 0-3: '新闻' is not a known label"),
        (Correction(0, 3, "其他", (), "长" * 10_001), "a note of 10,001 characters; the limit is 10,000"),
    ],
)
def test_a_correction_that_does_not_fit_is_refused_and_none_of_the_others_is_saved(save, home, correction, message):
    with pytest.raises(UsageError, match=message):
        save(ROOM, correction)
    assert not (home / "seeds").exists()


@pytest.mark.parametrize(
    "change", [{"label": "展形象"}, {"secondary": ()}, {"note": "另说"}, {"withdrawn": True}, {"secondary": ("兴文化", "展形象")}]
)
def test_corrections_of_one_span_that_contradict_each_other_are_refused_and_none_is_saved(save, home, change):
    with pytest.raises(UsageError, match=r"小结\.docx: correction 7-20 is given twice, each time otherwise; give it once"):
        save(Correction(0, 3, "其他"), ROOM, msgspec.structs.replace(ROOM, **change))
    assert not (home / "seeds").exists()


def test_a_second_theme_is_none_that_is_the_first_and_stands_once(save, home):
    doubled = msgspec.structs.replace(ROOM, secondary=("兴文化", "育新人", "展形象", "育新人"))
    assert save(ROOM, ROOM, Correction(0, 3, "其他", ("其他",))).count == 2
    assert save(doubled).count == 1
    assert [line["secondary"] for line in lines(home)] == [["育新人"], [], ["育新人", "展形象"]]


@pytest.mark.parametrize("who", ["", "  ", "a\x1b[31m", "\u202e王", "王" * 81])
def test_who_corrects_must_have_a_name(save, who):
    with pytest.raises(UsageError, match="say who corrects"):
        save(ROOM, who=who)


def test_nothing_to_save_is_said(save):
    with pytest.raises(UsageError, match="no correction to save"):
        save()


def test_what_people_said_of_a_report_is_found_again(save, seeds):
    save(ROOM, Correction(21, 32, "举旗帜"))
    save(Correction(7, 20, "展形象"), who="李")
    save(Correction(21, 32, "举旗帜", withdrawn=True))
    save(Correction(7, 20, "聚民心"))
    assert [(label.annotator, label.label, label.start) for label in read_corrections(TEXT, KNOWN, seeds)] == [
        ("李", "展形象", 7),
        ("王", "聚民心", 7),
    ]
    assert read_corrections("另一篇", KNOWN, seeds) == ()


def test_before_the_first_correction_there_is_nothing(home, seeds):
    assert read_corrections(TEXT, KNOWN, seeds) == ()


@pytest.mark.parametrize("torn", ['{"source": "seeds/rev', '{"source":"书'])
def test_what_a_writer_that_died_left_behind_goes_and_what_was_saved_stays(save, home, seeds, torn):
    save(ROOM)
    path = home / "seeds/labels/review.jsonl"
    with path.open("ab") as stream:
        stream.write(torn.encode()[:-1])
    assert len(read_corrections(TEXT, KNOWN, seeds)) == 1
    save(Correction(21, 32, "举旗帜"))
    assert [line["label"] for line in lines(home)] == ["兴文化", "举旗帜"]


def test_a_last_line_without_an_end_is_kept(save, home):
    save(ROOM)
    path = home / "seeds/labels/review.jsonl"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    save(Correction(21, 32, "举旗帜"))
    assert [line["label"] for line in lines(home)] == ["兴文化", "举旗帜"]


def test_a_damaged_line_is_named(save, home, seeds):
    save(ROOM)
    path = home / "seeds/labels/review.jsonl"
    path.write_bytes(b"nonsense\n" + path.read_bytes())
    with pytest.warns(UserWarning, match=r"not counted: .*review\.jsonl:1: not a label"):
        assert len(read_corrections(TEXT, KNOWN, seeds)) == 1


@pytest.mark.parametrize(
    "bad", [b"nonsense", b"{}", b"[]", b"\xff\xfe", b'{"source": "\xd0"}', b"\x00" * 50, b'{"label": "x"', None]
)
def test_the_other_lines_count_and_the_damaged_one_is_named(save, home, seeds, bad):
    save(ROOM)
    save(Correction(21, 32, "举旗帜"), who="李")
    path = home / "seeds/labels/review.jsonl"
    first, second = path.read_bytes().splitlines()
    bad = first.replace("兴文化".encode(), "新闻".encode(), 1) if bad is None else bad
    path.write_bytes(b"\r\n".join([first, bad, second, b""]))
    said = []
    found = read_corrections(TEXT, KNOWN, seeds, say=said.append)
    assert [label.annotator for label in found] == ["王", "李"]
    assert len(said) == 1
    assert said[0].startswith(f"not counted: {path}:2: ")
    save(Correction(21, 32, "兴文化"))
    assert len(read_corrections(TEXT, KNOWN, seeds, say=said.append)) == 3


def test_variants_of_a_name_are_one_person(save, home, seeds):
    save(ROOM, who="Ｗａｎｇ")
    path = home / "seeds/labels/review.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"Wang"', '"Ｗａｎｇ"'.encode()))  # as an earlier version kept it
    save(Correction(7, 20, "举旗帜"), who="Wang")
    (label,) = read_corrections(TEXT, KNOWN, seeds)
    assert (label.annotator, label.label) == ("Wang", "举旗帜")


SPAN = (7, 20)
SAW = HumanLabel("兴文化", "", ("育新人",), "书房是文化服务")


@pytest.mark.parametrize(
    ("seen", "label", "is_told"),
    [
        ({SPAN: SAW}, "举旗帜", False),
        ({}, "举旗帜", False),
        ({SPAN: None}, "举旗帜", True),
        ({SPAN: HumanLabel("其他")}, "举旗帜", True),
        ({SPAN: HumanLabel("兴文化", "", ("育新人",), "另一注")}, "举旗帜", True),
        ({(21, 32): None}, "举旗帜", False),
    ],
)
def test_what_was_saved_in_another_place_meanwhile_is_not_replaced(save, home, seeds, seen, label, is_told):
    save(ROOM)
    before = lines(home)
    if not is_told:
        assert save(Correction(7, 20, label), seen=seen).count == 1
        return
    with pytest.raises(ChangedError, match="1 of these were saved in another place meanwhile") as caught:
        save(Correction(7, 20, label), Correction(21, 32, "举旗帜"), seen={**seen, (21, 32): None})
    assert (caught.value.saved, caught.value.code) == ({SPAN: SAW}, "changed")
    assert lines(home) == before


def test_the_same_said_twice_is_no_contradiction_and_what_others_said_neither(save, home):
    save(ROOM)
    assert save(ROOM, seen={SPAN: None}).count == 1
    assert save(Correction(7, 20, "举旗帜"), who="李", seen={SPAN: None}).count == 1
    save(Correction(7, 20, "兴文化", withdrawn=True))
    with pytest.raises(ChangedError) as caught:
        save(Correction(7, 20, "举旗帜"), seen={SPAN: SAW})
    assert caught.value.saved == {SPAN: None}


def test_a_full_disk_leaves_the_file_as_it_was(save, home, monkeypatch):
    save(ROOM)
    before = (home / "seeds/labels/review.jsonl").read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(UsageError, match=r"review\.jsonl: cannot be written \(No space left on device\)"):
        save(Correction(21, 32, "举旗帜"))
    assert (home / "seeds/labels/review.jsonl").read_bytes() == before


WRITER = """
import sys
from pipeline.core import locations
from pipeline.core.config import load_config, load_label_set
from pipeline.labels.corrections.store import save_corrections
from pipeline.core.records import Correction
config = load_config(locations.find("configs/seeds.toml"))
known = load_label_set(locations.find("configs/labels.toml"))
for number in range(40):
    said = [Correction(number, number + length, "其他") for length in (1, 2, 3)]
    save_corrections(sys.argv[2], "a.txt", said, sys.argv[1], known, config)
"""


@pytest.mark.slow
def test_people_who_save_at_once_lose_nothing(home, root):
    text = "临溪县图书馆新开城市书房" * 10
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, f"P{i}", text], cwd=root) for i in range(3)]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0]
    rows = lines(home)
    assert len(rows) == 360
    assert {row["source"] for row in rows} == {"seeds/reviewed/a.txt"}
    for who in ("P0", "P1", "P2"):  # each in the order of its own saves, and no save torn apart
        assert [row["start"] for row in rows if row["annotator"] == who] == [number for number in range(40) for _ in range(3)]
    assert all(len({row["annotator"] for row in rows[i : i + 3]}) == 1 for i in range(0, 360, 3))


def test_the_corpus_has_corrections_over_its_labels(save, home, root, seeds):
    path = root / "seeds/reports/000_05cee4bd61fb810e.txt"
    before = read_corpus(seeds, lambda _: None)
    first = before.reports[0].labels[0]
    middle = Correction(first.start + 5, first.start + 10, "展形象")
    save(middle, text=path.read_text(encoding="utf-8"))
    save(ROOM)
    after = read_corpus(seeds, lambda _: None)
    cut = [(label.start, label.end, label.label) for label in after.reports[0].labels[:3]]
    assert cut == [
        (first.start, middle.start, first.label),
        (middle.start, middle.end, "展形象"),
        (middle.end, first.end, first.label),
    ]
    assert after.reports[0].labels[3:] == before.reports[0].labels[1:]
    assert after.reports[1:5] == before.reports[1:]
    assert [label.label for label in after.reports[5].labels] == ["兴文化"]
    assert after.sha256 != before.sha256


def test_corrections_of_reports_outside_the_configured_folders_are_left_out_and_said(save, home, root, seeds):
    default = load_config()
    path = next((root / "seeds/written").rglob("*.txt"))
    save_corrections(path.read_text(encoding="utf-8"), path.name, [Correction(0, 4, "其他")], "王", KNOWN, default)
    said = []
    assert len(read_corpus(seeds, said.append).reports) == 5
    assert said == ["left out: 1 correction of reports outside corpus.reports"]


def test_a_reviewed_report_that_changed_is_an_error(save, home, seeds):
    save(ROOM)
    (home / "seeds/reviewed/小结.txt").write_text("改" + TEXT, encoding="utf-8")
    with pytest.raises(CorpusError, match=r"seeds/reviewed/小结\.txt: changed since it was labelled"):
        read_corpus(seeds, lambda _: None)


def test_a_report_is_found_by_its_text_or_has_the_digest_of_it(seeds, home, root):
    name = "seeds/reports/000_05cee4bd61fb810e.txt"
    text, own = (root / name).read_text(encoding="utf-8"), hashlib.sha256((root / name).read_bytes()).hexdigest()
    assert find_report(text, seeds) == find_report(text, seeds, own) == (name, own)
    assert find_report("全县。", seeds) == find_report("全县。", seeds, own) == ("", hashlib.sha256("全县。".encode()).hexdigest())
