"""Write tagged reports: one module per format, found by itself.

A format is a module of this package with ``NAME``, a tuple ``SUFFIXES`` and a function
``write(reports: Iterator[TaggedReport], stream: BinaryIO, labels: LabelSet) -> None``. A new module is a new format.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from pipeline.config import LabelSet
from pipeline.errors import UsageError
from pipeline.records import TaggedReport


class Writer(Protocol):
    """What a format module offers."""

    NAME: str
    SUFFIXES: tuple[str, ...]

    def write(self, reports: Iterator[TaggedReport], stream: BinaryIO, labels: LabelSet) -> None:
        """Write the reports in order, going through the tags of each once."""


@cache
def writers() -> dict[str, Writer]:
    """Return the writer of each format, by its name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return {module.NAME: cast("Writer", module) for module in modules if hasattr(module, "NAME")}


def writer_for(name: str | None, out: Path | None, is_terminal: bool) -> Writer:
    """Return the writer of a format name, or of an output's suffix, or else the table on a terminal and jsonl in a pipe.

    Raises UsageError for a name or suffix that no writer has.
    """
    known = writers()
    if name is None:
        if out is None:
            return known["table" if is_terminal else "jsonl"]
        by_suffix = {suffix: writer for writer in known.values() for suffix in writer.SUFFIXES}
        if out.suffix.lower() not in by_suffix:
            ending = out.suffix or "a name without an ending"
            raise UsageError(f"{out}: no format for {ending}; use {' '.join(by_suffix)}, or --format")
        return by_suffix[out.suffix.lower()]
    if name not in known:
        raise UsageError(f"--format {name}: unknown; known: {' '.join(known)}")
    return known[name]
