"""The tagger for Python gives the tags of ``pipeline tag``, in every form, and says what it cannot tag."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import pipeline
from pipeline.batch.tagger import SHOWN_ROWS, Tagger, Tags
from pipeline.core.errors import InputError, ModelError, UsageError, WrongTypeError

TEXTS = [
    "县委理论学习中心组集中学习十二次。",
    "",
    "全县新建城市书房六座，送戏下乡八十场，图书馆的阅读活动<script>alert(1)</script>吸引两万人次。",
]


@pytest.fixture(scope="module")
def tagger(default_model, config):
    return Tagger(default_model, config.read)


def test_it_is_loaded_when_it_is_asked_for_and_not_before():
    assert (pipeline.Tagger, pipeline.Tags) == (Tagger, Tags)
    with pytest.raises(AttributeError, match="has no attribute 'Taggers'"):
        _ = pipeline.Taggers
    code = "import sys; before = set(sys.modules); import pipeline; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["pipeline"]


def test_the_tags_of_files_are_those_of_the_command(tagger, call, report, home):
    done = call("tag", report, "--format", "jsonl")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    frame = tagger.tag(report).to_pandas()
    rows = [{key: value for key, value in row.items() if not is_missing(value)} for row in frame.to_dict("records")]
    assert rows == lines
    assert len(rows) > 3


def is_missing(value):
    return value is None or (isinstance(value, float) and np.isnan(value))


def test_a_text_a_list_and_a_column_give_the_same(tagger):
    series = pd.Series(TEXTS, index=[7, 8, 9])
    frames = [tagger.tag(given).to_pandas() for given in (TEXTS, tuple(TEXTS), iter(TEXTS), series, np.array(TEXTS))]
    assert frames[0]["row"].tolist() == [0, 2]
    assert frames[0]["theme"].tolist() == ["举旗帜", "兴文化"]
    for other in frames[1:]:
        pd.testing.assert_frame_equal(other, frames[0])
    assert [tag.theme for tag in tagger.tag(TEXTS[0])] == ["举旗帜"]
    assert tagger.tag(series).themes == ("举旗帜", None, "兴文化")
    assert "source" not in frames[0]


def test_the_theme_of_a_text_is_that_of_most_of_its_characters(tagger):
    tags = tagger.tag("全县新建城市书房六座，送戏下乡八十场，全民阅读活动吸引两万人次。\n\n县委中心组开展理论学习。")
    assert {tag.theme for tag in tags} == {"举旗帜", "兴文化"}
    assert tags.themes == ("兴文化",)
    assert sum(tags.shares().values()) == pytest.approx(1)
    assert tags.shares()["兴文化"] > 0.5
    assert sum(tagger.tag("").shares().values()) == 0


def test_the_result_is_a_sequence(tagger):
    tags = tagger.tag(TEXTS)
    assert (len(tags), tags[0], tags[-1], tags[:1]) == (2, next(iter(tags)), list(tags)[1], (tags[0],))
    assert tags[0] in tags
    with pytest.raises(IndexError):
        tags[2]
    assert repr(tags).startswith("<2 tags of 3 texts, ")
    assert (len(tagger.tag([])), tagger.tag([]).to_pandas().shape[0]) == (0, 0)
    assert tagger.tag([]).to_pandas().columns.tolist() == tags.to_pandas().columns.tolist()


def test_an_arrow_table_has_the_types_and_the_values(tagger, report):
    tags = tagger.tag(TEXTS)
    table = tags.to_arrow()
    assert table.column_names == tags.to_pandas().columns.tolist()
    assert table["row"].to_pylist() == [0, 2]
    assert dict(table["scores"].to_pylist()[0]) == tags[0].scores
    assert tuple((each["term"], each["weight"]) for each in table["evidence"].to_pylist()[0]) == tags[0].evidence
    of_file = tagger.tag(report).to_arrow()
    assert of_file.column_names[:2] == ["source", "segment"]
    assert of_file["page"].null_count == len(of_file)


@pytest.mark.parametrize(("method", "module"), [("to_pandas", "pandas"), ("to_arrow", "pyarrow")])
def test_what_is_not_installed_is_named_in_one_line(tagger, monkeypatch, method, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match=rf"^{method}\(\): {module} not installed; bring it with: pip install") as raised:
        getattr(tagger.tag(TEXTS), method)()
    assert "\n" not in str(raised.value)


def test_a_notebook_shows_text_as_text_and_not_all_of_it(tagger):
    page = tagger.tag([*TEXTS, "办" * 500])._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "办" * 120 + "…" in page
    assert "办" * 121 not in page
    many = tagger.tag([TEXTS[0]] * (SHOWN_ROWS + 5))._repr_html_()
    assert (many.count("<tr>"), "<p>… 5 more</p>" in many) == (SHOWN_ROWS, True)


def test_what_cannot_be_read_stands_among_the_failures_and_alone_is_raised(tagger, report, tmp_path):
    missing = tmp_path / "<b>.docx"
    tags = tagger.tag([missing, report])
    assert [type(failure) for failure in tags.failures] == [InputError]
    assert {tag.source for tag in tags} == {str(report)}
    assert "1 not read" in repr(tags)
    assert "&lt;b&gt;.docx" in tags._repr_html_()
    assert "<b>.docx" not in tags._repr_html_()
    with pytest.raises(InputError, match="no such file"):
        tagger.tag(missing)


def test_a_folder_is_all_below_it(tagger, report):
    assert {tag.source for tag in tagger.tag(report.parent)} == {str(report)}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "None: cannot be tagged; give a text, a Path, or many of either"),
        (3, "a int: cannot be tagged"),
        (b"abc", "a bytes: cannot be tagged; give a list"),
        ({"a": "b"}, "a dict: cannot be tagged; give a list"),
        (pd.DataFrame({"text": ["a"]}), r"a DataFrame: cannot be tagged; give one of its columns, such as frame\['text'\]"),
        (["a", None], r"item 1 is None, and neither a text nor a Path; .*dropna"),
        (pd.Series(["a", None]), "item 1 is (nan|None), and neither"),
        (pd.Series([1.5]), "item 0 is a float, and neither"),
        ([float("nan")], "item 0 is nan, and neither"),
        (["a", Path("b")], "item 1 is a .*Path, unlike the first"),
        (["a", "半\ud800"], "item 1 holds half a character; repair it"),
        ([Path("b"), "a"], "item 1 is a str, unlike the first"),
    ],
)
def test_what_is_no_text_is_refused_with_its_place(tagger, given, said):
    with pytest.raises(WrongTypeError, match=f"^{said}") as raised:
        tagger.tag(given)
    assert isinstance(raised.value, TypeError)


def test_the_name_of_a_file_is_not_tagged_as_a_text(tagger, report):
    with pytest.raises(WrongTypeError, match="is the name of a file; give Path"):
        tagger.tag(str(report))
    (report.parent / "话.md").touch()
    assert len(tagger.tag("版本 3.5.1\x00.txt")) == 1
    assert len(tagger.tag("这是一句话.txt")) == 1


def test_a_model_is_loaded_by_name_or_folder(home, root):
    assert repr(Tagger.load()).startswith("<Tagger default ")
    assert Tagger.load(root / "models" / "default").model.version == Tagger.load("default").model.version
    with pytest.raises(ModelError, match="nowhere"):
        Tagger.load("nowhere")
