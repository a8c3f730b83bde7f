import hashlib
import json
import os
import shutil
import socket
from pathlib import Path

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from pipeline.core.errors import ModelError, UsageError
from pipeline.model import folder as folder_module
from pipeline.model.features import Vocabulary
from pipeline.model.folder import find_model, load_manifest, load_model, read_out_of_fold, save_model, set_run_id
from pipeline.model.model import DriftedText


@pytest.fixture
def folder(model, tmp_path):
    save_model(model, tmp_path / "m", b"")
    return tmp_path / "m"


def change(folder, **values):
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **values}), encoding="utf-8")


def test_a_model_survives_being_stored(model, folder):
    loaded = load_model(folder)
    assert (loaded.name, loaded.version, loaded.labels, loaded.config) == (model.name, model.version, model.labels, model.config)
    assert loaded.vocabulary.words == model.vocabulary.words
    assert loaded.vocabulary.bigrams.letters == model.vocabulary.bigrams.letters
    assert np.array_equal(loaded.weights, model.weights)
    assert loaded.temperature == model.temperature


@pytest.mark.parametrize(("weight", "kind"), [(0.5, "<f2"), (0.1, "<f4"), (65504.0, "<f2"), (65520.0, "<f4")])
def test_weights_are_kept_in_half_precision_where_nothing_of_them_is_lost(model, tmp_path, weight, kind):
    halves = model.weights.astype(np.float16).astype(np.float32)
    halves.flat[-1] = weight
    given = replace(model, given_weights=halves, stored_version=None)
    save_model(given, tmp_path / "m", b"")
    assert np.load(tmp_path / "m" / "weights.npy").dtype == kind
    loaded = load_model(tmp_path / "m")
    assert (loaded.weights.dtype, loaded.version) == (np.dtype(kind), given.version)
    assert np.array_equal(loaded.weights, halves)


def test_weights_of_format_5_are_in_single_precision(folder):
    assert np.load(folder / "weights.npy").dtype == np.float16
    seal(folder, format=5)
    with pytest.raises(ModelError, match=r"an array of <f2 .* where <f4 .* belongs"):
        load_model(folder)


def test_what_holds_for_drifted_reports_is_stored_and_makes_another_version(model, tmp_path):
    drifted = replace(model, drifted=DriftedText(0.25, 0.9))
    save_model(drifted, tmp_path / "m", b"")
    assert load_model(tmp_path / "m").drifted == DriftedText(0.25, 0.9)
    limits = (None, DriftedText(0.25, 0.9), DriftedText(0.25, 0.91), DriftedText(0.26, 0.9))
    assert len({replace(model, drifted=limit, stored_version=None).version for limit in limits}) == 4


def test_a_model_of_format_4_has_nothing_for_drifted_reports(model, folder):
    manifest = load_manifest(folder)
    manifest.format = 4
    manifest.files |= as_before(folder)
    fields = {name: getattr(manifest, name) for name in manifest.__struct_fields__ if name not in ("sha256", "drifted")}
    seal = hashlib.sha256(msgspec.json.encode(fields, order="sorted")).hexdigest()
    (folder / "manifest.json").write_bytes(msgspec.json.encode({**fields, "sha256": seal}))
    loaded = load_model(folder)
    assert loaded.drifted is None
    assert loaded.vocabulary.idf.tolist() == model.vocabulary.idf.tolist()


@pytest.mark.parametrize("given", [{"unknown": 1.1, "threshold": 0.9}, {"unknown": 0.2, "threshold": -1.0}, {"unknown": 0.2}])
def test_numbers_for_drifted_reports_that_cannot_be_are_refused(folder, given):
    change(folder, drifted=given)
    with pytest.raises(ModelError, match="damaged"):
        load_model(folder)


def test_no_file_of_a_model_is_a_pickle_or_code(folder):
    assert {path.suffix for path in folder.iterdir()} == {".json", ".txt", ".npy", ".gz"}
    for path in folder.glob("*.npy"):
        assert not np.load(path, allow_pickle=False).dtype.hasobject


def test_a_pickle_in_place_of_an_array_is_not_run(folder, tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    np.save(folder / "bias.npy", np.array([Bomb()], dtype=object), allow_pickle=True)
    digest = __import__("hashlib").sha256((folder / "bias.npy").read_bytes()).hexdigest()
    files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    change(folder, files={**files, "bias.npy": digest})
    with pytest.raises(ModelError, match=r"m: damaged \(no plain array where <f4"):
        load_model(folder)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "name",
    ["bias.npy", "weights.npy", "idf.npy", "words.txt", "bigrams.txt", "dictionary.txt", "out_of_fold.jsonl.gz", "training.json"],
)
def test_a_changed_or_missing_file_is_refused(folder, name):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[:-1] + b"?" if content else b"?")
    with pytest.raises(ModelError, match=rf"{name}: changed since the model was written; train the model again"):
        load_model(folder)
    (folder / name).unlink()
    with pytest.raises(ModelError, match=rf"{name}: cannot be read"):
        load_model(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 7}, "model format 7, this version reads formats 2 to 6; upgrade mission-themes"),
        ({"format": 0}, "model format 0, this version reads formats 2 to 6; train the model again"),
        ({"format": [3]}, r"model format \[3\]"),
        ({"temperature": "hot"}, "damaged"),
        ({"surprise": 1}, "damaged"),
        ({"config": {}}, r"manifest\.json: its configuration lacks the section \[clean\]"),
        ({"labels": {"other": "x", "labels": []}}, r"manifest\.json: other = 'x' must be one of at least two"),
        ({"name": "a\nb"}, r"damaged .*\$\.name"),
        ({"version": "x"}, r"damaged .*\$\.version"),
        ({"labels": {"other": "x"}}, r"manifest\.json: Object missing required field `labels`"),
        ({"segmenter": "0"}, "made with another word segmenter or dictionary"),
    ],
)
def test_a_manifest_of_another_kind_is_refused(folder, changes, message):
    change(folder, **changes)
    with pytest.raises(ModelError, match=message):
        load_model(folder)


def test_a_truncated_manifest_and_an_empty_folder_are_refused(folder, tmp_path):
    (folder / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match=r"manifest\.json: damaged"):
        load_model(folder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match=r"empty: no model here \(no manifest\.json\)"):
        load_model(tmp_path / "empty")


def test_models_are_found_by_folder_and_by_name(folder, home):
    assert find_model(str(folder)) == folder
    shutil.copytree(folder, home / "models" / "mine")
    assert find_model("mine") == home / "models" / "mine"
    with pytest.raises(ModelError, match="none: no model here; give a model folder, or make one with: pipeline train"):
        find_model("none")


def test_a_new_model_replaces_an_old_one_and_nothing_else(model, folder, tmp_path):
    save_model(model, folder, b"x")
    assert read_out_of_fold(folder) == b"x"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.doc").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="mine: exists and is no model folder"):
        save_model(model, tmp_path / "mine", b"")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written"):
        save_model(model, tmp_path / "file" / "m", b"")


def test_the_run_id_is_added_later(folder):
    before = load_model(folder).version
    set_run_id(folder, "abc")
    assert load_model(folder).facts["run_id"] == "abc"
    assert load_model(folder).version == before


def seal(folder, **values):
    """Change a manifest as one would who knows how it is sealed."""
    change(folder, **values)
    manifest = load_manifest(folder)
    change(folder, sha256=folder_module._seal(manifest))


@pytest.mark.parametrize(
    "changes",
    [
        {"threshold": {}},
        {"temperature": 1.5},
        {"name": "other"},
        {"version": "0" * 12},
        {"run_id": "x"},
        {"scores": {"macro_f1": 1.0}},
        {"corpus": {}},
        {"packages": {}},
        {"sha256": ""},
        {"sha256": "0" * 64},
    ],
)
def test_a_changed_manifest_is_refused(folder, changes):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if changes == {"threshold": {}}:
        changes = {"threshold": dict.fromkeys(manifest["threshold"], 0.5)}
    change(folder, **changes)
    with pytest.raises(ModelError, match=r"manifest\.json: changed since the model was written; train the model again"):
        load_model(folder)


def test_a_manifest_may_be_written_in_another_way(folder):
    path = folder / "manifest.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(dict(reversed(values.items()))), encoding="utf-8")
    assert load_model(folder).name == values["name"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"temperature": 0}, "temperature that are not from 0.001 to 1000"),
        ({"temperature": -1.0}, "temperature that are not"),
        ({"temperature": 1e-300}, "temperature that are not"),
        ({"temperature": 1e300}, "temperature that are not"),
        ({"threshold": 1.5}, "thresholds that are not from 0 to 1.0001"),
        ({"threshold": -0.1}, "thresholds that are not"),
        ({"threshold": {"x": 0.5}}, "thresholds of other labels"),
    ],
)
@pytest.mark.parametrize("is_old", [True, False])
def test_numbers_of_a_manifest_are_checked_in_every_format(folder, old_folder, changes, message, is_old):
    where = old_folder[0] if is_old else folder
    (change if is_old else seal)(where, **changes)
    with pytest.raises(ModelError, match=f"damaged .{message}"):
        load_model(where)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_is_none_is_refused(folder, number):
    path = folder / "manifest.json"
    text = path.read_text(encoding="utf-8")
    temperature = json.loads(text)["temperature"]
    path.write_text(text.replace(f'"temperature": {temperature}', f'"temperature": {number}'), encoding="utf-8")
    with pytest.raises(ModelError, match=r"manifest\.json: damaged"):
        load_model(folder)


@pytest.mark.parametrize("name", ["bias.npy", "weights.npy", "idf.npy"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38, -3e38])
@pytest.mark.parametrize("is_old", [True, False])
def test_numbers_of_an_array_are_checked(folder, old_folder, name, value, is_old):
    where = old_folder[0] if is_old else folder
    array = np.load(where / name).astype(np.float64 if is_old and name == "idf.npy" else np.float32)
    array.flat[-1] = value
    replaced(where, name, array, change if is_old else seal)
    with pytest.raises(ModelError, match=r"damaged \((weights|bias|inverse document frequencies) that are not from"):
        load_model(where)


def replaced(folder, name, array, changed):
    np.save(folder / name, array)
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    changed(folder, files={**files, name: digest})


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("bias.npy", lambda array: array[:-1]),
        ("bias.npy", lambda array: array.astype("<f8")),
        ("bias.npy", lambda array: array.astype(">f4")),
        ("weights.npy", lambda array: array.T),
        ("weights.npy", np.asfortranarray),
        ("weights.npy", lambda array: array.ravel()),
        ("idf.npy", lambda array: array[None]),
        ("idf.npy", lambda array: np.array(1.0)),
    ],
)
def test_shapes_and_kinds_of_arrays_are_checked(folder, name, spoil):
    replaced(folder, name, spoil(np.load(folder / name)), seal)
    with pytest.raises(ModelError, match=r"damaged \((an|no plain) array .*belongs\)"):
        load_model(folder)


@pytest.mark.parametrize(
    "head",
    [
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (6,), } + (",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (6L,), }",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (0x6,), }",
        b"(" * 100,
    ],
)
@pytest.mark.parametrize("rest", [b"", b"\x00" * 23, b"\x00" * 25])
def test_a_head_that_numpy_did_not_write_and_a_wrong_length_are_refused(folder, head, rest):
    whole = b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little") + head.ljust(117) + b"\n" + rest
    (folder / "bias.npy").write_bytes(whole)
    files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    seal(folder, files={**files, "bias.npy": hashlib.sha256(whole).hexdigest()})
    with pytest.raises(ModelError, match=r"damaged \((no plain array|an array of another length)"):
        load_model(folder)


def test_an_idf_below_one_is_refused(folder):
    array = np.load(folder / "idf.npy")
    array[0] = 0.99
    replaced(folder, "idf.npy", array, seal)
    with pytest.raises(ModelError, match=r"inverse document frequencies that are not from 1 to 1000"):
        load_model(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda values: values["labels"]["labels"].append(values["labels"]["labels"][0]), "a label is defined twice"),
        (lambda values: values["labels"].update(other="x"), "other = 'x' must be one of at least two"),
        (lambda values: values["config"]["tag"].update(evidence=101), r"evidence"),
        (lambda values: values["config"]["model"].update(report_length=0.5), r"report_length"),
    ],
)
def test_labels_settings_and_names_of_a_folder_are_checked(folder, change, message):
    values = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    change(values)
    seal(folder, **values)
    with pytest.raises(ModelError, match=message):
        load_model(folder)


def test_an_array_that_says_it_is_huge_takes_no_memory(folder):
    head = b"{'descr': '<f8', 'fortran_order': False, 'shape': (%d,), }" % 10**12
    head += b" " * (117 - len(head)) + b"\n"
    (folder / "idf.npy").write_bytes(b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head)
    digest = hashlib.sha256((folder / "idf.npy").read_bytes()).hexdigest()
    files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    seal(folder, files={**files, "idf.npy": digest})
    with pytest.raises(ModelError, match=r"an array of <f8 \(1000000000000,\) where"):
        load_model(folder)


NAMES = ["manifest.json", "weights.npy", "words.txt", "out_of_fold.jsonl.gz", "training.json", "gazetteer.txt"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["fifo", "device", "link", "dangling", "folder", "socket"])
def test_a_file_of_a_model_is_an_ordinary_one(folder, tmp_path, name, kind):
    path = folder / name
    path.rename(tmp_path / "kept")
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as made:
            here = Path.cwd()
            os.chdir(folder)  # the path of a socket is short
            made.bind(name)
            os.chdir(here)
    else:
        path.symlink_to({"device": "/dev/zero", "link": tmp_path / "kept", "dangling": tmp_path / "none"}[kind])
    with pytest.raises(ModelError, match=rf"{name}: cannot be read|no model here"):
        load_model(folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_a_training_left_is_an_ordinary_file_too(folder):
    from pipeline.training.facts import load_facts
    from pipeline.training.out_of_fold import load_out_of_fold

    for name, load in (("training.json", load_facts), ("out_of_fold.jsonl.gz", load_out_of_fold)):
        (folder / name).unlink()
        os.mkfifo(folder / name)
        with pytest.raises(ModelError, match=rf"{name}: cannot be read \(no ordinary file\)"):
            load(folder)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_too_large_is_not_read(folder, name):
    with (folder / name).open("r+b") as stream:
        stream.truncate(folder_module.LARGEST + 1)  # a hole: it takes no room on the disk
    with pytest.raises(ModelError, match=rf"{name}: cannot be read \(larger than 536,870,912 bytes\)"):
        load_model(folder)


def as_before(folder, names=("idf.npy", "weights.npy")):
    """Write inverse document frequencies as they were before format 5 and weights as before format 6, and return their digests."""
    for name in names:
        np.save(folder / name, np.load(folder / name).astype(np.float64 if name == "idf.npy" else np.float32))
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


@pytest.fixture
def old_folder(model, tmp_path):
    """The folder of a model as it was before there were gazetteers, with the model."""
    terms = len(model.vocabulary) - len(model.vocabulary.gazetteer)
    vocabulary = Vocabulary(model.vocabulary.words, model.vocabulary.bigrams.letters, model.vocabulary.idf[:terms])
    plain = msgspec.structs.replace(model.config.features, gazetteers="")
    settings = msgspec.structs.replace(
        model.config, features=plain, model=msgspec.structs.replace(model.config.model, report_weight=0.0, report_length=30.0)
    )
    old = replace(
        model, config=settings, vocabulary=vocabulary, given_weights=model.weights[:terms], thresholds=np.full(len(model.bias), 0.8)
    )
    folder = tmp_path / "old"
    save_model(old, folder, b"")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del manifest["files"]["gazetteer.txt"], manifest["config"]["features"]["gazetteers"]
    del manifest["config"]["model"]["report_weight"], manifest["config"]["model"]["report_length"]
    (folder / "gazetteer.txt").unlink()
    (folder / "out_of_fold.jsonl.gz").unlink()
    (folder / "out_of_fold.jsonl").write_bytes(b"x\n")
    del manifest["files"]["out_of_fold.jsonl.gz"]
    manifest["files"] |= as_before(folder)
    manifest["files"]["out_of_fold.jsonl"] = hashlib.sha256(b"x\n").hexdigest()
    change(folder, format=3, threshold=0.8, files=manifest["files"], config=manifest["config"])
    return folder, old


def test_a_model_of_format_3_is_read(old_folder):
    folder, old = old_folder
    loaded = load_model(folder)
    assert loaded.version == old.version
    assert read_out_of_fold(folder) == b"x\n"
    assert loaded.thresholds.tolist() == [0.8] * len(old.bias)
    assert (len(loaded.vocabulary.gazetteer), loaded.config.model.report_weight) == (0, 0.0)


def test_a_model_of_format_2_is_read(old_folder, config):
    from pipeline.core.config import config_values

    folder, old = old_folder
    (folder / "training.json").unlink()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    settings = {**config_values(config), **manifest["config"], "gone": {"x": 1}}
    del manifest["files"]["training.json"]
    change(folder, format=2, config=settings, files=manifest["files"])
    assert load_model(folder).version == old.version
    change(folder, version="0123456789ab")  # it was worked out in another way then, and tags bear it
    assert load_model(folder).version == "0123456789ab"
