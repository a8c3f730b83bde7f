"""The compiled call gives the characters of a page as the calls through ctypes do, each figure and each order."""

import hashlib

import pytest
from printed import lines, pdf, shown, stream
from pypdfium2 import PdfDocument

from pipeline.read.pdf.characters import Fonts, characters_with_ctypes, colours_with_ctypes, edges
from pipeline.read.pdf.engine import address, compiled_calls

glyphs = pytest.importorskip("pipeline.read._glyphs", reason="not compiled; CI installs a compiler")
pytestmark = pytest.mark.compiled

TEXT = "全县开展“理论宣讲” 120 场，受众3万人次。"


def mapped(*codes):
    """Return a page in a font whose map gives these UTF-16 codes for its characters, and the objects of the font."""
    pairs = b"".join(b"<%04x><%s>\n" % (i, code.encode()) for i, code in enumerate(codes, 1))
    cmap = b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
    cmap += b"1 begincodespacerange <0000><ffff> endcodespacerange %d beginbfchar\n" % len(codes)
    cmap += pairs + b"endbfchar endcmap end end"
    font = b"<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+Song/Encoding/Identity-H/ToUnicode 11 0 R/DescendantFonts[5 0 R]>>"
    row = b"".join(b"%04x" % i for i in range(1, len(codes) + 1))
    return pdf(
        b"BT /W 12 Tf 1 0 0 1 60 700 Tm <%s> Tj ET" % row, objects=[font, stream(cmap + b"endcmap end end")], fonts=b"/W 10 0 R"
    )


SYMBOLS = b"<</Type/Font/Subtype/TrueType/BaseFont/Wingdings/FirstChar 32/LastChar 255/Widths[%s]/FontDescriptor 6 0 R>>" % (
    b"600 " * 224
)
LATIN = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
WORDS = b"BT /H 12 Tf 18 TL 1 0 0 1 72 700 Tm (words of a line that goes on to an inter-) Tj T* (national end  ) Tj T* (x) Tj ET"
SKEWED = b"BT /F 12 Tf .9 .3 -.3 .9 100 400 Tm <7ebf> Tj ET BT /F 0 Tf 1 0 0 1 9 9 Tm <7ebf> Tj ET "
SKEWED += b"BT /F -9 Tf 1 0 0 1 99 99 Tm <7ebf> Tj ET"
HUGE = b"BT /F 1e38 Tf 1e38 0 0 1e38 1e38 1e38 Tm <7ebf0041> Tj ET BT /F 12 Tf 1 0 0 1 3e38 3e38 Tm <7ebf0042> Tj ET"
FILES = {
    "lines": pdf(lines(TEXT, "　　" + TEXT, "a  b", " ")),
    "pages": pdf(lines(TEXT), b"", b" ", lines("末页")),
    "vertical": pdf(shown(TEXT, 300, 700, font="V") + shown(TEXT, 270, 700, font="V")),
    "skewed": pdf(SKEWED),
    "huge": pdf(HUGE),
    "words": pdf(WORDS, objects=[LATIN], fonts=b"/H 10 0 R"),
    "symbols": pdf(b"BT /S 12 Tf 1 0 0 1 72 700 Tm <6cd8fc> Tj ET" + lines(TEXT), objects=[SYMBOLS], fonts=b"/S 10 0 R"),
    "beyond": mapped("4e00", "d842dfb7", "d840dc00", "d83ddcd6", "4e01"),
    "halves": mapped("d842", "4e00", "dfb7", "d842", "d842", "dfb7"),
    "controls": mapped("0000", "0001", "00ad", "fffe", "000a", "0020", "3000", "f06c", "fb01", "202e", "05d0"),
    **{
        f"turned {turn}, page {rotated}": pdf(
            shown(TEXT, 300, 400, turn=turn) + shown(TEXT, 200, 300, turn=turn),
            page=b"/MediaBox[0 0 595 842]/Rotate %d" % rotated,
        )
        for turn in (0, 90, 180, 270)
        for rotated in (0, 90, 180, 270)
    },
}


def pages_of(data):
    """Yield the characters of each page by both ways."""
    asked = compiled_calls()
    with PdfDocument(data) as document:
        for number in range(len(document)):
            text = document[number].get_textpage()
            yield characters_with_ctypes(text, Fonts()), asked.characters(address(text.raw), text.count_chars(), Fonts())


def test_what_runs_is_compiled_from_the_source_that_is_here(root):
    source = root / "pipeline/read/_glyphs.pyx"
    assert hashlib.sha256(source.read_bytes()).hexdigest() == glyphs.SOURCE, f"{source} has changed: pip install -e . compiles it"


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_characters_are_those_of_the_reference(data):
    for reference, found in pages_of(data):
        assert repr(found) == repr(reference)  # with the types: True is no 1, and -0.0 no 0.0


def test_characters_above_uffff_are_whole():
    ((_, found),) = pages_of(FILES["beyond"])
    assert [item.glyph.character for item in found] == ["一", "𠮷", "𠀀", "📖", "丁"]


def test_an_empty_page_gives_none_and_pages_are_counted_apart():
    counts = [(len(found), found[:1] and found[0].glyph.order) for _, found in pages_of(FILES["pages"])]
    assert counts == [(len(TEXT), 1), (0, []), (0, []), (2, 1)]


def test_turned_text_is_laid_level_and_what_slants_is_told():
    assert edges((1.0, 5.0, 3.0, 2.0), 1.5, 2.5, 0) == (1.5, 3.0, 2.5)
    assert edges((1.0, 5.0, 3.0, 2.0), 1.5, 2.5, 90) == (2.5, 5.0, -1.5)
    turns = {name: {item.turn for _, found in pages_of(FILES[name]) for item in found} for name in FILES}
    assert turns["turned 180, page 90"] == {180}
    assert -1 in turns["skewed"]


@pytest.mark.parametrize("addresses", [(), (1,) * 8, (1,) * 10, (1, 1, 1, 0, 1, 1, 1, 1, 1)])
def test_functions_that_are_missing_are_refused(addresses):
    with pytest.raises(ValueError, match="nine functions"):
        glyphs.Asked(addresses)


@pytest.mark.parametrize(("handle", "count"), [(0, 1), (1, -1)])
def test_a_page_that_is_none_is_refused(handle, count):
    with pytest.raises(ValueError, match="no text page"):
        compiled_calls().characters(handle, count, Fonts())


def test_colours_are_those_of_the_reference():
    painted = b"".join(shown(TEXT, 72, 700 - 20 * i, before=before) for i, before in enumerate(["1 0 0 rg", ".7 g", "", "/G gs"]))
    state = b"/ExtGState<</G<</ca .5>>>>"
    with PdfDocument(pdf(painted, resources=state)) as document:
        text = document[0].get_textpage()
        numbers = [0, len(TEXT) + 2, 2 * (len(TEXT) + 2), 3 * (len(TEXT) + 2), 10_000, -1]
        found = compiled_calls().colours(address(text.raw), numbers)
        assert found == colours_with_ctypes(text, numbers)
        assert found == [(255, 0, 0, 255), (179, 179, 179, 255), (179, 179, 179, 255), (179, 179, 179, 128), None, None]
        with pytest.raises(ValueError, match="no text page"):
            compiled_calls().colours(0, [0])
