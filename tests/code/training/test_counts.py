"""Counting once for all parts of a corpus gives what counting each part by itself gives."""

import numpy as np
import pytest
from msgspec.structs import replace
from scipy.sparse import csr_matrix

from pipeline.core.config import load_config
from pipeline.core.locations import find
from pipeline.labels.corpus import Lexicon, read_corpus, read_lexicon
from pipeline.model.features import split_words
from pipeline.model.words import load_cut
from pipeline.training.counts import CorpusCounts
from pipeline.training.fit import prepare_corpus


@pytest.fixture(scope="module")
def prepared():
    config = load_config(find("configs/seeds.toml"), ("features.min_df=2", "features.character_bigrams=true"))
    corpus = read_corpus(config, lambda _: None)
    return prepare_corpus(corpus, config), config


@pytest.mark.parametrize("unknown_weight", [0.0, 1.0])
@pytest.mark.parametrize("characters", [False, True])
@pytest.mark.parametrize("numbers", [[0, 1, 2, 3, 4], [1, 2, 4], [3]])
def test_a_part_has_the_features_that_it_has_alone(prepared, numbers, characters, unknown_weight):
    reports, config = prepared
    config = replace(config, features=replace(config.features, unknown_weight=unknown_weight, characters=characters))
    lexicon = read_lexicon(config)
    whole, alone = CorpusCounts(reports, config, lexicon), CorpusCounts([reports[i] for i in numbers], config, lexicon)
    part, own = whole.part(numbers), alone.part(range(len(numbers)))
    reduced, expected = whole.reduced(part), alone.reduced(own)
    assert (reduced.words, reduced.bigrams.letters) == (expected.words, expected.bigrams.letters)
    assert np.array_equal(reduced.idf, expected.idf)
    assert np.abs(whole.matrix(part) - alone.matrix(own)).max() < 1e-6
    text = split_words(reports[0].layout, load_cut())
    assert np.allclose(reduced.vectorise(text).values, expected.vectorise(text).values)


def test_the_compiled_product_gives_the_same_features(prepared):
    native = pytest.importorskip("pipeline.training._solver", reason="not compiled; CI installs a compiler")
    reports, config = prepared
    counts = CorpusCounts(reports, config, Lexicon())
    part, pattern = counts.part([0, 1, 3]), counts.pattern(native)
    whole = csr_matrix(
        (counts.values(part, native), pattern.columns, pattern.starts), shape=(len(counts.targets), len(counts.vocabulary))
    )[:, pattern.rank]
    assert np.abs(whole[part.rows][:, np.flatnonzero(part.active)] - counts.matrix(part)).max() < 1e-6
    assert not whole[np.setdiff1d(np.arange(len(counts.targets)), part.rows)].data.any()
