"""Runs of reports that were left out, scored together, beside what people say of them."""

import numpy as np
import pytest

from pipeline.core.config import load_config
from pipeline.labels.corpus import read_corpus, read_lexicon
from pipeline.model.score import score_segments
from pipeline.training import left_out
from pipeline.training.fit import Fitter, prepare_corpus
from pipeline.training.left_out import gold_characters, judge_runs


@pytest.fixture(scope="module")
def seeds(root):
    config = load_config(root / "configs" / "seeds.toml")
    corpus = read_corpus(config, lambda _: None)
    prepared = prepare_corpus(corpus, config)
    return prepared, Fitter(prepared, corpus.label_set, config, read_lexicon(config)).fit([0, 1, 2])


@pytest.mark.parametrize("together", [0, 5_000, 10**6])
def test_reports_judged_together_are_judged_as_each_alone(seeds, monkeypatch, together):
    prepared, model = seeds
    monkeypatch.setattr(left_out, "TOGETHER", together)
    judged = list(judge_runs(prepared, model))
    assert [runs.report for runs in judged] == prepared
    for runs in judged:
        scored = score_segments([(runs.report.cleaned.text, runs.report.segments, True)], model)
        assert np.array_equal(runs.scores, scored.runs.scores)
        assert np.array_equal(runs.gold, gold_characters(scored.clean_spans().tolist(), runs.report, model.labels))


def test_the_characters_of_a_run_are_those_of_its_labels(seeds):
    prepared, model = seeds
    report = prepared[2]
    whole = gold_characters([(0, len(report.cleaned.text))], report, model.labels)
    assert whole.shape == (1, len(model.labels.names))
    by_label = [sum(one.end - one.start for one in report.labels if one.label == name) for name in model.labels.names]
    assert whole[0].tolist() == by_label
