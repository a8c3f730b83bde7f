"""A short version of the fuzzing run (`make fuzz`, docs/robustness.md): mutated files of every format that needs no program."""

from collections import Counter

import pytest
from msgspec.structs import replace


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12])
def test_mutated_files_are_read_or_refused_in_one_line(fuzz, formats, tmp_path, model, config, seed):
    texts = formats.plain(sorted(formats.reports()[5:], key=lambda path: path.stat().st_size)[:2])
    made = formats.wrap(texts, tmp_path / "made", model)
    files = [(kind, path.read_bytes()) for kind, by_stem in made.items() for path in by_stem.values()]
    outcomes = Counter(outcome for _, outcome, _, _ in fuzz.run(files, 300, seed, replace(config.read, **fuzz.LIMITS)))
    assert set(outcomes) <= {"read", "error", "passed over"}, outcomes
    assert min(outcomes["read"], outcomes["error"]) > 20
