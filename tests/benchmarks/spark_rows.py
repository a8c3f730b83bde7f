"""Rows of a table on Spark local[2], by an earlier version and by this one, in turns of one run.

Run with ``python tests/benchmarks/spark_rows.py FOLDER``; FOLDER is a checkout of the earlier version, with its compiled part
(`git worktree add FOLDER COMMIT`, then `python hatch_build.py` there). Both tag with the earlier version's shipped model. Spark's
start costs the same whatever is tagged, so what is told is the time of many rows less that of few, the median of the turns.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

ROOT = Path(__file__).resolve().parents[2]
FEW, MANY = 1_000, 31_000


def write_rows(folder: Path, count: int) -> None:
    """Write a Parquet table of so many lines of the written reports, in a file for each of the two workers."""
    reports = sorted((ROOT / "seeds/written").rglob("*.txt"))
    lines = [line for report in reports for line in report.read_text(encoding="utf-8").splitlines() if line]
    texts = [*islice(cycle(lines), count)]
    folder.mkdir()
    for half in range(2):
        own = texts[half::2]
        parquet.write_table(pa.table({"source": [f"{half}-{i}" for i in range(len(own))], "text": own}), folder / f"{half}.parquet")


def seconds(checkout: Path, table: Path, model: Path, out: Path) -> float:
    """Return how long one version takes for a table, start and all."""
    command = [
        sys.executable,
        "-m",
        "pipeline.cli",
        "tag",
        table,
        "-o",
        out,
        "--model",
        model,
        "--engine",
        "spark",
        "--master",
        "local[2]",
    ]
    environment = os.environ | {"PYTHONPATH": str(checkout), "MISSION_THEMES_HOME": str(checkout)}
    started = time.perf_counter()
    subprocess.run(command, check=True, env=environment, cwd=checkout, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("earlier", type=Path)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    versions = {"earlier": options.earlier.resolve(), "this": ROOT}
    taken: dict[str, list[float]] = {name: [] for name in versions}
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder, "few.parquet"), Path(folder, "many.parquet")
        write_rows(few, FEW)
        write_rows(many, MANY)
        for turn in range(options.turns):
            for name, checkout in versions.items():
                outs = {table: Path(folder, f"{name}-{turn}-{table.stem}.jsonl") for table in (few, many)}
                start, whole = (
                    seconds(checkout, table, versions["earlier"] / "models/default", out) for table, out in outs.items()
                )
                taken[name].append(whole - start)
                print(f"{name}: {FEW} rows {start:.1f} s, {MANY} rows {whole:.1f} s", flush=True)
    of = {name: statistics.median(found) for name, found in taken.items()}
    for name, found in of.items():
        print(f"{name}: {MANY - FEW} rows in {found:.2f} s, {(MANY - FEW) / found:.0f} rows a second")
    print(f"this version is {of['earlier'] / of['this']:.2f} times as fast")


if __name__ == "__main__":
    main()
