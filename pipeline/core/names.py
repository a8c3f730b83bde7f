"""File names that are not UTF-8, as people can read them."""

import os
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath

# The name of a file or folder with what Python makes of a byte that is no UTF-8: some bytes of its other characters may happen to
# be UTF-8. Neither sign that ends it can be a part of a character in GB18030.
_NAME = "[^/:]*[\udc80-\udcff][^/:]*"
_UNSAFE = r"[^\w.-]+"
LONGEST_STEM = 80  # characters: Windows and archives bear no long names
_HALVES = "[\ud800-\udfff]"  # of characters above U+FFFF, which UTF-8 cannot hold


def readable(text: str) -> str:
    """Return a name, or a line with names in it, whose bytes that are no UTF-8 are taken for GB18030, or else shown as hexadecimal.

    The result can be encoded in UTF-8; a name that is UTF-8 stays as it is.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return without_halves(re.sub(_NAME, _decoded, text))
    return text


def without_halves(text: str) -> str:
    """Return a text that UTF-8 can hold: halves of characters become U+FFFD."""
    return re.sub(_HALVES, "\ufffd", text)


def file_name(source: str) -> str:
    r"""Return the last part of a name, whichever system's separators it has.

    >>> file_name("2023/报告.zip/甲\\乙.docx")
    '乙.docx'
    """
    return PurePosixPath(source.replace("\\", "/")).name


def file_stem(source: str) -> str:
    """Return the last part of a name without its ending."""
    return PurePosixPath(file_name(source)).stem


def folded(name: str) -> str:
    """Return a name as file systems see it that tell apart neither case nor the forms of a character."""
    return composed(name).casefold()


def composed(name: str) -> str:
    """Return a name with characters in the form in which most systems write them: an accent belongs to its letter."""
    import unicodedata  # noqa: PLC0415 - loaded where names of files are held against each other

    return unicodedata.normalize("NFC", name)


def distinct(name: str, taken: set[str], same: Callable[[str], str] = folded) -> str:
    """Return a name that none of those that were ``taken`` is the ``same`` as, with a number before its ending, and take it.

    >>> distinct("报告.docx", {"报告.docx"})
    '报告-2.docx'
    """
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - a name may be no path
    found, number = name, 1
    while same(found) in taken:
        number += 1
        found = f"{stem}-{number}{suffix}"
    taken.add(same(found))
    return found


def safe_stem(name: str) -> str:
    """Return a name for a report that is written: the last part of its own, without what no path, option or archive bears."""
    return re.sub(_UNSAFE, "_", file_stem(name))[:LONGEST_STEM].strip("._-") or "report"


def on_disk(name: str) -> Path:
    """Return the file that a readable name is of: each folder and file as it is called in UTF-8, or else in GB18030."""
    path = Path(name)
    found = Path(path.anchor)
    for part in path.relative_to(path.anchor).parts:
        other = found / os.fsdecode(part.encode("gb18030", "surrogatepass")) if not part.isascii() else found / part
        found = other if not os.path.lexists(found / part) and os.path.lexists(other) else found / part
    return found


def _decoded(found: re.Match[str]) -> str:
    data = found[0].encode("utf-8", "surrogateescape")
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        return data.decode("utf-8", "backslashreplace")
