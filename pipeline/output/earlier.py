"""Tell whether a file is an output of an earlier run, or a report of somebody that only lies where an output is to go."""

import csv
import io
import lzma
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pipeline.core.outputs import ENDINGS, OutputTarget

AUTHOR = "主题标注"  # of comments and of documents that show tags
MADE_BY = "mission-themes"  # who a digest in Word names as the one who saved it last
HEAD = 8192  # bytes of a text in which its title stands
_MARK = "\ufeff".encode()
_COLUMNS = ("主题", "把握", "段落", "报告", "单位")  # two of which stand in the first line of every table that is written here
TITLES = tuple(title.encode() for title in ("主题标注", "报告主题摘编"))  # of the formats that are pages or documents
# An official document is titled after its place.
_UNTOUCHED = f"lastModifiedBy>{MADE_BY}<".encode()
# A Word document that a person has saved since is that person's: it names another, or was changed after it was made.
_SAVED_BY = re.compile(rb"lastModifiedBy>([^<]*)<")
_SAVED_AT = re.compile(rb"<dcterms:(?:created|modified)\b[^>]*>([^<]*)<")
_OURS = (MADE_BY, AUTHOR)
# A report of Word that was commented keeps its own title; our comments stand behind those that were there.
_COMMENTS = re.compile(r"(?:.*/)?comments[0-9]*\.xml", re.IGNORECASE)
_BY_US = f'author="{AUTHOR}"'.encode()
# Columns that together stand in a table of tags only, or of figures; and the first line of labels that were given out.
_OF_TABLES = {"主题", "把握", "依据"}, {"主题", "把握", "统计对象"}
_LABELS = _MARK + b"source,start,end,text,label,secondary"
_DELIMITERS = re.compile("[,;\t]")
_COUNTED = ("报告", "段落", "字数")  # one of which is the second column of what was counted in the library
# A workbook of tags is none of these: what was corrected in it waits to be imported, and whoever reads it says so.
_WORKBOOKS = tuple(title.encode() for title in ("报告主题摘编", "主题标注：数字", "主题标注：统计"))
_TITLED = 1024  # bytes of an output in which its title stands, before any text of a report
_MOST_COMMENTS = 2**24  # bytes of comments that are looked through
_NO_PACKAGE = (OSError, EOFError, KeyError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)
_NAMED_IN = "docProps/core.xml", "project.qde"  # of a document, and of a project of coded texts


def is_of_a_run(place: OutputTarget) -> bool:
    """Return whether what lies where an output goes was made by a run: its summary lies beside it, or its beginning says so.

    A folder is of a run where each file in it is, as one that was cut short leaves it, and an empty file counts as made. What
    lies in the place of the summary has to be one.
    """
    if place.summary.is_file():
        return b'"set_aside"' in place.summary.read_bytes()[:HEAD]
    if place.path.is_dir():
        return all(_is_made(path) for path in place.path.rglob("*") if path.is_file())
    return not place.path.exists() or _is_made(place.path)


def outputs_among(paths: Sequence[str]) -> list[str]:
    """Return those of some files that are outputs of a run and no reports: tables of tags, pages and documents composed of reports.

    A commented Word file is one where the report that it is a copy of is among the files too.
    """
    found = [path for path in paths if Path(path).suffix.lower() in ENDINGS and _is_output(Path(path))]
    others = Counter(Path(path).stem for path in paths if path not in found)
    copies = [path for path in paths if path not in found and Path(path).suffix.lower() == ".docx" and others[Path(path).stem] > 1]
    return [*found, *(path for path in copies if _is_commented(Path(path)))]


def _is_output(path: Path) -> bool:
    with suppress(OSError):
        head = _head(path)
        is_table = any(names <= _names(head) for names in _OF_TABLES) or head.startswith(_LABELS) or _is_counted(head)
        titles = _WORKBOOKS if path.suffix.lower() == ".xlsx" else (*TITLES, _UNTOUCHED)
        return is_table or any(title in head[:_TITLED] for title in titles)
    return False


def _names(head: bytes) -> set[str]:
    """Return the names in the first line of a table, also of one that Excel has saved since, in GB18030 or with tabs."""
    line = head.partition(b"\n")[0]
    with suppress(UnicodeDecodeError):
        return {name.strip('"') for name in _DELIMITERS.split(line.decode("utf-8-sig").rstrip("\r"))}
    return {name.strip('"') for name in _DELIMITERS.split(line.decode("gb18030", "replace").rstrip("\r"))}


def _is_made(path: Path) -> bool:
    head = _head(path)
    is_titled = any(title in head for title in (*TITLES, _UNTOUCHED)) and not _is_of_a_person(path, head)
    return not head or head.startswith(b'{"source":') or _is_table(head) or is_titled or _is_commented(path)


def _is_of_a_person(path: Path, head: bytes) -> bool:
    """Tell whether somebody has saved a Word document of ours since; what was corrected in a workbook is looked at elsewhere."""
    if path.suffix.lower() != ".docx":
        return False
    saved = _SAVED_BY.search(head)
    return saved is None or saved[1].decode(errors="replace") not in _OURS or len(set(_SAVED_AT.findall(head))) > 1


def _is_commented(path: Path) -> bool:
    """Tell whether a package has a part with comments of ours."""
    with suppress(*_NO_PACKAGE), zipfile.ZipFile(path) as package:
        comments = [name for name in package.NameToInfo if _COMMENTS.fullmatch(name)]
        return any(_BY_US in package.open(name).read(_MOST_COMMENTS) for name in comments)
    return False


def _is_table(head: bytes) -> bool:
    first = head.partition(b"\n")[0]
    return _is_counted(head) or (head.startswith(_MARK) and sum(name.encode() in first for name in _COLUMNS) > 1)


def _is_counted(head: bytes) -> bool:
    """Tell whether a text begins as a table that was counted in the library: a name and what is counted, below it figures only."""
    if not head.startswith(_MARK):
        return False
    whole = head[: head.rfind(b"\n") + 1].decode("utf-8-sig", "replace")  # the last line may be cut
    names, *rows = [*csv.reader(io.StringIO(whole, newline=""))] or [[]]
    is_named = len(names) > 2 and names[1] in _COUNTED
    return is_named and all(len(row) == len(names) and all(map(str.isdecimal, row[1:])) for row in rows)


def _head(path: Path) -> bytes:
    """Return the first bytes of a text or of a damaged package, or of the member of a package that names it."""
    with suppress(*_NO_PACKAGE), zipfile.ZipFile(path) as package:
        name = next((name for name in _NAMED_IN if name in package.NameToInfo), _NAMED_IN[0])
        return package.open(name).read(HEAD)
    with path.open("rb") as stream:
        return stream.read(HEAD)
