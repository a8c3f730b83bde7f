"""Digests on the page: drafts of which reports and passages, gathered anew from the library when they are looked at, and written.

All of it runs in a process beside the server, which keeps what it gathered last: a person picks many times of the same reports.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from pipeline.batch.engine import load_cached
from pipeline.core.errors import UsageError
from pipeline.core.messages import tr
from pipeline.library import drafts, reports
from pipeline.library.drafts import Draft, DraftContent, Pick
from pipeline.library.find import said_of, whole_reports
from pipeline.library.records import Entry
from pipeline.library.store import Library, library_path
from pipeline.output import RunFacts, run_facts
from pipeline.output.digest import writer_for
from pipeline.output.digest.choose import candidates, choose, pick
from pipeline.output.digest.gather import gather
from pipeline.output.digest.official.blocks import blocks
from pipeline.output.digest.official.layout import pages as count_pages
from pipeline.output.digest.records import Digest, DigestOptions, Passage
from pipeline.web import schemas
from pipeline.web.shelf import ModelAtHand

MOST = 500  # drafts
OFFERED = 40  # passages of a theme and aspect that can be picked
FORMS = {"official": ".docx", "docx": ".docx", "xlsx": ".xlsx", "html": ".html", "md": ".md"}


class TooManyError(UsageError):
    """More drafts than the library is to hold."""


@dataclass(frozen=True, slots=True)
class _Gathered:
    """The digest of the reports of a draft, of which each is ``entries[Passage.report]``, and how it was made."""

    entries: tuple[Entry, ...]
    state: tuple[object, ...]
    digest: Digest
    facts: RunFacts

    def pages(self, digest: Digest) -> int:
        """Return how many pages of the official form a digest fills."""
        return count_pages([*blocks(digest, self.facts)])


_LAST: dict[str, _Gathered] = {}  # what was gathered last, of this process


def listed() -> list[schemas.DraftHead]:
    """Return the drafts, the one saved last first."""
    if not library_path().exists():
        return []
    with Library() as library:
        return [_head(draft) for draft in drafts.drafts(library)]


def make(asked: schemas.DraftToMake, at_hand: ModelAtHand) -> schemas.DraftView:
    """Begin a draft with the best passages that its pages hold, and return it.

    Raises UsageError, with the code ``pages`` for too few of them.
    """
    content = DraftContent((*dict.fromkeys(asked.reports),), asked.pages, (*asked.themes,))
    with Library() as library:
        if len(drafts.drafts(library)) >= MOST:
            raise TooManyError(tr("the library has {most} drafts already; delete some", most=MOST))
        gathered = _gather(library, content, at_hand)
        content = msgspec.structs.replace(content, picks=_best(gathered, asked.pages))
        return _view(drafts.add(library, _clean(asked.name), _clean(asked.annotator), content), gathered)


def show(number: int, at_hand: ModelAtHand) -> schemas.DraftView:
    """Return a draft with what can be picked; raises UsageError with the code ``missing`` for a number that is none."""
    with Library() as library:
        draft = drafts.draft_of(library, number)
        return _view(draft, _gather(library, draft.content, at_hand))


def save(number: int, said: schemas.DraftToSave, at_hand: ModelAtHand) -> schemas.DraftView:
    """Keep a draft as a person has changed it, and return it; raises StaleError where somebody saved it meanwhile, UsageError."""
    with Library() as library:
        content = drafts.draft_of(library, number).content
        gathered = _gather(library, content, at_hand)
        picks = _best(gathered, said.pages) if said.choose else tuple(Pick(each.report, each.start) for each in said.picks)
        content = msgspec.structs.replace(content, pages=said.pages, picks=(*dict.fromkeys(picks),))
        changed = Draft(number, said.revision, _clean(said.name), _clean(said.annotator), "", content)
        return _view(drafts.save(library, changed), gathered)


def remove(number: int) -> None:
    """Take a draft out; raises UsageError with the code ``missing`` for a number that is none."""
    if not library_path().exists():
        raise UsageError(tr("no library yet"), code="missing")
    with Library() as library:
        drafts.remove(library, number)
        library.forget()


def write(number: int, form: str, target: Path, at_hand: ModelAtHand) -> str:
    """Write a draft as a file of a form, as `pipeline digest` does, and return its name; raises UsageError."""
    with Library() as library:
        draft = drafts.draft_of(library, number)
        gathered = _gather(library, draft.content, at_hand)
    with target.open("wb") as stream:
        writer_for(target, form == "official").write(_picked(draft.content, gathered), stream, gathered.facts)
    return draft.name


# ---- from the library to a digest ------------------------------------------------------------------------------------


def _gather(library: Library, content: DraftContent, at_hand: ModelAtHand) -> _Gathered:
    """Return the digest of all passages of the reports of a draft that are there; gathered anew where anything has changed."""
    known = {entry.number: entry for entry in reports.entries(library)}
    entries = tuple(known[number] for number in content.reports if number in known)
    with library.reading() as database:
        state = (content.themes, at_hand.version, _state(database))
    last = _LAST.get("")
    if last is not None and (last.entries, last.state) == (entries, state):
        return last
    model = load_cached(at_hand.folder, at_hand.version)
    facts = msgspec.structs.replace(run_facts(model), model="、".join(dict.fromkeys(entry.model for entry in entries)))
    config = at_hand.config.digest
    themes = tuple(name for name in model.labels.names if name in content.themes) or model.labels.themes
    options = DigestOptions("aspect", themes, config.least_score, None, config.resemblance)
    digest = gather(whole_reports(library, [entry.number for entry in entries]), options, said_of(library))
    _LAST[""] = gathered = _Gathered(entries, state, digest, facts)
    return gathered


def _state(database: sqlite3.Connection) -> tuple[object, ...]:
    """Return what changes whenever tags do."""
    with closing(database.execute("SELECT count(*), sum(reports), sum(passages), sum(changed) FROM batch")) as rows:
        return (*rows.fetchone(),)


def _best(gathered: _Gathered, pages: int) -> tuple[Pick, ...]:
    return tuple(_pick(passage, gathered) for passage in _passages(choose(gathered.digest, pages, gathered.pages)))


def _picked(content: DraftContent, gathered: _Gathered) -> Digest:
    at = {entry.number: place for place, entry in enumerate(gathered.entries)}
    return pick(gathered.digest, content.pages, [(at[each.report], each.start) for each in content.picks if each.report in at])


def _passages(digest: Digest) -> Sequence[Passage]:
    return [passage for section in digest.sections for passage in section.passages]


def _pick(passage: Passage, gathered: _Gathered) -> Pick:
    return Pick(gathered.entries[passage.report].number, passage.start)


# ---- as the page shows it --------------------------------------------------------------------------------------------


def _head(draft: Draft) -> schemas.DraftHead:
    content = draft.content
    return schemas.DraftHead(**_names(draft), reports=len(content.reports), pages=content.pages, picks=len(content.picks))


def _names(draft: Draft) -> Mapping[str, Any]:
    return {name: getattr(draft, name) for name in ("number", "revision", "name", "person", "date")}


def _view(draft: Draft, gathered: _Gathered) -> schemas.DraftView:
    content, digest = draft.content, _picked(draft.content, gathered)
    picked = {_pick(passage, gathered): passage for passage in _passages(digest)}
    offered = {_pick(passage, gathered): passage for passage in candidates(gathered.digest, OFFERED)}
    shown = {**offered, **picked}  # those that are picked as they will be written: cut, and with the year before
    return schemas.DraftView(
        **_names(draft),
        reports=[*content.reports],
        pages=content.pages,
        themes=[*digest.options.themes],
        picks=[schemas.PickView(report=key.report, start=key.start) for key in picked],
        passages=[_candidate(passage, key, gathered) for key, passage in shown.items()],
        filled=gathered.pages(digest),
        gone=len(content.reports) - len(gathered.entries),
        lost=len(content.picks) - len(picked),
    )


def _candidate(passage: Passage, key: Pick, gathered: _Gathered) -> schemas.CandidateView:
    earlier = passage.earlier
    return schemas.CandidateView(
        report=key.report,
        start=key.start,
        source=gathered.digest.reports[passage.report].name,
        copies=len(passage.copies),
        earlier=f"{gathered.digest.reports[earlier.report].year.value}年：{earlier.text}" if earlier else "",
        **{name: getattr(passage, name) for name in ("theme", "aspect", "text", "score", "review", "corrected")},
    )


def _clean(name: str) -> str:
    """Return a name as it is kept: on one line, of characters that are seen."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
