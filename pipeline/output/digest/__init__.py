"""Gather the passages of many reports by theme: one module per format.

A format is a module of ``pipeline.output.digest.formats`` with ``write(digest: Digest, stream: BinaryIO, run: RunFacts) -> None``,
and an entry in ``FORMATS`` here. A Word file has a second form, that of an official document (``official/``).
"""

import importlib
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from pipeline.core.errors import UsageError
from pipeline.core.messages import tr
from pipeline.output import RunFacts
from pipeline.output.digest.records import Digest

# By the name of the module, which is the ending of its files. Only the module that is used is loaded.
FORMATS = ("docx", "html", "md", "xlsx")


class DigestWriter(Protocol):
    """What the module of a format offers."""

    def write(self, digest: Digest, stream: BinaryIO, run: RunFacts) -> None:
        """Write the digest."""


def writer_for(out: Path, official: bool = False) -> DigestWriter:
    """Return what writes a digest into a file of this name; raises UsageError for an ending that no format, or form, has."""
    name = out.suffix.lower().removeprefix(".")
    if name not in FORMATS:
        known = " ".join(f".{form}" for form in FORMATS)
        raise UsageError(
            tr(
                "{out}: no digest format for {name}; use one of {known}",
                out=out,
                name=out.suffix or tr("a name without an ending"),
                known=known,
            )
        )
    if official and name != "docx":
        raise UsageError(tr("{out}: the official form is one of Word files; name it .docx, or leave out --form official", out=out))
    module = "official.word" if official else f"formats.{name}"
    return cast("DigestWriter", importlib.import_module(f"{__name__}.{module}"))
