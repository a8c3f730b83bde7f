#!/usr/bin/env bash
# dlt loads tables into databases and names columns in a way that every database takes: small letters of ASCII, digits and underscores. One would
# expect columns named 主题, 段落 and 来源 (theme, passage, source) to arrive as three, under whatever names, as "Theme " and "theme" would have
# to, or an error. Every Chinese name becomes x, and columns of the same name are taken for one: the table has a single column, which holds the last of
# the three, and the table itself, 台账, is x as well, as is every other Chinese table. The load is reported as done, with all rows and no warning. It
# matters here because tables of passages and tags have Chinese headings: the passages and themes of the whole collection are gone in the database,
# and the count of rows, which is what one looks at, is right. Guess written down first: three columns. Seen: one, x, with the sources
# (dlt 1.31.0 to duckdb 2.0.1; with the naming convention "direct" the three arrive).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'dlt==1.31.0' 'duckdb==2.0.1'
cd "$folder"
export HOME="$folder" DLT_DATA_DIR="$folder/dlt" RUNTIME__DLTHUB_TELEMETRY=false RUNTIME__LOG_LEVEL=WARNING
"$folder/venv/bin/python" - <<'PY'
import contextlib
import io
import os
from importlib.metadata import version

import dlt
import duckdb

ROWS = [{"主题": "文化", "段落": "建成书房", "来源": "甲县"}, {"主题": "文明", "段落": "移风易俗", "来源": "乙县"}]


def load(naming: str) -> tuple[list[str], list[tuple[str, ...]], str]:
    """Load the rows by a naming convention; give the columns, the rows and what was said meanwhile."""
    os.environ["SCHEMA__NAMING"] = naming
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        pipeline = dlt.pipeline(naming, destination=dlt.destinations.duckdb(f"{naming}.duckdb"), dataset_name="reports")
        pipeline.run(ROWS, table_name="台账").raise_on_failed_jobs()
    with duckdb.connect(f"{naming}.duckdb") as database:
        table = "x" if naming == "snake_case" else "台账"
        found = database.execute(f'SELECT * FROM reports."{table}"')
        columns = [column[0] for column in found.description if not column[0].startswith("_dlt")]
        return columns, [row[: len(columns)] for row in found.fetchall()], said.getvalue()


print(f"dlt {version('dlt')}, duckdb {version('duckdb')}; expected: three columns of {len(ROWS)} rows")
columns, rows, said = load("snake_case")
print(f"by default: columns {columns}, rows {rows}, said: {said!r}")
assert columns == ["x"] and rows == [("甲县",), ("乙县",)], (columns, rows)
direct, whole, _ = load("direct")
print(f"naming direct: columns {direct}, rows {whole}")
assert direct == list(ROWS[0]) and whole == [tuple(row.values()) for row in ROWS], (direct, whole)
PY
