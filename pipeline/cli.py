"""The commands. Each is thin: it reads its options, calls the flow, prints; errors become exit codes here."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from pipeline import __version__
from pipeline.errors import PipelineError, UsageError

if TYPE_CHECKING:
    from pipeline.config import Config
    from pipeline.measure import Measurement

INTERRUPTED = 130
Command = Callable[..., Any]


class Commands(click.Group):
    """The one place where an error becomes a line and an exit code."""

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
            if ctx.obj["debug"]:
                raise
            _say_error(error)
            ctx.exit(error.exit_code if isinstance(error, PipelineError) else PipelineError.exit_code)


def _set_debug(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        ctx.find_root().obj["debug"] = True


def _debug_option(command: Command) -> Command:
    return click.option(
        "--debug", is_flag=True, expose_value=False, callback=_set_debug, help="Show a traceback when something fails."
    )(command)


def _config_options(command: Command) -> Command:
    options = (
        click.option("--config", "config_file", type=click.Path(path_type=Path), help="A TOML file over configs/default.toml."),
        click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="One setting, as model.C=0.5; can be repeated."),
        _debug_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


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


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("-o", "--output", "out", type=click.Path(path_type=Path), help="The file to write; its ending chooses the format.")
@click.option("--format", "format_name", help="table or jsonl; without it a table on a terminal and jsonl in a pipe.")
@click.option("--model", "model_name", default="default", show_default=True, help="A model's name, folder, or models:/name@alias.")
@click.option("--encoding", default="auto", show_default=True, help="The encoding of the reports, such as gb18030 or big5.")
@click.option("--keep-noise", is_flag=True, help="Show also what was set aside (navigation, bylines, captions), with the reason.")
@_config_options
def tag(paths: tuple[str, ...], out: Path | None, format_name: str | None, model_name: str, encoding: str,
        keep_noise: bool, config_file: Path | None, settings: tuple[str, ...]) -> None:  # fmt: skip
    """Tag reports by theme: files, folders with all below them, globs, or - for standard input.

    \b
    Examples:
      pipeline tag report.txt
      pipeline tag reports/ '2023/*.txt' -o tags.jsonl
      cat report.txt | pipeline tag - --format table
    """
    from pipeline import flow  # noqa: PLC0415 - help must not load the program
    from pipeline.output import writer_for  # noqa: PLC0415

    config = _config(config_file, (*settings, f'read.encoding="{encoding}"'))
    writer = writer_for(format_name, out, sys.stdout.isatty())
    model = flow.open_model(model_name, config.track.uri)
    failures: list[str] = []
    reports = flow.tag_paths(paths, model, config.read, _reporter(failures), keep_noise)
    counter = _Counter(paths)
    with _destination(out, counter) as stream:
        writer.write(counter.count(reports), stream, model.labels)
    counter.say(len(failures), out)
    sys.exit(1 if failures else 0)


@main.command()
@click.option("--no-track", is_flag=True, help="Train without a record in MLflow.")
@click.option("--exclude", multiple=True, metavar="SOURCE", help="Leave a report out altogether; can be repeated.")
@_config_options
def train(no_track: bool, exclude: tuple[str, ...], config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Train a model on the corpus, measure it on left-out reports, write models/<name>/ and record the run in MLflow.

    \b
    Examples:
      pipeline train
      pipeline train --set model.name=trial --set model.C=0.5
      pipeline train --exclude 004_be132a9dff6c2480.txt --no-track
    """
    from pipeline import flow  # noqa: PLC0415 - help must not load the program

    config = _config(config_file, (*settings, *(["track.enabled=false"] if no_track else [])), exclude)
    result = flow.train_model(config, _say, " ".join(["pipeline", *sys.argv[1:]]))
    _print_figures(result.measurement, "left-out reports")
    click.echo(f"model {result.model.name} {result.model.version} in {result.folder}")
    if result.run_id:
        click.echo(f"MLflow run {result.run_id}; look at it with: pipeline ui")
    if result.warning:
        click.secho(f"warning: {result.warning}", fg="yellow", err=True)


@main.command()
@click.option("--model", "model_name", default="default", show_default=True, help="A model's name, folder, or models:/name@alias.")
@click.option("--gold", type=click.Path(path_type=Path), help="Labels, or documents with sentences; else the corpus.")
@_config_options
def evaluate(model_name: str, gold: Path | None, config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Score a model on labelled documents.

    \b
    Examples:
      pipeline evaluate --gold more_labels.jsonl
      pipeline evaluate --model models/trial
    """
    from pipeline import flow  # noqa: PLC0415 - help must not load the program

    config = _config(config_file, settings)
    model = flow.open_model(model_name, config.track.uri)
    measurement, seen = flow.evaluate_model(config, model, gold)
    _print_figures(measurement, str(gold or "the corpus"))
    if seen:
        click.secho(f"warning: {model.name} was trained on these documents; such figures flatter it", fg="yellow", err=True)


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=5000, show_default=True, help="The port on loopback; 0: any.")
@_config_options
def ui(port: int, config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Start the MLflow UI on this project's runs and print its address. It listens on loopback only; Ctrl-C stops it.

    \b
    Example:
      pipeline ui --port 5001
    """
    from pipeline import track  # noqa: PLC0415 - help must not load the program

    config = _config(config_file, settings)
    chosen = port or track.free_port()
    click.echo(f"MLflow UI: http://{track.HOST}:{chosen}  (Ctrl-C stops it)")
    sys.exit(track.serve_ui(chosen, config.track.uri))


class _Counter:
    """Counts what passes to the output, for the summary line, and says which files of a folder were passed over."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        from pipeline.read.find import find_reports  # noqa: PLC0415 - help must not load the program

        self.reports = self.noise = 0
        self.skipped = find_reports(paths).skipped

    def count(self, reports: Iterator[Any]) -> Iterator[Any]:
        for report in reports:
            yield report
            self.reports += 1
            self.noise += len(report.noise)

    def say(self, failures: int, out: Path | None) -> None:
        place = f" -> {out}" if out and self.reports else ""
        failed = f", {failures} failed" if failures else ""
        _say(f"{self.reports} reports tagged{failed}, {self.noise} passages set aside{place}")
        if self.skipped:
            endings = " ".join(sorted({Path(name).suffix or "(none)" for name in self.skipped}))
            _say(f"{len(self.skipped)} files of other types passed over: {endings}")


def _config(path: Path | None, settings: tuple[str, ...], exclude: tuple[str, ...] = ()) -> "Config":
    from dataclasses import replace  # noqa: PLC0415 - help must not load the program

    from pipeline.config import load_config  # noqa: PLC0415

    config = load_config(path, settings)
    return replace(config, corpus=replace(config.corpus, exclude=(*config.corpus.exclude, *exclude)))


@contextmanager
def _destination(out: Path | None, counter: _Counter) -> Iterator[BinaryIO]:
    """Give the stream to write to: standard output, or a side file that takes OUT's name when it is complete."""
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        handle, name = tempfile.mkstemp(prefix=f".{out.name}-", dir=out.parent)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror}); check that its folder exists and is yours") from None
    side = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        if counter.reports:
            side.chmod(0o666 & ~_umask())
            side.replace(out)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise UsageError(f"{out}: cannot be written ({error.strerror}); nothing was kept; check the disk") from None
    finally:
        side.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _reporter(failures: list[str]) -> Callable[[Exception], None]:
    def failed(error: Exception) -> None:
        failures.append(str(error))
        _say_error(error)

    return failed


def _print_figures(measurement: "Measurement", where: str) -> None:
    figures = measurement.figures
    click.echo(f"on {where}: macro-F1 {figures.macro_f1:.3f} · accuracy {figures.accuracy:.3f} · {figures.characters:,} characters")
    for name, value in figures.f1.items():
        click.echo(f"  {name}  F1 {value:.3f}")
    for source, of_report in measurement.by_report.items():
        click.echo(f"  {Path(source).name}  macro-F1 {of_report.macro_f1:.3f}  accuracy {of_report.accuracy:.3f}")


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _say(message: str) -> None:
    click.echo(_printable(message), err=True)


def _say_error(error: BaseException) -> None:
    known = isinstance(error, PipelineError)
    text = str(error) if known else f"unexpected {type(error).__name__}: {error}; run again with --debug and report it"
    if isinstance(error, MemoryError):
        text = "out of memory; tag fewer or smaller files at once"
    click.secho(f"error: {_printable(text)}", fg="red", err=True)


def _stop(error: BaseException) -> None:
    """End quietly: after Ctrl-C nothing half-written is left; a reader that closed the pipe has what it wanted."""
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    click.echo("stopped; nothing half-written was left behind", err=True)
    sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
