"""Binary workbooks are read, and their numbers are as those of other workbooks are: as Excel shows them."""

import io
import struct
import zipfile

import pytest

from pipeline.core.config import load_config
from pipeline.core.errors import InputError
from pipeline.read import read_bytes
from pipeline.read.office.biff12 import binary_cells, binary_formats, binary_sheets
from pipeline.read.office.packages import ZipPackage

OPTIONS = load_config().read
SPACE = "http://schemas.openxmlformats.org"
TYPES = (
    f'<Types xmlns="{SPACE}/package/2006/content-types">'
    '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'
)
TEXT = "县委宣传部开展理论宣讲第{}场活动受到群众欢迎"
CODES = {164: "0.0%", 165: '0"场"', 166: 'yyyy"年"m"月"d"日"', 167: "000"}


def packed(number):
    out = bytearray()
    while True:
        number, rest = number >> 7, number & 0x7F
        out.append(rest | (0x80 if number else 0))
        if not number:
            return bytes(out)


def record(kind, *content):
    data = b"".join(content)
    return packed(kind) + packed(len(data)) + data


def string(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def cell(column, style, value):
    head = struct.pack("<II", column, style | 1 << 24)  # with phonetic signs
    if isinstance(value, str):
        return record(6, head, string(value))
    return record(9, head, struct.pack("<dHI", value, 0, 0), bytes(4)) if style == 1 else record(5, head, struct.pack("<d", value))


def rels(*targets):
    listed = "".join(
        f'<Relationship Id="rId{i}" Type="{SPACE}/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{SPACE}/package/2006/relationships">{listed}</Relationships>'


def sheet_part(rows):
    used = struct.pack("<IIII", 0, max(rows, default=0), 0, 5)
    body = b"".join(
        record(0, struct.pack("<IIHHB", row, 0, 300, 0, 0), bytes(4)) + b"".join(cell(*each) for each in cells)
        for row, cells in rows.items()
    )
    return record(129) + record(148, used) + record(145) + body + record(146) + record(130)


def workbook(rows, codes=CODES, styles=(0, *CODES), **more):
    """Return a binary workbook of one sheet; ``rows`` has column, style and value of each cell."""
    formats = b"".join(record(44, struct.pack("<H", number), string(code)) for number, code in codes.items())
    looks = b"".join(record(47, struct.pack("<HH", 0, number), bytes(12)) for number in styles)
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": rels(("officeDocument", "xl/workbook.bin")),
        "xl/_rels/workbook.bin.rels": rels(("worksheet", "worksheets/sheet1.bin"), ("styles", "styles.bin")),
        "xl/workbook.bin": record(131)
        + record(143)
        + record(156, struct.pack("<II", 0, 1), string("rId1"), string("台账"))
        + record(144)
        + record(132),
        "xl/styles.bin": record(278)
        + record(615, struct.pack("<I", len(codes)))
        + formats
        + record(616)
        + record(626, struct.pack("<I", 1))
        + record(47, bytes(16))
        + record(627)
        + record(617, struct.pack("<I", len(styles)))
        + looks
        + record(618)
        + record(279),
        "xl/worksheets/sheet1.bin": sheet_part(rows),
        **more,
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return stream.getvalue()


def ledger(count=3):
    head = [(column, 0, name) for column, name in enumerate(("内容", "占比", "场次", "日期", "编号"))]
    rows = [[(0, 0, TEXT.format(row)), (1, 1, 0.256), (2, 2, 12), (3, 3, 45123), (4, 4, 7)] for row in range(1, count + 1)]
    return dict(enumerate([head, *rows]))


def test_a_binary_workbook_is_read_with_its_numbers_as_they_are_shown():
    found = read_bytes(workbook(ledger()), "a.xlsb", OPTIONS, ".xlsb")
    assert found.text.split("\n")[:3] == [TEXT.format(1), TEXT.format(2), TEXT.format(3)]
    assert dict(found.places[0].columns) == {"占比": "25.6%", "场次": "12场", "日期": "2023年7月16日", "编号": "007"}
    assert (found.places[0].sheet, found.places[0].row) == ("台账", 2)


def test_its_parts():
    with ZipPackage(workbook(ledger(1))) as package:
        assert list(binary_sheets(package, "xl/workbook.bin", "a")) == [("台账", "xl/worksheets/sheet1.bin")]
        formats = binary_formats(package, "a")
        assert formats == dict(enumerate(CODES.values(), 1))
        cells = binary_cells(package, "xl/worksheets/sheet1.bin", formats, "a")
        assert cells == {(1, style): formats[style] for style in formats}
        assert binary_cells(package, "xl/worksheets/sheet1.bin", {}, "a") == {}
        assert binary_cells(package, "xl/nothing.bin", formats, "a") == {}


def test_a_damaged_part_has_no_formats_or_some_and_never_an_exception():
    whole = workbook(ledger())
    with ZipPackage(whole) as package:
        styles, cells = package.read("xl/styles.bin"), package.read("xl/worksheets/sheet1.bin")
    for part, data in (("xl/styles.bin", styles), ("xl/worksheets/sheet1.bin", cells)):
        for end in range(0, len(data), 3):
            for tail in (b"", b"\xff" * 9):
                with ZipPackage(workbook(ledger(), **{part: data[:end] + tail})) as package:
                    binary_cells(package, "xl/worksheets/sheet1.bin", binary_formats(package, "a"), "a")
                    list(binary_sheets(package, "xl/workbook.bin", "a"))


def test_a_sheet_that_is_cut_off_is_one_line():
    with ZipPackage(workbook(ledger())) as package:
        cells = package.read("xl/worksheets/sheet1.bin")
    with pytest.raises(InputError, match=r"^a\.xlsb: (?:not a readable spreadsheet|no column with text|nothing but)"):
        read_bytes(workbook(ledger(), **{"xl/worksheets/sheet1.bin": cells[:20]}), "a.xlsb", OPTIONS, ".xlsb")


def test_a_sheet_that_is_a_chart_is_passed_over():
    listed = rels(("worksheet", "worksheets/sheet1.bin"), ("styles", "styles.bin"), ("chartsheet", "chartsheets/sheet1.bin"))
    sheets = record(156, struct.pack("<II", 0, 2), string("rId3"), string("图表"))
    sheets += record(156, struct.pack("<II", 0, 1), string("rId1"), string("台账"))
    book = record(131) + record(143) + sheets + record(144) + record(132)
    more = {"xl/_rels/workbook.bin.rels": listed, "xl/workbook.bin": book, "xl/chartsheets/sheet1.bin": record(129) + record(130)}
    found = read_bytes(workbook(ledger(), **more), "a.xlsb", OPTIONS, ".xlsb")
    assert [place.sheet for place in found.places] == ["台账"] * 3
