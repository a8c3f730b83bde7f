"""The Arrow table has every field of a tag, of the type that the record gives it."""

import msgspec
import pyarrow as pa

from pipeline.core import arrow
from pipeline.core.records import HumanLabel, Tag
from pipeline.core.tag_fields import model_fields, text_fields

TAG = Tag(
    "a.docx", 3, 2**40, 2**40 + 4, "全民阅读", "一、", "兴文化", 0.9, {"兴文化": 0.9}, ("育新人",), True, (("阅读", 0.3),), "m 1",
    2, 5, "表一", 7, {"单位": "县馆"}, 0.95, None, HumanLabel("育新人", "王一", ("聚民心",), "改"),
)  # fmt: skip


def test_the_columns_are_the_fields_and_only_what_a_tag_may_lack_is_nullable():
    schema = arrow.schema()
    assert schema.names == list(Tag.__struct_fields__)
    assert [field.name for field in schema if not field.nullable] == [field.name for field in model_fields() if field.required]
    types = [schema.field(name).type for name in ("start", "page", "score")]
    assert types == [pa.int64(), pa.int32(), pa.float64()]
    assert arrow.schema(text_fields()).names == [field.name for field in text_fields()]


def test_the_rows_hold_the_values():
    bare = msgspec.structs.replace(TAG, columns=None, page=None, correction=None, secondary=(), evidence=())
    table = arrow.table([TAG, bare], arrow.schema())
    row, other = table.to_pylist()
    assert (row["start"], row["scores"], row["columns"]) == (2**40, [("兴文化", 0.9)], [("单位", "县馆")])
    assert row["evidence"] == [{"term": "阅读", "weight": 0.3}]
    assert row["correction"] == {"label": "育新人", "who": "王一", "secondary": ["聚民心"], "note": "改"}
    assert (other["columns"], other["page"], other["correction"], other["secondary"]) == (None, None, None, [])
    assert arrow.table([], arrow.schema()).num_rows == 0


def test_further_columns_stand_where_the_schema_has_them():
    schema = arrow.schema(text_fields()).insert(0, pa.field("row", pa.int64()))
    assert arrow.table([TAG], schema, {"row": [7]})["row"].to_pylist() == [7]
