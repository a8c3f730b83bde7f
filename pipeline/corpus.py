"""Read the configured corpus: its reports, its labels, its dictionary."""

from collections.abc import Callable
from pathlib import Path

from pipeline import locations
from pipeline.config import Config, LabelSet, load_label_set
from pipeline.errors import ConfigError, CorpusError
from pipeline.labels import Corpus, build_corpus, load_gold, load_labels
from pipeline.read import read_report
from pipeline.read.find import find_reports

Say = Callable[[str], None]


def read_corpus(config: Config, say: Say) -> Corpus:
    """Return the configured labels with their reports, less the excluded ones."""
    label_set = load_label_set(locations.find(config.corpus.label_set))
    labels = [label for path in config.corpus.labels for label in load_labels(locations.find(path), label_set)]
    sources = {label.source for label in labels}
    excluded = {source for name in config.corpus.exclude for source in _excluded(name, sources)}
    for source in sorted(excluded):
        say(f"left out: {source}")
    documents = [
        read_report(path, config.read, source)
        for source, path in _corpus_files(config)
        if source in sources and source not in excluded
    ]
    return build_corpus(documents, [label for label in labels if label.source not in excluded], label_set)


def read_gold(path: Path, config: Config, label_set: LabelSet) -> Corpus:
    """Return a corpus from a gold file: a label file, or documents with their text and sentences."""
    inline = load_gold(path, label_set)
    if inline is not None:
        return Corpus(inline, label_set)
    labels = load_labels(path, label_set)
    sources = {label.source for label in labels}
    documents = [read_report(file, config.read, source) for source, file in _corpus_files(config) if source in sources]
    return build_corpus(documents, labels, label_set)


def corpus_facts(corpus: Corpus) -> dict[str, object]:
    """Return what a model's manifest says of its corpus."""
    counts = dict.fromkeys(corpus.label_set.names, 0)
    for report in corpus.reports:
        for label in report.labels:
            counts[label.label] += 1
    return {"sha256": corpus.sha256, "reports": len(corpus.reports), "labels": counts}


def read_user_words(config: Config) -> tuple[str, ...]:
    """Return the words that the segmenter keeps whole, sorted; raises ConfigError."""
    name = config.features.user_dictionary
    if not name:
        return ()
    try:
        lines = locations.find(name).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name}: the user dictionary cannot be read ({error}); check features.user_dictionary") from None
    return tuple(sorted({line.strip() for line in lines if line.strip() and not line.startswith("#")}))


def _corpus_files(config: Config) -> list[tuple[str, Path]]:
    """Return the reports of the corpus: their names relative to the project folder, and their files."""
    files = []
    for name in config.corpus.reports:
        place = locations.find(name)
        if not place.exists():
            raise CorpusError(f"{name}: no such folder of reports; check corpus.reports in the configuration")
        for found in find_reports([place.as_posix()]).reports:
            path = Path(found)
            files.append(((Path(name) / path.relative_to(place)).as_posix(), path))
    return files


def _excluded(name: str, sources: set[str]) -> set[str]:
    """Return the sources that a name means: that path of the project, or else every report with that file name.

    Raises ConfigError where there is none.
    """
    given = Path(name)
    found = {source for source in sources if given.as_posix() == source or given.as_posix().endswith(f"/{source}")}
    found = found or {source for source in sources if given.name in (Path(source).name, Path(source).stem)}
    if not found:
        known = ", ".join(sorted(sources)[:8])
        raise ConfigError(f"corpus.exclude {name!r}: no labelled report has this name; known: {known}")
    return found
