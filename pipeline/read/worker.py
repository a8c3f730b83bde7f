"""The process that reads files for ``isolated.Reader``: one request after another, under a limit of memory."""

import os
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.read import File, PassedOver, failure, load, read_file, seconds_for, unpack
from pipeline.read.frames import ReadRequest, ReadResponse, read_request, write_frame
from pipeline.read.steps import listening


def main() -> None:
    """Answer requests from standard input until it ends; what a library prints goes nowhere."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, sys.stdout.fileno())
    limited = False
    while (request := read_request(sys.stdin.buffer)) is not None:
        if not limited:
            limit_memory(request.options.max_memory)
            limited = True
        with listening(lambda step, steps: write_frame(answers, ReadResponse("step", f"{step}/{steps}"))):
            for answer in _answers(request):
                write_frame(answers, answer)


def limit_memory(limit: int) -> None:
    """Let no more memory be addressed, where the system can say so (not on Windows)."""
    try:
        import resource  # noqa: PLC0415 - only where there is one
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard < 0 else min(limit, hard), hard))


def _answers(request: ReadRequest) -> Iterator[ReadResponse]:
    for item in islice(_files(request), request.skip, None):
        if isinstance(item, File):
            size = len(item.data)
            yield ReadResponse("begin", item.source, size)
            yield _read(item, replace(request.options, max_seconds=seconds_for(size, request.options)))
        elif isinstance(item, PassedOver):
            yield ReadResponse("passed over", item.source)
        else:
            yield ReadResponse("error", str(item), code=item.code)
    yield ReadResponse("end")


def _files(request: ReadRequest) -> Iterator[File | PassedOver | InputError]:
    try:
        path = Path(os.fsdecode(request.path or b""))
        data = load(path, request.source, request.options) if request.data is None else request.data
        yield from unpack(File(request.source, request.suffix, data), request.options)
    except Exception as error:  # noqa: BLE001 - as in _read
        yield failure(error, request.source, request.options)


def _read(file: File, options: ReadConfig) -> ReadResponse:
    """Return the report in a file, or the one line that says why there is none: no error of a library gets further."""
    try:
        return ReadResponse("document", document=read_file(file, options))
    except Exception as error:  # noqa: BLE001 - what a library raises on a damaged file cannot be listed
        said = failure(error, file.source, options)
        return ReadResponse("error", str(said), code=said.code)
