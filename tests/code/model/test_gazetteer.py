import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core import native
from pipeline.core.errors import ConfigError
from pipeline.model.gazetteer import Gazetteer, read_gazetteer

TERMS = {"opera": ["京剧", "京剧院团", "评剧"], "media": ["人民日报", "日报社"], "short": ["报社", "abc"]}


@pytest.fixture
def folder(tmp_path):
    for name, terms in TERMS.items():
        (tmp_path / f"{name}.txt").write_text("# name: x\n" + "\n".join(terms) + "\n", encoding="utf-8")
    return tmp_path


def found(gazetteer, text):
    return [(int(place), gazetteer.names[number]) for place, number in zip(*gazetteer.find(text), strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("看京剧院团演评剧", [(1, "opera"), (6, "opera")]),  # the longest term counts, once
        ("人民日报社", [(0, "media")]),  # from the left, and none over another
        ("日报社报社", [(0, "media"), (3, "short")]),
        ("京\n剧abc", [(3, "short")]),
        ("京", []),
        ("", []),
    ],
)
def test_terms_are_found_from_the_left_the_longest_first(folder, text, expected):
    gazetteer = read_gazetteer(folder)
    assert found(gazetteer, text) == expected
    assert [(place, gazetteer.names[number]) for place, number in gazetteer._found(text)] == expected


@given(st.text("京剧院团评人民日报社abc\n好", max_size=60))
def test_the_compiled_loop_finds_what_the_reference_finds(text):
    if native.compiled(native.KERNELS) is None:
        return
    terms = [term for some in TERMS.values() for term in some]
    gazetteer = Gazetteer(tuple(TERMS), terms, [0, 0, 0, 1, 1, 2, 2])
    places, classes = gazetteer.find(text)
    assert list(zip(places.tolist(), classes.tolist(), strict=True)) == list(gazetteer._found(text))


def test_terms_are_in_lower_case_and_kept_by_a_model(folder):
    (folder / "short.txt").write_text("ABC\nＶＲ展\n", encoding="utf-8")
    gazetteer = read_gazetteer(folder)
    again = Gazetteer.of_lines(gazetteer.lines())
    assert (again.names, again.terms, again.classes) == (gazetteer.names, gazetteer.terms, gazetteer.classes)
    assert found(gazetteer, "abc") == [(0, "short")]


def test_classes_keep_their_order_in_a_model_and_a_mark_at_the_start_is_none_of_a_term(folder):
    (folder / "opera-new.txt").write_text(
        "\ufeff昆曲\n", encoding="utf-8"
    )  # "opera-new.txt" stands before "opera.txt", "opera" before "opera-new"
    gazetteer = read_gazetteer(folder)
    assert gazetteer.names == ("media", "opera", "opera-new", "short")
    again = Gazetteer.of_lines(gazetteer.lines())
    assert (again.names, again.terms, again.classes) == (gazetteer.names, gazetteer.terms, gazetteer.classes)
    assert found(again, "昆曲京剧") == [(0, "opera-new"), (2, "opera")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("# 还没有\n", r"bad\.txt: holds no term; write one a line"),
        ("京\n", r"bad\.txt:1: '京' is no term; write 2 characters or more"),
        ("# x\n京 剧\n", r"bad\.txt:2: '京 剧' is no term"),
        ("好戏\n京剧\n", r"opera\.txt:2: 京剧 stands in bad\.txt:2 already; keep it in one class"),
        ("好戏\n好戏\n", r"bad\.txt:2: 好戏 stands in bad\.txt:1 already"),
    ],
)
def test_a_wrong_term_is_named_with_its_line(folder, content, message):
    (folder / "bad.txt").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        read_gazetteer(folder)


def test_a_folder_without_lists_and_a_list_that_is_no_text_are_one_line(tmp_path):
    with pytest.raises(ConfigError, match=r"no gazetteer \(\*\.txt\) here"):
        read_gazetteer(tmp_path)
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ConfigError, match=r"a\.txt: cannot be read as UTF-8"):
        read_gazetteer(tmp_path)


@pytest.mark.parametrize("lines", [["opera"], ["opera\t京"], ["a\t京剧", "b\t京剧"], ["a\tb\tc"], ["a", "京剧\tb\t评剧"], [""]])
def test_lines_that_are_none_of_a_model_are_refused(lines):
    with pytest.raises(ValueError, match=r"no class with a term|too short, or is given twice"):
        Gazetteer.of_lines(lines)


def test_lines_of_a_gazetteer_give_it_again():
    lines = ["opera\t京剧", "media\t人民日报", "opera\t评剧"]
    assert Gazetteer.of_lines(lines).lines() == lines
    assert Gazetteer.of_lines([]).names == ()


def test_room_that_is_too_small_is_refused():
    kernels = pytest.importorskip("pipeline.model._kernels", reason="not compiled; CI installs a compiler")
    terms = kernels.Terms(["京剧"], [0])
    with pytest.raises(ValueError, match="no room"):
        terms.find("京剧京剧", np.empty(2, np.int64), np.empty(2, np.int64))
    for wrong in ((["京"], [0]), (["京剧"], [-1]), (["京剧", "京剧"], [0, 1])):
        with pytest.raises(ValueError, match="too short, of no class, or given twice"):
            kernels.Terms(*wrong)
    with pytest.raises(ValueError, match="agree in length"):
        kernels.Terms(["京剧"], [])


@given(
    st.lists(st.text("文化展\U00020000", min_size=2, max_size=6), unique=True, min_size=1),
    st.text("文化展a\U00020000", max_size=30),
)
def test_terms_are_counted_in_rows_as_they_are_found(terms, text):
    kernels = pytest.importorskip("pipeline.model._kernels")
    gazetteer = Gazetteer(["one"], terms, [0] * len(terms))
    arguments = (kernels.Dictionary(b""), [], "", np.ones(1), np.ones((1, 1), np.float32), np.zeros(1, np.uint8), [b'"x"'])
    room = kernels.row_room(len(text))
    starts, columns, values = np.zeros(2, np.int64), np.zeros(room, np.int64), np.zeros(room)
    scorer = kernels.Scorer(*arguments, gazetteer=kernels.Terms(terms, gazetteer.classes), unknown_square=1.0)
    count = np.zeros((2, 1), np.int64)
    filled = scorer.score(kernels.Characters(text), starts, columns, values, np.zeros((1, 1)), count)
    found = list(gazetteer._found(text))
    assert filled == bool(found)
    assert values[:filled] == pytest.approx([len(found) / math.hypot(len(found), math.sqrt(count[1, 0]))] if found else [])
