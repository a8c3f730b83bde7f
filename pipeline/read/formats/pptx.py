"""Presentations (.pptx): slide by slide, its title as a heading, then the text and tables in the order of the file.

Walked with lxml as Word files are; python-pptx would be a dependency more for less: it gives no text of SmartArt and stops at
parts that are missing. Speaker notes and slides that are not shown are set aside, and so are date, foot and number.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.read.compose import Paragraph, compose, join_row
from pipeline.read.decode import ReadText
from pipeline.read.ocr.packages import text_of_scans
from pipeline.read.office.ooxml import Relationship, attribute, child, children, local, main_part, relationships
from pipeline.read.office.packages import open_package, parse_member

if TYPE_CHECKING:
    from lxml.etree import _Element

_TITLES = ("title", "ctrTitle")
_MARGINS = {"dt": "page footer", "ftr": "page footer", "hdr": "page header", "sldNum": "page number"}
_OFF = ("0", "false")
_CHARACTERS = {"tab": "\t", "br": "\n"}


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the text of a presentation with marks and the slide of each line as its page; raises InputError."""
    package = open_package(data, source, options)
    main = main_part(package, source) or "ppt/presentation.xml"
    root = parse_member(package, main, source)
    if root is None or local(root) != "presentation":
        raise InputError(
            tr("{source}: holds no presentation; check what kind of file it is, and save it as .pptx", source=source),
            code="damaged",
        )
    known = relationships(package, main, source)
    slides = [known.get(attribute(entry, "id") or "") for entry in children(child(root, "sldIdLst"))]
    paragraphs = [
        replace(paragraph, page=number)
        for number, slide in enumerate(slides, start=1)
        if slide is not None
        for paragraph in _slide(package, slide.target, number, source)
    ]
    if all(paragraph.kind == "noise" for paragraph in paragraphs):
        if (scans := text_of_scans(data, "pptx", source, options)) is not None:
            return scans
        raise InputError(
            tr("{source}: no text on any slide; where the slides are pictures, recognise their text (OCR)", source=source),
            code="scanned",
        )
    return compose(paragraphs, "pptx")


def _slide(package: zipfile.ZipFile, name: str, number: int, source: str) -> Iterator[Paragraph]:
    root = parse_member(package, name, source)
    if root is None:
        raise InputError(
            tr(
                "{source}: the slide {name} is missing in it; open it in its own program and save it again",
                source=source,
                name=name,
            ),
            code="damaged",
        )
    parts = relationships(package, name, source)
    found = list(_shapes(child(root, "cSld", "spTree"), package, parts, source))
    level = 0 if number == 1 else 1
    titles = [replace(paragraph, level=level) for paragraph in found if paragraph.kind == "heading"]
    paragraphs = [*_one_line(titles), *(paragraph for paragraph in found if paragraph.kind != "heading")]
    is_hidden = root.get("show", "1") in _OFF
    yield from (Paragraph(item.text, "noise", reason="hidden slide") if is_hidden else item for item in paragraphs)
    for part in parts.values():
        if part.kind == "notesSlide":
            yield from _notes(parse_member(package, part.target, source), package, source)


def _one_line(titles: list[Paragraph]) -> list[Paragraph]:
    """Return the paragraphs of a title as one heading."""
    text = " ".join(" ".join(title.text.split()) for title in titles).strip()
    return [replace(titles[0], text=text)] if text else []


def _notes(root: "_Element | None", package: zipfile.ZipFile, source: str) -> Iterator[Paragraph]:
    for paragraph in _shapes(child(root, "cSld", "spTree"), package, {}, source):
        if paragraph.reason not in _MARGINS.values():
            yield Paragraph(paragraph.text, "noise", reason="speaker notes")


def _shapes(
    parent: "_Element | None", package: zipfile.ZipFile, parts: dict[str, Relationship], source: str
) -> Iterator[Paragraph]:
    """Yield the paragraphs of the shapes in a slide or group, whatever they are wrapped in."""
    for element in children(parent):
        name = local(element)
        if name == "grpSp":
            yield from _shapes(element, package, parts, source)
        elif name == "AlternateContent":
            branches = list(element)
            chosen = next((branch for branch in branches if branch.find(".//{*}t") is not None), None)
            yield from _shapes(chosen, package, parts, source)
        elif name in ("sp", "cxnSp"):
            place = child(element, f"nv{name[0].upper()}{name[1:]}Pr", "nvPr", "ph")
            yield from _shape(child(element, "txBody"), "" if place is None else place.get("type", ""))
        elif name == "graphicFrame":
            yield from _graphic(child(element, "graphic", "graphicData"), package, parts, source)


def _shape(body: "_Element | None", kind: str) -> Iterator[Paragraph]:
    for paragraph in _paragraphs(body):
        if kind in _MARGINS:
            yield Paragraph(paragraph.text, "noise", reason=_MARGINS[kind])
        else:
            yield replace(paragraph, kind="heading") if kind in _TITLES else paragraph


def _paragraphs(body: "_Element | None") -> Iterator[Paragraph]:
    for paragraph in children(body):
        text = "".join(_runs(paragraph)) if local(paragraph) == "p" else ""
        if text.strip():
            yield Paragraph(text)


def _runs(parent: "_Element") -> Iterator[str]:
    """Yield the text of a paragraph; a field gives what it shows, save for the number of the slide."""
    for element in parent:
        name = local(element)
        if name == "t":
            yield element.text or ""
        elif name in ("r", "ruby", "AlternateContent", "Choice") or (name == "fld" and element.get("type") != "slidenum"):
            yield from _runs(element)
        else:
            yield _CHARACTERS.get(name, "")


def _graphic(data: "_Element | None", package: zipfile.ZipFile, parts: dict[str, Relationship], source: str) -> Iterator[Paragraph]:
    """Yield the rows of a table, or the points of a SmartArt, which stand in a part of their own."""
    for element in children(data):
        if local(element) == "tbl":
            for row in element.iter("{*}tr"):
                yield from join_row([list(_paragraphs(child(cell, "txBody"))) for cell in row if local(cell) == "tc"])
        elif local(element) == "relIds":
            part = parts.get(attribute(element, "dm") or "")
            points = child(None if part is None else parse_member(package, part.target, source), "ptLst")
            for point in children(points):
                yield from _paragraphs(child(point, "t"))
