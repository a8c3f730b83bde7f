"""The formats of cells of old workbooks: as those of new ones, from every layout of the file, and never an exception."""

import datetime as dt
import random
import struct
import tracemalloc

import pytest
import xlsxwriter

from pipeline.core.config import load_config
from pipeline.read.formats import sheet
from pipeline.read.office import biff
from pipeline.read.office import compound as ole
from pipeline.read.office.biff import formats_of_workbook

OPTIONS = load_config().read
CODES = ("yyyy-mm-dd", "0.0%", "#,##0.00", 'yyyy"年"m"月"d"日"', "0.00", 'General"场"', "0.00")
VALUES = (dt.date(2023, 7, 16), 0.256, 1234567.5, dt.date(2023, 7, 16), 3, 12, 0.5)
SHOWN = ("2023-07-16", "25.6%", "1,234,567.50", "2023年7月16日", "3.00", "12", "0.50")


@pytest.fixture(scope="module", params=[3, 400], ids=["small streams", "whole sectors"])
def workbooks(request, tmp_path_factory, soffice):
    """One workbook, as .xlsx and as .xls, with so many rows."""
    folder = tmp_path_factory.mktemp("xls")
    with xlsxwriter.Workbook(folder / "a.xlsx") as book:
        book.add_worksheet("空")
        made = book.add_worksheet("台账")
        made.write_row(0, 0, ("内容", *CODES))
        formats = [book.add_format({"num_format": code}) for code in CODES]
        for row in range(1, request.param + 1):
            made.write_string(row, 0, f"县委宣传部开展理论宣讲第{row}场活动受到欢迎")
            for column, (value, look) in enumerate(zip(VALUES, formats, strict=True), start=1):
                (made.write_datetime if isinstance(value, dt.date) else made.write_number)(row, column, value, look)
    return folder / "a.xlsx", soffice(folder / "a.xlsx", "xls", folder)


def columns(path):
    return [dict(place.columns) for place in sheet.read(path.read_bytes(), path.name, OPTIONS).places]


def test_cells_are_shown_as_those_of_a_new_workbook(workbooks):
    new, old = map(columns, workbooks)
    assert old == new
    assert tuple(old[-1].values())[:5] == SHOWN[:5]


def test_a_damaged_file_has_no_formats_or_some_of_them(workbooks):
    data = workbooks[1].read_bytes()
    whole = formats_of_workbook(data)
    assert whole["台账"][1, 2] == "0.0%"
    generator = random.Random(7)
    for end in range(0, len(data), 997):
        formats_of_workbook(data[:end])
    for _ in range(300):
        broken = bytearray(data)
        for _ in range(8):
            broken[generator.randrange(len(broken))] = generator.randrange(256)
        formats_of_workbook(bytes(broken))


def record(kind, *content):
    data = b"".join(content)
    return struct.pack("<HH", kind, len(data)) + data


def stream(version, sheet_name, code, *between):
    """Return records of a workbook: one style with a format, one sheet with a number, a chart in it, and several numbers."""
    name = sheet_name.encode("utf-16-le") if version == 0x600 else sheet_name.encode("gb18030")
    head = bytes([len(sheet_name), 1]) if version == 0x600 else bytes([len(name)])
    written = struct.pack("<HHB", 200, len(code), 0) if version == 0x600 else struct.pack("<HB", 200, len(code))
    begin = record(0x0809, struct.pack("<HH", version, 5))
    fixed = begin + b"".join(between) + record(0x041E, written, code.encode()) + record(0x00E0, struct.pack("<HH", 0, 200))
    end = record(0x000A)
    size = len(fixed) + len(record(0x0085, bytes(6), head, name)) + len(end)
    cells = record(0x0203, struct.pack("<HHHd", 4, 1, 0, 0.5))
    chart = begin + record(0x0203, struct.pack("<HHHd", 9, 9, 0, 0.5)) + end
    several = record(0x00BD, struct.pack("<HH", 5, 2), struct.pack("<HI", 0, 2) * 2, struct.pack("<H", 3))
    return fixed + record(0x0085, struct.pack("<IH", size, 0), head, name) + end + begin + cells + chart + several + end


def compound(content, size=512):
    """Return a compound file with one stream; its allocation table is as long as the stream asks."""
    count = -(-len(content) // size)
    sectors = 1
    while True:
        more = -(-max(0, sectors - 109) // (size // 4 - 1))
        if sectors * (size // 4) >= count + 1 + sectors + more:
            break
        sectors += 1
    table = [*range(1, count), 0xFFFFFFFE, 0xFFFFFFFE, *[0xFFFFFFFD] * sectors, *[0xFFFFFFFC] * more]
    table += [0xFFFFFFFF] * (sectors * (size // 4) - len(table))
    first = count + 1  # of the table, behind the stream and the directory
    named = [first + number for number in range(sectors)]
    outside = [named[place : place + size // 4 - 1] for place in range(109, len(named), size // 4 - 1)]
    beyond = first + sectors
    lists = [[*part, *[0xFFFFFFFF] * (size // 4 - 1 - len(part)), beyond + i + 1] for i, part in enumerate(outside)]
    header = bytearray(size)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HH", header, 30, size.bit_length() - 1, 6)
    struct.pack_into("<III", header, 44, sectors, count, 0)
    struct.pack_into("<IIIII", header, 56, 0, 0xFFFFFFFE, 0, beyond if outside else 0xFFFFFFFE, len(outside))
    struct.pack_into("<109I", header, 76, *(named[:109] + [0xFFFFFFFF] * (109 - len(named[:109]))))
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HB49xII4x", 2 * len(name) + 2, kind, 0, length)
        for name, kind, length in (("Root Entry", 5, 0), ("Workbook", 2, len(content)))
    )
    return b"".join(
        [bytes(header), content.ljust(count * size, b"\0"), entries.ljust(size, b"\0"), struct.pack(f"<{len(table)}I", *table)]
        + [struct.pack(f"<{len(each)}I", *each) for each in lists]
    )


EXPECTED = {"表": {(4, 1): "0.0%", (5, 2): "0.0%", (5, 3): "0.0%"}}


@pytest.mark.parametrize("version", [0x500, 0x600])
def test_records_of_both_versions_without_a_file_around_them(version):
    assert formats_of_workbook(stream(version, "表", "0.0%")) == EXPECTED


@pytest.mark.parametrize("size", [512, 4096])
def test_a_file_of_more_than_seven_megabytes(size):
    filler = record(0x00FF, bytes(8000)) * 900
    data = compound(stream(0x600, "表", "0.0%", filler), size)
    assert len(data) > 7_200_000
    assert formats_of_workbook(data) == EXPECTED


def test_what_has_no_formats():
    assert formats_of_workbook(b"") == {}
    assert formats_of_workbook(stream(0x600, "表", "General")) == {}
    assert formats_of_workbook(stream(0x600, "表", "0.0%", record(0x002F, bytes(6)))) == {}  # encrypted
    assert formats_of_workbook(compound(b"x" * 5000).replace("Workbook".encode("utf-16-le"), "Nothing!".encode("utf-16-le"))) == {}
    ring = bytearray(compound(stream(0x600, "表", "0.0%")))
    struct.pack_into("<I", ring, ring.index(struct.pack("<II", 0xFFFFFFFE, 0xFFFFFFFD)), 0)  # the directory follows itself
    formats_of_workbook(bytes(ring))


def test_sectors_too_small_for_a_number_have_no_formats():
    data = bytearray(compound(stream(0x0600, "表", "0.0%")))
    data[30], data[68:76] = 0, struct.pack("<II", 0, 1)
    assert formats_of_workbook(bytes(data)) == {}


def test_a_ring_of_sectors_reads_no_more_than_the_file_has():
    """A table that names itself and a stream that follows itself made far more of a file than it holds."""
    data = bytearray(compound(stream(0x600, "表", "0.0%", record(0x00FF, bytes(8000)))))
    count = struct.unpack_from("<I", data, 48)[0]
    table = (count + 2) * 512
    struct.pack_into("<109I", data, 76, *[count + 1] * 109)  # the same sector of the table again and again
    struct.pack_into("<I", data, table + 4 * (count - 1), 0)
    assert len(ole._allocation_table(bytes(data), 512)) * 4 <= len(data)
    assert len(ole._chain(bytes(data), ole._allocation_table(bytes(data), 512), 0, 512, 512)) <= len(data)
    formats_of_workbook(bytes(data))


def test_a_list_of_the_table_that_follows_itself_ends():
    data = bytearray(compound(stream(0x600, "表", "0.0%", record(0x00FF, bytes(8000)) * 900)))
    place = struct.unpack_from("<I", data, 68)[0]
    struct.pack_into("<I", data, (place + 2) * 512 - 4, place)
    struct.pack_into("<I", data, 72, 15_000)  # more than there can be
    data = bytes(data)
    tracemalloc.start()
    table = ole._allocation_table(data, 512)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(table) * 4 <= len(data)
    assert peak < 4 * len(data)  # a list of 2 million numbers took 9 times as much


def test_sheets_that_lie_in_each_other_are_read_once(monkeypatch):
    """Each of a thousand sheets began in another record of one long part: a million records were read."""
    begin = record(0x0809, struct.pack("<HH", 0x600, 5))
    cell = record(0x0203, struct.pack("<HHHd", 4, 1, 0, 0.5))
    fixed = begin + record(0x041E, struct.pack("<HHB", 200, 4, 0), b"0.0%") + record(0x00E0, struct.pack("<HH", 0, 200))
    names = [f"{number:04}".encode() for number in range(1000)]
    size = len(fixed) + 1000 * len(record(0x0085, bytes(6), bytes([4, 0]), names[0])) + 4
    sheets = [record(0x0085, struct.pack("<IH", size + 8 * i, 0), bytes([4, 0]), name) for i, name in enumerate(names)]
    data, read, sizes = fixed + b"".join(sheets) + record(0x000A) + begin * 1000 + cell * 1000, biff._records, []

    def counted(stream, start, end=None):
        sizes.append((len(stream) if end is None else end) - start)
        return read(*(part for part in (stream, start, end) if part is not None))

    monkeypatch.setattr(biff, "_records", counted)
    assert len(formats_of_workbook(data)) == 1000
    assert sum(sizes) <= 2 * len(data)


def test_the_stream_for_excel_97_is_read_where_one_for_excel_95_stands_before_it():
    data = compound(stream(0x600, "表", "0.0%", record(0x00FF, bytes(8000))))
    entry = "Workbook".encode("utf-16-le").ljust(64, b"\0")
    place = data.index(entry)
    old = "Book".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HB49xII4x", 10, 2, 0, 5000)
    both = data[:place] + old + data[place : place + 128] + data[place + 256 :]
    assert formats_of_workbook(both) == EXPECTED
