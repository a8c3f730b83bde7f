"""`pipeline labels …`: look after the labels."""

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from pipeline.cli.common import config_options, read_config, say
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.exchange import Origin
    from pipeline.labels import Corpus

SHOWN = 60


@click.group()
def labels() -> None:
    """Check, count, compare, take in and give out labels.

    \b
    Examples:
      pipeline labels check
      pipeline labels agree mine.jsonl yours.jsonl
      pipeline labels import answers.csv -o seeds/labels/mine.jsonl --reports seeds/mine
    """


@labels.command()
@config_options
def check(config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Hold the configured labels against their reports: unchanged, inside, not overlapping, enough to train on.

    \b
    Example:
      pipeline labels check
    """
    from pipeline.labels import check_trainable  # noqa: PLC0415 - help must not load the program

    corpus = _corpus(config_file, settings)
    check_trainable(corpus)
    count = sum(len(report.labels) for report in corpus.reports)
    click.echo(f"{len(corpus.reports)} reports, {count} labels: all fit; corpus {corpus.sha256[:12]}")
    _print_corrections(config_file, settings)


def _print_corrections(config_file: Path | None, settings: tuple[str, ...]) -> None:
    from pipeline import locations, overlay  # noqa: PLC0415 - help must not load the program
    from pipeline.config import load_label_set  # noqa: PLC0415
    from pipeline.corpus import read_review  # noqa: PLC0415

    config = read_config(config_file, settings)
    made = read_review(config, load_label_set(locations.find(config.corpus.label_set)))
    if not made:
        return
    people = Counter(label.annotator for label in made)
    click.echo(f"{len(made)} corrections: {', '.join(f'{name} {count}' for name, count in sorted(people.items()))}")
    against = overlay.contradictions(made)
    for one, other in against:
        click.echo(f"{one.source}:{one.start}-{one.end}\t{one.annotator} {one.label}\t{other.annotator} {other.label}")
    if against:
        say(f"{len(against)} times two people contradict each other; the later correction counts")


@labels.command()
@config_options
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
            for place in (f"({label.origin})", str(Path(label.source).parent)):
                counts = rows.setdefault(place, Counter())
                counts[label.label] += 1
                counts["characters"] += label.end - label.start
        for place in {f"({report.labels[0].origin})", str(Path(report.document.source).parent)}:
            rows[place]["reports"] += 1
    click.echo("\t".join(("where", "reports", "characters", *names)))
    for place, counts in sorted(rows.items()):
        click.echo("\t".join((place, *(str(counts[column]) for column in ("reports", "characters", *names)))))


@labels.command()
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@config_options
def agree(first: Path, second: Path, config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Print how far two label files agree, by Cohen's and Krippendorff's figures, and where they do not.

    \b
    Example:
      pipeline labels agree seeds/labels/written.jsonl seeds/labels/second_pass.jsonl
    """
    from pipeline import agreement, locations  # noqa: PLC0415 - help must not load the program
    from pipeline.config import load_label_set  # noqa: PLC0415
    from pipeline.labels import load_labels  # noqa: PLC0415

    config = read_config(config_file, settings)
    known = load_label_set(locations.find(config.corpus.label_set))
    found = agreement.agree(agreement.pair_labels(load_labels(first, known), load_labels(second, known)), known)
    for pair in found.disagreements:
        span = f"{pair.second.source}:{pair.second.start}-{pair.second.end}"
        click.echo(f"{span}\t{pair.first.label}\t{pair.second.label}")
    click.echo(f"{found.passages} passages, {len(found.disagreements)} differ: agreement {found.observed:.4f}")
    click.echo(f"Cohen's kappa {found.kappa:.4f}, Krippendorff's alpha {found.alpha:.4f}")
    for name, kappa in found.kappa_by_label.items():
        click.echo(f"  {name}  kappa {kappa:.4f}")


@labels.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", "out", type=click.Path(path_type=Path), required=True, help="The label file to write (.jsonl).")
@click.option("--reports", default="seeds/imported", show_default=True, help="Where new reports go, in the project folder.")
@click.option("--text-column", default="text", show_default=True, help="The column or key of the text.")
@click.option("--label-column", default="label", show_default=True, help="The column or key of the label.")
@click.option("--source-column", default="source", show_default=True, help="Rows of one source are one report.")
@click.option("--annotator", default="", help="Who labelled.")
@click.option("--origin", type=click.Choice(["seed", "written", "review"]), default="review", show_default=True, help="What kind.")
@config_options
def take_in(file: Path, out: Path, reports: str, text_column: str, label_column: str, source_column: str,
            annotator: str, origin: str, config_file: Path | None, settings: tuple[str, ...]) -> None:  # fmt: skip
    """Take labels in: Label Studio's JSON, or CSV or JSON lines with a text and a label column.

    \b
    Examples:
      pipeline labels import export.json -o seeds/labels/review.jsonl
      pipeline labels import data.csv -o seeds/labels/mine.jsonl --reports seeds/mine --label-column topic
    """
    from pipeline import exchange, locations  # noqa: PLC0415 - help must not load the program
    from pipeline.config import load_label_set  # noqa: PLC0415
    from pipeline.corpus import read_corpus  # noqa: PLC0415
    from pipeline.labels import write_labels, write_reports  # noqa: PLC0415

    config = read_config(config_file, settings)
    known = load_label_set(locations.find(config.corpus.label_set))
    incoming = exchange.read_incoming(file, exchange.Columns(text_column, label_column, source_column), known)
    corpus = {report.document.source: (report.document.text, report.document.sha256) for report in read_corpus(config, say).reports}
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    found, files = exchange.to_labels(incoming, corpus, reports, annotator, cast("Origin", origin), today)
    write_reports(locations.project_folder() / reports, files)
    write_labels(out, found)
    say(f"{len(found)} labels -> {out}; {len(files)} new reports -> {reports}; name both under [corpus] to train on them")


@labels.command("export")
@click.option("-o", "--output", "out", type=click.Path(path_type=Path), required=True, help="A .json, .csv or .jsonl file.")
@config_options
def give_out(out: Path, config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Give all configured labels out: Label Studio's JSON, CSV for Excel, or JSON lines.

    \b
    Example:
      pipeline labels export -o tasks.json
    """
    from pipeline import exchange  # noqa: PLC0415 - help must not load the program

    data = exchange.export_labels(_corpus(config_file, settings), out.suffix.lower())
    try:
        out.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror}); check that its folder exists and is yours") from None
    say(f"{len(data):,} bytes -> {out}")


@labels.command()
@click.option("--model", "model_name", default="default", show_default=True, help="The model whose out-of-fold tags are used.")
@click.option("-n", "count", type=click.IntRange(1), default=50, show_default=True, help="How many to show.")
@config_options
def suspects(model_name: str, count: int, config_file: Path | None, settings: tuple[str, ...]) -> None:
    """List labels that may be wrong, by models that had not seen their report, the least likely first.

    \b
    Example:
      pipeline labels suspects -n 20
    """
    from pipeline.left_out import load_left_out  # noqa: PLC0415 - help must not load the program
    from pipeline.model_folder import OUT_OF_FOLD, find_model  # noqa: PLC0415
    from pipeline.suspects import find_suspects  # noqa: PLC0415

    found = find_suspects(_corpus(config_file, settings), load_left_out(find_model(model_name) / OUT_OF_FOLD))
    for suspect in found[:count]:
        label = suspect.label
        place = f"{label.source}:{label.start}-{label.end}"
        click.echo(f"{place}\t{label.label}\t{suspect.theme}\t{suspect.quality:.3f}\t{suspect.text[:SHOWN]}")
    say(f"{len(found)} suspects")


def _corpus(config_file: Path | None, settings: tuple[str, ...]) -> "Corpus":
    from pipeline.corpus import read_corpus  # noqa: PLC0415 - help must not load the program

    return read_corpus(read_config(config_file, settings), say)
