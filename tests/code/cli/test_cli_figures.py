"""The command, on real files and on tags that were written before."""

import json

import pytest

SEED = "seeds/reports/000_05cee4bd61fb810e.txt"


@pytest.fixture
def figures(call, trained_home):
    def run(*arguments):
        return call("figures", "--model", trained_home / "models" / "seeds", *arguments)

    return run


@pytest.fixture
def tags(call, trained_home, tmp_path):
    out = tmp_path / "tags.jsonl"
    assert call("tag", "--model", trained_home / "models" / "seeds", SEED, "-o", out).exit_code == 0
    return out


def test_of_a_report_and_of_its_tags_the_figures_are_the_same(figures, tags, root):
    of_report, of_tags = figures(SEED), figures(tags)
    assert (of_report.exit_code, of_tags.exit_code) == (0, 0)
    assert of_report.stdout == of_tags.stdout
    rows = [json.loads(line) for line in of_report.stdout.splitlines()]
    (row,) = [row for row in rows if row["written"] == "3900多场次"]
    assert (row["counted"], row["value"], row["unit"], row["bound"]) == ("理论宣讲", 3900, "场次", "多")
    text = (root / SEED).read_text(encoding="utf-8")
    assert all(text[row["start"] : row["end"]] == row["written"] for row in rows)
    assert of_report.stderr.splitlines()[-1] == f"{len(rows)} figures in 1 report"


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl", "table"])
def test_into_a_file(figures, tmp_path, ending):
    out = tmp_path / f"figures.{ending}"
    result = figures(SEED, "-o", out, "--theme", "举旗帜")
    assert result.exit_code == 0
    assert out.stat().st_size > 100
    assert result.stderr.splitlines()[-1].endswith(f" figures in 1 report -> {out}")
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_a_theme_is_a_label(figures, tags):
    for given in (SEED, tags):
        result = figures(given, "--theme", "没有")
        assert result.exit_code == 2
        assert "--theme 没有: not a label of the model; its labels: 举旗帜" in result.stderr


def test_a_broken_line_is_named_and_nothing_is_left(figures, tags, tmp_path):
    with tags.open("a", encoding="utf-8") as stream:
        stream.write('{"source": "半\n')
    out = tmp_path / "figures.csv"
    result = figures(tags, "-o", out)
    assert result.exit_code == 1
    assert f"{tags}, line {len(tags.read_text(encoding='utf-8').splitlines())}: no tag (" in result.stderr
    assert not out.exists()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["missing.jsonl"], "missing.jsonl: cannot be read (No such file or directory); name a file that"),
        ([SEED, "tags.jsonl"], "give them in two commands"),
    ],
)
def test_what_cannot_be_taken_is_told_in_a_line(figures, given, message):
    result = figures(*given)
    assert result.exit_code in (1, 2)
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_the_output_is_none_of_the_inputs(figures, tags):
    before = tags.read_bytes()
    result = figures(tags, "-o", tags)
    assert result.exit_code == 2
    assert "is an input of this command" in result.stderr
    assert tags.read_bytes() == before
