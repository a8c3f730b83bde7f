"""What a person reads, in the person's language: messages are English in the code, and Chinese by one catalogue of gettext.

The language is a variable of the environment, so that every process that this one starts has it too: readers, workers, servers.
The commands set it at their start (``cli/language.py``); without it messages are English, and no catalogue is read.

The catalogue is ``locale/zh/LC_MESSAGES/mission_themes.po``. The ``.mo`` that is compiled from it and that Python reads is kept
beside it, so that a clone, an installation and a wheel have it without a step of their own; ``make messages`` makes it anew, and a
test holds the two together.
"""

import gettext
import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.core.errors import PipelineError

if TYPE_CHECKING:
    from gettext import NullTranslations

VARIABLE = "MISSION_THEMES_LANG"
LANGUAGES = ("en", "zh")
DOMAIN = "mission_themes"
LOCALE = Path(__file__).with_name("locale")


def tr(message: str, /, **values: object) -> str:
    """Return a message in the language of this process, with values in the places that are named in it.

    A value may be an error of another library, which says it in English; ``in_our_words`` translates it.

    >>> tr("{source}: no such file; check the path", source="a.txt")
    'a.txt: no such file; check the path'
    """
    if language() == "en":
        return message.format(**values) if values else message
    text = _catalogue(language()).gettext(message)
    said = {name: in_our_words(value) if isinstance(value, Exception) else value for name, value in values.items()}
    return text.format(**said) if said else text


def language() -> str:
    """Return the language of this process."""
    named = os.environ.get(VARIABLE, "")
    return named if named in LANGUAGES else "en"


def use(name: str | None) -> None:
    """Have this process, and every one that it starts from now on, speak a language; None: English, as without a choice."""
    if name is None:
        os.environ.pop(VARIABLE, None)
    else:
        os.environ[VARIABLE] = name


def mark(message: str) -> str:
    """Return a message as it is: that of a constant, made before the language is known, which is translated where it is used."""
    return message


def system_reason(error: OSError) -> str:
    """Return why the system refused something, in the language of this process where the catalogue has it."""
    return tr(error.strerror) if error.strerror else str(error)


def in_our_words(error: Exception) -> str:
    """Return what an error says in the language of this process: its own words where nobody has translated them, named as such."""
    if isinstance(error, PipelineError):
        return str(error)
    if isinstance(error, OSError):
        return system_reason(error)
    return _in_our_words(str(error))


def _in_our_words(words: str) -> str:
    if words in LIBRARY_REASONS:
        return tr(words)
    for form, message in _LIBRARY_FORMS:
        if found := re.fullmatch(form, words, re.DOTALL):
            values = found.groupdict()
            if "what" in values:
                values["what"] = _in_our_words(values["what"])
            return tr(message, **values)
    return tr("as it says itself: {words}", words=words)


# What is said of where a fault is, and of faults that name what they are of.
_LIBRARY_FORMS = (
    (r"(?P<what>.+) \(at line (?P<line>\d+), column (?P<column>\d+)\)", mark("line {line}, column {column}: {what}")),
    (r"(?P<what>.+): line (?P<line>\d+) column (?P<column>\d+) \(char \d+\)", mark("line {line}, column {column}: {what}")),
    (
        r"(?P<what>.+), line (?P<line>\d+), column (?P<column>\d+)(?: \(<string>, line \d+\))?",
        mark("line {line}, column {column}: {what}"),
    ),
    (r"(?P<what>.+) \(at end of document\)", mark("at the end of the file: {what}")),
    (r"(?P<what>.+) - at `\$?\.?(?P<field>.*)`", mark("{field}: {what}")),
    (r"(?P<what>.+) \(byte (?P<byte>\d+)\)", mark("byte {byte}: {what}")),
    (r"Object missing required field `(?P<field>.+)`", mark("the field {field} is missing")),
    (r"Object contains unknown field `(?P<field>.+)`", mark("unknown field {field}")),
    (r"Expected `(?P<due>.+)`, got `(?P<found>.+)`", mark("{found} stands where {due} is due")),
    (r"Invalid enum value '?(?P<value>.*?)'?", mark("{value} is not allowed here")),
    (r"'(?P<code>.+)' codec can't decode .* in position (?P<place>\d+).*", mark("byte {place} and what follows it is no {code}")),
    (r"Bad CRC-32 for file '(?P<name>.+)'", mark("the content of {name} is damaged")),
    (r"field larger than field limit \((?P<most>\d+)\)", mark("a cell of more than {most} characters")),
    (r"'.' expected after '\"'", mark("something stands behind a closing quotation mark")),
    (r"Error -\d+ while decompressing data: .*", mark("what is compressed in it is damaged or cut off")),
)
# What other libraries say most often: msgspec, tomllib, zipfile, csv, json, SQLite, lxml and calamine.
LIBRARY_REASONS = frozenset(
    [
        mark("Input data was truncated"),
        mark("JSON is malformed: invalid character"),
        mark("JSON is malformed: trailing characters"),
        mark("Invalid value"),
        mark("Invalid statement"),
        mark("Cannot overwrite a value"),
        mark("Unterminated string"),
        mark("Expected '=' after a key in a key/value pair"),
        mark("Expected ']' at the end of a table declaration"),
        mark("Expected newline or end of document after a statement"),
        mark("File is not a zip file"),
        mark("Truncated file header"),
        mark("Bad magic number for file header"),
        mark("unexpected end of data"),
        mark("Expecting value"),
        mark("Expecting property name enclosed in double quotes"),
        mark("file is not a database"),
        mark("database disk image is malformed"),
        mark("database is locked"),
        mark("unable to open database file"),
        mark("Start tag expected, '<' not found"),
        mark("Document is empty"),
        mark("Cannot detect file format"),
    ]
)
# What systems say most often; the list is for the catalogue.
SYSTEM_REASONS = (
    mark("Bad file descriptor"),
    mark("Cannot allocate memory"),
    mark("Device or resource busy"),
    mark("Directory not empty"),
    mark("Disk quota exceeded"),
    mark("File exists"),
    mark("File name too long"),
    mark("File too large"),
    mark("Input/output error"),
    mark("Invalid argument"),
    mark("Is a directory"),
    mark("No such device or address"),
    mark("No such file or directory"),
    mark("No space left on device"),
    mark("Not a directory"),
    mark("Operation not permitted"),
    mark("Operation not supported"),
    mark("Permission denied"),
    mark("Read-only file system"),
    mark("Stale file handle"),
    mark("Text file busy"),
    mark("Too many levels of symbolic links"),
    mark("Too many open files"),
)


@cache
def _catalogue(name: str) -> "NullTranslations":

    return gettext.translation(DOMAIN, LOCALE, [name])
