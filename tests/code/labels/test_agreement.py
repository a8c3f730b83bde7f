import pytest
from sklearn.metrics import cohen_kappa_score

from pipeline.core import locations
from pipeline.core.config import load_label_set
from pipeline.core.errors import CorpusError
from pipeline.core.records import Label
from pipeline.labels.agreement import agree, pair_labels

LABELS = load_label_set(locations.find("configs/labels.toml"))
FIRST = ["举旗帜", "举旗帜", "聚民心", "其他", "其他", "其他", "兴文化", "兴文化"]
SECOND = ["举旗帜", "其他", "聚民心", "其他", "其他", "聚民心", "兴文化", "兴文化"]


def labels(names, width=10, source="a.txt", sha256="0"):
    return [Label(source, sha256, i * width, (i + 1) * width, name) for i, name in enumerate(names)]


def test_figures_against_scikit_learn_and_by_hand():
    found = agree(pair_labels(labels(FIRST), labels(SECOND)), LABELS)
    assert found.passages == 8
    assert found.observed == pytest.approx(6 / 8)
    assert found.kappa == pytest.approx(cohen_kappa_score(FIRST, SECOND))
    # 16 values: 3 举旗帜, 3 聚民心, 6 其他, 4 兴文化; expected disagreement 1 - (6 + 6 + 30 + 12) / (16 * 15)
    assert found.alpha == pytest.approx(1 - (2 / 8) / (1 - 54 / 240))
    assert found.kappa_by_label["兴文化"] == 1.0
    assert found.kappa_by_label["展形象"] == 1.0
    # 举旗帜 against the rest: 3 of 16 values, one of 8 pairs differs
    assert found.alpha_by_label["举旗帜"] == pytest.approx(1 - (1 / 8) / (1 - (3 * 2 + 13 * 12) / (16 * 15)))
    assert found.alpha_by_label["兴文化"] == found.alpha_by_label["展形象"] == 1.0
    assert [(pair.first.label, pair.second.label) for pair in found.disagreements] == [("举旗帜", "其他"), ("其他", "聚民心")]


def test_a_passage_is_set_against_the_label_that_covers_most_of_it():
    (pair,) = pair_labels(labels(["举旗帜", "聚民心"]), [Label("a.txt", "0", 4, 19, "聚民心")])
    assert pair.first.label == "聚民心"


def test_labels_of_other_reports_have_nothing_in_common():
    with pytest.raises(CorpusError, match="no passage in common; give labels of two people on the same reports"):
        pair_labels(labels(FIRST), labels(SECOND, sha256="1"))


def test_a_report_is_the_same_under_another_name():
    assert len(pair_labels(labels(FIRST), labels(SECOND, source="b.txt"))) == 8
