"""A project of one's own: its labels keep every name, its files are read back, and nothing is overwritten."""

import tomllib

import pytest

from pipeline.core import locations
from pipeline.core.config import load_config, load_label_set
from pipeline.core.errors import ConfigError, UsageError
from pipeline.core.messages import VARIABLE
from pipeline.labels.corpus import default_places, label_files, read_corpus
from pipeline.labels.project import LABEL_SET, MOST_LABELS, OTHER, label_set_of, make_project

NAMES = ["《投诉》（噪声）、夜间", "咨询·政策", '引"号"与\\反斜杠', "a=b # c", "😀表扬"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.delenv(locations.HOME_VARIABLE, raising=False)
    folder = tmp_path / "我的 项目"
    make_project(folder, label_set_of(NAMES))
    monkeypatch.chdir(folder)
    return folder


def test_labels_of_any_name_are_read_back_with_colours_and_one_for_the_rest(project):
    labels = load_label_set(project / LABEL_SET)
    assert labels.names == (*NAMES, OTHER)
    assert labels.other == OTHER
    assert len({label.color for label in labels.labels}) == len(labels.names)


@pytest.mark.parametrize(("names", "other"), [(["甲", "Other", "乙"], "Other"), (["其它", "甲"], "其它"), (["甲", "乙"], "其他")])
def test_a_label_for_the_rest_is_known_by_its_name_or_added(names, other):
    labels = label_set_of(names)
    assert labels.other == other
    assert labels.names[: len(names)] == tuple(names)


def test_the_current_folder_is_the_project_where_it_was_made(project, monkeypatch, tmp_path):
    assert locations.project_folder() == project
    config = load_config()
    assert (config.corpus.reports, config.corpus.labels, config.features.min_df) == (("reports",), ("labels",), 1)
    assert (config.features.characters, config.model.naive_bayes, config.model.C) == (True, 0.1, 1.0)
    assert load_config(settings=("features.min_df=3",)).features.min_df == 3
    (tmp_path / "more.toml").write_text("[features]\nmin_df = 4\n", encoding="utf-8")
    more = load_config(tmp_path / "more.toml")
    assert (more.features.min_df, more.corpus.labels) == (4, ("labels",))
    monkeypatch.chdir(tmp_path)
    assert locations.project_folder() != project
    monkeypatch.setenv(locations.HOME_VARIABLE, str(tmp_path))
    monkeypatch.chdir(project)
    assert locations.project_folder() == tmp_path


def test_a_wrong_setting_names_the_file_of_the_project(project):
    with (project / locations.PROJECT_FILE).open("a", encoding="utf-8") as file:
        file.write("[modle]\nC = 1\n")
    with pytest.raises(ConfigError, match=r"mission-themes\.toml: 'modle' is not a known section; did you mean 'model'"):
        load_config()


def test_a_new_project_has_no_labels_and_says_where_they_go(project):
    config = load_config()
    assert read_corpus(config, print).reports == ()
    assert label_files(config) == []
    places = default_places(project.parent / "来信 2024.csv", config)
    assert (places.labels, places.reports) == (project / "labels" / "来信 2024.jsonl", "reports/来信 2024")
    for name in ("b.jsonl", "a.jsonl", "review.jsonl", "notes.txt"):
        (project / "labels" / name).touch()
    assert [path.name for path in label_files(config)] == ["a.jsonl", "b.jsonl"]


def test_nothing_is_overwritten(project, tmp_path):
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match=r"mission-themes\.toml: is there already, and nothing is overwritten"):
        make_project(project, None)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "README.md").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"README\.md: is there already"):
        make_project(tmp_path / "b", None)
    assert {path.name for path in (tmp_path / "b").iterdir()} == {"README.md"}
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be made"):
        make_project(tmp_path / "file" / "x", None)


def test_without_names_the_labels_are_the_shipped_ones(tmp_path):
    make_project(tmp_path, None)
    assert load_label_set(tmp_path / LABEL_SET) == load_label_set(locations.shipped("configs") / "labels.toml")
    assert len((tmp_path / "README.md").read_text(encoding="utf-8").splitlines()) <= 10


def test_in_chinese_the_readme_and_the_head_of_the_labels_are_chinese(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, "zh")
    make_project(tmp_path, None)
    assert (tmp_path / "README.md").read_text(encoding="utf-8").startswith("# 自己的标签\n\n1. 标签：`configs/labels.toml`")
    assert (tmp_path / LABEL_SET).read_text(encoding="utf-8").startswith("# 标签，按固定顺序排列")
    settings = (tmp_path / locations.PROJECT_FILE).read_text(encoding="utf-8")
    assert settings.startswith("# 本项目的设置")
    monkeypatch.setenv(VARIABLE, "en")
    make_project(tmp_path / "english", None)
    assert tomllib.loads(settings) == tomllib.loads((tmp_path / "english" / locations.PROJECT_FILE).read_text(encoding="utf-8"))
    assert load_label_set(tmp_path / LABEL_SET) == load_label_set(locations.shipped("configs") / "labels.toml")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "0 labels"),
        (["甲", "甲 "], "1 labels"),
        ([str(number) for number in range(MOST_LABELS + 1)], f"{MOST_LABELS + 1} labels .*--label-column"),
        (["甲", "乙\n丙"], "printable"),
        (["甲", " "], "printable"),
        (["甲", "长" * 61], "at most 60"),
    ],
)
def test_names_that_make_no_labels_are_refused(names, said):
    with pytest.raises(UsageError, match=said):
        label_set_of(names)


def test_of_too_many_names_the_first_five_are_told():
    with pytest.raises(UsageError) as error:
        label_set_of(["甲", *(str(number) for number in range(200)), "甲"])
    hint = f"give 2 to {MOST_LABELS}, or name the column that holds them with --label-column"
    assert str(error.value) == f"201 labels (甲, 0, 1, 2, 3…): {hint}"


def test_as_many_labels_and_as_long_ones_as_there_may_be():
    names = ("长" * 60, *(str(number) for number in range(MOST_LABELS - 1)))
    assert label_set_of(names).names == (*names, OTHER)
    assert label_set_of(["甲", "其他"]).names == ("甲", "其他")
