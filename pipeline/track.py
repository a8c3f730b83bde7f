"""Record a training in MLflow, serve its UI, fetch registered models. The only module that imports mlflow.

MLflow's usage reporting is switched off before it is imported, here and for the server of the UI.
"""

import html
import io
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import locations
from pipeline.config import Config, config_values
from pipeline.errors import ModelError, TrackingError, UsageError
from pipeline.labels import Corpus
from pipeline.measure import Measurement
from pipeline.model import Model
from pipeline.model_folder import OUT_OF_FOLD, package_versions

if TYPE_CHECKING:
    import pandas as pd

URI_VARIABLE = "MLFLOW_TRACKING_URI"
HOST = "127.0.0.1"
PATIENCE = 5  # seconds that a server is given to end by itself
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "GIT_PYTHON_REFRESH": "quiet",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
}
# A server that is down shall cost seconds and not the minutes that MLflow retries for by default.
_IMPATIENT = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}
_REQUIREMENTS = ("numpy", "pandas", "rjieba", "opencc", "msgspec", "click", "wcwidth")


def store_folder() -> Path:
    """Return the folder of the project's own tracking store."""
    return locations.project_folder() / "mlruns"


def tracking_uri(configured: str = "") -> str:
    """Return the address of the tracking store: the configured one, MLFLOW_TRACKING_URI, or the project's sqlite."""
    return configured or os.environ.get(URI_VARIABLE) or f"sqlite:///{store_folder() / 'mlflow.db'}"


def record_training(config: Config, corpus: Corpus, folder: Path, model: Model, measurement: Measurement, command: str = "") -> str:
    """Record one training as a run and register its model; return the run's id.

    Raises TrackingError when the store cannot be used.
    """
    uri = tracking_uri(config.track.uri)
    with _trouble(uri):
        mlflow = _mlflow(uri)
        experiment = _experiment(mlflow, uri, config.track.experiment)
        with mlflow.start_run(experiment_id=experiment, run_name=config.model.name, tags=_tags(model, corpus, command)) as run:
            mlflow.log_params(_params(config))
            mlflow.log_metrics(_metrics(measurement))
            mlflow.log_input(_dataset(mlflow, corpus), context="training")
            for name, content in _artifacts(model, measurement).items():
                mlflow.log_text(content, name)
            mlflow.log_artifact(str(folder / OUT_OF_FOLD))
            _register(mlflow, folder, config.track.registered_model)
            return str(run.info.run_id)


def download_model(uri: str, configured: str = "") -> Path:
    """Return the local folder of a registered model (``models:/name@alias`` or ``models:/name/version``).

    Raises ModelError when the registry or the model cannot be reached.
    """
    try:
        with _trouble(tracking_uri(configured)):
            mlflow = _mlflow(tracking_uri(configured))
            found = Path(mlflow.artifacts.download_artifacts(uri))
    except TrackingError as error:
        raise ModelError(f"{uri}: cannot be fetched ({error})") from None
    folder = next((path.parent for path in sorted(found.rglob("manifest.json"))), None)
    if folder is None:
        raise ModelError(f"{uri}: holds no model of this project; registered models are made by: pipeline train")
    return folder


def serve_ui(port: int, configured: str = "") -> int:
    """Run the MLflow UI on the project's store, on loopback only, until it is stopped; return its exit code.

    Raises UsageError when the port is taken.
    """
    _check_port(port)
    uri = tracking_uri(configured)
    store_folder().mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-m", "mlflow", "server", "--backend-store-uri", uri, "--host", HOST, "--port", str(port),
        "--workers", "1", "--default-artifact-root", _artifact_location(),
    ]  # fmt: skip
    environment = {**os.environ, **_QUIET, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    # In a session of its own the server and all that it starts can be ended together, however this process is ended.
    server = subprocess.Popen(command, env=environment, cwd=store_folder(), start_new_session=True)
    previous = signal.signal(signal.SIGTERM, _interrupt)
    try:
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        signal.signal(signal.SIGTERM, previous)
        _end(server)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _end(server: subprocess.Popen[bytes]) -> None:
    """End a server with every process that it started: first asked to, then without asking."""
    if not hasattr(os, "killpg"):
        server.kill()
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(server.pid, number)
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=PATIENCE)


def free_port() -> int:
    """Return a port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def git_state(folder: Path) -> dict[str, str]:
    """Return commit and dirty flag of a checkout as MLflow tags, or nothing outside one."""
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        dirty = bool(_git(folder, "status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.CalledProcessError):
        return {}
    return {"mlflow.source.git.commit": commit, "git.dirty": str(dirty).lower()}


def confusion_html(measurement: Measurement, names: tuple[str, ...]) -> str:
    """Return the confusion matrix, in characters, as a page that needs no font of its own to show Chinese."""
    rows = [
        [name, *(f"{measurement.confusion[name, said]:,}" for said in names), f"{measurement.figures.f1[name]:.3f}"]
        for name in names
    ]
    return _table_page("Confusion matrix, characters (rows: label, columns: tag)", ["", *names, "F1"], rows)


def wrong_html(measurement: Measurement) -> str:
    """Return the wrong out-of-fold tags as a page, the longest passages first."""
    rows = [
        [tag.source, f"{tag.start}-{tag.end}", tag.label, tag.theme, f"{tag.score:.2f}", tag.text.strip()]
        for tag in measurement.wrong
    ]
    return _table_page("Wrong out-of-fold tags", ["source", "span", "label", "tag", "score", "text"], rows)


def _mlflow(uri: str) -> Any:  # noqa: ANN401 - the module
    for name, value in {**_QUIET, **_IMPATIENT}.items():
        os.environ.setdefault(name, value)
    import mlflow  # noqa: PLC0415 - takes two seconds

    if uri.startswith(f"sqlite:///{store_folder()}"):
        store_folder().mkdir(parents=True, exist_ok=True)
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    return mlflow


@contextmanager
def _trouble(uri: str) -> Iterator[None]:
    """Turn whatever a store raises into one line."""
    try:
        yield
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        message = f"the tracking store {uri} cannot be used: {reason}; check it, or train with --no-track"
        raise TrackingError(_without_password(message)) from error


def _without_password(text: str) -> str:
    return re.sub(r"(://[^\s:/@]+):[^\s@]+@", r"\1:***@", text)


def _experiment(mlflow: Any, uri: str, name: str) -> str:  # noqa: ANN401 - the module
    """Return the id of the experiment; a new one in the project's own store keeps its artifacts beside it."""
    found = mlflow.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    own = uri.startswith("sqlite:")
    return str(mlflow.create_experiment(name, artifact_location=_artifact_location() if own else None))


def _artifact_location() -> str:
    return (store_folder() / "artifacts").as_uri()


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
        "strongest_terms.html": _strongest_html(model),
    }


def _wrong_frame(measurement: Measurement) -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415 - only where a run is recorded

    columns = ["source", "start", "end", "label", "theme", "score", "text"]
    return pd.DataFrame([[getattr(tag, column) for column in columns] for tag in measurement.wrong], columns=columns)


def _strongest_html(model: Model, count: int = 25) -> str:
    words = model.vocabulary.words
    ranked = [[words[i] for i in (-column[: len(words)]).argsort(kind="stable")[:count]] for column in model.weights.T]
    rows = [list(row) for row in zip(*ranked, strict=True)]
    return _table_page("Strongest terms of each label", list(model.labels.names), rows)


def _table_page(title: str, header: list[str], rows: list[list[str]]) -> str:
    page = io.StringIO()
    page.write(f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>{html.escape(title)}</title>')
    page.write("<style>body{font:14px sans-serif}table{border-collapse:collapse}")
    page.write("td,th{border:1px solid #ccc;padding:4px 8px}</style>")
    page.write(f"<h1>{html.escape(title)}</h1><table><tr>")
    page.writelines(f"<th>{html.escape(cell)}</th>" for cell in header)
    for row in rows:
        page.write("</tr><tr>")
        page.writelines(f"<td>{html.escape(cell)}</td>" for cell in row)
    page.write("</tr></table></html>\n")
    return page.getvalue()


def _register(mlflow: Any, folder: Path, name: str) -> None:  # noqa: ANN401 - the module
    """Register the whole tagger: the model folder and this package's code, not pickled, with pinned requirements."""
    import pandas as pd  # noqa: PLC0415 - only where a run is recorded

    versions = [f"{package}=={_version(package)}" for package in _REQUIREMENTS]
    signature = mlflow.models.ModelSignature(
        inputs=mlflow.types.Schema([mlflow.types.ColSpec("string", "text")]),
        outputs=mlflow.types.Schema(
            [
                mlflow.types.ColSpec(kind, column)
                for kind, column in (
                    ("long", "row"), ("long", "start"), ("long", "end"),
                    ("string", "text"), ("string", "theme"), ("double", "score"),
                )
            ]
        ),
    )  # fmt: skip
    mlflow.pyfunc.log_model(
        name="model",
        python_model=str(locations.PACKAGE / "registered_model.py"),
        artifacts={"model": str(folder)},
        code_paths=[str(locations.PACKAGE)],
        pip_requirements=[f"mlflow=={mlflow.__version__}", *versions],
        signature=signature,
        input_example=pd.DataFrame({"text": ["全县新建城市书房六座。"]}),
        registered_model_name=name,
    )


def _version(package: str) -> str:
    from importlib.metadata import version  # noqa: PLC0415 - only where a run is recorded

    return version(package)


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True, timeout=20
    ).stdout.strip()


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise UsageError(f"port {port} of {HOST} is taken; stop what uses it, or choose another with --port") from None
