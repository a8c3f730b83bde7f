"""Text of drawings (DrawingML), which Word files and presentations share: paragraphs with their numbers, SmartArt, charts."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pipeline.read.compose import Paragraph
from pipeline.read.office.formulas import formula_text, raised
from pipeline.read.office.numbering import format_number, with_label
from pipeline.read.office.ooxml import Parts, child, children, local, number, relationships
from pipeline.read.office.slide_places import GroupFrame, PlacedText, frame_of, in_reading_order, place_of, together

if TYPE_CHECKING:
    from lxml.etree import _Element

_CHARACTERS = {"tab": "\t", "br": "\n"}
_NO_TEXT = frozenset(["pPr", "rPr", "endParaRPr", "rubyPr", "rt", "Fallback"])
_NUMBERED = "buAutoNum"
_BULLETS = (_NUMBERED, "buNone", "buChar", "buBlip")
# Numbers of lists by the names of their forms, as arabicPeriod, and what stands around them.
_FORMS = {
    "arabicDb": "decimalFullWidth", "arabic": "decimal", "alphaLc": "lowerLetter", "alphaUc": "upperLetter",
    "romanLc": "lowerRoman", "romanUc": "upperRoman", "circleNum": "decimalEnclosedCircle", "ea1": "chineseCountingThousand",
}  # fmt: skip
_FORM = re.compile(f"({'|'.join(_FORMS)})[A-Za-z]*?(Period|ParenBoth|ParenR|Plain)")
_AROUND = {"Period": ("", "."), "ParenR": ("", ")"), "ParenBoth": ("(", ")")}
_WORD = re.compile(r"[^\W\d]")


def paragraphs_of_body(body: "_Element | None") -> Iterator[Paragraph]:
    """Yield the paragraphs of a text, those of lists with their numbers."""
    style = child(body, "lstStyle")
    counts: dict[int, tuple[str, int]] = {}
    for paragraph in children(body):
        text = _said(paragraph) if local(paragraph) == "p" else ""
        if text.strip():
            yield Paragraph(with_label(_number_of(paragraph, style, counts), text))


def _number_of(paragraph: "_Element", style: "_Element | None", counts: dict[int, tuple[str, int]]) -> str:
    """Count a paragraph at its level and return its number as text, or ""; ``counts`` holds list and number of each level."""
    properties = child(paragraph, "pPr")
    level = number(properties, "lvl") or 0
    for deeper in [at for at in counts if at > level]:
        del counts[deeper]
    form = None if properties is None else next((bullet for bullet in properties if local(bullet) in _BULLETS), None)
    form = child(style, f"lvl{level + 1}pPr", _NUMBERED) if form is None else form
    match = _FORM.fullmatch(form.get("type", "")) if form is not None and local(form) == _NUMBERED else None
    if form is None or match is None:
        counts.pop(level, None)
        return ""
    start, (key, count) = number(form, "startAt") or 1, counts.get(level, ("", 0))
    counts[level] = (match[0], count + 1 if key == match[0] else start)
    before, after = _AROUND.get(match[2], ("", ""))
    return f"{before}{format_number(counts[level][1], _FORMS[match[1]])}{after}"


def _said(paragraph: "_Element") -> str:
    """Return the text of a paragraph, with raised figures behind figures as such."""
    text = ""
    for run in paragraph:
        said = "".join(_runs([run]))
        is_raised = (number(child(run, "rPr"), "baseline") or 0) > 0
        text += raised(said, text) if is_raised else said
    return text


def _runs(parent: "Iterable[_Element]") -> Iterator[str]:
    """Yield the text of a paragraph; a field gives what it shows, save for the number of the slide."""
    for element in parent:
        name = local(element)
        if name == "t":
            yield element.text or ""
        elif name == "oMath":
            yield formula_text(element)
        elif name in _CHARACTERS:
            yield _CHARACTERS[name]
        elif name not in _NO_TEXT and not (name == "fld" and element.get("type") == "slidenum"):
            yield from _runs(element)


def words_of_chart_part(key: str, parts: Parts) -> Iterator[Paragraph]:
    """Yield the words of the chart of an id, and those of the shapes that were drawn on it; raises InputError."""
    yield from words_of_chart(parts.root(key))
    for part in relationships(parts.package, parts.name(key), parts.source).values():
        drawn = parts.found(part.target) if part.kind == "chartUserShapes" else None
        for body in () if drawn is None else drawn.iter("{*}txBody"):
            yield from paragraphs_of_body(body)


def words_of_chart(root: "_Element") -> Iterator[Paragraph]:
    """Yield the words of a chart: its titles, the names of its series and those of what it compares, a row each, and its labels."""
    for title in root.iter("{*}title"):
        if text := "".join(piece.text or "" for piece in title.iter("{*}t", "{*}v")).strip():
            yield Paragraph(text)
    series = list(root.iter("{*}ser", "{*}series"))
    compared = [child(one, "cat") for one in series[:1]] + [one for one in root.iter("{*}strDim") if one.get("type") == "cat"][:1]
    for names in ([child(one, "tx") for one in series], compared):
        values = [value.text or "" for name in names if name is not None for value in name.iter("{*}v", "{*}pt")]
        if any(map(is_word, values)):
            yield Paragraph("\t".join(value for value in values if value.strip()), "row")
    for label in root.iter("{*}dLbl"):
        text = "".join(piece.text or "" for rich in label.iter("{*}rich") for piece in rich.iter("{*}t")).strip()
        if is_word(text):
            yield Paragraph(text)


def is_word(name: str) -> bool:
    """Tell whether a name in a chart is a word, and no figure alone."""
    return _WORD.search(name) is not None


def smart_art(data: str, parts: Parts) -> Iterator[Paragraph]:
    """Yield the points of a SmartArt by its outline; where it keeps none, what was drawn of it.

    ``data`` is the id of its model among the ``parts`` that the one it stands in refers to. Raises InputError where it is missing.
    """
    model = parts.root(data)
    points = {point.get("modelId") or str(i): point for i, point in enumerate(children(child(model, "ptLst")))}
    found = [line for point in _outline(points, child(model, "cxnLst")) for line in paragraphs_of_body(child(point, "t"))]
    yield from found or _drawn(model, parts)


def _drawn(model: "_Element", parts: Parts) -> Iterator[Paragraph]:
    """Yield the text of the drawing of a SmartArt, which the model names; without one it is the only drawing there is."""
    named = model.find(".//{*}dataModelExt")
    drawings = [part.target for part in parts.known.values() if part.kind == "diagramDrawing"]
    part = None if named is None else parts.known.get(named.get("relId", ""))
    if part is not None or len(drawings) == 1:
        tree = child(parts.found(drawings[0] if part is None else part.target), "spTree")
        for text in in_reading_order([*_placed(tree, GroupFrame())]):
            yield from text.paragraphs


def _placed(parent: "_Element | None", frame: GroupFrame) -> Iterator[PlacedText]:
    """Yield the text of shapes with their places; a group is one."""
    for shape in children(parent):
        if local(shape) == "grpSp":
            yield together([*_placed(shape, frame_of(child(shape, "grpSpPr", "xfrm"), frame))])
        elif local(shape) == "sp":
            yield PlacedText(place_of(child(shape, "spPr", "xfrm"), frame), tuple(paragraphs_of_body(child(shape, "txBody"))))


def _outline(points: "dict[str, _Element]", connections: "_Element | None") -> "Iterator[_Element]":
    """Yield points with those below each right behind it; what hangs on no other stands where the file has it."""
    below: dict[str, list[tuple[int, str]]] = {}
    for entry in children(connections):
        if entry.get("type", "parOf") == "parOf":
            below.setdefault(entry.get("srcId", ""), []).append((number(entry, "srcOrd") or 0, entry.get("destId", "")))
    hanging = {name for entries in below.values() for _, name in entries}
    stack = [name for name in reversed(points) if name not in hanging]
    left = dict(points)
    while stack:
        name = stack.pop()
        if name in left:
            yield left.pop(name)
            stack += [inner for _, inner in sorted(below.get(name, []), reverse=True)]
    yield from left.values()
