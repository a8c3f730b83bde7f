"""Take out of a page what is set above or below its characters: their pronunciation, and the dots that emphasise them.

Both are drawn in the middle of a line, so that they would part it or stand between its words. They stand centred over the
ideographs that they belong to; a line of text over another does not, and begins its own line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.read.page.glyphs import Glyph, is_wide

DOTS = frozenset("•·●○◦﹅﹆∙⦁˙・")
TONES = frozenset("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹĀÁǍÀĒÉĚÈŌÓǑÒ")
# In ems of the ideographs below: how high what is above them stands, and how low a dot below; how far from the middle.
_LOWEST, _HIGHEST, _HIGHEST_SMALL, _BELOW, _OFF_CENTRE = 0.5, 1.7, 1.3, 1.0, 0.6
_SMALL, _DOT_SIZE = 0.75, 0.8
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class RubyExtraction:
    """The characters that are left, and the text of each annotation that was taken out."""

    glyphs: list[Glyph]
    texts: list[str]


def take_ruby(glyphs: Sequence[Glyph]) -> RubyExtraction:
    """Return the characters of a page, all turned alike and in order, without pronunciation and emphasis."""
    if not _has_annotation(glyphs):
        return RubyExtraction(list(glyphs), [])
    rows = list(_level_runs(glyphs))
    wide = [glyph for glyph in glyphs if is_wide(glyph.character) and glyph.character.isalnum()]
    kept: list[Glyph] = []
    texts: list[str] = []
    moved: dict[Glyph, Glyph] = {}
    for row in rows:
        below = _annotated(row, wide) if _is_annotation(row) else []
        if below:
            texts.append("".join(glyph.character for glyph in row).strip())
            moved |= _stretched(below, row)
        else:
            kept += row
    return RubyExtraction([moved.get(glyph, glyph) for glyph in kept], texts)


def _has_annotation(glyphs: Sequence[Glyph]) -> bool:
    """Tell whether a page holds anything that may be an annotation; a dot is one only where it is small."""
    characters = {glyph.character for glyph in glyphs}
    if any(character in TONES or is_sound(character) for character in characters):
        return True
    dots = [glyph.size for glyph in glyphs if glyph.character in DOTS] if characters & DOTS else []
    return bool(dots) and min(dots) < _DOT_SIZE * max(glyph.size for glyph in glyphs)


def is_sound(character: str) -> bool:
    """Tell whether a character is of Bopomofo or kana, which are written beside ideographs to say how they sound."""
    return "\u3040" <= character <= "\u312f" or "\u31a0" <= character <= "\u31bf"


def _level_runs(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """Yield characters that follow each other on one base and in one size."""
    run: list[Glyph] = []
    for glyph in glyphs:
        last = run[-1] if run else glyph
        if abs(glyph.base - last.base) > 0.1 * last.size or abs(glyph.size - last.size) > 0.05 * last.size:
            yield run
            run = []
        run.append(glyph)
    if run:
        yield run


def _is_annotation(row: list[Glyph]) -> bool:
    """Tell whether a run has the form of a pronunciation (with a mark of tone, Bopomofo, kana) or of dots."""
    text = "".join(glyph.character for glyph in row).strip()
    if not text or len(text) > _LONGEST:
        return False
    if all(character in DOTS or character.isspace() for character in text):
        return True
    letters = all(not is_wide(character) or is_sound(character) for character in text)
    return letters and any(character in TONES or is_sound(character) for character in text)


def _annotated(row: list[Glyph], wide: list[Glyph]) -> list[Glyph]:
    """Return the ideographs that a run stands over, or under, none where it is not centred on them."""
    ink = [glyph for glyph in row if not glyph.character.isspace()]
    left, right = min(glyph.left for glyph in ink), max(glyph.right for glyph in ink)
    is_dots = all(glyph.character in DOTS for glyph in ink)
    near = [glyph for glyph in wide if glyph.left < right and glyph.right > left and _reaches(ink[0], glyph, is_dots)]
    lines = sorted(_by_base(near), key=lambda line: abs(_middle(ink[0]) - _middle(line[0])))
    for line in lines:
        below = _marked(ink, line) if is_dots else _centred_on(line, left, right)
        if below:
            return below
    return []


def _by_base(glyphs: list[Glyph]) -> list[list[Glyph]]:
    """Return ideographs by the line that they stand on."""
    lines: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda glyph: glyph.base):
        if not lines or glyph.base - lines[-1][0].base > 0.2 * glyph.size:
            lines.append([])
        lines[-1].append(glyph)
    return lines


def _middle(glyph: Glyph) -> float:
    return glyph.base + 0.35 * glyph.size


def _marked(dots: list[Glyph], line: list[Glyph]) -> list[Glyph]:
    """Return the ideographs of a line that dots stand at, where each dot stands at one."""
    marked = [[glyph for glyph in line if _is_over(dot, glyph)] for dot in dots]
    return [glyph for glyphs in marked for glyph in glyphs] if all(marked) else []


def _centred_on(below: list[Glyph], left: float, right: float) -> list[Glyph]:
    """Return the ideographs whose middle lies in a stretch, where that stretch is centred on them."""
    inner = [glyph for glyph in below if left < (glyph.left + glyph.right) / 2 < right]
    if not inner:
        return []
    middle = (min(glyph.left for glyph in inner) + max(glyph.right for glyph in inner)) / 2
    return inner if abs(middle - (left + right) / 2) < _OFF_CENTRE * inner[0].size else []


def _reaches(sign: Glyph, glyph: Glyph, is_dots: bool) -> bool:
    rise = (sign.base - glyph.base) / glyph.size
    if is_dots:
        return sign.size <= _DOT_SIZE * glyph.size and (_LOWEST <= rise <= _HIGHEST_SMALL or -_BELOW <= rise <= -0.25)
    return _LOWEST <= rise <= (_HIGHEST_SMALL if sign.size <= _SMALL * glyph.size else _HIGHEST)


def _is_over(dot: Glyph, glyph: Glyph) -> bool:
    return abs(dot.left + dot.right - glyph.left - glyph.right) / 2 < 0.3 * glyph.size


def _stretched(below: list[Glyph], row: list[Glyph]) -> dict[Glyph, Glyph]:
    """Return the ideographs with the room that their annotation takes, so that it leaves no gap in the line."""
    ordered = sorted(below, key=lambda glyph: glyph.left)
    starts = [min(glyph.left for glyph in (ordered[0], *row)), *(glyph.left for glyph in ordered[1:])]
    ends = [*starts[1:], max(glyph.right for glyph in (ordered[-1], *row))]
    return {glyph: glyph._replace(left=left, right=right) for glyph, left, right in zip(ordered, starts, ends, strict=True)}
