"""JSON lines: one tag a line, UTF-8, every field of the contract. The format that other programs read."""

from collections.abc import Iterator
from typing import BinaryIO

from pipeline.core.config import LabelSet
from pipeline.core.records import Report


def write(reports: Iterator[Report], stream: BinaryIO, labels: LabelSet) -> None:  # noqa: ARG001 - the Writer contract
    """Write each tag as one line."""
    for report in reports:
        stream.writelines(group.json_lines() for group in report.groups)
