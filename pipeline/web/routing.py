"""What the routes share: the state of the server, who may speak for whom, how bodies and failures are described, downloads."""

from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from anyio import Path as AsyncPath
from fastapi import Depends, Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from pipeline.labels.people import LONGEST, person
from pipeline.web import guard, schemas
from pipeline.web.file_store import FileStore
from pipeline.web.guard import Policy
from pipeline.web.metrics import Metrics
from pipeline.web.texts import TextQueue


class AppState:
    """What the routes share."""

    def __init__(self, file_store: FileStore, policy: Policy, shows_library: bool = False) -> None:
        self.file_store = file_store
        self.shows_library = shows_library
        self.policy = policy
        self.metrics = Metrics()
        self.texts = TextQueue(file_store.config.serve.queue)
        self.logins = guard.WaitQueue(guard.LOGINS)


async def _state(request: Request) -> AppState:  # without async it would be called in another thread, as the next one
    state: AppState = request.app.state.shared
    return state


State = Annotated[AppState, Depends(_state)]


async def _with_library(state: State) -> AppState:
    if not state.shows_library:
        raise HTTPException(404, "the library is not shown here; `pipeline serve --library` shows it")
    return state


AtLibrary = Annotated[AppState, Depends(_with_library)]
Corrector = Annotated[
    str, Query(max_length=LONGEST, description="Whose saved corrections to show; without it the tags are the model's.")
]
_ALWAYS = (401, 403, 421, 413, 429)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return how the document describes the failures of a route."""
    return {status: {"model": schemas.Problem, "description": HTTPStatus(status).phrase} for status in (*_ALWAYS, *statuses)}


def gives(media_type: str, *statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the answers of a route that gives no JSON where it succeeds, but does where it fails."""
    problem = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    failed: dict[int | str, dict[str, Any]] = {
        status: {"description": HTTPStatus(status).phrase, "content": problem} for status in (*_ALWAYS, *statuses)
    }
    return {**failed, 200: {"content": {media_type: {"schema": {"type": "string"}}}}}


def takes(model: type[BaseModel]) -> dict[str, Any]:
    """Return how the document describes a body that ``body_of`` reads."""
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}},
        }
    }


def check_name(request: Request, annotator: str) -> None:
    """Raise HTTPException where one with an account speaks for another, or asks what another has said."""
    account = request.state.account
    if account and annotator and person(annotator) != account:
        raise HTTPException(403, f"this token is for {account} only; corrections are saved and shown under that name")


class Download(FileResponse):
    """A file that is deleted when it was sent, or could not be: a task of starlette's own runs after no part, and no error."""

    def __init__(self, path: AsyncPath, shown: str) -> None:
        """Take the file, and the name that it has for a person; the name for what cannot read that has nothing of a report's."""
        suffix = AsyncPath(shown).suffix
        disposition = f"attachment; filename=\"report{suffix}\"; filename*=UTF-8''{quote(shown, safe='')}"
        super().__init__(path, media_type="application/octet-stream", headers={"content-disposition": disposition})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await AsyncPath(self.path).unlink(missing_ok=True)
