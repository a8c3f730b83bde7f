"""Take a file in: its bytes into a folder of the server's own, bounded, under a name that the server chose.

The name that came with it is data: it is shown, it is never a path. Of its ending only what a reader knows is kept, since
readers go by it.
"""

import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import anyio
from starlette.exceptions import HTTPException

from pipeline.core.config import ServeConfig
from pipeline.core.counted import counted
from pipeline.core.names import file_name
from pipeline.read import suffix_of, suffixes

LONGEST_NAME = 200  # characters


@dataclass(slots=True)
class UploadQuota:
    """How many files are held, with how many bytes, and how many there may be."""

    limits: ServeConfig
    files: int = 0
    size: int = 0

    def take_file(self) -> None:
        """Count a file; raises HTTPException when there are too many."""
        if self.files >= self.limits.max_files:
            full = f"the server holds {counted(self.files, 'file')} already (serve.max_files); delete some"
            raise HTTPException(507, full)
        self.files += 1

    def take(self, size: int) -> None:
        """Count bytes; raises HTTPException when there are too many."""
        if self.size + size > self.limits.max_held:
            full = f"the files that the server holds have too many bytes (serve.max_held: {self.limits.max_held:,}); delete some"
            raise HTTPException(507, full)
        self.size += size

    def give_back(self, size: int) -> None:
        """Count off a file and its bytes."""
        self.files -= 1
        self.size -= size


def shown_name(name: str) -> str:
    r"""Return the name of a file as it is shown: without folders, and without characters that are not seen or reorder it.

    >>> shown_name("..\\..\\报告\u202efdp.exe")
    '报告fdp.exe'
    """
    last = file_name(name)
    seen = "".join(character for character in unicodedata.normalize("NFC", last) if character.isprintable())
    path = PurePosixPath(seen.strip(" .") or "report")
    return f"{path.stem[: LONGEST_NAME - len(path.suffix)]}{path.suffix}" if len(path.suffix) < 20 else path.name[:LONGEST_NAME]


def stored_name(name: str) -> str:
    """Return the name under which a file is kept: always the same, with an ending that a reader knows, or none."""
    suffix = suffix_of(file_name(name))
    return f"upload{suffix if suffix in suffixes() else ''}"


async def store(stream: AsyncIterator[bytes], path: Path, allowance: UploadQuota) -> int:
    """Write a body to a file as it arrives and return its size; what was counted for a body that fails is counted off.

    Raises HTTPException for one without a byte, or when there is too much.
    """
    size = 0
    try:
        async with await anyio.open_file(path, "xb") as target:
            async for piece in stream:
                allowance.take(len(piece))
                size += len(piece)
                await target.write(piece)
    except BaseException:
        allowance.size -= size
        raise
    if not size:
        raise HTTPException(422, "the file is empty; save the report again")
    return size
