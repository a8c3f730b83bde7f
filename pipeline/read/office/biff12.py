"""The formats of cells of a binary workbook (.xlsb): where Excel keeps them, beside the cells that calamine reads.

Its parts are not XML but records: type and size, seven bits a byte, and what is in them. Those alone are read that say a format or
name one. The one reader that knows them, pyxlsb, is LGPL. A part that is damaged has no formats, as in ``biff``.
"""

import struct
from collections.abc import Iterator, Mapping

from pipeline.read.office.number_formats import Cell, codes_of_styles
from pipeline.read.office.ooxml import relationships
from pipeline.read.office.packages import ZipPackage, read_member

STYLES = "xl/styles.bin"
_ROW, _SHEET, _FORMAT, _STYLE, _STYLES_BEGIN, _STYLES_END = 0, 156, 44, 47, 617, 618
_CELLS = (2, 5, 9)  # a number in short, a number, a formula with one
_MORE = 0x80  # a further byte follows


def is_binary(main: str) -> bool:
    """Tell by the name of its main part whether a workbook is of records."""
    return main.lower().endswith(".bin")


def binary_sheets(package: ZipPackage, main: str, source: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each sheet with that of its part; raises InputError for a damaged package."""
    parts = relationships(package, main, source)
    for content in _contents(read_member(package, main, source), _SHEET):
        identity, after = _string(content, 8)
        name, _ = _string(content, after)
        if identity in parts:
            yield name, parts[identity].target


def binary_formats(package: ZipPackage, source: str) -> dict[int, str]:
    """Return the format of each cell style by its number, of those styles whose cells are shown otherwise than they are held."""
    named, styles, is_of_cells = dict[int, str](), list[int](), False
    for kind, content in _records(read_member(package, STYLES, source)):
        if kind in (_STYLES_BEGIN, _STYLES_END):
            is_of_cells = kind == _STYLES_BEGIN
        elif kind == _FORMAT and len(content) > 2:
            named[int.from_bytes(content[:2], "little")] = _string(content, 2)[0]
        elif kind == _STYLE and is_of_cells:
            styles.append(int.from_bytes(content[2:4], "little"))
    return codes_of_styles(named, styles)


def binary_cells(package: ZipPackage, part: str, formats: Mapping[int, str], source: str) -> dict[Cell, str]:
    """Return the format of each cell of a sheet's part that is of such a style."""
    found: dict[Cell, str] = {}
    row = 0
    for kind, content in _records(read_member(package, part, source) if formats else None):
        if kind == _ROW:
            row = int.from_bytes(content[:4], "little")
        elif kind in _CELLS and len(content) > 8:
            column, style = struct.unpack_from("<II", content)
            code = formats.get(style & 0xFFFFFF)  # above it: whether the cell has phonetic signs
            if code is not None:
                found[row, column] = code
    return found


def _contents(data: bytes | None, kind: int) -> Iterator[bytes]:
    return (content for found, content in _records(data) if found == kind)


def _records(data: bytes | None) -> Iterator[tuple[int, bytes]]:
    """Yield type and content of the records of a part, up to the end or to where it is damaged."""
    data, at = data or b"", 0
    while at < len(data):
        kind, at = _packed(data, at, 2)
        size, at = _packed(data, at, 4)
        yield kind, data[at : at + size]
        at += size


def _packed(data: bytes, at: int, most: int) -> tuple[int, int]:
    """Return a number of ``most`` bytes at most, the lowest first, and where it ends."""
    number = 0
    for place, byte in enumerate(data[at : at + most]):
        number |= (byte & ~_MORE) << 7 * place
        if not byte & _MORE:
            return number, at + place + 1
    return number, at + most


def _string(content: bytes, at: int) -> tuple[str, int]:
    """Return a string behind its length, "" where there is none (all bits set), and where it ends."""
    size = int.from_bytes(content[at : at + 4], "little")
    end = at + 4 + (0 if size == 0xFFFFFFFF else 2 * size)
    return content[at + 4 : end].decode("utf-16-le", "replace"), end
