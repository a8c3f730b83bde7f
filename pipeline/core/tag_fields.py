"""The fields of a tag, for those who must name them with a type: Spark's schema, MLflow's columns, the API's document.

They are taken from ``records.Tag``: a new field of it is in all of them.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

import msgspec

from pipeline.core.records import Tag


@dataclass(frozen=True, slots=True)
class TagField:
    """A field: its name, the type of its value, and whether every tag has it (a field that a tag has not is left out of JSON)."""

    name: str
    kind: Any
    required: bool


@cache
def model_fields() -> tuple[TagField, ...]:
    """Return the fields that are the model's or the file's, in the order of the output; what a person says is laid over them."""
    hints = get_type_hints(Tag)
    fields = [
        TagField(field.name, _without_none(hints[field.name]), field.required)
        for field in msgspec.structs.fields(Tag)
        if field.name != "correction"
    ]
    return tuple(fields)


def text_fields() -> tuple[TagField, ...]:
    """Return the fields of a tag of a text that is no file: those that every tag has, but the source."""
    return tuple(field for field in model_fields() if field.required and field.name != "source")


def _without_none(hint: Any) -> Any:  # noqa: ANN401 - a type
    """Return the type of a value that is there."""
    kinds = [kind for kind in get_args(hint) if kind is not type(None)]
    return kinds[0] if type(None) in get_args(hint) else hint
