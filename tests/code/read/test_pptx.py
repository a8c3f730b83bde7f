"""Presentations give their slides in order: titles as headings, text, tables; what is not shown is set aside."""

import pytest
from handmade import HEAD, RELATIONSHIP, SLIDE_SPACES, deck, package, pptx, rels, shape

from pipeline.core.errors import InputError
from pipeline.read import read_bytes

REPORT = "文化站建设情况\n镇里新建文化站一处。\n活动\n排了节目到各村巡演。"


@pytest.fixture
def read(config):
    return lambda data, suffix=".pptx": read_bytes(data, f"x{suffix}", config.read, suffix)


def told(found, *kinds):
    marks = [mark for mark in found.marks if mark.kind in kinds or not kinds]
    return [(mark.kind, mark.level, mark.reason, found.text[mark.start : mark.end]) for mark in marks]


def test_titles_are_headings_and_the_slide_is_the_place(read):
    found = read(pptx(REPORT))
    assert (found.text, found.encoding) == (REPORT, "pptx")
    assert told(found) == [("heading", 1, "", "文化站建设情况"), ("heading", 1, "", "活动")]
    assert [place.page for place in found.places] == [1, 1, 2, 2]


@pytest.mark.parametrize("suffix", [".ppt", ".odp"])
def test_older_and_open_presentations_come_by_libreoffice(read, soffice, tmp_path, suffix):
    (tmp_path / "given.pptx").write_bytes(pptx(REPORT))
    found = read(soffice(tmp_path / "given.pptx", suffix[1:], tmp_path).read_bytes(), ".dps" if suffix == ".ppt" else suffix)
    assert (found.text, found.encoding) == (REPORT, suffix[1:])
    assert told(found)[0] == ("heading", 1, "", "文化站建设情况")


def test_a_title_comes_first_and_on_one_line(read):
    group = "<p:grpSp><p:nvGrpSpPr/>" + shape(["body"], "组内") + "</p:grpSp>"
    slide = shape([], "年初", "年末") + shape(["ctrTitle"], "文化站", "建设情况") + group
    choice = f"<mc:Choice>{shape([], '一回')}</mc:Choice><mc:Fallback>{shape([], '两回')}</mc:Fallback>"
    wrapped = f'<mc:AlternateContent xmlns:mc="urn:mc">{choice}</mc:AlternateContent>'
    assert read(deck([slide + wrapped])).text == "文化站 建设情况\n年初\n年末\n组内\n一回"


def test_breaks_fields_and_margins(read):
    fields = "<a:fld type='datetime1'><a:t>二〇二四年</a:t></a:fld><a:fld type='slidenum'><a:t>7</a:t></a:fld>"
    runs = f"<a:p><a:r><a:t>甲</a:t></a:r><a:br/>{fields}</a:p>"
    body = f"<p:sp><p:nvSpPr><p:cNvPr/><p:nvPr/></p:nvSpPr><p:txBody>{runs}</p:txBody></p:sp>"
    found = read(deck([body + shape(["sldNum"], "3") + shape(["ftr"], "某镇")]))
    assert found.text == "甲\n二〇二四年\n3\n某镇"
    assert told(found) == [("noise", 0, "page number", "3"), ("noise", 0, "page footer", "某镇")]


def test_tables_are_rows(read):
    cell = "<a:tc><a:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></a:txBody></a:tc>"
    rows = f"<a:tr>{cell.format('村')}{cell.format('人数')}</a:tr><a:tr>{cell.format('河湾')}{cell.format('三十')}</a:tr>"
    frame = f"<p:graphicFrame><a:graphic><a:graphicData><a:tbl>{rows}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
    found = read(deck([frame]))
    assert found.text == "村\t人数\n河湾\t三十"
    assert [kind for kind, *_ in told(found)] == ["noise", "row"]  # a name above numbers


def test_smart_art_gives_its_points_and_notes_and_hidden_slides_are_set_aside(read):
    diagram = '<dgm:relIds xmlns:dgm="urn:dgm" r:dm="rId7"/>'
    frame = f"<p:graphicFrame><a:graphic><a:graphicData>{diagram}</a:graphicData></a:graphic></p:graphicFrame>"
    point = "<dgm:pt><dgm:t><a:p><a:r><a:t>{}</a:t></a:r></a:p></dgm:t></dgm:pt>"
    notes = shape(["body"], "讲慢一点。") + shape(["sldNum"], "1")
    more = {
        "ppt/slides/_rels/s1.xml.rels": rels(
            f'<Relationship Id="rId7" Type="{RELATIONSHIP}/diagramData" Target="../diagrams/d.xml"/>'
            f'<Relationship Id="rId8" Type="{RELATIONSHIP}/notesSlide" Target="../notes/n.xml"/>'
        ),
        "ppt/diagrams/d.xml": f'{HEAD}<dgm:dataModel xmlns:dgm="urn:dgm" {SLIDE_SPACES}><dgm:ptLst>{point.format("筹资")}'
        f'{point.format("施工")}<dgm:pt type="pres"/></dgm:ptLst></dgm:dataModel>',
        "ppt/notes/n.xml": f"{HEAD}<p:notes {SLIDE_SPACES}><p:cSld><p:spTree>{notes}</p:spTree></p:cSld></p:notes>",
    }
    found = read(deck([shape(["title"], "步骤") + frame], more))
    assert found.text == "步骤\n筹资\n施工\n讲慢一点。"
    assert told(found, "noise") == [("noise", 0, "speaker notes", "讲慢一点。")]
    shown, hidden = shape([], "放映"), deck([shape([], "不放映")], attributes='show="0"')
    assert read(deck([shown])).text == "放映"
    with pytest.raises(InputError, match=r"^x\.pptx: no text on any slide"):
        read(hidden)


ONE_OF_TWO = rels(f'<Relationship Id="rId1" Type="{RELATIONSHIP}/slide" Target="slides/s1.xml"/>')
ELSEWHERE = rels(f'<Relationship Id="rId1" Type="{RELATIONSHIP}/slide" Target="s.xml"/>')


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (deck([]), "no text on any slide; where the slides are pictures, recognise their text"),
        (deck([shape([], "x")], {"ppt/presentation.xml": "<a/>"}), "holds no presentation"),
        (deck([shape([], "x")], {"ppt/slides/s1.xml": "<a>"}), r"ppt/slides/s1\.xml in it is damaged"),
        (deck([shape([], "x")], {"ppt/slides/s1.xml": "<!DOCTYPE a []><a/>"}), "declares a document type"),
        (deck([shape([], "x")], {"ppt/_rels/presentation.xml.rels": ELSEWHERE}), r"the slide ppt/s\.xml is missing"),
        (deck([shape([], "x"), shape([], "y")], {"ppt/_rels/presentation.xml.rels": ONE_OF_TWO}), "the slide 2 is missing"),
        (deck([shape([], "x")])[:-60], "incomplete: its end is missing"),
        (package({"a.txt": "x"}), r"damaged, or no \.pptx file"),
    ],
)
def test_what_cannot_be_read_is_one_line(read, data, says):
    with pytest.raises(InputError, match=rf"^x\.pptx: .*{says}"):
        read(data)


def test_a_flat_presentation_is_read_and_entities_never_reach_libreoffice(soffice, config, tmp_path):
    (tmp_path / "a.pptx").write_bytes(pptx(REPORT))
    data = soffice(tmp_path / "a.pptx", "fodp", tmp_path).read_bytes()
    found = read_bytes(data, "x.fodp", config.read, ".fodp")
    assert (found.text, found.encoding) == (REPORT, "fodp")
    hostile = data.replace(b"<office:document ", b'<!DOCTYPE a [<!ENTITY e "x">]><office:document ', 1)
    with pytest.raises(InputError, match="declares a document type"):
        read_bytes(hostile, "x.fodp", config.read, ".fodp")


def test_of_alternatives_the_one_with_text_is_read(read):
    space = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    for first in ("<p:pic/>", shape([], "镇里新建文化站一处。")):
        branches = f"<mc:Choice>{first}</mc:Choice><mc:Fallback>{shape([], '镇里新建文化站一处。')}</mc:Fallback>"
        assert read(deck([f"<mc:AlternateContent {space}>{branches}</mc:AlternateContent>"])).text == "镇里新建文化站一处。"


def body(*paragraphs, style="", hidden=""):
    text = "".join(paragraphs)
    names = f'<p:nvSpPr><p:cNvPr id="7" name="x"{hidden}/><p:cNvSpPr/><p:nvPr/></p:nvSpPr>'
    return f"<p:sp>{names}<p:spPr/><p:txBody><a:lstStyle>{style}</a:lstStyle>{text}</p:txBody></p:sp>"


def listed(text, form="arabicPeriod", level=0, extra=""):
    numbered = f'<a:buAutoNum type="{form}"{extra}/>' if form else "<a:buNone/>"
    return f'<a:p><a:pPr lvl="{level}">{numbered}</a:pPr><a:r><a:t>{text}</a:t></a:r></a:p>'


def test_lists_have_the_numbers_that_a_slide_shows(read):
    first = [listed("筹资"), listed("选址", "alphaLcParenR", 1), listed("丈量", "alphaLcParenR", 1), listed("施工"), listed("", "")]
    second = [
        listed("验收"),
        listed("说明", ""),
        listed("另起"),
        listed("学习", "ea1ChsPeriod"),
        listed("五项", "circleNumDbPlain", 0, ' startAt="5"'),
    ]
    plain = "<a:p><a:r><a:t>按样式</a:t></a:r></a:p>"
    slide = body(*first, *second) + body(plain, plain, style='<a:lvl1pPr><a:buAutoNum type="arabicParenBoth"/></a:lvl1pPr>')
    assert read(deck([slide])).text.split("\n") == [
        *(
            "1. 筹资",
            "a) 选址",
            "b) 丈量",
            "2. 施工",
            "3. 验收",
            "说明",
            "1. 另起",
            "一. 学习",
            "⑤五项",
            "(1) 按样式",
            "(2) 按样式",
        ),
    ]


def test_hidden_shapes_are_set_aside_and_parts_of_merged_cells_are_none(read):
    cell = "<a:tc{}><a:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></a:txBody></a:tc>"
    row = cell.format("", "河湾") + cell.format(' hMerge="1"', "藏") + cell.format(' vMerge="1"', "藏") + cell.format("", "三十")
    frame = (
        f"<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr>{row}</a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
    )
    found = read(deck([frame + body(listed("看不见", ""), hidden=' hidden="1"')]))
    assert found.text == "河湾\t三十\n看不见"
    assert told(found, "noise") == [("noise", 0, "hidden shape", "看不见")]


def test_formulas_are_text_once(read):
    space = 'xmlns:mc="urn:mc" xmlns:a14="urn:a14" xmlns:m="urn:m"'
    formula = "<a14:m><m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath></a14:m>"
    fallback = "<mc:Fallback><a:r><a:t>图</a:t></a:r></mc:Fallback>"
    branches = f"<mc:AlternateContent {space}><mc:Choice>{formula}</mc:Choice>{fallback}</mc:AlternateContent>"
    assert read(deck([body(f"<a:p><a:r><a:t>设</a:t></a:r>{branches}</a:p>")])).text == "设x=1"


def test_the_words_of_a_chart_are_read(read):
    space = 'xmlns:c="urn:c"'
    link = '<c:chart xmlns:c="urn:c" r:id="rId7"/>'
    frame = f"<p:graphicFrame><a:graphic><a:graphicData>{link}</a:graphicData></a:graphic></p:graphicFrame>"
    title = "<c:title><c:tx><c:rich><a:p><a:r><a:t>各镇活动</a:t></a:r><a:r><a:t>场次</a:t></a:r></a:p></c:rich></c:tx></c:title>"
    names = "<c:strCache>{}</c:strCache>"
    towns = names.format("<c:pt><c:v>河湾镇</c:v></c:pt><c:pt><c:v>山前镇</c:v></c:pt>")
    years = [names.format(f"<c:pt><c:v>{year}</c:v></c:pt>") for year in ("上年", "本年")]
    numbers = "<c:val><c:numCache><c:pt><c:v>30</c:v></c:pt></c:numCache></c:val>"
    series = "".join(f"<c:ser><c:tx>{year}</c:tx><c:cat>{towns}</c:cat>{numbers}</c:ser>" for year in years)
    more = {
        "ppt/slides/_rels/s1.xml.rels": rels(f'<Relationship Id="rId7" Type="{RELATIONSHIP}/chart" Target="../c.xml"/>'),
        "ppt/c.xml": f"{HEAD}<c:chartSpace {space} {SLIDE_SPACES}>{title}<c:plotArea>{series}</c:plotArea></c:chartSpace>",
    }
    assert read(deck([frame], more)).text.split("\n") == ["各镇活动场次", "上年\t本年", "河湾镇\t山前镇"]
    for damaged in ({}, more | {"ppt/c.xml": "<chartSpace>"}, {name: more[name] for name in more if "rels" in name}):
        with pytest.raises(InputError, match=r": (rId7|ppt/c\.xml)[ ,].*(is not in it; open it in PowerPoint|save the file again)"):
            read(deck([frame + shape([], "字")], damaged))


def part(name, shapes, attributes=""):
    return f"{HEAD}<p:{name} {SLIDE_SPACES} {attributes}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:{name}>"


@pytest.mark.parametrize(
    ("of_slide", "of_layout", "expected"),
    [
        ("", "", ["版式上的字", "母版上的字"]),
        ("", 'showMasterSp="0"', ["版式上的字"]),
        ('showMasterSp="0"', "", []),
    ],
)
def test_what_stands_on_every_slide_is_set_aside_once(read, of_slide, of_layout, expected):
    layout = shape(["title"], "单击此处") + shape([], "版式上的字") + body(listed("看不见", ""), hidden=' hidden="1"')
    more = {f"ppt/slides/_rels/s{i}.xml.rels": rels(relation(1, "slideLayout", "../slideLayouts/l.xml")) for i in (1, 2)} | {
        "ppt/slideLayouts/l.xml": part("sldLayout", layout, of_layout),
        "ppt/slideLayouts/_rels/l.xml.rels": rels(relation(1, "slideMaster", "../slideMasters/m.xml")),
        "ppt/slideMasters/m.xml": part(
            "sldMaster", shape(["body"], "各级文本") + f"<p:grpSp><p:nvGrpSpPr/>{shape([], '母版上的字')}</p:grpSp>"
        ),
    }
    found = read(deck([shape(["title"], "文化站"), shape(["title"], "活动")], more, of_slide))
    assert found.text.split("\n") == ["文化站", *expected, "活动"]
    assert [text for _, _, reason, text in told(found, "noise") if reason == "slide master"] == expected


def relation(number, kind, target):
    return f'<Relationship Id="rId{number}" Type="{RELATIONSHIP}/{kind}" Target="{target}"/>'


def test_groups_and_tables_that_are_hidden_are_set_aside(read):
    row = "<a:tr><a:tc><a:txBody><a:p><a:r><a:t>藏着的表</a:t></a:r></a:p></a:txBody></a:tc></a:tr>"
    table = f"<a:graphic><a:graphicData><a:tbl>{row}</a:tbl></a:graphicData></a:graphic>"
    frame = (
        f'<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="3" name="x" hidden="1"/></p:nvGraphicFramePr>{table}</p:graphicFrame>'
    )
    group = f'<p:grpSp><p:nvGrpSpPr><p:cNvPr id="4" name="x" hidden="true"/></p:nvGrpSpPr>{shape([], "藏着的组")}</p:grpSp>'
    found = read(deck([shape([], "见到的字") + frame + group]))
    assert [(reason, text) for _, _, reason, text in told(found, "noise")] == [
        ("hidden shape", "藏着的表"),
        ("hidden shape", "藏着的组"),
    ]


def test_labels_of_a_chart_and_what_was_drawn_on_it_are_read(read):
    link = '<c:chart xmlns:c="urn:c" r:id="rId7"/>'
    frame = f"<p:graphicFrame><a:graphic><a:graphicData>{link}</a:graphicData></a:graphic></p:graphicFrame>"
    label = "<c:dLbl><c:idx/><c:tx><c:rich><a:p><a:r><a:t>{}</a:t></a:r></a:p></c:rich></c:tx></c:dLbl>"
    chart = f"<c:ser><c:tx><c:v>场次</c:v></c:tx><c:dLbls>{label.format('全年最多')}{label.format('12')}</c:dLbls></c:ser>"
    drawn = "<c:relSizeAnchor><c:sp><c:txBody><a:p><a:r><a:t>图上批注的话</a:t></a:r></a:p></c:txBody></c:sp></c:relSizeAnchor>"
    more = {
        "ppt/slides/_rels/s1.xml.rels": rels(relation(7, "chart", "../charts/c.xml")),
        "ppt/charts/c.xml": f'{HEAD}<c:chartSpace xmlns:c="urn:c" {SLIDE_SPACES}>{chart}</c:chartSpace>',
        "ppt/charts/_rels/c.xml.rels": rels(relation(1, "chartUserShapes", "../drawings/d.xml")),
        "ppt/drawings/d.xml": f'{HEAD}<c:userShapes xmlns:c="urn:c" {SLIDE_SPACES}>{drawn}</c:userShapes>',
    }
    assert read(deck([frame], more)).text.split("\n") == ["场次", "全年最多", "图上批注的话"]


CONTENT = shape(["title"], "宣讲") + shape(["body"], "全年讲了百场。")


def layout(kind):
    """Return the parts that give the first slide a layout of a kind."""
    target = f'<Relationship Id="rId9" Type="{RELATIONSHIP}/slideLayout" Target="../slideLayouts/l.xml"/>'
    part = f'{HEAD}<p:sldLayout {SLIDE_SPACES} type="{kind}"><p:cSld><p:spTree/></p:cSld></p:sldLayout>'
    return {"ppt/slides/_rels/s1.xml.rels": rels(target), "ppt/slideLayouts/l.xml": part}


@pytest.mark.parametrize(
    ("below", "level"),
    [
        ([], 0), (["县委宣传部", "2023年12月", "汇报人：张三"], 0), (["县委宣传部"] * 7, 1), (["一、学习", "二、宣讲"], 1),
        (["全年讲了百场。"], 1), (["甲" * 40], 0), (["甲" * 41], 1),
    ],
)  # fmt: skip
def test_the_title_of_a_cover_stands_above_all_others_and_that_of_a_first_slide_with_text_above_its_own(read, below, level):
    found = read(deck([shape(["title"], "某县工作汇报") + shape(["body"], *below), CONTENT]))
    assert told(found, "heading") == [("heading", level, "", "某县工作汇报"), ("heading", 1, "", "宣讲")]


def test_a_layout_says_that_a_slide_is_a_cover(read):
    first = shape(["title"], "某县工作汇报") + shape(["body"], "全年讲了百场。")
    assert told(read(deck([first, CONTENT], layout("title"))), "heading")[0][1] == 0
    assert told(read(deck([first, CONTENT], layout("obj"))), "heading")[0][1] == 1
    later = {name.replace("s1.", "s2."): part for name, part in layout("title").items()}  # the last slide, which says thank you
    assert told(read(deck([first, CONTENT], later)), "heading")[1][1] == 1


def test_slides_between_sections_stand_below_the_title_of_theirs(read):
    cover, closing = shape(["ctrTitle"], "某县工作汇报"), shape(["title"], "结语") + shape(["body"], "请批评指正。")
    sections = [shape(["title"], f"第{number}部分 {name}") for number, name in (("一", "回顾"), ("二", "打算"))]
    found = read(deck([cover, sections[0], CONTENT, sections[1], CONTENT, closing]))
    levels = [(level, text) for _, level, _, text in told(found, "heading")]
    assert levels == [(0, "某县工作汇报"), (11, "宣讲"), (11, "宣讲"), (11, "结语")]  # numbers tell the level of the others


def test_a_layout_says_that_a_slide_begins_a_section(read):
    section = shape(["title"], "回顾") + shape(["body"], "工作回顾")
    found = read(deck([section, CONTENT, section.replace("回顾", "打算"), CONTENT], layout("secHead")))
    assert [(level, text) for _, level, _, text in told(found, "heading")] == [(0, "回顾"), (1, "宣讲"), (1, "打算"), (1, "宣讲")]
    parts = {name.replace("s1.", "s2."): part for name, part in layout("secHead").items()}
    found = read(deck([shape(["ctrTitle"], "某县工作汇报"), section, CONTENT], parts))
    assert [(level, text) for _, level, _, text in told(found, "heading")] == [(0, "某县工作汇报"), (1, "回顾"), (2, "宣讲")]


def test_a_slide_with_a_picture_or_without_a_number_begins_no_section(read):
    cover, picture = shape(["ctrTitle"], "某县工作汇报"), "<p:pic/>"
    for slide in (shape(["title"], "一、现场") + picture, shape(["title"], "现场")):
        levels = [(level, text) for _, level, _, text in told(read(deck([cover, slide, CONTENT])), "heading")]
        assert levels[-1][1] == "宣讲"
        assert levels[-1][0] == (1 if slide.endswith("</p:sp>") else 150)
