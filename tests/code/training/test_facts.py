"""What a training keeps beside its model."""

import hashlib
import shutil

import pytest

from pipeline.core.config import config_values, load_config
from pipeline.core.errors import ModelError
from pipeline.core.locations import find
from pipeline.labels.corpus import read_corpus, read_lexicon
from pipeline.model.folder import TRAINING
from pipeline.training.facts import TrainingFacts, load_facts, load_reference, training_facts
from pipeline.training.fit import Fitter, leave_out, prepare_corpus


def test_the_settings_the_reports_that_were_left_out_and_the_sum_of_their_tags(seeds_folder, model, root):
    facts = load_facts(seeds_folder)
    values = config_values(load_config(find("configs/seeds.toml"), ("track.enabled=false",)))
    assert facts.settings.keys() == {"corpus", "evaluate"}
    assert facts.settings["evaluate"]["folds"] == values["evaluate"]["folds"]
    files = sorted((root / "seeds" / "reports").iterdir())
    assert facts.reports == {f"seeds/reports/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert facts.summary == load_reference(seeds_folder)
    assert (facts.summary.model, facts.summary.reports) == (f"seeds {model.version}", 5)


def test_of_a_sample_of_the_reports_only_those_that_were_left_out_are_kept(model):
    config = load_config(find("configs/seeds.toml"), ("evaluate.sample=2",))
    corpus = read_corpus(config, lambda _: None)
    folds = leave_out(Fitter(prepare_corpus(corpus, config), corpus.label_set, config, read_lexicon(config))).folds
    facts = training_facts(config, corpus, folds, model)
    assert sorted(facts.reports) == sorted(report.cleaned.document.source for fold in folds for report in fold.reports)
    assert (len(facts.reports), facts.summary.reports, facts.summary.model) == (2, 2, f"{model.name} {model.version}")


def test_a_folder_without_facts_has_none_and_damaged_ones_are_named(seeds_folder, tmp_path):
    assert load_facts(tmp_path) == TrainingFacts()
    with pytest.raises(ModelError) as error:
        load_reference(tmp_path)
    assert str(error.value) == f"{tmp_path}: keeps no summary of its training to compare with; train the model again"
    shutil.copytree(seeds_folder, tmp_path / "m")
    (tmp_path / "m" / TRAINING).write_text('{"reports": 3}', encoding="utf-8")
    with pytest.raises(ModelError, match=r"m/training\.json: cannot be read \(.+\); train the model again$"):
        load_facts(tmp_path / "m")
    assert TrainingFacts({"a": {}}, {"b": "c"}).encode().startswith(b'{\n "settings"')
    assert TrainingFacts().encode().endswith(b"}\n")
