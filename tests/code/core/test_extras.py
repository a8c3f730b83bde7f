"""Each missing extra is named in one line with the command that brings it; the table of modules fits pyproject.toml."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from pipeline.core.errors import UsageError
from pipeline.core.extras import EXTRAS, missing, need


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def distributions():
    """The distributions of each module, by normal name."""
    return {module: {normal(name) for name in names} for module, names in packages_distributions().items()}


def listed(requirements):
    return {normal(re.match(r"[\w.-]+", requirement)[0]) for requirement in requirements}


@pytest.mark.parametrize(("extra", "module"), [(extra, module) for extra, modules in EXTRAS.items() for module in modules])
def test_what_is_missing_is_named_with_the_command_that_brings_it(monkeypatch, extra, module):
    assert missing(extra, "this") is None
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError) as raised:
        need(extra, "this")
    assert str(raised.value) == f"this: {module} not installed; bring it with: pip install 'mission-themes[{extra}]'"


@pytest.mark.parametrize(
    ("command", "module", "start"),
    [
        (["train"], "scipy", "pipeline train: scipy"),
        (["ui"], "mlflow", "pipeline ui: mlflow"),
        (["serve"], "fastapi", "pipeline serve: fastapi"),
        (["tag", "REPORT", "--engine", "spark", "-o", "out.jsonl"], "pyspark", "--engine spark: pyspark"),
        (["tag", "REPORT", "--model", "models:/a@b"], "mlflow", "models:/a@b: cannot be fetched, and no copy of it was kept ("),
        (["models", "list"], "mlflow", "the store "),
    ],
)
def test_a_command_without_its_extra_ends_with_one_line(monkeypatch, call, home, report, command, module, start):
    monkeypatch.setitem(sys.modules, module, None)
    (home / "mlruns").mkdir()
    (home / "mlruns" / "mlflow.db").touch()
    result = call(*[str(report) if word == "REPORT" else word for word in command])
    assert result.exit_code in (2, 3)
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"error: {start}")
    assert f"{module} not installed; bring it with: pip install 'mission-themes[" in line


def test_every_extra_of_the_table_is_in_the_project_with_its_modules(project, distributions):
    extras = project["optional-dependencies"]
    assert set(EXTRAS) == set(extras) - {"all", "bench", "dev"}
    for extra, modules in EXTRAS.items():
        assert set().union(*(distributions[module] for module in modules)) >= listed(extras[extra]), extra
        assert all(distributions[module] & listed(extras[extra]) for module in modules), extra
    (everything,) = extras["all"]
    assert everything == f"mission-themes[{','.join(sorted(EXTRAS))}]"


@pytest.mark.slow
def test_what_is_imported_is_a_requirement_or_stands_in_an_extra(root, project, distributions):
    extras = {module for modules in EXTRAS.values() for module in modules}
    base = listed(project["dependencies"])
    for path in (root / "pipeline").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            for module in {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - {"pipeline"} - extras:
                assert distributions[module] & base, f"{path}: {module}"


def test_the_bounds_are_the_pins(root, project):
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()[1:]
    pins = {normal(name): version for name, version in (line.split("==") for line in lines)}
    assert lines == sorted(lines, key=str.lower)
    every = [*project["dependencies"], *(one for some in project["optional-dependencies"].values() for one in some)]
    for name, version in re.findall(r"^([\w.-]+)>=([\w.]+)", "\n".join(every), re.MULTILINE):
        assert pins[normal(name)] == version, name
    assert not [one for one in every if ">=" not in one and not one.startswith("mission-themes[")]


def test_pins_are_written_from_what_is_installed(root):
    import importlib.util

    spec = importlib.util.spec_from_file_location("pins", root / ".ci" / "pins.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    versions = module.pins(["# a comment", "Lxml_Html.Clean==0.5", "mlflow==4.1", "-e /a/path", ""])
    assert versions == {"lxml-html-clean": "0.5", "mlflow": "4.1"}
    text = 'requires = ["mlflow>=3.10,<4", "lxml-html-clean>=0.4; sys_platform != \'win32\'"]'
    assert module.raised(text, versions) == 'requires = ["mlflow>=4.1,<4", "lxml-html-clean>=0.5; sys_platform != \'win32\'"]'
    with pytest.raises(KeyError, match="numpy"):
        module.raised('"numpy>=1"', versions)
