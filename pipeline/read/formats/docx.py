"""Word files: all that a reader of the document sees, in reading order, with headings, list numbers, tables and notes.

The XML is walked here with lxml (BSD, maintained, needed for other formats too) rather than by python-docx, whose paragraphs
leave out text boxes, content controls, notes and list numbers, which loads every picture, and which stops at a reference
to a part that is missing. Insertions count and deletions do not, as if all changes were accepted; comments, hidden text and
the prompts of empty controls are left out. Footnotes follow the paragraph that refers to them; page headers and footers stand
at the end as noise. A document, chart or SmartArt that the body refers to and that is not in the package, or is damaged, refuses
the file: its words would be lost.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise, takewhile
from posixpath import splitext
from typing import TYPE_CHECKING, NamedTuple

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.preprocess.contents import CONTENTS
from pipeline.read.compose import Paragraph, as_watermark, compose, join_row, names_watermark
from pipeline.read.decode import ReadText
from pipeline.read.embedded import InnerDocuments
from pipeline.read.ocr.packages import or_scans
from pipeline.read.office.fields import LONGEST_SIGNS, Fields, signs_in_font, symbol_text
from pipeline.read.office.formulas import formula_text, raised
from pipeline.read.office.numbering import spaced, with_label, with_symbols
from pipeline.read.office.ooxml import (
    Parts,
    Relationship,
    attribute,
    child,
    children,
    local,
    main_part,
    missing_part,
    number,
    relationships,
    switch,
)
from pipeline.read.office.packages import open_package, parse_member, read_member, stored_name
from pipeline.read.office.word_styles import BODY_LEVEL, ListNumbers, Style, WordStyles, is_indented

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
# SmartArt, charts, objects and documents, of which the body says only where they stand.
_CHUNKS = ("altChunk", "subDoc")  # the second is a chapter of a master document, which lies elsewhere
_IN_PARTS = frozenset(["relIds", "chart", "OLEObject", "objectEmbed", *_CHUNKS])
_BOXES = frozenset(["txbxContent", "textpath", "txBody"]) | _IN_PARTS  # text boxes, WordArt, shapes of slides
_WORDS = ("{*}t", "{*}textpath", *(f"{{*}}{name}" for name in sorted(_IN_PARTS)))  # what shows words
_DROP_CAPS = ("drop", "margin")
_LONGEST_ENTRY = 160
_RIGHT_ANGLE = 90 * 60_000  # in the units of DrawingML
_BEHIND = re.compile(r"z-index:\s*-\d")
_ASKEW = re.compile(
    r"rotation:\s*-?(?!(?:0|90|180|270|360|450)(?:\.0*)?(?![\d.]))[\d.]+(?![\d.]|fd)"
)  # in degrees; fd: in parts of one
_XML_SPACE = {ord("\n"): " ", ord("\r"): " "}


class ElementText(NamedTuple):
    """Text that an element gave; no element gave the number of a list."""

    element: "_Element | None"
    text: str


@dataclass(frozen=True, slots=True)
class WordBody:
    """A Word file whose body was walked through: its package, the main part's name and root, and what each element gave, in order.

    Put together, the texts of ``spoken`` are the text of ``read`` without page headers and footers, save for white space.
    """

    package: zipfile.ZipFile
    main: str
    root: "_Element"
    spoken: tuple[ElementText, ...]


@dataclass(slots=True)
class _Document:
    """What the walk through a document needs to know, what it has still to write, and what it wrote, where that is asked for.

    ``missing`` holds the names of the parts of notes that are not in the package, ``of_notes`` what these parts refer to.
    """

    styles: WordStyles
    numbers: ListNumbers
    notes: "dict[tuple[str, str], _Element]"
    missing: dict[str, str]
    inner: InnerDocuments
    parts: Parts | None  # None in page headers and footers, which are set aside
    of_notes: dict[str, Parts]
    fields: Fields = field(default_factory=Fields)
    spoken: list[ElementText] | None = None
    waiting: "list[_Element]" = field(default_factory=list)
    carried: list[ElementText] = field(default_factory=list)


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the text of a Word file with marks and places; raises InputError."""
    package = open_package(data, source, options)
    main, _, body = _main_part(package, source)
    parts = relationships(package, main, source)
    document = _document(package, parts, source, options)
    paragraphs = _body(body, document)
    found = compose([*paragraphs, *_margins(body, package, parts, document, source)], "docx")
    return or_scans(found, data, "docx", source, options)


def walk(data: bytes, source: str, options: ReadConfig) -> WordBody:
    """Return a Word file with what each element of it gave to the text of ``read``; raises InputError."""
    package = open_package(data, source, options)
    main, root, body = _main_part(package, source)
    document = _document(package, relationships(package, main, source), source, options)
    document.spoken = []
    _body(body, document)
    return WordBody(package, main, root, tuple(document.spoken))


def _main_part(package: zipfile.ZipFile, source: str) -> "tuple[str, _Element, _Element]":
    """Return the name of the main part, its root and its body."""
    main = stored_name(package, main_part(package, source) or "word/document.xml")
    root = parse_member(package, main, source)
    body = child(root, "body")
    if root is None or body is None:
        raise InputError(
            tr("{source}: holds no Word document; check what kind of file it is, and save it as .docx", source=source),
            code="damaged",
        )
    return main, root, body


def _body(body: "_Element", document: _Document) -> list[Paragraph]:
    document.fields.add(body)
    return [*_blocks(body, document), _carried(document)]


def _carried(document: _Document) -> Paragraph:
    """Return what is left of paragraphs that go on in the next where none follows."""
    spoken, document.carried = document.carried, []
    return Paragraph(_said(spoken, "", document))


def _said(spoken: list[ElementText], label: str, document: _Document) -> str:
    """Return the text of a paragraph with its number in front, and keep, where that is asked for, which element gave what."""
    text = "".join(piece.text for piece in spoken)
    label = label if text.strip() else ""
    if document.spoken is not None:
        document.spoken += [ElementText(None, label), *spoken]
    return with_label(label, text)


def _document(package: zipfile.ZipFile, parts: dict[str, Relationship], source: str, options: ReadConfig) -> _Document:
    named = {part.kind: part.target for part in parts.values() if part.kind in _PARTS}
    roots = {kind: parse_member(package, name, source) for kind, name in named.items()}
    notes = {
        (kind, attribute(note, "id") or ""): note
        for kind in _NOTES.values()
        for note in children(roots.get(kind))
        if attribute(note, "type") in (None, "normal")
    }
    shown, inner = Parts(package, source, parts), InnerDocuments(source, options)
    missing = {kind: named.get(kind, kind) for kind in _NOTES.values() if roots.get(kind) is None}
    of_notes = {kind: Parts(package, source, relationships(package, named.get(kind, kind), source)) for kind in _NOTES.values()}
    styles, numbers = WordStyles(roots.get("styles")), ListNumbers(roots.get("numbering"))
    document = _Document(styles, numbers, notes, missing, inner, shown, of_notes)
    for kind in _NOTES.values():
        document.fields.add(roots.get(kind))
    return document


def _margins(
    body: "_Element", package: zipfile.ZipFile, parts: dict[str, Relationship], document: _Document, source: str
) -> Iterator[Paragraph]:
    """Yield each page header and footer that a section uses, once."""
    seen: set[str] = set()
    document.parts = None  # what ids mean in a header is told elsewhere
    for reference in body.iter("{*}headerReference", "{*}footerReference"):
        part = parts.get(attribute(reference, "id") or "")
        if part is None or part.target in seen:
            continue
        seen.add(part.target)
        root = parse_member(package, part.target, source)
        document.fields.add(root)
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
        elif name in _CHUNKS:
            yield from _in_box(element, document)
        elif name == "sdt" and _is_prompt(element):
            if not in_cell:
                yield from (Paragraph(line.text, "noise", reason="prompt") for line in _blocks(element, document, in_cell))
        elif name not in _SKIPPED:
            yield from _blocks(element, document, in_cell)
        if not in_cell and document.waiting:
            yield from _waiting_notes(document)


def _waiting_notes(document: _Document) -> Iterator[Paragraph]:
    while document.waiting:
        notes, document.waiting = document.waiting, []
        for note in notes:
            body, document.parts = document.parts, document.parts and document.of_notes.get(f"{local(note)}s")
            yield from _blocks(note, document, in_cell=True)
            document.parts = body


def _chosen(alternate: "_Element") -> "_Element":
    """Return the one branch of alternative content that is shown: the first with words, else the last."""
    branches = list(alternate)
    return next((branch for branch in branches if next(branch.iter(*_WORDS), None) is not None), [alternate, *branches][-1])


def _is_prompt(control: "_Element") -> bool:
    """Tell whether a content control is empty, so that it shows only what should be written into it; a box to tick never is."""
    is_box = child(control, "sdtPr", "checkbox") is not None
    return not is_box and bool(switch(child(control, "sdtPr", "showingPlcHdr")))


def _paragraph(element: "_Element", document: _Document) -> Iterator[Paragraph]:
    properties = child(element, "pPr")
    style_id = attribute(child(properties, "pStyle")) or ""
    style = document.styles.of_paragraph(style_id)
    pieces = list(_pieces(element, bool(style.hidden), document))
    boxes = [piece for piece in pieces if not isinstance(piece, ElementText)]
    for art in (box for box in boxes if local(box) == "textpath"):
        said = Paragraph(_said([ElementText(art, art.get("string") or "")], "", document))
        yield as_watermark(said) if _is_watermark(art) else said
    spoken = _with_raised([piece for piece in pieces if isinstance(piece, ElementText)])
    # Where the end of the paragraph is deleted, what is left of it begins the next one, which has the number.
    is_deleted = child(properties, "rPr", "del") is not None or child(properties, "rPr", "moveFrom") is not None
    label = "" if is_deleted else _label(properties, style_id, style, document)
    if is_deleted or _runs_on(properties):
        document.carried += [ElementText(None, spaced(label)), *spoken] if label and spoken else spoken
    else:
        carried, document.carried = document.carried, []
        found = _classified(_said([*carried, *spoken], label, document), properties, style)
        yield replace(found, kind="noise", level=0, reason=CONTENTS) if _is_listed(spoken, found.text, document) else found
    for box in boxes:
        found_in = _in_box(box, document)
        yield from map(as_watermark, found_in) if _is_watermark(box) else found_in


def _with_raised(spoken: list[ElementText]) -> list[ElementText]:
    """Return what a paragraph says with raised figures behind figures as such."""
    for i, (before, piece) in enumerate(pairwise(spoken), 1):
        if piece.text.isdigit() and piece.element is not None and _is_raised(piece.element):
            spoken[i] = ElementText(piece.element, raised(piece.text, before.text))
    return spoken


def _is_raised(element: "_Element") -> bool:
    return attribute(child(element.getparent(), "rPr", "vertAlign")) == "superscript"


def _in_box(box: "_Element", document: _Document) -> Iterator[Paragraph]:
    """Yield the paragraphs of a text box or a shape from a slide, or the words of what stands in a part of its own."""
    if local(box) in _IN_PARTS:
        found = _in_part(box, document.parts, document.inner) if document.parts else iter(())
    elif local(box) == "txBody":
        from pipeline.read.office.drawings import paragraphs_of_body  # noqa: PLC0415 - few have any

        found = paragraphs_of_body(box)
    else:
        yield from _blocks(box, document, in_cell=True)
        return
    anchor = None if local(box) in _CHUNKS else box  # which stands in no paragraph
    for paragraph in found:
        yield replace(paragraph, text=_said([ElementText(anchor, paragraph.text)], "", document))


def _in_part(box: "_Element", parts: Parts, inner: InnerDocuments) -> Iterator[Paragraph]:
    """Yield the words of what stands in a part: SmartArt, a chart, a document; raises InputError for one missing or damaged."""
    from pipeline.read.office.drawings import smart_art, words_of_chart_part  # noqa: PLC0415 - few have any

    name = local(box)
    key = attribute(box, "id") or name
    if name == "chart":
        return words_of_chart_part(key, parts)
    if name == "relIds":
        return smart_art(attribute(box, "dm") or "", parts)
    if name in _CHUNKS:
        return _chunk(key, parts, inner)
    if box.get("Type") == "Link" or not inner.is_new(parts.name(key)):  # a link shows a picture of what lies elsewhere
        return iter(())
    is_icon = (attribute(box, "DrawAspect") or attribute(box, "drawAspect") or "").lower() == "icon"
    return inner.read_object(parts.data(key), parts.name(key), is_icon)


def _chunk(key: str, parts: Parts, inner: InnerDocuments) -> Iterator[Paragraph]:
    """Return the paragraphs of another document that stands in this one as a whole; raises InputError where it cannot be read."""
    name = parts.known[key].target if key in parts.known else key
    data = read_member(parts.package, name, parts.source) if key in parts.known else None
    if data is None:
        hint = tr("open it in Word, put the text in where it belongs, and save it again")
        said = tr(
            "{source}: the document {name} that its text refers to is not in it; {hint}", source=parts.source, name=name, hint=hint
        )
        raise InputError(said, code="damaged")
    return inner.read(data, name, splitext(name)[1].lower()) if data and inner.is_new(name) else iter(())


def _is_watermark(box: "_Element") -> bool:
    """Tell whether the shape around a text box or WordArt is named as a watermark, or stands askew behind the text."""
    is_behind = is_askew = False
    for element in takewhile(lambda each: local(each) != "p", box.iterancestors()):
        named = [element.get("id"), *(each.get("name") for each in element.iterchildren("{*}docPr", "{*}cNvPr"))]
        if any(map(names_watermark, named)):
            return True
        style, turn = element.get("style") or "", number(child(element, "spPr", "xfrm"), "rot") or 0
        is_behind = is_behind or element.get("behindDoc") in ("1", "true") or bool(_BEHIND.search(style))
        is_askew = is_askew or turn % _RIGHT_ANGLE != 0 or bool(_ASKEW.search(style))
    return is_behind and is_askew


def _is_listed(spoken: list[ElementText], text: str, document: _Document) -> bool:
    """Tell whether a paragraph is an entry of a table of contents: a field of these gave its text, and no sentence is in it."""
    is_given = bool(document.fields.contents) and any(piece.element in document.fields.contents for piece in spoken)
    return is_given and len(text) <= _LONGEST_ENTRY and "。" not in text


def _runs_on(properties: "_Element | None") -> bool:
    """Tell whether a paragraph goes on in the next: it is a drop cap, or its end is hidden, as that of a run-in heading is."""
    mark = child(properties, "rPr")
    hidden = switch(child(mark, "vanish")) or switch(child(mark, "specVanish"))
    return bool(hidden) or attribute(child(properties, "framePr"), "dropCap") in _DROP_CAPS


def _classified(text: str, properties: "_Element | None", style: Style) -> Paragraph:
    if style.contents:
        return Paragraph(text, "noise", reason=style.contents)
    outline = number(child(properties, "outlineLvl"))
    level = style.level if outline is None else outline + 1
    if level is not None and level < BODY_LEVEL:
        return Paragraph(text, "heading", level)
    own = is_indented(properties)
    return Paragraph(text, indented=bool(style.indented if own is None else own))


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


def _pieces(paragraph: "_Element", hidden: bool, document: _Document) -> "Iterator[ElementText | _Element]":
    """Yield the text of a paragraph piece by piece, and the content of its text boxes as elements."""
    stack = [iter(paragraph)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
            continue
        name = local(element)
        if name in _BOXES:
            yield element
        elif name == "AlternateContent":
            stack.append(iter(_chosen(element)))
        elif name == "oMath":
            yield ElementText(element, formula_text(element))
        elif name in _NOTES:
            _await_note(_NOTES[name], attribute(element, "id") or "", document)
        elif (name == "r" and _is_hidden(element, hidden, document)) or (name == "sdt" and _is_prompt(element)):
            continue
        elif name not in _SKIPPED:
            if text := _characters(element, name, document.fields):
                yield ElementText(element, text)
            stack.append(iter(element))


def _await_note(kind: str, note_id: str, document: _Document) -> None:
    note = document.notes.pop((kind, note_id), None)
    if note is not None:
        document.waiting.append(note)
    elif kind in document.missing and document.parts:
        raise missing_part(document.missing[kind], document.parts.source)


def _characters(element: "_Element", name: str, fields: Fields) -> str:
    if element in fields.shown:
        return fields.shown[element]
    if element in fields.hidden:
        return ""
    if name == "t":
        text = (element.text or "").translate(_XML_SPACE)
        return with_symbols(text if len(text) > LONGEST_SIGNS or text.isdigit() else signs_in_font(text, element))
    if name == "sym":
        return symbol_text(attribute(element, "char") or "", attribute(element, "font") or "")
    return _CHARACTERS.get(name, "")


def _is_hidden(run: "_Element", inherited: bool, document: _Document) -> bool:
    properties = child(run, "rPr")
    own = switch(child(properties, "vanish"))
    if own is None:
        style = document.styles.of_id(attribute(child(properties, "rStyle")) or "")
        own = style.hidden if style else None
    return inherited if own is None else own


def _table(table: "_Element", document: _Document) -> Iterator[Paragraph]:
    yield _carried(document)
    for row in _wrapped(table, "tr"):
        if child(row, "trPr", "del") is None and not switch(child(row, "trPr", "hidden")):
            cells = [
                [*_blocks(cell, document, in_cell=True), _carried(document)] for cell in _wrapped(row, "tc") if _is_shown(cell)
            ]
            yield from join_row([[paragraph for paragraph in cell if paragraph.text.strip()] for cell in cells])


def _wrapped(parent: "_Element", name: str) -> "Iterator[_Element]":
    """Yield the rows of a table or the cells of a row, also those inside content controls."""
    for element in parent:
        if local(element) == name:
            yield element
        elif local(element) not in _SKIPPED and not (local(element) == "sdt" and _is_prompt(element)):
            yield from _wrapped(element, name)


def _is_shown(cell: "_Element") -> bool:
    """Tell whether a cell shows what it holds: it was not deleted, and is not the lower part of one that spans rows."""
    merge = child(cell, "tcPr", "vMerge")
    continues = merge is not None and attribute(merge) != "restart"
    return not continues and child(cell, "tcPr", "cellDel") is None
