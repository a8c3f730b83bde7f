"""What the tests share: small reports, a project folder of their own, and a model trained once."""

import contextlib
import errno
import importlib
import json
import os
import shutil
import signal
import string
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from filelock import FileLock
from hypothesis import HealthCheck, settings

from pipeline.cli.commands import main
from pipeline.core import messages
from pipeline.core.config import Config, load_config
from pipeline.core.errors import Code, PipelineError
from pipeline.core.native import VARIABLE
from pipeline.core.records import Document
from pipeline.model.features import Layout
from pipeline.model.folder import load_model
from pipeline.model.model import Model
from pipeline.preprocess.clean import clean
from pipeline.preprocess.segment import segment
from pipeline.preprocess.segments import TEXT, joined
from pipeline.read.office.libreoffice import _Office
from pipeline.track.server import free_port
from pipeline.track.store import QUIET

ROOT = Path(__file__).resolve().parents[1]
REPORT = """临溪县2022年宣传工作小结

一、理论学习

县委理论学习中心组集中学习十二次，基层宣讲团走进村社讲党课三百场。

二、文化惠民

县图书馆新开六座城市书房，送戏下乡八十场，全民阅读活动吸引两万人次。

记者：王一
"""

# How busy the machine is says nothing of the code.
settings.register_profile("project", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("project")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run of CI in which a test was skipped: there, every program that a test needs is installed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and os.environ.get("CI"):
        reporter.write_line(f"CI fails: {len(skipped)} tests were skipped; install what they need in .ci/run", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


# What starts a process, trains, or waits for another program: a test that uses it is not quick.
_SLOW_FIXTURES = frozenset(
    [
        "ask",
        "begin",
        "browser",
        "chromium",
        "commands",
        "java",
        "nginx",
        "office",
        "postgres",
        "serving",
        "soffice",
        "start",
        "systemd_analyze",
        "team_server",
        "trained_home",
        "ui",
    ]
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the quick tests, put the longest first, and leave out those of the compiled part where the Python code is tested."""
    # Those that measure the whole take longest; at the end, one process would wait for the other.
    items.sort(key=lambda item: not item.path.is_relative_to(ROOT / "tests" / "model"))
    for item in items:
        values = item.callspec.params if hasattr(item, "callspec") else {}  # a parameter named like a fixture is none
        if item.get_closest_marker("slow") is None and _SLOW_FIXTURES.isdisjoint({*item.fixturenames} - {*values}):
            item.add_marker(pytest.mark.quick)
    if os.environ.get(VARIABLE) == "python":
        left_out = [item for item in items if item.get_closest_marker("compiled")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item.get_closest_marker("compiled") is None]


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
        segments = joined([*segment(cleaned, config.segment)])
        return cleaned, segments, [*cleaned.noise, *segments.symbols]

    return run


@pytest.fixture(scope="session")
def layout_of():
    """Return a function from sentences, headings and the numbers of sentences in segments to how they are laid out."""

    def lay_out(sentences, headings=(), sizes=None, above=None, kinds=None, firsts=(0,)):
        sizes = [len(sentences)] if sizes is None else sizes
        ends = np.cumsum([0, *map(len, sentences)])
        return Layout(
            ("".join(sentences),), np.array([len(sentences)]), np.stack([ends[:-1], ends[1:]], axis=1), tuple(headings),
            np.cumsum([0, *sizes]), above or ((),) * len(sizes), np.array(kinds or [TEXT] * len(sizes), np.int64), firsts, (True,),
        )  # fmt: skip

    return lay_out


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A project folder of the test's own; configuration, seeds and shipped model are found in the checkout."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("MISSION_THEMES_HOME", str(folder))
    return folder


@pytest.fixture(scope="session", autouse=True)
def _english():
    """Have every command speak English, whatever the language of who runs the tests."""
    os.environ["MISSION_THEMES_LANG"] = "en"


@pytest.fixture(scope="session", autouse=True)
def _messages() -> Iterator[None]:
    """Refuse to say, while a test runs, what the catalogue does not know, a message without one of its values, or nothing."""
    known = messages._catalogue("zh")._catalog.keys() | {os.strerror(number) for number in errno.errorcode}

    def checked(message: str, /, **values: object) -> str:
        places = {name for _, name, _, _ in string.Formatter().parse(message) if name is not None}
        assert message in known or " " not in message, f"no Chinese for {message!r}; run: make messages"  # a word may be of a user
        assert places <= {name for name, value in values.items() if value is not None}, f"{message!r} lacks a value"
        return messages.tr(message, **values)

    def spoken(self: PipelineError, message: str, code: Code | None = None) -> None:
        assert isinstance(message, str), f"{type(self).__name__} says nothing"
        made(self, message, code)

    made = PipelineError.__init__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PipelineError, "__init__", spoken)
        for name, module in [*sys.modules.items()]:
            if name.startswith("pipeline.") and vars(module).get("tr") is messages.tr and module is not messages:
                patch.setattr(module, "tr", checked)
        yield


@pytest.fixture(scope="session", autouse=True)
def _short_java(tmp_path_factory):
    """Have Spark's Java compile for runs of seconds, not of days: a start takes half the processor time."""
    folder, options = tmp_path_factory.mktemp("spark"), "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    lines = [f"spark.{part}.extraJavaOptions {options}\n" for part in ("driver", "executor")]
    (folder / "spark-defaults.conf").write_text("".join(lines), encoding="utf-8")
    os.environ["SPARK_CONF_DIR"] = str(folder)


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory):
    """Keep copies of registered models in a folder of the tests."""
    os.environ["MISSION_THEMES_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory, ask) -> Path:
    """A project folder in which the seeds were trained on once, with tracking, by the command itself."""
    folder = tmp_path_factory.mktemp("trained")
    done = ask(["train", "--config", "configs/seeds.toml"], home=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """The wheel that `make wheels` has made, or one that is built now by the first worker that asks: it takes half a minute."""
    if made := os.environ.get("WHEEL"):
        return ROOT / made
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "wheel"
    with FileLock(f"{folder}.lock"):
        if not list(folder.glob("*.whl")):
            build = ["-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, ROOT]
            subprocess.run([sys.executable, *map(str, build)], check=True)
    (path,) = folder.glob("*.whl")
    return path


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
        kept = {name: os.environ.get(name) for name in ("MISSION_THEMES_LANG", "LANGUAGE")}  # which a command chooses anew
        return CliRunner(env=kept).invoke(main, [str(argument) for argument in arguments], input=stdin)

    return run


@pytest.fixture(scope="session")
def ui() -> Callable[[Path], contextlib.AbstractContextManager[str]]:
    """Return a function that runs ``pipeline ui`` on a project folder: ``with ui(folder) as address``."""
    return run_ui


@contextlib.contextmanager
def run_ui(home: Path) -> Iterator[str]:
    """Run ``pipeline ui`` on a project folder until the body ends; give its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "ui", "--port", "0"],
        env={**os.environ, "MISSION_THEMES_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        line = process.stdout.readline()
        assert line.startswith("MLflow UI: http://127.0.0.1:"), line
        address = line.split()[2]
        wait_for(lambda: answers(f"{address}/health"), process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


@pytest.fixture(scope="session")
def start():
    """Return a function that runs a command in a process of its own."""
    return run_pipeline


@pytest.fixture
def begin() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Return a function that starts a command and does not wait for it; what still runs at the end of the test is ended."""
    begun = []

    def run(arguments, home, env=None):
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", *map(str, arguments)],
            env={**os.environ, "MISSION_THEMES_HOME": str(home), **(env or {})},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        begun.append(process)
        return process

    yield run
    for process in begun:
        end_group(process)
        process.stdout.close()


# What it is asked goes through its standard input and output; what a command or Java prints goes elsewhere.
_COMMANDS = """
import json, os, sys
from click.testing import CliRunner
from pipeline.cli.commands import main
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
kept = dict(os.environ)
for line in sys.stdin:
    asked = json.loads(line)
    sys.argv = ["pipeline", *asked["arguments"]]
    os.environ.clear()
    os.environ.update({**kept, **asked["env"]})
    done = CliRunner().invoke(main, asked["arguments"])
    print(json.dumps({"returncode": done.exit_code, "stdout": done.stdout, "stderr": done.stderr}), file=answers, flush=True)
"""


@pytest.fixture(scope="session")
def commands() -> Callable[[], contextlib.AbstractContextManager[Callable[..., SimpleNamespace]]]:
    """Return a function that gives one process for many commands: ``with commands() as ask``."""
    return one_process


@pytest.fixture(scope="session")
def ask() -> Iterator[Callable[..., SimpleNamespace]]:
    """Return a function that runs a command as ``start`` does, in a process that is kept: to load MLflow takes two seconds."""
    with one_process() as run:
        yield run


@contextlib.contextmanager
def one_process() -> Iterator[Callable[..., SimpleNamespace]]:
    """Give a function that runs commands in a process that is kept."""
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMANDS], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, encoding="utf-8",
    )  # fmt: skip

    def run(arguments, home: Path, env: dict[str, str] | None = None) -> SimpleNamespace:
        variables = {"MISSION_THEMES_HOME": str(home), **(env or {})}
        process.stdin.write(json.dumps({"arguments": list(map(str, arguments)), "env": variables}) + "\n")
        process.stdin.flush()
        return SimpleNamespace(**json.loads(process.stdout.readline()))

    with process:
        yield run
        process.stdin.close()


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


def program(*names: str) -> str:
    """Return the path of an installed program, or skip the test and say what is missing."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip(f"needs {names[0]}; on Debian: see the packages in .ci/run")
    return found


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL database that is started for the tests, as its own user, since it refuses root."""
    initdb = program(*map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), "initdb")  # where Debian keeps it
    user = {"user": "postgres"} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as name:
        if user:
            shutil.chown(name, "postgres")
        data, port = Path(name) / "data", free_port()
        made = [initdb, "--pgdata", data, "--auth", "trust", "--username", "mlflow", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, cwd=name, **user)
        options = ["-h", "127.0.0.1", "-p", str(port), "-k", name, "-c", "fsync=off"]
        process = subprocess.Popen(
            [Path(initdb).with_name("postgres"), "-D", data, *options], stderr=subprocess.DEVNULL, cwd=name, **user
        )
        ready = [Path(initdb).with_name("pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-U", "mlflow"]
        try:
            wait_for(lambda: subprocess.run(ready, check=False, capture_output=True).returncode == 0, process)
            yield f"postgresql+psycopg2://mlflow@127.0.0.1:{port}/postgres"
        finally:
            process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            process.wait(timeout=30)


@pytest.fixture(scope="session")
def openssl() -> str:
    """The path of openssl, which makes a certificate."""
    return program("openssl")


@pytest.fixture(scope="session")
def systemd_analyze() -> str:
    """The path of what checks units of systemd."""
    return program("systemd-analyze")


@pytest.fixture(scope="session")
def nginx() -> SimpleNamespace:
    """The path of nginx, and the line of its configuration that has it stay who starts the tests."""
    return SimpleNamespace(program=program("nginx", "/usr/sbin/nginx"), user="user root; " if os.geteuid() == 0 else "")


@pytest.fixture
def free_ports() -> Callable[[int], list[int]]:
    """Return a function that finds so many ports that nobody listens on."""
    return lambda count: [free_port() for _ in range(count)]


@pytest.fixture(scope="session")
def wait() -> Callable[..., None]:
    """Return a function that waits for a condition: ``wait(ready, process)``."""
    return wait_for


@pytest.fixture(scope="session")
def serving() -> Callable[[str, Path], contextlib.AbstractContextManager[Any]]:
    """Return a function that runs an MLflow server: ``with serving(store, artifacts) as (address, process)``."""
    return mlflow_server


@pytest.fixture(scope="session")
def team_server(postgres, tmp_path_factory) -> Iterator[str]:
    """The address of an MLflow server as a team runs it: on PostgreSQL, with the artifacts behind it."""
    with mlflow_server(postgres, tmp_path_factory.mktemp("artifacts")) as (address, _):
        yield address


@contextlib.contextmanager
def mlflow_server(store: str, artifacts: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run an MLflow server until the body ends; give its address and its process, which leads a group of its own."""
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", store, "--artifacts-destination", artifacts]
    process = subprocess.Popen(
        [*map(str, command), "--workers", "1", "--port", str(port)],
        env={**os.environ, **QUIET, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/health"), process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        end_group(process)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process with all that it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)


def answers(address: str) -> bool:
    """Tell whether a server answers a request."""
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def wait_for(ready: Callable[[], object], process: "subprocess.Popen[Any] | None" = None, seconds: float = 90) -> None:
    """Wait until a condition holds; fail when it does not in time, or when the process that it waits for has ended."""
    deadline = time.monotonic() + seconds
    while not ready():
        assert process is None or process.poll() is None, "the process ended before it was ready"
        assert time.monotonic() < deadline, "not ready in time"
        time.sleep(0.2)


@pytest.fixture(scope="session")
def office(formats) -> Iterator[Callable[[list[Path], str, Path], list[Path]]]:
    """Return a function that converts files with LibreOffice: ``office([path], "docx", folder)`` gives the new ones.

    One LibreOffice is kept for all of them: it takes over what is asked of its profile, and each start takes a second.
    """
    soffice = program("soffice", "libreoffice")
    kept = _Office(soffice, time.monotonic() + 90)
    yield formats.libreoffice(soffice, kept.folder)
    kept.end()


@pytest.fixture(scope="session")
def soffice(office) -> Callable[[Path, str, Path], Path]:
    """Return a function that converts one file with LibreOffice."""
    return lambda path, target, folder: office([path], target, folder)[0]


@pytest.fixture(scope="session")
def browser() -> str:
    """The path of an installed Chromium."""
    return program("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def patience() -> int:
    """How many milliseconds a page is waited for: a busy machine is no fault, and what never comes fails all the same."""
    from playwright.sync_api import expect

    milliseconds = 180_000
    expect.set_options(timeout=milliseconds)
    return milliseconds


@pytest.fixture(scope="module")
def chrome(browser) -> Iterator[Any]:
    """A Chromium that is open for the tests of a module: a start takes a second. Not for all, since it holds asyncio's loop."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def chromium(formats, chrome) -> Callable[[str, Path, Path], Path]:
    """Return a function that saves a page with Chromium: ``chromium("pdf" or "mhtml", page, file)`` gives the file."""
    return partial(formats.save_page, chrome)


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
