"""What a person says of reports: a table with their places and years, which are surer than what is found in them.

The library takes their units, kinds and groups from it too; a digest has no use for these.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.core.errors import UsageError
from pipeline.core.messages import system_reason, tr
from pipeline.output.digest.records import ReportFacts

# The columns by the names that they may have.
COLUMNS = {
    "name": ("name", "文件", "报告"),
    "place": ("place", "地区", "地点"),
    "year": ("year", "年份"),
    "unit": ("unit", "单位"),
    "kind": ("kind", "体裁", "种类"),
    "group": ("group", "分组", "组"),
}
YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def read_about(path: Path) -> Mapping[str, ReportFacts]:
    """Return the places and years that a CSV file gives reports, by their file name or path.

    Its first line names the columns: ``name`` and ``place``, ``year`` or both, or 文件, 地区 and 年份; ``COLUMNS`` has all. Raises
    UsageError for a file that cannot be read, a column that is missing, a line without a report or with a year that is none, and a
    report that stands in it twice.
    """
    rows = _rows(path)
    _, first = next(rows, (1, []))
    head = [cell.strip() for cell in first]
    at = {column: next((head.index(name) for name in names if name in head), None) for column, names in COLUMNS.items()}
    if at["name"] is None or len([place for place in at.values() if place is not None]) < 2:
        raise UsageError(tr("{path}: its first line must name the columns name and place or year (or 文件, 地区, 年份)", path=path))
    said: dict[str, ReportFacts] = {}
    for number, cells in rows:
        name, place, year, *more = (_cell(cells, at[column]) for column in COLUMNS)
        if not name:
            raise UsageError(
                tr("{path}: line {number} names no report; write its file name, or take the line out", path=path, number=number)
            )
        if name in said:
            raise UsageError(tr("{path}: {name} stands in it twice; leave one line", path=path, name=name))
        said[name] = ReportFacts(place, year.removesuffix("年"), *more)
        if year and not YEAR.fullmatch(said[name].year):
            raise UsageError(tr("{where}: year={given} is no year; write it as 2024", where=f"{path}:{number}", given=year))
    return said


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that hold anything, each with its number; raises UsageError for what is no CSV."""
    lines = csv.reader(io.StringIO(_text(path), newline=""))
    try:
        yield from ((lines.line_num, cells) for cells in lines if any(cell.strip() for cell in cells))
    except csv.Error as error:
        raise UsageError(
            tr(
                "{path}: line {line_num} is no CSV ({error}); save the table as CSV UTF-8 again",
                path=path,
                line_num=lines.line_num,
                error=error,
            )
        ) from None


def _cell(cells: list[str], column: int | None) -> str:
    return cells[column].strip() if column is not None and column < len(cells) else ""


def _text(path: Path) -> str:
    """Return the text of a file in UTF-8 or, as Excel writes it in China, GB18030."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            tr(
                "{path}: cannot be read ({reason}); name a CSV file with the columns name, place, year",
                path=path,
                reason=system_reason(error),
            )
        ) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError:
            raise UsageError(tr("{path}: neither UTF-8 nor GB18030; save it as CSV UTF-8", path=path)) from None
