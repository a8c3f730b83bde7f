"""The tracking store: where it is, how MLflow is loaded, and one line for whatever it raises.

MLflow's usage reporting is switched off before it is imported, here and for the server of the UI.
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.core import locations
from pipeline.core.errors import PipelineError, TrackingError
from pipeline.core.extras import missing
from pipeline.core.messages import tr
from pipeline.track.places import SQLITE, artifact_location, database, follow

QUEUE = 60.0  # seconds to wait for another training that is being recorded
URI_VARIABLE = "MLFLOW_TRACKING_URI"
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "GIT_PYTHON_REFRESH": "quiet",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
}
# A server that is down shall cost seconds and not the minutes that MLflow retries for by default.
_IMPATIENT = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}


def store_folder() -> Path:
    """Return the folder of the project's own tracking store."""
    return locations.project_folder() / "mlruns"


def tracking_uri(configured: str = "") -> str:
    """Return the address of the tracking store: the configured one, MLFLOW_TRACKING_URI, or the project's sqlite."""
    return configured or os.environ.get(URI_VARIABLE) or f"{SQLITE}{store_folder() / 'mlflow.db'}"


def mlflow_at(uri: str) -> Any:  # noqa: ANN401 - the module
    """Return the module mlflow, set to a store whose artifacts lie beside it where it is a file.

    Raises TrackingError where MLflow is not installed.
    """
    if line := missing("train", tr("the store {uri}", uri=uri)):
        raise TrackingError(without_password(line))
    for name, value in {**QUIET, **_IMPATIENT}.items():
        os.environ.setdefault(name, value)
    import mlflow  # noqa: PLC0415 - takes two seconds

    if uri.startswith(f"{SQLITE}{store_folder()}"):
        store_folder().mkdir(parents=True, exist_ok=True)
    follow(uri)
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    return mlflow


@contextmanager
def alone(uri: str) -> Iterator[None]:
    """Let one process at a time write to a store that is a sqlite file: two that make its tables at once break it.

    The lock is one of sqlite's own on an empty file beside the store. It works on every system and ends with its process.
    """
    file = database(uri)
    if file is None:
        yield
        return
    place = file.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    lock = sqlite3.connect(place.with_name(f".{place.name}.lock"), timeout=QUEUE, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        lock.close()


@contextmanager
def trouble(uri: str, hint: str = tr("check it, or train with --no-track")) -> Iterator[None]:
    """Turn whatever a store raises into one line that ends with what to try; errors of ours pass."""
    try:
        yield
    except PipelineError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        message = tr("the tracking store {uri} cannot be used: {reason}; {hint}", uri=uri, reason=reason, hint=hint)
        raise TrackingError(without_password(message)) from error


def without_password(text: str) -> str:
    """Return a text with the passwords in its addresses left out."""
    return re.sub(r"(://[^\s:/@]+):[^\s@]+@", r"\1:***@", text)


def experiment_id(mlflow: Any, uri: str, name: str) -> str:  # noqa: ANN401 - the module
    """Return the id of the experiment; a new one in a sqlite file keeps its artifacts beside it."""
    found = mlflow.get_experiment_by_name(name)
    if found is None:
        try:
            return str(mlflow.create_experiment(name, artifact_location=artifact_location(uri)))
        except mlflow.exceptions.MlflowException:
            found = mlflow.get_experiment_by_name(name)  # another training may have made it just now
            if found is None:
                raise
    return str(found.experiment_id)
