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
    # 举旗帜 against the rest: 3 of 16 values, one of 8 pairs differs
    assert found.alpha_by_label["举旗帜"] == pytest.approx(1 - (1 / 8) / (1 - (3 * 2 + 13 * 12) / (16 * 15)))
    assert found.alpha_by_label["兴文化"] == 1.0
    assert [(pair.first.label, pair.second.label) for pair in found.disagreements] == [("举旗帜", "其他"), ("其他", "聚民心")]


def test_a_passage_is_set_against_the_label_that_covers_most_of_it():
    (pair,) = pair_labels(labels(["举旗帜", "聚民心"]), [Label("a.txt", "0", 4, 19, "聚民心")])
    assert pair.first.label == "聚民心"


def test_labels_of_other_reports_have_nothing_in_common():
    with pytest.raises(CorpusError, match="no passage in common; give labels of two people on the same reports"):
        pair_labels(labels(FIRST), labels(SECOND, sha256="1"))


def test_a_report_is_the_same_under_another_name():
    assert len(pair_labels(labels(FIRST), labels(SECOND, source="b.txt"))) == 8


def cut(*spans, source="a.txt"):
    return [Label(source, "0", start, end, name) for start, end, name in spans]


COARSE = cut((0, 20, "举旗帜"))
FINE = cut((0, 2, "举旗帜"), (2, 4, "举旗帜"), (4, 6, "举旗帜"), (6, 8, "举旗帜"), (8, 10, "举旗帜"), (10, 20, "兴文化"))
SHIFTED = cut((1, 11, "举旗帜"), (12, 19, "聚民心"), (19, 40, "兴文化"))


@pytest.mark.parametrize(
    ("first", "second"),
    [(COARSE, FINE), (COARSE, SHIFTED), (FINE, SHIFTED), (labels(FIRST), labels(SECOND)), (labels(FIRST, 7), labels(SECOND, 11)),
     (cut((0, 10, "其他"), (10, 20, "举旗帜")), cut((5, 15, "举旗帜"))), (cut((0, 10, "其他")), cut((9, 19, "举旗帜")))],
)  # fmt: skip
def test_the_figures_are_the_same_whoever_is_named_first(first, second):
    one, other = agree(pair_labels(first, second), LABELS), agree(pair_labels(second, first), LABELS)
    assert (one.passages, one.observed, one.kappa, one.alpha) == (other.passages, other.observed, other.kappa, other.alpha)
    assert one.kappa_by_label == other.kappa_by_label
    assert one.alpha_by_label == other.alpha_by_label
    assert [(pair.second, pair.first) for pair in one.disagreements] == [(pair.first, pair.second) for pair in other.disagreements]


def test_what_one_cut_finer_counts_by_its_pieces():
    found = agree(pair_labels(COARSE, FINE), LABELS)
    assert (found.passages, found.observed) == (6, pytest.approx(5 / 6))


def test_a_sliver_at_an_edge_is_no_passage():
    assert len(pair_labels(cut((0, 10, "其他"), (10, 20, "举旗帜")), cut((0, 9, "其他"), (9, 20, "举旗帜")))) == 2


def test_a_label_that_nobody_gave_has_no_figures():
    found = agree(pair_labels(labels(FIRST), labels(SECOND)), LABELS)
    assert (found.kappa_by_label["展形象"], found.alpha_by_label["展形象"]) == (None, None)
    assert None not in (found.kappa_by_label["举旗帜"], found.alpha_by_label["举旗帜"])


def test_where_all_gave_one_label_there_is_nothing_to_allow_for():
    found = agree(pair_labels(labels(["其他"] * 3), labels(["其他"] * 3)), LABELS)
    assert (found.observed, found.kappa, found.alpha) == (1.0, 1.0, 1.0)
    assert (found.kappa_by_label["其他"], found.alpha_by_label["其他"]) == (1.0, 1.0)


def test_a_pair_is_of_what_both_cover():
    (pair,) = pair_labels(cut((3, 20, "其他")), cut((5, 30, "举旗帜")))
    assert (pair.span, pair.first.label, pair.second.label) == ((5, 20), "其他", "举旗帜")


@pytest.mark.parametrize(("shared", "passages"), [(6, 2), (5, 1)])
def test_two_thirds_of_the_shorter_label_make_a_passage(shared, passages):
    """The label of the second shares most with the longer one of the first, and so many of nine characters with the other."""
    assert len(pair_labels(cut((0, 9, "其他"), (9, 30, "举旗帜")), cut((9 - shared, 30, "举旗帜")))) == passages


def test_a_kappa_of_a_label_is_that_of_the_label_against_all_others():
    found = agree(pair_labels(labels(FIRST), labels(SECOND)), LABELS)
    for name in ("举旗帜", "聚民心", "其他"):
        one, other = ([each == name for each in names] for names in (FIRST, SECOND))
        assert found.kappa_by_label[name] == pytest.approx(cohen_kappa_score(one, other))
