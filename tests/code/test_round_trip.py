"""From tags to a corrected workbook to a better model: what people in two offices do."""

import contextlib
import json
import sqlite3
import warnings

import openpyxl
import pytest

SEEDS = ("--config", "configs/seeds.toml")
# What the seeds know nothing of: an office's own names for its own undertakings.
PATTERNS = {
    "举旗帜": "灯塔夜校开讲{}场，听众来自{}个站所。",
    "聚民心": "红帆驿站更新点位{}处，覆盖{}条街巷。",
    "育新人": "青苗课堂开班{}期，结业{}人。",
    "兴文化": "云雀书单上新{}种，流转{}次。",
    "展形象": "蓝海计划签约主播{}名，直达{}个国家。",
    "其他": "除险加固水库{}座，清淤沟渠{}公里。",
}


def text_of(first):
    names = list(PATTERNS) * 5
    return "\n".join(PATTERNS[name].format(first + i, first + 7 * i) for i, name in enumerate(names)), names


@pytest.fixture(scope="module")
def trip(trained_home, ask, tmp_path_factory):
    """A project in which 30 passages were tagged, corrected in a workbook, taken in and trained on; what was printed."""
    home, place = tmp_path_factory.mktemp("trip") / "home", tmp_path_factory.mktemp("desk")
    home.mkdir()
    (home / "models").symlink_to(trained_home / "models")
    texts = {name: text_of(first) for name, first in (("一季度.txt", 11), ("二季度.txt", 230))}
    for name, (text, _) in texts.items():
        (place / name).write_text(text, encoding="utf-8")

    def run(*arguments):
        done = ask(arguments, home=home)
        assert done.returncode == 0, done.stderr
        return done

    def tags(name, model):
        printed = run("tag", place / name, "--format", "jsonl", "--model", model).stdout
        return [json.loads(line) for line in printed.splitlines()]

    before = {name: tags(name, trained_home / "models/seeds") for name in texts}
    run("tag", place / "一季度.txt", "-o", place / "a.xlsx", "--model", trained_home / "models/seeds")
    correct(place / "a.xlsx", texts["一季度.txt"][1])
    taken = run("labels", "import", place / "a.xlsx", "--annotator", "王芳", *SEEDS)
    checked = run("labels", "check", *SEEDS)
    (home / "models").unlink()
    trained = run("train", *SEEDS, "--set", "model.name=after", "--set", "evaluate.learning_curve=[]")
    after = {name: tags(name, home / "models/after") for name in texts}
    return {"home": home, "texts": texts, "before": before, "after": after, "said": (taken, checked, trained)}


def correct(path, names):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl says of each extension of Excel that it does not keep it
        book = openpyxl.load_workbook(path)
    sheet = book["段落"]
    place = [cell.value for cell in sheet[1]].index("更正主题") + 1
    assert sheet.max_row == 31
    for row, name in enumerate(names, 2):
        sheet.cell(row, place).value = name
    book.save(path)


def right(tags, names):
    return sum(tag["theme"] == name for tag, name in zip(tags, names, strict=True))


def test_the_corrected_passages_come_out_right_and_so_do_their_like_in_another_report(trip):
    for name, least in (("一季度.txt", 30), ("二季度.txt", 28)):
        _, names = trip["texts"][name]
        assert right(trip["before"][name], names) < 20
        assert right(trip["after"][name], names) >= least


def test_what_was_taken_in_and_checked_is_said(trip):
    taken, checked, _ = trip["said"]
    assert taken.stderr.strip().endswith("seeds/labels/review.jsonl")
    assert taken.stderr.startswith("30 corrections of ")
    assert "30 corrections: 王芳 30" in checked.stdout


def test_training_says_how_the_model_changed_on_the_corrections(trip):
    _, names = trip["texts"]["一季度.txt"]
    lines = trip["said"][2].stdout.splitlines()
    at = lines.index("on 30 corrected passages, right were")
    assert lines[at + 1] == f"  {right(trip['before']['一季度.txt'], names)} of 30  before: the tags that people looked at"
    assert lines[at + 2].endswith(" of 30  by models that have not seen their reports")
    assert lines[at + 3] == "  30 of 30  by the new model, which was trained on them"


def test_the_run_keeps_how_it_changed(trip):
    with contextlib.closing(sqlite3.connect(trip["home"] / "mlruns/mlflow.db")) as store:
        metrics = dict(store.execute("SELECT key, value FROM latest_metrics WHERE key LIKE 'corrections/%'"))
        (listed,) = store.execute("SELECT value FROM tags WHERE key = 'mlflow.loggedArtifacts'").fetchone()
    assert metrics["corrections/passages"] == metrics["corrections/known"] == metrics["corrections/trained"] == 30
    assert metrics["corrections/before"] < 20
    assert metrics["corrections/left_out"] < 30
    (path,) = (trip["home"] / "mlruns").rglob("corrections.json")
    table = json.loads(path.read_text(encoding="utf-8"))
    assert table["columns"][4:8] == ["label", "suggestion", "left_out", "trained"]
    assert len(table["data"]) == 30
    assert all(row[4] == row[7] for row in table["data"])
    assert "tables/corrections.json" in listed
