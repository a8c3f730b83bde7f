"""Scores against a plain reference: scikit-learn's own vectorizer and classifier on one sentence after the other."""

import random
import re
from itertools import pairwise

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.svm import LinearSVC

from pipeline.model.features import Texts, lower
from pipeline.model.score import LEAST_REPORT, LEAST_SHARE, REPORT_TEMPERATURE, score_segments
from pipeline.preprocess.headings import TITLE

TOLERANCE = 1e-6
ODD = "。！？；，、“”（）\n\n\t 　一二三、（一）1.①一是第一，——●ABCｘＦ12會傳統İΣ😀𠮷"


def reference_scores(model, text, segments):
    """Return the score of each sentence in context, worked out one by one."""
    letters = model.vocabulary.bigrams.letters
    names = [*(f"w{word}" for word in model.vocabulary.words), *(letters[i : i + 2] for i in range(0, len(letters), 2))]
    names += [f"class {number}" for number in range(len(model.vocabulary.gazetteer))]

    def terms(sentence):
        sentence = lower(sentence)
        classes = [f"class {number}" for _, number in model.vocabulary.gazetteer._found(sentence)]
        return [*(f"w{word}" for word in model.cut(sentence)), *(sentence[i : i + 2] for i in range(len(sentence) - 1)), *classes]

    counter = CountVectorizer(analyzer=terms, vocabulary=names)
    classifier = LinearSVC()
    classifier.coef_, classifier.intercept_ = model.weights.T.astype(float), np.zeros(len(model.bias))
    classifier.classes_ = np.arange(len(model.bias))

    def score(texts):
        rows = counter.transform(texts).multiply(model.vocabulary.idf).tocsr()
        lines = [lower(re.sub("[\r\n]", " ", text)) for text in texts]
        own = [Texts(line, model.cut(line), 1) for line in lines]
        unknown = np.array([model.vocabulary.count_terms(text)[1][0] for text in own]) * model.vocabulary.unknown_square
        lengths = np.sqrt(rows.power(2).sum(axis=1) + unknown[:, None])
        return classifier.decision_function(csr_matrix(rows / np.maximum(lengths, 1e-300)))

    options = model.config.model
    own = [score([text[a:b] for a, b in segment.sentences]) for segment in segments]
    flat = np.concatenate(own)
    scores = []
    for segment, of_segment in zip(segments, own, strict=True):
        headings = [heading.text for heading in segment.headings if heading.level > TITLE]
        around = options.segment_weight * of_segment.mean(axis=0)
        around = around + options.heading_weight * (score(headings).sum(axis=0) if headings else 0)
        for row in of_segment:
            i = len(scores)
            beside = sum(flat[j] for j in (i - 1, i + 1) if 0 <= j < len(flat))
            scores.append(row + options.neighbour_weight * beside + around)
    scores = np.array(scores) + model.bias
    return scores + of_report(scores, [b - a for segment in segments for a, b in segment.sentences], options)


def of_report(scores, sizes, options):
    """Return what each sentence takes from its report, by the definition."""
    if sum(sizes) < LEAST_REPORT:
        return 0
    powers = np.exp(scores / REPORT_TEMPERATURE)
    mean = np.average(powers / powers.sum(axis=1, keepdims=True), axis=0, weights=sizes)
    weight = options.report_weight / (1 + (len(sizes) / options.report_length) ** 2)
    return weight * REPORT_TEMPERATURE * np.log(np.maximum(mean, LEAST_SHARE))


def check(model, text, segments):
    expected = reference_scores(model, text, segments)
    runs = score_segments([(text, segments, True)], model).runs
    for first, last, scores in zip(runs.firsts.tolist(), runs.lasts.tolist(), runs.scores, strict=True):
        wanted = model.probabilities(expected[first:last].mean(axis=0))
        assert np.abs(model.probabilities(scores) - wanted).max() < TOLERANCE
        assert wanted.argmax() == scores.argmax()
    assert [first for first, _ in pairwise([*runs.firsts.tolist(), len(expected)])] == runs.firsts.tolist()
    assert runs.lasts[-1] == len(expected)


def seed_text(root, number):
    return next((root / "seeds" / "reports").glob(f"{number:03}_*.txt")).read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("number", range(5))
def test_the_scores_of_a_seed_are_those_of_scikit_learn(root, model, cut_up, number):
    cleaned, segments, _ = cut_up(seed_text(root, number))
    check(model, cleaned.text, segments)


@pytest.mark.parametrize("seed", range(15))
def test_the_scores_of_fuzzed_text_are_those_of_scikit_learn(root, model, cut_up, seed):
    draw = random.Random(seed)
    source = seed_text(root, seed % 5)
    parts = []
    for _ in range(40):
        place = draw.randrange(len(source))
        parts += [source[place : place + draw.randint(1, 60)], "".join(draw.choices(ODD, k=draw.randint(0, 6)))]
    cleaned, segments, _ = cut_up("".join(parts))
    check(model, cleaned.text, segments)
