"""Write reports in formats that no program at hand writes, as those who make such files do."""

import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from html import escape

from pipeline.preprocess.headings import line_level

SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
EM, LEADING, MARGIN, COLUMNS, ROWS = 5.6, 9.8, 28.0, 27, 24
NO_START = "，。、；：？！”’）》」』】％"


def package(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a zip of parts by their names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


@dataclass
class Ofd:
    """An OFD package in the making; ``text`` adds to ``pages``, and what a test sets of the rest is written too."""

    pages: list[str] = field(default_factory=list)
    parts: dict[str, str | bytes] = field(default_factory=dict)
    common: str = ""
    more: str = ""
    space: str = SPACE
    start: str = "Doc_0/Document.xml"

    def data(self) -> bytes:
        """Return the package."""
        listed = "".join(f'<ofd:Page ID="{i}" BaseLoc="Pages/Page_{i}/Content.xml"/>' for i in range(1, len(self.pages) + 1))
        box = "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
        root = f"<ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>{self.start}</ofd:DocRoot></ofd:DocBody>"
        pages = {f"Doc_0/Pages/Page_{i}/Content.xml": self.page(content) for i, content in enumerate(self.pages, 1)}
        common = f"<ofd:CommonData>{box}{self.common}</ofd:CommonData>"
        return package(
            {
                "OFD.xml": f'{HEAD}<ofd:OFD {self.space} DocType="OFD" Version="1.1">{root}</ofd:OFD>',
                "Doc_0/Document.xml": f"{HEAD}<ofd:Document {self.space}>{common}<ofd:Pages>{listed}</ofd:Pages>{self.more}"
                "</ofd:Document>",
                **pages,
                **self.parts,
            }
        )

    def page(self, content: str) -> str:
        """Return the part of a page; content that does not begin with a template or area is one layer."""
        is_layer = not content.startswith(("<ofd:Template", "<ofd:Area"))
        inside = f'<ofd:Content><ofd:Layer ID="2">{content}</ofd:Layer></ofd:Content>' if is_layer else content
        return f"{HEAD}<ofd:Page {self.space}>{inside}</ofd:Page>"


def drawn(text: str, left: float = MARGIN, top: float = 40.0, size: float = EM, attributes: str = "", code: str = "") -> str:
    """Return a text object: a run of characters whose steps are given as WPS and 数科 give them."""
    steps = [size if is_wide(character) else size / 2 for character in text]
    runs = " ".join(f"g 1 {step:g}" if i % 3 == 0 else f"{step:g}" for i, step in enumerate(steps[:-1]))
    step = f'DeltaX="{runs}"' if len(text) > 1 else ""
    boundary = f'Boundary="{left:g} {top:g} {sum(steps):g} {size:g}"'
    return (
        f'<ofd:TextObject ID="9" {boundary} Font="3" Size="{size:g}" {attributes}>'
        f'<ofd:TextCode {code or f"""X="0" Y="{size * 0.86:g}" {step}"""}>{escape(text)}</ofd:TextCode></ofd:TextObject>'
    )


def glyphs(text: str, left: float, top: float, size: float = EM) -> str:
    """Return text objects as converters from PDF write them: each character alone, its glyph beside it, scaled by a matrix."""
    objects = []
    for number, character in enumerate(text):
        place = f'CTM="0.3528 0 0 0.3528 0 0" Boundary="{left:g} {top:g} {size:g} {size:g}" Size="{size / 0.3528:g}"'
        glyph = f'<ofd:CGTransform CodePosition="0" CodeCount="1"><ofd:Glyphs>{number + 7}</ofd:Glyphs></ofd:CGTransform>'
        code = f'<ofd:TextCode X="0" Y="{size / 0.3528 * 0.86:g}">{escape(character)}</ofd:TextCode>'
        objects.append(f'<ofd:TextObject ID="9" {place} Font="3">{glyph}{code}</ofd:TextObject>')
        left += size if is_wide(character) else size / 2
    return "".join(objects)


def ofd(text: str, apart: bool = False) -> bytes:
    """Return a report as an OFD of A4 pages with their numbers; ``apart`` draws each character by itself, with its glyph."""
    made = Ofd()
    rows = list(lines(text))
    for start in range(0, len(rows), ROWS):
        made.pages.append("")
        for number, (indent, line) in enumerate(rows[start : start + ROWS]):
            draw = glyphs if apart else drawn
            made.pages[-1] += draw(line, MARGIN + indent * EM, 40 + number * LEADING)
        made.pages[-1] += drawn(f"— {len(made.pages)} —", 98, 280, 4.2)
    return made.data()


def lines(text: str) -> Iterator[tuple[float, str]]:
    """Yield the lines of a printed report, each with its indent in ems: paragraphs are set in by two, titles are centred."""
    for number, paragraph in enumerate(text.splitlines()):
        if number == 0 and line_level(paragraph, COLUMNS) is not None:
            yield (COLUMNS - width(paragraph)) / 2, paragraph
            continue
        indent, row = 2.0, ""
        for character in paragraph:
            if indent + width(row + character) > COLUMNS and character not in NO_START and row:
                yield indent, row
                indent, row = 0.0, ""
            row += character
        if row:
            yield indent, row


def width(text: str) -> float:
    """Return how wide a text is, in ems."""
    return sum(1 if is_wide(character) else 0.5 for character in text)


def is_wide(character: str) -> bool:
    """Tell whether a character is as wide as an ideograph in Chinese fonts."""
    return unicodedata.east_asian_width(character) in "WFA"


def mail(text: str) -> bytes:
    """Return a report as a mail: its title as the subject, the rest as text, and a page that says the same beside it."""
    message = EmailMessage()
    message["From"], message["To"] = "a@example.com", "b@example.com"
    first, _, rest = text.partition("\n")
    is_title = line_level(first, 60) is not None
    if is_title:
        message["Subject"] = first
    message.set_content(rest if is_title else text)
    message.add_alternative(f"<html><body>{escape(text)}</body></html>", subtype="html")
    return message.as_bytes()


CONTAINER = '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
CHAPTER = '{}<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{}</body></html>'


def epub(text: str) -> bytes:
    """Return a report as a book: a chapter for each part below a heading, listed in another order than they are read in."""
    chapters: list[str] = []
    for number, line in enumerate(text.splitlines()):
        is_heading = line_level(line, 60) is not None
        if is_heading or not chapters:
            chapters.append("")
        tag = f"h{1 if number == 0 else 2}" if is_heading else "p"
        chapters[-1] += f'<{tag}><a id="p{number}"/>{escape(line)}</{tag}>'
    return book({f"第{i}章.xhtml": CHAPTER.format(HEAD, body) for i, body in enumerate(chapters, 1)})


def book(chapters: Mapping[str, str], more: Mapping[str, str] | None = None) -> bytes:
    """Return a book of chapters by their names, in the order of reading."""
    kind = 'media-type="application/xhtml+xml"'
    items = "".join(f'<item id="c{i}" href="{name}" {kind}/>' for i, name in reversed(list(enumerate(chapters))))
    spine = "".join(f'<itemref idref="c{i}"/>' for i in range(len(chapters)))
    return package(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "OEBPS/book.opf": f'<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><manifest>{items}</manifest>'
            f"<spine>{spine}</spine></package>",
            **{f"OEBPS/{name}": content for name, content in chapters.items()},
            **(more or {}),
        }
    )


SLIDE_SPACES = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def pptx(text: str) -> bytes:
    """Return a report as slides: each heading is the title of one."""
    slides: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line_level(line, 60) is not None:
            slides.append((line, []))
        elif not slides:
            slides.append(("", [line]))
        else:
            slides[-1][1].append(line)
    return deck([shape(["title"], title) * bool(title) + shape(["body"], *body) for title, body in slides])


def shape(kinds: list[str], *paragraphs: str) -> str:
    """Return a shape of a slide with paragraphs; ``kinds`` is the kind of its place holder, or empty."""
    place = "".join(f'<p:ph type="{kind}"/>' for kind in kinds)
    text = "".join(f"<a:p><a:r><a:t>{escape(paragraph)}</a:t></a:r></a:p>" for paragraph in paragraphs)
    size = '<a:xfrm><a:off x="360000" y="360000"/><a:ext cx="7200000" cy="1080000"/></a:xfrm><a:prstGeom prst="rect"/>'
    names = f'<p:nvSpPr><p:cNvPr id="7" name="x"/><p:cNvSpPr/><p:nvPr>{place}</p:nvPr></p:nvSpPr>'
    return f"<p:sp>{names}<p:spPr>{size}</p:spPr><p:txBody><a:bodyPr/>{text}</p:txBody></p:sp>"


def deck(slides: list[str], more: Mapping[str, str] | None = None, attributes: str = "") -> bytes:
    """Return a presentation of slides, each the shapes on it; ``more`` holds further parts."""
    numbers = range(1, len(slides) + 1)
    listed = "".join(f'<p:sldId id="{256 + i}" r:id="rId{i}"/>' for i in numbers)
    targets = "".join(f'<Relationship Id="rId{i}" Type="{RELATIONSHIP}/slide" Target="slides/s{i}.xml"/>' for i in numbers)
    group = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
    start, end = f"{HEAD}<p:sld {SLIDE_SPACES} {attributes}><p:cSld><p:spTree>{group}", "</p:spTree></p:cSld></p:sld>"
    content = "application/vnd.openxmlformats-officedocument.presentationml"
    types = "".join(f'<Override PartName="/ppt/slides/s{i}.xml" ContentType="{content}.slide+xml"/>' for i in numbers)
    return package(
        {
            "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/ppt/presentation.xml" ContentType="{content}.presentation.main+xml"/>{types}</Types>',
            "_rels/.rels": rels(f'<Relationship Id="rId1" Type="{RELATIONSHIP}/officeDocument" Target="ppt/presentation.xml"/>'),
            "ppt/presentation.xml": f"{HEAD}<p:presentation {SLIDE_SPACES}><p:sldIdLst>{listed}</p:sldIdLst>"
            '<p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>',
            "ppt/_rels/presentation.xml.rels": rels(targets),
            **{f"ppt/slides/s{i}.xml": f"{start}{shapes}{end}" for i, shapes in enumerate(slides, 1)},
            **(more or {}),
        }
    )


def workbook(*sheets: Iterable[Sequence[object]], merged: Iterable[str] = ()) -> bytes:
    """Return a workbook with sheets of rows, 表1, 表2 …; None leaves a cell empty, and areas of the first sheet are ``merged``."""
    from openpyxl import Workbook

    made = Workbook()
    made.remove(made.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = made.create_sheet(f"表{number}")
        for row in rows:
            sheet.append(row)
    for area in merged:
        made.worksheets[0].merge_cells(area)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def rels(entries: str) -> str:
    """Return the part that lists the relationships of another one."""
    return f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{entries}</Relationships>'
