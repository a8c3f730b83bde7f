"""The routes of the page and its API; what they do is in the modules beside this one."""

import logging
import mimetypes
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs

import msgspec
from anyio import Path as AsyncPath
from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import ASGIApp

from pipeline import __version__
from pipeline.core.errors import CorpusError, ModelError, PipelineError, UsageError
from pipeline.core.records import HumanLabel, Label, Tag
from pipeline.labels.corrections.store import ChangedError
from pipeline.labels.people import LONGEST, person
from pipeline.output import FORMATS
from pipeline.output.page import HERE, theme_css
from pipeline.read import suffixes
from pipeline.web import coders, guard, library_routes, review, schemas
from pipeline.web.bodies import body_of
from pipeline.web.file_store import FileStore, LoadedModel, StoredFile
from pipeline.web.guard import AccessMiddleware, Policy
from pipeline.web.metrics import CONTENT_TYPE, MetricsMiddleware
from pipeline.web.routing import AppState, Corrector, Download, State, check_name, gives, problems, takes
from pipeline.web.worker_pool import TaskLostError

STATIC = Path(__file__).parent / "static"
REPORT_STYLE = HERE / "report.css"
DESCRIPTION = """Tag reports by theme, read them, correct the tags.

A file is sent to `POST /api/files`, read and tagged in the background, and looked at under its id until it is `ready`.
Offsets count characters of the text that the file's reader produced. An error is `{"code", "error"}`."""
LOG = logging.getLogger(__name__)
_CODES = {
    403: "account",
    404: "not_found",
    405: "method",
    408: "too_slow",
    409: "conflict",
    413: "too_large",
    415: "invalid",
    422: "invalid",
    503: "busy",
    507: "full",
}
# What a person can mend, by the codes of core/errors.py.
_WORDS: dict[str, int] = {"name": 422, "query": 422, "attribute": 422, "pages": 422, "stale": 409}


class TagsResponse(msgspec.Struct, frozen=True):
    """Tags, and what was said of them, on their way out."""

    tags: tuple[Tag, ...]
    corrections: list[review.SavedCorrection]
    notices: list[str]


async def _check_asked_name(request: Request) -> None:
    for name in request.query_params.getlist("annotator"):
        check_name(request, name)


Name = Annotated[str, Query(min_length=1, max_length=255, description="The name of the file; its folders are left out.")]
Number = Annotated[int, Query(ge=0, le=schemas.LARGEST, description="Which report of the file, from 0.")]
Format = Annotated[str, Query(description="One of the formats of /api/settings.", json_schema_extra={"enum": sorted(FORMATS)})]
ModelId = Annotated[str | None, Query(max_length=100, description="The id of a model; without it the first.")]
Annotator = Annotated[str, Query(max_length=LONGEST, description="Whose corrections to show beside the tags.")]
Coder = Annotated[str, Query(min_length=1, max_length=LONGEST, description="One of those whose labels are compared.")]
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": _BINARY}}}
api = APIRouter(prefix="/api", dependencies=[Depends(_check_asked_name)])
pages = APIRouter(include_in_schema=False)


class Api(FastAPI):
    """The API, whose document knows the bodies that are read by ``body_of`` too."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        if self.openapi_schema is None:
            schemas_of = super().openapi()["components"]["schemas"]
            for model in schemas.BODIES:
                schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
                schemas_of |= {**schema.pop("$defs", {}), model.__name__: schema}
        return super().openapi()


def create_app(file_store: FileStore, policy: Policy, shows_library: bool = False) -> ASGIApp:
    """Return the application behind its guard; it holds the store of files open as long as it runs."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with file_store.open():
            yield

    mimetypes.add_type("text/javascript", ".js")  # some Windows machines say otherwise, and a browser would not run it
    # The pages that FastAPI makes of its OpenAPI document take their scripts from other machines: they are off.
    app = Api(
        title="mission-themes",
        version=__version__,
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.shared = AppState(file_store, policy, shows_library)
    app.include_router(api)
    app.include_router(library_routes.routes)
    app.include_router(pages)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(ClientDisconnect, _on_gone)
    app.add_exception_handler(UsageError, _on_usage)
    app.add_exception_handler(ModelError, _on_retrained)
    app.add_exception_handler(Exception, _on_error)
    return MetricsMiddleware(AccessMiddleware(app, policy), app.state.shared.metrics)


# ---- the API ---------------------------------------------------------------------------------------------------------


@api.get("/health", responses=problems())
async def health() -> schemas.Health:
    """Tell that the server is up."""
    return schemas.Health(status="ok", version=__version__)


@api.get("/settings", responses=problems())
async def settings(request: Request, state: State) -> schemas.Settings:
    """Tell what the server takes and gives."""
    endings = sorted(suffixes() - {""})
    return schemas.Settings(
        formats=list(FORMATS),
        suffixes=endings,
        max_upload=state.policy.max_upload,
        asks_token=state.policy.accounts is not None,
        account=request.state.account,
        library=state.shows_library,
    )


@api.get("/models", responses=problems())
async def models(state: State) -> list[schemas.ModelView]:
    """List the models, the one that is used without being named first."""
    return [_model_view(loaded) for loaded in state.file_store.models.values()]


@api.get("/metrics", response_class=Response, responses=gives("text/plain"))
async def metrics(state: State) -> Response:
    """Tell counts and seconds for Prometheus; no names."""
    file_store = state.file_store
    gauges = {
        "files_held": len(file_store.files),
        "bytes_held": file_store.allowance.size,
        "files_under_way": file_store.taggers.under_way,
        "texts_waiting": state.texts.waiting,
    }
    return Response(state.metrics.text(gauges), media_type=CONTENT_TYPE)


@api.post(
    "/tag",
    response_model=schemas.TagsView,
    response_model_exclude_unset=True,
    responses=problems(400, 404, 408, 415, 422, 503),
    openapi_extra=takes(schemas.TextToTag),
)
async def tag(body: Annotated[schemas.TextToTag, Depends(body_of(schemas.TextToTag))], state: State) -> Response:
    """Tag a text."""
    loaded = state.file_store.model(body.model)
    return _json({"tags": await state.texts.tag(body.text, loaded.model)})


@api.post("/files", status_code=202, responses=problems(404, 408, 422, 503, 507), openapi_extra=_BODY)
async def add_file(request: Request, response: Response, state: State, name: Name, model: ModelId = None) -> schemas.FileView:
    """Take a file in, as the body of the request; it is read and tagged in the background, and looked at under Location."""
    file_store = state.file_store
    held = await file_store.add(name, file_store.model(model), request.stream())
    response.headers["location"] = f"/api/files/{held.id}"
    return _file_view(held)


@api.get("/files", responses=problems())
async def files(state: State) -> schemas.Files:
    """List the files that the server holds, whoever sent them."""
    return schemas.Files(files=[_file_view(held) for held in state.file_store.files.values()])


@api.get("/files/{identifier}", responses=problems(404))
async def file(identifier: str, state: State) -> schemas.FileView:
    """Tell what became of a file."""
    return _file_view(state.file_store.file(identifier))


@api.delete("/files/{identifier}", status_code=204, responses=problems(404))
async def delete_file(identifier: str, state: State) -> None:
    """Delete a file; what was said of it stays where corrections are kept."""
    state.file_store.delete(state.file_store.file(identifier))


@api.get("/files/{identifier}/tags", response_model=schemas.ReportTags, responses=problems(404, 409, 422))
async def tags(identifier: str, state: State, report: Number = 0, annotator: Annotator = "") -> Response:
    """Give the tags of a report, and what a person has corrected in it."""
    held, found = await state.file_store.report(identifier, report)
    said, notices = await run_in_threadpool(review.said_by, found, annotator, held.model.model, state.file_store.config)
    return _json(TagsResponse(found.tags, said, notices))


@api.get(
    "/files/{identifier}/report",
    response_class=HTMLResponse,
    responses=gives("text/html", 404, 409, 422, 503),
)
async def fragment(identifier: str, state: State, report: Number = 0, annotator: Corrector = "") -> str:
    """Give a tagged report as a fragment of HTML, as it stands in the html output; its colours are in /themes/MODEL.css."""
    said = await _said_by(annotator, state, state.file_store.ready(identifier))
    return await state.file_store.render(identifier, report, said)


@api.post(
    "/files/{identifier}/corrections",
    responses=problems(400, 404, 408, 409, 415, 422),
    openapi_extra=takes(schemas.CorrectionsToSave),
)
async def correct(
    request: Request,
    identifier: str,
    body: Annotated[schemas.CorrectionsToSave, Depends(body_of(schemas.CorrectionsToSave))],
    state: State,
) -> schemas.Saved:
    """Save a person's corrections, all or none; what the model had suggested is kept beside them."""
    check_name(request, body.annotator)
    held, found = await state.file_store.report(identifier, body.report)
    model, config = held.model.model, state.file_store.config
    return schemas.Saved(saved=await run_in_threadpool(review.save, found, body.corrections, body.annotator, model, config))


@api.post(
    "/files/{identifier}/import",
    responses=problems(400, 404, 408, 409, 415, 422),
    openapi_extra=takes(schemas.CorrectionsToImport),
)
async def take_in(
    request: Request,
    identifier: str,
    body: Annotated[schemas.CorrectionsToImport, Depends(body_of(schemas.CorrectionsToImport))],
    state: State,
) -> schemas.Saved:
    """Save what was corrected in a workbook of tags, under the name of who corrected it."""
    check_name(request, body.annotator)
    held, workbook = state.file_store.returned(identifier)
    model, config = held.model.model, state.file_store.config
    return schemas.Saved(saved=await run_in_threadpool(review.save_returned, workbook.reports, body.annotator, model, config))


@api.get(
    "/files/{identifier}/download", response_class=FileResponse, responses=gives("application/octet-stream", 404, 409, 422, 503)
)
async def download(identifier: str, format: Format, state: State, annotator: Corrector = "") -> Response:  # noqa: A002 - the name in the address
    """Give a tagged file in a format, with what a person has corrected."""
    return await _composed(state, format, [state.file_store.ready(identifier)], annotator)


@api.get("/download", response_class=FileResponse, responses=gives("application/octet-stream", 404, 409, 422, 503))
async def download_all(format: Format, state: State, annotator: Corrector = "") -> Response:  # noqa: A002 - the name in the address
    """Give all tagged files together in a format, with what a person has corrected."""
    return await _composed(state, format, [held for held in state.file_store.files.values() if held.state == "ready"], annotator)


@api.get("/coders", responses=problems())
async def list_coders(state: State) -> schemas.Coders:
    """List who has corrected or imported anything."""
    model, config = state.file_store.model(None).model, state.file_store.config
    return schemas.Coders(coders=await run_in_threadpool(coders.coders, model, config))


@api.get("/agreement", responses=problems(409, 422))
async def agreement(request: Request, state: State, first: Coder, second: Coder) -> schemas.AgreementView:
    """Tell how far two people agree on the passages that both judged; who has an account is one of the two."""
    account = request.state.account
    if account and account not in (person(first), person(second)):
        raise HTTPException(403, f"this token is for {account} only, who must be one of the two")
    try:
        model, config = state.file_store.model(None).model, state.file_store.config
        return await run_in_threadpool(coders.compare, first, second, model, config)
    except CorpusError as error:
        raise HTTPException(409, str(error)) from None


# ---- the page --------------------------------------------------------------------------------------------------------


@pages.get("/")
async def page() -> FileResponse:
    """Give the page."""
    return FileResponse(STATIC / "index.html", headers={"cache-control": "no-cache"})


@pages.get("/report.css")
async def report_style() -> FileResponse:
    """Give the style of a tagged report, the same as in the html output."""
    return FileResponse(REPORT_STYLE)


@pages.get("/themes/{identifier}.css")
async def themes(identifier: str, state: State) -> Response:
    """Give the colours of a model's labels."""
    return Response(theme_css(state.file_store.model(identifier).model.labels), media_type="text/css")


@pages.get("/login")
async def login_form() -> FileResponse:
    """Give the form that asks for the token."""
    return FileResponse(STATIC / "login.html")


@pages.post("/login")
async def login(request: Request, state: State) -> Response:
    """Give a cookie for the token."""
    try:
        async with state.logins.wait(guard.LOGIN_SECONDS):
            body = await request.body()
    except TimeoutError:
        raise HTTPException(408, "the form took too long; send it again") from None
    given = parse_qs(body.decode("utf-8", "replace")).get("token", [""])[0]
    cookie = guard.log_in(given.strip(), request.client.host if request.client else "", state.policy)
    if cookie is None:
        return HTMLResponse((STATIC / "login.html").read_bytes().replace(b" hidden", b""), status_code=401)
    answer = RedirectResponse("/", status_code=303)
    name, seconds = guard.cookie_name(state.policy), guard.SESSION_SECONDS
    secure = request.url.scheme == "https"  # as the proxy says that is trusted
    answer.set_cookie(name, cookie, max_age=seconds, secure=secure, httponly=True, samesite="strict")
    return answer


# ---- answers ---------------------------------------------------------------------------------------------------------


async def _said_by(annotator: str, state: AppState, held: StoredFile) -> tuple[Label, ...]:
    return await run_in_threadpool(review.all_said_by, annotator, held.model.model, state.file_store.config)


async def _composed(state: AppState, name: str, held: list[StoredFile], annotator: str) -> Response:
    if name not in FORMATS:
        raise HTTPException(404, f"no format {name!r}; known: {' '.join(FORMATS)}")
    if not held:
        raise HTTPException(409, "no file is tagged yet")
    path = await state.file_store.compose(name, held, await _said_by(annotator, state, held[0]))
    suffix = ".txt" if name == "table" else path.suffix  # which every system knows how to open
    shown = f"{Path(held[0].name).stem}{suffix}" if len(held) == 1 else f"全部报告{suffix}"
    return Download(AsyncPath(path), shown)


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")


def _model_view(loaded: LoadedModel) -> schemas.ModelView:
    model = loaded.model
    labels = [schemas.LabelView(name=label.name, definition=label.definition, color=label.color) for label in model.labels.labels]
    return schemas.ModelView(
        id=loaded.id,
        name=model.name,
        version=model.version,
        labels=labels,
        other=model.labels.other,
        thresholds=dict(zip(model.labels.names, model.thresholds.tolist(), strict=True)),
    )


def _file_view(held: StoredFile) -> schemas.FileView:
    progress = held.progress() if held.state == "tagging" else {}
    reports = [
        schemas.ReportView(**{name: getattr(report, name) for name in schemas.ReportView.model_fields}) for report in held.reports
    ]
    return schemas.FileView(
        id=held.id,
        name=held.name,
        size=held.size,
        state=held.state,
        model=held.model.id,
        added=held.added.isoformat(timespec="seconds"),
        passages=int(progress.get("passages", sum(report.passages for report in reports))),
        share=progress.get("share", 1.0 if held.state == "ready" else 0.0),
        reports=reports,
        failures=[each.line for each in held.failures],
        codes=[each.code for each in held.failures],
        passed_over=list(held.passed_over),
        corrections=sum(len(each.corrections) for each in held.workbook.reports) if held.workbook else 0,
    )


def _problem(status: int, error: str, headers: Any = None) -> JSONResponse:  # noqa: ANN401 - starlette's own type
    return JSONResponse({"code": _CODES.get(status, "error"), "error": error}, status, headers)


async def _on_http_error(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 500)
    headers = {"allow": _allowed(request)} if status == HTTPStatus.METHOD_NOT_ALLOWED else getattr(error, "headers", None)
    detail = str(getattr(error, "detail", ""))
    limit = request.scope.get(MAX_BODY_SIZE_SCOPE_KEY)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and limit is not None:
        detail = guard.too_large(limit)
    return _problem(status, detail, headers)


def _allowed(request: Request) -> str:
    """Return the methods of an address, which may be those of several routes."""
    routes = [
        route
        for route in (*api.routes, *library_routes.routes.routes, *pages.routes)
        if route.matches(request.scope)[0] is not Match.NONE
    ]
    return ", ".join(sorted({method for route in routes for method in getattr(route, "methods", ())}))


async def _on_invalid(_: Request, error: Exception) -> Response:
    """Name what is wrong without giving it back: it may be long, and a report."""
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    return _problem(422, f"{'.'.join(map(str, first.get('loc', ())))}: {first.get('msg', 'not valid')}")


async def _on_usage(request: Request, error: Exception) -> Response:
    """Say why a person's word was not taken; whatever else cannot be done may name folders of the server."""
    if isinstance(error, ChangedError):
        saved = [{"start": start, "end": end, **_shown(said)} for (start, end), said in error.saved.items()]
        return JSONResponse({"code": error.code, "error": str(error), "saved": saved}, 409)
    if isinstance(error, UsageError) and error.code in _WORDS:
        return JSONResponse({"code": error.code, "error": str(error)}, _WORDS[error.code])
    return await _on_error(request, error)


async def _on_retrained(_: Request, error: Exception) -> Response:
    """Say that the folder of a model holds another version than the server began with."""
    return _problem(409, str(error))


def _shown(said: HumanLabel | None) -> dict[str, Any]:
    return {"label": None} if said is None else {"label": said.label, "secondary": said.secondary, "note": said.note}


async def _on_gone(_: Request, error: Exception) -> Response:  # noqa: ARG001 - the signature of a handler
    """Answer nobody: who sent a file has gone, and that is no error of the server."""
    return Response(status_code=400)


async def _on_error(_: Request, error: Exception) -> Response:
    """Say that something failed, and nothing of how: such messages name folders of the server; its own log has them."""
    LOG.error("a request failed", exc_info=error)
    if isinstance(error, (TaskLostError, PipelineError)):
        return _problem(500, "could not be done; the server's own messages tell more")
    return _problem(500, "an unexpected error; the server's own messages tell more")
