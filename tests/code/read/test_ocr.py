"""Text in pictures is recognised, with its certainty; what cannot be is refused in one line. Most tests put words into the
engine's mouth; the few that ask it itself share one small page.
"""

import base64
import io
import random
import struct
import warnings
import zipfile
import zlib
from itertools import pairwise

import numpy as np
import pytest
from msgspec.structs import replace
from printed import lines, pdf, stream

from pipeline import flow
from pipeline.core.errors import InputError, UsageError
from pipeline.core.records import Document
from pipeline.read import File, read_bytes, unpack
from pipeline.read.find import find_reports
from pipeline.read.formats import PICTURES
from pipeline.read.isolated import IsolatedReader
from pipeline.read.ocr import engine, pages, use
from pipeline.read.ocr.engine import Recognised
from pipeline.read.ocr.order import Box, reading_order
from pipeline.read.ocr.packages import text_of_scans
from pipeline.read.ocr.pages import recognised_page
from pipeline.read.ocr.pictures import pages_of, size_of

Image = pytest.importorskip("PIL.Image")
pytest.importorskip("rapidocr")

REPORT = [
    "临溪县宣传思想文化工作情况",
    "县委理论学习中心组全年集中学习十二次，基层宣讲团走进村社讲党课三百场，听众两万三千人次，群众反映听得懂、记得住。",
    "县图书馆新开六座城市书房，送戏下乡八十场，“全民阅读”活动吸引两万人次，2023年接待读者同比增长12.5%。",
]


@pytest.fixture(scope="module")
def scan(chrome, tmp_path_factory):
    """The picture of a printed page."""
    pdfium = pytest.importorskip("pypdfium2")
    folder = tmp_path_factory.mktemp("scan")
    source = folder / "page.html"
    style = "<style>@page{size:148mm 105mm;margin:8mm} p{text-indent:2em;margin:0;line-height:1.7}</style>"
    body = f"<h3 style='text-align:center'>{REPORT[0]}</h3>" + "".join(f"<p>{text}</p>" for text in REPORT[1:])
    source.write_text(f"<meta charset=utf-8>{style}{body}", "utf-8")
    printed = folder / "page.pdf"
    tab = chrome.new_page()
    tab.goto(source.as_uri())
    tab.pdf(path=printed, prefer_css_page_size=True)
    tab.close()
    return pdfium.PdfDocument(printed)[0].render(scale=150 / 72).to_pil().convert("RGB")


def encoded(image, form, **options):
    data = io.BytesIO()
    image.save(data, form, **options)
    return data.getvalue()


def blank(width=800, height=600, colour="white"):
    return Image.new("RGB", (width, height), colour)


def as_if_of(width, height):
    """A small PNG whose head tells another size, as that of a bomb does: nothing of it is to be decoded."""
    data = bytearray(encoded(blank(50, 50), "PNG"))
    data[16:24] = struct.pack(">II", width, height)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)


def said(monkeypatch, *found):
    """Have the engine find these lines: text, left, top, right, bottom in pixels, certainty."""
    answer = [Recognised(text, ((x1, y1), (x2, y1), (x2, y2), (x1, y2)), sure) for text, x1, y1, x2, y2, sure in found]
    monkeypatch.setattr(pages, "recognise", lambda picture: answer)
    monkeypatch.setattr(pages, "is_upside_down", lambda picture, found: False)


def column(texts, left=100, top=100, size=20, sure=0.99, pitch=36):
    return [(text, left, top + pitch * i, left + size * len(text), top + pitch * i + 26, sure) for i, text in enumerate(texts)]


def body(text):
    return [line for line in text.split("\n") if line]


def test_a_scanned_pdf_and_a_picture_give_their_paragraphs_and_certainty(scan, config, tmp_path):
    (tmp_path / "scan.pdf").write_bytes(encoded(scan, "PDF", resolution=150))
    (tmp_path / "grey.png").write_bytes(encoded(scan.convert("L").rotate(90, expand=True), "PNG"))
    steps = []
    with IsolatedReader(config.read, tell=lambda source, step: steps.append(step)) as reader:
        documents = [document for name in ("scan.pdf", "grey.png") for document in reader.read(str(tmp_path / name))]
    for document in documents:
        assert body(document.text) == REPORT
        assert document.places[0].certainty > 0.95
        assert not document.places[0].doubtful
    assert documents[0].encoding == f"pdf, 1 page by OCR, {documents[0].places[0].certainty:.0%} certain"
    assert steps == ["1/1", "1/1"]


def test_scans_in_word_and_ofd_packages_are_read(scan, config, tmp_path):
    docx = pytest.importorskip("docx")
    (tmp_path / "scan.png").write_bytes(encoded(scan, "PNG"))
    document = docx.Document()
    document.add_picture(str(tmp_path / "scan.png"))
    document.save(tmp_path / "scan.docx")
    found = read_bytes((tmp_path / "scan.docx").read_bytes(), "scan.docx", config.read, ".docx")
    assert body(found.text) == REPORT
    assert found.encoding.startswith("docx, 1 page by OCR")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF"])
@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "RGBA"])
def test_pictures_of_all_kinds_become_arrays(config, form, mode):
    image = blank().convert(mode)
    if form in ("JPEG", "WEBP") and mode not in ("RGB", "L"):
        image = image.convert("RGB")
    (found,) = pages_of(encoded(image, form), "x", config.read)
    assert found.shape == (600, 800, 3)
    assert found.dtype == np.uint8
    assert found.min() == 255


def test_transparent_ground_is_white_and_cameras_are_held_upright(config):
    (found,) = pages_of(encoded(Image.new("RGBA", (400, 300), (0, 0, 0, 0)), "PNG"), "x", config.read)
    assert found.min() == 255
    exif = Image.Exif()
    exif[0x0112] = 6
    (found,) = pages_of(encoded(blank(), "JPEG", exif=exif), "x", config.read)
    assert found.shape == (800, 600, 3)


def test_a_tiff_has_pages_and_a_long_picture_is_cut_between_its_lines(config):
    fax = encoded(blank(), "TIFF", save_all=True, append_images=[blank(700, 500)])
    assert [page.shape for page in pages_of(fax, "x", config.read)] == [(600, 800, 3), (500, 700, 3)]
    long = np.full((3000, 600, 3), 255, np.uint8)
    long[:, 100:500:7] = 0
    long[::60] = 255
    cut = list(pages_of(encoded(Image.fromarray(long), "PNG"), "x", config.read))
    assert sum(page.shape[0] for page in cut) == 3000
    assert all(page.shape[0] <= 1200 and page[0].min() == 255 for page in cut)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (encoded(blank(), "PNG")[:60], r"^x\.png: a damaged picture \("),
        (encoded(blank(), "JPEG")[:400], r"^x\.png: a damaged picture \("),
        (b"\x89PNG\r\n\x1a\n", r"^x\.png: a damaged picture \("),
        (as_if_of(60_000, 40_000), r"^x\.png: a picture of 60,000 by 40,000 pixels, more than can be read"),
        (encoded(blank(20, 20), "PNG"), r"^x\.png: a picture of 20 by 20 pixels, too small for text"),
    ],
    ids=["cut", "cut jpeg", "empty", "bomb", "icon"],
)
def test_pictures_that_cannot_be_read_say_why(config, data, message):
    with pytest.raises(InputError, match=message):
        read_bytes(data, "x.png", config.read, ".png")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF"])
def test_mutated_pictures_are_decoded_or_refused_in_one_line(config, fuzz, form):
    noisy = Image.fromarray(np.random.default_rng(3).integers(0, 256, (60, 90, 3), np.uint8))
    data, chance = encoded(noisy, form), random.Random(7)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of damage that it can repair
        for _ in range(150):
            try:
                found = list(pages_of(fuzz.mutate(data, chance), "x", config.read))
            except InputError as error:
                assert str(error).startswith("x: ")
                assert "\n" not in str(error)
            else:
                assert all(page.ndim == 3 for page in found)


def test_too_little_memory_for_the_engine_is_told_as_that(monkeypatch):
    from rapidocr.inference_engine.onnxruntime.main import ONNXRuntimeError

    def fail(picture, **asked):
        raise ONNXRuntimeError("failed to allocate memory")

    monkeypatch.setattr(engine, "_engine", lambda: fail)
    with pytest.raises(MemoryError):
        engine.recognise(np.zeros((60, 60, 3), np.uint8))


def test_pictures_without_text_say_so(config, monkeypatch):
    said(monkeypatch)
    with pytest.raises(InputError, match=r"^x\.png: a picture without text that can be read; get one that is straight"):
        read_bytes(encoded(blank(), "PNG"), "x.png", config.read, ".png")
    said(monkeypatch, ("卌丨丿乙", 100, 100, 300, 130, 0.31))
    with pytest.raises(InputError, match="a picture without text that can be read"):
        read_bytes(encoded(blank(), "PNG"), "x.png", config.read, ".png")
    with pytest.raises(InputError, match=r"^x\.pdf: OCR finds no text in the pictures that the pages are; scan them again"):
        read_bytes(encoded(blank(), "PDF"), "x.pdf", config.read, ".pdf")


def test_the_setting_and_the_missing_extra_are_named(config, monkeypatch):
    never = replace(config.read, ocr="never")
    picture, scanned = encoded(blank(), "PNG"), encoded(blank(), "PDF")
    with pytest.raises(InputError, match=r"^x\.png: its text is in pictures, and read\.ocr is never"):
        read_bytes(picture, "x.png", never, ".png")
    with pytest.raises(InputError, match=r"needs OCR: the pages are pictures, and read\.ocr is never"):
        read_bytes(scanned, "x.pdf", never, ".pdf")
    for module in (engine, use):
        monkeypatch.setattr(module, "is_installed", lambda: False)
    monkeypatch.setattr("pipeline.read.page.text.is_installed", lambda: False)
    for data, name in ((picture, "x.png"), (scanned, "x.pdf")):
        with pytest.raises(InputError, match=r"pip install 'mission-themes\[ocr\]'"):
            read_bytes(data, name, config.read, name[1:])
    with pytest.raises(InputError, match=r"pip install 'mission-themes\[ocr\]'"):
        read_bytes(pdf(lines("一行文字。")), "x.pdf", replace(config.read, ocr="always"), ".pdf")


def test_pictures_alone_in_a_folder_or_archive_are_scans_and_beside_reports_are_passed_over(config, monkeypatch, tmp_path):
    for name in ("1.png", "2.png"):
        (tmp_path / name).write_bytes(encoded(blank(), "PNG"))
    assert [path[-5:] for path in find_reports([str(tmp_path)]).reports] == ["1.png", "2.png"]
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as package:
        package.writestr("1.png", encoded(blank(), "PNG"))
    assert [type(item).__name__ for item in unpack(File("x.zip", ".zip", data.getvalue()), config.read)] == ["File"]
    (tmp_path / "report.txt").write_text("全县新开六座城市书房。", "utf-8")
    assert [path[-5:] for path in find_reports([str(tmp_path)]).skipped] == ["1.png", "2.png"]
    (tmp_path / "report.txt").unlink()
    monkeypatch.setattr("pipeline.read.ocr.engine.is_installed", lambda: False)
    with pytest.raises(UsageError, match="2 files of other types"):
        find_reports([str(tmp_path)])


def test_a_page_of_text_is_recognised_only_when_asked(config, monkeypatch):
    said(monkeypatch, *column(["这是图中的文字。"]))
    data = pdf(lines("这是文字层的文字。"))
    assert body(read_bytes(data, "x.pdf", config.read, ".pdf").text) == ["这是文字层的文字。"]
    always = replace(config.read, ocr="always")
    assert body(read_bytes(data, "x.pdf", always, ".pdf").text) == ["这是图中的文字。"]


def test_a_page_with_a_picture_among_pages_of_text_is_recognised(config, monkeypatch):
    said(monkeypatch, *column(["第二页的扫描件。"]))
    picture = stream(b"\x00", b"/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8")
    content = b"q 500 0 0 700 50 50 cm /I Do Q" + lines("— 2 —", y=40, x=290)
    data = pdf(lines("第一页的文字。"), content, objects=[picture], resources=b"/XObject<</I 10 0 R>>")
    found = read_bytes(data, "x.pdf", config.read, ".pdf")
    assert body(found.text) == ["第一页的文字。", "第二页的扫描件。"]
    assert [(place.page, place.certainty) for place in found.places] == [(1, None), (2, 0.99)]


def test_a_font_with_a_wrong_map_is_read_from_the_picture_of_its_page(config, monkeypatch):
    said(monkeypatch, *column(["图上看得见的文字。"]))
    rare = "".join(chr(0x8C00 + i) for i in range(90))
    found = read_bytes(pdf(lines(rare[:30], rare[30:60], rare[60:])), "x.pdf", config.read, ".pdf")
    assert body(found.text) == ["图上看得见的文字。"]


def test_passages_of_a_doubtful_page_ask_for_review_and_show_their_certainty(config, monkeypatch, default_model):
    said(monkeypatch, *column(["县图书馆新开六座城市书房，送戏下乡八十场，全民阅读活动吸引两万人次。"], sure=0.8, size=15))
    picture = encoded(blank(), "PNG")
    found = read_bytes(picture, "x.png", config.read, ".png")
    tags = list(flow.tag_document(found, default_model).tags)
    assert [(tag.review, tag.certainty, tag.page) for tag in tags] == [(True, 0.8, 1)]
    (group,) = flow.tag_document(found, default_model).groups
    assert list(group.columns().review) == [True]
    trusted = read_bytes(picture, "x.png", replace(config.read, ocr_certainty=0.7), ".png")
    plain = Document("x", found.text, "0", "utf-8")
    expected = [tag.review for tag in flow.tag_document(plain, default_model).tags]
    assert [tag.review for tag in flow.tag_document(trusted, default_model).tags] == expected


def test_columns_are_read_one_after_the_other_between_what_spans_them(monkeypatch):
    texts = ["左栏文字一行十个字啊", "右栏文字一行十个字呀"]
    title = [("工作简报标题横跨两栏居中", 260, 40, 500, 70, 0.99)]
    left, right = (column([f"{i}{text[1:]}" for i in range(6)], left=x, top=120) for x, text in zip((60, 420), texts, strict=True))
    mixed = [line for pair in zip(right, left, strict=True) for line in pair]
    said(monkeypatch, *title, *mixed)
    page = recognised_page(np.zeros((600, 800, 3), np.uint8), 1, 800, 600).page
    assert [line.text for line in page.lines] == [title[0][0], *(line[0] for line in left), *(line[0] for line in right)]


def test_rows_of_a_short_table_stay_rows():
    boxes = [Box(2 * i + j, 60 + 300 * j, 140 + 300 * j, 500 - 30 * i) for i in range(6) for j in range(2)]
    assert [[box.number for box in row] for row in reading_order(boxes, 12)] == [[2 * i, 2 * i + 1] for i in range(6)]


@pytest.mark.parametrize("degrees", [-2.0, 0.0, 1.0, 3.0])
def test_lines_of_a_page_that_is_askew_are_level(monkeypatch, degrees):
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))

    def turned(x, y):
        return x * cosine - y * sine, x * sine + y * cosine

    answer = []
    for y in range(100, 300, 40):
        corners = tuple(turned(*corner) for corner in ((100, y), (500, y), (500, y + 26), (100, y + 26)))
        answer.append(Recognised("全县宣传思想文化工作" * 2, corners, 0.9))
    monkeypatch.setattr(pages, "recognise", lambda picture: answer)
    monkeypatch.setattr(pages, "is_upside_down", lambda picture, found: False)
    found = recognised_page(np.zeros((600, 800, 3), np.uint8), 1, 800, 600).page.lines
    assert len({round(line.left) for line in found}) == 1
    assert max(abs((a.base - b.base) - 40) for a, b in pairwise(found)) < 1.5
    assert len({line.size for line in found}) == 1


@pytest.mark.parametrize(
    ("text", "width", "read"),
    [
        ("一注重学习，凝心铸魂", 11 * 20, "——注重学习，凝心铸魂"),
        ("一次学习，凝心聚力", 9 * 20, "一次学习，凝心聚力"),
        ("坚持守正—创新发展", 10 * 20, "坚持守正——创新发展"),
        ("2023—2025年", 7 * 20, "2023—2025年"),
    ],
)
def test_long_dashes_are_long(monkeypatch, text, width, read):
    body_lines = column(["全县宣传思想文化工作取得成效" for _ in range(4)], top=200)
    said(monkeypatch, (text, 100, 100, 100 + width, 126, 0.99), *body_lines)
    page = recognised_page(np.zeros((600, 800, 3), np.uint8), 1, 800, 600).page
    assert page.lines[0].text == read


def test_a_package_without_pages_as_pictures_stays_empty(config):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as package:
        package.writestr("word/media/logo.png", encoded(blank(60, 60), "PNG"))
        package.writestr("[Content_Types].xml", "<Types/>")
    assert text_of_scans(data.getvalue(), "docx", "x.docx", config.read) is None
    assert text_of_scans(b"PK\x03\x04cut", "docx", "x.docx", config.read) is None


WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word_of_scans(*pictures, footer=""):
    """Return a Word file without text of its own, with these members as its pictures."""
    data = io.BytesIO()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    reference = f'<w:sectPr><w:footerReference xmlns:r="{kind}" r:id="f"/></w:sectPr>'
    with zipfile.ZipFile(data, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", f"<w:document {WORD}><w:body><w:p/>{reference}</w:body></w:document>")
        package.writestr("word/footer1.xml", f"<w:ftr {WORD}><w:p><w:r><w:t>{footer}</w:t></w:r></w:p></w:ftr>")
        package.writestr(
            "word/_rels/document.xml.rels",
            f'<Relationships><Relationship Id="f" Type="{kind}/footer" Target="footer1.xml"/></Relationships>',
        )
        for number, picture in enumerate(pictures, 1):
            package.writestr(f"word/media/image{number}.png", picture)
    return data.getvalue()


def noisy(seed=0):
    """Return a picture that is as large as a page and as many bytes."""
    return encoded(Image.fromarray(np.random.default_rng(seed).integers(0, 256, (620, 700), np.uint8)), "PNG")


def with_wrong_sum(package, picture):
    """Return a package in which the sum of one stored picture is wrong, so that zipfile refuses this member."""
    at = package.index(picture) + len(picture) // 2
    return package[:at] + bytes([package[at] ^ 0xFF]) + package[at + 1 :]


def test_a_damaged_picture_among_scans_is_named_and_the_others_are_read(config, monkeypatch):
    said(monkeypatch, *column(["这是图中的文字。"], size=16))
    first, second, third = noisy(1), noisy(2), noisy(3)
    package = word_of_scans(first, second, third)
    for damaged in (
        with_wrong_sum(package, second),
        word_of_scans(first, second[: len(second) // 3], third),
        word_of_scans(first, second[:8] + b"\x00" * 90_000, third),
    ):
        found = read_bytes(damaged, "x.docx", config.read, ".docx")
        assert body(found.text) == ["这是图中的文字。"] * 2
        assert [place.page for place in found.places] == [1, 3]
        assert found.encoding == "docx, 2 pages by OCR, 99% certain, no text on page 2"
    with pytest.raises(InputError, match=r"^x\.docx/word/media/image1\.png: damaged \(Bad CRC-32"):
        read_bytes(with_wrong_sum(word_of_scans(first), first), "x.docx", config.read, ".docx")


def test_pages_that_cannot_be_recognised_are_named(config, monkeypatch):
    fax = encoded(blank(), "TIFF", save_all=True, append_images=[blank() for _ in range(3)])
    answers = iter([0.9, 0.3, 0.9, 0.0])

    def recognise(picture):
        corners = ((100, 100), (300, 100), (300, 126), (100, 126))
        return [Recognised("这是图中的文字。", corners, next(answers))]

    monkeypatch.setattr(pages, "recognise", recognise)
    monkeypatch.setattr(pages, "is_upside_down", lambda picture, found: False)
    found = read_bytes(fax, "x.tif", config.read, ".tif")
    assert [place.page for place in found.places] == [1, 3]
    assert found.encoding == "picture, 2 pages by OCR, 90% certain, no text on pages 2 4"


def test_a_long_list_of_pages_without_text_is_cut(config, monkeypatch):
    fax = encoded(blank(60, 60), "TIFF", save_all=True, append_images=[blank(60, 60) for _ in range(25)])
    count = iter(range(26))
    line = Recognised("这是图中的文字。", ((1, 10), (50, 10), (50, 20), (1, 20)), 0.9)
    monkeypatch.setattr(pages, "recognise", lambda picture: [] if next(count) else [line])
    monkeypatch.setattr(pages, "is_upside_down", lambda picture, found: False)
    assert read_bytes(fax, "x.tif", config.read, ".tif").encoding.endswith(" 20 21 …")


def test_scans_with_nothing_but_a_page_number_beside_them_are_read(config, monkeypatch):
    said(monkeypatch, *column(["这是图中的文字。"], size=16))
    found = read_bytes(word_of_scans(noisy(), footer="第1页"), "x.docx", config.read, ".docx")
    assert body(found.text) == ["这是图中的文字。"]


def test_scans_in_an_old_word_file_are_read(config, monkeypatch, soffice, tmp_path):
    docx = pytest.importorskip("docx")
    said(monkeypatch, *column(["这是图中的文字。"], size=16))
    (tmp_path / "scan.png").write_bytes(noisy())
    document = docx.Document()
    document.add_picture(str(tmp_path / "scan.png"))
    document.save(tmp_path / "scan.docx")
    data = soffice(tmp_path / "scan.docx", "doc", tmp_path).read_bytes()
    for suffix in (".doc", ".wps"):
        found = read_bytes(data, f"x{suffix}", config.read, suffix)
        assert body(found.text) == ["这是图中的文字。"]
        assert found.encoding == "doc, 1 page by OCR, 99% certain"
    with pytest.raises(InputError, match=r"^x\.doc: its text is in pictures, and read\.ocr is never"):
        read_bytes(data, "x.doc", replace(config.read, ocr="never"), ".doc")


def test_the_bound_of_pixels_does_not_depend_on_what_was_read_before(config, monkeypatch):
    """Pillow's own bound raises an error of another kind, as long as nothing has lifted it."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    assert size_of(noisy()) == (700, 620)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    assert [page.shape for page in pages_of(noisy(), "x", config.read)] == [(620, 700, 3)]
    assert size_of(b"GIF89a") is None


def test_every_picture_that_is_read_has_its_ending_in_the_table():
    from pipeline.read.ocr.pictures import FORMATS

    known = {form for ending, form in Image.registered_extensions().items() if ending in PICTURES}
    assert known == set(FORMATS)


def _rtf(*pictures):
    """Return an RTF file of pictures as Word and as LibreOffice write them, one with the number of the picture in front."""
    written = [picture.hex() for picture in pictures]
    word, *others = ["\n".join(digits[i : i + 128] for i in range(0, len(digits), 128)) for digits in written]
    groups = [rf"{{\*\shppict{{\pict\picw1\pich1\pngblip\bliptag-5{{\*\blipuid 00ff00ff}}{word}}}}}"]
    groups += [rf"{{\pict{{\*\picprop}}\picscalex100\pngblip\picw1 {other}}}" for other in others]
    return (r"{\rtf1\ansi " + r"\par ".join(groups) + r"\par}").encode()


def _flat(*pictures):
    space = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    kind = 'office:mimetype="application/vnd.oasis.opendocument.text"'
    written = [base64.encodebytes(picture).decode() for picture in pictures]
    body = "".join(f"<a><office:binary-data>{data}</office:binary-data></a>" for data in written)
    text = f"<office:body><office:text>{body}</office:text></office:body>"
    return f"<?xml version='1.0'?><office:document {space} {kind}>{text}</office:document>".encode()


def _pptx(*pictures):
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr(
            "ppt/presentation.xml", f'<presentation xmlns:r="{kind}"><sldIdLst><sldId r:id="s"/></sldIdLst></presentation>'
        )
        package.writestr("ppt/slides/slide1.xml", "<sld><cSld><spTree/></cSld></sld>")
        package.writestr(
            "ppt/_rels/presentation.xml.rels",
            f'<Relationships><Relationship Id="s" Type="{kind}/slide" Target="slides/slide1.xml"/></Relationships>',
        )
        for number, picture in enumerate(pictures, 1):
            package.writestr(f"ppt/media/image{number}.png", picture)
    return data.getvalue()


@pytest.mark.parametrize(("made", "suffix"), [(_rtf, ".rtf"), (_flat, ".fodt"), (_pptx, ".pptx")])
def test_scans_in_files_of_other_formats_are_read_or_the_extra_is_named(config, monkeypatch, made, suffix):
    said(monkeypatch, *column(["这是图中的文字。"], size=16))
    data = made(noisy(1), noisy(2))
    found = read_bytes(data, f"x{suffix}", config.read, suffix)
    assert body(found.text) == ["这是图中的文字。"] * 2
    assert [place.page for place in found.places] == [1, 2]
    monkeypatch.setattr("pipeline.read.ocr.use.is_installed", lambda: False)
    with pytest.raises(InputError, match=rf"^x\{suffix}: its text is in pictures; pip install 'mission-themes\[ocr\]'"):
        read_bytes(data, f"x{suffix}", config.read, suffix)
