"""A search: its space, its order, its runs, and that it goes on where it was stopped."""

import contextlib
import json
import os
import signal
import sqlite3

import pytest

from pipeline.core.config import load_config, load_search_config
from pipeline.core.errors import ConfigError
from pipeline.core.locations import find
from pipeline.flow import train_model
from pipeline.labels.corpus import gazetteer_of, read_corpus
from pipeline.training import search as module
from pipeline.training.measure import figure_metrics
from pipeline.training.search import choose, describe, list_trials, measure_trials, search_key, trial_key

SPACE = """
choose_by = "macro_f1"
folds = 3
jobs = 1
[space]
"model.C" = [0.1, 1.0]
"model.switch_cost" = [0.2, 0.6]
"""


@pytest.fixture
def space(tmp_path):
    def write(content=SPACE):
        path = tmp_path / "space.toml"
        path.write_text(content, encoding="utf-8")
        return path

    return write


def trials_of(path, corpus="0" * 64, **model):
    settings = tuple(f"model.{name}={value}" for name, value in model.items())
    return list_trials(load_config(settings=settings), load_search_config(path), corpus)


def test_the_shipped_space_is_small_and_in_the_order_of_the_file(root):
    trials = trials_of(root / "configs" / "search.toml")
    assert len(trials) == 24
    assert describe(trials[0]).startswith("features.character_bigrams=true model.C=0.5 model.neighbour_weight=0.15")
    assert [trial.settings["model.switch_cost"] for trial in trials[:3]] == [0.4, 0.8, 0.4]
    assert {trial.config.evaluate.folds for trial in trials} == {8}
    assert trials[-1].config.features.character_bigrams is False


def test_a_key_stands_for_all_that_the_figures_depend_on(space):
    keys = [trial.key for trial in trials_of(space())]
    assert len(set(keys)) == 4
    assert [trial.key for trial in trials_of(space(), name="another")] == keys
    assert not set(keys) & {trial.key for trial in trials_of(space(), seed=1)}
    assert not set(keys) & {trial.key for trial in trials_of(space(), corpus="1" * 64)}
    assert search_key(trials_of(space())) == search_key(trials_of(space())[::-1])


def test_a_key_stands_for_the_gazetteer_and_the_labels_too(space, home):
    (home / "terms").mkdir()
    (home / "terms" / "opera.txt").write_text("京剧\n", encoding="utf-8")
    config = load_config(settings=("features.gazetteers=terms",))

    def key(settings=()):
        gazetteer_of.cache_clear()
        return trial_key(load_config(settings=("features.gazetteers=terms", *settings)), "0" * 64)

    before = key()
    assert before == trial_key(config, "0" * 64)
    (home / "terms" / "opera.txt").write_text("京剧\n评剧\n", encoding="utf-8")
    assert key() != before
    (home / "own.toml").write_text('other = "b"\n[[labels]]\nname = "a"\n[[labels]]\nname = "b"\n', encoding="utf-8")
    assert key(("corpus.label_set=own.toml",)) != key()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('"model.name" = ["a"]', "'model.name' cannot be searched"),
        ('"track.uri" = ["a"]', "'track.uri' cannot be searched"),
        ('"model.c" = [1.0]', "'model.c' is not a known key; known: name, solver, C"),
        ('"model.C" = []', "expected `array` of length >= 1|Expected `array` of length >= 1"),
        ('"model.C" = [-1.0]', "search: Expected `float` > 0"),
    ],
)
def test_a_space_that_is_not_valid(space, line, message):
    content = SPACE.partition("[space]")[0] + f"[space]\n{line}\n"
    with pytest.raises(ConfigError, match=message):
        trials_of(space(content))


def test_an_unknown_key_of_a_search_file(space):
    with pytest.raises(ConfigError, match="'fold' is not a known key of a search; did you mean 'folds'"):
        trials_of(space("fold = 3\n"))


def test_of_equal_figures_the_first_is_chosen(space):
    trials = trials_of(space())
    figures = (0.5, 0.7, 0.7, 0.6)
    known = {trial.key: {"macro_f1": figure} for trial, figure in zip(trials, figures, strict=True)}
    assert choose(trials, known, "macro_f1") == (trials[1], 0.7)
    more = known | {trials[0].key: {"macro_f1": 0.5, "accuracy": 0.4, "left_out/a": 1.0, "genre/b": 1.0}}
    with pytest.raises(ConfigError, match=r"choose_by = 'f2' is no figure of a run; known: accuracy, macro_f1$"):
        choose(trials, more, "f2")
    with pytest.raises(ConfigError, match=r"known: $"):
        choose(trials, known | {trials[0].key: None}, "macro_f1")
    assert choose(trials, {trial.key: {"macro_f1": 0.0} for trial in trials}, "macro_f1") == (trials[0], 0.0)
    some = {trial.key: {"macro_f1": figure} for trial, figure in zip(trials, (0.0, 0.2, 0.5, 0.0), strict=True)}
    assert choose(trials, some, "macro_f1") == (trials[2], 0.5)
    assert choose(trials, {trial.key: {"macro_f1": -0.1} for trial in trials}, "macro_f1") == (trials[0], -0.1)


def test_a_search_without_a_store_is_refused(call, space):
    result = call("train", "--search", "--search-config", space(), "--no-track")
    assert result.exit_code == 2
    assert "error: --search keeps its results in MLflow and cannot go with --no-track; leave one of them out" in result.stderr


def test_a_search_without_a_server_says_that_it_goes_on(ask, space, tmp_path):
    uri = "track.uri=http://127.0.0.1:9"
    done = ask(["train", "--config", "configs/seeds.toml", "--search-config", space(), "--set", uri], home=tmp_path)
    assert done.returncode == 3
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert "http://127.0.0.1:9 cannot be used" in line
    assert line.endswith("start the search again: it goes on where it was")


@pytest.mark.slow
def test_a_search_that_is_killed_goes_on_where_it_was(start, begin, wait, space, tmp_path):
    command = ["train", "--config", "configs/seeds.toml", "--search", "--search-config", space()]
    database = tmp_path / "mlruns" / "mlflow.db"

    def rows(query):
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as store:
            return store.execute(query).fetchall()

    def measured():
        with contextlib.suppress(sqlite3.Error):  # the tables are not made yet
            return rows("SELECT run_uuid FROM tags NATURAL JOIN runs WHERE key = 'search.key' AND status = 'FINISHED'")
        return []

    search = begin(command, home=tmp_path)
    wait(measured, search)
    os.killpg(search.pid, signal.SIGKILL)
    search.wait(timeout=30)
    before = measured()
    assert 1 <= len(before) < 4
    assert not (tmp_path / "models").exists()

    done = start(command, home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"search: 4 settings, {len(before)} of them measured before" in done.stderr
    assert set(before) < set(measured())
    assert len(measured()) == 4
    parents = rows("SELECT run_uuid, status FROM tags NATURAL JOIN runs WHERE key = 'search.id'")
    ((parent, status),) = parents
    assert status == "FINISHED"
    assert {value for (value,) in rows("SELECT value FROM tags WHERE key = 'mlflow.parentRunId'")} == {parent}

    figures = dict(rows("SELECT run_uuid, value FROM latest_metrics WHERE key = 'macro_f1'"))
    best = max((run for (run,) in measured()), key=figures.__getitem__)
    setting = dict(rows(f"SELECT key, value FROM params WHERE run_uuid = '{best}'"))
    manifest = json.loads((tmp_path / "models" / "seeds" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["config"]["model"]["C"] == float(setting["model.C"])
    assert manifest["config"]["model"]["switch_cost"] == float(setting["model.switch_cost"])
    assert f"best of the search: model.C={setting['model.C']} model.switch_cost={setting['model.switch_cost']}" in done.stdout
    assert rows(f"SELECT value FROM tags WHERE run_uuid = '{manifest['run_id']}' AND key = 'search.run_id'") == [(parent,)]


@pytest.fixture
def two(space):
    """Two combinations of the space, measured on two folds, with their corpus."""
    config = load_config(find("configs/seeds.toml"), ("track.enabled=false", "evaluate.learning_curve=[]"))
    corpus = read_corpus(config, lambda _: None)
    return list_trials(config, load_search_config(space(SPACE.replace("folds = 3", "folds = 2"))), corpus.sha256)[1:3], corpus


def test_a_combination_is_measured_as_a_training_with_its_settings(two, home):
    (first, second), corpus = two
    found = list(measure_trials([first, second], corpus, 1))
    assert [trial for trial, _ in found] == [first, second]
    assert found[0][1]["macro_f1"] != found[1][1]["macro_f1"]
    expected = figure_metrics(train_model(first.config, lambda _: None).measurement)
    assert found[0][1].keys() == expected.keys()
    assert found[0][1] == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(("jobs", "at_once"), [(1, 1), (2, 2), (9, 2), (0, 2)])
def test_as_many_combinations_are_measured_at_once_as_there_are_processes(two, monkeypatch, jobs, at_once):
    trials, corpus = two
    asked = []

    def one_by_one(**options):
        asked.append(options)
        return lambda tasks: (function(*given) for function, given, _ in tasks)

    monkeypatch.setattr("joblib.Parallel", one_by_one)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr(module, "prepare_corpus", lambda *given: given)
    monkeypatch.setattr(module, "measure_trial", lambda *given: given)
    config = trials[0].config
    assert list(measure_trials(trials, corpus, jobs)) == [(trial, (trial, corpus, (corpus, config))) for trial in trials]
    assert asked == [{"n_jobs": at_once, "return_as": "generator", "pre_dispatch": at_once}]
    assert list(measure_trials([], corpus, jobs)) == []


def test_a_process_that_measures_ends_with_the_one_that_asks(monkeypatch):
    done = []
    monkeypatch.setattr(module, "measure_trial", lambda *trial: done.append(trial) or {"macro_f1": 0.5})
    monkeypatch.setattr(module, "end_with_parent", lambda: done.append("watched"))
    assert module._measure_for(os.getpid(), 1, 2) == module._measure_for(0, 3) == {"macro_f1": 0.5}
    assert done == [(1, 2), "watched", (3,)]


@pytest.mark.slow
def test_processes_give_the_same_figures_as_one(space):
    config = load_config(find("configs/seeds.toml"))
    corpus = read_corpus(config, lambda _: None)
    trials = list_trials(config, load_search_config(space()), corpus.sha256)[:2]
    one, two = ([metrics for _, metrics in measure_trials(trials, corpus, jobs)] for jobs in (1, 2))
    assert one == two
    assert one[0]["origin/seed/macro_f1"] == one[0]["macro_f1"] != one[1]["macro_f1"]
