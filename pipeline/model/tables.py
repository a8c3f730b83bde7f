"""The compiled tables of a model in a file of the user's cache: mapped into memory, so that no start makes them again.

They are the dictionary, the vocabulary and the weights as ``_kernels.Scorer`` looks them up, some 44 MB, of which a start touches
what its text asks for. They are written when a model is loaded for the second time, by this program alone, into a folder that is
the user's alone; a model that is handed on is its folder, never these. What they were made of is in their name: the model, its
files, which were held against their digests and are not read again unless they have been touched since, the dictionary of jieba,
the compiled part and the modules beside it. Where they cannot be kept, all is as it was, but slower.
"""

import hashlib
import importlib.util
import mmap
import os
import stat
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.core import locations
from pipeline.core.native import KERNELS, compiled
from pipeline.core.outputs import write_whole
from pipeline.core.regular import READ

if TYPE_CHECKING:
    from pipeline.model._kernels import Scorer

FOLDER = "tables"
KEPT = 4  # files; older ones go
CODE = Path(__file__).parent
_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def place_of(model: str, files: Iterable[Path], code: Path = CODE) -> Path | None:
    """Return the file of the tables of a model, of whose manifest this is the digest, with these files.

    It is None where nothing is compiled, and where a file is missing, as reading it will tell. ``code`` is the folder of the
    modules that say what a vocabulary and its weights are, beside the compiled part.
    """
    kernels, package = compiled(KERNELS), importlib.util.find_spec("jieba")  # importing jieba would take a second
    if kernels is None or package is None or package.origin is None:
        return None
    with os.scandir(code) as entries:  # several times faster than a glob and a Path for each
        modules = sorted(entry.path for entry in entries if entry.name.endswith(".py"))
    dictionary = os.path.join(os.path.dirname(package.origin), "dict.txt")  # noqa: PTH118, PTH120 - as above
    looked_at = [(found.st_size, found.st_mtime_ns) for found in [os.stat(name) for name in (dictionary, *modules)]]  # noqa: PTH116
    try:
        lying = [(found.st_size, found.st_mtime_ns, found.st_ctime_ns) for found in map(Path.lstat, files)]
        made_of = f"{model} {lying} {kernels.SOURCE} {looked_at} {sys.byteorder} {sys.maxsize}"
        return locations.cache_folder() / FOLDER / hashlib.sha256(made_of.encode()).hexdigest()
    except (OSError, RuntimeError):  # a file that is not there; a user without a home
        return None


def read_tables(place: Path) -> memoryview | None:
    """Return the content of a file of tables, mapped; None where there is none, one of another model, or one not surely our own."""
    with suppress(OSError, ValueError), os.fdopen(os.open(place, READ), "rb") as stream:
        if _is_own(os.fstat(stream.fileno()), stat.S_ISREG) and _is_own(place.parent.lstat(), stat.S_ISDIR):
            mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
            if hasattr(mmap, "MADV_RANDOM"):
                mapped.madvise(mmap.MADV_RANDOM)  # what stands beside a page that is asked for is asked for by others
            head = _head(place)
            return memoryview(mapped)[len(head) :] if mapped[: len(head)] == head else None
    return None


def _head(place: Path) -> bytes:
    """Return what a file begins with: by it one that was given the name of another is told. Arrays behind it begin at 64 bytes."""
    return hashlib.sha256(place.name.encode()).hexdigest().encode()


def write_tables(place: Path, scorer: "Scorer") -> None:
    """Write the tables of a model that was loaded before, or note that it was loaded now; what cannot be written is not kept."""
    note = place.with_suffix(".once")
    with suppress(OSError):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_own(place.parent.lstat(), stat.S_ISDIR):
            return
        if not note.exists():
            note.touch(mode=0o600)
            return
        if os.path.lexists(place) and not _is_own(place.lstat(), stat.S_ISREG):
            place.unlink()  # a link would lead to what is to stay, and the mode of a file that others may write would stay
        with write_whole(place) as stream:
            if sys.platform != "win32":
                os.fchmod(stream.fileno(), 0o600)
            stream.write(_head(place))
            scorer.write(stream)
        note.unlink()
        _remove_older(place.parent)


def _is_own(found: os.stat_result, is_kind: Callable[[int], bool]) -> bool:
    """Tell whether a file or folder is of a kind, and nobody but its user can have written it."""
    is_users = sys.platform == "win32" or (found.st_uid == os.geteuid() and not found.st_mode & _OTHERS)
    return is_kind(found.st_mode) and is_users


def _remove_older(folder: Path) -> None:
    """Remove all files but those that were written last."""
    files = sorted(folder.iterdir(), key=lambda file: file.lstat().st_mtime_ns, reverse=True)
    for file in [file for file in files if not file.suffix][KEPT:] + [file for file in files if file.suffix][KEPT:]:
        file.unlink(missing_ok=True)
