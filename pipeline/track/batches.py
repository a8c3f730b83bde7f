"""Record how far a batch of tags is from what its model was trained on: a run in the model's experiment, without any text."""

from collections.abc import Sequence
from pathlib import Path

from pipeline.core.config import Config
from pipeline.core.counted import counted
from pipeline.core.errors import Say, TrackingError
from pipeline.core.messages import tr
from pipeline.model.folder import load_model
from pipeline.model.model import Model
from pipeline.track.locate import model_folder
from pipeline.track.store import experiment_id, mlflow_at, tracking_uri, trouble
from pipeline.track.versions import HINT
from pipeline.training import drift
from pipeline.training.drift import SUFFIX, BatchSummary, Drift, encode
from pipeline.training.facts import load_reference
from pipeline.training.measure import metric_names


def record_drift(config: Config, model: Model, batch: BatchSummary, found: Sequence[Drift]) -> str:
    """Record the figures of a batch and their distances as a run; return its id. Raises TrackingError."""
    uri = tracking_uri(config.track.uri)
    with trouble(uri, tr(HINT)):
        mlflow = mlflow_at(uri)
        experiment = experiment_id(mlflow, uri, config.track.experiment)
        tags = {"kind": "drift", "model.version": model.version} | {f"drift.{one.figure}": one.word for one in found}
        with mlflow.start_run(experiment_id=experiment, run_name=f"drift of {model.name}", tags=tags) as run:
            mlflow.log_metrics(_metrics(batch, found))
            mlflow.log_text(encode(batch).decode(), f"batch{SUFFIX}")
            return str(run.info.run_id)


def _metrics(batch: BatchSummary, found: Sequence[Drift]) -> dict[str, float]:
    characters = max(1, batch.characters)
    names = metric_names({theme: theme for theme in batch.themes})
    return {
        **{f"drift/{one.figure}": one.index for one in found},
        **{f"share/{names[theme]}": count / characters for theme, count in batch.themes.items()},
        "share/review": batch.review / characters,
        "share/unknown words": batch.unknown / max(1, batch.terms),
        "reports": float(batch.reports),
        "passages": float(batch.passages),
        "characters": float(batch.characters),
    }


def find_drift(config: Config, name: str, batches: Sequence[Path], say: Say) -> tuple[tuple[Drift, ...], str | None]:
    """Return how far batches are from what a model was trained on, recorded in MLflow, and a warning where that failed.

    ``say`` is told where the batches are of too few reports to judge by.

    Raises ModelError for a model that keeps no summary of its training, and InputError for a batch that is none of its own.
    """
    folder = model_folder(name, config.track.uri, say)
    model = load_model(folder)
    batch, reference = drift.load_summaries(batches, model), load_reference(folder)
    found = drift.find_drift(batch, reference, config.drift)
    if batch.reports < drift.FEWEST_REPORTS and any(one.word in ("look", "drifted") for one in found):
        few = counted(batch.reports, "report")
        least = drift.FEWEST_REPORTS
        say(tr("{few}: so few differ from the training corpus by chance too; judge by {least} or more", few=few, least=least))
    if not config.track.enabled:
        return found, None
    try:
        record_drift(config, model, batch, found)
    except TrackingError as error:
        return found, str(error)
    return found, None
