"""Where an output may be written: the one place that decides, for all commands, and the one way of writing a file whole.

An output is never one of the inputs, by whatever spelling or link it is named; a link leads to its target, which is written;
a device, a pipe or a socket is never replaced by a file. What is found wrong is said before any work (UsageError).
"""

import errno
import io
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from pipeline.core import steps
from pipeline.core.errors import UsageError
from pipeline.core.messages import mark, system_reason, tr
from pipeline.core.names import folded
from pipeline.core.streams import StreamOut

if TYPE_CHECKING:
    from pipeline.core.process import Watchdog

SUMMARY, ERRORS = ".summary.json", ".errors"
STANDARD_INPUT = "-"
ENDINGS = frozenset((".csv", ".html", ".htm", ".docx", ".xlsx", ".md"))  # of outputs that are looked for in folders too
_LONGEST = 100  # bytes of a name that the name of its unfinished file repeats: longer ones would be too long with what is added
_NOT_ASKED = (errno.EINVAL, errno.ENOTSUP)  # what file systems say that cannot be asked for it
_BEGIN = 2  # SYNC_FILE_RANGE_WRITE of Linux: what is not on its way yet is sent, and not waited for
_LINKS = 40  # that are followed, as Linux does
_OWN = "/proc/self/fd", "/proc/thread-self/fd", "/dev/fd"
Identity = tuple[int, int]


class OutputTarget(msgspec.Struct, frozen=True):
    """Where an output goes: as it was named, the file or folder itself behind all links, and the descriptor of a stream.

    ``descriptor`` is None but for what is written through: a pipe, a terminal, ``/dev/null``, or a stream that this process was
    given (``is_given``), which stays open.
    """

    named: Path
    path: Path
    descriptor: int | None = None
    is_given: bool = False

    @property
    def summary(self) -> Path:
        """The file of the run's figures, beside the output as it was named, unless that is ``.`` or ``..``."""
        beside = self.named if self.named.name not in ("", "..") else self.path
        return beside.with_name(beside.name + SUMMARY)

    def open(self) -> BinaryIO:
        """Return the stream of what is written through, once; it raises UsageError for what cannot be written."""
        descriptor = self.descriptor or 0
        return io.BufferedWriter(StreamOut(os.dup(descriptor) if self.is_given else descriptor, str(self.named)))


def run_folder(out: Path) -> Path:
    """Return the folder that a run keeps beside its output until that is whole."""
    return out.with_name(f".{out.name}.run")


# ---- may it be written -----------------------------------------------------------------------------------------------


def place_of(out: Path) -> OutputTarget:
    """Return where an output goes; raises UsageError for what can be neither written nor written through."""
    descriptor = _own_descriptor(out)
    if descriptor is not None:
        return OutputTarget(out, out, _writable(descriptor, out), is_given=True)
    path = Path(os.path.realpath(out))
    if not path.name:
        raise UsageError(tr("{out}: is the root of all folders; name another output with -o", out=out))
    mode = _mode(path, out)
    if mode is None or stat.S_ISDIR(mode):
        return OutputTarget(out, path)
    if stat.S_ISREG(mode):
        if not mode & 0o222 or not os.access(path, os.W_OK):
            raise UsageError(tr("{out}: is read-only; name another file with -o, or let it be written first", out=out))
        return OutputTarget(out, path)
    return OutputTarget(out, path, _opened(path, mode, out))


def check_file(path: Path) -> None:
    """Raise UsageError for a file beside an output that cannot be written, because something else has its name."""
    if os.path.lexists(os.path.realpath(path)) and not path.is_file():
        raise UsageError(
            tr("{path}: is no file, and would have to be written; move it away, or name another output with -o", path=path)
        )


def claim(out: Path, inputs: Iterable[str | Path]) -> OutputTarget:
    """Return where an output goes; raises UsageError where it must not be written, or is one of the inputs."""
    place = place_of(out)
    check_apart(place, inputs)
    return place


def check_apart(place: OutputTarget, inputs: Iterable[str | Path], whole_folder: bool = False) -> None:
    """Raise UsageError for an output that is an input, a folder that holds inputs, or one whose companions are inputs.

    ``whole_folder``: all that lies below the output goes when it is written, not only files of the same names.
    """
    taken = ReservedPaths(place, whole_folder)
    for given in inputs:
        if taken.holds(os.fspath(given)):
            what = (
                tr("is an input of this command")
                if _is_same(given, place)
                else tr("{given}, an input of this command, lies where it goes", given=given)
            )
            raise UsageError(tr("{named}: {what}; name another output with -o", named=place.named, what=what))


class ReservedPaths:
    """The files and folders that an output takes: itself, and its companions."""

    def __init__(self, place: OutputTarget, whole_folder: bool = False) -> None:
        self._is_stream = place.descriptor is not None
        self._descriptor = place.descriptor
        beside = [place.path, place.path.with_name(place.path.name + ERRORS), run_folder(place.path), place.summary]
        self._names = {folded(path.name) for path in beside}
        self._folders = {identity for path in beside if (identity := _identity(path.parent))}
        self._identities = {identity for path in beside if (identity := _identity(path))}
        self._out = _identity(place.path) if place.path.is_dir() else None
        below = [path for path in (beside if whole_folder else beside[1:]) if path.is_dir()]
        self._below = {identity for path in below if (identity := _identity(path))}
        self._folder_of = cache(self._looked_at)

    def holds(self, path: str) -> bool:
        """Tell whether a file or folder is the output or one of its companions, or lies in one of these."""
        if self._is_stream:
            return _is_open_file(self._descriptor, path)
        if path == STANDARD_INPUT:
            return _identity(0) in self._identities
        folder, name = os.path.split(path)
        identity, is_below = self._folder_of(folder or os.curdir)
        if is_below or (identity in self._folders and folded(name) in self._names):
            return True
        if identity is not None and identity == self._out and not os.path.isdir(path):  # noqa: PTH112 - for each input
            return True
        return bool(self._identities) and _identity(path) in self._identities

    def _looked_at(self, folder: str) -> tuple[Identity | None, bool]:
        """Return what folder this is, and whether it is one that goes with the output or lies in one."""
        real = Path(os.path.realpath(folder)) if self._below else Path()
        return _identity(folder), bool(self._below) and any(_identity(each) in self._below for each in (real, *real.parents))


def check_standard_output(inputs: Iterable[str | Path]) -> None:
    """Raise UsageError where standard output is a file that is one of the inputs, as after ``>>``."""
    with suppress(OSError, ValueError):
        for given in inputs:
            if _is_open_file(1, os.fspath(given)):
                raise UsageError(tr("{given}: standard output is this same file; write to another one", given=given))


def _is_same(given: str | Path, place: OutputTarget) -> bool:
    return _identity(given) is not None and _identity(given) == _identity(place.path)


def _is_open_file(descriptor: int | None, path: str) -> bool:
    """Tell whether a descriptor is an ordinary file, and this one."""
    if descriptor is None:
        return False
    found = os.fstat(descriptor)
    return stat.S_ISREG(found.st_mode) and _identity(0 if path == STANDARD_INPUT else path) == (found.st_dev, found.st_ino)


def _identity(path: str | Path | int) -> Identity | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - also a descriptor
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _mode(path: Path, out: Path) -> int | None:
    """Return the kind of a file, or None where there is none yet."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UsageError(
            tr(
                "{out}: cannot be written ({reason}); name another output with -o",
                out=out,
                reason=system_reason(error) if isinstance(error, OSError) else error,
            )
        ) from None
    if stat.S_ISLNK(mode):
        raise UsageError(tr("{out}: a link that leads to itself; name another output with -o", out=out))
    return mode


def _own_descriptor(out: Path) -> int | None:
    """Return the descriptor of this process that a name such as ``/dev/stdout`` leads to."""
    path, own = os.path.abspath(out), (*_OWN, f"/proc/{os.getpid()}/fd")  # noqa: PTH100 - links must stay to be looked at
    for _ in range(_LINKS):
        folder, name = os.path.split(path)
        folder = os.path.realpath(folder)
        if name.isdecimal() and folder in own and os.name != "nt":
            return int(name)
        path = os.path.join(folder, name)  # noqa: PTH118 - a Path takes dots away
        try:
            path = os.path.join(folder, os.readlink(path))  # noqa: PTH115, PTH118
        except OSError:
            return None
    return None


def _writable(descriptor: int, out: Path) -> int:
    try:
        os.write(descriptor, b"")
    except OSError as error:
        raise UsageError(
            tr("{out}: cannot be written ({reason}); name another output with -o", out=out, reason=system_reason(error))
        ) from None
    return descriptor


def _opened(path: Path, mode: int, out: Path) -> int:
    """Return the descriptor of a pipe that is read, a terminal or the null device; raises UsageError for all else."""
    kind = tr(next(name for test, name in _KINDS if test(mode)))
    if not (stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)):
        raise UsageError(tr("{out}: is {kind}; name a file with -o", out=out, kind=kind))
    try:
        descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
    except OSError as error:
        hint = (
            tr("{reason}; start what reads it first", reason=system_reason(error)) if stat.S_ISFIFO(mode) else system_reason(error)
        )
        raise UsageError(tr("{out}: is {kind} that cannot be written ({hint})", out=out, kind=kind, hint=hint)) from None
    if stat.S_ISCHR(mode) and not (os.path.samestat(os.fstat(descriptor), os.stat(os.devnull)) or os.isatty(descriptor)):  # noqa: PTH116
        os.close(descriptor)
        raise UsageError(tr("{out}: is {kind}; name a file with -o", out=out, kind=kind))
    os.set_blocking(descriptor, True)
    return descriptor


_KINDS = (
    (stat.S_ISFIFO, mark("a pipe")),
    (stat.S_ISCHR, mark("a device")),
    (stat.S_ISBLK, mark("a device")),
    (stat.S_ISSOCK, mark("a socket")),
    (stat.S_IFMT, mark("neither a file nor a folder")),
)


# ---- write it --------------------------------------------------------------------------------------------------------


@contextmanager
def write_whole(path: Path, is_guarded: bool = False) -> Iterator[BinaryIO]:
    """Give a file beside another, whose place it takes when all went well; it has reached the disk then. Else it goes.

    A link is followed, and the mode of a file that was there stays. ``is_guarded``: it goes also when this process is killed,
    which is worth a process of its own only where writing takes long. Raises OSError.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        raise FileExistsError(errno.EEXIST, tr("it is no file"))
    side = side_of(path)
    guard = _guard_of(side) if is_guarded else None
    try:
        with side.open("xb") as stream:
            yield stream
            to_disk(stream)
        take_place(side, path)
    finally:
        side.unlink(missing_ok=True)
        if guard is not None:
            guard.release()


def _guard_of(path: Path) -> "Watchdog":
    from pipeline.core.process import Watchdog  # noqa: PLC0415 - only where writing takes long

    return Watchdog(path)


def write_file(path: Path, data: bytes, is_guarded: bool = False) -> None:
    """Write a file whole or not at all, as ``write_whole`` does; raises UsageError."""
    try:
        with write_whole(path, is_guarded) as stream:
            stream.write(data)
    except OSError as error:
        raise UsageError(
            tr(
                "{path}: cannot be written ({reason}); check that its folder is yours and has space",
                path=path,
                reason=system_reason(error),
            )
        ) from None


def write_place(place: OutputTarget, data: bytes) -> None:
    """Write an output whole or not at all, or write it through; raises UsageError."""
    if place.descriptor is None:
        write_file(place.path, data)
        return
    with place.open() as stream:
        stream.write(data)


def side_of(path: Path) -> Path:
    """Return a name beside a file, for what is to take its place; no two are alike."""
    name = os.fsdecode(os.fsencode(path.name)[:_LONGEST]).encode("utf-8", "ignore").decode()
    return path.with_name(f".{name}.{os.urandom(4).hex()}.part")


def take_place(made: Path, path: Path) -> None:
    """Move a file that is whole into its place, with the mode of the file that was there."""
    with suppress(OSError):
        made.chmod(stat.S_IMODE(path.stat().st_mode))
    steps.reached("before the output appears")
    made.replace(path)
    steps.reached("after the output has appeared")


def to_disk(stream: BinaryIO) -> None:
    """Have what was written reach the disk: a name that is changed must not come before what it names."""
    stream.flush()
    try:
        os.fsync(stream.fileno())
    except OSError as error:
        if error.errno not in _NOT_ASKED:
            raise


def begin_to_disk(stream: BinaryIO, start: int, length: int) -> None:
    """Have the system begin to write a part of a file to the disk, without waiting for it; only Linux knows how.

    It is no more than a hint. Whether what was written has reached the disk ``to_disk`` tells, which then waits for less.
    """
    if (begin := _sync_file_range()) is not None:
        begin(stream.fileno(), start, length, _BEGIN)


@cache
def _sync_file_range() -> Callable[[int, int, int, int], int] | None:
    """Return the system's own function, which Python does not offer; None where there is none."""
    if sys.platform != "linux":
        return None
    import ctypes  # noqa: PLC0415 - only where much is written

    if (function := getattr(ctypes.CDLL(None), "sync_file_range", None)) is not None:
        function.argtypes = ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint
    return function
