"""What a run that tags files keeps beside its output, so that it can be cut short at any moment and go on.

The folder ``.NAME.run`` holds a lock, the tagged pieces one behind the other, and a journal with a line for each piece:
which file it is of, by name and sha256, and where it stands. A piece counts only when its line is written and whole, and it is
there; a journal is begun beside the old one and takes its place when it is whole. When all files are done, the pieces in the
order of the files are the output, and the folder goes.

filelock (MIT, maintained, no dependencies) locks alike on all systems and lets go when its process dies.
"""

import os
import shutil
import stat
import time
import zlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

import msgspec

from pipeline.core import steps
from pipeline.core.errors import UsageError
from pipeline.core.json_values import decode_json
from pipeline.core.messages import system_reason, tr
from pipeline.core.names import readable
from pipeline.core.outputs import begin_to_disk, run_folder, take_place, to_disk
from pipeline.training.drift import BatchSummary

if TYPE_CHECKING:
    from filelock import FileLock

COPIED_AT_ONCE = 2**20
_BUFFER = 2**16  # bytes: small pieces are written some at once
_OWN = frozenset(("lock", "journal", "journal.part", "pieces", "output", "composed", "scratch"))  # what a run folder may hold
_TRIES = 20  # to lock a folder that another run is removing
ON_ITS_WAY = 2**23  # bytes of an output that are sent to the disk at once while the run goes on: its end need not wait for all
WRITTEN_EVERY = 0.25  # seconds; a run that is killed may lose so much work, and small pieces are written many at once


class JournalEntry(msgspec.Struct, frozen=True):
    """A file that is done: its name and sha256, where its piece stands and its CRC-32, and what is counted of it."""

    source: str
    sha256: str
    start: int
    length: int
    crc: int
    reports: int
    noise: dict[str, int]
    passed_over: tuple[str, ...]
    summary: msgspec.Raw = msgspec.Raw(b"null")  # a BatchSummary or null; as JSON it takes half the room
    not_shown: int = 0


class _Head(msgspec.Struct, frozen=True):
    """The first line of a journal: what all its pieces were made with."""

    key: str


class RunFolder:
    """The pieces of an unfinished output; a context manager that holds the lock."""

    def __init__(self, out: Path, key: str, resume: bool, is_output: bool = False) -> None:
        """Take the output, the digest of all that a piece depends on beside its file, and whether to go on.

        ``is_output``: the pieces are to become the output as they are.
        """
        self.path = run_folder(out)
        self._is_output, self._sent = is_output, 0
        self.was_cut_short = False
        self._out, self._key, self.resumes = out, key, resume
        self._disk = _Disk(self, out)
        self._done: dict[str, JournalEntry] = {}
        self._starts, self._lengths = array("q"), array("q")  # of the pieces, in the order of the output
        self._waiting: list[JournalEntry] = []  # whose lines are still to be written
        self._written = 0.0  # when the last ones were
        self._lock: FileLock | None = None

    def __enter__(self) -> Self:
        """Take the lock and read what an earlier run has done.

        Raises UsageError when another run holds the lock, or the folder cannot be written or holds what is of no run.
        """
        with self.disk():
            _check_own(self.path, self._out)
            self._take_lock()
            steps.reached("the folder is locked")
            self.was_cut_short = (self.path / "journal").exists()
            _remove(self.path / "scratch")
            entries = list(self._read_journal()) if self.resumes else []
            self._done = {entry.source: entry for entry in entries}
            self._end = self._sent = max((entry.start + entry.length for entry in entries), default=0)
            self._open(entries)
        return self

    def _take_lock(self) -> None:
        """Lock the folder, which a run that has just ended may be removing: the lock must be that of the folder that stays."""
        from filelock import FileLock, Timeout  # noqa: PLC0415 - only where a file is written

        path = self.path / "lock"
        for _ in range(_TRIES):
            self._lock = FileLock(path, timeout=0)
            self.path.mkdir(exist_ok=True)
            with suppress(FileNotFoundError), path.open("ab") as before:
                try:
                    self._lock.acquire()
                except Timeout:
                    raise UsageError(
                        tr("{out}: another run is writing it; wait for its end, or choose another -o", out=self._out)
                    ) from None
                if os.path.samestat(os.fstat(before.fileno()), path.stat()):
                    return
            self._lock.release()
        raise UsageError(tr("{out}: another run is ending; try again", out=self._out))

    def __exit__(self, *_: object) -> None:
        """Let go of the lock; what was not finished stays."""
        with suppress(OSError):  # a full disk, which has been told of
            if not self._pieces.closed:
                self._write_waiting()
        for file in (self._pieces, self._journal):
            with suppress(OSError):
                file.close()
        if self._lock is not None:
            self._lock.release()

    @property
    def has_begun(self) -> bool:
        """Whether a file is done, of this run or of the one that it goes on with."""
        return bool(self._starts or self._done)

    @property
    def scratch(self) -> Path:
        """A folder for files that go with the run."""
        folder = self.path / "scratch"
        folder.mkdir(exist_ok=True)
        return folder

    def known(self, source: str, digest: Callable[[str], str]) -> JournalEntry | None:
        """Return what an earlier run has of a file, if the file is unchanged and its piece whole; else None."""
        entry = self._done.get(readable(source))
        if entry is None or not entry.sha256 or digest(source) != entry.sha256:
            return None
        with self.disk():
            self._pieces.seek(entry.start)
            data = self._pieces.read(entry.length)
            self._pieces.seek(self._end)
        return entry if zlib.crc32(data) == entry.crc else None

    def keep(self, entry: JournalEntry) -> None:
        """Take over the piece of an earlier run."""
        self._place(entry)

    def add(self, entry: JournalEntry, pieces: Iterator[bytes | memoryview], lasting: bool = True) -> None:
        """Take the piece of a file; its place and CRC are found here. One that is not lasting is made anew by another run."""
        with self.disk():
            length = crc = 0
            for data in pieces:
                self._pieces.write(data)
                length, crc = length + len(data), zlib.crc32(data, crc)
            entry = msgspec.structs.replace(entry, start=self._end, length=length, crc=crc)
            if lasting:
                self._waiting.append(entry)
            self._end += length
            self._place(entry)
            if time.monotonic() - self._written > WRITTEN_EVERY:
                self._write_waiting()

    def finish(self, compose: Callable[[Path, Path], None] | None = None, check: Callable[[], None] | None = None) -> None:
        """Put the pieces together in the order in which they were asked for or added; the output appears whole or not at all.

        ``compose`` makes the output, a file or a folder, from the file of the pieces; without it they are the output. The
        files of a folder appear one by one, each whole, and take the place of those of the same name. ``check`` is asked last,
        before anything appears, and raises where the output must not be replaced by now.
        """
        with self.disk():
            self._write_waiting()
            steps.reached("all pieces are written")
            if sum(self._lengths):
                side = self._side()
                if compose is not None:
                    pieces, side = side, self.path / "composed"
                    _remove(side)
                    compose(pieces, side)
                    steps.reached("the output is composed")
                self._pieces.close()
                if check is not None:
                    check()
                _put(side, self._out)
            self._pieces.close()
            self._journal.close()
            self._clear()

    def _clear(self) -> None:
        """Remove the folder, piece by piece, the lock last, so that another run sees it as long as there is anything."""
        for name in sorted(_OWN - {"lock"}):
            with suppress(OSError):
                _remove(self.path / name)
            steps.reached(f"{name} is removed")
        shutil.rmtree(self.path, ignore_errors=True)
        steps.reached("the folder is removed")

    def _side(self) -> Path:
        """Return the file that becomes the output: the pieces as they are where they stand in order, else a copy."""
        pieces = self.path / "pieces"
        if self._is_in_order(pieces.stat().st_size):
            return pieces
        side = self.path / "output"
        steps.reached("before the pieces are put in order")
        with side.open("wb") as target:
            for start, length in zip(self._starts, self._lengths, strict=True):
                self._pieces.seek(start)
                for size in [COPIED_AT_ONCE] * (length // COPIED_AT_ONCE) + [length % COPIED_AT_ONCE]:
                    target.write(self._pieces.read(size))
        return side

    def _place(self, entry: JournalEntry) -> None:
        """Remember where the next piece of the output stands: of a million files no more than that is kept."""
        self._starts.append(entry.start)
        self._lengths.append(entry.length)

    def _is_in_order(self, size: int) -> bool:
        """Tell whether the pieces stand one behind the other and are all that there is."""
        ends = accumulate(self._lengths, initial=0)
        return all(start == end for start, end in zip(self._starts, ends, strict=False)) and sum(self._lengths) == size

    def _open(self, entries: Sequence[JournalEntry]) -> None:
        self._pieces: BinaryIO = (self.path / "pieces").open("r+b" if entries else "w+b", _BUFFER)
        self._pieces.truncate(self._end)
        self._pieces.seek(self._end)
        steps.reached("the pieces are cut to what is known")
        part = self.path / "journal.part"
        self._journal: BinaryIO = part.open("wb")
        self._write_lines([_Head(self._key)])
        steps.reached("a new journal is begun")
        self._write_lines(entries)
        to_disk(self._journal)
        steps.reached("the new journal is whole")
        self._journal.close()
        part.replace(self.path / "journal")
        steps.reached("the new journal is in its place")
        self._journal = (self.path / "journal").open("ab")

    def _read_journal(self) -> Iterator[JournalEntry]:
        """Yield the entries of a journal that was made with the same key, up to a line that was cut short or damaged.

        Without the pieces it tells nothing: they may have become the output just before the run was killed.
        """
        path = self.path / "journal"
        lines = _whole_lines(path.read_bytes()) if path.exists() and (self.path / "pieces").exists() else iter(())
        try:
            if decode_json(next(lines, b"{}"), _Head).key != self._key:
                return
            for line in lines:
                entry = decode_json(line, JournalEntry)
                msgspec.json.decode(entry.summary, type=BatchSummary | None)  # another version may have had another
                yield entry
        except msgspec.DecodeError:
            return

    def _write_waiting(self) -> None:
        """Write the lines that wait, behind their pieces: a line tells that its piece is there."""
        self._pieces.flush()
        steps.reached("pieces are written")
        self._write_lines(self._waiting)
        steps.reached("their lines are written")
        self._waiting.clear()
        self._written = time.monotonic()
        if self._is_output and self._end - self._sent >= ON_ITS_WAY:
            begin_to_disk(self._pieces, self._sent, self._end - self._sent)
            self._sent = self._end

    def _write_lines(self, lines: Sequence[msgspec.Struct]) -> None:
        encode = msgspec.json.Encoder().encode
        self._journal.writelines(b"%08x %b\n" % (zlib.crc32(data), data) for data in map(encode, lines))
        self._journal.flush()

    def disk(self) -> "_Disk":
        """Return a context that turns what writing raises into one line (UsageError)."""
        return self._disk


class _Disk:
    """Tells of an output that cannot be written. It is entered for each file, so it is no generator, which takes far longer."""

    def __init__(self, folder: RunFolder, out: Path) -> None:
        self._folder, self._out = folder, out

    def __enter__(self) -> None:
        """Begin to write."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Raise UsageError for what the system says."""
        if isinstance(error, OSError):
            reason = system_reason(error)
            hint = (
                tr("see that its folder exists, is yours and has space; the same command with --resume goes on")
                if self._folder.has_begun
                else tr("see that its folder exists, is yours and has space")
            )
            raise UsageError(tr("{out}: cannot be written ({reason}); {hint}", out=self._out, reason=reason, hint=hint)) from None


def _whole_lines(journal: bytes) -> Iterator[bytes]:
    """Yield what the lines of a journal hold, each behind its CRC-32, up to one that was cut short or damaged."""
    for line in journal.split(b"\n")[:-1]:
        crc, _, data = line.partition(b" ")
        if crc != b"%08x" % zlib.crc32(data):
            return
        yield data


def _put(made: Path, out: Path) -> None:
    """Move a file into its place, or the files of a folder into theirs."""
    if not made.is_dir():
        with made.open("rb+") as stream:
            to_disk(stream)
        take_place(made, out)
        return
    out.mkdir(exist_ok=True)
    files = sorted(made.iterdir())
    for file in files:
        _check_replaceable(out / file.name)
    for file in files:
        file.replace(out / file.name)
        steps.reached("a file of the folder has appeared")


def _check_replaceable(path: Path) -> None:
    """Raise UsageError for a name in a folder that is no file: a device or a folder is not replaced."""
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(mode := path.lstat().st_mode) and not stat.S_ISLNK(mode):
            raise UsageError(tr("{path}: is no file, and a report would take its place; choose another folder with -o", path=path))


def _check_own(path: Path, out: Path) -> None:
    """Raise UsageError for a folder that would be taken for that of a run and removed, and is another."""
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise UsageError(
            tr("{path}: the place of the unfinished output of {out}, and is something else; move it away", path=path, out=out)
        )
    others = sorted(entry.name for entry in path.iterdir() if entry.name not in _OWN) if path.is_dir() else []
    if others:
        raise UsageError(
            tr(
                "{path}: holds {others}, which is of no run, and would be removed with it; move it away",
                path=path,
                others=others[0],
            )
        )


def _remove(path: Path) -> None:
    """Remove what a run that was cut short has left; its guard may be removing the same."""
    while path.is_dir():
        with suppress(FileNotFoundError):
            shutil.rmtree(path)
    path.unlink(missing_ok=True)
