"""`pipeline find`."""

import re
import shutil
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.common import OutputPath, config_options, labels_of, read_config, say
from pipeline.core.counted import counted
from pipeline.core.errors import UsageError
from pipeline.core.messages import tr

if TYPE_CHECKING:
    from pipeline.core.config import Config
    from pipeline.core.outputs import OutputTarget
    from pipeline.library.records import FoundPassages
    from pipeline.library.store import Library
    from pipeline.output import RunFacts
    from pipeline.output.digest.records import Digest

SHOWN = 20  # passages on a terminal or in a pipe, where nothing else is asked for
TEXTS = ("table", "jsonl", "csv")
_OPTION = re.compile("--?[A-Za-z]")
DIGESTS = ("xlsx", "docx", "html", "md")


@click.command(context_settings={"ignore_unknown_options": True})  # -读书 is told what to write
@click.argument("words", nargs=-1, required=True, metavar="WORDS...")
@click.option("--theme", default="", metavar="NAME", help="Passages of this theme only.")
@click.option("--place", default="", help="Reports of this place only; a part of its name does.")
@click.option("--unit", default="", help="Reports of this unit only; a part of its name does.")
@click.option("--year", default="", help="Reports of this year only.")
@click.option("--kind", default="", help="Reports of this kind only, such as 总结.")
@click.option("--group", default="", help="Reports of this group only.")
@click.option("--score", type=click.FloatRange(0, 1), default=0.0, help="Passages with at least this score only.")
@click.option("-n", "--most", type=click.IntRange(1), help=f"So many passages at most; without it {SHOWN}, and with -o all.")
@click.option("-o", "--output", "out", type=OutputPath(), help="A .jsonl, .csv, .xlsx, .docx, .html or .md file.")
@click.option("--format", "format_name", type=click.Choice([*TEXTS, *DIGESTS]), help="The format.")
@config_options("corpus", "read", "digest.resemblance")
def find(words: tuple[str, ...], theme: str, place: str, unit: str, year: str, kind: str, group: str, score: float,
         most: int | None, out: Path | None, format_name: str | None, config_file: Path | None,
         settings: tuple[str, ...]) -> None:  # fmt: skip
    """Find passages in the library by words of two and more characters, the newest report first.

    Words side by side are all in the passage; "..." is a phrase; AND OR NOT or 与 或 非, with brackets; NEAR/10 or 近/10 between
    two words: within about ten characters of each other.

    \b
    Examples:
      pipeline find 理论宣讲
      pipeline find '(理论 或 政策) 宣讲 非 网络' --place 临溪县 --year 2024
      pipeline find '文明 近/8 实践' --theme 育新人 -o passages.docx
    """
    from pipeline.library.find import find as search  # noqa: PLC0415 - help must not load the program
    from pipeline.library.records import Wanted  # noqa: PLC0415
    from pipeline.library.store import Library  # noqa: PLC0415

    config = read_config(config_file, settings)
    name, target = _format(format_name, out), _place(out, config)
    _check_theme(theme, config)
    given = {"place": place, "unit": unit, "year": _year(year), "kind": kind, "group": group}
    wanted = Wanted(theme, score, {key: value for key, value in given.items() if value})  # type: ignore[misc]
    query = _query(words)
    with Library() as library:
        found = search(library, query, wanted, most if most or out else SHOWN)
        if found.passages:
            _write(library, found, name, target, query, config)
        else:
            say(tr("nothing found; {out} is not written", out=out) if out else tr("nothing found"))
            return
    shown = "" if len(found.ids) == found.passages else tr(", {count} shown; -o OUT writes all, -n so many", count=len(found.ids))
    say(
        tr(
            "{passages} in {reports}{shown}{place}",
            passages=counted(found.passages, "passage"),
            reports=counted(found.reports, "report"),
            shown=shown,
            place=f" -> {out}" if out else "",
        )
    )


def _query(words: tuple[str, ...]) -> str:
    """Return the query of some words; raises NoSuchOption for one that is an option by its looks: -读书 is answered as a query."""
    unknown = next((word for word in words if _OPTION.match(word)), None)
    if unknown is not None:
        name, context = unknown.partition("=")[0], click.get_current_context()
        known = [option for parameter in context.command.params for option in parameter.opts if option.startswith("-")]
        raise click.NoSuchOption(name, possibilities=get_close_matches(name, known), ctx=context)
    return " ".join(words)


def _format(name: str | None, out: Path | None) -> str:
    """Return the format asked for, that of OUT's ending, or else the table on a terminal and jsonl in a pipe."""
    if name is None:
        name = out.suffix.lower().removeprefix(".") if out else "table" if sys.stdout.isatty() else "jsonl"
    if name not in (*TEXTS, *DIGESTS):
        known = " ".join((*DIGESTS, "csv", "jsonl"))
        raise UsageError(
            tr("{out}: no format for {name}; use one of {known}", out=out, name=name or tr("a name without an ending"), known=known)
        )
    if name in DIGESTS and out is None:
        raise UsageError(tr("--format {name}: written to a file only; name it with -o OUT.{name}", name=name))
    return name


def _place(out: Path | None, config: "Config") -> "OutputTarget | None":
    from pipeline.core.outputs import claim  # noqa: PLC0415 - help must not load the program
    from pipeline.labels.corpus import own_files  # noqa: PLC0415
    from pipeline.library.store import library_path  # noqa: PLC0415

    return claim(out, [library_path(), *own_files(config)]) if out else None


def _year(written: str) -> str:
    """Return a year as the library has it; raises UsageError for what is none."""
    year = written.strip().removesuffix("年")
    if year and not (len(year) == len("2024") and year.isascii() and year.isdigit()):
        raise UsageError(tr("--year {year}: no year; write it as 2024, one at a time", year=written))
    return year


def _check_theme(theme: str, config: "Config") -> None:
    names = labels_of(config).names
    if theme and theme not in names:
        raise UsageError(tr("--theme {theme}: no such label; the labels: {names}", theme=theme, names=" ".join(names)))


def _write(
    library: "Library", found: "FoundPassages", name: str, place: "OutputTarget | None", query: str, config: "Config"
) -> None:
    from pipeline.batch.run import whole_or_nothing  # noqa: PLC0415 - help must not load the program
    from pipeline.labels.corrections.replaced import check_replaceable  # noqa: PLC0415

    if place is None:
        sys.stdout.buffer.writelines(_texts(library, found, name, query))
        sys.stdout.buffer.flush()
        return

    def check() -> None:
        check_replaceable(place, config.read, can_force=False)

    check()
    with whole_or_nothing(place, check) as stream:
        if name in DIGESTS:
            from pipeline.output.digest import writer_for  # noqa: PLC0415

            digest = _digest(library, found, query, config)
            writer_for(Path(f"found.{name}")).write(digest, stream, _facts(library, found))
        else:
            stream.writelines(_texts(library, found, name, query))


def _texts(library: "Library", found: "FoundPassages", name: str, query: str) -> Iterator[bytes]:
    from io import BytesIO  # noqa: PLC0415 - help must not load the program

    from pipeline.library import shown  # noqa: PLC0415
    from pipeline.library.find import hits  # noqa: PLC0415
    from pipeline.library.query import words_of  # noqa: PLC0415

    passages = hits(library, found)
    if name == "jsonl":
        yield from shown.passage_json(passages)
    elif name == "csv":
        rows = BytesIO()
        shown.write_passages_csv(passages, rows)
        yield rows.getvalue()
    else:
        width = shutil.get_terminal_size((100, 24)).columns
        yield from (f"{line}\n".encode() for line in shown.passage_lines(passages, width, words_of(query)))


def _digest(library: "Library", found: "FoundPassages", query: str, config: "Config") -> "Digest":
    from dataclasses import replace  # noqa: PLC0415

    from pipeline.library.find import found_reports, said_of  # noqa: PLC0415 - help must not load the program
    from pipeline.output.digest.gather import gather  # noqa: PLC0415
    from pipeline.output.digest.records import DigestOptions  # noqa: PLC0415

    options = DigestOptions("report", labels_of(config).names, 0, None, config.digest.resemblance, query)
    made = gather(found_reports(library, found), options, said_of(library))
    sections = tuple(section for section in made.sections if section.found)  # a theme of which nothing was found takes no page
    themes = tuple(section.theme for section in sections)
    return replace(made, sections=sections, options=replace(options, themes=themes)) if themes else made


def _facts(library: "Library", found: "FoundPassages") -> "RunFacts":
    """Return what a digest tells of how it was made: the model that is shipped, or whatever tagged the reports that were found."""
    from msgspec.structs import replace  # noqa: PLC0415 - help must not load the program

    from pipeline.library.find import models_of  # noqa: PLC0415
    from pipeline.model.folder import find_model, load_model  # noqa: PLC0415
    from pipeline.output import run_facts  # noqa: PLC0415

    return replace(run_facts(load_model(find_model("default"))), model="、".join(models_of(library, found)))
