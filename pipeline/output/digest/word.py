"""Word documents of many thousand paragraphs: elements of their XML, and the same bytes for the same content.

python-docx (MIT, maintained) makes the package, its styles and its sections. Paragraphs and tables are built here: its own
way looks through the whole document for each of them, and has no fields.
"""

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from pipeline.output.earlier import MADE_BY
from pipeline.output.visible import visible

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
TWIPS = 567  # of a centimetre


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look; ``field`` makes it the result of a field, ``anchor`` a link to a bookmark."""

    text: str
    bold: bool = False
    color: str = ""
    size: float = 0
    field: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: its text, the colour of its ground, where it stands, and a note in grey below it."""

    text: str
    fill: str = ""
    color: str = ""
    bold: bool = False
    right: bool = False
    middle: bool = False
    note: str = ""


def element(kind: str, /, *children: Any, **attributes: object) -> Any:  # noqa: ANN401 - lxml elements are untyped here
    """Return an element of Word's main namespace, such as ``element("pStyle", val="Title")``."""
    made = OxmlElement(f"w:{kind}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), str(value))
    made.extend([child for child in children if child is not None])
    return made


def paragraph(
    style: str, *runs: Run | str, bookmark: tuple[int, str] | None = None, color: str = "", new_page: bool = False
) -> Any:  # noqa: ANN401 - as above
    """Return a paragraph of a style, by its id; ``color`` is that of its left border."""
    border = element("pBdr", element("left", val="single", sz="18", space="10", color=_hex(color))) if color else None
    content = [piece for run in runs for piece in _pieces(run if isinstance(run, Run) else Run(run))]
    if bookmark is not None:
        number, name = bookmark
        content = [element("bookmarkStart", id=number, name=name), *content, element("bookmarkEnd", id=number)]
    return element(
        "p", element("pPr", element("pStyle", val=style), element("pageBreakBefore") if new_page else None, border), *content
    )


def table(rows: Iterable[Sequence[Cell]], widths: Sequence[float], heads: int = 1, *, lines: bool = True) -> Any:  # noqa: ANN401 - as above
    """Return a table; widths are centimetres, and the first rows are repeated at the head of each page."""
    edges = [element(side, val="single" if lines else "nil", sz="4", color="D5D9DE") for side in ("top", "bottom", "insideH")]
    properties = element(
        "tblPr",
        element("tblW", w=round(sum(widths) * TWIPS), type="dxa"),
        element("tblBorders", *edges),
        element("tblLayout", type="fixed"),
        element("tblCellMar", element("left", w=60, type="dxa"), element("right", w=60, type="dxa")),
    )
    grid = element("tblGrid", *(element("gridCol", w=round(width * TWIPS)) for width in widths))
    return element("tbl", properties, grid, *(_row(row, widths, number < heads) for number, row in enumerate(rows)))


def save(document: Any, stream: BinaryIO, date: str, title: str) -> None:  # noqa: ANN401 - a Document of python-docx
    """Write a document whose times are those of a day (ISO), so that the same content gives the same bytes."""
    day = dt.datetime.fromisoformat(date or "2000-01-01")
    properties = document.core_properties
    properties.title, properties.comments = title, ""
    properties.author = properties.last_modified_by = MADE_BY
    properties.created = properties.modified = day
    properties.language = "zh-CN"
    made = io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            entry = zipfile.ZipInfo(member.filename, ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(member))


def _row(cells: Sequence[Cell], widths: Sequence[float], head: bool) -> Any:  # noqa: ANN401 - as above
    properties = element("trPr", element("cantSplit"), element("tblHeader") if head else None)
    return element("tr", properties, *(_cell(cell, width) for cell, width in zip(cells, widths, strict=True)))


def _cell(cell: Cell, width: float) -> Any:  # noqa: ANN401 - as above
    shade = element("shd", val="clear", color="auto", fill=_hex(cell.fill)) if cell.fill else None
    properties = element("tcPr", element("tcW", w=round(width * TWIPS), type="dxa"), shade, element("vAlign", val="center"))
    style = "TableRight" if cell.right else "TableMiddle" if cell.middle else "TableLeft"
    text = paragraph(style, Run(cell.text, bold=cell.bold, color=cell.color))
    note = paragraph("TableNote", cell.note) if cell.note else None
    return element("tc", properties, text, note)


def _pieces(run: Run) -> list[Any]:
    """Return the elements of a run, in a field or link where it is one."""
    look = [
        element("b") if run.bold else None,
        element("color", val=_hex(run.color)) if run.color else None,
        element("sz", val=round(run.size * 2)) if run.size else None,
        element("szCs", val=round(run.size * 2)) if run.size else None,
    ]
    text = element("tab") if run.text == "\t" else element("t")
    if run.text != "\t":
        text.text = visible(run.text)
        text.set(qn("xml:space"), "preserve")
    made = element("r", element("rPr", *look) if any(part is not None for part in look) else None, text)
    if run.field:
        made = element("fldSimple", made, instr=run.field)
    return [element("hyperlink", made, anchor=run.anchor)] if run.anchor else [made]


def _hex(color: str) -> str:
    return color.removeprefix("#").upper()
