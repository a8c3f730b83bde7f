import numpy as np
import pytest

from pipeline.core import locations
from pipeline.core.config import load_label_set
from pipeline.core.records import Label, Tag
from pipeline.training.evaluate import (
    CalibrationData,
    calibration_error,
    confusion_of,
    coverage,
    coverage_curve,
    figures_of,
    judge,
    precision_recall,
    reliability,
    wrong_tags,
)

LABELS = load_label_set(locations.find("configs/labels.toml"))


def label(start, end, name):
    return Label("a.txt", "0", start, end, name)


def tag(start, end, theme, score=0.9):
    return Tag("a.txt", 0, start, end, "", "", theme, score, {}, (), False, (), "m")


GOLD = [label(0, 10, "举旗帜"), label(10, 20, "聚民心"), label(20, 25, "其他")]
TAGS = [tag(0, 14, "举旗帜"), tag(14, 18, "聚民心")]


def test_characters_are_counted_and_what_is_not_covered_counts_as_other():
    assert confusion_of(GOLD, TAGS, "其他") == {
        ("举旗帜", "举旗帜"): 10,
        ("聚民心", "举旗帜"): 4,
        ("聚民心", "聚民心"): 4,
        ("聚民心", "其他"): 2,
        ("其他", "其他"): 5,
    }


def test_figures_by_hand():
    figures = figures_of(confusion_of(GOLD, TAGS, "其他"), LABELS)
    assert figures.accuracy == pytest.approx(19 / 25)
    assert figures.f1["举旗帜"] == pytest.approx(20 / 24)
    assert figures.f1["聚民心"] == pytest.approx(8 / 14)
    assert figures.macro_f1 == pytest.approx((20 / 24 + 8 / 14) / 2)
    assert figures.characters == 25


def test_a_tag_is_wrong_where_most_of_the_passage_carries_another_theme():
    tags = [tag(0, 10, "举旗帜"), tag(10, 16, "举旗帜", 0.7), tag(16, 20, "聚民心")]
    (wrong,) = wrong_tags(GOLD, tags, "字" * 25, "其他")
    assert (wrong.start, wrong.label, wrong.theme, wrong.score, wrong.text) == (10, "聚民心", "举旗帜", 0.7, "字" * 10)


def test_calibration_error_and_coverage_by_hand():
    confidence, right, weights = np.array([0.9, 0.9, 0.3]), np.array([1.0, 0.0, 1.0]), np.array([1.0, 1.0, 2.0])
    assert calibration_error(confidence, right, weights) == pytest.approx((0.8 + 1.4) / 4)
    assert coverage(confidence, right, weights, 0.5) == pytest.approx((0.5, 0.5))
    assert coverage(confidence, right, weights, 0.95) == (0.0, 0.0)


def test_tags_are_held_against_the_labels_of_their_own_report():
    other = Label("b.txt", "0", 0, 4, "其他")
    judged = judge([*GOLD, other], [tag(0, 14, "举旗帜", 0.9), tag(14, 25, "其他", 0.3), tag(30, 40, "举旗帜")])
    assert judged.confidence.tolist() == [0.9, 0.3]
    assert judged.right.tolist() == pytest.approx([10 / 14, 5 / 11])
    assert judged.weights.tolist() == [14, 11]


def test_tags_of_reports_without_labels_are_held_against_nothing():
    judged = judge([], TAGS)
    assert [judged.confidence.tolist(), judged.right.tolist(), judged.weights.tolist()] == [[0.0], [0.0], [0.0]]


def test_tags_are_gathered_by_score_in_bins_of_equal_width():
    judged = CalibrationData(np.array([0.05, 0.1, 0.19, 1.0]), np.array([1.0, 0.5, 1.0, 0.0]), np.array([2.0, 1.0, 3.0, 4.0]))
    assert [(found.confidence, found.accuracy, found.characters) for found in reliability(judged)] == [
        (pytest.approx(0.05), 1.0, 2.0),
        (pytest.approx((0.1 + 0.57) / 4), 3.5 / 4, 4.0),
        (1.0, 0.0, 4.0),
    ]
    assert [found.characters for found in reliability(judged, 2)] == [6.0, 4.0]


def test_the_curve_falls_from_the_surest_tag_to_all():
    judged = CalibrationData(np.array([0.5, 0.9, 0.7, 0.9]), np.array([0.0, 1.0, 0.5, 0.5]), np.array([4.0, 2.0, 2.0, 2.0]))
    covered, right = coverage_curve(judged)
    assert covered.tolist() == pytest.approx([0.2, 0.4, 0.6, 1.0])
    assert right.tolist() == pytest.approx([1.0, 3 / 4, 4 / 6, 4 / 10])


def test_precision_and_recall_are_zero_where_nothing_was_said_or_is_there():
    confusion = confusion_of(GOLD, TAGS, "其他")
    assert precision_recall(confusion, "举旗帜") == (10 / 14, 1.0)
    assert precision_recall(confusion, "聚民心") == (1.0, 0.4)
    assert precision_recall(confusion, "育新人") == (0.0, 0.0)


def test_the_calibration_error_of_a_score_of_one_and_of_nothing():
    assert calibration_error(np.array([1.0, 1.0]), np.array([1.0, 0.0]), np.array([1.0, 3.0])) == pytest.approx(0.75)
    assert calibration_error(np.array([0.3]), np.array([1.0]), np.array([0.0])) == 0.0
    scores = np.array([0.41, 0.45])  # in one of fifteen bins, in two of twenty
    assert calibration_error(scores, np.array([1.0, 0.0]), np.ones(2)) == pytest.approx(abs(1 - 0.86) / 2)
    assert calibration_error(scores, np.array([1.0, 0.0]), np.ones(2), 20) == pytest.approx((0.59 + 0.45) / 2)


def test_what_is_covered_scores_at_least_the_threshold():
    scores, right, weights = np.array([0.5, 0.6]), np.array([1.0, 0.5]), np.array([1.0, 3.0])
    assert coverage(scores, right, weights, 0.5) == (1.0, 2.5 / 4)
    assert coverage(scores, right, weights, 0.6) == (0.75, 0.5)
    assert coverage(scores, right, weights, 0.7) == (0.0, 0.0)


def test_the_theme_of_most_characters_is_wrong_with_its_best_score():
    text = "".join(chr(0x4E00 + i) for i in range(20))
    tags = [tag(0, 4, "举旗帜", 0.4), tag(4, 8, "举旗帜", 0.7), tag(8, 12, "举旗帜", 0.5), tag(12, 19, "聚民心", 0.99)]
    (wrong,) = wrong_tags([label(1, 20, "聚民心")], tags, text, "其他")
    assert (wrong.source, wrong.start, wrong.end, wrong.label, wrong.theme) == ("a.txt", 1, 20, "聚民心", "举旗帜")
    assert (wrong.score, wrong.text) == (0.7, text[1:20])
    (none,) = wrong_tags([label(0, 10, "举旗帜")], [tag(0, 4, "举旗帜")], text, "其他")
    assert (none.theme, none.score) == ("其他", 0.0)


def test_figures_are_of_the_themes_that_occur_and_accuracy_is_of_all():
    confusion = confusion_of(GOLD, TAGS, "其他")
    figures = figures_of(confusion, LABELS)
    first, second = 2 * 10 / (10 + 14), 2 * 4 / (10 + 4)
    assert figures.f1 == pytest.approx(
        dict.fromkeys(LABELS.names, 0.0) | {"举旗帜": first, "聚民心": second, "其他": 2 * 5 / (5 + 7)}
    )
    assert figures.as_dict() == {
        "macro_f1": pytest.approx((first + second) / 2), "accuracy": 19 / 25, "f1": figures.f1, "characters": 25,
    }  # fmt: skip
    nothing = figures_of(confusion_of([], [], "其他"), LABELS)
    assert (nothing.macro_f1, nothing.accuracy, nothing.characters) == (0.0, 0.0, 0)


def test_a_tag_of_one_labelled_character_is_right_or_wrong():
    judged = judge([label(0, 1, "举旗帜")], [tag(0, 1, "举旗帜"), tag(0, 1, "其他")])
    assert (judged.right.tolist(), judged.weights.tolist()) == ([1.0, 0.0], [1.0, 1.0])
