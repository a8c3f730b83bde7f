"""What a reader and its worker say to each other: MessagePack with its length in front, over a pipe.

MessagePack is data and never code: a worker that a hostile file has taken over cannot make its caller run anything.
"""

from typing import BinaryIO, Literal

import msgspec

from pipeline.core.config import ReadConfig
from pipeline.core.errors import Code
from pipeline.core.records import Document

_LENGTH = 8


class ReadRequest(msgspec.Struct, frozen=True):
    """A file to read: by its path, as the system has it, or by its bytes.

    The first ``skip`` reports of an archive have been answered already.
    """

    source: str
    suffix: str
    path: bytes | None
    data: bytes | None
    options: ReadConfig
    skip: int = 0


class ReadResponse(msgspec.Struct, frozen=True):
    """What became of a file: "begin" names it and its size, then comes one of the next three, and "end" is the last of a request.

    "step" says that the reader goes on with a file that takes long, and how far it is.
    """

    kind: Literal["begin", "step", "document", "passed over", "error", "end"]
    text: str = ""
    size: int = 0
    document: Document | None = None
    code: Code = "unreadable"


def write_frame(stream: BinaryIO, message: ReadRequest | ReadResponse) -> None:
    """Write one message."""
    data = msgspec.msgpack.encode(message)
    stream.write(len(data).to_bytes(_LENGTH, "little"))
    stream.write(data)
    stream.flush()


def read_request(stream: BinaryIO) -> ReadRequest | None:
    """Return the next request, or None at the end of the stream."""
    data = _read(stream)
    return None if data is None else msgspec.msgpack.decode(data, type=ReadRequest)


def read_answer(stream: BinaryIO) -> ReadResponse | None:
    """Return the next answer, or None at the end of the stream; raises msgspec.DecodeError for what is none."""
    data = _read(stream)
    return None if data is None else msgspec.msgpack.decode(data, type=ReadResponse)


def _read(stream: BinaryIO) -> bytes | None:
    head = stream.read(_LENGTH)
    if len(head) < _LENGTH:
        return None
    length = int.from_bytes(head, "little")
    data = stream.read(length)
    return data if len(data) == length else None
