"""The estimator keeps scikit-learn's own rules, is right on texts, and says what it cannot take."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_is_fitted, validate_data

from pipeline.core.config import load_config
from pipeline.training.estimator import TextClassifier

THINGS = {
    "文化": ("书房", "图书馆", "剧团", "博物馆", "非遗展", "读书会"),
    "理论": ("宣讲团", "理论课", "中心组", "党史课", "研讨班", "报告会"),
    "文明": ("志愿者", "文明村", "道德模范", "好家风", "礼让斑马线", "移风易俗"),
}
PLACES = ("城东", "城西", "江北", "江南", "山前", "海滨")


@pytest.fixture(scope="module")
def data():
    """Texts of three labels; each thing stands in six of them, at another place each time."""
    rows = [(f"{place}的{thing}今年办得很好", label) for label, things in THINGS.items() for thing in things for place in PLACES]
    order = np.random.default_rng(1).permutation(len(rows))
    return [rows[i][0] for i in order], [rows[i][1] for i in order]


@pytest.fixture(scope="module")
def fitted(data):
    return TextClassifier().fit(*data)


def written(rows):
    """Return rows of numbers as texts: two words for each number, one for about how much it is and one for what is left of it."""
    steps = [(rows * factor).round().astype(int) % 20 for factor in (2, 40)]
    columns = rows.shape[1]
    words = [[[chr(0x5000 + 40 * (2 * j + k) + step[i, j]) * 2 for j in range(columns)] for k, step in enumerate(steps)]
             for i in range(len(rows))]  # fmt: skip
    return ["，".join(word for half in both for word in half) for both in words]


class OfNumbers(TextClassifier):
    """The estimator, told in words what scikit-learn's checks give it as numbers; without it they leave all but one check out."""

    def fit(self, X, y):  # noqa: N803 - scikit-learn's name
        if y is None:
            return super().fit([], y)
        rows, labels = validate_data(self, X, y)
        return super().fit(written(rows), labels)

    def _scores(self, X):  # noqa: N803 - as above
        check_is_fitted(self, "model_")
        return super()._scores(written(validate_data(self, X, reset=False)))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        tags.input_tags.string = tags.input_tags.one_d_array = False
        return tags


# None is expected to fail: what needs numbers as such (sparse matrices, NaN, shapes) is answered by the checks of `validate_data`.
EXPECTED_FAILURES: dict[str, str] = {}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@pytest.mark.slow
def test_it_keeps_the_rules_of_scikit_learn():
    results = check_estimator(OfNumbers(min_df=1), expected_failed_checks=EXPECTED_FAILURES, on_fail=None)
    failed = [f"{each['check_name']}: {each['exception']!r}" for each in results if each["status"] in {"failed", "xfail"}]
    assert failed == []
    assert {each["check_name"] for each in results if each["status"] == "skipped"} <= {"check_array_api_input"}
    assert len(results) > 45


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learn_knows_that_it_takes_text():
    assert [each["status"] for each in check_estimator(TextClassifier())] == ["passed"]
    tags = TextClassifier().__sklearn_tags__().input_tags
    assert (tags.string, tags.one_d_array, tags.two_d_array) == (True, True, False)


def test_texts_are_sorted_and_their_scores_belong_to_the_classes(fitted, data):
    texts, labels = data
    assert fitted.classes_.tolist() == sorted(THINGS)
    assert fitted.score(texts, labels) == 1
    new = ["海边的图书馆", "县里的宣讲团", "村里的志愿者"]
    assert fitted.predict(new).tolist() == ["文化", "理论", "文明"]
    scores, shares = fitted.decision_function(new), fitted.predict_proba(new)
    assert (scores.shape, shares.shape) == ((3, 3), (3, 3))
    assert (scores.argmax(axis=1) == shares.argmax(axis=1)).all()
    assert shares.sum(axis=1) == pytest.approx(1)


def test_each_text_stands_for_itself_in_any_number(fitted, data, monkeypatch):
    texts = [data[0][0], "", "。。。", *data[0][1:40], ""]
    alone = np.concatenate([fitted.decision_function([text]) for text in texts])
    assert fitted.decision_function(texts) == pytest.approx(alone)
    monkeypatch.setattr("pipeline.training.estimator.AT_ONCE", 7)
    assert fitted.decision_function(texts) == pytest.approx(alone)
    assert fitted.decision_function([""])[0] == pytest.approx(fitted.model_.bias.astype(float))
    assert (len(fitted.predict([])), fitted.predict_proba([]).shape) == (0, (0, 3))


def test_two_classes_have_one_score_above_zero_for_the_second(data):
    texts, labels = data
    both = TextClassifier(folds=0).fit(texts, [label == "文化" for label in labels])
    scores = both.decision_function(["图书馆", "志愿者"])
    assert scores.shape == (2,)
    assert (scores > 0).tolist() == both.predict(["图书馆", "志愿者"]).tolist() == [True, False]
    assert both.classes_.tolist() == [False, True]


def test_calibration_makes_the_probabilities_of_what_was_left_out_likelier(data):
    texts, labels = data
    noisy = [labels[(i + 40) % len(labels)] if i % 5 == 0 else label for i, label in enumerate(labels)]

    def loss(folds):
        model = TextClassifier(folds=folds).fit(texts[:70], noisy[:70])
        chosen = model.predict_proba(texts[70:])[range(len(texts) - 70), np.searchsorted(model.classes_, noisy[70:])]
        return -np.log(chosen).mean()

    assert TextClassifier(folds=0).fit(texts, labels).model_.temperature == 1
    assert loss(4) < loss(0)


@pytest.mark.slow
def test_it_goes_into_a_pipeline_a_search_and_a_table(data):
    texts, labels = pd.Series(data[0], index=range(100, 100 + len(data[0]))), np.array(data[1])
    steps = make_pipeline(FunctionTransformer(lambda some: some.str.replace("今年", "")), TextClassifier(folds=0))
    assert cross_val_score(steps, texts, labels, cv=3).min() > 0.9
    search = GridSearchCV(TextClassifier(folds=0), {"C": [0.1, 1.0], "character_bigrams": [True, False]}, cv=3).fit(texts, labels)
    assert search.best_score_ > 0.9
    assert TextClassifier(folds=0).fit(np.array(data[0])[:, None], labels).score(texts, labels) == 1


def test_it_can_be_cloned_copied_and_fitted_twice_with_the_same_bytes(fitted, data):
    assert clone(TextClassifier(C=2.0)).get_params()["C"] == 2.0
    fitted.predict(data[0][:2])  # the compiled loops are there, and are not copied
    copied = pickle.loads(pickle.dumps(fitted))
    assert (copied.decision_function(data[0]) == fitted.decision_function(data[0])).all()
    again = TextClassifier().fit(*data)
    assert again.model_.version == fitted.model_.version


@pytest.mark.parametrize(
    ("texts", "labels", "error", "said"),
    [
        ("一段话", ["a"], ValueError, "put a single text into a list"),
        (3, ["a"], ValueError, "expected an iterable of texts, got '3'"),
        (["a", None], ["a", "b"], TypeError, "item 1 is a NoneType, not a text"),
        ([1.5, "a"], ["a", "b"], TypeError, "item 0 is a float, not a text"),
        (["甲", "乙"], ["a"], ValueError, "inconsistent numbers of samples"),
        (["甲", "乙"], ["a", "a"], ValueError, "one class only, .*'a'"),
        (["甲", "乙"], None, ValueError, "requires y to be passed"),
        (["甲", "乙"], [0.5, 1.7], ValueError, "Unknown label type"),
        (["甲", "乙"], ["a", "b"], ValueError, "no word stands in 2 sentences"),
        (["办书房", "学理论"] * 3, ["a", "b"] * 3, ValueError, "give more, or set folds=0"),
    ],
)
def test_what_cannot_be_fitted_is_said(texts, labels, error, said):
    with pytest.raises(error, match=said):
        TextClassifier().fit(texts, labels)


def test_nothing_is_predicted_before_it_is_fitted():
    with pytest.raises(NotFittedError):
        TextClassifier().predict(["一段话"])


def test_every_parameter_reaches_the_configuration():
    given = TextClassifier(
        C=0.3, balanced=True, min_df=3, character_bigrams=False, characters=True, naive_bayes=0.2, unknown_weight=0.5,
        simplify=False, folds=5, random_state=7,
    )  # fmt: skip
    config, shipped = given._config(), load_config()
    assert (config.model.C, config.model.balanced, config.model.naive_bayes, config.model.seed) == (0.3, True, 0.2, 7)
    features = config.features
    assert (features.min_df, features.character_bigrams, features.characters, features.unknown_weight) == (3, False, True, 0.5)
    assert (features.user_dictionary, features.gazetteers) == ("", "")
    assert (config.evaluate.folds, config.evaluate.grouped, config.clean.simplify) == (5, (), False)
    assert TextClassifier(folds=0)._config().evaluate.folds == 2
    parameters, settings = TextClassifier().get_params(), (shipped.model, shipped.features, shipped.clean)
    assert (parameters.pop("folds"), parameters.pop("random_state")) == (3, shipped.model.seed)
    assert parameters == {name: next(getattr(one, name) for one in settings if hasattr(one, name)) for name in parameters}
    assert (config.segment, config.tag, config.read) == (shipped.segment, shipped.tag, shipped.read)
