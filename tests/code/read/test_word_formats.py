"""The same documents, written by LibreOffice in every format of word processors, give the same text."""

import pytest

from pipeline.core.records import Document
from pipeline.preprocess.clean import clean
from pipeline.preprocess.segment import segment
from pipeline.read.formats import doc, docx, odt, rtf

READERS = {"docx": docx, "odt": odt, "fodt": odt, "rtf": rtf, "doc": doc}
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
REPORTS = ("seeds/reports/002_bc99a5d9c6142de8.txt", "seeds/written/government/04_province_tasks_2025.txt")
LISTED = """临溪县宣传工作报告
一、学习教育
（一）中心组学习
1. 举办读书班四期。
2. 印发学习资料三千册。
（二）基层宣讲
1. 宣讲团进村二十次。
①第一项。
②第二项。
二、文化惠民
工作回顾
理论武装
正文一段。
指标\t数量
书屋\t12
表中第一段。
表中第二段。
改动插入之后
换行后\t制表
内部资料
— 1 —"""


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    """A Word file made by python-docx, with lists, styles, tables, changes, and a page header and footer."""
    import docx as python_docx
    from docx.oxml import parse_xml

    word = python_docx.Document()
    numbering = word.part.numbering_part.element
    levels = [
        ("chineseCountingThousand", "%1、"),
        ("chineseCounting", "（%2）"),
        ("decimal", "%3."),
        ("decimalEnclosedCircle", "%4"),
    ]
    inside = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for at, (form, text) in enumerate(levels)
    )
    numbering.insert(0, parse_xml(f'<w:abstractNum {WORD} w:abstractNumId="90">{inside}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {WORD} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    word.add_paragraph("临溪县宣传工作报告", style="Title")
    items = [
        "0学习教育",
        "1中心组学习",
        "2举办读书班四期。",
        "2印发学习资料三千册。",
        "1基层宣讲",
        "2宣讲团进村二十次。",
        "3第一项。",
        "3第二项。",
    ]
    for item in [*items, "0文化惠民"]:
        properties = word.add_paragraph(item[1:])._p.get_or_add_pPr()
        properties.append(parse_xml(f'<w:numPr {WORD}><w:ilvl w:val="{item[0]}"/><w:numId w:val="90"/></w:numPr>'))
    word.add_paragraph("工作回顾", style="Heading 1")
    word.add_paragraph("理论武装", style="Heading 2")
    word.add_paragraph("正文一段。")
    table = word.add_table(2, 2)
    for cell, text in zip(table._cells, ("指标", "数量", "书屋", "12"), strict=True):
        cell.text = text
    word.add_paragraph("")
    cell = word.add_table(1, 1).cell(0, 0)
    cell.text = "表中第一段。"
    cell.add_paragraph("表中第二段。")
    changed = word.add_paragraph("改动")._p
    signed = 'w:author="a" w:date="2024-01-01T00:00:00Z"'
    changed.append(parse_xml(f'<w:ins {WORD} w:id="1" {signed}><w:r><w:t>插入</w:t></w:r></w:ins>'))
    changed.append(parse_xml(f'<w:del {WORD} w:id="2" {signed}><w:r><w:delText>删去</w:delText></w:r></w:del>'))
    changed.append(parse_xml(f"<w:r {WORD}><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r>"))
    changed.append(parse_xml(f"<w:r {WORD}><w:t>之后</w:t><w:br/><w:t>换行后</w:t><w:tab/><w:t>制表</w:t></w:r>"))
    word.sections[0].header.paragraphs[0].text = "内部资料"
    word.sections[0].footer.paragraphs[0].text = "— 1 —"
    path = tmp_path_factory.mktemp("word") / "listed.docx"
    word.save(path)
    return path


def test_lists_headings_tables_and_changes_are_the_same_in_every_format(listed, soffice, tmp_path, config):
    expected = docx.read(listed.read_bytes(), "x.docx", config.read)
    assert expected.text == LISTED
    kinds = [(expected.text[mark.start : mark.end], mark.kind, mark.level) for mark in expected.marks]
    assert kinds[:3] == [("临溪县宣传工作报告", "heading", 0), ("工作回顾", "heading", 1), ("理论武装", "heading", 2)]
    assert [kind for _, kind, _ in kinds[3:]] == ["row", "row", "noise", "noise"]
    for name, reader in READERS.items():
        content = reader.read(soffice(listed, name, tmp_path).read_bytes(), f"x.{name}", config.read)
        assert content.text == expected.text, name
        assert content.marks == expected.marks, name
        assert content.places == expected.places, name


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_in_word_gives_the_segments_of_its_plain_text(report, root, tmp_path, config, soffice):
    import docx as python_docx

    text = (root / report).read_text(encoding="utf-8-sig")
    word = python_docx.Document()
    for line in text.splitlines():
        word.add_paragraph(line)
    path = tmp_path / "report.docx"
    word.save(path)
    expected = _segments(Document("x", text, "0", "utf-8"), config)
    for name in ("", "odt", "rtf"):
        made = soffice(path, name, tmp_path) if name else path
        content = READERS[name or "docx"].read(made.read_bytes(), made.name, config.read)
        assert content.text.split("\n") == [line for line in text.splitlines() if line.strip()], name
        document = Document("x", content.text, "0", content.encoding, content.marks, content.places)
        assert _segments(document, config) == expected, name


def _segments(document, config):
    cleaned = clean(document, config.clean)
    found = [item for some in segment(cleaned, config.segment) for item in some]
    return [(cleaned.text[item.start : item.end], item.level is not None, item.headings) for item in found]
