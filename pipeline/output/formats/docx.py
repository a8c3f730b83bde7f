"""Word: a report's own document with comments where there is one, else a document composed of the reports."""

from typing import BinaryIO

from pipeline.output import Reports, RunFacts
from pipeline.output.word.apart import annotate_apart
from pipeline.output.word.composed import write_composed


def write(reports: Reports, stream: BinaryIO, run: RunFacts) -> None:
    """Write one report's own Word file with comments on its passages; of anything else, a document composed of the reports."""
    some = iter(reports)
    first, second = next(some, None), next(some, None)
    if first is None or second is not None or not annotate_apart(first, stream, run):
        write_composed(reports, stream, run)
