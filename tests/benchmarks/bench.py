"""Time `pipeline tag`: one seed from a cold start against a bare interpreter, and the throughput of many reports.

Run by `make bench`. Ratios count, not seconds: both sides of a ratio are measured in turn in one run.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "seeds" / "reports" / "002_bc99a5d9c6142de8.txt"
RUNS = 5
COPIES = 200


def seconds(command: list[str]) -> float:
    """Return how long a command takes as a whole process."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - begin


def median_of(*commands: list[str]) -> list[float]:
    """Return the median time of each command, run in turn so that a drift of the machine meets all alike."""
    times: list[list[float]] = [[] for _ in commands]
    for _ in range(RUNS + 1):
        for command, taken in zip(commands, times, strict=True):
            taken.append(seconds(command))
    return [statistics.median(taken[1:]) for taken in times]


def main() -> None:
    """Print the figures as a table."""
    pipeline = [sys.executable, "-m", "pipeline.cli", "tag"]
    bare = [sys.executable, "-c", "import rjieba; rjieba.cut('词', False)"]
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "in"
        corpus.mkdir()
        seeds = sorted((ROOT / "seeds" / "reports").iterdir())
        for number in range(COPIES):
            source = seeds[number % len(seeds)]
            (corpus / f"{number:03}.txt").write_bytes(source.read_bytes())
        size = sum(path.stat().st_size for path in corpus.iterdir()) / 1e6
        segment_only = [sys.executable, "-c", SEGMENT, str(corpus)]
        cold, interpreter = median_of([*pipeline, str(SEED)], bare)
        many, words = median_of([*pipeline, str(corpus), "-o", f"{folder}/out.jsonl"], segment_only)
        tags = len((Path(folder) / "out.jsonl").read_bytes().splitlines())
    share = words / many
    print(f"cold start, one seed      {cold:6.2f} s   {cold / interpreter:5.2f} x a bare interpreter with rjieba")
    print(f"throughput, {size:4.1f} MB       {size / many:6.2f} MB/s {share:5.2f} of rjieba alone (start-up in both), {tags} tags")
    print(json.dumps({"cold": cold, "interpreter": interpreter, "tag": many, "rjieba": words, "megabytes": size}))


SEGMENT = """
import pathlib, sys, rjieba
for path in pathlib.Path(sys.argv[1]).iterdir():
    rjieba.cut(path.read_text(encoding="utf-8"), False)
"""

if __name__ == "__main__":
    main()
