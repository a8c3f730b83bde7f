"""A model that is trained anew while something runs is never mixed into it."""

import shutil
from pathlib import Path

import msgspec
import pytest

from pipeline.batch import engine
from pipeline.batch.engine import Engine, TagOptions, load_cached
from pipeline.core.errors import ModelError
from pipeline.core.records import Document, KeptReport
from pipeline.model.folder import MANIFEST, load_model
from pipeline.web import tagging

OTHER = "holds model .* now and 000000000000 when this began; start it again"


@pytest.fixture
def folder(trained_home, tmp_path):
    """A copy of a model folder."""
    return shutil.copytree(trained_home / "models" / "seeds", tmp_path / "model")


def test_a_folder_with_another_version_is_refused_by_all_that_load_it(folder, config, tmp_path):
    with pytest.raises(ModelError, match=OTHER):
        load_cached(folder, "000000000000")
    with pytest.raises(ModelError, match=OTHER):
        Engine(TagOptions(folder, "000000000000", config.read))
    task = tagging.Task(tmp_path / "a.txt", "a.txt", folder, "000000000000", config.read)
    with pytest.raises(ModelError, match=OTHER):
        tagging.tag_file(task)
    with pytest.raises(ModelError, match=OTHER):
        tagging.compose("jsonl", (), folder, tmp_path / "o.jsonl", version="000000000000")
    (tmp_path / "pieces").write_bytes(msgspec.json.encode(KeptReport(Document("a", "学", "", "utf-8"), ())))
    size = (tmp_path / "pieces").stat().st_size
    summary = tagging.ReportSummary(0, size, "a", "", "", 1, 0, 0, 0, {})
    with pytest.raises(ModelError, match=OTHER):
        tagging.render(tmp_path / "pieces", summary, folder, "r0", version="000000000000")
    assert not (tmp_path / "o.jsonl").exists()


def test_a_model_is_loaded_once_however_its_folder_is_named_and_its_version_asked_for(folder, monkeypatch):
    version, loads = load_model(folder).version, []
    monkeypatch.setattr(engine, "load_model", lambda given: loads.append(given) or load_model(given))
    monkeypatch.chdir(folder.parent)
    first = load_cached(folder)
    assert load_cached(folder, version) is load_cached(Path("model")) is load_cached(Path("./model"), version) is first
    assert loads == [folder]
    with pytest.raises(ModelError, match=OTHER):
        load_cached(folder, "000000000000")
    assert load_cached(folder, version) is first


def test_the_right_version_is_taken(folder, config):
    version = load_model(folder).version
    assert load_cached(folder, version).version == version
    with Engine(TagOptions(folder, version, config.read)) as made:
        assert made.model.version == version
    assert (folder / MANIFEST).is_file()
