"""What stands in an OpenDocument file as a document of its own: charts, and the sheet of a spreadsheet that shows."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.read.compose import Paragraph
from pipeline.read.office.drawings import is_word
from pipeline.read.office.ooxml import child, local

if TYPE_CHECKING:
    from lxml.etree import _Element

_TITLES = ("{*}title", "{*}subtitle", "{*}footer")


def chart_words(root: "_Element") -> Iterator[Paragraph]:
    """Yield the words of a chart: its titles, then the names of its series and those of what it compares, a row each."""
    chart = child(root, "body", "chart", "chart")
    if chart is None:
        return
    for title in chart.iter(*_TITLES):
        if text := " ".join(filter(None, map(_text, title.iter("{*}p")))):
            yield Paragraph(text)
    rows = [[_text(cell) for cell in row if local(cell) == "table-cell"] for row in chart.iter("{*}table-row")]
    series, compared = [cell for row in rows[:1] for cell in row[1:]], [row[0] for row in rows[1:] if row]
    for names in (series, compared):
        if any(map(is_word, names)):
            yield Paragraph("\t".join(filter(None, names)), "row")


def active_table(settings: "_Element | None") -> str | None:
    """Return the name of the sheet of a spreadsheet that was shown last, or None where its settings do not say it."""
    for item in () if settings is None else settings.iter("{*}config-item"):
        if any(str(key).rpartition("}")[2] == "name" and value == "ActiveTable" for key, value in item.attrib.items()):
            return str(item.text or "")
    return None


def _text(element: "_Element") -> str:
    return " ".join("".join(element.itertext()).split())
