"""Read a file that must be an ordinary one: a FIFO would be waited for, and a device never ends."""

import errno
import os
import stat
from pathlib import Path

from pipeline.core.messages import tr

# How such a file is opened: a link is refused, and nothing is waited for.
READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_regular(path: Path, most: int) -> bytes:
    """Return the bytes of a file; raises OSError for one that is a link, no ordinary file, or larger than ``most`` bytes."""
    if path.is_symlink():
        raise OSError(errno.EINVAL, tr("a link, where the file itself belongs"), str(path))
    with os.fdopen(os.open(path, READ), "rb") as stream:
        found = os.fstat(stream.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, tr("no ordinary file"), str(path))
        if found.st_size > most:
            raise OSError(errno.EFBIG, tr("larger than {most:,} bytes", most=most), str(path))
        content = stream.read(found.st_size + 1)  # to ask for ``most`` bytes takes that much memory until they are read
        if len(content) > found.st_size:
            content += stream.read(most - found.st_size)
    if len(content) > most:
        raise OSError(errno.EFBIG, tr("larger than {most:,} bytes", most=most), str(path))
    return content
