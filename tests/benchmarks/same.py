"""Whether an earlier version writes the same bytes: `make same COMMIT=…`.

Run with ``python tests/benchmarks/same.py COMMIT``. The commit is checked out into build/same/COMMIT and its compiled part is
built there; both versions then tag, with the earlier one's shipped model, the seeds, every ``--step``th written report and the
wrappings of `make bench-formats`, into every format that both have. Files that are packages (xlsx, docx, qdpx) are compared member
by member. What differs is told with its first difference, and where only columns or keys were added, with their names.
LibreOffice and Chromium make the rest of the wrappings with ``--programs``. Exit code 1 where anything differs.
"""

import argparse
import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import formats

from pipeline.output import FORMATS
from pipeline.track.locate import open_model

ROOT = Path(__file__).resolve().parents[2]
AROUND = 60  # characters of a difference that are shown


def checked_out(commit: str) -> Path:
    """Return a checkout of a commit with its compiled part."""
    place = ROOT / "build" / "same" / commit
    if not place.exists():
        subprocess.run(["git", "worktree", "add", "--force", "--detach", place, commit], cwd=ROOT, check=True, capture_output=True)
        subprocess.run([sys.executable, "hatch_build.py"], cwd=place, check=True, capture_output=True)
    return place


def write_inputs(folder: Path, step: int, programs: bool) -> None:
    """Write what is tagged below a folder: the seeds, written reports and wrappings."""
    written = sorted((ROOT / "seeds/written").rglob("*.txt"))[::step]
    for name, paths in (("seeds", sorted((ROOT / "seeds/reports").iterdir())), ("written", written)):
        (folder / name).mkdir()
        for path in paths:
            (folder / name / f"{path.parent.name}-{path.name}").write_bytes(path.read_bytes())
    with tempfile.TemporaryDirectory() as profile:
        by = (formats.libreoffice("soffice", Path(profile)), formats.chromium("/usr/bin/chromium")) if programs else ()
        formats.wrap(formats.plain(formats.reports()), folder / "wrapped", open_model("default"), *by)


def tagged(checkout: Path, model: Path, folder: Path, out: Path) -> bytes | None:
    """Return what a version writes of some inputs, or None for a format that it does not have."""
    environment = os.environ | {"PYTHONPATH": str(checkout), "MISSION_THEMES_HOME": str(checkout)}
    command = [sys.executable, "-m", "pipeline.cli", "tag", "inputs", "-o", out, "--model", model]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode == 2:
        return None
    if done.returncode not in (0, 1):
        sys.exit(f"{checkout.name}, to {out.name}: {done.stderr[-500:]}")
    return out.read_bytes()


def members(data: bytes) -> dict[str, bytes]:
    """Return the members of a package by their names, or the bytes under no name."""
    if not data.startswith(b"PK"):
        return {"": data}
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def added(before: bytes, now: bytes, name: str) -> str:
    """Return the keys or columns that lines have more, where they are else the same; "" where they are not."""
    if name == "jsonl":
        rows = [[json.loads(line) for line in data.decode().splitlines()] for data in (before, now)]
    elif name == "csv":
        rows = [[*csv.DictReader(io.StringIO(data.decode("utf-8-sig")))] for data in (before, now)]
    else:
        return ""
    if len(rows[0]) != len(rows[1]) or any({key: new.get(key) for key in old} != old for old, new in zip(*rows, strict=True)):
        return ""
    return " ".join(dict.fromkeys(key for old, new in zip(*rows, strict=True) for key in new if key not in old))


def differences(before: bytes, now: bytes, name: str) -> Iterator[str]:
    """Yield a line for each member that is not the same."""
    if more := added(before, now, name):
        yield f"only added: {more}"
        return
    old, new = members(before), members(now)
    for member in sorted({*old, *new}):
        one, other = (each.get(member, b"").decode("utf-8", "replace") for each in (old, new))
        if one != other:
            at = next(i for i, (a, b) in enumerate(zip_longest(one, other)) if a != b)
            first = max(0, at - AROUND // 3)
            yield f"{member} at {at}: {one[first : first + AROUND]!r} is now {other[first : first + AROUND]!r}"


def main() -> int:
    """Compare and tell; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commit")
    parser.add_argument("--step", type=int, default=40, help="every so manieth written report [40]")
    parser.add_argument("--programs", action="store_true", help="also what LibreOffice and Chromium write")
    options = parser.parse_args()
    earlier, same, compared = checked_out(options.commit), 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "inputs").mkdir()
        write_inputs(folder / "inputs", options.step, options.programs)
        for form in FORMATS:
            outs = {checkout: folder / f"{place}.{form}" for place, checkout in enumerate((earlier, ROOT))}
            before, now = (tagged(checkout, earlier / "models/default", folder, out) for checkout, out in outs.items())
            if before is None or now is None:
                print(f"{form}: not in both versions")
                continue
            found = [*differences(before, now, form)]
            compared, same = compared + 1, same + (not found)
            print(f"{form}: {'the same' if not found else 'differs'}, {len(now):,} bytes", *found, sep="\n  ", flush=True)
        files = sum(path.is_file() for path in (folder / "inputs").rglob("*"))
    print(f"{same} of {compared} formats are the same, byte for byte, as at {options.commit}, for {files} files")
    return 0 if same == compared else 1


if __name__ == "__main__":
    sys.exit(main())
