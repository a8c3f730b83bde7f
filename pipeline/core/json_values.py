"""JSON that comes from outside, as a value of a known type: one kind of error, whatever is wrong with it."""

from typing import TypeVar

import msgspec

from pipeline.core.messages import tr

Value = TypeVar("Value")


def decode_json(data: bytes | str, kind: type[Value]) -> Value:
    """Return the value of this type that ``data`` holds; raises msgspec.MsgspecError for anything else.

    msgspec itself raises RecursionError for what is nested too deep, and UnicodeDecodeError for what is no UTF-8.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except RecursionError:
        raise msgspec.DecodeError(tr("nested too deep")) from None
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(tr("no UTF-8 at byte {start}", start=error.start)) from None
