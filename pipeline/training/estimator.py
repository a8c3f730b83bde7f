"""The classifier of this project as an estimator of scikit-learn, for a Pipeline, a GridSearchCV or a comparison.

A text is one passage with one label, as the row of a table is: its words, its character bigrams and the words that are new to the
model are those of ``model/features.py``, and what fits it is what ``pipeline train`` fits with (``training/fit.py``). scikit-learn
gives the interface and its checks.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d

from pipeline.core.config import Config, LabelDefinition, LabelSet, ModelSettings, load_config
from pipeline.core.errors import CorpusError
from pipeline.core.records import CleanText, Document, Label, Mark
from pipeline.labels.corpus import Lexicon
from pipeline.labels.files import Corpus, LabelledDocument
from pipeline.model.features import Floats
from pipeline.model.model import Model
from pipeline.model.score import score_segments
from pipeline.preprocess.clean import clean_together
from pipeline.preprocess.segment import segment_together
from pipeline.preprocess.segments import Segments
from pipeline.training.fit import Fitter, leave_out, prepare_corpus

AT_ONCE = 512  # texts that are cleaned and scored at once: enough to be fast, few enough to bound memory
_SHOWN = 40


class TextClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A linear classifier of Chinese texts, one label a text.

    ``C``, ``balanced``, ``min_df``, ``character_bigrams``, ``characters``, ``naive_bayes``, ``unknown_weight`` and ``simplify`` are
    the settings of these names in ``configs/default.toml``, with its defaults; for short texts ``pipeline init`` sets ``min_df=1,
    characters=True, C=1.0, naive_bayes=0.1``. ``folds`` is how many groups of texts are left out in turn to fit the temperature of
    ``predict_proba``; 0 leaves that out, which is faster, and only the order of the probabilities means something then.

    After ``fit``: ``classes_``, of shape (classes,), sorted; ``model_``, the model; ``n_features_in_`` is not set: texts have none.

    >>> texts = ["新建城市书房", "书房阅读活动", "学习党的理论", "理论宣讲活动"] * 2
    >>> TextClassifier(folds=0).fit(texts, ["文化", "文化", "理论", "理论"] * 2).predict(["阅读书房"]).tolist()
    ['文化']
    """

    def __init__(  # noqa: PLR0913 - scikit-learn's way: a parameter for each setting
        self,
        *,
        C: float = 0.5,  # noqa: N803 - scikit-learn's name
        balanced: bool = True,
        min_df: int = 2,
        character_bigrams: bool = True,
        characters: bool = False,
        naive_bayes: float = 0.0,
        unknown_weight: float = 1.0,
        simplify: bool = True,
        folds: int = 3,
        random_state: int = 20181,
    ) -> None:
        self.C = C
        self.balanced = balanced
        self.min_df = min_df
        self.character_bigrams = character_bigrams
        self.characters = characters
        self.naive_bayes = naive_bayes
        self.unknown_weight = unknown_weight
        self.simplify = simplify
        self.folds = folds
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:  # noqa: ANN401, N803 - scikit-learn's names and types
        """Fit on texts, of shape (texts,), and their labels, of shape (texts,); raises ValueError for what cannot be fitted."""
        texts = _texts(X)
        if y is None:
            raise ValueError("requires y to be passed, but the target y is None")
        labels = column_or_1d(y, warn=True)
        check_consistent_length(texts, labels)
        check_classification_targets(labels)
        self.classes_, targets = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"one class only, {self.classes_[0]!r}: a classifier needs texts of two classes at least")
        names = LabelSet("0", tuple(LabelDefinition(str(number)) for number in range(len(self.classes_))))
        try:
            self.model_ = self._fitted(texts, targets, names)
        except CorpusError as error:
            raise ValueError(str(error)) from error
        return self

    def decision_function(self, X: Any) -> Floats:  # noqa: ANN401, N803 - scikit-learn's names and types
        """Return the scores of texts, of shape (texts, classes), or for two classes (texts,), above 0 for the second one."""
        scores = self._scores(X)
        return scores if len(self.classes_) > 2 else scores[:, 1] - scores[:, 0]

    def predict_proba(self, X: Any) -> Floats:  # noqa: ANN401, N803 - as above
        """Return the probabilities of texts, of shape (texts, classes)."""
        scores = self._scores(X)
        return self.model_.probabilities(scores) if len(scores) else scores

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: ANN401, N803 - as above
        """Return the label of each text, of shape (texts,)."""
        best = self._scores(X).argmax(axis=1)
        return np.asarray(self.classes_[best])

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - scikit-learn's Tags
        """Return what scikit-learn shall know: it takes one-dimensional text."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        return tags

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without what the model works out for itself, compiled loops among it, which cannot be pickled."""
        state: dict[str, Any] = super().__getstate__()
        return state | ({"model_": replace(state["model_"])} if "model_" in state else {})

    def _fitted(self, texts: Sequence[str], targets: NDArray[np.int64], names: LabelSet) -> Model:
        config = self._config()
        order = np.argsort(targets, kind="stable")  # texts are dealt out in this order, so that each group has every label
        corpus = _corpus([texts[i] for i in order], targets[order], names)
        fitter = Fitter(prepare_corpus(corpus, config), names, config, Lexicon())
        model = fitter.fit(range(len(texts)))
        if not self.folds:
            return model
        try:
            return replace(model, temperature=leave_out(fitter).calibration.temperature)
        except CorpusError as error:
            raise ValueError(f"too few or too equal texts to calibrate on ({error}); give more, or set folds=0") from error

    def _config(self) -> Config:
        """Return the configuration that the parameters stand for; raises ConfigError for one that is not valid."""
        config = load_config()
        features = replace(
            config.features, min_df=self.min_df, character_bigrams=self.character_bigrams, characters=self.characters,
            unknown_weight=self.unknown_weight, user_dictionary="", gazetteers="",
        )  # fmt: skip
        model = replace(config.model, C=self.C, balanced=self.balanced, naive_bayes=self.naive_bayes, seed=self.random_state)
        evaluate = replace(config.evaluate, folds=max(2, self.folds), grouped=())
        clean = replace(config.clean, simplify=self.simplify)
        return replace(config, features=features, model=model, evaluate=evaluate, clean=clean)

    def _scores(self, X: Any) -> Floats:  # noqa: ANN401, N803 - scikit-learn's names and types
        check_is_fitted(self, "model_")
        some = [_score(part, self.model_) for part in _batches(_texts(X))]
        return np.concatenate([np.empty((0, len(self.classes_))), *some])


def _score(texts: Sequence[str], model: Model) -> Floats:
    """Return the scores of some texts, of shape (texts, labels); a text without a word has those that the labels begin with."""
    scores = np.tile(model.bias.astype(np.float64), (len(texts), 1))
    cut = [(cleaned.text, segments, True) for cleaned, segments in _cut(texts, model.config)]
    if any(len(segments) for _, segments, _ in cut):
        scored = score_segments(cut, model)
        scores[np.searchsorted(scored.layout.firsts, scored.runs.segments, side="right") - 1] = scored.runs.scores
    return scores


def _corpus(texts: Sequence[str], targets: NDArray[np.int64], names: LabelSet) -> Corpus:
    """Return each text as a report that is labelled from its first character to its last."""
    labels = (names.names[target] for target in targets.tolist())
    reports = (
        LabelledDocument(one, (Label(one.source, one.sha256, 0, len(one.text), label),))
        for one, label in zip(_documents(texts), labels, strict=True)
    )
    return Corpus(tuple(reports), names)


def _cut(texts: Sequence[str], settings: ModelSettings) -> Iterator[tuple[CleanText, Segments]]:
    """Return texts cleaned and cut."""
    cleaned = clean_together(_documents(texts), settings.clean)
    return zip(cleaned, segment_together(cleaned, settings.segment), strict=True)


def _documents(texts: Sequence[str]) -> list[Document]:
    """Return texts, each as the row of a table: one passage, whatever it looks like."""
    plain = [" ".join(text.split()) for text in texts]
    return [
        Document(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), text, "", "text", _mark(text)) for text in plain
    ]


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    return (texts[first : first + AT_ONCE] for first in range(0, len(texts), AT_ONCE))


def _mark(text: str) -> tuple[Mark, ...]:
    return (Mark(0, len(text), "record"),) if text else ()


def _texts(given: Any) -> list[str]:  # noqa: ANN401 - whatever the caller has
    """Return texts as a list; raises ValueError, or TypeError for an item that is no text, with its place."""
    if isinstance(given, str | bytes) or not hasattr(given, "__iter__"):
        raise ValueError(f"expected an iterable of texts, got {str(given)[:_SHOWN]!r}; put a single text into a list")
    items = given.ravel().tolist() if isinstance(given, np.ndarray) and given.ndim == 2 and given.shape[1] == 1 else list(given)
    for number, item in enumerate(items):
        if not isinstance(item, str):
            raise TypeError(f"item {number} is a {type(item).__name__}, not a text; leave it out, or make it a text")
    return [str(item) for item in items]
