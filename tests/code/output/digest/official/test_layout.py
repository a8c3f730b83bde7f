import pytest

from pipeline.output.digest.official.blocks import DocumentBlock
from pipeline.output.digest.official.layout import height, lines, pages


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("字" * 26, 1),
        ("字" * 27, 2),
        ("字" * 54, 2),
        ("字" * 55, 3),
        ("字" * 26 + "。", 2),  # the character before the mark goes down with it
        ("字" * 53 + "。", 2),
        ("字" * 54 + "。", 3),
        ("字" * 25 + "）。", 2),
        ("字" * 53 + "“字", 3),  # the mark that begins a quotation goes down with it
        ("字" * 52 + "“字", 2),
        ("1" * 39, 1),
        ("1" * 40, 2),
        ("字" * 25 + "1234", 2),  # a number is not broken
        ("W" * 200, 7),  # but one longer than a line is, from the next line on
    ],
)
def test_lines_of_28_characters_with_an_indent_of_two(text, count):
    assert lines(text, 28, 2) == count


def test_a_title_has_twenty_characters_a_line_and_higher_lines():
    assert [height(DocumentBlock("title", "题" * count)) for count in (20, 21)] == [1.5, 3.0]
    assert height(DocumentBlock("gap", "")) == 1


def test_pages_of_22_lines():
    line = DocumentBlock("text", "字")
    assert pages([]) == 1
    assert pages([line] * 22) == 1
    assert pages([line] * 23) == 2
    assert pages([DocumentBlock("text", "字" * (26 + 28 * 43))]) == 2  # a paragraph of 44 lines
    assert pages([DocumentBlock("text", "字" * (26 + 28 * 44))]) == 3
    assert pages([DocumentBlock("title", "题"), *[line] * 20]) == 1
    assert pages([DocumentBlock("title", "题"), *[line] * 21]) == 2


def test_a_heading_stands_on_the_page_of_what_follows():
    line, theme, aspect = DocumentBlock("text", "字"), DocumentBlock("theme", "一、"), DocumentBlock("aspect", "（一）")
    assert pages([*[line] * 19, theme, aspect, line]) == 1
    assert pages([*[line] * 20, theme, aspect, *[line] * 20]) == 2  # the headings go over
    assert pages([*[line] * 20, theme, aspect, *[line] * 21]) == 3
    assert pages([*[line] * 20, line, line, theme, aspect, *[line] * 20]) == 2
