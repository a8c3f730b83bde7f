"""Convert old Word files by one LibreOffice that is kept, and by one start each, in turn: files a minute of both.

    python tests/benchmarks/converter.py        (`make bench-converter`)

The one start each is LibreOffice's own command with a profile that is there already, nothing around it.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import formats

from pipeline.core.config import load_config
from pipeline.read.office.libreoffice import Conversion, Converter

TURNS = 3
OLD = Conversion(".doc", "docx", "")


def main() -> None:
    """Print a line for each turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        office = formats.libreoffice("soffice", folder / "profile")
        old = office(list(written(folder)), "doc", folder / "old")
        for _ in range(TURNS):
            kept, apart = rate(lambda: keep(old), len(old)), rate(lambda: start_each(old, office, folder / "new"), len(old))
            print(f"{len(old)} files: kept {kept:.0f} a minute, one start each {apart:.0f}, {kept / apart:.1f} times")


def written(folder: Path) -> Iterator[Path]:
    """Write the reports of the bench as Word files."""
    for stem, text in formats.plain(formats.reports()).items():
        path = folder / f"{stem}.docx"
        path.write_bytes(formats.docx(text, styled=False))
        yield path


def rate(work: Callable[[], None], files: int) -> float:
    """Return how many files a minute some work does."""
    start = time.perf_counter()
    work()
    return 60 * files / (time.perf_counter() - start)


def keep(paths: list[Path]) -> None:
    """Convert files by one program, its start and end included."""
    converter = Converter()
    for path in paths:
        converter.convert(path.read_bytes(), OLD, path.name, load_config().read)
    converter.end()


def start_each(paths: list[Path], office: formats.Convert, folder: Path) -> None:
    """Convert files by a start for each."""
    for path in paths:
        office([path], "docx", folder)


if __name__ == "__main__":
    main()
