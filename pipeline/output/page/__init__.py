"""Reports as web pages: a fragment for each, which the served page shows too, and one file with everything in it.

Jinja2 (BSD, of the Pallets project, no dependency but MarkupSafe) makes them: with autoescape on, nothing of a report can become
markup, whatever a template forgets. A page asks nothing of any other machine, and its content security policy allows the one style
and the one script in it by their digests. The fragment has no inline style and no inline handler: colours come from the classes
``theme-0``, ``theme-1``, … in the order of the label set, and ``theme_css`` has their rules.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from pipeline.core.config import LabelSet
from pipeline.core.names import file_name
from pipeline.core.records import FinishedReport, HumanLabel, Tag
from pipeline.output import Reports, RunFacts
from pipeline.output.colours import PAPER, TEXT, shades
from pipeline.output.layout import Block, ThemeShare, asides, blocks, emphasised, passages, set_aside, shares
from pipeline.output.reasons import in_chinese
from pipeline.output.visible import on_one_line, shown_evidence, shown_text, visible
from pipeline.output.wording import review_line, runner_up, second_themes, sure

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

HERE = Path(__file__).parent
# What tells themes apart without their colours, as the SVG patterns of report.html.j2 do; the seventh theme has the first again.
_STRIPS = (
    "linear-gradient(var(--edge) 0 100%)",
    "repeating-linear-gradient(135deg, var(--edge) 0 2px, #fff 2px 3.5px)",
    "radial-gradient(circle at 3px 3px, #fff 1.4px, var(--edge) 1.8px) 0 0 / 6px 6px",
    "repeating-linear-gradient(var(--edge) 0 3px, #fff 3px 4.5px)",
    "conic-gradient(var(--edge) 25%, #fff 0 50%, var(--edge) 0 75%, #fff 0) 0 0 / 6px 6px",
    "linear-gradient(90deg, var(--edge) 0 2px, #fff 2px 4px, var(--edge) 4px)",
)
_PART = 40  # blocks, at most, that a browser lays out together …
_PART_CHARACTERS = 20_000  # … unless one alone has more characters
_HIGHEST, _LOWEST = 3, 6  # the levels of headings inside a report, whose own title is a heading of level 2
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a bar of shares, in per cent of its width."""

    index: int
    left: str
    width: str


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report in the list of them: where it stands, its name, and its shares."""

    anchor: str
    source: str
    shares: tuple[ThemeShare, ...]
    passages: int
    review: int


def render_report(report: FinishedReport, run: RunFacts, prefix: str) -> str:
    """Return a report as a fragment of HTML, every id of which begins with ``prefix``.

    Each passage is an element of class ``passage`` with ``data-segment``, ``data-start``, ``data-end``, ``data-theme`` (the
    index of the label), ``data-score``, ``data-review`` where review is asked for, and ``data-corrected`` where a person said
    the theme.
    """
    tags = passages(report)
    return _environment().get_template("report.html.j2").render(
        report=report,
        run=run,
        prefix=prefix,
        name=file_name(report.source) or report.source,
        shares=shares(tags, run.labels),
        passages=tags,
        review=sum(tag.asks_review for tag in tags),
        corrected=sum(tag.correction is not None for tag in tags),
        parts=_parts(list(asides(blocks(report)))),
        contents=_contents(report),
        indices={name: index for index, name in enumerate(run.labels.names)},
        other_name=report.source if "/" in report.source or "\\" in report.source else "",
    )  # fmt: skip


def theme_css(labels: LabelSet) -> str:
    """Return the rules that give each label its colours, and those of the filter by theme."""
    colours = [
        f".theme-{i} {{ --edge: {shade.edge}; --tint: {shade.tint}; --ink: {shade.ink}; }}\n"
        f".theme-{i} .chip::before {{ background: {_STRIPS[i % len(_STRIPS)]}; }}\n"
        for i, shade in enumerate(shades(labels))
    ]
    hidden = [
        f'.report:has(.pick[data-theme="{i}"]:not(:checked)) .paragraph .passage[data-theme="{i}"] {{ display: none; }}\n'
        for i in range(len(labels.names))
    ]
    return "".join([f":root {{ --text: {TEXT}; --paper: {PAPER}; }}\n", *colours, *hidden])


def write_page(reports: Reports, stream: BinaryIO, run: RunFacts) -> None:
    """Write one page of all reports: a list of them by theme where there are several, then one after the other."""
    style = (HERE / "report.css").read_text(encoding="utf-8") + theme_css(run.labels)
    script = (HERE / "report.js").read_text(encoding="utf-8")
    rows = [_row(number, report, run.labels) for number, report in enumerate(reports, start=1)]
    pieces = _environment().get_template("page.html.j2").generate(
        run=run,
        review_line=review_line(run.thresholds, run.drifted),
        rows=rows,
        fragments=(render_report(report, run, f"r{number}") for number, report in enumerate(reports, start=1)),
        style=style,
        script=script,
        policy=_policy(style, script),
    )  # fmt: skip
    stream.writelines(piece.encode() for piece in pieces)


def describe(tag: Tag) -> str:
    """Return what there is to know of a passage beside its theme, in one line."""
    parts = [f"把握 {sure(tag.score)}"]
    if tag.correction:
        parts = [f"模型 {tag.theme}，把握 {sure(tag.score)}", *corrected_beside(tag.correction)]
    elif tag.secondary:
        parts.append("次要主题 " + second_themes(tag))
    elif second := runner_up(tag):
        parts.append("其次可能 " + second)
    if tag.evidence:
        parts.append("依据 " + "、".join(shown_evidence(tag)))
    places = (("第 {} 页", tag.page), ("工作表 {}", tag.sheet), ("第 {} 行", tag.row))
    parts += [form.format(place) for form, place in places if place is not None]
    if tag.certainty is not None:
        parts.append(f"文字识别 {sure(tag.certainty)}")
    shown = {*tag.text.split("\t")}  # the cells of a row that is text as a whole stand there
    parts += [f"{name}:{value}" for name, value in (tag.columns or {}).items() if value not in shown]
    return visible(" · ".join(parts))


def name_of(tag: Tag) -> str:
    """Return the name of a passage for those who hear the page: theme, score, and whether it was corrected or asks for review."""
    if tag.correction:
        who = f"（{tag.correction.who}）" if tag.correction.who else ""
        return visible(f"{tag.shown_theme}，{what_was_said(tag)}{who}，模型把握 {sure(tag.score)}")
    return visible(f"{tag.theme}，把握 {sure(tag.score)}{'，待复核' if tag.review else ''}")


def what_was_said(tag: Tag) -> str:
    """Return what a person did to a tag: corrected it, with what the model had said, or confirmed it; "" for neither."""
    if tag.correction is None:
        return ""
    return "已确认" if tag.correction.label == tag.theme else f"已更正（原：{tag.theme} {sure(tag.score)}）"


def corrected_beside(said: HumanLabel) -> list[str]:
    """Return what a person says of a passage beside its theme."""
    second = [f"更正次要主题 {'、'.join(said.secondary)}"] if said.secondary else []
    return second + ([f"批注 {said.note}"] if said.note else []) + ([f"校对人 {said.who}"] if said.who else [])


def _row(number: int, report: FinishedReport, labels: LabelSet) -> ReportRow:
    tags = passages(report)
    return ReportRow(f"r{number}", report.source, shares(tags, labels), len(tags), sum(tag.asks_review for tag in tags))


def _bars(some: Sequence[ThemeShare]) -> tuple[Bar, ...]:
    ends = list(accumulate(share.share for share in some))
    return tuple(
        Bar(index, f"{100 * (end - share.share):.3f}%", f"{100 * share.share:.3f}%")
        for index, (share, end) in enumerate(zip(some, ends, strict=True))
        if share.characters
    )


def _contents(report: FinishedReport) -> tuple[tuple[int, Block], ...]:
    return tuple((block.rank, block) for block in blocks(report) if block.rank is not None)


def _parts(groups: Sequence[tuple[bool, tuple[Block, ...]]]) -> Iterator[list[tuple[bool, tuple[Block, ...]]]]:
    """Yield groups of blocks, some together: a browser lays out only the parts that are on the screen."""
    part: list[tuple[bool, tuple[Block, ...]]] = []
    size = 0
    for is_aside, group in groups:
        characters = group[-1].pieces[-1].end - group[0].pieces[0].start
        if part and (len(part) == _PART or size + characters > _PART_CHARACTERS):
            yield part
            part, size = [], 0
        part.append((is_aside, group))
        size += characters
    if part:
        yield part


def _policy(style: str, script: str) -> str:
    """Return a content security policy that allows one inline style and one inline script, and nothing from anywhere."""
    return f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - only where a page is made

    found = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    found.filters |= {
        "visible": visible,
        "shown": _shown,
        "set_aside": set_aside,
        "reason": in_chinese,
        "bars": _bars,
        "describe": describe,
        "name_of": name_of,
        "said": what_was_said,
        "emphasised": lambda tag: emphasised(shown_text(tag), shown_evidence(tag)),
        "level": lambda rank: min(_HIGHEST + rank, _LOWEST),
        "reasons": _reasons,
        "plain": lambda tag: visible(re.sub(r"\s+", " ", shown_text(tag))).strip(),
    }
    return found


def _shown(text: str) -> "Markup":
    """Return text of a passage as markup in which the columns of a table's row stay apart."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2

    return Markup('<span class="tab">\t</span>').join(on_one_line(text).split("\t"))


def _reasons(group: Sequence[Block]) -> str:
    """Return why blocks were set aside, each reason once."""
    found = dict.fromkeys(in_chinese(piece.reason) for block in group for piece in block.pieces if piece.reason)
    return "、".join(found)
