"""What covers the text of a page, lies off it or is not shown is set aside with its reason; what only looks like it stays."""

import zlib

import pytest
from printed import lines, pdf, shown, stream

from pipeline.read.formats.pdf import read
from pipeline.read.pdf.covers import has_layers

REPORT = [
    "县委宣传部组织理论宣讲团深入村社开展宣讲一百二十场，受众达三万人次。",
    "志愿者开展敬老助残服务活动，评选道德模范二十名。",
] * 4


def parts(data, config):
    """Return the text without what is set aside, and that with its reasons."""
    found = read(data, "x.pdf", config.read)
    noise = [(mark.reason, found.text[mark.start : mark.end]) for mark in found.marks if mark.kind == "noise"]
    text = found.text
    for mark in reversed(found.marks):
        if mark.kind == "noise":
            text = text[: mark.start] + text[mark.end :]
    return "".join(text.split()), noise


@pytest.mark.parametrize(
    "mark",
    [
        shown("内部资料 严禁外传", 150, 700, 40, before="0.8 g"),
        shown("内部资料 严禁外传", 90, 690, 30, before="1 0.85 0.85 rg /T gs"),
        shown("内部资料", 120, 720, 48),
        shown("内部资料", 100, 745, 12, before="0.75 g") + shown("内部资料", 200, 705, 12, before="0.75 g") * 1,
        b"".join(shown("秘密", 60 + 150 * i, 300, 14, before="0.7 g") for i in range(3)),
        shown("样稿", 200, 300, 40, before="0.85 g"),
    ],
    ids=["pale", "transparent", "black over text", "of the text's size", "tiled", "pale below the text"],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_watermark_is_set_aside_on_one_page(config, mark, is_first):
    mark, body = b"q " + mark + b" Q ", lines(*REPORT)
    state = b"/ExtGState<</T<</Type/ExtGState/ca 0.3>>>>"
    text, noise = parts(pdf(mark + body if is_first else body + mark, resources=state), config)
    assert text == "".join(REPORT)
    assert {reason for reason, _ in noise} == {"watermark"}


@pytest.mark.parametrize(
    "title",
    [
        shown("宣传工作简报", 150, 790, 40, before="1 g"),
        shown("宣传工作简报", 150, 790, 40, before="0.6 g"),
        shown("宣传工作简报", 150, 790, 40, before="0.8 g") + shown("宣传工作简报", 152, 792, 40, before="0 g"),
        shown("宣传工作简报", 150, 800, 12, before="0.7 g"),
        shown("临", 72, 780, 30),
    ],
    ids=["white", "grey", "with a shadow", "small and pale", "initial"],
)
def test_a_title_is_no_watermark(config, title):
    text, noise = parts(pdf(title + b"0 g " + lines(*REPORT)), config)
    assert not noise
    assert text.endswith("".join(REPORT))
    assert text.removesuffix("".join(REPORT)) in ("宣传工作简报", "临")


@pytest.mark.parametrize("offset", [(1, -1), (-2, -2), (0, 0), (3, 0)])
def test_a_shadow_or_outline_gives_each_character_once(config, offset):
    drawn = [shown("全县宣传思想文化工作会议 Annual report 2023", 72 + x, 800 + y, 16) for x, y in ((0, 0), offset)]
    text, _ = parts(pdf(b"".join(drawn) + lines(*REPORT)), config)
    assert text == "全县宣传思想文化工作会议Annualreport2023" + "".join(REPORT)


def test_a_word_that_is_written_twice_stays(config):
    text, _ = parts(pdf(shown("人人参与，年年进步，好好学习……级级落实——层层压实", 72, 800) + lines(*REPORT)), config)
    assert text.startswith("人人参与，年年进步，好好学习……级级落实——层层压实")


@pytest.mark.parametrize(("x", "y"), [(72, 900), (-300, 500), (72, -40), (640, 400)])
def test_text_off_the_page_is_set_aside(config, x, y):
    text, noise = parts(pdf(lines(*REPORT) + shown("裁切框外的文字", x, y)), config)
    assert text == "".join(REPORT)
    assert noise == [("outside the page", "裁切框外的文字")]


def test_the_crop_box_is_the_page(config):
    content = lines(*REPORT) + shown("裁去的旧稿", 80, 80)
    text, noise = parts(pdf(content, page=b"/MediaBox[0 0 595 842]/CropBox[20 200 575 842]"), config)
    assert (text, noise) == ("".join(REPORT), [("outside the page", "裁去的旧稿")])


OFF = b"/OCProperties<</OCGs[10 0 R 11 0 R]/D<</OFF[10 0 R]>>>>"
GROUPS = [b"<</Type/OCG/Name(draft)>>", b"<</Type/OCG/Name(final)>>"]
DRAFT = shown("隐藏图层里的旧稿。", 72, 500)


def layered(mark, properties, objects=()):
    content = lines(*REPORT) + mark
    return pdf(
        content, catalog=OFF, objects=[*GROUPS, *objects], resources=b"/Properties<</A 10 0 R/B 11 0 R/M 12 0 R>>" + properties
    )


def test_text_of_a_layer_that_is_off_is_set_aside(config):
    text, noise = parts(layered(b"/OC /A BDC " + DRAFT + b" EMC", b""), config)
    assert (text, noise) == ("".join(REPORT), [("hidden layer", "隐藏图层里的旧稿。")])


def test_text_of_a_layer_that_is_on_stays(config):
    text, noise = parts(layered(b"/OC /B BDC " + DRAFT + b" EMC", b""), config)
    assert (text, noise) == ("".join(REPORT) + "隐藏图层里的旧稿。", [])


def test_a_drawing_of_its_own_and_a_group_of_layers_are_hidden_with_their_layer(config):
    form = stream(DRAFT, b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources 7 0 R/OC 10 0 R")
    text, noise = parts(layered(b"/D Do ", b"/XObject<</D 13 0 R>>", [b"null", form]), config)
    assert (text, noise) == ("".join(REPORT), [("hidden layer", "隐藏图层里的旧稿。")])
    member = b"<</Type/OCMD/OCGs[10 0 R]/P/AllOn>>"
    text, noise = parts(layered(b"/OC /M BDC " + DRAFT + b" EMC", b"", [member]), config)
    assert (text, noise) == ("".join(REPORT), [("hidden layer", "隐藏图层里的旧稿。")])


def test_layers_are_found_in_packed_objects():
    packed = zlib.compress(b"1 0 <</Type/Catalog/OCProperties<</OCGs[2 0 R]>>>>")
    assert has_layers(b"%PDF-1.7 5 0 obj <</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>stream\r\n" + packed)
    assert not has_layers(b"%PDF-1.7 5 0 obj <</Type/ObjStm/N 1/Filter/FlateDecode>>stream\r\n" + zlib.compress(b"1 0 <<>>"))
    assert not has_layers(b"%PDF-1.7 5 0 obj <</Type/ObjStm>>stream\nno deflate")
