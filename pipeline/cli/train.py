"""`pipeline train`, `pipeline evaluate` and `pipeline ui`."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.common import config_options, progress, read_config, say
from pipeline.core.counted import counted
from pipeline.core.extras import need
from pipeline.core.messages import tr

if TYPE_CHECKING:
    from pipeline.core.config import Config
    from pipeline.flow import Training
    from pipeline.training.measure import Measurement

QUICK = ("evaluate.sample=5", "evaluate.learning_curve=[]")


@click.command()
@click.option("--no-track", is_flag=True, help="Train without a record in MLflow.")
@click.option("--exclude", multiple=True, metavar="SOURCE", help="Leave a report out altogether; can be repeated.")
@click.option("--search", is_flag=True, help="Measure every combination of a search file first, and train the best one.")
@click.option("--search-config", type=click.Path(path_type=Path), help="The search file.  [default: configs/search.toml]")
@click.option("--quick", is_flag=True, help="Measure on a few groups of reports only, those that were corrected first.")
@config_options("corpus", "read", "clean", "segment", "features", "model", "evaluate", "tag", "gate", "track")
def train(no_track: bool, exclude: tuple[str, ...], search: bool, search_config: Path | None, quick: bool,
          config_file: Path | None, settings: tuple[str, ...]) -> None:  # fmt: skip
    """Train a model on the corpus, measure it on left-out reports, write models/<name>/ and record the run in MLflow.

    \b
    Examples:
      pipeline train
      pipeline train --set model.name=trial --set model.C=0.5
      pipeline train --exclude 004_be132a9dff6c2480.txt --no-track
      pipeline train --search
      pipeline train --quick
    """
    need("train", "pipeline train")
    from pipeline import flow  # noqa: PLC0415 - help must not load the program

    settings = (*(QUICK if quick else ()), *settings, *(["track.enabled=false"] if no_track else []))
    config = read_config(config_file, settings, exclude)
    command = " ".join(["pipeline", *sys.argv[1:]])
    if search or search_config:
        _print_training(_search(config, search_config, command))
    else:
        _print_training(flow.train_model(config, say, command, partial(progress, label=tr("leaving reports out"))))


def _search(config: "Config", path: Path | None, command: str) -> "Training":
    from pipeline.flow import search_model  # noqa: PLC0415 - help must not load the program
    from pipeline.training.search import describe  # noqa: PLC0415

    found = search_model(config, path, say, command)
    click.echo(tr("best of the search: {describe}  {value:.4f}", describe=describe(found.best), value=found.value))
    click.echo(tr("MLflow run {run_id} holds the search", run_id=found.run_id))
    return found.training


def _print_training(result: "Training") -> None:
    sample = (result.model.facts or {})["scores"].get("sample")
    measured = tr("{reports} left-out reports of {of}", **sample) if sample else tr("left-out reports")
    _print_figures(result.measurement, measured)
    for point in result.curve:
        click.echo(
            tr(
                "  with {reports} only  macro-F1 {macro_f1:.3f}",
                reports=counted(round(point.reports), "report"),
                macro_f1=point.figures.macro_f1,
            )
        )
    _print_corrected(result)
    click.echo(tr("model {name} {version} in {folder}", name=result.model.name, version=result.model.version, folder=result.folder))
    if result.run_id:
        click.echo(tr("MLflow run {run_id}; look at it with: pipeline ui", run_id=result.run_id))
    if result.verdict:
        click.echo(
            tr(
                "version {version} is {alias}: {reason}",
                version=result.verdict.version,
                alias=result.verdict.alias,
                reason=result.verdict.reason,
            )
        )
    if result.warning:
        click.secho(tr("warning: {warning}", warning=result.warning), fg="yellow", err=True)


def _print_corrected(result: "Training") -> None:
    from pipeline.training.correction_effect import figures_of  # noqa: PLC0415 - help must not load the program

    if not result.corrected:
        return
    figures = figures_of(result.corrected)
    click.echo(tr("on {passages} corrected passages, right were", passages=figures.passages))
    click.echo(tr("  {before} of {known}  before: the tags that people looked at", before=figures.before, known=figures.known))
    click.echo(
        tr(
            "  {left_out} of {passages}  by models that have not seen their reports",
            left_out=figures.left_out,
            passages=figures.passages,
        )
    )
    click.echo(
        tr(
            "  {trained} of {passages}  by the new model, which was trained on them",
            trained=figures.trained,
            passages=figures.passages,
        )
    )


@click.command()
@click.option("--model", "model_name", default="default", show_default=True, help="A model's name, folder, or models:/name@alias.")
@click.option("--gold", type=click.Path(path_type=Path), help="Labels, or documents with sentences; else the corpus.")
@click.option("--drift", "batches", multiple=True, type=click.Path(path_type=Path), metavar="SUMMARY",
              help="Instead: how far tagged batches (OUT.summary.json) are from the training corpus; can be repeated.")  # fmt: skip
@config_options("corpus", "read", "evaluate.grouped", "drift", "track")
def evaluate(model_name: str, gold: Path | None, batches: tuple[Path, ...], config_file: Path | None,
             settings: tuple[str, ...]) -> None:  # fmt: skip
    """Score a model on labelled documents, or tell whether tagged batches have drifted from what it was trained on.

    \b
    Examples:
      pipeline evaluate --gold more_labels.jsonl
      pipeline evaluate --model models/trial
      pipeline evaluate --drift tags.jsonl.summary.json
    """
    from pipeline import flow  # noqa: PLC0415 - help must not load the program

    config = read_config(config_file, settings)
    if batches:
        _print_drift(config, model_name, batches)
        return
    from pipeline.track.locate import open_model  # noqa: PLC0415 - help must not load the program

    model = open_model(model_name, config.track.uri, say)
    measurement, seen = flow.evaluate_model(config, model, gold)
    _print_figures(measurement, str(gold or tr("the corpus")))
    if seen:
        click.secho(
            tr("warning: {name} was trained on these documents; such figures flatter it", name=model.name), fg="yellow", err=True
        )


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=5000, show_default=True, help="The port on loopback; 0: any.")
@config_options("track.uri")
def ui(port: int, config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Start the MLflow UI on this project's runs and print its address. It listens on loopback only; Ctrl-C stops it.

    \b
    Example:
      pipeline ui --port 5001
    """
    need("train", "pipeline ui")
    from pipeline.track import server  # noqa: PLC0415 - help must not load the program

    config = read_config(config_file, settings)
    chosen = port or server.free_port()
    click.echo(tr("MLflow UI: http://{host}:{chosen}  (Ctrl-C stops it)", host=server.HOST, chosen=chosen))
    sys.exit(server.serve_ui(chosen, config.track.uri))


def _print_drift(config: "Config", model_name: str, batches: tuple[Path, ...]) -> None:
    from pipeline.track.batches import find_drift  # noqa: PLC0415 - help must not load the program

    found, warning = find_drift(config, model_name, batches, say)
    for drift in found:
        click.echo(
            tr(
                "{figure}\t{word}\tPSI {index:.3f}\t{shares}",
                figure=tr(drift.figure),
                word=tr(drift.word),
                index=drift.index,
                shares=drift.shares,
            )
        )
    if warning:
        click.secho(tr("warning: {warning}", warning=warning), fg="yellow", err=True)


def _print_figures(measurement: "Measurement", where: str) -> None:
    figures = measurement.figures
    click.echo(
        tr(
            "on {where}: macro-F1 {macro_f1:.3f} · accuracy {accuracy:.3f} · {characters:,} characters",
            where=where,
            macro_f1=figures.macro_f1,
            accuracy=figures.accuracy,
            characters=figures.characters,
        )
    )
    seen = {name for pair in measurement.confusion for name in pair}
    for name, value in figures.f1.items():
        if name not in seen:
            continue
        click.echo(f"  {name}  F1 {value:.3f}")
    for parts in (measurement.by_origin, measurement.shown_groups()):
        for name, part in parts.items():
            click.echo(
                tr(
                    "  {name}  macro-F1 {macro_f1:.3f}  accuracy {accuracy:.3f}",
                    name=Path(name).name,
                    macro_f1=part.macro_f1,
                    accuracy=part.accuracy,
                )
            )
    hidden = len(measurement.by_group) - len(measurement.shown_groups())
    if hidden:
        click.echo(tr("  {hidden} reports one by one: in the table of reports of the MLflow run", hidden=hidden))
