"""Lines of help by the columns that they take."""

import click
from wcwidth import wcswidth

from pipeline.cli.wide import WideContext, WideFormatter, wrapped


def test_lines_are_as_wide_as_is_allowed():
    text = "标注报告：文件、文件夹（含下级）、通配符，或用 - 读标准输入；写出 models:/名称@别名 和 tags.jsonl。" * 3
    for width in (10, 21, 40):
        lines = list(wrapped(text, width))
        assert "".join("".join(lines).split()) == "".join(text.split())
        long = [line for line in lines if wcswidth(line) > width]
        assert all(" " not in line.strip() for line in long)
        assert not any(line[0] in "，。；：、）" for line in lines)
        assert not any(line[-1] in "（“" for line in lines)


def test_a_word_is_not_broken():
    assert list(wrapped("一二 abcdefgh 三", 6)) == ["一二", "abcdefgh", "三"]


def test_no_text_is_one_empty_line():
    assert list(wrapped("", 10)) == [""]


def test_columns_stand_under_each_other():
    formatter = WideFormatter(width=30)
    with formatter.section("选项"):
        formatter.write_dl([("-o 路径", "一二三四五六七八九十"), ("--jobs 整数", "甲")])
    assert formatter.getvalue() == (
        "选项：\n"
        "  -o 路径      一二三四五六七\n"
        "               八九十\n"
        "  --jobs 整数  甲\n"
    )  # fmt: skip


def test_a_long_first_column_has_a_line_of_its_own():
    formatter = WideFormatter(width=40)
    formatter.write_dl([("--a-long-name 一个很长的名称甲乙丙丁", "说明"), ("-x", "又")])
    assert formatter.getvalue() == f"--a-long-name 一个很长的名称甲乙丙丁\n{' ' * 32}说明\n-x{' ' * 30}又\n"


def test_examples_keep_their_lines():
    formatter = WideContext(click.Command("x")).make_formatter()
    formatter.write_text("甲\n\n\b\n示例：\n  pipeline tag a.txt\n  pipeline ui")
    assert formatter.getvalue() == "甲\n\n示例：\n  pipeline tag a.txt\n  pipeline ui\n"
