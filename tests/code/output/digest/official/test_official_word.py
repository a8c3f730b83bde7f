import io
import re
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from pipeline.output.digest import writer_for
from pipeline.output.digest.choose import choose
from pipeline.output.digest.official.blocks import blocks
from pipeline.output.digest.official.layout import pages

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NAMES = ("文化馆", "图书馆", "融媒体中心", "村级书屋管理员不足，博物馆", "明年将把老戏台修好，再")


@pytest.fixture
def large(digest_of, build, run):
    """Return a function that makes the digest of so many pages of thirty reports of ten places and three years."""
    themes = ("举旗帜", "聚民心", "兴文化")

    def sentence(name, place, number, year):
        hall = f"“{chr(0x6C11 + number * 5)}{name}讲堂”"
        held = f"{name}{chr(0x6770 + place * 7 + number)}组织宣讲{place + number + year - 2000}场"
        return f"{held}，{hall}进村入户，A{number}B队走了{year}里路，听众踊跃。"

    def report(place, year):
        passages = [(sentence(name, place, number, year), theme) for theme in themes for number, name in enumerate(NAMES)]
        return build(f"{place}{year}.txt", f"{chr(0x5170 + 3 * place)}石县{year}年工作总结", passages)

    reports = [report(place, year) for place in range(10) for year in (2021, 2022, 2023)]
    whole = digest_of(*reports, by="aspect", themes=themes)
    return lambda count: choose(whole, count, lambda digest: pages([*blocks(digest, run)]))


@pytest.fixture
def official(run):
    def write(digest):
        stream = io.BytesIO()
        writer_for(Path("x.docx"), official=True).write(digest, stream, run)
        return stream.getvalue()

    return write


def part(data, name):
    return etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read(name))


def attributes(node, *path):
    found = node.find("/".join(f"{W}{step}" for step in path))
    return {key.removeprefix(W): value for key, value in found.attrib.items()}


def test_the_page_has_the_measures_of_the_standard(large, official):
    section = part(official(large(2)), "word/document.xml").find(f"{W}body/{W}sectPr")
    assert attributes(section, "pgSz") == {"w": "11906", "h": "16838"}  # A4
    margins = attributes(section, "pgMar")
    assert {side: margins[side] for side in ("top", "left", "right", "bottom")} == {
        "top": "2098",  # 37 mm
        "left": "1587",  # 28 mm
        "right": "1474",  # 210 - 28 - 156 mm
        "bottom": "1984",  # 297 - 37 - 225 mm
    }
    assert attributes(section, "docGrid") == {"type": "lines", "linePitch": "579"}
    assert 22 * 579 <= 16838 - 2098 - 1984 < 23 * 579
    assert 28 * (16 * 20 - 5) <= 11906 - 1587 - 1474 < 29 * (16 * 20 - 5)


def test_the_fonts_are_those_of_the_standard(large, official):
    data = official(large(2))
    styles = {style.get(f"{W}styleId"): style for style in part(data, "word/styles.xml").findall(f"{W}style")}
    looks = {
        key: (attributes(styles[key], "rPr", "rFonts")["eastAsia"], attributes(styles[key], "rPr", "sz")["val"])
        for key in ("OfficialTitle", "OfficialText", "Heading1", "Heading2", "OfficialEarlier", "OfficialNumber")
    }
    assert looks == {
        "OfficialTitle": ("方正小标宋简体", "44"),  # 2号
        "OfficialText": ("仿宋_GB2312", "32"),  # 3号
        "Heading1": ("黑体", "32"),
        "Heading2": ("楷体_GB2312", "32"),
        "OfficialEarlier": ("楷体_GB2312", "32"),
        "OfficialNumber": ("宋体", "28"),  # 4号
    }
    assert attributes(styles["OfficialText"], "pPr", "spacing") == {"before": "0", "after": "0", "line": "579", "lineRule": "exact"}
    assert attributes(styles["OfficialText"], "pPr", "ind")["firstLineChars"] == "200"
    fonts = {font.get(f"{W}name"): font for font in part(data, "word/fontTable.xml").findall(f"{W}font")}
    assert attributes(fonts["方正小标宋简体"], "altName")["val"].startswith("方正小标宋_GBK,华文中宋")
    used = set(part(data, "word/document.xml").xpath("//w:pStyle/@w:val", namespaces={"w": W[1:-1]}))
    assert used <= set(styles)


def test_page_numbers_stand_on_the_outer_side(large, official):
    data = official(large(2))
    assert part(data, "word/settings.xml").find(f"{W}evenAndOddHeaders") is not None
    sides = {"default": "right", "even": "left"}
    names = {each.get("Id"): each.get("Target") for each in part(data, "word/_rels/document.xml.rels")}
    references = part(data, "word/document.xml").findall(f"{W}body/{W}sectPr/{W}footerReference")
    assert {each.get(f"{W}type") for each in references} == set(sides)
    for each in references:
        relation = each.get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id")
        footer = part(data, f"word/{names[relation]}")
        side = sides[each.get(f"{W}type")]
        assert attributes(footer, "p", "pPr", "jc") == {"val": side}
        assert attributes(footer, "p", "pPr", "ind")[f"{side}Chars"] == "100"
        assert "".join(footer.itertext()) == "— 1 —"


def test_the_same_digest_gives_the_same_bytes(large, official):
    assert official(large(2)) == official(large(2))


@pytest.mark.parametrize("count", [2, 3, 5])
def test_libreoffice_makes_no_more_pages_than_asked_for(large, official, soffice, tmp_path, count):
    import pypdfium2

    digest = large(count)
    (tmp_path / "x.docx").write_bytes(official(digest))
    with pypdfium2.PdfDocument(soffice(tmp_path / "x.docx", "pdf", tmp_path)) as pdf:
        texts = [page.get_textpage().get_text_bounded() for page in pdf]
        assert pdf[0].get_size() == pytest.approx((595.3, 841.9), abs=0.2)
    assert len(texts) == count  # as many as asked for, since there is text for more
    assert "工作情况摘报" in texts[0]
    for number, text in enumerate(texts, 1):
        assert re.search(rf"—\s*{number}\s*—", text)
    assert "摘报说明" in texts[-1]


def test_what_a_report_says_is_text_and_nothing_else(attack, official, run, soffice, tmp_path):
    import pypdfium2

    (tmp_path / "x.docx").write_bytes(official(attack))
    root = part((tmp_path / "x.docx").read_bytes(), "word/document.xml")
    assert not root.xpath("//w:hyperlink|//w:fldSimple|//w:instrText", namespaces={"w": W[1:-1]})
    with pypdfium2.PdfDocument(soffice(tmp_path / "x.docx", "pdf", tmp_path)) as pdf:
        assert len(pdf) >= 1
