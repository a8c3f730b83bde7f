import pytest
from msgspec.structs import replace

from pipeline.core.config import load_config
from pipeline.core.errors import ConfigError, CorpusError, UsageError
from pipeline.core.locations import find
from pipeline.labels.corpus import claim_label_file, own_files, read_corpus, read_gold, read_user_words

SEED = "004_be132a9dff6c2480.txt"


@pytest.fixture(scope="module")
def seeds():
    return load_config(find("configs/seeds.toml"))


def without(config, *names):
    return replace(config, corpus=replace(config.corpus, exclude=names))


def sources(config):
    return {report.document.source for report in read_corpus(config, lambda _: None).reports}


@pytest.mark.parametrize("name", [SEED, f"seeds/reports/{SEED}", f"/elsewhere/seeds/reports/{SEED}", f"/copies/{SEED}", SEED[:-4]])
def test_a_report_is_excluded_by_its_name_or_path(seeds, name):
    assert sources(seeds) - sources(without(seeds, name)) == {f"seeds/reports/{SEED}"}


def test_what_is_excluded_is_said(seeds):
    said = []
    read_corpus(without(seeds, SEED), said.append)
    assert said == [f"left out: seeds/reports/{SEED}"]


def test_a_name_that_no_report_has_is_an_error(seeds):
    with pytest.raises(ConfigError, match=r"corpus\.exclude 'x': no labelled report has this name; known: seeds/reports/000"):
        sources(without(seeds, "x"))


def test_a_gold_file_of_labels_uses_the_reports_of_the_corpus(seeds):
    corpus = read_corpus(seeds, lambda _: None)
    gold = read_gold(find("seeds/labels/seed.jsonl"), seeds, corpus.label_set)
    assert gold == corpus


def test_a_missing_folder_of_reports_is_named(seeds):
    gone = replace(seeds, corpus=replace(seeds.corpus, reports=("nowhere",)))
    with pytest.raises(CorpusError, match="nowhere: no such folder of reports"):
        sources(gone)


def test_user_words_are_sorted_and_comments_left_out(seeds, home):
    (home / "w.txt").write_text("\ufeff# words\n书房\n\n宣讲团\n书房\n", encoding="utf-8")
    own = replace(seeds, features=replace(seeds.features, user_dictionary="w.txt"))
    assert read_user_words(own) == ("书房", "宣讲团")
    assert read_user_words(seeds) == ()


@pytest.fixture
def project(seeds, home):
    """A project with a folder of labels, one of them empty, and corrections."""
    for name, text in {
        "l/b.jsonl": "x",
        "l/a.jsonl": "x",
        "l/c.jsonl": "",
        "l/n.txt": "x",
        "l/r.jsonl": "x",
        "in/r.txt": "x",
    }.items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
    return replace(
        seeds, corpus=replace(seeds.corpus, labels=("l",), review="l/r.jsonl", reports=("in",), reviewed="seeds/reviewed")
    )


def test_the_files_of_a_project_that_no_output_may_replace(project, home):
    names = [home / "l" / name for name in ("a.jsonl", "b.jsonl", "r.jsonl")]
    assert own_files(project) == [*names, find("configs/labels.toml"), find("configs/default.toml")]
    (home / "l" / "r.jsonl").unlink()
    assert len(own_files(project)) == 4


def test_a_label_file_goes_where_nothing_of_the_project_is(project, home, tmp_path):
    given = tmp_path / "given.csv"
    given.write_text("x", encoding="utf-8")
    (tmp_path / "empty.jsonl").touch()
    for name in ("new.jsonl", "empty.jsonl"):
        assert claim_label_file(tmp_path / name, "an export", [given], project).path == tmp_path / name
    (tmp_path / "mine.json").write_text("x", encoding="utf-8")
    (home / "link.jsonl").symlink_to("l/r.jsonl")
    corrections = "holds the corrections of people, which an export would replace; name another file with -o"
    wrong = {
        tmp_path / "mine.json": "is there already; name another file with -o, or take it away first",
        home / "l" / "r.jsonl": corrections,
        home / "link.jsonl": corrections,
        **dict.fromkeys(
            (given, home / "l" / "a.jsonl", home / "in" / "r.txt"), "is an input of this command; name another output with -o"
        ),
    }
    for place, why in wrong.items():
        with pytest.raises(UsageError) as error:
            claim_label_file(place, "an export", [given], project)
        assert str(error.value) == f"{place}: {why}"
