"""A Word document composed of tagged reports: a front page with shares, then each report, its passages tagged and commented.

python-docx (MIT, the common library for this) brings the styles, page and parts of a document; what is between them is made of
elements here, because its own paragraphs and comments take time that grows with the square of their number. The document is in
memory while it is made.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any, BinaryIO

from pipeline.core.names import file_name
from pipeline.core.records import FinishedReport, Tag
from pipeline.output import Reports, RunFacts
from pipeline.output.colours import Shades, shades
from pipeline.output.earlier import AUTHOR
from pipeline.output.layout import Block, SourceSpan, ThemeShare, blocks, emphasised, passages, set_aside, shares
from pipeline.output.reasons import in_chinese
from pipeline.output.visible import shown_evidence, shown_text
from pipeline.output.word.markup import Markup
from pipeline.output.word.original import DOCX
from pipeline.output.word.package import comment_on, day_of, serialised, with_comments, write_package

if TYPE_CHECKING:
    from lxml.etree import _Element

TITLE = "报告主题标注"
_SET_ANEW = "原 Word 文件已改动、不在原处、含宏或不能加批注，这里按读到的文字重新排版。"
MAIN = "word/document.xml"
GREY = "#646C76"
_BODY, _HEAD, _LATIN = "宋体", "黑体", "Times New Roman"
_SIZES = {"Title": 22, "Heading 1": 18, "Heading 2": 15, "Heading 3": 14, "Heading 4": 12, "Heading 5": 12, "Heading 6": 12}
_LOWEST = 6  # the lowest level of a heading that has a style
_WIDTH = 9070  # of the text, in twentieths of a point: A4 less the margins
_REPORT_COLUMN = 3 / 8  # of the width of the front table


def write_composed(reports: Reports, stream: BinaryIO, run: RunFacts) -> None:
    """Write one document of all reports."""
    document = _scaffold(run)
    writer = _Writer(run)
    body = document.element.body
    page = body[-1]  # the properties of the page stand last
    for element in writer.elements(reports):
        page.addprevious(element)
    saved = io.BytesIO()
    document.save(saved)
    package = zipfile.ZipFile(saved)
    changed = with_comments(package, MAIN, writer.comments, run, writer.markup, TITLE) if writer.comments else {}
    dates = {MAIN: serialised(document.element)}
    write_package(_undated(package), {**dates, **changed}, stream, run, TITLE)


def _undated(package: zipfile.ZipFile) -> zipfile.ZipFile:
    """Return a package whose parts do not tell when they were written."""
    for member in package.infolist():
        member.date_time = (1980, 1, 1, 0, 0, 0)
    return package


def _scaffold(run: RunFacts) -> Any:  # noqa: ANN401 - python-docx has no types here
    """Return an empty document with page, styles, page numbers and dates."""
    from docx import Document  # noqa: PLC0415 - only where a Word document is made
    from docx.shared import Mm, Pt  # noqa: PLC0415

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(24)
    normal = document.styles["Normal"]
    _font(normal, _BODY, 12)
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Pt(6), 1.5
    for name, size in _SIZES.items():
        _font(document.styles[name], _HEAD, size)
    for language in document.styles.element.iter(Markup().name("lang")):
        language.set(Markup().name("eastAsia"), "zh-CN")  # else stops are drawn as in other languages
    _number_pages(section.footer.paragraphs[0], run)
    properties, day = document.core_properties, day_of(run).replace(tzinfo=None)
    properties.author = properties.last_modified_by = AUTHOR
    properties.title, properties.comments, properties.created, properties.modified = TITLE, "", day, day
    properties.language = "zh-CN"
    return document


def _font(style: Any, chinese: str, size: float) -> None:  # noqa: ANN401
    """Give a style its fonts, in place of those of the theme, and a plain colour."""
    from docx.shared import Pt, RGBColor  # noqa: PLC0415 - only where a Word document is made

    style.font.name, style.font.size, style.font.color.rgb = _LATIN, Pt(size), RGBColor(0x1D, 0x21, 0x29)
    fonts = style.element.rPr.rFonts
    name = Markup().name
    for key in list(fonts.attrib):
        if "heme" in key:
            del fonts.attrib[key]
    for script in ("ascii", "hAnsi", "cs"):
        fonts.set(name(script), _LATIN)
    fonts.set(name("eastAsia"), chinese)
    fonts.set(name("hint"), "eastAsia")  # quotation marks as wide as the characters
    for border in style.element.findall(f".//{name('pBdr')}"):
        border.getparent().remove(border)


def _number_pages(footer: Any, run: RunFacts) -> None:  # noqa: ANN401
    """Write model and page number below each page."""
    markup = Markup()
    small = [markup.colour(GREY), markup.element("sz", val=17)]
    footer.alignment = 1
    field = markup.element("fldSimple", markup.run("1", *small), instr="PAGE")
    for element in (markup.run(f"模型 {run.model} · {run.date} · 第 ", *_copies(small)), field, markup.run(" 页", *_copies(small))):
        footer.paragraph_format.element.append(element)


def _copies(elements: "Iterable[_Element]") -> "list[_Element]":
    return [deepcopy(element) for element in elements]


class _Writer:
    """Makes the elements of a document one after another, and keeps the comments that they refer to."""

    def __init__(self, run: RunFacts) -> None:
        self.markup = Markup()
        self.comments: dict[int, list[str]] = {}
        self._run = run
        self._colours: dict[str, Shades] = dict(zip(run.labels.names, shades(run.labels), strict=True))

    def elements(self, reports: Reports) -> "Iterator[_Element]":
        """Yield the paragraphs and tables of all reports."""
        rows = [(report.source, shares(passages(report), self._run.labels)) for report in reports]
        if len(rows) != 1:
            yield self._paragraph([self.markup.run(TITLE)], style="Title")
            yield self._paragraph([self._small(f"{len(rows)} 份报告 · {self._run.date} · 模型 {self._run.model}")])
            yield self._front(rows)
        for number, report in enumerate(reports):
            yield from self._report(number, report, begins_page=len(rows) > 1)
        yield from self._failures()

    def _failures(self) -> "Iterator[_Element]":
        if self._run.failures:
            yield self._paragraph([self._bold("未能读取的文件")])
            yield from (self._paragraph([self._small(line)]) for line in self._run.failures)

    def _report(self, number: int, report: FinishedReport, begins_page: bool) -> "Iterator[_Element]":
        found = shares(passages(report), self._run.labels)
        name = file_name(report.source) or report.source
        yield self._title(number, name, begins_page)
        review = sum(share.review for share in found)
        asides = f"{len(set_aside(report))} 处已剔除"
        corrected = sum(tag.correction is not None for tag in passages(report))
        said = f"{corrected} 段已校正（✎） · " if corrected else ""
        counted = f"{sum(share.passages for share in found)} 段 · {review} 段待复核 · {said}{asides}"
        if report.not_shown:
            counted += f" · {report.not_shown} 处更正的段落已变，未能显示"
        yield self._paragraph([self._small(f"来源 {report.source} · {counted}")])
        if report.encoding == DOCX and not begins_page:
            yield self._paragraph([self._small(_SET_ANEW)])
        yield self._shares(found)
        yield self._paragraph([])
        yield from (self._block(block, report) for block in blocks(report))

    def _title(self, number: int, name: str, begins_page: bool) -> "_Element":
        mark = self.markup.element("bookmarkStart", id=number, name=_bookmark(number))
        runs = [mark, self.markup.run(name), self.markup.element("bookmarkEnd", id=number)]
        extra = [self.markup.element("pageBreakBefore")] if begins_page else []
        return self._paragraph(runs, "Heading1", extra)

    def _front(self, rows: "Sequence[tuple[str, tuple[ThemeShare, ...]]]") -> "_Element":
        names = self._run.labels.names
        head = self._row([self._cell([self._bold("报告")]), *(self._named_cell(name) for name in names)], is_head=True)
        lines = [
            self._row([self._cell([self._link(number, source)]), *(self._share_cell(share) for share in found)])
            for number, (source, found) in enumerate(rows)
        ]
        first = round(_WIDTH * _REPORT_COLUMN)
        return self._table([head, *lines], [first, *([(_WIDTH - first) // len(names)] * len(names))])

    def _shares(self, found: Sequence[ThemeShare]) -> "_Element":
        heads = [
            self._cell([self._bold(name)], right=number > 0) for number, name in enumerate(("主题", "占比", "字数", "段", "待复核"))
        ]
        rows = [self._row(heads, is_head=True)]
        for share in found:
            figures = (f"{share.share:.1%}", f"{share.characters:,}", str(share.passages), str(share.review))
            rows.append(
                self._row([self._named_cell(share.theme), *(self._cell([self.markup.run(text)], right=True) for text in figures)])
            )
        return self._table(rows, [round(_WIDTH * part) for part in (0.26, 0.16, 0.16, 0.12, 0.12)])

    def _share_cell(self, share: ThemeShare) -> "_Element":
        return self._cell([self.markup.run(f"{share.share:.1%}" if share.characters else "–")], right=True)

    def _named_cell(self, theme: str) -> "_Element":
        shade = self._colours[theme]
        run = self.markup.run(theme, self.markup.element("b"), self.markup.colour(shade.ink))
        return self._cell([run], fill=shade.tint)

    def _block(self, block: Block, report: FinishedReport) -> "_Element":
        content = [element for piece in block.pieces for element in self._piece(piece, report)]
        if block.rank is None:
            return self._paragraph(content)
        return self._paragraph(content, f"Heading{min(block.rank + 2, _LOWEST)}")

    def _piece(self, piece: SourceSpan, report: FinishedReport) -> "list[_Element]":
        text = piece.text_of(report)
        if piece.tag is not None:
            return self._passage(piece.tag)
        if piece.reason is not None:
            return [self._small(f"〔已剔除：{in_chinese(piece.reason)}〕{text}")]
        return [self.markup.run(text)]

    def _passage(self, tag: Tag) -> "list[_Element]":
        """Return a passage with its theme in front, on the theme's colour, inside the range of its comment."""
        number, shade, markup = len(self.comments), self._colours[tag.shown_theme], self.markup
        self.comments[number] = comment_on(tag, self._run)
        chip = markup.run(
            f" {tag.shown_theme}{' ✎' if tag.correction else ' ?' if tag.review else ''} ",
            *(markup.element("b"), markup.colour(shade.ink), markup.element("sz", val=18)),
            *(markup.element("bdr", val="single", sz=4, space=0, color=shade.edge.removeprefix("#")), markup.shading("#FFFFFF")),
        )
        found = emphasised(shown_text(tag), shown_evidence(tag))
        runs = [self._words(run, is_evidence, shade) for run, is_evidence in found]
        return [markup.range_start(number), chip, markup.run(" "), *runs, *markup.range_end(number), markup.run(" ")]

    def _words(self, text: str, is_evidence: bool, shade: Shades) -> "_Element":
        markup = self.markup
        line = [markup.element("u", val="single", color=shade.ink.removeprefix("#"))] if is_evidence else []
        return markup.run(text, *line, markup.shading(shade.tint))

    def _link(self, number: int, text: str) -> "_Element":
        run = self.markup.run(text, self.markup.colour("#0B57A4"), self.markup.element("u", val="single"))
        return self.markup.element("hyperlink", run, anchor=_bookmark(number))

    def _bold(self, text: str) -> "_Element":
        return self.markup.run(text, self.markup.element("b"))

    def _small(self, text: str) -> "_Element":
        return self.markup.run(text, self.markup.colour(GREY), self.markup.element("sz", val=19))

    def _paragraph(self, content: "Sequence[_Element]", style: str = "", extra: "Sequence[_Element]" = ()) -> "_Element":
        named = [self.markup.element("pStyle", val=style)] if style else []
        properties = [self.markup.element("pPr", *named, *extra)] if named or extra else []
        return self.markup.element("p", *properties, *content)

    def _cell(self, content: "Sequence[_Element]", fill: str = "", right: bool = False) -> "_Element":
        markup = self.markup
        spacing = markup.element("spacing", before=40, after=40, line=300, lineRule="auto")
        paragraph = self._paragraph(content, extra=[spacing, *([markup.element("jc", val="right")] if right else [])])
        properties = markup.element("tcPr", *([markup.shading(fill)] if fill else []), markup.element("vAlign", val="center"))
        for run in paragraph.iter(markup.name("r")):
            sized = run.find(markup.name("rPr"))
            if sized is None:
                sized = markup.element("rPr")
                run.insert(0, sized)
            behind = sized.find(markup.name("u"))
            sized.insert(len(sized) if behind is None else sized.index(behind), markup.element("sz", val=20))
        return markup.element("tc", properties, paragraph)

    def _row(self, cells: "Sequence[_Element]", is_head: bool = False) -> "_Element":
        markup = self.markup
        kept = [markup.element("cantSplit"), *([markup.element("tblHeader")] if is_head else [])]
        return markup.element("tr", markup.element("trPr", *kept), *cells)

    def _table(self, rows: "Sequence[_Element]", widths: Sequence[int]) -> "_Element":
        markup = self.markup
        line = {"val": "single", "sz": 4, "space": 0, "color": "D5D9DE"}
        borders = markup.element("tblBorders", *(markup.element(side, **line) for side in ("top", "bottom", "insideH")))
        layout = [markup.element("tblW", w=sum(widths), type="dxa"), borders, markup.element("tblLayout", type="fixed")]
        grid = markup.element("tblGrid", *(markup.element("gridCol", w=width) for width in widths))
        return markup.element("tbl", markup.element("tblPr", *layout), grid, *rows)


def _bookmark(number: int) -> str:
    return f"report_{number + 1}"
