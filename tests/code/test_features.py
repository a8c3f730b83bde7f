from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from pipeline.config import load_config
from pipeline.features import Layout, context, fit_vocabulary, lay_out, words_of
from pipeline.train import Prepared, _features
from pipeline.words import load_cut

TEXTS = [["理论", "学习", "理论"], ["书房", "学习", "，", "3"], ["全新"], []]


def dense(rows, width):
    return csr_matrix((rows.values, rows.columns, rows.starts), shape=(len(rows.starts) - 1, width)).toarray()


def test_tfidf_is_that_of_scikit_learn():
    vocabulary = fit_vocabulary(TEXTS[:3], min_df=1)
    reference = TfidfVectorizer(analyzer=lambda words: [word for word in words if word not in "，3"]).fit(TEXTS[:3])
    assert list(vocabulary.terms) == sorted(reference.vocabulary_)
    assert np.allclose(dense(vocabulary.vectorise(TEXTS), len(vocabulary)), reference.transform(TEXTS).toarray(), atol=1e-12)


def test_rare_terms_punctuation_and_figures_are_no_terms():
    assert fit_vocabulary(TEXTS, min_df=2).terms == ("学习",)
    assert set(fit_vocabulary([["，", "3", "a", "2023", "AI", "个"]], min_df=1).terms) == {"AI", "个"}


def test_no_known_word_gives_an_empty_row():
    rows = fit_vocabulary(TEXTS, min_df=1).vectorise([["未知"], [], ["学习"]])
    assert rows.starts.tolist() == [0, 0, 0, 1]
    assert rows.values.tolist() == [1.0]


def test_a_layout_holds_sentences_and_then_headings_once(cut_up):
    cleaned, segments, _ = cut_up("标题\n一、学习\n学了十次。讲了百场。\n办了读书班。")
    layout = lay_out(cleaned.text, segments)
    assert layout.texts == ("标题", "一、学习", "学了十次。", "讲了百场。", "办了读书班。", "一、学习")
    assert layout.bounds == (0, 1, 2, 4, 5)
    assert layout.headings == ((), (), (5,), (5,))
    assert words_of(layout, load_cut())[2] == ["学", "了", "十次", "。"]


def test_context_adds_neighbours_segment_and_headings(config):
    layout = Layout(("a", "b", "c", "h"), (0, 2, 3), ((), (3,)))
    options = replace(config.model, neighbour_weight=0.5, segment_weight=0.25, heading_weight=2.0)
    scores = context(layout, options).apply(np.array([[1.0], [10.0], [100.0], [1000.0]]))
    assert scores[:, 0].tolist() == pytest.approx([1 + 5 + 11 / 8, 10 + 0.5 + 50 + 11 / 8, 100 + 5 + 25 + 2000])


def test_context_on_scores_is_context_on_features(model, config, cut_up):
    """What training does to features and tagging to scores is the same: (A X) W = A (X W)."""
    cleaned, segments, _ = cut_up("一、学习\n学了理论。讲了百场。\n（一）文化\n办好书房。送戏下乡。全民阅读。")
    layout = lay_out(cleaned.text, segments)
    words = words_of(layout, model.cut)
    prepared = Prepared(cleaned, tuple(segments), layout, words, (), np.zeros(0, np.int64))
    features = _features(prepared, model.vocabulary, model.config).toarray()
    texts = dense(model.vocabulary.vectorise(words), len(model.vocabulary))
    assert np.allclose(features @ model.weights, context(layout, model.config.model).apply(texts @ model.weights), atol=1e-9)


def test_a_long_segment_takes_memory_in_proportion():
    sizes = [len(context(Layout(("a",) * n, (0, n), ((),)), load_config().model).gathered.columns) for n in (1000, 2000)]
    assert sizes == [1000, 2000]
