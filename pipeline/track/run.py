"""Record a training in MLflow: one run that tells what was trained, on what, how good it is, and where it is wrong."""

import gc
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from pipeline.core import locations
from pipeline.core.config import Config, config_values
from pipeline.core.errors import Say, TrackingError
from pipeline.core.messages import tr
from pipeline.labels.files import Corpus
from pipeline.model.folder import MANIFEST, package_versions, read_out_of_fold, set_run_id
from pipeline.model.model import Model
from pipeline.track import pages, pictures, tables
from pipeline.track.machine import Sample
from pipeline.track.registry import register
from pipeline.track.store import alone, experiment_id, mlflow_at, tracking_uri, trouble
from pipeline.training.correction_effect import CorrectedPassage, figures_of
from pipeline.training.curve import CurvePoint
from pipeline.training.evaluate import judge
from pipeline.training.measure import Measurement, figure_metrics, figure_pair, metric_names

AT_ONCE = 800  # metrics in a request, of which MLflow takes 1,000 with parameters and tags


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """What a run tells of a training.

    ``notes`` are further tags of the run; ``seconds`` is how long each stage took.
    """

    config: Config
    corpus: Corpus
    folder: Path
    model: Model
    measurement: Measurement
    command: str
    notes: Mapping[str, str]
    seconds: Mapping[str, float]
    samples: Sequence[Sample]
    curve: Sequence[CurvePoint]
    corrected: Sequence[CorrectedPassage] = ()


def record_training(record: TrainingRecord) -> str:
    """Record one training as a run and register its model; return the run's id.

    Raises TrackingError when the store cannot be used.
    """
    config = record.config
    uri = tracking_uri(config.track.uri)
    with trouble(uri), alone(uri):
        mlflow = mlflow_at(uri)
        experiment = experiment_id(mlflow, uri, config.track.experiment)
        with mlflow.start_run(experiment_id=experiment, run_name=config.model.name, tags=_tags(record)) as run:
            log_values(mlflow, run.info.run_id, run_params(config), _points(record))
            _log_corpus(mlflow, record)
            _log_files(mlflow, record)
            register(mlflow, record.folder, config.track.registered_model)
            return str(run.info.run_id)


def _log_corpus(mlflow: Any, record: "TrainingRecord") -> None:  # noqa: ANN401 - the module
    """Log the corpus as the input of the run; once more where another training wrote the same data set at that moment."""
    dataset = _dataset(mlflow, record.corpus)
    try:
        mlflow.log_input(dataset, context="training")
    except mlflow.MlflowException as error:
        if "dataset_pk" not in str(error) and "UNIQUE" not in str(error).upper():
            raise
        mlflow.log_input(dataset, context="training")


def log_values(mlflow: Any, run_id: str, params: Mapping[str, Any], points: Sequence["Point"]) -> None:  # noqa: ANN401 - the module
    """Log parameters and the points of metrics to a run, in as few requests as MLflow takes."""
    client, entities = mlflow.MlflowClient(), mlflow.entities
    client.log_batch(run_id, params=[entities.Param(name, str(value)) for name, value in params.items()])
    for first in range(0, len(points), AT_ONCE):
        some = points[first : first + AT_ONCE]
        client.log_batch(run_id, metrics=[entities.Metric(point.name, point.value, point.time, point.step) for point in some])


@dataclass(frozen=True, slots=True)
class Point:
    """A value of a metric at a time, in milliseconds since 1970, and a step."""

    name: str
    value: float
    time: int
    step: int = 0


def git_state(folder: Path) -> dict[str, str]:
    """Return commit and dirty flag of a checkout as MLflow tags, or nothing outside one."""
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        dirty = bool(_git(folder, "status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.CalledProcessError):
        return {}
    return {"mlflow.source.git.commit": commit, "git.dirty": str(dirty).lower()}


def run_params(config: Config) -> dict[str, Any]:
    """Return every setting but those of the store itself, whose address may hold a password."""
    sections = {section: keys for section, keys in config_values(config).items() if section != "track"}
    return {f"{section}.{key}": value for section, keys in sections.items() for key, value in keys.items()}


def _tags(record: TrainingRecord) -> dict[str, str]:
    manifest = msgspec.json.decode((record.folder / MANIFEST).read_bytes())
    sample = record.measurement.sample(len(record.corpus.reports))
    versions = {f"package.{name}": number for name, number in package_versions().items()}
    return {
        "model.version": record.model.version,
        "corpus.sha256": record.corpus.sha256,
        "dictionary.sha256": manifest["files"]["dictionary.txt"],
        "segmenter": manifest["segmenter"],
        "command": record.command,
        **({"measured": f"{sample['reports']} of {sample['of']} reports"} if sample else {}),
        "mlflow.loggedArtifacts": tables.listing(record.corrected),
        **record.notes,
        **versions,
        **git_state(locations.code_folder()),
    }


def _points(record: TrainingRecord) -> list[Point]:
    now = int(time.time() * 1000)
    values = figure_metrics(record.measurement)
    values |= {"temperature": record.model.temperature, **_thresholds(record.model)}
    values |= figures_of(record.corrected).as_dict() if record.corrected else {}
    values |= {f"seconds/{stage}": seconds for stage, seconds in record.seconds.items()}
    points = [Point(name, value, now) for name, value in values.items()]
    for name, sample, step in _sampled(record.samples):
        points.append(Point(name, sample.values[name], sample.time, step))
    for point in whole_curve(record):
        for name, value in figure_pair("learning_curve", point.figures).items():
            points.append(Point(name, value, now, round(point.reports)))
    return points


def whole_curve(record: TrainingRecord) -> list[CurvePoint]:
    """Return the learning curve with what all reports but those left out gave, or nothing where no curve was asked for."""
    if not record.curve:
        return []
    reports, groups = len(record.corpus.reports), len(record.measurement.by_group)
    return [*record.curve, CurvePoint(reports * (1 - 1 / groups), record.measurement.figures)]


def _thresholds(model: Model) -> dict[str, float]:
    names = metric_names({name: name for name in model.labels.names})
    return {f"threshold/{names[name]}": value for name, value in zip(names, model.thresholds.tolist(), strict=True)}


def _sampled(samples: Sequence[Sample]) -> Iterator[tuple[str, Sample, int]]:
    for step, sample in enumerate(samples):
        for name in sample.values:
            yield name, sample, step


def _dataset(mlflow: Any, corpus: Corpus) -> Any:  # noqa: ANN401 - MLflow's module and dataset
    import pandas as pd  # noqa: PLC0415 - only where a run is recorded

    rows = [
        {"source": label.source, "label": label.label, "origin": label.origin, "characters": float(label.end - label.start)}
        for report in corpus.reports
        for label in report.labels
    ]
    # MLflow's own digest covers the first 10,000 rows only; ours covers every label and every source.
    return mlflow.data.from_pandas(pd.DataFrame(rows), targets="label", name="corpus", digest=corpus.sha256[:36])


def _log_files(mlflow: Any, record: TrainingRecord) -> None:  # noqa: ANN401 - the module
    """Log the pages, pictures and tables in one go, from a folder of their own."""
    with tempfile.TemporaryDirectory(prefix="mission-themes-") as name:
        folder = Path(name)
        for path, content in _files(record).items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(content, encoding="utf-8")
        (folder / "out_of_fold.jsonl").write_bytes(read_out_of_fold(record.folder))
        mlflow.log_artifacts(name)


def _files(record: TrainingRecord) -> dict[str, str]:
    model, measurement = record.model, record.measurement
    return {
        "confusion_matrix.html": pages.confusion_html(measurement, model.labels.names),
        "wrong_tags.html": pages.wrong_html(measurement),
        "wrong_tags.csv": tables.wrong_csv(measurement),
        "strongest_terms.html": pages.strongest_html(model),
        **{f"pictures/{name}.svg": picture for name, picture in _pictures(record)},
        **tables.tables(measurement, record.corrected),
    }


def _pictures(record: TrainingRecord) -> Iterator[tuple[str, str]]:
    model, measurement = record.model, record.measurement
    calibration = measurement.calibration
    judged = judge([label for report in record.corpus.reports for label in report.labels], measurement.tags)
    yield "confusion_matrix", pictures.confusion_picture(measurement.confusion, model.labels)
    yield "precision_recall", pictures.precision_recall_picture(measurement.confusion, model.labels)
    yield "reliability", pictures.reliability_picture(judged)
    yield "coverage", pictures.coverage_picture(judged, (calibration["coverage"], calibration["accuracy_covered"]))
    yield "strongest_words", pictures.strongest_picture(model)
    if record.curve:
        yield "learning_curve", pictures.curve_picture(whole_curve(record))


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True, timeout=20
    ).stdout.strip()


def try_to_record(record: TrainingRecord, say: Say) -> tuple[str | None, str | None]:
    """Record a training; return the id of its run, or None and why it could not be recorded."""
    say(tr("recording the run in MLflow"))
    gc.freeze()  # the corpus stays to the end: the search for garbage among MLflow's many objects need not go through it
    try:
        run_id = record_training(record)
    except TrackingError as error:
        return None, tr("{error}; the model itself is complete in {folder}", error=error, folder=record.folder)
    set_run_id(record.folder, run_id)
    return run_id, None
