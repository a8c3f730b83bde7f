"""The one engine that tags: inputs in, outcomes out. Commands, page, Spark and the registered model all go through it.

Small reports are scored together, wherever they come from, and their tags are made in the form in which they are asked for.
"""

import gc
import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import msgspec

from pipeline import flow
from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError, ModelError
from pipeline.core.messages import tr
from pipeline.core.records import Document, Label, Report, TaggedReport
from pipeline.model.folder import load_model
from pipeline.model.model import Model
from pipeline.model.tag import with_noise
from pipeline.preprocess.characters import scans
from pipeline.read import PassedOver
from pipeline.read.isolated import IsolatedReader

if TYPE_CHECKING:
    from pipeline.labels.corrections.shown import Corrections

NEW_OBJECTS = 50_000  # after which garbage is looked for: a task makes many tags and words, and hardly any garbage
TOGETHER = 65_536  # characters of small documents that are scored at once
BLOCK, KEPT = 2**22, 2**25  # bytes of an array, and of all, that are kept when they are freed: tasks need the same sizes again
Read = tuple[int, "Document | PassedOver | InputError"]
_LOADED: dict[Path, Model] = {}  # the models of this process by their folders
Watch = Callable[[int, TaggedReport], TaggedReport]


class TagOptions(msgspec.Struct, frozen=True):
    """How to tag: the model's folder and the version that it must hold, how to read, and what shows in an output.

    ``format`` is what an output is written in. ``corrections`` are those that show, as JSON, so that they can stand in the key
    of a run. ``scratch`` is a folder for what is unpacked or large. ``stricter``: reports whose words are unlike those that the
    model was trained on have a higher review threshold.
    """

    model: Path
    version: str
    read: ReadConfig
    format: str = "jsonl"
    keep_noise: bool = False
    corrections: bytes = b""
    scratch: Path | None = None
    stricter: bool = True


class Input(msgspec.Struct, frozen=True):
    """A file to tag, and the name that people know it by, where that is another."""

    path: str
    name: str | None = None


class Outcome(msgspec.Struct, frozen=True):
    """What became of an input or, of an archive, of a part of it. ``number`` is the place of the input."""

    number: int
    result: Report | PassedOver | InputError


class Engine:
    """A model with a reader; a context manager that ends the process which reads."""

    def __init__(self, options: TagOptions, model: Model | None = None) -> None:
        """Take the options, and the model where it is loaded already; raises ModelError for a folder with another version."""
        self.model = (model or load_cached(options.model, options.version)).as_told(options.stricter)
        self._options = options
        self._reader = IsolatedReader(options.read, options.scratch)
        self._corrections = _corrections(options.corrections) if options.corrections else None

    def __enter__(self) -> Self:
        """Return the engine itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the process that reads."""
        self._reader.__exit__(kind, error, trace)

    def tag(self, inputs: Iterable[Input], watch: Watch | None = None) -> Iterator[Outcome]:
        """Yield what becomes of inputs, reports in order; a report must be gone through before the next is asked for.

        What cannot be read comes as its error, before reports that wait to be scored together. ``watch`` is handed the place of
        the input and each report as the model tags it, before anything of a person is laid over it.
        """
        for number, result in _tagged(self._read(inputs), self.model):
            if isinstance(result, TaggedReport):
                yield Outcome(number, self._as_asked(watch(number, result) if watch else result))
            else:
                yield Outcome(number, result)

    def tag_documents(self, documents: Iterable[Document]) -> Iterator[Report]:
        """Yield documents that were read already, tagged, in their order."""
        return map(self._as_asked, tag_documents(documents, self.model))

    def _read(self, inputs: Iterable[Input]) -> Iterator[Read]:
        for number, given in enumerate(inputs):
            for result in self._reader.read(given.path, given.name):
                yield number, result

    def _as_asked(self, report: TaggedReport) -> Report:
        if self._options.keep_noise:
            report = with_noise(report, self.model)
        return report if self._corrections is None else self._corrections.over(report.finish())


def tag_documents(documents: Iterable[Document], model: Model) -> Iterator[TaggedReport]:
    """Yield documents, tagged, in their order; small ones are scored together."""
    for _, report in _tagged(enumerate(documents), model):
        if isinstance(report, TaggedReport):
            yield report


def tag_texts(texts: Iterable[str], model: Model) -> Iterator[TaggedReport]:
    """Yield raw texts, tagged, in their order."""
    return tag_documents(map(raw_document, texts), model)


def _tagged(read: Iterable[Read], model: Model) -> Iterator[tuple[int, TaggedReport | PassedOver | InputError]]:
    """Yield each document with its number, tagged, and what is none as it is."""
    for some in _gathered(read):
        documents = [(number, item) for number, item in some if isinstance(item, Document)]
        yield from ((number, item) for number, item in some if not isinstance(item, Document))
        reports = flow.tag_documents([document for _, document in documents], model)
        yield from zip([number for number, _ in documents], reports, strict=True)


def _gathered(read: Iterable[Read]) -> Iterator[list[Read]]:
    """Yield documents, as many together as have no more than TOGETHER characters, and at once what is none, alone."""
    some: list[Read] = []
    size = 0
    for number, result in read:
        if not isinstance(result, Document):
            yield [(number, result)]
            continue
        if some and size + len(result.text) > TOGETHER:
            yield some
            some, size = [], 0
        some.append((number, result))
        size += len(result.text)
    if some:
        yield some


def raw_document(text: str) -> Document:
    """Return a text that comes from no file as a document."""
    return Document("text", text, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), "unicode")


def load_cached(folder: Path, version: str = "") -> Model:
    """Return a model, loaded once in a process; raises ModelError, also for a folder that holds another version by now."""
    place = folder.resolve()
    model = _LOADED.get(place)
    if model is None or version not in ("", model.version):
        model = load_model(folder)
    if version not in ("", model.version):
        raise ModelError(
            tr(
                "{folder}: holds model {version} now and {began} when this began; start it again",
                folder=folder,
                version=model.version,
                began=version,
            )
        )
    if _LOADED.get(place) is not model:
        _LOADED[place] = model
        gc.freeze()  # a model lives as long as its process: what collects garbage need not look through it again and again
        gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
        if (native := scans()) is not None:
            native.keep_memory(BLOCK, KEPT)
    return model


@cache
def engine_of(options: TagOptions) -> Engine:
    """Return the engine of this process for some options; the process that reads for it ends when this one does."""
    from multiprocessing.util import Finalize  # noqa: PLC0415 - only in a process that another one started

    engine = Engine(options)
    Finalize(None, engine.__exit__, args=(None, None, None), exitpriority=1)  # processes that others start know no atexit
    return engine


@cache
def _corrections(lines: bytes) -> "Corrections":
    from pipeline.labels.corrections.shown import Corrections  # noqa: PLC0415 - only where they are asked for

    return Corrections(msgspec.json.decode(lines, type=list[Label]))
