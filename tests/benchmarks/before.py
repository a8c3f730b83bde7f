"""This commit beside an older one: what training, tagging and reading take, in turn, by processor time: `make bench BEFORE=path`.

    python tests/benchmarks/before.py PATH [--runs 5] [--texts FOLDER] [--only training,tagging,start,size,reading,spark,page]

PATH is a checkout of the older commit with its compiled parts (`python hatch_build.py` there). Each side runs as a whole process in
its own checkout, one after the other in each turn, and the first turn does not count. A figure is the median of the quotients of
the turns, with the least and the greatest; processor time is that of a process and of all that it waited for. Both train on the
older commit's corpus, without the gazetteers that it did not have, and tag with their own shipped models.
"""

import argparse
import asyncio
import gzip
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from bench import ROOT, SEED, SEGMENTER, Took, run

LONG, SHORT = 50_000, 5_000  # bytes of a report
LITTLE, MUCH = 1_000_000, 17_000_000  # bytes between which the slope of tagging is taken
SMALL_FILE, LARGE_FILE, ARCHIVE = 2_000_000, 32_000_000, 128_000_000
FORMATS = {"docx": "docx LibreOffice", "pdf": "pdf LibreOffice", "html": "html"}
COPIES = 3
CLIENTS, PAGE_SECONDS = 50, 6
LOCAL_SPARK = ("--engine", "spark", "--master", "local[2]")
READ = """
import hashlib, sys
from pathlib import Path
try:
    from pipeline.core.config import load_config
except ImportError:
    from pipeline.config import load_config
from pipeline.read import read_report
config, texts = load_config().read, []
for path in sorted(Path(sys.argv[1]).iterdir()):
    texts.append(hashlib.sha256(read_report(path, config, path.name).text.encode()).hexdigest())
Path(sys.argv[2]).write_text("\\n".join(texts))
"""


@dataclass(frozen=True)
class Side:
    """A checkout whose command is measured."""

    root: Path

    def tag(self, *arguments: object) -> list[str]:
        """Return the command that tags."""
        return [sys.executable, "-m", "pipeline.cli", "tag", *map(str, arguments)]

    def train(self, *settings: str) -> list[str]:
        """Return the command that trains without a record."""
        given = [part for setting in settings for part in ("--set", setting)]
        return [sys.executable, "-m", "pipeline.cli", "train", "--no-track", *given]


Turn = dict[str, Took]
Commands = dict[str, tuple[Path, list[str]]]


def in_turn(commands: Commands, runs: int, home: Path | None = None) -> list[Turn]:
    """Return what each command took in each of the turns that count; a command comes with the folder in which it starts."""
    return [{name: run(command, home, root) for name, (root, command) in commands.items()} for _ in range(runs + 1)][1:]


def quotient(turns: Iterable[Turn], what: Callable[[Turn], float]) -> str:
    """Return the median of a figure of the turns, with the least and the greatest."""
    found = [what(turn) for turn in turns]
    return f"{statistics.median(found):.2f} ({min(found):.2f} to {max(found):.2f})"


def middle(turns: Iterable[Turn], what: Callable[[Turn], float]) -> float:
    """Return the median of a figure of the turns."""
    return statistics.median(map(what, turns))


# ---- texts -----------------------------------------------------------------------------------------------------------


def reports_of(sources: Iterable[Path], size: int, total: int, folder: Path) -> Path:
    """Return a folder of reports of about so many bytes each, the sources one after the other, and so many bytes in all."""
    folder.mkdir(parents=True)
    whole, number, text = 0, 0, b""
    for source in cycle(sources):
        text += source.read_bytes() + b"\n"
        if len(text) >= size:
            (folder / f"{number:06}.txt").write_bytes(text)
            whole, number, text = whole + len(text), number + 1, b""
            if whole >= total:
                return folder
    raise ValueError("no sources")


def size_of(folder: Path) -> float:
    """Return the megabytes of a folder."""
    return sum(path.stat().st_size for path in folder.iterdir()) / 1e6


# ---- sections --------------------------------------------------------------------------------------------------------


def training(before: Side, now: Side, folder: Path, runs: int) -> Iterator[str]:
    """Yield what training on the older corpus takes, and how the tags by the two solvers agree."""
    home = folder / "home"
    shutil.copytree(before.root / "seeds", home / "seeds")
    plain = "features.gazetteers="
    turns = in_turn({
        "before": (before.root, before.train("model.name=before")),
        "now": (now.root, now.train("model.name=now", plain)),
    }, runs, home)  # fmt: skip
    yield row("train, processor time", turns, "cpu", "0.20")
    yield row("train, wall time", turns, "seconds", "0.25")
    run(now.train("model.name=liblinear", plain, "model.solver=liblinear"), home, now.root)
    ours, reference = (out_of_fold(home / "models" / name) for name in ("now", "liblinear"))
    same = sum(theme == reference[span][0] for span, (theme, _) in ours.items() if span in reference)
    spans = ours.keys() & reference.keys()
    apart = max(abs(a - b) for span in spans for a, b in zip(ours[span][1], reference[span][1], strict=True))
    agree = f"{same:,} of {len(ours):,}, scores within {apart:.4f}"
    yield f"| out-of-fold tags as with scikit-learn's solver | {agree} | all, 0.001 | |"


def out_of_fold(model: Path) -> dict[tuple[str, int, int], tuple[str, list[float]]]:
    """Return theme and scores of each out-of-fold tag of a model folder, by report and span."""
    lines = gzip.decompress((model / "out_of_fold.jsonl.gz").read_bytes()).splitlines()
    return {(tag["source"], tag["start"], tag["end"]): (tag["theme"], tag["scores"]) for tag in map(json.loads, lines)}


def row(name: str, turns: list[Turn], of: str, target: str) -> str:
    """Return a row with the quotient of a figure of both sides, the target, and what they took in seconds."""
    both = " and ".join(f"{middle(turns, lambda turn, side=side: getattr(turn[side], of)):.2f}" for side in ("now", "before"))
    return (
        f"| {name} | {quotient(turns, lambda turn: getattr(turn['now'], of) / getattr(turn['before'], of))} | {target} | {both} s |"
    )


def tagging(before: Side, now: Side, folder: Path, runs: int, texts: list[Path]) -> Iterator[str]:
    """Yield the speed of tagging, beside the segmenter alone and beside the older commit."""
    for name, size, targets in (("long reports", LONG, ("1.2", "2.5")), ("files of 5 kB", SHORT, ("0.8", "2.0"))):
        little, much = (reports_of(texts, size, total, folder / f"{size}-{total}") for total in (LITTLE, MUCH))
        commands: Commands = {}
        for amount, source in (("little", little), ("much", much)):
            for side, checkout in (("before", before), ("now", now)):
                commands[f"{side} {amount}"] = checkout.root, checkout.tag(source, "-o", folder / f"{side}.jsonl", "--jobs", 1)
            commands[f"segmenter {amount}"] = ROOT, [sys.executable, "-c", SEGMENTER, str(source)]
        turns, megabytes = in_turn(commands, runs), size_of(much) - size_of(little)

        def slope(turn: Turn, side: str) -> float:
            return turn[f"{side} much"].cpu - turn[f"{side} little"].cpu

        speed = ", ".join(
            f"{side} {megabytes / middle(turns, lambda turn, side=side: slope(turn, side)):.1f}"
            for side in ("now", "before", "segmenter")
        )
        limit = quotient(turns, lambda turn: slope(turn, "segmenter") / slope(turn, "now"))
        older = quotient(turns, lambda turn: slope(turn, "before") / slope(turn, "now"))
        yield f"| {name}, speed against rjieba alone | {limit} | {targets[0]} | MB/s: {speed} |"
        yield f"| {name}, speed against before | {older} | {targets[1]} | |"
        shutil.rmtree(little)
        shutil.rmtree(much)


def start(before: Side, now: Side, runs: int) -> Iterator[str]:
    """Yield what one report takes from a cold start."""
    turns = in_turn({"before": (before.root, before.tag(SEED)), "now": (now.root, now.tag(SEED))}, 3 * runs)
    yield row("cold start, wall time", turns, "seconds", "0.50")
    yield row("cold start, processor time", turns, "cpu", "")
    memory = [middle(turns, lambda turn, side=side: turn[side].memory) for side in ("now", "before")]
    yield f"| cold start, memory | {memory[0]:.0f} MiB | 48 MiB | before {memory[1]:.0f} |"


def size(before: Side, now: Side, folder: Path, runs: int, texts: list[Path]) -> Iterator[str]:
    """Yield how memory grows with one file, and what two processes gain."""
    del before
    small, large = (reports_of(texts, total, total, folder / f"one-{total}") for total in (SMALL_FILE, LARGE_FILE))
    out = folder / "now.jsonl"
    places = {"2": small, "32": large}
    turns = in_turn({name: (now.root, now.tag(place, "-o", out, "--jobs", 1)) for name, place in places.items()}, runs)
    memory = [middle(turns, lambda turn, name=name: turn[name].memory) for name in ("32", "2")]
    grown = quotient(turns, lambda turn: turn["32"].memory / turn["2"].memory)
    yield f"| one file of 32 MB against one of 2, memory | {grown} | 1.20 | {memory[0]:.0f} and {memory[1]:.0f} MiB |"
    archive = reports_of(texts, LONG, ARCHIVE, folder / "archive")
    turns = in_turn({str(jobs): (now.root, now.tag(archive, "-o", out, "--jobs", jobs)) for jobs in (1, 2)}, runs)
    gain = quotient(turns, lambda turn: turn["1"].seconds / turn["2"].seconds)
    spent = quotient(turns, lambda turn: turn["2"].cpu / turn["1"].cpu)
    yield f"| two processes against one, 128 MB, wall time | {gain} | 1.85 | processor time {spent} |"
    for place in (small, large, archive):
        shutil.rmtree(place)


def reading(before: Side, now: Side, folder: Path, runs: int) -> Iterator[str]:
    """Yield what it takes to read a file by format, and how many texts are the same as before."""
    import formats

    from pipeline.track.locate import open_model

    texts = formats.plain(formats.reports())
    made = formats.wrap(texts, folder / "made", open_model("default"), formats.libreoffice("soffice", folder / "profile"))
    for (kind, name), target in zip(FORMATS.items(), ("0.65", "0.40", "0.90"), strict=True):
        one, many = folder / kind / "one", folder / kind / "many"
        for place, copies in ((one, 1), (many, COPIES)):
            place.mkdir(parents=True)
            for number, path in enumerate(list(made[name].values())[: None if copies > 1 else 1]):
                for copy in range(copies):
                    shutil.copy(path, place / f"{number}-{copy}{path.suffix}")
        files = COPIES * len(texts) - 1
        commands = {
            f"{side} {amount}": (checkout.root, [sys.executable, "-c", READ, str(place), str(folder / f"{side}-{amount}")])
            for amount, place in (("one", one), ("many", many))
            for side, checkout in (("before", before), ("now", now))
        }
        turns = in_turn(commands, runs)

        def each(turn: Turn, side: str, files: int = files) -> float:
            return 1000 * (turn[f"{side} many"].cpu - turn[f"{side} one"].cpu) / files

        same = [a == b for a, b in zip(*((folder / f"{side}-many").read_text().split() for side in ("now", "before")), strict=True)]
        both = " and ".join(f"{middle(turns, lambda turn, side=side: each(turn, side)):.1f}" for side in ("now", "before"))
        ratio = quotient(turns, lambda turn: each(turn, "now") / each(turn, "before"))
        yield f"| one {kind}, processor time | {ratio} | {target} | {both} ms; same text {sum(same)} of {len(same)} |"


def spark(before: Side, now: Side, folder: Path, runs: int, texts: list[Path]) -> Iterator[str]:
    """Yield what Spark takes for a table of rows, by wall time with its start."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    lines = [line for path in texts for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    for name, count in (("little", 2_000), ("much", 200_000)):
        rows = [line for line, _ in zip(cycle(lines), range(count), strict=False)]
        pq.write_table(pa.table({"text": rows}), folder / f"{name}.parquet", row_group_size=count // 4)
    commands = {
        f"{side} {name}": (
            checkout.root,
            checkout.tag(folder / f"{name}.parquet", "-o", folder / f"{side}-spark.jsonl", *LOCAL_SPARK),
        )
        for name in ("little", "much")
        for side, checkout in (("before", before), ("now", now))
    }
    turns = in_turn(commands, runs)
    gain = quotient(
        turns, lambda turn: (turn["before much"].seconds - turn["before little"].seconds)
        / (turn["now much"].seconds - turn["now little"].seconds),
    )  # fmt: skip
    took = ", ".join(f"{name} {middle(turns, lambda turn, name=name: turn[name].seconds):.1f} s" for name in commands)
    yield f"| Spark local[2], 200,000 rows of a table, speed against before | {gain} | | {took} |"


def page(before: Side, now: Side, folder: Path, runs: int) -> Iterator[str]:
    """Yield what a short text takes on the served page at 50 clients: how long one waits, and the server's processor time."""
    sides = {"before": before, "now": now}
    turns = [{name: _short_texts(side, folder / f"home-{name}") for name, side in sides.items()} for _ in range(runs + 1)][1:]
    for number, name in enumerate(("median wait", "processor time of the server")):
        took = " and ".join(f"{statistics.median(turn[side][number] for turn in turns):.1f}" for side in ("now", "before"))
        found = [turn["now"][number] / turn["before"][number] for turn in turns]
        middle_one = f"{statistics.median(found):.2f} ({min(found):.2f} to {max(found):.2f})"
        yield f"| a short text on the page at {CLIENTS} clients, {name} | {middle_one} | 0.50 | {took} ms |"


def _short_texts(side: Side, home: Path) -> tuple[float, float]:
    """Return, in ms, the median wait for the tags of a short text, and the processor time of all the server's processes for one."""
    import psutil
    from load import start

    home.mkdir(exist_ok=True)
    server, address = start("default", home, side.root)
    try:
        asyncio.run(_ask_at_once(address))  # until it is warm
        family = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
        began = sum(sum(process.cpu_times()[:2]) for process in family)
        waits = asyncio.run(_ask_at_once(address))
        spent = sum(sum(process.cpu_times()[:2]) for process in family) - began
    finally:
        server.terminate()
        server.wait(timeout=30)
        server.stdout.close()
    return 1000 * statistics.median(waits), 1000 * spent / len(waits)


async def _ask_at_once(address: str) -> list[float]:
    """Return the waits of CLIENTS, in seconds, each of which sends a text when it has the tags of the one before.

    They speak HTTP by hand: a client of a library would take more than the server.
    """
    waits: list[float] = []
    end = time.monotonic() + PAGE_SECONDS
    await asyncio.gather(*(_ask(address, random.Random(number), end, waits) for number in range(CLIENTS)))
    return waits


async def _ask(address: str, chance: random.Random, end: float, waits: list[float]) -> None:
    from load import SENTENCES

    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    while time.monotonic() < end:
        body = json.dumps({"text": "".join(chance.choices(SENTENCES, k=chance.randrange(1, 6)))}).encode()
        head = f"POST /api/tag HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        begun = time.perf_counter()
        writer.write(head.encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(answer.partition(b"content-length: ")[2].split()[0]))
        waits.append(time.perf_counter() - begun)
        if b" 200 " not in answer.partition(b"\r\n")[0]:
            raise SystemExit(answer.decode())
    writer.close()


SECTIONS = ("training", "tagging", "start", "size", "reading", "spark", "page")


def compare(checkout: Path, folder: Path, runs: int, texts: list[Path], only: Iterable[str] = SECTIONS) -> Iterator[str]:
    """Yield the lines of the table of this commit beside an older checkout."""
    before, now = Side(checkout.resolve()), Side(ROOT)
    if not any(checkout.glob("pipeline/**/*.so")):
        raise SystemExit(f"{checkout}: not compiled; run python hatch_build.py there")
    sections: dict[str, Callable[[], Iterator[str]]] = {
        "training": lambda: training(before, now, folder, runs),
        "tagging": lambda: tagging(before, now, folder, runs, texts),
        "start": lambda: start(before, now, runs),
        "size": lambda: size(before, now, folder, runs, texts),
        "reading": lambda: reading(before, now, folder, runs),
        "spark": lambda: spark(before, now, folder, runs, texts),
        "page": lambda: page(before, now, folder, runs),
    }
    yield "| beside an older commit | median (least to greatest) | target | now and before |\n|---|---|---|---|"
    for name in only:
        yield from sections[name]()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--texts", type=Path, help="a folder of text files to tag, in place of the project's reports")
    parser.add_argument("--only", default=",".join(SECTIONS))
    options = parser.parse_args()
    os.environ.pop("MISSION_THEMES_HOME", None)
    own = sorted((ROOT / "seeds" / "written").glob("*/*.txt"))
    texts = sorted(options.texts.glob("*.txt")) if options.texts else own
    with tempfile.TemporaryDirectory() as name:
        for line in compare(options.checkout, Path(name), options.runs, texts, options.only.split(",")):
            print(line, flush=True)


if __name__ == "__main__":
    main()
