"""Tags as an Arrow table: the schema is taken from the record of a tag, so that a new field of it is in every table.

pyarrow is what pandas, Polars, DuckDB and Spark read Parquet with; it is an extra (``mission-themes[parquet]``).
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from pipeline.core.records import HumanLabel, Tag
from pipeline.core.tag_fields import TagField, model_fields

if TYPE_CHECKING:
    import pyarrow as pa

EXTRA = "parquet"
CORRECTION = TagField("correction", HumanLabel, required=False)
_OFFSETS = ("start", "end")  # a text may be long


def schema(fields: Iterable[TagField] | None = None) -> "pa.Schema":
    """Return the columns of some fields of a tag, or of all with what a person says of it; only what a tag may lack is nullable."""
    import pyarrow as pa  # noqa: PLC0415 - an extra

    fields = (*model_fields(), CORRECTION) if fields is None else fields
    types = _types(pa)
    kinds = [(field, pa.int64() if field.name in _OFFSETS else types[field.kind]) for field in fields]
    return pa.schema([pa.field(field.name, kind, nullable=not field.required) for field, kind in kinds])


def table(tags: Iterable[Tag], of: "pa.Schema", further: dict[str, list[Any]] | None = None) -> "pa.Table":
    """Return tags as the rows of a table with the columns of a schema; ``further`` are columns that are not of the tags."""
    import pyarrow as pa  # noqa: PLC0415 - an extra

    rows = list(tags)
    columns = further or {}
    values = [columns[name] if name in columns else [_plain(getattr(tag, name)) for tag in rows] for name in of.names]
    return pa.Table.from_arrays([pa.array(column, kind) for column, kind in zip(values, of.types, strict=True)], schema=of)


def _plain(value: Any) -> Any:  # noqa: ANN401 - the value of any field
    return msgspec.structs.asdict(value) if isinstance(value, HumanLabel) else value


def _types(pa: Any) -> dict[Any, "pa.DataType"]:  # noqa: ANN401 - the module
    """Return the Arrow type of each type that a field of a tag has; they are Spark's but for evidence, whose parts have names."""
    text, number = pa.string(), pa.float64()
    texts = pa.list_(text)
    said = [("label", text), ("who", text), ("secondary", texts), ("note", text)]
    return {
        str: text,
        int: pa.int32(),
        float: number,
        bool: pa.bool_(),
        dict[str, str]: pa.map_(text, text),
        dict[str, float]: pa.map_(text, number),
        tuple[str, ...]: texts,
        tuple[tuple[str, float], ...]: pa.list_(pa.struct([("term", text), ("weight", number)])),
        HumanLabel: pa.struct(said),
    }
