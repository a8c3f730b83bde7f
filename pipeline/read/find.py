"""Find the reports that the paths of a command name: files, folders (with all below them), globs."""

import errno
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from pipeline.core.counted import counted
from pipeline.core.errors import UsageError
from pipeline.core.messages import system_reason, tr
from pipeline.core.names import readable
from pipeline.core.outputs import STANDARD_INPUT, ReservedPaths
from pipeline.read import suffix_of, suffixes, suffixes_among

_SHOWN = 200  # characters of the name of a folder that lies too deep


class FoundFiles(msgspec.Struct, frozen=True):
    """The report files in order, and the files of folders that no reader takes.

    ``left_out`` is what the output of the command itself takes, ``failures`` a line for each folder that cannot be listed.
    """

    reports: tuple[str, ...]
    skipped: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()


def find_reports(paths: Iterable[str], taken: ReservedPaths | None = None) -> FoundFiles:
    """Return the report files that paths name, each once, folders in name order.

    A file that is named itself is always returned, so that what is wrong with it is said of it. What ``taken`` holds, the
    output of an earlier run of the same command, is left out of folders and globs. Raises UsageError for a glob or a folder
    with nothing to read.
    """
    search = _Search(taken)
    for path in paths:
        search.expand(path)
    return FoundFiles(tuple(search.reports), tuple(search.skipped), tuple(search.left_out), tuple(search.failures))


class _Search(msgspec.Struct):
    """What was found so far; each name once, in order."""

    taken: ReservedPaths | None
    reports: dict[str, None] = {}
    skipped: dict[str, None] = {}
    left_out: dict[str, None] = {}
    failures: dict[str, None] = {}

    def expand(self, path: str) -> None:
        """Add what a path names."""
        if path != STANDARD_INPUT and os.path.isdir(path):  # noqa: PTH112 - a Path raises where a folder may not be entered
            self._folder(path)
        elif path != STANDARD_INPUT and not os.path.isfile(path) and _has_magic(path):  # noqa: PTH113 - as above
            self._glob(path)
        else:
            self.reports[path] = None

    def _glob(self, pattern: str) -> None:
        import glob  # noqa: PLC0415 - most commands name files and folders

        matches = sorted(glob.iglob(pattern, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
        if not matches:
            raise UsageError(tr("{pattern}: no file matches; quote the pattern, and check the folder", pattern=pattern))
        for match in matches:
            if not self._is_taken(match):
                self.expand(match)

    def _folder(self, folder: str) -> None:
        known = unknown = 0
        paths = list(self._walk(folder))
        wanted = suffixes_among(paths)
        for path in paths:
            if suffix_of(path) in wanted:
                self.reports[path] = None
                known += 1
            else:
                self.skipped[path] = None
                unknown += 1
        if not known:
            seen = tr("{files} of other types", files=counted(unknown, "file")) if unknown else tr("no files")
            seen += tr("; {folders} cannot be listed", folders=counted(len(self.failures), "folder")) if self.failures else ""
            raise UsageError(
                tr(
                    "{folder}: no reports here ({seen}); readable types: {suffixes}",
                    folder=folder,
                    seen=seen,
                    suffixes=" ".join(sorted(suffixes() - {""})),
                )
            )

    def _walk(self, top: str) -> Iterator[str]:
        """Yield the files below a folder in name order; links to folders are not followed, so a loop of links cannot hold it up."""
        waiting = [self._listed(top)]  # no recursion: folders may lie deeper than Python's stack
        while waiting:
            path, entry = next(waiting[-1], ("", None))
            if entry is None:
                waiting.pop()
            elif entry.name.startswith(".") or self._is_taken(path):
                continue
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(self._listed(path))
            elif not entry.name.startswith("~$") and _is_file(entry):
                yield path

    def _listed(self, folder: str) -> "Iterator[tuple[str, os.DirEntry[str]]]":
        """Return what is in a folder, in name order, each with its path; of one that cannot be listed a line is kept."""
        before_name = (Path(folder) / "x").as_posix()[:-1]  # a Path for each file would take longer than to list them
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: os.path.normcase(entry.name))
        except OSError as error:
            self.failures[_failure(readable(folder), error)] = None
            return iter(())
        return ((before_name + entry.name, entry) for entry in found)

    def _is_taken(self, path: str) -> bool:
        if self.taken is None or not self.taken.holds(path):
            return False
        self.left_out[path] = None
        return True


def _failure(folder: str, error: OSError) -> str:
    if error.errno == errno.ENAMETOOLONG:
        return tr("{folder}…: lies deeper than the system can name; move it up", folder=folder[:_SHOWN])
    return tr(
        "{folder}: cannot be listed ({reason}); check the permissions of this folder", folder=folder, reason=system_reason(error)
    )


def _is_file(entry: "os.DirEntry[str]") -> bool:
    """Tell whether an entry is a file or leads to one; a link that leads nowhere, or to itself, is none."""
    try:
        return entry.is_file()
    except OSError:
        return False


def _has_magic(path: str) -> bool:
    import glob  # noqa: PLC0415 - as above

    return glob.has_magic(path)
