"""JSON lines: one tag a line, UTF-8, every field of the contract. The format that other programs read."""

from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

import msgspec

from pipeline.config import LabelSet
from pipeline.records import TaggedReport

_AT_ONCE = 256  # tags that are written in one go; a temporary file in memory moves to the disk between two of them


def write(reports: Iterator[TaggedReport], stream: BinaryIO, labels: LabelSet) -> None:  # noqa: ARG001 - the Writer contract
    """Write each tag as one line."""
    encode = msgspec.json.Encoder().encode
    for report in reports:
        tags = iter(report.tags)
        while lines := [encode(tag) for tag in islice(tags, _AT_ONCE)]:
            stream.write(b"\n".join([*lines, b""]))
