"""What goes wrong with a store costs the record of a run, never the model: it is complete, one line says why, and the code is 0."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.model.folder import load_model
from pipeline.track import places

TRAIN = ["train", "--config", "configs/seeds.toml", "--set", "model.name=other"]


def costs_the_record_only(returncode, stderr, home, reason):
    """Check that a training ended well without a record: one line of warning, and a model that loads."""
    assert returncode == 0, stderr
    assert "Traceback" not in stderr, stderr
    (line,) = [line for line in stderr.splitlines() if line.startswith("warning:")]
    assert reason in line, line
    assert f"the model itself is complete in {home / 'models' / 'other'}" in line
    model = load_model(home / "models" / "other")
    assert model.facts["run_id"] is None


@pytest.fixture
def copied(trained_home, tmp_path) -> Path:
    """A project folder with a store of its own that holds one run."""
    shutil.copytree(trained_home / "mlruns", tmp_path / "mlruns")
    return tmp_path


def test_a_server_that_is_down(ask, tmp_path):
    done = ask([*TRAIN, "--set", "track.uri=http://127.0.0.1:9"], home=tmp_path)
    costs_the_record_only(done.returncode, done.stderr, tmp_path, "the tracking store http://127.0.0.1:9 cannot be used")


def test_a_password_in_the_address_of_a_store_is_never_shown(ask, tmp_path):
    done = ask([*TRAIN, "--set", "track.uri=postgresql://me:s3cret@127.0.0.1:9/db"], home=tmp_path)
    costs_the_record_only(done.returncode, done.stderr, tmp_path, "store postgresql://me:***@127.0.0.1:9/db cannot be used")
    assert "s3cret" not in done.stdout + done.stderr


def test_a_server_that_is_killed_during_a_run(begin, serving, wait, tmp_path):
    database = tmp_path / "server.db"

    def run_has_begun() -> bool:
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as store:
            return bool(store.execute("SELECT count(*) FROM runs WHERE status = 'RUNNING'").fetchone()[0])

    with serving(f"sqlite:///{database}", tmp_path / "artifacts") as (address, server):
        once = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}  # not to wait for a server that does not come back
        training = begin(TRAIN, home=tmp_path, env={"MLFLOW_TRACKING_URI": address, **once})
        wait(run_has_begun, training)
        os.killpg(server.pid, signal.SIGKILL)
        printed, _ = training.communicate(timeout=120)
    costs_the_record_only(training.returncode, printed, tmp_path, f"the tracking store {address} cannot be used")


@pytest.mark.slow
def test_a_store_that_is_locked(call, copied, monkeypatch):
    monkeypatch.setenv("MISSION_THEMES_HOME", str(copied))
    monkeypatch.setattr(places, "PATIENCE", 0.5)  # seconds, not half a minute
    holder = sqlite3.connect(copied / "mlruns" / "mlflow.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        done = call(*TRAIN)
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    costs_the_record_only(done.exit_code, done.stderr, copied, "locked")


def test_a_disk_that_is_full_where_artifacts_go(copied):
    """The artifacts' folder is a file system of 100 kB, in a mount namespace that ends with the training."""
    mount = 'mount -t tmpfs -o size=100k tmpfs "$1" && shift && exec "$@"'
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"]), "sh", "-c", mount, "sh"]
    command = [*unshare, copied / "mlruns" / "artifacts", sys.executable, "-m", "pipeline.cli", *TRAIN]
    done = subprocess.run(
        list(map(str, command)), env={**os.environ, "MISSION_THEMES_HOME": str(copied)}, capture_output=True, text=True,
        encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    costs_the_record_only(done.returncode, done.stderr, copied, "No space left on device")
    with contextlib.closing(sqlite3.connect(copied / "mlruns" / "mlflow.db")) as store:
        assert store.execute("SELECT status FROM runs WHERE name = 'other'").fetchall() == [("FAILED",)]
        assert store.execute("SELECT count(*) FROM model_versions").fetchone() == (1,)


def test_a_store_of_another_version_of_mlflow(ask, copied):
    with contextlib.closing(sqlite3.connect(copied / "mlruns" / "mlflow.db")) as store, store:
        store.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    done = ask(TRAIN, home=copied)
    costs_the_record_only(done.returncode, done.stderr, copied, "mlflow.db cannot be used")


def test_a_model_folder_that_was_changed_by_hand(start, ask, copied, report):
    (artifact,) = (copied / "mlruns" / "artifacts" / "models").rglob("words.txt")
    for folder, name in ((artifact.parent, "models:/mission-themes/1"), (copied / "models" / "other", "other")):
        if not folder.exists():
            assert ask([*TRAIN, "--no-track"], home=copied).returncode == 0
        with (folder / "words.txt").open("a", encoding="utf-8") as words:
            words.write("新词\n")
        done = start(["tag", report, "--model", name], home=copied)
        assert done.returncode == 3
        assert done.stdout == ""
        (line,) = done.stderr.splitlines()
        assert "words.txt: changed since the model was written; train the model again, or restore it" in line
