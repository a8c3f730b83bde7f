"""PDFs written by hand, with Chinese text in a font that is not in the file: for what no program at hand prints."""

from collections.abc import Sequence

_DESCRIPTOR = b"<</Type/FontDescriptor/FontName/SimSun/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 859/Descent -141>>"
_SYSTEM = b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>"


def shown(text: str, x: float, y: float, size: float = 12, turn: int = 0, font: str = "F", before: str = "") -> bytes:
    """Return the drawing of one line of text from a place on; ``turn`` is 0, 90, 180 or 270, ``before`` sets a colour."""
    cosine, sine = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[turn]
    code = text.encode("utf-16-be").hex()
    return f"{before} BT /{font} {size} Tf {cosine} {sine} {-sine} {cosine} {x} {y} Tm <{code}> Tj ET\n".encode()


def lines(*texts: str, x: float = 72, y: float = 760, size: float = 12, pitch: float = 20) -> bytes:
    """Return the drawing of lines, one below the other."""
    return b"".join(shown(text, x, y - pitch * i, size) for i, text in enumerate(texts))


def cell(text: str, x: float, y: float, width: int) -> bytes:
    """Return the drawing of a cell whose text is broken into lines of so many characters, as Word writes it."""
    return lines(*(text[i : i + width] for i in range(0, len(text), width)), x=x, y=y, size=12, pitch=16)


def table_row(texts: Sequence[str], y: float, lefts: Sequence[float], widths: Sequence[int]) -> bytes:
    """Return the drawing of a row, cell by cell; ``lefts`` are where these begin, ``widths`` the characters of their lines."""
    return b"".join(cell(text, x, y, width) for text, x, width in zip(texts, lefts, widths, strict=True))


def pdf(
    *contents: bytes,
    objects: Sequence[bytes] = (),
    resources: bytes = b"",
    page: bytes = b"/MediaBox[0 0 595 842]",
    catalog: bytes = b"",
    fonts: bytes = b"",
) -> bytes:
    """Return a PDF with a page for each content.

    ``objects`` are further ones from number 10 on, ``resources``, ``page`` and ``catalog`` what stands in these
    dictionaries beside the usual, ``fonts`` further fonts. Text is horizontal in font F and vertical in font V.
    """
    horizontal, vertical = (
        b"<</Type/Font/Subtype/Type0/BaseFont/SimSun/Encoding/UniGB-UCS2-%s/DescendantFonts[5 0 R]>>" % mode
        for mode in (b"H", b"V")
    )
    common = b"<</Font<</F 3 0 R/V 4 0 R%s>>%s>>" % (fonts, resources)
    made = [
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
        b"",
        horizontal,
        vertical,
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/SimSun/FontDescriptor 6 0 R/DW 1000%s>>" % _SYSTEM,
        _DESCRIPTOR,
        common,
        b"null",
        b"null",
        *objects,
    ]
    kids = []
    for content in contents:
        made.append(stream(content))
        made.append(b"<</Type/Page/Parent 2 0 R%s/Resources 7 0 R/Contents %d 0 R>>" % (page, len(made)))
        kids.append(b"%d 0 R" % len(made))
    made[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    return _file(made)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """Return an object that holds content."""
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), entries, content)


def _file(objects: Sequence[bytes]) -> bytes:
    data, places = b"%PDF-1.7\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer
