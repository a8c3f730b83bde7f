"""The head start of `pipeline tag`: one process that cuts, and none where it would be for nothing."""

import subprocess
import sys

import pytest

from pipeline import words
from pipeline.start import head_start


@pytest.mark.parametrize("arguments", [["tag", "x.txt"], ["tag", "-", "--format", "table"], ["tag", "x.txt", "--model", "m"]])
def test_a_person_who_waits_for_tags_has_the_dictionary_loaded_at_once(arguments):
    with head_start(arguments):
        cutter = words._ahead.get()
        assert words.load_cut()("学习理论") == ["学习", "理论"]
        assert cutter.cut("学习理论") == ["学习", "理论"]
        with words.cut_ahead():
            assert words._ahead.get() is cutter  # not one more
        assert cutter.cut("理论") == ["理论"]  # and not ended with the inner one
    assert words._ahead.get() is None
    assert cutter.cut("理论") is None  # its process is gone


@pytest.mark.parametrize(
    "arguments", [[], ["train"], ["tag", "--help"], ["tag", "x", "-o", "y.jsonl"], ["tag", "x", "-oy"], ["tag", "x", "--jobs=2"]]
)
def test_other_commands_start_no_process(arguments):
    with head_start(arguments):
        assert words._ahead.get() is None


def test_the_console_script_ends_as_the_commands_do(report):
    script = "from pipeline.start import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, "tag", str(report), "none.txt"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert '"theme"' in done.stdout
    assert "none.txt: no such file" in done.stderr
