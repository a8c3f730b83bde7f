"""Names of people: one person, however the name was typed."""

import doctest

import pytest

from pipeline.core.errors import UsageError
from pipeline.labels import people
from pipeline.labels.people import checked_name, person


def test_the_example():
    found = doctest.testmod(people)
    assert found.attempted
    assert not found.failed


@pytest.mark.parametrize(
    ("name", "variant"),
    [
        ("王一", " 王一　"),
        ("王 一", "王　\t一"),
        ("Wang", "Ｗａｎｇ"),
        ("José", "Jose\u0301"),
        ("葛某", "葛\U000e0100某"),
        ("神某", "\ufa19某"),
        ("古丽·买买提", "古丽・买买提"),
        ("古丽·买买提", "古丽･买买提"),
        ("王（一）", "王(一)"),
        ("王1", "王①"),
    ],
)
def test_variants_are_one_person(name, variant):
    assert person(name) == person(variant) == checked_name(variant)


@pytest.mark.parametrize("name", ["", "  ", "\u3000", "\ufe0f", "a\x00b", "\u202ex", "王\u200b一", "x" * 81, "\ufdfa" * 5])
def test_what_is_no_name(name):
    with pytest.raises(UsageError, match="say who corrects, in at most 80 printable characters") as caught:
        checked_name(name)
    assert caught.value.code == "name"


def test_a_name_of_eighty_characters_is_one_and_a_longer_one_is_cut_in_the_message():
    assert checked_name("王" * 80) == "王" * 80
    with pytest.raises(UsageError) as error:
        checked_name("王" * 81)
    assert str(error.value) == f"annotator '{'王' * 80}': say who corrects, in at most 80 printable characters"
