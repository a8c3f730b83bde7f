"""The figures of a digest: what the shown passages of each theme count, each with its source. Nothing is added up.

A document lists only so many of a theme, those of the surest passages, and says how many more there are; a workbook has them all.
"""

from dataclasses import dataclass

from pipeline.output.digest.records import Digest, Passage, Section
from pipeline.output.figures import Figure, figures_in

MOST = 40  # figures of a theme in a document


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure of a passage, with the words that say the number."""

    passage: Passage
    figure: Figure

    @property
    def written(self) -> str:
        """The number with its measure, as the passage has it."""
        return self.passage.text[self.figure.start : self.figure.end]


@dataclass(frozen=True, slots=True)
class ThemeFigures:
    """The figures of a theme that are shown, in the order of their passages, and how many are not."""

    theme: str
    lines: tuple[FigureLine, ...]
    left_out: int


def figures_of(digest: Digest, most: int | None = MOST) -> list[ThemeFigures]:
    """Return the figures of each theme that has any; ``most`` of a theme, or all of them."""
    return [figures for section in digest.sections if (figures := _of_section(section, most)).lines]


def _of_section(section: Section, most: int | None) -> ThemeFigures:
    lines = [FigureLine(passage, figure) for passage in section.passages for figure in figures_in(passage.text)]
    if most is None or len(lines) <= most:
        return ThemeFigures(section.theme, (*lines,), 0)
    surest = sorted(range(len(lines)), key=lambda place: (not lines[place].passage.corrected, -lines[place].passage.score))[:most]
    return ThemeFigures(section.theme, tuple(lines[place] for place in sorted(surest)), len(lines) - most)
