"""`pipeline library`: tagged reports that stay."""

import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.common import (
    NamedChoice,
    OutputPath,
    config_options,
    debug_option,
    failed,
    labels_of,
    ocr_option,
    progress_in_bytes,
    read_config,
    reading,
    say,
    say_error,
)
from pipeline.core.counted import counted
from pipeline.core.errors import InputError, UsageError
from pipeline.core.messages import mark, tr

if TYPE_CHECKING:
    from pipeline.batch.keep import Keeper, Retagged
    from pipeline.core.config import Config
    from pipeline.library.counts import CrossTable, Measure
    from pipeline.library.store import Library
    from pipeline.output.rows import Cell

BEGINNING = 40  # characters of a passage in a list of changes
ACTIONS = {"add": mark("add"), "retag": mark("retag")}  # what is done to the library at once


@click.group()
def library() -> None:
    """Keep tagged reports, with their unit, place, year, kind and group; `pipeline find` searches them.

    The library is a file in the user's data folder (MISSION_THEMES_DATA names another one).

    \b
    Examples:
      pipeline library add reports/
      pipeline library set 12 unit=临溪县教育局 year=2024
      pipeline library count --by place -o themes.xlsx
    """


@library.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--about",
    type=click.Path(path_type=Path),
    help="A CSV file with the columns name and unit, place, year, kind, group.",
)
@click.option("--model", "model_name", default="default", show_default=True, help="A model's name, folder, or models:/name@alias.")
@click.option("--jobs", type=click.IntRange(1), help="Processes to use; without it all cores where there is enough to do.")
@ocr_option
@config_options("corpus", "read", "drift.stricter_review", "track.uri")
def add(paths: tuple[str, ...], about: Path | None, model_name: str, jobs: int | None, ocr: str | None, config_file: Path | None,
        settings: tuple[str, ...]) -> None:  # fmt: skip
    """Tag reports and keep them; what is kept already is passed over. A .jsonl file is what `pipeline tag` made: kept as it is.

    What people corrected shows in the library. Unit, place, year and kind come from title, file name and text, or from --about.

    \b
    Examples:
      pipeline library add reports/ --about units.csv
      pipeline library add tags.jsonl
    """
    from pipeline.batch.engine import load_cached  # noqa: PLC0415
    from pipeline.batch.keep import TAGS_SUFFIX, Keeper, corrections_of  # noqa: PLC0415 - help must not load the program
    from pipeline.library.store import Library  # noqa: PLC0415
    from pipeline.output.digest.about import read_about  # noqa: PLC0415
    from pipeline.track.locate import model_folder  # noqa: PLC0415

    config = read_config(config_file, (*settings, *reading(None, ocr)))
    model = load_cached(model_folder(model_name, config.track.uri, say).resolve())
    said = read_about(about) if about else {}
    tags = [path for path in paths if path.lower().endswith(TAGS_SUFFIX)]
    with Library(create=True) as kept:
        keeper = Keeper(kept, model, corrections_of(config, model, say), said, say)
        failures = _keep_tags(tags, keeper, config)
        if files := tuple(path for path in paths if path not in tags):
            failures += _keep_files(files, keeper, config, model_name, jobs)
    known = tr(", {count} kept already", count=len(keeper.done.known)) if keeper.done.known else ""
    say(
        tr(
            "{reports} kept{known}{failed} -> {path}",
            reports=counted(len(keeper.done.added), "report"),
            known=known,
            failed=failed(failures),
            path=kept.path,
        )
    )
    sys.exit(1 if failures else 0)


def _keep_tags(paths: Sequence[str], keeper: "Keeper", config: "Config") -> int:
    from pipeline.batch.keep import keep_tags  # noqa: PLC0415 - help must not load the program

    failures = 0
    for path in paths:
        try:
            keep_tags(Path(path), keeper, config.read.max_bytes)
        except InputError as error:
            say_error(error)
            failures += 1
    return failures


def _keep_files(paths: tuple[str, ...], keeper: "Keeper", config: "Config", model_name: str, jobs: int | None) -> int:
    from pipeline.batch.keep import keep_files  # noqa: PLC0415 - help must not load the program
    from pipeline.batch.run import RunRequest, TagRun  # noqa: PLC0415

    request = RunRequest(paths, config, model_name, "jsonl", jobs=jobs)
    run = TagRun(request, say, lambda line: say_error(InputError(line)))
    keep_files(run, keeper, lambda results: progress_in_bytes(results, run.sizes, tr("tagging")))
    return len(run.counts.failures)


@library.command("list")
@click.option("--history", is_flag=True, help="What was done to the library, instead of its reports.")
@debug_option
def list_reports(history: bool) -> None:
    """List the reports with their numbers and attributes, or what was added and tagged anew when.

    \b
    Examples:
      pipeline library list
      pipeline library list --history
    """
    from pipeline.library import reports, shown  # noqa: PLC0415 - help must not load the program
    from pipeline.library.records import ATTRIBUTES  # noqa: PLC0415
    from pipeline.library.store import Library  # noqa: PLC0415

    with Library() as kept:
        if history:
            head = ["批次", "时间", "操作", "模型", "报告", "段落", "主题有变"]
            rows: list[list[Cell]] = [
                [b.number, _local(b.date), tr(ACTIONS.get(b.action, b.action)), b.model, b.reports, b.passages, b.changed]
                for b in reports.batches(kept)
            ]
        else:
            head = ["编号", "名称", *ATTRIBUTES.values(), "段落", "文件"]
            rows = [[e.number, e.name, *map(e.of, ATTRIBUTES), e.passages, e.source] for e in reports.entries(kept)]
    for line in shown.table_lines(head, rows):
        click.echo(line)


def _local(time: str) -> str:
    """Return a time in UTC as the clock of this machine has it, to the minute."""
    return dt.datetime.fromisoformat(time).astimezone().strftime("%Y-%m-%d %H:%M")


@library.command()
@click.argument("number", type=click.IntRange(1))
@config_options("corpus")
def show(number: int, config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Show a report: its attributes and where they come from, its passages and the shares of its themes.

    \b
    Example:
      pipeline library show 12
    """
    from pipeline.library import reports  # noqa: PLC0415 - help must not load the program
    from pipeline.library.records import ATTRIBUTES  # noqa: PLC0415
    from pipeline.library.store import Library  # noqa: PLC0415
    from pipeline.output import writer_of  # noqa: PLC0415

    config = read_config(config_file, settings)
    with Library() as kept:
        entry, report = reports.entry_of(kept, number), reports.content_of(kept, number)
    click.echo(f"{entry.number}  {entry.name or '-'}")
    for name, shown in ATTRIBUTES.items():
        if found := entry.attributes.get(name):
            click.echo(f"  {shown}  {found.value}（{found.basis}）")
    click.echo(f"  模型  {entry.model}\n  收入  {_local(entry.added)}{'' if entry.is_whole else '  只有标注结果'}")
    sys.stdout.flush()
    writer_of("table").write(iter([report.finish()]), sys.stdout.buffer, labels_of(config))
    sys.stdout.buffer.flush()


@library.command()
@click.argument("numbers", nargs=-1, required=True, type=click.IntRange(1), metavar="NUMBER...")
@debug_option
def remove(numbers: tuple[int, ...]) -> None:
    """Take reports out: their text, their terms in the index and their attributes; the file is overwritten where they were.

    Copies made by `pipeline library backup` before, and corrections that were saved of them, stay.

    \b
    Example:
      pipeline library remove 12 13
    """
    from pipeline.library import reports  # noqa: PLC0415 - help must not load the program
    from pipeline.library.store import Library  # noqa: PLC0415

    with Library() as kept:
        removed = reports.remove(kept, numbers)
        is_gone = kept.forget()
    for entry in removed:
        say(tr("removed {number}: {source}", number=entry.number, source=entry.source))
    if not is_gone:
        say(
            tr(
                "{path}: another program reads it; traces stay in its log until that has ended and the library is used again",
                path=kept.path,
            )
        )


@library.command("set")
@click.argument("what", nargs=-1, metavar="[NUMBER... ATTRIBUTE=VALUE...]")
@click.option(
    "--about",
    type=click.Path(path_type=Path),
    help="A CSV file with the columns name and unit, place, year, kind, group.",
)
@debug_option
def set_attributes(what: tuple[str, ...], about: Path | None) -> None:
    """Set unit, place, year, kind or group of reports: by hand, or of all that a table names. An empty value takes one away.

    ATTRIBUTE is unit, place, year, kind or group, in English or in Chinese. What was set by hand stays when a table says something
    else.

    \b
    Examples:
      pipeline library set 12 13 单位=临溪县教育局 年份=2024
      pipeline library set 12 group=
      pipeline library set --about units.csv
    """
    from pipeline.library import attributes, reports, shown  # noqa: PLC0415 - help must not load the program
    from pipeline.library.store import Library  # noqa: PLC0415

    numbers = [int(word) for word in what if word.isascii() and word.isdigit()]
    settings = [word for word in what if "=" in word or "＝" in word]
    if len(numbers) + len(settings) < len(what) or bool(about) == bool(what) or bool(numbers) != bool(settings):
        raise UsageError(tr("set: give numbers of reports and ATTRIBUTE=VALUE, such as 12 year=2024, or --about FILE"))
    given = attributes.by_hand(settings)
    with Library() as kept:
        if about:
            say(tr("{set_told} reports set from {about}", set_told=_set_told(kept, about), about=about))
        for number in numbers:
            click.echo(shown.entry_line(reports.set_attributes(kept, number, given)))


def _set_told(kept: "Library", about: Path) -> int:
    """Set what a table tells; return of how many reports. Lines that are of no report are told."""
    from pipeline.core.names import readable  # noqa: PLC0415 - help must not load the program
    from pipeline.library import attributes, reports  # noqa: PLC0415
    from pipeline.output.digest.about import read_about  # noqa: PLC0415

    said = read_about(about)
    found = {e.number: key for e in reports.entries(kept) for key in (Path(e.source).name, e.source) if key in said}
    given = {number: attributes.told(said[key], key) for number, key in found.items()}
    for number, values in given.items():
        reports.set_attributes(kept, number, values)
    for key in sorted(said.keys() - set(found.values())):
        say(tr("{about}: {readable} is no report of the library; check the name", about=about, readable=readable(key)))
    return len(given)


@library.command()
@click.argument("numbers", nargs=-1, type=click.IntRange(1), metavar="[NUMBER...]")
@click.option("--model", "model_name", default="default", show_default=True, help="A model's name, folder, or models:/name@alias.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and leave all as it is.")
@config_options("corpus", "read", "track.uri")
def retag(numbers: tuple[int, ...], model_name: str, dry_run: bool, config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Tag reports anew, all or those named, with a model and with what people corrected by now; print what changes.

    Each line is a passage: number of its report, place in it, theme before, theme now, beginning.

    \b
    Examples:
      pipeline library retag --dry-run
      pipeline library retag --model models:/mission-themes@champion
    """
    from pipeline.batch.engine import load_cached  # noqa: PLC0415
    from pipeline.batch.keep import corrections_of  # noqa: PLC0415 - help must not load the program
    from pipeline.batch.keep import retag as tag_anew  # noqa: PLC0415
    from pipeline.library import reports  # noqa: PLC0415
    from pipeline.library.store import Library  # noqa: PLC0415
    from pipeline.track.locate import model_folder  # noqa: PLC0415

    config = read_config(config_file, settings)
    model = load_cached(model_folder(model_name, config.track.uri, say).resolve())
    with Library() as kept:
        chosen = [reports.entry_of(kept, number) for number in dict.fromkeys(numbers)] if numbers else reports.entries(kept)
        result = tag_anew(kept, chosen, model, corrections_of(config, model, say), write=not dry_run)
    _say_retagged(result, f"{model.name} {model.version}", dry_run)


def _say_retagged(result: "Retagged", model: str, dry_run: bool) -> None:
    from pipeline.output.visible import shown_text  # noqa: PLC0415 - help must not load the program

    for change in result.changes:
        tag, begins = change.tag, " ".join(shown_text(change.tag).split())[:BEGINNING]
        click.echo(f"{change.report.number}\t{tag.start}-{tag.end}\t{change.before}\t{tag.shown_theme}\t{begins}")
    for entry in result.not_whole:
        say(
            tr(
                "{number}: {source} was taken from tags and cannot be tagged anew; add its file, and remove this one",
                number=entry.number,
                source=entry.source,
            )
        )
    done = tr("would be tagged anew") if dry_run else tr("tagged anew")
    changed = tr(
        "{count} of {passages} with another theme", count=len(result.changes), passages=counted(result.passages, "passage")
    )
    say(
        tr(
            "{reports} {done} by {model}: {changed}",
            reports=counted(result.done, "report"),
            done=done,
            model=model,
            changed=changed,
        )
    )


@library.command()
@click.option(
    "--by",
    type=NamedChoice(place="地区 地点", unit="单位", year="年份", kind="体裁 种类", group="分组 组", theme="主题"),
    default="place",
    show_default=True,
    help="The rows; theme: which themes stand together.",
)
@click.option(
    "--measure",
    type=NamedChoice(reports="报告", passages="段落", characters="字数"),
    default="passages",
    show_default=True,
    help="What is counted; headings are not.",
)
@click.option("-o", "--output", "out", type=OutputPath(), help="A .csv or .xlsx file; a workbook has all measures.")
@config_options("corpus")
def count(by: str, measure: "Measure", out: Path | None, config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Count themes by place, unit, year, kind or group, or how many reports or passages have both of two themes.

    \b
    Examples:
      pipeline library count --by year
      pipeline library count --by theme --measure reports
      pipeline library count --by unit -o units.xlsx
    """
    from pipeline.library import shown  # noqa: PLC0415 - help must not load the program
    from pipeline.library.store import Library  # noqa: PLC0415

    config = read_config(config_file, settings)
    if out is not None and out.suffix.lower() not in (".csv", ".xlsx"):
        raise UsageError(tr("{out}: counts go into .csv or .xlsx; name such a file", out=out))
    measures: list[Measure] = ["reports", "passages"] if by == "theme" else ["reports", "passages", "characters"]
    if measure not in measures:
        raise UsageError(tr("--measure {measure}: --by theme counts reports or passages", measure=measure))
    asked: list[Measure] = measures if out is not None and out.suffix.lower() == ".xlsx" else [measure]
    with Library() as kept:
        tables = [_table(kept, by, each, config) for each in asked]
    if out is None:
        for line in shown.table_lines(shown.head_of(tables[0]), shown.rows_of(tables[0])):
            click.echo(line)
    else:
        _write_tables(tables, out, config)


def _table(kept: "Library", by: str, measure: "Measure", config: "Config") -> "CrossTable":
    from pipeline.library.counts import by_attribute, together  # noqa: PLC0415 - help must not load the program

    names = labels_of(config).names
    return together(kept, names, measure) if by == "theme" else by_attribute(kept, by, names, measure)  # type: ignore[arg-type]


def _write_tables(tables: "Sequence[CrossTable]", out: Path, config: "Config") -> None:
    from io import BytesIO  # noqa: PLC0415 - help must not load the program

    from pipeline.core.outputs import claim, write_place  # noqa: PLC0415
    from pipeline.labels.corpus import own_files  # noqa: PLC0415
    from pipeline.library import shown  # noqa: PLC0415
    from pipeline.library.store import library_path  # noqa: PLC0415

    place, made = claim(out, [library_path(), *own_files(config)]), BytesIO()
    if out.suffix.lower() == ".xlsx":
        shown.write_workbook(tables, made)
    else:
        shown.write_csv(shown.head_of(tables[0]), shown.rows_of(tables[0]), made)
    write_place(place, made.getvalue())
    say(tr("{count} rows -> {out}", count=len(tables[0].rows), out=out))


@library.command()
@click.argument("file", type=OutputPath())
@debug_option
def backup(file: Path) -> None:
    """Write a whole copy of the library into a file, also while others use it.

    \b
    Example:
      pipeline library backup library-2026-11.sqlite3
    """
    from pipeline.library.store import Library, back_up  # noqa: PLC0415 - help must not load the program

    with Library() as kept:
        back_up(kept, file)
    say(
        tr(
            "{st_size:,.1f} MB -> {file}; the reports are in it: keep it as you keep them",
            st_size=file.stat().st_size / 1000000.0,
            file=file,
        )
    )


@library.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Have the copy in the place of the library that is there.")
@debug_option
def restore(file: Path, force: bool) -> None:
    """Put a copy that `pipeline library backup` made in the place of the library.

    \b
    Example:
      pipeline library restore library-2026-11.sqlite3
    """
    from pipeline.library.store import library_path  # noqa: PLC0415 - help must not load the program
    from pipeline.library.store import restore as put_back  # noqa: PLC0415

    aside = put_back(file, force)
    if aside:
        say(tr("what was there could not be used, and is kept as {aside}", aside=aside))
    say(f"{file} -> {library_path()}")
