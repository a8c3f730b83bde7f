"""Finished reports as JSON lines: what a run keeps of its reports until a composed format is made of them."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from pipeline.core.config import LabelSet
from pipeline.core.records import FinishedReport, Report


def write(reports: Iterator[Report], stream: BinaryIO, labels: LabelSet) -> None:  # noqa: ARG001 - the Writer contract
    """Write each report as one line."""
    encoder = msgspec.json.Encoder()
    stream.writelines(encoder.encode(report.finish()) + b"\n" for report in reports)


class FinishedReports:
    """The finished reports of a file that ``write`` made, in order; only one at a time is in memory."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __iter__(self) -> Iterator[FinishedReport]:
        """Yield the reports from the first one on."""
        with self._path.open("rb") as stream:
            yield from decoded(stream)


def decoded(lines: Iterable[bytes]) -> Iterator[FinishedReport]:
    """Yield the report of each line."""
    return map(msgspec.json.Decoder(FinishedReport).decode, lines)
