"""Find a model by what people call it: its folder, its name under ``models/``, or its MLflow URI."""

import warnings
from pathlib import Path

from pipeline.core.errors import Say
from pipeline.model.folder import find_model, load_model
from pipeline.model.model import Model

SCHEME = "models:/"


def open_model(name: str, tracking_uri: str = "", say: Say = warnings.warn) -> Model:
    """Return a model by its folder, its name under ``models/``, or its MLflow URI; raises ModelError.

    ``say`` is told when the registry cannot be reached and a copy of the model is used that was fetched before.
    """
    return load_model(model_folder(name, tracking_uri, say))


def model_folder(name: str, tracking_uri: str = "", say: Say = warnings.warn) -> Path:
    """Return the folder of a model, as ``open_model`` finds it."""
    if name.startswith(SCHEME):
        from pipeline.track.fetch import fetch_model  # noqa: PLC0415 - MLflow only where the registry is asked for

        return fetch_model(name, tracking_uri, say)
    return find_model(name)
