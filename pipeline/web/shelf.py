"""The library on the page: its reports listed, searched, looked at, kept, corrected in their attributes, tagged anew, taken out.

It is shown only where the server was started with ``--library``: who reaches the page reads what is in it. Each answer opens the
file and closes it again, so that commands and other servers use it meanwhile.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from fastapi import HTTPException

from pipeline.batch.engine import load_cached
from pipeline.batch.keep import Keeper, corrections_of
from pipeline.batch.keep import retag as tag_anew
from pipeline.core.config import Config
from pipeline.core.errors import UsageError
from pipeline.library import attributes, reports
from pipeline.library.counts import Measure, by_attribute, together
from pipeline.library.find import find as search
from pipeline.library.find import hits
from pipeline.library.query import words_of
from pipeline.library.records import ATTRIBUTES, BY_HAND, Attribute, Entry, Hit, ThemeChange, Wanted
from pipeline.library.store import Library, library_path
from pipeline.library.terms import places_of
from pipeline.output import run_facts
from pipeline.output.digest.lines import one_line
from pipeline.output.visible import shown_text
from pipeline.web import schemas
from pipeline.web.tagging import kept_reports

LOG = logging.getLogger(__name__)
CHANGES = 500  # passages with another theme that are listed
_PLACED: frozenset[Attribute] = frozenset({"unit", "place"})  # what can contradict each other


class ModelAtHand(msgspec.Struct, frozen=True):
    """A model of the server as another process loads it, and the configuration of the server."""

    folder: Path
    version: str
    config: Config


def listed() -> list[schemas.KeptView]:
    """Return the reports of the library, the newest first; none where there is no library yet."""
    if not library_path().exists():
        return []
    with Library() as library:
        return [view(entry) for entry in reversed(reports.entries(library))]


def found(query: str, wanted: Wanted, most: int) -> schemas.FoundView:
    """Return what a search finds; raises UsageError with the code ``query`` for one that makes no sense."""
    if not library_path().exists():
        return schemas.FoundView(passages=0, reports=0, found=[])
    with Library() as library:
        counted = search(library, query, wanted, most)
        words = words_of(query)
        passages = [_passage(hit, words) for hit in hits(library, counted)]
    return schemas.FoundView(passages=counted.passages, reports=counted.reports, found=passages)


def batches() -> list[schemas.BatchView]:
    """Return what was done to the library, the newest first."""
    if not library_path().exists():
        return []
    with Library() as library:
        names = schemas.BatchView.model_fields
        return [schemas.BatchView(**{name: getattr(each, name) for name in names}) for each in reversed(reports.batches(library))]


def counted(by: str, measure: Measure, themes: Sequence[str]) -> schemas.CrossTableView:
    """Return themes by an attribute, or which themes stand together; raises HTTPException for characters of two themes."""
    if by == "theme" and measure == "characters":
        raise HTTPException(422, "themes that stand together are counted in reports or passages")
    if not library_path().exists():
        return schemas.CrossTableView(by=by, measure=measure, themes=[*themes], rows=[], cells=[], totals=[])
    with Library() as library:
        attribute = next((name for name in ATTRIBUTES if name == by), None)
        table = by_attribute(library, attribute, themes, measure) if attribute else together(library, themes, measure)
    return schemas.CrossTableView(
        by=by,
        measure=measure,
        themes=[*table.themes],
        rows=[*table.rows],
        cells=[[*row] for row in table.cells],
        totals=[*table.totals],
    )


def render(number: int, model: Path, version: str) -> str:
    """Return a report of the library as a fragment of HTML, in the labels of a model."""
    from pipeline.output.page import render_report  # noqa: PLC0415 - only where a page is made

    with Library() as library:
        report = reports.content_of(library, number).finish()
    return render_report(report, run_facts(load_cached(model, version)), f"k{number}")


def keep(pieces: Sequence[Path], at_hand: ModelAtHand) -> schemas.KeptFiles:
    """Keep the reports of tagged files as one batch, with what people corrected of them; what is there already stays as it is."""
    model, notices = load_cached(at_hand.folder, at_hand.version), list[str]()
    with Library(create=True) as library:
        keeper = Keeper(library, model, corrections_of(at_hand.config, model, notices.append), {}, notices.append)
        for path in pieces:
            for report in kept_reports(path):
                keeper.keep(report)
    return schemas.KeptFiles(added=len(keeper.done.added), known=len(keeper.done.known), notices=notices)


def retag(numbers: Sequence[int], write: bool, at_hand: ModelAtHand) -> schemas.RetaggedView:
    """Tag reports anew, all where none is named, and return what changes; ``write``: keep it. Raises UsageError."""
    model = load_cached(at_hand.folder, at_hand.version)
    with Library() as library:
        chosen = [reports.entry_of(library, number) for number in dict.fromkeys(numbers)] if numbers else reports.entries(library)
        done = tag_anew(library, chosen, model, corrections_of(at_hand.config, model, LOG.warning), write)
    return schemas.RetaggedView(
        reports=done.done,
        passages=done.passages,
        changed=len(done.changes),
        not_whole=[view(entry).file for entry in done.not_whole],
        changes=[_change(change) for change in done.changes[:CHANGES]],
    )


def set_attributes(number: int, given: Mapping[str, str]) -> schemas.KeptView:
    """Set attributes of a report by hand; an empty value takes one away. Raises UsageError, HTTPException for no report."""
    stripped: dict[Attribute, str] = {name: given[name].strip() for name in ATTRIBUTES if name in given}
    check([number])
    with Library() as library:
        entry = reports.entry_of(library, number)
        said = attributes.checked(stripped, BY_HAND, where := entry.name or view(entry).file)
        if stripped.keys() & _PLACED:
            attributes.checked({**{name: entry.of(name) for name in _PLACED}, **stripped}, BY_HAND, where)
        return view(reports.set_attributes(library, number, said))


def remove(number: int) -> None:
    """Take a report out, with all its traces; raises HTTPException for a number that is none."""
    check([number])
    with Library() as library:
        reports.remove(library, [number])
        library.forget()


def check(numbers: Sequence[int]) -> None:
    """Raise HTTPException for a number that no report of the library has."""
    try:
        with Library() as library:
            for number in numbers:
                reports.entry_of(library, number)
    except UsageError as error:
        raise HTTPException(404, "the library has no report of that number") from error


def _change(change: ThemeChange) -> schemas.ThemeChangeView:
    shown = view(change.report)
    return schemas.ThemeChangeView(
        report=shown.number,
        name=shown.name or shown.file,
        start=change.tag.start,
        before=change.before,
        after=change.tag.shown_theme,
        text=one_line(shown_text(change.tag)),
    )


def _passage(hit: Hit, words: Sequence[str]) -> schemas.FoundPassage:
    tag, text = hit.tag, one_line(shown_text(hit.tag))
    return schemas.FoundPassage(
        report=view(hit.report), theme=tag.shown_theme, score=tag.score, text=text, start=tag.start, marks=places_of(words, text)
    )


def view(entry: Entry) -> schemas.KeptView:
    """Return a report as the page lists it."""
    return schemas.KeptView(
        number=entry.number,
        name=entry.name,
        file=entry.source.replace("\\", "/").rsplit("/", 1)[-1],
        added=entry.added,
        model=entry.model,
        whole=entry.is_whole,
        passages=entry.passages,
        bases={name: found.basis for name, found in entry.attributes.items()},
        **{name: entry.of(name) for name in ATTRIBUTES},
    )
