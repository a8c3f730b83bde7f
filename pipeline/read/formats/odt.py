"""OpenDocument text: what a reader of the document sees, in order, with headings, list numbers, tables and notes.

Read with lxml from content.xml and styles.xml: odfdo (Apache-2.0, maintained) was considered, but its text form leaves out
list numbers and page headers and writes notes and pictures in a markup of its own, so that the walk would be the same and
a dependency more. Tracked deletions, comments and hidden text are left out. Notes follow the paragraph that refers to
them; page headers and footers stand at the end as noise.
"""

import base64
import binascii
import math
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.read.compose import Paragraph, as_watermark, compose, join_row, names_watermark
from pipeline.read.decode import ReadText
from pipeline.read.embedded import InnerDocuments, too_deep
from pipeline.read.formats.sheet import shown_rows
from pipeline.read.ocr.packages import or_scans
from pipeline.read.office.cells import ShownPart, ods_tables
from pipeline.read.office.fields import check_box_text, drop_down_text
from pipeline.read.office.formulas import formula_text, raised
from pipeline.read.office.numbering import bullet, format_number, with_label, with_symbols
from pipeline.read.office.odf import active_table, chart_words
from pipeline.read.office.ooxml import child, children, local, missing_part
from pipeline.read.office.packages import ZipPackage, open_package, parse_member, parse_xml, read_member

if TYPE_CHECKING:
    from lxml.etree import _Element


BODY_LEVEL = 10
_SKIPPED = frozenset(
    [
        *("tracked-changes", "annotation", "annotation-end", "forms", "sequence-decls", "variable-decls", "user-field-decls"),
        *("note-citation", "ruby-text", "number", "title", "desc", "event-listeners", "covered-table-cell"),
        *("bibliography-source", "alphabetical-index-source", "binary-data", "scripts", "script", "settings", "placeholder"),
        "notes",  # of speakers, in a presentation that stands in a text
    ]
)
_INDEXES = frozenset(["table-of-content", "illustration-index", "table-index", "alphabetical-index"])
_SHAPES = frozenset(
    [
        *("frame", "custom-shape", "rect", "ellipse", "circle", "polygon", "regular-polygon", "polyline", "path"),
        *("line", "connector", "measure", "caption", "g", "text-box"),
    ]
)
_VARIABLES = ("variable-set", "variable-input", "user-field-get", "user-field-input")
_OBJECTS, _ICON = ("object", "object-ole"), ("4", "icon")
_CHARACTERS = {"tab": "\t", "line-break": "\n"}
_CHANGES = frozenset(["change-start", "change-end"])
_MARGINS = {"header": "page header", "footer": "page footer"}
_FORMATS = {
    "1": "decimal",
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
    "一": "chineseCountingThousand",
    "壹": "chineseLegalSimplified",
    "①": "decimalEnclosedCircle",
    "１": "decimalFullWidth",
    "甲": "ideographTraditional",
    "子": "ideographZodiac",
}
_OUTLINE = " outline"
_SPACE = re.compile("[ \t\r\n]+")
_MOST_SPACES = 1_000
_NOT_ZERO = re.compile("[1-9]")
_TURN = re.compile(r"rotate\s*\(\s*(-?\d{1,4}(?:\.\d{1,20})?)")  # in radians
_ASKEW = 0.02  # of a right angle: a turn by less is none
_PLACE_HOLDER = re.compile(r"%(\d{1,2})%")


@dataclass(frozen=True, slots=True)
class _Style:
    parent: str | None
    title: bool
    hidden: bool | None
    list_style: str | None
    indented: bool | None
    behind: bool | None  # of a shape, whether it stands behind the text
    raised: bool | None  # of a span, whether it stands above its line
    icon: bool  # of an object, whether it shows the sign of its program


@dataclass(frozen=True, slots=True)
class _ListLevel:
    form: str
    pattern: str
    start: int
    bullet: str


@dataclass(slots=True)
class _List:
    """A list on its way: its style, its depth, and how far each level has counted."""

    style: str
    level: int
    counts: dict[int, int]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the parts of a document stand: its package, None where it is one file, and its folder where it is in another one."""

    package: ZipPackage | None
    folder: str
    source: str
    options: ReadConfig
    inner: InnerDocuments

    def name(self, element: "_Element") -> str | None:
        """Return the name of what an object refers to in the package, or None for what lies elsewhere."""
        target = _get(element, "href") or ""
        if self.package is None or ":" in target or target.startswith(("../", "/")):
            return None
        return posixpath.normpath(posixpath.join(self.folder, target))

    def root(self, name: str) -> "_Element | None":
        """Return the root of a part, or None where it is missing; raises InputError."""
        return None if self.package is None else parse_member(self.package, name, self.source)

    def deeper(self, folder: str) -> "_Place":
        """Return the place of a document in this one; raises InputError where documents nest too deep."""
        if not self.options.max_depth:
            raise too_deep(self.source)
        return replace(self, folder=folder, options=msgspec.structs.replace(self.options, max_depth=self.options.max_depth - 1))


@dataclass(slots=True)
class _Document:
    """What the walk through a document needs to know, and the notes it has still to write.

    ``by_id`` and ``by_style`` hold how far lists have counted, for lists that go on with them; ``cells`` is how many
    table cells the walk is inside of. ``deletions`` are the changes that deleted text: most keep it with the change, but
    flat files keep it in its place, where those in ``deleting`` have begun and not ended.
    """

    styles: dict[str, _Style]
    lists: dict[str, dict[int, _ListLevel]]
    place: _Place
    by_id: dict[str, dict[int, int]] = field(default_factory=dict)
    by_style: dict[str, dict[int, int]] = field(default_factory=dict)
    cells: int = 0
    deletions: set[str] = field(default_factory=set)
    deleting: set[str] = field(default_factory=set)
    waiting: "list[_Element]" = field(default_factory=list)


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the text of an OpenDocument file with marks and places; raises InputError."""
    package = None if data.lstrip()[:1] == b"<" else _package(data, source, options)
    place = _Place(package, "", source, options, InnerDocuments(source, options))
    content, styles = _flat(data, source) if package is None else (place.root("content.xml"), place.root("styles.xml"))
    body = child(content, "body", "text")
    if body is None:
        raise InputError(
            tr("{source}: holds no OpenDocument text; check what kind of file it is, and save it as .odt or .docx", source=source),
            code="damaged",
        )
    document = _document([styles, content], place)
    paragraphs = _body(body, document)
    return or_scans(compose([*paragraphs, *_margins(styles, document)], "odt"), data, "odt", source, options)


def _body(body: "_Element", document: "_Document") -> list[Paragraph]:
    document.deletions |= {
        _get(region, "id") or "" for region in body.iter("{*}changed-region") if child(region, "deletion") is not None
    }
    return list(_blocks(body, document))


def _flat(data: bytes, source: str) -> "tuple[_Element, _Element]":
    root = parse_xml(data, tr("the document"), source)
    return root, root


def _package(data: bytes, source: str, options: ReadConfig) -> ZipPackage:
    package = open_package(data, source, options)
    if b"encryption-data" in (read_member(package, "META-INF/manifest.xml", source) or b""):
        raise InputError(tr("{source}: password-protected; save a copy without the password", source=source), code="password")
    return package


def _get(element: "_Element", name: str) -> str | None:
    """Return an attribute by its local name: no two on one element that are read here share it."""
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), None)


def _number(element: "_Element", name: str) -> int | None:
    value = _get(element, name) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def _document(roots: "list[_Element | None]", place: _Place) -> _Document:
    groups = [group for root in roots for group in children(root) if local(group) in ("styles", "automatic-styles")]
    elements = [element for group in groups for element in group]
    styles = {_get(element, "name") or "": _style(element) for element in elements if local(element) == "style"}
    lists = {_get(element, "name") or "": _list_levels(element) for element in elements if local(element) == "list-style"}
    outlines = [_list_levels(element) for element in elements if local(element) == "outline-style"]
    return _Document(styles, lists | {_OUTLINE: outlines[0] if outlines else {}}, place)


def _style(element: "_Element") -> _Style:
    text = child(element, "text-properties")
    display = None if text is None else _get(text, "display")
    names = (_get(element, "name"), _get(element, "display-name"))
    graphic = child(element, "graphic-properties")
    run_through = None if graphic is None else _get(graphic, "run-through")
    return _Style(
        parent=_get(element, "parent-style-name"),
        title="Title" in names or "标题" in names,
        hidden=None if display is None else display == "none",
        list_style=_get(element, "list-style-name"),
        indented=_is_indented(child(element, "paragraph-properties")),
        raised=_is_above(None if text is None else _get(text, "text-position")),
        behind=None if run_through is None else run_through == "background",
        icon=graphic is not None and _get(graphic, "ole-draw-aspect") in _ICON,
    )


def _is_above(position: str | None) -> bool | None:
    """Tell by the position of text, which is a word or a share of the size, whether it is raised; None where it is not given."""
    return None if position is None else position.startswith("super") or (position[:1].isdigit() and not position.startswith("0"))


def _is_indented(properties: "_Element | None") -> bool | None:
    """Tell whether the properties of a paragraph indent its first line; None where they do not say."""
    if properties is None:
        return None
    indent, automatic = _get(properties, "text-indent"), _get(properties, "auto-text-indent")
    if indent is None and automatic is None:
        return None
    return automatic == "true" or (indent is not None and indent[:1] != "-" and _NOT_ZERO.search(indent) is not None)


def _list_levels(element: "_Element") -> dict[int, _ListLevel]:
    found = {_number(level, "level"): _list_level(level) for level in element}
    return {level: definition for level, definition in found.items() if level is not None}


def _list_level(element: "_Element") -> _ListLevel:
    if not local(element).endswith(("number", "outline-level-style")):
        return _ListLevel("bullet", "", 1, bullet(_get(element, "bullet-char") or "•"))
    level, shown = _number(element, "level") or 1, _number(element, "display-levels") or 1
    form = (_get(element, "num-format") or "")[:1]
    numbers = ".".join(f"%{at}%" for at in range(max(1, level - min(shown, level) + 1), level + 1))
    plain = f"{_get(element, 'num-prefix') or ''}{numbers if form else ''}{_get(element, 'num-suffix') or ''}"
    start = _number(element, "start-value")
    return _ListLevel(
        form=_FORMATS.get(form, "decimal") if form else "none",
        pattern=_get(element, "num-list-format") or plain,
        start=1 if start is None else start,
        bullet="",
    )


def _chain(name: str | None, document: _Document) -> Iterator[_Style]:
    """Yield a style and those it is derived from; a circle ends where it closes."""
    seen: set[str] = set()
    while name is not None and name in document.styles and name not in seen:
        seen.add(name)
        yield document.styles[name]
        name = document.styles[name].parent


def _blocks(parent: "Iterable[_Element]", document: _Document) -> Iterator[Paragraph]:
    """Yield the paragraphs of a body, a cell, a section, a text box or a note."""
    for element in parent:
        name = local(element)
        if name in ("p", "h"):
            yield from _paragraph(element, document, _outline(element, document))
        elif name == "list":
            yield from _list(element, document, None)
        elif name == "table":
            yield from _table(element, document)
        elif name in _INDEXES:
            yield from (Paragraph(line.text, "noise", reason="table of contents") for line in _blocks(element, document))
        elif name in _OBJECTS:
            yield from _object(element, document)
        elif name not in _SKIPPED and not _is_hidden_section(element):
            yield from _blocks(element, document)


def _object(element: "_Element", document: _Document) -> Iterator[Paragraph]:
    """Yield the words of an object, of which the document shows a picture; raises InputError for one that is missing."""
    place, name = document.place, document.place.name(element)
    written = child(element, "binary-data")
    if (root := child(element, "document")) is not None:
        yield from _inner(root, root, place.deeper(""))
    elif written is not None:
        yield from place.inner.read_object(_from_base64(written, place.source), local(element), _is_icon(element, document))
    elif name is not None and place.package is not None and place.inner.is_new(name):
        content = place.root(f"{name}/content.xml")
        data = read_member(place.package, name, place.source) if content is None else b""
        if data is None:
            raise missing_part(name, place.source)
        if _is_icon(element, document):
            yield Paragraph(posixpath.basename(name), "noise", reason="attached file")
        elif content is None:
            yield from place.inner.read_object(data, name)
        else:
            yield from _inner(content, place.root(f"{name}/styles.xml"), place.deeper(name))


def _inner(content: "_Element", styles: "_Element | None", place: _Place) -> Iterator[Paragraph]:
    """Yield the words of a document inside of this one: a chart, the sheet of a spreadsheet that is shown, or its text."""
    body = child(content, "body")
    if child(body, "chart") is not None:
        yield from chart_words(content)
    elif child(body, "spreadsheet") is not None:
        settings = content if place.package is None else place.root(f"{place.folder}/settings.xml")
        tables = ods_tables(content, place.source, place.options)
        yield from shown_rows(tables, ShownPart(active_table(settings) or ""))
    elif body is not None:
        yield from _body(body, _document([styles, content], place))


def _from_base64(element: "_Element", source: str) -> bytes:
    try:
        return base64.b64decode(element.text or "")
    except binascii.Error:
        raise missing_part(local(element), source) from None


def _is_icon(element: "_Element", document: _Document) -> bool:
    """Tell whether an object shows no more than the sign of its program."""
    frame = element.getparent()
    return frame is not None and any(style.icon for style in _chain(_get(frame, "style-name"), document))


def _formula(shape: "_Element", place: _Place) -> str | None:
    """Return the characters of the formula in a frame, or None where it holds something else."""
    element = child(shape, "object")
    if element is None:
        return None
    root, name = child(element, "math"), place.name(element)
    if root is None and name is not None:
        root = place.root(f"{name}/content.xml")
    return formula_text(root) if root is not None and local(root) == "math" else None


def _is_hidden_section(element: "_Element") -> bool:
    """Tell whether a section is hidden: always, or by a condition that held when the file was saved."""
    display = _get(element, "display")
    return display == "none" or (display == "condition" and _get(element, "is-hidden") == "true")


def _paragraph(element: "_Element", document: _Document, counting: _List | None) -> Iterator[Paragraph]:
    """Yield a paragraph, then its text boxes, then the notes that it refers to unless it stands in a table."""
    styles = list(_chain(_get(element, "style-name"), document))
    label = _next_label(counting, document) if counting else ""
    hidden = next((style.hidden for style in styles if style.hidden is not None), False)
    hidden |= any(local(inner) == "hidden-paragraph" and _get(inner, "is-hidden") == "true" for inner in element)
    pieces = list(_pieces(element, document, hidden))
    text = _joined([piece for piece in pieces if isinstance(piece, str)])
    level = _number(element, "outline-level") if local(element) == "h" else None
    level = 0 if any(style.title for style in styles) else level
    text = with_label(label, text) if text.strip() else text
    if level is None or level >= BODY_LEVEL:
        yield Paragraph(text, indented=next((style.indented for style in styles if style.indented is not None), False))
    else:
        yield Paragraph(text, "heading", level)
    for piece in pieces:
        if not isinstance(piece, str):
            found = _blocks(piece, document)
            yield from map(as_watermark, found) if _is_watermark(piece, document) else found
    yield from _notes(document)


class _Raised(str):
    """Text that is raised above its line."""

    __slots__ = ()


def _joined(pieces: list[str]) -> str:
    """Return pieces as one text, with raised figures behind figures as such."""
    if any(isinstance(piece, _Raised) for piece in pieces):
        filled = [piece for piece in pieces if piece]
        pieces = [raised(b, a) if isinstance(b, _Raised) else b for a, b in pairwise(["", *filled])]
    return "".join(pieces)


def _is_watermark(shape: "_Element", document: _Document) -> bool:
    """Tell whether a shape is named as a watermark, or stands askew behind the text."""
    if names_watermark(_get(shape, "name")):
        return True
    turn = _TURN.search(_get(shape, "transform") or "")
    right_angles = 0.0 if turn is None else float(turn[1]) / (math.pi / 2)
    styles = _chain(_get(shape, "style-name"), document)
    is_behind = next((style.behind for style in styles if style.behind is not None), False)
    return is_behind and abs(right_angles - round(right_angles)) > _ASKEW


def _notes(document: _Document) -> Iterator[Paragraph]:
    if not document.cells:
        notes, document.waiting = document.waiting, []
        for note in notes:
            yield from _blocks(note, document)


def _pieces(element: "_Element", document: _Document, hidden: bool) -> "Iterator[str | _Element]":
    """Yield the text of a paragraph piece by piece, and its text boxes and shapes as elements; a style may hide or show a span."""
    own = "" if hidden else _shown(element.text, document)
    yield _Raised(own) if own.isdigit() and _is_raised(element, document) else own
    for inner in element:
        name = local(inner)
        if name in _CHANGES:
            _change(name, _get(inner, "change-id") or "", document)
        elif name in _SHAPES:
            formula = _formula(inner, document.place)
            yield inner if formula is None else "" if hidden else formula
        elif name == "note-body":
            document.waiting.append(inner)
        elif name in _CHARACTERS or name == "s":
            yield "" if hidden else _CHARACTERS.get(name) or " " * min(_number(inner, "c") or 1, _MOST_SPACES)
        elif name == "fieldmark":
            yield "" if hidden else _form_text(inner)
            yield from _pieces(inner, document, hidden)
        elif name not in _SKIPPED and not _is_unseen(inner):
            yield from _pieces(inner, document, _is_hidden(inner, document, hidden))
        yield "" if hidden else _shown(inner.tail, document)


def _form_text(mark: "_Element") -> str:
    """Return what a list or a box of a form shows."""
    values = [(_get(parameter, "name"), _get(parameter, "value") or "") for parameter in mark]
    told = dict(values)
    if "Checkbox_Checked" in told:
        return check_box_text(told["Checkbox_Checked"] == "true")
    entries = [value for name, value in values if name == "Dropdown_ListEntry"]
    chosen = told.get("Dropdown_Selected", "")
    return drop_down_text(entries, int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else None)


def _is_unseen(element: "_Element") -> bool:
    """Tell whether a field does not show its text: an empty content control asks for it, a condition or the user hides it."""
    name = local(element)
    if name == "content-control":
        return _get(element, "showing-place-holder") == "true"
    if name == "hidden-text":
        return _get(element, "is-hidden") != "false"
    return name in _VARIABLES and _get(element, "display") == "none"


def _shown(text: str | None, document: _Document) -> str:
    return "" if document.deleting else with_symbols(_SPACE.sub(" ", text or ""))


def _change(name: str, change: str, document: _Document) -> None:
    if name == "change-end":
        document.deleting.discard(change)
    elif change in document.deletions:
        document.deleting.add(change)


def _is_hidden(element: "_Element", document: _Document, inherited: bool) -> bool:
    hidden = (style.hidden for style in _chain(_get(element, "style-name"), document) if style.hidden is not None)
    return next(hidden, inherited) if local(element) == "span" else inherited


def _is_raised(element: "_Element", document: _Document) -> bool:
    """Tell whether a span is raised above its line."""
    styles = _chain(_get(element, "style-name"), document) if local(element) == "span" else ()
    return next((style.raised for style in styles if style.raised is not None), False)


def _list(element: "_Element", document: _Document, above: _List | None) -> Iterator[Paragraph]:
    """Yield the paragraphs of a list; the first of each item has its number, and a list inside an item is a level deeper."""
    style = _get(element, "style-name") or (above.style if above else "")
    current = _List(style, above.level + 1, above.counts) if above else _List(style, 1, _begun(element, style, document))
    for item in element:
        counting = current if local(item) == "list-item" else None
        start = _number(item, "start-value")
        if start is not None:
            current.counts[current.level] = start - 1
        own = replace(current, style=_get(item, "style-override") or current.style)
        counting = own if counting else None
        for inner in item:
            if local(inner) == "list":
                yield from _list(inner, document, current)
            elif local(inner) in ("p", "h"):
                yield from _paragraph(inner, document, counting)
                counting = None
            elif local(inner) not in _SKIPPED:
                yield from _blocks([inner], document)


def _begun(element: "_Element", style: str, document: _Document) -> dict[int, int]:
    """Return how far the list that this one goes on with has counted; nothing for a new list."""
    counts: dict[int, int] = {}
    continued = _get(element, "continue-list")
    if continued is not None:
        counts = document.by_id.get(continued, counts)
    elif _get(element, "continue-numbering") == "true":
        counts = document.by_style.get(style, counts)
    document.by_id[_get(element, "id") or ""] = document.by_style[style] = counts
    return counts


def _outline(element: "_Element", document: _Document) -> _List | None:
    """Return the numbering of chapters for a heading outside of lists."""
    level = _number(element, "outline-level")
    if local(element) != "h" or level is None or _get(element, "is-list-header") == "true":
        return None
    return _List(_OUTLINE, level, document.by_style.setdefault(_OUTLINE, {}))


def _next_label(current: _List, document: _Document) -> str:
    """Count a paragraph of a list and return its number as text; "" for an unknown style or level."""
    levels = document.lists.get(current.style, {})
    definition = levels.get(current.level)
    if definition is None:
        return ""
    counts = current.counts
    counts[current.level] = counts.get(current.level, definition.start - 1) + 1
    for deeper in [level for level in counts if level > current.level]:
        del counts[deeper]
    if definition.form == "bullet":
        return definition.bullet

    def written(match: re.Match[str]) -> str:
        level = int(match[1])
        shown = levels.get(level)
        return format_number(counts.get(level, shown.start), shown.form) if shown else ""

    return _PLACE_HOLDER.sub(written, definition.pattern)


def _table(table: "_Element", document: _Document) -> Iterator[Paragraph]:
    for row in _rows(table):
        document.cells += 1
        cells = [list(_blocks(cell, document)) for cell in row if local(cell) == "table-cell"]
        document.cells -= 1
        yield from join_row([[paragraph for paragraph in cell if paragraph.text.strip()] for cell in cells])
        yield from _notes(document)


def _rows(table: "_Element") -> "Iterator[_Element]":
    """Yield the rows of a table, also those in groups; a row that is repeated stands once."""
    for element in table:
        if local(element) == "table-row":
            yield element
        elif local(element).startswith("table-") and local(element).endswith(("rows", "group")):
            yield from _rows(element)


def _margins(styles: "_Element | None", document: _Document) -> Iterator[Paragraph]:
    """Yield the page headers and footers of all page styles, each line once."""
    seen: set[str] = set()
    for page in children(child(styles, "master-styles")):
        for margin in page:
            reason = _MARGINS.get(local(margin).partition("-")[0])
            for paragraph in _blocks(margin, document) if reason else ():
                if paragraph.text not in seen:
                    seen.add(paragraph.text)
                    yield Paragraph(paragraph.text, "noise", reason=reason or "")
