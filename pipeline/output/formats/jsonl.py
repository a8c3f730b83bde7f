"""JSON lines: one tag a line, UTF-8, every field of the contract. The format that other programs read, and this one too."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from pipeline.core.config import LabelSet
from pipeline.core.errors import InputError
from pipeline.core.json_values import decode_json
from pipeline.core.messages import system_reason, tr
from pipeline.core.records import Report, Tag


def write(reports: Iterator[Report], stream: BinaryIO, labels: LabelSet) -> None:  # noqa: ARG001 - the Writer contract
    """Write each tag as one line."""
    for report in reports:
        stream.writelines(group.json_lines() for group in report.groups)


def read_tags(path: Path) -> Iterator[Tag]:
    """Yield the tags of a file that ``write`` made, one after the other; raises InputError for a line that is no tag."""
    try:
        with path.open("rb") as stream:
            yield from (_tag(line, f"{path}, line {number}") for number, line in enumerate(stream, 1))
    except OSError as error:
        raise InputError(
            tr(
                "{path}: cannot be read ({reason}); name a file that `pipeline tag -o NAME.jsonl` wrote",
                path=path,
                reason=system_reason(error),
            )
        ) from None


def _tag(line: bytes, where: str) -> Tag:
    try:
        return decode_json(line, Tag)
    except msgspec.MsgspecError as error:
        raise InputError(
            tr("{where}: no tag ({error}); give a file that `pipeline tag -o NAME.jsonl` wrote, whole", where=where, error=error),
            "damaged",
        ) from None
