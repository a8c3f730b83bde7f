"""`pipeline serve` itself: what it listens on, the token, how it ends."""

import re
import signal

import httpx
import pytest

from pipeline.core.errors import UsageError
from pipeline.web import server


@pytest.fixture
def arguments(trained_home):
    return ["serve", "--port", "0", "--model", trained_home / "models" / "seeds"]


def test_the_command_serves_on_loopback_and_ends_when_told(begin, home, arguments, wait):
    process = begin(arguments, home)
    line = process.stdout.readline()
    address = re.fullmatch(r"page: (http://127\.0\.0\.1:\d+)  \(Ctrl-C stops it\)\n", line).group(1)
    wait(lambda: up(address), process)
    assert httpx.get(f"{address}/").text.startswith("<!DOCTYPE html>")
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) in (0, 130, -signal.SIGINT)
    assert "Traceback" not in process.stdout.read()


def up(address):
    try:
        return httpx.get(f"{address}/api/health").status_code == 200
    except httpx.HTTPError:
        return False


def test_beyond_loopback_a_token_is_made_and_said_once(begin, home, arguments, wait):
    process = begin([*arguments, "--host", "0.0.0.0"], home)
    port = process.stdout.readline().split(":")[3].split()[0]
    token = re.fullmatch(r"token: ([\w-]{32})\n", process.stdout.readline()).group(1)
    address = f"http://127.0.0.1:{port}"
    wait(lambda: up(address), process)
    assert httpx.get(f"{address}/api/files").status_code == 401
    assert httpx.get(f"{address}/api/files", headers={"authorization": f"Bearer {token}"}).json() == {"files": []}


def test_a_token_from_a_file_is_not_said(begin, home, arguments, wait, tmp_path):
    (tmp_path / "token.txt").write_text("a-token-of-the-tests\n", encoding="utf-8")
    process = begin([*arguments, "--token-file", tmp_path / "token.txt"], home)
    address = process.stdout.readline().split()[1]
    wait(lambda: up(address), process)
    assert httpx.get(f"{address}/api/files").status_code == 401
    assert httpx.get(f"{address}/api/files", headers={"authorization": "Bearer a-token-of-the-tests"}).status_code == 200
    process.send_signal(signal.SIGTERM)
    assert "a-token-of-the-tests" not in process.stdout.read()


@pytest.mark.parametrize(
    ("host", "asks"), [("127.0.0.1", False), ("::1", False), ("localhost", False), ("0.0.0.0", True), ("office", True)]
)
def test_when_a_token_is_asked_for(host, asks):
    assert bool(server.choose_token(host, None, None)) is asks
    assert server.choose_token(host, "a-token-of-the-tests", None) == "a-token-of-the-tests"
    assert server.choose_token(host, None, None, ["127.0.0.1"]), "whom a proxy lets in is not this machine"


@pytest.mark.parametrize("token", ["", "short", "with blanks in it, long enough", "口令口令口令口令口令口令口令口令口令"])
def test_a_token_that_can_be_guessed_or_not_sent(token):
    with pytest.raises(UsageError, match="--token: at least 16 letters"):
        server.choose_accounts(token, None)


def test_a_token_file_that_is_not_there(call, tmp_path, arguments):
    result = call(*arguments, "--token-file", tmp_path / "none")
    assert result.exit_code == 2
    assert "none: cannot be read" in result.stderr


def test_a_port_that_is_taken(call, arguments):
    with server.open_socket("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        result = call(*arguments, "--port", port)
    assert result.exit_code == 2
    assert f"127.0.0.1:{port} cannot be listened on (Address already in use)" in result.stderr


def test_a_host_that_is_none_and_a_model_that_is_none(call, arguments):
    assert "256.0.0.1:0 cannot be listened on" in call(*arguments, "--host", "256.0.0.1").stderr
    assert call("serve", "--model", "none").exit_code == 3


def test_an_address_of_ipv6():
    with server.open_socket("::1", 0) as listening:
        assert re.fullmatch(r"http://\[::1\]:\d+", server.address_of(listening))


@pytest.mark.parametrize("proxy", ["", "*", "nginx", "0.0.0.0/0", "::/0", "10.0.0.1/8"])
def test_a_proxy_that_is_none_or_everybody(call, arguments, proxy):
    result = call(*arguments, "--proxy", proxy)
    assert (result.exit_code, f"--proxy {proxy}: no address" in result.stderr) == (2, True), result.stderr


def test_a_new_account_is_printed_and_its_token_apart(call):
    done = call("serve", "--new-account", "Ｗａｎｇ　一")
    name, _, kept = done.stdout.strip().rpartition(" ")
    token = done.stderr.split()[-1]
    assert (name, kept.startswith("sha256:"), len(token)) == ("Wang 一", True, 32)
    assert token not in done.stdout
