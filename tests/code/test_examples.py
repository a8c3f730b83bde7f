"""The examples of the documents do what they say: those of python.md by doctest, the notebook cell by cell.

A kernel would bring a hundred megabytes; a cell is Python, and what it shows is what its last expression makes of itself.
"""

import ast
import doctest
import json
import re

import pytest


@pytest.fixture
def own_folder(home, tmp_path, monkeypatch):
    """The folder that the examples write into."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_examples_for_python_are_run(root, own_folder):
    text = (root / "docs" / "python.md").read_text(encoding="utf-8")
    found = doctest.DocTestParser().get_doctest(text, {}, "python.md", "docs/python.md", 0)
    assert len(found.examples) > 12
    said = []
    result = doctest.DocTestRunner().run(found, out=said.append)
    assert result.failed == 0, "".join(said)


def shown(source, names):
    """Run a cell; return what its last expression is."""
    module = ast.parse(source)
    last = module.body.pop() if isinstance(module.body[-1], ast.Expr) else None
    exec(compile(module, "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None


def test_the_notebook_runs_from_top_to_bottom(root, own_folder):
    notebook = json.loads((root / "docs" / "tagger.ipynb").read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert not [cell for cell in cells if cell["outputs"]]
    names = {}
    results = [shown("".join(cell["source"]), names) for cell in cells]
    assert "兴文化" in results[1]._repr_html_()
    assert results[2]["theme"].tolist() == ["育新人", "展形象", "其他"]
    assert results[4]["兴文化"] > 0
    assert len(results[5]) == len(results[3]) == len(results[1])


@pytest.mark.slow
def test_the_worked_example_of_own_labels_is_run(root, start, tmp_path):
    text = (root / "docs" / "own-labels.md").read_text(encoding="utf-8")
    table, commands, *_ = re.findall(r"(?:^    .+\n)+", text, re.MULTILINE)
    (tmp_path / "letters.csv").write_text(table.replace("    ", ""), encoding="utf-8")
    here = tmp_path
    for command in re.split(r"\n| && ", commands.strip()):
        words = command.split()
        if words[0] == "cd":
            here /= words[1]
        else:
            done = start(words[1:], cwd=here)
            assert done.returncode == 0, done.stderr
    assert (tmp_path / "letters" / "tags.xlsx").is_file()
    assert words[0] == "pipeline"
