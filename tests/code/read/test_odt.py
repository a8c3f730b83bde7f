import io
import zipfile

import pytest

from pipeline.core.errors import InputError
from pipeline.read.formats.odt import read

NAMES = ("office", "text", "table", "style", "draw", "svg-compatible")
SPACES = " ".join(f'xmlns:{name.partition("-")[0]}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in NAMES)


def flat(body, styles="", automatic="", master=""):
    return (
        f"<office:document {SPACES}><office:styles>{styles}</office:styles>"
        f"<office:automatic-styles>{automatic}</office:automatic-styles>"
        f"<office:master-styles>{master}</office:master-styles><office:body><office:text>{body}</office:text></office:body></office:document>"
    ).encode()


def packed(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return buffer.getvalue()


def p(text, style="", tag="p", extra=""):
    named = f' text:style-name="{style}"' if style else ""
    return f"<text:{tag}{named}{extra}>{text}</text:{tag}>"


def items(*contents, style="L", extra=""):
    named = f' text:style-name="{style}"' if style else ""
    inside = "".join(f"<text:list-item>{content}</text:list-item>" for content in contents)
    return f"<text:list{named}{extra}>{inside}</text:list>"


def numbers(name, *levels):
    inside = "".join(
        f'<text:list-level-style-number text:level="{at}" style:num-format="{form}" '
        f'style:num-prefix="{before}" style:num-suffix="{after}"{extra}/>'
        for at, (form, before, after, extra) in enumerate(levels, start=1)
    )
    return f'<text:list-style style:name="{name}">{inside}</text:list-style>'


CHINESE = numbers(
    "L", ("一, 二, 三, ...", "", "、", ""), ("一, 二, 三, ...", "（", "）", ""), ("1", "", ".", ' text:display-levels="2"')
)


@pytest.fixture
def lines(config):
    return lambda *parts, **named: read(flat(*parts, **named), "x.odt", config.read).text.split("\n")


def test_characters_of_symbol_fonts_are_those_that_they_show(lines):
    assert lines(p("电话<text:span>\uf0fc</text:span>已办结，\uf0fe是\uf0d8否")) == ["电话✓已办结，☑是➢否"]


def test_what_paragraphs_hold_is_text(lines):
    body = p('甲<text:s text:c="2"/>乙<text:tab/>丙<text:line-break/>丁<text:span>戊</text:span>  己<text:a>链接</text:a>尾')
    body += p("一<text:ruby><text:ruby-base>字</text:ruby-base><text:ruby-text>zi</text:ruby-text></text:ruby>")
    body += p("留<office:annotation><text:p>批注</text:p></office:annotation>下<text:date>2024年</text:date>")
    assert lines(body) == ["甲  乙\t丙", "丁戊 己链接尾", "一字", "留下2024年"]


@pytest.mark.parametrize(("held", "read"), [("true", ["全县开展宣讲。"]), ("false", ["隐节", "隐段", "全县开展宣讲。"])])
def test_what_a_condition_hid_when_the_file_was_saved_is_left_out(lines, held, read):
    section = f'<text:section text:display="condition" text:condition="ooow:1" text:is-hidden="{held}">{p("隐节")}</text:section>'
    hidden = f'<text:hidden-paragraph text:condition="ooow:1" text:is-hidden="{held}"/>隐段'
    assert [line for line in lines(section + p(hidden) + p("全县开展宣讲。")) if line] == read


def test_deletions_and_hidden_text_are_left_out(lines):
    body = f"<text:tracked-changes><text:changed-region>{p('删去')}</text:changed-region></text:tracked-changes>"
    body += (
        p("显<text:span text:style-name='H'>隐</text:span>示")
        + p("隐段", "P")
        + f'<text:section text:display="none">{p("隐节")}</text:section>'
    )
    hidden = '<style:style style:name="{}"><style:text-properties text:display="none"/></style:style>'
    assert lines(body + f"<text:section>{p('节')}</text:section>", automatic=hidden.format("H") + hidden.format("P")) == [
        "显示",
        "节",
    ]


def test_headings_and_the_title_have_marks(config):
    circle = '<style:style style:name="{}" style:parent-style-name="{}"/>'
    styles = '<style:style style:name="Title"/>' + circle.format("x1", "x2") + circle.format("x2", "x1")
    automatic = '<style:style style:name="P1" style:parent-style-name="Title"/>'
    body = (
        p("总结", "P1")
        + p("回顾", tag="h", extra=' text:outline-level="1"')
        + p("做法", "x1", "h", ' text:outline-level="2"')
        + p("正文")
    )
    content = read(flat(body, styles, automatic), "x.odt", config.read)
    assert {content.text[mark.start : mark.end]: mark.level for mark in content.marks} == {"总结": 0, "回顾": 1, "做法": 2}


def test_list_numbers_are_text(lines):
    body = items(
        p("学习") + items(p("宣讲") + items(p("甲"), p("乙"), style=""), p("党课") + p("续段"), style=""),
        p("文化") + items(p("送戏"), style=""),
    )
    expected = ["一、学习", "（一）宣讲", "一.1. 甲", "一.2. 乙", "（二）党课", "续段", "二、文化", "（一）送戏"]
    assert lines(body, automatic=CHINESE) == expected


def test_lists_begin_anew_or_go_on(lines):
    body = items(p("甲"), extra=' xml:id="a"') + items(p("乙")) + items(p("丙"), extra=' text:continue-numbering="true"')
    body += items(p("丁"), extra=' text:continue-list="a"') + items(p("戊"), extra=' text:continue-list="none"')
    items_in = '<text:list-header><text:p>头</text:p></text:list-header><text:list-item text:start-value="7"><text:p>己</text:p>'
    body += f'<text:list text:style-name="L">{items_in}</text:list-item></text:list>'
    assert lines(body, automatic=CHINESE) == ["一、甲", "一、乙", "二、丙", "二、丁", "一、戊", "头", "七、己"]


def test_bullets_chapters_and_unknown_lists(lines):
    bullets = (
        '<text:list-style style:name="B"><text:list-level-style-bullet text:level="1" text:bullet-char="●"/></text:list-style>'
    )
    level = '<text:outline-level-style text:level="1" style:num-format="1" style:num-suffix="."/>'
    outline = f"<text:outline-style>{level}</text:outline-style>"
    body = items(p("甲"), style="B") + items(p("乙"), style="none") + p("回顾", tag="h", extra=' text:outline-level="1"')
    assert lines(body, outline, bullets) == ["● 甲", "乙", "1. 回顾"]


def test_tables_boxes_and_notes(config):
    def cell(*texts):
        return f"<table:table-cell>{''.join(map(p, texts))}</table:table-cell>"

    note = "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>{}</text:p></text:note-body></text:note>"
    row = "<table:table-row table:number-rows-repeated='1048576'>{}</table:table-row>"
    body = "<table:table>" + f"<table:table-header-rows>{row.format(cell('指标') + cell('数量'))}</table:table-header-rows>"
    body += row.format(cell("书屋" + note.format("表注。")) + "<table:covered-table-cell/>" + cell("12")) + row.format(
        cell("一段。", "二段。")
    )
    body += (
        "</table:table>"
        + p("正" + note.format("注文。") + "文")
        + p("前<draw:frame><draw:text-box><text:p>框</text:p></draw:text-box></draw:frame>后")
    )
    content = read(flat(body), "x.odt", config.read)
    assert content.text.split("\n") == ["指标\t数量", "书屋\t12", "表注。", "一段。", "二段。", "正文", "注文。", "前后", "框"]
    assert [mark.kind for mark in content.marks] == ["row", "row"]


def test_contents_headers_and_footers_are_noise(config):
    body = f"<text:table-of-content><text:index-body>{p('学习 3')}</text:index-body></text:table-of-content>" + p("正文")
    page = f"<style:master-page><style:header>{p('内部')}</style:header><style:header-left>{p('内部')}</style:header-left>"
    page += f"<style:footer>{p('1')}</style:footer>"
    content = read(flat(body, master=f"{page}</style:master-page>"), "x.odt", config.read)
    assert content.text.split("\n") == ["学习 3", "正文", "内部", "1"]
    assert [mark.reason for mark in content.marks] == ["table of contents", "page header", "page footer"]


def test_a_package_has_its_content_and_styles_apart(config):
    content = flat(p("正文")).replace(b"office:document", b"office:document-content")
    data = packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})
    assert read(data, "x.odt", config.read).text == "正文"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK cut", "damaged; get the file again, or open it in LibreOffice"),
        (packed({"a": "x"}), "holds no OpenDocument text"),
        (packed({"content.xml": "<x>"}), r"content\.xml in it is damaged"),
        (packed({"content.xml": "?", "META-INF/manifest.xml": "<m><encryption-data/></m>"}), "password-protected"),
        (flat("<text:section>" * 300), "Excessive depth"),
    ],
)
def test_what_is_no_odt_is_refused(data, message, config):
    with pytest.raises(InputError, match=message):
        read(data, "x.odt", config.read)


def test_nesting_up_to_the_limit_of_the_parser_is_read(lines):
    depth = 120
    assert lines("<text:list><text:list-item>" * depth + p("深") + "</text:list-item></text:list>" * depth) == ["深"]
    assert lines(p("<text:span>" * 240 + "深" + "</text:span>" * 240)) == ["深"]


def hidden(name, display, family="text"):
    return (
        f'<style:style style:name="{name}" style:family="{family}"><style:text-properties text:display="{display}"/></style:style>'
    )


def span(text, style):
    return f"<text:span text:style-name='{style}'>{text}</text:span>"


def test_what_is_shown_again_inside_hidden_text_is_read(lines):
    automatic = hidden("H", "none") + hidden("V", "true") + hidden("PH", "none", "paragraph")
    body = p("甲" + span(f"隐{span('乙', 'V')}藏{span('深', 'H')}", "H") + "丙")
    body += (
        p(f"隐<text:tab/>{span('丁镇', 'V')}藏<text:s/>", "PH") + p(f"<text:a>隐{span('戊', 'V')}</text:a>", "PH") + p("己", "PH")
    )
    assert lines(body, automatic=automatic) == ["甲乙丙", "丁镇", "戊"]


def test_the_text_of_a_label_without_a_number_stays(lines):
    none = numbers("N", ("", "", "注：", ""), ("", "【", "】", "")) + numbers("E", ("", "", "", ""))
    body = items(p("本表由县文旅局填写。") + items(p("另附。"), style=""), style="N") + items(p("空号"), style="E")
    assert lines(body, automatic=none) == ["注：本表由县文旅局填写。", "【】 另附。", "空号"]


def test_an_item_may_be_numbered_in_another_style(lines):
    other = CHINESE + numbers("甲", ("甲, 乙, 丙, ...", "", "、", ""))
    entry = "<text:list-item{}>{}</text:list-item>".format
    override = entry(' text:style-override="甲"', p("换格式"))
    body = f'<text:list text:style-name="L">{entry("", p("子"))}{override}{entry("", p("丑"))}</text:list>'
    assert lines(body, automatic=other) == ["一、子", "乙、换格式", "三、丑"]
    eleventh = "".join(f"<text:list-item>{p(f'第{i}项')}</text:list-item>" for i in range(1, 12))
    assert lines(f'<text:list text:style-name="甲">{eleventh}</text:list>', automatic=other)[-1] == "11、第11项"


def test_prompts_of_empty_controls_are_left_out_and_forms_show_what_is_chosen(lines):
    body = p('情况：<text:placeholder text:placeholder-type="text">&lt;填写&gt;</text:placeholder>')
    body += p('单位：<text:content-control text:showing-place-holder="true">单击此处</text:content-control>')
    body += p('时间：<text:content-control text:showing-place-holder="false">三月</text:content-control>')
    told = '<text:param text:name="{}" text:value="{}"/>'.format
    entries = told("Dropdown_ListEntry", "宣讲") + told("Dropdown_ListEntry", "读书")
    body += p(f'类型：<text:fieldmark>{entries}<text:param text:name="Dropdown_Selected" text:value="1"/></text:fieldmark>活动')
    body += p('完成：<text:fieldmark><text:param text:name="Checkbox_Checked" text:value="true"/></text:fieldmark>')
    assert lines(body) == ["情况：", "单位：", "时间：三月", "类型：读书活动", "完成：☑"]


def test_the_indent_of_a_first_line_tells_where_a_sentence_was_broken(lines):
    styled = '<style:style style:name="{}" style:family="paragraph">{}</style:style>'
    automatic = styled.format("I", '<style:paragraph-properties svg:text-indent="0.74cm"/>')
    automatic += styled.format("N", '<style:paragraph-properties svg:text-indent="0cm"/>')
    full = "今年以来，全县新建城市书房六座，开放时间延长。"
    body = p(full, "I") + p("县文明办组织志愿者，开", "I") + p("展活动四十场。", "N") + p(full, "I")
    assert lines(body, automatic=automatic)[1] == "县文明办组织志愿者，开展活动四十场。"
    assert len(lines(body.replace('"N"', '"I"'), automatic=automatic)) == 4


@pytest.mark.parametrize("shape", ["custom-shape", "frame"])
@pytest.mark.parametrize(("name", "is_mark"), [("PowerPlusWaterMarkObject1", True), ("形状 1", False)])
def test_a_watermark_is_no_text_of_the_report(config, shape, name, is_mark):
    drawn = f'<draw:{shape} draw:name="{name}"><draw:text-box><text:p>内部资料</text:p></draw:text-box></draw:{shape}>'
    content = read(flat(p(f"{drawn}正文")), "x.odt", config.read)
    assert content.text.split("\n") == ["正文", "内部资料"]
    assert [(content.text[each.start : each.end], each.reason) for each in content.marks if each.kind == "noise"] == (
        [("内部资料", "watermark")] if is_mark else []
    )


@pytest.mark.parametrize(
    ("through", "transform", "is_mark"),
    [
        ("background", "rotate (0.785398163397448) translate (0.2in 2in)", True),
        ("background", "translate (1cm 1cm) rotate(-0.5)", True),
        ("background", "rotate (1.5707963267949)", False),
        ("background", "translate (0.2in 2in)", False),
        ("foreground", "rotate (0.785398163397448)", False),
    ],
)
def test_what_stands_askew_behind_the_text_is_a_watermark_whatever_its_name(config, through, transform, is_mark):
    style = '<style:style style:name="gr1" style:family="graphic" style:parent-style-name="gr0"/><style:style style:name="gr0">'
    style += f'<style:graphic-properties style:run-through="{through}"/></style:style>'
    drawn = f'<draw:custom-shape draw:style-name="gr1" draw:transform="{transform}">{p("草稿")}</draw:custom-shape>'
    content = read(flat(p(f"{drawn}正文"), automatic=style), "x.odt", config.read)
    assert [content.text[each.start : each.end] for each in content.marks if each.kind == "noise"] == ["草稿"] * is_mark


def test_text_that_holds_metadata_is_text_and_a_script_is_none(lines):
    marked = '<text:meta xml:id="m1">县<text:span>图书</text:span></text:meta>馆<text:script>alert(1)</text:script>建成。'
    assert lines(p(marked)) == ["县图书馆建成。"]


@pytest.mark.parametrize("shape", ["path", "polyline", "regular-polygon", "measure"])
def test_text_in_a_drawn_shape_stands_behind_its_paragraph(lines, shape):
    assert lines(p(f"前文<draw:{shape}>{p('图中的字')}</draw:{shape}>后文")) == ["前文后文", "图中的字"]


def test_fields_show_their_text_unless_they_are_hidden(lines):
    shown = '<text:hidden-text text:is-hidden="false" text:string-value="见">见</text:hidden-text>'
    assert lines(p(f"前文{shown}后文")) == ["前文见后文"]
    for hidden in ('<text:hidden-text text:is-hidden="true">藏</text:hidden-text>', "<text:hidden-text>藏</text:hidden-text>"):
        assert lines(p(f"前文{hidden}后文")) == ["前文后文"]
    for name in ("variable-set", "variable-input", "user-field-get", "user-field-input"):
        assert lines(p(f'前文<text:{name} text:display="none">藏</text:{name}><text:{name}>见</text:{name}>后文')) == ["前文见后文"]


@pytest.mark.parametrize(
    ("position", "raised"), [("super 58%", True), ("33% 58%", True), ("sub 58%", False), ("0% 100%", False), ("-33% 58%", False)]
)
def test_raised_figures_behind_figures_are_told_from_these(lines, position, raised):
    styles = f'<style:style style:name="T"><style:text-properties style:text-position="{position}"/></style:style>'
    text = p('共10<text:span text:style-name="T">2</text:span>次，12m<text:span text:style-name="T">2</text:span>')
    assert lines(text, automatic=styles) == [f"共10{'²' if raised else '2'}次，12m2"]
