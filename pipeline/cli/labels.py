"""`pipeline labels …`: look after the labels."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from pipeline.cli.common import OutputPath, config_options, labels_of, read_config, say
from pipeline.core.counted import counted
from pipeline.core.errors import InputError, UsageError
from pipeline.core.messages import mark, tr

if TYPE_CHECKING:
    from pipeline.core.config import Config
    from pipeline.core.records import Label
    from pipeline.labels.agreement import Agreement
    from pipeline.labels.exchange import Import, Origin
    from pipeline.labels.files import Corpus
    from pipeline.labels.incoming import Columns, ImportedReport

SHOWN = 60
ORIGINS = {"seed": mark("seed"), "written": mark("written"), "review": mark("review"), "imported": mark("imported")}
REFUSED_SHOWN = 200  # lines; how many there are is said


@click.group()
def labels() -> None:
    """Check, count, compare, take in and give out labels.

    \b
    Examples:
      pipeline labels check
      pipeline labels agree mine.jsonl yours.jsonl
      pipeline labels import corrected.xlsx --annotator 王芳
      pipeline labels import answers.csv -o seeds/labels/mine.jsonl --reports seeds/mine
    """


@labels.command()
@config_options("corpus", "read")
def check(config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Hold the configured labels against their reports: unchanged, inside, not overlapping, enough to train on.

    \b
    Example:
      pipeline labels check
    """
    from pipeline.labels.files import check_trainable  # noqa: PLC0415 - help must not load the program

    corpus = _corpus(config_file, settings)
    check_trainable(corpus)
    count = sum(len(report.labels) for report in corpus.reports)
    click.echo(
        tr(
            "{reports}, {labels}: all fit; corpus {sha256}",
            reports=counted(len(corpus.reports), "report"),
            labels=counted(count, "label"),
            sha256=corpus.sha256[:12],
        )
    )
    _print_corrections(config_file, settings)


def _print_corrections(config_file: Path | None, settings: tuple[str, ...]) -> None:
    from pipeline.labels.corpus import read_review  # noqa: PLC0415
    from pipeline.labels.corrections import overlay  # noqa: PLC0415 - help must not load the program

    config = read_config(config_file, settings)
    made = read_review(config, labels_of(config), lambda _: None)  # what is damaged was said when the corpus was read
    if not made:
        return
    people = Counter(label.annotator for label in made)
    click.echo(f"{counted(len(made), 'correction')}: {', '.join(f'{name} {count}' for name, count in sorted(people.items()))}")
    against = overlay.contradictions(made)
    for one, other in against:
        click.echo(f"{one.source}:{one.start}-{one.end}\t{one.annotator} {one.label}\t{other.annotator} {other.label}")
    if against:
        say(tr("contradictions between people: {count}; of two corrections the later one counts", count=len(against)))


@labels.command()
@config_options("corpus", "read")
def stats(config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Count reports, labels and characters by origin and folder.

    \b
    Example:
      pipeline labels stats
    """
    corpus = _corpus(config_file, settings)
    names = corpus.label_set.names
    rows: dict[str, Counter[str]] = {}
    for report in corpus.reports:
        for label in report.labels:
            for place in (f"({tr(ORIGINS[label.origin])})", str(Path(label.source).parent)):
                counts = rows.setdefault(place, Counter())
                counts[label.label] += 1
                counts["characters"] += label.end - label.start
        for place in {f"({tr(ORIGINS[report.labels[0].origin])})", str(Path(report.document.source).parent)}:
            rows[place]["reports"] += 1
    click.echo("\t".join((tr("where"), tr("reports"), tr("characters"), *names)))
    for place, counts in sorted(rows.items()):
        click.echo("\t".join((place, *(str(counts[column]) for column in ("reports", "characters", *names)))))


@labels.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FIRST [SECOND]]")
@click.option("--by", "people", multiple=True, metavar="NAME", help="Two people in one file of corrections; twice.")
@click.option("--whole", is_flag=True, help="Rows of a workbook that were left as they are count as confirmed.")
@config_options("corpus", "read")
def agree(files: tuple[Path, ...], people: tuple[str, ...], whole: bool, config_file: Path | None,
          settings: tuple[str, ...]) -> None:  # fmt: skip
    """Print how far two people agree, by Cohen's and Krippendorff's figures, over all and by theme, and where they do not.

    FIRST and SECOND are label files or corrected workbooks; with --by, FIRST is one file (corpus.review) with both people in it.

    \b
    Examples:
      pipeline labels agree seeds/labels/written.jsonl seeds/labels/second_pass.jsonl
      pipeline labels agree 王芳.xlsx 李明.xlsx --whole
      pipeline labels agree --by 王芳 --by 李明
    """
    from pipeline.labels import agreement  # noqa: PLC0415 - help must not load the program

    config = read_config(config_file, settings)
    texts: dict[str, str] = {}
    first, second = _two_people(files, people, whole, config, texts)
    found = agreement.agree(agreement.pair_labels(first, second), labels_of(config))
    _print_disagreements(found, config, texts)
    click.echo(
        tr(
            "{passages}, {count} differ: agreement {observed:.4f}",
            passages=counted(found.passages, "passage"),
            count=len(found.disagreements),
            observed=found.observed,
        )
    )
    click.echo(tr("Cohen's kappa {kappa:.4f}, Krippendorff's alpha {alpha:.4f}", kappa=found.kappa, alpha=found.alpha))
    for name in found.kappa_by_label:
        kappa, alpha = _figure(found.kappa_by_label[name]), _figure(found.alpha_by_label[name])
        click.echo(tr("  {name}  kappa {kappa}  alpha {alpha}", name=name, kappa=kappa, alpha=alpha))


def _figure(value: float | None) -> str:
    """Return a figure of agreement, or – where there is none: nobody gave the label."""
    return "–" if value is None else f"{value:.4f}"


def _two_people(
    files: tuple[Path, ...], people: tuple[str, ...], whole: bool, config: "Config", texts: dict[str, str]
) -> "tuple[list[Label], list[Label]]":
    """Return the labels of the one and of the other, and add the texts that workbooks carry; raises UsageError for less or more."""
    from pipeline.labels.corpus import review_file  # noqa: PLC0415 - help must not load the program
    from pipeline.labels.corrections import overlay  # noqa: PLC0415
    from pipeline.labels.files import load_review  # noqa: PLC0415
    from pipeline.labels.people import person  # noqa: PLC0415

    if len(people) == 2 and len(files) < 2:
        path = files[0] if files else review_file(config)
        made = overlay.current(load_review(path, labels_of(config), say))
        one, other = ([label for label in made if person(label.annotator) == person(name)] for name in people)
        return one, other
    if len(files) != 2 or people:
        raise UsageError(tr("agree: give two files, or one file of corrections (or none) with --by NAME --by NAME"))
    return _labels_in(files[0], whole, config, texts), _labels_in(files[1], whole, config, texts)


def _labels_in(path: Path, whole: bool, config: "Config", texts: dict[str, str]) -> "list[Label]":
    """Return the labels in a label file or a corrected workbook, whose reports are found by their text."""
    from pipeline.core.records import Label  # noqa: PLC0415
    from pipeline.labels.corrections import overlay  # noqa: PLC0415 - help must not load the program
    from pipeline.labels.corrections.store import find_report  # noqa: PLC0415
    from pipeline.labels.corrections.workbook import read_returned  # noqa: PLC0415
    from pipeline.labels.files import load_labels  # noqa: PLC0415

    if not path.is_file():
        raise InputError(tr("{path}: no such file; check the path", path=path))
    if path.suffix.lower() != ".xlsx":
        return overlay.current(load_labels(path, labels_of(config)))
    found = []
    for report in read_returned(path, labels_of(config), config.read, whole).reports:
        source, sha256 = find_report(report.text, config, report.sha256)
        texts[source or report.source] = report.text
        found += [Label(source or report.source, sha256, each.start, each.end, each.label) for each in report.corrections]
    return found


def _print_disagreements(found: "Agreement", config: "Config", texts: dict[str, str]) -> None:
    from pipeline.labels.corpus import read_reports  # noqa: PLC0415 - help must not load the program

    sources = {pair.second.source for pair in found.disagreements} - set(texts)
    texts |= {report.source: report.text for report in read_reports(sources, config)}
    for pair in found.disagreements:
        source, (start, end) = pair.second.source, pair.span
        begins = " ".join(texts.get(source, "")[start:end].split())[:SHOWN]
        click.echo(f"{source}:{start}-{end}\t{pair.first.label}\t{pair.second.label}\t{begins}")


@labels.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "out",
    type=OutputPath(),
    help="The label file to write (.jsonl).  [default: where labels are a folder, FILE's name there]",
)
@click.option(
    "--reports", help="Where new reports go, in the project folder.  [default: beside those of the corpus, or seeds/imported]"
)
@click.option("--text-column", default="", help="The column or key of the text.  [default: text, else a name that tagging knows]")
@click.option("--label-column", default="", help="The column or key of the label.  [default: label, else what people call it]")
@click.option("--source-column", default="", help="Rows of one source are one report.  [default: source, else group]")
@click.option("--annotator", default="", help="Who labelled; a workbook needs it.")
@click.option("--by", "who", default="", metavar="PERSON", help="Of Label Studio and REFI-QDA, take what this person said only.")
@click.option(
    "--origin",
    type=click.Choice(["seed", "written", "review", "imported"]),
    default="imported",
    show_default=True,
    help="What kind.",
)
@config_options("corpus", "read")
def take_in(file: Path, out: Path | None, reports: str | None, text_column: str, label_column: str, source_column: str,
            annotator: str, who: str, origin: str, config_file: Path | None, settings: tuple[str, ...]) -> None:  # fmt: skip
    """Take labels in: a corrected workbook, Label Studio's JSON, CSV or JSON lines with text and label, or a REFI-QDA project.

    The corrections of a workbook are saved with all others (corpus.review), and training uses them. A project (.qdpx) comes from
    MAXQDA, NVivo, ATLAS.ti or QualCoder; a codebook (.qdc) becomes label definitions, a .toml file.

    \b
    Examples:
      pipeline labels import corrected.xlsx --annotator 王芳
      pipeline labels import export.json -o seeds/labels/mine.jsonl
      pipeline labels import data.csv -o seeds/labels/mine.jsonl --reports seeds/mine --label-column topic
      pipeline labels import coded.qdpx -o seeds/labels/mine.jsonl --by 王芳
      pipeline labels import codes.qdc -o configs/mine.toml
    """
    from pipeline.labels.incoming import Columns  # noqa: PLC0415 - help must not load the program

    config = read_config(config_file, settings)
    if file.suffix.lower() == ".xlsx" and _is_of_tags(file, label_column, config):
        _import_workbook(file, annotator, config)
    elif file.suffix.lower() == ".qdc":
        if out is None:
            raise UsageError(tr("{file}: name the label definitions to write with -o, such as -o configs/mine.toml", file=file))
        _import_codebook(file, out, config)
    else:
        chosen = Columns(text_column, label_column, source_column)
        import_table(TableRequest(file, chosen, out, reports, annotator, who, cast("Origin", origin)), config)


def _is_of_tags(file: Path, label_column: str, config: "Config") -> bool:
    """Tell whether a workbook is one of tags, which people correct, and no table of labels."""
    from pipeline.labels.corrections.workbook import corrections_in  # noqa: PLC0415 - help must not load the program

    return not label_column and (not file.is_file() or corrections_in(file, config.read) is not None)


def _import_workbook(file: Path, annotator: str, config: "Config") -> None:
    from pipeline.labels.corrections.store import save_corrections  # noqa: PLC0415 - help must not load the program
    from pipeline.labels.corrections.workbook import read_returned  # noqa: PLC0415
    from pipeline.labels.people import checked_name  # noqa: PLC0415

    known = labels_of(config)
    if not annotator.strip():
        raise UsageError(tr("{file}: a workbook does not say who corrected it; add --annotator NAME", file=file))
    checked_name(annotator)
    found = read_returned(file, known, config.read)
    for where in found.only_notes:
        say(tr("{where}: a note without a theme is not taken in; choose the theme too, the same one to confirm it", where=where))
    if not found.reports:
        raise UsageError(tr("{file}: no corrected theme in it; choose themes in the column 更正主题 and save it", file=file))
    for report in found.reports:
        saved = save_corrections(report.text, report.source, report.corrections, annotator, known, config, report.sha256)
        say(
            tr(
                "{corrections} of {source} -> {labels}",
                corrections=counted(saved.count, "correction"),
                source=report.source,
                labels=saved.labels,
            )
        )


def _import_codebook(file: Path, out: Path, config: "Config") -> None:
    from pipeline.core.outputs import write_place  # noqa: PLC0415 - help must not load the program
    from pipeline.labels import codebook  # noqa: PLC0415
    from pipeline.labels.corpus import claim_label_file  # noqa: PLC0415

    if out.suffix.lower() != ".toml":
        raise UsageError(
            tr("{out}: a codebook becomes label definitions; name a .toml file with -o, such as -o configs/mine.toml", out=out)
        )
    place = claim_label_file(out, tr("an import"), [file], config)
    found = codebook.read_codebook(file, config.read)
    write_place(place, codebook.label_definitions(found))
    say(tr("{count} labels -> {out}; name it as corpus.label_set to sort by them", count=len(found.labels), out=out))


@dataclass(frozen=True, slots=True)
class TableRequest:
    """Which table to take in, how, and where its labels and new reports go; None for where the configuration says."""

    file: Path
    columns: "Columns"
    out: Path | None = None
    reports: str | None = None
    annotator: str = ""
    who: str = ""
    origin: "Origin" = "imported"


def import_table(asked: TableRequest, config: "Config") -> None:
    """Take the labels of a table in; raises UsageError and CorpusError."""
    from pipeline.core import locations  # noqa: PLC0415
    from pipeline.core.outputs import write_place  # noqa: PLC0415
    from pipeline.labels import exchange, refi_qda  # noqa: PLC0415 - help must not load the program
    from pipeline.labels.corpus import claim_label_file, default_places, read_corpus  # noqa: PLC0415
    from pipeline.labels.files import label_lines, write_labels, write_reports  # noqa: PLC0415
    from pipeline.labels.people import checked_name  # noqa: PLC0415

    file, places = asked.file, default_places(asked.file, config)
    out, reports = asked.out or places.labels, asked.reports or places.reports
    if out is None:
        raise UsageError(tr("{file}: name the label file to write with -o, such as -o seeds/labels/mine.jsonl", file=file))
    place = claim_label_file(out, tr("an import"), [file], config)
    if file.suffix.lower() == refi_qda.ENDING:
        taken = refi_qda.read_project(file, labels_of(config), config.read, asked.who)
    else:
        taken = exchange.read_incoming(file, asked.columns, labels_of(config), asked.who, config.read)
    corpus = read_corpus(config, say)
    known = {report.document.source: (report.document.text, report.document.sha256) for report in corpus.reports}
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    annotator = checked_name(asked.annotator) if asked.annotator else ""
    made = exchange.to_labels(taken.reports, known, reports, annotator, asked.origin, today, config.read)
    refused = (*taken.refused, *made.refused)
    for each in refused[:REFUSED_SHOWN]:
        say(tr("not taken: {each}", each=each))
    if not made.labels:
        raise UsageError(
            tr("{file}: nothing of it can be taken ({count} not taken); no file was written", file=file, count=len(refused))
        )
    write_reports(locations.project_folder() / reports, made.files)
    if place.descriptor is None:
        write_labels(place.path, made.labels)
    else:
        write_place(place, label_lines(made.labels))
    _say_taken(made, out, reports, len(refused))
    _say_variants(taken.reports)
    _say_contradictions(taken.reports)
    _say_alone(taken.alone)
    if asked.out is not None or asked.reports is not None:
        _say_what_is_next(exchange.overlaps(made.labels, corpus))


def _say_taken(made: "Import", out: Path, reports: str, refused: int) -> None:
    said = tr(
        "{labels} -> {out}; {new} -> {reports}; {count} not taken",
        labels=counted(len(made.labels), "label"),
        out=out,
        new=counted(len(made.files), "new report"),
        reports=reports,
        count=refused,
    )
    say(said)


def _say_what_is_next(again: int) -> None:
    """Say where to name what was taken in; ``again`` labels overlap those of the corpus."""
    beside = tr("to train on them")
    if again:
        beside = tr("in place of the file that has them, since {again} overlap labels of the corpus", again=again)
    say(tr("name both under [corpus] {beside}", beside=beside))


def _say_variants(reports: Iterable["ImportedReport"]) -> None:
    variants = Counter((each.variant, each.label) for report in reports for each in report.passages if each.variant)
    for (variant, label), count in variants.items():
        say(tr("{variant}: taken as {label} ({labels})", variant=variant, label=label, labels=counted(count, "label")))


def _say_contradictions(reports: Iterable["ImportedReport"]) -> None:
    from pipeline.labels.incoming import contradictions  # noqa: PLC0415 - help must not load the program

    found = contradictions(reports)
    for each in found[:REFUSED_SHOWN]:
        say(tr("taken, but {each}", each=each))
    if found:
        passages = counted(len(found), "passage")
        say(tr("{passages} contradict an earlier one of the same text; correct the labels and import again", passages=passages))


def _say_alone(rows: int) -> None:
    if rows:
        said = tr("names no report") if rows == 1 else tr("name no report")
        say(
            tr(
                "{rows} {said} (column source or group): each is one of its own, equal texts are left out together",
                rows=counted(rows, "row"),
                said=said,
            )
        )


@labels.command("export")
@click.option("-o", "--output", "out", type=OutputPath(), required=True, help="A .json, .csv, .jsonl, .qdpx or .qdc file.")
@config_options("corpus", "read")
def give_out(out: Path, config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Give all configured labels out: Label Studio's JSON, CSV for Excel, JSON lines, or a REFI-QDA project or codebook.

    \b
    Examples:
      pipeline labels export -o tasks.json
      pipeline labels export -o coded.qdpx
    """
    from pipeline.core.outputs import write_place  # noqa: PLC0415
    from pipeline.labels import exchange  # noqa: PLC0415 - help must not load the program
    from pipeline.labels.corpus import claim_label_file, read_corpus  # noqa: PLC0415

    config = read_config(config_file, settings)
    place = claim_label_file(out, tr("an export"), [config_file] if config_file else [], config)
    data = exchange.export_labels(read_corpus(config, say), out.suffix.lower())
    write_place(place, data)
    say(tr("{count:,} bytes -> {out}", count=len(data), out=out))


@labels.command()
@click.option("--model", "model_name", default="default", show_default=True, help="The model whose out-of-fold tags are used.")
@click.option("-n", "count", type=click.IntRange(1), default=50, show_default=True, help="How many to show.")
@config_options("corpus", "read")
def suspects(model_name: str, count: int, config_file: Path | None, settings: tuple[str, ...]) -> None:
    """List labels that may be wrong, by models that had not seen their report, the least likely first.

    \b
    Example:
      pipeline labels suspects -n 20
    """
    from pipeline.model.folder import find_model  # noqa: PLC0415
    from pipeline.training.label_issues import find_suspects  # noqa: PLC0415
    from pipeline.training.out_of_fold import load_out_of_fold  # noqa: PLC0415 - help must not load the program

    found = find_suspects(_corpus(config_file, settings), load_out_of_fold(find_model(model_name)))
    for suspect in found[:count]:
        label = suspect.label
        place = f"{label.source}:{label.start}-{label.end}"
        click.echo(f"{place}\t{label.label}\t{suspect.theme}\t{suspect.quality:.3f}\t{suspect.text[:SHOWN]}")
    say(counted(len(found), "suspect"))


def _corpus(config_file: Path | None, settings: tuple[str, ...]) -> "Corpus":
    from pipeline.labels.corpus import read_corpus  # noqa: PLC0415 - help must not load the program

    return read_corpus(read_config(config_file, settings), say)
