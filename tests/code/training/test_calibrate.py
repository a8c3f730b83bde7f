"""Calibration on reports that were left out: one temperature, thresholds by label, and a higher one for drifted reports."""

from types import SimpleNamespace

import numpy as np
import pytest
from msgspec.structs import replace

from pipeline.core.config import load_config
from pipeline.core.errors import CorpusError
from pipeline.core.records import Document, TermCount
from pipeline.model.model import LEAST_TERMS, NO_SCORE, DriftedText, softmax
from pipeline.model.score import LONGEST_REPORT
from pipeline.model.tag import tag_segments, tag_together
from pipeline.preprocess.clean import clean
from pipeline.preprocess.segment import segment
from pipeline.preprocess.segments import joined
from pipeline.training import calibrate as module
from pipeline.training.calibrate import (
    DRIFTED_FROM,
    _drifted,
    _Runs,
    _temperature,
    calibrate,
    review_threshold,
    review_thresholds,
)
from pipeline.training.left_out import JudgedRuns


def test_the_review_threshold_is_the_lowest_that_is_right_often_enough():
    confidence, right, weights = np.array([0.9, 0.8, 0.7, 0.6]), np.array([1.0, 1.0, 0.0, 1.0]), np.ones(4)
    assert review_threshold(confidence, right, weights, 0.75) == pytest.approx(0.6)
    assert review_threshold(confidence, right, weights, 0.95) == pytest.approx(0.8)
    assert review_threshold(confidence, 1 - right, weights, 0.95) == 1.0001  # even a tag of score 1 asks for review


def test_each_label_has_its_own_review_threshold_where_there_is_enough_of_it():
    said = np.array([0, 0, 1, 1, 2])
    confidence, right = np.array([0.9, 0.8, 0.9, 0.8, 0.5]), np.array([1.0, 1.0, 1.0, 0.0, 0.0])
    weights = np.array([1500.0, 1500.0, 1500.0, 1500.0, 10.0])
    thresholds = review_thresholds(said, confidence, right, weights, 4, 0.9)
    of_all = review_threshold(confidence, right, weights, 0.9)
    assert thresholds.tolist() == [pytest.approx(0.8), pytest.approx(0.9), of_all, of_all]


@pytest.mark.parametrize("score", [0.87658, 0.87654, 0.0047, 0.2901, 0.5801, 1.0])
def test_the_tag_that_a_threshold_is_taken_from_passes_as_it_is_shown(score):
    threshold = review_threshold(np.array([score]), np.ones(1), np.ones(1), 0.9)
    assert threshold == round(score, 4)
    assert not np.array([score]).round(4)[0] < threshold


@pytest.mark.parametrize("right", [[1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 1.0]])
def test_tags_of_one_shown_score_pass_the_threshold_together_or_not_at_all(right):
    confidence = np.array([0.9, 0.80004, 0.80002, 0.79998])
    assert review_threshold(confidence, np.array(right), np.ones(4), 0.6) == 0.9
    assert review_threshold(confidence, np.array(right), np.ones(4), 0.5) == 0.8


def runs(shares, terms=1000):
    count = len(shares)
    return _Runs(np.zeros((count, 2)), np.zeros((count, 2)), np.full(count, terms), np.round(np.array(shares) * terms))


def test_drifted_reports_have_the_threshold_that_makes_them_right_often_enough():
    shares = [0.1] * 190 + [0.3] * 10  # of terms unknown to the model, a run each: 5 % of them are beyond
    confidence = np.array([0.9] * 190 + [0.9, 0.9, 0.9, 0.9, 0.9, 0.8, 0.8, 0.8, 0.8, 0.8])
    right = np.array([1.0] * 195 + [0.0] * 5)
    found, is_drifted = _drifted(runs(shares), confidence, right, np.full(200, 300.0), 0.96)
    assert found == DriftedText(0.3, 0.9)
    assert is_drifted.tolist() == [False] * 190 + [True] * 10
    never, _ = _drifted(runs(shares), confidence, 1 - right, np.full(200, 300.0), 0.96)
    assert never == DriftedText(0.3, NO_SCORE)


def test_too_little_drifted_text_has_no_threshold_of_its_own():
    ones = np.ones(200)
    assert DRIFTED_FROM == 0.95
    assert _drifted(runs([0.1] * 190 + [0.3] * 10), ones, ones, np.full(200, 199.0), 0.96)[0] is None  # 1,990 characters
    assert _drifted(runs([0.0] * 200), ones, ones, np.full(200, 300.0), 0.96)[0] is None  # nothing is unknown
    assert _drifted(runs([0.1] * 190 + [0.3] * 10, LEAST_TERMS - 1), ones, ones, np.full(200, 300.0), 0.96)[0] is None


@pytest.mark.parametrize(("terms", "unknown", "holds"), [(100, 30, True), (100, 29, False), (99, 99, False), (1000, 300, True)])
def test_a_report_is_drifted_by_its_share_of_unknown_terms(terms, unknown, holds):
    assert DriftedText(0.3, 0.9).holds(terms, unknown) is holds


@pytest.fixture
def judged(monkeypatch):
    """Return a function that calibrates on reports by hand, each its scores, characters by label, terms and sentences."""

    def run(*reports, accuracy=0.9):
        found = [
            JudgedRuns(SimpleNamespace(layout=SimpleNamespace(sentences=sentences)), np.array(scores), np.array(gold), terms)
            for scores, gold, terms, sentences in reports
        ]
        monkeypatch.setattr(module, "judge_runs", lambda some, model: [found[i] for i in some])
        return calibrate([([i], None) for i in range(len(found))], accuracy)

    return run


@pytest.mark.parametrize("due", [0.25, 1.0, 3.0])
def test_the_temperature_is_the_one_at_which_probabilities_are_the_shares(due):
    scores = np.random.default_rng(3).normal(size=(50, 4))
    weights = np.arange(1.0, 51)[:, None]
    assert _temperature(_Runs(scores, softmax(scores / due) * weights, weights, weights)) == pytest.approx(due, abs=2e-3)
    assert _temperature(_Runs(scores, np.eye(4)[scores.argmax(axis=1)], weights, weights)) == pytest.approx(np.exp(-4), abs=1e-3)


# A first label whose sure tags are right and whose other tags are not, and a second one that is rare.
SURE, UNSURE, SECOND = [2.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 3.0, 0.0]
ALL_KNOWN = TermCount(1000, 0)


def test_a_calibration_is_that_of_all_runs_that_were_left_out(judged):
    scores, gold = [SURE, SURE, UNSURE, SECOND], [[2000.0, 0, 0], [1900.0, 100, 0], [500.0, 500, 0], [0, 10.0, 0]]
    found = judged((scores[:2], gold[:2], ALL_KNOWN, 2), (scores[2:], gold[2:], ALL_KNOWN, 2))
    shares = softmax(np.array(scores) / found.temperature).max(axis=1).round(4)
    assert found.temperature == _temperature(_Runs(np.array(scores), np.array(gold), np.zeros(4), np.zeros(4)))
    of_all = shares[2]  # (2000 + 1900 + 500 + 10) / 5010 is 0.88, and without the unsure ones 0.975
    assert 4410 / 5010 < 0.9 < 3910 / 4010
    assert found.thresholds.tolist() == [shares[0], shares[0], shares[0]]
    assert of_all < shares[0] < shares[3]
    assert found.drifted is None
    right = np.array([1.0, 0.95, 0.5, 1.0])
    weights = np.array([2000.0, 2000, 1000, 10])
    assert found.figures == {
        "calibration_error": pytest.approx(module.calibration_error(shares, right, weights)),
        "coverage": pytest.approx(4010 / 5010),
        "accuracy_covered": pytest.approx(3910 / 4010),
    }
    assert found.figures["calibration_error"] > 0


def test_runs_of_drifted_reports_are_covered_from_their_own_threshold_on(judged):
    plain = [([SURE] * 57, [[100.0, 0, 0]] * 57, ALL_KNOWN, 57)]
    strange = ([UNSURE, SURE, SECOND], [[0.0, 1000, 0], [0.0, 1000, 0], [0.0, 1000, 0]], TermCount(1000, 400), 3)
    found = judged(*plain, strange, accuracy=0.6)
    highest = softmax(np.array(SECOND) / found.temperature).max().round(4)
    assert found.drifted == DriftedText(0.4, highest)
    assert found.figures["coverage"] == pytest.approx((5700 + 1000) / 8700)
    assert found.figures["accuracy_covered"] == 1
    long = judged(*plain, (*strange[:3], LONGEST_REPORT + 1), accuracy=0.6)  # its terms are not counted as one
    assert long.drifted is None
    assert judged(*plain, (*strange[:3], LONGEST_REPORT), accuracy=0.6).drifted == found.drifted
    model = SimpleNamespace(calibrated=lambda *given: given)
    assert found.of(model) == (found.temperature, found.thresholds, found.drifted)


def test_without_a_labelled_passage_there_is_no_calibration(judged):
    message = "no labelled passage is left of the reports once noise is set aside; label passages of text"
    with pytest.raises(CorpusError, match=message):
        judged(([SURE], [[0.0, 0, 0]], ALL_KNOWN, 1))


@pytest.mark.parametrize(("characters", "own"), [(2000.0, 0.8), (1999.0, 0.9)])
def test_a_label_has_its_own_threshold_from_two_thousand_characters_on(characters, own):
    said, confidence, right = np.array([0, 1, 1]), np.array([0.8, 0.9, 0.85]), np.array([1.0, 1.0, 0.0])
    weights = np.array([characters, 5000.0, 5000.0])
    assert review_thresholds(said, confidence, right, weights, 2, 0.9).tolist() == [own, 0.9]


KNOWN = "".join(f"县图书馆新开城市书房{number}座，送戏下乡{number}0场，群众文化活动丰富多彩。\n" for number in "一二三四五六七八九")
PAIRS = zip("胺肼腈膦砜羧羟醛酮", "酚醌镧铈镨钕钷钐铕", strict=True)
STRANGE = "".join(f"{a}锂{b}镓{a}锗{b}烯{a}烷{b}烃{a}炔{b}醚{a}酯。\n" for a, b in PAIRS)


def tagged(model, text):
    cleaned = clean(Document("a.txt", text, "", "utf-8"), load_config().clean)
    (tags,) = tag_segments(cleaned, segment(cleaned, load_config().segment), model)
    return tags


def test_passages_of_a_drifted_report_need_a_higher_score(default_model):
    text = KNOWN
    plain = tagged(replace(default_model, drifted=None), text)
    one = min(tag.score for tag in plain)
    highest = max(tag.score for tag in plain)
    assert not any(tag.review for tag in plain)
    stricter = replace(default_model, drifted=DriftedText(0.0, highest + 0.0001))
    assert all(tag.review for tag in tagged(stricter, text))
    assert tagged(stricter, text).terms.is_drifted
    assert b'"review":true' in tagged(stricter, text).json_lines()
    assert not any(tag.review for tag in tagged(replace(default_model, drifted=DriftedText(0.0, one)), text))
    assert not any(tag.review for tag in tagged(replace(default_model, drifted=DriftedText(0.99, 1.0)), text))


def test_reports_that_are_scored_together_are_drifted_one_by_one(default_model):
    model = replace(default_model, drifted=DriftedText(0.5, NO_SCORE))
    cleaned = [clean(Document(f"{i}.txt", text, "", "utf-8"), load_config().clean) for i, text in enumerate((KNOWN, STRANGE))]
    groups = tag_together([(one, joined([*segment(one, load_config().segment)])) for one in cleaned], model)
    assert [group.terms.is_drifted for group in groups] == [False, True]
    assert [all(tag.review for tag in group) for group in groups] == [False, True]


def test_a_report_of_more_sentences_than_one_part_holds_is_never_drifted(default_model):
    model = replace(default_model, drifted=DriftedText(0.0, NO_SCORE))
    long = tagged(model, "县图书馆新开城市书房六座。送戏下乡八十场。" * 5 + "\n")
    assert long.terms.is_drifted is (long.terms.terms >= LEAST_TERMS)
    longer = "".join("县图书馆新开城市书房六座。送戏下乡八十场。" * 20 + "\n" for _ in range(13))  # 520 sentences
    assert not any(tag.review for tag in tagged(model, longer))
