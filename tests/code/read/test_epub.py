"""A book is its chapters in the order of the spine."""

import io
import zipfile

import pytest
from handmade import CHAPTER, HEAD, book, epub, package
from msgspec.structs import replace

from pipeline.core.errors import InputError
from pipeline.read import read_bytes

REPORT = "文化站建设情况\n镇里新建文化站一处。\n二、活动\n排了节目到各村巡演。"


@pytest.fixture
def read(config):
    return lambda data, options=config.read: read_bytes(data, "x.epub", options, ".epub")


def test_chapters_come_in_the_order_of_the_spine_with_their_headings(read):
    found = read(epub(REPORT))
    assert (found.text, found.encoding) == (REPORT, "epub")
    assert [(mark.kind, mark.level, found.text[mark.start : mark.end]) for mark in found.marks] == [
        ("heading", 0, "文化站建设情况")
    ]
    assert [place.paragraph for place in found.places] == [1, 2, 3, 4]


def test_all_of_a_chapter_counts_and_elements_may_close_themselves(read):
    page = CHAPTER.format(
        "<!DOCTYPE html>", "<div/><script src='x'/><p>短句</p><table><tr><td>甲</td><td>乙</td></tr></table>&nbsp;<p/>后文"
    )
    assert read(book({"a.xhtml": page})).text == "短句\n甲\t乙\n后文"


def test_contents_are_set_aside_and_other_parts_left_out(read):
    chapters = {"nav.xhtml": CHAPTER.format("", "<nav>目录：第一章</nav>"), "a.xhtml": CHAPTER.format("", "<p>正文一句。</p>")}
    with zipfile.ZipFile(io.BytesIO(book(chapters))) as old:
        parts = {name: old.read(name).decode() for name in old.namelist()}
    parts["OEBPS/book.opf"] = parts["OEBPS/book.opf"].replace('id="c0"', 'id="c0" properties="nav scripted"')
    parts["OEBPS/other.xhtml"] = CHAPTER.format("", "没有列入")
    found = read(package(parts))
    assert found.text == "目录：第一章\n正文一句。"
    assert [(mark.kind, mark.reason) for mark in found.marks] == [("noise", "table of contents")]


def test_text_that_stands_as_it_is_counts_as_other_text(read):
    page = CHAPTER.format(HEAD, "<script>//<![CDATA[\nif (a < b) x()\n//]]></script><p><![CDATA[<甲>&乙]]>丙</p>")
    assert read(book({"a.xhtml": page})).text == "<甲>&乙丙"


def test_chapters_are_found_by_names_with_backslashes_and_in_another_case(read):
    with zipfile.ZipFile(io.BytesIO(book({"text/a.xhtml": CHAPTER.format("", "<p>正文一句。</p>")}))) as old:
        parts = {name: old.read(name).decode() for name in old.namelist()}
    parts["OEBPS/book.opf"] = parts["OEBPS/book.opf"].replace("text/a.xhtml", "Text%5CA.xhtml")
    assert read(package(parts)).text == "正文一句。"


ENCRYPTED = '<encryption><EncryptedData><CipherData><CipherReference URI="{}"/></CipherData></EncryptedData></encryption>'
CHAPTERS = {"第 1章.xhtml": CHAPTER.format(HEAD, "<p>正文一句。</p>")}


def test_fonts_may_be_encrypted_and_chapters_may_not(read):
    fonts = {"META-INF/encryption.xml": ENCRYPTED.format("OEBPS/a.ttf")}
    assert read(book(CHAPTERS, fonts)).text == "正文一句。"
    with pytest.raises(InputError, match=r"^x\.epub: a book protected against copying"):
        read(book(CHAPTERS, {"META-INF/encryption.xml": ENCRYPTED.format("OEBPS/%E7%AC%AC%201%E7%AB%A0.xhtml")}))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (book({}), "a book without text"),
        (book({"a.xhtml": CHAPTER.format("", "")}), "a book without text"),
        (book(CHAPTERS, {"META-INF/container.xml": "<container/>"}), "a book without its list of chapters"),
        (book(CHAPTERS, {"META-INF/container.xml": "<!DOCTYPE a []><container/>"}), "declares a document type"),
        (book(CHAPTERS, {"OEBPS/book.opf": "<package>"}), "OEBPS/book.opf in it is damaged"),
        (book(CHAPTERS)[:-60], "incomplete: its end is missing"),
        (package({"a.txt": "x"}), r"damaged, or no \.epub file"),
    ],
)
def test_what_cannot_be_read_is_one_line(read, data, says):
    with pytest.raises(InputError, match=rf"^x\.epub: .*{says}"):
        read(data)


def test_a_missing_chapter_and_the_limits_are_named(read, config):
    listed = '<manifest><item id="a" href="b.xhtml"/></manifest><spine><itemref idref="a"/></spine>'
    broken = book(CHAPTERS, {"OEBPS/book.opf": f"<package>{listed}</package>"})
    with pytest.raises(InputError, match=r"the chapter OEBPS/b\.xhtml is missing in it"):
        read(broken)
    with pytest.raises(InputError, match=r"read\.max_unpacked"):
        read(book(CHAPTERS), replace(config.read, max_unpacked=100))


@pytest.mark.parametrize(
    ("bodies", "levels"),
    [
        (["<h1>第一章总体</h1><h2>学习</h2>", "<h1>第二章做法</h1><h2>阵地</h2>"], [1, 2, 1, 2]),
        (["<h1>某县工作总结</h1><h2>总体</h2>", "<h2>做法</h2><h3>阵地</h3>"], [0, 1, 1, 2]),
    ],
)
def test_chapters_with_headings_of_the_first_rank_stand_side_by_side(read, bodies, levels):
    text = "<p>全县开展宣讲三百场，覆盖所有村。</p>"
    found = read(book({f"{i}.xhtml": CHAPTER.format("", body + text) for i, body in enumerate(bodies)}))
    assert [mark.level for mark in found.marks if mark.kind == "heading"] == levels
