"""Save what people say of tags, so that nothing of it is lost, and find again what they said of a report.

A correction is a line of a label file that only grows (``corpus.review``). Its report is one of the corpus, known by its
content, or is written below ``corpus.reviewed``. filelock (MIT, no dependencies) keeps writers apart and lets go when one
dies; each save is one write that has reached the disk before it counts.
"""

import datetime as dt
import hashlib
import os
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import msgspec

from pipeline.core import locations
from pipeline.core.config import Config, LabelSet
from pipeline.core.counted import counted
from pipeline.core.errors import Say, UsageError
from pipeline.core.messages import system_reason, tr
from pipeline.core.names import safe_stem
from pipeline.core.outputs import write_whole
from pipeline.core.records import Correction, HumanLabel, Label
from pipeline.labels.corpus import corpus_files, read_review, review_file
from pipeline.labels.files import whole_lines
from pipeline.labels.people import checked_name
from pipeline.labels.texts import digests, encodings, reads_as
from pipeline.read import load

WAIT = 30.0  # seconds for another writer to finish
LONGEST_NOTE = 10_000
Span = tuple[int, int]
NOTHING_SEEN: Mapping[Span, HumanLabel | None] = MappingProxyType({})


class ChangedError(UsageError):
    """Something else is saved by now than what a person saw; ``saved`` holds it by span, None where it was taken back."""

    def __init__(self, saved: Mapping[Span, HumanLabel | None]) -> None:
        super().__init__(
            tr("{count} of these were saved in another place meanwhile; look at both and save again", count=len(saved)),
            code="changed",
        )
        self.saved = saved


@dataclass(frozen=True, slots=True)
class SaveResult:
    """Where corrections went: the report they are of, the file of labels, and their number."""

    source: str
    labels: Path
    count: int


@dataclass(frozen=True, slots=True)
class _Report:
    """A report of the corpus: its name there, and the sha256 of its file."""

    source: str
    sha256: str


def save_corrections(
    text: str,
    name: str,
    corrections: Sequence[Correction],
    annotator: str,
    known: LabelSet,
    config: Config,
    sha256: str = "",
    seen: Mapping[Span, HumanLabel | None] = NOTHING_SEEN,
) -> SaveResult:
    """Append a person's corrections of a report to the file of corrections, all or none.

    ``text`` is what the offsets count in, ``name`` that of the report, ``sha256`` the digest of its file where there is one.
    ``seen`` is what the person saw saved of a span when correcting it: where something else is saved by now, by the same person
    in another place, ChangedError tells it and nothing is saved.

    Raises UsageError for a correction that does not fit the text or the labels, for an annotator without a name, for a text
    that no file can hold, where two of them contradict each other, and where nothing can be written.
    """
    annotator, corrections = checked_name(annotator), settled(corrections)
    if not corrections:
        raise UsageError(tr("{name}: no correction to save; correct a passage first", name=name))
    for correction in corrections:
        _check(correction, text, name, known)
    if (twice := contradicted(corrections)) is not None:
        span = tr("{name}: correction {start}-{end}", name=name, start=twice.start, end=twice.end)
        raise UsageError(tr("{span} is given twice, each time otherwise; give it once", span=span))
    path = review_file(config)
    with alone(path):
        found = _find(text, config, sha256)
        if found and seen:
            _check_seen(_saved_by(annotator, found, known, config), corrections, seen)
        report = found or _write_report(text, name, config)
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        _append(path, [_as_label(correction, report, annotator, now) for correction in corrections])
    return SaveResult(report.source, path, len(corrections))


def settled(corrections: Sequence[Correction]) -> list[Correction]:
    """Return corrections, those that say the same once, each second theme once and none that is the first."""
    of_each = ((each, tuple(name for name in dict.fromkeys(each.secondary) if name != each.label)) for each in corrections)
    return list(dict.fromkeys(msgspec.structs.replace(each, secondary=secondary) for each, secondary in of_each))


def contradicted(corrections: Sequence[Correction]) -> Correction | None:
    """Return the first of some settled corrections whose span has another one too, or None."""
    spans = Counter((each.start, each.end) for each in corrections)
    return next((each for each in corrections if spans[each.start, each.end] > 1), None)


def read_corrections(text: str, known: LabelSet, config: Config, sha256: str = "", say: Say = warnings.warn) -> tuple[Label, ...]:
    """Return the corrections of a report that count, of all people, in the order in which they were saved.

    Of each person the latest one for a span counts; one that was withdrawn does not. ``say`` is told of each line that is
    damaged. Raises CorpusError for a file of corrections that cannot be read.
    """
    made = read_review(config, known, say)
    report = _find(text, config, sha256) if made else None
    if report is None:
        return ()
    return tuple(label for label in made if (label.source, label.sha256) == (report.source, report.sha256))


def _saved_by(annotator: str, report: _Report, known: LabelSet, config: Config) -> dict[Span, Label]:
    """Return what a person has saved of a report, by span."""
    made = read_review(config, known, lambda _: None)
    own = (label for label in made if label.annotator == annotator)
    return {(label.start, label.end): label for label in own if (label.source, label.sha256) == (report.source, report.sha256)}


def _check_seen(saved: Mapping[Span, Label], corrections: Sequence[Correction], seen: Mapping[Span, HumanLabel | None]) -> None:
    """Raise ChangedError where what is saved is neither what the person saw nor what is to be saved."""
    changed = {}
    for correction in corrections:
        span = (correction.start, correction.end)
        now = _says(saved[span]) if span in saved else None
        wanted = None if correction.withdrawn else HumanLabel(correction.label, "", correction.secondary, correction.note)
        if span in seen and now not in (seen[span], wanted):
            changed[span] = now
    if changed:
        raise ChangedError(changed)


def _says(label: Label) -> HumanLabel:
    return HumanLabel(label.label, "", label.secondary, label.note or "")


def _check(correction: Correction, text: str, name: str, known: LabelSet) -> None:
    span = tr("{name}: correction {start}-{end}", name=name, start=correction.start, end=correction.end)
    if not 0 <= correction.start < correction.end <= len(text):
        raise UsageError(
            tr(
                "{span} points outside the text, which has {characters}; tag the report again and correct that",
                span=span,
                characters=counted(len(text), "character"),
            )
        )
    if not text[correction.start : correction.end].strip():
        raise UsageError(tr("{span} holds white space only; take it out", span=span))
    for label in (correction.label, *correction.secondary):
        if label not in known.names:
            raise UsageError(
                tr("{span}: {label!r} is not a known label; known: {names}", span=span, label=label, names=" ".join(known.names))
            )
    if len(correction.note) > LONGEST_NOTE:
        raise UsageError(
            tr(
                "{span}: a note of {count:,} characters; the limit is {limit:,}",
                span=span,
                count=len(correction.note),
                limit=LONGEST_NOTE,
            )
        )


def _as_label(correction: Correction, report: _Report, annotator: str, now: str) -> Label:
    return Label(
        report.source,
        report.sha256,
        correction.start,
        correction.end,
        correction.label,
        correction.secondary,
        annotator,
        "review",
        now,
        correction.suggestion or msgspec.UNSET,
        correction.note or msgspec.UNSET,
        correction.withdrawn or msgspec.UNSET,
    )


def _find(text: str, config: Config, sha256: str) -> _Report | None:
    """Return the report of the corpus that has this text: its file has the digest given, or holds the text as UTF-8."""
    wanted = digests(text, sha256)
    for source, path in corpus_files(config).items():
        data = load(path, source, config.read)
        digest = hashlib.sha256(data).hexdigest()
        if digest in wanted and reads_as(data, path.suffix, text, config.read):
            return _Report(source, digest)
    return None


def _write_report(text: str, name: str, config: Config) -> _Report:
    """Write a text as a report of its own; raises UsageError where it would not be read as it is."""
    data = next((data for data in encodings(text) if reads_as(data, ".txt", text, config.read)), None)
    if data is None:
        raise UsageError(
            tr(
                "{name}: its text cannot be kept as a UTF-8 file; put the report into {reports} first",
                name=name,
                reports=config.corpus.reports[0],
            )
        )
    folder = locations.project_folder() / config.corpus.reviewed
    folder.mkdir(parents=True, exist_ok=True)
    stem = safe_stem(name)
    path, number = folder / f"{stem}.txt", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}_{number}.txt"
    with write_whole(path) as stream:
        stream.write(data)
    return _Report(f"{Path(config.corpus.reviewed).as_posix()}/{path.name}", hashlib.sha256(data).hexdigest())


def find_report(text: str, config: Config, sha256: str = "") -> tuple[str, str]:
    """Return the name and sha256 under which corrections of a text are kept; of a text without any, "" and what it would have."""
    found = _find(text, config, sha256)
    return (found.source, found.sha256) if found else ("", hashlib.sha256(text.encode()).hexdigest())


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other writers of a file away; raises UsageError where the disk refuses."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only where something is saved

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=WAIT):
            yield
    except Timeout:
        raise UsageError(
            tr("{path}: another program has been writing it for {wait:.0f} seconds; try again", path=path, wait=WAIT)
        ) from None
    except OSError as error:
        reason = system_reason(error)
        raise UsageError(
            tr("{path}: cannot be written ({reason}); check that its folder is yours and has space", path=path, reason=reason)
        ) from None


def _append(path: Path, labels: Sequence[Label]) -> None:
    """Add lines at the end of a file in one write; what a writer that died left behind goes, and what fails leaves nothing."""
    lines = b"".join(msgspec.json.encode(label) + b"\n" for label in labels)
    before = path.read_bytes() if path.exists() else b""
    whole = whole_lines(before)
    if whole and not whole.endswith(b"\n"):
        lines = b"\n" + lines
    with path.open("r+b" if path.exists() else "w+b") as stream:
        stream.truncate(len(whole))
        stream.seek(len(whole))
        try:
            stream.write(lines)
            stream.flush()
            os.fsync(stream.fileno())
        except OSError:
            stream.truncate(len(whole))
            raise
