"""`pipeline init` and what follows it: from a table to a tagged file, with names of every kind, and no figure for each row."""

import contextlib
import csv
import io
import json
import re
import sqlite3

import pytest

from pipeline.core import locations
from pipeline.core.config import load_config
from pipeline.training.measure import MOST_REPORTS

LABELS = {
    "《投诉》（噪声）、夜间": ("夜里施工太吵", "楼下音响扰民", "车间噪声很大", "半夜鸣笛"),
    "咨询·政策": ("怎样申请补贴", "社保在哪里办", "落户要什么材料", "公积金怎么提取"),
    "建议": ("希望多设路灯", "建议增开公交", "盼望修好健身器材", "希望增设座椅"),
    "表扬／感谢": ("窗口人员很热心", "感谢民警帮助", "志愿者服务周到", "司机拾金不昧"),
}
PLACES = ("东街", "西街", "北村", "南村", "河口", "新区")


def rows(count):
    """Return texts with their labels, a few of them twice."""
    found = []
    for number in range(count):
        label = list(LABELS)[number % 4]
        text = f"{PLACES[number % 6]}居民来信：{LABELS[label][number // 4 % 4]}，第{number // 2 % 50}件。"
        found.append((text, label))
    return found


def table(count, columns=("text", "label"), more=()):
    stream = io.StringIO()
    csv.writer(stream).writerows([columns, *([*row, *(cell(i) for cell in more)] for i, row in enumerate(rows(count)))])
    return stream.getvalue()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder, which is the current one."""
    monkeypatch.delenv(locations.HOME_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def trained(tmp_path_factory, start):
    """A project made, trained and used by three commands, and what each printed."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "rows.csv").write_text(table(300), encoding="utf-8")
    done = [
        start(["init", "mine", "--from", "rows.csv"], cwd=folder),
        start(["train"], cwd=folder / "mine"),
        start(["tag", "../rows.csv", "-o", "tags.jsonl"], cwd=folder / "mine"),
    ]
    assert [each.returncode for each in done] == [0, 0, 0], [each.stderr for each in done]
    return folder / "mine", done


@pytest.mark.slow
def test_three_commands_lead_from_a_table_to_a_tagged_file(trained):
    project, (made, training, tagging) = trained
    assert "300 labels -> " in made.stderr
    assert "300 rows name no report (column source or group): each is one of its own" in made.stderr
    assert "name both under [corpus]" not in made.stderr
    assert made.stdout == "next: cd mine; pipeline train\n"
    assert {line.split("  ")[1] for line in training.stdout.splitlines() if "F1" in line and "macro" not in line} == set(LABELS)
    tags = [json.loads(line) for line in (project / "tags.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(tag["text"], tag["theme"]) for tag in tags] == rows(300)
    assert "1 report tagged" in tagging.stderr


@pytest.mark.slow
def test_rows_are_no_lines_and_no_metrics_and_the_names_are_recorded(trained):
    project, (_, training, _) = trained
    assert len(training.stdout.splitlines()) < 20
    assert len(training.stderr.splitlines()) < 20
    assert "300 reports one by one: in the table of reports of the MLflow run" in training.stdout
    assert "warning" not in training.stderr
    with contextlib.closing(sqlite3.connect(project / "mlruns" / "mlflow.db")) as store:
        names = {name for (name,) in store.execute("select key from latest_metrics")}
    assert len(names) < 60
    assert {"f1/_投诉__噪声__夜间", "threshold/咨询_政策", "precision/表扬_感谢", "origin/imported/macro_f1"} <= names
    assert not [name for name in names if name.startswith(("left_out/", "corrections/"))]
    manifest = json.loads((project / "models" / "default" / "manifest.json").read_bytes())
    assert manifest["scores"]["by_group"] == {}
    assert len((project / "models" / "default" / "manifest.json").read_bytes()) < 20_000


def test_labels_are_named_and_taken_in_by_commands(folder, call):
    made = call("init", "mine", "--labels", "《投诉》（噪声）、夜间,咨询·政策，建议", "--labels", "表扬／感谢")
    assert made.exit_code == 0, made.stderr
    assert made.stdout == "next: cd mine; pipeline labels import FILE\n"


def test_rows_of_a_group_are_one_report(folder, call, monkeypatch):
    (folder / "rows.csv").write_text(table(40, ("text", "label", "group"), [lambda i: f"第{i // 10}组（甲）"]), encoding="utf-8")
    assert call("init", "mine", "--from", "rows.csv").exit_code == 0
    monkeypatch.chdir(folder / "mine")
    assert sorted(path.name for path in (folder / "mine/reports/rows").iterdir()) == [f"第{i}组_甲.txt" for i in range(4)]
    assert call("labels", "check").stdout.startswith("4 reports, 40 labels: all fit")
    labels = [json.loads(line) for line in (folder / "mine/labels/rows.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {label["origin"] for label in labels} == {"imported"}


def test_a_second_table_goes_beside_the_first(folder, call, monkeypatch):
    (folder / "a.csv").write_text(table(8), encoding="utf-8")
    (folder / "b.jsonl").write_text('{"text": "谢谢你们。", "label": "建议", "source": "信一"}\n', encoding="utf-8")
    call("init", "mine", "--from", "a.csv")
    monkeypatch.chdir(folder / "mine")
    done = call("labels", "import", folder / "b.jsonl")
    assert done.exit_code == 0, done.stderr
    assert "name no report" not in done.stderr
    assert call("labels", "check").stdout.startswith("9 reports, 9 labels: all fit")
    again = call("labels", "import", folder / "b.jsonl")
    assert again.exit_code == 2
    assert call("labels", "check").stdout.startswith("9 reports, 9 labels: all fit")


@pytest.mark.parametrize(
    ("name", "content", "names"),
    [
        ("a.jsonl", '{"text": "甲", "label": ["x", "y"]}\n{"text": "乙", "label": "z "}\n\n', ("x", "y", "z", "其他")),
        ("a.jsonl", '{"text": "甲乙", "label": [[0, 1, "x"]]}\n{"text": "乙", "entities": [{"label": "y"}]}\n', ("x", "y", "其他")),
        ("a.tsv", "text\tlabel\n甲\tother\n乙\tx\n丙\tother\n", ("other", "x")),
    ],
)
def test_the_labels_are_those_of_the_table(folder, name, content, names):
    from pipeline.labels.exchange import labels_in
    from pipeline.labels.incoming import Columns
    from pipeline.labels.project import label_set_of

    (folder / name).write_text(content, encoding="utf-8")
    assert label_set_of(labels_in(folder / name, Columns())).names == names


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "rows.csv", "--label-column", "topic"], "no 'text' or no 'topic'; name the columns"),
        (["--from", "rows.csv", "--label-column", "text"], "printable|labels"),
        (["--from", "none.csv"], "none.csv: cannot be read"),
        (["--from", "tasks.json"], "name them with --labels"),
        (["--labels", "甲"], "1 labels"),
    ],
)
def test_what_makes_no_project_leaves_nothing_behind(folder, call, arguments, said):
    (folder / "rows.csv").write_text(table(1000), encoding="utf-8")
    (folder / "tasks.json").write_text("[]", encoding="utf-8")
    done = call("init", "mine", *arguments)
    assert done.exit_code == (1 if "none.csv" in arguments else 3 if "topic" in arguments or "tasks.json" in arguments else 2)
    assert re.search(said, done.stderr)
    assert len(done.stderr.splitlines()) == 1
    assert not (folder / "mine").exists()


def test_another_project_that_a_variable_names_is_not_passed_over(folder, call, monkeypatch):
    monkeypatch.setenv(locations.HOME_VARIABLE, str(folder / "other"))
    done = call("init", "mine")
    assert (done.exit_code, "unset it first" in done.stderr) == (2, True)
    assert call("init", "other").exit_code == 0


def test_few_reports_are_still_shown_one_by_one(trained_home):
    assert MOST_REPORTS > 5
    manifest = json.loads((trained_home / "models" / "seeds" / "manifest.json").read_bytes())
    assert len(manifest["scores"]["by_group"]) == 5


def test_a_report_that_is_noise_from_end_to_end_is_trained_around(folder, call, monkeypatch):
    texts = [*((*row, "") for row in rows(24)), ("（记者 王一）", "建议", "信"), ("。。。", "建议", "件")]
    (folder / "rows.csv").write_text("text,label,source\n" + "".join(f"{','.join(row)}\n" for row in texts), encoding="utf-8")
    assert call("init", "mine", "--from", "rows.csv").exit_code == 0
    monkeypatch.chdir(folder / "mine")
    done = call("train", "--no-track", "--set", "evaluate.folds=3", "--set", "evaluate.learning_curve=[0.5]")
    assert done.exit_code == 0, done.stderr
    assert "model default" in done.stdout


def test_a_row_by_itself_is_a_passage_whatever_it_looks_like(folder, call, monkeypatch):
    from pipeline.labels.corpus import read_corpus
    from pipeline.training.fit import prepare_corpus

    texts = ["（记者 王一）", "图为新建的书房(组图)", '=带"引号"，和逗号', "一、标题"]
    (folder / "rows.jsonl").write_text(
        "".join(json.dumps({"text": text, "label": "甲" if i else "乙"}) + "\n" for i, text in enumerate(texts)), encoding="utf-8"
    )
    assert call("init", "mine", "--from", "rows.jsonl").exit_code == 0
    monkeypatch.chdir(folder / "mine")
    config = load_config()
    corpus = read_corpus(config, print)
    assert [report.document.text for report in corpus.reports] == texts
    assert [report.targets.tolist() for report in prepare_corpus(corpus, config)] == [[0], [1], [1], [1]]
