"""The commands. Each is thin: it reads its options, calls the flow, prints. Help loads nothing but click."""

import click

from pipeline import __version__
from pipeline.cli.common import Commands
from pipeline.cli.language import OPTION
from pipeline.core.messages import LANGUAGES, tr

# The commands in the order of the help, and the module of each: only that of the command that is asked for is loaded.
MODULES = {
    "backup": "backup",
    "digest": "digest",
    "evaluate": "train",
    "figures": "figures",
    "find": "find",
    "init": "init",
    "labels": "labels",
    "library": "library",
    "models": "models",
    "restore": "backup",
    "serve": "serve",
    "tag": "tag",
    "text": "text",
    "train": "train",
    "ui": "train",
}


def _say_version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        from pipeline.core.native import NOT_COMPILED, is_compiled  # noqa: PLC0415 - only where it is asked for

        click.echo(
            tr(
                "pipeline, version {version} ({state})",
                version=__version__,
                state=tr("compiled") if is_compiled() else tr(NOT_COMPILED),
            )
        )
        context.exit()


@click.group(cls=Commands, modules=MODULES, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    OPTION,
    "language",
    type=click.Choice(LANGUAGES),
    expose_value=False,
    is_eager=True,
    help="The language of help and messages; without it that of the system.",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_say_version,
    help="Show the version, and whether the inner loops are compiled.",
)
def main() -> None:
    """Sort the paragraphs of Chinese reports on publicity and culture work by their five mission areas.

    \b
    Examples:
      pipeline tag report.txt
      pipeline tag reports/ -o tags.jsonl
      pipeline train
      pipeline ui
    """
