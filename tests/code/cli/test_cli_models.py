"""`pipeline models …` and the gate of `pipeline train`, as an engineer uses them: three trainings on a store of their own."""

import json
import random
import re
import shutil
import sqlite3
from pathlib import Path

import pytest

SEEDS = ("--config", "configs/seeds.toml")
OPEN = ("--set", "gate.least_macro_f1=0", "--set", "gate.least_f1=0", "--set", "gate.most_calibration_error=1")
REPORT = "seeds/reports/002_bc99a5d9c6142de8.txt"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("registry")


@pytest.fixture(scope="module")
def shuffled(home, root):
    """The option that names the labels of the seeds with their themes shuffled."""
    rows = [json.loads(line) for line in (root / "seeds/labels/seed.jsonl").read_text(encoding="utf-8").splitlines()]
    themes = [row["label"] for row in rows]
    random.Random(5).shuffle(themes)
    lines = (json.dumps({**row, "label": theme, "secondary": []}) + "\n" for row, theme in zip(rows, themes, strict=True))
    (home / "shuffled.jsonl").write_text("".join(lines), encoding="utf-8")
    return ("--set", 'corpus.labels=["shuffled.jsonl"]')


@pytest.fixture(scope="module")
def command(ask, home):
    """Return a function that runs commands on the store."""
    return lambda *arguments, env=None: ask(arguments, home=home, env=env)


@pytest.fixture(scope="module")
def trainings(command, shuffled):
    """What three trainings print: on shuffled labels with the gate open, on the seeds, and on shuffled labels again."""
    done = [command("train", *SEEDS, *options) for options in ([*shuffled, *OPEN], [], shuffled)]
    assert [one.returncode for one in done] == [0, 0, 0], [one.stderr for one in done]
    return [one.stdout for one in done]


@pytest.fixture
def run(command, home, trainings):
    """Return that function, and put the store back when the test is over."""
    store = home / "mlruns" / "mlflow.db"
    shutil.copy(store, home / "kept.db")
    yield command
    shutil.copy(home / "kept.db", store)


def aliases(home):
    with sqlite3.connect(home / "mlruns" / "mlflow.db") as store:
        return dict(store.execute("SELECT alias, version FROM registered_model_aliases").fetchall())


def tags(run, version, **options):
    done = run("tag", REPORT, "--model", f"models:/mission-themes{version}", **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def fails(done, code, message):
    assert done.returncode == code, done.stdout + done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert len(errors) == 1, done.stderr
    assert re.search(message, errors[0]), errors[0]
    assert "Traceback" not in done.stderr


def test_a_better_model_passes_and_one_trained_on_shuffled_labels_is_refused(trainings, home):
    assert "version 1 is champion: reaches every figure of [gate], and there was no champion" in trainings[0]
    passed = re.search(
        r"version 2 is champion: not worse than the champion: macro-F1 \+(\S+) \(\+(\S+) to \+\S+\) on 5", trainings[1]
    )
    assert passed, trainings[1]
    assert 0 < float(passed[2]) < float(passed[1])
    assert re.search(r"version 3 is challenger: macro-F1 0\.\d+ is below 0\.6; F1 of 举旗帜", trainings[2])
    assert aliases(home) == {"champion": 2, "challenger": 3}


def test_the_gate_is_in_the_run_and_in_the_version(trainings, home):
    with sqlite3.connect(home / "mlruns" / "mlflow.db") as store:
        metrics = store.execute("SELECT key, value FROM metrics WHERE key LIKE 'gate/%' ORDER BY key").fetchall()
        found = store.execute("SELECT key, value FROM model_version_tags WHERE version = 2").fetchall()
    pictures = sorted((home / "mlruns" / "artifacts").glob("*/artifacts/pictures/difference_to_champion.svg"))
    assert len(pictures) == 2
    assert all("与现用模型之差" in picture.read_text(encoding="utf-8") for picture in pictures)
    assert [value for key, value in metrics if key == "gate/passed"].count(1.0) == 2
    assert len([value for key, value in metrics if key == "gate/low"]) == 2
    kept = dict(found)
    assert kept["gate.passed"] == "true"
    assert kept["gate.champion"] == "1"
    assert float(kept["gate.low"]) > 0
    assert kept["champion.why"] == kept["gate.reason"]
    assert kept["champion.who"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", kept["champion.when"])


def test_list_shows_versions_and_history(run):
    rows = [line.split("\t") for line in run("models", "list").stdout.splitlines()]
    assert rows[0] == ["version", "aliases", "model", "macro_f1", "accuracy", "calibration_error", "coverage", "when", "why"]
    assert [row[:2] for row in rows[1:]] == [["3", "challenger"], ["2", "champion"], ["1", "-"]]
    assert float(rows[2][3]) > 0.7
    assert float(rows[1][3]) < 0.4
    history = [line.split("\t") for line in run("models", "list", "--history").stdout.splitlines()]
    assert history[0] == ["when", "who", "alias", "before", "version", "by", "why"]
    assert [row[2:6] for row in history[-3:]] == [
        ["challenger", "-", "3", "gate"], ["champion", "1", "2", "gate"], ["champion", "-", "1", "gate"],
    ]  # fmt: skip


def test_compare_shows_labels_interval_and_reports(run):
    done = run("models", "compare", "models:/mission-themes/3", "models:/mission-themes@champion", *SEEDS, "-n", "2")
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[0] for row in rows[:4]] == ["", "macro-F1", "accuracy", "F1 举旗帜"]
    assert float(rows[1][1]) < float(rows[1][2])
    assert re.fullmatch(r"macro-F1, A less B: -\S+ \(-\S+ to -\S+\) on 5 reports that both left out", rows[9][0])
    assert len(rows) == 12


def test_compare_takes_the_numbers_of_versions(run):
    by_number, by_address = (
        run("models", "compare", *two, *SEEDS).stdout
        for two in (("3", "1"), ("models:/mission-themes/3", "models:/mission-themes/1"))
    )
    assert by_number == by_address != ""
    fails(run("models", "compare", "1", "1", *SEEDS), 2, "1 1: one model, twice")


def test_compare_takes_names_and_folders(call, root, monkeypatch, trained_home):
    monkeypatch.chdir(root)
    monkeypatch.setenv("MISSION_THEMES_HOME", str(trained_home))
    done = call("models", "compare", "seeds", trained_home / "models" / "seeds", *SEEDS)
    assert "A less B: +0.0000 (+0.0000 to +0.0000) on 5 reports" in done.stdout


def test_a_worse_model_is_not_promoted_but_by_force(run, home):
    fails(
        run("models", "promote", "3", "--why", "x", *SEEDS),
        2,
        r"version 3 does not pass the gate \(macro-F1 .*--force promotes it anyway",
    )
    fails(run("models", "promote", "3", "--why", "x", *SEEDS, *OPEN), 2, r"not pass the gate \(worse than the champion: macro-F1 -")
    assert aliases(home) == {"champion": 2, "challenger": 3}
    forced = run("models", "promote", "3", "--why", "a trial", "--force")
    assert forced.stdout == "version 3 is champion: by force: a trial\n"
    assert aliases(home) == {"champion": 3}
    newest = [line.split("\t") for line in run("models", "list", "--history").stdout.splitlines()[1:3]]
    assert [row[2:] for row in newest] == [
        ["challenger", "3", "-", "force", "version 3 became champion"], ["champion", "2", "3", "force", "a trial"],
    ]  # fmt: skip
    fails(run("models", "promote", "3", "--why", "x", "--force"), 2, "version 3 is champion already")
    better = run("models", "promote", "2", "--why", "the seeds", *SEEDS)
    assert better.stdout.startswith("version 2 is champion: not worse than the champion"), better.stderr


def test_rollback_restores_the_earlier_tags_exactly(run, home):
    with_two, with_one = tags(run, "@champion"), tags(run, "/1")
    assert with_one != with_two
    done = run("models", "rollback", "--why", "wrong on web pages")
    assert done.stdout == "version 1 is champion: instead of version 2: wrong on web pages\n"
    assert tags(run, "@champion") == with_one
    fails(run("models", "rollback"), 2, "there was no champion before version 1")


def test_a_deleted_artifact_costs_one_line_and_no_champion(run, home, tmp_path):
    models = home / "mlruns" / "artifacts" / "models"
    shutil.move(models, home / "gone")
    try:
        fails(run("models", "promote", "3", "--why", "x", "--force"), 3, r"version 3: its artifact is gone or incomplete")
        fails(run("models", "rollback"), 3, r"version 1: its artifact is gone or incomplete")
        fresh = {"MISSION_THEMES_CACHE": str(tmp_path)}
        fails(
            run("tag", REPORT, "--model", "models:/mission-themes@champion", env=fresh),
            3,
            "version 2: its artifact is gone or incomplete",
        )
        assert aliases(home) == {"champion": 2, "challenger": 3}
        done = run("train", *SEEDS)
        assert done.returncode == 0, done.stderr
        assert "version 4 is challenger: cannot be held against the champion, version 2" in done.stdout
        assert aliases(home) == {"champion": 2, "challenger": 4}
    finally:
        shutil.rmtree(models, ignore_errors=True)
        shutil.move(home / "gone", models)


@pytest.mark.parametrize(("name", "spoil"), [("weights.npy", lambda old: old[:-1]), ("MLmodel", None), ("manifest.json", None)])
def test_a_version_that_is_not_whole_never_becomes_champion(run, home, name, spoil):
    path = next(path for path in artifact(home, 3).rglob(name))
    content = path.read_bytes()
    try:
        path.unlink() if spoil is None else path.write_bytes(spoil(content))
        fails(
            run("models", "promote", "3", "--why", "x", "--force"), 3, "changed since the model was written|is gone or incomplete"
        )
        assert aliases(home)["champion"] == 2
    finally:
        path.write_bytes(content)


def artifact(home, version):
    with sqlite3.connect(home / "mlruns" / "mlflow.db") as store:
        query = "SELECT storage_location FROM model_versions WHERE version = ?"
        ((place,),) = store.execute(query, [version]).fetchall()
    return Path(place.removeprefix("file://"))


def test_the_registry_is_used_from_a_copy_while_it_is_down_and_says_so(run, home, tmp_path):
    fresh = {"MISSION_THEMES_CACHE": str(tmp_path)}
    first = tags(run, "@champion", env=fresh)
    store = home / "mlruns"
    store.rename(home / "away")
    try:
        done = run("tag", REPORT, "--model", "models:/mission-themes@champion", env=fresh)
        assert done.stdout == first
        warnings = [line for line in done.stderr.splitlines() if line.startswith("warning:")]
        assert len(warnings) == 1
        assert (
            "models:/mission-themes@champion: the registry cannot be reached; using the copy of version 2 as of 20" in warnings[0]
        )
        unknown = run("tag", REPORT, "--model", "models:/mission-themes@challenger", env=fresh)
        fails(unknown, 3, "@challenger: cannot be fetched, and no copy of it was kept")
        next(tmp_path.rglob("weights.npy")).write_bytes(b"spoilt")
        fails(run("tag", REPORT, "--model", "models:/mission-themes@champion", env=fresh), 3, "no copy of it was kept")
        fails(run("models", "list"), 3, r"mlflow\.db does not exist; check its address, or make one with: pipeline train")
        assert not store.exists()
    finally:
        (home / "away").rename(store)
    assert tags(run, "@champion", env=fresh) == first  # a spoilt copy is fetched again


def test_a_server_that_is_down_is_one_line_without_its_password(run, tmp_path):
    down = ("--set", "track.uri=postgresql://me:s3cret@127.0.0.1:9/db")
    done = run("models", "list", *down)
    fails(done, 3, r"postgresql://me:\*\*\*@127\.0\.0\.1:9/db cannot be used: .*; check its address, and that it is up")
    assert "s3cret" not in done.stderr
    tagged = run("tag", REPORT, "--model", "models:/mission-themes@champion", *down)
    fails(tagged, 3, "cannot be fetched, and no copy of it was kept")
    assert "s3cret" not in tagged.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            ("tag", REPORT, "--model", "models:/mission-themes@none"),
            3,
            "mission-themes: has no alias none; see: pipeline models list",
        ),
        (("tag", REPORT, "--model", "models:/mission-themes/77"), 3, "mission-themes: has no version 77"),
        (("tag", REPORT, "--model", "models:/other/1"), 3, "other: has no version 1"),
        (("tag", REPORT, "--model", "models:/mission-themes"), 3, "write it as models:/NAME@ALIAS or models:/NAME/VERSION"),
        (("models", "promote", "77", "--why", "x"), 3, "has no version 77"),
        (("models", "list", "--set", "track.registered_model=other"), 3, "other: no registered model of this name"),
    ],
)
def test_names_that_are_not_there(run, arguments, code, message):
    fails(run(*arguments), code, message)


def test_drift_of_a_batch_is_told_and_recorded(run, home, tmp_path, root):
    out = tmp_path / "tags.jsonl"
    done = run("tag", *sorted((root / "seeds/written/county").glob("*.txt")), "-o", out, "--model", "seeds")
    assert done.returncode == 0, done.stderr
    assert "summary -> tags.jsonl.summary.json" in done.stderr
    told = run("evaluate", "--model", "seeds", "--drift", f"{out}.summary.json", "--set", "drift.least_passages=100")
    assert told.returncode == 0, told.stderr
    assert "11 reports: so few differ from the training corpus by chance too; judge by 30 or more" in told.stderr
    rows = [line.split("\t") for line in told.stdout.splitlines()]
    assert [row[0] for row in rows] == ["themes", "scores", "unknown words", "review"]
    assert {row[1] for row in rows} <= {"stable", "look", "drifted"}
    assert rows[2][1] != "stable"  # county reports are full of what five seeds never mention
    with sqlite3.connect(home / "mlruns" / "mlflow.db") as store:
        found = dict(store.execute("SELECT key, value FROM metrics WHERE key LIKE 'drift/%'").fetchall())
    assert f"PSI {found['drift/unknown words']:.3f}" == rows[2][2]
    fails(run("evaluate", "--model", "seeds", "--drift", str(out)), 1, "no summary of a batch")


def test_drift_is_told_where_the_store_is_down(run, tmp_path):
    out = tmp_path / "t.jsonl"
    assert run("tag", REPORT, "-o", out, "--model", "seeds").returncode == 0
    told = run("evaluate", "--model", "seeds", "--drift", f"{out}.summary.json", "--set", "track.uri=http://127.0.0.1:9")
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("themes\ttoo small\tPSI ")
    assert "warning: the tracking store http://127.0.0.1:9 cannot be used" in told.stderr
