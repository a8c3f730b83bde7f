"""The package is built with the inner loops compiled, and without them where there is no compiler."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = ["_counts.pyx", "_glyphs.pyx", "_kernels.pyx", "_scans.pyx", "_solver.pyx"]
SMALL = """
cdef extern from *:
    const char* SOURCE_DIGEST

SOURCE = <bytes>SOURCE_DIGEST
def twice(int x): return 2 * x
"""


@pytest.fixture
def hook(root, tmp_path):
    """Return the hook on small sources with the names of ours, the warnings that it gives, and what it says of the wheel."""
    spec = importlib.util.spec_from_file_location("hatch_build", root / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for source in module.SOURCES:
        (tmp_path / source).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / source).write_text(SMALL, encoding="utf-8")  # the sooner compiled
    warnings = []

    class App:
        display_warning = warnings.append

    def run(target="wheel"):
        data = {"artifacts": [], "pure_python": True}
        module.CustomBuildHook(str(tmp_path), {}, None, None, str(tmp_path), target, App()).initialize("standard", data)
        return data, warnings

    return run


@pytest.mark.slow
def test_without_a_compiler_the_package_is_built_all_the_same_and_says_so(hook, monkeypatch, tmp_path):
    monkeypatch.setenv("CC", str(tmp_path / "no-compiler"))
    data, warnings = hook()
    assert data == {"artifacts": [], "pure_python": True}
    (warning,) = warnings
    assert all(name in warning for name in SOURCES)
    assert ": not compiled (" in warning
    assert "works without" in warning
    assert sorted(path.name for path in (tmp_path / "pipeline").rglob("_*")) == SOURCES


@pytest.mark.slow
def test_with_one_the_compiled_files_go_into_the_wheel(hook, monkeypatch, tmp_path):
    data, warnings = hook()
    folders = [next((tmp_path / "pipeline").rglob(name)).parent for name in SOURCES]
    made = [next(folder.glob(f"{Path(name).stem}.*[!x]")) for folder, name in zip(folders, SOURCES, strict=True)]
    assert warnings == []
    assert (data["pure_python"], data["infer_tag"]) == (False, True)
    assert sorted(data["artifacts"]) == sorted(f"/{file.relative_to(tmp_path).as_posix()}" for file in made)
    script = (
        "import importlib.util as util, sys; spec = util.spec_from_file_location('pipeline.model._kernels', sys.argv[1]); "
        "module = util.module_from_spec(spec); spec.loader.exec_module(module); "
        "print(module.twice(21))"
    )
    command = [sys.executable, "-X", "utf8", "-c", script, str(made[SOURCES.index("_kernels.pyx")])]
    assert subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout == "42\n"
    # They stay for the next wheel, but not where a source has changed, the compiler is told something, or how to compile is newer.
    monkeypatch.setenv("CC", str(tmp_path / "no-compiler"))
    assert hook() == (data, [])
    with monkeypatch.context() as told:
        told.setenv("CFLAGS", "-O0")
        assert hook()[0]["pure_python"] is True
    old = made[0].stat().st_mtime
    os.utime(made[0], (0, 0))
    assert hook()[0]["pure_python"] is True
    os.utime(made[0], (old, old))
    assert hook()[0] == data
    made[2].with_name("_kernels.pyx").write_text(f"{SMALL}\n", encoding="utf-8")
    assert hook()[0]["pure_python"] is True


def test_a_source_distribution_holds_no_compiled_file(hook, tmp_path):
    data, _ = hook("sdist")
    assert data["pure_python"] is True
    assert sorted(path.name for path in (tmp_path / "pipeline").rglob("_*")) == SOURCES
