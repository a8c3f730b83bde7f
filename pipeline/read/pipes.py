"""Read what is no plain file, such as a named pipe or what a shell puts in place of ``<(command)``, within bounds.

Such a file has no size that could be looked at before it is read, and it may give bytes, or let one wait, without end.
"""

import os
import stat
import time

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr

_AT_ONCE = 1 << 20
_NON_BLOCKING = getattr(os, "O_NONBLOCK", 0)  # not on Windows, where no path leads to a pipe


def opener(path: str, flags: int) -> int:
    """Open a file for ``open`` without waiting for somebody to write to it."""
    return os.open(path, flags | _NON_BLOCKING)


def has_size(status: os.stat_result) -> bool:
    """Tell whether a file is a plain one whose size is known; those of /proc have none."""
    return stat.S_ISREG(status.st_mode) and status.st_size > 0


def read_bounded(descriptor: int, source: str, options: ReadConfig) -> bytes:
    """Return all that an open file gives, no more than ``read.max_bytes`` and for no longer than ``read.max_seconds``.

    Raises InputError for one that goes on beyond.
    """
    end = time.monotonic() + options.max_seconds
    pieces: list[bytes] = []
    left = options.max_bytes + 1
    while left and (piece := _piece(descriptor, min(left, _AT_ONCE), end, source, options)):
        pieces.append(piece)
        left -= len(piece)
    if not left:
        raise InputError(
            tr(
                "{source}: gives more than {max_bytes:,} bytes, the limit (read.max_bytes); save it as a file and split it",
                source=source,
                max_bytes=options.max_bytes,
            ),
            code="too_large",
        )
    return b"".join(pieces)


def _piece(descriptor: int, most: int, end: float, source: str, options: ReadConfig) -> bytes:
    """Return what is there, b"" at the end; raises InputError where nothing comes in time."""
    import select  # noqa: PLC0415 - most files are plain ones

    while True:
        left = end - time.monotonic()
        if left <= 0 or (_NON_BLOCKING and not select.select([descriptor], [], [], left)[0]):
            late = tr("still not at its end after {max_seconds:g} s (read.max_seconds)", max_seconds=options.max_seconds)
            raise InputError(
                tr("{source}: {late}; save what it gives as a file, and name that", source=source, late=late), code="too_long"
            )
        try:
            return os.read(descriptor, most)
        except BlockingIOError:  # another reader was faster
            continue
