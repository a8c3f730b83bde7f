"""`pipeline models …`: which registered version is used."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.common import config_options, read_config, say
from pipeline.core.counted import counted
from pipeline.core.errors import UsageError
from pipeline.core.messages import mark, tr

if TYPE_CHECKING:
    from pipeline.core.config import Config
    from pipeline.track.versions import Change, Version
    from pipeline.training.gate import Verdict

_CHANGE = (mark("when"), mark("who"), mark("alias"), mark("before"), mark("version"), mark("by"), mark("why"))
_VERSION = (
mark("version"), mark("aliases"), mark("model"), mark("macro_f1"), mark("accuracy"), mark("calibration_error"), mark("coverage"),
mark("when"), mark("why"),
)  # fmt: skip


@click.group()
def models() -> None:
    """List, compare, promote and roll back the registered models.

    \b
    Examples:
      pipeline models list
      pipeline models compare default models:/mission-themes@champion
      pipeline models promote 4 --why 'agreed on 1 March'
      pipeline models rollback
    """


@models.command("list")
@click.option("--history", "changes", is_flag=True, help="List every change of an alias instead.")
@config_options("track")
def show(changes: bool, config_file: Path | None, settings: tuple[str, ...]) -> None:
    """List the registered versions with aliases, figures on left-out reports, when they were made, and what the gate said.

    \b
    Examples:
      pipeline models list
      pipeline models list --history
    """
    from pipeline.track import versions  # noqa: PLC0415 - help must not load the program

    config = read_config(config_file, settings)
    with versions.registry(config.track.registered_model, config.track.uri) as at:
        rows = map(_change_row, versions.history(at)) if changes else map(_version_row, versions.list_versions(at))
        header = _CHANGE if changes else _VERSION
        click.echo("\t".join(map(tr, header)))
        for row in rows:
            click.echo("\t".join(row))


@models.command("compare")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("-n", "count", type=click.IntRange(0), default=10, show_default=True, help="How many reports to show.")
@config_options("corpus", "read", "gate", "model.seed", "track")
def compare(first: str, second: str, count: int, config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Set two models side by side on the reports that both left out: F1 of each label, difference, reports that differ most.

    A and B are names or folders of models, numbers of registered versions, or addresses such as models:/mission-themes@champion.

    \b
    Examples:
      pipeline models compare trial models:/mission-themes@champion
      pipeline models compare 3 4
    """
    from pipeline.track.promotion import compare_models  # noqa: PLC0415 - help must not load the program

    config = read_config(config_file, settings)
    if first == second:
        raise UsageError(tr("{first} {second}: one model, twice; name two that are to be compared", first=first, second=second))
    found = compare_models(config, _address(first, config), _address(second, config), say)
    click.echo("\tA\tB\tA - B")
    click.echo(_figures_row(tr("macro-F1"), found.first.macro_f1, found.second.macro_f1))
    click.echo(_figures_row(tr("accuracy"), found.first.accuracy, found.second.accuracy))
    for name, value in found.first.f1.items():
        click.echo(_figures_row(f"F1 {name}", value, found.second.f1[name]))
    click.echo(
        tr(
            "macro-F1, A less B: {interval} on {reports} that both left out",
            interval=found.interval,
            reports=counted(len(found.reports), "report"),
        )
    )
    for pair in found.reports[:count]:
        click.echo(_figures_row(tr("accuracy {source}", source=pair.source), pair.first, pair.second))


@models.command("promote")
@click.argument("version", type=click.IntRange(1))
@click.option("--why", required=True, help="Why; it is kept in the history.")
@click.option("--force", is_flag=True, help="Promote it without the gate, which is kept in the history too.")
@config_options("corpus", "read", "gate", "model.seed", "track")
def promote(version: int, why: str, force: bool, config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Make a version champion, if it passes the gate.

    \b
    Example:
      pipeline models promote 4 --why 'better on court reports, agreed on 1 March'
    """
    from pipeline.track.promotion import promote_version  # noqa: PLC0415 - help must not load the program

    _say_verdict(promote_version(read_config(config_file, settings), version, why, say, force))


@models.command("rollback")
@click.option("--why", default="rolled back", show_default=True, help="Why; it is kept in the history.")
@config_options("track")
def rollback(why: str, config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Make the champion before today's champion again.

    \b
    Example:
      pipeline models rollback --why 'wrong on web pages'
    """
    from pipeline.track import promotion  # noqa: PLC0415 - help must not load the program

    _say_verdict(promotion.rollback(read_config(config_file, settings), why))


def _address(name: str, config: "Config") -> str:
    """Return what names a model: of a number that is no folder or name of one the address of that version."""
    from pipeline.core import locations  # noqa: PLC0415 - help must not load the program

    is_folder = Path(name).is_dir() or locations.find(f"models/{name}").is_dir()
    return f"models:/{config.track.registered_model}/{name}" if name.isdigit() and not is_folder else name


def _version_row(version: "Version") -> tuple[str, ...]:
    from pipeline.track.versions import FIGURES  # noqa: PLC0415 - help must not load the program

    figures = [f"{version.figures[name]:.4f}" if name in version.figures else "-" for name in FIGURES]
    return (str(version.number), ",".join(version.aliases) or "-", version.model or "-", *figures, version.when, version.why or "-")


def _change_row(change: "Change") -> tuple[str, ...]:
    numbers = ["-" if number is None else str(number) for number in (change.before, change.version)]
    return (change.when, change.who, change.alias, *numbers, change.by, change.why)


def _figures_row(name: str, first: float, second: float) -> str:
    return f"{name}\t{first:.4f}\t{second:.4f}\t{first - second:+.4f}"


def _say_verdict(verdict: "Verdict") -> None:
    click.echo(tr("version {version} is {alias}: {reason}", version=verdict.version, alias=verdict.alias, reason=verdict.reason))
