"""People with tokens of their own: one report, what each may say, and tokens that are changed while the server runs."""

import hashlib

import httpx
import pytest

from pipeline.core.errors import UsageError
from pipeline.labels.corpus import read_review
from pipeline.web import accounts
from pipeline.web.accounts import LARGEST_FILE, Accounts, WrongTokens, line_of, read_accounts

FIRST, SECOND, THIRD = (f"{letter}-token-of-the-tests-01234" for letter in "abc")


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "people.txt"
    path.write_text(f"# the office\n\n王一 {FIRST}\n{line_of('Li 二', SECOND)}\n", encoding="utf-8")
    return path


def of(path):
    return Accounts(read_accounts(path), path)


def as_(served, token):
    return httpx.Client(base_url=served.address, headers={"authorization": f"Bearer {token}"}, timeout=60)


def correct(client, file, label, annotator, tag):
    body = {"annotator": annotator, "corrections": [{"start": tag["start"], "end": tag["end"], "label": label}]}
    return client.post(f"/api/files/{file}/corrections", json=body)


def test_two_people_at_one_report(serving, people, config, loaded):
    with serving(accounts=of(people), token=FIRST) as served, as_(served, SECOND) as second:
        first, file = served.client, served.upload()["id"]
        tag = first.get(f"/api/files/{file}/tags").json()["tags"][0]
        assert correct(first, file, "兴文化", "王一", tag).json() == {"saved": 1}
        assert correct(second, file, "展形象", "Ｌｉ　二", tag).json() == {"saved": 1}
        for client, name, label in ((first, "王一", "兴文化"), (second, "Li 二", "展形象")):
            said = client.get(f"/api/files/{file}/tags", params={"annotator": name}).json()["corrections"]
            assert [one["label"] for one in said] == [label]
            assert client.get("/api/settings").json()["account"] == name
    model = next(iter(loaded.values())).model
    made = read_review(config, model.labels, print)
    assert [(label.annotator, label.label) for label in made] == [("王一", "兴文化"), ("Li 二", "展形象")]


def test_nobody_speaks_or_asks_for_another(serving, people, home):
    with serving(accounts=of(people), token=FIRST) as served:
        file = served.upload()["id"]
        tag = served.client.get(f"/api/files/{file}/tags").json()["tags"][0]
        refused = [
            correct(served.client, file, "兴文化", "Li 二", tag),
            served.client.post(f"/api/files/{file}/import", json={"annotator": "Li 二"}),
            served.client.get(f"/api/files/{file}/tags", params={"annotator": "Li 二"}),
            served.client.get(f"/api/files/{file}/tags?annotator=Li 二&annotator=王一"),
            served.client.get(f"/api/files/{file}/report", params={"annotator": "Li 二"}),
            served.client.get(f"/api/files/{file}/download", params={"annotator": "Li 二", "format": "jsonl"}),
            served.client.get("/api/download", params={"annotator": "Li 二", "format": "jsonl"}),
        ]
        assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(403, "account")] * 7
        assert served.client.get(f"/api/files/{file}/tags").status_code == 200
    assert not (home / "seeds").exists()


def test_a_cookie_is_its_persons_and_ends_with_the_token(serving, people):
    with serving(accounts=of(people), token=FIRST) as served, httpx.Client(base_url=served.address) as browser:
        assert browser.post("/login", data={"token": SECOND}).status_code == 303
        assert browser.get("/api/settings").json()["account"] == "Li 二"
        people.write_text(f"王一 {FIRST}\nLi 二 {THIRD}\n", encoding="utf-8")
        assert browser.get("/api/settings").status_code == 401
        assert browser.post("/login", data={"token": SECOND}).status_code == 401
        assert browser.post("/login", data={"token": THIRD}).status_code == 303
        assert browser.get("/api/settings").json()["account"] == "Li 二"
        people.write_text(f"王一 {FIRST}\n", encoding="utf-8")
        assert browser.get("/api/settings").status_code == 401
        assert served.client.get("/api/settings").status_code == 200


def test_a_file_that_became_wrong_changes_nothing_and_is_told(people, caplog):
    known = of(people)
    people.write_text(f"王一 {THIRD}\nnonsense\n", encoding="utf-8")
    assert known.of_token(FIRST).name == "王一"
    assert known.of_token(THIRD) is None
    people.unlink()
    assert known.of_token(SECOND).name == "Li 二"
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    assert THIRD not in caplog.text
    people.write_text(f"王一 {THIRD}\n", encoding="utf-8")
    assert (known.of_token(THIRD).name, known.of_token(FIRST)) == ("王一", None)


def test_a_person_may_have_two_tokens_while_one_is_changed(people):
    people.write_text(f"王一 {FIRST}\n王一\t{SECOND}\n", encoding="utf-8")
    assert {of(people).of_token(token).name for token in (FIRST, SECOND)} == {"王一"}


@pytest.mark.parametrize("text", [FIRST, f"{FIRST}\n", f"sha256:{hashlib.sha256(FIRST.encode()).hexdigest()}", f"\ufeff{FIRST}"])
def test_a_file_with_one_token_is_for_all(tmp_path, text):
    (tmp_path / "token.txt").write_text(text, encoding="utf-8")
    assert of(tmp_path / "token.txt").of_token(FIRST).name == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no token"),
        ("# only\n", "holds no token"),
        ("王一 short", "line 1: at least 16"),
        (f"王一 {FIRST}\n{SECOND}\n", "line 2: holds a name or a token only"),
        (f"王一 {FIRST}\n李二 {FIRST}\n", "the same token"),
        ("王一 sha256:abc", "line 1: no sha256"),
        (f"\x07 {FIRST}", "line 1: annotator"),
        (f"{'王' * 81} {FIRST}", "line 1: annotator"),
        (f"王一 {FIRST}\n" + "#" * LARGEST_FILE, "longer than 1,048,576 characters"),
    ],
)
def test_files_that_name_nobody(tmp_path, text, message):
    path = tmp_path / "people.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message) as failure:
        read_accounts(path)
    assert FIRST not in str(failure.value)


def test_a_digest_is_no_token(people):
    kept = people.read_text(encoding="utf-8").split()[-1]
    assert of(people).of_token(kept) is None
    assert of(people).of_token(kept.removeprefix("sha256:")) is None
    assert of(people).of_token("\ud800") is None


def test_all_accounts_are_compared_whoever_it_is(people, monkeypatch):
    compared = []
    known = of(people)
    monkeypatch.setattr(accounts.secrets, "compare_digest", lambda one, other: compared.append(one) or one == other)
    known.of_token(FIRST)
    known.of_token("none")
    assert len(compared) == 4


def test_who_goes_on_guessing_waits_and_who_has_a_cookie_does_not(serving, people, monkeypatch):
    monkeypatch.setattr(accounts, "WRONG", 3)
    with serving(accounts=of(people), token=FIRST) as served, httpx.Client(base_url=served.address) as browser:
        assert browser.post("/login", data={"token": SECOND}).status_code == 303
        wrong = {"authorization": "Bearer no-token-of-the-tests"}
        assert [httpx.get(f"{served.address}/api/files", headers=wrong).status_code for _ in range(2)] == [401, 401]
        assert browser.post("/login", data={"token": "none"}).status_code == 401
        later = httpx.get(f"{served.address}/api/files", headers=wrong)
        assert (later.status_code, later.json()["code"], later.headers["retry-after"]) == (429, "guessing", "60")
        assert served.client.get("/api/files").status_code == 429, "nor is a right one looked at"
        assert browser.post("/login", data={"token": SECOND}).status_code == 429
        assert browser.get("/api/files").status_code == 200
        monkeypatch.setattr(accounts, "WRONG_SECONDS", 0.0)
        assert served.client.get("/api/files").status_code == 200


def test_the_addresses_of_guessers_are_bounded(monkeypatch):
    monkeypatch.setattr(accounts, "ADDRESSES", 3)
    wrong = WrongTokens()
    for number in range(10):
        wrong.add(f"10.0.0.{number}")
    assert list(wrong._times) == ["10.0.0.7", "10.0.0.8", "10.0.0.9"]
