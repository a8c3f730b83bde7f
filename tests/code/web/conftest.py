"""A served page for the tests: a real server on loopback, in a thread, so that a test can take a guard away from it."""

import contextlib
import threading
import time
from dataclasses import dataclass

import httpx
import msgspec
import pytest

from pipeline.core.config import load_config
from pipeline.web import server as web
from pipeline.web.accounts import for_all

TOKEN = "a-token-of-the-tests-0123456789"
TEXT = "县图书馆新开六座城市书房，送戏下乡八十场。\n\n县委理论学习中心组集中学习十二次。\n"
DATA = TEXT.encode()


@dataclass
class Served:
    address: str
    client: httpx.Client

    @property
    def host(self):
        return self.address.removeprefix("http://")

    def upload(self, name="a.txt", data=DATA, **parameters):
        """Send a file and wait until it is tagged; give what the server says of it."""
        sent = self.send(name, data, **parameters)
        assert sent.status_code == 202, sent.text
        return self.tagged(sent.json()["id"])

    def send(self, name="a.txt", data=DATA, **parameters):
        kind = {"content-type": "application/octet-stream"}
        return self.client.post("/api/files", params={"name": name, **parameters}, content=data, headers=kind)

    def tagged(self, identifier, seconds=60):
        deadline = time.monotonic() + seconds
        while (file := self.client.get(f"/api/files/{identifier}").json())["state"] not in ("ready", "failed"):
            assert time.monotonic() < deadline, file
            time.sleep(0.05)
        return file


@pytest.fixture(scope="session")
def loaded(trained_home):
    """The model of the seeds as a server holds it."""
    return web.load_models([str(trained_home / "models" / "seeds")], load_config(), print)


@pytest.fixture
def serving(home, loaded):
    """Return a function that serves the page: ``with serving(max_files=2) as served``; settings are those of [serve]."""

    @contextlib.contextmanager
    def run(token=None, read=None, library=False, accounts=None, proxies=(), names=(), **limits):
        config = load_config()
        config = msgspec.structs.replace(
            config,
            serve=msgspec.structs.replace(config.serve, **{"processes": 1, **limits}),
            read=msgspec.structs.replace(config.read, **(read or {})),
        )
        policy = web.policy_for("127.0.0.1", names, accounts or (for_all(token) if token else None), config)
        with web.open_socket("127.0.0.1", 0) as listening:
            address = web.address_of(listening)
            server = web.build(loaded, policy, config, library, proxies)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
            thread.start()
            try:
                headers = {"authorization": f"Bearer {token}"} if token else {}
                with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
                    assert client.get("/api/health").json()["status"] == "ok"
                    yield Served(address, client)
            finally:
                server.should_exit = True
                thread.join(timeout=30)
                assert not thread.is_alive()

    return run


@pytest.fixture
def served(serving):
    with serving() as served:
        yield served


@pytest.fixture
def chromium_page(open_page):
    """Return a function that opens a page; it is closed before its server stops, of which it would go on asking."""
    pages = []

    def opened(address, **settings):
        pages.append(open_page(address, **settings))
        return pages[-1]

    yield opened
    for page in pages:
        page.context.close()


@pytest.fixture(scope="module")
def open_page(chrome, patience):
    """Return a function that opens a page that asks nothing of any other machine, and whose console stays empty."""
    noticed = []

    def open_one(address, **settings):
        context = chrome.new_context(**{"viewport": {"width": 1360, "height": 900}, "locale": "zh-CN", **settings})
        page = context.new_page()
        page.set_default_timeout(patience)
        page.on("request", lambda request: request.url.startswith((address, "blob:", "data:")) or noticed.append(request.url))
        page.on("console", lambda message: message.type in ("error", "warning") and noticed.append(message.text))
        page.on("pageerror", lambda error: noticed.append(str(error)))
        page.goto(address)
        return page

    yield open_one
    assert noticed == []
