"""Presentations (.pptx): slide by slide, its title as a heading, then text, tables and SmartArt in reading order.

Walked with lxml as Word files are; python-pptx would be a dependency more for less: it gives no text of SmartArt and stops at
parts that are missing. Speaker notes and slides that are not shown are set aside, and so are date, foot and number, and what
stands on every slide.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.preprocess.headings import sign_level
from pipeline.read.compose import Paragraph, compose, join_row
from pipeline.read.decode import ReadText
from pipeline.read.embedded import InnerDocuments
from pipeline.read.ocr.packages import text_of_scans
from pipeline.read.office.drawings import paragraphs_of_body, smart_art, words_of_chart_part
from pipeline.read.office.ooxml import Parts, Relationship, attribute, child, children, local, main_part, relationships
from pipeline.read.office.packages import open_package, parse_member
from pipeline.read.office.slide_places import GroupFrame, Place, PlacedText, frame_of, in_reading_order, place_of, together

if TYPE_CHECKING:
    from lxml.etree import _Element

_TITLES = ("title", "ctrTitle")
# What a slide is for: its title stands above all others, above those up to the next of its kind, or above its own text.
_COVER, _SECTION, _CONTENT = range(3)
_LAYOUTS = {"title": _COVER, "secHead": _SECTION}
_LONGEST_ON_COVER, _MOST_ON_COVER = 40, 6  # characters of a line on a cover that has no layout of one, and lines
_NOT_ON_COVER = frozenset("。！？；!?;")
_MARGINS = {"dt": "page footer", "ftr": "page footer", "hdr": "page header", "sldNum": "page number"}
_WORDS = ("{*}t", "{*}relIds", "{*}chart", "{*}oleObj")  # what shows words
_ON, _OFF = ("1", "true"), ("0", "false")
_BODIES = ("body", "subTitle", "obj", "")  # kinds of place holders for which a master has one


@dataclass(slots=True)
class _Deck:
    """A presentation while it is read: its package, its name in messages, and the place holders of layouts and masters by part."""

    package: zipfile.ZipFile
    source: str
    inner: InnerDocuments
    layouts: "dict[str, list[_Holder]]" = field(default_factory=dict)
    fixed: set[str] = field(default_factory=set)
    purposes: dict[str, int] = field(default_factory=dict)  # what slides of a layout are for, where it says so

    def parts(self, name: str) -> dict[str, Relationship]:
        """Return what a part refers to."""
        return relationships(self.package, name, self.source)

    def root(self, name: str) -> "_Element | None":
        """Return the root of a part, or None where it is missing."""
        return parse_member(self.package, name, self.source)


@dataclass(frozen=True, slots=True)
class _Holder:
    """A place holder of a layout or master: its kind, its number, and where it stands, if it says so."""

    kind: str
    index: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class _Slide:
    """A slide, or its notes: the presentation, what its part refers to, and the place holders of its layout, then of its master."""

    deck: _Deck
    parts: Parts
    holders: tuple[_Holder, ...] = ()

    def place(self, kind: str, index: str) -> Place | None:
        """Return where a place holder stands that does not say so itself: as the one of its number or kind, or as all bodies do."""
        placed = [holder for holder in self.holders if holder.place]
        alike = [holder for holder in placed if index and holder.index == index]
        alike += [holder for holder in placed if holder.kind == kind]
        alike += [holder for holder in reversed(placed) if kind in _BODIES and holder.kind in _BODIES]
        return alike[0].place if alike else None


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
    deck = _Deck(package, source, InnerDocuments(source, options))
    known = deck.parts(main)
    slides = [known.get(attribute(entry, "id") or "") for entry in children(child(root, "sldIdLst"))]
    found = [_slide(deck, slide.target if slide else str(number), number) for number, slide in enumerate(slides, start=1)]
    levels = {_COVER: 0, _SECTION: 1, _CONTENT: 2 if any(purpose == _SECTION for purpose, _ in found) else 1}
    paragraphs = [
        replace(paragraph, page=number, level=levels[purpose] if paragraph.kind == "heading" else paragraph.level)
        for number, (purpose, own) in enumerate(found, start=1)
        for paragraph in own
    ]
    if all(paragraph.kind == "noise" for paragraph in paragraphs):
        if (scans := text_of_scans(data, "pptx", source, options)) is not None:
            return scans
        raise InputError(
            tr("{source}: no text on any slide; where the slides are pictures, recognise their text (OCR)", source=source),
            code="scanned",
        )
    return compose(paragraphs, "pptx")


def _slide(deck: _Deck, name: str, number: int) -> tuple[int, list[Paragraph]]:
    """Return what a slide is for, and its paragraphs with its notes."""
    root = deck.root(name)
    if root is None:
        raise InputError(
            tr(
                "{source}: the slide {name} is missing in it; open it in its own program and save it again",
                source=deck.source,
                name=name,
            ),
            code="damaged",
        )
    parts = deck.parts(name)
    found = _shown(root, _Slide(deck, Parts(deck.package, deck.source, parts), tuple(_holders(deck, parts))))
    titles = [paragraph for paragraph in found if paragraph.kind == "heading"]
    paragraphs = [*_one_line(titles), *(paragraph for paragraph in found if paragraph.kind != "heading")]
    purpose = _purpose(root, deck.purposes.get(_layout(parts)), paragraphs, is_first=number == 1)
    if root.get("show", "1") in _OFF:
        purpose, paragraphs = _CONTENT, [Paragraph(item.text, "noise", reason="hidden slide") for item in paragraphs]
    fixed = [] if root.get("showMasterSp", "1") in _OFF else list(_fixed(deck, parts))
    notes = [item for part in parts.values() if part.kind == "notesSlide" for item in _notes(part.target, deck)]
    return purpose, [*paragraphs, *fixed, *notes]


def _fixed(deck: _Deck, parts: dict[str, Relationship]) -> Iterator[Paragraph]:
    """Yield what stands on the layout of a slide and its master by itself, which each of their slides shows; each once."""
    for kind in ("slideLayout", "slideMaster"):
        name = next((part.target for part in parts.values() if part.kind == kind), None)
        root = None if name is None or name in deck.fixed else deck.root(name)
        if name is None or root is None:
            return
        deck.fixed.add(name)
        for shape in root.iter("{*}sp"):
            if _holder_of(shape) is None and not _is_hidden(shape):
                yield from (
                    Paragraph(each.text, "noise", reason="slide master") for each in paragraphs_of_body(child(shape, "txBody"))
                )
        if root.get("showMasterSp", "1") in _OFF:
            return
        parts = deck.parts(name)


def _layout(parts: dict[str, Relationship]) -> str:
    return next((part.target for part in parts.values() if part.kind == "slideLayout"), "")


def _purpose(root: "_Element", by_layout: int | None, paragraphs: list[Paragraph], is_first: bool) -> int:
    """Return what a slide is for, by its layout or else by what is on it.

    A cover is the first slide, with a few short lines below its title; a section has nothing but a numbered title.
    """
    below = [paragraph for paragraph in paragraphs if paragraph.kind not in ("heading", "noise")]
    if by_layout is not None and (by_layout == _SECTION or is_first):
        return by_layout
    if is_first:
        is_short = len(below) <= _MOST_ON_COVER and all(_may_stand_on_cover(paragraph) for paragraph in below)
        return _COVER if is_short else _CONTENT
    titles = [paragraph.text for paragraph in paragraphs if paragraph.kind == "heading"]
    is_alone = titles and not below and root.find(".//{*}pic") is None and root.find(".//{*}graphicFrame") is None
    return _SECTION if is_alone and sign_level(titles[0]) is not None else _CONTENT


def _may_stand_on_cover(paragraph: Paragraph) -> bool:
    text = paragraph.text.strip()
    is_short = len(text) <= _LONGEST_ON_COVER and _NOT_ON_COVER.isdisjoint(text)
    return is_short and paragraph.kind is None and sign_level(text) is None


def _shown(root: "_Element | None", slide: _Slide) -> list[Paragraph]:
    """Return the paragraphs of a slide as they are read; its margins come last."""
    titles, others, margins = list[PlacedText](), list[PlacedText](), list[PlacedText]()
    for text in _shapes(child(root, "cSld", "spTree"), slide, GroupFrame()):
        first = text.paragraphs[0] if text.paragraphs else Paragraph("")
        own = margins if first.reason else titles if first.kind == "heading" else others
        own.append(text)
    return [paragraph for text in (*titles, *in_reading_order(others), *margins) for paragraph in text.paragraphs]


def _holders(deck: _Deck, parts: dict[str, Relationship]) -> Iterator[_Holder]:
    """Yield the place holders of the layout of a slide, then those of its master."""
    for kind in ("slideLayout", "slideMaster"):
        name = next((part.target for part in parts.values() if part.kind == kind), None)
        if name is None:
            return
        if name not in deck.layouts:
            root = deck.root(name)
            deck.layouts[name] = list(_holders_of(root))
            if root is not None and root.get("type") in _LAYOUTS:
                deck.purposes[name] = _LAYOUTS[root.get("type", "")]
        yield from deck.layouts[name]
        parts = deck.parts(name)


def _holders_of(root: "_Element | None") -> Iterator[_Holder]:
    for element in children(child(root, "cSld", "spTree")):
        held = child(element, "nvSpPr", "nvPr", "ph")
        if held is not None:
            place = place_of(child(element, "spPr", "xfrm"), GroupFrame())
            yield _Holder(held.get("type", ""), held.get("idx", ""), place)


def _one_line(titles: list[Paragraph]) -> list[Paragraph]:
    """Return the paragraphs of a title as one heading."""
    text = " ".join(" ".join(title.text.split()) for title in titles).strip()
    return [replace(titles[0], text=text)] if text else []


def _notes(name: str, deck: _Deck) -> Iterator[Paragraph]:
    for paragraph in _shown(deck.root(name), _Slide(deck, Parts(deck.package, deck.source, deck.parts(name)))):
        if paragraph.reason not in _MARGINS.values():
            yield Paragraph(paragraph.text, "noise", reason="speaker notes")


def _shapes(parent: "_Element | None", slide: _Slide, frame: GroupFrame) -> Iterator[PlacedText]:
    """Yield the text of the shapes in a slide or group with their places; a group is one, in its own reading order."""
    for element in children(parent):
        name = local(element)
        if name == "grpSp":
            group = together(list(_shapes(element, slide, frame_of(child(element, "grpSpPr", "xfrm"), frame))))
            yield _as_hidden(group) if _is_hidden(element) else group
        elif name == "AlternateContent":
            yield from _shapes(
                next((branch for branch in element if next(branch.iter(*_WORDS), None) is not None), None), slide, frame
            )
        elif name in ("sp", "cxnSp"):
            yield _shape(element, slide, frame)
        elif name == "graphicFrame":
            paragraphs = _graphic(child(element, "graphic", "graphicData"), slide)
            framed = PlacedText(place_of(child(element, "xfrm"), frame), tuple(paragraphs))
            yield _as_hidden(framed) if _is_hidden(element) else framed


def _is_hidden(element: "_Element") -> bool:
    """Tell whether a shape, a group or a frame is not shown: the first of its elements says it."""
    drawing = child(next(element.iterchildren(), None), "cNvPr")
    return drawing is not None and drawing.get("hidden") in _ON


def _as_hidden(text: PlacedText) -> PlacedText:
    return PlacedText(text.place, tuple(Paragraph(each.text, "noise", reason="hidden shape") for each in text.paragraphs))


def _shape(element: "_Element", slide: _Slide, frame: GroupFrame) -> PlacedText:
    held = _holder_of(element)
    kind = "" if held is None else held.get("type", "")
    place = place_of(child(element, "spPr", "xfrm"), frame)
    if place is None and held is not None:
        place = slide.place(kind, held.get("idx", ""))
    text = PlacedText(place, tuple(_of_kind(child(element, "txBody"), kind)))
    return _as_hidden(text) if _is_hidden(element) else text


def _holder_of(element: "_Element") -> "_Element | None":
    """Return the place holder that a shape fills, or None for one that stands by itself."""
    name = local(element)
    return child(element, f"nv{name[0].upper()}{name[1:]}Pr", "nvPr", "ph")


def _of_kind(body: "_Element | None", kind: str) -> Iterator[Paragraph]:
    for paragraph in paragraphs_of_body(body):
        if kind in _MARGINS:
            yield Paragraph(paragraph.text, "noise", reason=_MARGINS[kind])
        else:
            yield replace(paragraph, kind="heading") if kind in _TITLES else paragraph


def _graphic(data: "_Element | None", slide: _Slide) -> Iterator[Paragraph]:
    """Yield the rows of a table, or the words of a SmartArt, a chart or an object, which stand in parts of their own."""
    for element in children(data):
        if local(element) == "tbl":
            for row in element.iter("{*}tr"):
                yield from join_row([list(paragraphs_of_body(child(cell, "txBody"))) for cell in row if _is_cell(cell)])
        elif local(element) == "relIds":
            yield from smart_art(attribute(element, "dm") or "", slide.parts)
        elif local(element) == "chart":
            yield from words_of_chart_part(attribute(element, "id") or "", slide.parts)
        elif local(element) in ("oleObj", "AlternateContent"):
            yield from _object(next(element.iter("{*}oleObj"), None), slide)


def _object(element: "_Element | None", slide: _Slide) -> Iterator[Paragraph]:
    """Yield the words of an object; one that is linked shows a picture of what lies elsewhere."""
    if element is None or child(element, "link") is not None:
        return
    key = attribute(element, "id") or local(element)
    if slide.deck.inner.is_new(name := slide.parts.name(key)):
        yield from slide.deck.inner.read_object(slide.parts.data(key), name, element.get("showAsIcon") in _ON)


def _is_cell(element: "_Element") -> bool:
    """Tell whether an element of a row is a cell that is shown, and no part of one that spans others."""
    return local(element) == "tc" and not any(element.get(name) in _ON for name in ("hMerge", "vMerge"))
