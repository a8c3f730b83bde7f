"""One web page of all reports, with everything in it: it is read without a network, and without scripts too."""

from typing import BinaryIO

from pipeline.output import Reports, RunFacts
from pipeline.output.page import write_page


def write(reports: Reports, stream: BinaryIO, run: RunFacts) -> None:
    """Write the page."""
    write_page(reports, stream, run)
