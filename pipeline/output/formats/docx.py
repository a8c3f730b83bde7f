"""Word: a report's own document with comments where there is one, else a document composed of the reports."""

from typing import BinaryIO

from pipeline.output import Reports, RunFacts
from pipeline.output.word.composed import write_composed
from pipeline.output.word.original import find_original, write_annotated


def write(reports: Reports, stream: BinaryIO, run: RunFacts) -> None:
    """Write one report's own Word file with comments on its passages; of anything else, a document composed of the reports."""
    some = iter(reports)
    first, second = next(some, None), next(some, None)
    original = find_original(first) if first is not None and second is None else None
    if first is None or original is None:
        write_composed(reports, stream, run)
    else:
        write_annotated(original, first, stream, run)
