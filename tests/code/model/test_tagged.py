"""PredictedRuns runs as records, as JSON lines and as columns: three views of the same tags."""

import json

import msgspec
import pytest
from msgspec.structs import replace

from pipeline import flow
from pipeline.core.records import Document, MadeTags, Mark, SourceLocation
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


@pytest.mark.parametrize(
    "places",
    [
        (SourceLocation(0),),  # nothing is known of it but that it is there
        (SourceLocation(30, sheet="工作", row=4, columns=(("负责“人”", "甲\n乙"), ("备注", ""))),),  # what stands before has none
        tuple(SourceLocation(i, row=i) for i in range(40)),  # several in a passage
        (SourceLocation(0, page=1), SourceLocation(8, page=2, certainty=0.41, doubtful=True), SourceLocation(29, page=2)),
    ],
)
def test_lines_with_places_are_the_records_encoded(model, plain, monkeypatch, places):
    document = Document("报告.xlsx", TEXT, "0", "xlsx", places=places)
    for window in (512, 1):  # a group whose first passage does not stand in the first place
        monkeypatch.setattr("pipeline.model.tag.WINDOW", window)
        expected = [list(group) for group in groups(document, plain)]
        for at_hand in (model, plain):
            found = groups(document, at_hand)
            assert [list(group) for group in found] == expected
            lines = b"".join(group.json_lines() for group in found)
            assert lines == b"".join(msgspec.json.encode(tag) + b"\n" for group in expected for tag in group)
            flags = [flag for group in found for flag in group.columns().review]
            assert flags == [tag.review for group in expected for tag in group]
    doubtful = [tag.review for group in expected for tag in group if tag.certainty]
    assert doubtful == ([True] if places[-1].start == 29 else [])


def test_small_reports_tagged_together_have_the_tags_of_each_alone(model, plain):
    """Rows of a table, an empty one, one in which something was dropped, and one of symbols among them, with places and without."""
    first, third = "送戏下乡八十场。", "新开城市\u200b书房六座。"
    texts = [first, "", f" \u200b{third} ", "——", "一、理论学习\n集中学习十二次。", "　\u3000甲。ＡＢＣ网"]
    documents = [Document(f"表#{i}", text, "0", "table", (Mark(0, len(text), "record"),)) for i, text in enumerate(texts)]
    documents += [Document(text, text, "0", "utf-8", places=(SourceLocation(0, row=7),)) for text in texts]
    for at_hand in (model, plain):
        together = [report.finish() for report in flow.tag_documents(documents, at_hand)]
        assert together == [flow.tag_document(document, at_hand).finish() for document in documents]
        lines = [b"".join(group.json_lines() for group in report.groups) for report in flow.tag_documents(documents, at_hand)]
        assert lines == [b"".join(msgspec.json.encode(tag) + b"\n" for tag in report.tags) for report in together]
    assert [[tag.text for tag in report.tags] for report in together][:3] == [[first], [], [third]]


def test_the_columns_are_those_of_the_records(model):
    (group,) = groups(Document("x", TEXT, "0", "utf-8"), model)
    columns, made = group.columns(), MadeTags(tuple(group)).columns()
    assert [columns.themes[label] for label in columns.labels] == [made.themes[label] for label in made.labels]
    for name in ("sizes", "scores", "review"):
        assert list(getattr(columns, name)) == list(getattr(made, name)), name


@pytest.mark.parametrize("characters", [1, 60, 2**18])
def test_a_report_in_windows_has_the_tags_and_terms_that_it_has_at_once(model, cut_up, monkeypatch, characters):
    options = msgspec.structs.replace(model.config.model, report_weight=0.0)  # which only reports of one window have
    model = replace(model, config=msgspec.structs.replace(model.config, model=options))
    cleaned, segments, _ = cut_up(TEXT * 12)
    (whole,) = tag_segments(cleaned, [segments], model)
    monkeypatch.setattr("pipeline.model.tag.WINDOW", 5)
    monkeypatch.setattr("pipeline.model.tag.CHARACTERS", characters)
    parts = list(tag_segments(cleaned, [segments], model))
    assert len(parts) > 5
    assert max(map(len, parts)) > 1 or characters == 1
    assert b"".join(part.json_lines() for part in parts) == whole.json_lines()
    assert sum(part.terms.terms for part in parts) == whole.terms.terms > 100
    assert sum(part.terms.unknown for part in parts) == whole.terms.unknown


@pytest.mark.parametrize(("sentences", "is_whole"), [(511, True), (512, True), (513, False)])
def test_a_report_is_scored_at_once_where_it_takes_something_from_itself(model, cut_up, monkeypatch, sentences, is_whole):
    monkeypatch.setattr("pipeline.model.tag.CHARACTERS", 400)
    cleaned, segments, _ = cut_up("一、送戏下乡\n" + "新开城市书房。" * (sentences - 1))
    assert len(segments.sentences) == sentences
    assert len(list(tag_segments(cleaned, [segments], model))) == (1 if is_whole else 2)
