"""The record of a training, through MLflow's own client and server."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

TRAIN = ["train", "--config", "configs/seeds.toml", "--set", "model.name=other"]


@pytest.fixture(scope="module")
def server(trained_home):
    """The address of the server that ``pipeline ui`` starts."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "ui", "--port", "0"],
        env={**os.environ, "MISSION_THEMES_HOME": str(trained_home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    line = process.stdout.readline()
    assert line.startswith("MLflow UI: http://127.0.0.1:"), line
    address = line.split()[2]
    deadline = time.monotonic() + 90
    while True:
        try:
            urllib.request.urlopen(f"{address}/health", timeout=5)
            break
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server did not answer"
            time.sleep(0.3)
    yield address
    process.terminate()
    process.wait(timeout=30)
    process.stdout.close()


def post(server, path, **body):
    request = urllib.request.Request(
        f"{server}/api/2.0/mlflow/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    return json.load(urllib.request.urlopen(request, timeout=30))


def get(server, endpoint, /, **query):
    return urllib.request.urlopen(f"{server}/{endpoint}?{urllib.parse.urlencode(query)}", timeout=30).read()


@pytest.fixture(scope="module")
def run(server):
    experiment = json.loads(get(server, "api/2.0/mlflow/experiments/get-by-name", experiment_name="mission-themes"))["experiment"]
    (found,) = post(server, "runs/search", experiment_ids=[experiment["experiment_id"]])["runs"]
    return found


def test_the_page_of_the_ui_is_served(server):
    assert b"<title>MLflow</title>" in get(server, "")


def test_a_run_holds_configuration_figures_and_where_it_came_from(run, model):
    params = {item["key"]: item["value"] for item in run["data"]["params"]}
    metrics = {item["key"]: item["value"] for item in run["data"]["metrics"]}
    tags = {item["key"]: item["value"] for item in run["data"]["tags"]}
    assert params["model.C"] == "1.0"
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


def test_the_model_is_registered_without_a_pickle(server, trained_home):
    found = json.loads(get(server, "api/2.0/mlflow/registered-models/search"))["registered_models"]
    assert [item["name"] for item in found] == ["mission-themes"]
    kept = {path.suffix for path in (trained_home / "mlruns" / "artifacts").rglob("*") if path.is_file()}
    assert not kept & {".pkl", ".pickle", ".joblib", ".cloudpickle"}


def test_tagging_with_a_registered_model(start, trained_home, report):
    mine = start(["tag", report, "--model", "seeds"], home=trained_home)
    registered = start(["tag", report, "--model", "models:/mission-themes/1"], home=trained_home)
    assert registered.returncode == 0, registered.stderr
    assert registered.stdout == mine.stdout
    missing = start(["tag", report, "--model", "models:/none/1"], home=trained_home)
    assert missing.returncode == 3
    assert "none: has no version 1; see: pipeline models list" in missing.stderr


def test_the_registered_model_tags_raw_text(trained_home):
    script = (
        "import sys, mlflow, pandas\n"
        "mlflow.set_tracking_uri(sys.argv[1])\n"
        "tagger = mlflow.pyfunc.load_model('models:/mission-themes/1')\n"
        "rows = tagger.predict(pandas.DataFrame({'text': ['图书馆新开城市书房。', '', '学习理论。\\n一、招商引资']}))\n"
        "print(rows['row'].tolist(), rows['theme'].tolist()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, f"sqlite:///{trained_home / 'mlruns' / 'mlflow.db'}"],
        env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[0, 2, 2] 兴文化"


def test_neither_run_nor_model_keeps_the_address_of_a_store(trained_home, run):
    assert not [item for item in run["data"]["params"] if item["key"].startswith("track.")]
    manifest = json.loads((trained_home / "models" / "seeds" / "manifest.json").read_text(encoding="utf-8"))
    assert sorted(manifest["config"]) == ["clean", "features", "model", "segment", "tag"]
    training = (trained_home / "models" / "seeds" / "training.json").read_text(encoding="utf-8")
    assert sorted(json.loads(training)["settings"]) == ["corpus", "evaluate"]


def test_a_store_that_is_down_costs_the_record_and_not_the_model(start, tmp_path):
    done = start([*TRAIN, "--set", "track.uri=http://127.0.0.1:9"], home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "warning: the tracking store http://127.0.0.1:9 cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "models" / "other" / "manifest.json").is_file()


def test_a_password_in_the_address_of_a_store_is_never_shown(start, tmp_path):
    done = start([*TRAIN, "--set", "track.uri=postgresql://me:s3cret@127.0.0.1:9/db"], home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "warning: the tracking store postgresql://me:***@127.0.0.1:9/db cannot be used" in done.stderr
    assert "s3cret" not in done.stdout + done.stderr


def test_a_store_that_is_locked_costs_the_record_and_not_the_model(start, trained_home, tmp_path):
    import shutil

    shutil.copytree(trained_home / "mlruns", tmp_path / "mlruns")
    holder = sqlite3.connect(tmp_path / "mlruns" / "mlflow.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        done = start(TRAIN, home=tmp_path)
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert done.returncode == 0, done.stderr
    assert "cannot be used" in done.stderr
    assert "the model itself is complete in" in done.stderr
    assert (tmp_path / "models" / "other" / "manifest.json").is_file()


def test_no_track_leaves_no_store(start, tmp_path):
    done = start([*TRAIN, "--no-track"], home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["models"]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds processes by /proc, which only Linux has")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_no_process_of_the_ui_outlives_it(tmp_path, number):
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "ui", "--port", "0"],
        env={**os.environ, "MISSION_THEMES_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout.readline().startswith("MLflow UI: ")
    deadline = time.monotonic() + 90
    while len(running(tmp_path)) < 3:  # the command, MLflow's own, and the server that it starts
        assert time.monotonic() < deadline
        time.sleep(0.3)
    os.kill(process.pid, number)
    assert process.wait(timeout=30) == 0
    process.stdout.close()
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
