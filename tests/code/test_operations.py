"""What docs/operations holds for the one who runs it: the steps of the container as a script, the systemd unit, Compose."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import pytest
import yaml


@pytest.fixture(scope="module")
def folder(root):
    return root / "docs" / "operations"


@pytest.fixture
def public():
    """A folder that every user may look into, as the folders of an installation are."""
    with tempfile.TemporaryDirectory(prefix="operations-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


def interpreter():
    """Return a Python that another user may run too: the one at hand, or the system's where that lies in root's own folder."""
    own = Path(sys.executable).resolve()
    closed = [path for path in own.parents if not path.stat().st_mode & 0o001]
    system = shutil.which(f"python3.{sys.version_info[1]}", path="/usr/bin:/usr/local/bin")
    return system if closed and system else str(own)


@pytest.mark.slow
def test_a_wheel_is_installed_and_served_as_another_user(folder, root, public, wheel, wait):
    user = "nobody" if os.geteuid() == 0 else os.environ.get("USER") or subprocess.check_output(["id", "-un"], text=True).strip()
    state, prefix = public / "state", public / "app"
    environment = {
        **os.environ, "PYTHON": interpreter(), "EXTRAS": "serve", "PIP_CONSTRAINT": str(root / "constraints.txt"),
        "PIP_NO_COMPILE": "false",  # by which pip understands that nothing is to be compiled ahead
    }  # fmt: skip
    environment.pop("PYTHONPATH", None)
    install = ["sh", str(folder / "install.sh"), shutil.copy(wheel, public), prefix, state, user]
    done = subprocess.run(install, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("pipeline, version ")
    assert state.stat().st_mode & 0o777 == 0o700
    served = subprocess.Popen(
        [prefix / "bin" / "pipeline", "serve", "--port", "0"],
        user=user if os.geteuid() == 0 else None,
        env={"MISSION_THEMES_HOME": str(state), "PATH": os.environ["PATH"], "TMPDIR": str(state), "LANG": "C.UTF-8"},
        cwd=state if os.geteuid() else "/",
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address = served.stdout.readline().split()[1]
        wait(lambda: _health(address), served)
        assert Path(f"/proc/{served.pid}").stat().st_uid == state.stat().st_uid
    finally:
        served.terminate()
        served.wait(timeout=30)
        served.stdout.close()


def _health(address):
    try:
        with urllib.request.urlopen(f"{address}/api/health", timeout=5) as answer:
            return b'"ok"' in answer.read()
    except OSError:
        return False


def test_systemd_takes_the_unit_and_finds_little_exposed(folder, tmp_path, systemd_analyze):
    text = (folder / "mission-themes.service").read_text(encoding="utf-8")
    installed = text.replace("/opt/mission-themes/bin/pipeline", "/bin/true")
    assert installed != text
    unit = tmp_path / "mission-themes.service"
    unit.write_text(installed, encoding="utf-8")
    verified = subprocess.run([systemd_analyze, "verify", unit], capture_output=True, text=True, check=False)
    assert (verified.returncode, [line for line in verified.stderr.splitlines() if unit.name in line]) == (0, []), verified.stderr
    unsafe = [systemd_analyze, "security", "--offline=true", "--threshold=20", unit]
    exposed = subprocess.run(unsafe, capture_output=True, text=True, check=False)
    assert exposed.returncode == 0, exposed.stdout[-300:]


def test_compose_names_nothing_that_is_not_there(folder, root):
    compose = yaml.safe_load((folder / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert set(services) == {"page", "mlflow", "database", "proxy"}
    for service in services.values():
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
        assert set(service.get("depends_on", [])) <= set(services)
        named = [volume.split(":")[0] for volume in service.get("volumes", []) if not volume.startswith("./")]
        assert set(named) <= set(compose["volumes"])
    build = services["page"]["build"]
    assert (folder / build["context"] / build["dockerfile"]).is_file()
    (network,) = compose["networks"]["default"]["ipam"]["config"]
    assert network["subnet"] in services["page"]["command"]


def test_the_container_copies_what_is_there(folder, root):
    lines = (folder / "Containerfile").read_text(encoding="utf-8").splitlines()
    copied = [word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]]
    assert copied
    assert all((root / name).exists() for name in copied)


@pytest.mark.parametrize("file", ["compose.yaml", "mission-themes.service", "nginx.conf", "Containerfile"])
def test_every_option_that_is_given_is_one(file, folder, call):
    text = (folder / file).read_text(encoding="utf-8")
    given = set(re.findall(r"(?<![\w-])(--(?:proxy|name|token-file|host)\b)", text))
    assert given
    assert all(option in call("serve", "--help").stdout for option in given)
