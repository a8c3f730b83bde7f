"""Documents that stand in others as objects: their words are read where they stand, in every format, within the limits of one."""

import io
import struct
import zipfile

import pytest
import xlsxwriter
from handmade import HEAD, RELATIONSHIP, deck, package, pptx, rels, shape
from msgspec.structs import replace

from pipeline.core.errors import InputError
from pipeline.read import read_bytes
from pipeline.read.office.biff import shown_part
from pipeline.read.office.cells import ShownPart
from pipeline.read.office.objects import held_document, packaged_name, unwrapped

ROWS = (("镇", "场次"), ("河湾镇", 12), ("山前镇", 30))
READ = ["河湾镇\t12", "山前镇\t30"]
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(*sheets, active=0):
    """Return a workbook with sheets of rows; the one of the number ``active`` was shown last."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        for number, rows in enumerate(sheets or (ROWS,)):
            made = book.add_worksheet(f"表{number}")
            for at, row in enumerate(rows):
                made.write_row(at, 0, row)
            if number == active:
                made.activate()
    return stream.getvalue()


def changed(data, member, old, new):
    with zipfile.ZipFile(io.BytesIO(data)) as given:
        parts = {name: given.read(name) for name in given.namelist()}
    assert old in parts[member]
    parts[member] = parts[member].replace(old, new)
    return package(parts)


def compound(streams):
    """Return a compound file with streams by their names, none of them held as a small one."""
    size, table, content = 512, [], b""
    entries = [("Root Entry", 5, 0xFFFFFFFE, 0)]
    for name, data in streams.items():
        count = max(1, -(-len(data) // size))
        entries.append((name, 2, len(table), len(data)))
        table += [*range(len(table) + 1, len(table) + count), 0xFFFFFFFE]
        content += data.ljust(count * size, b"\0")
    listed = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HB49xII4x", 2 * len(name) + 2, kind, start, length)
        for name, kind, start, length in entries
    )
    directory, count = len(table), -(-len(listed) // size)
    table += [*range(directory + 1, directory + count), 0xFFFFFFFE]
    first, more = len(table), 1
    while (first + more) * 4 > more * size:
        more += 1
    table += [0xFFFFFFFD] * more
    table += [0xFFFFFFFF] * (more * size // 4 - len(table))
    header = bytearray(size)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HH", header, 30, 9, 6)
    struct.pack_into("<III", header, 44, more, directory, 0)
    struct.pack_into("<IIIII", header, 56, 0, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", header, 76, *range(first, first + more), *[0xFFFFFFFF] * (109 - more))
    return bytes(header) + content + listed.ljust(count * size, b"\0") + struct.pack(f"<{len(table)}I", *table)


def packaged(name, data=b"x"):
    """Return the stream of a file that was dropped into a document."""
    label = name.encode("gb18030") + b"\0"
    return struct.pack("<IH", 0, 2) + label + label + struct.pack("<HHI", 0, 3, 1) + b"\0" + struct.pack("<I", len(data)) + data


def word(*objects, notes=None, **attributes):
    """Return a Word file whose paragraphs each hold an object of so many bytes (None: one that is missing)."""
    said = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    body = "".join(
        f'<w:p><w:r><w:t>前{i}。</w:t></w:r><w:r><w:object><o:OLEObject xmlns:o="o" {said} r:id="o{i}"/></w:object></w:r></w:p>'
        for i in range(len(objects))
    )
    relations = "".join(
        f'<Relationship Id="o{i}" Type="{OFFICE}/package" Target="embeddings/{i}.bin"/>' for i in range(len(objects))
    )
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": rels(f'<Relationship Id="r" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'),
        "word/document.xml": f'<w:document xmlns:w="{WORD}" xmlns:r="{OFFICE}"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": rels(relations),
    }
    return package(parts | {f"word/embeddings/{i}.bin": data for i, data in enumerate(objects) if data is not None})


@pytest.fixture
def read(config):
    return lambda data, suffix=".docx", options=None: read_bytes(data, f"x{suffix}", options or config.read, suffix)


@pytest.fixture
def lines(read):
    """A function from a file to the lines of its text that are not set aside."""

    def found(data, suffix=".docx"):
        report = read(data, suffix)
        aside = {report.text[mark.start : mark.end] for mark in report.marks if mark.kind == "noise"}
        return [line for line in report.text.split("\n") if line not in aside]

    return found


def test_a_table_of_excel_in_a_word_file_is_read_as_its_own_tables_are(read, lines):
    given = word(workbook())
    assert lines(given) == ["前0。", *READ]
    found = read(given)
    told = [(mark.kind, mark.reason, found.text[mark.start : mark.end]) for mark in found.marks]
    assert told == [("noise", "table header", "镇\t场次"), ("row", "", READ[0]), ("row", "", READ[1])]


@pytest.mark.parametrize("wrapper", ["Package", "EmbeddedOdf"])
def test_what_is_in_a_compound_file_is_read_too(lines, wrapper):
    assert lines(word(compound({wrapper: workbook(), "\x01CompObj": b"Excel"}), word(workbook()), pptx("活动\n排了节目。"))) == [
        *("前0。", *READ),
        *("前1。", "前0。", *READ),
        *("前2。", "活动", "排了节目。"),
    ]


def test_of_a_workbook_the_sheet_that_is_shown_is_read_and_of_that_what_is_shown(lines):
    other = (("名单", "电话"), ("甲", "乙"))
    assert lines(word(workbook(other, ROWS, active=1))) == ["前0。", *READ]
    part = changed(workbook(ROWS), "xl/workbook.xml", b"</workbook>", b'<oleSize ref="A2:A3"/></workbook>')
    assert lines(word(part)) == ["前0。", "河湾镇", "山前镇"]
    single = changed(workbook(ROWS), "xl/workbook.xml", b"</workbook>", b'<oleSize ref="$A$2"/></workbook>')
    assert lines(word(single)) == ["前0。", "河湾镇"]


def test_charts_over_the_cells_of_a_workbook_are_shown_with_it(lines):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        made, page = book.add_worksheet("表"), book.add_chartsheet("图")
        made.write_row(0, 0, ("河湾镇", 3))
        for place, title in ((made, "表上的图"), (page, "整页的图")):
            chart = book.add_chart({"type": "column"})
            chart.set_title({"name": title})
            chart.add_series({"values": "=表!$B$1:$B$1", "name": "宣讲场次"})
            place.insert_chart("D2", chart) if place is made else place.set_chart(chart)
    assert lines(word(stream.getvalue())) == ["前0。", "河湾镇\t3", "表上的图", "宣讲场次"]
    shown = changed(stream.getvalue(), "xl/workbook.xml", b"<workbookView ", b'<workbookView activeTab="1" ')
    assert lines(word(shown)) == ["前0。", "整页的图", "宣讲场次"]


def record(kind, *content):
    data = b"".join(content)
    return struct.pack("<HH", kind, len(data)) + data


@pytest.mark.parametrize(("area", "rows", "columns"), [(None, None, None), ((0, 1, 3, 0, 2), range(1, 4), range(3))])
def test_an_old_workbook_says_what_is_shown(area, rows, columns):
    sheets = [record(0x85, bytes(6), bytes([2, 1]), name.encode("utf-16-le")) for name in ("表一", "表二")]
    size = record(0xDE, struct.pack("<HHHBB", *area)) if area else b""
    window = record(0x3D, struct.pack("<9H", 0, 0, 0, 0, 0, 1, 0, 1, 0))
    data = record(0x809, struct.pack("<HH", 0x600, 5)) + window + size + b"".join(sheets) + record(0x0A)
    assert shown_part(data) == shown_part(compound({"Workbook": data})) == ShownPart("表二", rows, columns)
    assert shown_part(record(0x809, struct.pack("<HH", 0x600, 5)) + window + sheets[0]) is None
    assert [shown_part(data[:end]) for end in (0, 3, 9, 20)] == [None] * 4


def test_what_shows_only_the_sign_of_its_program_is_named_and_set_aside(read):
    dropped = compound({"\x01Ole10Native": packaged("附件一 活动台账.xlsx"), "\x03ObjInfo": b"\0\0"})
    for given, name in (
        (word(dropped), "附件一 活动台账.xlsx"),
        (word(workbook(), DrawAspect="Icon"), "0.bin"),
        (word(compound({"Package": workbook(), "\x03ObjInfo": b"\x40\0"})), "0.bin"),
    ):
        found = read(given)
        assert found.text.split("\n") == ["前0。", name]
        assert [(mark.kind, mark.reason) for mark in found.marks] == [("noise", "attached file")]


def test_pictures_formulas_and_links_are_no_documents(lines):
    others = (
        compound({"Equation Native": b"x"}),
        compound({"Workbook": b"\x09\x08", "\x01CompObj": b"MSGraph.Chart.8\0"}),
        compound({"VisioDocument": b"x"}),
        compound({"\x01Ole10Native": struct.pack("<I", 60) + b"BM" + bytes(58)}),
        package({"[Content_Types].xml": "<Types/>", "visio/document.xml": "<a/>"}),
        b"\x89PNG\r\n\x1a\n",
        b"BM" + bytes(60),
        workbook(()),
        b"",
    )
    assert lines(word(*others)) == [f"前{i}。" for i in range(len(others))]
    assert lines(word(workbook(), Type="Link")) == ["前0。"]


def test_a_document_is_read_where_it_stands_first_and_a_missing_or_damaged_one_refuses_the_file(read, lines):
    given = word(workbook())
    twice = changed(given, "word/document.xml", b"</w:body>", b'<w:p><w:r><w:objectEmbed r:id="o0"/></w:r></w:p></w:body>')
    assert lines(twice) == ["前0。", *READ]
    for data, said in (
        (None, r"^x\.docx: word/embeddings/0\.bin, which its text refers to, is not in it; open it in Word"),
        (compound({"Package": workbook()[:900]}), r"^x\.docx/word/embeddings/0\.bin: incomplete"),
        (compound({"Workbook": b"x" * 600}), r"^x\.docx/word/embeddings/0\.bin: not a readable spreadsheet"),
        (compound({"Package": b""})[:700], r"^x\.docx/word/embeddings/0\.bin: damaged"),
    ):
        with pytest.raises(InputError, match=said):
            read(word(data))
    with pytest.raises(InputError, match=r"0\.bin: the file is protected by a password") as raised:
        read(word(compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"})))
    assert raised.value.code == "password"


def test_documents_in_documents_keep_to_the_limits_of_one(read, config):
    data = word(workbook())
    for _ in range(config.read.max_depth - 1):
        data = word(data)
    assert read(data).text.endswith(READ[-1])
    with pytest.raises(InputError, match=r"deeper than read\.max_depth"):
        read(word(data))
    large = package({"[Content_Types].xml": "<Types/>", "word/a": bytes(60_000)})
    with pytest.raises(InputError, match=r"^x\.docx: the documents inside it unpack to more than read\.max_unpacked") as raised:
        read(word(*[workbook()] * 20), options=replace(config.read, max_unpacked=200_000))
    assert raised.value.code == "too_large"
    with pytest.raises(InputError, match=r"x\.docx/word/embeddings/0\.bin: unpacks to|the documents inside it unpack to more"):
        read(word(large), options=replace(config.read, max_unpacked=50_000))


def test_objects_in_notes_are_those_of_the_notes(lines):
    note = (
        f'<w:footnotes xmlns:w="{WORD}" xmlns:r="{OFFICE}"><w:footnote w:id="1"><w:p><w:r><w:t>注。</w:t></w:r>'
        '<w:r><w:object><o:OLEObject xmlns:o="o" r:id="o0"/></w:object></w:r></w:p></w:footnote></w:footnotes>'
    )
    given = changed(word(b""), "word/document.xml", b"</w:body>", b'<w:p><w:r><w:footnoteReference w:id="1"/></w:r></w:p></w:body>')
    given = changed(
        given,
        "word/_rels/document.xml.rels",
        b"</Relationships>",
        f'<Relationship Id="f" Type="{OFFICE}/footnotes" Target="footnotes.xml"/></Relationships>'.encode(),
    )
    with zipfile.ZipFile(stream := io.BytesIO(given), "a") as more:
        more.writestr("word/footnotes.xml", note)
        more.writestr(
            "word/_rels/footnotes.xml.rels", rels(f'<Relationship Id="o0" Type="{OFFICE}/package" Target="embeddings/n.xlsx"/>')
        )
        more.writestr("word/embeddings/n.xlsx", workbook())
    assert lines(stream.getvalue()) == ["前0。", "注。", *READ]


@pytest.mark.parametrize("is_wrapped", [True, False])
def test_an_object_on_a_slide_is_read_unless_it_shows_only_a_sign(read, lines, is_wrapped):
    def given(extra=""):
        shown = f'<p:oleObj r:id="rId7" progId="Excel.Sheet.12"{extra}><p:embed/></p:oleObj>'
        if is_wrapped:
            branches = f"<mc:Choice>{shown}</mc:Choice><mc:Fallback>{shown}</mc:Fallback>"
            shown = f'<mc:AlternateContent xmlns:mc="mc">{branches}</mc:AlternateContent>'
        frame = f"<p:graphicFrame><a:graphic><a:graphicData>{shown}</a:graphicData></a:graphic></p:graphicFrame>"
        more = {
            "ppt/slides/_rels/s1.xml.rels": rels(
                f'<Relationship Id="rId7" Type="{RELATIONSHIP}/package" Target="../embeddings/a.xlsx"/>'
            ),
            "ppt/embeddings/a.xlsx": workbook(),
        }
        return deck([shape(["title"], "活动") + frame], more)

    assert lines(given(), ".pptx") == ["活动", *READ]
    assert lines(given(' showAsIcon="1"'), ".pptx") == ["活动"]
    assert "a.xlsx" in read(given(' showAsIcon="1"'), ".pptx").text
    linked = changed(given(), "ppt/slides/s1.xml", b"<p:embed/>", b"<p:link/>")
    assert lines(linked, ".pptx") == ["活动"]


SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "draw", "chart", "style", "config")
)
SPACES += ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:math="http://www.w3.org/1998/Math/MathML"'


def content(body, name="document-content"):
    return f"{HEAD}<office:{name} {SPACES}><office:body>{body}</office:body></office:{name}>"


def cells(*rows):
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    return "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows)


CHART = (
    "<office:chart><chart:chart><chart:title><text:p>各镇场次</text:p></chart:title><chart:plot-area><chart:axis><chart:title>"
    "<text:p>场</text:p></chart:title></chart:axis></chart:plot-area><table:table><table:table-header-rows>"
    f"{cells(('', '宣讲', '演出'))}</table:table-header-rows>{cells(('河湾镇', '3', '4'), ('山前镇', '5', '6'))}</table:table>"
    "</chart:chart></office:chart>"
)
CHART_WORDS = ["各镇场次", "场", "宣讲\t演出", "河湾镇\t山前镇"]
SHEETS = (
    f'<office:spreadsheet><table:table table:name="甲">{cells(("别的", "表"))}</table:table>'
    f'<table:table table:name="乙">{cells(*ROWS)}</table:table></office:spreadsheet>'
)
ACTIVE = '<config:config-item config:name="ActiveTable">乙</config:config-item>'
SETTINGS = f"<office:document-settings {SPACES}>{ACTIVE}</office:document-settings>"
TEXT = "<office:text><text:p>内层。</text:p></office:text>"
FORMULA = (
    '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><mi>x</mi> <mo>=</mo><mn>12</mn></mrow>'
    "<annotation>x = 12</annotation></semantics></math>"
)


def odt(frame, **parts):
    body = f"<office:text><text:p>前<draw:frame>{frame}</draw:frame>后。</text:p></office:text>"
    mime = {"mimetype": "application/vnd.oasis.opendocument.text"}
    return package(mime | {"content.xml": content(body)} | {name.replace("__", "/"): data for name, data in parts.items()})


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (CHART, ["前后。", *CHART_WORDS]),
        (SHEETS, ["前后。", *READ]),
        (TEXT, ["前后。", "内层。"]),
        (FORMULA, ["前x=12后。"]),
    ],
)
def test_objects_in_open_documents_are_read_packed_and_flat(lines, inner, expected):
    link = '<draw:object xlink:href="./Object 1"/><draw:image xlink:href="./ObjectReplacements/Object 1"/>'
    whole = inner if inner is FORMULA else content(inner)
    parts = {"Object 1__content.xml": whole, "Object 1__settings.xml": SETTINGS}
    assert lines(odt(link, **parts), ".odt") == expected
    flat = (
        inner
        if inner is FORMULA
        else content(inner, "document").removeprefix(HEAD).replace("<office:body>", f"{SETTINGS}<office:body>")
    )
    body = f"<office:text><text:p>前<draw:frame><draw:object>{flat}</draw:object></draw:frame>后。</text:p></office:text>"
    assert lines(content(body, "document").encode(), ".fodt") == expected


def test_other_objects_of_open_documents(read, lines):
    link = '<draw:object-ole xlink:href="./Object 1"/>'
    assert lines(odt(link, **{"Object 1": compound({"Package": workbook()})}), ".odt") == ["前后。", *READ]
    outside = '<draw:object xlink:href="../外.ods"/><draw:object xlink:href="file:///c:/a.ods"/>'
    assert lines(odt(outside), ".odt") == ["前后。"]
    with pytest.raises(InputError, match=r"^x\.odt: Object 1, which its text refers to, is not in it; open it in LibreOffice"):
        read(odt(link), ".odt")
    circle = {
        f"{'Object 1/' * depth}content.xml": content(
            '<office:text><text:p>内。<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame></text:p></office:text>'
        )
        for depth in range(1, 9)
    }
    with pytest.raises(InputError, match=r"deeper than read\.max_depth"):
        read(odt('<draw:object xlink:href="./Object 1"/>', **circle), ".odt")


def ole1(data, kind=2, name=b"Excel.Sheet.12\0"):
    """Return an object as RTF keeps it."""
    empty = struct.pack("<I", 0)
    return struct.pack("<III", 0x501, kind, len(name)) + name + empty * 2 + struct.pack("<I", len(data)) + data


def rtf(data, result=r"{\pict\pngblip 89504e47}", in_bytes=False):
    figures = data.hex()
    held = (
        f"\\bin{len(data)} ".encode() + data
        if in_bytes
        else "\n".join(figures[i : i + 64] for i in range(0, len(figures), 64)).encode()
    )
    head, tail = r"{\rtf1\ansi\ansicpg936 \'c7\'b0{\object\objemb{\*\objclass Excel.Sheet.12}{\*\objdata ", r"}{\result {\rtlch "
    return head.encode() + held + tail.encode() + result.encode() + rb"}}}\'ba\'f3\par}"


@pytest.mark.parametrize("in_bytes", [False, True])
def test_objects_in_rich_text_are_read_unless_their_text_stands_there(read, lines, in_bytes):
    assert lines(rtf(ole1(compound({"Package": workbook()})), in_bytes=in_bytes), ".rtf") == ["前后", *READ]
    assert lines(rtf(ole1(workbook()), r"\'d7\'d6", in_bytes), ".rtf") == ["前字后"]
    assert lines(rtf(ole1(b"", kind=1), in_bytes=in_bytes), ".rtf") == ["前后"]
    assert lines(rtf(b"\1\5", in_bytes=in_bytes), ".rtf") == ["前后"]
    found = read(rtf(ole1(packaged("台账.xlsx")[4:], name=b"Package\0"), in_bytes=in_bytes), ".rtf")
    assert (found.text, found.marks[0].reason) == ("前后\n台账.xlsx", "attached file")


def test_names_and_classes_of_objects():
    assert packaged_name(packaged("台账.doc")[4:]) == "台账.doc"
    assert packaged_name(b"\2\0" + "台账".encode() + b"\0") == "台账"
    assert packaged_name(b"\2\0\xff\xff\0") == "ÿÿ"
    assert unwrapped(ole1(b"abc")) == ("Excel.Sheet.12", b"abc")
    assert unwrapped(ole1(b"abc", kind=1)) == ("Excel.Sheet.12", b"")
    assert held_document(b"PK", "x").data == b"PK"
