"""Reports into the library: tagged from their files, taken from tags that were made before, or tagged anew by another model."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import msgspec

from pipeline.batch.engine import tag_documents
from pipeline.batch.run import TagRun, Watch
from pipeline.core.config import Config
from pipeline.core.errors import InputError, Say, UsageError
from pipeline.core.messages import system_reason, tr
from pipeline.core.records import Document, KeptReport, OutlineEntry, Tag
from pipeline.labels.corpus import read_review
from pipeline.labels.corrections.shown import Corrections
from pipeline.library import attributes, reports
from pipeline.library.records import Entry, ThemeChange
from pipeline.library.store import Library
from pipeline.model.model import Model
from pipeline.output import KEPT
from pipeline.output.digest.gather import BETWEEN
from pipeline.output.digest.lines import one_line
from pipeline.output.digest.records import ReportFacts
from pipeline.output.kept import kept

TAGS_SUFFIX = ".jsonl"
_DECODER = msgspec.json.Decoder(Tag)


@dataclass(slots=True)
class KeepResult:
    """What became of reports that were to be kept."""

    added: list[Entry] = field(default_factory=list)
    known: list[str] = field(default_factory=list)


def check_labels(library: Library, model: Model) -> None:
    """Raise UsageError where the reports of a library bear labels that a model does not have: it is that of other themes."""
    if others := sorted(reports.themes(library) - set(model.labels.names)):
        raise UsageError(
            tr(
                "{path}: its reports bear labels that model {model} does not have ({labels}); keep a library of its own for these "
                "themes: set MISSION_THEMES_DATA to another folder",
                path=library.path,
                model=model.name,
                labels=" ".join(others),
            )
        )


class Keeper:
    """Puts tagged reports into a library, with what people said of them: what they corrected, and a table of attributes."""

    def __init__(self, library: Library, model: Model, corrections: Corrections, said: Mapping[str, ReportFacts], say: Say) -> None:
        """Take the library and the model that tags; raises UsageError for a model of other labels."""
        check_labels(library, model)
        self._library, self._corrections, self._said, self._say = library, corrections, said, say
        self._model = f"{model.name} {model.version}"
        self._batch = 0
        self.done = KeepResult()

    def keep(self, report: KeptReport) -> None:
        """Put a report in, unless its content is there: then it gets what the table says; say where another version is."""
        source = report.document.source
        told = self._said.get(source) or self._said.get(Path(source).name) or ReportFacts()
        of_table = attributes.told(told, source)
        if (there := reports.known(self._library, report.document.sha256)) is not None:
            self.done.known.append(source)
            if of_table:
                reports.set_attributes(self._library, there.number, of_table)
            return
        given = {**attributes.find(report.finish()), **of_table}
        earlier = reports.versions(self._library, source)
        self._batch = self._batch or reports.begin_batch(self._library, "add", self._model)
        entry = reports.add(self._library, corrected(report, self._corrections), given, self._batch)
        if entry is None:
            self.done.known.append(source)
            return
        self.done.added.append(entry)
        for other in earlier:
            self._say(
                tr(
                    "{source}: its content has changed since it was kept as {number}; both are kept, remove what is outdated",
                    source=source,
                    number=other.number,
                )
            )


def keep_files(run: TagRun, keeper: Keeper, watch: Watch) -> None:
    """Tag the files of a run and keep each report as it is done: what was kept stays where the run is cut short."""
    for result in run.finished(watch, KEPT):
        for report in result.kept_reports():
            keeper.keep(report)


def keep_tags(path: Path, keeper: Keeper, most: int) -> None:
    """Keep the reports of a file of tags, as `pipeline tag -o OUT.jsonl` writes it.

    ``most`` is how many characters a report may have. Raises InputError for lines that are no tags, before anything is kept.
    """
    for report in [from_tags(tags, path, most) for tags in _by_source(path)]:
        keeper.keep(report)


def from_tags(tags: Sequence[Tag], path: Path, most: int) -> KeptReport:
    """Return a report of which only tags are at hand: its text is that of its passages in their places, with lines between.

    Raises InputError for tags that overlap, that do not fit their text, or that lie beyond ``most`` characters.
    """
    pieces, position = list[str](), 0
    for tag in tags:
        if not (position <= tag.start < tag.end <= most and tag.end - tag.start == len(tag.text)):
            raise InputError(
                tr(
                    "{path}: the tag of {source} at {start}-{end} does not fit the others; write the tags anew",
                    path=path,
                    source=tag.source,
                    start=tag.start,
                    end=tag.end,
                )
            )
        pieces += ["\n" * (tag.start - position), tag.text]
        position = tag.end
    text = "".join(pieces)
    try:
        sha256 = hashlib.sha256(text.encode()).hexdigest()
    except UnicodeEncodeError:
        raise InputError(
            tr("{path}: the text of {source} has broken characters; tag its file again", path=path, source=tags[0].source)
        ) from None
    return KeptReport(Document(tags[0].source, text, sha256, "tags"), tuple(tags), (), _outline(tags), is_whole=False)


def _outline(tags: Sequence[Tag]) -> tuple[OutlineEntry, ...]:
    """Return the headings among tags: those whose text stands above others, at the depth at which it does."""
    levels: dict[str, int] = {}
    for tag in tags:
        for level, heading in enumerate(tag.heading.split(BETWEEN) if tag.heading else ()):
            levels.setdefault(one_line(heading), level)
    return tuple(OutlineEntry(tag.start, depth) for tag in tags if (depth := levels.get(one_line(tag.text))) is not None)


def _by_source(path: Path) -> Iterator[list[Tag]]:
    for _, every in groupby(_tags(path), key=lambda tag: tag.source):
        if tags := [tag for tag in every if tag.noise is None]:
            yield tags


def _tags(path: Path) -> Iterator[Tag]:
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                try:
                    yield _DECODER.decode(line)
                except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                    raise InputError(
                        tr(
                            "{path}: line {number} is no tag ({error}); name what `pipeline tag -o OUT.jsonl` wrote",
                            path=path,
                            number=number,
                            error=error,
                        )
                    ) from None
    except OSError as error:
        raise InputError(tr("{path}: cannot be read ({reason})", path=path, reason=system_reason(error)), code="missing") from None


def corrected(report: KeptReport, corrections: Corrections) -> KeptReport:
    """Return a report with what people corrected of it over its tags."""
    return msgspec.structs.replace(report, tags=corrections.over(report.finish()).tags)


def corrections_of(config: Config, model: Model, say: Say) -> Corrections:
    """Return the corrections of everybody, the latest of each passage; ``say`` is told of damaged ones."""
    return Corrections(read_review(config, model.labels, say))


@dataclass(slots=True)
class Retagged:
    """What another model changed: reports that it tagged, those that cannot be, and the passages with another theme."""

    done: int = 0
    passages: int = 0
    not_whole: list[Entry] = field(default_factory=list)
    changes: list[ThemeChange] = field(default_factory=list)


def retag(library: Library, entries: Iterable[Entry], model: Model, corrections: Corrections, write: bool) -> Retagged:
    """Tag reports anew with a model, from the text that the library keeps, and return what has changed; ``write``: keep it.

    What people corrected is laid over the tags again. Each report is changed wholly or not at all. Raises UsageError for a model
    of other labels.
    """
    check_labels(library, model)
    result, batch = Retagged(), 0
    for entry in entries:
        old = reports.content_of(library, entry.number)
        if not old.is_whole:
            result.not_whole.append(entry)
            continue
        new = corrected(kept(next(tag_documents([old.document], model))), corrections)
        changed = reports.changes(entry, old.tags, new.tags)
        result.changes += changed
        result.done += 1
        result.passages += len(new.tags)
        if write:
            batch = batch or reports.begin_batch(library, "retag", f"{model.name} {model.version}")
            reports.replace_tags(library, entry.number, new, batch, len(changed))
    return result
