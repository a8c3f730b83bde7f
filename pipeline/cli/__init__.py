"""The commands. Each is thin: it reads its options, calls the flow, prints. Help loads nothing but click."""

import click

from pipeline import __version__
from pipeline.cli.common import Commands
from pipeline.cli.labels import labels
from pipeline.cli.models import models
from pipeline.cli.tag import tag
from pipeline.cli.text import text
from pipeline.cli.train import evaluate, train, ui


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pipeline")
def main() -> None:
    """Sort the paragraphs of Chinese reports on publicity and culture work by their five mission areas.

    \b
    Examples:
      pipeline tag report.txt
      pipeline tag reports/ -o tags.jsonl
      pipeline train
      pipeline ui
    """


for command in (tag, text, train, evaluate, ui, labels, models):
    main.add_command(command)
