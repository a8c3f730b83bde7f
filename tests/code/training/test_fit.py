import numpy as np
import pytest
from msgspec.structs import replace

from pipeline.core.config import load_config
from pipeline.core.locations import find
from pipeline.flow import train_model
from pipeline.training.fit import ABSENT, fold_groups, review_threshold

QUIET = ("track.enabled=false",)


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def train(*settings):
    return train_model(load_config(find("configs/seeds.toml"), (*QUIET, *settings)), lambda _: None)


def test_two_trainings_give_the_same_bytes(home):
    settings = ("model.name=one", "features.character_bigrams=true")
    first = contents(train(*settings).folder)
    again = contents(train(*settings).folder)
    assert first == again
    assert len(first) == 10


def test_a_setting_changes_the_version(home):
    assert train("model.C=0.9").model.version != train("model.C=1.0").model.version


def test_an_excluded_report_is_left_out_altogether(home, root):
    result = train('corpus.exclude=["004_be132a9dff6c2480.txt"]')
    assert len(result.measurement.by_report) == 4
    assert "草根" not in result.model.vocabulary.words  # a word of 004 only
    assert "草根" in train().model.vocabulary.words


def test_each_fold_leaves_reports_out_and_every_report_once():
    sources = ["seeds/a.txt", "seeds/b.txt", "written/x/a.txt", "written/x/b.txt", "written/y/c.txt"]
    options = replace(load_config().evaluate, grouped=("written",), folds=10)
    assert fold_groups(sources, options) == [(0,), (1,), (2, 3), (4,)]
    assert fold_groups(sources, replace(options, grouped=())) == [(0,), (1,), (2,), (3,), (4,)]
    few = fold_groups([f"{i}.txt" for i in range(25)], options)
    assert sorted(i for group in few for i in group) == list(range(25))
    assert len(few) == 10


def test_the_model_of_a_fold_has_not_seen_its_reports(home, monkeypatch):
    from pipeline.training import fit as module

    seen = []
    fit = module.fit
    monkeypatch.setattr(
        module, "fit", lambda reports, *rest: (seen.append({r.cleaned.document.source for r in reports}), fit(reports, *rest))[1]
    )
    result = train()
    sources = set(result.measurement.by_report)
    assert [sources - trained for trained in seen[:-1]] == [{source} for source in sorted(sources)]
    assert seen[-1] == sources


def test_a_label_that_a_fold_never_saw_is_never_given(model):
    from pipeline.training.fit import _dense

    class TwoClasses:
        classes_ = np.array([1, 4])
        coef_ = np.array([[1.0, -2.0]])
        intercept_ = np.array([0.5])

    weights, bias = _dense(TwoClasses(), 6, 2)
    assert weights[:, 4].tolist() == [1.0, -2.0]
    assert weights[:, 1].tolist() == [-1.0, 2.0]
    assert bias.tolist() == [ABSENT, -0.5, ABSENT, ABSENT, 0.5, ABSENT]


def test_the_review_threshold_is_the_lowest_that_is_right_often_enough():
    confidence, right, weights = np.array([0.9, 0.8, 0.7, 0.6]), np.array([1.0, 1.0, 0.0, 1.0]), np.ones(4)
    assert review_threshold(confidence, right, weights, 0.75) == pytest.approx(0.6)
    assert review_threshold(confidence, right, weights, 0.95) == pytest.approx(0.8)
    assert review_threshold(confidence, 1 - right, weights, 0.95) == 1.0
