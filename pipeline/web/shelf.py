"""The library on the page: its reports listed, searched, looked at, taken out.

It is shown only where the server was started with ``--library``: who reaches the page reads what is in it. Each answer opens the
file and closes it again, so that commands and other servers use it meanwhile.
"""

from pathlib import Path

from fastapi import HTTPException

from pipeline.batch.engine import load_cached
from pipeline.core.errors import UsageError
from pipeline.library import reports
from pipeline.library.find import find as search
from pipeline.library.find import hits
from pipeline.library.records import ATTRIBUTES, Entry, Hit, Wanted
from pipeline.library.store import Library, library_path
from pipeline.output import run_facts
from pipeline.output.digest.lines import one_line
from pipeline.web import schemas


def listed() -> list[schemas.KeptView]:
    """Return the reports of the library, the newest first; none where there is no library yet."""
    if not library_path().exists():
        return []
    with Library() as library:
        return [_view(entry) for entry in reversed(reports.entries(library))]


def found(query: str, wanted: Wanted, most: int) -> schemas.FoundView:
    """Return what a search finds; raises UsageError with the code ``query`` for one that makes no sense."""
    if not library_path().exists():
        return schemas.FoundView(passages=0, reports=0, found=[])
    with Library() as library:
        counted = search(library, query, wanted, most)
        passages = [_passage(hit) for hit in hits(library, counted)]
    return schemas.FoundView(passages=counted.passages, reports=counted.reports, found=passages)


def render(number: int, model: Path, version: str) -> str:
    """Return a report of the library as a fragment of HTML, in the labels of a model."""
    from pipeline.output.page import render_report  # noqa: PLC0415 - only where a page is made

    with Library() as library:
        report = reports.content_of(library, number).finish()
    return render_report(report, run_facts(load_cached(model, version)), f"k{number}")


def remove(number: int) -> None:
    """Take a report out, with all its traces; raises HTTPException for a number that is none."""
    check(number)
    with Library() as library:
        reports.remove(library, [number])
        library.forget()


def check(number: int) -> None:
    """Raise HTTPException for a number that no report of the library has."""
    try:
        with Library() as library:
            reports.entry_of(library, number)
    except UsageError:
        raise HTTPException(404, f"no report {number} in the library") from None


def _passage(hit: Hit) -> schemas.FoundPassage:
    tag = hit.tag
    return schemas.FoundPassage(
        report=_view(hit.report), theme=tag.shown_theme, score=tag.score, text=one_line(tag.text), start=tag.start
    )


def _view(entry: Entry) -> schemas.KeptView:
    return schemas.KeptView(
        number=entry.number,
        name=entry.name,
        file=entry.source.replace("\\", "/").rsplit("/", 1)[-1],
        added=entry.added,
        passages=entry.passages,
        **{name: entry.of(name) for name in ATTRIBUTES},
    )
