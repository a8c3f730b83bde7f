"""What a cell of a workbook can hold: no formula, no markup, no more than so many characters."""

import re
from collections.abc import Iterator

from pipeline.output.visible import visible

LONGEST = 32_000  # characters of a cell; Excel takes 32,767 UTF-16 units
_LONGEST_ASTRAL = LONGEST // 2  # each of these characters may be two units
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def cell_text(text: str) -> str:
    """Return a text as a cell holds it: signs for what cannot be seen, and nothing that Excel takes for an escaped character.

    What looks like one (``_x0041_``) gets a wide ``＿``, since programs do not agree on how it would be escaped itself.
    XlsxWriter takes a string between ``<r>`` and ``</r>`` for markup; a blank behind it makes it text.
    """
    shown = _LOOKS_ESCAPED.sub("＿", visible(text))
    return f"{shown} " if shown.endswith("</r>") else shown


def plain(cell: str) -> str:
    """Return the text of a cell in the form in which two are compared, however the workbook was saved."""
    return " ".join(cell.split())


def parts(text: str) -> Iterator[str]:
    """Yield a text in parts that each fit a cell, at least one."""
    size = LONGEST if not text or max(text) <= "\uffff" else _LONGEST_ASTRAL
    for start in range(0, max(1, len(text)), size):
        yield text[start : start + size]
