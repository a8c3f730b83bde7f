"""What a person reads, in the person's language: messages are English in the code, and Chinese by one catalogue of gettext.

The language is a variable of the environment, so that every process that this one starts has it too: readers, workers, servers.
The commands set it at their start (``cli/language.py``); without it messages are English, and no catalogue is read.

The catalogue is ``locale/zh/LC_MESSAGES/mission_themes.po``. The ``.mo`` that is compiled from it and that Python reads is kept
beside it, so that a clone, an installation and a wheel have it without a step of their own; ``make messages`` makes it anew, and a
test holds the two together.
"""

import gettext
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gettext import NullTranslations

VARIABLE = "MISSION_THEMES_LANG"
LANGUAGES = ("en", "zh")
DOMAIN = "mission_themes"
LOCALE = Path(__file__).with_name("locale")


def tr(message: str, /, **values: object) -> str:
    """Return a message in the language of this process, with values in the places that are named in it.

    >>> tr("{source}: no such file; check the path", source="a.txt")
    'a.txt: no such file; check the path'
    """
    text = message if language() == "en" else _catalogue(language()).gettext(message)
    return text.format(**values) if values else text


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
