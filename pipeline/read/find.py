"""Find the reports that the paths of a command name: files, folders (with all below them), globs."""

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from pipeline.core.errors import UsageError
from pipeline.read import suffix_of, suffixes, suffixes_among

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
    known: list[str] = []
    unknown: list[str] = []
    paths = list(_walk(folder))
    taken = suffixes_among(paths)
    for path in paths:
        (known if suffix_of(path) in taken else unknown).append(path)
    if not known:
        seen = f"{len(unknown)} files of other types" if unknown else "no files"
        raise UsageError(f"{folder}: no reports here ({seen}); readable types: {' '.join(sorted(suffixes() - {''}))}")
    return known, unknown


def _walk(folder: Path) -> Iterator[str]:
    """Yield the files below a folder in name order; links to folders are not followed, so a loop of links cannot hold it up."""
    before_name = (folder / "x").as_posix()[:-1]  # a Path for each file would take longer than to list them
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: os.path.normcase(entry.name)):
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith("."):
                    yield from _walk(Path(entry))
            elif not entry.name.startswith((".", "~$")) and _is_file(entry):
                yield before_name + entry.name


def _is_file(entry: "os.DirEntry[str]") -> bool:
    """Tell whether an entry is a file or leads to one; a Path takes a link that leads nowhere, or to itself, for none."""
    return Path(entry).is_file() if entry.is_symlink() else entry.is_file()
