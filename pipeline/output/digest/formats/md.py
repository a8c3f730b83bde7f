"""A digest as Markdown that can be pasted anywhere: headings, tables and quotations, no html."""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from pipeline.output import RunFacts
from pipeline.output.digest import wording
from pipeline.output.digest.figures import figures_of
from pipeline.output.digest.records import Digest, LabelShares, Section
from pipeline.output.visible import visible

_SIGNS = re.compile(r"([\\`*_\[\]<>&|~$])")
_FIRST = re.compile(r"^(\s*)(?:([#+=:-])|(\d{1,9})([.)])(?=\s|$))")


def write(digest: Digest, stream: BinaryIO, run: RunFacts) -> None:
    """Write the digest."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="\n")
    text.writelines(f"{line}\n" for line in _lines(digest, run))
    text.detach()


def plain(text: str) -> str:
    """Return a text in which no character is a sign of Markdown."""
    return _FIRST.sub(lambda match: f"{match[1]}{match[3] or ''}\\{match[2] or match[4]}", _SIGNS.sub(r"\\\1", visible(text)))


def _lines(digest: Digest, run: RunFacts) -> Iterator[str]:
    yield from (f"# {wording.TITLE}", "", plain(wording.subtitle(digest, run)), "")
    yield from (f"- {plain(point)}" for point in wording.points(digest, run))
    yield from ("", *_shares("主题占比", "", [digest.total], run), *_shares("年份比较", "年份", digest.years, run))
    yield from (*_shares("地区比较", "地区", digest.places, run), *_reports(digest, run), *_figures(digest))
    for section in digest.sections:
        yield from _section(section, digest)
    if run.failures:
        yield from ("## 未能读取的文件", "", *(f"- {plain(line)}" for line in run.failures), "")
    yield from ("## 说明", "", *(f"- {plain(note)}" for note in wording.notes(digest, run)))


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(map(plain, header))} |"
    yield f"|{'---|' * len(header)}"
    yield from (f"| {' | '.join(map(plain, row))} |" for row in rows)
    yield ""


def _shares(title: str, what: str, shares: Sequence[LabelShares], run: RunFacts) -> Iterator[str]:
    if not shares:
        return
    labels = run.labels.names
    named = [what, "报告"] if what else []
    yield from (f"## {title}", "")
    yield from _table(
        [*named, *labels],
        (
            [
                *([f"{'└ ' * share.level}{share.name}", str(share.reports)] if what else []),
                *(wording.percent(share.of(name)) for name in labels),
            ]
            for share in shares
        ),
    )


def _reports(digest: Digest, run: RunFacts) -> Iterator[str]:
    labels = run.labels.names
    yield from ("## 各报告的主题占比", "")
    rows = (
        [
            report.name,
            wording.found(report.place.value, report.place.basis),
            wording.found(report.year.value, report.year.basis, "年"),
            *(wording.percent(LabelShares("", 1, report.characters).of(name)) for name in labels),
            report.source,
        ]
        for report in digest.reports
    )
    yield from _table(["报告", "地区", "年份", *labels, "文件"], rows)


def _figures(digest: Digest) -> Iterator[str]:
    found = figures_of(digest)
    if found:
        yield from (f"## {wording.FIGURES}", "", wording.FIGURES_NOTE, "")
    for figures in found:
        yield from (f"### {plain(wording.figures_head(figures.theme))}", "")
        yield from _table(wording.FIGURE_HEADS, (wording.figure_cells(line, digest.reports) for line in figures.lines))
        if left_out := wording.figures_left_out(figures):
            yield from (left_out, "")


def _section(section: Section, digest: Digest) -> Iterator[str]:
    yield from (f"## {plain(section.theme)}", "", plain(wording.section_line(section, digest.options)), "")
    if leading := wording.leading_line(section):
        yield from (plain(leading), "")
    for group in section.groups:
        yield from (f"### {plain(group.name)}", "")
        for passage in group.passages:
            below = (
                wording.source_line(passage, digest.reports),
                wording.copies_line(passage, digest.reports),
                wording.earlier_line(passage, digest.reports),
            )
            yield f"> {plain(passage.text)}"
            for line in filter(None, below):
                yield from (">", f"> {plain(line)}")
            yield ""
        if group.folded:
            yield from (plain(wording.folded_line(group.folded, digest.options)), "")
