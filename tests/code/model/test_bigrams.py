import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.bigrams import Bigrams, bigram, bigram_codes

LETTERS = st.text("甲乙丙丁ab\U00020000\ud800\n", min_size=2, max_size=2)


@given(st.lists(LETTERS, unique=True, max_size=60), st.text("甲乙丙丁ab\U00020000\ud800\n", max_size=80))
def test_every_known_bigram_is_found_and_no_other(known, text):
    places, which = Bigrams("".join(known)).find(bigram_codes(text))
    expected = [(i, known.index(text[i : i + 2])) for i in range(len(text) - 1) if text[i : i + 2] in known]
    assert sorted(zip(places.tolist(), which.tolist(), strict=True)) == expected


def test_bigrams_that_want_the_same_slot_are_all_found():
    known = [chr(0x4E00 + i) + chr(0x4E00 + j) for i in range(60) for j in range(60)]
    places, which = Bigrams("".join(known)).find(np.array([bigram_codes(pair)[0] for pair in known]))
    assert np.array_equal(which[np.argsort(places)], np.arange(len(known)))


def test_a_bigram_given_twice_is_refused():
    with pytest.raises(ValueError, match="given twice"):
        Bigrams("甲乙丙丁甲乙")


@given(st.lists(st.text("\0甲乙ab", min_size=2, max_size=2), unique=True, max_size=20), st.text("\0甲乙丙ab\n", max_size=60))
def test_a_character_by_itself_is_found_wherever_it_stands_and_a_pair_is_none(known, text):
    bigrams = Bigrams("".join(known))
    pairs, singles = bigrams.find_pairs(text), bigrams.find_singles(text)
    expected = [(i, known.index(text[i : i + 2])) for i in range(len(text) - 1) if text[i] != "\0" and text[i : i + 2] in known]
    assert sorted(zip(*(some.tolist() for some in pairs), strict=True)) == expected
    alone = [(i, known.index("\0" + letter)) for i, letter in enumerate(text) if "\0" + letter in known]
    assert sorted(zip(*(some.tolist() for some in singles), strict=True)) == alone


def test_a_code_is_that_of_its_bigram():
    assert [bigram(code) for code in bigram_codes("甲a\U00020000").tolist()] == ["甲a", "a\U00020000"]
