"""Behind nginx with TLS, by the configuration of docs/operations: what the proxy says is believed, and of nobody else."""

import contextlib
import ssl
import subprocess

import httpx
import pytest

from pipeline.web import accounts
from pipeline.web.accounts import Accounts, read_accounts

NAME, FIRST, SECOND = "reports.office", "a-token-of-the-tests-01234", "b-token-of-the-tests-01234"
MAIN = """{user}daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    {site}
}}
"""


@pytest.fixture(scope="session")
def certificate(tmp_path_factory, openssl):
    """A certificate of the tests' own, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    made += ["-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    subprocess.run(made, check=True, capture_output=True)
    return folder


@pytest.fixture
def behind(serving, certificate, root, tmp_path, nginx, wait, free_ports):
    """Return a function that runs nginx in front of a served page: it gives the ports of http and https, and the server."""

    @contextlib.contextmanager
    def run(trusted=("127.0.0.1",)):
        people = tmp_path / "people.txt"
        people.write_text(f"王一 {FIRST}\n李二 {SECOND}\n", encoding="utf-8")
        known = Accounts(read_accounts(people), people)
        plain, secure = free_ports(2)
        with serving(accounts=known, proxies=trusted, names=[NAME], token=FIRST) as served:
            site = (root / "docs" / "operations" / "nginx.conf").read_text(encoding="utf-8")
            for old, new in {
                "server 127.0.0.1:8321;": f"server {served.host};",
                "listen 80;": f"listen 127.0.0.1:{plain};",
                "listen 443 ssl;": f"listen 127.0.0.1:{secure} ssl;",
                "/etc/ssl/certs/reports.office.pem": str(certificate / "cert.pem"),
                "/etc/ssl/private/reports.office.key": str(certificate / "key.pem"),
            }.items():
                assert old in site
                site = site.replace(old, new)
            settings = tmp_path / "nginx.conf"
            settings.write_text(MAIN.format(user=nginx.user, folder=tmp_path, site=site), encoding="utf-8")
            process = subprocess.Popen([nginx.program, "-p", str(tmp_path), "-e", str(tmp_path / "error.log"), "-c", str(settings)])
            try:
                wait(lambda: opens(secure), process)
                yield plain, secure, served
            finally:
                process.terminate()
                process.wait(timeout=30)

    return run


def opens(port):
    with contextlib.suppress(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/")
        return True
    return False


def browser(port, certificate, address="127.0.0.1", **headers):
    """Return a client at one of the addresses of loopback, which checks the certificate."""
    trust = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    transport = httpx.HTTPTransport(local_address=address, verify=trust)
    known = {"host": f"{NAME}:{port}", **headers}
    return httpx.Client(base_url=f"https://127.0.0.1:{port}", headers=known, transport=transport, timeout=60)


def test_login_upload_page_and_api_through_tls(behind, certificate):
    with behind() as (plain, secure, served), browser(secure, certificate, origin=f"https://{NAME}:{secure}") as client:
        led = httpx.get(f"http://127.0.0.1:{plain}/x?y=1", headers={"host": NAME})
        assert (led.status_code, led.headers["location"]) == (308, f"https://{NAME}/x?y=1")
        first = client.get("/")
        assert (first.status_code, first.headers["location"]) == (303, "/login")
        answer = client.post("/login", data={"token": FIRST})
        assert answer.status_code == 303
        assert "; secure" in answer.headers["set-cookie"].lower()
        assert "max-age=31536000" in answer.headers["strict-transport-security"]
        assert "校对人" in client.get("/").text
        # The address of a redirect has the scheme and the name that the browser asked with.
        assert client.get("/api/files/").headers["location"] == f"https://{NAME}:{secure}/api/files"
        served.client = client
        file = served.upload()
        assert (file["state"], client.get("/api/settings").json()["account"]) == ("ready", "王一")
        assert client.get(f"/api/files/{file['id']}/tags").json()["tags"]
        kind = {"content-type": "application/octet-stream"}
        large = client.post("/api/files?name=a.txt", content=b"x" * (65 * 2**20), headers=kind)
        assert large.status_code == 413
        assert client.post("/api/tag", json={"text": "x"}, headers={"origin": "https://elsewhere"}).status_code == 403
        assert client.get("/", headers={"host": "elsewhere"}).status_code == 421
        assert client.get("/api/metrics").status_code == 200
        with browser(secure, certificate, "127.0.0.2") as other:
            assert other.get("/api/metrics", headers={"authorization": f"Bearer {FIRST}"}).status_code == 403


def test_without_a_trusted_proxy_nobody_is_believed(behind, certificate):
    with behind(trusted=()) as (_, secure, served), browser(secure, certificate) as client:
        assert "secure" not in client.post("/login", data={"token": FIRST}).headers["set-cookie"].lower()
        assert served.client.get("/api/files/", headers={"x-forwarded-proto": "https"}).headers["location"].startswith("http://")


def test_another_address_than_the_proxys_is_not_believed(behind, certificate, monkeypatch):
    monkeypatch.setattr(accounts, "WRONG", 3)
    with behind(trusted=("127.0.0.9",)) as (_, _, served):
        for number in range(3):
            forged = {"x-forwarded-for": f"10.0.0.{number}", "authorization": "Bearer none"}
            assert httpx.get(f"{served.address}/api/files", headers=forged).status_code == 401
        assert served.client.get("/api/files", headers={"x-forwarded-for": "10.0.0.7"}).status_code == 429


def test_wrong_tokens_count_for_the_address_behind_the_proxy(behind, certificate, monkeypatch):
    monkeypatch.setattr(accounts, "WRONG", 3)
    with (
        behind() as (_, secure, _),
        browser(secure, certificate, "127.0.0.2") as guesser,
        browser(secure, certificate, "127.0.0.3") as other,
    ):
        for number in range(3):
            forged = {"x-forwarded-for": f"10.0.0.{number}", "authorization": "Bearer none"}
            assert guesser.get("/api/files", headers=forged).status_code == 401
        assert guesser.get("/api/files", headers={"authorization": f"Bearer {FIRST}"}).status_code == 429
        assert other.get("/api/files", headers={"authorization": f"Bearer {SECOND}"}).status_code == 200
