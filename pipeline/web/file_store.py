"""The files that the server holds: taken in, read and tagged in the background, given out, deleted when old."""

import asyncio
import contextlib
import datetime as dt
import logging
import os
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from pipeline.core.config import Config
from pipeline.core.errors import Code, ModelError
from pipeline.core.records import FinishedReport, Label
from pipeline.labels.corrections.workbook import CorrectedWorkbook
from pipeline.model.model import Model
from pipeline.output import FORMATS
from pipeline.web import tagging
from pipeline.web.uploads import UploadQuota, shown_name, store, stored_name
from pipeline.web.worker_pool import TaskLostError, WorkerPool, busy

State = Literal["uploading", "waiting", "tagging", "ready", "failed"]
OWN_WORKBOOK: Code = "own_workbook"
SWEEP_SECONDS = 60.0
LOST = "tagging it ended the process, by damage or by its memory; split it, or save it as .txt"
BROKEN = "an unexpected error; the server's own messages tell more"
LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that the server offers, and its folder."""

    id: str
    folder: Path
    model: Model


@dataclass(slots=True)
class StoredFile:
    """A file that the server holds, and what became of it.

    ``size`` are the bytes that came, ``stored`` those on the disk with what was made of them; ``added`` is a time in UTC.
    """

    id: str
    name: str
    folder: Path
    model: LoadedModel
    added: dt.datetime
    size: int = 0
    stored: int = 0
    state: State = "uploading"
    reports: tuple[tagging.ReportSummary, ...] = ()
    failures: tuple[tagging.Failure, ...] = ()
    passed_over: tuple[str, ...] = ()
    workbook: CorrectedWorkbook | None = None
    task: "asyncio.Task[None] | None" = field(default=None, repr=False)

    @property
    def upload(self) -> Path:
        """The file as it came."""
        return self.folder / stored_name(self.name)

    @property
    def pieces(self) -> Path:
        """The file of its finished reports."""
        return self.folder / tagging.REPORTS

    def progress(self) -> dict[str, float]:
        """Return how many passages are tagged, and how far the report at hand is (0 to 1)."""
        try:
            return cast("dict[str, float]", msgspec.json.decode((self.folder / tagging.PROGRESS).read_bytes()))
        except (OSError, msgspec.DecodeError):  # not begun, or being written
            return {}


class FileStore:
    """Holds files in a folder of its own and has them tagged."""

    def __init__(self, models: Mapping[str, LoadedModel], config: Config, folder: Path) -> None:
        limits = config.serve
        self.config = config
        self.models = models
        self.files: dict[str, StoredFile] = {}
        self.allowance = UploadQuota(limits)
        processes = limits.processes or min(2, os.cpu_count() or 1)
        self.taggers = WorkerPool(processes, limits.queue)
        self._turns = asyncio.Semaphore(processes)
        self.composers = WorkerPool(1, limits.queue)
        self.librarians = WorkerPool(1, limits.queue)  # what the library takes long for, so that it is nobody's wait for a page
        self._folder = folder
        self._sweeper: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Work until the body ends; then nothing of what was held is left."""
        self._sweeper = asyncio.create_task(self._sweep())
        try:
            yield
        finally:
            self._sweeper.cancel()
            for held in list(self.files.values()):
                if held.task:
                    held.task.cancel()
            self.taggers.end()
            self.composers.end()
            self.librarians.end()
            shutil.rmtree(self._folder, ignore_errors=True)

    def model(self, name: str | None) -> LoadedModel:
        """Return a model by its id, or the first one; raises HTTPException."""
        if name is None:
            return next(iter(self.models.values()))
        if name not in self.models:
            raise HTTPException(404, f"no model {name!r} here; see /api/models")
        return self.models[name]

    def file(self, identifier: str) -> StoredFile:
        """Return a file by its id; raises HTTPException."""
        if identifier not in self.files:
            raise HTTPException(404, "no such file; it may have been deleted")
        return self.files[identifier]

    def ready(self, identifier: str) -> StoredFile:
        """Return a file that is tagged; raises HTTPException."""
        held = self.file(identifier)
        if held.state != "ready":
            raise HTTPException(409, f"not tagged (its state is {held.state})")
        return held

    def returned(self, identifier: str) -> tuple[StoredFile, CorrectedWorkbook]:
        """Return a file that is a workbook of tags, and what is corrected in it; raises HTTPException for any other."""
        held = self.file(identifier)
        if held.workbook is None:
            raise HTTPException(409, "no workbook of tags, which alone holds corrections to import")
        return held, held.workbook

    def check_free(self) -> None:
        """Raise HTTPException when as many files wait as may, those that are still arriving among them."""
        done = sum(held.state in ("ready", "failed") for held in self.files.values())
        limits = self.config.serve
        if self.allowance.files - done >= limits.queue + self.taggers.processes:
            raise busy()

    async def add(self, name: str, model: LoadedModel, body: AsyncIterator[bytes]) -> StoredFile:
        """Take a file in and have it tagged; raises HTTPException for what is too much."""
        self.check_free()
        self.allowance.take_file()
        identifier = secrets.token_urlsafe(16)
        held = StoredFile(identifier, shown_name(name), self._folder / identifier, model, dt.datetime.now(dt.UTC))
        try:
            held.folder.mkdir()
            held.size = held.stored = await store(body, held.upload, self.allowance)
        except BaseException:
            shutil.rmtree(held.folder, ignore_errors=True)
            self.allowance.give_back(0)
            raise
        self.files[identifier] = held
        held.state = "waiting"
        held.task = asyncio.create_task(self._tag(held))
        return held

    async def report(self, identifier: str, number: int) -> tuple[StoredFile, FinishedReport]:
        """Return a tagged file and one of its reports; raises HTTPException."""
        held, summary = self._summary(identifier, number)
        return held, await run_in_threadpool(tagging.read_report, held.pieces, summary)

    async def render(self, identifier: str, number: int, said: Sequence[Label] = ()) -> str:
        """Return a report of a tagged file, with corrections over its tags, as a fragment of HTML; raises HTTPException."""
        held, summary = self._summary(identifier, number)
        self.composers.check_free()
        loaded = held.model
        return await self.composers.run(
            tagging.render, held.pieces, summary, loaded.folder, f"r{number}", said, loaded.model.version
        )

    def _summary(self, identifier: str, number: int) -> tuple[StoredFile, tagging.ReportSummary]:
        held = self.ready(identifier)
        if number >= len(held.reports):
            raise HTTPException(404, f"no report {number}; the file has {len(held.reports)}")
        return held, held.reports[number]

    async def compose(self, format_name: str, files: list[StoredFile], said: Sequence[Label] = ()) -> Path:
        """Return a new file with tagged files in a format, which the caller deletes; raises HTTPException.

        ``said`` are the corrections that show in it.
        """
        self.composers.check_free()
        model = files[0].model
        if any(held.model is not model for held in files):
            raise HTTPException(409, "tagged with different models; download them one by one")
        target = self.new_target(FORMATS[format_name].suffixes[0])
        try:
            original = files[0].upload if len(files) == len(files[0].reports) == 1 else None
            pieces = tuple(held.pieces for held in files)
            await self.composers.run(
                tagging.compose, format_name, pieces, model.folder, target, original, said, model.model.version
            )
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        return target

    def new_target(self, suffix: str) -> Path:
        """Return a place for a file that is sent once; whoever asks deletes it."""
        return self._folder / f"download-{secrets.token_urlsafe(16)}{suffix}"

    def delete(self, held: StoredFile) -> None:
        """Forget a file, whatever is being done with it."""
        if self.files.pop(held.id, None) is None:
            return
        if held.task:
            held.task.cancel()
        self.allowance.give_back(held.stored)
        shutil.rmtree(held.folder, ignore_errors=True)

    async def _tag(self, held: StoredFile) -> None:
        options = self.config.read, self.config.drift.stricter_review
        task = tagging.Task(held.upload, held.name, held.model.folder, held.model.model.version, *options)
        try:
            async with self._turns:
                held.state = "tagging"
                result = await self.taggers.run(tagging.tag_file, task)
                if _is_workbook(result):
                    await self._read_workbook(held, result.failures)
                    return
        except ModelError as error:  # its folder holds another version by now
            held.failures, held.state = (tagging.Failure(f"{held.name}: {error}", "model"),), "failed"
        except (TaskLostError, MemoryError):
            held.failures, held.state = (tagging.Failure(f"{held.name}: {LOST}", "too_large"),), "failed"
        except Exception:  # what else may go wrong cannot be listed, and the file must not look as if it were still being tagged
            LOG.exception("a file could not be tagged")
            held.failures, held.state = (tagging.Failure(f"{held.name}: {BROKEN}", "error"),), "failed"
        else:
            held.reports, held.failures, held.passed_over = result.reports, result.failures, result.passed_over
            held.state = "ready" if result.reports else "failed"
            written = held.pieces.stat().st_size
            held.stored += written
            self.allowance.size += written

    async def _read_workbook(self, held: StoredFile, failures: tuple[tagging.Failure, ...]) -> None:
        """Take a workbook of tags as what it is: what people corrected in it can be imported, and nothing of it is tagged."""
        read = tagging.read_workbook
        found = await self.taggers.run(read, held.upload, held.name, held.model.folder, self.config.read)
        if isinstance(found, tagging.Failure):
            held.failures = (found,)
        else:
            held.workbook, held.failures = found, failures
        held.state = "failed"

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep(time.time())

    def sweep(self, now: float) -> None:
        """Delete the files that are held too long; ``now`` counts seconds since 1970."""
        oldest = now - self.config.serve.keep_hours * 3600
        for held in [held for held in self.files.values() if held.added.timestamp() < oldest and held.state in ("ready", "failed")]:
            self.delete(held)


def _is_workbook(result: tagging.TaggedFile) -> bool:
    """Tell whether a file is nothing but a workbook of tags; one in an archive is named, and the reports beside it are tagged."""
    return not result.reports and [each.code for each in result.failures] == [OWN_WORKBOOK]
