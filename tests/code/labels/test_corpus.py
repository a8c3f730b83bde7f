import pytest
from msgspec.structs import replace

from pipeline.core.config import load_config
from pipeline.core.errors import ConfigError, CorpusError, UsageError
from pipeline.core.locations import find
from pipeline.labels.corpus import (
    ImportPlaces,
    Lexicon,
    _excluded,
    claim_label_file,
    corpus_facts,
    corpus_files,
    default_places,
    label_files,
    own_files,
    read_corpus,
    read_gold,
    read_lexicon,
    read_reports,
)

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


def test_user_words_are_sorted_in_lower_case_and_comments_left_out(seeds, home):
    (home / "w.txt").write_text("\ufeff# words\n书房\n\n宣讲团\nAI大模型\n书房\n", encoding="utf-8")
    own = replace(seeds, features=replace(seeds.features, user_dictionary="w.txt"))
    assert read_lexicon(own).words == ("ai大模型", "书房", "宣讲团")
    assert read_lexicon(seeds).words == ()
    (home / "w.txt").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match=r"^w\.txt: the user dictionary cannot be read \(.+\); check features\.user_dictionary$"):
        read_lexicon(own)


def test_a_lexicon_has_the_terms_of_a_folder_of_the_project_or_none(seeds, home):
    (home / "terms").mkdir()
    (home / "terms" / "opera.txt").write_text("京剧\n", encoding="utf-8")
    own, without = (replace(seeds, features=replace(seeds.features, gazetteers=name)) for name in ("terms", ""))
    found = read_lexicon(own).gazetteer
    assert (found.names, found.terms) == (("opera",), ("京剧",))
    assert read_lexicon(own).gazetteer is found
    assert read_lexicon(without) == Lexicon()
    with pytest.raises(ConfigError, match="no gazetteer"):
        read_lexicon(replace(own, features=replace(own.features, gazetteers="none")))


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


def test_a_manifest_says_how_often_each_label_stands_in_the_corpus(seeds):
    corpus = read_corpus(seeds, lambda _: None)
    facts = corpus_facts(corpus)
    assert (facts["sha256"], facts["reports"]) == (corpus.sha256, 5)
    assert facts["labels"] == {"举旗帜": 53, "聚民心": 41, "育新人": 57, "兴文化": 51, "展形象": 22, "其他": 133}
    empty = corpus_facts(type(corpus)((), corpus.label_set))
    assert empty["labels"] == dict.fromkeys(corpus.label_set.names, 0)


def test_reports_that_were_written_for_corrections_come_last_and_none_twice(project, home):
    assert corpus_files(project) == {"in/r.txt": home / "in" / "r.txt"}
    (home / "in" / "b").mkdir()
    (home / "in" / "b" / "a.txt").write_text("x", encoding="utf-8")
    (home / "seeds" / "reviewed").mkdir(parents=True)
    (home / "seeds" / "reviewed" / "a.txt").write_text("x", encoding="utf-8")
    *own, last = corpus_files(project).items()
    assert {name for name, _ in own} == {"in/r.txt", "in/b/a.txt"}
    assert last == ("seeds/reviewed/a.txt", home / "seeds" / "reviewed" / "a.txt")
    for reports, reviewed in ((("in",), "in/b"), (("in", "in/b"), "in/b")):
        within = replace(project, corpus=replace(project.corpus, reports=reports, reviewed=reviewed))
        assert list(corpus_files(within)) == [name for name, _ in own]
    empty = replace(project, corpus=replace(project.corpus, reports=("none",)))
    (home / "none").mkdir()
    assert corpus_files(empty) == dict([last])


def test_reports_are_read_in_the_order_of_the_corpus_and_no_others(project, home):
    assert [(report.source, report.text) for report in read_reports({"in/r.txt", "nowhere.txt"}, project)] == [("in/r.txt", "x")]
    assert read_reports((), project) == []


def test_a_folder_of_labels_gives_its_files_in_the_order_of_their_names(project, home):
    assert label_files(project) == [home / "l" / name for name in ("a.jsonl", "b.jsonl", "c.jsonl")]
    named = replace(project, corpus=replace(project.corpus, labels=("l/b.jsonl", "l/r.jsonl", "l/a.jsonl")))
    assert label_files(named) == [home / "l" / name for name in ("b.jsonl", "a.jsonl")]


def test_what_is_taken_in_goes_into_the_folders_of_a_project_that_has_them(project, seeds, home, tmp_path):
    assert default_places(tmp_path / "来信.csv", project) == ImportPlaces(home / "l" / "来信.jsonl", "in/来信")
    assert default_places(tmp_path / "来信.csv", seeds) == ImportPlaces(None, "seeds/imported")


def test_an_excluded_name_that_nobody_has_is_told_with_eight_that_are_there():
    sources = {f"a/{number}.txt" for number in range(9)}
    known = ", ".join(f"a/{number}.txt" for number in range(8))
    with pytest.raises(ConfigError) as error:
        _excluded("9.txt", sources)
    assert str(error.value) == f"corpus.exclude '9.txt': no labelled report has this name; known: {known}"
    assert _excluded("a/3.txt", {*sources, "b/3.txt"}) == {"a/3.txt"}
    assert _excluded("3.txt", {*sources, "b/3.txt"}) == {"a/3.txt", "b/3.txt"}
    assert _excluded("b/3", {*sources, "b/13.txt"}) == {"a/3.txt"}
