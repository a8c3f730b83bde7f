"""The gate: properties of the interval, and what passes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from msgspec.structs import replace

from pipeline.core.config import LabelDefinition, LabelSet
from pipeline.core.errors import ModelError
from pipeline.core.records import Document, Label
from pipeline.labels.files import Corpus, LabelledDocument
from pipeline.training.evaluate import Figures, figures_of
from pipeline.training.gate import Comparison, Interval, compare, decide, macro_f1, paired_bootstrap
from pipeline.training.out_of_fold import Candidate, CandidateFigures, OutOfFoldTag

LABELS = LabelSet("o", tuple(map(LabelDefinition, "abo")))
THEMES = [0, 1]
GOOD = CandidateFigures(0.9, 0.9, {"a": 0.9, "b": 0.9, "o": 0.9}, 0.02, 0.8)
NOBODY = Figures(0.0, 0.0, {}, 0)
COUNTS = arrays(np.float64, st.tuples(st.integers(2, 6), st.just(3), st.just(3)), elements=st.integers(0, 50))


@pytest.fixture
def gate(config):
    return replace(config.gate, draws=200, least_reports=2)


def moved(confusions, share):
    """The same labels, with a share of what was right made wrong."""
    result = confusions.copy()
    for i in range(3):
        lost = np.floor(result[:, i, i] * share)
        result[:, i, i] -= lost
        result[:, i, (i + 1) % 3] += lost
    return result


@given(COUNTS)
@settings(max_examples=50, deadline=None)
def test_a_model_is_not_different_from_itself(confusions):
    from pipeline.core.config import load_config

    options = replace(load_config().gate, draws=100)
    assert paired_bootstrap(confusions, confusions, THEMES, options, 1) == Interval(0.0, 0.0, 0.0)


@given(COUNTS, st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_the_interval_turns_round_with_the_models_and_never_favours_the_worse(confusions, share):
    from pipeline.core.config import load_config

    options, worse = replace(load_config().gate, draws=100), moved(confusions, share)
    forth, back = (paired_bootstrap(*pair, THEMES, options, 1) for pair in ((confusions, worse), (worse, confusions)))
    assert (forth.difference, forth.low, forth.high) == pytest.approx((-back.difference, -back.high, -back.low))
    assert forth.low <= forth.high
    assert forth == paired_bootstrap(confusions, worse, THEMES, options, 1)


@given(COUNTS)
@settings(max_examples=50, deadline=None)
def test_macro_f1_is_that_of_the_figures(confusions):
    from collections import Counter

    total = confusions.sum(axis=0)
    counted = Counter({(LABELS.names[i], LABELS.names[j]): int(total[i, j]) for i in range(3) for j in range(3) if total[i, j]})
    assert float(macro_f1(total, THEMES)) == pytest.approx(figures_of(counted, LABELS).macro_f1)


def test_the_interval_covers_the_true_difference_about_as_often_as_it_says(gate):
    generator, covered = np.random.default_rng(7), 0
    for _ in range(60):  # two models, each right on 80 of 100 characters of a report by chance: the true difference is 0
        right = generator.binomial(100, 0.8, size=(2, 30, 2)).astype(float)
        confusions = np.zeros((2, 30, 3, 3))
        for i in range(2):
            confusions[:, :, i, i], confusions[:, :, i, 2] = right[:, :, i], 100 - right[:, :, i]
        interval = paired_bootstrap(confusions[0], confusions[1], THEMES, gate, 3)
        covered += interval.low <= 0 <= interval.high
    assert 50 <= covered <= 60


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"macro_f1": 0.5}, r"^macro-F1 0\.500 is below 0\.85$"),
        ({"f1": {"a": 0.9, "b": 0.2}}, r"^F1 of b 0\.200 is below 0\.75$"),
        ({"calibration_error": 0.2}, r"^calibration error 0\.200 is above 0\.05$"),
        ({"coverage": 0.1}, r"^share without review 0\.100 is below 0\.5$"),
    ],
)
def test_a_figure_that_is_missed_is_named(gate, change, reason):
    import re

    import msgspec

    decision = decide(msgspec.structs.replace(GOOD, **change), None, gate)
    assert not decision.passed
    assert re.search(reason, decision.reason)


@pytest.mark.parametrize(
    ("interval", "passed", "reason"),
    [
        (Interval(0.02, 0.01, 0.03), True, "not worse than the champion: macro-F1 +0.0200 (+0.0100 to +0.0300) on 5 reports"),
        (Interval(0.0, 0.0, 0.0), True, "not worse than the champion"),
        (Interval(-0.001, -0.009, 0.004), True, "not worse than the champion"),
        (Interval(-0.004, -0.008, -0.001), False, "worse than the champion: macro-F1 -0.0040"),
        (Interval(0.01, -0.05, 0.08), False, "may be worse than the champion by more than 0.01"),
    ],
)
def test_not_worse_is_not_below_zero_and_not_below_the_margin(gate, interval, passed, reason):
    decision = decide(GOOD, Comparison(NOBODY, NOBODY, interval, (None,) * 5), gate)
    assert decision.passed is passed
    assert decision.reason.startswith(reason)
    assert decision.against.interval == interval


def test_too_few_reports_prove_nothing(gate):
    few = Comparison(NOBODY, NOBODY, Interval(0.5, 0.4, 0.6), (None,))
    assert decide(GOOD, few, gate).reason == "shares 1 report with the champion, fewer than 2"


def test_the_first_champion_needs_the_figures_only(gate):
    assert decide(GOOD, None, gate).passed


def corpus(**texts):
    reports = []
    for source, labels in texts.items():
        given = [Label(source, "s", i * 10, i * 10 + 10, label) for i, label in enumerate(labels)]
        reports.append(LabelledDocument(Document(source, "字" * 10 * len(labels), f"sha-{source}", "utf-8"), tuple(given)))
    return Corpus(tuple(reports), LABELS)


def candidate(digests=True, **texts):
    tags = {
        source: tuple(OutOfFoldTag(source, i, i * 10, i * 10 + 10, theme, 0.9, ()) for i, theme in enumerate(themes))
        for source, themes in texts.items()
    }
    return Candidate("m", "v", "", GOOD, tags, {source: f"sha-{source}" for source in texts} if digests else {})


def test_two_models_are_compared_on_the_reports_that_both_left_out(gate):
    found = compare(
        corpus(x="aab", y="abo", z="ab"),
        candidate(x="aab", y="abo", w="a"),
        candidate(x="aaa", y="oao", z="ab", digests=False),
        gate,
        1,
    )
    assert [(pair.source, pair.characters, pair.first, pair.second) for pair in found.reports] == [
        ("y", 30, 1.0, pytest.approx(1 / 3)),
        ("x", 30, 1.0, pytest.approx(2 / 3)),
    ]
    assert found.first.macro_f1 == 1.0
    assert found.interval.difference == pytest.approx(1 - found.second.macro_f1)
    assert found.second.f1["b"] == 0


def test_a_report_that_changed_since_a_training_is_not_compared(gate):
    mine = candidate(x="a", y="a")
    changed = Candidate("m", "v", "", GOOD, mine.tags, {**mine.digests, "x": "other"})
    assert [pair.source for pair in compare(corpus(x="a", y="a"), mine, changed, gate, 1).reports] == ["y"]


def test_models_that_cannot_be_compared_are_refused(gate):
    with pytest.raises(ModelError, match="share no report of this corpus"):
        compare(corpus(x="a"), candidate(x="a"), candidate(y="a"), gate, 1)
    with pytest.raises(ModelError, match="has the label q, which the corpus has not"):
        compare(corpus(x="a"), candidate(x="a"), candidate(x="q"), gate, 1)


def test_the_shipped_model_passes(config, root):
    from pipeline.training.out_of_fold import load_candidate

    assert decide(load_candidate(root / "models" / "default").figures, None, config.gate).passed


@pytest.mark.parametrize("seed", [1, 2])
def test_the_interval_is_that_of_the_bootstrap_of_scipy(gate, seed):
    from scipy.stats import bootstrap

    first = np.random.default_rng(seed).integers(0, 60, size=(25, 3, 3)).astype(float)
    second = moved(first, 0.2)

    def difference(drawn):
        return float(macro_f1(first[drawn].sum(axis=0), THEMES) - macro_f1(second[drawn].sum(axis=0), THEMES))

    gate = replace(gate, draws=4_000, level=0.9)
    expected = bootstrap(
        (np.arange(25),), difference, vectorized=False, n_resamples=4_000, confidence_level=0.9, method="percentile", rng=seed
    ).confidence_interval
    found = paired_bootstrap(first, second, THEMES, gate, seed)
    assert found.difference == pytest.approx(difference(np.arange(25)), abs=1e-12)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.1 * (expected.high - expected.low))


def test_the_seed_and_the_draws_decide_the_interval(gate):
    first = np.random.default_rng(5).integers(0, 60, size=(9, 3, 3)).astype(float)
    second = moved(first, 0.3)
    found = paired_bootstrap(first, second, THEMES, gate, 1)
    assert found != paired_bootstrap(first, second, THEMES, gate, 2)
    assert found != paired_bootstrap(first, second, THEMES, replace(gate, draws=300), 1)
    assert str(Interval(0.01234, -0.00006, 0.5)) == "+0.0123 (-0.0001 to +0.5000)"


def test_the_comparison_takes_the_seed_that_it_is_given(gate):
    sides = candidate(x="aab", y="abo", z="bba"), candidate(x="aaa", y="oao", z="bbb")
    labelled = corpus(x="aab", y="abo", z="bba")
    assert compare(labelled, *sides, gate, 1) == compare(labelled, *sides, gate, 1)
    assert len({str(compare(labelled, *sides, gate, seed).interval) for seed in range(8)}) > 1


def test_what_stands_exactly_at_a_limit_passes(gate):
    at = CandidateFigures(gate.least_macro_f1, 0.9, {"a": gate.least_f1}, gate.most_calibration_error, gate.least_coverage)
    assert decide(at, None, gate).reason == "reaches every figure of [gate], and there was no champion"
    for interval in (Interval(-0.001, -gate.margin, 0.0), Interval(-0.001, -gate.margin, 0.1)):
        assert decide(at, Comparison(NOBODY, NOBODY, interval, (None, None)), gate).passed
    short = decide(CandidateFigures(0.5, 0.9, {"a": 0.1}, 0.02, 0.8), None, gate)
    assert short.reason == "macro-F1 0.500 is below 0.85; F1 of a 0.100 is below 0.75"


def test_the_mean_is_of_the_themes_that_occur():
    confusion = np.array([[3.0, 0.0, 1.0], [0.0, 0.0, 0.0], [2.0, 1.0, 4.0]])
    assert float(macro_f1(confusion, [0, 1])) == pytest.approx(2 * 3 / (4 + 5))
    assert macro_f1(np.stack([confusion, confusion.T]), [0, 2]).tolist() == pytest.approx([(6 / 9 + 8 / 12) / 2] * 2)
    assert float(macro_f1(np.zeros((3, 3)), [0, 1])) == 0.0


def test_what_no_tag_covers_counts_as_the_other_label(gate):
    part = Candidate("m", "v", "", GOOD, {"x": (OutOfFoldTag("x", 0, 0, 10, "a", 0.9, ()),)}, {})
    found = compare(corpus(x="aob"), part, candidate(x="aob", digests=False), gate, 1)
    assert [(pair.characters, pair.first, pair.second) for pair in found.reports] == [(30, pytest.approx(2 / 3), 1.0)]
    assert (found.first.accuracy, found.first.f1["o"], found.first.f1["b"]) == (pytest.approx(2 / 3), pytest.approx(2 / 3), 0.0)
