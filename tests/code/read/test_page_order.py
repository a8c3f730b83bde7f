"""What is drawn out of order is read where it stands, and columns, cells and stamps keep the order of the file."""

import pytest
from handmade import EM, MARGIN, Ofd, drawn

from pipeline.read.formats.ofd import read
from pipeline.read.page.glyphs import Glyph
from pipeline.read.page.lines import page_lines

TITLE = "河湾镇文化站建设情况"
LINES = ("镇里新建文化站3处，添置图书2600册，设座位80个，全年", "开放312天，来看书的人比2023年多了两成。")
TEXT = f"{TITLE}\n{LINES[0]}{LINES[1]}"


@pytest.fixture
def text(config):
    return lambda *objects: read(Ofd(["".join(objects)]).data(), "x.ofd", config.read).text.strip()


def _by_font(lines):
    """Return what a converter writes that draws the ideographs of all lines first, then all figures."""
    wide, narrow = [], []
    for i, line in enumerate(lines):
        left = MARGIN + (0 if i else 2 * EM)
        for character in line:
            (narrow if character.isdigit() else wide).append(drawn(character, left, 55 + 10 * i))
            left += EM / 2 if character.isdigit() else EM
    return wide, narrow


def test_figures_that_are_drawn_behind_all_ideographs_stand_in_their_lines(text):
    wide, narrow = _by_font(LINES)
    assert text(drawn(TITLE, 60, 40, 7.7), *wide, *narrow) == TEXT
    assert text(drawn(TITLE, 60, 40, 7.7), *narrow, *wide) == TEXT


def test_lines_that_are_drawn_in_any_order_are_read_from_the_top(text):
    wide, narrow = _by_font(LINES)
    lines = [drawn(line, MARGIN + (0 if i else 2 * EM), 55 + 10 * i) for i, line in enumerate(LINES)]
    assert text(lines[1], lines[0], drawn(TITLE, 60, 40, 7.7)) == TEXT
    assert text(*wide[::-1], *narrow, drawn(TITLE, 60, 40, 7.7)) == TEXT


def _glyphs(text, left, base, size=10):
    places = [left + i * size for i in range(len(text))]
    return [Glyph(character, x, x + size, base, size, 0, spaced=False) for character, x in zip(text, places, strict=True)]


@pytest.mark.parametrize("shift", [0, 7, 10])
def test_columns_keep_the_order_of_the_file(shift):
    left = [_glyphs("左边一栏里的字", 50, 700 - 15 * i) for i in range(3)]
    right = [_glyphs("右边一栏里的字", 300, 700 - shift - 15 * i) for i in range(3)]
    found = page_lines([glyph for line in [*left, *right] for glyph in line], 1)
    assert [line.text[0] for line in found] == list("左左左右右右")


@pytest.mark.parametrize("other", [("样章", 75, 700), ("表格", 200, 700), ("脚注", 130, 695, 5)])
def test_what_lies_over_a_line_or_apart_from_it_does_not_fill_it(other):
    line, following = _glyphs("镇里办了读书活动", 50, 700), _glyphs("下一行", 50, 680)
    found = [line.text for line in page_lines([*line, *following, *_glyphs(*other)], 1)]
    assert sorted(found) == sorted(["镇里办了读书活动", "下一行", other[0]])
