"""Streams that are written through: what cannot be written is one line that names the stream; and the standard streams.

Nothing heavy is imported here, since commands take their standard streams before anything else is loaded.
"""

import io
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

_NO_STREAM = (os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)  # how the null device stands in for each, so that input and output are refused


class StreamOut(io.FileIO):
    """A descriptor that is written to. What cannot be written is told once (UsageError), and what comes then is dropped.

    A reader that went away stays a BrokenPipeError: it has what it wanted.
    """

    def __init__(self, descriptor: int, named: str = "", closefd: bool = True) -> None:
        """Take the descriptor, and the name of the stream for people; without one it is standard output."""
        super().__init__(descriptor, "wb", closefd=closefd)
        self._named, self._has_failed = named, False

    def write(self, data: "Any", /) -> int:  # noqa: ANN401 - whatever is like bytes, which has no name before Python 3.12
        """Write some of the bytes, and return how many; raises UsageError."""
        size = memoryview(data).nbytes
        if self._has_failed or not size:  # nothing is what click writes to try a stream
            return size
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            self._has_failed = True
            from pipeline.core.errors import UsageError  # noqa: PLC0415 - only where something fails
            from pipeline.core.messages import system_reason, tr  # noqa: PLC0415 - as above

            raise UsageError(
                tr(
                    "{out}: cannot be written ({reason}); see that it is open and that what it leads to has space",
                    out=self._named or tr("standard output"),
                    reason=system_reason(error),
                )
            ) from None


class _StandardError(io.FileIO):
    """Standard error. What cannot be written there can be told nowhere, and is no reason to stop."""

    def write(self, data: "Any", /) -> int:  # noqa: ANN401 - whatever is like bytes, which has no name before Python 3.12
        """Write some of the bytes, and return how many."""
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


def take_standard_streams() -> None:
    """Have all three standard streams open, and standard output name itself where it cannot be written.

    The descriptor of one that was closed would be that of the next file that is opened, and get what is meant for the stream.
    """
    for descriptor, mode in enumerate(_NO_STREAM):
        _fill(descriptor, mode)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - a descriptor, which stays
    sys.stdout = _wrapped(sys.stdout, StreamOut(1, closefd=False))
    sys.stderr = _wrapped(sys.stderr, _StandardError(2, "wb", closefd=False))


def _fill(descriptor: int, mode: int) -> None:
    """Have the null device stand in for a descriptor that is closed."""
    try:
        os.fstat(descriptor)
    except OSError:
        nothing = os.open(os.devnull, mode)
        if nothing == descriptor:
            os.set_inheritable(descriptor, True)
        else:
            os.dup2(nothing, descriptor)
            os.close(nothing)


def _wrapped(stream: "TextIO | None", raw: io.FileIO) -> "TextIO":
    """Return a stream that writes as another does, which was None where it was closed; a terminal stays what it is."""
    if not isinstance(stream, io.TextIOWrapper):
        return io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", line_buffering=raw.fileno() == 2)
    if stream.isatty():
        return stream
    binary = raw if stream.write_through else io.BufferedWriter(raw)
    return io.TextIOWrapper(
        binary, stream.encoding, stream.errors, line_buffering=stream.line_buffering, write_through=stream.write_through
    )
