"""Parquet, for pandas, Polars, DuckDB and Spark: a row for each tag, with the types of its fields.

pyarrow writes it: it is the reference of the format, and an extra.
"""

from itertools import islice
from typing import BinaryIO

import pyarrow.parquet as pq

from pipeline.core import arrow
from pipeline.output import Reports, RunFacts

AT_ONCE = 20_000  # tags in a row group: what is held in memory


def write(reports: Reports, stream: BinaryIO, run: RunFacts) -> None:
    """Write the tags of all reports as one table; the model that made them stands in the metadata of the file."""
    schema = arrow.schema().with_metadata({"model": run.model})
    tags = (tag for report in reports for tag in report.tags)
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        while some := list(islice(tags, AT_ONCE)):
            writer.write_table(arrow.table(some, schema))
