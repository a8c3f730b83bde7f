"""Bodies of requests in JSON: the large ones checked off the event loop; the first key that is not known ends it.

pydantic gathers every error before it names one, which takes seconds for some hundred thousand wrong keys. So msgspec goes over the
keys first, by a shape that is made of the same model.
"""

import re
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, TypeVar, get_args, get_origin

import msgspec
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

Body = TypeVar("Body", bound=BaseModel)
SMALL = 2**14  # bytes that are checked sooner than another thread would take them over
LONGEST_KEY = 40  # characters of a key that a message repeats
_UNKNOWN = re.compile(r"Object contains unknown field `(.*?)`(?: - at `\$[^`]*`)?", re.DOTALL)


def body_of(model: type[Body]) -> Callable[[Request], Awaitable[Body]]:
    """Return what reads the body of a request as a model; it raises RequestValidationError, or HTTPException for no JSON."""

    async def read(request: Request) -> Body:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise HTTPException(415, "send the body as content-type: application/json")
        body = await request.body()
        return parse(body, model) if len(body) <= SMALL else await run_in_threadpool(parse, body, model)

    return read


def parse(data: bytes, model: type[Body]) -> Body:
    """Return a body as a model; raises RequestValidationError that names the first thing that is wrong."""
    try:
        msgspec.json.decode(data, type=_shape(model))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _not_valid(*_place(error)) from None
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise _not_valid([str(part) for part in first["loc"]], first["msg"]) from None


def _place(error: Exception) -> tuple[list[str], str]:
    """Return where a body is no JSON of its shape, and what is wrong there."""
    unknown = _UNKNOWN.fullmatch(str(error))
    if unknown:
        return [unknown[1][:LONGEST_KEY]], "Extra inputs are not permitted"
    return [], "not JSON as this address takes it"


def _not_valid(place: list[str], message: str) -> RequestValidationError:
    return RequestValidationError([{"loc": ("body", *place), "msg": message, "type": "value_error"}])


@cache
def _shape(model: type[BaseModel]) -> Any:  # noqa: ANN401 - a type that is made here
    """Return a type with the keys of a model and of the models in its lists, none of which must be there."""
    fields = [(name, _shape_of(field.annotation), None) for name, field in model.model_fields.items()]
    return msgspec.defstruct(model.__name__, fields, forbid_unknown_fields=True)


def _shape_of(annotation: Any) -> Any:  # noqa: ANN401 - any annotation
    inner = [part for part in (annotation, *get_args(annotation)) if isinstance(part, type) and issubclass(part, BaseModel)]
    if not inner:
        return Any
    shape: Any = _shape(inner[0])
    return list[shape] | None if get_origin(annotation) is list else shape | None
