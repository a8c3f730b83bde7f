"""A project that was moved or copied: its artifacts are beside its database, and the original is left alone."""

import contextlib
import shutil
import sqlite3

import pytest

from pipeline.track.places import artifact_location, database, follow

ADDRESS = "models:/mission-themes/1"


def files(folder):
    return {path.relative_to(folder): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


COLUMNS = {"experiments": "artifact_location", "runs": "artifact_uri", "logged_models": "artifact_location"}
COLUMNS |= {"model_versions": "storage_location"}


def places(home):
    """Return every place of an artifact that a database names, but for MLflow's own experiment, which is not used."""
    with contextlib.closing(sqlite3.connect(home / "mlruns" / "mlflow.db")) as store:
        found = [store.execute(f"SELECT {column} FROM {table}").fetchall() for table, column in COLUMNS.items()]
    return {place for rows in found for (place,) in rows if place.startswith("file:")}


@pytest.fixture
def project(trained_home, tmp_path):
    """A project that was trained in another place, which is gone: what MLflow keeps of it is of that place."""
    home = tmp_path / "报告 项目（一）"
    shutil.copytree(trained_home, tmp_path / "first")
    shutil.copytree(tmp_path / "first", home)
    with contextlib.closing(sqlite3.connect(home / "mlruns" / "mlflow.db")) as store, store:
        old, new = ((folder / "mlruns" / "artifacts").as_uri() for folder in (trained_home, tmp_path / "first"))
        for table, column in COLUMNS.items():
            store.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (old, new))
    return home


def test_a_moved_project_works_from_its_new_place(project, ask, report, tmp_path):
    shutil.rmtree(tmp_path / "first")
    tagged = ask(["tag", report, "--model", ADDRESS], home=project, env={"MISSION_THEMES_CACHE": str(tmp_path / "cache")})
    assert tagged.returncode == 0, tagged.stderr
    assert "warning" not in tagged.stderr
    assert all(place.startswith((project / "mlruns").as_uri()) for place in places(project))
    trained = ask(["train", "--config", "configs/seeds.toml", "--set", "evaluate.learning_curve=[]"], home=project)
    assert trained.returncode == 0, trained.stderr
    assert "warning" not in trained.stderr
    assert not (tmp_path / "first").exists()
    assert len(list((project / "mlruns" / "artifacts").glob("*/artifacts/confusion_matrix.html"))) == 2


def test_a_copied_project_leaves_the_original_alone(project, ask, report, tmp_path):
    before = files(tmp_path / "first")
    command = ["train", "--config", "configs/seeds.toml", "--set", "evaluate.learning_curve=[]"]
    trained = ask(command, home=project)
    assert trained.returncode == 0, trained.stderr
    tagged = ask(["tag", report, "--model", ADDRESS], home=project, env={"MISSION_THEMES_CACHE": str(tmp_path / "cache")})
    assert tagged.returncode == 0, tagged.stderr
    assert files(tmp_path / "first") == before
    assert len(list((project / "mlruns" / "artifacts").glob("*/artifacts/confusion_matrix.html"))) == 2


def test_what_lies_at_the_old_place_only_stays_there(project, tmp_path):
    """Only the database was copied: new artifacts go beside it, old ones are found where they are."""
    shutil.rmtree(project / "mlruns" / "artifacts")
    follow(f"sqlite:///{project / 'mlruns' / 'mlflow.db'}")
    own, old = (folder / "mlruns" / "artifacts" for folder in (project, tmp_path / "first"))
    assert {place for place in places(project) if not place.startswith(old.as_uri())} == {own.as_uri()}


def test_a_store_that_is_where_it_was_is_not_written(trained_home):
    path = trained_home / "mlruns" / "mlflow.db"
    before = path.read_bytes()
    follow(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_database_of_another_kind_is_left_alone(tmp_path):
    path = tmp_path / "other.db"
    with contextlib.closing(sqlite3.connect(path)) as store, store:
        store.execute("CREATE TABLE experiments (artifact_location TEXT)")
        store.execute("INSERT INTO experiments VALUES ('file:///gone/artifacts'), ('s3://bucket/artifacts'), ('file:///gone/mine')")
    follow(f"sqlite:///{path}?timeout=5")
    with contextlib.closing(sqlite3.connect(path)) as store:
        found = [place for (place,) in store.execute("SELECT artifact_location FROM experiments")]
    assert found == [(tmp_path / "artifacts").as_uri(), "s3://bucket/artifacts", "file:///gone/mine"]


def test_a_place_that_the_user_chose_stays_while_it_is_there(tmp_path):
    (tmp_path / "big" / "artifacts").mkdir(parents=True)
    with contextlib.closing(sqlite3.connect(tmp_path / "x.db")) as store, store:
        store.execute("CREATE TABLE experiments (artifact_location TEXT)")
        store.execute("INSERT INTO experiments VALUES (?)", ((tmp_path / "big" / "artifacts").as_uri(),))
    before = (tmp_path / "x.db").read_bytes()
    follow(f"sqlite:///{tmp_path / 'x.db'}")
    assert (tmp_path / "x.db").read_bytes() == before


@pytest.mark.parametrize("uri", ["http://127.0.0.1:5000", "postgresql://me@x/db"])
def test_a_server_knows_its_places_itself(uri):
    assert database(uri) is None
    assert artifact_location(uri) is None
    follow(uri)


def test_a_database_that_is_not_there_is_not_made(tmp_path):
    follow(f"sqlite:///{tmp_path / 'none.db'}")
    assert not list(tmp_path.iterdir())
