"""Keep each character of a page once: shadows, outlines and bold print are drawn as the same character again beside itself."""

from collections import defaultdict
from collections.abc import Sequence

from pipeline.read.page.lines import Glyph

# A second drawing is nearer than this: along the line in widths of the character, across it in ems. Letters that really stand
# twice are a whole width apart.
_ALONG, _ACROSS = 0.5, 0.35
_SAME_SIZE = 1.1
_ONE_PLACE = 0.02


def repeated(glyphs: Sequence[Glyph]) -> set[int]:
    """Return which of the characters, all turned alike, are drawn where an earlier one has drawn the same, by their numbers."""
    by_character: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
    for i, glyph in enumerate(glyphs):
        by_character[glyph.character].append((glyph.base, glyph.left, i))
    found: set[int] = set()
    for places in by_character.values():
        if len(places) > 1:
            places.sort()
            _compare(places, glyphs, found)
    return found


def _compare(places: list[tuple[float, float, int]], glyphs: Sequence[Glyph], found: set[int]) -> None:
    """Add to ``found`` what of the places of one character, in the order of their bases, lies over another of them."""
    for a, (base, left, i) in enumerate(places):
        glyph = glyphs[i]
        if i in found:
            continue
        across, along = _ACROSS * glyph.size, _ALONG * (glyph.right - glyph.left)
        for other_base, other_left, j in places[a + 1 :]:
            if other_base - base > across:
                break
            if abs(other_left - left) < along and _are_alike(glyph.size, glyphs[j].size) and not _is_ligature(glyph, glyphs[j]):
                found.add(max(i, j))


def _is_ligature(a: Glyph, b: Glyph) -> bool:
    """Tell whether one sign is drawn for both, such as one long dash for two: they come one after the other, in one place."""
    return abs(a.order - b.order) == 1 and max(abs(a.left - b.left), abs(a.base - b.base)) < _ONE_PLACE * a.size


def _are_alike(a: float, b: float) -> bool:
    return max(a, b) < _SAME_SIZE * min(a, b)
