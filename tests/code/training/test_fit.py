import hashlib
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace
from sklearn.naive_bayes import ComplementNB, MultinomialNB

from pipeline.core.config import load_config
from pipeline.core.errors import CorpusError
from pipeline.core.locations import find
from pipeline.core.records import Label
from pipeline.flow import train_model
from pipeline.labels.corpus import read_corpus
from pipeline.training.fit import ABSENT, SMOOTHING, Fitter, _log_odds, fold_groups, prepare_corpus, sampled

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


def test_reports_that_say_the_same_are_left_out_together():
    sources, options = [f"{i}.txt" for i in range(5)], replace(load_config().evaluate, grouped=("written",), folds=10)
    assert fold_groups(sources, options, ["a", "b", "a", "c", "b"]) == [(0, 2), (1, 4), (3,)]
    grouped = ["written/x/a.txt", "b.txt", "written/x/c.txt", "written/y/d.txt", "e.txt"]
    # x holds a and c; c says what d says, so that y goes with x; b says what a says
    assert fold_groups(grouped, options, ["1", "1", "2", "2", "3"]) == [(0, 1, 2, 3), (4,)]


def test_a_sample_of_groups_begins_with_those_that_people_corrected(config):
    reports = [SimpleNamespace(labels=(Label(f"{i}.txt", "", 0, 1, "其他", origin="review" if i in (4, 9) else "seed"),))
               for i in range(12)]  # fmt: skip
    groups = [(i, i + 1) for i in range(0, 12, 2)]

    def chosen(sample, seed=1):
        evaluate, model = replace(config.evaluate, sample=sample), replace(config.model, seed=seed)
        return sampled(groups, reports, replace(config, evaluate=evaluate, model=model))

    assert chosen(0) == chosen(6) == chosen(99) == groups
    assert chosen(2) == [(4, 5), (8, 9)]
    drawn = {tuple(chosen(3, seed)) for seed in range(20)}
    assert len(drawn) == 4
    assert all({(4, 5), (8, 9)} < set(some) for some in drawn)
    assert chosen(1)[0] in [(4, 5), (8, 9)]
    assert chosen(4) == chosen(4)


ROWS = {
    "举旗帜": ("全县开展理论宣讲一百二十场，受众三万人次。", "县委理论学习中心组集中学习十二次，交流研讨六次。"),
    "兴文化": ("新建城市书房六座，举办读书活动三十次。", "县文化馆送戏下乡五十场，群众反响热烈。"),
    "其他": ("会议由县长主持。", "特此报告。"),
}


@pytest.fixture
def corpus_of(home):
    """Return a function that trains on reports, each a list of (text, label), and gives the training and what it said."""
    (home / "labels.toml").write_text(
        'other = "其他"\n' + "".join(f'[[labels]]\nname = "{name}"\n' for name in ROWS), encoding="utf-8"
    )

    def run(*reports, settings=()):
        (home / "mine").mkdir(exist_ok=True)
        lines = []
        for number, rows in enumerate(reports):
            text, position = "".join(f"{part}\n" for part, _ in rows), 0
            (home / "mine" / f"r{number}.txt").write_text(text, encoding="utf-8")
            for part, name in rows:
                digest = hashlib.sha256(text.encode()).hexdigest()
                lines.append(Label(f"mine/r{number}.txt", digest, position, position + len(part), name))
                position += len(part) + 1
        (home / "mine.jsonl").write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
        own = ("corpus.label_set=labels.toml", 'corpus.reports=["mine"]', 'corpus.labels=["mine.jsonl"]', *QUIET, *settings)
        said = []
        return train_model(load_config(None, own), said.append), said

    return run


def rows(place, extra=""):
    return [(f"{extra}{texts[place]}", name) for name, texts in ROWS.items()]


def test_equal_reports_are_left_out_together_and_it_is_said(corpus_of):
    one, other = rows(0), rows(1)
    settings = ("features.min_df=1", "model.neighbour_weight=0.15", "model.switch_cost=0.4")
    trained, said = corpus_of(one, other, one, settings=settings)
    assert "left out together, since their text is the same: mine/r0.txt, mine/r2.txt" in said
    alone, said = corpus_of(one, other, settings=settings)
    assert not [line for line in said if "left out together" in line]
    figures = trained.measurement.by_report["mine/r0.txt"]
    assert figures == trained.measurement.by_report["mine/r2.txt"] == alone.measurement.by_report["mine/r0.txt"]
    assert figures.macro_f1 < 1


def test_equal_reports_only_are_nothing_to_train_on(corpus_of):
    with pytest.raises(CorpusError, match="2 labelled reports, all with the same text: training needs two different ones at least"):
        corpus_of(rows(0) + rows(1), rows(0) + rows(1))
    with pytest.raises(CorpusError, match="4 labelled reports, all with the same text"):
        corpus_of(*[[("全县宣讲。", name), ("会议召开。", "其他")] for name in ("兴文化", "举旗帜", "兴文化", "举旗帜")])


@pytest.mark.parametrize(
    ("reports", "settings", "message"),
    [
        ([rows(0), rows(1)], ("features.min_df=50",), r"no word stands in 50 sentences .*\(features\.min_df\); label more reports"),
        ([[(ROWS["举旗帜"][0], "举旗帜"), (ROWS["举旗帜"][1], "举旗帜")],
          [(ROWS["兴文化"][0], "兴文化"), (ROWS["兴文化"][1], "兴文化"), (ROWS["其他"][0], "其他"), (ROWS["其他"][1], "其他")]],
         ("features.min_df=1",), "all sentences of the reports that are trained on have one label; label more reports"),
    ],
)  # fmt: skip
def test_too_little_to_learn_is_one_clear_line(corpus_of, reports, settings, message):
    with pytest.raises(CorpusError, match=message):
        corpus_of(*reports, settings=settings)


def test_the_model_of_a_fold_has_not_seen_its_reports(home, monkeypatch):
    from pipeline.training.fit import Fitter

    seen = []
    fit = Fitter.fit

    def watched(self, numbers):
        seen.append({self.counts.reports[i].cleaned.document.source for i in numbers})
        return fit(self, numbers)

    monkeypatch.setattr(Fitter, "fit", watched)
    result = train("evaluate.learning_curve=[]")
    sources = set(result.measurement.by_report)
    assert seen[0] == sources
    assert [sources - trained for trained in seen[1:]] == [{source} for source in sorted(sources)]


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


@pytest.mark.parametrize("solver", ["dual", "liblinear"])
def test_naive_bayes_is_that_of_scikit_learn_and_its_share_is_added_to_the_weights(home, solver):
    config = load_config(find("configs/seeds.toml"), (*QUIET, "model.naive_bayes=0.5", f"model.solver={solver}"))
    corpus = read_corpus(config, lambda _: None)
    fitter = Fitter(prepare_corpus(corpus, config), corpus.label_set, config, ())
    part = fitter.counts.part([0, 1, 2, 4])
    features, targets = fitter.counts.matrix(part), fitter.counts.targets[part.rows]
    labels = len(corpus.label_set.names)
    assert sorted(set(targets)) == list(range(labels))
    inside = MultinomialNB(alpha=SMOOTHING).fit(features, targets).feature_log_prob_
    outside = -ComplementNB(alpha=SMOOTHING * (labels - 1)).fit(features, targets).feature_log_prob_
    odds = (inside - outside).T
    assert np.abs(_log_odds(fitter.counts, part, labels) - odds).max() < 1e-5
    with_share = fitter.fit([0, 1, 2, 4]).weights
    fitter.config = replace(config, model=replace(config.model, naive_bayes=0.0))
    fitter._duals = None
    assert (
        np.abs(with_share - fitter.fit([0, 1, 2, 4]).weights - 0.5 * odds).max() < np.abs(with_share).max() * 2**-10
    )  # of half precision
    assert not _log_odds(fitter.counts, part, labels + 1)[:, labels].any()  # of a label without examples


def test_models_fitted_at_once_are_those_fitted_one_after_the_other(root):
    config = load_config(root / "configs" / "seeds.toml")
    corpus = read_corpus(config, lambda _: None)
    prepared = prepare_corpus(corpus, config)
    several = [[0, 1, 2], [1, 2, 3, 4], [0, 3], [2, 3, 4]]
    first, second = (Fitter(prepared, corpus.label_set, config, ()) for _ in range(2))
    for at_once, numbers in zip(first.fit_all(several), several, strict=True):
        alone = second.fit(numbers)
        assert (at_once.vocabulary.words, at_once.version) == (alone.vocabulary.words, alone.version)
        assert np.array_equal(at_once.weights, alone.weights)


def test_a_part_that_cannot_be_fitted_ends_the_others(root):
    config = load_config(root / "configs" / "seeds.toml")
    corpus = read_corpus(config, lambda _: None)
    fitter = Fitter(prepare_corpus(corpus, config), corpus.label_set, config, ())
    models = fitter.fit_all([[0, 1], [], *[[0, 1, 2]] * 9])
    next(models)
    with pytest.raises(CorpusError, match="no word stands in"):
        next(models)
    assert not list(models)
