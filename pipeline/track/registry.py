"""Register the whole tagger, and fetch registered models."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipeline import locations
from pipeline.errors import ModelError, TrackingError
from pipeline.track.store import mlflow_at, tracking_uri, trouble

_REQUIREMENTS = ("numpy", "pandas", "rjieba", "opencc", "msgspec", "click", "wcwidth")


def register(mlflow: Any, folder: Path, name: str) -> None:  # noqa: ANN401 - the module
    """Register the whole tagger: the model folder and this package's code, not pickled, with pinned requirements."""
    import pandas as pd  # noqa: PLC0415 - only where a run is recorded

    versions = [f"{package}=={version(package)}" for package in _REQUIREMENTS]
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


def download_model(uri: str, configured: str = "") -> Path:
    """Return the local folder of a registered model (``models:/name@alias`` or ``models:/name/version``).

    Raises ModelError when the registry or the model cannot be reached.
    """
    try:
        with trouble(tracking_uri(configured)):
            mlflow = mlflow_at(tracking_uri(configured))
            found = Path(mlflow.artifacts.download_artifacts(uri))
    except TrackingError as error:
        raise ModelError(f"{uri}: cannot be fetched ({error})") from None
    folder = next((path.parent for path in sorted(found.rglob("manifest.json"))), None)
    if folder is None:
        raise ModelError(f"{uri}: holds no model of this project; registered models are made by: pipeline train")
    return folder
