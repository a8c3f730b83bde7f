import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.native import compiled, is_compiled
from pipeline.model.words import (
    _dictionary,
    _jieba_cut,
    _rjieba_cut,
    fingerprint,
    load_ahead,
    load_cut,
    load_dictionary,
)

USER_WORDS = ("新时代文明实践", "百姓名嘴", "城市书房")


@pytest.mark.filterwarnings("ignore:pkg_resources:UserWarning", "ignore::DeprecationWarning", "ignore::SyntaxWarning")
@pytest.mark.parametrize("user_words", [(), USER_WORDS])
@pytest.mark.slow
def test_rjieba_gives_the_words_of_jieba_on_every_line_of_the_seeds(root, user_words):
    reference, engine = _jieba_cut(user_words), _rjieba_cut(user_words)
    lines = [
        line for path in sorted((root / "seeds" / "reports").iterdir()) for line in path.read_text(encoding="utf-8").split("\n")
    ]
    assert len(lines) > 200
    for line in lines:
        assert engine(line) == reference(line)


@given(st.text(alphabet=st.one_of(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), st.sampled_from("ab1 ,。（）%.\n"))))
@settings(max_examples=300, deadline=None)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")
def test_rjieba_gives_the_words_of_jieba_on_any_text(text):
    assert _rjieba_cut(())(text) == _jieba_cut(())(text)


def test_words_joined_are_the_text_and_single_characters_are_kept():
    words = load_cut()("是个会")
    assert "".join(words) == "是个会"
    assert len(load_cut()("理论宣讲进万家")) > 1


def test_user_words_stay_whole():
    assert "百姓名嘴" not in load_cut()("百姓名嘴开讲")
    assert load_cut(USER_WORDS)("百姓名嘴开讲")[0] == "百姓名嘴"


@pytest.fixture
def missing(monkeypatch):
    """Return a function that makes modules missing."""
    import sys

    def run(*names):
        compiled.cache_clear()
        for name in names:
            monkeypatch.setitem(sys.modules, name, None)
        for cached in (_dictionary, _rjieba_cut):
            cached.cache_clear()

    yield run
    for cached in (compiled, _dictionary, _rjieba_cut):
        cached.cache_clear()


def test_rjieba_stands_in_where_nothing_is_compiled_and_jieba_where_that_is_missing_too(missing):
    text = "理论宣讲进万家，百姓名嘴开讲"
    expected = load_cut()(text)
    missing("pipeline.model._kernels")
    assert (is_compiled(), load_dictionary(), load_cut()) == (False, None, _rjieba_cut(()))
    assert load_cut()(text) == expected
    missing("rjieba")
    assert load_cut() == _jieba_cut(())
    assert load_cut()(text) == expected


@pytest.mark.compiled
@pytest.mark.parametrize("words", [USER_WORDS, ("宣讲",), ("新时代",), ("ab名嘴", "的")])
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")
@pytest.mark.slow
def test_further_words_are_cut_alike_by_every_engine(root, words):
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((root / "seeds" / "reports").iterdir()))
    text += "百姓名嘴在城市书房开讲新时代文明实践，ab名嘴宣讲。"
    found = load_dictionary(words)
    assert found is not None
    assert found.cut(text) == _jieba_cut(words)(text) == _rjieba_cut(words)(text)


@pytest.mark.filterwarnings("ignore:pkg_resources:UserWarning", "ignore::DeprecationWarning", "ignore::SyntaxWarning")
@pytest.mark.parametrize("rare", ["𠮷", "㐂", "䶵", "鿰", "𠀀", "\uf92c"])
def test_user_words_with_rare_ideographs_are_cut_alike_by_every_engine(rare):
    words = (f"{rare}野镇", f"青{rare}镇", f"城市{rare}", "百姓名嘴")
    for text in (f"在{rare}野镇开展宣讲", f"青{rare}镇的百姓名嘴", f"城市{rare}房", rare * 3):
        assert _rjieba_cut(words)(text) == _jieba_cut(words)(text) == load_cut(words)(text)
        assert rare in load_cut(words)(text)


def test_the_dictionary_that_is_loaded_ahead_is_the_one_that_is_used():
    load_ahead()
    assert load_dictionary() is load_dictionary()
    assert load_cut()("学习理论") == ["学习", "理论"]


@pytest.mark.compiled
def test_without_the_compiled_part_a_run_gives_the_same_tags_and_says_that_it_is_slow(report, home, tmp_path):
    import subprocess
    import sys

    script = "import sys; {}; from pipeline.cli.commands import main; main()"
    outs = []
    for name, setup in (
        ("compiled", "pass"),
        ("plain", "import os; os.environ['MISSION_THEMES_IMPLEMENTATION'] = 'python'"),
    ):
        out = tmp_path / f"{name}.jsonl"
        command = [sys.executable, "-c", script.format(setup), "tag", str(report), "-o", str(out)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert ("the inner loops are not compiled" in done.stderr) == (name == "plain")
        outs.append(out.read_bytes())
    assert outs[0] == outs[1]
    assert len(outs[0]) > 500


@pytest.mark.compiled
def test_the_version_tells_whether_the_inner_loops_are_compiled(call, missing):
    assert call("--version").output.endswith("(compiled)\n")
    missing("pipeline.model._kernels")
    assert "not compiled, so tagging takes more than twice as long" in call("--version").output


def test_the_fingerprint_tells_dictionaries_apart():
    probe = ["百姓名嘴", "城市书房"]
    assert fingerprint(load_cut(), probe) == fingerprint(load_cut(), probe)
    assert fingerprint(load_cut(), probe) != fingerprint(load_cut(USER_WORDS), probe)
