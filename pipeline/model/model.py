"""The trained model as a value: what it holds and how it scores, without scikit-learn."""

import hashlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.core.config import LabelSet, ModelSettings
from pipeline.model.compiled import Compiled
from pipeline.model.features import Floats, Vocabulary
from pipeline.model.tables import write_tables
from pipeline.model.words import Cut, load_cut, load_dictionary

Weights = NDArray[np.float32] | NDArray[np.float16]
NO_SCORE = 1.0001  # the threshold of a label whose tags all ask for review: above every score, which has four digits


LEAST_TERMS = 100  # of a report that is held against what the model knows: the share of a shorter one is chance


class DriftedText(msgspec.Struct, frozen=True):
    """What becomes of a report whose words are unlike those that a model was trained on.

    ``unknown`` is the share of terms unknown to the model from which on a report is such a one; its tags that score below
    ``threshold`` are for review, whatever their label.
    """

    unknown: float
    threshold: float

    def holds(self, terms: int, unknown: int) -> bool:
        """Tell whether a report with so many terms, and so many unknown ones among them, is such a one."""
        return terms >= LEAST_TERMS and unknown >= self.unknown * terms


class Model(msgspec.Struct, frozen=True, eq=False, dict=True):
    """A linear classifier over TF-IDF rows in context, with everything that its tags depend on.

    ``bias`` has the shape (labels,), in the order of ``labels``, and ``weights`` are ``given_weights``, or what these read: where
    tables are at hand, tagging asks for none. ``temperature`` turns decision scores into probabilities; tags of label ``i`` that
    score below ``thresholds[i]`` are for review, and more of a report that is ``drifted``.
    ``stored_version`` is that of the folder that it was loaded from.
    """

    name: str
    labels: LabelSet
    config: ModelSettings
    vocabulary: Vocabulary
    given_weights: Weights | Callable[[], Weights]
    bias: NDArray[np.float32]
    temperature: float
    thresholds: Floats
    drifted: DriftedText | None = None
    user_words: tuple[str, ...] = ()
    facts: dict[str, Any] | None = None
    stored_version: str | None = None

    @cached_property
    def tables(self) -> Path | None:
        """Where what is compiled of it is kept: nowhere, but for a model that ``load_model`` gives a place; a copy has none."""
        return None

    @cached_property
    def cut(self) -> Cut:
        """The word segmenter with the model's own dictionary."""
        return load_cut(self.user_words)

    @cached_property
    def compiled(self) -> Compiled | None:
        """The compiled inner loops with what they need of this model; None where they could not be compiled."""
        dictionary = load_dictionary(self.user_words)
        if dictionary is None:
            return None
        made = Compiled.of_model(dictionary, self.vocabulary, self.weights, self.labels.names)
        if self.tables is not None:
            write_tables(self.tables, made.scorer)
        return made

    @cached_property
    def weights(self) -> Weights:
        """The weights, of shape (terms, labels), in half precision where they are stored so."""
        return self.given_weights() if callable(self.given_weights) else self.given_weights

    def word(self, column: int) -> str:
        """Return the word of the vocabulary whose column this is."""
        return self.vocabulary.words[column] if self.compiled is None else self.compiled.scorer.word(column)

    @cached_property
    def weights_by_label(self) -> Floats:
        """The weights in full precision, of shape (labels, terms): those of each label lie side by side."""
        return np.ascontiguousarray(self.weights.T, dtype=np.float64)

    @cached_property
    def version(self) -> str:
        """Twelve characters that differ when anything that a tag depends on does; a stored one stays, however it was made then."""
        if self.stored_version is not None:
            return self.stored_version
        lists = (self.vocabulary.words, (self.vocabulary.bigrams.letters,), self.user_words, self.vocabulary.gazetteer.lines())
        digest = hashlib.sha256("\n\n".join("\n".join(some) for some in lists).encode())
        for array in (self.vocabulary.idf.astype(np.float32), self.weights.astype(np.float32), self.bias):
            digest.update(array.tobytes())
        settings = (self.config.clean, self.config.segment, self.config.features, self.config.model, self.config.tag)
        digest.update(repr((self.labels, settings, self.temperature, self.thresholds.tolist(), self.drifted)).encode())
        return digest.hexdigest()[:12]

    @cached_property
    def signature(self) -> str:
        """Name and version, as tags have them."""
        return f"{self.name} {self.version}"

    def calibrated(self, temperature: float, thresholds: Floats, drifted: DriftedText | None) -> "Model":
        """Return the model with another calibration; what is compiled of it knows none, and is shared."""
        other = msgspec.structs.replace(self, temperature=temperature, thresholds=thresholds, drifted=drifted)
        if "compiled" in self.__dict__:
            other.__dict__["compiled"] = self.compiled
        return other

    def as_told(self, stricter: bool) -> "Model":
        """Return the model with its stricter threshold for drifted reports, or without."""
        is_as_told = stricter or self.drifted is None
        return self if is_as_told else self.calibrated(self.temperature, self.thresholds, None)

    def probabilities(self, scores: Floats) -> Floats:
        """Return calibrated probabilities for decision scores of any shape (…, labels)."""
        return softmax(scores / self.temperature)


def softmax(scores: Floats) -> Floats:
    """Return ``exp(scores)`` scaled to sum to one over the last axis."""
    by_label = np.ascontiguousarray(scores.T)  # the greatest of few labels is found much faster over numbers that lie side by side
    powers = np.exp(by_label - by_label.max(axis=0))
    return np.ascontiguousarray((powers / powers.sum(axis=0)).T)
