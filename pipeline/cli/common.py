"""What the commands share: options, configuration, messages, and the one place where an error becomes an exit code."""

import importlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pipeline.cli import language, stopping
from pipeline.core.counted import counted
from pipeline.core.errors import PipelineError, UsageError
from pipeline.core.messages import mark, tr
from pipeline.core.names import readable

if TYPE_CHECKING:
    from pipeline.batch.run import RunCounts
    from pipeline.core.config import Config, LabelSet

FOLDER = "pipeline.folder"  # in the context of a command whose output was named with a slash at its end
Command = Callable[..., Any]
Item = TypeVar("Item")


class OutputPath(click.Path):
    """The type of an option that names an output; a name with a slash at its end is a folder.

    It must be there already, unless the command makes folders and the name has no ending. That it was named so is noted in the
    context (``FOLDER``), since a Path drops the slash.
    """

    def __init__(self, makes_folders: bool = False) -> None:
        super().__init__(path_type=Path)
        self._makes_folders = makes_folders

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - click's signature
        """Return the path; raises UsageError for a folder that is not there and is not made, and for the sign of a stream."""
        if value == "-":
            raise UsageError(tr("-o -: leave -o out to write to standard output, with --format if need be"))
        is_folder = isinstance(value, str) and value.endswith(("/", os.sep))
        if is_folder and not Path(value).is_dir() and not (self._makes_folders and not Path(value).suffix):
            raise UsageError(tr("{value}: no such folder; make it first, or leave the slash out to name a file", value=value))
        if is_folder and ctx is not None:
            ctx.meta[FOLDER] = True
        return super().convert(value, param, ctx)


class NamedChoice(click.Choice[str]):
    """The type of an option with some values, each of which may be given by its Chinese name too: place, 地区, 地点."""

    def __init__(self, **names: str) -> None:
        """Take for each value its other names, with spaces between them."""
        super().__init__([*names])
        self._values = {name: value for value, others in names.items() for name in others.split()}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 - click's signature
        """Return the value that a name stands for."""
        return super().convert(self._values.get(value, value), param, ctx)


class Commands(click.Group):
    """The commands, loaded one by one, and the one place where an error becomes a line and an exit code."""

    def __init__(self, *args: Any, modules: Mapping[str, str], **settings: Any) -> None:  # noqa: ANN401 - click's signature
        """Take the module below ``pipeline.cli`` of each command."""
        super().__init__(*args, **settings)
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of the commands in the order of the help."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Return a command, loading its module, or None for a name that is none."""
        if cmd_name not in self._modules:
            return None
        command: click.Command = getattr(importlib.import_module(f"pipeline.cli.{self._modules[cmd_name]}"), cmd_name)
        return language.in_language(command)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - click's signature
    ) -> click.Context:
        """Return the context of the command line, in the language that is chosen for it.

        click would say of Ctrl-C here that it was aborted.
        """
        try:
            language.choose(args)
            return click.Group.make_context(language.in_language(self), info_name, args, parent, **extra)
        except KeyboardInterrupt:
            stopping.end()
        except PipelineError as error:  # of printing the help or the version
            say_error(error)
            sys.exit(error.exit_code)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run a command; print an error as one line, with a traceback only for ``--debug``."""
        ctx.obj = {"debug": False}
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except (KeyboardInterrupt, BrokenPipeError) as error:
            _stop(error)
        except Exception as error:
            if stopping.is_stop(error):
                stopping.end()
            if ctx.obj["debug"]:
                raise
            say_error(error)
            ctx.exit(error.exit_code if isinstance(error, PipelineError) else PipelineError.exit_code)


def _set_debug(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        ctx.find_root().obj["debug"] = True


def debug_option(command: Command) -> Command:
    """Give a command the option ``--debug``."""
    return click.option(
        "--debug", is_flag=True, expose_value=False, callback=_set_debug, help="Show a traceback when something fails."
    )(command)


_EXAMPLES = {
    "model": "One setting, as model.C=0.5; can be repeated.",
    "read": "One setting, as read.max_pages=100; can be repeated.",
}


def config_options(*used: str) -> Callable[[Command], Command]:
    """Return what gives a command the options ``--config``, ``--set`` and ``--debug``.

    ``used`` are the sections and settings that the command reads. ``--set`` refuses others, which would do nothing; a file is that
    of the whole project, and may have them.
    """

    def check(context: click.Context, _parameter: click.Parameter, settings: tuple[str, ...]) -> tuple[str, ...]:
        for setting in settings:
            _check_used(setting, used, context.command_path)
        return settings

    options = (
        click.option("--config", "config_file", type=click.Path(path_type=Path), help="A TOML file over configs/default.toml."),
        click.option(
            "--set", "settings", multiple=True, metavar="KEY=VALUE", callback=check,
            help=next((text for section, text in _EXAMPLES.items() if section in used), "One setting; can be repeated."),
        ),
        debug_option,
    )  # fmt: skip

    def give(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return give


def _check_used(setting: str, used: tuple[str, ...], command: str) -> None:
    """Raise UsageError for a setting that a command does not read; what is none at all is told where it is laid over others."""
    import msgspec  # noqa: PLC0415 - help must not load the program

    from pipeline.core.config import Config, ModelSettings  # noqa: PLC0415 - as above

    key = setting.partition("=")[0].strip()
    section, _, name = key.partition(".")
    known = {field.name: field.type.__struct_fields__ for field in msgspec.structs.fields(Config)}
    if section not in known or (name and name not in known[section]) or section in used or key in used:
        return
    if section in ModelSettings.__struct_fields__:
        raise UsageError(
            tr(
                "--set {key}: a setting of training, which a model keeps; train with it: pipeline train --set {setting}",
                key=key,
                setting=setting,
            )
        )
    raise UsageError(tr("--set {key}: {command} does not use it; it uses {used}", key=key, command=command, used=" ".join(used)))


def ocr_option(command: Command) -> Command:
    """Give a command the option ``--ocr``; it stands for the setting ``read.ocr``."""
    kinds = click.Choice(["auto", "never", "always"])
    text = mark(
        "Recognise the text of scans and pictures: where a page has none, never, or on every page of a PDF; auto without it."
    )
    return click.option("--ocr", type=kinds, help=text)(command)


def reading(encoding: str | None, ocr: str | None) -> tuple[str, ...]:
    """Return the settings that ``--encoding`` and ``--ocr`` stand for."""
    given = {"read.encoding": encoding, "read.ocr": ocr}
    return tuple(f"{key}={value}" for key, value in given.items() if value)


def read_config(path: Path | None, settings: tuple[str, ...], exclude: tuple[str, ...] = ()) -> "Config":
    """Return the configuration that the options of a command ask for; raises ConfigError."""
    from msgspec.structs import replace  # noqa: PLC0415 - help must not load the program

    from pipeline.core.config import load_config  # noqa: PLC0415

    config = load_config(path, settings)
    return replace(config, corpus=replace(config.corpus, exclude=(*config.corpus.exclude, *exclude)))


def labels_of(config: "Config") -> "LabelSet":
    """Return the labels that a configuration names; raises ConfigError."""
    from pipeline.core import locations  # noqa: PLC0415 - help must not load the program
    from pipeline.core.config import load_label_set  # noqa: PLC0415

    return load_label_set(locations.find(config.corpus.label_set))


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in readable(text))


def progress(items: Sequence[Item], label: str) -> Iterator[Item]:
    """Yield items, with a bar on standard error that shows how many are done and the time left, on a terminal only."""
    if len(items) < 2 or not sys.stderr.isatty():  # a bar for one thing tells nothing
        yield from items
        return
    with click.progressbar(items, label=label, show_pos=True, file=sys.stderr) as bar:
        yield from bar


def progress_in_bytes(pieces: Iterator[Any], sizes: Mapping[str, int], label: str) -> Iterator[Any]:
    """Yield pieces of a run over files of these sizes; on a terminal a bar shows the bytes done, their rate, the time left."""
    if len(sizes) < 2 or not sys.stderr.isatty():
        yield from pieces
        return
    begin, done = time.monotonic(), 0
    with click.progressbar(
        length=sum(sizes.values()),
        label=label,
        file=sys.stderr,
        item_show_func=lambda rate: rate and f"{rate:.1f} MB/s",
        update_min_steps=1,
    ) as bar:
        for piece in pieces:
            yield piece
            done += piece.size
            bar.update(piece.size, done / 1e6 / max(0.001, time.monotonic() - begin))


def failed(count: int) -> str:
    """Return how many inputs failed, as a part of a summary; nothing where none did."""
    return tr(", {count} failed", count=count) if count else ""


def say(message: str) -> None:
    """Print a line of progress to standard error."""
    click.echo(_printable(message), err=True)


def say_rest(counts: "RunCounts") -> None:
    """Print what a run tells of last: text unlike that of the training, corrections without a place, files that no reader takes."""
    summary = counts.total.summary()
    if summary is not None and summary.drifted:
        share = max(0.01, summary.drifted / summary.characters)
        say(
            tr(
                "{share:.0%} of the text has many words new to the model, and a higher review line (drift.stricter_review)",
                share=share,
            )
        )
    if counts.not_shown:
        said = tr("no passage lies where they were made; correct them anew")
        say(tr("{corrections} not shown: {said}", corrections=counted(counts.not_shown, "correction"), said=said))
    if counts.passed_over:
        endings = " ".join(sorted({Path(name).suffix or "(none)" for name in counts.passed_over}))
        say(tr("{files} of other types passed over: {endings}", files=counted(len(counts.passed_over), "file"), endings=endings))


def say_error(error: BaseException) -> None:
    """Print an error as one line to standard error."""
    known = isinstance(error, PipelineError)
    text = (
        str(error)
        if known
        else tr("unexpected {kind}: {error}; run again with --debug and report it", kind=type(error).__name__, error=error)
    )
    if isinstance(error, MemoryError):
        text = tr("out of memory; tag fewer or smaller files at once")
    click.secho(tr("error: {printable}", printable=_printable(text)), fg="red", err=True)


def _stop(error: BaseException) -> None:
    """End quietly: after Ctrl-C nothing half-written is left; a reader that closed the pipe has what it wanted."""
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    stopping.end()
