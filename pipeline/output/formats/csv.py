"""CSV that Excel opens without being asked: UTF-8 with a byte order mark, and no cell that would run as a formula."""

import csv
import io
from typing import BinaryIO

from pipeline.output import Reports, RunFacts
from pipeline.output.rows import COLUMNS, neutral, row_of


def write(reports: Reports, stream: BinaryIO, run: RunFacts) -> None:  # noqa: ARG001 - the Composer contract
    """Write a row for each tag."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for report in reports:
        for tag in report.tags:
            writer.writerow([neutral(cell) for cell in row_of(tag).values()])
    text.detach()
