"""A digest as a Word document: a front page with figures, a list of what follows, a chapter for each theme.

Themes are headings of the first level, reports, places or years of the second: Word's navigation pane shows them, and its
table of contents can be made anew from them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from pipeline.core.config import LabelSet
from pipeline.output import RunFacts
from pipeline.output.colours import shades
from pipeline.output.digest import wording
from pipeline.output.digest.figures import ThemeFigures, figures_of
from pipeline.output.digest.records import Digest, Group, LabelShares, Passage, Report, Section
from pipeline.output.digest.tints import step, tint

WIDTH = 16.6  # centimetres between the margins
GREY, TEXT = "#6b7280", "#1d2129"
HEIGHT = 1.2  # of a line, in sizes of its font
YEARS = 12  # rows of the comparison of years, at most, that stand on the front page
SERIF, SANS = "宋体", "微软雅黑"
LATIN = {SERIF: "Times New Roman", SANS: "Arial"}


@dataclass(frozen=True, slots=True)
class _Look:
    """The look of a style: sizes and distances are points, the indent centimetres, the line a multiple of its height."""

    font: str
    size: float
    before: float = 0
    after: float = 0
    line: float = 1.15
    indent: float = 0
    color: str = TEXT
    bold: bool = False
    keep: bool = False
    align: str = "LEFT"


STYLES = {
    "Normal": _Look(SERIF, 10.5, line=1.3),
    "Title": _Look(SANS, 24, after=2, bold=True),
    "Subtitle": _Look(SANS, 10, after=8, color=GREY),
    "Heading 1": _Look(SANS, 16, before=24, after=6, bold=True, keep=True),
    "Heading 2": _Look(SANS, 11, before=14, after=4, bold=True, keep=True),
    "Front Heading": _Look(SANS, 11, before=10, after=4, bold=True, keep=True),
    "Point": _Look(SERIF, 10.5, after=4, line=1.35),
    "Contents": _Look(SERIF, 10, after=1),
    "Note": _Look(SERIF, 10, after=4, color=GREY),
    "Gap": _Look(SERIF, 4, line=1),
    "Passage": _Look(SERIF, 10.5, before=6, after=1, line=1.35, indent=0.5),
    "Source": _Look(SERIF, 8.5, after=4, color=GREY, indent=0.5),
    "Table Left": _Look(SERIF, 9, before=1, after=1),
    "Table Note": _Look(SERIF, 7.5, after=1, color=GREY),
    "Table Right": _Look(SERIF, 9, before=1, after=1, align="RIGHT"),
    "Table Middle": _Look(SANS, 9, before=3, after=3, align="CENTER"),
}


@dataclass(frozen=True, slots=True)
class _Chapter:
    """What stands below a heading of the first level, and how many passages it has."""

    title: str
    content: Iterable[Any]
    passages: int | None = None
    color: str = ""


def write(digest: Digest, stream: BinaryIO, run: RunFacts) -> None:
    """Write the digest."""
    from docx import Document  # noqa: PLC0415 - only where a document is made

    from pipeline.output.digest.word import save  # noqa: PLC0415 - as above

    document = Document()
    _layout(document)
    end = document.element.body[-1]
    for part in _parts(digest, run):
        end.addprevious(part)
    save(document, stream, run.date, wording.TITLE)


def _parts(digest: Digest, run: RunFacts) -> Iterator[Any]:
    from pipeline.output.digest.word import Run, paragraph  # noqa: PLC0415 - only where a document is made

    chapters = [*_chapters(digest, run)]
    yield from _front(digest, run, chapters)
    for number, chapter in enumerate(chapters):
        begins = number == 0 or chapter.passages is not None
        yield paragraph("Heading1", Run(chapter.title, color=chapter.color), bookmark=(number, f"part{number}"), new_page=begins)
        yield from chapter.content


def _chapters(digest: Digest, run: RunFacts) -> Iterator[_Chapter]:
    if len(digest.years) > YEARS:
        yield _Chapter("年份比较", [_shares("年份", digest.years, run.labels, 2.4)])
    if digest.places:
        yield _Chapter("地区比较", [_shares("地区", digest.places, run.labels, 4.2)])
    yield _Chapter("各报告的主题占比", [_reports(digest.reports, run.labels)])
    if figures := figures_of(digest):
        yield _Chapter(wording.FIGURES, _figures(figures, digest.reports, run.labels))
    inks = {label.name: shade.ink for label, shade in zip(run.labels.labels, shades(run.labels), strict=True)}
    for section in digest.sections:
        ink = inks.get(section.theme, "")
        yield _Chapter(section.theme, _section(section, digest, run.labels), len(section.passages), ink)
    if run.failures:
        yield _Chapter("未能读取的文件", _lines("Note", run.failures))
    yield _Chapter("说明", _lines("Note", wording.notes(digest, run)))


# ---- the front page ---------------------------------------------------------------------------------------------------


def _front(digest: Digest, run: RunFacts, chapters: Sequence[_Chapter]) -> Iterator[Any]:
    from pipeline.output.digest.word import Run, paragraph  # noqa: PLC0415 - only where a document is made

    yield paragraph("Title", wording.TITLE)
    yield paragraph("Subtitle", wording.subtitle(digest, run))
    yield from _lines("Point", wording.points(digest, run))
    yield paragraph("FrontHeading", "主题占比")
    yield _bar(digest.total, run.labels)
    yield paragraph("Gap")
    yield _totals(digest, run.labels)
    if 0 < len(digest.years) <= YEARS:
        yield paragraph("FrontHeading", "年份比较")
        yield _shares("年份", digest.years, run.labels, 2.4)
    yield paragraph("FrontHeading", "目录")
    for number, chapter in enumerate(chapters):
        counted = f"　{chapter.passages:,} {wording.measure(digest.options)}" if chapter.passages is not None else ""
        page = Run("…", field=f" PAGEREF part{number} \\h ")
        yield paragraph("Contents", Run(chapter.title, anchor=f"part{number}"), Run(counted, color=GREY), Run("\t"), page)


def _lines(style: str, lines: Iterable[str]) -> Iterator[Any]:
    from pipeline.output.digest.word import paragraph  # noqa: PLC0415 - only where a document is made

    return (paragraph(style, line) for line in lines)


def _bar(share: LabelShares, labels: LabelSet) -> Any:  # noqa: ANN401 - an element
    """Return a bar of all labels, as wide as their shares; each that is wide enough bears its name."""
    from pipeline.output.digest.word import Cell, table  # noqa: PLC0415 - only where a document is made

    shown = [(label, share.of(label.name)) for label in labels.labels if share.of(label.name) >= 0.005] or [(labels.labels[0], 1.0)]
    whole = sum(part for _, part in shown)
    cells = [
        Cell(f"{label.name if part > 0.05 * len(label.name) / 3 else ''}", tint(label.color, 7), TEXT, middle=True)
        for label, part in shown
    ]
    return table([cells], [WIDTH * part / whole for _, part in shown], heads=0, lines=False)


def _totals(digest: Digest, labels: LabelSet) -> Any:  # noqa: ANN401 - an element
    from pipeline.output.digest.word import Cell, table  # noqa: PLC0415 - only where a document is made

    sections, each = {section.theme: section for section in digest.sections}, wording.parts_name(digest.options)
    rows = [
        [
            Cell("主题", bold=True),
            *(Cell(name, bold=True, right=True) for name in ("占比", "字数", "报告", each, "列出", "合并重复")),
        ]
    ]
    for label, shade in zip(labels.labels, shades(labels), strict=True):
        section = sections.get(label.name)
        share = digest.total.of(label.name)
        of_reports = sum(1 for report in digest.reports if report.characters.get(label.name))
        figures = [wording.percent(share), f"{digest.total.characters.get(label.name, 0):,}", f"{of_reports}"]
        figures += [f"{section.found:,}", f"{len(section.passages):,}", f"{section.folded:,}"] if section else ["–", "–", "–"]
        rows.append([Cell(f"■ {label.name}", color=shade.ink, bold=True), *(Cell(figure, right=True) for figure in figures)])
    return table(rows, [4.0, *[2.1] * 6])


# ---- comparisons ------------------------------------------------------------------------------------------------------


def _shares(what: str, shares: Sequence[LabelShares], labels: LabelSet, first: float) -> Any:  # noqa: ANN401 - an element
    from pipeline.output.digest.word import Cell, table  # noqa: PLC0415 - only where a document is made

    head = [
        Cell(what, bold=True),
        Cell("报告", bold=True, right=True),
        *(Cell(name, bold=True, right=True) for name in labels.names),
    ]
    rows = (
        [Cell("　" * share.level + share.name), Cell(str(share.reports), right=True), *_heat(share, labels)] for share in shares
    )
    rest = (WIDTH - first - 1.2) / len(labels.names)
    return table([head, *rows], [first, 1.2, *[rest] * len(labels.names)])


def _reports(reports: Sequence[Report], labels: LabelSet) -> Any:  # noqa: ANN401 - an element
    from pipeline.output.digest.word import Cell, table  # noqa: PLC0415 - only where a document is made

    head = [Cell("报告", bold=True), Cell("地区 · 年份", bold=True), *(Cell(name, bold=True, right=True) for name in labels.names)]
    shares = [(report, LabelShares("", 1, report.characters)) for report in reports]
    rows = (
        [Cell(report.name, note=report.file), Cell(_about(report), color=GREY), *_heat(share, labels)] for report, share in shares
    )
    rest = 7.6 / len(labels.names)
    return table([head, *rows], [WIDTH - 2.8 - 7.6, 2.8, *[rest] * len(labels.names)])


def _about(report: Report) -> str:
    place, year = wording.found(report.place.value, "标题"), wording.found(report.year.value, "标题", "年")
    return f"{place} · {year}" if report.place.value or report.year.value else "未注明"


def _heat(share: LabelShares, labels: LabelSet) -> list[Any]:
    from pipeline.output.digest.word import Cell  # noqa: PLC0415 - only where a document is made

    parts = ((label.color, share.of(label.name)) for label in labels.labels)
    return [Cell(wording.percent(part), tint(color, step(part)) if step(part) else "", right=True) for color, part in parts]


def _figures(figures: Sequence[ThemeFigures], reports: Sequence[Report], labels: LabelSet) -> Iterator[Any]:
    from pipeline.output.digest.word import Cell, Run, paragraph, table  # noqa: PLC0415 - only where a document is made

    inks = {label.name: shade.ink for label, shade in zip(labels.labels, shades(labels), strict=True)}
    yield from _lines("Note", [wording.FIGURES_NOTE])
    for each in figures:
        yield paragraph("Heading2", Run(wording.figures_head(each.theme), color=inks.get(each.theme, "")))
        heads = [Cell(head, bold=True) for head in wording.FIGURE_HEADS]
        rows = ([Cell(text) for text in wording.figure_cells(line, reports)] for line in each.lines)
        yield table([heads, *rows], [5.6, 3.4, WIDTH - 9.0])
        yield from _lines("Note", filter(None, [wording.figures_left_out(each)]))


# ---- themes -----------------------------------------------------------------------------------------------------------


def _section(section: Section, digest: Digest, labels: LabelSet) -> Iterator[Any]:
    from pipeline.output.digest.word import paragraph  # noqa: PLC0415 - only where a document is made

    color = next(label.color for label in labels.labels if label.name == section.theme)
    yield from _lines("Note", filter(None, (wording.section_line(section, digest.options), wording.leading_line(section))))
    for group in section.groups:
        yield paragraph("Heading2", group.name)
        yield from _group(group, digest, color)


def _group(group: Group, digest: Digest, color: str) -> Iterator[Any]:
    for passage in group.passages:
        yield from _passage(passage, digest.reports, color)
    if group.folded:
        yield from _lines("Source", [wording.folded_line(group.folded, digest.options)])


def _passage(passage: Passage, reports: Sequence[Report], color: str) -> Iterator[Any]:
    from pipeline.output.digest.word import paragraph  # noqa: PLC0415 - only where a document is made

    yield paragraph("Passage", passage.text, color=color)
    below = wording.source_line(passage, reports) + wording.copies_line(passage, reports)
    yield paragraph("Source", below)
    if earlier := wording.earlier_line(passage, reports):
        yield paragraph("Source", earlier)


# ---- the look ---------------------------------------------------------------------------------------------------------


def _layout(document: Any) -> None:  # noqa: ANN401 - a Document of python-docx
    """Set the page, the fonts and the styles."""
    from docx.shared import Cm  # noqa: PLC0415 - only where a document is made

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin, section.bottom_margin = Cm(2), Cm(1.8)
    _footer(section)
    for name, look in STYLES.items():
        _style(document, name, look)
    _tabs(document)


def _style(document: Any, name: str, look: _Look) -> None:  # noqa: ANN401 - a Document of python-docx
    """Give a style its look; it is made where there is none."""
    from docx.enum.style import WD_STYLE_TYPE  # noqa: PLC0415 - only where a document is made
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - as above
    from docx.oxml.ns import qn  # noqa: PLC0415 - as above
    from docx.shared import Cm, Pt, RGBColor  # noqa: PLC0415 - as above

    from pipeline.output.digest.word import element  # noqa: PLC0415 - as above

    styles = document.styles
    if name not in styles:
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
    style = styles[name]
    style.font.size, style.font.bold, style.font.italic = Pt(look.size), look.bold, False
    style.font.color.rgb = RGBColor.from_string(look.color.removeprefix("#").upper())
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.attrib.clear()
    for part in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{part}"), LATIN[look.font])
    fonts.set(qn("w:eastAsia"), look.font)
    form = style.paragraph_format
    form.space_before, form.space_after, form.left_indent = Pt(look.before), Pt(look.after), Cm(look.indent)
    form.line_spacing = Pt(round(look.size * look.line * HEIGHT, 1))  # in points, so that it is the same with every font
    form.keep_with_next = look.keep
    form.alignment = WD_ALIGN_PARAGRAPH[look.align]
    if name == "Normal":  # so that punctuation has the shapes of the mainland
        style.element.rPr.append(element("lang", val="en-US", eastAsia="zh-CN"))
    for border in style.element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)


def _tabs(document: Any) -> None:  # noqa: ANN401 - as above
    """Have the page numbers of the contents stand to the right, after dots."""
    from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER  # noqa: PLC0415 - only where a document is made
    from docx.shared import Cm  # noqa: PLC0415 - as above

    document.styles["Contents"].paragraph_format.tab_stops.add_tab_stop(Cm(WIDTH), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)


def _footer(section: Any) -> None:  # noqa: ANN401 - a section of python-docx
    from pipeline.output.digest.word import Run, paragraph  # noqa: PLC0415 - only where a document is made

    footer = section.footer
    footer.is_linked_to_previous = False
    line = paragraph("TableMiddle", Run("第 ", color=GREY), Run("1", color=GREY, field=" PAGE "), Run(" 页", color=GREY))
    first = footer.paragraphs[0]._p  # noqa: SLF001 - python-docx has no fields
    first.addprevious(line)
    first.getparent().remove(first)
