"""Record how far a batch of tags is from what its model was trained on: a run in the model's experiment, without any text."""

from collections.abc import Sequence

from pipeline.core.config import Config
from pipeline.model.model import Model
from pipeline.track.store import experiment_id, mlflow_at, tracking_uri, trouble
from pipeline.track.versions import HINT
from pipeline.training.drift import SUFFIX, Drift, Summary, encode


def record_drift(config: Config, model: Model, batch: Summary, found: Sequence[Drift]) -> str:
    """Record the figures of a batch and their distances as a run; return its id. Raises TrackingError."""
    uri = tracking_uri(config.track.uri)
    with trouble(uri, HINT):
        mlflow = mlflow_at(uri)
        experiment = experiment_id(mlflow, uri, config.track.experiment)
        tags = {"kind": "drift", "model.version": model.version} | {f"drift.{drift.figure}": drift.word for drift in found}
        with mlflow.start_run(experiment_id=experiment, run_name=f"drift of {model.name}", tags=tags) as run:
            mlflow.log_metrics(_metrics(batch, found))
            mlflow.log_text(encode(batch).decode(), f"batch{SUFFIX}")
            return str(run.info.run_id)


def _metrics(batch: Summary, found: Sequence[Drift]) -> dict[str, float]:
    characters = max(1, batch.characters)
    return {
        **{f"drift/{drift.figure}": drift.index for drift in found},
        **{f"share/{theme}": count / characters for theme, count in batch.themes.items()},
        "share/review": batch.review / characters,
        "share/unknown words": batch.unknown / max(1, batch.terms),
        "reports": float(batch.reports),
        "passages": float(batch.passages),
        "characters": float(batch.characters),
    }
