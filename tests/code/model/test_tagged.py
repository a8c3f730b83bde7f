"""PredictedRuns runs as records, as JSON lines and as columns: three views of the same tags."""

import json

import msgspec
import pytest
from msgspec.structs import replace

from pipeline import flow
from pipeline.core.records import Document, MadeTags, SourceLocation
from pipeline.model.tag import tag_segments
from pipeline.model.tagged import PredictedTags

TEXT = "一、理论学习\n中心组集中学习十二次，基层宣讲三百场。\n二、文化惠民\n新开城市书房六座，送戏下乡八十场。\n"


@pytest.fixture
def plain(model):
    """The model as it is where nothing could be compiled."""
    found = replace(model)
    found.__dict__["compiled"] = None
    return found


def groups(document, model):
    return list(flow.tag_document(document, model).groups)


@pytest.mark.parametrize(
    "places", [(), (SourceLocation(0, page=1, paragraph=1), SourceLocation(20, page=2, paragraph=2, columns=(("年份", "2023"),)))]
)
def test_the_lines_are_the_records_encoded(model, plain, places):
    document = Document("报告.docx", TEXT, "0", "docx", places=places)
    for at_hand in (model, plain):
        (group,) = groups(document, at_hand)
        assert isinstance(group, PredictedTags)
        assert group.json_lines() == b"".join(msgspec.json.encode(tag) + b"\n" for tag in group)
        assert len(group) == len(list(group)) == group.json_lines().count(b"\n") > 3
    assert [tag.get("page") for tag in map(json.loads, group.json_lines().splitlines())][-1] == (2 if places else None)


def test_the_columns_are_those_of_the_records(model):
    (group,) = groups(Document("x", TEXT, "0", "utf-8"), model)
    columns, made = group.columns(), MadeTags(tuple(group)).columns()
    assert [columns.themes[label] for label in columns.labels] == [made.themes[label] for label in made.labels]
    for name in ("sizes", "scores", "review"):
        assert list(getattr(columns, name)) == list(getattr(made, name)), name


def test_a_report_in_windows_has_the_tags_and_terms_that_it_has_at_once(model, cut_up, monkeypatch):
    options = msgspec.structs.replace(model.config.model, report_weight=0.0)  # which only reports of one window have
    model = replace(model, config=msgspec.structs.replace(model.config, model=options))
    cleaned, segments, _ = cut_up(TEXT * 12)
    (whole,) = tag_segments(cleaned, [segments], model)
    monkeypatch.setattr("pipeline.model.tag.WINDOW", 5)
    parts = list(tag_segments(cleaned, [segments], model))
    assert len(parts) > 5
    assert b"".join(part.json_lines() for part in parts) == whole.json_lines()
    assert sum(part.terms.terms for part in parts) == whole.terms.terms > 100
    assert sum(part.terms.unknown for part in parts) == whole.terms.unknown
