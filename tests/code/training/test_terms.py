"""Terms as the compiled loops count them, against the functions of tagging, which are the reference."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from scipy.sparse import csr_matrix

from pipeline.core.config import load_config
from pipeline.core.native import COUNTS, KERNELS, compiled
from pipeline.labels.corpus import Lexicon
from pipeline.model.gazetteer import Gazetteer
from pipeline.model.words import load_cut
from pipeline.training import terms
from pipeline.training.terms import count_terms, count_with_arrays

pytestmark = pytest.mark.compiled
native = pytest.importorskip("pipeline.training._counts", reason="not compiled; CI installs a compiler")

GAZETTEER = Gazetteer(["culture", "study", "nowhere"], ["全民阅读", "理论学习", "书房", "不在此处"], [0, 1, 0, 2])
TEXTS = st.text(st.sampled_from("理论学习全民阅读书房的一是ab1AZ9 ,。-\x00\u3000\U00020000\U0003ffff\ud800Σé"), max_size=12)


def matrix(counted):
    shape = (len(counted.starts) - 1, len(counted.vocabulary))
    return csr_matrix((counted.amounts, counted.columns, counted.starts), shape=shape).toarray()


def assert_same(found, expected):
    first, second = found.vocabulary, expected.vocabulary
    assert (first.words, first.bigrams.letters) == (second.words, second.bigrams.letters)
    assert np.array_equal(first.idf, second.idf)
    assert np.array_equal(matrix(found), matrix(expected))
    assert found.unknown.tolist() == expected.unknown.tolist()


@settings(deadline=None, max_examples=60)
@given(
    st.lists(TEXTS, min_size=1, max_size=9), st.lists(TEXTS, max_size=4), st.integers(1, 3), st.booleans(), st.booleans(),
    st.booleans(),
)  # fmt: skip
def test_compiled_loops_count_what_tagging_would(sentences, headings, min_df, pairs, characters, with_classes):
    options = replace(load_config().features, min_df=min_df, character_bigrams=pairs, characters=characters)
    gazetteer = GAZETTEER if with_classes else None
    some = ["\n".join(sentences[:2]), *(["\n".join(sentences[2:])] if sentences[2:] else [])]
    expected = count_with_arrays(some, ["\n".join(headings)] if headings else [], options, gazetteer, load_cut())
    assert_same(count_terms(sentences, headings, options, Lexicon((), gazetteer)), expected)


def test_of_nothing_nothing_is_counted():
    options = load_config().features
    counted = count_terms([], [], options, Lexicon((), GAZETTEER))
    assert (len(counted.vocabulary), counted.starts.tolist(), counted.unknown.tolist()) == (3, [0], [])
    assert_same(counted, count_with_arrays([], [], options, GAZETTEER, load_cut()))


def test_many_texts_are_counted_a_few_at_a_time(monkeypatch):
    options = replace(load_config().features, min_df=2)
    sentences = [f"理论学习第{number % 7}回，办好书房{'〇' * (number % 40)}甲乙丙{chr(0x4E00 + number)}" for number in range(700)]
    at_once = count_terms(sentences, ["书房"], options, Lexicon((), GAZETTEER))
    monkeypatch.setattr(terms, "AT_ONCE", 100)
    assert_same(count_terms(sentences, ["书房"], options, Lexicon((), GAZETTEER)), at_once)
    assert len(at_once.vocabulary) > 20


def test_words_of_the_user_stay_whole_and_long_words_are_told_apart(monkeypatch):
    options = replace(load_config().features, min_df=1, character_bigrams=False)
    word, other = "甲乙丙丁戊己庚辛", "甲乙丙丁戊己庚壬"
    counted = count_terms([f"看{word}，", f"看{other}", word], [], options, Lexicon((word, other)))
    assert {word, other} <= set(counted.vocabulary.words)
    assert matrix(counted)[:, counted.vocabulary.words.index(word)].tolist() == [1, 0, 1]
    monkeypatch.setattr(terms, "compiled", lambda name: None if name == KERNELS else compiled(name))
    assert_same(count_terms([f"看{word}，", f"看{other}", word], [], options, Lexicon((word, other))), counted)


def test_nothing_is_compiled_and_the_same_is_counted(monkeypatch):
    options = replace(load_config().features, min_df=1)
    counted = count_terms(["理论学习", "全民阅读。书房"], ["书房"], options, Lexicon((), GAZETTEER))
    monkeypatch.setattr(terms, "compiled", lambda name: None if name == COUNTS else compiled(name))
    assert_same(count_terms(["理论学习", "全民阅读。书房"], ["书房"], options, Lexicon((), GAZETTEER)), counted)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("ends", [1], "do not agree"),
        ("ends", [], "do not agree"),
        ("ends", [1, 4], "do not agree"),
        ("ends", [2, 1, 3], "ends before it begins"),
        ("ends", [1, 3], "over the end of a line"),
        ("places", [3], "outside the texts"),
        ("places", [-1], "outside the texts"),
        ("classes", [-1], "outside the texts"),
        ("classes", [1 << 20], "outside the texts"),
        ("classes", [0, 0], "do not agree"),
    ],
)
def test_what_does_not_agree_is_refused(name, value, message):
    asked = {"ends": [1, 2, 3], "places": [0], "classes": [0]} | {name: value}
    codes = np.array([ord(letter) for letter in "学\n习"], np.uint32)
    with pytest.raises(ValueError, match=message):
        native.TermCounter(True, True).add(codes, *(np.array(some, np.int64) for some in asked.values()), True)


def test_no_room_and_no_word_are_refused():
    counter = native.TermCounter(True, False)
    nowhere = np.zeros(0, np.int64)
    counter.add(np.array([ord("学"), ord("习")], np.uint32), np.array([2]), nowhere, nowhere, True)
    assert counter.shape == (1, 2, 2)
    assert counter.word(0) == "学习"
    for number in (-1, 1, 2):
        with pytest.raises(ValueError, match="number of no word"):
            counter.word(number)
    with pytest.raises(ValueError, match="no room for the terms"):
        counter.write_terms(np.empty(2, np.uint8), np.empty(1, np.int64), np.empty(2, np.int64))
    columns, starts, kept, amounts = np.zeros(2, np.int32), np.empty(2, np.int64), np.empty(2, np.int32), np.empty(2, np.float32)
    unknown = np.empty(1, np.int64)
    assert counter.write_entries(columns, True, starts, kept, amounts, unknown) == 2
    with pytest.raises(ValueError, match="no room for the rows"):
        counter.write_entries(columns, True, starts[:1], kept, amounts, unknown)
    with pytest.raises(ValueError, match="no room for the entries"):
        counter.write_entries(columns, True, starts, kept[:1], amounts, unknown)


def test_a_word_that_begins_with_a_line_end_is_refused_and_what_was_counted_stays():
    counter, nowhere = native.TermCounter(True, True), np.zeros(0, np.int64)
    counter.add(np.array([ord("学")], np.uint32), np.array([1]), nowhere, nowhere, True)
    codes = np.array([ord(letter) for letter in "书\n习题"], np.uint32)
    with pytest.raises(ValueError, match="over the end of a line"):
        counter.add(codes, np.array([1, 3, 4]), nowhere, nowhere, True)  # 习题 would have been counted for 题
    rows, count, entries = counter.shape
    starts, unknown = np.full(rows + 1, -1), np.full(rows, -1)
    kept, amounts = np.full(entries, -1, np.int32), np.full(entries, -1, np.float32)
    found = counter.write_entries(np.arange(count, dtype=np.int32), True, starts, kept, amounts, unknown)
    assert (found, starts.tolist()) == (2, [0, 2, 2])
