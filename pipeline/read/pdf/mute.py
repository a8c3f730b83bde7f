"""The characters of vertical text whose font PDFium cannot measure: it gives none of them.

That is text in a font that is neither in the file nor on the machine, written down a column by a map whose name ends in
"-V". The same file with the map for text along a line, whose name ends in "-H", gives the characters; what an object would
have drawn along a line is then taken to run down from where it starts.
"""

import io
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from pipeline.read.page.vertical import AXIS, DOWN
from pipeline.read.pdf.characters import Drawn, Fonts, characters_of, in_order

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

_DOWNWARDS = re.compile(rb"(/Encoding\s*/[A-Za-z0-9-]+)-V\b")
_MOST_PAGES = 500


class Unmuted:
    """A document a second time, with the text that runs down written along lines; it is made when the first page asks."""

    def __init__(self, document: "PdfDocument") -> None:
        self._document = document
        self._along: PdfDocument | None = None
        self._is_made = False

    def characters(self, number: int, page: "PdfPage", fonts: Fonts) -> list[Drawn]:
        """Return the characters of the columns of a page that seems to have none."""
        if number > _MOST_PAGES or not _draws_text(page):
            return []
        along = self._written_along()
        if along is None:
            return []
        other = along[number - 1]
        text = other.get_textpage()
        drawn = list(_down(in_order(characters_of(text, fonts), other)))
        text.close()
        other.close()
        return drawn

    def _written_along(self) -> "PdfDocument | None":
        from pypdfium2 import PdfDocument  # noqa: PLC0415 - loaded when a PDF is read

        if not self._is_made:
            self._is_made = True
            stream = io.BytesIO()
            self._document.save(stream)  # PDFium writes its objects unpacked
            data, count = _DOWNWARDS.subn(rb"\1-H", stream.getvalue())
            self._along = PdfDocument(data) if count else None
        return self._along


def _draws_text(page: "PdfPage") -> bool:
    from pypdfium2 import raw  # noqa: PLC0415 - loaded when a PDF is read

    return next(iter(page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=2)), None) is not None


def _down(along: Sequence[Drawn]) -> Iterator[Drawn]:
    """Yield characters that objects write along a line as they stand in the column below where the object starts."""
    for _, group in groupby(along, key=lambda item: item.drawing):
        items = list(group)
        first = items[0].glyph
        for item in items:
            left, size = item.glyph.left - first.left - first.base, item.glyph.size
            base = first.left - (0.5 - AXIS) * size
            yield item._replace(glyph=item.glyph._replace(left=left, right=left + size, base=base), turn=DOWN)
