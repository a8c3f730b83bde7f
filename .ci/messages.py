"""Bring the Chinese catalogue up to the code: find every message, add and drop entries of the .po, compile the .mo.

Run by `make messages`. Babel (BSD) finds the messages and writes both files; the texts of help are found by walking through the
commands, and those of click, whose own words stand in help and in usage errors, in its source. What has no translation is named.
"""

import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from pipeline.cli.commands import MODULES, main
from pipeline.cli.language import with_texts
from pipeline.core.messages import DOMAIN, LOCALE

PIPELINE = Path(__file__).resolve().parents[1] / "pipeline"
PO = LOCALE / "zh" / "LC_MESSAGES" / f"{DOMAIN}.po"
MO = PO.with_suffix(".mo")
_OF_CLICK = ["core", "decorators", "exceptions", "formatting", "parser", "types"]
_TYPES = ("file", "directory", "path")  # the names of types, which are made when a command is: cli/language.py translates them
_KEYWORDS = {"tr": None, "mark": None, "counted": (2,)}

# The files change with their messages only, so no date of a run stands in them.
_BEGAN = dt.datetime(2026, 11, 29, tzinfo=dt.UTC)

_HEAD = dict.fromkeys(("last_translator", "language_team", "msgid_bugs_address"), "The mission-themes maintainers")

Message = str | tuple[str, ...]  # one, or the forms of one for one thing and for many


def messages() -> Iterator[tuple[Message, str]]:
    """Yield every message and where it is: a module, ``help`` or ``click``."""
    for name, _, message, _, _ in extract_from_dir(PIPELINE, method_map=[("**.py", "python")], keywords=_KEYWORDS):
        yield message, f"pipeline/{name}"
    yield from ((text, "help") for text in help_texts())
    keywords = {"_": None, "ngettext": (1, 2)}
    for name, _, message, _, _ in extract_from_dir(
        Path(click.__file__).parent, method_map=[("**.py", "python")], keywords=keywords
    ):
        if Path(name).stem in _OF_CLICK and message not in _TYPES:
            yield message, "click"


def help_texts() -> list[str]:
    """Return every text of the help of every command."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    with_texts(main, note)
    context = click.Context(main)
    for name in MODULES:
        with_texts(main.get_command(context, name), note)
    return [text for text in found if text]


def template() -> Catalog:
    """Return all messages as a catalogue without translations."""
    catalog = Catalog(domain=DOMAIN)
    for message, where in messages():
        catalog.add(message, locations=[(where, None)])
    return catalog


def update() -> list[Message]:
    """Write the .po with an entry for every message and no other, and the .mo; return what has no translation."""
    with PO.open("rb") as stream:
        known = read_po(stream, locale="zh", domain=DOMAIN)
    new = Catalog(
        locale="zh",
        domain=DOMAIN,
        header_comment="# Chinese messages of mission-themes.",
        fuzzy=False,
        project="mission-themes",
        version="1",
        **_HEAD,
    )
    new.creation_date = new.revision_date = _BEGAN
    for message in template():
        if message.id:
            there = known.get(message.id)
            new.add(message.id, there.string if there else "", locations=message.locations)
    with PO.open("wb") as stream:
        write_po(stream, new, sort_output=True, width=0, include_lineno=False)
    with MO.open("wb") as stream:
        write_mo(stream, new)
    return [message.id for message in new if message.id and not any(message.string)]


if __name__ == "__main__":
    if not LOCALE.is_relative_to(PIPELINE):
        sys.exit(f"{LOCALE} is of another checkout; run with PYTHONPATH={PIPELINE.parent}")
    missing = update()
    for each in missing:
        print(f"not translated: {each!r}")  # noqa: T201
    sys.exit(bool(missing))
