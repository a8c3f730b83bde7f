"""The compiled part gives characters and lines of a page as the Python code does, each figure and each order."""

import hashlib
import random

import pytest
from printed import lines, pdf, shown, stream
from pypdfium2 import PdfDocument

from pipeline.read.formats import pdf as pdf_format
from pipeline.read.page import lines as page_lines_module
from pipeline.read.page.glyphs import Glyph
from pipeline.read.page.lines import page_lines, reference_lines
from pipeline.read.page.readable import Legibility
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
STATE = b"/ExtGState<</G<</ca .5>>>>"
FILES = {
    "lines": pdf(lines(TEXT, "　　" + TEXT, "a  b", " ")),
    "pages": pdf(lines(TEXT), b"", b" ", lines("末页")),
    "vertical": pdf(shown(TEXT, 300, 700, font="V") + shown(TEXT, 270, 700, font="V")),
    "skewed": pdf(SKEWED),
    "huge": pdf(HUGE),
    "words": pdf(WORDS, objects=[LATIN], fonts=b"/H 10 0 R"),
    "fonts": pdf(lines(TEXT) + WORDS + lines(TEXT, y=400), objects=[LATIN], fonts=b"/H 10 0 R"),
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
            yield characters_with_ctypes(text, Fonts()), asked.signs(address(text.raw), text.count_chars(), Fonts()).drawn()


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
        compiled_calls().signs(handle, count, Fonts())


def test_colours_are_those_of_the_reference():
    painted = b"".join(shown(TEXT, 72, 700 - 20 * i, before=before) for i, before in enumerate(["1 0 0 rg", ".7 g", "", "/G gs"]))
    with PdfDocument(pdf(painted, resources=STATE)) as document:
        text = document[0].get_textpage()
        numbers = [0, len(TEXT) + 2, 2 * (len(TEXT) + 2), 3 * (len(TEXT) + 2), 10_000, -1]
        found = compiled_calls().colours(address(text.raw), numbers)
        assert found == colours_with_ctypes(text, numbers)
        assert found == [(255, 0, 0, 255), (179, 179, 179, 255), (179, 179, 179, 255), (179, 179, 179, 128), None, None]
        with pytest.raises(ValueError, match="no text page"):
            compiled_calls().colours(0, [0])


# Lines.

LETTERS = "全县开展理论宣讲场受众万人次。，、“”（）《》：；！？—…·ab1 2(Z)%.,- \u3000⼀⻅𠮷éǐ"


def row_of(rng, text, left, base, size):
    """Return characters of a row from a place on, with gaps of all kinds between them."""
    found, stretch = [], rng.choice([0, 0, 0, 0.05, 0.7])
    for character in text:
        width = size * (1 if ord(character) > 0x2E80 else 0.5)
        found.append(
            (character, left, left + width, base + rng.choice([0] * 9 + [0.25]) * size, size * rng.choice([1] * 12 + [0.6]))
        )
        left += width + size * (stretch + rng.choice([0] * 6 + [-0.35, -0.05, 0.1, 0.14, 0.16, 0.17, 0.2, 0.3, 1.3, 1.6]))
    return found


def page_of(rng):
    """Return the characters of a page of some rows, some of which are drawn in an odd order or stand side by side."""
    found, order, base = [], 0, 800.0
    for _ in range(rng.randrange(1, 12)):
        size = rng.choice([9.0, 10.5, 10.5, 12.0, 16.0])
        base -= size * rng.choice([0.1, 1.2, 1.5, 1.5, 1.5, 2])
        row = row_of(rng, rng.choices(LETTERS, k=rng.randrange(1, 30)), rng.choice([72.0, 72.0, 300.0]), base, size)
        if rng.random() < 0.2:
            rng.shuffle(row)
        for place in row:
            order += rng.choice([1, 1, 1, 2])
            found.append(Glyph(*place, order, spaced=rng.random() < 0.1))
    return found


def test_lines_are_those_of_the_reference():
    rng, told = random.Random(7), 0
    for _ in range(1500):
        page = page_of(rng)
        found = glyphs.lines_of(page, 3)
        told += found is not None
        if found is not None:
            assert repr(found) == repr(reference_lines(page, 3))
        assert page_lines(page, 3) == reference_lines(page, 3)
    assert told > 500


@pytest.mark.parametrize("left", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("which", [1, 2, 3, 4])
def test_what_is_no_place_is_left_to_the_reference(which, left):
    sound = ["字", 72.0, 84.0, 700.0, 12.0, 1, False]
    assert len(glyphs.lines_of([Glyph(*sound)], 1)) == 1
    assert glyphs.lines_of([Glyph(*[*sound[:which], left, *sound[which + 1 :]])], 1) is None
    assert glyphs.lines_of([Glyph("字", 72.0, 84.0, 700.0, 0.0, 1, spaced=False)], 1) is None
    assert glyphs.lines_of([Glyph("fi", 72.0, 84.0, 700.0, 12.0, 1, spaced=False)], 1) is None


def test_many_characters_in_one_place_are_left_to_the_reference():
    level = [
        Glyph("字", 72.0 + 40 * (i % 2), 84.0 + 40 * (i % 2), 700.0 + 40 * (i % 2), 12.0, 2 * i, spaced=False)
        for i in range(20_000)
    ]
    assert glyphs.lines_of(level, 1) is None
    close = [Glyph("字", 72.0, 72.05, 700.0 - 0.02 * i, 0.05, 2 * i, spaced=False) for i in range(1500)]
    assert glyphs.lines_of(close, 1) is None
    assert len(glyphs.lines_of(close[:100], 1)) == 100
    assert glyphs.lines_of([], 1) == []


def test_a_number_where_a_character_belongs_is_an_error():
    with pytest.raises(TypeError, match="str"):
        glyphs.lines_of([Glyph(5, 72.0, 84.0, 700.0, 12.0, 1, spaced=False)], 1)
    with pytest.raises(TypeError, match="real number"):
        glyphs.lines_of([Glyph("字", None, 84.0, 700.0, 12.0, 1, spaced=False)], 1)


# Pages that ask for no closer look.


def read_both(data, config, monkeypatch):
    """Return what is read of a file, and what is read of it without the compiled part."""
    found = pdf_format.read(data, "x.pdf", config.read)
    with monkeypatch.context() as without:
        without.setattr(pdf_format, "signs_of", lambda *_: None)
        without.setattr(page_lines_module, "compiled", lambda _: None)
        return found, pdf_format.read(data, "x.pdf", config.read)


def is_plain(data):
    """Tell whether the compiled part makes the lines of the first page by itself."""
    with PdfDocument(data) as document:
        page = document[0]
        text = page.get_textpage()
        return compiled_calls().signs(address(text.raw), text.count_chars(), Fonts()).plain_lines(1, *page.get_bbox()) is not None


BODY = lines(*[TEXT] * 4)
TILTED = b"BT /F 12 Tf .99939 .0349 -.0349 .99939 80 500 Tm <%s> Tj ET" % TEXT.encode("utf-16-be").hex().encode()  # by two degrees
LOOKED_AT = {
    "again": BODY + shown(TEXT, 72, 640) + shown("甲" + TEXT, 65, 640),
    "again, across": BODY + shown(TEXT, 72, 640) + shown(TEXT + "甲", 72, 636),
    "again, in one object": BODY + b"BT /F 12 Tf 1 0 0 1 72 600 Tm [<7ebf5bfc53bf> 2700 <7ebf5bfc53bf>] TJ ET",
    "many of one character on a line": BODY + shown("的" * 600, 30, 600, size=0.9),
    "many large characters": lines(*["小" * 40] * 12, size=9) + lines(*["大" * 25] * 12, y=500, size=18),
    "outside": BODY + shown(TEXT, 580, 600),
    "below": BODY + shown(TEXT, 72, -5),
    "turned": BODY + shown(TEXT, 300, 300, turn=90),
    "half of it upside down": BODY + b"".join(shown(TEXT[i:], 523, 82 + 20 * i, turn=180) for i in range(4)),
    "slanting": BODY + b"BT /F 12 Tf .9 .3 -.3 .9 100 400 Tm <7ebf7ebf> Tj ET",
    "pale": BODY + shown("内部资料", 72, 300, before=".8 g"),
    "transparent": BODY + shown("内部资料", 72, 300, before="/G gs"),
    "large over others": BODY + shown("内部资料", 72, 737, size=30),
    "columns": b"".join(shown(character, 300, 700 - 14 * i) for i, character in enumerate(TEXT)),
    "a tilted box": BODY + TILTED,
    "falling": b"".join(shown(character, 72 + 12 * i, 700 - 0.05 * i) for i, character in enumerate(TEXT)),
    "rising": b"".join(shown(character, 72 + 12 * i, 700 + 0.05 * i) for i, character in enumerate(TEXT)),
    "ruby": BODY + shown("lǐ", 72, 600, size=6),
    "dots": BODY + shown("··", 72, 600, size=8),
    "holes": BODY + shown(TEXT[:4], 72, 600) + shown(TEXT, 72, 560) + shown(TEXT[4:], 120, 600),
    "spread": BODY + shown("张", 72, 600) + shown("三", 120, 600),
}
PLAIN = {
    "body": BODY,
    "near": BODY + shown(TEXT, 72, 640) + shown(TEXT + "甲", 72, 635),
    "two of one sign": BODY + b"BT /F 12 Tf 1 0 0 1 72 600 Tm [<53bf2014> 700 <20145bfc>] TJ ET",
    "a large title": shown(TEXT, 72, 800, size=20) + BODY,
    "a column of three": BODY + b"".join(shown(character, 300, 600 - 14 * i) for i, character in enumerate("一二三")),
    "level but for a hair": b"".join(shown(character, 72 + 12 * i, 700 - 0.03 * i) for i, character in enumerate(TEXT)),
    "dots as large": BODY + shown("··", 72, 600, size=10),
    "a sound in brackets": BODY + shown("李（lǐ）的", 72, 600),
    "small dots before words": BODY + shown("• 一", 72, 600, size=8),
    "two columns": BODY + shown(TEXT[:9], 450, 760) + shown(TEXT[:9], 450, 740),
    "two on a line": BODY + shown("张三", 72, 600) + shown("李四", 120, 600),
}


@pytest.mark.parametrize("content", LOOKED_AT.values(), ids=LOOKED_AT)
def test_what_asks_for_a_closer_look_gets_it(content, config, monkeypatch):
    assert not is_plain(pdf(content, resources=STATE))
    found, reference = read_both(pdf(content, resources=STATE), config, monkeypatch)
    assert found == reference


@pytest.mark.parametrize("content", PLAIN.values(), ids=PLAIN)
def test_other_pages_are_plain(content, config, monkeypatch):
    assert is_plain(pdf(content, resources=STATE))
    found, reference = read_both(pdf(content, resources=STATE), config, monkeypatch)
    assert found == reference


def test_pages_at_random_are_read_as_without_the_compiled_part(config, monkeypatch):
    rng, plain = random.Random(11), 0
    for _ in range(150):
        content = b""
        for number in range(rng.randrange(1, 9)):
            text = "".join(rng.choices(LETTERS.replace("𠮷", "").replace("·", ""), k=rng.randrange(1, 24))) + rng.choice(["", TEXT])
            x, y, size = rng.choice([72, 72, 300]), 760 - 20 * number + rng.choice([0, 0, 6]), rng.choice([12, 12, 12, 9, 17])
            content += shown(text, x, y, size, before=rng.choice(["0 g"] * 9 + [".8 g"]))
            if rng.random() < 0.15:
                content += shown("甲" + text, x - size + rng.choice([0.4, 5, 7]), y - rng.choice([0, 4, 5]), size)
        plain += is_plain(pdf(content))
        found, reference = read_both(pdf(content + lines(TEXT, y=400)), config, monkeypatch)
        assert found == reference
    assert 15 < plain < 100


def test_characters_are_counted_by_font_as_the_reference_counts_them():
    for name, data in FILES.items():
        with PdfDocument(data) as document:
            text = document[0].get_textpage()
            signs, found, reference = (
                compiled_calls().signs(address(text.raw), text.count_chars(), Fonts()),
                Legibility(),
                Legibility(),
            )
            signs.tally(found)
            reference.add([(item.glyph.character, item.font) for item in signs.drawn()])
            assert len(signs) == len(signs.drawn())
            assert vars(found) == vars(reference), name


@pytest.mark.parametrize("size", [9, 12, 17])
def test_a_tilted_box_has_no_tabs_in_its_words(size, config):
    found = pdf_format.read(pdf(BODY + TILTED.replace(b"/F 12", b"/F %d" % size)), "x.pdf", config.read)
    assert found.text.rstrip("\n").split("\n")[-1] == TEXT
