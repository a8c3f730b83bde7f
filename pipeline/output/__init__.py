"""Write tagged reports: one module per format.

A format is a module of this package with a function
``write(reports: Iterator[TaggedReport], stream: BinaryIO, labels: LabelSet) -> None``, and an entry in ``FORMATS``.
"""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from pipeline.config import LabelSet
from pipeline.errors import UsageError
from pipeline.records import TaggedReport

# The suffixes of each format, which is the module of its name. They stand here so that only the module that is used is loaded.
FORMATS: dict[str, tuple[str, ...]] = {"jsonl": (".jsonl", ".ndjson"), "table": (".table",)}


class Writer(Protocol):
    """What a format module offers."""

    def write(self, reports: Iterator[TaggedReport], stream: BinaryIO, labels: LabelSet) -> None:
        """Write the reports in order, going through the tags of each once.

        Reports that are written one by one give, put together, the same bytes: so they can be tagged in several processes.
        """


def format_for(name: str | None, out: Path | None, is_terminal: bool) -> str:
    """Return a known format's name, or that of an output's suffix, or else the table on a terminal and jsonl in a pipe.

    Raises UsageError for a name or suffix that no format has.
    """
    if name is None:
        name = _format_of(out) if out else "table" if is_terminal else "jsonl"
    if name not in FORMATS:
        raise UsageError(f"--format {name}: unknown; known: {' '.join(FORMATS)}")
    return name


def writer_of(name: str) -> Writer:
    """Return the writer of a format."""
    return cast("Writer", importlib.import_module(f"{__name__}.{name}"))


def _format_of(out: Path) -> str:
    by_suffix = {suffix: name for name, suffixes in FORMATS.items() for suffix in suffixes}
    if out.suffix.lower() not in by_suffix:
        ending = out.suffix or "a name without an ending"
        raise UsageError(f"{out}: no format for {ending}; use {' '.join(by_suffix)}, or --format")
    return by_suffix[out.suffix.lower()]
