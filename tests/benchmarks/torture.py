"""Cut runs short in every way, go on with them, and look for what was lost or left behind: `make torture`.

Each case is a run of the command in a folder of its own, with a folder of its own for temporary files and a mark in its
environment, by which every process that outlives it is found. After each case the inputs must be what they were, the output
must be absent or whole, no process, scratch folder or unfinished file may be left, and `--resume` must come to the bytes of an
undisturbed run.
"""

import argparse
import hashlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
MARK = "MISSION_THEMES_TORTURE"
WAIT = 300  # seconds for a run, at most
GONE = 15  # seconds for what a killed run has started
# Name, and what follows PATHS on the command line.
OUTPUTS = {
    "jsonl": ("tag", "-o", "o.jsonl"),
    "jsonl, two processes": ("tag", "-o", "o.jsonl", "--jobs", "2"),
    "csv": ("tag", "-o", "o.csv"),
    "html": ("tag", "-o", "o.html"),
    "xlsx": ("tag", "-o", "o.xlsx"),
    "docx": ("tag", "-o", "o.docx"),
    "folder of docx": ("tag", "-o", "o", "--format", "docx"),
    "digest": ("digest", "-o", "o.docx"),
}
# Runs the command, and kills it when a step is reached so many times; without a step it writes down those that are.
DRIVER = """
import os, signal, sys
from pipeline.core import steps
def reached(step):
    global count
    if notes:
        with open(notes, "a", encoding="utf-8") as stream:
            stream.write(step + "\\n")
    elif step == name:
        count -= 1
        if count == 0:
            os.kill(os.getpid(), signal.SIGKILL)
if __name__ == "__main__":  # and in no process that this one starts
    name, count, notes = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    sys.argv[1:] = sys.argv[4:]
    steps.reached = reached
    from pipeline.cli.__main__ import run
    run()
"""


@dataclass
class Tally:
    """What was tried and what was found wrong."""

    tried: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)

    def hold(self, is_right: bool, what: str) -> None:
        if not is_right:
            print(f"WRONG  {what}", flush=True)
            self.wrong.append(what)


@dataclass
class Place:
    """A folder with reports, an output, and nothing else that is to stay."""

    folder: Path
    model: str

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    def command(self, words: Sequence[str], *more: str) -> list[str]:
        return [words[0], "reports", *words[1:], "--model", self.model, *more]

    def environment(self) -> dict[str, str]:
        temporary = self.folder / "temporary"
        temporary.mkdir(exist_ok=True)
        return {**os.environ, MARK: str(self.folder), "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)}

    def start(self, arguments: Sequence[str], *driven: str, **settings: object) -> "subprocess.Popen[str]":
        program = [sys.executable, str(self.driver()), *driven] if driven else [sys.executable, "-m", "pipeline.cli"]
        return subprocess.Popen(
            [*program, *arguments], cwd=self.folder, env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, **settings,
        )  # fmt: skip

    def run(self, arguments: Sequence[str], *driven: str, **settings: object) -> tuple[int, str]:
        process = self.start(arguments, *driven, **settings)
        said = process.communicate(timeout=WAIT)[1]
        return process.returncode, said

    def driver(self) -> Path:
        path = self.folder / "temporary.py"
        if not path.exists():
            path.write_text(DRIVER, encoding="utf-8")
        return path

    def output(self) -> dict[str, str]:
        """The digests of what is there beside the reports, but for what a run may keep while it is unfinished."""
        own = {"reports", "temporary", "temporary.py", "notes"}
        files = [path for path in self.folder.rglob("*") if path.is_file() and path.relative_to(self.folder).parts[0] not in own]
        names = {path.relative_to(self.folder).as_posix(): path for path in files}
        return {name: digest(path) for name, path in names.items() if not name.startswith(".o") or _is_unfinished(name)}

    def clear(self) -> None:
        for path in self.folder.iterdir():
            if path.name.lstrip(".").startswith("o"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_unfinished(name: str) -> bool:
    return name.endswith(".part") and "/" not in name


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def originals(place: Place) -> str:
    pairs = sorted((str(path), digest(path)) for path in place.reports.rglob("*") if path.is_file())
    return hashlib.sha256(repr(pairs).encode()).hexdigest()


def outlive(place: Place) -> list[str]:
    """Return what goes on of the runs in a place, after some time for it to end."""
    deadline = time.monotonic() + GONE
    while found := [*running(place), *(path.name for path in (place.folder / "temporary").iterdir())]:
        if time.monotonic() > deadline:
            return found
        time.sleep(0.05)
    return []


def running(place: Place) -> Iterator[str]:
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK) == str(place.folder):
                yield " ".join(process.cmdline())[:80]


def make_reports(folder: Path, count: int) -> None:
    """Write reports of several formats, large enough that a run takes a second or so."""
    import docx

    folder.mkdir()
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds" / "reports").glob("*.txt"))]
    word = docx.Document()
    for line in texts[0].split("\n"):
        word.add_paragraph(line)
    for number in range(count):
        path = folder / f"{number:05}.{'docx' if number % 8 == 3 else 'html' if number % 8 == 5 else 'txt'}"
        text = texts[number % len(texts)][: 1500 + number % 7 * 300]
        if path.suffix == ".docx":
            word.save(path)
        else:
            path.write_text(f"<html><body><p>{text}</p></body></html>" if path.suffix == ".html" else text, encoding="utf-8")


@contextmanager
def new_place(model: str, count: int) -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="torture-") as name:
        place = Place(Path(name).resolve(), model)
        make_reports(place.reports, count)
        yield place


def check(tally: Tally, place: Place, what: str, inputs: str, allowed: Sequence[dict[str, str]]) -> None:
    """Hold a place after a run that was cut short: nothing lost, nothing half there, nothing left."""
    tally.hold(originals(place) == inputs, f"{what}: an input changed")
    left = outlive(place)  # the guard of an unfinished file has that time too
    found = place.output()
    for name, value in found.items():
        tally.hold(any(one.get(name) == value for one in allowed), f"{what}: {name} is there and not whole, or left behind")
    tally.hold(not left, f"{what}: left behind: {left}")


def go_on(tally: Tally, place: Place, what: str, words: Sequence[str], whole: dict[str, str]) -> None:
    """Hold that a run that was cut short goes on to the output of an undisturbed one."""
    more = ("--resume",) if words[0] == "tag" else ()
    code, said = place.run(place.command(words, *more))
    tally.hold(code == 0, f"{what}: cannot go on: {said[-300:]}")
    tally.hold(place.output() == whole, f"{what}: another output")


def undisturbed(place: Place, words: Sequence[str]) -> tuple[dict[str, str], float]:
    began = time.monotonic()
    code, said = place.run(place.command(words))
    if code:
        raise SystemExit(said)
    return place.output(), time.monotonic() - began


def named_steps(place: Place, words: Sequence[str], *more: str) -> list[str]:
    notes = place.folder / "notes"
    notes.unlink(missing_ok=True)
    place.run(place.command(words, *more), "", "0", str(notes))
    return list(dict.fromkeys(notes.read_text(encoding="utf-8").splitlines()))


def kill_at_steps(tally: Tally, model: str, most: int, names: Sequence[str]) -> None:
    """Kill runs at named steps, about so many of each output, in turn fresh ones and ones that resume."""
    with new_place(model, 60) as place:
        inputs = originals(place)
        for name in names:
            words = OUTPUTS[name]
            whole, _ = undisturbed(place, words)
            found = named_steps(place, words)
            for number, step in enumerate(found[:: max(1, len(found) // most)]):
                place.clear()
                is_resumed = words[0] == "tag" and number % 2 == 1
                if is_resumed:
                    place.run(place.command(words), "their lines are written", "1", "")
                what = f"{name}, killed at {step!r}{' when resumed' if is_resumed else ''}"
                code, _ = place.run(place.command(words, *(("--resume",) if is_resumed else ())), step, "1", "")
                tally.tried["kills at named steps"] += 1
                tally.notes["killed there" if code == -signal.SIGKILL else "step not reached"] += 1
                check(tally, place, what, inputs, [whole])
                go_on(tally, place, what, words, whole)
            place.clear()


def kill_at_random(tally: Tally, model: str, most: int, names: Sequence[str], count: int) -> None:
    """Kill runs at random moments, and the same output again and again until it is whole."""
    chance = random.Random(16)
    with new_place(model, count) as place:
        inputs = originals(place)
        wholes = {}
        for number in range(most):
            name = names[number % len(names)]
            words = OUTPUTS[name]
            if name not in wholes:
                place.clear()
                wholes[name] = undisturbed(place, words)
            place.clear()
            whole, seconds = wholes[name]
            for again in range(2):
                what = f"{name}, random kill {number}.{again}"
                process = place.start(place.command(words, *(("--resume",) if again and words[0] == "tag" else ())))
                with suppress(subprocess.TimeoutExpired):
                    process.wait(chance.uniform(0.05, seconds))
                process.kill()
                process.communicate()
                tally.tried["kills at random"] += 1
                check(tally, place, what, inputs, [whole])
            go_on(tally, place, what, words, whole)


def stop_by_signals(tally: Tally, model: str, names: Sequence[str], count: int) -> None:
    """Stop runs by the signals that a terminal, a service or a closed window sends."""
    chance = random.Random(17)
    with new_place(model, count) as place:
        inputs = originals(place)
        for name in names:
            words = OUTPUTS[name]
            place.clear()
            whole, seconds = undisturbed(place, words)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                place.clear()
                process = place.start(place.command(words))
                time.sleep(chance.uniform(0.3, max(0.4, seconds * 0.8)))
                process.send_signal(number)
                said = process.communicate(timeout=WAIT)[1]
                tally.tried["signals"] += 1
                what = f"{name}, {number.name}"
                lines = said.splitlines()
                is_told = process.returncode == 130 and len(lines) <= 2 and lines[-1].startswith("stopped; ")
                tally.hold(is_told or process.returncode == 0, f"{what}: {process.returncode} {said[-300:]}")
                check(tally, place, what, inputs, [whole])
                go_on(tally, place, what, words, whole)


def fill_disks(tally: Tally, model: str, names: Sequence[str]) -> None:
    """Run with room for a part of the output only."""
    with new_place(model, 60) as place:
        inputs = originals(place)
        for name in names:
            words = OUTPUTS[name]
            place.clear()
            whole, _ = undisturbed(place, words)
            largest = max(path.stat().st_size for path in place.folder.rglob("o*") if path.is_file())
            for share in (0.02, 0.3, 0.9):
                place.clear()
                code, said = place.run(place.command(words), preexec_fn=room_for(int(largest * share)))
                tally.tried["full disks"] += 1
                what = f"{name}, room for {share:.0%}"
                is_told = code == 2 and len(said.splitlines()) <= 2 and "cannot be written" in said
                tally.hold(is_told, f"{what}: {code} {said[-300:]}")
                check(tally, place, what, inputs, [whole])
                go_on(tally, place, what, words, whole)


def room_for(size: int) -> Callable[[], None]:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def move_and_change(tally: Tally, model: str, count: int) -> None:
    """Move folders, change and remove inputs while runs are under way; the last run must see the files as they are then."""
    words = OUTPUTS["jsonl, two processes"]

    def moved(place: Place) -> None:
        place.reports.rename(place.folder / "moved")

    def changed(place: Place) -> None:
        for path in sorted(place.reports.glob("*.txt"))[::2]:
            path.write_text("县图书馆新开六座城市书房，送戏下乡八十场。\n" * 20, encoding="utf-8")

    def vanished(place: Place) -> None:
        for path in sorted(place.reports.iterdir())[::3]:
            path.unlink()

    for name, act in (("the reports are moved", moved), ("inputs change", changed), ("inputs vanish", vanished)):
        with new_place(model, count) as place:
            process = place.start(place.command(words))
            time.sleep(0.8)
            act(place)
            said = process.communicate(timeout=WAIT)[1]
            tally.tried["moved, changed or vanished inputs"] += 1
            tally.hold("Traceback" not in said and "unexpected" not in said, f"{name}: {said[-300:]}")
            tally.hold(not outlive(place), f"{name}: left behind")
            if (place.folder / "moved").exists():
                (place.folder / "moved").rename(place.reports)
            again, _ = undisturbed(place, words)
            place.clear()
            fresh, _ = undisturbed(place, words)
            tally.hold(again == fresh, f"{name}: another output afterwards")


def run_at_once(tally: Tally, model: str, names: Sequence[str], count: int) -> None:
    """Start two runs on one output: one waits for none, and the output is whole."""
    with new_place(model, count) as place:
        inputs = originals(place)
        for name in names:
            words = OUTPUTS[name]
            place.clear()
            whole, _ = undisturbed(place, words)
            place.clear()
            both = [place.start(place.command(words)) for _ in range(2)]
            said = [process.communicate(timeout=WAIT)[1] for process in both]
            codes = sorted(process.returncode for process in both)
            tally.tried["two runs on one output"] += 1
            tally.hold(codes in ([0, 0], [0, 2]), f"{name}, two runs: {codes} {said}")
            tally.hold(place.output() == whole, f"{name}, two runs: another output")
            check(tally, place, f"{name}, two runs", inputs, [whole])


def many_files(tally: Tally, model: str, count: int) -> None:
    """Kill a run over many small files in the midst and at the steps of its end, and go on."""
    with new_place(model, 40) as place:
        for number in range(count):
            text = f"第{number}号：县图书馆新开六座城市书房，学理论讲党课。\n"
            (place.reports / f"n{number:05}.txt").write_text(text, encoding="utf-8")
        words = OUTPUTS["jsonl, two processes"]
        whole, seconds = undisturbed(place, words)
        inputs = originals(place)
        place.clear()
        for share in (0.5, 0.8):
            process = place.start(place.command(words, "--resume"))
            with suppress(subprocess.TimeoutExpired):
                process.wait(seconds * share)
            process.kill()
            process.communicate()
            check(tally, place, f"{count} files, killed", inputs, [whole])
        journal = place.folder / ".o.jsonl.run" / "journal"
        kept = journal.read_bytes().count(b"\n") if journal.exists() else 0
        for step in ("a new journal is begun", "the new journal is whole", "after the output has appeared"):
            place.run(place.command(words, "--resume"), step, "1", "")
            check(tally, place, f"{count} files, killed at {step!r}", inputs, [whole])
            if step != "after the output has appeared":
                now = journal.read_bytes().count(b"\n")
                tally.hold(now >= kept, f"{count} files: {kept} lines of the journal became {now} at {step!r}")
        tally.tried[f"kills of a run over {count:,} files"] += 5
        go_on(tally, place, f"{count} files", words, whole)


def torture(model: str, is_short: bool) -> Tally:
    """Return what a long or a short torture finds."""
    tally = Tally()
    names = ["jsonl", "html"] if is_short else list(OUTPUTS)
    kill_at_steps(
        tally,
        model,
        4 if is_short else 1000,
        ["html", "folder of docx"] if is_short else ["jsonl", "html", "folder of docx", "digest"],
    )
    kill_at_random(tally, model, 1 if is_short else 24, ["jsonl, two processes"] if is_short else names, 60)
    if is_short:
        return tally
    for part in (
        lambda: stop_by_signals(tally, model, ["jsonl, two processes", "xlsx", "digest"], 60),
        lambda: fill_disks(tally, model, ["jsonl", "xlsx", "folder of docx", "digest"]),
        lambda: move_and_change(tally, model, 400),
        lambda: run_at_once(tally, model, ["jsonl", "html", "digest"], 60),
        lambda: many_files(tally, model, 20_000),
    ):
        print(dict(tally.tried), f"{len(tally.wrong)} wrong so far", flush=True)
        part()
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="The part of it that the tests run.")
    parser.add_argument("--model", default="default", help="The model to tag with.")
    arguments = parser.parse_args()
    began = time.monotonic()
    tally = torture(arguments.model, arguments.short)
    for what, count in tally.tried.items():
        print(f"{count:6} {what}")
    print(dict(tally.notes), flush=True)
    print(f"{len(tally.wrong)} wrong, {time.monotonic() - began:.0f} s")
    sys.exit(1 if tally.wrong else 0)


if __name__ == "__main__":
    main()
