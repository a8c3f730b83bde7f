"""Register the whole tagger: the model folder with the code that runs it."""

from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pipeline.core import locations
from pipeline.core.tag_fields import text_fields

# What tagging a text needs beside MLflow and pandas, whose tables go in and out; readers and training need more.
_REQUIREMENTS = ("pandas", "numpy", "msgspec", "opencc", "jieba", "rjieba")
EXAMPLE = "全县新建城市书房六座。"


def register(mlflow: Any, folder: Path, name: str) -> None:  # noqa: ANN401 - the module
    """Register the whole tagger: the model folder and this package's code, not pickled, with pinned requirements."""
    import pandas as pd  # noqa: PLC0415 - only where a run is recorded

    mlflow.pyfunc.log_model(
        name="model",
        python_model=str(locations.PACKAGE / "batch" / "mlflow_model.py"),
        artifacts={"model": str(folder)},
        code_paths=[str(locations.PACKAGE)],
        pip_requirements=requirements(mlflow),
        signature=signature(mlflow),
        input_example=pd.DataFrame({"text": [EXAMPLE]}),
        registered_model_name=name,
    )


def requirements(mlflow: Any) -> list[str]:  # noqa: ANN401 - the module
    """Return what the registered model needs, in the versions at hand: jieba's dictionary, and rjieba where it has a wheel."""
    pinned = [f"mlflow=={mlflow.__version__}"]
    for package in _REQUIREMENTS:
        with suppress(PackageNotFoundError):
            pinned.append(f"{package}=={version(package)}")
    return pinned


def signature(mlflow: Any) -> Any:  # noqa: ANN401 - the module, and MLflow's ModelSignature
    """Return what goes in, a text column, and what comes out: the fields of a tag, or with form=json a column of JSON."""
    types = mlflow.types.schema
    kinds = {
        str: "string",
        int: "long",
        float: "double",
        bool: "boolean",
        dict[str, float]: types.Map(types.DataType.double),
        tuple[str, ...]: types.Array(types.DataType.string),
        tuple[tuple[str, float], ...]: types.Array(types.Array(types.AnyType())),
    }
    columns = [types.ColSpec(kinds[field.kind], field.name) for field in text_fields()]
    return mlflow.models.ModelSignature(
        inputs=types.Schema([types.ColSpec("string", "text", required=True)]),
        outputs=types.Schema([types.ColSpec("long", "row"), *columns]),
        params=types.ParamSchema([types.ParamSpec("form", types.DataType.string, "rows")]),
    )
