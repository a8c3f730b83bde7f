import pytest

from pipeline.core.errors import InputError
from pipeline.read import read_bytes

ROWS = [["全县开展理论宣讲，受众三万。", "甲镇"], ["新建书房六座, 覆盖全县; 深受欢迎。", "乙镇"]]


def written(names, delimiter, quote=True, end="\n"):
    mark = '"' if quote else ""
    return end.join(delimiter.join(f"{mark}{cell}{mark}" for cell in row) for row in [names, *ROWS]).encode("utf-8-sig")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("names", [["内容", "单位"], ["工作内容,\n(不少于百字)", "单位,部门;科室"], ["正文", "a,b,c|d"]])
def test_the_delimiter_is_the_one_that_parts_all_rows_alike(config, delimiter, names):
    document = read_bytes(written(names, delimiter), "x.csv", config.read, ".csv")
    assert document.text.split("\n") == [row[0] for row in ROWS]
    assert [place.columns for place in document.places] == [((" ".join(names[1].split()), town),) for _, town in ROWS]


@pytest.mark.parametrize("line", ["sep=;\n", "SEP=;\r\n"])
def test_a_line_that_tells_the_delimiter_is_none_of_the_table(config, line):
    data = written(["内容", "单位"], ";").removeprefix(b"\xef\xbb\xbf")
    document = read_bytes(line.encode() + data, "x.csv", config.read, ".csv")
    assert [(place.row, dict(place.columns)) for place in document.places] == [(3, {"单位": "甲镇"}), (4, {"单位": "乙镇"})]


def test_a_delimiter_in_the_text_alone_parts_nothing(config):
    data = "内容\n新建书房六座, 覆盖全县, 深受欢迎。\n开展宣讲; 受众三万。\n评选模范。\n".encode()
    assert read_bytes(data, "x.csv", config.read, ".csv").text.startswith("新建书房六座, 覆盖全县, 深受欢迎。")


def lines_with(*others):
    """Return a table of a row that goes over three lines and 20 of one line, with some among them."""
    plain = [f"{place}镇,开展宣讲{place}场。" for place in range(20)]
    return "\n".join(["单位,内容", '甲镇,"第一行。', "第二行。", '第三行。"', *plain[:10], *others, *plain[10:], ""])


@pytest.mark.parametrize("head", ["", "sep=,\n"])
@pytest.mark.parametrize("row", ['乙镇,"开展读书活动。', '"乙镇,开展读书活动。', '乙镇,"“开展"读书”活动。\n丙镇,"新建'])
@pytest.mark.parametrize("closed_by", ["", '丁镇,"新建书房六座。"'])
def test_a_quotation_mark_left_open_is_refused_with_its_line(config, head, row, closed_by):
    """It would take all rows up to the next mark, or to the end of the file, for one cell."""
    data = (head + lines_with(*row.split("\n"), *filter(None, [closed_by]))).encode()
    line = 15 + ("\n" in row) + bool(head)
    with pytest.raises(
        InputError, match=rf"x\.csv: line {line}: no row of a table \(.*quotation mark there is closed.*\.xlsx"
    ) as refused:
        read_bytes(data, "x.csv", config.read, ".csv")
    assert refused.value.code == "damaged"


@pytest.mark.parametrize("row", ['乙镇,"开展"读书活动。', '乙镇,开展"读书"活动。', '"乙"镇,他说"好。'])
def test_marks_that_stand_wrong_within_a_line_lose_nothing(config, row):
    document = read_bytes(lines_with(row).encode(), "x.csv", config.read, ".csv")
    assert len(document.text.split("\n")) == 22
    assert document.text.startswith("第一行。 第二行。 第三行。\n开展宣讲0场。")


def test_a_cell_that_holds_a_piece_of_a_page_is_read_as_one(config):
    rows = '<p class=""x"">县里建了书房。</p><p>办了&nbsp;讲座&amp;。<br/>三场</p>","a < b，且 x > y'
    found = read_bytes(f'内容,单位\n"{rows}"\n"a < b，c > d。",甲\n'.encode(), "x.csv", config.read, ".csv")
    assert found.text.split("\n") == ["县里建了书房。 办了 讲座&。 三场", "a < b，c > d。"]


def test_text_that_is_kept_from_being_a_number_is_read_without_its_signs(config):
    found = read_bytes('内容,单位\n="县里建了书房。",="007"\n"=""办了讲座。""",甲\n'.encode(), "x.csv", config.read, ".csv")
    assert found.text.split("\n") == ["县里建了书房。", "办了讲座。"]
    assert found.places[0].columns == (("单位", "007"),)


def test_a_cell_that_is_no_page_after_all_is_read_as_it_is(config):
    cell = "<div>" * 3000 + "县里建了书房。"
    assert read_bytes(f"内容,单位\n{cell},甲\n".encode(), "x.csv", config.read, ".csv").text == cell
