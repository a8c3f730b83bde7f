"""What stands around the code is true: the Makefile's help, the tables of commands, the links, the example of CONTRIBUTING.md.

And the code keeps to its measures: names that stand once, short functions, no two modules that import each other.
"""

import ast
import re
import sys
from collections import defaultdict
from statistics import median
from types import ModuleType

import click
import pytest

from pipeline.cli.commands import main
from pipeline.read import formats, kinds

MANUALS = ("docs/manual.md", "docs/manual.zh.md")
DOCUMENTS = ("README.md", "README.zh.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/*.md")


def test_every_target_is_explained_by_make_help(root):
    text = (root / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    explained = re.findall(r"^([a-z-]+):.* ## .", text, re.MULTILINE)
    assert explained == [*dict.fromkeys(explained)]
    assert set(phony.split()) == set(explained)


# ---- the tables of commands ------------------------------------------------------------------------------------------


def table(root, manual):
    """Return the words of each row of the table of commands."""
    lines = (root / manual).read_text(encoding="utf-8").splitlines()
    return [line.split("`")[1].split() for line in lines if line.startswith("| `pipeline ")]


def find(words):
    """Return the name of the command of a row, and the command."""
    command, name = main, []
    for word in words[1:]:
        if not isinstance(command, click.Group):
            break
        command = command.get_command(click.Context(command), word)
        assert command is not None, words
        name.append(word)
    return " ".join(name), command


def every_command(group=main, above=()):
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        yield from every_command(command, (*above, name)) if isinstance(command, click.Group) else [" ".join([*above, name])]


def flags(words):
    return [word.strip("[]") for word in words if word.strip("[]").startswith("-")]


@pytest.mark.parametrize("manual", MANUALS)
def test_the_table_has_every_command_and_no_other(root, manual):
    assert {find(words)[0] for words in table(root, manual)} == set(every_command())


@pytest.mark.parametrize("manual", MANUALS)
def test_the_options_in_the_table_are_those_of_the_commands(root, manual):
    for words in table(root, manual):
        options = {name for parameter in find(words)[1].params for name in (*parameter.opts, *parameter.secondary_opts)}
        assert set(flags(words)) <= options, words


@pytest.mark.parametrize("manual", MANUALS)
def test_every_option_stands_in_the_manual(root, manual):
    """But for those that every command has, and the output, which each row names by its short form."""
    text = (root / manual).read_text(encoding="utf-8")
    options = {
        max(parameter.opts, key=len): name
        for name in every_command()
        for parameter in find(["pipeline", *name.split()])[1].params
        if isinstance(parameter, click.Option)
    }
    known = {"--debug", "--config", "--set", "--output"}
    assert {option: name for option, name in options.items() if option not in known and option not in text} == {}


def test_both_tables_have_the_same_rows(root):
    first, second = ([(find(words)[0], flags(words)) for words in table(root, manual)] for manual in MANUALS)
    assert first == second


# ---- links and the example -------------------------------------------------------------------------------------------


def test_every_link_to_a_file_leads_to_one(root):
    for document in sorted(path for pattern in DOCUMENTS for path in root.glob(pattern)):
        prose = re.sub(r"`[^`\n]*`", "", document.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", prose):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_module_and_folder_that_the_map_names_is_there(root):
    text = (root / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w./]+(?:\.pyx?|/))`", text)
    assert len(named) > 40
    tests = {path.name for path in (root / "tests" / "code").rglob("*.py")}
    assert [name for name in named if not ((root / name).exists() or (root / "pipeline" / name).exists() or name in tests)] == []


def test_the_reader_of_the_example_does_what_its_test_says(root, monkeypatch):
    text = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    code, test = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert '    "srt": (".srt",),' in text
    assert '    ".srt": "srt",' in text
    reader = ModuleType("pipeline.read.formats.srt")
    monkeypatch.setitem(sys.modules, reader.__name__, reader)
    monkeypatch.setitem(formats.FORMATS, "srt", (".srt",))
    monkeypatch.setitem(kinds._BY_SUFFIX, ".srt", "srt")
    exec(code, vars(reader))
    tests = {}
    exec(test, tests)
    called = [run() for name, run in tests.items() if name.startswith("test_")]
    assert len(called) == 2
    assert len([line for line in code.splitlines() if line.strip()]) <= 25


# ---- the measures of the code ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def modules(root):
    """The modules of the package by their dotted names, parsed."""
    paths = {path: path.relative_to(root).with_suffix("") for path in sorted((root / "pipeline").rglob("*.py"))}
    return {
        ".".join(name.parts).removesuffix(".__init__"): ast.parse(path.read_text(encoding="utf-8")) for path, name in paths.items()
    }


def length(function):
    """Return the lines of a function, from its ``def`` on, without those of its docstring."""
    first = function.body[0]
    text = first.end_lineno - first.lineno + 1 if ast.get_docstring(function) is not None else 0
    return function.end_lineno - function.lineno + 1 - text


def test_no_two_public_classes_share_a_name(modules):
    places = defaultdict(list)
    for name, tree in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name)
    assert len(places) > 200
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_functions_are_short(modules):
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    lines = {
        f"{name}:{node.name}": length(node) for name, tree in modules.items() for node in ast.walk(tree) if isinstance(node, kinds)
    }
    assert len(lines) > 1_500
    assert {function: count for function, count in lines.items() if count > 40} == {}
    assert median(lines.values()) <= 8


def test_a_docstring_is_no_line_of_a_function():
    tree = ast.parse('def f(\n    a,\n):\n    """One.\n\n    Two.\n    """\n    b = a\n    return b\n')
    assert length(tree.body[0]) == 5


def test_no_two_modules_import_each_other(modules):
    imports = {name: set() for name in modules}
    for name, tree in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                imports[name] |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)} & modules.keys()
    assert sum(map(len, imports.values())) > 1_000
    assert [(one, other) for one in imports for other in imports[one] if one < other and one in imports[other]] == []
