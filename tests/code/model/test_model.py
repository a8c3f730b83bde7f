"""The trained model as a value: its version, and scores as probabilities."""

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from pipeline.core.config import LabelDefinition, LabelSet
from pipeline.model.features import Vocabulary
from pipeline.model.gazetteer import Gazetteer
from pipeline.model.model import DriftedText, softmax


@pytest.fixture(scope="module")
def plain(default_model):
    """The shipped model, with its version worked out anew."""
    return replace(default_model, stored_version=None)


def changed(array, place=0):
    """Return the same numbers but for one."""
    other = array.copy()
    other.flat[place] += 0.5
    return other


def with_terms(model, **values):
    """Return a model with another vocabulary: other words, idf or gazetteer."""
    own = model.vocabulary
    given = {"words": own.words, "bigrams": own.bigrams.letters, "idf": own.idf, "gazetteer": own.gazetteer, **values}
    return replace(model, vocabulary=Vocabulary(**given, unknown_weight=own.unknown_weight))


def section(model, name, **values):
    return replace(
        model,
        config=msgspec.structs.replace(model.config, **{name: msgspec.structs.replace(getattr(model.config, name), **values)}),
    )


OTHERS = {
    "labels": lambda model: replace(model, labels=LabelSet("其他", tuple(map(LabelDefinition, model.labels.names[::-1])))),
    "words": lambda model: with_terms(model, words=(*model.vocabulary.words[:-1], "新词")),
    "idf": lambda model: with_terms(model, idf=changed(model.vocabulary.idf)),
    "bigrams": lambda model: with_terms(model, bigrams=model.vocabulary.bigrams.letters[:-1] + "龘"),
    "gazetteer": lambda model: with_terms(model, gazetteer=Gazetteer(["类"], ["词语"], [0])),
    "weights": lambda model: replace(model, given_weights=changed(model.weights)),
    "last weight": lambda model: replace(model, given_weights=changed(model.weights, -1)),
    "bias": lambda model: replace(model, bias=changed(model.bias)),
    "temperature": lambda model: replace(model, temperature=model.temperature + 0.01),
    "thresholds": lambda model: replace(model, thresholds=changed(model.thresholds)),
    "user words": lambda model: replace(model, user_words=("宣讲团",)),
    "clean": lambda model: section(model, "clean", simplify=not model.config.clean.simplify),
    "segment": lambda model: section(model, "segment", run_on=model.config.segment.run_on + 1),
    "features": lambda model: section(model, "features", min_df=model.config.features.min_df + 1),
    "model": lambda model: section(model, "model", switch_cost=model.config.model.switch_cost + 0.1),
    "tag": lambda model: section(model, "tag", review_accuracy=0.5),
}


@pytest.mark.parametrize("change", OTHERS)
def test_the_version_is_another_where_anything_that_a_tag_depends_on_is(plain, change):
    other = OTHERS[change](plain)
    assert other.version != plain.version
    assert len(other.version) == 12
    assert set(other.version) <= set("0123456789abcdef")


def test_the_version_is_the_same_whatever_no_tag_depends_on(plain):
    assert replace(plain, name="another", facts={"macro_f1": 1.0}).version == plain.version
    assert replace(plain, stored_version="0123456789ab").version == "0123456789ab"


def test_a_model_is_told_to_leave_its_stricter_threshold_out(plain):
    strict, without = replace(plain, drifted=DriftedText(0.25, 0.9)), replace(plain, drifted=None)
    assert strict.as_told(stricter=True) is strict
    assert strict.as_told(stricter=False).version == without.version != strict.version
    assert without.as_told(stricter=False) is without.as_told(stricter=True) is without


def test_probabilities_are_scores_over_the_temperature(plain):
    scores = np.array([[1.0, 3.0, 2.0], [1000.0, 0.0, 0.0]])
    cool = replace(plain, temperature=2.0)
    powers = np.exp([0.5, 1.5, 1.0])
    assert cool.probabilities(scores)[0].tolist() == pytest.approx((powers / powers.sum()).tolist())
    assert softmax(scores)[1].tolist() == [1.0, 0.0, 0.0]
