"""JSON lines: one tag a line, UTF-8, every field of the contract. The format that other programs read."""

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from pipeline.config import LabelSet
from pipeline.records import TaggedReport


def write(reports: Iterator[TaggedReport], stream: BinaryIO, labels: LabelSet) -> None:  # noqa: ARG001 - the Writer contract
    """Write each tag as one line."""
    encoder = msgspec.json.Encoder()
    for report in reports:
        stream.writelines(encoder.encode(tag) + b"\n" for tag in report.tags)
