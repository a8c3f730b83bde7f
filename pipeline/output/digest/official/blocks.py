"""What a digest says as an official document: its title, its numbered headings and its paragraphs, in order."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from pipeline.output import RunFacts
from pipeline.output.digest.aspect import ASPECTS
from pipeline.output.digest.figures import FigureLine, ThemeFigures, figures_of
from pipeline.output.digest.lines import shortened
from pipeline.output.digest.records import Digest, Group, Passage, Report, Section
from pipeline.preprocess.headings import CIRCLED

Look = Literal["title", "gap", "theme", "aspect", "text", "earlier", "date", "note"]
DIGITS = "〇一二三四五六七八九"
FIGURES = 4  # of a theme, above the passages
ROOM = 3  # pages of a document that has figures above the passages
NAME = 24  # characters of a report's name behind a passage
_SIGN = re.compile(
    r"^\s*(?:[（(][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}(?:、|是)|\d{1,2}(?:\.\d{1,2}){1,3}\s+|\d{1,2}(?:\s{2,}|\u3000)|\d{1,2}[.．、](?!\d)"
    rf"|[{CIRCLED}■●◆◎▪•·△—]+)\s*"
)


@dataclass(frozen=True, slots=True)
class DocumentBlock:
    """A paragraph of the document and its look."""

    look: Look
    text: str


def blocks(digest: Digest, run: RunFacts) -> Iterator[DocumentBlock]:
    """Yield the paragraphs of a digest whose passages stand by aspect."""
    yield DocumentBlock("title", title_of(digest))
    yield DocumentBlock("gap", "")
    yield from (DocumentBlock("text", line) for line in (*_opening(digest), *_figures(digest)))
    for number, section in enumerate(digest.sections, 1):
        yield DocumentBlock("theme", f"{numeral(number)}、{section.theme}")
        if not _told(section):
            yield DocumentBlock("text", "报告中没有这一主题的摘句。")
        for place, group in enumerate(_told(section), 1):
            yield DocumentBlock("aspect", f"（{numeral(place)}）{group.name}")
            yield from _group(group, digest)
    yield DocumentBlock("gap", "")
    if run.date:
        day = dt.date.fromisoformat(run.date)
        yield DocumentBlock("date", f"{day.year}年{day.month}月{day.day}日")
    yield DocumentBlock("note", _note(digest, run))


def title_of(digest: Digest) -> str:
    """Return a title with the place of the reports, where they have but one, and their year, or the last one of that place."""
    places = {report.place.value for report in digest.reports}
    years = sorted({report.year.value for report in digest.reports})
    place = next(iter(places)) if len(places) == 1 else ""
    year = years[-1] if place or len(years) == 1 else ""
    return f"{place}{f'{year}年' if year else ''}工作情况摘报"


def numeral(number: int) -> str:
    """Return a number from 1 to 99 in Chinese, as headings have it."""
    tens, ones = divmod(number, 10)
    return f"{DIGITS[tens] if tens > 1 else ''}{'十' if tens else ''}{DIGITS[ones] if ones else ''}"


def _told(section: Section) -> list[Group]:
    """Return what the document tells of a theme: not what is none of the four aspects, such as greetings."""
    return [group for group in section.groups if group.name in ASPECTS]


def _opening(digest: Digest) -> Iterator[str]:
    """Yield what stands first: of what reports this is."""
    years = sorted({report.year.value for report in digest.reports if report.year.value})
    places = {report.place.value for report in digest.reports if report.place.value}
    span = f"{years[0]}—{years[-1]}年" if len(years) > 1 else f"{years[0]}年" if years else ""
    about = "，".join(part for part in (span, f"{len(places)}个地区" if places else "") if part)
    yield f"现将{len(digest.reports)}篇报告{f'（{about}）' if about else ''}中各主题的做法、成效、问题和打算摘报如下。"


def _figures(digest: Digest) -> Iterator[str]:
    """Yield the figures above the first theme: of each theme the first ``FIGURES`` of those that say what they count.

    They would take the place of passages in a document of fewer than ``ROOM`` pages, and are left out of it.
    """
    if digest.pages is not None and digest.pages < ROOM:
        return
    found = [(each.theme, _counting(each)[:FIGURES]) for each in figures_of(digest, None)]
    lines = [f"{theme}：{_listed(figures, digest)}。" for theme, figures in found if figures]
    if lines:
        yield "主要数字如下，照录原文，口径可能不同，不相加。"
        yield from lines


def _counting(figures: ThemeFigures) -> list[FigureLine]:
    return [line for line in figures.lines if line.figure.counted and line.passage.aspect in ASPECTS]


def _listed(figures: list[FigureLine], digest: Digest) -> str:
    """Return figures with their sources, each named once for those of it that stand side by side."""
    by_source = groupby(figures, key=lambda line: _source(line.passage, digest))
    return "；".join(f"{'，'.join(map(_words, some))}（{source}）" for source, some in by_source)


def _words(line: FigureLine) -> str:
    """Return what is counted and how many, in the order in which the passage has them: 30多个国家, 理论宣讲120场."""
    counted = _SIGN.sub("", line.figure.counted, count=1)
    is_behind = line.passage.text.startswith(line.figure.counted, line.figure.end)
    if is_behind:
        return f"{line.told}{counted}"
    said = next((size for size in range(min(len(counted), len(line.told)), 0, -1) if counted.endswith(line.told[:size])), 0)
    return f"{counted}{line.told[said:]}"


def _group(group: Group, digest: Digest) -> Iterator[DocumentBlock]:
    numbered = len(group.passages) > 1
    for number, passage in enumerate(group.passages, 1):
        sign = f"{number}." if numbered else ""
        yield DocumentBlock("text", f"{sign}{_sentence(passage)}（{_source(passage, digest)}）")
        if passage.earlier:
            earlier = digest.reports[passage.earlier.report]
            yield DocumentBlock("earlier", f"上年（{earlier.year.value}年）：{_sentence(passage.earlier)}")


def _sentence(passage: Passage) -> str:
    """Return a passage without the sign of its list, ended by a full stop."""
    text = _SIGN.sub("", passage.text, count=1).strip()
    return text if text.endswith(("。", "！", "？", "”", "…")) else f"{text.rstrip('；;，,、:：.')}。"


def _source(passage: Passage, digest: Digest) -> str:
    """Return what is behind a passage: place and year where no other report has them, else the report's name; and a doubt."""
    report = digest.reports[passage.report]
    name = _place_and_year(report)
    if not report.place.value or sum(_place_and_year(other) == name for other in digest.reports) > 1:
        name = f"《{shortened(report.name, NAME)}》"
    return f"{name}，待复核" if passage.review else name


def _place_and_year(report: Report) -> str:
    return f"{report.place.value}{f'{report.year.value}年' if report.year.value else ''}"


def _note(digest: Digest, run: RunFacts) -> str:
    shown = sum(len(group.passages) for section in digest.sections for group in _told(section))
    found = sum(section.found for section in digest.sections)
    failed = f"；{len(run.failures)}个文件未能读取" if run.failures else ""
    judged = "主题由模型判定，做法、成效、问题、打算由规则判定，用前请核对原文"
    return f"（摘报说明：从{found}条摘句中选列{shown}条；{judged}{failed}。）"
