"""Characters come in the order of their lines however page and text are turned, and as what their fonts show."""

import pytest
from msgspec.structs import replace
from printed import lines, pdf, shown, stream

from pipeline.core.errors import InputError
from pipeline.read.formats.pdf import read

REPORT = [
    "第一行全县宣传工作取得成效，",
    "第二行文化惠民演出走进广场；",
    "第三行理论宣讲进村入户。",
    "第四行志愿服务活动丰富，",
    "第五行媒体报道传播声音。",
]
COLUMN = "县委宣传部组织理论宣讲团深入村社开展宣讲一百二十场受众达三万人次覆盖全县"
PLACES = {0: (100, 700, 0, -20), 90: (100, 100, 20, 0), 180: (495, 142, 0, 20), 270: (495, 742, -20, 0)}


def body(data, config):
    found = read(data, "x.pdf", config.read)
    noise = {mark.start for mark in found.marks if mark.kind == "noise"}
    position, kept = 0, []
    for line in found.text.split("\n"):
        if line and position not in noise:
            kept.append(line)
        position += len(line) + 1
    return kept


def noise(data, config):
    found = read(data, "x.pdf", config.read)
    return [(mark.reason, found.text[mark.start : mark.end]) for mark in found.marks if mark.kind == "noise"]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_lines_are_in_order_for_all_ways_of_turning_text_and_page(config, turn, rotate):
    x, y, across, down = PLACES[turn]
    content = b"".join(shown(text, x + across * i, y + down * i, turn=turn) for i, text in enumerate(REPORT))
    data = pdf(content, page=b"/MediaBox[0 0 595 842]/Rotate %d" % rotate)
    assert "".join(body(data, config)) == "".join(REPORT)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_paragraphs_are_whole_on_a_page_that_lies_on_its_side(config, turn):
    x, y, across, down = PLACES[turn]
    paragraph = [f"　　{COLUMN[:28]}", COLUMN[28:] + COLUMN[:21], COLUMN[21:] + "。"] * 2
    content = b"".join(shown(text, x + across * i, y + down * i, turn=turn) for i, text in enumerate(paragraph))
    expected = COLUMN + COLUMN + "。"
    assert body(pdf(content, page=b"/MediaBox[0 0 595 842]/Rotate 90"), config) == [expected, expected]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "compressed"])
def test_columns_of_a_vertical_font_run_from_right_to_left(config, packed):
    texts = [f"　　{COLUMN}", f"{COLUMN[:9]}。", f"　　{COLUMN[::-1]}", f"{COLUMN[:5]}。"]
    content = b"".join(shown(text, 520 - 28 * i, 780, 16, font="V") for i, text in enumerate(texts))
    data = pdf(content)
    if packed:
        data = data.replace(b"/Encoding/UniGB-UCS2-V", b"/Encoding /UniGB-UCS2-V")
    assert body(data, config) == [f"{COLUMN}{COLUMN[:9]}。", f"{COLUMN[::-1]}{COLUMN[:5]}。"]


@pytest.mark.parametrize(
    ("css", "inner"),
    [
        ("height:400px", "共有12个项目"),
        ("height:400px", "共有<span style='text-combine-upright:all'>12</span>个项目"),
        ("height:400px;text-orientation:upright", "共有十二个项目"),
    ],
    ids=["sideways", "combined", "upright"],
)
def test_vertical_pages_of_chromium_give_their_paragraphs(chromium, tmp_path, config, css, inner):
    body_text = f"{COLUMN}，{COLUMN}。"
    source = tmp_path / "page.html"
    style = f"<meta charset=utf-8><style>@page{{margin:2cm}} div{{writing-mode:vertical-rl;{css}}}</style>"
    source.write_text(f"{style}<h2>工作简报</h2><div><p>{inner}，{body_text}</p><p>“{COLUMN}”{body_text}</p></div>", "utf-8")
    found = body(chromium("pdf", source, tmp_path / "page.pdf").read_bytes(), config)
    plain = inner.replace("<span style='text-combine-upright:all'>", "").replace("</span>", "")
    assert found == ["工作简报", f"{plain}，{body_text}", f"“{COLUMN}”{body_text}"]


def symbol_font(name):
    return b"<</Type/Font/Subtype/TrueType/BaseFont/%s/FirstChar 32/LastChar 255/Widths[%s]/FontDescriptor 6 0 R>>" % (
        name,
        b"600 " * 224,
    )


@pytest.mark.parametrize(
    ("font", "code", "sign"),
    [
        (b"Wingdings", b"l", "●"),
        (b"ABCDEF+Wingdings-Regular", b"\xfc", "✓"),
        (b"Wingdings", b"\xd8", "➢"),
        (b"SymbolMT", b"\xb7", "•"),
    ],
)
def test_characters_of_symbol_fonts_are_what_they_show(config, font, code, sign):
    content = b"BT /S 12 Tf 1 0 0 1 72 700 Tm <%s> Tj ET\n" % code.hex().encode() + shown("开展理论宣讲一百二十场。", 90, 700)
    data = pdf(content, objects=[symbol_font(font)], fonts=b"/S 10 0 R")
    assert body(data, config)[0].replace(" ", "") == f"{sign}开展理论宣讲一百二十场。"


def mapped_font(first):
    """Return the objects of a font whose map says that its characters are those from code ``first`` on."""
    ranges = b"".join(b"<%04x><%04x><%04x>\n" % (i, i + 255, first + i) for i in range(0, 1024, 256))
    cmap = b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
    cmap += b"1 begincodespacerange <0000><ffff> endcodespacerange 4 beginbfrange\n" + ranges + b"endbfrange endcmap end end"
    font = b"<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+Song/Encoding/Identity-H/ToUnicode 11 0 R/DescendantFonts[5 0 R]>>"
    return [font, stream(cmap)]


def text_of_font(codes):
    return b"BT /W 12 Tf 16 TL 1 0 0 1 60 780 Tm " + b"".join(b"<%s> Tj T* " % bytes(row).hex().encode() for row in codes) + b"ET"


@pytest.mark.parametrize("first", [0x8C00, 0x3400, 0x9000])
def test_a_font_with_a_wrong_map_is_unreadable(config, first):
    codes = [b"".join((row * 30 + i).to_bytes(2) for i in range(30)) for row in range(20)]
    data = pdf(text_of_font(codes), objects=mapped_font(first), fonts=b"/W 10 0 R")
    with pytest.raises(InputError, match=r"^x\.pdf: unreadable: its fonts do not say which characters they show"):
        read(data, "x.pdf", replace(config.read, ocr="never"))


def test_a_title_in_a_font_with_a_wrong_map_is_no_reason_to_refuse_a_document(config):
    codes = [b"".join(i.to_bytes(2) for i in range(12))]
    data = pdf(text_of_font(codes) + lines(*[f"{COLUMN}。"] * 8, y=700), objects=mapped_font(0x8C00), fonts=b"/W 10 0 R")
    assert body(data, config)[-1].endswith("。")


def test_traditional_characters_are_readable(config):
    text = "縣委宣傳部組織理論宣講團深入村社開展宣講活動，縣圖書館新建城市書房六座，舉辦讀書活動，群眾反響熱烈。"
    assert "".join(body(pdf(lines(*[text[:30], text[30:]] * 6)), config)) == text * 6


def test_the_hyphen_that_ends_a_line_is_one(config):
    line = b"the words of this line go on and on from one margin to the other to an inter-"
    content = b"BT /H 12 Tf 18 TL 1 0 0 1 72 700 Tm " + b"(%s) Tj T* (national %s) Tj T* " % (line, line[:68]) * 4 + b"ET"
    data = pdf(content, fonts=b"/H 10 0 R", objects=[b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"])
    found = read(data, "x.pdf", config.read).text
    assert "\ufffe" not in found
    assert found.count("an international the words") == 4
