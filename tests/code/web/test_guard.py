"""Every attack of the threat list: refused by the running server, and working as soon as its guard is taken away."""

import asyncio
import base64
import contextlib
import http.client
import http.server
import socket
import threading
import time
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.datastructures import Headers
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from pipeline.core.config import load_config
from pipeline.web import accounts, file_store, guard, server, uploads
from pipeline.web.accounts import for_all
from pipeline.web.guard import Policy, RequestHead
from pipeline.web.worker_pool import WorkerPool

TOKEN = "a-token-of-the-tests-0123456789"
BODY = {"text": "县图书馆新开六座城市书房。"}


def without(monkeypatch, name):
    """Take a check away."""
    monkeypatch.delitem(guard.CHECKS, name)


def rebinding(served):
    """A page of evil.example, whose name leads here since a moment ago, reads what is held."""
    return served.client.get("/api/files", headers={"host": "evil.example"}).status_code == 200


def posting(served):
    """A page of another site sends a file with the user's browser."""
    headers = {"origin": "https://evil.example", "content-type": "application/octet-stream"}
    return served.client.post("/api/files?name=a.txt", content=b"x", headers=headers).status_code == 202


def posting_without_origin(served):
    """A page of another site sends something, its origin left out as by `null`."""
    return served.client.post("/api/tag", json=BODY, headers={"origin": "null"}).status_code == 200


def including(served):
    """A page of another site includes what is held as a script."""
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    return served.client.get("/api/files", headers=headers).status_code == 200


def asking_from_a_neighbour(served):
    """A page of another port of this machine asks."""
    return served.client.get("/api/files", headers={"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"}).status_code == 200


@pytest.mark.parametrize(
    ("attack", "name"),
    [
        (rebinding, "host"),
        (posting, "origin"),
        (posting_without_origin, "origin"),
        (including, "origin"),
        (asking_from_a_neighbour, "origin"),
    ],
)
def test_an_attack_on_a_browser(served, monkeypatch, attack, name):
    assert not attack(served)
    without(monkeypatch, name)
    assert attack(served)


def test_what_is_refused_is_said(served):
    answer = served.client.get("/", headers={"host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (421, "unknown_host")
    answer = served.client.delete("/api/files/x", headers={"origin": "http://evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "127.0.0.1", "[::1]", "192.0.2.7"])
def test_names_and_addresses_that_are_answered(served, host):
    port = urlsplit(served.address).port
    assert served.client.get("/api/health", headers={"host": f"{host}:{port}"}).status_code == 200


@pytest.mark.parametrize(
    "host", ["localhost.evil.example", "127.0.0.1.evil.example", "evil.example:127", "[", "", "x@localhost.evil.example"]
)
def test_names_that_only_look_like_it(host):
    asked = RequestHead("GET", "/", Headers({"host": host}))
    assert guard.check_host(asked, Policy(frozenset(["localhost"]), None, 1, 1)).code == "unknown_host"


def test_a_link_to_the_page_may_be_followed_but_not_to_what_is_held(served):
    follows = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert served.client.get("/", headers=follows).status_code == 200
    assert served.client.get("/api/files", headers=follows).status_code == 403


def test_the_page_itself_may_ask(served):
    headers = {"origin": served.address, "sec-fetch-site": "same-origin"}
    assert served.client.post("/api/tag", json=BODY, headers=headers).status_code == 200


# ---- the token


def test_without_the_token_nothing_is_answered(serving, monkeypatch):
    with serving(token=TOKEN) as served:
        for path in ("/api/files", "/api/models", "/api/metrics", "/api/openapi.json", "/static/main.js", "/nowhere"):
            for headers in ({"authorization": ""}, {"authorization": f"Bearer {TOKEN}x"}, {"authorization": f"Basic {TOKEN}"}):
                assert served.client.get(path, headers=headers).status_code == 401
            assert served.client.get(f"{path}?token={TOKEN}", headers={"authorization": ""}).status_code == 401
        assert served.client.get("/api/files").status_code == 200
        assert served.client.get("/api/health", headers={"authorization": ""}).status_code == 200
        without(monkeypatch, "token")
        assert served.client.get("/api/files", headers={"authorization": ""}).status_code == 200


def test_a_browser_is_led_to_the_form_and_gets_a_cookie_that_no_script_sees(serving):
    with serving(token=TOKEN) as served:
        nobody = {"authorization": ""}
        led = served.client.get("/", headers=nobody)
        assert (led.status_code, led.headers["location"]) == (303, "/login")
        assert "口令" in served.client.get("/login", headers=nobody).text
        wrong = served.client.post("/login", data={"token": "wrong"}, headers=nobody)
        assert wrong.status_code == 401
        assert "set-cookie" not in wrong.headers
        right = served.client.post("/login", data={"token": TOKEN}, headers=nobody)
        cookie = right.headers["set-cookie"]
        assert right.status_code == 303
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert TOKEN not in cookie
        assert served.client.get("/api/files", headers=nobody).status_code == 200
        served.client.cookies.clear()
        assert served.client.get("/api/files", headers=nobody).status_code == 401


def test_a_cookie_cannot_be_made_lengthened_or_taken_from_another_server(monkeypatch):
    policy = Policy(frozenset(), for_all(TOKEN), 1, 1)

    def passes(cookie):
        asked = RequestHead("GET", "/api/files", Headers({"cookie": f"{guard.COOKIE}={cookie}"}))
        return guard.check_token(asked, policy) is None

    good = guard.log_in(TOKEN, "", policy)
    assert passes(good)
    session, since, signature = good.split(".")
    later = base64.urlsafe_b64encode((int(time.time()) + 9).to_bytes(4, "big")).decode().rstrip("=")
    assert not passes(f"{session}.{later}.{signature}")
    assert not passes(f"{session}.{since}.")
    assert not passes("")
    assert not passes("x.y")
    assert not passes("x.y.z")
    assert not passes(guard.log_in(TOKEN, "", Policy(frozenset(), for_all(TOKEN), 1, 1)))
    monkeypatch.setattr(guard, "SESSION_SECONDS", -1)
    assert not passes(good)


FOREIGN = [
    "",
    "a",
    "a[b]=c",
    'json={"a":"b;c"}',
    "名=值",
    "a=b=c",
    "=;=;",
    "x@y=1",
    f"{guard.COOKIE}=stale",
    f'{guard.COOKIE}-0="x.y.z"',
    "a\x00=b",
]


@pytest.mark.parametrize("foreign", FOREIGN)
@pytest.mark.parametrize("order", [1, -1])
def test_cookies_of_others_on_this_host_do_not_end_a_session(foreign, order):
    policy = Policy(frozenset(), for_all(TOKEN), 1, 1)
    own = f"{guard.cookie_name(policy)}={guard.log_in(TOKEN, '', policy)}"
    together = "; ".join([foreign, own][::order])
    raw = [(b"cookie", together.encode())], [(b"cookie", part.encode()) for part in [foreign, own][::order]]
    for headers in raw:
        assert guard.check_token(RequestHead("GET", "/api/files", Headers(raw=headers)), policy) is None
    assert guard.check_token(RequestHead("GET", "/api/files", Headers(raw=[(b"cookie", foreign.encode())])), policy).code == "token"


def test_two_servers_of_one_host_have_cookies_of_their_own():
    names = {guard.cookie_name(Policy(frozenset(), for_all(TOKEN), 1, 1)) for _ in range(2)}
    assert len(names) == 2


def test_the_token_is_compared_in_constant_time(monkeypatch):
    compared = []
    monkeypatch.setattr(accounts.secrets, "compare_digest", lambda one, other: compared.append(one) or one == other)
    assert for_all(TOKEN).of_token(TOKEN)
    assert not for_all(TOKEN).of_token("é")
    assert len(compared) == 2


# ---- limits


def test_a_body_announced_as_too_large_is_refused_before_it_comes(serving, monkeypatch):
    with serving(max_upload=1000) as served:

        def answer():
            """Return the status that comes for the head of a request alone, or None where the server waits for its body."""
            host, port = served.host.split(":")
            with socket.create_connection((host, int(port)), timeout=1.5) as connection:
                head = f"POST /api/files?name=a.txt HTTP/1.1\r\nHost: {served.host}\r\nContent-Length: 1001\r\n\r\n"
                connection.sendall(head.encode())
                try:
                    return int(connection.recv(100).split()[1])
                except TimeoutError:
                    return None

        assert answer() == 413
        without(monkeypatch, "length")
        unlimited(monkeypatch)
        assert answer() is None


def unlimited(monkeypatch):
    """Take Starlette's limit away."""

    async def run(limited, scope, receive, send):
        await limited.app(scope, receive, send)

    monkeypatch.setattr(RequestBodyLimitMiddleware, "__call__", run)


def chunks(count, size, pause=0.0):
    for _ in range(count):
        yield b"x" * size
        time.sleep(pause)


def test_a_body_that_grows_too_large(serving, monkeypatch):
    with serving(max_upload=1000) as served:
        assert served.send(data=chunks(10, 100)).status_code == 202
        refused = served.send(data=chunks(11, 100))
        assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
        unlimited(monkeypatch)
        assert served.send(data=chunks(11, 100)).status_code == 202


def test_a_json_body_is_bounded_too(served, monkeypatch):
    large = b'{"text": "' + b"x" * guard.MAX_JSON + b'"}'
    assert served.client.post("/api/tag", content=large, headers={"content-type": "application/json"}).status_code == 413
    without(monkeypatch, "length")
    unlimited(monkeypatch)
    assert served.client.post("/api/tag", content=large, headers={"content-type": "application/json"}).status_code == 422


def test_the_form_with_the_token_is_small(serving, monkeypatch):
    form = b"&".join(b"k%d=v" % number for number in range(1000))
    with serving(token=TOKEN) as served:

        def answer():
            kind = {"authorization": "", "content-type": "application/x-www-form-urlencoded"}
            return served.client.post("/login", content=form, headers=kind).status_code

        assert answer() == 413
        without(monkeypatch, "length")
        assert answer() == 413
        unlimited(monkeypatch)
        assert answer() == 401


def test_an_upload_that_takes_too_long(serving, monkeypatch):
    with serving(upload_seconds=0.8) as served:
        slow = served.send(data=chunks(8, 10, 0.25))
        assert (slow.status_code, slow.json()["code"]) == (408, "too_slow")
        monkeypatch.setattr(guard, "in_time", lambda receive, seconds: receive)
        assert served.send(data=chunks(8, 10, 0.25)).status_code == 202


def test_a_connection_that_asks_nothing_is_closed(serving, monkeypatch):
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.5)

    def is_closed(served):
        host, port = served.host.split(":")
        with socket.create_connection((host, int(port)), timeout=2) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n")
            try:
                return connection.recv(10) == b""
            except TimeoutError:
                return False

    with serving() as served:
        assert is_closed(served)
        monkeypatch.setattr(server.Protocol, "_close_if_silent", lambda self: None)
        assert not is_closed(served)


@contextlib.contextmanager
def connections(served, count, said=b""):
    """Open so many connections, each of which says this much and no more; what is closed is opened again by none."""
    host, port = served.host.split(":")
    with contextlib.ExitStack() as opened:
        made = []
        for _ in range(count):
            made.append(opened.enter_context(socket.create_connection((host, int(port)), timeout=20)))
            made[-1].sendall(said)
        yield made


HEAD = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n"
ASKED = b"GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize("said", [b"", b"GET /api/fi", HEAD, HEAD + b"token=", ASKED, ASKED + b"GE"])
def test_connections_that_go_on_to_say_nothing_lock_nobody_out(serving, said):
    """Twice as many as may be open, without the token: silent, in the midst of a head, of a form, or of a second head."""
    with serving(token=TOKEN, connections=200) as served, connections(served, 400, said):
        for _ in range(5):
            with httpx.Client(base_url=served.address, timeout=20) as fresh:
                assert fresh.get("/api/health").status_code == 200
                assert fresh.post("/login", data={"token": TOKEN}).status_code == 303
            assert served.client.post("/api/tag", json=BODY).status_code == 200


def test_without_that_guard_they_would(serving, monkeypatch):
    monkeypatch.setattr(server, "WAITING", 100_000)
    held = server.build

    def limited(*arguments):
        made = held(*arguments)
        made.config.limit_concurrency = 200
        return made

    monkeypatch.setattr(server, "build", limited)
    with serving(token=TOKEN) as served, connections(served, 200):
        assert httpx.get(f"{served.address}/api/health").status_code == 503


def test_of_connections_that_wait_the_one_that_has_waited_longest_is_closed(serving, monkeypatch):
    monkeypatch.setattr(server, "WAITING", 3)
    with serving() as served, connections(served, 4) as (first, *others):
        assert first.recv(1) == b""
        for other in others[1:]:
            other.sendall(ASKED)
            assert other.recv(12) == b"HTTP/1.1 200"


def test_a_second_head_has_a_deadline_too(serving, monkeypatch):
    monkeypatch.setattr(server, "KEEP_ALIVE", 0.5)
    with serving() as served, connections(served, 1, ASKED + b"GET / HT") as (connection,):
        received = b""
        while piece := connection.recv(65_536):
            received += piece
        assert received.startswith(b"HTTP/1.1 200")
        assert received.count(b"HTTP/1.1 ") == 1


def test_more_requests_than_may_be_under_way(serving, monkeypatch):
    with serving(connections=2) as served:
        head = f"POST /api/files?name=a.txt HTTP/1.1\r\nHost: {served.host}\r\nContent-Length: 9\r\n\r\nx".encode()
        with connections(served, 2, head):
            deadline = time.monotonic() + 20
            while (answer := served.client.get("/api/health")).status_code != 503:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert answer.json()["code"] == "busy"
            assert int(answer.headers["retry-after"]) > 0
        deadline = time.monotonic() + 20
        while served.client.get("/api/health").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_who_goes_in_mid_upload_leaves_nothing(served, caplog):
    host, port = served.host.split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        head = f"POST /api/files?name=a.txt HTTP/1.1\r\nHost: {served.host}\r\nContent-Length: 1000\r\n\r\nxxx"
        connection.sendall(head.encode())
        time.sleep(0.2)
    time.sleep(0.3)
    text = served.client.get("/api/metrics").text
    assert "mission_themes_bytes_held 0\n" in text
    assert served.client.get("/api/files").json() == {"files": []}
    assert "failed" not in caplog.text


def test_more_files_than_are_held(serving, monkeypatch):
    with serving(max_files=2) as served:
        files = [served.upload(), served.upload()]
        full = served.send()
        assert (full.status_code, full.json()["code"]) == (507, "full")
        assert served.client.delete(f"/api/files/{files[0]['id']}").status_code == 204
        assert served.send().status_code == 202
        monkeypatch.setattr(uploads.UploadQuota, "take_file", lambda self: None)
        assert served.send().status_code == 202


def test_more_bytes_than_are_held(serving, monkeypatch):
    with serving(max_held=70_000) as served:
        served.upload(data=b"x" * 20_000)
        assert served.send(data=b"x" * 20_000).status_code == 507
        assert served.send(data=b"x" * 2000).status_code == 202  # what was refused is not counted
        monkeypatch.setattr(uploads.UploadQuota, "take", lambda self, size: None)
        assert served.send(data=b"x" * 20_000).status_code == 202


def test_more_waiting_than_may(serving, monkeypatch):
    async def never(*_):
        await asyncio.sleep(3600)

    monkeypatch.setattr(WorkerPool, "run", never)
    with serving(queue=1) as served:
        assert [served.send().status_code for _ in range(2)] == [202, 202]  # one is being tagged, one waits
        busy = served.send()
        assert (busy.status_code, busy.json()["code"]) == (503, "busy")
        assert int(busy.headers["retry-after"]) > 0
        monkeypatch.setattr(file_store.FileStore, "check_free", lambda self: None)
        assert served.send().status_code == 202


# ---- names of files


@pytest.mark.parametrize("name", ["../escaped.txt", "..\\..\\escaped.txt", "/tmp/escaped.txt", "a/../../escaped.txt"])
def test_a_name_is_never_a_path(served, tmp_path, name):
    file = served.upload(name=name)
    assert file["name"] == "escaped.txt"
    assert file["reports"][0]["source"] == "escaped.txt"


def test_without_that_guard_a_name_leads_out(serving, monkeypatch, tmp_path):
    def written(served):
        served.send(name=f"{tmp_path}/escaped.txt")
        return (tmp_path / "escaped.txt").exists()

    with serving() as served:
        assert not written(served)
        monkeypatch.setattr(file_store, "stored_name", lambda name: name)
        assert not written(served)  # the name as it is shown leads nowhere either
        monkeypatch.setattr(file_store, "shown_name", lambda name: name)
        assert written(served)


# ---- what a browser is told


@pytest.fixture
def page(chrome):
    page = chrome.new_page()
    yield page
    page.close()


INJECT = """() => new Promise((done) => {
    const image = document.createElement("div");
    image.innerHTML = '<img src="data:," onerror="window.ran = true">';
    document.body.append(image);
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
    setTimeout(() => done(Boolean(window.ran)), 300);
})"""


def test_a_script_that_got_into_the_page_does_not_run(served, page, monkeypatch):
    page.goto(served.address)
    assert not page.evaluate(INJECT)
    monkeypatch.delitem(guard.HEADERS, "content-security-policy")
    page.goto(served.address)
    assert page.evaluate(INJECT)


class Evil(http.server.BaseHTTPRequestHandler):
    page = b""

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, *_):
        """Keep quiet."""


@pytest.fixture
def elsewhere():
    """The address of another site: another port of this machine, by another name."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Evil) as evil:
        threading.Thread(target=evil.serve_forever, daemon=True).start()
        yield f"http://localhost:{evil.server_port}"
        evil.shutdown()


def test_a_real_page_of_another_site_can_send_no_file(served, page, elsewhere, monkeypatch):
    Evil.page = f"""<script>
        fetch("{served.address}/api/files?name=a.txt", {{method: "POST", mode: "no-cors", body: "x"}})
            .finally(() => document.title = "sent");
        </script>""".encode()

    def arrived():
        page.goto(elsewhere)
        page.wait_for_function("document.title === 'sent'")
        return bool(served.client.get("/api/files").json()["files"])

    assert not arrived()
    without(monkeypatch, "origin")
    assert arrived()


def test_the_page_stands_in_no_frame_of_another_site(served, page, elsewhere, monkeypatch):
    Evil.page = f'<iframe src="{served.address}/"></iframe>'.encode()

    def shown():
        page.goto(elsewhere)
        page.wait_for_timeout(500)
        return any("报告主题标注" in (frame.title() if not frame.is_detached() else "") for frame in page.frames[1:])

    assert not shown()
    monkeypatch.setitem(
        guard.HEADERS, "content-security-policy", guard.HEADERS["content-security-policy"].replace("; frame-ancestors 'none'", "")
    )
    assert shown()


def test_every_answer_carries_the_headers(serving):
    with serving(token=TOKEN) as served:
        for path in ("/", "/login", "/static/main.js", "/api/health", "/nowhere", "/api/files/x"):
            answer = served.client.get(path)
            for name, value in guard.HEADERS.items():
                assert answer.headers[name] == (value if (path, name) != ("/", "cache-control") else "no-cache"), (path, name)
            assert "server" not in answer.headers
        refused = served.client.get("/", headers={"host": "evil.example"})
        assert refused.headers["content-security-policy"] == guard.HEADERS["content-security-policy"]


def test_what_is_not_http_is_not_answered(served):
    connection = http.client.HTTPConnection(served.host, timeout=10)
    connection.request("GET", "/", headers={"upgrade": "websocket", "connection": "upgrade", "sec-websocket-version": "13"})
    assert connection.getresponse().status == 200  # an ordinary answer: nothing is upgraded
    connection.close()


def test_the_policy_of_a_server_beyond_loopback():
    policy = server.policy_for("0.0.0.0", ["Reports.Office"], for_all(TOKEN), load_config())
    for host, ok in (("reports.office:8321", True), ("10.0.0.7", True), ("other.office", False)):
        assert (guard.check_host(RequestHead("GET", "/", Headers({"host": host})), policy) is None) is ok
    assert guard.check_token(RequestHead("GET", "/api/files", Headers({})), replace(policy, accounts=None)) is None
