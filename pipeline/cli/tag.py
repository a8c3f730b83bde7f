"""`pipeline tag`."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import click

from pipeline.cli.common import config_options, progress, quick_start, read_config, say, say_error
from pipeline.errors import UsageError


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("-o", "--output", "out", type=click.Path(path_type=Path), help="The file to write; its ending chooses the format.")
@click.option("--format", "format_name", help="table or jsonl; without it a table on a terminal and jsonl in a pipe.")
@click.option("--model", "model_name", default="default", show_default=True, help="A model's name, folder, or models:/name@alias.")
@click.option("--encoding", help="The encoding of the reports, such as gb18030 or big5; found out without it.")
@click.option("--keep-noise", is_flag=True, help="Show also what was set aside (navigation, bylines, captions), with the reason.")
@config_options
def tag(paths: tuple[str, ...], out: Path | None, format_name: str | None, model_name: str, encoding: str | None,
        keep_noise: bool, config_file: Path | None, settings: tuple[str, ...]) -> None:  # fmt: skip
    """Tag reports by theme: files, folders with all below them, globs, or - for standard input.

    \b
    Examples:
      pipeline tag report.txt
      pipeline tag reports/ '2023/*.txt' -o tags.jsonl
      cat report.txt | pipeline tag - --format table
    """
    with quick_start():
        from pipeline import flow  # noqa: PLC0415 - help must not load the program
        from pipeline.output import writer_for  # noqa: PLC0415
        from pipeline.read.find import find_reports  # noqa: PLC0415

        config = read_config(config_file, (*settings, *([f"read.encoding={encoding}"] if encoding else [])))
        writer = writer_for(format_name, out, sys.stdout.isatty())
        found = find_reports(paths)
        model = flow.open_model(model_name, config.track.uri)
    failures: list[str] = []
    sources = progress(found.reports, "tagging") if out or not sys.stdout.isatty() else found.reports
    counter = _Counter(found.skipped)
    reports = flow.tag_files(sources, model, config.read, _reporter(failures), counter.skipped.append, keep_noise)
    with _destination(out, counter) as stream:
        writer.write(counter.count(reports), stream, model.labels)
    counter.say(len(failures), out)
    sys.exit(1 if failures else 0)


class _Counter:
    """Counts what passes to the output, for the summary line, and says which files of a folder were passed over."""

    def __init__(self, skipped: tuple[str, ...]) -> None:
        self.reports = 0
        self.noise: Counter[str] = Counter()
        self.skipped = list(skipped)

    def count(self, reports: Iterator[Any]) -> Iterator[Any]:
        for report in reports:
            yield report
            self.reports += 1
            self.noise.update(span.reason for span in report.noise)

    def say(self, failures: int, out: Path | None) -> None:
        place = f" -> {out}" if out and self.reports else ""
        failed = f", {failures} failed" if failures else ""
        say(f"{self.reports} reports tagged{failed}, {self.noise.total()} passages set aside{self._reasons()}{place}")
        if self.skipped:
            endings = " ".join(sorted({Path(name).suffix or "(none)" for name in self.skipped}))
            say(f"{len(self.skipped)} files of other types passed over: {endings}")

    def _reasons(self) -> str:
        found = [f"{reason} {count}" for reason, count in self.noise.most_common()]
        return f" ({', '.join(found)})" if found else ""


@contextmanager
def _destination(out: Path | None, counter: _Counter) -> Iterator[BinaryIO]:
    """Give the stream to write to: standard output, or a side file that takes OUT's name when it is complete."""
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    import tempfile  # noqa: PLC0415 - only where a file is written

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
        say_error(error)

    return failed
