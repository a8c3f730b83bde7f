import io
import zipfile

import pytest
from msgspec.structs import replace

from pipeline.core.errors import InputError
from pipeline.read import read_bytes

TEXT = "图书馆新开书房六座，读者踊跃。"


def far_workbook(*far, styled=""):
    """Return a workbook with a table at its beginning and values far from it."""
    from openpyxl import Workbook

    book = Workbook()
    for row in (["序号", "工作内容"], [1, TEXT], [], [2, "宣讲团进村讲党课三百场。"]):
        book.active.append(row)
    for place in far:
        book.active[place] = "远"
    if styled:
        book.active[styled].number_format = "0.00"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("far", [["XFD1048576"], ["A1048576", "XFD1"], ["ZZ900000", "C5"]])
def test_a_cell_far_from_all_others_takes_nothing_from_them(config, far):
    document = read_bytes(far_workbook(*far), "x.xlsx", config.read, ".xlsx")
    assert [(place.sheet, place.row) for place in document.places][:2] == [("Sheet", 2), ("Sheet", 4)]
    assert document.text.split("\n")[:2] == [TEXT, "宣讲团进村讲党课三百场。"]
    assert dict(document.places[0].columns) == {"序号": "1"}


def test_a_far_cell_without_content_is_none(config):
    document = read_bytes(far_workbook("ZZ1048570", styled="XFD1048576"), "x.xlsx", config.read, ".xlsx")
    assert document.text.split("\n")[0] == TEXT


def test_too_many_cells_are_refused_before_they_are_read(config):
    few = replace(config.read, max_cells=3)
    message = r"^x\.{}: .* cells \(read\.max_cells\); split it, or raise the limit"
    with pytest.raises(InputError, match=message.format("xlsx")):
        read_bytes(far_workbook(), "x.xlsx", few, ".xlsx")
    with pytest.raises(InputError, match=message.format("ods")):
        read_bytes(ods(row(*[cell(TEXT)] * 4)), "x.ods", few, ".ods")
    with pytest.raises(InputError, match=message.format("ods")):
        read_bytes(ods(row(cell("", 2**20), cell(TEXT)) * 100), "x.ods", config.read, ".ods")


def ods(*sheets, mimetype="application/vnd.oasis.opendocument.spreadsheet"):
    tables = "".join(f'<table:table table:name="表{i}">{rows}</table:table>' for i, rows in enumerate(sheets, start=1))
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", mimetype)
        body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        package.writestr("content.xml", f"<office:document-content {spaces}>{body}</office:document-content>")
    return stream.getvalue()


def cell(text="", repeats=1, extra="", kind="table-cell"):
    inside = "".join(f"<text:p>{line}</text:p>" for line in text.split("|") if line)
    return f'<table:{kind} table:number-columns-repeated="{repeats}"{extra}>{inside}</table:{kind}>'


def row(*cells, repeats=1):
    return f'<table:table-row table:number-rows-repeated="{repeats}">{"".join(cells)}</table:table-row>'


def test_repeats_of_an_opendocument_sheet_cost_what_they_hold(config):
    endless = row(cell("", 16_384), repeats=1_048_000)
    filled = row(cell("甲镇", 16_000), repeats=500_000)
    sheet = row(cell("单位"), cell("内容")) + row(cell(), cell(TEXT)) + endless + row(cell("乙镇"), cell("宣讲三百场。")) + filled
    data = ods(sheet)
    assert len(data) < 2_000
    document = read_bytes(data, "x.ods", config.read, ".ods")
    assert document.text.split("\n") == [TEXT, "宣讲三百场。", "甲镇"]  # the last is a row without text
    assert [place.row for place in document.places] == [2, 1_048_003, 1_048_004]


def test_a_repeated_row_with_text_stands_as_often_as_it_is_shown(config):
    sheet = row(cell("单位"), cell("内容")) + row(cell("甲镇"), cell(TEXT), repeats=3) + row(cell("乙镇", 1), cell("评选模范。"))
    document = read_bytes(ods(sheet), "x.ods", config.read, ".ods")
    assert [place.row for place in document.places] == [2, 3, 4, 5]


def test_what_a_cell_of_opendocument_shows_is_its_text(config):
    comment = "<office:annotation><text:p>批注</text:p></office:annotation><text:p>"
    comment = cell(f'{TEXT}<text:s text:c="2"/>完|第二段').replace("<text:p>", comment, 1)
    spanned = cell("甲镇", extra=' table:number-rows-spanned="2"')
    group = f"<table:table-header-rows>{row(cell('单位'), cell('内容'))}</table:table-header-rows>"
    sheet = group + row(spanned, comment) + row(cell(kind="covered-table-cell"), cell("评选模范。"))
    document = read_bytes(ods(sheet), "x.ods", config.read, ".ods")
    assert document.text.split("\n") == [f"{TEXT} 完 第二段", "评选模范。"]
    assert [dict(place.columns) for place in document.places] == [{"单位": "甲镇"}] * 2
    assert "ods, column 内容" in document.encoding


def test_tabs_and_line_breaks_of_a_cell_keep_words_apart(config):
    sheet = row(cell("内容")) + row(cell(f"{TEXT}<text:tab/>讲座<text:line-break/>八场<text:span>一<text:tab/>二</text:span>"))
    document = read_bytes(ods(sheet), "x.ods", config.read, ".ods")
    assert document.text == f"{TEXT} 讲座 八场一 二"


def test_what_is_too_much_and_what_is_locked_have_their_codes(config):
    few = replace(config.read, max_cells=3)
    rows = row(cell("内容"), cell("单位")) + row(cell(TEXT), cell("甲镇"))
    for data, suffix in ((ods(rows), ".ods"), (far_workbook(), ".xlsx"), (far_workbook("ZZ900", "C5"), ".xlsx")):
        with pytest.raises(InputError, match="more than 3 cells") as caught:
            read_bytes(data, f"x{suffix}", few, suffix)
        assert caught.value.code == "too_large"
    locked = io.BytesIO(ods(rows))
    with zipfile.ZipFile(locked, "a") as package:
        package.writestr("META-INF/manifest.xml", "<manifest:encryption-data/>")
    with pytest.raises(InputError, match="protected by a password") as caught:
        read_bytes(locked.getvalue(), "x.ods", config.read, ".ods")
    assert caught.value.code == "password"


def test_a_flat_sheet_is_read_as_a_packed_one(config):
    with zipfile.ZipFile(io.BytesIO(ods(row(cell("内容")) + row(cell(TEXT))))) as package:
        content = package.read("content.xml").decode()
    kind = 'office:mimetype="application/vnd.oasis.opendocument.spreadsheet"'
    flat = content.replace("office:document-content", f"office:document {kind}", 1).replace(
        "office:document-content", "office:document"
    )
    found = read_bytes(flat.encode(), "x.fods", config.read, ".fods")
    assert (found.text, found.encoding) == (TEXT, "ods, column 内容")


def test_shapes_over_the_cells_of_opendocument_are_set_aside_and_not_lost(config):
    space = 'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    box = f"<draw:frame {space}><draw:text-box><text:p>本表由各镇填报。</text:p></draw:text-box></draw:frame>"
    remark = "<office:annotation><text:p>批注</text:p></office:annotation>"
    held = f"<table:table-cell><text:p>{TEXT}</text:p>{box}{remark}</table:table-cell>"
    document = read_bytes(ods(row(cell("内容")) + row(held) + f"<table:shapes>{box}</table:shapes>"), "x.ods", config.read, ".ods")
    assert document.text.split("\n") == [TEXT, *["本表由各镇填报。"] * 2]
    assert [mark.reason for mark in document.marks] == ["", *["text box"] * 2]
