"""The learning curve."""

from collections import Counter

import pytest
from msgspec.structs import replace

from pipeline.core.config import load_config
from pipeline.core.errors import CorpusError
from pipeline.labels.corpus import read_corpus, read_lexicon
from pipeline.training import curve
from pipeline.training.fit import Fitter, prepare_corpus
from pipeline.training.out_of_fold import out_of_fold_tags


@pytest.fixture(scope="module")
def seeds(root):
    config = load_config(root / "configs" / "seeds.toml")
    corpus = read_corpus(config, lambda _: None)
    return config, corpus, prepare_corpus(corpus, config)


def test_a_point_for_each_share_that_can_be_trained_on(seeds):
    config, corpus, prepared = seeds
    shares = replace(config, evaluate=replace(config.evaluate, learning_curve=(0.9, 0.01, 0.5)))
    points = curve.learning_curve(Fitter(prepared, corpus.label_set, shares, read_lexicon(shares)))
    assert [point.reports for point in points] == [pytest.approx(4 / 3), pytest.approx(7 / 3)]
    assert points[0].figures.macro_f1 < points[1].figures.macro_f1 < 1
    labelled = sum(label.end - label.start for report in corpus.reports for label in report.labels)
    assert points[0].figures.characters == labelled


def test_no_report_is_measured_by_a_model_that_saw_it(seeds, monkeypatch):
    config, corpus, prepared = seeds
    fitter, confusion_of, trained = Fitter(prepared, corpus.label_set, config, read_lexicon(config)), curve._confusion, {}
    fit = fitter.fit

    def watched_fit(numbers):
        model = fit(numbers)
        trained[id(model)] = (model, {id(prepared[i]) for i in numbers})
        return model

    def watched_confusion(reports, model):
        assert not {id(report) for report in reports} & trained[id(model)][1]
        return confusion_of(reports, model)

    monkeypatch.setattr(fitter, "fit", watched_fit)
    monkeypatch.setattr(curve, "_confusion", watched_confusion)
    assert curve.learning_curve(fitter)
    assert trained


def test_smaller_subsets_lie_within_larger_ones():
    reports = list(range(97))
    eighth, quarter, half = (set(curve._subset(reports, share)) for share in (0.125, 0.25, 0.5))
    assert eighth < quarter < half
    assert (len(eighth), len(quarter), len(half)) == (12, 24, 48)


def test_figures_are_those_of_the_tags(seeds):
    from pipeline.training.evaluate import confusion_of

    config, corpus, prepared = seeds
    model = Fitter(prepared, corpus.label_set, config, read_lexicon(config)).fit(range(1, len(prepared)))
    of_tags = [confusion_of(report.labels, out_of_fold_tags(report, model), "其他") for report in prepared]
    assert curve._confusion(prepared[:1], model) == of_tags[0]
    assert curve._confusion(prepared, model) == sum(of_tags, Counter())


def test_no_shares_no_curve(seeds):
    config, corpus, prepared = seeds
    without = replace(config, evaluate=replace(config.evaluate, learning_curve=()))
    assert curve.learning_curve(Fitter(prepared, corpus.label_set, without, read_lexicon(without))) == ()


def test_a_share_with_too_few_words_is_left_out_of_the_curve(seeds, monkeypatch):
    config, corpus, prepared = seeds
    fit = Fitter.fit

    def fit_two_at_least(fitter, numbers):
        if len(numbers) < 2:
            raise CorpusError("no word stands in 2 sentences")
        return fit(fitter, numbers)

    monkeypatch.setattr(Fitter, "fit", fit_two_at_least)
    shares = replace(config, evaluate=replace(config.evaluate, learning_curve=(0.5, 0.9)))
    points = curve.learning_curve(Fitter(prepared, corpus.label_set, shares, read_lexicon(shares)))
    assert [point.reports for point in points] == [pytest.approx(7 / 3)]
