"""Bodies of requests: the first unknown key ends them, and no large one keeps the server from others."""

import threading

import pytest
from fastapi.exceptions import RequestValidationError

from pipeline.web import bodies
from pipeline.web.bodies import parse
from pipeline.web.schemas import CorrectionsToSave, TextToTag

GOOD = b'{"annotator": "\xe7\x8e\x8b", "corrections": [{"start": 0, "end": 2.0, "label": "x"}]}'


def wrong(data, model=TextToTag):
    with pytest.raises(RequestValidationError) as caught:
        parse(data, model)
    (error,) = caught.value.errors()
    return ".".join(error["loc"]), error["msg"]


def test_a_body_becomes_its_model():
    assert parse(b'{"text": "x"}', TextToTag) == TextToTag(text="x")
    body = parse(GOOD, CorrectionsToSave)
    assert (body.annotator, body.report, body.corrections[0].end) == ("王", 0, 2)


@pytest.mark.parametrize(
    ("data", "model"),
    [
        (b'{"text": "x", "other": 1, this is never looked at', TextToTag),
        (b'{"other": 1, "text": "x", this is never looked at', TextToTag),
        (GOOD.replace(b'"label"', b'"other": 1, this is never looked at'), CorrectionsToSave),
    ],
)
def test_the_first_unknown_key_ends_a_body(data, model):
    assert wrong(data, model) == ("body.other", "Extra inputs are not permitted")


def test_a_long_unknown_key_is_not_given_back():
    place, _ = wrong(b'{"' + b"k" * 5000 + b'": 1}')
    assert len(place) < 60


@pytest.mark.parametrize(
    "data",
    [b"", b"x", b"[]", b"null", b"5", b'{"text": "x"} {"text": "y"}', b'{"text": "\\ud800"}', b'{"text": "\xff"}', b"[" * 100_000,
     b'{"text": ' + b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_json_of_that_shape(data):
    assert wrong(data)[0].startswith("body")


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"{}", "body.text"),
        (b'{"text": 5}', "body.text"),
        (b'{"text": {"a": {"b": 1}}}', "body.text"),
        (b'{"text": "x", "model": 1e999}', "body"),
        (b'{"text": "x", "model": ' + b"9" * 3000 + b"}", "body.model"),
    ],
)
def test_values_of_another_kind_are_named(data, place):
    assert wrong(data)[0] == place


def test_while_a_body_is_looked_at_others_are_answered(served, monkeypatch):
    begun, go_on, answers = threading.Event(), threading.Event(), []
    whole = bodies.parse

    def slow(data, model):
        begun.set()
        go_on.wait(30)
        return whole(data, model)

    monkeypatch.setattr(bodies, "parse", slow)
    text = "新建书房。" * bodies.SMALL  # a small one is looked at sooner than another thread would take it over
    asking = threading.Thread(target=lambda: answers.append(served.client.post("/api/tag", json={"text": text})))
    asking.start()
    assert begun.wait(30)
    assert served.client.get("/api/health").status_code == 200
    go_on.set()
    asking.join(30)
    assert answers[0].status_code == 200


def test_a_body_that_does_not_say_it_is_json(served):
    answer = served.client.post("/api/tag", content=b'{"text": "x"}', headers={"content-type": "text/plain"})
    assert answer.status_code == 415
