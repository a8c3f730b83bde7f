"""The manifest of a backup: its format number, and the size and sha256 of each of its files.

    manifest.json           this
    project/…               files of the project folder, by their names in it
    mlruns/…                the database of MLflow and its artifacts
    library/…               the library of reports, with its drafts

To raise the format: change FORMAT, write what is new in ``write.py``, and go on reading the old one in ``restore.py``.
"""

import os
import unicodedata
from typing import Annotated

import msgspec

FORMAT = 1
MANIFEST = "manifest.json"
LONGEST = 1000  # characters of a name
Size = Annotated[int, msgspec.Meta(ge=0)]


class KeptFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of a backup: its name in the archive, its bytes, and their sha256."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST)]
    size: Size
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


def is_name(name: str) -> bool:
    """Tell whether a name of an archive can be kept and restored: it leads down, to nothing hidden, without control characters."""
    unusable = "\\:" if os.name == "nt" else "\\"
    parts = name.split("/")
    return (
        len(name) <= LONGEST
        and all(part and part[0] != "." for part in parts)
        and not any(letter in unusable or unicodedata.category(letter) in ("Cc", "Cs") for letter in name)
    )


class BackupManifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup holds; ``made`` is the time (UTC), ``version`` that of the program, ``left_out`` what it does not hold."""

    format: int
    made: str
    version: str
    files: tuple[KeptFile, ...]
    left_out: tuple[str, ...]
