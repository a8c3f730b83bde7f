"""Read files into documents: one module per format.

A format is a module of ``pipeline.read.formats`` with a function
``read(data: bytes, source: str, options: ReadConfig) -> ReadText``, and an entry in ``FORMATS`` there: the endings of its
names, in lower case, with the dot. One whose content has a signature gets a line in ``kinds.py``.

``isolated.Reader`` is what a command reads with: it runs these functions in a process that can be ended.
"""

import hashlib
import importlib
import os
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import msgspec
from msgspec.structs import replace

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import system_reason, tr
from pipeline.core.names import composed, distinct, without_halves
from pipeline.core.records import Document
from pipeline.read import formats
from pipeline.read.damage import of_other_kind
from pipeline.read.decode import ReadText
from pipeline.read.kinds import ARCHIVE, MAIL, PLAIN, kind_of, promises_text
from pipeline.read.pipes import has_size, opener, read_bounded

if TYPE_CHECKING:
    from pipeline.read.archive import Member, UnpackBudget

ARCHIVE_SUFFIXES = (".zip",)
_ENOUGH = 40.0  # seconds that every file has, unless read.max_seconds is less
_LARGE = 20_000_000  # bytes of a file that may take all the time that there is


class FormatReader(Protocol):
    """What a format module offers."""

    def read(self, data: bytes, source: str, options: ReadConfig) -> ReadText:
        """Return the text of a file's bytes; raises InputError."""


class File(msgspec.Struct, frozen=True):
    """A file to read, or one inside an archive: how errors and tags name it, the ending of its name, and its bytes."""

    source: str
    suffix: str
    data: bytes


class PassedOver(msgspec.Struct, frozen=True):
    """A file of an archive whose name has an ending that no reader takes."""

    source: str


@cache
def suffixes() -> frozenset[str]:
    """Return the endings of the names that are read, in lower case, with the dot; files without one are read too.

    Pictures are not among them: beside reports they are what these show, and a folder or archive of nothing else is of scans.
    """
    return frozenset(["", *ARCHIVE_SUFFIXES, *chain.from_iterable(formats.FORMATS.values())]) - formats.PICTURES


def suffixes_among(names: Iterable[str]) -> frozenset[str]:
    """Return the endings that are read in a folder or archive of files with these names.

    Where all that could be read are pictures, these are scans, and are read if the extra for it is installed.
    """
    there = {suffix_of(name) for name in names}
    if not there & formats.PICTURES or there & suffixes():
        return suffixes()
    from pipeline.read.ocr.engine import is_installed  # noqa: PLC0415 - only where there are pictures

    return formats.PICTURES if is_installed() else suffixes()


def suffix_of(name: str) -> str:
    """Return the ending of a file's name in lower case, with the dot, or "": as pathlib does, several times faster."""
    ending = os.path.splitext(name)[1].lower()  # noqa: PTH122 - as above
    return "" if ending == "." else ending


def read_report(path: Path, options: ReadConfig, source: str | None = None) -> Document:
    """Return the report in a file that is trusted, such as one of the corpus, in this process.

    Raises InputError for a file that is missing, too large, of an unknown format, binary, empty or undecodable.
    """
    source = source or path.as_posix()
    return read_bytes(load(path, source, options), source, options, suffix_of(path.name))


def read_bytes(data: bytes, source: str, options: ReadConfig, suffix: str = "") -> Document:
    """Return the report in the bytes of one file; raises InputError."""
    check_size(len(data), source, options)
    return read_file(File(source, suffix, data), options)


def read_plain(data: bytes, source: str, options: ReadConfig, suffix: str = "") -> Document:
    """Return the report in the bytes of one file that look like plain text (``kinds.looks_plain``); raises InputError."""
    check_size(len(data), source, options)
    return _read_as(PLAIN, File(source, suffix, data), options)


def load(path: Path, source: str, options: ReadConfig) -> bytes:
    """Return the bytes of a file; raises InputError for one that is missing or too large."""
    try:
        with open(path, "rb", opener=opener) as stream:
            status = os.fstat(stream.fileno())
            if has_size(status):
                check_size(status.st_size, source, options)
                return stream.read()
            return read_bounded(stream.fileno(), source, options)
    except FileNotFoundError:
        raise InputError(tr("{source}: no such file; check the path", source=source), code="missing") from None
    except OSError as error:
        raise InputError(
            tr(
                "{source}: cannot be read ({reason}); check the path and its permissions",
                source=source,
                reason=system_reason(error),
            )
        ) from None


def seconds_for(size: int, options: ReadConfig) -> float:
    """Return how long a file of so many bytes may take: a small one a third of ``read.max_seconds``, a large one all of it."""
    share = options.max_seconds * (1 + 2 * min(1.0, size / _LARGE)) / 3
    return min(options.max_seconds, max(_ENOUGH, share))


def check_size(size: int, source: str, options: ReadConfig) -> None:
    """Raise InputError for a file that is larger than the configuration allows."""
    if size > options.max_bytes:
        raise InputError(
            tr(
                "{source}: {size:,} bytes; the limit is {max_bytes:,} (read.max_bytes)",
                source=source,
                size=size,
                max_bytes=options.max_bytes,
            ),
            code="too_large",
        )


def failure(error: Exception, source: str, options: ReadConfig) -> InputError:
    """Return the one line that says why a file is not read: what a library raises on a damaged file cannot be listed."""
    if isinstance(error, InputError):
        return error
    if isinstance(error, MemoryError):
        limit = tr("{max_memory:,} bytes of memory (read.max_memory)", max_memory=options.max_memory)
        return InputError(
            tr("{source}: takes more than {limit}; split it, or raise the limit", source=source, limit=limit), code="too_large"
        )
    what = f"{type(error).__name__}: {' '.join(str(error).split())}"[:200]
    said = tr(
        "{source}: damaged ({what}); open it in its own program and save it again, or as .docx or .txt", source=source, what=what
    )
    return InputError(said, code="damaged")


def unpack(file: File, options: ReadConfig) -> Iterator[File | PassedOver | InputError]:
    """Yield the file itself, or the files of an archive, archives within archives included; what cannot be read as its error."""
    from pipeline.read.archive import UnpackBudget  # noqa: PLC0415 - plain text needs none

    yield from _unpack(file, options, UnpackBudget(options), options.max_depth)


def read_file(file: File, options: ReadConfig) -> Document:
    """Return the report in one file that is no archive; raises InputError."""
    kind = _kind(file)
    if kind == ARCHIVE:
        raise InputError(tr("{source}: an archive, where one report is expected; unpack it", source=file.source), code="archive")
    return _read_as(kind, file, options)


def _read_as(kind: str, file: File, options: ReadConfig) -> Document:
    _refuse_empty(file)
    reader = cast("FormatReader", importlib.import_module(f"{formats.__name__}.{kind}"))
    try:
        content = reader.read(file.data, file.source, options)
    except InputError:
        if kind != PLAIN or promises_text(file.suffix):
            raise
        raise of_other_kind(file.source, file.suffix) from None
    if content.marks:
        from pipeline.read.table_heads import with_heads_aside  # noqa: PLC0415 - plain text has no tables

        content = with_heads_aside(content)
    if not content.text or content.text.isspace():
        raise InputError(tr("{source}: nothing but white space; save the report again", source=file.source), code="empty")
    digest = hashlib.sha256(file.data).hexdigest()
    text = content.text if kind == PLAIN else _without_surrogates(content.text)
    return Document(file.source, text, digest, content.encoding, content.marks, content.places)


def _without_surrogates(text: str) -> str:
    try:
        text.encode()  # many times faster than to look each character up
    except UnicodeEncodeError:
        return without_halves(text)
    return text


def _refuse_empty(file: File) -> None:
    if not file.data:
        raise InputError(tr("{source}: the file is empty; save the report again", source=file.source), code="empty")


def _kind(file: File) -> str:
    _refuse_empty(file)
    return kind_of(file.data, file.suffix, file.source)


def _unpack(file: File, options: ReadConfig, allowance: "UnpackBudget", depth: int) -> Iterator[File | PassedOver | InputError]:
    try:
        kind = _kind(file)
        if kind == ARCHIVE:
            yield from _of_archive(file, options, allowance, depth)
        elif kind == MAIL:
            yield from _of_mail(file, options, allowance, depth)
        else:
            yield file
    except Exception as error:  # noqa: BLE001 - one damaged member must not cost the others: see failure
        yield failure(error, file.source, options)


def _of_archive(file: File, options: ReadConfig, allowance: "UnpackBudget", depth: int) -> Iterator[File | PassedOver | InputError]:
    if not depth:
        yield _too_deep(file)
        return
    from pipeline.read.archive import members, names  # noqa: PLC0415

    is_empty = True
    taken = suffixes_among(names(file.data, file.source))
    for member in _told_apart(members(file.data, file.source, allowance)):
        is_empty = False
        yield from _of_member(member, file.source, options, allowance, depth, taken)
    if is_empty:
        yield InputError(tr("{source}: an archive without files; pack it again", source=file.source), code="empty")


def _of_mail(file: File, options: ReadConfig, allowance: "UnpackBudget", depth: int) -> Iterator[File | PassedOver | InputError]:
    """Yield a mail itself, where it has text or nothing else, and the files that are attached to it."""
    from pipeline.read.mail import attachments, open_mail, texts  # noqa: PLC0415

    message = open_mail(file.data, file.source)
    attached = list(attachments(message, file.source))
    own = texts(message)
    if own or not attached:
        yield file
    if attached and not depth:
        yield _too_deep(file)
        return
    endings = {suffix_of(member.name) for member in attached if not isinstance(member, InputError)}
    taken = suffixes() if own or endings & suffixes() else formats.PICTURES  # a mail of scans says so where they are not read
    for member in _told_apart(attached):
        yield from _of_member(member, file.source, options, allowance, depth, taken)


def _told_apart(members: "Iterable[Member | InputError]") -> "Iterator[Member | InputError]":
    """Yield the files of an archive or mail; one of a name that was given before gets a number: a tag names its file."""
    taken: set[str] = set()
    for member in members:
        yield member if isinstance(member, InputError) else replace(member, name=distinct(member.name, taken, composed))


def _too_deep(file: File) -> InputError:
    return InputError(
        tr("{source}: archives nested deeper than read.max_depth; unpack it yourself", source=file.source), code="nested"
    )


def _of_member(
    member: "Member | InputError", archive: str, options: ReadConfig, allowance: "UnpackBudget", depth: int, taken: frozenset[str]
) -> Iterator[File | PassedOver | InputError]:
    if isinstance(member, InputError):
        yield member
        return
    file = File(f"{archive}/{member.name}", suffix_of(member.name), member.data)
    if file.suffix in taken:
        yield from _unpack(file, options, allowance, depth - 1)
    else:
        yield PassedOver(file.source)
