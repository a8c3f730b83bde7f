"""The language of a command, chosen once at its start, and its help in that language.

``--lang`` goes before the variable MISSION_THEMES_LANG, and that before what the system says: LC_ALL, LC_MESSAGES, LANG, in this
order, with LANGUAGE before them as gettext has it, or on Windows the language of its own windows.
"""

import copy
import gettext
import inspect
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

import click

from pipeline.cli.wide import WideContext
from pipeline.core.messages import DOMAIN, LANGUAGES, LOCALE, VARIABLE, mark, tr, use
from pipeline.core.messages import language as speaks

OPTION = "--lang"
_CHINESE = 0x04  # what the lower ten bits of a language of Windows are
# What click calls the values of options that name none themselves.
_TYPES = {
    "TEXT": mark("TEXT"),
    "PATH": mark("PATH"),
    "INTEGER": mark("INTEGER"),
    "INTEGER RANGE": mark("INTEGER"),
    "FLOAT RANGE": mark("DECIMAL"),
}


def choose(arguments: Sequence[str]) -> None:
    """Have this process, click and every process that is started speak the language that the command line or the system asks for.

    Raises click.UsageError for a variable that names none.
    """
    given = os.environ.get(VARIABLE, "")
    if given and given not in LANGUAGES:
        raise click.UsageError(f"{VARIABLE}={given}: {' / '.join(LANGUAGES)}")
    asked = _asked(arguments)
    language = asked if asked in LANGUAGES else given or of_system(os.environ)
    use(language)
    # click takes its words from the domain of the process, and gettext its language from this variable.
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(DOMAIN, str(LOCALE))
    gettext.textdomain(DOMAIN)


def _asked(arguments: Sequence[str]) -> str:
    """Return the value of --lang before the command; the parser says what is wrong with one that is none."""
    words = iter(arguments)
    for word in words:
        if word == OPTION:
            return next(words, "")
        if word.startswith(f"{OPTION}="):
            return word.partition("=")[2]
        if not word.startswith("-"):
            break
    return ""


def of_system(variables: Mapping[str, str]) -> str:
    """Return the language that the environment asks for."""
    locale = next(filter(None, map(variables.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if locale.partition(".")[0] in ("C", "POSIX"):
        return "en"
    named = (locale and variables.get("LANGUAGE", "").partition(":")[0]) or locale
    if not named and sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - Windows only

        return "zh" if ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == _CHINESE else "en"
    return "zh" if named.lower().startswith("zh") else "en"


def in_language(command: click.Command) -> click.Command:
    """Return a command with its help in the language of this process."""
    if speaks() != "zh":
        return command
    translated = with_texts(command, tr)
    translated.context_class = WideContext
    return translated


def with_texts(command: click.Command, turn: Callable[[str], str]) -> click.Command:
    """Return a copy of a command, and of those below it, in which each text of its help is what ``turn`` makes of it."""
    new = copy.copy(command)
    new.help = "\n\n".join(_paragraphs(command.help or "", turn))
    new.short_help = new.help.partition("\n")[0]
    new.options_metavar = turn(command.options_metavar or "")
    new._help_option = None  # noqa: SLF001 - click keeps what it made of it, in the language of that moment
    new.params = [_with_text(parameter, turn) for parameter in command.params]
    if isinstance(new, click.Group):
        new.subcommand_metavar = turn(new.subcommand_metavar)
        new.commands = {name: with_texts(below, turn) for name, below in new.commands.items()}
        for below in new.commands.values():
            below.context_class = WideContext
    return new


def _paragraphs(text: str, turn: Callable[[str], str]) -> Iterator[str]:
    """Yield the paragraphs of a help; of one that is not to be filled, the examples, only the line above them is a text."""
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.startswith("\b"):
            _, head, *lines = paragraph.split("\n")
            yield "\n".join(["\b", turn(head), *lines])
        else:
            yield turn(" ".join(paragraph.split()))


def _with_text(parameter: click.Parameter, turn: Callable[[str], str]) -> click.Parameter:
    new = copy.copy(parameter)
    if isinstance(new, click.Option) and new.help:
        new.help = turn(new.help)
    kind = parameter.type.name.upper()
    if parameter.metavar:
        new.metavar = turn(parameter.metavar)
    elif isinstance(parameter, click.Argument):
        new.metavar = turn((parameter.name or "").upper())
    elif kind in _TYPES:
        new.metavar = turn(_TYPES[kind])
    return new
