import sys

import msgspec
import pytest

from pipeline.core.errors import ModelError, UsageError
from pipeline.core.locations import find
from pipeline.labels.corpus import read_corpus
from pipeline.training.label_issues import find_suspects
from pipeline.training.out_of_fold import load_out_of_fold


@pytest.fixture(scope="module")
def seeds():
    from pipeline.core.config import load_config

    return read_corpus(load_config(find("configs/seeds.toml")), lambda _: None)


@pytest.fixture
def left_out(seeds_folder):
    return load_out_of_fold(seeds_folder)


def test_a_label_that_was_made_wrong_is_among_the_suspects(seeds, left_out):
    from dataclasses import replace

    report = seeds.reports[0]
    chosen = next(label for label in report.labels if label.label == "兴文化" and label.end - label.start > 60)
    turned = tuple(msgspec.structs.replace(label, label="举旗帜") if label is chosen else label for label in report.labels)
    spoilt = replace(seeds, reports=(replace(report, labels=turned), *seeds.reports[1:]))
    before = {(suspect.label.source, suspect.label.start) for suspect in find_suspects(seeds, left_out)}
    after = {(suspect.label.source, suspect.label.start): suspect for suspect in find_suspects(spoilt, left_out)}
    assert (chosen.source, chosen.start) not in before
    assert after[chosen.source, chosen.start].theme == "兴文化"
    qualities = [suspect.quality for suspect in after.values()]
    assert qualities == sorted(qualities)


def test_tags_of_other_reports_are_refused(seeds):
    with pytest.raises(ModelError, match="the model was trained on other reports; train it on this corpus"):
        find_suspects(seeds, [])


def test_cleanlab_is_asked_for_where_it_is_missing(seeds, left_out, monkeypatch):
    monkeypatch.setitem(sys.modules, "cleanlab", None)
    with pytest.raises(UsageError, match=r"cleanlab not installed; bring it with: pip install 'mission-themes\[review\]'"):
        find_suspects(seeds, left_out)
