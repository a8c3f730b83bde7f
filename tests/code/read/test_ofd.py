"""OFD files as their producers differ: each gives the paragraphs of the report, or says why it cannot be read."""

import re
import zipfile

import pytest
from handmade import HEAD, SPACE, Ofd, drawn, glyphs, ofd, package
from msgspec.structs import replace

from pipeline.core.errors import InputError
from pipeline.read import read_bytes
from pipeline.read.formats.ofd import read

TITLE = "河湾镇文化站建设情况"
FIRST = "镇里新建文化站一处，添置图书三千册，设阅览座位六十个，每天开放八小时，周末照常开放，来看书的人比去年多了两成。"
SECOND = "文化站还请来老师教写字、教唱戏，排了节目到各村巡演。"
REPORT = f"{TITLE}\n{FIRST}\n{SECOND}"
REMARK = (
    f'{HEAD}<ofd:PageAnnot {SPACE}><ofd:Annot ID="70" Type="{{}}"><ofd:Appearance Boundary="0 0 210 297">{{}}</ofd:Appearance>'
    "</ofd:Annot></ofd:PageAnnot>"
)
LISTED = f'{HEAD}<ofd:Annotations {SPACE}><ofd:Page PageID="1"><ofd:FileLoc>P/A.xml</ofd:FileLoc></ofd:Page></ofd:Annotations>'


@pytest.fixture
def lines(config):
    """Return a function from an OFD to the lines of its report, and to those that are set aside, with the reason."""

    def run(made):
        found = read(made.data() if isinstance(made, Ofd) else made, "x.ofd", config.read)
        noise = {mark.start: mark.reason for mark in found.marks if mark.kind == "noise"}
        starts = [0, *(match.end() for match in re.finditer("\n", found.text))]
        all_lines = [(noise.get(start), line) for start, line in zip(starts, found.text.split("\n"), strict=True) if line]
        return [line for reason, line in all_lines if reason is None], [(reason, line) for reason, line in all_lines if reason]

    return run


@pytest.mark.parametrize("apart", [False, True])
def test_a_report_comes_back_in_paragraphs_with_its_pages(lines, config, apart):
    long = "\n".join([REPORT, *[SECOND, FIRST] * 9])
    body, noise = lines(ofd(long, apart=apart))
    assert body == long.split("\n")
    assert noise == [("page number", "— 1 —"), ("page number", "— 2 —")]
    found = read_bytes(ofd(long, apart=apart), "x.ofd", config.read)
    assert found.encoding == "ofd"
    assert [place.page for place in found.places] == [1, 2, 1, 2]  # a paragraph goes on over the page, its number follows


@pytest.mark.parametrize("space", ["http://www.ofdspec.org", "http://www.ofdspec.org/2016/", "urn:other"])
def test_the_namespace_does_not_matter(lines, space):
    made = Ofd([drawn(TITLE)], space=f'xmlns:ofd="{space}"')
    assert lines(made)[0] == [TITLE]
    bare = {name: content for name, content in _parts(made).items() if not name.endswith("/")}
    plain = {name: content.replace("ofd:", "").replace("xmlns:ofd", "xmlns") for name, content in bare.items()}
    assert lines(package(plain))[0] == [TITLE]


def _parts(made):
    import io

    with zipfile.ZipFile(io.BytesIO(made.data())) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.mark.parametrize(
    "location",
    [
        "Pages/Page_1/Content.xml",
        "/Doc_0/Pages/Page_1/Content.xml",
        "Doc_0/Pages/Page_1/Content.xml",
        "/Pages/Page_1/Content.xml",
        "./../Doc_0/Pages/Page_1/Content.xml",
        r"Pages\Page_1\Content.xml",
        r"\Doc_0\Pages\Page_1\Content.xml",
        "PAGES/page_1/content.XML",
        " Pages/Page%5F1/Content.xml\n",
    ],
)
def test_locations_are_found_as_producers_write_them(lines, location):
    parts = _parts(Ofd([drawn(TITLE)]))
    parts["Doc_0/Document.xml"] = parts["Doc_0/Document.xml"].replace("Pages/Page_1/Content.xml", location)
    assert lines(package(parts))[0] == [TITLE]


def test_names_of_parts_may_have_backslashes_and_chinese(lines):
    parts = _parts(Ofd([drawn(TITLE)]))
    odd = {name.replace("/", "\\").replace("Page_1", "第1页"): text.replace("Page_1", "第1页") for name, text in parts.items()}
    assert lines(package(odd))[0] == [TITLE]


def test_matrices_scale_and_squeeze_text(lines):
    wide = drawn("乡村文化站文件", size=18, attributes='CTM="0.6 0 0 1 0 0"')
    nested = f'<ofd:PageBlock ID="5"><ofd:PageBlock ID="6">{wide}</ofd:PageBlock></ofd:PageBlock>'
    assert lines(Ofd([nested + glyphs(SECOND, 28, 90)]))[0] == ["乡村文化站文件", SECOND]


def test_steps_repeat_and_run_out_and_line_breaks_lay_out_the_file(lines):
    code = 'X="0" Y="4.8" DeltaX="g 3 5.6"'
    assert lines(Ofd([drawn("\n      文化站里读书忙\n    ", code=code)]))[0] == ["文化站里读书忙"]
    assert lines(Ofd([drawn("文化站里\n读书忙", code='X="0" Y="4.8" DeltaX="g 99999999999 5.6"')]))[0] == ["文化站里读书忙"]
    assert lines(Ofd([drawn("文化站里读书忙", code='X="0" Y="4.8" DeltaX="x y"')]))[0] == ["文化站里读书忙"]


def test_words_of_latin_script_stay_words(lines):
    several = drawn("Web", 28) + drawn("Word", 39) + drawn("2023年", 52)
    assert lines(Ofd([several]))[0] == ["Web Word 2023年"]
    assert lines(Ofd([drawn("all told，“文化站”全年开放", 28)]))[0] == ["all told，“文化站”全年开放"]


def test_a_shadow_is_no_second_text(lines):
    assert lines(Ofd([drawn(TITLE, 28, 40) + drawn(TITLE, 28.3, 40.3) + drawn(SECOND, 28, 60)]))[0] == [TITLE, SECOND]
    twice = drawn("文化站开放", 28, 40) + drawn("文化站开放", 28, 49.8)
    assert "".join(lines(Ofd([twice]))[0]) == "文化站开放" * 2


def test_templates_are_part_of_the_page_where_they_stand(lines):
    layer = '<ofd:Content><ofd:Layer ID="2">{}</ofd:Layer></ofd:Content>'
    used = '<ofd:Template TemplateID="40" ZOrder="{}"/>'
    common = '<ofd:TemplatePage ID="40" BaseLoc="T/C.xml"/><ofd:TemplatePage ID="41" BaseLoc="T/D.xml"/>'
    for order in ("Background", "Foreground"):
        made = Ofd([used.format(order) + layer.format(drawn("王芳", 60, 60) + drawn("全年开放。", 28, 80))], common=common)
        frame = drawn("河湾镇文化站文件", 28, 40) + drawn("负责人：", 28, 60) + drawn("河湾镇文化站印", 28, 100)
        made.parts = {"Doc_0/T/C.xml": made.page(frame), "Doc_0/T/D.xml": made.page(drawn("没有用到的模板"))}
        assert lines(made)[0] == ["河湾镇文化站文件", "负责人：\t王芳", "全年开放。", "河湾镇文化站印"]


def test_stamps_watermarks_and_remarks_are_set_aside_and_unlisted_pages_are_none(lines):
    for kind, reason in [("Stamp", "stamp"), ("Watermark", "watermark"), ("Highlight", "annotation")]:
        made = Ofd([drawn(TITLE)], more="<ofd:Annotations>Annots.xml</ofd:Annotations>")
        made.parts = {
            "Doc_0/Annots.xml": LISTED,
            "Doc_0/P/A.xml": REMARK.format(kind, drawn("内部\n资料")),
            "Doc_0/Pages/Page_9/Content.xml": made.page(drawn("这一页不在文档里")),
        }
        assert lines(made) == ([TITLE], [(reason, "内部资料")])


def test_slanting_text_text_off_the_page_and_text_of_patterns_are_set_aside(lines):
    slanting = drawn("内部资料", 90, 150, attributes='CTM="0.7071 0.7071 -0.7071 0.7071 0 0"')
    pattern = f"<ofd:FillColor><ofd:Pattern><ofd:CellContent>{drawn('严禁复制')}</ofd:CellContent></ofd:Pattern></ofd:FillColor>"
    fill = f'<ofd:PathObject ID="4" Boundary="0 0 210 297">{pattern}</ofd:PathObject>'
    hidden = drawn("看不见的字", attributes='Visible="false"')
    body, noise = lines(Ofd([drawn(TITLE) + slanting + fill + hidden + drawn("版心以外", 28, 310)]))
    assert body == [TITLE]
    assert sorted(noise) == [("outside the page", "版心以外"), ("slanting text", "内部资料"), ("watermark", "严禁复制")]


def test_a_turned_page_is_read_level(lines):
    turned = "".join(
        drawn(text, left, 250, attributes='CTM="0 -1 1 0 0 0"', code='X="0" Y="4.8" DeltaX="g 20 5.6"')
        for text, left in ((TITLE, 30), (SECOND[:12], 60))
    )
    assert lines(Ofd([turned]))[0] == [TITLE, SECOND[:12]]


def test_composites_hold_text_and_refer_to_each_other_in_vain(lines, config):
    units = "<ofd:CompositeGraphicUnits>{}</ofd:CompositeGraphicUnits>"
    unit = '<ofd:CompositeGraphicUnit ID="{}" Width="9" Height="9"><ofd:Content>{}</ofd:Content></ofd:CompositeGraphicUnit>'
    refer = '<ofd:CompositeObject ID="8" CTM="{} 0 0 {} 0 0" Boundary="0 0 9 9" ResourceID="{}"/>'
    resources = units.format(
        unit.format(5, drawn(TITLE, size=15.8, left=80, top=120))
        + unit.format(6, drawn("再来", 28, 90) + refer.format(1, 1, 6) * 2)
    )
    made = Ofd([refer.format(0.3528, 0.3528, 5)], common="<ofd:DocumentRes>R.xml</ofd:DocumentRes>")
    made.parts = {"Doc_0/R.xml": f'{HEAD}<ofd:Res {SPACE} BaseLoc="Res">{resources}</ofd:Res>'}
    assert lines(made)[0] == [TITLE]
    made.pages = [refer.format(1, 1, 6)]
    assert lines(made)[0] == ["再来"]
    made.pages = [refer.format(1, 1, 404) + drawn(TITLE)]
    assert lines(made)[0] == [TITLE]


def test_a_small_file_cannot_draw_without_end(config, monkeypatch):
    monkeypatch.setattr("pipeline.read.ofd.drawing.DrawingBudget.__init__.__defaults__", (20,))
    with pytest.raises(InputError, match=r"^x\.ofd: draws more than .* objects"):
        read(Ofd([drawn("文化站") * 30]).data(), "x.ofd", config.read)


def test_several_documents_are_one_report_and_the_current_version_counts(lines, config):
    parts = _parts(Ofd([drawn(TITLE)]))
    second = {name.replace("Doc_0", "Doc_1"): text for name, text in _parts(Ofd([drawn(SECOND)])).items() if name != "OFD.xml"}
    body = "<ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    both = {**parts, **second, "OFD.xml": parts["OFD.xml"].replace("</ofd:OFD>", body)}
    assert lines(package(both))[0] == [TITLE, SECOND]
    assert [place.page for place in read(package(both), "x.ofd", config.read).places] == [1, 2]
    version = '<ofd:Versions><ofd:Version ID="2" Index="2" Current="true" BaseLoc="Doc_0/V/V.xml"/></ofd:Versions></ofd:DocBody>'
    later = f"{HEAD}<ofd:DocVersion {SPACE}><ofd:DocRoot>/Doc_1/Document.xml</ofd:DocRoot></ofd:DocVersion>"
    newest = {**parts, **second, "OFD.xml": parts["OFD.xml"].replace("</ofd:DocBody>", version), "Doc_0/V/V.xml": later}
    assert lines(package(newest))[0] == [SECOND]


def test_titles_come_from_tags_and_levels_from_the_outline(config):
    title = drawn("河湾镇人民政府关于", 60, 40, 7) + drawn("加强文化站建设的通知", 56, 52, 7).replace('ID="9"', 'ID="10"')
    body = drawn("建设进展", 28, 70) + drawn("全年开放。", 39.2, 80) + drawn("一、经费", 28, 90) + drawn("镇里出资。", 39.2, 100)
    made = Ofd([title + body.replace('ID="9"', 'ID="99"')])
    target = '<ofd:Actions><ofd:Action><ofd:Goto><ofd:Dest Type="XYZ" PageID="1"/></ofd:Goto></ofd:Action></ofd:Actions>'
    outline = "".join(f'<ofd:OutlineElem Title="{title}\n">{target}</ofd:OutlineElem>' for title in ("建设进展", "一、经费"))
    made.more = f"<ofd:Outlines>{outline}</ofd:Outlines><ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags>"
    tag = '<ofd:CustomTag TypeID="od"><ofd:FileLoc>Tag.xml</ofd:FileLoc></ofd:CustomTag>'
    refs = '<ofd:ObjectRef PageRef="1">9</ofd:ObjectRef><ofd:ObjectRef PageRef="1">10</ofd:ObjectRef>'
    made.parts = {
        "Doc_0/Tags/CustomTags.xml": f"{HEAD}<ofd:CustomTags {SPACE}>{tag}</ofd:CustomTags>",
        "Doc_0/Tags/Tag.xml": f"{HEAD}<od:电子公文 xmlns:od='urn:od' {SPACE}><od:标题>{refs}</od:标题></od:电子公文>",
    }
    found = read(made.data(), "x.ofd", config.read)
    headings = [(mark.level, found.text[mark.start : mark.end]) for mark in found.marks if mark.kind == "heading"]
    assert headings == [(0, "河湾镇人民政府关于加强文化站建设的通知"), (150, "建设进展")]
    made.parts["Doc_0/Tags/Tag.xml"] = "<:damaged xmlns:=''>"
    lines = ["河湾镇人民政府关于", "加强文化站建设的通知", "建设进展", "全年开放。", "一、经费", "镇里出资。", ""]
    assert read(made.data(), "x.ofd", config.read).text.split("\n") == lines


def test_attachments_and_missing_parts_are_told(config):
    made = Ofd([drawn(TITLE), ""], more="<ofd:Attachments>At.xml</ofd:Attachments>")
    attached = '<ofd:Attachment ID="1" Name="名单"><ofd:FileLoc>a.xlsx</ofd:FileLoc></ofd:Attachment>'
    made.parts = {"Doc_0/At.xml": f"{HEAD}<ofd:Attachments {SPACE}>{attached * 2}</ofd:Attachments>"}
    parts = _parts(made)
    del parts["Doc_0/Pages/Page_2/Content.xml"]
    note = "ofd, without 1 missing part: 'Pages/Page_2/Content.xml', 2 attachments not read"
    assert read(package(parts), "x.ofd", config.read).encoding == note


PRIVATE = "".join(map(chr, range(0xE000, 0xE000 + 30)))


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (Ofd([drawn(PRIVATE)]), "unreadable: its fonts do not say which characters they show"),
        (Ofd([drawn("浏览器（册）……………………………………………………" + PRIVATE[:4])]), "unreadable"),
        (Ofd([glyphs("文化站", 28, 40).replace(">文<", "><").replace(">化<", "><").replace(">站<", "><")]), "unreadable"),
        (
            Ofd(['<ofd:ImageObject ID="9" Boundary="0 0 210 297" ResourceID="8"/>']),
            "needs OCR: most of its pages are drawn without characters, or are pictures",
        ),
        (Ofd([""]), "no text on any page"),
        (Ofd([]), "lists no page that is in it"),
        (Ofd([drawn(TITLE)], start="Doc_7/Document.xml"), "lists no page that is in it"),
        (Ofd([drawn(TITLE)], parts={"Encryptions.xml": "<x/>"}), "an encrypted OFD document; open it with its password"),
        (Ofd([drawn(TITLE)], parts={"OFD.xml": "<html/>"}), "holds no OFD document"),
        (Ofd(["<ofd:TextObject>"]), r"Doc_0/Pages/Page_1/Content.xml in it is damaged"),
        (Ofd([drawn(TITLE)], parts={"OFD.xml": "<!DOCTYPE a [<!ENTITY e 'x'>]><OFD>&e;</OFD>"}), "declares a document type"),
    ],
)
def test_what_cannot_be_read_is_one_line(config, made, message):
    with pytest.raises(InputError, match=rf"^x\.ofd: .*{message}") as caught:
        read_bytes(made.data(), "x.ofd", config.read, ".ofd")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"max_pages": 1}, r"more than 1 pages \(read.max_pages\)"),
        ({"max_unpacked": 1000}, r"unpacks to .* \(read.max_unpacked\)"),
        ({"max_members": 3}, r"files in it; the limit is 3 \(read.max_members\)"),
        ({"max_bytes": 100}, r"bytes; the limit is 100 \(read.max_bytes\)"),
    ],
)
def test_the_limits_hold(config, limits, message):
    made = Ofd([drawn(TITLE), drawn(SECOND)])
    with pytest.raises(InputError, match=message):
        read_bytes(made.data(), "x.ofd", replace(config.read, **limits), ".ofd")


def test_a_cut_off_file_and_one_of_another_kind_are_one_line(config):
    data = Ofd([drawn(TITLE)]).data()
    for damaged in (data[:-40], data[:300], b"PK\x03\x04"):
        with pytest.raises(InputError, match=r"^x\.ofd: incomplete"):
            read_bytes(damaged, "x.ofd", config.read, ".ofd")
    with pytest.raises(InputError, match=r"^x\.ofd: damaged, or no \.ofd file"):
        read_bytes(package({"a.txt": "x"}), "x.ofd", config.read, ".ofd")


@pytest.mark.parametrize(
    ("attributes", "inner"),
    [
        ('Alpha="60"', ""),
        ("", '<ofd:FillColor Value="200 200 205"/>'),
        ("", '<ofd:FillColor Value="0 0 0" Alpha="40"/>'),
    ],
)
def test_pale_and_large_text_is_a_watermark_and_pale_text_among_others_is_not(lines, attributes, inner):
    mark = drawn("内部资料", 40, 120, 20, attributes).replace("<ofd:TextCode", f"{inner}<ofd:TextCode", 1)
    report = drawn(TITLE, 60, 40, 8) + drawn(FIRST[:27], 28, 60) + drawn(SECOND, 28, 75)
    body, noise = lines(Ofd([report + mark]))
    assert "内部资料" not in "".join(body)
    assert ("watermark", "内部资料") in noise
    small = mark.replace('Size="20"', 'Size="5.6"')
    assert "内部资料" in "".join(lines(Ofd([report + small]))[0])
    assert lines(Ofd([mark]))[0] == ["内部资料"]  # a page of nothing else


def test_columns_of_upright_characters_run_from_right_to_left(lines):
    columns = "".join(
        f'<ofd:TextObject ID="{i}" Boundary="{170 - 11 * i} 40 8 200" Font="3" Size="5.6"><ofd:TextCode X="0" Y="5" '
        f'DeltaY="g {len(text) - 1} 5.6">{text}</ofd:TextCode></ofd:TextObject>'
        for i, text in enumerate((FIRST[:27], FIRST[27:], SECOND))
    )
    assert "".join(lines(Ofd([columns]))[0]) == FIRST + SECOND
