"""Rows of a table on Spark local[2], by an earlier version and by this one, in turns of one run.

Run with ``python tests/benchmarks/spark_rows.py FOLDER``; FOLDER is a checkout of the earlier version, with its compiled part
(`git worktree add FOLDER COMMIT`, then `python hatch_build.py` there). Both tag with the earlier version's shipped model. A process
starts Spark and its workers and tags a few rows, which is not counted; then it tags the table three times, which is. The figure is
the median over all turns.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

ROOT = Path(__file__).resolve().parents[2]
FEW, MANY = 1_000, 30_000
TIMED = """
import sys, time
if "old" in sys.argv[1]:
    from pipeline.cli import main
else:
    from pipeline.cli.commands import main
few, many, out, model = sys.argv[2:]
for number, table in enumerate((few, many, many, many)):
    started = time.perf_counter()
    arguments = ["tag", table, "-o", f"{out}/{number}.jsonl", "--model", model, "--engine", "spark", "--master", "local[2]"]
    try:
        main(arguments, standalone_mode=False)
    except SystemExit as done:
        assert not done.code, done.code
    if number:
        print(time.perf_counter() - started, flush=True)
"""


def write_rows(folder: Path, count: int) -> None:
    """Write a Parquet table of so many lines of the written reports, in a file for each of the two workers."""
    reports = sorted((ROOT / "seeds/written").rglob("*.txt"))
    lines = [line for report in reports for line in report.read_text(encoding="utf-8").splitlines() if line]
    texts = [*islice(cycle(lines), count)]
    folder.mkdir()
    for half in range(2):
        own = texts[half::2]
        parquet.write_table(pa.table({"source": [f"{half}-{i}" for i in range(len(own))], "text": own}), folder / f"{half}.parquet")


def seconds(checkout: Path, tables: tuple[Path, Path], model: Path, out: Path) -> list[float]:
    """Return how long one version takes for the second table, three times, once Spark and its workers have started."""
    environment = os.environ | {"PYTHONPATH": str(checkout), "MISSION_THEMES_HOME": str(checkout)}
    old = "new" if (checkout / "pipeline/cli/commands.py").exists() else "old"
    command = [sys.executable, "-c", TIMED, old, *tables, out, model]
    done = subprocess.run(command, check=True, env=environment, cwd=checkout, capture_output=True, text=True)
    return [float(line) for line in done.stdout.split()]


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("earlier", type=Path)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    versions = {"earlier": options.earlier.resolve(), "this": ROOT}
    taken: dict[str, list[float]] = {name: [] for name in versions}
    with tempfile.TemporaryDirectory() as folder:
        tables = Path(folder, "few.parquet"), Path(folder, "many.parquet")
        for table, count in zip(tables, (FEW, MANY), strict=True):
            write_rows(table, count)
        for turn in range(options.turns):
            for name, checkout in versions.items():
                out = Path(folder, f"{name}{turn}")
                out.mkdir()
                found = seconds(checkout, tables, versions["earlier"] / "models/default", out)
                taken[name] += found
                print(f"{name}: {MANY:,} rows in {', '.join(f'{each:.2f}' for each in found)} s", flush=True)
    of = {name: statistics.median(found) for name, found in taken.items()}
    for name, found in of.items():
        print(f"{name}: median {found:.2f} s, {MANY / found:,.0f} rows a second")
    print(f"this version is {of['earlier'] / of['this']:.2f} times as fast")


if __name__ == "__main__":
    main()
