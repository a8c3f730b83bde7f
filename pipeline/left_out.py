"""What a training left in the folder of its model: the tags of its reports by models that had not seen them, and their digests."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pipeline.errors import ModelError
from pipeline.model_folder import OUT_OF_FOLD, TRAINING, load_model


class LeftOutTag(msgspec.Struct):
    """A line of a model's out_of_fold.jsonl; ``scores`` are in the order of the labels."""

    source: str
    segment: int
    start: int
    end: int
    theme: str
    score: float
    scores: tuple[float, ...]


class Standing(msgspec.Struct, frozen=True):
    """The figures of a model on the reports that its training left out, as its manifest holds them."""

    macro_f1: float
    accuracy: float
    f1: dict[str, float]
    calibration_error: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Entrant:
    """What the gate looks at: a model's version and figures, its out-of-fold tags by report, and the sha256 of each report.

    A model of format 2 kept no digests: there ``digests`` is empty.
    """

    name: str
    version: str
    corpus: str
    standing: Standing
    tags: dict[str, tuple[LeftOutTag, ...]]
    digests: dict[str, str]


class _Training(msgspec.Struct):
    reports: dict[str, str] = {}


def load_left_out(path: Path) -> list[LeftOutTag]:
    """Return the out-of-fold tags of a model; raises ModelError."""
    try:
        return [msgspec.json.decode(line, type=LeftOutTag) for line in path.read_bytes().splitlines()]
    except (OSError, msgspec.MsgspecError) as error:
        raise ModelError(f"{path}: no out-of-fold tags to read ({error}); train the model again") from None


def load_entrant(folder: Path) -> Entrant:
    """Return what the gate looks at in a model folder, every file of which is held against its sha256; raises ModelError."""
    model = load_model(folder)
    facts = model.facts or {}
    tags: dict[str, list[LeftOutTag]] = defaultdict(list)
    for tag in load_left_out(folder / OUT_OF_FOLD):
        tags[tag.source].append(tag)
    try:
        standing = msgspec.convert(facts.get("scores"), Standing)
        digests = msgspec.json.decode((folder / TRAINING).read_bytes(), type=_Training).reports
    except FileNotFoundError:
        digests = {}
    except msgspec.MsgspecError as error:
        raise ModelError(f"{folder}: holds no figures to compare ({error}); train the model again") from None
    corpus = str(facts.get("corpus", {}).get("sha256", ""))
    return Entrant(model.name, model.version, corpus, standing, {source: tuple(some) for source, some in tags.items()}, digests)
