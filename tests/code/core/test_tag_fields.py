"""A field of a tag is defined once: whoever names the fields takes them from the record, or is held to it here."""

from typing import Any

import mlflow
import msgspec
import pytest

from pipeline.batch.spark import tag_schema
from pipeline.core.records import HumanLabel, Tag
from pipeline.core.tag_fields import model_fields, text_fields
from pipeline.output.rows import row_of
from pipeline.track.registry import signature
from pipeline.web.schemas import TagView

FIELDS = [name for name in Tag.__struct_fields__ if name != "correction"]  # what a person says is laid over the model's
NOT_IN_TABLES = {"scores", "columns"}  # they are tables themselves; JSON has them
TAG = Tag(
    "a.docx", 3, 10, 14, "全民阅读", "一、", "兴文化", 0.9, {"兴文化": 0.9}, ("育新人",), True, (("阅读", 0.3),), "m 1",
    2, 5, "表一", 7, {"单位": "县馆"}, 0.95, None, HumanLabel("育新人", "王一", ("聚民心",), "改"),
)  # fmt: skip


def test_the_fields_are_those_of_the_record_with_the_type_of_a_value():
    assert [field.name for field in model_fields()] == FIELDS
    kinds = {field.name: field.kind for field in model_fields()}
    assert (kinds["start"], kinds["page"], kinds["columns"], kinds["noise"]) == (int, int, dict[str, str], str)
    assert [field.name for field in model_fields() if not field.required] == FIELDS[FIELDS.index("page") :]
    assert [field.name for field in text_fields()] == FIELDS[1 : FIELDS.index("page")]


def test_spark_has_every_field_with_its_type():
    schema = dict(column.split(" ") for column in tag_schema().split(", "))
    assert list(schema) == [f"`{name}`" for name in FIELDS]
    assert (schema["`start`"], schema["`segment`"], schema["`score`"]) == ("bigint", "int", "double")
    assert (schema["`evidence`"], schema["`columns`"]) == ("array<array<string>>", "map<string,string>")


def test_mlflow_has_every_field_of_a_text():
    outputs = signature(mlflow).outputs
    assert outputs.input_names() == ["row", *(field.name for field in text_fields())]


def test_the_api_describes_every_field():
    assert list(TagView.model_fields) == FIELDS
    tag = msgspec.structs.replace(TAG, correction=None)
    built: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(tag))
    assert {name: value for name, value in TagView(**built).model_dump(mode="json").items() if value is not None} == built
    with pytest.raises(ValueError, match="score"):
        TagView(**built | {"score": "high"})


@pytest.mark.parametrize("name", [name for name in Tag.__struct_fields__ if name not in NOT_IN_TABLES])
def test_a_table_shows_every_field(name):
    seen = row_of(TAG if name != "review" else msgspec.structs.replace(TAG, correction=None))
    empty = {"text": "", "noise": "byline", "review": False, "correction": None, "secondary": (), "evidence": ()}
    other = empty.get(name, None if name in FIELDS[FIELDS.index("page") :] else f"another {name}")
    start = TAG if name != "review" else msgspec.structs.replace(TAG, correction=None)
    assert row_of(msgspec.structs.replace(start, **{name: other})) != seen


def test_the_formats_are_described_field_by_field(root):
    described = (root / "docs" / "formats.md").read_text(encoding="utf-8")
    assert [name for name in Tag.__struct_fields__ if f"`{name}`" not in described] == []
