"""The summary of a batch, and how far it is from the training corpus."""

import json
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.batch.engine import tag_documents
from pipeline.core.errors import InputError, ModelError
from pipeline.core.records import TermCount
from pipeline.model.folder import read_out_of_fold
from pipeline.model.tag import with_noise
from pipeline.read import read_report
from pipeline.training.drift import (
    BINS,
    Batch,
    BatchSummary,
    SummaryAccumulator,
    add_up,
    encode,
    find_drift,
    load_summaries,
    stability_index,
)
from pipeline.training.facts import load_reference

COUNTS = st.lists(st.integers(0, 1000), min_size=3, max_size=3).filter(sum)
CULTURE = "县图书馆新开城市书房六座，送戏下乡八十场。"
TRADE = "全年招商引资签约四十个项目，锂电池产业链延伸到碳酸锂冶炼环节。"


def summarised(model, *texts, keep_noise=False):
    from pipeline.core.records import Document

    batch = Batch(model)
    documents = [Document(f"{i}", text, "", "utf-8") for i, text in enumerate(texts)]
    for report in tag_documents(documents, model):
        batch.begin_report()
        for group in (with_noise(report, model) if keep_noise else report).groups:
            batch.count(group)
    return batch.summary()


@given(COUNTS, COUNTS)
def test_the_index_is_never_negative_and_the_same_both_ways(first, second):
    assert stability_index(first, second) >= 0
    assert stability_index(first, second) == pytest.approx(stability_index(second, first))
    assert stability_index(first, [3 * count for count in first]) == pytest.approx(0)


def test_the_index_is_that_of_siddiqi():
    assert stability_index([30, 70], [20, 80]) == pytest.approx(0.1 * 0.405465 - 0.1 * -0.133531, abs=1e-5)


@pytest.mark.parametrize("groups", [1, 2, 100])
def test_a_summary_counts_what_passes(model, root, config, groups, monkeypatch):
    monkeypatch.setattr("pipeline.training.drift._GROUPS", groups)
    documents = [read_report(path, config.read) for path in sorted((root / "seeds" / "reports").iterdir())]
    batch = Batch(model)
    tags, set_aside = [], 0
    for report in tag_documents(documents, model):
        batch.begin_report()
        for group in report.groups:
            batch.count(group)
            tags += group
            set_aside += len(group.noise)
            assert len(batch.passed) < groups
    found = batch.summary()
    assert (found.reports, found.passages, found.set_aside) == (5, len(tags), set_aside)
    assert found.characters == sum(tag.end - tag.start for tag in tags) == sum(found.scores) == sum(found.themes.values())
    assert found.review == sum(tag.end - tag.start for tag in tags if tag.review)
    assert found.themes["兴文化"] == sum(tag.end - tag.start for tag in tags if tag.theme == "兴文化")
    assert found.terms > 5000
    assert found.unknown == 0  # min_df is 1 here: every word of the training reports is known


def test_words_that_the_model_does_not_know_are_counted(model, default_model):
    assert summarised(model, TRADE).unknown > summarised(model, CULTURE).unknown
    unknown = summarised(default_model, "锂电池碳酸锂。")
    assert 0 < unknown.unknown <= unknown.terms


@pytest.mark.parametrize("odd", [(), ("全县图书馆，\r\n开放。锂电池，\u2028碳酸锂。", "\ue000", "İ锂"), ("全縣圖書館開放。",)])
def test_the_terms_of_reports_that_are_tagged_together_are_those_of_each_alone(model, odd):
    texts = [CULTURE, f"{TRADE}\n{CULTURE}", *odd]
    together, alone = summarised(model, *texts), [summarised(model, text) for text in texts]
    assert (together.terms, together.unknown) == (sum(one.terms for one in alone), sum(one.unknown for one in alone))
    assert together.terms > 0


def test_traditional_characters_are_no_unknown_words(default_model):
    simplified, traditional = summarised(default_model, "全县图书馆开放。"), summarised(default_model, "全縣圖書館開放。")
    assert (traditional.terms, traditional.unknown) == (simplified.terms, simplified.unknown)


def test_what_is_set_aside_is_no_passage(model):
    text = f"{CULTURE}\n\n记者：王一\n"
    assert summarised(model, text, keep_noise=True) == summarised(model, text)
    assert summarised(model, text).set_aside == 1


def test_every_passage_of_a_short_file_is_counted_as_in_a_long_one(model, home, tmp_path, call):
    for name, count in (("short", 3), ("long", 60)):
        (tmp_path / f"{name}.txt").write_text("\n".join([TRADE, CULTURE] * count), encoding="utf-8")
        call("tag", str(tmp_path / f"{name}.txt"), "-o", str(tmp_path / f"{name}.jsonl"))
    short, long = [json.loads((tmp_path / f"{name}.jsonl.summary.json").read_text("utf-8")) for name in ("short", "long")]
    assert (20 * short["terms"], 20 * short["unknown"]) == (long["terms"], long["unknown"])
    assert 0 < short["unknown"] < short["terms"]


def test_summaries_add_up_and_are_stored_without_text(model, tmp_path):
    parts = [summarised(model, CULTURE), summarised(model, TRADE, CULTURE)]
    paths = [tmp_path / f"{name}.summary.json" for name in ("a.jsonl", "b.csv")]
    for path, part in zip(paths, parts, strict=True):
        path.write_bytes(encode(part))
        assert "图书馆" not in path.read_text(encoding="utf-8")
    total = load_summaries(paths, model)
    assert total == summarised(model, CULTURE, TRADE, CULTURE)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"s: cannot be read \(No such file or directory\); pipeline tag -o OUT writes OUT\.summary\.json"),
        ("{", "s: no summary of a batch"),
        ('{"model": "x 1", "themes": {}, "scores": [], "format": 2}', "s: no summary of a batch"),
        ('{"model": "x 1", "themes": {}, "scores": []}', "s: a batch of model x 1, not of seeds .*; name its model with --model"),
    ],
)
def test_what_is_no_summary_is_refused(model, tmp_path, content, message):
    if content is not None:
        (tmp_path / "s").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_summaries([tmp_path / "s"], model)


def test_a_model_keeps_the_summary_of_its_out_of_fold_tags(seeds_folder, model, tmp_path):
    reference = load_reference(seeds_folder)
    lines = read_out_of_fold(seeds_folder).splitlines()
    tags = [json.loads(line) for line in lines]
    assert reference.model == f"seeds {model.version}"
    assert (reference.reports, reference.passages) == (5, len(tags))
    assert reference.characters == sum(tag["end"] - tag["start"] for tag in tags)
    assert reference.unknown > 0  # to models that had not seen the report
    with pytest.raises(ModelError, match="keeps no summary of its training"):
        load_reference(tmp_path)


def test_drift_is_told_in_words(config):
    reference = BatchSummary("m", {"a": 500, "b": 400, "c": 100}, (*[0] * (BINS - 1), 1000), 10, 400, 1000, 0, 100, 1000, 100)
    same = find_drift(reference, reference, config.drift)
    assert [(drift.figure, drift.word) for drift in same] == [
        ("themes", "stable"), ("scores", "stable"), ("unknown words", "stable"), ("review", "stable"),
    ]  # fmt: skip
    other = msgspec.structs.replace(reference, themes={"a": 950, "b": 50, "c": 0}, review=250, unknown=160)
    words = {drift.figure: (drift.word, drift.shares) for drift in find_drift(other, reference, config.drift)}
    assert words["themes"] == ("drifted", "a 50.0% -> 95.0%, b 40.0% -> 5.0%, c 10.0% -> 0.0%")
    assert words["review"] == ("look", "in review 10.0% -> 25.0%")
    assert words["unknown words"] == ("stable", "unknown 10.0% -> 16.0%")
    small = msgspec.structs.replace(other, passages=399)
    assert {drift.word for drift in find_drift(small, reference, config.drift)} == {"too small"}


def test_the_sum_of_many_summaries_is_that_of_all_of_them(monkeypatch):
    monkeypatch.setattr("pipeline.training.drift._AT_ONCE", 4)
    made = [BatchSummary("m 1", {"兴文化": i}, tuple([i] * BINS), reports=1, terms=i) for i in range(1, 12)]
    total = SummaryAccumulator()
    assert total.summary() is None
    for one in made:
        total.add(None)
        total.add(one)
    found = total.summary()
    assert found == add_up(made)
    assert (found.reports, found.terms, found.themes) == (11, 66, {"兴文化": 66})
    assert len(total._waiting) < 4


def counted(*passages, signature=""):
    """Return the summary of passages by hand, each a theme, a score, characters, and whether it is in review."""
    themes, scores, sizes, review = zip(*passages, strict=True)
    names = ("a", "b")
    columns = SimpleNamespace(
        sizes=sizes, scores=scores, labels=[names.index(theme) for theme in themes], themes=names, review=review
    )
    tags = SimpleNamespace(noise=(1, 2), terms=TermCount(7, unknown=3), columns=lambda: columns)
    batch = Batch(SimpleNamespace(name="m", version="v", labels=SimpleNamespace(names=("a", "b", "c"))), signature)
    for _ in range(2):
        batch.begin_report()
    for _ in range(3):
        batch.count(tags)
    return batch.summary()


def test_the_histogram_of_the_scores_has_twenty_bins_of_equal_width():
    scores = [0.0, 0.0499, 0.05, 0.5, 0.9499, 0.95, 0.999, 1.0]
    found = counted(*(("a", score, 10**place, False) for place, score in enumerate(scores)))
    bins = dict.fromkeys(range(BINS), 0) | {0: 11, 1: 100, 10: 1_000, 18: 10_000, 19: 11_100_000}
    assert found.scores == tuple(3 * count for count in bins.values())


def test_every_figure_of_a_batch_is_added_up():
    found = counted(("a", 0.2, 10, True), ("b", 0.7, 5, False), ("a", 0.9, 2, False))
    assert (found.model, found.themes) == ("m v", {"a": 36, "b": 15, "c": 0})
    assert (found.reports, found.passages, found.characters, found.set_aside) == (2, 9, 51, 6)
    assert (found.review, found.terms, found.unknown) == (30, 21, 9)
    assert counted(("a", 0.2, 10, True), signature="other 1").model == "other 1"


def test_sums_have_the_model_of_their_parts_and_themes_of_all():
    one = BatchSummary("m", {"a": 1}, (1,) * BINS, 1, 2, 3, 4, 5, 6, 7)
    other = BatchSummary("m", {"b": 2, "a": 3}, (2,) * BINS, 10, 20, 30, 40, 50, 60, 70)
    assert add_up([one]) == one
    assert add_up([one, other]) == BatchSummary("m", {"a": 4, "b": 2}, (3,) * BINS, 11, 22, 33, 44, 55, 66, 77)


def test_the_three_shares_that_changed_most_are_told_the_largest_change_first(config):
    reference = BatchSummary("m", {"a": 40, "b": 30, "c": 20, "d": 10}, (*[0] * (BINS - 1), 100), 1, 200, 100, 0, 10, 100, 10)
    batch = msgspec.structs.replace(reference, themes={"a": 41, "b": 10, "c": 44, "d": 5})
    assert find_drift(batch, reference, config.drift)[0].shares == "c 20.0% -> 44.0%, b 30.0% -> 10.0%, d 10.0% -> 5.0%"


@pytest.mark.parametrize(
    ("index", "word"), [(0.0, "stable"), (0.0999, "stable"), (0.1, "look"), (0.2499, "look"), (0.25, "drifted")]
)
def test_the_words_of_an_index_begin_at_their_limits(config, index, word):
    from pipeline.training.drift import _word

    assert (config.drift.look, config.drift.drifted) == (0.1, 0.25)
    assert _word(index, config.drift) == word


def test_an_empty_share_counts_as_a_ten_thousandth():
    assert stability_index([0, 1000], [500, 500]) == pytest.approx((1e-4 - 0.5) * np.log(1e-4 / 0.5) + 0.5 * np.log(2))


def test_the_bins_of_the_scores_are_told_by_their_edges(config):
    reference = BatchSummary("m", {"a": 100}, (100, *[0] * (BINS - 1)), 1, 200, 100, 0, 0, 100, 0)
    batch = msgspec.structs.replace(reference, scores=(*[0] * (BINS - 2), 40, 60), themes={"b": 100, "a": 0})
    with pytest.raises(ValueError, match="not in list"):
        find_drift(batch, reference, config.drift)  # a theme that the model has not
    batch = msgspec.structs.replace(batch, themes={"a": 100})
    shares = {drift.figure: drift.shares for drift in find_drift(batch, reference, config.drift)}
    assert shares["scores"] == "0.00-0.05 100.0% -> 0.0%, 0.95-1.00 0.0% -> 60.0%, 0.90-0.95 0.0% -> 40.0%"
    assert shares["review"] == "in review 0.0% -> 0.0%"
