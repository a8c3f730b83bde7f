"""Mutate real files of every format and read them: nothing may crash, hang, print a traceback or break a limit.

    python tests/benchmarks/fuzz.py --files 20000        (`make fuzz`)

A mutation flips, cuts, repeats, moves or splices bytes; in a package (Word, OpenDocument, Excel, zip) it does so to the
files inside, which are packed again, so that the damage gets past the checksum. A file that is read must keep the
promises of a reader: marks and places in order, segments in order and without overlap.
"""

import argparse
import io
import json
import random
import re
import sys
import tempfile
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parent))
import formats

from pipeline.core.config import Config, ReadConfig, load_config
from pipeline.core.errors import InputError
from pipeline.core.records import Document
from pipeline.preprocess.clean import clean
from pipeline.preprocess.segment import segment
from pipeline.read.isolated import IsolatedReader
from pipeline.track.locate import open_model

# Text recognition takes seconds for a page, and more memory than this: its pictures are mutated in tests/code/read/test_ocr.py.
LIMITS = {"max_seconds": 20.0, "max_memory": 2**30, "ocr": "never"}
# What LibreOffice converts, and the share of the files that it is.
SLOW, SLOW_SHARE = frozenset(f"{kind} LibreOffice" for kind in ("doc", "ppt", "odp", "uot", "uop")), 0.02
TOKENS = (
    b"<", b">", b"\x00", b"\xff\xfe", b"&x;", b"<!DOCTYPE a [<!ENTITY x 'xx'>]>", b"]]>", b"</w:p>", b"<w:p>" * 300,
    b"<div>" * 3000, b"9" * 40, b"-1", b"obj", b"endstream", b"\\par", b"\\'", b"\\bin99999 ", b"{" * 500, b"}", b"\r",
    b"\xe2\x80\xae", b"=\r\n", b"\xc0\xaf",
)  # fmt: skip


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Return the bytes with one to six mutations, mostly one."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        size = len(changed)
        at, length = chance.randrange(size + 1), min(size, chance.choice((1, 1, 2, 8, 64, 1024)))
        action = chance.randrange(7)
        if action == 0 and size:
            for _ in range(length):
                changed[chance.randrange(size)] ^= 1 << chance.randrange(8)
        elif action == 1:
            del changed[at : at + length]
        elif action == 2:
            changed[at:at] = changed[at : at + length] * chance.choice((1, 2, 50))
        elif action == 3:
            changed[at:at] = chance.choice(TOKENS)
        elif action == 4:
            changed[at : at + length] = chance.randbytes(length)
        elif action == 5:
            start = chance.randrange(size + 1)
            changed[at : at + length] = changed[start : start + length]
        elif chance.random() < 0.3:
            del changed[at:]
    return bytes(changed)


def mutate_file(data: bytes, chance: random.Random) -> bytes:
    """Return a mutated file: of a package mostly some of its members, packed again."""
    if not data.startswith(b"PK") or chance.random() < 0.2:
        return mutate(data, chance)
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = {chance.choice(old.namelist()) for _ in range(chance.randint(1, 3))}
        if chance.random() < 0.7:
            chosen |= {
                name for name in old.namelist() if name.endswith(("document.xml", "content.xml", "sheet1.xml", "styles.xml"))
            }
        for name in old.namelist():
            content = old.read(name)
            if name not in chosen:
                new.writestr(name, content)
            elif chance.random() < 0.9:
                new.writestr(name if chance.random() < 0.97 else f"x{name}", mutate(content, chance))
    return stream.getvalue()


def mutate_pdf(data: bytes, chance: random.Random) -> bytes:
    """Return a mutated PDF: half the time what a stream of it holds, unpacked for that and packed again."""
    starts = [at for at in range(len(data)) if data.startswith(b"stream\n", at) or data.startswith(b"stream\r\n", at)]
    if not starts or chance.random() < 0.5:
        return mutate(data, chance)
    begin = data.index(b"\n", chance.choice(starts)) + 1
    end = data.find(b"endstream", begin)
    try:
        content = zlib.compress(mutate(zlib.decompress(data[begin:end].rstrip(b"\r\n")), chance))
    except zlib.error:
        return mutate(data, chance)
    return data[:begin] + content + b"\n" + data[end:]


def check(document: Document, config: Config) -> None:
    """Hold a document against what every reader promises; raises AssertionError."""
    assert document.text
    assert not document.text.isspace()
    for items in (document.marks, document.places):
        assert all(a.start <= b.start for a, b in pairwise(items))
        assert all(0 <= item.start <= len(document.text) for item in items)
    assert all(mark.end <= len(document.text) for mark in document.marks)
    cleaned = clean(document, config.clean)
    spans = [cleaned.offsets.span(item.start, item.end) for some in segment(cleaned, config.segment) for item in some]
    assert all(a[1] <= b[0] for a, b in pairwise(spans))


def run(files: list[tuple[str, bytes]], count: int, seed: int, limits: ReadConfig) -> Iterator[tuple[str, str, float, bytes]]:
    """Yield for each mutated file its format, what became of it, the seconds it took, and its bytes."""
    config = load_config()
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, IsolatedReader(limits) as reader:
        for number in range(count):
            name, data = files[number % len(files)]
            suffix = "." + name.split()[0]
            mutated = (mutate_pdf if suffix == ".pdf" else mutate_file)(data, chance)
            path = Path(folder) / f"x{suffix}"
            path.write_bytes(mutated)
            begin = time.perf_counter()
            outcome = "nothing"
            for item in reader.read(str(path)):
                outcome = "read" if outcome != "error" else outcome
                if isinstance(item, InputError):
                    outcome = judge(str(item), path)
                elif isinstance(item, Document):
                    check(item, config)
                else:
                    outcome = "passed over"
            yield name, outcome, time.perf_counter() - begin, mutated


def judge(line: str, path: Path) -> str:
    """Return the kind of an error line, which names the file and is one line."""
    assert line.startswith(str(path)), line
    assert "\n" not in line
    assert "Traceback" not in line
    for part, kind in (
        ("read.max_seconds", "too slow"),
        ("ended the reader", "worker lost"),
        ("read.max_memory", "too much memory"),
    ):
        if part in line:
            return kind
    unforeseen = re.search(r"damaged \((\w*Error):", line)
    return f"unforeseen {unforeseen[1]}" if unforeseen else "error"


def seeds_of(reports: int) -> list[tuple[str, bytes]]:
    """Return real files of every format, made from short written reports."""
    paths = sorted(formats.reports()[5:], key=lambda path: path.stat().st_size)[:reports]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        office, browser = formats.libreoffice("soffice", folder / "profile"), formats.chromium("/usr/bin/chromium")
        made = formats.wrap(formats.plain(paths), folder, open_model("default"), office, browser)
        return [(kind, path.read_bytes()) for kind, files in made.items() for path in files.values()]


def main() -> None:
    """Print what became of the files of each format."""
    options = argparse.ArgumentParser()
    options.add_argument("--files", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", type=Path, help="a folder for files that were lost, slow or unforeseen")
    chosen = options.parse_args()
    limits = replace(load_config().read, **LIMITS)
    files = seeds_of(3)
    quick = [file for file in files if file[0] not in SLOW]
    slow = [file for file in files if file[0] in SLOW]
    outcomes: dict[str, Counter[str]] = {}
    slowest: dict[str, float] = {}
    for part, count in ((quick, chosen.files), (slow, int(chosen.files * SLOW_SHARE))):
        for name, outcome, seconds, data in run(part, count, chosen.seed, limits):
            outcomes.setdefault(name, Counter())[outcome] += 1
            slowest[name] = max(slowest.get(name, 0.0), seconds)
            if chosen.keep and outcome not in ("read", "error", "nothing"):
                chosen.keep.mkdir(exist_ok=True)
                digest = zlib.crc32(data)
                (chosen.keep / f"{outcome.replace(' ', '-')}-{digest:08x}.{name.split()[0]}").write_bytes(data)
    for name, counts in sorted(outcomes.items()):
        print(f"{name:20} {counts.total():6}  slowest {slowest[name]:5.1f} s  {dict(counts.most_common())}")
    print(json.dumps({"files": sum(counts.total() for counts in outcomes.values()), "limits": LIMITS}))


if __name__ == "__main__":
    main()
