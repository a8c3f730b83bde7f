"""How often a run climbs back up the rooms, from a command to the line that it writes: by calls, on one real run.

Run with ``python tests/benchmarks/walks.py --folder EMPTY [CHECKOUT]``; CHECKOUT is another version, with its compiled part. Three
runs are watched by ``sys.setprofile``: ``tag`` of a seed report to JSON lines, ``train`` on the five seed reports without MLflow,
and ``serve``, which is asked to tag a text by ``/api/tag``. What is done in other processes
is not seen, nor are compiled functions.

A step is a pair of functions of ``pipeline``, in two modules, of which one called the other or drew an item from it (a generator
that goes on counts as called); each pair counts once, however often it was called. What stands between them and is no function of
the package (click, numpy) is passed over, and a return is no step. A step climbs where the room of the function that is called
stands above that of its caller in the layers that import-linter holds in pyproject.toml. It is no import upward, which the contract
forbids, but a function that was handed down, or a generator that was. A version without rooms is counted as though its modules
stood where they were moved to (``MOVED``).
"""

import argparse
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOVED = {
    "batch": "batch run_folder spark registered_model",
    "training": "search measure suspects gate drift curve train evaluate left_out",
    "labels": "corrections corpus exchange agreement labels",
    "output": "digest output",
    "model": "model model_folder tag tagged score compiled decode features words bigrams kernels",
    "preprocess": "clean segment noise headings sentences lines characters sweeps",
    "core": "config records locations errors own_process",
}
WATCH = """
import json, os, signal, sys, threading, time, urllib.request
from pathlib import Path

root, folder, name, port, layers = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4], json.loads(sys.argv[5])
package, steps, places = str(root / "pipeline"), set(), {}


def place_of(path):
    if path not in places:
        module = ".".join(Path(path).relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        places[path] = module, layers.get(module.split(".")[1]) if "." in module else None
    return places[path]


def watch(frame, event, _):
    if event != "call" or not frame.f_code.co_filename.startswith(package):
        return
    caller = frame.f_back
    while caller is not None and not caller.f_code.co_filename.startswith(package):
        caller = caller.f_back
    if caller is not None and caller.f_code.co_filename != frame.f_code.co_filename and frame.f_code.co_name != "<module>":
        steps.add((caller.f_code.co_filename, caller.f_code.co_qualname, frame.f_code.co_filename, frame.f_code.co_qualname))


def ask():
    address = f"http://127.0.0.1:{port}/api"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/health").read()
            break
        except OSError:
            time.sleep(0.2)
    body = '{"text": "县图书馆新开城市书房六座，送戏下乡八十场。"}'.encode()
    request = urllib.request.Request(f"{address}/tag", body, {"content-type": "application/json"})
    assert b"scores" in urllib.request.urlopen(request).read()
    os.kill(os.getpid(), signal.SIGINT)


try:
    from pipeline.cli.commands import main
except ImportError:
    from pipeline.cli import main
report = str(root / "seeds/reports/002_bc99a5d9c6142de8.txt")
runs = {
    "tag": ["tag", report, "-o", str(folder / "tags.jsonl")],
    "train": ["train", "--config", str(root / "configs/seeds.toml"), "--no-track", "--set", "model.name=walk"],
    "page": ["serve", "--port", port],
}
if name == "page":
    threading.Thread(target=ask, daemon=True).start()
threading.setprofile(watch)
sys.setprofile(watch)
try:
    main(runs[name], standalone_mode=False)
except (SystemExit, KeyboardInterrupt):
    pass
sys.setprofile(None)
climbs = []
for caller, calls, path, called in sorted(steps):
    (below, low), (above, high) = place_of(caller), place_of(path)
    if low is not None and high is not None and high > low:
        climbs.append(f"{below}.{calls} -> {above}.{called}")
print(f"{name}: {len(climbs)} of {len(steps)} steps climb", *climbs, sep="\\\\n  ")
""".replace("\\\\n", "\\n")


def rooms() -> dict[str, int]:
    """Return how high each room stands, by its name and by the modules that were moved into it."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"][0]
    heights = {room: height for height, line in enumerate(reversed(contract["layers"])) for room in line.split(" : ")}
    return {module: heights[room] for room, modules in MOVED.items() for module in modules.split()} | heights


def main() -> None:
    """Watch the three runs of a version and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path, nargs="?", default=ROOT)
    parser.add_argument("--folder", type=Path, required=True, help="an empty folder for what is written")
    parser.add_argument("--port", default="8917")
    options = parser.parse_args()
    checkout, folder = options.checkout.resolve(), options.folder.resolve()
    for entry in ("configs", "seeds", "models"):
        (folder / entry).mkdir(parents=True)
        subprocess.run(["cp", "-r", f"{checkout / entry}/.", folder / entry], check=True)
    heights = rooms()
    environment = os.environ | {"PYTHONPATH": str(checkout), "MISSION_THEMES_HOME": str(folder)}
    for name in ("tag", "train", "page"):
        command = [sys.executable, "-c", WATCH, checkout, folder, name, options.port, json.dumps(heights)]
        subprocess.run(command, check=True, env=environment, cwd=folder, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
