"""Real OFD files of public repositories, by their producers: what is read of them, and why others are refused: `make bench-ofd`.

    python tests/benchmarks/real_ofd.py FOLDER

No file is part of the project: FOLDER gets a clone OWNER/NAME of each repository, where it is not there yet. Every OFD of
its commit counts once, whatever its name. Beside our reader stands a count that knows nothing of it: all characters in the TextCode
elements of the pages that a document lists and of their templates, wherever they stand, with no thought of matrices or order.
"""

import argparse
import hashlib
import io
import posixpath
import subprocess
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from pipeline.core.config import load_config
from pipeline.core.errors import InputError
from pipeline.read.formats import ofd

REPOSITORIES = {
    "Trisia/ofdrw": "c782cf8d8d54fada7ba1d61cb661747b220dbf65",
    "ofdrw/ofdrw": "7459e35082170061efa6b399a6518dbc219f08ac",
    "DLTech21/ofd.js": "bfeb47624cfe1dcaaabc26d3b66b6136ec410481",
    "c5soft/ofd.js": "7334457fed9e86568bd497b695fe789417b7b085",
    "QAQtutu/ofdbox": "5ec044201bdec9bba5da11c8b8ddc9fa223bc178",
    "easy-4-rust/easyofd-rust": "9546578aed231bbaa7474980ec21987dc66e1516",
    "hbh112233abc/ofd": "5e6ea5a3ba652612c4643acf1f0ce4c22425755b",
    "swpudp/OfdSharp": "c30cdc2128c27789b5323d46d5fea5a4606492f7",
    "whynpc9/ofdrw.net": "71d7fbdb977a17a2e07a7a92169c4de9a9b48728",
    "zc310/ofd": "de19f5009ec35cc5368c1c2f9b3d51ca970b79c1",
}


@dataclass(frozen=True)
class Result:
    """What became of a file: its producer, the characters that it draws and those of them that came back, or why it is refused."""

    name: str
    producer: str
    drawn: int
    back: int
    refused: str
    message: str
    seconds: float


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield each OFD of the repositories once, with its place; what a clone does not hold is left out."""
    seen: set[str] = set()
    for repository, commit in REPOSITORIES.items():
        place = folder / repository
        if not place.exists():
            subprocess.run(["git", "clone", "--quiet", f"https://github.com/{repository}", str(place)], check=True)
        git = ["git", "-C", str(place)]
        listed = subprocess.run([*git, "ls-tree", "-rz", commit], capture_output=True, check=True).stdout.decode()
        for entry in listed.split("\0"):
            head, _, path = entry.partition("\t")
            if path.lower().endswith(".ofd"):
                found = subprocess.run([*git, "cat-file", "blob", head.split()[2]], capture_output=True, check=False)
                digest = hashlib.sha256(found.stdout).hexdigest()
                if found.returncode == 0 and digest not in seen:
                    seen.add(digest)
                    yield f"{repository} {path}", found.stdout


class Parts:
    """The parts of a package by their names in lower case."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            self._parts = {self.key(name): package.read(name) for name in package.namelist() if name.lower().endswith(".xml")}

    @staticmethod
    def key(name: str) -> str:
        """Return a name as it is looked up."""
        return posixpath.normpath(name.replace("\\", "/").lstrip("/")).lower()

    def root(self, base: str, location: str) -> tuple[str, etree._Element] | None:
        """Return a part that another one names, absolutely, beside it, or beside its document."""
        location = location.strip().replace("\\", "/")
        for place in (
            location,
            posixpath.join(posixpath.dirname(base), location),
            posixpath.join(base.partition("/")[0], location),
        ):
            if self.key(place) in self._parts:
                return self.key(place), etree.fromstring(self._parts[self.key(place)])
        return None


def drawn(data: bytes) -> tuple[str, Counter[str]]:
    """Return the producer that a file names, and the characters of its listed pages and their templates."""
    parts = Parts(data)
    root = parts.root("", "OFD.xml")
    assert root is not None
    creator = [" ".join(filter(None, (_text(root[1], "Creator"), _text(root[1], "CreatorVersion")))) or "none named"]
    counted: Counter[str] = Counter()
    for location in root[1].iter("{*}DocRoot"):
        document = parts.root("", location.text or "")
        if document is None:
            continue
        templates = {entry.get("ID"): entry.get("BaseLoc") or "" for entry in document[1].iter("{*}TemplatePage")}
        for entry in document[1].iterfind("{*}Pages/{*}Page"):
            page = parts.root(document[0], entry.get("BaseLoc") or "")
            used = [] if page is None else [templates.get(item.get("TemplateID"), "") for item in page[1].iter("{*}Template")]
            for part in (page, *(parts.root(document[0], place) for place in used if place)):
                for code in () if part is None else part[1].iter("{*}TextCode"):
                    counted.update("".join((code.text or "").split()))
    return creator[0], counted


def _text(root: etree._Element, name: str) -> str:
    found = next(root.iter(f"{{*}}{name}"), None)
    return "" if found is None else (found.text or "").strip()


def read(name: str, data: bytes) -> Result:
    """Read a file both ways."""
    producer, counted = drawn(data)
    start = time.process_time()
    try:
        text, refused, message = ofd.read(data, name, load_config().read).text, "", ""
    except InputError as error:
        text, refused, message = "", error.code, str(error).removeprefix(f"{name}: ")
    seconds = time.process_time() - start
    back = (counted & Counter("".join(text.split()))).total()
    return Result(name, producer, counted.total(), back, refused, message, seconds)


def family(producer: str) -> str:
    """Return the program that a producer's name stands for, without its version."""
    known = {
        "suwell": "数科 (Suwell)",
        "ofd r&w": "ofdrw",
        "wps": "WPS",
        "手写": "written by hand",
        "nuonuo": "诺诺",
        "surread": "书生",
        "foxit": "福昕",
        "iofd": "iOFD",
        "easyofd-rust": "easyofd-rust",
    }
    return next((name for sign, name in known.items() if sign in producer.lower()), producer)


def main() -> None:
    """Print a table by producer, what was refused, and each file that did not come back whole."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    results = [read(name, data) for name, data in files(parser.parse_args().folder)]
    print("| producer, as the file names it | files | read | characters drawn | back | refused |\n|---|---|---|---|---|---|")
    for producer, _ in Counter(family(result.producer) for result in results).most_common():
        own = [result for result in results if family(result.producer) == producer]
        whole = [result for result in own if not result.refused]
        reasons = ", ".join(f"{count} {code}" for code, count in Counter(r.refused for r in own if r.refused).items())
        total, back = sum(result.drawn for result in whole), sum(result.back for result in whole)
        share = f"{back / total:.2%}" if total else ""
        print(f"| {producer} | {len(own)} | {len(whole)} | {total:,} | {share} | {reasons} |")
    print(f"\n{len(results)} files, {sum(not r.refused for r in results)} read, {sum(r.seconds for r in results):.1f} s of CPU")
    for result in results:
        if result.refused or result.back < result.drawn:
            print(f"{result.name} [{result.producer}]: {result.back}/{result.drawn} {result.refused} {result.message}")


if __name__ == "__main__":
    main()
