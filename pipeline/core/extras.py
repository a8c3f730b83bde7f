"""What is installed beside tagging: the extras of the package, and the one line that says how to bring a missing one."""

from importlib.util import find_spec

from pipeline.core.errors import UsageError

# The modules of each extra that the code imports by itself; a test holds them against pyproject.toml.
EXTRAS = {
    "train": ("matplotlib", "mlflow", "pandas", "scipy", "sklearn"),
    "serve": ("anyio", "fastapi", "pydantic", "starlette", "uvicorn"),
    "spark": ("pyarrow", "pyspark"),
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
    absent = [module for module in EXTRAS[extra] if find_spec(module) is None]
    if not absent:
        return None
    return f"{purpose}: {', '.join(absent)} not installed; bring it with: pip install 'mission-themes[{extra}]'"
