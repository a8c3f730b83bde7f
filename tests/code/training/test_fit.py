import dataclasses
import hashlib
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.naive_bayes import ComplementNB, MultinomialNB

from pipeline.core.config import LabelDefinition, LabelSet, load_config
from pipeline.core.errors import CorpusError
from pipeline.core.locations import find
from pipeline.core.records import Document, Label
from pipeline.flow import train_model
from pipeline.labels.corpus import read_corpus, read_lexicon
from pipeline.labels.files import LabelledDocument, build_corpus
from pipeline.training import fit as module
from pipeline.training.fit import (
    ABSENT,
    SMOOTHING,
    Fitter,
    _class_weights,
    _log_odds,
    fold_groups,
    leave_out,
    prepare,
    prepare_corpus,
    sampled,
)

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
    fitter = Fitter(prepare_corpus(corpus, config), corpus.label_set, config, read_lexicon(config))
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
    first, second = (Fitter(prepared, corpus.label_set, config, read_lexicon(config)) for _ in range(2))
    for at_once, numbers in zip(first.fit_all(several), several, strict=True):
        alone = second.fit(numbers)
        assert (at_once.vocabulary.words, at_once.version) == (alone.vocabulary.words, alone.version)
        assert np.array_equal(at_once.weights, alone.weights)


def test_a_part_that_cannot_be_fitted_ends_the_others(root):
    config = load_config(root / "configs" / "seeds.toml")
    corpus = read_corpus(config, lambda _: None)
    fitter = Fitter(prepare_corpus(corpus, config), corpus.label_set, config, read_lexicon(config))
    models = fitter.fit_all([[0, 1], [], *[[0, 1, 2]] * 9])
    next(models)
    with pytest.raises(CorpusError, match="no word stands in"):
        next(models)
    assert not list(models)


MANY = tuple(f"{sign}类" for sign in "甲乙丙丁戊己庚辛壬癸")  # more labels than the compiled solver fits at once


@pytest.fixture
def many(config, plain_solver, monkeypatch):
    """Return a function that gives a fitter of three reports with ten labels; the first label stands in the first report only."""
    monkeypatch.setattr(module, "compiled", lambda name: plain_solver)
    words, labels = (
        ("宣讲", "书房", "道路", "招商", "网络", "学校", "医院", "河流", "粮食", "外宾"),
        LabelSet("癸类", tuple(map(LabelDefinition, MANY))),
    )
    documents, given = [], []
    for number in range(3):
        kinds = [kind for kind in range(len(MANY)) for _ in range(1 + kind % 3) if kind or not number]
        lines = [f"全县{words[kind]}工作第{number + place}次{words[(kind + place) % 10]}。" for place, kind in enumerate(kinds)]
        documents.append(Document(f"{number}.txt", "\n".join(lines), "0", "utf-8"))
        starts = np.cumsum([0, *(len(line) + 1 for line in lines)]).tolist()
        given += [Label(f"{number}.txt", "0", start, start + len(line), MANY[kind])
                  for start, line, kind in zip(starts, lines, kinds, strict=False)]  # fmt: skip
    corpus = build_corpus(documents, given, labels)

    def run(**changes):
        own = replace(config, model=replace(config.model, **changes), features=replace(config.features, min_df=1))
        return Fitter(prepare_corpus(corpus, own), labels, own, read_lexicon(own))

    return run


@pytest.mark.parametrize("balanced", [False, True])
def test_the_solver_gives_what_scikit_learn_gives_for_more_labels_than_it_fits_at_once(many, balanced):
    own, reference = (many(solver=solver, balanced=balanced, C=0.7, naive_bayes=0.0) for solver in ("dual", "liblinear"))
    for numbers in (range(3), [1, 2], [0, 2]):  # the first is absent from the second
        first, second = own.fit(numbers), reference.fit(numbers)
        assert first.weights.shape == second.weights.shape == (len(first.vocabulary), 10)
        assert (first.weights.dtype, first.bias.dtype) == (np.float32, np.float32)
        assert np.abs(first.weights - second.weights).max() < 3e-3
        assert np.abs(first.bias - second.bias).max() < 3e-3
        assert (first.bias[0] == ABSENT) == (0 not in numbers) == (not first.weights[:, 0].any())
        assert first.vocabulary.words == second.vocabulary.words


def test_two_labels_are_left_to_scikit_learn(many, plain_solver, monkeypatch):
    fitter, asked = many(solver="dual"), []
    monkeypatch.setattr(module, "compiled", lambda name: asked.append(name) or plain_solver)
    fitter.counts.targets[fitter.counts.targets > 2] = -1
    fitter.fit([0, 1, 2])
    assert asked == [module.SOLVER]
    fitter.counts.targets[fitter.counts.targets > 1] = -1
    fitter.fit([0, 1, 2])
    assert asked == [module.SOLVER]


def test_later_fits_start_from_the_first(many, plain_solver, monkeypatch):
    begun = []

    def solve(*arguments):
        *_, tolerance, most, _, _, duals = arguments
        begun.append((tolerance, most, duals.copy()))
        return plain_solver.solve(*arguments)

    monkeypatch.setattr(module, "compiled", lambda name: SimpleNamespace(**{**vars(plain_solver), "solve": solve}))
    fitter = many(solver="dual")
    fitter.fit(range(3))
    kept = fitter._duals.copy()
    later = [fitter.fit([1, 2]).version for _ in range(2)]
    assert later[0] == later[1]
    assert np.array_equal(fitter._duals, kept)
    assert [(tolerance, most) for tolerance, most, _ in begun] == [(1e-3, 2000)] * 6
    assert not any(duals.any() for *_, duals in begun[:2])
    outside = fitter.counts.report_of == 0
    for block, (*_, duals) in enumerate(begun[2:4]):
        assert not duals[outside].any()
        assert np.array_equal(duals[~outside], kept[block][~outside])
        assert kept[block][outside].any()


@pytest.mark.parametrize(("most", "warns"), [(7, False), (6, True)])
def test_a_fit_that_takes_all_its_passes_warns(many, plain_solver, monkeypatch, most, warns):
    monkeypatch.setattr(module, "MOST_PASSES", most)
    monkeypatch.setattr(
        module,
        "compiled",
        lambda name: SimpleNamespace(**{**vars(plain_solver), "solve": lambda *given: plain_solver.solve(*given) and 6}),
    )
    if not warns:
        many(solver="dual").fit(range(3))
        return
    message = "the solver did not settle within 6 passes over the corpus; lower model.C, or set model.solver = liblinear"
    with pytest.warns(ConvergenceWarning) as told:
        many(solver="dual").fit(range(3))
    assert {str(each.message) for each in told} == {message}


def test_an_error_weighs_the_more_the_rarer_its_label_is():
    examples = np.array([6, 3, 0, 1])
    assert _class_weights(examples, is_balanced=False).tolist() == [1, 1, 1, 1]
    assert _class_weights(examples, is_balanced=True).tolist() == pytest.approx([10 / 18, 10 / 9, 10 / 3, 10 / 3])


def test_the_features_of_a_part_are_those_of_its_rows_and_nothing_else(many, plain_solver):
    counts = many().counts
    part = counts.part([0, 2])
    shape = len(counts.targets), len(counts.vocabulary)
    pattern = counts.pattern(plain_solver)
    whole = csr_matrix((counts.values(part, plain_solver), pattern.columns, pattern.starts), shape=shape).toarray()[:, pattern.rank]
    assert np.abs(whole[part.rows][:, part.active] - counts.matrix(part).toarray()).max() < 1e-6
    assert not whole[counts.report_of == 1].any()
    assert whole[part.rows].any(axis=1).all()


def test_a_sentence_takes_the_label_that_covers_most_of_it(cut_up, config):
    cleaned, segments, _ = cut_up("全县宣讲百场，新建书房六座。送戏下乡。特此报告。\n")
    labels = LabelSet("丙", tuple(map(LabelDefinition, "甲乙丙")))
    spans = ((0, 4, "甲"), (4, 8, "乙"), (8, 11, "甲"), (11, 14, "乙"), (14, 17, "丙"))

    def targets(*some):
        given = tuple(Label("t.txt", "0", start, end, name) for start, end, name in some)
        report = LabelledDocument(cleaned.document, given)
        return prepare(report, cleaned, segments, labels).targets.tolist()

    assert targets(*spans) == [
        0,
        2,
        -1,
    ]  # of as many characters the first label
    assert targets(*spans[:3], (11, 15, "乙")) == [0, 1, -1]
    assert targets(*spans[:2], (8, 14, "乙"), (19, 24, "丙")) == [1, -1, 2]
    assert targets() == [-1, -1, -1]
    assert prepare(LabelledDocument(cleaned.document, ()), cleaned, segments, labels).targets.dtype == np.int64


def test_what_is_trained_on_is_said(corpus_of):
    _, said = corpus_of(rows(0), rows(1), settings=("features.min_df=1",))
    assert said == ["training on 2 reports, 6 labels"]


def test_reports_that_would_all_be_left_out_together_are_refused(many):
    fitter = many()
    evaluate = replace(fitter.config.evaluate, grouped=("folder",))
    fitter.config = replace(fitter.config, evaluate=evaluate)
    assert len(leave_out(fitter).folds) == 3
    moved = [replace(each.cleaned.document, source=f"folder/a/{each.cleaned.document.source}") for each in fitter.counts.reports]
    fitter.counts.reports = tuple(
        dataclasses.replace(report, cleaned=replace(report.cleaned, document=document))
        for report, document in zip(fitter.counts.reports, moved, strict=True)
    )
    message = "all reports would be left out together; name fewer folders in evaluate.grouped, or label others"
    with pytest.raises(CorpusError, match=message):
        leave_out(fitter)


def test_a_model_is_not_calibrated_yet_and_asks_for_every_review(many):
    fitter = many(name="名")
    fitter.user_words = ("书房",)
    model = fitter.fit(range(3))
    assert (model.name, model.temperature, model.thresholds.tolist(), model.user_words) == ("名", 1.0, [1.0] * 10, ("书房",))
    assert (model.labels, model.config, model.drifted) == (fitter.label_set, fitter.config, None)
    assert np.array_equal(model.weights, model.weights.astype(np.float16).astype(np.float32))


@pytest.mark.parametrize(("processors", "threads"), [(1, 1), (3, 3), (64, 4), (None, 1)])
def test_no_more_models_are_fitted_at_once_than_there_are_cores_or_four(many, monkeypatch, processors, threads):
    asked, pool = [], module.ThreadPoolExecutor
    monkeypatch.setattr(module, "ThreadPoolExecutor", lambda count: asked.append(count) or pool(1))
    monkeypatch.setattr("os.cpu_count", lambda: processors)
    fitter = many()
    assert len(list(fitter.fit_all([range(3), [1, 2], [0, 1]]))) == 3
    assert asked == [threads]
