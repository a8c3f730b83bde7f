"""Read the configured corpus: its reports, its labels, its lexicon."""

import os
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.core import locations
from pipeline.core.config import Config, LabelSet, load_label_set
from pipeline.core.counted import counted
from pipeline.core.errors import ConfigError, CorpusError, Say, UsageError
from pipeline.core.messages import tr
from pipeline.core.outputs import OutputTarget, claim
from pipeline.core.records import Document, Label
from pipeline.labels.corrections.overlay import current
from pipeline.labels.files import Corpus, build_corpus, by_text, check_trainable, load_gold, load_labels, load_review
from pipeline.model.gazetteer import Gazetteer, read_gazetteer
from pipeline.read import read_report
from pipeline.read.find import find_reports

gazetteer_of = cache(read_gazetteer)  # of many terms, and a search asks for it at each of its combinations


def read_corpus(config: Config, say: Say) -> Corpus:
    """Return the configured labels, and the corrections over them, with their reports, less the excluded ones."""
    label_set = load_label_set(locations.find(config.corpus.label_set))
    labels = [label for path in label_files(config) for label in load_labels(path, label_set)]
    corrections = _within_reach(read_review(config, label_set, say), config, say)
    sources = {label.source for label in (*labels, *corrections)}
    excluded = {source for name in config.corpus.exclude for source in _excluded(name, sources)}
    for source in sorted(excluded):
        say(tr("left out: {source}", source=source))
    documents = read_reports(sources - excluded, config)
    kept = [[label for label in some if label.source not in excluded] for some in (labels, corrections)]
    return build_corpus(documents, kept[0], label_set, kept[1])


def review_file(config: Config) -> Path:
    """Return the file of corrections, which may not be there yet."""
    return locations.project_folder() / config.corpus.review


def label_files(config: Config) -> list[Path]:
    """Return the configured label files but that of corrections; of a folder all of its ``.jsonl`` files, in name order."""
    review, places = review_file(config), [locations.find(name) for name in config.corpus.labels]
    files = [path for place in places for path in (sorted(place.glob("*.jsonl")) if place.is_dir() else [place])]
    return [path for path in files if path != review]


def read_review(config: Config, label_set: LabelSet, say: Say = warnings.warn) -> list[Label]:
    """Return the corrections that count, by the order in which they were saved; none where nothing was corrected yet.

    ``say`` is told of each line that is damaged.
    """
    path = review_file(config)
    return current(load_review(path, label_set, say)) if path.exists() else []


def _within_reach(corrections: list[Label], config: Config, say: Say) -> list[Label]:
    """Return the corrections of reports below the configured folders; the others belong to other configurations."""
    folders = [Path(name) for name in (*config.corpus.reports, config.corpus.reviewed)]
    within = [label for label in corrections if any(folder in (path := Path(label.source), *path.parents) for folder in folders)]
    if len(within) < len(corrections):
        say(
            tr(
                "left out: {corrections} of reports outside corpus.reports",
                corrections=counted(len(corrections) - len(within), "correction"),
            )
        )
    return within


def read_gold(path: Path, config: Config, label_set: LabelSet) -> Corpus:
    """Return a corpus from a gold file: a label file, or documents with their text and sentences."""
    inline = load_gold(path, label_set)
    if inline is not None:
        return Corpus(inline, label_set)
    labels = load_labels(path, label_set)
    return build_corpus(read_reports({label.source for label in labels}, config), labels, label_set)


def own_files(config: Config) -> list[Path]:
    """Return the files of the project that no output may replace: labels, corrections, definitions, the configuration."""
    settings = (locations.find(name) for name in (config.corpus.label_set, "configs/default.toml"))
    own = (*label_files(config), review_file(config), *settings)
    return [path for path in own if path.exists() and path.stat().st_size]


def claim_label_file(out: Path, command: str, inputs: Sequence[Path], config: Config) -> OutputTarget:
    """Return where a command is to write labels; raises UsageError for an input, a file of the project, and one that is there."""
    if os.path.realpath(out) == os.path.realpath(review_file(config)):
        raise UsageError(
            tr(
                "{out}: holds the corrections of people, which {command} would replace; name another file with -o",
                out=out,
                command=command,
            )
        )
    place = claim(out, [*inputs, *own_files(config), *corpus_files(config).values()])
    if place.descriptor is None and place.path.is_file() and place.path.stat().st_size:
        raise UsageError(tr("{out}: is there already; name another file with -o, or take it away first", out=out))
    return place


@dataclass(frozen=True, slots=True)
class ImportPlaces:
    """Where what is taken in goes by itself: a label file, if the configuration has a folder of them, and a folder of reports."""

    labels: Path | None
    reports: str


def default_places(file: Path, config: Config) -> ImportPlaces:
    """Return where the labels and reports of another tool's file go in a project whose labels are a folder."""
    folder = next((name for name in config.corpus.labels if locations.find(name).is_dir()), None)
    if folder is None:
        return ImportPlaces(None, "seeds/imported")
    return ImportPlaces(locations.project_folder() / folder / f"{file.stem}.jsonl", f"{config.corpus.reports[0]}/{file.stem}")


def announce(corpus: Corpus, say: Say) -> None:
    """Say what is trained on, and which reports are left out together; raises CorpusError where that is too little."""
    check_trainable(corpus)
    labels, together = sum(len(report.labels) for report in corpus.reports), [same for same in by_text(corpus) if len(same) > 1]
    say(tr("training on {reports}, {labels}", reports=counted(len(corpus.reports), "report"), labels=counted(labels, "label")))
    for same in together:
        say(tr("left out together, since their text is the same: {same}", same=", ".join(same)))


def corpus_facts(corpus: Corpus) -> dict[str, object]:
    """Return what a model's manifest says of its corpus."""
    counts = dict.fromkeys(corpus.label_set.names, 0)
    for report in corpus.reports:
        for label in report.labels:
            counts[label.label] += 1
    return {"sha256": corpus.sha256, "reports": len(corpus.reports), "labels": counts}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What a model is given beside its corpus: words that the segmenter keeps whole, and terms by class, if there are any."""

    words: tuple[str, ...] = ()
    gazetteer: Gazetteer | None = None


def read_lexicon(config: Config) -> Lexicon:
    """Return the configured lexicon; raises ConfigError that names the file."""
    words, terms = config.features.user_dictionary, config.features.gazetteers
    return Lexicon(_user_words(words) if words else (), gazetteer_of(locations.find(terms)) if terms else None)


def _user_words(name: str) -> tuple[str, ...]:
    """Return the words of a dictionary, sorted, in lower case, as text is when it is cut."""
    try:
        lines = locations.find(name).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            tr("{name}: the user dictionary cannot be read ({error}); check features.user_dictionary", name=name, error=error)
        ) from None
    return tuple(sorted({line.strip().lower() for line in lines if line.strip() and not line.startswith("#")}))


def corpus_files(config: Config) -> dict[str, Path]:
    """Return the reports of the corpus by their names relative to the project folder, those written for corrections last."""
    reviewed = locations.project_folder() / config.corpus.reviewed
    folders = [(name, locations.find(name)) for name in config.corpus.reports]
    folders += [(config.corpus.reviewed, reviewed)] if any(reviewed.glob("*.txt")) else []
    files: dict[str, Path] = {}
    for name, folder in folders:
        if not folder.exists():
            raise CorpusError(tr("{name}: no such folder of reports; check corpus.reports in the configuration", name=name))
        files |= {source: path for source, path in _reports_below(name, folder) if source not in files}
    return files


def read_reports(sources: Collection[str], config: Config) -> list[Document]:
    """Return the reports of the corpus that have these names, in its order; raises CorpusError and InputError."""
    return [read_report(path, config.read, source) for source, path in corpus_files(config).items() if source in sources]


def _reports_below(name: str, folder: Path) -> Iterator[tuple[str, Path]]:
    if folder.is_dir() and not any(folder.iterdir()):
        return  # as `pipeline init` makes it, before the first labels are taken in
    found = find_reports([folder.as_posix()])
    if found.failures:
        raise CorpusError(found.failures[0])
    yield from (((Path(name) / path.relative_to(folder)).as_posix(), path) for path in map(Path, found.reports))


def _excluded(name: str, sources: set[str]) -> set[str]:
    """Return the sources that a name means: that path of the project, or else every report with that file name.

    Raises ConfigError where there is none.
    """
    given = Path(name)
    found = {source for source in sources if given.as_posix() == source or given.as_posix().endswith(f"/{source}")}
    found = found or {source for source in sources if given.name in (Path(source).name, Path(source).stem)}
    if not found:
        known = ", ".join(sorted(sources)[:8])
        raise ConfigError(tr("corpus.exclude {name!r}: no labelled report has this name; known: {known}", name=name, known=known))
    return found
