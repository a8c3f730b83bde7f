"""`pipeline labels …` as a person uses it."""

import json
import re
import warnings
import zipfile

import openpyxl
import pytest

from pipeline.core.config import load_label_set
from pipeline.core.messages import VARIABLE

SEEDS = ("--config", "configs/seeds.toml")


@pytest.fixture
def labels(call, home, root, monkeypatch):
    monkeypatch.chdir(root)

    def run(name, *arguments):
        return call("labels", name, *arguments, *SEEDS)

    return run


def test_check_and_stats(labels):
    assert labels("check").stdout.startswith("5 reports, 357 labels: all fit; corpus ")
    rows = [line.split("\t") for line in labels("stats").stdout.splitlines()]
    assert rows[0] == ["where", "reports", "characters", "举旗帜", "聚民心", "育新人", "兴文化", "展形象", "其他"]
    assert rows[1] == ["(seed)", "5", "22341", "53", "41", "57", "51", "22", "133"]
    assert rows[2][:2] == ["seeds/reports", "5"]


def test_stats_in_chinese(labels, monkeypatch):
    monkeypatch.setenv(VARIABLE, "zh")
    assert labels("stats").stdout.splitlines()[1].split("\t")[:2] == ["(种子报告)", "5"]


def test_agree_prints_figures_and_disagreements(labels, tmp_path, root):
    path = root / "seeds" / "labels" / "seed.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows[0]["label"] = "展形象"
    (tmp_path / "other.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    lines = labels("agree", path, tmp_path / "other.jsonl").stdout.splitlines()
    begins = "宣传思想文化工作展现新气象新作为 金昌做了哪些功课"
    assert lines[0] == f"seeds/reports/000_05cee4bd61fb810e.txt:0-25\t其他\t展形象\t{begins}"
    assert lines[1] == "357 passages, 1 differ: agreement 0.9972"
    assert lines[2].startswith("Cohen's kappa 0.99")
    assert lines[3] == "  举旗帜  kappa 1.0000  alpha 1.0000"
    assert lines[8].startswith("  其他  kappa 0.99")


@pytest.fixture
def desks(trained_home, call, home, tmp_path):
    """The same report in the workbooks of two people, who corrected it: Wang two passages, Li one, of which they share one."""
    report = tmp_path / "小结.txt"
    report.write_text("全县新建城市书房六座。\n县委讲师团讲党课百场。\n外媒报道本县三十篇。\n", encoding="utf-8")
    made = call("tag", report, "-o", tmp_path / "a.xlsx", "--model", trained_home / "models/seeds")
    assert made.exit_code == 0, made.output
    for name, chosen in (("wang", {2: "其他", 3: "聚民心"}), ("li", {3: "育新人"})):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl says of each extension of Excel that it does not keep it
            book = openpyxl.load_workbook(tmp_path / "a.xlsx")
        for row, theme in chosen.items():
            book["段落"].cell(row, 8).value = theme
        book.save(tmp_path / f"{name}.xlsx")
    return tmp_path


def test_two_people_who_corrected_a_report_are_compared_by_their_workbooks(labels, desks):
    lines = labels("agree", desks / "wang.xlsx", desks / "li.xlsx").stdout.splitlines()
    assert lines[0].endswith("小结.txt:12-23\t聚民心\t育新人\t县委讲师团讲党课百场。")
    assert lines[1] == "1 passage, 1 differ: agreement 0.0000"
    whole = labels("agree", desks / "wang.xlsx", desks / "li.xlsx", "--whole").stdout.splitlines()
    assert whole[2] == "3 passages, 2 differ: agreement 0.3333"


def test_corrected_workbooks_are_taken_in_checked_and_compared(labels, desks, home):
    for name in ("wang", "li"):
        assert labels("import", desks / f"{name}.xlsx", "--annotator", name).exit_code == 0
    checked = labels("check")
    assert checked.stdout.splitlines()[1:] == [
        "3 corrections: li 1, wang 2",
        "seeds/reviewed/小结.txt:12-23\twang 聚民心\tli 育新人",
    ]
    assert "contradictions between people: 1; of two corrections the later one counts" in checked.stderr
    lines = labels("agree", "--by", "wang", "--by", "li").stdout.splitlines()
    assert lines[:2] == [
        "seeds/reviewed/小结.txt:12-23\t聚民心\t育新人\t县委讲师团讲党课百场。",
        "1 passage, 1 differ: agreement 0.0000",
    ]
    both = labels("agree", home / "seeds/labels/review.jsonl", "--by", "li", "--by", "wang").stdout
    assert "12-23\t育新人\t聚民心" in both
    assert "2 passages" in labels("agree", home / "seeds/labels/review.jsonl", desks / "li.xlsx", "--whole").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("agree",), 2, "agree: give two files, or one file of corrections"),
        (("agree", "a.jsonl"), 2, "agree: give two files"),
        (("agree", "a.jsonl", "b.jsonl", "--by", "x", "--by", "y"), 2, "agree: give two files"),
        (("agree", "a.jsonl", "b.jsonl"), 1, r"a\.jsonl: no such file; check the path"),
        (("agree", "--by", "x", "--by", "y"), 3, r"review\.jsonl: no such label file"),
        (("import", "a.csv"), 2, r"a\.csv: name the label file to write with -o"),
        (("import", "a.xlsx"), 2, r"a\.xlsx: a workbook does not say who corrected it; add --annotator NAME"),
        (("import", "a.xlsx", "--annotator", "x"), 1, r"a\.xlsx: no such file"),
    ],
)
def test_what_is_missing_is_one_line(labels, arguments, code, message):
    result = labels(*arguments)
    assert result.exit_code == code
    (line,) = result.stderr.splitlines()
    assert re.search(message, line)


def test_another_way_to_write_a_label_is_said(labels, tmp_path):
    (tmp_path / "x.csv").write_text("text,label\n会议讨论了食堂。,其它\n新建书房。,其它\n学理论,举旗帜\n", encoding="utf-8")
    result = labels("import", tmp_path / "x.csv", "-o", tmp_path / "in.jsonl", "--reports", "mine")
    assert result.exit_code == 0, result.output
    assert "其它: taken as 其他 (2 labels)\n" in result.stderr
    taken = [json.loads(line)["label"] for line in (tmp_path / "in.jsonl").read_text(encoding="utf-8").splitlines()]
    assert taken == ["其他", "其他", "举旗帜"]


def test_an_import_tells_equal_texts_that_are_labelled_otherwise(labels, tmp_path):
    (tmp_path / "x.csv").write_text("正文,label\n新建书房。,兴文化\n办展。,兴文化\n新建书房。,其他\n", encoding="utf-8")
    result = labels("import", tmp_path / "x.csv", "-o", tmp_path / "in.jsonl", "--reports", "mine")
    assert result.exit_code == 0
    assert "x.csv: row 4: 新建书房。 is 其他 here and 兴文化 by " in result.stderr
    assert "x.csv: row 2\n1 passage contradict an earlier one of the same text" in result.stderr


def test_an_import_never_replaces_the_corrections(labels, tmp_path, home):
    (tmp_path / "x.csv").write_text("text,label\n学理论,举旗帜\n", encoding="utf-8")
    result = labels("import", tmp_path / "x.csv", "-o", home / "seeds/labels/review.jsonl")
    assert result.exit_code == 2
    assert "review.jsonl: holds the corrections of people, which an import would replace" in result.stderr
    assert not (home / "seeds").exists()


def test_a_workbook_without_a_correction_is_said_to_have_none(labels, desks):
    result = labels("import", desks / "a.xlsx", "--annotator", "x")
    assert result.exit_code == 2
    assert "a.xlsx: no corrected theme in it; choose themes in the column 更正主题" in result.stderr


@pytest.mark.parametrize("ending", ["json", "csv", "jsonl", "qdpx"])
def test_what_is_given_out_can_be_taken_in(labels, tmp_path, home, ending):
    out = tmp_path / f"out.{ending}"
    assert labels("export", "-o", out).exit_code == 0
    result = labels("import", out, "-o", tmp_path / "in.jsonl", "--annotator", "me")
    assert result.exit_code == 0, result.output
    taken = [json.loads(line) for line in (tmp_path / "in.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(taken) == 357
    assert {row["origin"] for row in taken} == {"imported"}
    if ending in ("json", "qdpx"):  # whole reports come back as themselves; tables hold passages, which become reports of their own
        assert taken[5]["source"] == "seeds/reports/000_05cee4bd61fb810e.txt"
        assert (taken[5]["start"], taken[5]["end"]) == (91, 148)
        assert not (home / "seeds").exists()


def test_a_codebook_becomes_label_definitions(labels, tmp_path, root):
    book, out = tmp_path / "codes.qdc", tmp_path / "labels.toml"
    assert labels("export", "-o", book).exit_code == 0
    result = labels("import", book, "-o", out)
    assert result.exit_code == 0, result.output
    assert f"6 labels -> {out}; name it as corpus.label_set to sort by them" in result.stderr
    assert load_label_set(out) == load_label_set(root / "configs/labels.toml")
    refused = labels("import", book, "-o", tmp_path / "labels.jsonl")
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (2, 1)
    assert "a codebook becomes label definitions; name a .toml file with -o" in refused.stderr


def test_a_hostile_project_is_one_line_and_no_file(labels, tmp_path):
    with zipfile.ZipFile(tmp_path / "x.qdpx", "w") as package:
        package.writestr("project.qde", "<!DOCTYPE p [<!ENTITY e 'e'>]><Project>&e;</Project>")
    result = labels("import", tmp_path / "x.qdpx", "-o", tmp_path / "in.jsonl")
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"error: {tmp_path / 'x.qdpx'}: project.qde in it declares a document type")
    assert not (tmp_path / "in.jsonl").exists()


def test_any_labelled_data_set_can_be_trained_on(call, home, tmp_path):
    """A CSV with other labels becomes a corpus, and a model, without a change of code."""
    (home / "topics.toml").write_text(
        'other = "无"\n[[labels]]\nname = "农业"\n[[labels]]\nname = "交通"\n[[labels]]\nname = "无"\n', encoding="utf-8"
    )
    texts = {"农业": "粮食丰收农民增收第{}季", "交通": "公路铁路通车里程第{}段", "无": "会议听取第{}项汇报"}
    rows = [f"{text.format(i)},{label}" for i in range(12) for label, text in texts.items()]
    (tmp_path / "data.csv").write_text("text,topic\n" + "\n".join(rows), encoding="utf-8")
    own = ("--set", "corpus.label_set=topics.toml", "--set", 'corpus.reports=["mine"]', "--set", 'corpus.labels=["mine.jsonl"]')
    (home / "mine").mkdir()
    (home / "mine" / "empty.txt").write_text("x", encoding="utf-8")
    (home / "mine.jsonl").write_text("", encoding="utf-8")
    taken = call(
        "labels", "import", tmp_path / "data.csv", "-o", home / "mine.jsonl", "--reports", "mine", "--label-column", "topic", *own
    )
    assert taken.exit_code == 0, taken.output
    assert "36 labels -> " in taken.stderr
    trained = call("train", "--no-track", "--set", "model.name=topics", *own)
    assert trained.exit_code == 0, trained.output
    tagged = call("tag", "-", "--model", "topics", stdin="公路铁路通车里程再创新高。".encode())
    assert json.loads(tagged.stdout)["theme"] == "交通"


def test_suspects(call, trained_home, monkeypatch, root):
    monkeypatch.chdir(root)
    result = call("labels", "suspects", "--model", trained_home / "models" / "seeds", "-n", "3", *SEEDS)
    assert result.exit_code == 0, result.output
    assert len(result.stdout.splitlines()) == 3
    assert all(line.count("\t") == 4 for line in result.stdout.splitlines())


def test_what_cannot_be_written_is_one_line(labels, tmp_path, home):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for command in (("export", "-o", tmp_path / "file" / "x.json"), ("export", "-o", tmp_path / "x.xml")):
        result = labels(*command)
        assert result.exit_code in (2, 3)
        assert len(result.stderr.splitlines()) == 1
        assert result.stderr.startswith("error: ")


def test_a_new_report_never_takes_the_place_of_another(labels, tmp_path, home):
    (home / "seeds" / "in").mkdir(parents=True)
    (home / "seeds" / "in" / "d.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "x.csv").write_text("text,label,source\n办书房,兴文化,c\n学理论,举旗帜,d\n", encoding="utf-8")
    result = labels("import", tmp_path / "x.csv", "-o", tmp_path / "l.jsonl", "--reports", "seeds/in")
    assert result.exit_code == 2
    assert "d.txt: exists with another text; choose another folder with --reports" in result.stderr
    assert (home / "seeds" / "in" / "d.txt").read_text(encoding="utf-8") == "mine"
    assert not (home / "seeds" / "in" / "c.txt").exists()
    assert not (tmp_path / "l.jsonl").exists()


def test_what_is_not_taken_is_named_and_what_is_taken_passes_the_check(labels, call, tmp_path, home):
    region = {"type": "labels", "value": {"start": 2, "end": 9, "text": "全县宣讲百场。", "labels": ["举旗帜"]}}
    beyond = {"type": "labels", "value": {"start": 0, "end": 99, "labels": ["举旗帜"]}}
    across = {"type": "labels", "value": {"start": 4, "end": 11, "labels": ["兴文化"]}}
    tasks = [
        {"data": {"text": "👏全县宣讲百场。新建书房六座。", "source": f"r{number}"}, "annotations": annotations}
        for number, annotations in enumerate([[{"result": [region, across, beyond]}], None, [{"result": [region]}]])
    ]
    (tmp_path / "t.json").write_text(json.dumps(tasks), encoding="utf-8")
    result = labels("import", tmp_path / "t.json", "-o", home / "mine.jsonl", "--reports", "mine")
    assert result.exit_code == 0
    places = [re.search(r"not taken: .*t\.json: (task \d)(?:, annotation 1)?: ", line) for line in result.stderr.splitlines()]
    assert [place[1] for place in places if place] == ["task 1", "task 1", "task 2"]
    assert "2 labels -> " in result.stderr
    assert "2 new reports -> mine; 3 not taken" in result.stderr
    checked = call("labels", "check", "--set", 'corpus.reports=["mine"]', "--set", 'corpus.labels=["mine.jsonl"]')
    assert "label 聚民心 has 0 examples" in checked.stderr
    stats = call("labels", "stats", "--set", 'corpus.reports=["mine"]', "--set", 'corpus.labels=["mine.jsonl"]')
    assert stats.stdout.splitlines()[1].split("\t")[:3] == ["(imported)", "2", "14"]


def test_of_what_nothing_is_taken_nothing_is_written(labels, tmp_path, home):
    (tmp_path / "t.json").write_text('[{"data": {"text": "x"}, "annotations": null}, 5]', encoding="utf-8")
    result = labels("import", tmp_path / "t.json", "-o", tmp_path / "l.jsonl")
    assert result.exit_code == 2
    assert [re.search(r"task \d", line)[0] for line in result.stderr.splitlines() if "not taken: " in line] == ["task 1", "task 2"]
    assert "t.json: nothing of it can be taken (2 not taken); no file was written" in result.stderr
    assert not (tmp_path / "l.jsonl").exists()


def test_labels_that_the_corpus_has_already_are_said(labels, tmp_path):
    labels("export", "-o", tmp_path / "out.json")
    result = labels("import", tmp_path / "out.json", "-o", tmp_path / "in.jsonl")
    assert "name both under [corpus] in place of the file that has them, since 357 overlap labels of the corpus" in result.stderr


def test_a_workbook_of_labels_is_taken_in_as_a_table(labels, tmp_path):
    book = openpyxl.Workbook()
    for row in (["正文", "标签"], ["学理论进村。", "举旗帜"], ["新建书房六座。", "兴文化"]):
        book.active.append(row)
    book.save(tmp_path / "mine.xlsx")
    result = labels("import", tmp_path / "mine.xlsx", "-o", tmp_path / "in.jsonl", "--reports", "mine")
    assert result.exit_code == 0, result.output
    taken = [json.loads(line) for line in (tmp_path / "in.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["label"] for row in taken] == ["举旗帜", "兴文化"]
