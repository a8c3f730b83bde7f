"""Characters that PDFium leaves out: a font that is neither in the file nor on the machine gives them no shape.

One that is drawn by itself is then not among the characters of its page, and no call tells of it; of those that are drawn together
all stay, without height. So a page of such characters that also draws text without width has lost some.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdfium2 import PdfObject, PdfPage, PdfTextPage

_FIRST, _LAST = 0x3400, 0x9FFF  # ideographs
_LOOKED_AT = 200  # characters, among which the first ideograph tells for all
_FLAT = 0.01  # of the height of a line: a character that is lower has no shape …
_LEAST = 0.01  # … and text of so few points in width was left out


def has_lost_characters(page: "PdfPage", text: "PdfTextPage") -> bool:
    """Tell whether characters of a page are missing from its text for want of a font; a space by itself is taken for one."""
    from pypdfium2 import raw  # noqa: PLC0415 - loaded when a PDF is read

    return _is_without_shapes(text) and any(_was_left_out(item) for item in page.get_objects([raw.FPDF_PAGEOBJ_TEXT]))


def _is_without_shapes(text: "PdfTextPage") -> bool:
    """Tell whether the first ideograph of a page has no height; where there is none, nothing can be told."""
    from pypdfium2 import raw  # noqa: PLC0415 - as above

    for i in range(min(text.count_chars(), _LOOKED_AT)):
        if _FIRST <= raw.FPDFText_GetUnicode(text, i) <= _LAST:
            (_, bottom, _, top), (_, low, _, high) = text.get_charbox(i), text.get_charbox(i, loose=True)
            return bool(top - bottom < _FLAT * (high - low))
    return False


def _was_left_out(item: "PdfObject") -> bool:
    """Tell whether text has no width, in a font that is not in the file: what is written over a scan has shapes of its own."""
    from pypdfium2 import raw  # noqa: PLC0415 - as above

    left, _, right, _ = item.get_bounds()
    return bool(right - left < _LEAST and not raw.FPDFFont_GetIsEmbedded(raw.FPDFTextObj_GetFont(item)))
