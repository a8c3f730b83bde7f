import numpy as np
import pytest

from pipeline.core import locations
from pipeline.core.config import load_label_set
from pipeline.core.records import Label, Tag
from pipeline.training.evaluate import calibration_error, confusion_of, coverage, figures_of, wrong_tags

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
