import hashlib

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from pipeline.core.config import load_config
from pipeline.core.errors import CorpusError
from pipeline.core.locations import find
from pipeline.core.records import Label
from pipeline.flow import train_model
from pipeline.labels.corpus import read_corpus
from pipeline.training.fit import ABSENT, Fitter, fold_groups, prepare_corpus, review_threshold, review_thresholds

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
    trained, said = corpus_of(one, other, one, settings=("features.min_df=1",))
    assert "left out together, since their text is the same: mine/r0.txt, mine/r2.txt" in said
    alone, said = corpus_of(one, other, settings=("features.min_df=1",))
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


def test_models_fitted_at_once_are_those_fitted_one_after_the_other(root):
    config = load_config(root / "configs" / "seeds.toml")
    corpus = read_corpus(config, lambda _: None)
    prepared = prepare_corpus(corpus, config, ())
    several = [[0, 1, 2], [1, 2, 3, 4], [0, 3], [2, 3, 4]]
    first, second = (Fitter(prepared, corpus.label_set, config, ()) for _ in range(2))
    for at_once, numbers in zip(first.fit_all(several), several, strict=True):
        alone = second.fit(numbers)
        assert (at_once.vocabulary.words, at_once.version) == (alone.vocabulary.words, alone.version)
        assert np.array_equal(at_once.weights, alone.weights)


def test_a_part_that_cannot_be_fitted_ends_the_others(root):
    config = load_config(root / "configs" / "seeds.toml")
    corpus = read_corpus(config, lambda _: None)
    fitter = Fitter(prepare_corpus(corpus, config, ()), corpus.label_set, config, ())
    models = fitter.fit_all([[0, 1], [], *[[0, 1, 2]] * 9])
    next(models)
    with pytest.raises(CorpusError, match="no word stands in"):
        next(models)
    assert not list(models)
