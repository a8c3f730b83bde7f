"""Record a training in MLflow: one run that tells what was trained, on what, how good it is, and where it is wrong."""

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import locations
from pipeline.config import Config, config_values
from pipeline.labels import Corpus
from pipeline.measure import Measurement
from pipeline.model import Model
from pipeline.model_folder import OUT_OF_FOLD, package_versions
from pipeline.track.pages import confusion_html, strongest_html, wrong_html
from pipeline.track.registry import register
from pipeline.track.store import experiment_id, mlflow_at, tracking_uri, trouble

if TYPE_CHECKING:
    import pandas as pd


def record_training(config: Config, corpus: Corpus, folder: Path, model: Model, measurement: Measurement, command: str = "") -> str:
    """Record one training as a run and register its model; return the run's id.

    Raises TrackingError when the store cannot be used.
    """
    uri = tracking_uri(config.track.uri)
    with trouble(uri):
        mlflow = mlflow_at(uri)
        experiment = experiment_id(mlflow, uri, config.track.experiment)
        with mlflow.start_run(experiment_id=experiment, run_name=config.model.name, tags=_tags(model, corpus, command)) as run:
            mlflow.log_params(_params(config))
            mlflow.log_metrics(_metrics(measurement))
            mlflow.log_input(_dataset(mlflow, corpus), context="training")
            for name, content in _artifacts(model, measurement).items():
                mlflow.log_text(content, name)
            mlflow.log_artifact(str(folder / OUT_OF_FOLD))
            register(mlflow, folder, config.track.registered_model)
            return str(run.info.run_id)


def git_state(folder: Path) -> dict[str, str]:
    """Return commit and dirty flag of a checkout as MLflow tags, or nothing outside one."""
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        dirty = bool(_git(folder, "status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.CalledProcessError):
        return {}
    return {"mlflow.source.git.commit": commit, "git.dirty": str(dirty).lower()}


def _tags(model: Model, corpus: Corpus, command: str) -> dict[str, str]:
    versions = {f"package.{name}": number for name, number in package_versions().items()}
    return {
        "model.version": model.version,
        "corpus.sha256": corpus.sha256,
        "command": command,
        **versions,
        **git_state(locations.code_folder()),
    }


def _params(config: Config) -> dict[str, Any]:
    """Return every setting but those of the store itself, whose address may hold a password."""
    sections = {section: keys for section, keys in config_values(config).items() if section != "track"}
    return {f"{section}.{key}": value for section, keys in sections.items() for key, value in keys.items()}


def _metrics(measurement: Measurement) -> dict[str, float]:
    """Return the figures by names that MLflow accepts: Chinese letters are, and a report or genre is its own name."""
    figures = measurement.figures
    metrics = {"macro_f1": figures.macro_f1, "accuracy": figures.accuracy, **measurement.calibration}
    metrics |= {f"f1/{name}": value for name, value in figures.f1.items()}
    for group, of_group in measurement.by_group.items():
        metrics[f"left_out/{Path(group).stem}/macro_f1"] = of_group.macro_f1
        metrics[f"left_out/{Path(group).stem}/accuracy"] = of_group.accuracy
    for origin, of_origin in measurement.by_origin.items():
        metrics[f"origin/{origin}/macro_f1"] = of_origin.macro_f1
        metrics[f"origin/{origin}/accuracy"] = of_origin.accuracy
    return metrics


def _dataset(mlflow: Any, corpus: Corpus) -> Any:  # noqa: ANN401 - MLflow's module and dataset
    import pandas as pd  # noqa: PLC0415 - only where a run is recorded

    rows = [
        {"source": label.source, "label": label.label, "origin": label.origin, "characters": float(label.end - label.start)}
        for report in corpus.reports
        for label in report.labels
    ]
    # MLflow's own digest covers the first 10,000 rows only; ours covers every label and every source.
    return mlflow.data.from_pandas(pd.DataFrame(rows), targets="label", name="corpus", digest=corpus.sha256[:36])


def _artifacts(model: Model, measurement: Measurement) -> dict[str, str]:
    names = model.labels.names
    return {
        "confusion_matrix.html": confusion_html(measurement, names),
        "wrong_tags.html": wrong_html(measurement),
        "wrong_tags.csv": _wrong_frame(measurement).to_csv(index=False),
        "strongest_terms.html": strongest_html(model),
    }


def _wrong_frame(measurement: Measurement) -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415 - only where a run is recorded

    columns = ["source", "start", "end", "label", "theme", "score", "text"]
    return pd.DataFrame([[getattr(tag, column) for column in columns] for tag in measurement.wrong], columns=columns)


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True, timeout=20
    ).stdout.strip()
