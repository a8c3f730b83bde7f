"""Numbers, steps and matrices as attributes of OFD hold them, sound or not."""

import pytest
from lxml import etree

from pipeline.read.ofd.values import IDENTITY, Matrix, matrix_of, number, numbers, steps


@pytest.mark.parametrize(
    ("text", "found"),
    [("1 -2.5 3e1", [1, -2.5, 30]), ("1,2", [1, 2]), ("", []), (None, []), ("1 x", []), ("nan 1", []), ("inf", []), ("1e999", [])],
)
def test_numbers_are_all_sound_or_none(text, found):
    assert numbers(text) == found


@pytest.mark.parametrize(
    ("text", "most", "found"),
    [
        ("g 3 5.6 2", 9, [5.6, 5.6, 5.6, 2]),
        ("1 G 2 3", 9, [1, 3, 3]),
        ("g 5 1", 3, [1, 1, 1]),
        ("g 999999999999999999999 1", 2, [1, 1]),
        ("g -2 1 7", 9, [7]),
        ("g 2", 9, []),
        ("1 g x 2", 9, [1]),
        (None, 9, []),
    ],
)
def test_steps_are_repeated_and_bounded(text, most, found):
    assert steps(text, most) == found


def test_an_object_in_another_stands_where_both_matrices_put_it():
    turned = Matrix(0, 1, -1, 0, 10, 20)
    scaled = Matrix(2, 0, 0, 3, 1, 1)
    assert scaled.inside(turned).place(4, 5) == turned.place(*scaled.place(4, 5)) == (-6, 29)
    assert turned.inside(IDENTITY) == turned


@pytest.mark.parametrize(
    ("attributes", "matrix"),
    [
        ('CTM="2 0 0 2 1 1" Boundary="10 20 5 5"', (2, 0, 0, 2, 11, 21)),
        ('Boundary="10 20 5 5"', (1, 0, 0, 1, 10, 20)),
        ('CTM="2 0 0 2"', IDENTITY),
        ("", IDENTITY),
    ],
)
def test_the_matrix_of_an_object_is_its_own_and_then_its_corner(attributes, matrix):
    element = etree.fromstring(f"<o {attributes}/>")
    assert matrix_of(element) == matrix
    assert number(element, "Size", 3.0) == 3.0
