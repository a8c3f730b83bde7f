"""The package as a stranger installs it: a wheel, called from another folder."""

import subprocess
import sys
import tomllib
import zipfile
from itertools import chain

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def test_lower_bounds_are_the_versions_that_are_tested(root):
    """A version below the pin is one that nobody tried, and may have an advisory that the pin has not."""
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = {canonicalize_name(name): pin for name, _, pin in (line.partition("==") for line in lines if not line.startswith("#"))}
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    bounds = {
        canonicalize_name(one.name): each.version
        for one in map(Requirement, named)
        for each in one.specifier
        if each.operator == ">="
    }
    assert len(bounds) > 30
    assert bounds == {name: pins[name] for name in bounds}
    assert {canonicalize_name(Requirement(one).name) for one in named} == set(bounds)


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder), str(root)], check=True
    )
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_carries_code_configuration_and_the_shipped_model(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "pipeline/shipped/configs/default.toml" in names
    assert "pipeline/shipped/models/default/manifest.json" in names
    assert {f"pipeline/output/page/{name}" for name in ("page.html.j2", "report.html.j2", "report.css", "report.js")} <= set(names)
    assert {f"pipeline/web/static/{name}" for name in ("index.html", "login.html", "main.js", "app.css", "icon.svg")} <= set(names)
    for compiled in ("model/_kernels", "preprocess/_scans"):
        assert [name for name in names if name.startswith(f"pipeline/{compiled}.") and name.endswith((".so", ".pyd"))]
    assert not wheel.name.endswith("-none-any.whl")
    assert not [name for name in names if name.startswith(("tests/", "seeds/", "mlruns/"))]


def test_an_installed_wheel_tags_from_another_folder(wheel, tmp_path, report):
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    script = f"import sys; sys.path.insert(0, {str(site)!r}); sys.argv = ['pipeline', 'tag', {str(report)!r}]\nimport pipeline\n"
    script += f"assert pipeline.__file__.startswith({str(site)!r}), pipeline.__file__\nfrom pipeline.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert '"model":"default ' in done.stdout
