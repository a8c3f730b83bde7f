"""PDFs made by real programs give back the paragraphs of the report; those that cannot be read say why."""

import html
import re
import time

import pytest
from printed import lines, pdf, shown

from pipeline.core.errors import InputError
from pipeline.read.formats.pdf import read
from pipeline.read.page.glyphs import RADICALS, Glyph
from pipeline.read.page.lines import page_lines, with_joint
from pipeline.read.pdf.characters import whole

PARAGRAPHS = [
    "临溪县宣传思想文化工作情况",
    "一、理论学习",
    "县委理论学习中心组全年集中学习十二次，基层宣讲团走进村社讲党课三百场，听众两万三千人次，群众反映听得懂、记得住、用得上。" * 2,
    "县图书馆新开六座城市书房，送戏下乡八十场，“全民阅读”活动吸引两万人次，2023年接待读者同比增长12.5%，满意度继续提高。" * 3,
    "二、文明创建",
    "志愿服务队伍发展到四十二支，注册志愿者一万八千人，关爱老人、护河巡山、文明劝导都有人管。" * 4,
    "中共临溪县委宣传部",
]
INDENTED = "p{text-indent:2em;margin:0;line-height:1.8;text-align:justify}"
SPACED = "p{margin:1em 0}"
COLUMNS = "body{column-count:2;column-gap:2em;font-size:14px} p{text-indent:2em;margin:0;line-height:1.6}"


def page(paragraphs, css):
    title = f"<h1 style='text-align:center;font-size:22px'>{html.escape(paragraphs[0])}</h1>"
    body = "".join(f"<p>{html.escape(text)}</p>" for text in paragraphs[1:])
    head = f"<meta charset=utf-8><title>打印</title><style>@page{{margin:2cm}}{css}</style>"
    return f"<!doctype html><html lang=zh>{head}<body>{title}{body}"


def squeezed(text):
    return re.sub(r"\s", "", text)


def body_of(found):
    noise = {mark.start for mark in found.marks if mark.kind == "noise"}
    starts = [0, *(match.end() for match in re.finditer("\n", found.text))]
    lines = [(start, line) for start, line in zip(starts, found.text.split("\n"), strict=True) if line]
    return [line for start, line in lines if start not in noise]


def noise_of(found):
    return [(mark.reason, found.text[mark.start : mark.end]) for mark in found.marks if mark.kind == "noise"]


def raw_pdf(*contents, fonts=b"", images=0):
    """Return a PDF written by hand, a page for each content stream."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", fonts or b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    objects.append(
        b"<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>stream\n0\nendstream"
    )
    kids = []
    for content in contents:
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        kids.append(b"%d 0 R" % (len(objects) + 1))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<</Font<</F 3 0 R>>/XObject<</I 4 0 R>>>>>>"
            % len(objects)
        )
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    data, places = b"%PDF-1.7\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer


def words(*lines, top=700, left=60):
    shown = b"".join(b"1 0 0 1 %d %d Tm (%s) Tj " % (left, top - 16 * i, line) for i, line in enumerate(lines))
    return b"BT /F 12 Tf " + shown + b"ET"


PICTURE = b"q 500 0 0 700 50 50 cm /I Do Q"


@pytest.mark.parametrize("css", [INDENTED, SPACED, COLUMNS], ids=["indented", "spaced", "columns"])
def test_pages_printed_by_chromium_give_their_paragraphs(chromium, tmp_path, config, css):
    source = tmp_path / "page.html"
    paragraphs = [*PARAGRAPHS[:-1], *PARAGRAPHS[1:] * 4]
    source.write_text(page(paragraphs, css), encoding="utf-8")
    found = read(chromium("pdf", source, tmp_path / "page.pdf").read_bytes(), "page.pdf", config.read)
    assert body_of(found) == paragraphs
    assert {reason for reason, _ in noise_of(found)} == {"running head", "running foot"}
    assert all("打印" in text or text.startswith("file://") for _, text in noise_of(found))
    assert {place.page for place in found.places} == set(range(1, found.places[-1].page + 1))


@pytest.mark.parametrize("indent", [True, False], ids=["indented", "spaced"])
def test_word_files_saved_as_pdf_give_their_paragraphs(soffice, tmp_path, config, indent):
    docx = pytest.importorskip("docx")
    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.size = docx.shared.Pt(16)
    normal.paragraph_format.space_after = docx.shared.Pt(0 if indent else 12)
    document.sections[0].header.paragraphs[0].text = "内部资料 注意保存"
    paragraphs = [*PARAGRAPHS[:-1], *PARAGRAPHS[1:] * 3]
    for text in paragraphs:
        added = document.add_paragraph(text)
        added.paragraph_format.first_line_indent = docx.shared.Pt(32 if indent else 0)
        added.alignment = docx.enum.text.WD_ALIGN_PARAGRAPH.JUSTIFY if indent else None
    document.save(tmp_path / "report.docx")
    pdf = soffice(tmp_path / "report.docx", "pdf", tmp_path)
    found = read(pdf.read_bytes(), "report.pdf", config.read)
    assert [squeezed(text) for text in body_of(found)] == paragraphs
    assert {reason for reason, _ in noise_of(found)} == {"running head"}


def test_plain_text_seeds_come_back_whole(soffice, root, tmp_path, config):
    for name in ("000_05cee4bd61fb810e.txt", "002_bc99a5d9c6142de8.txt"):
        path = root / "seeds" / "reports" / name
        found = read(soffice(path, "pdf", tmp_path).read_bytes(), name, config.read)
        expected = [squeezed(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
        assert "".join(squeezed(line) for line in body_of(found)) == "".join(expected)
        assert len({squeezed(line) for line in body_of(found)} & set(expected)) >= 0.95 * len(set(expected))


def test_a_table_gives_a_row_for_each_of_its_rows(chromium, tmp_path, config):
    cells = [("单位", "做法", "场次"), ("文化馆", PARAGRAPHS[2], "12"), ("图书馆", "送书下乡", "30")]
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cells)
    source = tmp_path / "table.html"
    source.write_text(f"<meta charset=utf-8><p>各单位情况如下。</p><table border=1>{rows}</table><p>完毕。</p>", encoding="utf-8")
    found = read(chromium("pdf", source, tmp_path / "table.pdf").read_bytes(), "table.pdf", config.read)
    assert body_of(found) == ["各单位情况如下。", *("\t".join(row) for row in cells), "完毕。"]
    assert [found.text[mark.start : mark.end] for mark in found.marks if mark.kind == "row"] == ["\t".join(row) for row in cells]


def test_a_password_is_asked_for_in_words(soffice, report, tmp_path, config):
    options = '{"EncryptFile":{"type":"boolean","value":"true"},"DocumentOpenPassword":{"type":"string","value":"x"}}'
    locked = soffice(report, f"pdf:writer_pdf_Export:{options}", tmp_path)
    with pytest.raises(InputError, match=r"^locked\.pdf: password-protected; open it"):
        read(locked.read_bytes(), "locked.pdf", config.read)


@pytest.mark.parametrize("data", [b"%PDF-1.7\nnothing", b"plain words", raw_pdf(words(b"x"))[:60]], ids=["empty", "text", "cut"])
def test_a_damaged_file_says_so(config, data):
    with pytest.raises(InputError, match=r"^x\.pdf: damaged, or not a PDF"):
        read(data, "x.pdf", config.read)


def test_pictures_need_ocr(config, monkeypatch):
    monkeypatch.setattr("pipeline.read.ocr.use.is_installed", lambda: False)
    monkeypatch.setattr("pipeline.read.page.text.is_installed", lambda: False)
    with pytest.raises(InputError, match="needs OCR: the pages are pictures"):
        read(raw_pdf(PICTURE, PICTURE), "scan.pdf", config.read)
    with pytest.raises(InputError, match="needs OCR: the pages are pictures"):
        read(
            raw_pdf(PICTURE + words(b"- 1 -", top=40), PICTURE + words(b"- 2 -", top=40), words(b"One page.")),
            "scan.pdf",
            config.read,
        )


@pytest.fixture
def no_words_in_pictures(monkeypatch):
    """Have text recognition, which takes seconds, find what it does on these pages: nothing."""
    monkeypatch.setattr("pipeline.read.ocr.pages.recognise", lambda picture: [])


def test_some_pictures_among_pages_of_text_are_named(config, no_words_in_pictures):
    found = read(raw_pdf(words(b"The first page."), PICTURE, words(b"The last page.")), "x.pdf", config.read)
    assert found.encoding == "pdf, no text on page 2"
    assert body_of(found) == ["The first page.", "The last page."]
    assert [(place.start, place.page) for place in found.places] == [(0, 1), (16, 3)]


def test_a_blank_file_is_empty_and_needs_no_ocr(config):
    with pytest.raises(InputError, match="no text on any page"):
        read(raw_pdf(b"", b""), "x.pdf", config.read)


def test_too_many_pages_are_refused_at_once(config):
    data = raw_pdf(*[b""] * (config.read.max_pages + 1))
    start = time.perf_counter()
    with pytest.raises(InputError, match=r"5,001 pages; the limit is 5,000 \(read\.max_pages\)"):
        read(data, "x.pdf", config.read)
    assert time.perf_counter() - start < 1


def test_a_font_that_hides_its_characters_is_unreadable(config, no_words_in_pictures):
    hidden = b"<</Type/Font/Subtype/Type0/BaseFont/Hidden/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2"
    hidden += b"/BaseFont/Hidden/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 1000>>]>>"
    shown = b"BT /F 12 Tf 60 700 Td <" + b"00010002000300040005" * 9 + b"> Tj ET"
    with pytest.raises(InputError, match="unreadable: its fonts do not say which characters they show"):
        read(raw_pdf(shown, fonts=hidden), "x.pdf", config.read)


@pytest.mark.parametrize("number", [b"- %d -", b"%d", b"%d/3", b"Page %d of 3"])
def test_page_numbers_and_running_heads_are_noise_behind_the_paragraph_they_interrupt(config, number):
    full = b"the words of this line run on and on from one margin of the page to the other without any stop"
    contents = [
        words(full, full, top=720) + words(b"Yearly report", top=810) + words(number % i, top=40, left=290) for i in (1, 2, 3)
    ]
    found = read(raw_pdf(*contents), "x.pdf", config.read)
    assert body_of(found) == [" ".join([full.decode()] * 6)]
    assert [reason for reason, _ in noise_of(found)] == ["running head", "page number"] * 3
    assert found.text.split("\n")[0] == "Yearly report"
    assert [place.page for place in found.places] == [1, 2, 3, 1, 2, 3]


def test_slanting_text_is_kept_as_noise(config):
    stamp = b"BT /F 40 Tf 0.7 0.7 -0.7 0.7 200 300 Tm (DRAFT) Tj ET"
    found = read(raw_pdf(stamp + words(b"One line of the report.")), "x.pdf", config.read)
    assert body_of(found) == ["One line of the report."]
    assert noise_of(found) == [("slanting text", "DRAFT")]


def test_a_page_that_lies_on_its_side_is_read_along_its_lines(config):
    turned = b"BT /F 12 Tf 0 1 -1 0 100 60 Tm (First line.) Tj 0 1 -1 0 140 60 Tm (Second line.) Tj ET"
    assert body_of(read(raw_pdf(turned), "x.pdf", config.read)) == ["First line.", "Second line."]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_half_a_page_that_is_turned_is_read_along_its_lines(config, turn):
    """As a sheet that is to be folded: no half goes on in the other, though its last line is full."""
    x, y, right, down = {90: (300, 400, 20, 0), 180: (523, 450, 0, 20), 270: (560, 800, -20, 0)}[turn]
    half = ["惠民演出送到四十个村，台前坐满人，", "图书馆把二百册新书借给山区的小学，", "文化志愿者为老人读报、写春联、照相"]
    level = [PARAGRAPHS[3][i : i + 30] for i in range(0, 180, 30)]
    other = b"".join(shown(text, x + right * i, y + down * i, turn=turn) for i, text in enumerate(half))
    for contents, halves in (
        ((lines(*level, y=300), other), (level, half)),
        ((other, lines(*level, y=300)), (half, level)),
    ):
        found = read(pdf(b"".join(contents)), "x.pdf", config.read)
        text = squeezed("\n".join(f"|{line}" for line in body_of(found)))
        assert text.replace("|", "") == "".join(halves[0] + halves[1])
        assert text.count("|") == 2
        assert f"{halves[0][-1]}|{halves[1][0]}" in text
        assert noise_of(found) == []


def test_marks_and_places_are_in_order_and_do_not_overlap(config):
    found = read(raw_pdf(*[words(b"A line.", b"Another.") + words(b"%d" % i, top=40) for i in range(1, 9)]), "x.pdf", config.read)
    assert all(a.end <= b.start for a, b in zip(found.marks, found.marks[1:], strict=False))
    assert all(a.start < b.start for a, b in zip(found.places, found.places[1:], strict=False))


@pytest.mark.parametrize(
    ("text", "following", "spaced", "joined"),
    [
        ("全县", "宣传", True, "全县宣传"),
        ("new reading", "rooms", False, "new reading rooms"),
        ("inter-", "national", False, "international"),
        ("2023-", "2025", False, "2023-2025"),
        ("增长", "12.5%", False, "增长12.5%"),
        ("the GDP", "增长", True, "the GDP 增长"),
        ("见https://a.example/b", "cd", False, "见https://a.example/bcd"),
    ],
)
def test_lines_are_joined_as_their_script_asks(text, following, spaced, joined):
    assert with_joint(text, following, spaced) + following == joined


def test_characters_are_read_from_left_to_right_whatever_their_order_in_the_file():
    place = {"围": 0, "绕": 10, "再": 25, "上": 35, "“": 20, "”": 45}
    glyphs = [Glyph(c, place[c], place[c] + (5 if c in "“”" else 10), 0, 10, i, False) for i, c in enumerate("围绕再上“”")]
    assert [line.text for line in page_lines(glyphs, 1)] == ["围绕“再上”"]


def test_radicals_become_the_ideographs_they_stand_for():
    assert "⽂⼼⻅⻓⻛⻢⻰⻝⾯⻔⻋⻉⼾⻘".translate(RADICALS) == "文心见长风马龙食面门车贝户青"
    assert all(len(str(target)) == 1 for target in RADICALS.values())


@pytest.mark.parametrize(
    ("given", "halves"),
    [
        ("文", ("文", "")),
        ("\ud840", ("", "\ud840")),
        ("\ud840\udc00", ("\U00020000", "")),
        ("\ud840文", ("文", "")),
        ("\ud840\ud841", ("", "\ud841")),
        ("\udc00", ("\ufffd", "")),
    ],
)
def test_half_a_character_waits_for_its_other_half(given, halves):
    assert whole(given) == halves
