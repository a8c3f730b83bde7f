"""Keep each character of a page once: shadows, outlines and bold print are drawn as the same character again beside itself."""

from collections import defaultdict
from collections.abc import Sequence

from pipeline.read.page.glyphs import Glyph

# A second drawing is nearer than this: along the line in widths of the character, across it in ems. Letters that really stand
# twice are a whole width apart.
_ALONG, _ACROSS = 0.5, 0.35
_SAME_SIZE = 1.1


def repeated(glyphs: Sequence[Glyph], drawings: Sequence[int]) -> dict[int, int]:
    """Return which characters are drawn where an earlier one has drawn the same, with the number of that one, by their numbers.

    All are turned alike. Two that follow each other in one object (``drawings``) are both read: one sign stands for them, such
    as one long dash for two.
    """
    by_character: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
    for i, glyph in enumerate(glyphs):
        by_character[glyph.character].append((glyph.base, glyph.left, i))
    found: dict[int, int] = {}
    for places in by_character.values():
        if len(places) > 1:
            places.sort()
            _compare(places, glyphs, drawings, found)
    return found


def _compare(
    places: list[tuple[float, float, int]], glyphs: Sequence[Glyph], drawings: Sequence[int], found: dict[int, int]
) -> None:
    """Add to ``found`` what of the places of one character, in the order of their bases, lies over another of them."""
    for following, (base, left, i) in enumerate(places[:-1], 1):
        other, glyph = following, glyphs[i]
        across = _ACROSS * glyph.size
        if places[other][0] - base > across or i in found:
            continue
        along = _ALONG * (glyph.right - glyph.left)
        while other < len(places) and places[other][0] - base <= across:
            _, other_left, j = places[other]
            is_near = abs(other_left - left) < along and _are_alike(glyph.size, glyphs[j].size)
            if is_near and not (drawings[i] == drawings[j] and abs(i - j) == 1):
                found[max(i, j)] = min(i, j)
            other += 1


def _are_alike(a: float, b: float) -> bool:
    return max(a, b) < _SAME_SIZE * min(a, b)
