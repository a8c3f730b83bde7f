"""Labels given by people: read label files, hold them against their reports, and gather both as a corpus."""

import hashlib
import unicodedata
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import msgspec

from pipeline.core.config import LabelSet
from pipeline.core.counted import counted
from pipeline.core.errors import CorpusError, Say, UsageError
from pipeline.core.json_values import decode_json
from pipeline.core.messages import system_reason, tr
from pipeline.core.outputs import write_file
from pipeline.core.records import Document, Label
from pipeline.labels.corrections.overlay import overlay
from pipeline.labels.people import person


@dataclass(frozen=True, slots=True)
class LabelledDocument:
    """A report with its labels in source order, which do not overlap and lie inside its text."""

    document: Document
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Labelled reports in the order of their sources."""

    reports: tuple[LabelledDocument, ...]
    label_set: LabelSet

    @property
    def sha256(self) -> str:
        """The digest of all sources and labels: it changes when a character or a label of the corpus does."""
        digest = hashlib.sha256()
        for report in self.reports:
            digest.update(f"{report.document.source} {report.document.sha256}\n".encode())
            for label in report.labels:
                digest.update(msgspec.json.encode(label))
        return digest.hexdigest()


def load_labels(path: Path, known: LabelSet) -> list[Label]:
    """Return the labels of a JSON lines file; raises CorpusError that names the file and the line."""
    return [_parse(line, f"{path}:{number}", known) for number, line in enumerate(_lines(path), 1) if line.strip()]


def load_review(path: Path, known: LabelSet, say: Say = warnings.warn) -> list[Label]:
    """Return the lines of a file of corrections in their order, withdrawn ones too; raises CorpusError for one that cannot be read.

    A last line without an end that is no label is what a writer that died left behind. It was never saved, and is passed over. Of
    any other line that is damaged ``say`` is told, and the others count: one bad line takes nobody else's word away. The names of
    people are as ``person`` makes them.
    """
    labels = []
    for number, line in enumerate(_read(path, whole_lines).split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            label = _parse(line.decode("utf-8-sig"), f"{path}:{number}", known)
        except (CorpusError, UnicodeDecodeError) as error:
            said = (
                str(error)
                if isinstance(error, CorpusError)
                else tr("{path}:{number}: not UTF-8 ({reason})", path=path, number=number, reason=error.reason)
            )
            say(tr("not counted: {said}", said=said))
        else:
            labels.append(msgspec.structs.replace(label, annotator=person(label.annotator)))
    return labels


def whole_lines(data: bytes) -> bytes:
    """Return the content of a file of corrections without a piece of a line at its end."""
    head, newline, tail = data.rpartition(b"\n")
    try:
        if tail:
            decode_json(tail, Label)
    except msgspec.MsgspecError:
        return head + newline
    return data


class _GoldDocument(msgspec.Struct):
    """One line of a gold file: a document with labelled sentences."""

    source: str
    text: str
    sentences: tuple[tuple[int, int, str], ...]


def load_gold(path: Path, known: LabelSet) -> tuple[LabelledDocument, ...] | None:
    """Return the documents of a gold file, ``{"source", "text", "sentences": [[start, end, label], …]}`` a line.

    Returns None for a file of labels, which ``load_labels`` reads; raises CorpusError for anything else.
    """
    lines = [line for line in _lines(path) if line.strip()]
    if not lines or '"sentences"' not in lines[0]:
        return None
    reports = []
    for number, line in enumerate(lines, 1):
        try:
            gold = decode_json(line, _GoldDocument)
        except msgspec.MsgspecError as error:
            raise CorpusError(
                tr("{path}:{number}: not a gold document ({error}); see docs/formats.md", path=path, number=number, error=error)
            ) from None
        digest = hashlib.sha256(gold.text.encode()).hexdigest()
        labels = [Label(gold.source, digest, start, end, name) for start, end, name in gold.sentences]
        for label in labels:
            _check_known(label.label, f"{path}:{number}", known)
        reports.append(attach(Document(gold.source, gold.text, digest, "unicode"), labels))
    return tuple(reports)


def build_corpus(
    documents: Iterable[Document], labels: Sequence[Label], label_set: LabelSet, corrections: Sequence[Label] = ()
) -> Corpus:
    """Return the reports that have labels, each with its own and the corrections over them; reports without are left out.

    Raises CorpusError for labels without a report, of a source that changed, outside the text or overlapping, and for
    a corpus too small to train on.
    """
    by_source, corrected = _by_source(labels), _by_source(corrections)
    by_source |= {source: [] for source in corrected if source not in by_source}
    found = {document.source: document for document in documents}
    missing = sorted(set(by_source) - set(found))
    if missing:
        raise CorpusError(
            tr(
                "{missing}: labelled, but not among the reports ({count} such sources); add its folder to "
                "corpus.reports, or leave it out with corpus.exclude",
                missing=missing[0],
                count=len(missing),
            )
        )
    reports = tuple(attach(found[source], by_source[source], corrected.get(source, ())) for source in sorted(by_source))
    return Corpus(reports, label_set)


def _by_source(labels: Iterable[Label]) -> dict[str, list[Label]]:
    by_source: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        by_source[label.source].append(label)
    return dict(by_source)


def write_labels(path: Path, labels: Iterable[Label]) -> None:
    """Write a label file whole or not at all; raises UsageError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            tr("{path}: cannot be written ({reason}); check the folder", path=path, reason=system_reason(error))
        ) from None
    write_file(path, label_lines(labels))


def label_lines(labels: Iterable[Label]) -> bytes:
    """Return the lines of a label file."""
    return b"".join(msgspec.json.encode(label) + b"\n" for label in labels)


def write_reports(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write new reports, none over another, all or none; raises UsageError."""
    try:
        new = {path: content for name, content in files.items() if not (path := folder / name).exists()}
        for name, content in files.items():
            if folder / name not in new and (folder / name).read_bytes() != content:
                raise UsageError(
                    tr("{folder}: exists with another text; choose another folder with --reports", folder=folder / name)
                )
        for path, content in new.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_file(path, content)
    except OSError as error:
        raise UsageError(
            tr("{folder}: cannot be written ({reason}); check the folder", folder=folder, reason=system_reason(error))
        ) from None


def attach(document: Document, labels: Iterable[Label], corrections: Sequence[Label] = ()) -> LabelledDocument:
    """Return a document with its labels and the corrections over them, checked against its text; raises CorpusError."""
    ordered = tuple(sorted(labels, key=lambda label: (label.start, label.end)))
    for label in (*ordered, *corrections):
        if label.sha256 != document.sha256:
            raise CorpusError(
                tr(
                    "{source}: changed since it was labelled (sha256 {sha256}… now, {labelled}… in its labels); restore "
                    "the file or label it again",
                    source=document.source,
                    sha256=document.sha256[:12],
                    labelled=label.sha256[:12],
                )
            )
        if not 0 <= label.start < label.end <= len(document.text):
            raise CorpusError(
                tr(
                    "{source}: label {start}-{end} points outside its {count} characters; correct start and end",
                    source=document.source,
                    start=label.start,
                    end=label.end,
                    count=len(document.text),
                )
            )
    for left, right in pairwise(ordered):
        if right.start < left.end:
            raise CorpusError(
                tr(
                    "{source}: labels {start}-{end} and {right_start}-{right_end} overlap; keep one of them",
                    source=document.source,
                    start=left.start,
                    end=left.end,
                    right_start=right.start,
                    right_end=right.end,
                )
            )
    return LabelledDocument(document, tuple(overlay(document.text, ordered, corrections)) if corrections else ordered)


@lru_cache(maxsize=4096)  # each report is asked for several times
def same_text(text: str) -> str:
    """Return what two texts have in common that differ in white space and in the width of characters only: a digest."""
    return hashlib.sha256("".join(unicodedata.normalize("NFKC", text).split()).encode("utf-8", "surrogatepass")).hexdigest()


def by_text(corpus: Corpus) -> list[list[str]]:
    """Return the sources of the reports, those with the same text together."""
    gathered: dict[str, list[str]] = defaultdict(list)
    for report in corpus.reports:
        gathered[same_text(report.document.text)].append(report.document.source)
    return list(gathered.values())


def check_trainable(corpus: Corpus) -> None:
    """Raise CorpusError for a corpus of fewer than two different reports, or with a label of fewer than two examples.

    The label for what belongs to no theme may have none: there are labels that leave nothing over.
    """
    if len(corpus.reports) < 2:
        raise CorpusError(
            tr("{count} labelled reports: training needs two at least; label more reports", count=len(corpus.reports))
        )
    for name in corpus.label_set.names:
        count = sum(label.label == name for report in corpus.reports for label in report.labels)
        if count < 2 and not (name == corpus.label_set.other and count == 0):  # everything may belong to a theme
            raise CorpusError(
                tr(
                    "label {name} has {examples}: training needs two at least; label more passages, or take {name} out "
                    "of the label definitions",
                    name=name,
                    examples=counted(count, "example"),
                )
            )
    if len(by_text(corpus)) < 2:
        raise CorpusError(
            tr(
                "{count} labelled reports, all with the same text: training needs two different ones at least; label other reports",
                count=len(corpus.reports),
            )
        )


def _parse(line: str, where: str, known: LabelSet) -> Label:
    try:
        label = decode_json(line, Label)
    except msgspec.MsgspecError as error:
        raise CorpusError(
            tr("{where}: not a label ({error}); see the label format in docs/formats.md", where=where, error=error)
        ) from None
    for name in (label.label, *label.secondary):
        _check_known(name, where, known)
    return label


def _check_known(name: str, where: str, known: LabelSet) -> None:
    if name not in known.names:
        raise CorpusError(
            tr("{where}: {name!r} is not a known label; known: {names}", where=where, name=name, names=" ".join(known.names))
        )


def _lines(path: Path) -> list[str]:
    try:
        return _read(path).decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        raise CorpusError(tr("{path}: cannot be read as UTF-8 ({error}); check the file", path=path, error=error)) from None


def _read(path: Path, keep: Callable[[bytes], bytes] = bytes) -> bytes:
    try:
        return keep(path.read_bytes())
    except FileNotFoundError:
        raise CorpusError(
            tr("{path}: no such label file; check corpus.labels in the configuration, or --gold", path=path)
        ) from None
    except OSError as error:
        raise CorpusError(tr("{path}: cannot be read as UTF-8 ({error}); check the file", path=path, error=error)) from None
