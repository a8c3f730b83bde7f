"""Find the reports that the paths of a command name: files, folders (with all below them), globs."""

import glob
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from pipeline.errors import UsageError
from pipeline.read import suffixes

STANDARD_INPUT = "-"


class Found(msgspec.Struct, frozen=True):
    """The report files in order, and the files of folders that no reader takes."""

    reports: tuple[str, ...]
    skipped: tuple[str, ...]


def find_reports(paths: Iterable[str]) -> Found:
    """Return the report files that paths name, each once, folders in name order.

    A file that is named itself is always returned, so that what is wrong with it is said of it. Raises UsageError for
    a glob or a folder with nothing to read.
    """
    reports: dict[str, None] = {}
    skipped: dict[str, None] = {}
    for path in paths:
        known, unknown = _expand(path)
        reports.update(dict.fromkeys(known))
        skipped.update(dict.fromkeys(unknown))
    return Found(tuple(reports), tuple(skipped))


def _expand(path: str) -> tuple[list[str], list[str]]:
    if path == STANDARD_INPUT or Path(path).is_file():
        return [path], []
    if Path(path).is_dir():
        return _folder(Path(path))
    if glob.has_magic(path):
        matches = sorted(glob.iglob(path, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
        if not matches:
            raise UsageError(f"{path}: no file matches; quote the pattern, and check the folder")
        expanded = [_expand(match) for match in matches]
        return [name for known, _ in expanded for name in known], [name for _, rest in expanded for name in rest]
    return [path], []


def _folder(folder: Path) -> tuple[list[str], list[str]]:
    files = [path for path in sorted(_walk(folder)) if not path.name.startswith((".", "~$"))]
    known = [path.as_posix() for path in files if path.suffix.lower() in suffixes()]
    unknown = [path.as_posix() for path in files if path.suffix.lower() not in suffixes()]
    if not known:
        seen = f"{len(unknown)} files of other types" if unknown else "no files"
        raise UsageError(f"{folder}: no reports here ({seen}); readable types: {' '.join(sorted(suffixes() - {''}))}")
    return known, unknown


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder; links to folders are not followed, so a loop of links cannot hold it up."""
    for path in folder.iterdir():
        if path.is_dir():
            if not path.is_symlink() and not path.name.startswith("."):
                yield from _walk(path)
        elif path.is_file():
            yield path
