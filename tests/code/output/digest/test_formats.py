"""What every format of a digest must do, and what each does by itself, read back by other programs than those that wrote it."""

import io
import itertools
import pkgutil
import re
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from pipeline.core.errors import UsageError
from pipeline.output import RunFacts
from pipeline.output.digest import FORMATS, formats, wording, writer_for
from pipeline.output.digest.formats.md import plain

from .conftest import FIRST, HOSTILE, LABELS, READING, make


def words_of(name, data):
    """Return all that a file of a format says, read by another library."""
    if name == "docx":
        import docx

        body = docx.Document(io.BytesIO(data)).element.body
        return "\n".join("".join(node.itertext()) for node in body.iter("{*}p"))
    if name == "xlsx":
        import openpyxl

        book = openpyxl.load_workbook(io.BytesIO(data))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        return "\n".join([*book.sheetnames, *(str(cell.value) for cell in cells)])
    if name == "html":
        from lxml import html

        return "\n".join(html.fromstring(data.decode()).itertext())
    return re.sub(r"\\(.)", r"\1", data.decode())


def test_every_module_is_a_format():
    assert sorted(FORMATS) == sorted(module.name for module in pkgutil.iter_modules(formats.__path__))


@pytest.mark.parametrize("name", FORMATS)
class TestEveryFormat:
    def test_it_holds_passages_sources_copies_figures_and_failures(self, name, small, written):
        words = words_of(name, written(name, small))
        for passage in (passage for section in small.sections for passage in section.passages):
            assert passage.text in words
        for report in small.reports:
            assert report.name in words
        for line in (
            "一、理论学习",
            "年份比较",
            "地区比较",
            "未注明",
            "坏<b>.pdf: ⇄损坏",
            "demo 0123",
            "不是人工结论",
            wording.TITLE,
        ):
            assert line in words
        assert READING.replace("踊跃参加", "积极参加") not in words
        assert "亦见于" in words if name == "xlsx" else "近似重复 1 处" in words

    def test_same_input_same_bytes(self, name, small, written, monkeypatch):
        first = written(name, small)
        monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
        monkeypatch.setattr(time, "localtime", lambda *_: time.struct_time((2033, 5, 18, 3, 33, 20, 2, 138, 0)))
        assert written(name, small) == first

    def test_hostile_text_is_only_text(self, name, attack, written):
        words = words_of(name, written(name, attack))
        assert not set(words) & set("\u202e\u2066\x07\x00\x1b\ud800\ufffe")
        for sign in ("document.title='hit'", "翻转的文字⇄隔离", "铃␇声␀转义␛[31m半个�字", "{{ 7*7 }}", '<b onclick="x">⇄txt'):
            assert sign in words.replace("&lt;", "<")

    def test_a_theme_without_passages_and_no_reports(self, name, digest_of, written):
        assert "没有这一主题的段落" in words_of(name, written(name, digest_of())) or name == "xlsx"
        assert written(name, digest_of(make("a.txt", "", [])))

    def test_other_labels(self, name, digest_of, written, run):
        names = ("<甲>", "乙|*")
        label = LABELS.labels[0]
        labels = type(LABELS)("乙|*", tuple(type(label)(each, "", "#ffffff") for each in names))
        digest = digest_of(make("a.txt", "", [("一段话", "<甲>")]), make("b.txt", "", [("又一段", "乙|*")]), themes=names)
        facts = RunFacts(labels, run.model, dict.fromkeys(labels.names, 0.5), {}, (), "2026-01-01")
        words = words_of(name, written(name, digest, facts))
        assert "<甲>" in words
        assert "又一段" in words


# ---- Markdown


def test_markdown_has_no_sign_but_its_own(attack, written):
    lines = written("md", attack).decode().splitlines()
    kinds = {re.match(r"(#{1,3} |- |> ?|\||\S|$)", line)[1] for line in lines}
    assert {"# ", "## ", "### ", "- ", "> ", "|"} <= kinds
    assert not [line for line in lines if re.search(r"(?<!\\)[<*`\[]", line)]
    columns = [line.replace("\\|", "").count("|") for line in lines if line.startswith("|")]
    assert all(len(set(group)) == 1 for _, group in itertools.groupby(columns)) or len(set(columns)) <= 3


def test_lines_begin_nothing():
    texts = {
        "1. 一": r"1\. 一",
        "12) 二": r"12\) 二",
        "3.5亿": "3.5亿",
        "- 项": r"\- 项",
        "# 题": r"\# 题",
        "+ 加": r"\+ 加",
        "a_b": r"a\_b",
    }
    assert {text: plain(text) for text in texts} == texts


# ---- Word


def test_word_has_headings_a_list_of_contents_and_repeated_heads(small, written):
    import docx

    document = docx.Document(io.BytesIO(written("docx", small)))
    headings = [(each.style.name, each.text) for each in document.paragraphs if each.style.name.startswith("Heading")]
    assert ("Heading 1", FIRST) in headings
    assert ("Heading 2", "临溪县2022年工作总结") in headings
    assert [text for kind, text in headings if kind == "Heading 1"][-2:] == ["未能读取的文件", "说明"]
    namespace = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}
    body = document.element.body
    anchors = {link.get(f"{{{namespace['w']}}}anchor") for link in body.iterfind(".//w:hyperlink", namespace)}
    marks = {mark.get(f"{{{namespace['w']}}}name") for mark in body.iterfind(".//w:bookmarkStart", namespace)}
    assert anchors == marks != set()
    assert all(table.rows[0]._tr.find("w:trPr/w:tblHeader", namespace) is not None for table in document.tables[1:])
    assert document.core_properties.created.date().isoformat() == "2026-11-22"
    fonts = document.styles["Passage"].element.rPr.rFonts
    assert fonts.get(f"{{{namespace['w']}}}eastAsia") == "宋体"


def test_word_becomes_a_pdf(small, attack, written, soffice, tmp_path):
    import pypdfium2

    for name, digest in (("small", small), ("attack", attack)):
        (tmp_path / f"{name}.docx").write_bytes(written("docx", digest))
        with pypdfium2.PdfDocument(soffice(tmp_path / f"{name}.docx", "pdf", tmp_path)) as pdf:
            first = pdf[0].get_textpage().get_text_bounded()
            assert wording.TITLE in first
            assert re.search(rf"{FIRST}.*段.*\d", first)
            assert len(pdf) >= 3


# ---- Excel


def test_excel_filters_hides_and_writes_no_formula(small, attack, written):
    import openpyxl

    for digest in (small, attack):
        data = written("xlsx", digest)
        book = openpyxl.load_workbook(io.BytesIO(data))
        assert book.sheetnames[:2] == ["首页", "摘编"]
        assert book.sheetnames[-1] == "报告"
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
        sheet = book["摘编"]
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == f"A1:O{sheet.max_row}"
        assert not any("externalLinks" in member for member in zipfile.ZipFile(io.BytesIO(data)).namelist())
    assert [cell.value for cell in sheet["F"] if str(cell.value).startswith("=")] == [HOSTILE[1], "=1+1"]
    sheet = openpyxl.load_workbook(io.BytesIO(written("xlsx", small)))["摘编"]
    assert [cell.value for cell in sheet[2]][:6] == [
        FIRST,
        "临溪县2022年工作总结",
        "临溪县",
        2022,
        "一、理论学习",
        "中心组集中学习十二次。",
    ]
    assert sheet.column_dimensions["K"].hidden is False
    assert openpyxl.load_workbook(io.BytesIO(written("xlsx", attack)))["摘编"].column_dimensions["K"].hidden


def test_excel_holds_what_looks_like_its_own_signs_and_what_is_longer_than_a_cell(digest_of, written, run):
    import openpyxl

    long = "".join(f"第{number}项工作。" for number in range(9_000)) + "\U00020000"
    texts = ["<r><t>宣讲</t></r>", "代码_x000D_之后", f"{long}完"]
    reports = [make(f"{number}.txt", "<r>题</r>", [(text, FIRST)]) for number, text in enumerate(texts)]
    facts = msgspec.structs.replace(run, failures=("<r>坏.pdf</r>", long))
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", digest_of(*reports), facts)))
    rows = [[cell.value for cell in row] for row in book["摘编"].iter_rows(min_row=2)]
    assert [row[5] for row in rows[:2]] == ["<r><t>宣讲</t></r> ", "代码＿x000D_之后"]
    assert "".join(row[5] for row in rows[2:]) == texts[2]
    assert {(row[0], row[12]) for row in rows[2:]} == {(FIRST, "2.txt")}
    assert max(len(row[5].encode("utf-16-le")) // 2 for row in rows) <= 32_767
    assert [row[0].value for row in book["报告"].iter_rows(min_row=2)] == [
        "<r>题</r>（0.txt）",
        "<r>题</r>（1.txt）",
        "<r>题</r>（2.txt）",
    ]
    front = [row[0].value or "" for row in book["首页"].iter_rows()]
    at = front.index("<r>坏.pdf</r> ")
    assert "".join(front[at + 1 : at + 6]).startswith(long)


def test_excel_shows_shares_as_numbers_and_a_chart(small, written):
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", small)))
    front = {row[0].value: row for row in book["首页"].iter_rows()}
    assert front[FIRST][1].value == pytest.approx(small.total.of(FIRST))
    assert len(book["首页"]._charts) == 1
    years = [[cell.value for cell in row] for row in book["年份比较"].iter_rows(max_col=4)]
    assert years[0] == ["年份", "报告", "字数", FIRST]
    assert years[1][:3] == ["2022年", 1, small.years[0].total]
    assert years[1][3] == pytest.approx(small.years[0].of(FIRST))


def test_excel_becomes_a_pdf(small, attack, written, soffice, tmp_path):
    import pypdfium2

    for name, digest in (("small", small), ("attack", attack)):
        (tmp_path / f"{name}.xlsx").write_bytes(written("xlsx", digest))
        with pypdfium2.PdfDocument(soffice(tmp_path / f"{name}.xlsx", "pdf", tmp_path)) as pdf:
            words = "".join(page.get_textpage().get_text_bounded() for page in pdf)
            assert wording.TITLE in words
            assert "主题占比（按字数）" in words


# ---- the web page


@pytest.fixture(scope="module")
def open_page(chrome, tmp_path_factory):
    """Return a function that opens a page, which may ask nothing of any machine, with or without scripts."""
    noted = []

    def show(data, scripts=True, quiet=True, **settings):
        path = tmp_path_factory.mktemp("page") / "digest.html"
        path.write_bytes(data)
        page = chrome.new_page(java_script_enabled=scripts, **settings)
        page.on("request", lambda request: request.url == path.as_uri() or noted.append(request.url))
        page.on("console", lambda message: quiet and noted.append(message.text))
        page.goto(path.as_uri())
        return page

    yield show
    assert noted == []


@pytest.mark.parametrize("scripts", [True, False])
def test_the_page_can_be_read_and_walked_through(small, written, open_page, scripts):
    page = open_page(written("html", small), scripts)
    assert page.get_by_role("heading", name=FIRST, exact=True).is_visible()
    page.get_by_role("navigation").get_by_role("link", name=FIRST).click()
    assert page.url.endswith("#theme0")
    assert page.locator("blockquote").count() == 5
    assert page.get_by_role("table").count() == 4 + 3  # and the figures of three themes
    page.get_by_text(
        "〔来源：《临溪县2022年工作总结》 · 一、理论学习 · 第3页 · 把握 93%〕"
    ).wait_for()  # a group is drawn when it is reached


def test_every_link_of_the_page_leads_somewhere(small, written):
    from lxml import html

    page = html.fromstring(written("html", small).decode())
    ids = [each.get("id") for each in page.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    assert {link.get("href") for link in page.iter("a")} <= {f"#{each}" for each in ids}
    assert not page.xpath("//@style")
    assert not page.xpath("//script")


def test_an_attack_does_nothing_and_keeps_its_place(attack, written, open_page):
    page = open_page(written("html", attack))
    assert page.title() == wording.TITLE
    assert page.locator("script").count() == 0
    assert page.locator("blockquote").count() == 8
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_page_fits_a_narrow_screen_and_paper(small, written, open_page):
    page = open_page(written("html", small), viewport={"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation").is_visible()
    assert page.locator("blockquote").first.is_visible()


def test_the_policy_of_the_page_allows_its_own_style_and_nothing_else(small, written, open_page):
    data = written("html", small).replace(
        b"</main>", b"<style>h1{display:none}</style><script>document.title='hit'</script></main>"
    )
    page = open_page(data, quiet=False)
    assert page.get_by_role("heading", name=wording.TITLE).is_visible()
    assert page.title() == wording.TITLE
    allowed = open_page(re.sub(rb'content="default-src[^"]*"', b'content=""', data), quiet=False)
    assert allowed.title() == "hit"  # so that the policy is what kept it from running


def test_without_a_date_there_is_still_a_file(small, written, run):
    facts = RunFacts(run.labels, run.model, run.thresholds, {}, (), "")
    assert len(written("docx", replace(small, years=small.years * 9), facts)) > 10_000
    assert len(written("xlsx", small, facts)) > 5_000


@pytest.mark.parametrize(
    ("name", "official", "why"),
    [
        ("x.pdf", False, "no digest format for .pdf; use one of .docx .html .md .xlsx"),
        ("x", True, "no digest format for a name without an ending; use one of .docx .html .md .xlsx"),
        ("x.md", True, "the official form is one of Word files; name it .docx, or leave out --form official"),
    ],
)
def test_a_name_that_no_format_has_is_refused(name, official, why):
    with pytest.raises(UsageError) as error:
        writer_for(Path(name), official)
    assert str(error.value) == f"{name}: {why}"


def test_each_ending_has_its_module_and_the_official_form_its_own():
    modules = {name: writer_for(Path(f"x.{name.upper()}")).__name__.rpartition(".digest.")[2] for name in FORMATS}
    assert modules == {name: f"formats.{name}" for name in FORMATS}
    assert writer_for(Path("x.docx"), official=True).__name__.endswith(".digest.official.word")
