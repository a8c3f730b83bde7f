import io
import time
import zipfile

import pytest

from pipeline.core.errors import InputError
from pipeline.read.formats.docx import read, walk

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACES = (
    f'xmlns:w="{MAIN}" xmlns:r="{RELATIONSHIPS}" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'


def relation(number, kind, target, mode=""):
    return f'<Relationship Id="r{number}" Type="{RELATIONSHIPS}/{kind}" Target="{target}"{mode}/>'


def docx(body, **parts):
    """Return a Word file with a body and parts such as ``styles="<w:style …"``, made by hand."""
    names = {"styles": "styles", "numbering": "numbering", "footnotes": "footnotes", "header": "hdr", "footer": "ftr"}
    relations = "".join(relation(name, name, f"{name}.xml") for name in parts)
    members = {
        "_rels/.rels": RELS.format(relation(1, "officeDocument", "word/document.xml")),
        "word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": RELS.format(relations + relation(8, "footer", "missing.xml")),
    }
    members |= {f"word/{name}.xml": f"<w:{names[name]} {SPACES}>{xml}</w:{names[name]}>" for name, xml in parts.items()}
    return packed(members)


def packed(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return buffer.getvalue()


def run(text, properties=""):
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(content, properties=""):
    return f"<w:p><w:pPr>{properties}</w:pPr>{content if '<' in content else run(content)}</w:p>"


def styled(text, style):
    return p(text, f'<w:pStyle w:val="{style}"/>')


def item(text, level=0, number=1):
    return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def style(name, identifier, extra="", base=""):
    below = f'<w:basedOn w:val="{base}"/>' if base else ""
    return f'<w:style w:type="paragraph" w:styleId="{identifier}"><w:name w:val="{name}"/>{below}{extra}</w:style>'


def level(number, form, text, extra=""):
    return f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{extra}<w:lvlText w:val="{text}"/></w:lvl>'


def abstract(identifier, *levels):
    return f'<w:abstractNum w:abstractNumId="{identifier}">{"".join(levels)}</w:abstractNum>'


def num(identifier, of, extra=""):
    return f'<w:num w:numId="{identifier}"><w:abstractNumId w:val="{of}"/>{extra}</w:num>'


def cell(*texts, properties=""):
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(map(p, texts))}</w:tc>"


def table(*rows):
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


@pytest.fixture
def lines(config):
    """A function from a body and parts to the lines of the text."""
    return lambda body, **parts: read(docx(body, **parts), "x.docx", config.read).text.split("\n")


def test_what_runs_hold_is_text(lines):
    inside = "".join(
        [
            run("甲"),
            '<w:r><w:tab/><w:noBreakHyphen/><w:sym w:font="Wingdings" w:char="F0FE"/><w:br/></w:r>',
            f"<w:hyperlink>{run('链接')}</w:hyperlink><w:smartTag>{run('标签')}</w:smartTag>",
            f"<w:sdt><w:sdtPr/><w:sdtContent>{run('控件')}</w:sdtContent></w:sdt>",
            f'<w:fldSimple w:instr="PAGE">{run("域值")}</w:fldSimple><w:r><w:instrText>TOC</w:instrText></w:r>',
            f"<w:r><w:ruby><w:rt>{run('yi')}</w:rt><w:rubyBase>{run('一')}</w:rubyBase></w:ruby></w:r><m:oMath><m:r><m:t>x</m:t></m:r></m:oMath>",
        ]
    )
    assert lines(p(inside)) == ["甲\t-☑", "链接标签控件域值一x"]
    assert lines(p(run("已办结\uf0fc"))) == ["已办结✓"]


@pytest.mark.parametrize(
    ("font", "code", "sign"),
    [
        ("Wingdings", "F0FC", "✓"),
        ("Wingdings", "00FC", "✓"),
        ("Wingdings", "FC", "✓"),
        ("Wingdings 2", "F050", "✓"),
        ("Wingdings 2", "0052", "☑"),
        ("Symbol", "F0B3", "≥"),
        ("Wingdings", "F001", "□"),
        ("Arial", "20AC", "€"),
        ("Wingdings", "x0FC", ""),
    ],
)
def test_a_symbol_is_read_by_its_font(lines, font, code, sign):
    assert lines(p(run("甲") + f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>' + run("乙"))) == [f"甲{sign}乙"]


@pytest.mark.parametrize(
    ("font", "text", "shown"),
    [
        ("Wingdings 2", "R", "☑"),
        ("Wingdings 2", "\uf050", "✓"),
        ("Wingdings", "ü", "✓"),
        ("Wingdings", "\uf0fe", "☑"),
        ("Wingdings", "是", "是"),
        ("Arial", "R", "R"),
    ],
)
def test_letters_in_a_symbol_font_are_the_signs_that_they_show(lines, font, text, shown):
    fonts = f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}"/>'
    assert lines(p(run("已办结") + run(text, fonts) + run("未办结R"))) == [f"已办结{shown}未办结R"]


def test_fields_without_a_result_show_what_word_draws_of_them(lines):
    def field(instruction, result=""):
        begin, separate, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end"))
        return f"{begin}<w:r><w:instrText>{instruction}</w:instrText></w:r>{separate + run(result) if result else ''}{end}"

    body = p(field(r' SYMBOL 252 \f "Wingdings" ') + run("已办结")) + p(field(r' SYMBOL 254 \f "Wingdings" ', "þ") + run("合格"))
    assert lines(body + p(run("单位：") + field(" MACROBUTTON NoMacro 某镇 "))) == ["✓已办结", "☑合格", "单位：某镇"]


def test_changes_count_as_accepted_and_hidden_text_is_left_out(lines):
    body = p(run("改") + f"<w:ins>{run('插入')}</w:ins><w:del><w:r><w:delText>删</w:delText></w:r></w:del>")
    body += p(run("显") + run("隐", "<w:vanish/>") + run("示", '<w:vanish w:val="0"/>') + run("藏", '<w:rStyle w:val="h"/>'))
    body += p("前段", "<w:rPr><w:del/></w:rPr>") + p("后段")
    assert lines(body, styles=style("hide", "h", "<w:rPr><w:vanish/></w:rPr>")) == ["改插入", "显示", "前段后段"]


def test_text_at_an_end_that_is_deleted_is_not_lost(lines):
    assert lines(p("前段") + p("末段", "<w:rPr><w:del/></w:rPr>")) == ["前段", "末段"]


def test_a_text_box_stands_once_behind_its_paragraph(lines):
    box = f"<w:txbxContent>{p('框一')}{p('框二')}</w:txbxContent>"
    choice = (
        f'<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>{box}</w:drawing></mc:Choice><mc:Fallback>{box}</mc:Fallback>'
    )
    assert lines(p(f"{run('前')}<w:r>{choice}</mc:AlternateContent></w:r>{run('后')}")) == ["前后", "框一", "框二"]
    vml = f"<w:r><w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict></w:r>"
    assert lines(p(run("前") + vml)) == ["前", "框一", "框二"]


def test_headings_by_style_outline_and_base_have_marks(config):
    styles = style("heading 1", "1") + style("我的", "a", base="1") + style("Title", "t") + style("标题 2", "2")
    styles += (
        style("Body", "b", '<w:pPr><w:outlineLvl w:val="9"/></w:pPr>', base="1")
        + style("loop", "l1", base="l2")
        + style("l", "l2", base="l1")
    )
    body = (
        styled("总结", "t")
        + styled("回顾", "1")
        + styled("做法", "2")
        + styled("展望", "a")
        + styled("正文", "b")
        + styled("环", "l1")
    )
    body += p("措施", '<w:outlineLvl w:val="1"/>') + styled("一、学习", "1")
    content = read(docx(body, styles=styles), "x.docx", config.read)
    found = {content.text[mark.start : mark.end]: mark.level for mark in content.marks}
    assert found == {"总结": 0, "回顾": 150, "做法": 151, "展望": 150, "措施": 151}


def test_a_table_of_contents_is_noise(config):
    content = read(docx(styled("学习\t3", "t1") + p("正文"), styles=style("toc 1", "t1")), "x.docx", config.read)
    assert [(mark.kind, mark.reason) for mark in content.marks] == [("noise", "table of contents")]


def test_list_numbers_are_text(lines):
    levels = [
        level(0, "chineseCountingThousand", "%1、"),
        level(1, "chineseCounting", "（%2）"),
        level(2, "decimal", "%2.%3", "<w:isLgl/>"),
    ]
    numbering = abstract(0, *levels) + num(1, 0)
    body = item("学习") + item("宣讲", 1) + item("基层", 2) + item("村社", 2) + item("党课", 1) + item("文化") + item("送戏", 1)
    expected = ["一、学习", "（一）宣讲", "1.1 基层", "1.2 村社", "（二）党课", "二、文化", "（一）送戏"]
    assert lines(body, numbering=numbering) == expected


def test_lists_restart_and_continue_as_in_word(lines):
    numbering = abstract(0, level(0, "decimal", "%1."), level(1, "lowerLetter", "%2)", '<w:lvlRestart w:val="0"/>'))
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    numbering += num(1, 0) + num(2, 0) + num(3, 0, override)
    body = (
        item("甲") + item("子", 1) + item("乙") + item("丑", 1) + item("丙", number=2) + item("丁", number=3) + item("戊", number=3)
    )
    assert lines(body, numbering=numbering) == ["1. 甲", "a) 子", "2. 乙", "b) 丑", "3. 丙", "5. 丁", "6. 戊"]


def test_numbers_come_from_styles_and_a_paragraph_can_be_without(lines):
    numbering = abstract(0, level(0, "decimal", "%1."), level(1, "chineseCounting", "第%2章", '<w:pStyle w:val="c"/>')) + num(1, 0)
    styles = style("Chapter", "c", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>')
    body = styled("总则", "c") + p("说明", '<w:pStyle w:val="c"/><w:numPr><w:numId w:val="0"/></w:numPr>') + styled("附则", "c")
    assert lines(body, numbering=numbering, styles=styles) == ["第一章 总则", "说明", "第二章 附则"]


def test_a_number_may_come_from_the_base_of_a_style_alone(lines):
    numbering = abstract(1, level(0, "decimal", "第%1章"), level(1, "decimal", "%1.%2", '<w:pStyle w:val="d"/>')) + num(1, 1)
    base = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    styles = style("Base", "b", base) + style("Chapter", "c", base="b") + style("Section", "d", base="c") + style("Other", "o")
    body = styled("总则", "c") + styled("范围", "d") + styled("说明", "o") + styled("目标", "d") + styled("附则", "c")
    assert lines(body, styles=styles, numbering=numbering) == [
        "第1章 总则", "1.1 范围", "说明", "1.2 目标", "第2章 附则",
    ]  # fmt: skip


def test_a_list_may_lead_to_the_list_of_a_style(lines):
    numbering = abstract(0, '<w:numStyleLink w:val="s"/>') + abstract(1, '<w:styleLink w:val="s"/>', level(0, "bullet", "\uf0b7"))
    assert lines(item("甲") + item("乙", number=9), numbering=numbering + num(1, 0)) == ["• 甲", "乙"]


def test_tables_are_rows_or_paragraphs(config):
    merged = cell("", properties="<w:vMerge/>")
    body = table(
        cell("指标") + cell("数量"),
        cell("书屋", properties='<w:vMerge w:val="restart"/>') + cell("12"),
        merged + cell("13"),
        cell("第一段。", "第二段。") + cell("备注"),
        f"<w:trPr><w:del/></w:trPr>{cell('删去')}",
        f"<w:tc>{table(cell('内甲') + cell('内乙'))}{p('')}</w:tc>",
    )
    content = read(docx(body), "x.docx", config.read)
    assert content.text.split("\n") == ["指标\t数量", "书屋\t12", "13", "第一段。", "第二段。", "备注", "内甲\t内乙"]
    rows = [content.text[mark.start : mark.end] for mark in content.marks if mark.kind == "row"]
    assert rows == ["指标\t数量", "书屋\t12", "内甲\t内乙"]


def test_notes_follow_their_paragraph_or_row_once(lines):
    notes = f'<w:footnote w:type="separator" w:id="0">{p("线")}</w:footnote><w:footnote w:id="2">{p("注文。")}</w:footnote>'
    notes += f'<w:footnote w:id="3">{p("表注。")}</w:footnote>'
    reference = '<w:r><w:footnoteReference w:id="{}"/></w:r>'
    body = p(run("正文") + reference.format(2) + run("续") + reference.format(2)) + p("下段")
    body += table(f"<w:tc>{p(run('甲') + reference.format(3))}</w:tc>" + cell("乙"))
    assert lines(body, footnotes=notes) == ["正文续", "注文。", "下段", "甲\t乙", "表注。"]


def test_page_headers_and_footers_stand_at_the_end_as_noise(config):
    section = (
        '<w:sectPr><w:headerReference r:id="rheader"/><w:footerReference r:id="rfooter"/><w:footerReference r:id="r8"/></w:sectPr>'
    )
    content = read(docx(p("正文", section) + section, header=p("内部资料") * 2, footer=p("— 1 —")), "x.docx", config.read)
    assert content.text.split("\n") == ["正文", "内部资料", "— 1 —"]
    assert [(content.text[mark.start : mark.end], mark.reason) for mark in content.marks] == [
        ("内部资料", "page header"),
        ("— 1 —", "page footer"),
    ]


def test_the_strict_form_is_read_too(config):
    members = {
        "_rels/.rels": RELS.format(relation(1, "officeDocument", "word/document.xml")),
        "word/document.xml": f'<w:document xmlns:w="{STRICT}"><w:body>{p("正文")}</w:body></w:document>',
    }
    assert read(packed(members), "x.docx", config.read).text == "正文"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04 cut", r"x\.docx: incomplete: its end is missing"),
        (packed({"a.txt": "x"}), "holds no Word document"),
        (packed({"word/document.xml": "<workbook/>"}), "holds no Word document"),
        (packed({"word/document.xml": "<w:document"}), "word/document.xml in it is damaged"),
        (packed({"word/document.xml": "<a>" * 300}), "Excessive depth"),
    ],
)
def test_what_is_no_word_file_is_refused(data, message, config):
    with pytest.raises(InputError, match=message):
        read(data, "x.docx", config.read)


def test_a_part_outside_the_package_is_not_followed(config, tmp_path):
    secret = tmp_path / "secret.xml"
    references = '<w:headerReference r:id="r1"/><w:headerReference r:id="r2"/>'
    secret.write_text(f"<w:hdr {SPACES}>{p('机密')}</w:hdr>", encoding="utf-8")
    members = {
        "_rels/.rels": RELS.format(relation(1, "officeDocument", "word/document.xml")),
        "word/document.xml": f"<w:document {SPACES}><w:body>{p('正文')}<w:sectPr>{references}</w:sectPr></w:body></w:document>",
        "word/_rels/document.xml.rels": RELS.format(
            relation(1, "header", secret.as_uri(), ' TargetMode="External"') + relation(2, "header", f"../../../../..{secret}")
        ),
    }
    assert read(packed(members), "x.docx", config.read).text == "正文"


def test_nesting_up_to_the_limit_of_the_parser_is_read(config):
    body = p("深")
    for _ in range(60):
        body = f"<w:tbl><w:tr><w:tc>{body}</w:tc></w:tr></w:tbl>"
    assert read(docx(body), "x.docx", config.read).text == "深"
    inside = "<w:ins>" * 240 + run("深") + "</w:ins>" * 240
    assert read(docx(p(inside)), "x.docx", config.read).text == "深"


@pytest.mark.slow
def test_a_long_document_takes_seconds(config):
    started = time.perf_counter()
    long = read(
        docx(p("宣传思想文化工作。") * 30_000 + p(run("字") * 50_000) + p("尾", "<w:rPr><w:del/></w:rPr>") * 20_000),
        "x.docx",
        config.read,
    )
    assert long.text.count("\n") == 30_001
    assert time.perf_counter() - started < 15


def with_chunks(body, **chunks):
    """Return a Word file whose body refers to other documents by ``<w:altChunk r:id="rname"/>``; a name has _ for a dot."""
    relations = "".join(relation(name, "aFChunk", f"{name.replace('_', '.')}") for name in chunks)
    members = {
        "_rels/.rels": RELS.format(relation(1, "officeDocument", "word/document.xml")),
        "word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": RELS.format(relations),
    }
    return typed(packed(members | {f"word/{name.replace('_', '.')}": data for name, data in chunks.items()}))


def typed(data):
    """Return a package with a list of contents, by which it is told from an archive."""
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
    return buffer.getvalue()


def chunk(name):
    return f'<w:altChunk r:id="r{name}"/>'


PAGE = "<html><head><title>别的</title></head><body><h1>总结</h1><p>建成书屋六座。</p><p>短行</p></body></html>"
MIME = 'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="x"\n\n--x\nContent-Type: text/html; charset="utf-8"\n\n'
MHT = f"{MIME}{PAGE}\n--x--\n"


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a_html", PAGE, ["总结", "建成书屋六座。", "短行"]),
        ("a_mht", MHT, ["总结", "建成书屋六座。", "短行"]),
        ("a_txt", "建成书屋六座。\r\n开展宣讲。", ["建成书屋六座。", "开展宣讲。"]),
        ("a_rtf", r"{\rtf1\ansi\ansicpg936 \u20070?\u23627?\par}", ["书屋"]),
        ("a_docx", typed(docx(p("建成书屋六座。"))), ["建成书屋六座。"]),
        ("a_bin", typed(docx(p("建成书屋六座。"))), ["建成书屋六座。"]),
    ],
)
def test_a_document_inside_stands_at_its_place(name, data, expected, config):
    body = p("前文。") + chunk(name) + p("后文。") + chunk(name)
    given = with_chunks(body, **{name: data})
    assert read(given, "x.docx", config.read).text.split("\n") == ["前文。", *expected, "后文。"]
    said = "".join(piece.text for piece in walk(given, "x.docx", config.read).spoken)
    assert "".join(said.split()) == "".join(["前文。", *expected, "后文。"])


@pytest.mark.parametrize("mode", ["", ' TargetMode="External"'])
@pytest.mark.parametrize(("named", "said"), [("r1", "a.html|r1"), ("r2", "r2"), ("", "altChunk")])
def test_a_document_inside_that_is_missing_or_outside_refuses_the_file(config, mode, named, said):
    members = {
        "_rels/.rels": RELS.format(relation(1, "officeDocument", "word/document.xml")),
        "word/document.xml": f'<w:document {SPACES}><w:body>{p("前文。")}<w:altChunk r:id="{named}"/></w:body></w:document>',
        "word/_rels/document.xml.rels": RELS.format(relation(1, "aFChunk", "a.html", mode)),
    }
    message = rf"x\.docx: the document (?:word/)?(?:{said}) that its text refers to is not in it"
    for take in (read, walk):
        with pytest.raises(InputError, match=message) as told:
            take(packed(members), "x.docx", config.read)
        assert told.value.code == "damaged"


def test_an_empty_document_inside_and_one_that_nothing_refers_to_lose_no_text(config):
    assert read(with_chunks(p("前文。") + chunk("a_html"), a_html=""), "x.docx", config.read).text == "前文。"
    assert read(with_chunks(p("前文。"), a_zip="x"), "x.docx", config.read).text == "前文。"


def test_documents_inside_documents_end_somewhere(config):
    data = typed(docx(p("最深")))
    for _ in range(config.read.max_depth):
        data = with_chunks(chunk("a_docx"), a_docx=data)
    assert read(data, "x.docx", config.read).text == "最深"
    with pytest.raises(InputError, match=r"x\.docx/word/a\.docx/.*deeper than read\.max_depth"):
        read(with_chunks(chunk("a_docx"), a_docx=data), "x.docx", config.read)
    with pytest.raises(InputError, match=r"x\.docx/word/a\.zip: an archive inside a document"):
        read(with_chunks(chunk("a_zip"), a_zip=packed({"a.txt": "甲"})), "x.docx", config.read)


@pytest.mark.parametrize("change", [lambda name: name.replace("/", "\\"), str.upper, str.title])
def test_names_in_a_package_may_have_backslashes_or_another_letter_case(change, config):
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(docx(styled("总结", "t"), styles=style("Title", "t")))) as given,
        zipfile.ZipFile(buffer, "w") as made,
    ):
        for name in given.namelist():
            made.writestr(change(name), given.read(name))
    content = read(buffer.getvalue(), "x.docx", config.read)
    assert (content.text, [mark.level for mark in content.marks]) == ("总结", [0])


def word_art(text):
    return f'<w:r><w:pict><v:shape><v:textpath string="{text}"/></v:shape></w:pict></w:r>'


def test_the_text_of_word_art_stands_before_its_paragraph(lines, config):
    body = p(word_art("某县文件")) + p(word_art("简报&#10;第三期") + run("正文")) + p(word_art(""))
    assert lines(body) == ["某县文件", "简报", "第三期", "正文"]
    choice = f'<mc:AlternateContent><mc:Choice Requires="x"/><mc:Fallback>{word_art("简报")}</mc:Fallback></mc:AlternateContent>'
    assert lines(p(f"<w:r>{choice}</w:r>")) == ["简报"]
    spoken = walk(docx(p(word_art("某县文件") + run("正文"))), "x.docx", config.read).spoken
    assert [piece.text for piece in spoken if piece.text] == ["某县文件", "正文"]


def drawn_box(name):
    """Return a text box of DrawingML whose drawing has this name."""
    box = f"<wps:wsp><wps:txbx><w:txbxContent>{p('内部资料')}{p('严禁外传')}</w:txbxContent></wps:txbx></wps:wsp>"
    anchor = f'<wp:anchor><wp:docPr id="1" name="{name}"/><a:graphic>{box}</a:graphic></wp:anchor>'
    return f'<w:r><w:drawing xmlns:wp="wp" xmlns:wps="wps" xmlns:a="a">{anchor}</w:drawing></w:r>'


@pytest.mark.parametrize("name", ["PowerPlusWaterMarkObject357476642", "Watermark 1", "WordArt 3", ""])
def test_a_watermark_in_the_body_is_no_text_of_the_report(config, name):
    art = word_art("内部资料").replace("<v:shape>", f'<v:shape id="{name}" style="rotation:315">')
    content = read(docx(p(art + run("正文")) + p(drawn_box(name) + run("后文"))), "x.docx", config.read)
    assert content.text.split("\n") == ["内部资料", "正文", "后文", "内部资料", "严禁外传"]
    aside = [(content.text[each.start : each.end], each.reason) for each in content.marks if each.kind == "noise"]
    is_mark = "water" in name.lower()
    assert aside == [(text, "watermark") for text in ("内部资料", "内部资料", "严禁外传") if is_mark]


@pytest.mark.parametrize(
    ("style", "attributes", "turn", "is_mark"),
    [
        ("z-index:-251; rotation:315", 'behindDoc="1"', 18_900_000, True),
        ("rotation: -45;z-index:-1", 'behindDoc="true"', 1_200_000, True),
        ("z-index:251;rotation:315", 'behindDoc="0"', 18_900_000, False),
        ("z-index:-1", 'behindDoc="1"', 0, False),
        ("z-index:-1;rotation:90", 'behindDoc="1"', 5_400_000, False),
    ],
)
def test_what_stands_askew_behind_the_text_is_a_watermark_whatever_its_name(config, style, attributes, turn, is_mark):
    art = word_art("草稿").replace("<v:shape>", f'<v:shape id="_x0000_s2049" style="position:absolute;{style}">')
    box = drawn_box("文本框 2").replace("<wp:anchor>", f"<wp:anchor {attributes}>")
    box = box.replace("<wps:wsp>", f'<wps:wsp><wps:spPr><a:xfrm rot="{turn}"/></wps:spPr>')
    content = read(docx(p(art + run("正文")) + p(box + run("后文"))), "x.docx", config.read)
    aside = [content.text[each.start : each.end] for each in content.marks if each.kind == "noise"]
    assert aside == (["草稿", "内部资料", "严禁外传"] if is_mark else [])


def mark(kind, inside=""):
    return f'<w:r><w:fldChar w:fldCharType="{kind}">{inside}</w:fldChar></w:r>'


def field(instruction, result="", form="", is_split=True):
    codes = "".join(
        f"<w:r><w:instrText>{part}</w:instrText></w:r>" for part in (instruction.split("|") if is_split else [instruction])
    )
    return mark("begin", form) + codes + (mark("separate") + result if result else "") + mark("end")


def test_the_results_of_fields_inside_an_instruction_belong_to_it(lines):
    inner = field(" DOCPROPERTY 场次 ", run("内层"))
    outer = mark("begin") + "<w:r><w:instrText> IF </w:instrText></w:r>" + inner + mark("separate") + run("三百场") + mark("end")
    assert lines(p(run("开展") + outer + run("活动"))) == ["开展三百场活动"]
    deep = mark("begin") + outer + mark("separate") + outer + mark("end")
    assert lines(p(deep)) == ["三百场"]
    assert lines(
        p(mark("begin") + run("指令")) + p(run("隐") + mark("separate") + run("结果")) + p(run("续") + mark("end") + run("尾"))
    ) == [
        "结果",
        "续尾",
    ]


def test_a_field_that_is_never_ended_hides_nothing(lines):
    assert lines(p(mark("begin") + run("甲镇")) + p("乙镇")) == ["甲镇", "乙镇"]
    assert lines(p(mark("end") + mark("separate") + run("甲"))) == ["甲"]
    assert lines(p(mark("begin") * 300 + run("甲") + mark("end") * 200 + run("乙")))[-1].endswith("乙")


@pytest.mark.parametrize(
    ("instruction", "shown"),
    [
        (r" eq \o\ac(○,印)", "印"),
        (r"EQ \o|\ac(○,|\s\up 2(密))", "密"),
        (r' EQ \* jc0 \* "Font:宋体" \* hps10 \o \ad(\s \up 9(xuān),宣)', "宣"),
        (r"EQ \o(\s\do 9(lǐ lùn),理论)", "理论"),
    ],
)
def test_equations_show_their_characters_without_pinyin_and_circles(lines, instruction, shown):
    assert lines(p(run("前") + field(instruction) + run("后"))) == [f"前{shown}后"]
    assert lines(p(run("前") + field(instruction, run("旧值")) + run("后"))) == [f"前{shown}后"]
    simple = f'<w:fldSimple w:instr="{instruction.replace("|", "").replace(chr(34), "&quot;")}">{run("旧值")}</w:fldSimple>'
    assert lines(p(run("前") + simple + run("后"))) == [f"前{shown}后"]


def test_lists_and_boxes_of_forms_show_what_is_chosen(lines):
    entries = '<w:listEntry w:val="宣讲"/><w:listEntry w:val="读书"/>'
    for chosen, shown in (
        ('<w:result w:val="1"/>', "读书"),
        ('<w:default w:val="1"/>', "读书"),
        ("", "宣讲"),
        ('<w:result w:val="9"/>', ""),
    ):
        form = f"<w:ffData><w:ddList>{chosen}{entries}</w:ddList></w:ffData>"
        assert lines(p(run("类型：") + field(" FORMDROPDOWN ", run(" "), form) + run("活动"))) == [f"类型：{shown}活动"]
    for ticked, box in (
        ("<w:checked/>", "☑"),
        ('<w:checked w:val="0"/><w:default w:val="1"/>', "□"),
        ('<w:default w:val="1"/>', "☑"),
    ):
        form = f"<w:ffData><w:checkBox>{ticked}</w:checkBox></w:ffData>"
        assert lines(p(run("完成：") + field(" FORMCHECKBOX ", "", form))) == [f"完成：{box}"]


def prompt(content, value=""):
    return f"<w:sdt><w:sdtPr><w:showingPlcHdr{value}/></w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def test_the_prompt_of_an_empty_control_is_set_aside(config):
    body = (
        prompt(p("单击此处输入标题。")) + p(run("情况：") + prompt(run("单击此处")) + run("良好")) + prompt(p("已填"), ' w:val="0"')
    )
    body += table(cell("甲") + f"<w:tc><w:tcPr/>{prompt(p('单击此处'))}</w:tc>" + cell("乙"))
    content = read(docx(body), "x.docx", config.read)
    assert content.text.split("\n") == ["单击此处输入标题。", "情况：良好", "已填", "甲\t乙"]
    assert [mark.reason for mark in content.marks if mark.kind == "noise"] == ["prompt"]


def test_a_label_without_a_number_keeps_its_text(lines):
    numbering = abstract(1, level(0, "none", "%1注："), level(1, "decimal", "%1%2.")) + num(1, 1)
    assert lines(item("本表由县文旅局填写。") + item("另附。", 1), numbering=numbering) == ["注：本表由县文旅局填写。", "1. 另附。"]


def test_a_drop_cap_and_a_hidden_end_go_on_in_the_next_paragraph(lines):
    for kind in ("drop", "margin"):
        assert lines(p("春", f'<w:framePr w:dropCap="{kind}"/>') + p("风化雨。")) == ["春风化雨。"]
    for property_ in ("<w:vanish/><w:specVanish/>", "<w:specVanish/>", "<w:vanish/>"):
        assert lines(p("一是学习。", f"<w:rPr>{property_}</w:rPr>") + p("全年三十场。")) == ["一是学习。全年三十场。"]
    assert lines(p("正文", '<w:framePr w:dropCap="none"/>') + p("后文")) == ["正文", "后文"]
    ended = p("末", "<w:rPr><w:vanish/></w:rPr>")
    assert lines(ended + table(cell("甲") + cell("乙")) + ended) == ["末", "甲\t乙", "末"]
    assert lines(table(f"<w:tc><w:tcPr/>{ended}</w:tc>" + cell("乙"))) == ["末\t乙"]
    numbered = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:rPr><w:specVanish/></w:rPr>'
    numbering = abstract(1, level(0, "chineseCounting", "%1、")) + num(1, 1)
    assert lines(p("学习。", numbered) + p("三十场。"), numbering=numbering) == ["一、学习。三十场。"]


def test_a_title_in_the_style_of_the_heading_of_contents_is_one(config):
    styles = style("TOC Heading", "th") + style("toc 1", "t1") + style("目录标题", "tz")
    alone = read(docx(p("某单位文件。") + styled("会议纪要", "th") + p("会议研究了书屋。"), styles=styles), "x.docx", config.read)
    assert [(mark.kind, mark.level) for mark in alone.marks] == [("heading", 0)]
    for name in ("th", "tz"):
        above = read(docx(styled("内容", name) + styled("一、学习\t3", "t1") + p("正文。"), styles=styles), "x.docx", config.read)
        assert [mark.reason for mark in above.marks] == ["table of contents"] * 2


def test_the_indent_of_a_first_line_tells_where_a_sentence_was_broken(lines):
    full, indent = "今年以来，全县新建城市书房六座，开放时间延长。", '<w:ind w:firstLine="480"/>'
    body = p(full, indent) + p("县文明办组织志愿者，开", indent) + "{}" + p(full, indent)
    joined = "县文明办组织志愿者，开展活动四十场。"
    assert lines(body.format(p("展活动四十场。")))[1] == joined
    assert lines(body.format(p("展活动四十场。", '<w:ind w:firstLine="0"/>')))[1] == joined
    assert len(lines(body.format(p("展活动四十场。", indent)))) == 4
    chars = style("正文缩进", "z", '<w:pPr><w:ind w:firstLineChars="200"/></w:pPr>')
    body = styled(full, "z") + styled("县文明办组织志愿者，开", "z") + p("展活动四十场。") + styled(full, "z")
    assert lines(body, styles=chars)[1] == joined


def _field(*steps):
    """Return runs of a field: begin, separate and end as such, instructions in {}, other text as text."""
    kinds = {"begin", "separate", "end"}
    return "".join(
        f'<w:r><w:fldChar w:fldCharType="{step}"/></w:r>'
        if step in kinds
        else f"<w:r><w:instrText>{step[1:-1]}</w:instrText></w:r>"
        if step.startswith("{")
        else step
        for step in steps
    )


def test_what_a_field_of_contents_gives_is_set_aside_without_a_style_and_without_pages(config):
    entry = run("一、理论") + "<w:r><w:tab/></w:r>" + _field("begin", "{PAGEREF _a}", "separate", run("1"), "end")
    body = p(_field("begin", r"{TOC \o}", "separate") + entry) + p(run("二、文化")) + p(_field("end")) + p(run("一、理论"))
    found = read(docx(body), "x.docx", config.read)
    assert found.text == "一、理论\t1\n二、文化\n一、理论"
    assert [found.text[m.start : m.end] for m in found.marks if m.reason == "table of contents"] == ["一、理论\t1", "二、文化"]


def test_a_field_of_contents_takes_no_sentence_and_one_without_an_end_takes_nothing(config):
    begun = p(_field("begin", "{TOC}", "separate") + run("一、理论"))
    sentence = p(run("县里建了书房。") + _field("end"))
    assert [mark.reason for mark in read(docx(begun + sentence), "x.docx", config.read).marks] == ["table of contents"]
    assert read(docx(begun + p(run("县里建了书房。"))), "x.docx", config.read).marks == ()


def test_what_is_chinese_in_an_equation_may_stand_as_text(config):
    equation = _field("begin", r"{eq \o\ac(}", run("○"), "{,}", run("印"), "{)}", "end")
    assert read(docx(p(run("盖") + equation + run("章。"))), "x.docx", config.read).text == "盖印章。"


DRAWING = '<w:r><w:drawing><a:graphic xmlns:a="a"><a:graphicData>{}</a:graphicData></a:graphic></w:drawing></w:r>'
SMART_ART = DRAWING.format('<d:relIds xmlns:d="d" r:dm="rdata"/>')
CHART = DRAWING.format('<c:chart xmlns:c="c" r:id="rchart"/>')


def with_drawings(body, **parts):
    """Return a Word file whose body refers to drawings by ``r:id="rname"``, each with the kind of its name."""
    kinds = {"data": "diagramData", "drawing": "diagramDrawing", "chart": "chart", "header": "header"}
    members = {
        "_rels/.rels": RELS.format(relation(1, "officeDocument", "word/document.xml")),
        "word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": RELS.format("".join(relation(name, kinds[name], f"{name}.xml") for name in parts)),
    }
    return packed(members | {f"word/{name}.xml": xml for name, xml in parts.items() if xml is not None})


def points(*texts):
    """Return the points of a SmartArt, each of one paragraph; its file has them in reverse."""
    each = "".join(f'<pt modelId="{i}"><t><p><r><t>{text}</t></r></p></t></pt>' for i, text in reversed([*enumerate(texts, 1)]))
    joints = "".join(f'<cxn srcId="0" destId="{i}" srcOrd="{i}"/>' for i in range(1, len(texts) + 1))
    return f'<dataModel><ptLst><pt modelId="0"/>{each}</ptLst><cxnLst>{joints}</cxnLst></dataModel>'


CHART_PART = (
    "<chartSpace><chart><title><tx><rich><p><r><t>活动场次统计</t></r></p></rich></tx></title><ser><tx><v>宣讲</v></tx>"
    "<cat><pt><v>一季度</v></pt><pt><v>二季度</v></pt></cat><val><pt><v>12</v></pt></val></ser></chart></chartSpace>"
)


def test_smart_art_and_charts_stand_behind_their_paragraph_as_on_slides(config):
    body = p(run("前文。") + SMART_ART + run("同段。")) + p(CHART) + p("后文。")
    given = with_drawings(body, data=points("成立专班", "组织宣讲"), chart=CHART_PART)
    expected = ["前文。同段。", "成立专班", "组织宣讲", "活动场次统计", "宣讲", "一季度\t二季度", "后文。"]
    found = read(given, "x.docx", config.read)
    assert found.text.split("\n") == expected
    assert [found.text[mark.start : mark.end] for mark in found.marks if mark.kind == "row"] == ["宣讲", "一季度\t二季度"]
    assert [piece.text for piece in walk(given, "x.docx", config.read).spoken if piece.text] == [
        "前文。", "同段。", *expected[1:]
    ]  # fmt: skip


def test_smart_art_without_an_outline_is_read_as_it_was_drawn(config):
    shapes = "".join(f"<sp><txBody><p><r><t>{text}</t></r></p></txBody></sp>" for text in ("第一步", "第二步"))
    given = with_drawings(p(SMART_ART), data="<dataModel/>", drawing=f"<drawing><spTree>{shapes}</spTree></drawing>")
    assert read(given, "x.docx", config.read).text.split("\n") == ["第一步", "第二步"]


@pytest.mark.parametrize(
    ("box", "parts", "name"),
    [
        (CHART, {}, "rchart"),  # no such id
        (SMART_ART, {}, "rdata"),
        (CHART, {"chart": None}, "word/chart.xml"),  # no such part
        (SMART_ART, {"data": None}, "word/data.xml"),
        (CHART, {"chart": "<chartSpace><title>"}, "word/chart.xml"),  # damaged
        (SMART_ART, {"data": "数据"}, "word/data.xml"),
    ],
)
def test_a_chart_or_smart_art_that_is_missing_or_damaged_refuses_the_file(box, parts, name, config):
    with pytest.raises(InputError, match=f"^x.docx: {name}[ ,].*(not in it; open it in Word|damaged .*save the file)") as raised:
        read(with_drawings(p("正文。") + p(box), **parts), "x.docx", config.read)
    assert raised.value.code == "damaged"
    assert read(with_drawings(p("正文。") + p(f"<w:del>{box}</w:del>"), **parts), "x.docx", config.read).text == "正文。"


def test_a_drawing_in_a_header_is_not_that_of_the_body(config):
    header = f"<w:hdr {SPACES}>{p(SMART_ART)}{p('页眉')}</w:hdr>"
    section = '<w:sectPr><w:headerReference r:id="rheader"/></w:sectPr>'
    given = with_drawings(p("正文。") + section, header=header, data=points("步骤"))
    assert read(given, "x.docx", config.read).text.split("\n") == ["正文。", "页眉"]


def test_shapes_that_were_pasted_from_a_slide_stand_behind_their_paragraph(lines):
    shape = "<sp><txSp><txBody>{}</txBody></txSp></sp>"
    said = "".join(f"<p><r><t>{text}</t></r></p>" for text in ("成立专班", "组织宣讲"))
    canvas = DRAWING.format(f"<lockedCanvas>{shape.format(said)}{shape.format('<p><r><t>总结经验</t></r></p>')}</lockedCanvas>")
    assert lines(p(run("前半") + canvas + run("后半。"))) == ["前半后半。", "成立专班", "组织宣讲", "总结经验"]


def test_a_note_whose_part_is_missing_refuses_the_file(config):
    noted = p(run("正文。") + '<w:r><w:footnoteReference w:id="2"/></w:r>')
    listed = docx(noted, footnotes="")
    unlisted = docx(noted)
    without = packed({name: content for name, content in unpack(listed).items() if name != "word/footnotes.xml"})
    for given, name in ((without, r"word/footnotes\.xml"), (unlisted, "footnotes")):
        with pytest.raises(InputError, match=rf"^x\.docx: {name}, which its text refers to, is not in it; open it in Word"):
            read(given, "x.docx", config.read)
    assert read(listed, "x.docx", config.read).text == "正文。"


def unpack(data):
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_of_alternatives_the_one_that_shows_words_is_read_whatever_shows_them(config):
    picture = "<w:drawing><pic/></w:drawing>"
    for shown, expected in ((CHART, "活动场次统计"), (word_art("总结"), "总结"), (SMART_ART, "组织宣讲")):
        inner = shown.removeprefix("<w:r>").removesuffix("</w:r>")
        for first, second in ((inner, picture), (picture, inner)):
            choice = f"<mc:Choice>{first}</mc:Choice><mc:Fallback>{second}</mc:Fallback>"
            body = p(f"<w:r><mc:AlternateContent>{choice}</mc:AlternateContent></w:r>")
            found = read(with_drawings(body, chart=CHART_PART, data=points("组织宣讲")), "x.docx", config.read)
            assert found.text.split("\n")[0] == expected


def test_formulas_are_a_line_of_text_as_they_are_drawn(config):
    half = "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"
    given = docx(p(run("占") + half + run("以上。")) + p(f"<m:oMathPara>{half}</m:oMathPara>"))
    assert read(given, "x.docx", config.read).text == "占1/2以上。\n1/2"
    assert [piece.text for piece in walk(given, "x.docx", config.read).spoken if piece.text] == ["占", "1/2", "以上。", "1/2"]


def test_rows_that_are_hidden_and_cells_that_were_deleted_are_not_shown(lines):
    gone = '<w:tcPr><w:cellDel w:id="1"/></w:tcPr>'
    rows = [
        "<w:trPr><w:hidden/></w:trPr>" + cell("藏着的") + cell("一行"),
        f"<w:tc>{gone}{p('删去')}</w:tc>" + cell("留下") + cell("的行"),
    ]
    shown = '<w:trPr><w:hidden w:val="0"/></w:trPr>' + cell("另一") + cell("行")
    assert lines(table(*rows, shown)) == ["留下\t的行", "另一\t行"]


def test_a_box_to_tick_is_no_prompt(lines):
    box = '<w:sdt><w:sdtPr><w:showingPlcHdr/><w14:checkbox xmlns:w14="w14"/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>'
    assert lines(p(box.format(run("☐")) + run("已办结"))) == ["☐已办结"]


def test_a_chapter_of_a_master_document_that_lies_elsewhere_refuses_the_file(config):
    with pytest.raises(InputError, match=r"^x\.docx: the document r9 that its text refers to is not in it; open it in Word"):
        read(docx(p("前文。") + '<w:subDoc r:id="r9"/>'), "x.docx", config.read)


def test_raised_figures_behind_figures_are_told_from_these(config):
    above = '<w:vertAlign w:val="superscript"/>'
    text = p(
        run("共10")
        + run("2", above)
        + run("次，12m")
        + run("2", above)
        + run("，30")
        + run("5", '<w:vertAlign w:val="subscript"/>')
        + run("6")
    )
    assert read(docx(text), "x.docx", config.read).text == "共10²次，12m2，3056"
    assert "".join(piece.text for piece in walk(docx(text), "x.docx", config.read).spoken) == "共10²次，12m2，3056"
