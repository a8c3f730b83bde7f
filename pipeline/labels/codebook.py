"""REFI-QDA codebooks (.qdc): the codes of another tool as label definitions, ``configs/labels.toml`` of a project of one's own.

A folder of codes is opened; a code is a label, and the codes below it are named in its definition, since labels have no levels.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.core.config import LabelDefinition, LabelSet, ReadConfig
from pipeline.core.errors import CorpusError
from pipeline.core.messages import tr
from pipeline.labels.refi_qda import child_text, parsed
from pipeline.output.visible import visible
from pipeline.read import load
from pipeline.read.office.ooxml import child, children, local

if TYPE_CHECKING:
    from lxml.etree import _Element

ENDING = ".qdc"
OTHER = "其他"
BELOW = "下分："
_COLOUR = re.compile("#([0-9a-fA-F]{6})|#([0-9a-fA-F])([0-9a-fA-F])([0-9a-fA-F])")
_GREY = "#707b7c"


def read_codebook(path: Path, options: ReadConfig) -> LabelSet:
    """Return the codes of a codebook as labels, with one for everything else where it has none.

    Raises CorpusError for no codebook, InputError for damaged XML, a document type and too much of it.
    """
    root = parsed(load(path, str(path), options), path.name, str(path))
    if local(root) != "CodeBook":
        raise CorpusError(
            tr(
                "{path}: no REFI-QDA codebook but {local!r}; export it there as a codebook (.qdc)",
                path=path,
                local=local(root)[:40],
            )
        )
    found = {label.name: label for code in _codable(children(child(root, "Codes"))) if (label := _label(code)).name}
    if not set(found) - {OTHER}:
        raise CorpusError(tr("{path}: no code in it; export a codebook that has codes", path=path))
    found.setdefault(OTHER, LabelDefinition(OTHER))
    return LabelSet(OTHER, tuple(found.values()))


def label_definitions(labels: LabelSet) -> bytes:
    """Return labels as the TOML file that a project defines them in."""
    blocks = [f"other = {_quoted(labels.other)}\n"]
    for label in labels.labels:
        values = (("name", label.name), ("definition", label.definition), ("color", label.color))
        blocks.append("".join(["[[labels]]\n", *(f"{key} = {_quoted(value)}\n" for key, value in values)]))
    return "\n".join(blocks).encode()


def _codable(codes: list["_Element"]) -> Iterator["_Element"]:
    """Yield the codes that are no folders, and those of folders in their place."""
    waiting = codes[::-1]
    while waiting:
        code = waiting.pop()
        if local(code) == "Code" and code.get("isCodable") in ("false", "0"):
            waiting += children(code)[::-1]
        elif local(code) == "Code":
            yield code


def _label(code: "_Element") -> LabelDefinition:
    below = "、".join(_name(each) for each in children(code) if local(each) == "Code")
    definition = " ".join(visible(child_text(code, "Description")).split())
    return LabelDefinition(_name(code), " ".join(filter(None, (definition, below and BELOW + below))), _colour(code))


def _name(code: "_Element") -> str:
    return " ".join(visible(code.get("name") or "").split())


def _colour(code: "_Element") -> str:
    match = _COLOUR.fullmatch((code.get("color") or "").strip())
    return f"#{match[1] or ''.join(digit * 2 for digit in match.groups()[1:])}".lower() if match else _GREY


def _quoted(text: str) -> str:
    """Return text as a basic string of TOML, of which JSON's strings are some where nothing steers."""
    return json.dumps(text, ensure_ascii=False)
