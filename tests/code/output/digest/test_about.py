import csv

import pytest

from pipeline.core.errors import UsageError
from pipeline.output.digest.about import read_about
from pipeline.output.digest.records import ReportFacts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_places_and_years_of_reports(tmp_path, encoding):
    path = tmp_path / "about.csv"
    path.write_text("文件,年份,地区\na.txt,2023年,临溪县\n\n , ,\nb.txt,2024\n", encoding=encoding)
    assert read_about(path) == {"a.txt": ReportFacts("临溪县", "2023"), "b.txt": ReportFacts("", "2024")}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "must name the columns name and place or year"),
        (b"name,title\na,b\n", "must name the columns"),
        (b"name,year\na.txt,2023\na.txt,2024\n", r"about\.csv: a\.txt stands in it twice"),
        (b"name,year\n\xff\xff\xff", "neither UTF-8 nor GB18030"),
        (b"name,year\na.txt,2023\n" + b"x" * 140_000 + b",2024\n", r"about\.csv: line 3 is no CSV \(field larger than field limit"),
        ("name,year\na.txt,2023\nb.txt,去年\n".encode(), r"about\.csv:3: year=去年 is no year; write it as 2024"),
        (b"name,year\na.txt,2023\n ,2024\n", r"about\.csv: line 3 names no report; write its file name"),
    ],
)
def test_tables_that_cannot_be_used(tmp_path, data, message):
    before = csv.field_size_limit(131_072)  # of the whole process: labels in tables may have longer cells
    (tmp_path / "about.csv").write_bytes(data)
    try:
        with pytest.raises(UsageError, match=message):
            read_about(tmp_path / "about.csv")
    finally:
        csv.field_size_limit(before)


def test_a_table_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match=r"none\.csv: cannot be read \(No such file or directory\)"):
        read_about(tmp_path / "none.csv")
