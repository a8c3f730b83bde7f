"""A process that only cuts texts into words, and its caller's side of it: so the dictionary loads while the caller does too.

What is said is plain bytes: texts and their words in UTF-8, each with its length in front. Whatever goes wrong with the
process (it cannot be started, has no rjieba, is killed), the caller is told so and cuts for itself.
"""

import contextlib
import os
import sys
from types import TracebackType
from typing import IO, Self

from pipeline.own_process import start_process

_START = "from pipeline.cutter import main; main()"
_LENGTH = 8
_BETWEEN = "\0"  # stands between two words; no cleaned text has one


class Cutter:
    """A process that cuts texts; a context manager that ends it."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._process = start_process(_START)

    def __enter__(self) -> Self:
        """Return the cutter itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the process."""
        self._process.kill()
        with contextlib.suppress(OSError):
            self._process.communicate()

    def cut(self, text: str) -> list[str] | None:
        """Return the words of a text, or None where the process has no answer."""
        is_own = os.getpid() == self._owner  # a fork of the caller must not speak into the same pipe
        if not (is_own and text) or _BETWEEN in text or not self._process.stdin or not self._process.stdout:
            return None
        try:
            _write(self._process.stdin, text)
            words = _read(self._process.stdout)
        except (OSError, ValueError):  # the process is gone, or has been ended
            return None
        return None if words is None else words.split(_BETWEEN)


def main() -> None:
    """Cut texts from standard input until it ends; without rjieba there is nothing to be gained."""
    import rjieba  # noqa: PLC0415 - not for the caller

    while (text := _read(sys.stdin.buffer)) is not None:
        _write(sys.stdout.buffer, _BETWEEN.join(rjieba.cut(text, False)))


def _write(stream: IO[bytes], text: str) -> None:
    data = text.encode()
    stream.write(len(data).to_bytes(_LENGTH, "little") + data)
    stream.flush()


def _read(stream: IO[bytes]) -> str | None:
    """Return the next text, or None at the end of the stream."""
    length = int.from_bytes(stream.read(_LENGTH), "little")
    data = stream.read(length)
    return data.decode() if length and len(data) == length else None
