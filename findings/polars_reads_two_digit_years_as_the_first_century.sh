#!/usr/bin/env bash
# polars reads dates out of a CSV file by itself (try_parse_dates) or out of a column (str.to_date without a format); what it cannot read stays text or is
# an error. Lists in Chinese offices often have two digits for the year: 25-03-01 and 25/3/1 are the first of March 2025, and DuckDB reads them so. One
# would expect that, or text, or an error. polars takes the first number for the day and the last for the year, with all its digits: 0001-03-25, the 25th
# of March in the year 1, as a date and without a warning. If the first date of the column cannot be read so, because its year is beyond 31 (95-03-01),
# 25-03-01 in the next row is 0025-03-01: what a date means depends on what stands above it. With a time beside it (25-03-01 12:30) the whole file is
# refused. It matters here because reports are counted by month and year: all of a year falls on other days of the
# first century, in an order of its own, and a filter for 2025 finds nothing. Guess written down first: the column stays
# text, or is 2025-03-01. Seen: 0001-03-25 (polars 2.1.0; DuckDB 2.0.1 gives 2025-03-01, pyarrow 26.0.1 text).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'polars==2.1.0' 'duckdb==2.0.1' 'pyarrow==26.0.1'
cd "$folder"
export PYTHONUTF8=1
"$folder/venv/bin/python" - <<'PY'
from datetime import date
from importlib.metadata import version
from pathlib import Path

import duckdb
import polars as pl
from pyarrow import csv


def read(dates: list[str]) -> tuple[list[date], list[object], list[str]]:
    Path("list.csv").write_text("日期,主题\n" + "".join(f"{day},文化\n" for day in dates), encoding="utf-8")
    others = [day for (day,) in duckdb.sql("select 日期 from 'list.csv'").fetchall()]
    return pl.read_csv("list.csv", try_parse_dates=True)["日期"].to_list(), others, csv.read_csv("list.csv")["日期"].to_pylist()


print(f"polars {version('polars')}, duckdb {version('duckdb')}, pyarrow {version('pyarrow')}")
for dates in (["25-03-01", "25-03-02"], ["25/3/1", "25/3/2"], ["25.3.1", "25.3.2"]):
    seen, duck, arrow = read(dates)
    print(f"{dates}: polars {[str(day) for day in seen]}, duckdb {[str(day) for day in duck]}, pyarrow {arrow}")
    assert seen == [date(1, 3, 25), date(2, 3, 25)], seen
    assert [str(day) for day in duck] == ["2025-03-01", "2025-03-02"], duck
    assert arrow == dates, arrow
alone = pl.Series(["25-03-01"]).str.to_date().to_list()
below = pl.Series(["95-03-01", "25-03-01"]).str.to_date().to_list()
print(f"to_date of 25-03-01: alone {alone[0]}, below 95-03-01 {below[1]}")
assert alone == [date(1, 3, 25)] and below == [date(95, 3, 1), date(25, 3, 1)], (alone, below)
refused = ""
try:
    read(["25-03-01 12:30"])
except pl.exceptions.ComputeError as error:
    refused = str(error).splitlines()[0]
print(f"with a time: {refused}")
assert refused.startswith("could not parse `25-03-01 12:30`"), refused
PY
