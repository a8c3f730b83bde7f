import shutil

import pytest

from pipeline.core.errors import ModelError
from pipeline.training.out_of_fold import load_candidate, load_out_of_fold


def test_what_a_training_left_is_read_back(trained_home, model):
    found = load_candidate(trained_home / "models" / "seeds")
    assert (found.name, found.version) == ("seeds", model.version)
    assert len(found.tags) == len(found.digests) == 5
    assert set(found.tags) == set(found.digests)
    assert found.figures.macro_f1 == model.facts["scores"]["macro_f1"]
    assert found.corpus == model.facts["corpus"]["sha256"]


def test_a_folder_that_was_changed_or_has_no_figures_is_refused(trained_home, model, tmp_path):
    from dataclasses import replace

    from pipeline.model.folder import save_model

    shutil.copytree(trained_home / "models" / "seeds", tmp_path / "m")
    (tmp_path / "m" / "out_of_fold.jsonl").write_bytes(b"")
    with pytest.raises(ModelError, match=r"out_of_fold\.jsonl: changed since the model was written"):
        load_candidate(tmp_path / "m")
    save_model(replace(model, facts=None), tmp_path / "bare", b"")
    with pytest.raises(ModelError, match="bare: holds no figures to compare"):
        load_candidate(tmp_path / "bare")


def test_a_model_without_out_of_fold_tags_is_refused(tmp_path):
    (tmp_path / "o.jsonl").write_text('{"source": "a"}\n', encoding="utf-8")
    with pytest.raises(ModelError, match=r"o\.jsonl: no out-of-fold tags to read"):
        load_out_of_fold(tmp_path / "o.jsonl")
