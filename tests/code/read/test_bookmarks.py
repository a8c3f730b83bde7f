"""Headings that a file names are found among its paragraphs, whole or cut up."""

from pipeline.read.page.blocks import Row
from pipeline.read.page.bookmarks import Bookmark, find_headings
from pipeline.read.page.furniture import Page
from pipeline.read.page.lines import TextLine

PAGE = Page(1, [], bottom=0, top=800, left=0, right=600)


def line(text, page=1):
    return TextLine(page, text, 0, 10 * len(text), 700, 10, 10)


def found(paragraphs, *bookmarks):
    return [
        ("".join(item.text for item in part) if isinstance(part, list) else "row", level)
        for part, level in find_headings(paragraphs, bookmarks)
    ]


def test_a_heading_is_known_by_its_text_and_its_page():
    paragraphs = [[line("建设 进展")], [line("正文。")], [line("建设进展", 2)], [line("正文。", 2)]]
    on_second = found(paragraphs, Bookmark("建设进展\n", 2, 1))
    assert on_second == [("建设 进展", None), ("正文。", None), ("建设进展", 1), ("正文。", None)]
    anywhere = found(paragraphs, Bookmark("建设进展", None, 1))
    assert [level for _, level in anywhere] == [1, None, 1, None]
    assert [level for _, level in found(paragraphs)] == [None] * 4


def test_a_heading_of_several_paragraphs_is_put_together_but_not_over_a_table():
    bookmark = Bookmark("关于建设的通知", 1, 0)
    paragraphs = [[line("关于")], [line("建设")], [line("的通知")], [line("正文。")]]
    assert found(paragraphs, bookmark) == [("关于建设的通知", 0), ("正文。", None)]
    row = Row(PAGE, [[line("建设")]])
    assert found([[line("关于")], row, [line("的通知")]], bookmark) == [("关于", None), ("row", None), ("的通知", None)]


def test_the_first_of_two_levels_counts_and_one_that_is_not_there_is_none():
    assert found([[line("总结")]], Bookmark("总结", 1, 0), Bookmark("总结", 1, 2), Bookmark("别的", 1, 1)) == [("总结", 0)]
