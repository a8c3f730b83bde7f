"""The workbook that this program makes: the sheet that carries its reports tells it from a report, whoever saved it since."""

from collections.abc import Iterable, Sequence

SHEET = "原文"
_BEGINS = '{"format":'


def is_own(name: str, rows: Iterable[Sequence[object]]) -> bool:
    """Tell whether a sheet is the one that carries the reports of a workbook of ours."""
    is_named = name.partition(" ")[0] == SHEET
    return is_named and any(len(row) > 2 and str(row[2]).startswith(_BEGINS) for row in rows)
