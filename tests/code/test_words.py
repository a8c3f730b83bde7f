import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.words import _jieba_cut, _rjieba_cut, fingerprint, load_cut

USER_WORDS = ("新时代文明实践", "百姓名嘴", "城市书房")


@pytest.mark.filterwarnings("ignore:pkg_resources:UserWarning", "ignore::DeprecationWarning", "ignore::SyntaxWarning")
@pytest.mark.parametrize("user_words", [(), USER_WORDS])
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


def test_jieba_stands_in_where_rjieba_is_missing(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "rjieba", None)
    _rjieba_cut.cache_clear()
    assert load_cut()("理论宣讲进万家") == _jieba_cut(())("理论宣讲进万家")
    _rjieba_cut.cache_clear()


def test_the_fingerprint_tells_dictionaries_apart():
    probe = ["百姓名嘴", "城市书房"]
    assert fingerprint(load_cut(), probe) == fingerprint(load_cut(), probe)
    assert fingerprint(load_cut(), probe) != fingerprint(load_cut(USER_WORDS), probe)
