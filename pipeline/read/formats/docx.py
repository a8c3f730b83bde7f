"""Word files: all that a reader of the document sees, in reading order, with headings, list numbers, tables and notes.

The XML is walked here with lxml (BSD, maintained, needed for other formats too) rather than by python-docx, whose paragraphs
leave out text boxes, content controls, notes and list numbers, which loads every picture, and which stops at a reference
to a part that is missing. Insertions count and deletions do not, as if all changes were accepted; comments and hidden
text are left out. Footnotes follow the paragraph that refers to them; page headers and footers stand at the end as noise.
"""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.read.compose import Paragraph, compose, join_row
from pipeline.read.decode import ReadText
from pipeline.read.office.numbering import symbol, with_label
from pipeline.read.office.ooxml import Relationship, attribute, child, children, local, number, relationships, switch
from pipeline.read.office.packages import open_package, parse_xml, read_member
from pipeline.read.office.word_styles import BODY_LEVEL, ListNumbers, Style, read_numbering, read_styles

if TYPE_CHECKING:
    from lxml.etree import _Element


_SKIPPED = frozenset(
    [
        *("pPr", "rPr", "tblPr", "tblGrid", "trPr", "tcPr", "sdtPr", "sdtEndPr", "sectPr", "rubyPr"),
        *("del", "moveFrom", "delText", "instrText", "delInstrText", "annotationRef", "rt"),
    ]
)
_CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}
_PARTS = frozenset(["styles", "numbering", *_NOTES.values()])
_MARGINS = {"headerReference": "page header", "footerReference": "page footer"}
_XML_SPACE = {ord("\n"): " ", ord("\r"): " "}


class Spoken(NamedTuple):
    """Text that an element gave; no element gave the number of a list."""

    element: "_Element | None"
    text: str


@dataclass(frozen=True, slots=True)
class Walk:
    """A Word file whose body was walked through: its package, the main part's name and root, and what each element gave, in order.

    Put together, the texts of ``spoken`` are the text of ``read`` without page headers and footers, save for white space.
    """

    package: zipfile.ZipFile
    main: str
    root: "_Element"
    spoken: tuple[Spoken, ...]


@dataclass(slots=True)
class _Document:
    """What the walk through a document needs to know, what it has still to write, and what it wrote, where that is asked for."""

    styles: dict[str, Style]
    numbers: ListNumbers
    notes: "dict[tuple[str, str], _Element]"
    spoken: list[Spoken] | None = None
    waiting: "list[_Element]" = field(default_factory=list)
    carried: list[Spoken] = field(default_factory=list)


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the text of a Word file with marks and places; raises InputError."""
    package = open_package(data, source, options)
    main, _, body = _main_part(package, source)
    parts = relationships(package, main, source)
    document = _document(package, parts, source)
    paragraphs = _body(body, document)
    return compose([*paragraphs, *_margins(body, package, parts, document, source)], "docx")


def walk(data: bytes, source: str, options: ReadConfig) -> Walk:
    """Return a Word file with what each element of it gave to the text of ``read``; raises InputError."""
    package = open_package(data, source, options)
    main, root, body = _main_part(package, source)
    document = _document(package, relationships(package, main, source), source)
    document.spoken = []
    _body(body, document)
    return Walk(package, main, root, tuple(document.spoken))


def _main_part(package: zipfile.ZipFile, source: str) -> "tuple[str, _Element, _Element]":
    """Return the name of the main part, its root and its body."""
    found = next((part.target for part in relationships(package, "", source).values() if part.kind == "officeDocument"), None)
    main = found or "word/document.xml"
    root = _part(package, main, source)
    body = child(root, "body")
    if root is None or body is None:
        raise InputError(f"{source}: holds no Word document; check what kind of file it is, and save it as .docx", code="damaged")
    return main, root, body


def _body(body: "_Element", document: _Document) -> list[Paragraph]:
    paragraphs = [*_blocks(body, document), Paragraph(_said(document.carried, "", document))]
    document.carried.clear()
    return paragraphs


def _said(spoken: list[Spoken], label: str, document: _Document) -> str:
    """Return the text of a paragraph with its number in front, and keep, where that is asked for, which element gave what."""
    text = "".join(piece.text for piece in spoken)
    label = label if text.strip() else ""
    if document.spoken is not None:
        document.spoken += [Spoken(None, label), *spoken]
    return with_label(label, text)


def _document(package: zipfile.ZipFile, parts: dict[str, Relationship], source: str) -> _Document:
    roots = {part.kind: _part(package, part.target, source) for part in parts.values() if part.kind in _PARTS}
    notes = {
        (kind, attribute(note, "id") or ""): note
        for kind in _NOTES.values()
        for note in children(roots.get(kind))
        if attribute(note, "type") in (None, "normal")
    }
    return _Document(read_styles(roots.get("styles")), read_numbering(roots.get("numbering")), notes)


def _part(package: zipfile.ZipFile, name: str, source: str) -> "_Element | None":
    data = read_member(package, name, source)
    return None if data is None else parse_xml(data, name, source)


def _margins(
    body: "_Element", package: zipfile.ZipFile, parts: dict[str, Relationship], document: _Document, source: str
) -> Iterator[Paragraph]:
    """Yield each page header and footer that a section uses, once."""
    seen: set[str] = set()
    for reference in body.iter("{*}headerReference", "{*}footerReference"):
        part = parts.get(attribute(reference, "id") or "")
        if part is None or part.target in seen:
            continue
        seen.add(part.target)
        root = _part(package, part.target, source)
        for paragraph in _blocks(children(root), document):
            if paragraph.text not in seen:
                seen.add(paragraph.text)
                yield Paragraph(paragraph.text, "noise", reason=_MARGINS[local(reference)])


def _blocks(parent: "Iterable[_Element]", document: _Document, in_cell: bool = False) -> Iterator[Paragraph]:
    """Yield the paragraphs of a body, a cell, a text box or a note, whatever they are wrapped in."""
    for element in parent:
        name = local(element)
        if name == "p":
            yield from _paragraph(element, document)
        elif name == "tbl":
            yield from _table(element, document)
        elif name == "AlternateContent":
            yield from _blocks(_chosen(element), document, in_cell)
        elif name not in _SKIPPED:
            yield from _blocks(element, document, in_cell)
        if not in_cell and document.waiting:
            yield from _waiting_notes(document)


def _waiting_notes(document: _Document) -> Iterator[Paragraph]:
    while document.waiting:
        notes, document.waiting = document.waiting, []
        for note in notes:
            yield from _blocks(note, document, in_cell=True)


def _chosen(alternate: "_Element") -> "_Element":
    """Return the one branch of alternative content that is shown: the first with text, else the last."""
    branches = list(alternate)
    return next((branch for branch in branches if branch.find(".//{*}t") is not None), branches[-1] if branches else alternate)


def _paragraph(element: "_Element", document: _Document) -> Iterator[Paragraph]:
    properties = child(element, "pPr")
    style_id = attribute(child(properties, "pStyle")) or ""
    style = document.styles.get(style_id, document.styles[""])
    pieces = list(_pieces(element, bool(style.hidden), document))
    document.carried += [piece for piece in pieces if isinstance(piece, Spoken)]
    # Where the end of the paragraph is deleted, what is left of it begins the next one.
    if child(properties, "rPr", "del") is None and child(properties, "rPr", "moveFrom") is None:
        label = _label(properties, style_id, style, document)
        spoken, document.carried = document.carried, []
        yield _classified(_said(spoken, label, document), properties, style)
    for piece in pieces:
        if not isinstance(piece, Spoken):
            yield from _blocks(piece, document, in_cell=True)


def _classified(text: str, properties: "_Element | None", style: Style) -> Paragraph:
    if style.contents:
        return Paragraph(text, "noise", reason="table of contents")
    outline = number(child(properties, "outlineLvl"))
    level = style.level if outline is None else outline + 1
    return Paragraph(text) if level is None or level >= BODY_LEVEL else Paragraph(text, "heading", level)


def _label(properties: "_Element | None", style_id: str, style: Style, document: _Document) -> str:
    """Return the number of a paragraph as text; the paragraph's own list goes before that of its style."""
    own = child(properties, "numPr")
    list_id = attribute(child(own, "numId")) or style.list_id
    if list_id in (None, "0"):
        return ""
    level = number(child(own, "ilvl"))
    if level is None:
        level = document.numbers.level_of_style(list_id, style_id)
    return document.numbers.next_label(list_id, level if level is not None else style.list_level or 0)


def _pieces(paragraph: "_Element", hidden: bool, document: _Document) -> "Iterator[Spoken | _Element]":
    """Yield the text of a paragraph piece by piece, and the content of its text boxes as elements."""
    stack = [iter(paragraph)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
            continue
        name = local(element)
        if name == "txbxContent":
            yield element
        elif name == "AlternateContent":
            stack.append(iter(_chosen(element)))
        elif name in _NOTES:
            _await_note(_NOTES[name], attribute(element, "id") or "", document)
        elif name == "r" and _is_hidden(element, hidden, document):
            continue
        elif name not in _SKIPPED:
            if text := _characters(element, name):
                yield Spoken(element, text)
            stack.append(iter(element))


def _await_note(kind: str, note_id: str, document: _Document) -> None:
    note = document.notes.pop((kind, note_id), None)
    if note is not None:
        document.waiting.append(note)


def _characters(element: "_Element", name: str) -> str:
    if name == "t":
        return (element.text or "").translate(_XML_SPACE)
    if name == "sym":
        code = attribute(element, "char") or ""
        return symbol(int(code, 16)) if len(code) == 4 and all(digit in "0123456789abcdefABCDEF" for digit in code) else ""
    return _CHARACTERS.get(name, "")


def _is_hidden(run: "_Element", inherited: bool, document: _Document) -> bool:
    properties = child(run, "rPr")
    own = switch(child(properties, "vanish"))
    if own is None:
        style = document.styles.get(attribute(child(properties, "rStyle")) or "")
        own = style.hidden if style else None
    return inherited if own is None else own


def _table(table: "_Element", document: _Document) -> Iterator[Paragraph]:
    for row in _wrapped(table, "tr"):
        if child(row, "trPr", "del") is None:
            cells = [list(_blocks(cell, document, in_cell=True)) for cell in _wrapped(row, "tc") if not _continues(cell)]
            yield from join_row([[paragraph for paragraph in cell if paragraph.text.strip()] for cell in cells])


def _wrapped(parent: "_Element", name: str) -> "Iterator[_Element]":
    """Yield the rows of a table or the cells of a row, also those inside content controls."""
    for element in parent:
        if local(element) == name:
            yield element
        elif local(element) not in _SKIPPED:
            yield from _wrapped(element, name)


def _continues(cell: "_Element") -> bool:
    """Tell whether a cell is the lower part of one that spans rows; what it holds is not shown."""
    merge = child(cell, "tcPr", "vMerge")
    return merge is not None and attribute(merge) != "restart"
