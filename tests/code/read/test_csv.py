import pytest

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
