"""The speed of this project beside what people use, and beside the limit of its segmenter: `make bench`.

Every figure is a ratio of two sides that were measured in turn, as whole processes, in this one run. Throughput
is the slope between a small and a large amount of the same text, so that start-up does not count; start-up is the cold start.
All contestants read the same files, score each sentence with six labels and write a JSON line with theme and probability.
Writes docs/performance.md.
"""

import argparse
import datetime as dt
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
LIMIT = "rjieba alone"
BY_HAND = "<!-- What follows is written by hand"
SEED = ROOT / "seeds" / "reports" / "002_bc99a5d9c6142de8.txt"
UNIT = 500_000  # bytes of text that the amounts are multiples of
TRAINING_LINES = 200_000
Commands = dict[str, Callable[[Path, Path], list[str]]]


@dataclass(frozen=True)
class Took:
    """What a process took: seconds, the most memory of it or of one of its children, in MiB, and processor seconds of them all."""

    seconds: float
    memory: float
    cpu: float = 0.0

    def __str__(self) -> str:
        """Return both in words."""
        return f"{self.seconds:.2f} s and {self.memory:.0f} MiB"


def run(command: list[str], home: Path | None = None, root: Path = ROOT) -> Took:
    """Run a command in a checkout as a process of its own and return what it took; raises CalledProcessError."""
    environment = {**os.environ, **({"MISSION_THEMES_HOME": str(home)} if home else {}), "OMP_NUM_THREADS": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as on the machines of users, where a program is compiled once
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=root, env=environment)
    said = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.stderr:
        process.stderr.close()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, stderr=said.decode())
    return Took(seconds, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime)


def _median(took: list[Took]) -> Took:
    return Took(*(statistics.median(getattr(one, name) for one in took) for name in ("seconds", "memory", "cpu")))


# ---- contestants -----------------------------------------------------------------------------------------------------

PLAIN = """
import json, re, sys, joblib
from pathlib import Path
from typing import NamedTuple
from contestants import {cut} as cut
model = joblib.load(sys.argv[1])
with open(sys.argv[3], "w", encoding="utf-8") as out:
    for path in sorted(Path(sys.argv[2]).iterdir()) if Path(sys.argv[2]).is_dir() else [Path(sys.argv[2])]:
        sentences = [s for s in re.split("(?<=[。！？；\\\\n])", path.read_text(encoding="utf-8")) if s.strip()]
        for sentence, row in zip(sentences, model.predict_proba(sentences)):
            best = row.argmax()
            line = {{"source": str(path), "text": sentence, "theme": model.classes_[best], "score": round(float(row[best]), 4)}}
            out.write(json.dumps(line, ensure_ascii=False) + "\\n")
"""
FASTTEXT = """
import json, re, sys, fasttext, rjieba
from pathlib import Path
from typing import NamedTuple
model = fasttext.load_model(sys.argv[1])
with open(sys.argv[3], "w", encoding="utf-8") as out:
    for path in sorted(Path(sys.argv[2]).iterdir()):
        sentences = [s for s in re.split("(?<=[。！？；\\\\n])", path.read_text(encoding="utf-8")) if s.strip()]
        for sentence in sentences:
            score, theme = model.f.predict(" ".join(rjieba.cut(sentence, False)).replace("\\n", " ") + "\\n", 1, 0.0, "strict")[0]
            line = {"source": str(path), "text": sentence, "theme": theme, "score": round(score, 4)}
            out.write(json.dumps(line, ensure_ascii=False) + "\\n")
"""
SEGMENTER = """
import sys, rjieba
from pathlib import Path
from typing import NamedTuple
rjieba.cut("词", False)
for path in sorted(Path(sys.argv[1]).iterdir()) if len(sys.argv) > 1 else []:
    rjieba.cut(path.read_text(encoding="utf-8"), False)
"""
NOT_COMPILED = "import os; os.environ['MISSION_THEMES_IMPLEMENTATION'] = 'python'; from pipeline.cli.commands import main; main()"
CONTESTANTS = """
import jieba, rjieba
def jieba_cut(text):
    return jieba.lcut(text)
def rjieba_cut(text):
    return rjieba.cut(text, False)
"""
FIT = """
import json, sys, joblib
from contestants import {cut} as cut
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
texts, labels = json.load(open(sys.argv[1], encoding="utf-8"))
vectorizer = TfidfVectorizer(tokenizer=cut, token_pattern=None, lowercase=True)
joblib.dump(make_pipeline(vectorizer, LogisticRegression(max_iter=300)).fit(texts, labels), sys.argv[2])
"""
FIT_FASTTEXT = """
import json, sys, fasttext, rjieba
texts, labels = json.load(open(sys.argv[1], encoding="utf-8"))
with open(sys.argv[2] + ".txt", "w", encoding="utf-8") as out:
    for text, label in zip(texts, labels):
        out.write("__label__" + label + " " + " ".join(rjieba.cut(text, False)).replace("\\n", " ") + "\\n")
fasttext.train_supervised(sys.argv[2] + ".txt", wordNgrams=2, verbose=0, thread=1).save_model(sys.argv[2])
"""


def labelled_sentences() -> tuple[list[str], list[str]]:
    """Return the corpus as texts and labels."""
    texts, labels = [], []
    for name in ("seed", "written"):
        for line in (ROOT / "seeds" / "labels" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            label = json.loads(line)
            texts.append((ROOT / label["source"]).read_bytes().decode("utf-8")[label["start"] : label["end"]])
            labels.append(label["label"])
    return texts, labels


def prepare(folder: Path) -> Commands:
    """Train the contestants and return, by name, the command that tags a folder into a file."""
    (folder / "contestants.py").write_text(CONTESTANTS, encoding="utf-8")
    (folder / "corpus.json").write_text(json.dumps(labelled_sentences()), encoding="utf-8")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    python, corpus = sys.executable, str(folder / "corpus.json")
    for cut in ("jieba_cut", "rjieba_cut"):
        run([python, "-c", FIT.format(cut=cut), corpus, str(folder / f"{cut}.joblib")])
    run([python, "-c", FIT_FASTTEXT, corpus, str(folder / "fasttext.bin")])

    def plain(cut: str) -> Callable[[Path, Path], list[str]]:
        return lambda source, out: [python, "-c", PLAIN.format(cut=cut), str(folder / f"{cut}.joblib"), str(source), str(out)]

    def ours(*more: str, start: tuple[str, ...] = ("-m", "pipeline.cli")) -> Callable[[Path, Path], list[str]]:
        return lambda source, out: [python, *start, "tag", str(source), "-o", f"{out}.jsonl", *more]

    return {
        "plain script": plain("jieba_cut"),
        "scikit-learn with rjieba": plain("rjieba_cut"),
        "fastText": lambda source, out: [python, "-c", FASTTEXT, str(folder / "fasttext.bin"), str(source), str(out)],
        "rjieba alone": lambda source, out: [python, "-c", SEGMENTER, str(source)],
        "pipeline tag": ours("--jobs", "1"),
        "pipeline tag, two processes": ours("--jobs", "2"),
        "pipeline tag, not compiled": ours("--jobs", "1", start=("-c", NOT_COMPILED)),
        "pipeline tag, Spark local[2]": ours("--engine", "spark", "--master", "local[2]"),
    }


def amounts(folder: Path, sources: list[Path], units: int, single: bool = False) -> Path:
    """Return a folder with so many units of text: the reports again and again, as files of their own or as one file."""
    target = folder / f"{'one' if single else 'many'}-{units}"
    target.mkdir(parents=True)
    size = number = 0
    whole = (target / "all.txt").open("wb") if single else None
    while size < units * UNIT:  # nothing is gathered: what this process has counts for those that it starts
        data = sources[number % len(sources)].read_bytes()
        if whole:
            whole.write(data + b"\n")
        else:
            (target / f"{number:06}.txt").write_bytes(data)
        size, number = size + len(data), number + 1
    if whole:
        whole.close()
    return target


def size_of(folder: Path) -> float:
    """Return the megabytes of a folder."""
    return sum(path.stat().st_size for path in folder.iterdir()) / 1e6


# ---- sections --------------------------------------------------------------------------------------------------------


def cold(commands: Commands, folder: Path, runs: int) -> Iterator[str]:
    """Yield the table of the cold start: one report, from nothing. It takes no time to measure it often."""
    sides = {
        "ours": [sys.executable, "-m", "pipeline.cli", "tag", str(SEED)],
        "plain": commands["plain script"](SEED, folder / "cold-plain"),
        "bare": [sys.executable, "-c", SEGMENTER],
    }
    turns = [{name: run(command) for name, command in sides.items()} for _ in range(3 * runs + 1)][1:]

    def quotient(field: str, of: str) -> float:
        return statistics.median(getattr(turn["ours"], field) / getattr(turn[of], field) for turn in turns)

    yield "| one report, from a cold start | figure | target |\n|---|---|---|"
    yield f"| time, against the plain script | {quotient('seconds', 'plain'):.2f} | 0.15 |"
    yield f"| memory, against the plain script | {quotient('memory', 'plain'):.2f} | 0.35 |"
    yield f"| time, against a bare interpreter with rjieba | {quotient('seconds', 'bare'):.2f} | 1.6 |"
    ours, plain, floor = (_median([turn[name] for turn in turns]) for name in sides)
    yield f"\nIn this run: {ours}; the plain script {plain}; the bare interpreter {floor}.\n"


def throughput(commands: Commands, folder: Path, sources: list[Path], runs: int) -> Iterator[str]:
    """Yield the table of throughput, each contestant with as much text as it takes some seconds for.

    Right before each measurement the limit is measured, and their quotient is what counts: the machine's speed changes by half from
    one minute to the next.
    """
    units = {"plain script": 5, "scikit-learn with rjieba": 8, "fastText": 12, "pipeline tag, not compiled": 16}
    small, large = amounts(folder, sources, 1), amounts(folder, sources, 48)
    folders = {name: amounts(folder, sources, count) for name, count in units.items()}
    limit = commands[LIMIT]
    found: dict[str, list[_Rate]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            if "Spark" in name and turn != 1:
                continue
            out = folder / name.replace(" ", "-")
            beside = _rate(limit, small, large, out)
            own = beside if name == LIMIT else _rate(command, small, folders.get(name, large), out)
            if turn:  # the first one does not count
                found[name].append(_Rate(own.rate, own.memory, own.rate / beside.rate))
    rates = {
        name: _Rate(*(statistics.median(getattr(one, field) for one in all_of) for field in _Rate._fields))
        for name, all_of in found.items()
    }
    yield "| from text files to JSON lines | MB/s in this run | times the plain script | of rjieba alone | peak MiB of a process |"
    yield "|---|---|---|---|---|"
    plain = rates["plain script"].of_limit
    for name, (rate, memory, of_limit) in rates.items():
        yield f"| {name} | {rate:.2f} | {of_limit / plain:.1f} | {of_limit:.{2 if of_limit >= 0.1 else 3}f} | {memory:.0f} |"
    pairs = zip(found["pipeline tag, two processes"], found["pipeline tag"], strict=True)
    two = statistics.median(both.rate / one.rate for both, one in pairs)
    yield f"\nTargets: 11 times the plain script, 0.40 of rjieba alone, two processes 1.7 times one (here {two:.2f}).\n"


class _Rate(NamedTuple):
    """Megabytes a second, the most memory in MiB, and the rate as a part of the limit's."""

    rate: float
    memory: float
    of_limit: float = 1.0


def _rate(command: Callable[[Path, Path], list[str]], small: Path, large: Path, out: Path) -> _Rate:
    """Return the slope between two amounts of text."""
    first, last = (run(command(source, out)) for source in (small, large))
    return _Rate((size_of(large) - size_of(small)) / (last.seconds - first.seconds), last.memory)


TIMES = (1, 4, 16, 64)
OFTEN = (7, 7, 3, 1)  # how often each is measured in a turn: what a small amount takes is mostly the start
MANY, ONE = 2_000_000, UNIT  # bytes of the least amount, as many files and as one


def growth(commands: Commands, folder: Path, sources: list[Path], runs: int) -> Iterator[str]:
    """Yield the table of growth: the same text 1, 4, 16 and 64 times, as many files and as one."""
    rows: dict[bool, list[list[Took]]] = {}
    for single, least in ((False, MANY), (True, ONE)):
        places = [amounts(folder / "growth", sources, times * least // UNIT, single) for times in TIMES]
        tag = [commands["pipeline tag"](place, folder / "growth" / "out") for place in places]
        turns = [
            [_median([run(command) for _ in range(often)]) for command, often in zip(tag, OFTEN, strict=True)]
            for _ in range(runs + 1)
        ]
        rows[single] = [list(of_place) for of_place in zip(*turns[1:], strict=True)]  # the first turn does not count
        shutil.rmtree(folder / "growth")
    yield "| text | many files: s | MiB | text | one file: s | MiB |\n|---|---|---|---|---|---|"
    for number, times in enumerate(TIMES):
        cells = [
            f"{times * least / 1e6:.1f} MB | {middle.seconds:.2f} | {middle.memory:.0f}"
            for single, least in ((False, MANY), (True, ONE))
            for middle in [_median(rows[single][number])]
        ]
        yield f"| {cells[0]} | {cells[1]} |"
    for single, name in ((False, "many files"), (True, "one file")):
        yield f"\n{name.capitalize()}: {_growth(*rows[single])}."
    yield "\nTargets: time per MB 1.10 times, memory 1.20 times, and below 400 MiB a process.\n"


def _growth(least: list[Took], small: list[Took], _: list[Took], large: list[Took]) -> str:
    """Return what 64 times the text takes against 4 times; the start, of which each turn has its own, taken off and not."""
    times = [
        ((most.seconds - start.seconds) / (TIMES[3] - 1)) / ((some.seconds - start.seconds) / (TIMES[1] - 1))
        for start, some, most in zip(least, small, large, strict=True)
    ]
    whole = [most.seconds / TIMES[3] / (some.seconds / TIMES[1]) for some, most in zip(small, large, strict=True)]
    memory = [most.memory / some.memory for some, most in zip(small, large, strict=True)]
    return (
        f"time per MB at 64 against 4 times {statistics.median(times):.2f} with the start-up taken off, "
        f"{statistics.median(whole):.2f} with it; memory {statistics.median(memory):.2f}"
    )


def training(folder: Path) -> Iterator[str]:
    """Yield the line on training with 200,000 labelled lines."""
    took = run([sys.executable, str(Path(__file__).with_name("training.py")), str(folder), str(TRAINING_LINES)])
    figures = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    ratio, gibibytes = figures["ours"] / figures["bare"], took.memory / 1024
    yield f"Training on {TRAINING_LINES:,} labelled lines (reports of 100 lines, from the corpus with words and figures changed):"
    yield f"reading, cleaning, segmenting and one fit take {figures['ours']:.0f} s, scikit-learn's fit of the same features alone"
    yield f"{figures['bare']:.0f} s: {ratio:.2f} times by processor time (target 0.5), in {gibibytes:.1f} GiB with both."
    yield "`pipeline train` fits once more for each group that it leaves out (`evaluate.folds`)."


def _beside(checkout: Path, folder: Path, runs: int, sources: list[Path]) -> Iterator[str]:
    import before

    return before.compare(checkout, folder / "before", runs, sources)


def _by_hand(page: Path) -> str:
    """Return what a page says below its figures."""
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    return text[text.index(BY_HAND) :] if BY_HAND in text else ""


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--texts", type=Path, help="a folder of text files to measure on, in place of the project's reports")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "performance.md")
    parser.add_argument("--before", type=Path, help="a checkout of an older commit to measure beside this one (before.py)")
    parser.add_argument("--no-training", action="store_true", help="leave out the training on 200,000 lines")
    options = parser.parse_args()
    reports = sorted((ROOT / "seeds").glob("reports/*.txt")) + sorted((ROOT / "seeds" / "written").glob("*/*.txt"))
    sources = sorted(options.texts.glob("*.txt")) if options.texts else reports
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    day = dt.datetime.now(tz=dt.UTC).date()
    setting = f"{day} at commit {commit.strip()}, {os.cpu_count()} cores, medians of {options.runs}."
    lines = ["# Performance\n", f"Written by `make bench` on {setting}"]
    lines += [line for line in (__doc__ or "").splitlines()[2:-1] if line] + [""]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        commands = prepare(folder)
        for section in (
            lambda: cold(commands, folder, options.runs),
            lambda: throughput(commands, folder, sources, options.runs),
            lambda: growth(commands, folder, sources, options.runs),
            lambda: [] if options.no_training else training(folder),
            lambda: _beside(options.before, folder, options.runs, sources) if options.before else [],
        ):
            for line in section():
                print(line, flush=True)
                lines.append(line)
        shutil.rmtree(folder, ignore_errors=True)
    options.out.write_text("\n".join(lines) + "\n" + _by_hand(options.out), encoding="utf-8")


if __name__ == "__main__":
    main()
