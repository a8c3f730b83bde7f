#!/usr/bin/env bash
# Large tables are kept as Parquet in one folder for each value of a column, 主题=文化 for the passages on culture; the value is in the name of the
# folder only. Spark, pyarrow (and so pandas), polars and DuckDB all read and write such folders. One would expect Spark to read what pandas has
# written: of English themes it does, and pandas reads what Spark has written. pyarrow writes the name as in an address, 主题=%E6%96%87%E5%8C%96, and
# Spark takes each %E6 for one character: 文化 comes back as six characters, æ, å and four control characters, without an error. fastparquet leaves
# the percent signs in. polars and DuckDB give 文化 for both. It matters here because a table by theme is the usual way to hand tagged passages on:
# counted in Spark, the themes are strings that nobody can read, and a search for the theme 文化 finds nothing. Guess written down first: all five
# read each other. Seen: six characters in Spark, percent signs in fastparquet (pyspark 4.3.0, pyarrow 25.0.1, fastparquet 2026.9.0). Needs Java.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'pyspark==4.3.0' 'pyarrow==25.0.1' 'pandas==2.3.3' 'fastparquet==2026.9.0' \
    'polars==2.1.0' 'duckdb==2.0.1'
cd "$folder"
export PYSPARK_PYTHON="$folder/venv/bin/python" SPARK_LOCAL_IP=127.0.0.1
"$folder/venv/bin/python" -W ignore - 2>"$folder/log" <<'PY' || { tail -n 20 "$folder/log" >&2; exit 1; }
from importlib.metadata import version
from pathlib import Path

import duckdb
import fastparquet
import pandas as pd
import polars as pl
from pyspark.sql import SparkSession

THEMES = ["culture", "文化", "党建"]
table = pd.DataFrame({"主题": THEMES, "n": range(3)})
table.to_parquet("pandas", engine="pyarrow", partition_cols=["主题"])
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
spark.createDataFrame(table).write.partitionBy("主题").parquet("spark")


def themes(folder: str) -> dict[str, list[str]]:
    files = f"{folder}/**/*.parquet"
    return {
        "Spark": [row["主题"] for row in spark.read.parquet(folder).orderBy("n").collect()],
        "pandas": pd.read_parquet(folder, engine="pyarrow").sort_values("n")["主题"].astype(str).to_list(),
        "fastparquet": fastparquet.ParquetFile(folder).to_pandas().sort_values("n")["主题"].astype(str).to_list(),
        "polars": pl.read_parquet(files, hive_partitioning=True).sort("n")["主题"].to_list(),
        "DuckDB": [row[0] for row in duckdb.sql(f"select 主题 from read_parquet('{files}', hive_partitioning = true) order by n").fetchall()],
    }


print(f"pyspark {version('pyspark')}, pyarrow {version('pyarrow')}, fastparquet {version('fastparquet')}")
for folder in ("spark", "pandas"):
    print(f"written by {folder}: {sorted(path.name for path in Path(folder).glob('*=*'))}")
    for reader, read in themes(folder).items():
        print(f"  read by {reader}: {read}")
garbled = [theme.encode().decode("latin-1") for theme in THEMES]
seen = themes("pandas")
assert set(map(tuple, themes("spark").values())) == {tuple(THEMES)}
assert seen["Spark"] == garbled and len(garbled[1]) == 6, seen
assert seen["fastparquet"] == ["culture", "%E6%96%87%E5%8C%96", "%E5%85%9A%E5%BB%BA"], seen
assert seen["pandas"] == seen["polars"] == seen["DuckDB"] == THEMES, seen
assert spark.read.parquet("pandas").where("`主题` = '文化'").count() == 0
assert spark.read.parquet("spark").where("`主题` = '文化'").count() == 1
spark.stop()
PY
