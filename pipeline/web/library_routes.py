"""The routes of the library: its reports, batches and counts, the search, and the drafts of digests."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

from anyio import Path as AsyncPath
from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as PathValue
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from pipeline.core.errors import UsageError
from pipeline.library.records import Wanted
from pipeline.web import digests, schemas, shelf
from pipeline.web.bodies import body_of
from pipeline.web.routing import AppState, AtLibrary, Download, check_name, gives, problems, takes
from pipeline.web.shelf import ModelAtHand

Part = Annotated[str, Query(max_length=100, description="Of reports or passages that have it only.")]
Kept = Annotated[int, PathValue(ge=1, le=schemas.LARGEST, description="The number of a report of the library.")]
DraftNumber = Annotated[int, PathValue(ge=1, le=schemas.LARGEST, description="The number of a draft.")]
Form = Annotated[
    str, Query(description="official (GB/T 9704), or the ending of a file.", json_schema_extra={"enum": [*digests.FORMS]})
]
routes = APIRouter(prefix="/api/library")


def _at_hand(state: AppState, model: str | None = None) -> ModelAtHand:
    loaded = state.file_store.model(model)
    return ModelAtHand(loaded.folder, loaded.model.version, state.file_store.config)


def _named(request: Request, annotator: str) -> str:
    """Return who has said something, which is who has an account; raises HTTPException for one who speaks for another."""
    check_name(request, annotator)
    return request.state.account or annotator


@contextmanager
def _missing(number: int) -> Iterator[None]:
    """Answer 404 where a draft is none, or none any more."""
    try:
        yield
    except UsageError as error:
        if error.code not in ("missing", "usage"):
            raise
        raise HTTPException(404, f"no draft {number} in the library") from None


@routes.get("", responses=problems(404))
async def library(state: AtLibrary) -> schemas.KeptReports:  # noqa: ARG001 - it is asked for its guard
    """List the reports of the library."""
    return schemas.KeptReports(reports=await run_in_threadpool(shelf.listed))


@routes.get("/find", responses=problems(404, 422))
async def find_passages(
    state: AtLibrary,  # noqa: ARG001 - as above
    query: Annotated[str, Query(max_length=500, description="Words, phrases and operators, as for `pipeline find`.")],
    theme: Part = "",
    place: Part = "",
    unit: Part = "",
    year: Part = "",
    score: Annotated[float, Query(ge=0, le=1, description="The least score of a passage.")] = 0,
    most: Annotated[int, Query(ge=1, le=200, description="So many passages, the newest.")] = 50,
) -> schemas.FoundView:
    """Find passages in the library."""
    given = {"place": place, "unit": unit, "year": year}
    wanted = Wanted(theme, score, {name: value for name, value in given.items() if value})  # type: ignore[misc]
    return await run_in_threadpool(shelf.found, query, wanted, most)


@routes.get("/batches", responses=problems(404))
async def batches(state: AtLibrary) -> schemas.Batches:  # noqa: ARG001 - as above
    """List what was done to the library, the newest first."""
    return schemas.Batches(batches=await run_in_threadpool(shelf.batches))


@routes.get("/counts", responses=problems(404, 422))
async def counts(
    state: AtLibrary,
    by: Annotated[Literal["theme", "unit", "place", "year", "kind", "group"], Query(description="The rows.")] = "theme",
    measure: Annotated[Literal["passages", "reports", "characters"], Query(description="What is counted.")] = "passages",
) -> schemas.CrossTableView:
    """Count themes by an attribute of reports, or how many reports or passages have both of two themes."""
    themes = state.file_store.model(None).model.labels.names
    return await run_in_threadpool(shelf.counted, by, measure, themes)


@routes.post("/reports", responses=problems(400, 404, 408, 409, 415, 422, 503), openapi_extra=takes(schemas.FilesToKeep))
async def keep_files(
    body: Annotated[schemas.FilesToKeep, Depends(body_of(schemas.FilesToKeep))], state: AtLibrary
) -> schemas.KeptFiles:
    """Keep the reports of tagged files, as one batch, with what people corrected of them; what is there already is passed over."""
    store = state.file_store
    held = [store.ready(identifier) for identifier in dict.fromkeys(body.files)]
    if any(each.model is not held[0].model for each in held):
        raise HTTPException(409, "tagged with different models; keep those of each by themselves")
    store.librarians.check_free()
    at_hand = _at_hand(state, held[0].model.id)
    return await store.librarians.run(shelf.keep, [each.pieces for each in held], at_hand)


@routes.post("/retag", responses=problems(400, 404, 408, 409, 415, 422, 503), openapi_extra=takes(schemas.ReportsToRetag))
async def retag(
    body: Annotated[schemas.ReportsToRetag, Depends(body_of(schemas.ReportsToRetag))], state: AtLibrary
) -> schemas.RetaggedView:
    """Tag reports anew with a model and with what people corrected by now, and tell what changes; ``write`` keeps it."""
    at_hand = _at_hand(state, body.model)
    await run_in_threadpool(shelf.check, body.reports)
    state.file_store.librarians.check_free()
    return await state.file_store.librarians.run(shelf.retag, body.reports, body.write, at_hand)


@routes.get("/reports/{number}/page", response_class=HTMLResponse, responses=gives("text/html", 404, 409, 422, 503))
async def kept_report(number: Kept, state: AtLibrary) -> str:
    """Give a report of the library as a fragment of HTML, in the labels of the first model."""
    await run_in_threadpool(shelf.check, [number])
    file_store = state.file_store
    loaded = file_store.model(None)
    file_store.composers.check_free()
    return await file_store.composers.run(shelf.render, number, loaded.folder, loaded.model.version)


@routes.post(
    "/reports/{number}/attributes", responses=problems(400, 404, 408, 415, 422), openapi_extra=takes(schemas.AttributesToSet)
)
async def set_attributes(
    number: Kept,
    body: Annotated[schemas.AttributesToSet, Depends(body_of(schemas.AttributesToSet))],
    state: AtLibrary,  # noqa: ARG001 - as above
) -> schemas.KeptView:
    """Set unit, place, year, kind or group of a report by hand."""
    return await run_in_threadpool(shelf.set_attributes, number, body.model_dump(exclude_none=True))


@routes.delete("/reports/{number}", status_code=204, responses=problems(404, 422))
async def remove_kept(number: Kept, state: AtLibrary) -> None:  # noqa: ARG001 - as above
    """Take a report out of the library, with its text and its words in the index."""
    await run_in_threadpool(shelf.remove, number)


# ---- digests ---------------------------------------------------------------------------------------------------------


@routes.get("/digests", responses=problems(404))
async def list_drafts(state: AtLibrary) -> schemas.Drafts:  # noqa: ARG001 - as above
    """List the drafts of digests, the one saved last first."""
    return schemas.Drafts(drafts=await run_in_threadpool(digests.listed))


@routes.post("/digests", responses=problems(400, 404, 408, 409, 415, 422, 503, 507), openapi_extra=takes(schemas.DraftToMake))
async def make_draft(
    request: Request, body: Annotated[schemas.DraftToMake, Depends(body_of(schemas.DraftToMake))], state: AtLibrary
) -> schemas.DraftView:
    """Begin a digest of reports of the library: the best passages that so many pages hold, which can be changed then."""
    named = body.model_copy(update={"annotator": _named(request, body.annotator)})
    await run_in_threadpool(shelf.check, body.reports)
    state.file_store.librarians.check_free()
    try:
        return await state.file_store.librarians.run(digests.make, named, _at_hand(state))
    except digests.TooManyError as error:
        raise HTTPException(507, str(error)) from None


@routes.get("/digests/{number}", responses=problems(404, 409, 422, 503))
async def show_draft(number: DraftNumber, state: AtLibrary) -> schemas.DraftView:
    """Give a draft with the passages that can be picked."""
    state.file_store.librarians.check_free()
    with _missing(number):
        return await state.file_store.librarians.run(digests.show, number, _at_hand(state))


@routes.put("/digests/{number}", responses=problems(400, 404, 408, 409, 415, 422, 503), openapi_extra=takes(schemas.DraftToSave))
async def save_draft(
    request: Request,
    number: DraftNumber,
    body: Annotated[schemas.DraftToSave, Depends(body_of(schemas.DraftToSave))],
    state: AtLibrary,
) -> schemas.DraftView:
    """Save a draft as a person changed it; 409 ``stale`` where somebody saved it since the ``revision`` that was looked at."""
    named = body.model_copy(update={"annotator": _named(request, body.annotator)})
    state.file_store.librarians.check_free()
    with _missing(number):
        return await state.file_store.librarians.run(digests.save, number, named, _at_hand(state))


@routes.delete("/digests/{number}", status_code=204, responses=problems(404, 422))
async def remove_draft(number: DraftNumber, state: AtLibrary) -> None:  # noqa: ARG001 - as above
    """Delete a draft."""
    with _missing(number):
        await run_in_threadpool(digests.remove, number)


@routes.get(
    "/digests/{number}/download", response_class=FileResponse, responses=gives("application/octet-stream", 404, 409, 422, 503)
)
async def download_draft(number: DraftNumber, form: Form, state: AtLibrary) -> Response:
    """Write a draft as a file: a Word document in the official form (GB/T 9704), or as `pipeline digest` writes it."""
    if form not in digests.FORMS:
        raise HTTPException(404, f"no form {form!r}; known: {' '.join(digests.FORMS)}")
    store = state.file_store
    store.librarians.check_free()
    target = store.new_target(digests.FORMS[form])
    try:
        with _missing(number):
            name = await store.librarians.run(digests.write, number, form, target, _at_hand(state))
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return Download(AsyncPath(target), f"{name or '摘编'}{target.suffix}")
