"""What the tests share: small reports, a project folder of their own, and a model trained once."""

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.clean import clean
from pipeline.cli import main
from pipeline.config import Config, load_config
from pipeline.model import Model
from pipeline.model_folder import load_model
from pipeline.records import Document, Noise, Segment
from pipeline.segment import segment

ROOT = Path(__file__).resolve().parents[1]
REPORT = """临溪县2022年宣传工作小结

一、理论学习

县委理论学习中心组集中学习十二次，基层宣讲团走进村社讲党课三百场。

二、文化惠民

县图书馆新开六座城市书房，送戏下乡八十场，全民阅读活动吸引两万人次。

记者：王一
"""


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run of CI in which a test was skipped: there, every program that a test needs is installed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and os.environ.get("CI"):
        reporter.write_line(f"CI fails: {len(skipped)} tests were skipped; install what they need in .ci/run", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def config() -> Config:
    """The default configuration."""
    return load_config()


@pytest.fixture
def cut_up(config):
    """Return a function from a text to its cleaned text, segments and noise."""

    def run(text: str, **marks):
        cleaned = clean(Document("t.txt", text, "0", "utf-8", **marks), config.clean)
        items = list(segment(cleaned, config.segment))
        segments = [item for item in items if isinstance(item, Segment)]
        return cleaned, segments, [*cleaned.noise, *(item for item in items if isinstance(item, Noise))]

    return run


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A project folder of the test's own; configuration, seeds and shipped model are found in the checkout."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("MISSION_THEMES_HOME", str(folder))
    return folder


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory):
    """Keep copies of registered models in a folder of the tests."""
    os.environ["MISSION_THEMES_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory) -> Path:
    """A project folder in which the seeds were trained on once, with tracking, by the command itself."""
    folder = tmp_path_factory.mktemp("trained")
    done = run_pipeline(["train", "--config", "configs/seeds.toml"], home=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def model(trained_home) -> Model:
    """The model of the seeds."""
    return load_model(trained_home / "models" / "seeds")


@pytest.fixture
def report(tmp_path) -> Path:
    """A short report as a UTF-8 file."""
    path = tmp_path / "report.txt"
    path.write_text(REPORT, encoding="utf-8")
    return path


@pytest.fixture
def call():
    """Return a function that runs a command in this process."""

    def run(*arguments: object, stdin: bytes | None = None) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)

    return run


@pytest.fixture(scope="session")
def start():
    """Return a function that runs a command in a process of its own."""
    return run_pipeline


def run_pipeline(arguments, home=None, env=None, stdin=None, cwd=None, timeout=300) -> subprocess.CompletedProcess[str]:
    """Run ``pipeline`` in a process of its own and return what it printed."""
    variables = {**os.environ, **({"MISSION_THEMES_HOME": str(home)} if home else {}), **(env or {})}
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *map(str, arguments)],
        env=variables,
        cwd=cwd or ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )


@pytest.fixture(scope="session")
def program() -> Callable[..., str]:
    """Return a function that gives the path of an installed program, or skips the test and says what is missing."""
    return installed


def installed(*names: str) -> str:
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip(f"needs {names[0]}; on Debian: see the packages in .ci/run")
    return found


@pytest.fixture(scope="session")
def office(tmp_path_factory, formats) -> Callable[[list[Path], str, Path], list[Path]]:
    """Return a function that converts files with LibreOffice: ``office([path], "docx", folder)`` gives the new ones."""
    return formats.libreoffice(installed("soffice", "libreoffice"), tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="session")
def soffice(office) -> Callable[[Path, str, Path], Path]:
    """Return a function that converts one file with LibreOffice."""
    return lambda path, target, folder: office([path], target, folder)[0]


@pytest.fixture(scope="session")
def chromium(formats) -> Callable[[str, Path, Path], Path]:
    """Return a function that saves a page with Chromium: ``chromium("pdf" or "mhtml", page, file)`` gives the file."""
    return formats.chromium(installed("chromium", "chromium-browser", "google-chrome"))


@pytest.fixture(scope="session")
def java() -> str:
    """Java, which Spark runs on."""
    return program("java")


@pytest.fixture(scope="session")
def formats():
    """The module that wraps reports in every format, which `make bench-formats` runs."""
    return importlib.import_module("formats")


@pytest.fixture(scope="session")
def fuzz():
    """The module that mutates files, which `make fuzz` runs."""
    return importlib.import_module("fuzz")


@pytest.fixture(scope="session")
def default_model() -> Model:
    """The shipped model."""
    return load_model(ROOT / "models" / "default")
