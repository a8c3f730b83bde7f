"""How far a batch is from the training corpus, and what is said where it is of few reports."""

import pytest
from msgspec.structs import replace

from pipeline.track.batches import find_drift
from pipeline.training.drift import FEWEST_REPORTS, encode
from pipeline.training.facts import load_reference


@pytest.mark.parametrize(
    ("reports", "passages", "is_another", "is_said"),
    [
        (6, 500, True, True),
        (FEWEST_REPORTS - 1, 500, True, True),
        (FEWEST_REPORTS, 500, True, False),
        (6, 500, False, False),  # nothing of it differs
        (6, 399, True, False),  # the words say that it is too small
    ],
)
def test_a_batch_of_few_reports_that_differs_is_told_as_one(config, root, tmp_path, reports, passages, is_another, is_said):
    folder = root / "models/default"
    batch = replace(load_reference(folder), reports=reports, passages=passages)
    if is_another:
        batch = replace(batch, themes=dict.fromkeys(batch.themes, 0) | {"兴文化": batch.characters})
    path, said = tmp_path / "a.summary.json", []
    path.write_bytes(encode(batch))
    apart = replace(config, track=replace(config.track, enabled=False))
    found, warning = find_drift(apart, str(folder), [path], said.append)
    assert (found[0].word, warning) == ("too small" if passages < 400 else "drifted" if is_another else "stable", None)
    assert (
        said
        == [f"{reports} reports: so few differ from the training corpus by chance too; judge by {FEWEST_REPORTS} or more"] * is_said
    )
