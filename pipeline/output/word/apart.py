"""Comment on a report's own Word file in a process of its own, as it was read: within limits of time and memory.

A file that breaks the parser, or takes it over, costs that process; the report then gets a composed document. What goes in and
comes out is data: MessagePack one way, the bytes of a document the other.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

import msgspec

from pipeline.config import ReadConfig, load_config
from pipeline.output import RunFacts
from pipeline.output.word.original import LARGEST, annotate, find_original
from pipeline.read.worker import limit_memory
from pipeline.records import FinishedReport

_PACKAGE = Path(__file__).resolve().parents[3]
_START = "from pipeline.output.word.apart import main; main()"
_NO_PLAIN_FILE = 4


class Request(msgspec.Struct, frozen=True):
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
    with tempfile.TemporaryFile() as made:
        if not _ran(msgspec.msgpack.encode(Request(data, report, told, options)), made, options):
            return False
        made.seek(0)
        shutil.copyfileobj(made, stream)
    return True


def main() -> None:
    """Comment on the file of one request from standard input, and write it to standard output."""
    request = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Request)
    limit_memory(request.options.max_memory)
    with tempfile.TemporaryFile() as made:
        if not annotate(request.data, request.report, made, request.run, request.options):
            sys.exit(_NO_PLAIN_FILE)
        made.seek(0)
        shutil.copyfileobj(made, sys.stdout.buffer)


def _ran(request: bytes, made: BinaryIO, options: ReadConfig) -> bool:
    """Return whether the process did what it was asked for, in time."""
    path = os.pathsep.join(filter(None, [str(_PACKAGE), os.environ.get("PYTHONPATH", "")]))
    command = [sys.executable, "-P", "-c", _START]
    try:
        done = subprocess.run(
            command,
            input=request,
            stdout=made,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": path},
            timeout=options.max_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
