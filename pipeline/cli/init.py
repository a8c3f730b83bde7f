"""`pipeline init`."""

import contextlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.common import debug_option, say
from pipeline.core.errors import UsageError
from pipeline.core.messages import tr

if TYPE_CHECKING:
    from pipeline.labels.incoming import Columns

_BETWEEN = re.compile("[,，]")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--labels", "given", multiple=True, metavar="A,B,…", help="The names of the labels, in their order; can be repeated.")
@click.option("--from", "table", type=click.Path(path_type=Path), help="Labelled texts: .csv, .tsv, .xlsx, .jsonl, .json.")
@click.option("--text-column", default="", help="The column or key of the text.  [default: text, else a name that tagging knows]")
@click.option("--label-column", default="", help="The column or key of the label.  [default: label, else what people call it]")
@click.option("--source-column", default="", help="The column that names the report of a row.  [default: source, else group]")
@debug_option
def init(folder: Path, given: tuple[str, ...], table: Path | None, text_column: str, label_column: str,
         source_column: str) -> None:  # fmt: skip
    """Make a project of your own labels in FOLDER: settings, labels, a README, and with --from the texts to train on.

    Without --labels they are those of the table, and without either the labels of mission-themes. No file is overwritten.

    \b
    Examples:
      pipeline init letters --labels 投诉,咨询,建议,表扬
      pipeline init letters --from letters.csv --label-column 类别
      cd letters; pipeline train; pipeline tag more.csv -o tags.xlsx
    """
    from pipeline.core.config import load_config  # noqa: PLC0415 - help must not load the program
    from pipeline.labels import exchange, project  # noqa: PLC0415
    from pipeline.labels.incoming import Columns  # noqa: PLC0415

    _check_home(folder)
    columns = Columns(text_column, label_column, source_column)
    names = [name for some in given for name in _BETWEEN.split(some) if name.strip()]
    if table is not None and not names:
        names = exchange.labels_in(table, columns, load_config().read)
    project.make_project(folder, project.label_set_of(names) if names or table else None)
    say(tr("project -> {folder}", folder=folder))
    if table is not None:
        _take_in(table.resolve(), folder, columns)
    click.echo(tr("next: cd {folder}; pipeline {command}", folder=folder, command="train" if table else tr("labels import FILE")))


def _check_home(folder: Path) -> None:
    """Raise UsageError where a variable says that all commands use another project folder than this one."""
    from pipeline.core import locations  # noqa: PLC0415 - help must not load the program

    named = os.environ.get(locations.HOME_VARIABLE)
    if named and Path(named).resolve() != folder.resolve():
        raise UsageError(
            tr(
                "{folder}: {home_variable} names {named}, which every command would use; unset it first",
                folder=folder,
                home_variable=locations.HOME_VARIABLE,
                named=named,
            )
        )


def _take_in(table: Path, folder: Path, columns: "Columns") -> None:
    from pipeline.cli.labels import TableRequest, import_table  # noqa: PLC0415 - help must not load the program
    from pipeline.core.config import load_config  # noqa: PLC0415

    with contextlib.chdir(folder):
        import_table(TableRequest(table, columns), load_config())
