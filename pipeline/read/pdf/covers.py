"""Find what a PDF page shows but is no part of its text: watermarks, text off the page, and text of layers that are off."""

import ctypes
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from pipeline.read.page.furniture import Furniture
from pipeline.read.page.overprint import repeated
from pipeline.read.pdf.characters import Drawn, colours_of
from pipeline.read.pdf.engine import address

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

# Colours count from 0 to 255. Paler than the first is a watermark's grey, paler than the second cannot be seen on paper and
# is the lettering of a dark ground; a grey's red, green and blue differ by less than the third; less opaque is transparent.
_PALE, _WHITE, _GREY, _OPAQUE = 170, 250, 24, 160
# How large a watermark is against the text, where it is pale and where it is not, and which share of it lies over text.
_LARGE_PALE, _LARGE, _OVERLAP = 1.8, 1.4, 0.3
# A mark that is laid over the page like tiles comes so often, so far apart in ems.
_TILES, _TILE_GAP = 3, 3
# In ems: how far off its base and its end another character may be that goes on in the same line.
_LEVEL = 0.4
_LAYERS, _LAYERS_OR_PACKED = b"/OCProperties", re.compile(rb"/O(?:CProperties|bjStm)")
_PACKED_OBJECTS = re.compile(rb"/ObjStm\b.{0,200}?stream\r?\n", re.DOTALL)
_MOST_UNPACKED = 4_000_000
_DEEPEST = 8
# The picture that tells which objects show is this many pixels wide and high at most.
_PICTURE = 2_000


def set_aside(drawn: Sequence[Drawn], flags: dict[int, str], number: int) -> tuple[list[Drawn], list[Furniture]]:
    """Return the characters without those that ``flags`` names by their index with a reason, and the text of these."""
    aside = []
    for reason, group in groupby(drawn, key=lambda item: flags.get(item.number, "")):
        text = "".join(item.glyph.character for item in group) if reason else ""
        if text and not text.isspace():
            aside.append(Furniture(number, " ".join(text.split()), reason, at_top=False))
    return [item for item in drawn if item.number not in flags], aside


def outside(drawn: Sequence[Drawn], page: "PdfPage") -> dict[int, str]:
    """Return the characters whose middle lies beyond the edges of the page."""
    left, bottom, right, top = page.get_bbox()
    edges = {0: (left, right, bottom, top), 90: (bottom, top, -right, -left), 180: (-right, -left, -top, -bottom)}
    edges |= {270: (-top, -bottom, left, right), -1: edges[0]}
    found = {}
    for (_, x1, x2, y, size, _, _), turn, index, _, _ in drawn:
        left, right, bottom, top = edges[turn]
        if not (left <= (x1 + x2) / 2 <= right and bottom <= y + 0.3 * size <= top):
            found[index] = "outside the page"
    return found


def drawn_once(drawn: Sequence[Drawn]) -> tuple[list[Drawn], set[int]]:
    """Return each character once, and the index of those that were drawn again, as a shadow or outline."""
    again: dict[int, int] = {}
    for turn in {item.turn for item in drawn}:
        level = [item for item in drawn if item.turn == turn]
        found = repeated([item.glyph for item in level], [item.drawing for item in level])
        again |= {level[i].number: level[j].number for i, j in found.items()}
    return [item for item in drawn if item.number not in again] if again else list(drawn), set(again.values())


# Watermarks.


def watermarks(drawn: Sequence[Drawn], text: "PdfTextPage", doubled: set[int]) -> dict[int, str]:
    """Return the characters of watermarks: pale or large text that lies over other text, or is pale and large or repeated.

    What was drawn twice (``doubled``, by index) has a shadow, which may be what is pale.
    """
    sizes = Counter(item.glyph.size for item in drawn)
    size, pale_drawings = _body_size(sizes), _pale_drawings(drawn, text)
    if not pale_drawings and max(sizes, default=0.0) / max(size, 1.0) < _LARGE:
        return {}
    runs = [run for run in _runs(drawn) if not any(item.number in doubled for item in run)]
    pale = {run[0].number for run in runs if run[0].drawing in pale_drawings}
    if sum(len(run) for run in runs if run[0].number in pale) * 2 > len(drawn):
        pale = set()  # the whole page is printed in grey
    words = Counter(_words(run) for run in runs)
    found: dict[int, str] = {}
    for run in runs:
        if _is_watermark(run, drawn, size, run[0].number in pale, words[_words(run)]):
            found |= dict.fromkeys((item.number for item in run), "watermark")
    return found


def _runs(drawn: Sequence[Drawn]) -> list[list[Drawn]]:
    """Return the runs of characters that stand on one base in one size and font, however many objects draw them."""
    runs: list[list[Drawn]] = []
    base = size = end = -1.0
    key = (-2, 0)
    for item in drawn:
        glyph = item.glyph
        apart = abs(glyph.base - base) > 0.1 * size or abs(glyph.size - size) > 0.05 * size or glyph.left - end > _TILE_GAP * size
        if apart or (item.turn, item.font) != key:
            runs.append([])
            key, base, size = (item.turn, item.font), glyph.base, glyph.size
        end = glyph.right
        runs[-1].append(item)
    return runs


def _words(run: list[Drawn]) -> str:
    return "".join(item.glyph.character for item in run).strip()


def _body_size(sizes: Counter[float]) -> float:
    """Return the size of most characters, in steps of half a point."""
    rounded: Counter[int] = Counter()
    for size, count in sizes.items():
        rounded[round(size * 2)] += count
    return rounded.most_common(1)[0][0] / 2 if rounded else 1.0


def _is_watermark(run: list[Drawn], drawn: Sequence[Drawn], size: float, pale: bool, times: int) -> bool:
    large = run[0].glyph.size / max(size, 1.0)
    may_stand_free = (large >= _LARGE_PALE and _has_text_above(run[0], drawn)) or (times >= _TILES and len(run) > 1)
    if pale and may_stand_free and not _is_in_line(run, drawn):
        return True
    return (pale or large >= _LARGE) and _overlap(run, drawn) >= _OVERLAP


def _is_in_line(run: list[Drawn], drawn: Sequence[Drawn]) -> bool:
    """Tell whether text goes on to the left or right of a run: it is a word of a sentence, or its shadow."""
    first, last = run[0].glyph, run[-1].glyph
    own = {item.number for item in run}
    return any(
        abs(glyph.base - first.base) < _LEVEL * first.size
        and min(abs(glyph.left - last.right), abs(glyph.right - first.left)) < _LEVEL * first.size
        for glyph, turn, number, _, _ in drawn
        if number not in own and turn == run[0].turn
    )


def _has_text_above(first: Drawn, drawn: Sequence[Drawn]) -> bool:
    """Tell whether text stands above: a pale title has none, and may be the shadow of a dark one that PDFium took for a copy."""
    return any(item.turn == first.turn and item.glyph.base > first.glyph.base + item.glyph.size for item in drawn)


def _pale_drawings(drawn: Sequence[Drawn], text: "PdfTextPage") -> set[int]:
    """Return the objects that draw in a pale colour, which is one for all characters of an object."""
    firsts = {item.drawing: item.number for item in reversed(drawn)}
    colours = colours_of(text, list(firsts.values()))
    pale = {colour for colour in set(colours) if colour is not None and is_pale(*colour)}
    return {drawing for drawing, colour in zip(firsts, colours, strict=True) if colour in pale} if pale else set()


def is_pale(red: int, green: int, blue: int, alpha: int) -> bool:
    """Tell whether a colour is a watermark's: transparent, or a grey that is neither dark nor white."""
    colour = red, green, blue
    is_grey = max(colour) - min(colour) < _GREY
    return alpha < _OPAQUE or (is_grey and _PALE < sum(colour) / 3 < _WHITE)


def _overlap(run: list[Drawn], drawn: Sequence[Drawn]) -> float:
    """Return the share of a run's characters that have the middle of a character of another run in them."""
    own = {item.number for item in run}
    first, size = run[0].glyph, run[0].glyph.size
    low, high = first.base - 0.15 * size, first.base + 0.9 * size
    left, right = first.left, max(item.glyph.right for item in run)
    middles = [
        (glyph.left + glyph.right) / 2
        for glyph, turn, number, _, _ in drawn
        if low < glyph.base + 0.3 * glyph.size < high and left < glyph.right and glyph.left < right
        if number not in own and turn == run[0].turn and not glyph.character.isspace()
    ]
    covered = sum(any(item.glyph.left < middle < item.glyph.right for middle in middles) for item in run)
    return covered / len(run)


# Layers.


def has_layers(data: bytes) -> bool:
    """Tell whether a PDF has layers; where its objects are packed, these are unpacked to look."""
    may_have = _LAYERS_OR_PACKED.search(data) is not None  # one pass over a large file where most have neither
    return may_have and (_LAYERS in data or any(_LAYERS in unpacked for unpacked in _unpacked(data)))


def _unpacked(data: bytes) -> Iterator[bytes]:
    for match in _PACKED_OBJECTS.finditer(data):
        try:
            yield zlib.decompressobj().decompress(data[match.end() :], _MOST_UNPACKED)
        except zlib.error:
            continue


def hidden(drawn: Sequence[Drawn], page: "PdfPage") -> dict[int, str]:
    """Return the characters of layers that are not shown.

    PDFium tells no layer's state, but its picture of the page does: each object that may belong to a layer is given a colour
    of its own, and one whose colour is nowhere in the picture is not shown.
    """
    from pypdfium2 import raw  # noqa: PLC0415 - loaded when a PDF is read

    colours: dict[int, int] = {}
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=_DEEPEST):
        is_seen = raw.FPDFTextObj_GetTextRenderMode(item.raw) != raw.FPDF_TEXTRENDERMODE_INVISIBLE
        if is_seen and (item.level or _has_layer_mark(item.raw)):
            colours[address(item.raw)] = colour = len(colours) + 1
            parts = colour >> 16 & 255, colour >> 8 & 255, colour & 255
            raw.FPDFPageObj_SetFillColor(item.raw, *parts, 255)
            raw.FPDFPageObj_SetStrokeColor(item.raw, *parts, 255)
    suspects = [item for item in drawn if item.drawing in colours and not item.glyph.character.isspace()]
    if not suspects:
        return {}
    seen = _colours_of(page)
    unseen = {drawing for drawing, colour in colours.items() if colour not in seen}
    return {item.number: "hidden layer" for item in drawn if item.drawing in unseen}


def _has_layer_mark(item: object) -> bool:
    from pypdfium2 import raw  # noqa: PLC0415 - loaded when a PDF is read

    return any(_mark_name(raw.FPDFPageObj_GetMark(item, i)) == "OC" for i in range(raw.FPDFPageObj_CountMarks(item)))


def _mark_name(mark: object) -> str:
    from pypdfium2 import raw  # noqa: PLC0415 - loaded when a PDF is read

    length, buffer = ctypes.c_ulong(), (ctypes.c_ushort * 64)()
    raw.FPDFPageObjMark_GetName(mark, buffer, ctypes.sizeof(buffer), length)
    return bytes(buffer)[: max(0, min(length.value, ctypes.sizeof(buffer)) - 2)].decode("utf-16-le", "replace")


def _colours_of(page: "PdfPage") -> set[int]:
    """Return the colours in the picture of a page without smoothed edges, as numbers of red, green and blue."""
    scale = min(2.0, _PICTURE / max(*page.get_size(), 1.0))
    picture = page.render(scale=scale, no_smoothtext=True, no_smoothimage=True, no_smoothpath=True, rev_byteorder=False)
    array = picture.to_numpy()
    blue, green, red = (array[..., i].astype("uint32") for i in range(3))
    return set((red << 16 | green << 8 | blue).ravel().tolist())
