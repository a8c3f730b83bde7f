"""Tagged reports with their documents, as JSON lines: what a run hands over to the library, which can tag them anew."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec

from pipeline.core.config import LabelSet
from pipeline.core.records import FinishedReport, KeptReport, Report


def write(reports: Iterator[Report], stream: BinaryIO, labels: LabelSet) -> None:  # noqa: ARG001 - the Writer contract
    """Write each report as one line; raises TypeError for one over which corrections were laid: its document is gone."""
    encoder = msgspec.json.Encoder()
    stream.writelines(encoder.encode(kept(report)) + b"\n" for report in reports)


def kept(report: Report) -> KeptReport:
    """Return a report on its way as it is kept; its tags are gone through."""
    if isinstance(report, FinishedReport):
        raise TypeError("a report is kept before corrections are laid over it")
    done = report.finish()
    return KeptReport(report.document, done.tags, done.noise, done.outline)


def decoded(lines: Iterable[bytes]) -> Iterator[KeptReport]:
    """Yield the report of each line."""
    return map(msgspec.json.Decoder(KeptReport).decode, lines)
