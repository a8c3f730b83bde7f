"""The model folder: a manifest and plain arrays and words, format 6. Nothing in it is code, and loading runs none.

    manifest.json       format number, labels, the settings it depends on, calibration, digests, versions, scores; sha256 of itself
    words.txt           the words of the vocabulary, one a line, sorted
    bigrams.txt         the character bigrams of the vocabulary, one a line, sorted; a character by itself stands behind U+0000
    gazetteer.txt       the terms of classes, each behind its class and a tab
    dictionary.txt      words that the segmenter keeps whole, one a line
    idf.npy             float32, shape (words + bigrams + classes,)
    weights.npy         shape (words + bigrams + classes, labels): float16, as a training rounds them, or else float32
    bias.npy            float32, shape (labels,)
    out_of_fold.jsonl.gz  tags of the training reports by models that had not seen them: offsets and themes, no text
    training.json       what it was trained on: settings of corpus and folds, sha256 of each report, summary of those tags

Format 5 had float32 in weights.npy; format 4 had float64 in idf.npy and no threshold of its own for drifted reports; format 3 had
no gazetteer.txt, no digest of the manifest, one threshold for all labels, and its tags not compressed; format 2 had no
training.json and kept every section of the configuration in its manifest. All are still read.

To raise the format: change FORMAT, write the new files in ``save_model``, keep reading the old ones in ``load_model`` or
say in its error how to get a new model, and describe the change in docs/formats.md.
"""

import hashlib
import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.core import locations
from pipeline.core.config import LabelSet, ModelSettings, config_values, label_set_from_values, model_settings, settings_from_values
from pipeline.core.errors import ConfigError, ModelError, UsageError
from pipeline.core.json_values import decode_json
from pipeline.core.messages import system_reason, tr
from pipeline.core.outputs import write_whole
from pipeline.core.regular import read_regular
from pipeline.model.compiled import Compiled
from pipeline.model.features import Floats, Vocabulary
from pipeline.model.gazetteer import Gazetteer
from pipeline.model.model import NO_SCORE, DriftedText, Model, Weights
from pipeline.model.tables import place_of, read_tables
from pipeline.model.words import fingerprint, load_ahead

FORMAT = 6
MANIFEST = "manifest.json"
OUT_OF_FOLD = "out_of_fold.jsonl.gz"
TRAINING = "training.json"
GAZETTEER = "gazetteer.txt"
LARGEST = 2**29  # bytes of a file of a model
HALF = 6  # the first format whose weights may be in half precision
SINGLE = 5  # the first format whose inverse document frequencies are in single precision, and with a threshold for drifted reports
SEALED = 4  # the first format whose manifest holds a digest of itself
# What the numbers of a model may be; beyond it scores overflow, and what is written is no JSON.
_MOST_IDF, _MOST_WEIGHT = 1e3, 1e6
_TEMPERATURES = (1e-3, 1e3)
# An array as numpy saves one: format 1.0, the length of the head in two bytes, and the head, which blanks and a line end fill up.
_NPY_MAGIC, _LONGEST_HEAD = 10, 512
_NPY_HEAD = (
    rb"(?s)\x93NUMPY\x01\x00..\{'descr': '(?P<kind><f[248])', 'fortran_order': False, "
    rb"'shape': \((?P<shape>[0-9, ]{1,60})\), \} *\n"
)
_PLAIN_OUT_OF_FOLD = "out_of_fold.jsonl"
_MODEL = ("bias.npy", "bigrams.txt", "dictionary.txt", "idf.npy", "weights.npy", "words.txt")
_FILES = {  # of each format that is read
    2: (*_MODEL, _PLAIN_OUT_OF_FOLD),
    3: (*_MODEL, _PLAIN_OUT_OF_FOLD, TRAINING),
    4: (*_MODEL, OUT_OF_FOLD, TRAINING, GAZETTEER),
    5: (*_MODEL, OUT_OF_FOLD, TRAINING, GAZETTEER),
    FORMAT: (*_MODEL, OUT_OF_FOLD, TRAINING, GAZETTEER),
}
_BESIDE_TABLES = ("bias.npy", "dictionary.txt")  # what is read where tables hold the rest
_VERSIONS_OF = ("mission-themes", "scikit-learn", "numpy", "rjieba", "jieba", "opencc")


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """The contents of manifest.json; ``files`` maps each other file to its sha256, ``sha256`` is that of all other fields."""

    format: int
    name: Annotated[str, msgspec.Meta(pattern=r"^[\w-][\w.-]*$")]
    version: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{12}$")]
    labels: dict[str, Any]
    config: dict[str, Any]
    temperature: float
    threshold: float | dict[str, float]
    segmenter: str
    corpus: dict[str, Any]
    scores: dict[str, Any]
    packages: dict[str, str]
    run_id: str | None
    files: dict[str, str]
    drifted: dict[str, float] | None = None
    sha256: str = ""


def save_model(model: Model, folder: Path, out_of_fold: bytes, training: bytes = b"{}\n") -> None:
    """Write a model folder; the new one takes the place of an old one only when it is complete.

    ``out_of_fold`` are the lines of the file of this name, before they are compressed, and ``training`` is the content of its file.

    Raises UsageError when the folder cannot be written or holds something else than a model.
    """
    if folder.exists() and not (folder / MANIFEST).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(tr("{folder}: exists and is no model folder; choose another model.name, or move it away", folder=folder))
    import gzip  # noqa: PLC0415 - only where a model is written
    import shutil  # noqa: PLC0415
    import tempfile  # noqa: PLC0415

    contents = {**_contents(model), OUT_OF_FOLD: gzip.compress(out_of_fold, mtime=0), TRAINING: training}
    contents[MANIFEST] = _manifest(model, contents)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise UsageError(
            tr(
                "{folder}: the model cannot be written ({reason}); check the folder above it",
                folder=folder,
                reason=system_reason(error),
            )
        ) from None
    try:
        for name, content in contents.items():
            (fresh / name).write_bytes(content)
        fresh.chmod(0o755)
        _swap(fresh, folder)
    except OSError as error:
        raise UsageError(
            tr("{folder}: the model cannot be written ({reason}); check the disk", folder=folder, reason=system_reason(error))
        ) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def find_model(name_or_path: str) -> Path:
    """Return the folder of a model given by a path or by its name under ``models/``; raises ModelError."""
    for folder in (Path(name_or_path), locations.find(f"models/{name_or_path}")):
        if (folder / MANIFEST).is_file():
            return folder
    raise ModelError(
        tr("{name_or_path}: no model here; give a model folder, or make one with: pipeline train", name_or_path=name_or_path)
    )


def _check_segmenter(found: str, manifest: "Manifest", folder: Path) -> None:
    if found != manifest.segmenter:
        raise ModelError(
            tr(
                "{folder}: made with another word segmenter or dictionary ({version} of rjieba); install the versions of "
                "constraints.txt, or train it again",
                folder=folder,
                version=manifest.packages.get("rjieba"),
            )
        )


def load_model(folder: Path) -> Model:
    """Return the model of a folder.

    Raises ModelError for a folder that is missing, damaged, changed, of another format, or made with another word
    segmenter than the one at hand.
    """
    manifest = load_manifest(folder)
    seal, load, names = _seal(manifest), partial(_load_file, folder, manifest), _FILES[manifest.format]
    place = place_of(seal, [folder / name for name in names])
    tables = read_tables(place) if place is not None else None
    contents = {name: load(name) for name in (names if tables is None else _BESIDE_TABLES)}
    where = f"{folder}/{MANIFEST}"
    labels, settings = _labels_and_settings(manifest, where)
    try:
        compiled = _compiled(tables, labels)
        if compiled is None:
            load_ahead(tuple(_lines(contents["dictionary.txt"])))
        content = contents.__getitem__ if tables is None else load
        vocabulary = Vocabulary.read(partial(_vocabulary, content, settings, manifest.format), compiled is None)
        terms, count = compiled.scorer.columns_in_all if compiled else len(vocabulary), len(labels.names)
        weights = partial(_weights, content, (terms, count), manifest.format)
        model = Model(
            name=manifest.name,
            labels=labels,
            config=settings,
            vocabulary=vocabulary,
            given_weights=weights if compiled else weights(),
            bias=_within(_array(contents["bias.npy"], "<f4", (count,)), -_MOST_WEIGHT, _MOST_WEIGHT, tr("bias")),
            temperature=float(_within(np.array(manifest.temperature), *_TEMPERATURES, tr("temperature"))),
            thresholds=_thresholds(manifest.threshold, labels),
            drifted=_drifted(manifest.drifted),
            user_words=tuple(_lines(contents["dictionary.txt"])),
            facts={"corpus": manifest.corpus, "scores": manifest.scores, "run_id": manifest.run_id},
            stored_version=manifest.version,
        )
    except ValueError as error:
        raise ModelError(
            tr("{folder}: damaged ({error}); train it again, or restore the folder", folder=folder, error=error)
        ) from None
    _take_compiled(model, compiled, place)
    if compiled is None:  # what is kept was made with the segmenter that was checked then
        _check_segmenter(fingerprint(model.cut, vocabulary.words), manifest, folder)
    if manifest.format >= SEALED and manifest.sha256 != seal:
        raise ModelError(tr("{where}: changed since the model was written; train the model again, or restore it", where=where))
    return model


def _labels_and_settings(manifest: Manifest, where: str) -> tuple[LabelSet, ModelSettings]:
    try:
        return label_set_from_values(manifest.labels, where), settings_from_values(manifest.config, where)
    except ConfigError as error:
        raise ModelError(str(error)) from None


def _compiled(tables: memoryview | None, labels: LabelSet) -> Compiled | None:
    """Return what is compiled of a model as it was kept when it was loaded before; None where it was not."""
    with suppress(ValueError):  # not whole
        return Compiled.of_tables(tables, labels.names) if tables is not None else None
    return None


def _take_compiled(model: Model, compiled: Compiled | None, place: Path | None) -> None:
    """Give a model what was kept of it, or the place where that may be kept."""
    vars(model).update({"tables": place} if compiled is None else {"compiled": compiled, "cut": compiled.scorer.cut})


def _vocabulary(load: Callable[[str], bytes], settings: ModelSettings, number: int) -> Vocabulary:
    """Return the vocabulary that a folder of a format holds, whose files ``load`` gives; raises ValueError."""
    words, bigrams = _lines(load("words.txt")), _letters(load("bigrams.txt"))
    gazetteer = Gazetteer.of_lines(_lines(load(GAZETTEER) if GAZETTEER in _FILES[number] else b""))
    kind = "<f4" if number >= SINGLE else "<f8"
    stored = _array(load("idf.npy"), kind, (len(words) + len(bigrams) // 2 + len(gazetteer),))
    idf = _within(stored, 1.0, _MOST_IDF, tr("inverse document frequencies"))
    return Vocabulary(words, bigrams, idf.astype(np.float64), gazetteer, settings.features.unknown_weight)


def _weights(load: Callable[[str], bytes], shape: tuple[int, int], number: int) -> Weights:
    """Return the weights that a folder of a format holds, in half precision or in single; raises ValueError."""
    content = load("weights.npy")
    head = re.match(_NPY_HEAD, content[:_LONGEST_HEAD])
    is_half = number >= HALF and head is not None and head["kind"] == b"<f2"
    weights: Weights = _array(content, "<f2" if is_half else "<f4", shape)
    _within(weights.astype(np.float32), -_MOST_WEIGHT, _MOST_WEIGHT, tr("weights"))
    return weights


def read_file(folder: Path, name: str) -> bytes:
    """Return the content of a file of a model folder, whatever it is held against; raises ModelError."""
    try:
        return read_regular(folder / name, LARGEST)
    except OSError as error:
        raise ModelError(
            tr(
                "{folder}: cannot be read ({reason}); train the model again, or restore it",
                folder=folder / name,
                reason=system_reason(error),
            )
        ) from None


def read_out_of_fold(folder: Path) -> bytes:
    """Return the lines of out-of-fold tags that a model folder of any format keeps; raises ModelError."""
    if _PLAIN_OUT_OF_FOLD in _FILES[load_manifest(folder).format]:
        return read_file(folder, _PLAIN_OUT_OF_FOLD)
    import zlib  # noqa: PLC0415 - tagging reads no such tags

    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS + 16)  # 16 more: with the head and the end of gzip
    try:
        lines = unpack.decompress(read_file(folder, OUT_OF_FOLD), LARGEST)
    except zlib.error as error:
        raise ModelError(
            tr("{folder}: damaged ({error}); train the model again, or restore it", folder=folder / OUT_OF_FOLD, error=error)
        ) from None
    if not unpack.eof:
        raise ModelError(
            tr(
                "{folder}: cut short, or larger than {largest:,} bytes; train the model again, or restore it",
                folder=folder / OUT_OF_FOLD,
                largest=LARGEST,
            )
        )
    return lines


def _thresholds(given: float | dict[str, float], labels: LabelSet) -> Floats:
    """Return the threshold of each label; raises ValueError where those that are given are not of these labels."""
    by_label = dict.fromkeys(labels.names, given) if isinstance(given, float) else given
    if set(by_label) != set(labels.names):
        raise ValueError(tr("thresholds of other labels"))
    return _within(np.array([by_label[name] for name in labels.names], np.float64), 0.0, NO_SCORE, tr("thresholds"))


def _drifted(given: dict[str, float] | None) -> DriftedText | None:
    """Return what holds for drifted reports; raises ValueError for numbers out of their range and for others than these."""
    if given is None:
        return None
    if set(given) != {"unknown", "threshold"}:
        raise ValueError(tr("numbers of drifted reports that are others than two"))
    _within(np.array(given["unknown"]), 0.0, 1.0, tr("shares of unknown terms"))
    _within(np.array(given["threshold"]), 0.0, NO_SCORE, tr("thresholds"))
    return DriftedText(**given)


def _within(array: NDArray[Any], least: float, most: float, what: str) -> NDArray[Any]:
    """Return numbers that are all within bounds; raises ValueError for others, what is no number among them."""
    if array.size and not (array.min() >= least and array.max() <= most):
        raise ValueError(tr("{what} that are not from {least:g} to {most:g}", what=what, least=least, most=most))
    return array


def set_run_id(folder: Path, run_id: str) -> None:
    """Write the id of the MLflow run that recorded a training into its manifest."""
    manifest = load_manifest(folder)
    manifest.run_id = run_id
    manifest.sha256 = _seal(manifest)
    with write_whole(folder / MANIFEST) as stream:
        stream.write(_encode(manifest))


def _contents(model: Model) -> dict[str, bytes]:
    with np.errstate(over="ignore"):  # what is too large for it stays as it is
        rounded = model.weights.astype(np.float16)
    return {
        "bias.npy": _npy(model.bias),
        "bigrams.txt": _joined(_pairs(model.vocabulary.bigrams.letters)),
        "dictionary.txt": _joined(model.user_words),
        GAZETTEER: _joined(model.vocabulary.gazetteer.lines()),
        "idf.npy": _npy(model.vocabulary.idf.astype(np.float32)),
        "weights.npy": _npy(rounded if np.array_equal(rounded, model.weights) else model.weights),
        "words.txt": _joined(model.vocabulary.words),
    }


def _manifest(model: Model, contents: Mapping[str, bytes]) -> bytes:
    facts = model.facts or {}
    manifest = Manifest(
        format=FORMAT,
        name=model.name,
        version=model.version,
        labels=msgspec.to_builtins(model.labels),
        config=config_values(model_settings(model.config)),
        temperature=model.temperature,
        threshold=dict(zip(model.labels.names, model.thresholds.tolist(), strict=True)),
        drifted=None if model.drifted is None else msgspec.structs.asdict(model.drifted),
        segmenter=fingerprint(model.cut, model.vocabulary.words),
        corpus=facts.get("corpus", {}),
        scores=facts.get("scores", {}),
        packages=package_versions(),
        run_id=None,
        files={name: hashlib.sha256(content).hexdigest() for name, content in sorted(contents.items())},
    )
    manifest.sha256 = _seal(manifest)
    return _encode(manifest)


def _seal(manifest: Manifest) -> str:
    """Return the sha256 of all fields of a manifest but that one, however they are written down."""
    later = () if manifest.format >= SINGLE else ("drifted",)
    fields = {name: getattr(manifest, name) for name in Manifest.__struct_fields__ if name not in ("sha256", *later)}
    return hashlib.sha256(msgspec.json.encode(fields, order="sorted")).hexdigest()


def package_versions() -> dict[str, str]:
    """Return the versions of the packages that a model depends on; one that is not installed is left out."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - only where a model is written

    versions = {}
    for name in _VERSIONS_OF:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions


def _encode(manifest: Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def load_manifest(folder: Path) -> Manifest:
    """Return the manifest of a model folder, whose numbers ``load_model`` checks; raises ModelError."""
    path = folder / MANIFEST
    try:
        values = decode_json(read_regular(path, LARGEST), dict[str, Any])
        number = values["format"]
    except FileNotFoundError:
        raise ModelError(
            tr("{folder}: no model here (no {manifest}); make one with: pipeline train", folder=folder, manifest=MANIFEST)
        ) from None
    except OSError as error:
        raise ModelError(
            tr(
                "{path}: cannot be read ({reason}); train the model again, or restore the folder",
                path=path,
                reason=system_reason(error),
            )
        ) from None
    except (msgspec.MsgspecError, KeyError) as error:
        raise ModelError(
            tr("{path}: damaged ({error}); train the model again, or restore the folder", path=path, error=error)
        ) from None
    if type(number) is not int or number not in _FILES:
        raise ModelError(
            tr(
                "{folder}: model format {number}, this version reads formats {oldest} to {newest}; {advice}",
                folder=folder,
                number=number,
                oldest=min(_FILES),
                newest=FORMAT,
                advice=tr("upgrade mission-themes") if isinstance(number, int) and number > FORMAT else tr("train the model again"),
            )
        )
    try:
        return msgspec.convert(values, Manifest)
    except msgspec.ValidationError as error:
        raise ModelError(
            tr("{path}: damaged ({error}); train the model again, or restore the folder", path=path, error=error)
        ) from None


def _load_file(folder: Path, manifest: Manifest, name: str) -> bytes:
    content = read_file(folder, name)
    if hashlib.sha256(content).hexdigest() != manifest.files.get(name):
        raise ModelError(
            tr("{folder}: changed since the model was written; train the model again, or restore it", folder=folder / name)
        )
    return content


def _joined(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _pairs(letters: str) -> list[str]:
    return [letters[i : i + 2] for i in range(0, len(letters), 2)]


def _letters(content: bytes) -> str:
    """Return the letters of bigrams that stand one a line."""
    text = content.decode()
    if text[2::3] != "\n" * (len(text) // 3) or len(text) % 3:
        raise ValueError(tr("a line of bigrams.txt that is no bigram"))
    return text.replace("\n", "")


def _lines(content: bytes) -> list[str]:
    return content.decode().split("\n")[:-1]


def _npy(array: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _array(content: bytes, kind: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return the array that lies in a file, whose head says that it is what belongs there; raises ValueError for any other.

    numpy's own reader takes the head for a piece of Python, which a hostile one may make costly; one pattern holds all that
    belongs here.
    """
    head = re.match(_NPY_HEAD, content[:_LONGEST_HEAD])
    if head is None:
        raise ValueError(tr("no plain array where {kind} {shape} belongs", kind=kind, shape=shape))
    found = (head["kind"].decode(), tuple(map(int, re.findall(rb"\d+", head["shape"]))))
    if found != (kind, shape):
        raise ValueError(
            tr(
                "an array of {found_kind} {found_shape} where {kind} {shape} belongs",
                found_kind=found[0],
                found_shape=found[1],
                kind=kind,
                shape=shape,
            )
        )
    start = _NPY_MAGIC + int.from_bytes(content[_NPY_MAGIC - 2 : _NPY_MAGIC], "little")
    count = math.prod(shape)
    if start != head.end() or len(content) != start + count * np.dtype(kind).itemsize:
        raise ValueError(tr("an array of another length than {kind} {shape} has", kind=kind, shape=shape))
    return np.frombuffer(content, kind, count, start).reshape(shape)


def _swap(fresh: Path, folder: Path) -> None:
    if not folder.exists():
        fresh.replace(folder)
        return
    old = fresh.with_name(f"{fresh.name}-old")
    folder.replace(old)
    try:
        fresh.replace(folder)
    except OSError:
        old.replace(folder)
        raise
    import shutil  # noqa: PLC0415 - only where a model is written

    shutil.rmtree(old)
