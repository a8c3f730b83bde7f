"""The record of a training, through MLflow's own client and server."""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.core import locations
from pipeline.model.folder import load_model
from pipeline.track import server as ui_server
from pipeline.training.facts import load_facts

TRAIN = ["train", "--config", "configs/seeds.toml", "--set", "model.name=other"]


@dataclass(frozen=True)
class Store:
    """A store with one training in it: the project folder, the environment to reach it from there, the server's address."""

    home: Path
    env: dict[str, str]
    server: str


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request, trained_home, ui, tmp_path_factory, start):
    """Each store: the project's own, served by ``pipeline ui``, and the server of a team on PostgreSQL."""
    if request.param == "sqlite":
        with ui(trained_home) as address:
            yield Store(trained_home, {}, address)
        return
    address = request.getfixturevalue("team_server")
    home, env = tmp_path_factory.mktemp("team"), {"MLFLOW_TRACKING_URI": address}
    done = start(["train", "--config", "configs/seeds.toml"], home=home, env=env)
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr
    yield Store(home, env, address)


@pytest.fixture(scope="module")
def server(store):
    return store.server


@pytest.fixture(scope="module")
def model(store):
    return load_model(store.home / "models" / "seeds")


def post(server, path, **body):
    request = urllib.request.Request(
        f"{server}/api/2.0/mlflow/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    return json.load(urllib.request.urlopen(request, timeout=30))


def get(server, endpoint, /, **query):
    return urllib.request.urlopen(f"{server}/{endpoint}?{urllib.parse.urlencode(query)}", timeout=30).read()


@pytest.fixture(scope="module")
def run(server, model):
    return json.loads(get(server, "api/2.0/mlflow/runs/get", run_id=model.facts["run_id"]))["run"]


def test_the_page_of_the_ui_is_served(server):
    assert b"<title>MLflow</title>" in get(server, "")


def test_a_run_holds_configuration_figures_and_where_it_came_from(run, model):
    params = {item["key"]: item["value"] for item in run["data"]["params"]}
    metrics = {item["key"]: item["value"] for item in run["data"]["metrics"]}
    tags = {item["key"]: item["value"] for item in run["data"]["tags"]}
    assert params["model.C"] == "0.5"
    assert metrics["macro_f1"] == pytest.approx(model.facts["scores"]["macro_f1"])
    assert metrics["f1/展形象"] == pytest.approx(model.facts["scores"]["f1"]["展形象"])
    assert "left_out/004_be132a9dff6c2480/accuracy" in metrics
    assert tags["corpus.sha256"] == model.facts["corpus"]["sha256"]
    assert tags["model.version"] == model.version
    assert tags["command"].startswith("pipeline train")
    assert run["info"]["run_id"] == model.facts["run_id"]
    assert run["info"]["status"] == "FINISHED"


def test_a_run_in_a_checkout_names_commit_and_dirty_flag(run, root):
    from pipeline.track.run import git_state

    expected = git_state(root)
    tags = {item["key"]: item["value"] for item in run["data"]["tags"]}
    assert expected.items() <= tags.items()


def test_the_corpus_is_an_input_with_our_own_digest(run, model):
    (dataset,) = run["inputs"]["dataset_inputs"]
    assert dataset["dataset"]["name"] == "corpus"
    assert dataset["dataset"]["digest"] == model.facts["corpus"]["sha256"][:36]


def test_artifacts_show_chinese_as_chinese(server, run):
    run_id = run["info"]["run_id"]
    listed = json.loads(get(server, "api/2.0/mlflow/artifacts/list", run_id=run_id))["files"]
    names = {item["path"] for item in listed}
    assert names >= {"confusion_matrix.html", "wrong_tags.html", "wrong_tags.csv", "strongest_terms.html", "out_of_fold.jsonl"}
    matrix = get(server, "get-artifact", run_uuid=run_id, path="confusion_matrix.html").decode()
    assert "展形象" in matrix
    assert 'charset="utf-8"' in matrix
    assert "展形象" in get(server, "get-artifact", run_uuid=run_id, path="wrong_tags.csv").decode()
    assert "<script" not in get(server, "get-artifact", run_uuid=run_id, path="wrong_tags.html").decode()


def test_a_run_tells_of_each_label_report_and_origin_and_of_the_machine(run, model):
    metrics = {item["key"]: item["value"] for item in run["data"]["metrics"]}
    tags = {item["key"]: item["value"] for item in run["data"]["tags"]}
    for name in model.labels.names:
        precision, recall = metrics[f"precision/{name}"], metrics[f"recall/{name}"]
        assert metrics[f"f1/{name}"] == pytest.approx(2 * precision * recall / (precision + recall))
    assert metrics["origin/seed/accuracy"] == pytest.approx(metrics["accuracy"])
    assert [metrics[f"threshold/{name}"] for name in model.labels.names] == model.thresholds.tolist()
    assert 0 < metrics["calibration_error"] < metrics["coverage"] < metrics["accuracy_covered"] <= 1
    assert 0 < metrics["seconds/fit"] < metrics["seconds/folds"] < metrics["seconds/total"]
    assert metrics["learning_curve/macro_f1"] == pytest.approx(metrics["macro_f1"])  # the last point is the training itself
    manifest = json.loads((locations.project_folder() / "models" / "default" / "manifest.json").read_text(encoding="utf-8"))
    assert tags["dictionary.sha256"] == manifest["files"]["dictionary.txt"]  # the empty dictionary, in both
    assert len(tags["segmenter"]) == 64
    assert {"package.numpy", "package.scikit-learn"} < set(tags)


def test_tables_are_tables_to_the_ui(server, run, model):
    run_id = run["info"]["run_id"]
    tags = {item["key"]: item["value"] for item in run["data"]["tags"]}
    rows = {}
    for listed in json.loads(tags["mlflow.loggedArtifacts"]):
        assert listed["type"] == "table"
        table = json.loads(get(server, "get-artifact", run_uuid=run_id, path=listed["path"]))
        assert {len(row) for row in table["data"]} == {len(table["columns"])}
        rows[listed["path"]] = table["data"]
    assert [row[0] for row in rows["tables/labels.json"]] == list(model.labels.names)
    assert len(rows["tables/reports.json"]) == 5
    tagged = sum(1 for _ in (get(server, "get-artifact", run_uuid=run_id, path="out_of_fold.jsonl").splitlines()))
    assert len(rows["tables/out_of_fold.json"]) == tagged > len(rows["tables/wrong_tags.json"]) > 0


def test_pictures_hold_outlines_and_no_text(server, run):
    run_id = run["info"]["run_id"]
    listed = json.loads(get(server, "api/2.0/mlflow/artifacts/list", run_id=run_id, path="pictures"))["files"]
    names = {Path(item["path"]).stem for item in listed}
    assert names == {
        "confusion_matrix", "precision_recall", "reliability", "coverage", "learning_curve", "strongest_words",
    }  # fmt: skip
    for item in listed:
        picture = get(server, "get-artifact", run_uuid=run_id, path=item["path"]).decode()
        assert "<text" not in picture
        assert "<path" in picture


def test_the_model_is_registered_without_a_pickle(server, trained_home):
    found = json.loads(get(server, "api/2.0/mlflow/registered-models/search"))["registered_models"]
    assert [item["name"] for item in found] == ["mission-themes"]
    kept = {path.suffix for path in (trained_home / "mlruns" / "artifacts").rglob("*") if path.is_file()}
    assert not kept & {".pkl", ".pickle", ".joblib", ".cloudpickle"}


def test_tagging_with_a_registered_model(ask, store, report):
    mine = ask(["tag", report, "--model", "seeds"], home=store.home, env=store.env)
    registered = ask(["tag", report, "--model", "models:/mission-themes/1"], home=store.home, env=store.env)
    assert registered.returncode == 0, registered.stderr
    assert registered.stdout == mine.stdout
    missing = ask(["tag", report, "--model", "models:/none/1"], home=store.home, env=store.env)
    assert missing.returncode == 3
    assert "none: has no version 1; see: pipeline models list" in missing.stderr


def test_the_registered_model_tags_raw_text(store):
    script = (
        "import sys, mlflow, pandas\n"
        "mlflow.set_tracking_uri(sys.argv[1])\n"
        "tagger = mlflow.pyfunc.load_model('models:/mission-themes/1')\n"
        "rows = tagger.predict(pandas.DataFrame({'text': ['图书馆新开城市书房。', '', '学习理论。\\n一、招商引资']}))\n"
        "print(rows['row'].tolist(), rows['theme'].tolist()[0])"
    )
    address = store.env.get("MLFLOW_TRACKING_URI") or f"sqlite:///{store.home / 'mlruns' / 'mlflow.db'}"
    done = subprocess.run(
        [sys.executable, "-c", script, address],
        env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[0, 2, 2] 兴文化"


def test_neither_run_nor_model_keeps_the_address_of_a_store(store, run):
    assert not [item for item in run["data"]["params"] if item["key"].startswith("track.")]
    manifest = json.loads((store.home / "models" / "seeds" / "manifest.json").read_text(encoding="utf-8"))
    assert sorted(manifest["config"]) == ["clean", "features", "model", "segment", "tag"]
    training = (store.home / "models" / "seeds" / "training.json").read_text(encoding="utf-8")
    assert sorted(json.loads(training)["settings"]) == ["corpus", "evaluate"]


@pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy")  # MLflow's own
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_trainings_at_once(request, kind, tmp_path, begin):
    env = {} if kind == "sqlite" else {"MLFLOW_TRACKING_URI": request.getfixturevalue("team_server")}
    settings = ["--set", "track.experiment=both", "--set", "track.registered_model=both"]
    processes = [
        begin(["train", "--config", "configs/seeds.toml", *settings, "--set", f"model.name={name}"], home=tmp_path, env=env)
        for name in ("one", "two")
    ]
    for process in processes:
        printed, _ = process.communicate(timeout=120)
        assert process.returncode == 0, printed
        assert "warning" not in printed
    runs = {
        json.loads((tmp_path / "models" / name / "manifest.json").read_text(encoding="utf-8"))["run_id"] for name in ("one", "two")
    }
    assert len(runs) == 2
    from mlflow import MlflowClient

    client = MlflowClient(env.get("MLFLOW_TRACKING_URI") or f"sqlite:///{tmp_path / 'mlruns' / 'mlflow.db'}")
    found = client.search_runs([client.get_experiment_by_name("both").experiment_id])
    assert {run.info.run_id for run in found} == runs
    assert {run.info.status for run in found} == {"FINISHED"}
    assert {int(version.version) for version in client.search_model_versions("name = 'both'")} == {1, 2}


def test_a_quick_training_says_what_it_measured_and_goes_through_the_gate(trained_home, ask, tmp_path):
    """The seeds are five groups, of which it takes two here: on fewer reports than the gate asks for, nobody is champion."""
    shutil.copytree(trained_home, tmp_path / "home")
    done = ask(["train", "--quick", "--config", "configs/seeds.toml", "--set", "evaluate.sample=2"], home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("on 2 left-out reports of 5: macro-F1 ")
    assert "version 2 is challenger: " in done.stdout
    assert "shares 2 reports with the champion, fewer than 5" in done.stdout
    manifest = json.loads((tmp_path / "home" / "models" / "seeds" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["scores"]["sample"] == {"reports": 2, "of": 5}
    assert len(load_facts(tmp_path / "home" / "models" / "seeds").reports) == 2
    with contextlib.closing(sqlite3.connect(tmp_path / "home" / "mlruns" / "mlflow.db")) as database:
        tags = dict(database.execute("select key, value from tags where run_uuid = ?", (manifest["run_id"],)))
        params = dict(database.execute("select key, value from params where run_uuid = ?", (manifest["run_id"],)))
    assert tags["measured"] == "2 of 5 reports"
    assert (params["evaluate.sample"], params["evaluate.learning_curve"]) == ("2", "()")


def test_a_record_costs_seconds_and_without_one_there_is_no_store(start, tmp_path):
    """Seconds of the processor: how busy the machine is says nothing of the code."""
    took = []
    for more in (["--no-track"], [], []):
        before = os.times()
        done = start([*TRAIN, *more], home=tmp_path)
        after = os.times()
        took.append(after.children_user + after.children_system - before.children_user - before.children_system)
        assert done.returncode == 0, done.stderr
        if len(took) == 1:  # which leaves no store
            assert [path.name for path in tmp_path.iterdir()] == ["models"]
    untracked, first, later = took
    assert first - untracked < 20, took
    assert later - untracked < 10, took


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds processes by /proc, which only Linux has")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_no_process_of_the_ui_outlives_it(tmp_path, number):
    command, env = [sys.executable, "-m", "pipeline.cli", "ui", "--port", "0"], {**os.environ, "MISSION_THEMES_HOME": str(tmp_path)}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout.readline().startswith("MLflow UI: ")
        deadline = time.monotonic() + 90
        while not any("uvicorn" in line for line in running(tmp_path)):  # the command, MLflow's own, and the server that it starts
            assert time.monotonic() < deadline
            time.sleep(0.3)
        os.kill(process.pid, number)
        assert process.wait(timeout=30) == 0
    assert running(tmp_path) == []


@pytest.mark.parametrize("at", ["follow", "subprocess"])
def test_a_ui_that_is_stopped_while_it_starts_ends_well_and_leaves_nothing(tmp_path, monkeypatch, at):
    """The signal comes just after a step is done, before anything could be made of what it returned."""
    monkeypatch.setenv("MISSION_THEMES_HOME", str(tmp_path))
    begun = []

    def stopped(step):
        def run(*arguments, **options):
            begun.append(step(*arguments, **options))
            signal.raise_signal(signal.SIGINT)
            return begun[-1]

        return run

    starting = SimpleNamespace(Popen=stopped(subprocess.Popen), TimeoutExpired=subprocess.TimeoutExpired)
    monkeypatch.setattr(ui_server, at, starting if at == "subprocess" else stopped(ui_server.follow))
    assert ui_server.serve_ui(ui_server.free_port()) == 0
    assert len(begun) == 1
    assert running(tmp_path) == []


def running(home):
    """Return the command lines of the processes that were started for a project folder, also by one another."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"MISSION_THEMES_HOME={home}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_bytes().decode("utf-8", "replace"))
    return found


def test_a_port_that_is_taken(start, tmp_path, server):
    done = start(["ui", "--port", server.rsplit(":", 1)[1]], home=tmp_path)
    assert done.returncode == 2
    assert "is taken; stop what uses it, or choose another with --port" in done.stderr
