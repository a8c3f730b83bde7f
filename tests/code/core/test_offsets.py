import doctest

import pytest

from pipeline.core import offsets
from pipeline.core.offsets import positions, span_within, with_line_feeds

TEXT = "a\r\n𠮷\rb\n"


def test_examples():
    assert doctest.testmod(offsets) == (0, 1)


@pytest.mark.parametrize(
    ("line_end", "astral", "places"),
    [
        (1, 1, [0, 1, 2, 3, 4, 5, 6, 7]),
        (1, 2, [0, 1, 2, 3, 5, 6, 7, 8]),
        (0, 1, [0, 1, 1, 2, 3, 4, 5, 6]),
        (0, 2, [0, 1, 1, 2, 4, 5, 6, 7]),
    ],
)
def test_places_in_each_way_of_counting(line_end, astral, places):
    assert list(positions(TEXT, line_end, astral)) == places


def test_places_without_cr_are_places_in_the_text_with_line_feeds():
    plain = with_line_feeds(TEXT)
    assert plain == "a\n𠮷\nb\n"
    places = positions(TEXT, 0, 1)
    assert places[-1] == len(plain)
    assert all(plain[places[at]] == TEXT[at].replace("\r", "\n") for at in range(len(TEXT)))


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [(0, 1, (0, 1)), (3, 5, (3, 4)), (3, 4, None), (4, 5, None), (2, 2, None), (0, 9, None), (-1, 2, None)],
)
def test_span_within_units(start, end, found):
    assert span_within(start, end, positions(TEXT)) == found
