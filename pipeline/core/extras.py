"""What is installed beside tagging: the extras of the package, and the one line that says how to bring a missing one."""

from importlib.util import find_spec

from pipeline.core.errors import UsageError
from pipeline.core.messages import tr

# The modules of each extra that the code imports by itself; a test holds them against pyproject.toml.
EXTRAS = {
    "train": ("matplotlib", "mlflow", "pandas", "scipy", "sklearn"),
    "serve": ("anyio", "fastapi", "itsdangerous", "pydantic", "starlette", "uvicorn"),
    "pandas": ("pandas",),
    "parquet": ("pyarrow",),
    "spark": ("pyarrow", "pyspark"),
    "ocr": ("PIL", "cv2", "onnxruntime", "rapidocr"),
    "review": ("cleanlab",),
    "system-metrics": ("psutil",),
}


def need(extra: str, purpose: str) -> None:
    """Raise UsageError, which names the command to type, where a module of an extra is not installed; nothing is imported.

    ``purpose`` is what needs it, such as ``pipeline serve``.
    """
    if line := missing(extra, purpose):
        raise UsageError(line)


def missing(extra: str, purpose: str) -> str | None:
    """Return the line that ``need`` raises, or None where the extra is installed."""
    absent = missing_modules(extra)
    return (
        tr(
            "{purpose}: {absent} not installed; bring it with: {command}",
            purpose=purpose,
            absent=", ".join(absent),
            command=command(extra),
        )
        if absent
        else None
    )


def missing_modules(extra: str) -> list[str]:
    """Return the modules of an extra that are not installed."""
    return [module for module in EXTRAS[extra] if find_spec(module) is None]


def command(extra: str) -> str:
    """Return what to type to bring an extra."""
    return f"pip install 'mission-themes[{extra}]'"
