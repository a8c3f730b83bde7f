"""Reports are private: training, tagging and the UI open no connection beyond loopback, and look up no name."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from pipeline.output import FORMATS

GUARD = '''
import os, socket, sys
def note(what):
    with open(os.environ["GUARD_LOG"], "a", encoding="utf-8") as log:
        log.write(f"{what}\\n")
def watch(event, arguments):
    """Refuse and note every connection and look-up beyond loopback, in whatever library it is made."""
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if isinstance(address, tuple) and not str(address[0]).startswith("127.") and address[0] not in ("::1", "localhost"):
            note(f"{event} {address}")
            raise ConnectionRefusedError(f"blocked by the test: {address}")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
        if host not in (None, "", b"", "localhost", "::1", "0.0.0.0", socket.gethostname()) and not str(host).startswith("127."):
            note(f"{event} {host}")
            raise socket.gaierror(f"blocked by the test: {host}")
sys.addaudithook(watch)
note("guard on")
'''


@pytest.fixture
def guarded(tmp_path):
    """Environment variables under which every Python process is guarded, and the log of the guard."""
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    log = tmp_path / "guard.log"
    unset = {name: value for name, value in os.environ.items() if name not in ("MLFLOW_DISABLE_TELEMETRY", "DO_NOT_TRACK", "CI")}
    return {**unset, "PYTHONPATH": str(tmp_path / "guard"), "GUARD_LOG": str(log), "MISSION_THEMES_HOME": str(tmp_path)}, log


def lines(log):
    return set(log.read_text(encoding="utf-8").splitlines())


def test_the_guard_itself_works(guarded):
    environment, log = guarded
    script = "import urllib.request; urllib.request.urlopen('http://192.0.2.1/', timeout=5)"
    assert subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=False).returncode != 0
    assert any("192.0.2.1" in line for line in lines(log))


def test_the_served_page_stays_on_this_machine(guarded, root, trained_home):
    environment, log = guarded
    command = [sys.executable, "-m", "pipeline.cli", "serve", "--port", "0", "--model", str(trained_home / "models" / "seeds")]
    page = subprocess.Popen(command, env=environment, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        address = page.stdout.readline().split()[1]
        file = json.load(ask(address, "/api/files?name=a.html", "<p>县图书馆新开六座城市书房。</p>".encode()))
        deadline = time.monotonic() + 60
        while json.load(ask(address, f"/api/files/{file['id']}"))["state"] != "ready":
            assert time.monotonic() < deadline
            time.sleep(0.2)
        for name in FORMATS:
            assert ask(address, f"/api/files/{file['id']}/download?format={name}").read()
    finally:
        page.terminate()
        page.wait(timeout=30)
        page.stdout.close()
    assert lines(log) == {"guard on"}


def ask(address, path, data=None):
    """Return an answer of the served page, once it is up."""
    request = urllib.request.Request(address + path, data, {"content-type": "application/octet-stream"} if data else {})
    for _ in range(100):
        try:
            return urllib.request.urlopen(request, timeout=30)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise TimeoutError(path)


@pytest.mark.slow
def test_training_tagging_and_the_ui_stay_on_this_machine(guarded, root, report):
    environment, log = guarded
    pipeline = [sys.executable, "-m", "pipeline.cli"]
    digest = ["digest", str(report), "--model", "seeds", "-o", str(report.with_name("digest.docx"))]
    for arguments in (["train", "--config", "configs/seeds.toml"], ["tag", str(report), "--model", "seeds"], digest):
        done = subprocess.run([*pipeline, *arguments], env=environment, cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    ui = subprocess.Popen(
        [*pipeline, "ui", "--port", "0"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        address = ui.stdout.readline().split()[2]
        deadline = time.monotonic() + 90
        while True:
            try:
                urllib.request.urlopen(f"{address}/ajax-api/2.0/mlflow/experiments/search?max_results=5", timeout=5)
                break
            except (urllib.error.URLError, ConnectionError):
                assert time.monotonic() < deadline
                time.sleep(0.3)
        time.sleep(3)  # a server that reports usage does so from a thread, a moment after it has started
    finally:
        ui.terminate()
        ui.wait(timeout=30)
        ui.stdout.close()
    assert lines(log) == {"guard on"}
