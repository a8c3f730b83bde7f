"""Comment on a report's own Word file in a process of its own, as it was read: within limits of time and memory.

A file that breaks the parser, or takes it over, costs that process; the report then gets a composed document. What goes in and
comes out is data: MessagePack one way, the bytes of a document the other.
"""

import shutil
import subprocess
import sys
import tempfile
from typing import BinaryIO

import msgspec

from pipeline.core.config import ReadConfig, load_config
from pipeline.core.process import Watchdog, start_process
from pipeline.core.records import FinishedReport
from pipeline.output import RunFacts
from pipeline.output.word.original import LARGEST, annotate, find_original
from pipeline.read.worker import limit_memory

_START = "from pipeline.output.word.apart import main; main()"
_NO_PLAIN_FILE = 4


class WriteRequest(msgspec.Struct, frozen=True):
    """What the process is to do: the bytes of the file, its report, what is told of the run, and the limits."""

    data: bytes
    report: FinishedReport
    run: RunFacts
    options: ReadConfig


def annotate_apart(report: FinishedReport, stream: BinaryIO, run: RunFacts) -> bool:
    """Write a report's own Word file with comments; return False, with nothing written, where there is none to comment on."""
    data = find_original(report)
    if data is None:
        return False
    options = msgspec.structs.replace(load_config().read, max_unpacked=LARGEST)
    told = msgspec.structs.replace(run, facts={}, failures=())  # no comment tells of these
    made = _answer(msgspec.msgpack.encode(WriteRequest(data, report, told, options)), options)
    if made is None:
        return False
    stream.write(made)
    return True


def main() -> None:
    """Comment on the file of one request from standard input, and write it to standard output."""
    request = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=WriteRequest)
    limit_memory(request.options.max_memory)
    with tempfile.TemporaryFile() as made:
        if not annotate(request.data, request.report, made, request.run, request.options):
            sys.exit(_NO_PLAIN_FILE)
        made.seek(0)
        shutil.copyfileobj(made, sys.stdout.buffer)


def _answer(request: bytes, options: ReadConfig) -> bytes | None:
    """Return what the process makes of a request; None where it fails or takes too long."""
    guard = Watchdog()
    try:
        with start_process(_START) as process:
            guard.watch(process.pid)
            try:
                made, _ = process.communicate(request, options.max_seconds)
            except BaseException as error:  # also where this process is stopped: the other one would be waited for
                process.kill()
                if isinstance(error, subprocess.TimeoutExpired):
                    return None
                raise
    finally:
        guard.release()
    return made if process.returncode == 0 else None
