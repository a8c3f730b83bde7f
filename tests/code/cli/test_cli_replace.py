"""No command replaces what no run made: a document, a table, a folder of somebody, the files of the project."""

import pytest

from pipeline.core.locations import find

SEED = "seeds/reports/000_05cee4bd61fb810e.txt"


@pytest.fixture
def run(call, trained_home):
    def with_model(command, *arguments):
        return call(command, "--model", trained_home / "models" / "seeds", *arguments)

    return with_model


@pytest.mark.parametrize("command", ["tag", "digest", "figures"])
@pytest.mark.parametrize("ending", ["xlsx", "docx", "html", "csv", "jsonl", "md"])
def test_a_file_that_no_run_made_stays_and_one_that_a_run_made_is_replaced(run, tmp_path, command, ending):
    out = tmp_path / f"out.{ending}"
    out.write_bytes(b"somebody wrote this")
    refused = run(command, SEED, "-o", out)
    formats = {"tag": "xlsx docx html csv jsonl", "digest": "xlsx docx html md", "figures": "xlsx csv jsonl"}[command]
    assert refused.exit_code == 2
    assert out.read_bytes() == b"somebody wrote this"
    assert [path.name for path in tmp_path.iterdir()] == [out.name]
    if ending not in formats.split():
        return
    assert f"{out}: is there already, and no earlier run made it; name another output with -o" in refused.stderr
    for force in (["--force"], []):
        again = run(command, SEED, "-o", out, *force)
        assert again.exit_code == 0, again.stderr


def test_an_empty_file_is_written(run, tmp_path):
    (tmp_path / "out.csv").touch()
    assert run("tag", SEED, "-o", tmp_path / "out.csv").exit_code == 0


def test_a_folder_with_files_of_somebody_and_a_foreign_summary_stay(run, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.docx").write_bytes(b"x")
    (tmp_path / "t.jsonl.summary.json").write_text('{"mine": 1}', encoding="utf-8")
    folder = run("tag", SEED, "-o", tmp_path / "out", "--format", "docx")
    beside = run("tag", SEED, "-o", tmp_path / "t.jsonl")
    assert (folder.exit_code, beside.exit_code) == (2, 2)
    assert "t.jsonl.summary.json: is there already, and no earlier run made it" in beside.stderr
    assert (tmp_path / "out" / "a.docx").read_bytes() == b"x"
    assert not (tmp_path / "t.jsonl").exists()


@pytest.mark.parametrize("command", ["tag", "digest", "figures"])
@pytest.mark.parametrize(
    "name", ["seeds/labels/seed.jsonl", "seeds/labels/written.jsonl", "configs/labels.toml", "configs/default.toml"]
)
def test_a_file_of_the_project_is_never_replaced(run, command, name):
    before = find(name).read_bytes()
    result = run(command, SEED, "-o", find(name), "--force")
    assert result.exit_code == 2
    assert find(name).read_bytes() == before


def test_tags_that_were_written_before_do_not_replace_the_corrections(run, home, tmp_path):
    assert run("tag", SEED, "-o", tmp_path / "t.jsonl").exit_code == 0
    review = home / "seeds" / "labels" / "review.jsonl"
    review.parent.mkdir(parents=True, exist_ok=True)
    review.write_text("x\n", encoding="utf-8")
    result = run("figures", tmp_path / "t.jsonl", "-o", review)
    assert result.exit_code == 2
    assert review.read_text(encoding="utf-8") == "x\n"


def test_what_is_for_reports_is_refused_for_tags(run, tmp_path):
    assert run("tag", SEED, "-o", tmp_path / "t.jsonl").exit_code == 0
    for option in (["--corrected"], ["--jobs", "2"]):
        result = run("figures", tmp_path / "t.jsonl", *option)
        assert result.exit_code == 2
        assert f"{option[0]}: is for reports" in result.stderr


def test_labels_do_not_replace_a_file_that_is_there(call, home, tmp_path):
    (tmp_path / "t.csv").write_text("text,label\n全县开展宣讲。,举旗帜\n", encoding="utf-8")
    out = tmp_path / "README.md"
    out.write_text("mine", encoding="utf-8")
    for arguments in (("import", tmp_path / "t.csv"), ("export",)):
        result = call("labels", *arguments, "-o", tmp_path / "mine.json")
        (tmp_path / "mine.json").write_text("mine", encoding="utf-8")
        result = call("labels", *arguments, "-o", tmp_path / "mine.json")
        assert result.exit_code == 2, result.output
        assert "mine.json: is there already; name another file with -o, or take it away first" in result.stderr
        assert (tmp_path / "mine.json").read_text(encoding="utf-8") == "mine"


def test_a_hyphen_is_no_output(run):
    result = run("tag", SEED, "-o", "-")
    assert result.exit_code == 2
    assert "-o -: leave -o out to write to standard output" in result.stderr
