"""What reading costs, by format, beside the libraries that people use for it: CPU time and memory: `make bench-readers`.

    python tests/benchmarks/readers.py

The reports of `make bench-formats`, several times in a folder, are read by one process each way, in turn. Counted is the CPU
time of the process and of all that it starts, less what it takes for a folder of one file, by the number of the others. Memory
is the most that one process of it took. A peer gives the text alone; ours also finds headings, what is no part of the report, and
places. The peers: python-docx (paragraphs), pypdfium2 (the text of pages), trafilatura (main text), openpyxl (cells), LibreOffice
(one start, all files to text).
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import formats

from pipeline.track.locate import open_model

COPIES = 3
OURS = """
import sys
from pathlib import Path
from pipeline.core.config import load_config
from pipeline.core.records import Document
from pipeline.read.isolated import IsolatedReader
with IsolatedReader(load_config().read) as reader:
    for path in sorted(Path(sys.argv[1]).iterdir()):
        assert all(isinstance(found, Document) for found in reader.read(str(path))), path
"""
LOOP = """
import sys
from pathlib import Path
{load}
for path in sorted(Path(sys.argv[1]).iterdir()):
    text = {read}
    assert text
"""
PDFIUM = """
import pypdfium2
def text_of(path):
    with pypdfium2.PdfDocument(path) as document:
        return "".join(page.get_textpage().get_text_bounded() for page in document)
"""
CELLS = "[cell for row in openpyxl.load_workbook(path, read_only=True).active.values for cell in row]"
PEERS = {
    "docx": ("python-docx", "import docx", "'\\n'.join(p.text for p in docx.Document(path).paragraphs)"),
    "pdf": ("pypdfium2", PDFIUM, "text_of(path)"),
    "html": ("trafilatura", "import trafilatura", "trafilatura.extract(path.read_text(encoding='utf-8'))"),
    "xlsx": ("openpyxl", "import openpyxl", CELLS),
}
OFFICE = 'exec soffice "-env:UserInstallation=$1" --headless --convert-to txt:Text --outdir "$(mktemp -d)" "$2"/*'
# What outlives its parent is handed to the process that counts, which waits for it.
COUNT = """
import ctypes, os, resource, subprocess, sys
ctypes.CDLL(None).prctl(36, 1)
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    while True:
        os.wait()
except ChildProcessError:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""
FORMATS = {
    "docx": "docx LibreOffice",
    "odt": "odt LibreOffice",
    "rtf": "rtf LibreOffice",
    "doc": "doc LibreOffice",
    "pdf": "pdf LibreOffice",
    "html": "html",
    "xlsx": "xlsx openpyxl",
    "ofd": "ofd",
    "eml": "eml",
    "epub": "epub",
    "pptx": "pptx",
}
BY_LIBREOFFICE = ("docx", "odt", "rtf", "doc", "html")


@dataclass(frozen=True)
class Took:
    """CPU seconds of a process and its children, and the most memory of one of them in MiB."""

    seconds: float
    memory: float


def run(command: list[str], folder: Path) -> Took:
    """Run a command in a process that counts what it and its children take; raises CalledProcessError."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", COUNT, *command], capture_output=True, text=True, check=True, cwd=folder, env=environment
    )
    return Took(*map(float, done.stdout.split()))


def ways(kind: str, profile: Path) -> dict[str, list[str]]:
    """Return the commands that read a folder of files of a kind, by name; the folder's place comes last."""
    found = {"ours": [sys.executable, "-c", OURS]}
    if kind in PEERS:
        name, load, read = PEERS[kind]
        found[name] = [sys.executable, "-c", LOOP.format(load=load, read=read)]
    if kind in BY_LIBREOFFICE:
        found["LibreOffice"] = ["sh", "-c", OFFICE, "sh", profile.as_uri()]
    return found


def folders(files: dict[str, Path], place: Path) -> tuple[Path, Path]:
    """Return a folder with one of the files, and one with all of them several times."""
    one, many = place / "one", place / "many"
    for folder in (one, many):
        folder.mkdir(parents=True)
    for number, path in enumerate(files.values()):
        for copy in range(COPIES):
            (many / f"{copy}-{path.name}").write_bytes(path.read_bytes())
        if not number:
            (one / path.name).write_bytes(path.read_bytes())
    return one, many


def main() -> None:
    """Print a table: for each format and way the median CPU milliseconds of a file, and the memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=3)
    turns = range(parser.parse_args().turns)
    texts = formats.plain(formats.reports())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        profile = folder / "profile"
        made = formats.wrap(texts, folder / "made", open_model("default"), formats.libreoffice("soffice", profile))
        print("| format | by | CPU ms a file | most MiB of a process | times ours |\n|---|---|---|---|---|")
        for kind, row in FORMATS.items():
            one, many = folders(made[row], folder / "read" / kind)
            files = len(list(many.iterdir())) - 1
            own = 0.0
            for way, command in ways(kind, profile).items():
                took = [(run([*command, str(one)], folder), run([*command, str(many)], folder)) for _ in turns]
                each = statistics.median(1000 * (most.seconds - least.seconds) / files for least, most in took)
                memory = statistics.median(most.memory for _, most in took)
                own = each if way == "ours" else own
                print(f"| {kind} | {way} | {each:.1f} | {memory:.0f} | {each / own:.2f} |", flush=True)


if __name__ == "__main__":
    main()
