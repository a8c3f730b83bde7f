"""What stands on a slide is read from the top to the bottom and from left to right, whatever the order of the file."""

import random

import pytest
from handmade import HEAD, RELATIONSHIP, SLIDE_SPACES, deck, rels, shape

from pipeline.read import read_bytes
from pipeline.read.compose import Paragraph
from pipeline.read.office.slide_places import GroupFrame, Place, PlacedText, frame_of, in_reading_order, place_of

LONG = "新建文化站一处，全年开放三百天，接待群众四万人次。"
TRANSFORM = '<a:xfrm {}><a:off x="{}" y="{}"/><a:ext cx="{}" cy="{}"/>{}</a:xfrm>'


def at(left, top, width, height, *lines):
    """Return text at a place that is given in tenths of an inch."""
    place = Place(*(91_440.0 * value for value in (left, top, left + width, top + height)))
    return PlacedText(place, tuple(map(Paragraph, lines)))


def read_out(*texts):
    return [paragraph.text for text in in_reading_order(texts) for paragraph in text.paragraphs]


def every_way(*texts):
    """Return the one way in which texts are read, in whatever order they come."""
    shuffle, found = random.Random(7), set()
    for _ in range(24):
        mixed = list(texts)
        shuffle.shuffle(mixed)
        found.add(tuple(read_out(*mixed)))
    assert len(found) == 1
    return list(found.pop())


def test_rows_are_read_before_columns():
    assert every_way(at(50, 10, 40, 8, "乙"), at(5, 10, 40, 8, "甲"), at(5, 30, 85, 8, "丙")) == ["甲", "乙", "丙"]


def test_heights_and_overlaps_are_taken_with_tolerance():
    assert every_way(at(5, 10.6, 30, 8, "甲"), at(34, 10, 30, 8, "乙"), at(63, 11, 30, 8, "丙"), at(5, 18, 80, 9, "丁")) == [
        *("甲", "乙", "丙", "丁"),
    ]


def test_headings_over_longer_text_are_columns():
    left, right = [at(5, 15, 40, 6, "做法"), at(5, 22, 40, 30, LONG)], [at(50, 15, 40, 6, "成效"), at(50, 22, 40, 30, LONG + "二")]
    assert every_way(*left, *right) == ["做法", LONG, "成效", LONG + "二"]


def test_two_rows_of_cards_are_read_row_by_row_and_each_card_as_a_whole():
    cards = [
        text
        for top in (10, 40)
        for left in (5, 35, 65)
        for text in (at(left, top, 25, 5, f"卡{top}{left}"), at(left, top + 6, 25, 15, f"{LONG}{top}{left}"))
    ]
    expected = [name for top in (10, 40) for left in (5, 35, 65) for name in (f"卡{top}{left}", f"{LONG}{top}{left}")]
    assert every_way(*cards) == expected


def test_columns_that_do_not_stand_in_rows_are_read_one_after_the_other():
    left, right = [at(5, 10, 40, 20, "一"), at(5, 32, 40, 20, "二")], [at(50, 10, 40, 8, "三"), at(50, 20, 40, 32, "四")]
    assert every_way(*left, *right) == ["一", "二", "三", "四"]


def test_where_texts_stand_in_rows_and_columns_the_order_of_the_file_tells():
    grid = {(row, column): at(5 + 45 * column, 10 + 20 * row, 40, 15, f"格{row}{column}") for row in (0, 1) for column in (0, 1)}
    assert read_out(*(grid[row, column] for column in (0, 1) for row in (0, 1))) == ["格00", "格10", "格01", "格11"]
    assert read_out(*(grid[row, column] for row in (0, 1) for column in (0, 1))) == ["格00", "格01", "格10", "格11"]
    assert read_out(*(grid[cell] for cell in ((1, 1), (0, 1), (1, 0), (0, 0)))) == ["格00", "格01", "格10", "格11"]


def test_numbers_beside_their_text_go_with_it():
    pairs = [text for i in range(3) for text in (at(5, 10 + 12 * i, 8, 8, f"0{i}"), at(15, 10 + 12 * i, 70, 8, f"{LONG}{i}"))]
    assert every_way(*pairs) == [line for i in range(3) for line in (f"0{i}", f"{LONG}{i}")]


def test_what_stands_on_a_larger_shape_follows_its_text():
    ground = at(5, 10, 40, 40, "左边")
    assert every_way(at(7, 30, 30, 8, "内二"), at(7, 20, 30, 8, "内一"), ground, at(50, 10, 40, 40, "右边")) == [
        *("左边", "内一", "内二", "右边"),
    ]


def test_texts_that_no_gap_parts_are_read_by_lines():
    stairs = [at(5, 10, 50, 10, "一"), at(45, 14, 50, 10, "二"), at(5, 17, 50, 10, "三"), at(45, 22, 50, 10, "四")]
    assert every_way(*stairs) == ["一", "二", "三", "四"]


def test_what_has_no_place_stays_where_the_file_has_it():
    nowhere = PlacedText(None, (Paragraph("无"),))
    assert read_out(at(5, 30, 40, 8, "下"), nowhere, at(5, 10, 40, 8, "上")) == ["上", "下", "无"]
    assert read_out(nowhere, at(5, 30, 40, 8, "下")) == ["无", "下"]


def test_nothing_is_lost_or_said_twice_wherever_it_stands():
    dice = random.Random(3)
    for _ in range(200):
        texts = [at(*(dice.randint(0, 40) for _ in range(2)), *(dice.randint(0, 30) for _ in range(2)), str(i)) for i in range(12)]
        assert sorted(read_out(*texts), key=int) == list(map(str, range(12)))
    stairs = [at(5 + 5 * i, 5 + 5 * i, 900 - 5 * i, 5, str(i)) for i in range(350)]
    assert len(read_out(*stairs, *[at(5 + 5 * i, 10 + 5 * i, 4, 900, f"s{i}") for i in range(40)])) == 390
    assert len(read_out(*stairs, *stairs)) == 700


def transform(x, y, width, height, inner="", attributes=""):
    from lxml import etree

    return etree.fromstring(f"<x {SLIDE_SPACES}>{TRANSFORM.format(attributes, x, y, width, height, inner)}</x>")[0]


def test_a_group_has_a_frame_of_its_own():
    inner = '<a:chOff x="1000" y="0"/><a:chExt cx="200" cy="100"/>'
    frame = frame_of(transform(10, 20, 400, 400, inner), GroupFrame())
    assert place_of(transform(1100, 50, 50, 25), frame) == Place(210, 220, 310, 320)
    within = frame_of(transform(1000, 0, 100, 100, '<a:chOff x="0" y="0"/><a:chExt cx="10" cy="10"/>'), frame)
    assert place_of(transform(5, 5, 5, 5), within) == Place(110, 220, 210, 420)
    assert frame_of(transform(10, 20, 400, 400), frame) == frame


@pytest.mark.parametrize(
    ("angle", "expected"), [(0, (0, 0, 40, 10)), (5_400_000, (15, -15, 25, 25)), (16_200_000, (15, -15, 25, 25))]
)
def test_what_is_turned_takes_the_place_that_it_covers(angle, expected):
    assert place_of(transform(0, 0, 40, 10, attributes=f'rot="{angle}"'), GroupFrame()) == Place(*expected)


@pytest.mark.parametrize("broken", ["x", "y", "cx", "cy"])
def test_a_place_that_is_not_said_is_none(broken):
    element = transform(1, 2, 3, 4)
    for part in element:
        part.attrib.pop(broken, None)
    assert place_of(element, GroupFrame()) is None
    assert place_of(None, GroupFrame()) is None


@pytest.fixture
def read(config):
    return lambda data: read_bytes(data, "x.pptx", config.read, ".pptx").text.split("\n")


def box(left, top, width, height, text, kinds=()):
    place = TRANSFORM.format("", *(91_440 * value for value in (left, top, width, height)), "")
    return shape(list(kinds), text).replace(shape([], "").partition("<p:spPr>")[2].partition("<a:prstGeom")[0], place)


def test_the_boxes_of_a_slide_come_as_they_are_read_and_groups_as_one(read):
    group = '<p:grpSp><p:nvGrpSpPr/><p:grpSpPr><a:xfrm><a:off x="{}" y="914400"/><a:ext cx="3657600" cy="3657600"/>'
    group += '<a:chOff x="0" y="0"/><a:chExt cx="7315200" cy="7315200"/></a:xfrm></p:grpSpPr>{}</p:grpSp>'
    right = group.format(4_572_000, box(0, 40, 80, 20, "右下") + box(0, 0, 80, 20, "右上"))
    left = group.format(457_200, box(0, 40, 80, 20, "左下") + box(0, 0, 80, 20, "左上"))
    foot = box(5, 65, 80, 5, "来源：某镇") + shape(["sldNum"], "3")
    found = read(deck([foot + right + left + box(5, 2, 80, 5, "标题", ["title"])]))
    assert found == ["标题", "左上", "左下", "右上", "右下", "来源：某镇", "3"]


def test_a_place_holder_stands_where_its_layout_or_master_says(read):
    holder = "<p:sp><p:nvSpPr><p:cNvPr/><p:cNvSpPr/><p:nvPr><p:ph {}/></p:nvPr></p:nvSpPr><p:spPr>{}</p:spPr>{}</p:sp>"
    text = "<p:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:txBody>"
    place = [TRANSFORM.format("", 457_200, 914_400 * top, 7_315_200, 457_200, "") for top in range(1, 7)]
    slide = holder.format('type="body" idx="12"', "", text.format("下面")) + holder.format('idx="11"', "", text.format("上面"))
    slide += holder.format('type="subTitle"', "", text.format("中间")) + holder.format(
        'idx="99" type="tbl"', "", text.format("随后")
    )
    layout = holder.format('idx="12" type="body"', place[4], "") + holder.format('idx="11"', place[0], "")
    master = holder.format('type="body"', place[2], "")

    def part(name, shapes):
        return f"{HEAD}<p:{name} {SLIDE_SPACES}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:{name}>"

    def to(kind, target):
        return rels(f'<Relationship Id="rId1" Type="{RELATIONSHIP}/{kind}" Target="../{target}"/>')

    more = {
        "ppt/slides/_rels/s1.xml.rels": to("slideLayout", "layouts/l.xml"),
        "ppt/layouts/l.xml": part("sldLayout", layout.replace('type="body"', "") + holder.format('type="dt"', place[5], "")),
        "ppt/layouts/_rels/l.xml.rels": to("slideMaster", "masters/m.xml"),
        "ppt/masters/m.xml": part("sldMaster", master),
    }
    assert read(deck([slide], more)) == ["上面", "中间", "随后", "下面"]


def test_smart_art_is_read_by_its_outline_and_by_its_drawing_where_it_has_none(read):
    space = f'xmlns:dgm="urn:dgm" xmlns:dsp="urn:dsp" {SLIDE_SPACES}'
    link = '<dgm:relIds xmlns:dgm="urn:dgm" r:dm="rId7"/>'
    frame = f"<p:graphicFrame><a:graphic><a:graphicData>{link}</a:graphicData></a:graphic></p:graphicFrame>"
    listed = [("1", "施工"), ("2", "筹资"), ("3", "验收"), ("4", "选址")]
    points = '<dgm:pt modelId="0" type="doc"/>' + "".join(
        f'<dgm:pt modelId="{key}"><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>' for key, text in listed
    )
    links = "".join(
        f'<dgm:cxn srcId="{above}" destId="{below}" srcOrd="{order}"/>'
        for above, below, order in (("0", "2", 0), ("0", "1", 1), ("0", "3", 2), ("2", "4", 0))
    )
    links += '<dgm:cxn type="presOf" srcId="3" destId="2" srcOrd="0"/>'
    drawn = box(5, 30, 40, 8, "画二") + box(5, 10, 40, 8, "画一")

    def more(model, extension=""):
        kinds = (("rId7", "diagramData", "d.xml"), ("rId8", "diagramDrawing", "w.xml"), ("rId9", "diagramDrawing", "v.xml"))
        return {
            "ppt/slides/_rels/s1.xml.rels": rels(
                "".join(f'<Relationship Id="{i}" Type="{RELATIONSHIP}/{k}" Target="../{t}"/>' for i, k, t in kinds)
            ),
            "ppt/d.xml": f"{HEAD}<dgm:dataModel {space}>{model}{extension}</dgm:dataModel>",
            "ppt/w.xml": f"{HEAD}<dsp:drawing {space}><dsp:spTree>{drawn}</dsp:spTree></dsp:drawing>",
            "ppt/v.xml": f"{HEAD}<dsp:drawing {space}><dsp:spTree/></dsp:drawing>",
        }

    outline = f"<dgm:ptLst>{points}</dgm:ptLst><dgm:cxnLst>{links}</dgm:cxnLst>"
    assert read(deck([frame], more(outline))) == ["筹资", "选址", "施工", "验收"]
    assert read(deck([frame], more("<dgm:ptLst/>", '<dsp:dataModelExt relId="rId8"/>'))) == ["画一", "画二"]
