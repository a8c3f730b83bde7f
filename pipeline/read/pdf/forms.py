"""The text of a PDF page that stands in filled form fields and in text boxes laid over it, at its place on the page.

A field is read by its value, whether or not the file draws it. Comments, which a reader opens by a click, are no part of
the text.
"""

import ctypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.read.page.furniture import Furniture
from pipeline.read.page.glyphs import Glyph
from pipeline.read.pdf.characters import Drawn

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

_HIDDEN = 2 | 32  # the flags Hidden and NoView
_DEFAULT_SIZE, _LEAST_SIZE = 12.0, 4.0
# In ems: a line of a field is so high; a value stands on a line of the page whose base is so near; its base lies so far below
# the middle of the field; and as wide as a character may be drawn where it is not known.
_LINE, _LEVEL, _BELOW_MIDDLE = 1.2, 0.8, 0.35
_CHECKED, _EMPTY_BOX = "☑", "☐"


@dataclass(frozen=True, slots=True)
class Value:
    """A text with the rectangle it stands in, in points, and the size of its characters (0 where the file says none)."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float

    @property
    def rows(self) -> list[str]:
        """The lines that it was written in."""
        return [line for line in self.text.splitlines() if line.strip()]


def values_of(page: "PdfPage", document: "PdfDocument", number: int, aside: list[Furniture]) -> list[Value]:
    """Return the fields that are filled in and the text boxes of a page; ``aside`` takes the comments."""
    from pypdfium2 import raw  # noqa: PLC0415 - loaded when a PDF is read

    found: list[Value] = []
    for i in range(raw.FPDFPage_GetAnnotCount(page.raw)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, i)
        if not annotation:
            continue
        if not raw.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
            _add(annotation, document, number, found, aside)
        raw.FPDFPage_CloseAnnot(annotation)
    return found


def _add(annotation: Any, document: "PdfDocument", number: int, found: list[Value], aside: list[Furniture]) -> None:  # noqa: ANN401
    from pypdfium2 import raw  # noqa: PLC0415 - loaded when a PDF is read

    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if kind == raw.FPDF_ANNOT_WIDGET and document.formenv:
        text = _field_text(annotation, document.formenv)
    elif kind == raw.FPDF_ANNOT_FREETEXT:
        text = _string(annotation, "Contents") or _appearance(annotation)
    elif kind == raw.FPDF_ANNOT_POPUP:
        return
    else:
        comment = " ".join(_string(annotation, "Contents").split()) if kind != raw.FPDF_ANNOT_LINK else ""
        if comment:
            aside.append(Furniture(number, comment, "annotation", at_top=False))
        return
    if text.strip():
        box, size = raw.FS_RECTF(), ctypes.c_float()
        raw.FPDFAnnot_GetRect(annotation, box)
        known = bool(document.formenv) and raw.FPDFAnnot_GetFontSize(document.formenv, annotation, size)
        left, right = sorted((box.left, box.right))
        bottom, top = sorted((box.bottom, box.top))
        found.append(Value(text, left, bottom, right, top, size.value if known else 0.0))


def _field_text(annotation: Any, forms: Any) -> str:  # noqa: ANN401
    """Return what a field says: its value, or a box with or without a tick."""
    from pypdfium2 import raw  # noqa: PLC0415 - loaded when a PDF is read

    kind = raw.FPDFAnnot_GetFormFieldType(forms, annotation)
    if kind in (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX):
        return _read(lambda buffer, size: raw.FPDFAnnot_GetFormFieldValue(forms, annotation, buffer, size))
    if kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON):
        return _CHECKED if raw.FPDFAnnot_IsChecked(forms, annotation) else _EMPTY_BOX
    return ""


def _string(annotation: Any, key: str) -> str:  # noqa: ANN401
    from pypdfium2 import raw  # noqa: PLC0415 - loaded when a PDF is read

    return _read(lambda buffer, size: raw.FPDFAnnot_GetStringValue(annotation, key.encode(), buffer, size))


def _appearance(annotation: Any) -> str:  # noqa: ANN401
    """Return the text that the objects of an annotation's appearance draw, where PDFium keeps it."""
    from pypdfium2 import raw  # noqa: PLC0415 - loaded when a PDF is read

    items = [raw.FPDFAnnot_GetObject(annotation, i) for i in range(raw.FPDFAnnot_GetObjectCount(annotation))]
    return "\n".join(_object_text(item) for item in items if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_TEXT)


def _object_text(item: Any) -> str:  # noqa: ANN401
    from pypdfium2 import raw  # noqa: PLC0415 - loaded when a PDF is read

    return _read(lambda buffer, size: raw.FPDFTextObj_GetText(item, None, buffer, size))


def _read(ask: Callable[[Any, int], int]) -> str:
    """Return the UTF-16 text that a function of PDFium writes into a buffer, whose size in bytes it tells first."""
    from pypdfium2 import raw  # noqa: PLC0415 - loaded when a PDF is read

    size = ask(None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    ask(ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")


# Their place among the characters of the page.


def with_values(drawn: Sequence[Drawn], values: Sequence[Value]) -> list[Drawn]:
    """Return the characters of a page with those of the values in their place: behind what stands left of them, or above."""
    found = list(drawn)
    if not values:
        return found
    size = _body_size(drawn)
    for value in sorted(values, key=lambda value: (-value.top, value.left)):
        glyphs = list(_glyphs(value, size, found))
        at = _place(found, glyphs[0]) if glyphs else 0
        found[at:at] = [Drawn(glyph, 0, -1, 0, 0) for glyph in glyphs]
    return [item._replace(glyph=item.glyph._replace(order=order * 2)) for order, item in enumerate(found)]


def _body_size(drawn: Sequence[Drawn]) -> float:
    sizes = sorted(item.glyph.size for item in drawn)
    return sizes[len(sizes) // 2] if sizes else _DEFAULT_SIZE


def _glyphs(value: Value, body: float, drawn: Sequence[Drawn]) -> Iterator[Glyph]:
    """Yield the characters of a value; each line of it is kept within the rectangle, however long it is."""
    rows = value.rows
    height = (value.top - value.bottom) / max(1, len(rows))
    size = value.size or max(_LEAST_SIZE, min(body, height / _LINE))
    base = (value.top + value.bottom) / 2 - _BELOW_MIDDLE * size if len(rows) == 1 else value.top - size
    if len(rows) == 1:
        base = _level_with(drawn, value, base, size)
    for number, row in enumerate(rows):
        step = min(size, (value.right - value.left) / max(1, len(row)))
        for i, character in enumerate(row):
            left = value.left + step * i
            yield Glyph(character, left, left + step, base - number * size * _LINE, size, 0, spaced=False)


def _level_with(drawn: Sequence[Drawn], value: Value, base: float, size: float) -> float:
    """Return the base of the line that a value stands on, where there is one."""
    bases = [item.glyph.base for item in drawn if item.turn == 0 and value.bottom - 0.2 * size < item.glyph.base < value.top]
    near = [other for other in bases if abs(other - base) < _LEVEL * size]
    return min(near, key=lambda other: abs(other - base)) if near else base


def _place(drawn: Sequence[Drawn], first: Glyph) -> int:
    """Return where a line of a value goes: behind the characters on its left, else before the first one that is lower."""
    slack = 0.3 * first.size
    level = [
        i for i, item in enumerate(drawn) if abs(item.glyph.base - first.base) <= slack and item.glyph.left < first.left + slack
    ]
    if level:
        return level[-1] + 1
    lower = (i for i, item in enumerate(drawn) if item.glyph.base < first.base + slack and item.glyph.base - first.base < slack)
    return next(lower, len(drawn))
