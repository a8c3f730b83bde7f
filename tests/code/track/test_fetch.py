"""Copies of registered models: a copy is used only where it is whole, the model that it was, and in its place."""

import contextlib
import json
import os
import shutil
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from pipeline.core.errors import ModelError
from pipeline.model.folder import load_model, save_model
from pipeline.track import fetch

NAME = "3-0123456789ab"


@pytest.fixture
def other(model, tmp_path):
    """The folder of a whole model, which is not the one that was registered."""
    save_model(replace(model, temperature=model.temperature + 1, stored_version=None), tmp_path / "other", b"")
    return tmp_path / "other"


@pytest.fixture
def place(model, tmp_path):
    """The place of the copies of a model, with one copy that ``@champion`` last meant."""
    save_model(model, tmp_path / "cache" / NAME, b"")
    index(tmp_path / "cache", NAME, model.version)
    return tmp_path / "cache"


def index(place, copy, model):
    known = {"@champion": {"copy": copy, "version": 3, "when": "2026-01-01", "model": model}}
    (place / "known.json").write_text(json.dumps(known), encoding="utf-8")


def last_known(place):
    said = []
    return fetch._last_known(place, "@champion", "models:/m@champion", "down", said.append), said


def test_the_copy_that_was_kept_stands_in_and_it_is_said(place):
    folder, said = last_known(place)
    assert folder == place / NAME
    assert "using the copy of version 3 as of 2026-01-01 (down)" in said[0]


def test_an_index_of_an_earlier_version_is_read(place):
    known = json.loads((place / "known.json").read_text(encoding="utf-8"))
    del known["@champion"]["model"]
    (place / "known.json").write_text(json.dumps(known), encoding="utf-8")
    assert last_known(place)[0] == place / NAME


@pytest.mark.parametrize(
    "copy", ["../other", "/{tmp}/other", "..", ".", "", "3-0123456789ab/../../other", "3-0123456789AB", "other"]
)
def test_an_index_leads_nowhere_else(place, other, tmp_path, copy):
    index(place, copy.replace("/{tmp}", str(tmp_path)), load_model(other).version)
    with pytest.raises(ModelError, match="no copy of it was kept"):
        last_known(place)


def test_a_copy_that_is_a_link_is_none(place, other):
    shutil.rmtree(place / NAME)
    (place / NAME).symlink_to(other)
    index(place, NAME, load_model(other).version)
    with pytest.raises(ModelError, match="no copy of it was kept"):
        last_known(place)


def test_a_copy_that_is_another_model_is_none(place, other):
    shutil.rmtree(place / NAME)
    shutil.copytree(other, place / NAME)
    with pytest.raises(ModelError, match="no copy of it was kept"):
        last_known(place)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("kind", ["fifo", "device", "large", "damaged"])
def test_an_index_that_is_no_index_is_none(place, kind):
    path = place / "known.json"
    path.unlink()
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.write_bytes(b" " * 2**21 if kind == "large" else b"\xff")
    with pytest.raises(ModelError, match="no copy of it was kept"):
        last_known(place)


class Registered:
    """A registry that gives out a folder, and counts how often."""

    name = "m"

    def __init__(self, folder):
        self.folder, self.downloads = folder, 0

    @contextlib.contextmanager
    def downloaded(self, number):
        self.downloads += 1
        yield self.folder


def version_of(tags):
    return SimpleNamespace(version="3", run_id="r", creation_timestamp=1, source="s", tags=tags)


def test_a_copy_that_is_not_what_the_registry_says_is_fetched_again(model, tmp_path, other):
    save_model(model, tmp_path / "registered", b"")
    at, place = Registered(tmp_path / "registered"), tmp_path / "cache"
    said = version_of({"model": f"{model.name} {model.version}"})
    copy = fetch._fetch(at, said, "@champion", place, print)
    assert fetch._fetch(at, said, "@champion", place, print) == copy
    assert at.downloads == 1
    shutil.rmtree(copy)
    shutil.copytree(other, copy)  # whole by itself
    assert load_model(fetch._fetch(at, said, "@champion", place, print)).version == model.version
    assert at.downloads == 2


def test_an_artifact_that_is_not_what_the_registry_says_is_refused(model, tmp_path, other):
    with pytest.raises(ModelError, match=rf"m version 3: holds model \w+, not {model.version}; train again"):
        fetch._fetch(Registered(other), version_of({"model": f"m {model.version}"}), "@champion", tmp_path / "cache", print)
    assert not (tmp_path / "cache").exists()
