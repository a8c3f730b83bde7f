"""The formats of cells of an old workbook (.xls, .et): where Excel 5 to 2003 keeps them, beside the cells that calamine reads.

calamine gives what a cell of an .xls holds and not how it is shown, and xlrd would read all of it a second time. So the compound
file is opened here as far as its stream of records goes, and of the records only those are read that say a format or name one.
What is read here is bounded by the file's own size.
What is no such file, or damaged, has no formats: that its cells can be read at all is for calamine to say.
"""

import struct
from collections.abc import Iterator, Mapping
from itertools import pairwise

from pipeline.read.office.cells import ShownPart
from pipeline.read.office.compound import DAMAGE, is_compound, stream_of
from pipeline.read.office.number_formats import Cell, codes_of_styles

_STREAMS = ("Workbook", "Book")  # the second stands beside the first in what was saved for Excel 95 too
_BOF, _EOF, _PASSWORD, _SHEET, _STYLE, _FORMAT = 0x0809, 0x000A, 0x002F, 0x0085, 0x00E0, 0x041E
_WINDOW, _OBJECT_SIZE = 0x003D, 0x00DE  # which sheet is shown, and which part of it where the workbook is an object in a document
_CELLS = (0x0203, 0x027E, 0x0006)  # a number, a number in short, a formula
_NUMBERS = 0x00BD  # several numbers side by side
_EXCEL_97 = 0x0600


def formats_of_workbook(data: bytes) -> dict[str, dict[Cell, str]]:
    """Return the format of each cell that is shown otherwise than it is held, by the names of the sheets."""
    try:
        return _formats(_workbook_stream(data))
    except DAMAGE:
        return {}


def _formats(stream: bytes) -> dict[str, dict[Cell, str]]:
    named, styles, sheets, is_wide = dict[int, str](), list[int](), list[tuple[str, int]](), True
    for kind, content in _records(stream, 0, len(stream)):
        if kind == _BOF:
            is_wide = struct.unpack_from("<H", content)[0] == _EXCEL_97
        elif kind == _PASSWORD:
            return {}
        elif kind == _FORMAT:
            number, code = struct.unpack_from("<H", content)[0], content[2:]
            named[number] = _string(code, "<H", is_wide) if is_wide else _string(code, "<B", is_wide)
        elif kind == _STYLE:
            styles.append(struct.unpack_from("<H", content, 2)[0])
        elif kind == _SHEET:
            sheets.append((_string(content[6:], "<B", is_wide), struct.unpack_from("<I", content)[0]))
    codes = codes_of_styles(named, styles)
    if not codes:
        return {}
    starts = sorted({start for _, start in sheets})
    # A sheet ends where the next one begins, at the latest: no file has its records read more than once.
    cells = {start: dict(_cells(stream, start, end, codes)) for start, end in pairwise([*starts, len(stream)])}
    return {name: cells[start] for name, start in sheets}


def _cells(stream: bytes, start: int, end: int, codes: Mapping[int, str]) -> Iterator[tuple[Cell, str]]:
    """Yield the cells of a sheet that are of a style with a format, with this."""
    for kind, content in _records(stream, start, end):
        if kind in _CELLS:
            row, column, style = struct.unpack_from("<HHH", content)
            if style in codes:
                yield (row, column), codes[style]
        elif kind == _NUMBERS:
            row, first = struct.unpack_from("<HH", content)
            for number in range((len(content) - 6) // 6):
                style = struct.unpack_from("<H", content, 4 + 6 * number)[0]
                if style in codes:
                    yield (row, first + number), codes[style]


def _records(stream: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield type and content of the records of the part of a stream that begins at a place, without those of parts within it."""
    depth = 0
    while start + 4 <= end:
        kind, size = struct.unpack_from("<HH", stream, start)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 1:
            yield kind, stream[start + 4 : start + 4 + size]
        if depth <= 0:
            return
        start += 4 + size


def _string(data: bytes, size: str, is_wide: bool) -> str:
    """Return a string behind its length: from Excel 97 on with a flag for two bytes a character, before in China's code page."""
    count, start = struct.unpack_from(size, data)[0], struct.calcsize(size)
    if not is_wide:
        return data[start : start + count].decode("gb18030", "replace")
    flags, text = data[start], data[start + 1 :]
    return text[: 2 * count].decode("utf-16-le", "replace") if flags & 1 else text[:count].decode("latin-1")


def shown_part(data: bytes) -> ShownPart | None:
    """Return what a document shows of an old workbook in it; None where the workbook does not say it."""
    try:
        stream = _workbook_stream(data)
        names, shown, area, is_wide = list[str](), 0, None, True
        for kind, content in _records(stream, 0, len(stream)):
            if kind == _BOF:
                is_wide = struct.unpack_from("<H", content)[0] == _EXCEL_97
            elif kind == _WINDOW:
                shown = struct.unpack_from("<H", content, 10)[0]
            elif kind == _OBJECT_SIZE:
                area = struct.unpack_from("<HHBB", content, 2)
            elif kind == _SHEET:
                names.append(_string(content[6:], "<B", is_wide))
    except DAMAGE:
        return None
    if shown >= len(names):
        return None
    if area is None:
        return ShownPart(names[shown])
    return ShownPart(names[shown], range(area[0], area[1] + 1), range(area[2], area[3] + 1))


def _workbook_stream(data: bytes) -> bytes:
    """Return the stream of a workbook's records, nothing where there is none; what is no compound file is that stream itself."""
    return (stream_of(data, *_STREAMS) or b"") if is_compound(data) else data
