"""OFD (GB/T 33190): the characters of every page, put together to lines and paragraphs as those of a PDF are.

Read with lxml (BSD): an OFD is a zip of XML that says where each character stands. The one library for it, easyofd, needs
PyMuPDF, which is AGPL, and gives no reading order. Templates are part of their pages; annotations (stamps, watermarks,
remarks), signatures and attachments are not part of the report, nor is a page that the document does not list.
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError, PicturesOnlyError
from pipeline.core.messages import mark, tr
from pipeline.read.decode import ReadText
from pipeline.read.ocr.packages import text_of_scans
from pipeline.read.ofd.drawing import POINTS, Drawing, DrawingBudget, plain_text
from pipeline.read.ofd.headings import find_bookmarks
from pipeline.read.ofd.package import Package
from pipeline.read.ofd.values import numbers
from pipeline.read.office.ooxml import child, children, local
from pipeline.read.page.bookmarks import Bookmark
from pipeline.read.page.furniture import Furniture, Page
from pipeline.read.page.lines import TextLine
from pipeline.read.page.readable import MOST_UNREADABLE, is_unreadable
from pipeline.read.page.text import LITTLE, text_of_pages
from pipeline.read.page.turns import level_page, main_turn
from pipeline.read.page.vertical import laid_level

if TYPE_CHECKING:
    from lxml.etree import _Element

_A4 = (0.0, 0.0, 210.0, 297.0)
_RESOURCES = frozenset(["PublicRes", "DocumentRes", "PageRes"])
_REASONS = {"Watermark": "watermark", "Stamp": "stamp"}
# In ems: how far apart the baselines of two lines may be that stand side by side.
_LEVEL = 0.4
_UNREADABLE = mark("unreadable: its fonts do not say which characters they show; save it again from its source, or use OCR")
_DRAWN = mark(
    "needs OCR: most of its pages are drawn without characters, or are pictures in a form that is not "
    "read here; print it to PDF in its own program, the pages of which OCR can read"
)


@dataclass(slots=True)
class _Document:
    """A document of a package on its way: its root part, what its pages share, and the remarks on each page, by the page's id."""

    name: str
    root: "_Element"
    units: "dict[str, _Element]"
    templates: "dict[str, tuple[str, _Element]]"
    remarks: "dict[str, list[_Element]]"


@dataclass(slots=True)
class _Found:
    """What was read of all documents so far."""

    allowance: DrawingBudget
    pages: list[Page] = field(default_factory=list)
    aside: list[Furniture] = field(default_factory=list)
    pictured: set[int] = field(default_factory=set)
    bookmarks: list[Bookmark] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    texts: dict[tuple[int, str], str] = field(default_factory=dict)
    letters: int = 0
    unreadable: int = 0
    attachments: int = 0


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the text of an OFD with its furniture marked and the place of each page; raises InputError."""
    package = Package(data, source, options)
    found = _Found(DrawingBudget(source))
    for name in package.documents():
        _read_document(package, name, found, options)
    if not found.pages:
        raise InputError(
            tr("{source}: lists no page that is in it; open it in its own program and save it again", source=source), code="damaged"
        )
    if found.unreadable > MOST_UNREADABLE * max(found.letters, 1):
        raise InputError(tr("{source}: {reason}", source=source, reason=tr(_UNREADABLE)), code="scanned")
    try:
        text = text_of_pages(found.pages, found.aside, found.pictured, "ofd", source, found.bookmarks)
    except PicturesOnlyError:
        scanned = text_of_scans(data, "ofd", source, options)
        if scanned is None:
            raise InputError(tr("{source}: {reason}", source=source, reason=tr(_DRAWN)), code="scanned") from None
        text = scanned
    return replace(text, encoding=", ".join([text.encoding, *_notes(package, found)]))


def _notes(package: Package, found: _Found) -> Iterator[str]:
    """Yield what a person should know of parts that were not read."""
    if package.missing:
        yield f"without {len(package.missing)} missing part{'s' * (len(package.missing) > 1)}: {next(iter(package.missing))!r}"
    if found.attachments:
        yield f"{found.attachments} attachment{'s' * (found.attachments > 1)} not read"


def _read_document(package: Package, name: str, found: _Found, options: ReadConfig) -> None:
    root = package.root(name)
    if root is None:
        return
    document = _open(package, name, root)
    found.numbers.clear()
    found.texts.clear()
    for entry in children(child(root, "Pages")):
        if len(found.pages) >= options.max_pages:
            raise InputError(
                tr(
                    "{source}: more than {max_pages:,} pages (read.max_pages); split it",
                    source=found.allowance.source,
                    max_pages=options.max_pages,
                ),
                code="too_large",
            )
        page = package.referred(name, entry)
        if page is not None:
            _read_page(package, document, entry.get("ID", ""), page, found)
    found.bookmarks += find_bookmarks(package, name, root, found.numbers, found.texts)
    attached = package.optional(name, child(root, "Attachments"))
    found.attachments += sum(local(item) == "Attachment" for item in children(None if attached is None else attached[1]))


def _open(package: Package, name: str, root: "_Element") -> _Document:
    common = child(root, "CommonData")
    document = _Document(name, root, {}, {}, {})
    _add_units(package, name, common, document)
    for entry in children(common):
        template = package.referred(name, entry) if local(entry) == "TemplatePage" else None
        if template is not None:
            document.templates[entry.get("ID", "")] = template
    listed = package.optional(name, child(root, "Annotations"))
    for entry in children(None if listed is None else listed[1]):
        remarks = package.optional("" if listed is None else listed[0], child(entry, "FileLoc"))
        document.remarks.setdefault(entry.get("PageID", ""), []).extend(children(None if remarks is None else remarks[1]))
    return document


def _add_units(package: Package, base: str, parent: "_Element | None", document: _Document) -> None:
    """Add the composite units of the resources that a part names; other resources hold no text."""
    for entry in children(parent):
        resource = package.optional(base, entry) if local(entry) in _RESOURCES else None
        for unit in () if resource is None else resource[1].iter("{*}CompositeGraphicUnit"):
            document.units[unit.get("ID", "")] = unit


def _read_page(package: Package, document: _Document, page_id: str, part: "tuple[str, _Element]", found: _Found) -> None:
    name, root = part
    number = len(found.pages) + 1
    found.numbers[page_id] = number
    box = _box(child(root, "Area")) or _box(child(document.root, "CommonData", "PageArea")) or _A4
    _add_units(package, name, root, document)
    behind, drawing = (Drawing(box, document.units, found.allowance) for _ in range(2))
    for entry in children(root):
        template = document.templates.get(entry.get("TemplateID", "")) if local(entry) == "Template" else None
        if template is not None:
            _add_units(package, *template, document)
            behind.add(children(child(template[1], "Content")))
    drawing.add(children(child(root, "Content")))
    found.texts |= {(number, key): text for key, text in drawing.texts.items()}
    _keep(number, behind, drawing, document.remarks.get(page_id, []), found)


def _keep(number: int, behind: Drawing, drawing: Drawing, remarks: "list[_Element]", found: _Found) -> None:
    """Keep what a page and its templates draw: the lines, what is set aside, and what says whether it can be read."""
    marks = [*behind.take_watermarks(), *drawing.take_watermarks()]
    glyphs = [*behind.glyphs, *drawing.glyphs]
    left, top, width, height = (value * POINTS for value in drawing.box)
    page = Page(number, [], bottom=-top - height, top=-top, left=left, right=left + width)
    drawn = laid_level(drawing.glyphs)
    turn = main_turn([*behind.glyphs, *drawn])
    below = level_page(behind.glyphs, page, found.aside, turn)
    page = level_page(drawn, page, found.aside, turn)
    found.pages.append(dataclasses.replace(page, lines=_merged(page.lines, below.lines)))
    found.aside += [Furniture(number, text, reason, at_top=False) for text, reason in _set_aside(marks, behind, drawing, remarks)]
    unreadable = sum(is_unreadable(glyph.character) for glyph, _ in glyphs) + behind.nameless + drawing.nameless
    found.unreadable += unreadable
    found.letters += unreadable + sum(glyph.character.isalnum() for glyph, _ in glyphs)  # leaders of contents would hide it
    if len(glyphs) < LITTLE and (behind.has_picture or drawing.has_picture):
        found.pictured.add(number)


def _set_aside(marks: list[str], behind: Drawing, drawing: Drawing, remarks: "list[_Element]") -> Iterator[tuple[str, str]]:
    """Yield the text on a page that is no part of the report, with the reason."""
    yield from ((text, "watermark") for text in [*marks, *behind.patterns, *drawing.patterns])
    outside = " ".join("".join([*behind.outside, *drawing.outside]).split())
    if outside:
        yield outside, "outside the page"
    for remark in remarks:
        text = plain_text(remark)
        if text:
            yield text, _REASONS.get(remark.get("Type", ""), "annotation")


def _box(area: "_Element | None") -> tuple[float, float, float, float] | None:
    """Return the left and upper edge, the width and the height of a page in millimetres, or None where they are not given."""
    box = child(area, "PhysicalBox")
    values = numbers(None if box is None else box.text)
    return (values[0], values[1], values[2], values[3]) if len(values) == len(_A4) and min(values[2:]) > 0 else None


def _merged(lines: list[TextLine], below: list[TextLine]) -> list[TextLine]:
    """Return the lines of a page with each line of its templates in front of the first one that follows it on the page."""
    merged = list(lines)
    for line in below:
        at = next((i for i, other in enumerate(merged) if _follows(other, line)), len(merged))
        merged.insert(at, line)
    return merged


def _follows(line: TextLine, above: TextLine) -> bool:
    slack = _LEVEL * max(line.size, above.size)
    is_level = abs(line.base - above.base) <= slack
    return line.left > above.left if is_level else line.base < above.base
