"""Mutation testing by mutmut: change the code of the pure modules in small ways, and count the changes that a test notices.

Run with ``python tests/benchmarks/mutate.py`` (``make mutate``); docs/testing.md tells the score. pyproject.toml says which modules
are mutated and which tests are run: in one process each, only those that call the changed function, and no longer than a few times
what they usually take. ``--share`` of the mutants of each module are drawn by ``--seed``; what was run before is not run again
unless its function has changed (or with ``--again``), so that a larger share goes on from a smaller one. All is done in a copy of
the checkout, build/mutation, with the Python code that stands in for the compiled part, since that is what can be mutated.

Killed is what makes a test fail or run out of time; what no test calls counts as survived. Exit code 1 below ``--floor``.
"""

import argparse
import json
import math
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPY = ROOT / "build" / "mutation"
KILLED = frozenset({1, 3, 24, -24, 36, 152, 255})  # exit codes of mutmut: a test failed, or time ran out
FIRST = "pipeline.labels.texts.*"  # the smallest module: a run of it makes all mutants and learns which tests call which function
NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change of a module: its name by mutmut, and the exit code of its tests, None where they have not been run."""

    name: str
    module: str
    code: int | None

    @property
    def killed(self) -> bool:
        """Whether a test noticed it."""
        return self.code in KILLED


def interval(killed: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927)."""
    z, share = 1.96, killed / of
    middle, half = share + z * z / (2 * of), z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)


def drawn(mutants: list[Mutant], share: float, seed: int) -> list[Mutant]:
    """Return so many of each module as ``share`` of it is, at least one; a larger share holds what a smaller one does."""
    modules: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        modules.setdefault(mutant.module, []).append(mutant)
    return [
        mutant
        for module, own in sorted(modules.items())
        for mutant in random.Random(f"{seed} {module}").sample(own, len(own))[: math.ceil(share * len(own))]
    ]


def copy() -> None:
    """Bring build/mutation to what the checkout holds; files that are the same keep their time, so that mutants are kept."""
    COPY.mkdir(parents=True, exist_ok=True)
    for entry in ("pipeline", "tests", "configs", "seeds", "docs", ".ci", "models/default"):
        shutil.copytree(ROOT / entry, COPY / entry, ignore=NOT_COPIED, dirs_exist_ok=True)
    for entry in ("pyproject.toml", "hatch_build.py", "constraints.txt", "Makefile"):
        shutil.copy2(ROOT / entry, COPY / entry)
    for entry in ("tests", "docs", "seeds"):  # mutmut copies what is mutated anew, and nothing else
        shutil.rmtree(COPY / "mutants" / entry, ignore_errors=True)


def run(names: list[str], seconds: float | None = None) -> None:
    """Run the tests on these mutants; stops after so many seconds, and what was run by then is kept."""
    environment = os.environ | {"MISSION_THEMES_IMPLEMENTATION": "python"}
    command = [Path(sys.executable).with_name("mutmut"), "run", *names]
    with (
        (COPY / "log.txt").open("w") as log,
        subprocess.Popen(command, cwd=COPY, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            failed = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)  # mutmut ends its workers
            failed = process.wait()
            print(f"stopped after {seconds} s; run it again to go on", file=sys.stderr)
    if failed:
        sys.exit(f"mutmut failed; {log.name} says at what")


def made() -> Iterator[Mutant]:
    """Yield all mutants that there are, module by module."""
    for path in sorted((COPY / "mutants").rglob("*.meta")):
        module = str(path.relative_to(COPY / "mutants").with_suffix(""))
        for name, code in json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            yield Mutant(name, module, code)


def table(mutants: list[Mutant]) -> Iterator[str]:
    """Yield a line for each room and one for all, in Markdown."""
    yield "| room | mutants run | killed | share | 95 % |"
    yield "|---|---|---|---|---|"
    rooms: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        room = re.sub(r"^pipeline/|/[^/]*$", "", mutant.module)
        rooms.setdefault(room, []).append(mutant)
    for room, own in [*rooms.items(), ("**all**", mutants)]:
        killed = sum(mutant.killed for mutant in own)
        low, high = interval(killed, len(own))
        yield f"| {room} | {len(own)} | {killed} | {killed / len(own):.1%} | {low:.1%} to {high:.1%} |"


def main() -> int:
    """Draw, run and tell; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=0.05, help="of the mutants of each module [0.05]")
    parser.add_argument("--seed", type=int, default=14)
    parser.add_argument("--only", default="*", help="modules whose path fits, as pipeline/training/*")
    parser.add_argument("--seconds", type=float, help="stop after so many")
    parser.add_argument("--again", action="store_true", help="run those that survived once more, after tests were written")
    parser.add_argument("--floor", type=float, default=0.85, help="least share that is killed [0.85]")
    options = parser.parse_args()
    copy()
    run([FIRST])
    chosen = [each for each in drawn([*made()], options.share, options.seed) if fnmatch(each.module, options.only)]
    if waiting := [each.name for each in chosen if each.code is None or (options.again and not each.killed)]:
        run(waiting, options.seconds)
    names = {each.name for each in chosen}
    told = [each for each in made() if each.name in names and each.code is not None]
    print(f"{len(told)} of {len(chosen)} drawn mutants were run; seed {options.seed}, share {options.share}")
    print("\n".join(table(told)))
    for each in told:
        if not each.killed:
            print(f"survived ({each.code}): {each.name}")
    return 0 if sum(each.killed for each in told) >= options.floor * len(told) else 1


if __name__ == "__main__":
    sys.exit(main())
