import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from pipeline.core.config import FeatureConfig, load_config
from pipeline.labels.corpus import Lexicon
from pipeline.model.features import Texts, context, fit_vocabulary, lay_out, lower, side_by_side, split_words
from pipeline.model.gazetteer import Gazetteer
from pipeline.model.words import load_cut
from pipeline.training.counts import CorpusCounts, Prepared

WORDS = (["理论", "学习", "理论"], ["书房", "学习", "，", "3"], ["全新"], [])


def texts_of(words, texts=None):
    """Return texts made of words, or with words that are given beside them."""
    texts = ["".join(of_text) for of_text in words] if texts is None else texts
    flat = [word for of_text in words for word in ("\n", *of_text)][1:]
    return Texts("\n".join(texts), flat, len(texts))


TEXTS = texts_of(WORDS)
BOTH = FeatureConfig(min_df=1, character_bigrams=True, characters=False, user_dictionary="", gazetteers="", unknown_weight=0.0)
WORDS_ONLY = replace(BOTH, character_bigrams=False)


def dense(rows, width):
    return csr_matrix((rows.values, rows.columns, rows.starts), shape=(len(rows.starts) - 1, width)).toarray()


def test_tfidf_of_words_is_that_of_scikit_learn():
    vocabulary = fit_vocabulary([TEXTS], WORDS_ONLY)
    reference = TfidfVectorizer(analyzer=lambda words: [word for word in words if word not in "，3"]).fit(WORDS)
    assert list(vocabulary.words) == sorted(reference.vocabulary_)
    assert len(vocabulary.bigrams) == 0
    assert np.allclose(dense(vocabulary.vectorise(TEXTS), len(vocabulary)), reference.transform(WORDS).toarray(), atol=1e-12)


def test_tfidf_of_words_and_bigrams_is_that_of_scikit_learn():
    def both(words):
        text = "".join(words)
        pairs = [text[i : i + 2] for i in range(len(text) - 1)]
        return [f"w{word}" for word in words if word not in "，3"] + [pair for pair in pairs if not set(pair) & set("，3")]

    vocabulary = fit_vocabulary([TEXTS], BOTH)
    reference = TfidfVectorizer(analyzer=both).fit(WORDS)
    letters = vocabulary.bigrams.letters
    names = [*(f"w{word}" for word in vocabulary.words), *(letters[i : i + 2] for i in range(0, len(letters), 2))]
    assert sorted(names) == sorted(reference.vocabulary_)
    order = [reference.vocabulary_[name] for name in names]
    assert np.allclose(dense(vocabulary.vectorise(TEXTS), len(names)), reference.transform(WORDS).toarray()[:, order], atol=1e-12)


def test_characters_by_themselves_have_their_idf_and_say_nothing_of_what_is_unknown():
    words = (["理论", " ", "学习", "a", "，", "3"], ["书房", "，", "\0"], [])
    vocabulary = fit_vocabulary([texts_of(words)], replace(WORDS_ONLY, characters=True))
    assert vocabulary.words == ("书房", "学习", "理论")
    assert vocabulary.bigrams.letters == "".join(f"\0{letter}" for letter in "3a习书学房理论，")
    assert np.flatnonzero(vocabulary.singles).tolist() == list(range(3, 12))
    assert vocabulary.idf == pytest.approx([np.log(4 / 2) + 1] * 11 + [np.log(4 / 3) + 1])
    strange = texts_of([["理论", "新", "9"]])
    assert [some.tolist() for some in vocabulary.count_terms(strange)] == [[2], [1]]
    assert vocabulary.vectorise(strange).columns.tolist() == [2, 9, 10]
    pairs = fit_vocabulary([texts_of(words)], replace(BOTH, characters=True))
    assert [some.tolist() for some in pairs.count_terms(strange)] == [[4], [2]]


def test_bigrams_do_not_reach_from_one_text_into_the_next():
    vocabulary = fit_vocabulary([texts_of((["甲乙"], ["丙丁"]))], BOTH)
    assert vocabulary.bigrams.letters == "丙丁甲乙"
    assert vocabulary.vectorise(texts_of((["甲乙"], ["丙丁"]))).starts.tolist() == [0, 2, 4]


def test_rare_terms_punctuation_and_figures_are_no_terms():
    assert fit_vocabulary([TEXTS], replace(WORDS_ONLY, min_df=2)).words == ("学习",)
    vocabulary = fit_vocabulary([texts_of((["，", "3", "a", "2023", "ai", "个"],))], BOTH)
    assert set(vocabulary.words) == {"ai", "个"}
    assert vocabulary.bigrams.letters == "ai"


def test_no_known_word_gives_an_empty_row():
    rows = fit_vocabulary([TEXTS], WORDS_ONLY).vectorise(texts_of((["未知"], [], ["学习"])))
    assert rows.starts.tolist() == [0, 0, 0, 1]
    assert rows.values.tolist() == [1.0]


@given(st.lists(st.text(max_size=12), max_size=6))
def test_any_texts_give_rows_of_unit_length_or_none(texts):
    lines = [text.replace("\n", " ") for text in texts]
    given_texts = texts_of([list(line) for line in lines], lines)
    rows = fit_vocabulary([TEXTS], BOTH).vectorise(given_texts)
    assert len(rows.starts) == len(texts) + 1
    for first, last in pairwise(rows.starts.tolist()):
        assert first == last or (rows.values[first:last] ** 2).sum() == pytest.approx(1)


def test_a_layout_holds_sentences_and_then_headings_once(cut_up):
    cleaned, segments, _ = cut_up("标题\n一、学习\n学了十次。讲了百场。\n办了读书班。")
    layout = lay_out([(cleaned.text, segments, True)])
    assert layout.texts == ["标题", "一、学习", "学了十次。", "讲了百场。", "办了读书班。", "一、学习"]
    assert layout.headings == ("一、学习",)
    assert layout.bounds.tolist() == [0, 1, 2, 4, 5]
    assert layout.above == ((), (), (5,), (5,))
    assert split_words(layout, load_cut()).words[5:10] == ["\n", "学", "了", "十次", "。"]


@given(st.lists(st.text(max_size=12), max_size=6), st.integers(0, 7))
def test_cutting_all_texts_at_once_is_cutting_each(layout_of, texts, count):
    layout = layout_of(texts)
    together = split_words(layout, load_cut())
    lines = [re.sub("[\r\n]", " ", lower(text)) for text in texts]
    assert "".join(together.words) == together.joined == "\n".join(lines)
    assert together.words == [word for line in lines for word in ("\n", *load_cut()(line))][1:]
    for part, own in zip(together.split(count), (lines[:count], lines[count:]), strict=True):
        assert (part.joined, part.count) == ("\n".join(own), len(own))
        assert list(part.words) == [word for line in own for word in ("\n", *load_cut()(line))][1:]
    joined = Texts.joined_from(together.split(count))
    assert (joined.joined, list(joined.words), joined.count) == (together.joined, together.words, together.count)


def test_context_adds_neighbours_segment_and_headings(config, layout_of):
    layout = layout_of("abc", ("h",), [2, 1], ((), (3,)))
    options = replace(config.model, neighbour_weight=0.5, segment_weight=0.25, heading_weight=2.0)
    scores = context(layout, options).apply(np.array([[1.0], [10.0], [100.0], [1000.0]]))
    assert scores[:, 0].tolist() == pytest.approx([1 + 5 + 11 / 8, 10 + 0.5 + 50 + 11 / 8, 100 + 5 + 25 + 2000])


def test_context_on_scores_is_context_on_features(model, config, cut_up):
    """What training does to features and tagging to scores is the same: (A X) W = A (X W)."""
    cleaned, segments, _ = cut_up("一、学习\n学了理论。讲了百场。\n（一）文化\n办好书房。送戏下乡。全民阅读。")
    layout = lay_out([(cleaned.text, segments, True)])
    texts = split_words(layout, model.cut)
    prepared = Prepared(cleaned, segments, layout, (), np.zeros(layout.sentences, np.int64))
    counts = CorpusCounts([prepared], config, Lexicon(gazetteer=Gazetteer(["culture"], ["全民阅读"], [0])))
    features = counts.matrix(part := counts.part([0])).toarray()
    vocabulary = counts.reduced(part)
    rows = dense(vocabulary.vectorise(texts), len(vocabulary))
    weights = np.random.default_rng(1).normal(size=(len(vocabulary), 6))
    assert np.allclose(features @ weights, context(layout, config.model).apply(rows @ weights), atol=1e-5)


def test_what_is_unknown_makes_a_row_longer_and_the_known_weigh_less():
    options = replace(WORDS_ONLY, unknown_weight=0.5)
    vocabulary = fit_vocabulary([TEXTS], options)
    alone, beside = (vocabulary.vectorise(texts_of((words,))) for words in (["学习"], ["学习", "未知", "，", "未知"]))
    assert alone.values.tolist() == [1.0]
    own, rarest = vocabulary.idf[vocabulary.words.index("学习")], vocabulary.idf.max()
    assert beside.values.tolist() == pytest.approx([own / np.sqrt(own**2 + 2 * (0.5 * rarest) ** 2)])


def test_a_long_segment_takes_memory_in_proportion(layout_of):
    sizes = [len(context(layout_of("a" * n), load_config().model).gathered.columns) for n in (1000, 2000)]
    assert sizes == [1000, 2000]


def test_layouts_side_by_side_are_those_of_the_reports(layout_of, config):
    first = layout_of("abc", ("h", "i"), [2, 1], ((), (3, 4)))
    empty, last = layout_of((), (), []), layout_of("de", ("h",), [1, 1], ((2,), ()))
    joined = side_by_side([first, empty, last])
    assert joined.texts == ["a", "b", "c", "d", "e", "h", "i", "h"]
    assert (joined.bounds.tolist(), joined.above) == ([0, 2, 3, 4, 5], ((), (5, 6), (7,), ()))
    assert (joined.firsts, joined.counts.tolist(), len(joined.kinds)) == ((0, 2, 2), [3, 0, 2], 4)
    values = np.arange(8.0)[:, None]
    alone = [context(one, config.model).apply(values[rows]) for one, rows in ((first, [0, 1, 2, 5, 6]), (last, [3, 4, 7]))]
    assert np.allclose(context(joined, config.model).apply(values), np.concatenate(alone))
