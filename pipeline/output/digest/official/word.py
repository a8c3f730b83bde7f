"""A digest as a Word file in the form of an official document, by the measures of GB/T 9704-2012.

A4, 37 mm above and 28 mm left of a text of 156 by 225 mm; 22 lines of 28 characters; the title in 2号小标宋, the text in
3号仿宋, headings in 黑体 and 楷体; page numbers in 4号宋体 between dashes, on the outer side of the page, 7 mm below the text.
A red head, the issuing office and its seal are the office's own and are not made.

Whoever has not the fonts named gets those that the font table names beside them, which come with Windows.
"""

from dataclasses import dataclass
from typing import Any, BinaryIO

from pipeline.output import RunFacts
from pipeline.output.digest.official.blocks import Look, blocks, title_of
from pipeline.output.digest.records import Digest

TWIPS_OF_MM = 1440 / 25.4
PAGE_WIDTH, PAGE_HEIGHT, TOP, LEFT, TEXT_WIDTH, TEXT_HEIGHT = 210, 297, 37, 28, 156, 225  # millimetres
NUMBER_BELOW = 7  # millimetres from the text to the line of the page number
LINE = 579  # twips: 22 of them are 225 mm, less 18 twips
CLOSER = -5  # twips: 28 characters of 16 points are 158 mm, so each stands closer, 15.75 points
TITLE, SONG, FANGSONG, HEI, KAI = "方正小标宋简体", "宋体", "仿宋_GB2312", "黑体", "楷体_GB2312"
LATIN = "Times New Roman"
SECOND, THIRD, FOURTH = 22, 16, 14  # points of 2号, 3号 and 4号
OTHER_NAMES = {TITLE: "方正小标宋_GBK,华文中宋,STZhongsong,宋体", FANGSONG: "仿宋,FangSong,华文仿宋", KAI: "楷体,KaiTi,华文楷体"}


@dataclass(frozen=True, slots=True)
class _Style:
    """The look of a style: size in points, line in twips, ``first`` and ``end`` (indents) in hundredths of a character."""

    name: str
    font: str
    size: int = THIRD
    line: int = LINE
    first: int = 200
    end: int = 0
    align: str = "both"
    keep: bool = False


STYLES: dict[Look, _Style] = {
    "title": _Style("Official Title", TITLE, SECOND, line=LINE * 3 // 2, first=0, align="center"),
    "gap": _Style("Official Gap", FANGSONG, first=0),
    "theme": _Style("heading 1", HEI, keep=True),
    "aspect": _Style("heading 2", KAI, keep=True),
    "text": _Style("Official Text", FANGSONG),
    "earlier": _Style("Official Earlier", KAI),
    "date": _Style("Official Date", FANGSONG, first=0, end=400, align="right"),
    "note": _Style("Official Note", FANGSONG),
}
_IDS: dict[Look, str] = {look: style.name.title().replace(" ", "") for look, style in STYLES.items()}


def write(digest: Digest, stream: BinaryIO, run: RunFacts) -> None:
    """Write a digest whose passages stand by aspect."""
    from docx import Document  # noqa: PLC0415 - only where a document is made

    from pipeline.output.digest.word import paragraph, save  # noqa: PLC0415 - as above

    made = [*blocks(digest, run)]
    document = Document()
    _page(document)
    _styles(document)
    _font_names(document)
    end = document.element.body[-1]
    for block in made:
        end.addprevious(paragraph(_IDS[block.look], block.text))
    save(document, stream, run.date, title_of(digest)[:255])  # no property of Office may be longer


def _page(document: Any) -> None:  # noqa: ANN401 - a Document of python-docx
    """Set the page, its margins and grid, and the page numbers."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - only where a document is made
    from docx.shared import Twips  # noqa: PLC0415 - as above

    from pipeline.output.digest.word import element  # noqa: PLC0415 - as above

    section = document.sections[0]
    right, bottom = PAGE_WIDTH - LEFT - TEXT_WIDTH, PAGE_HEIGHT - TOP - TEXT_HEIGHT
    section.page_width, section.page_height = Twips(_twips(PAGE_WIDTH)), Twips(_twips(PAGE_HEIGHT))
    section.top_margin, section.bottom_margin = Twips(_twips(TOP)), Twips(_twips(bottom))
    section.left_margin, section.right_margin = Twips(_twips(LEFT)), Twips(_twips(right))
    section.footer_distance = Twips(_twips(bottom - NUMBER_BELOW) - FOURTH * 20)
    for old in section._sectPr.findall(qn("w:docGrid")):  # noqa: SLF001 - python-docx has no grid
        section._sectPr.remove(old)  # noqa: SLF001
    section._sectPr.append(element("docGrid", type="lines", linePitch=LINE))  # noqa: SLF001
    document.settings.odd_and_even_pages_header_footer = True
    _number(section.footer, "right")
    _number(section.even_page_footer, "left")


def _twips(millimetres: float) -> int:
    return round(millimetres * TWIPS_OF_MM)


def _number(footer: Any, side: str) -> None:  # noqa: ANN401 - a footer of python-docx
    """Put the page number at a side, a character from the edge of the text."""
    from pipeline.output.digest.word import Run, element, paragraph  # noqa: PLC0415 - only where a document is made

    footer.is_linked_to_previous = False
    line = paragraph("OfficialNumber", "— ", Run("1", field=" PAGE "), " —")
    line.pPr.append(element("ind", **{side: FOURTH * 20, f"{side}Chars": 100, "firstLine": 0}))
    line.pPr.append(element("jc", val=side))
    first = footer.paragraphs[0]._p  # noqa: SLF001 - python-docx has no fields
    first.addprevious(line)
    first.getparent().remove(first)


def _styles(document: Any) -> None:  # noqa: ANN401 - a Document of python-docx
    """Make the styles anew: what the template's look like, such as colours and spaces of headings, is not wanted."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - only where a document is made

    from pipeline.output.digest.word import element  # noqa: PLC0415 - as above

    root = document.styles.element
    for level in (1, 2):
        root.remove(next(style for style in root.findall(qn("w:style")) if style.get(qn("w:styleId")) == f"Heading{level}"))
    for look, style in STYLES.items():
        outline = element("outlineLvl", val=0 if look == "theme" else 1) if style.keep else None
        root.append(_style(_IDS[look], style.name, _paragraph_of(style, outline), _run_of(style.font, style.size, CLOSER)))
    number = element("pPr", element("spacing", before=0, after=0, line=240, lineRule="auto"))
    root.append(_style("OfficialNumber", "Official Number", number, _run_of(SONG, FOURTH, 0, SONG)))


def _style(key: str, name: str, paragraph: Any, run: Any) -> Any:  # noqa: ANN401 - elements
    from pipeline.output.digest.word import element  # noqa: PLC0415 - only where a document is made

    return element(
        "style",
        element("name", val=name),
        element("qFormat"),
        paragraph,
        run,
        type="paragraph",
        styleId=key,
        customStyle=int(not name.startswith("heading")),
    )


def _paragraph_of(style: _Style, level: Any) -> Any:  # noqa: ANN401 - elements
    from pipeline.output.digest.word import element  # noqa: PLC0415 - only where a document is made

    indent = element(
        "ind",
        firstLineChars=style.first,
        firstLine=style.first * style.size // 5,
        rightChars=style.end,
        right=style.end * style.size // 5,
    )
    return element(
        "pPr",
        element("keepNext") if style.keep else None,
        element("widowControl", val=0),
        element("autoSpaceDE", val=0),  # a figure among characters takes no room of its own: 28 a line
        element("autoSpaceDN", val=0),
        element("snapToGrid", val=0),
        element("spacing", before=0, after=0, line=style.line, lineRule="exact"),
        indent,
        element("jc", val=style.align),
        level,
    )


def _run_of(font: str, size: int, closer: int, latin: str = LATIN) -> Any:  # noqa: ANN401 - an element
    from pipeline.output.digest.word import element  # noqa: PLC0415 - only where a document is made

    return element(
        "rPr",
        element("rFonts", ascii=latin, hAnsi=latin, eastAsia=font, cs=latin),
        element("spacing", val=closer) if closer else None,
        element("sz", val=size * 2),
        element("szCs", val=size * 2),
        element("lang", val="en-US", eastAsia="zh-CN"),
    )


def _font_names(document: Any) -> None:  # noqa: ANN401 - a Document of python-docx
    """Name, for each font that not every machine has, those to take in its place."""
    from lxml import etree  # noqa: PLC0415 - only where a document is made

    from pipeline.output.digest.word import element  # noqa: PLC0415 - as above

    part = next(part for part in document.part.package.iter_parts() if part.partname == "/word/fontTable.xml")
    table = etree.fromstring(part.blob)
    for font, others in OTHER_NAMES.items():
        table.append(element("font", element("altName", val=others), name=font))
    part._blob = etree.tostring(table, xml_declaration=True, encoding="UTF-8", standalone=True)  # noqa: SLF001 - no other way in python-docx
