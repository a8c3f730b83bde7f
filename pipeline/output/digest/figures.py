"""The figures of a digest: what the shown passages of each theme count, each with its source. Nothing is added up.

A reader sees them without their sentence, so each keeps the words around it that say how near it is and which way it went:
近1200场, 200册以上, 同比减少21起.

A document lists only so many of a theme, those of the surest passages, and says how many more there are; a workbook has them all.
"""

import re
from dataclasses import dataclass

from pipeline.output.digest.records import Digest, Passage, Section
from pipeline.output.figures import Figure, figures_in
from pipeline.output.figures.numbers import BOUND_BEHIND, bound_before

MOST = 40  # figures of a theme in a document
_MOVED = (
    "增长|增加|增多|提高|提升|上升|扩大|扩充|下降|减少|降低|缩短|缩小|压缩|压减|回落|高出"
    "|新增|递增|递减|最[高低多少大小长短]|增|降|减|(?<!晋)升|翻"
)
_THAN = r"(?:\d{4}年|[去上前]年|年初|上[期月]|计划|目标|全[国省市县区州]|同期)?(?:同期|[底末初]|平均)?(?:水平)?"
_BEFORE = re.compile(
    rf"(?:(?:同比|环比|(?<![可相对])[比较]{_THAN})?(?:分别|平均|净)?"
    rf"(?P<moved>{_MOVED}|(?<=[年期月底末初标划均平国省市县区州])[高低快慢])[了到至为]?"
    r"|[低高]于[^\W\d]{2,8}|[由从](?:\d{4}年)?的?)(?:[各仅均]|分别)?$|[各仅]$"
)
_JOINT = re.compile(r"\s?[、和与及]\s?$")


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure of a passage, with the words that say the number; ``told`` has those around it too."""

    passage: Passage
    figure: Figure
    told: str

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
    lines = [line for passage in section.passages for line in _of_passage(passage)]
    if most is None or len(lines) <= most:
        return ThemeFigures(section.theme, (*lines,), 0)
    surest = sorted(range(len(lines)), key=lambda place: (not lines[place].passage.corrected, -lines[place].passage.score))[:most]
    return ThemeFigures(section.theme, tuple(lines[place] for place in sorted(surest)), len(lines) - most)


def _of_passage(passage: Passage) -> list[FigureLine]:
    lines: list[FigureLine] = []
    end, moved = 0, ""
    for figure in figures_in(passage.text):
        between = passage.text[end : figure.start]
        if not (lines and _JOINT.fullmatch(between) and figure.unit == lines[-1].figure.unit):
            moved = ""
        told, verb = _told(passage.text, figure, between)
        lines.append(FigureLine(passage, figure, told if verb else f"{moved}{told}"))  # 增长9.5%、12.2%: one verb for both
        end, moved = figure.end, verb or moved
    return lines


def _told(text: str, figure: Figure, between: str) -> tuple[str, str]:
    """Return a figure with the words around it that say how near it is and which way it went, and the verb that says the latter."""
    bound, behind = bound_before(text, figure.start, figure.end), BOUND_BEHIND.match(text, figure.end)
    before = _BEFORE.search(between[: len(between) - len(bound)])
    written = text[figure.start : behind.end() if behind else figure.end]
    return f"{before[0] if before else ''}{bound}{written}", (before["moved"] or "") if before else ""
