"""Read files into documents: one module per format, found by itself.

A format is a module of this package with a tuple ``SUFFIXES`` (lower case, with the dot) and a function
``read(data: bytes, source: str, options: ReadConfig) -> ReadText``. A new module is a new format: nothing else changes.
"""

import hashlib
import importlib
import pkgutil
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.read.decode import ReadText
from pipeline.records import Document


class Reader(Protocol):
    """What a format module offers."""

    SUFFIXES: tuple[str, ...]

    def read(self, data: bytes, source: str, options: ReadConfig) -> ReadText:
        """Return the text of a file's bytes; raises InputError."""


@cache
def readers() -> dict[str, Reader]:
    """Return the reader of each known suffix."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return {suffix: cast("Reader", module) for module in modules if hasattr(module, "SUFFIXES") for suffix in module.SUFFIXES}


def read_report(path: Path, options: ReadConfig, source: str | None = None) -> Document:
    """Return the report in a file.

    Raises InputError for a file that is missing, too large, of an unknown format, binary, empty or undecodable.
    """
    source = source or path.as_posix()
    reader = _reader_of(path, source)
    try:
        size = path.stat().st_size
        if size > options.max_bytes:
            raise InputError(f"{source}: {size:,} bytes; the limit is {options.max_bytes:,} (read.max_bytes)")
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{source}: no such file; check the path") from None
    except OSError as error:
        raise InputError(f"{source}: cannot be read ({error.strerror}); check the path and its permissions") from None
    return _document(data, source, reader, options)


def read_bytes(data: bytes, source: str, options: ReadConfig) -> Document:
    """Return the report in bytes of plain text, such as standard input; raises InputError."""
    if len(data) > options.max_bytes:
        raise InputError(f"{source}: {len(data):,} bytes; the limit is {options.max_bytes:,} (read.max_bytes)")
    return _document(data, source, readers()[".txt"], options)


def _reader_of(path: Path, source: str) -> Reader:
    suffix = path.suffix.lower()
    reader = readers().get(suffix or ".txt")
    if reader is None:
        known = " ".join(sorted(readers()))
        raise InputError(f"{source}: no reader for {suffix} files; save it as one of {known}")
    return reader


def _document(data: bytes, source: str, reader: Reader, options: ReadConfig) -> Document:
    if not data:
        raise InputError(f"{source}: the file is empty; save the report again")
    digest = hashlib.sha256(data).hexdigest()
    content = reader.read(data, source, options)
    if not content.text or content.text.isspace():
        raise InputError(f"{source}: nothing but white space; save the report again")
    return Document(source, content.text, digest, content.encoding, content.marks)
