import gzip
import shutil

import pytest

from pipeline.core.errors import ModelError
from pipeline.model import folder as folder_module
from pipeline.training.out_of_fold import load_candidate, load_out_of_fold


def test_what_a_training_left_is_read_back(seeds_folder, model):
    found = load_candidate(seeds_folder)
    assert (found.name, found.version) == ("seeds", model.version)
    assert len(found.tags) == len(found.digests) == 5
    assert set(found.tags) == set(found.digests)
    assert found.figures.macro_f1 == model.facts["scores"]["macro_f1"]
    assert found.corpus == model.facts["corpus"]["sha256"]


def test_a_folder_that_was_changed_or_has_no_figures_is_refused(seeds_folder, model, tmp_path):
    from msgspec.structs import replace

    from pipeline.model.folder import save_model

    shutil.copytree(seeds_folder, tmp_path / "m")
    (tmp_path / "m" / "out_of_fold.jsonl.gz").write_bytes(b"")
    with pytest.raises(ModelError, match=r"out_of_fold\.jsonl\.gz: changed since the model was written"):
        load_candidate(tmp_path / "m")
    save_model(replace(model, facts=None), tmp_path / "bare", b"")
    with pytest.raises(ModelError, match="bare: holds no figures to compare"):
        load_candidate(tmp_path / "bare")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(b'{"source": "a"}\n', mtime=0), "m: no out-of-fold tags to read"),
        (b"{}", r"out_of_fold\.jsonl\.gz: damaged \("),
        (gzip.compress(b"{}" * 500, mtime=0)[:-9], r"out_of_fold\.jsonl\.gz: cut short"),
        (gzip.compress(b" " * 300_001, mtime=0), r"out_of_fold\.jsonl\.gz: cut short, or larger than 300,000 bytes"),
    ],
)
def test_out_of_fold_tags_that_cannot_be_read_are_refused(seeds_folder, tmp_path, monkeypatch, content, message):
    shutil.copytree(seeds_folder, tmp_path / "m")
    (tmp_path / "m" / "out_of_fold.jsonl.gz").write_bytes(content)
    monkeypatch.setattr(folder_module, "LARGEST", 300_000)
    with pytest.raises(ModelError, match=message):
        load_out_of_fold(tmp_path / "m")
