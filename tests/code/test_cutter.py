import subprocess
import sys

import pytest

from pipeline import cutter as module
from pipeline.cutter import Cutter
from pipeline.words import cut_ahead, load_cut

TEXTS = ("宣传思想文化工作，开创新局面。\n", "a b\tÅ𠀀😀", "文化" * 50_000)


@pytest.mark.parametrize("text", TEXTS)
def test_the_process_gives_the_words_that_the_caller_would_get(text):
    with Cutter() as cutter:
        assert cutter.cut(text) == load_cut()(text)


def test_one_process_cuts_many_texts_and_ends():
    with Cutter() as cutter:
        assert [len(cutter.cut(text) or ()) > 0 for text in TEXTS] == [True] * 3
        assert cutter._process.poll() is None
    assert cutter._process.poll() is not None
    assert cutter.cut("文化") is None


@pytest.mark.parametrize("text", ["", "文\0化"])
def test_what_cannot_be_said_is_not_answered(text):
    with Cutter() as cutter:
        assert cutter.cut(text) is None


@pytest.mark.parametrize("code", ["raise SystemExit(1)", "import sys; sys.stdin.buffer.read(9); print('x')"])
def test_without_an_answer_the_caller_cuts_for_itself(monkeypatch, code):
    expected = load_cut()("宣传思想文化工作")
    monkeypatch.setattr(module, "_START", code)
    with cut_ahead():
        assert load_cut()("宣传思想文化工作") == expected


def test_a_process_that_cannot_be_started_is_done_without(monkeypatch):
    monkeypatch.setattr(module.sys, "executable", "/nowhere/python")
    with cut_ahead():
        assert load_cut()("文化工作") == ["文化", "工作"]


def test_words_of_the_user_stay_whole_with_a_process_too():
    with cut_ahead():
        assert load_cut(("宣传思想文化工作",))("宣传思想文化工作会议")[0] == "宣传思想文化工作"


def test_a_fork_of_the_caller_gets_no_answer(monkeypatch):
    with Cutter() as cutter:
        assert cutter.cut("文化") == ["文化"]
        monkeypatch.setattr(module.os, "getpid", lambda: -1)
        assert cutter.cut("文化") is None


def test_a_function_outlives_the_process():
    with cut_ahead():
        cut = load_cut()
    assert cut("文化工作") == load_cut()("文化工作")


def test_a_caller_that_is_killed_leaves_no_process_behind():
    code = "import os; from pipeline.cutter import Cutter; c = Cutter(); c.cut('x'); print(c._process.pid, flush=True); os._exit(1)"
    left = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert is_gone(int(left.stdout))


def is_gone(number):
    import time
    from pathlib import Path

    for _ in range(100):
        stat = Path(f"/proc/{number}/stat")
        if not stat.exists() or stat.read_text().split()[2] == "Z":
            return True
        time.sleep(0.05)
    return False
