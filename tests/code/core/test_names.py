import os
from pathlib import Path

import pytest

from pipeline.core.names import LONGEST_STEM, distinct, file_name, file_stem, on_disk, readable, safe_stem


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("报告.txt".encode("gb18030"), "报告.txt"),
        ("/tmp/中文/".encode() + "简\u91cc𠀀.txt".encode("gb18030"), "/tmp/中文/简\u91cc𠀀.txt"),
        ("中文.txt".encode(), "中文.txt"),
        (b"plain.txt", "plain.txt"),
        (b"a\xff\xfe.txt", "a\\xff\\xfe.txt"),
        ("网页.html".encode("gb18030"), "网页.html"),  # the second character is one in UTF-8 too
        ("坏".encode("gb18030") + b".txt: cannot be read", "坏.txt: cannot be read"),
        ("誠\\".encode("gb18030") + b"/x", "誠\\/x"),
    ],
)
def test_names_that_are_no_utf8_are_read_as_gb18030_or_shown(name, shown):
    assert readable(os.fsdecode(name)) == shown


def test_a_readable_name_leads_back_to_its_file(tmp_path):
    folder = tmp_path / "中文" / os.fsdecode("宣传".encode("gb18030"))
    folder.mkdir(parents=True)
    path = folder / os.fsdecode("网页.docx".encode("gb18030"))
    path.write_bytes(b"x")
    assert on_disk(readable(str(path))) == path
    assert on_disk(f"{tmp_path}/中文/none.txt") == tmp_path / "中文" / "none.txt"
    assert on_disk("none/a.txt") == Path("none/a.txt")


def test_what_is_shown_can_always_be_written():
    for broken in ("\ud800", "a\udfff", "\udc80\udcff", "中\udcb1\udca8"):
        readable(broken).encode()
    assert readable("a\ud800b") == "a\ufffdb"


@pytest.mark.parametrize(
    ("source", "name", "stem"),
    [
        ("2023/a.zip/甲\\乙.docx", "乙.docx", "乙"),
        ("报告.2023.txt", "报告.2023.txt", "报告.2023"),
        ("C:\\报告\\", "报告", "报告"),
        ("/", "", ""),
        ("", "", ""),
        (".txt", ".txt", ".txt"),
    ],
)
def test_the_last_part_of_a_name(source, name, stem):
    assert (file_name(source), file_stem(source)) == (name, stem)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("二〇二三年/总结（定稿）.docx", "总结_定稿"),
        ("..\\..\\报告.txt", "报告"),
        ("--force.txt", "force"),
        (".-_.", "report"),
        ("", "report"),
        ("长" * 200 + ".txt", "长" * LONGEST_STEM),
    ],
)
def test_a_report_is_written_under_a_name_that_is_no_path_and_no_option(name, stem):
    assert safe_stem(name) == stem


def test_a_name_that_was_taken_gets_a_number_before_its_ending():
    taken = set()
    given = ["a/b.c/报告.docx", "a/b.c/报告.docx", "A/B.C/报告.DOCX", "报告", "报告", "caf\u00e9", "CAFE\u0301", ".x", ".x"]
    expected = [
        "a/b.c/报告.docx",
        "a/b.c/报告-2.docx",
        "A/B.C/报告-3.DOCX",
        "报告",
        "报告-2",
        "caf\u00e9",
        "CAFE\u0301-2",
        ".x",
        ".x-2",
    ]
    assert [distinct(name, taken) for name in given] == expected
    assert len(taken) == len(given)
