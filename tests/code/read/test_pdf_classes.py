"""A class tells all that the compiled part asks of a character, in sixteen bits."""

import pytest

from pipeline.read.pdf import classes
from pipeline.read.pdf.classes import class_of

NAMES = [name for name in vars(classes) if name.isupper() and name != "RADICALS"]
NAMES = [name for name in NAMES if isinstance(getattr(classes, name), int)]


def bits_of(character):
    """Return the names of the bits of a character."""
    return {name for name in NAMES if class_of(character) & getattr(classes, name)}


@pytest.mark.parametrize(
    ("character", "bits"),
    [
        ("的", {"WIDE", "ALNUM", "FULL", "IDEOGRAPH", "COMMON"}),
        ("龘", {"WIDE", "ALNUM", "FULL", "IDEOGRAPH"}),
        ("𠮷", {"WIDE", "ALNUM", "FULL"}),
        ("⼀", {"WIDE", "FULL", "RADICAL"}),
        ("a", {"ALNUM"}),
        (" ", {"SPACE"}),
        ("\u3000", {"SPACE", "WIDE", "FULL"}),
        ("\xa0", {"SPACE", "REWRITTEN"}),
        ("\x02", {"REWRITTEN"}),
        ("\x01", {"UNREADABLE"}),
        ("\ue000", {"UNREADABLE", "WIDE"}),
        ("ǐ", {"ALNUM", "SOUND"}),
        ("か", {"WIDE", "ALNUM", "FULL", "SOUND"}),
        ("•", {"DOT"}),
        ("（", {"WIDE", "FULL", "STAYS_BEHIND"}),
        ("(", {"STAYS_BEHIND", "STAYS_BEFORE"}),
        ("。", {"WIDE", "FULL", "STAYS_BEFORE", "NON_STARTER"}),
    ],
)
def test_a_character_has_the_bits_of_what_it_may_be(character, bits):
    assert bits_of(character) == bits | {"KNOWN"}


def test_bits_are_apart_and_fit_in_a_table_of_sixteen():
    numbers = [getattr(classes, name) for name in NAMES]
    assert len(set(numbers)) == 15
    assert sum(numbers) == 2**15 - 1
