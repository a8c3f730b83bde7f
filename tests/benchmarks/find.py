"""Search a million passages in the library, beside a plain scan and FTS5's own trigrams, in one run.

    python tests/benchmarks/find.py [--passages 1000000] [--folder FOLDER]

The passages are one to four sentences of the written corpus each, drawn with a seed; fifty are a report, with a place, unit and
year. Each system gives the same answer to each query: how many passages there are, and the twenty newest. The library gives them
with their reports and tags; the others their text. All are asked from one process, and each answer is the median of ``ROUNDS``
after one that warms up. What is printed goes into docs/library.md.
"""

import argparse
import hashlib
import itertools
import os
import random
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from pipeline.core.records import Document, KeptReport, Tag
from pipeline.library import reports
from pipeline.library.find import find, hits
from pipeline.library.records import Wanted
from pipeline.library.store import Library
from pipeline.output.digest.records import ReportAttribute

ROOT = Path(__file__).resolve().parents[2]
SEED, IN_REPORT, AT_ONCE, ROUNDS, SHOWN = 20, 50, 200, 5, 20
THEMES = ("举旗帜", "聚民心", "育新人", "兴文化", "展形象", "其他")
QUERIES = {  # what is asked, what else is wanted, and the condition of the others where they can put it
    "工作": (Wanted(), ("工作",)),
    "宣讲": (Wanted(), ("宣讲",)),
    "理论宣讲": (Wanted(), ("理论宣讲",)),
    "新时代文明实践中心": (Wanted(), ("新时代文明实践中心",)),
    "理论 宣讲": (Wanted(), ("理论", "宣讲")),
    "文化 或 文明": (Wanted(), None),
    "(文化 或 文明) 非 旅游": (Wanted(), None),
    "理论 近/10 宣讲": (Wanted(), None),
    "工作 ": (Wanted("兴文化", 0.5), None),
    "工作  ": (Wanted("", 0, {"place": "第7", "year": "2023"}), None),
    "航天员出舱": (Wanted(), ("航天员出舱",)),
}


def sentences():
    """Return the sentences of the written corpus."""
    texts = (path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds" / "written").rglob("*.txt")))
    lines = itertools.chain.from_iterable(text.split("\n") for text in texts)
    return [f"{part.strip()}。" for line in lines if len(line) > 12 for part in line.split("。") if len(part.strip()) > 6]


def made(count):
    """Yield reports of fifty passages, with their attributes."""
    drawn, known = random.Random(SEED), sentences()
    for number in range(count // IN_REPORT):
        source, tags, position = f"{number}.txt", [], 0
        for place in range(IN_REPORT):
            text = "".join(drawn.choices(known, k=drawn.randint(1, 4)))
            theme, score = drawn.choice(THEMES), round(drawn.random(), 4)
            tags.append(
                Tag(source, place, position, position + len(text), text, "", theme, score, {theme: score}, (), False, (), "bench 1")
            )
            position += len(text) + 1
        text = "\n".join(tag.text for tag in tags)
        report = KeptReport(Document(source, text, hashlib.sha256(text.encode()).hexdigest(), "utf-8"), tuple(tags))
        about = {"place": f"第{number % 100}县", "unit": f"第{number % 500}局", "year": str(2015 + number % 12)}
        yield report, {name: ReportAttribute(value, "bench") for name, value in about.items()}


def build(folder, count):
    """Make the three systems; print how long each took and how large it is."""
    plain = sqlite3.connect(folder / "plain.sqlite3")
    plain.execute("CREATE TABLE passage (id INTEGER PRIMARY KEY, text TEXT)")
    trigram = sqlite3.connect(folder / "trigram.sqlite3")
    trigram.execute("CREATE VIRTUAL TABLE passage USING fts5(text, tokenize='trigram')")
    seconds = dict.fromkeys(("library", "plain scan", "trigram"), 0.0)
    rest = made(count)
    with Library(folder / "library.sqlite3", create=True) as library:
        batch = reports.begin_batch(library, "add", "bench 1")
        while some := list(itertools.islice(rest, AT_ONCE)):
            begin = time.perf_counter()
            with library.writing():
                for report, attributes in some:
                    reports.add(library, report, attributes, batch)
            seconds["library"] += time.perf_counter() - begin
            rows = [(tag.text,) for report, _ in some for tag in report.tags]
            for name, database in (("plain scan", plain), ("trigram", trigram)):
                begin = time.perf_counter()
                database.executemany("INSERT INTO passage (text) VALUES (?)", rows)
                database.commit()
                seconds[name] += time.perf_counter() - begin
        library.forget()
    for (name, took), file in zip(seconds.items(), ("library", "plain", "trigram"), strict=True):
        print(f"{name}: built in {took:.0f} s, {(folder / f'{file}.sqlite3').stat().st_size / 1e6:,.0f} MB", flush=True)
    plain.close()
    trigram.close()


def timed(answer):
    """Return how many passages an answer counts, and the median and longest time in milliseconds after a first one."""
    counted, taken = answer(), []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        answer()
        taken.append(1000 * (time.perf_counter() - begin))
    return counted, statistics.median(taken), max(taken)


def in_library(library, query, wanted):
    """Return how many passages the library finds; the newest are read too."""
    found = find(library, query, wanted, SHOWN)
    assert len(list(hits(library, found))) == min(SHOWN, found.passages)
    return found.passages


def in_table(database, condition, values):
    """Return how many passages a table has; the newest are read too."""
    (count,) = database.execute(f"SELECT count(*) FROM passage WHERE {condition}", values).fetchone()
    database.execute(f"SELECT text FROM passage WHERE {condition} ORDER BY rowid DESC LIMIT {SHOWN}", values).fetchall()
    return count


def measure(folder):
    """Print a row for each query."""
    plain, trigram = (sqlite3.connect(folder / f"{name}.sqlite3") for name in ("plain", "trigram"))
    for database in (plain, trigram):
        database.execute("PRAGMA cache_size = -65536")
    print("| query | passages | library: median (longest) ms | FTS5 trigram ms | scan with LIKE ms |\n|---|---:|---:|---:|---:|")
    with Library(folder / "library.sqlite3") as library:
        for query, (wanted, words) in QUERIES.items():
            count, median, longest = timed(lambda query=query, wanted=wanted: in_library(library, query, wanted))
            beside = ["–", "–"]
            if words:
                like, values = " AND ".join(["text LIKE ?"] * len(words)), [f"%{word}%" for word in words]
                scanned, *by_scan = timed(lambda: in_table(plain, like, values))  # noqa: B023 - called at once
                assert scanned <= count, (query, scanned, count)
                beside[1] = f"{by_scan[0]:,.0f}"
                if min(map(len, words)) > 2:
                    match = " AND ".join(f'"{word}"' for word in words)
                    found, *by_trigram = timed(lambda: in_table(trigram, "passage MATCH ?", [match]))  # noqa: B023 - as above
                    assert found <= count, (query, found, count)
                    beside[0] = f"{by_trigram[0]:,.0f}"
                else:
                    beside[0] = "finds nothing"
            more = " ".join(filter(None, [wanted.theme, f"≥{wanted.score}" if wanted.score else "", *wanted.attributes.values()]))
            name = f"{query.strip()}{f' + {more}' if more else ''}"
            print(f"| {name} | {count:,} | {median:,.0f} ({longest:,.0f}) | {beside[0]} | {beside[1]} |", flush=True)
        begin = time.perf_counter()
        reports.remove(library, [1])
        library.forget()
        print(f"one report taken out with all its traces: {time.perf_counter() - begin:.1f} s")
    plain.close()
    trigram.close()


def main():
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the databases stay; without it they go")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        if not (folder / "library.sqlite3").exists():
            folder.mkdir(parents=True, exist_ok=True)
            build(folder, given.passages)
        measure(folder)
    print(f"SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
