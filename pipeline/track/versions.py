"""The versions of the registered model, its aliases, and the history of every change of an alias.

A change is a tag of the registered model, ``change.<UTC>``, that holds it as JSON; the last one of a version is also in the
version's own tags. It is written before the alias moves and taken back where that fails, so no alias moves unrecorded.
"""

import datetime as dt
import getpass
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from pipeline.core.errors import ModelError, TrackingError, UsageError
from pipeline.core.messages import mark, tr
from pipeline.model.folder import MANIFEST
from pipeline.track.places import database
from pipeline.track.store import mlflow_at, tracking_uri, trouble

CHAMPION, CHALLENGER = "champion", "challenger"
FIGURES = ("macro_f1", "accuracy", "calibration_error", "coverage")
HINT = mark("check its address, and that it is up")
By = Literal["gate", "promote", "force", "rollback"]
_CHANGE = "change."
_ABSENT = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")  # what the registry says of a name that is not there


class Change(msgspec.Struct, frozen=True):
    """A change of an alias: from which version to which, by whom, when (UTC), why, and by what way."""

    alias: str
    before: int | None
    version: int | None
    who: str
    when: str
    why: str
    by: By


@dataclass(frozen=True, slots=True)
class Version:
    """A registered version: its aliases, which model it is, its figures, when it was registered, and what the gate said."""

    number: int
    aliases: tuple[str, ...]
    model: str
    figures: dict[str, float]
    when: str
    why: str


@dataclass(frozen=True, slots=True)
class Registry:
    """The registered model of a store: MLflow, its client, and the model's name."""

    mlflow: Any
    client: Any
    name: str

    def aliases(self) -> dict[str, int]:
        """Return the version of each alias; raises ModelError where nothing is registered."""
        try:
            found = self.client.get_registered_model(self.name).aliases
        except self.mlflow.exceptions.MlflowException as error:
            if error.error_code not in _ABSENT:
                raise
            raise ModelError(
                tr("{name}: no registered model of this name; make one with: pipeline train", name=self.name)
            ) from None
        return {alias: int(number) for alias, number in found.items()}

    def version(self, number: int | str) -> Any:  # noqa: ANN401 - MLflow's ModelVersion
        """Return MLflow's record of a version, or of the one that ``@alias`` points to; raises ModelError."""
        alias = str(number).removeprefix("@") if str(number).startswith("@") else ""
        try:
            if alias:
                return self.client.get_model_version_by_alias(self.name, alias)
            return self.client.get_model_version(self.name, str(number))
        except self.mlflow.exceptions.MlflowException as error:
            if error.error_code not in _ABSENT:
                raise
            what = tr("alias {alias}", alias=alias) if alias else tr("version {number}", number=number)
            raise ModelError(tr("{name}: has no {what}; see: pipeline models list", name=self.name, what=what)) from None

    def tag(self, number: int, **values: object) -> None:
        """Write tags of a version."""
        for key, value in values.items():
            self.client.set_model_version_tag(self.name, str(number), key.replace("__", "."), str(value))

    @contextmanager
    def downloaded(self, number: int) -> Iterator[Path]:
        """Give the model folder of a version, downloaded, for a while; raises ModelError where its artifact is not there."""
        with tempfile.TemporaryDirectory(prefix="mission-themes-") as place:
            yield self._download(number, place)

    def _download(self, number: int, place: str) -> Path:
        try:
            found = Path(self.mlflow.artifacts.download_artifacts(f"models:/{self.name}/{number}", dst_path=place))
        except Exception as error:
            reason = " ".join(str(error).split())[:150] or type(error).__name__
            raise ModelError(
                tr(
                    "{name} version {number}: its artifact cannot be fetched ({reason})",
                    name=self.name,
                    number=number,
                    reason=reason,
                )
            ) from error
        manifest = next(iter(sorted(found.rglob(MANIFEST))), None)
        if manifest is None or not (found / "MLmodel").is_file():
            raise ModelError(
                tr(
                    "{name} version {number}: its artifact is gone or incomplete; train again with: pipeline train",
                    name=self.name,
                    number=number,
                )
            )
        return manifest.parent


@contextmanager
def registry(name: str, configured: str = "") -> Iterator[Registry]:
    """Give the registered model of the configured store; what the store raises becomes a TrackingError of one line."""
    uri = tracking_uri(configured)
    _check_store(uri)
    with trouble(uri, tr(HINT)):
        mlflow = mlflow_at(uri)
        yield Registry(mlflow, mlflow.MlflowClient(), name)


def list_versions(at: Registry) -> list[Version]:
    """Return every version, the newest first; raises ModelError where nothing is registered."""
    aliases = at.aliases()
    return [_described(found, aliases) for found in sorted(_search(at), key=lambda found: -int(found.version))]


def version_of_run(at: Registry, run_id: str) -> int:
    """Return the version that a run registered; raises ModelError."""
    found = [int(version.version) for version in _search(at) if version.run_id == run_id]
    if not found:
        raise ModelError(tr("{name}: run {run_id} registered no version; train again", name=at.name, run_id=run_id))
    return max(found)


def history(at: Registry) -> list[Change]:
    """Return every change of an alias, the newest first."""
    at.aliases()
    tags = at.client.get_registered_model(at.name).tags
    return [msgspec.json.decode(tags[key], type=Change) for key in sorted(tags, reverse=True) if key.startswith(_CHANGE)]


def move_alias(at: Registry, alias: str, version: int | None, why: str, by: By) -> None:
    """Point an alias to a version, or to none, and record who did it, when and why."""
    before = at.aliases().get(alias)
    if before == version:
        return
    now = dt.datetime.now(tz=dt.UTC)
    change = Change(alias, before, version, user_name(), now.isoformat(timespec="seconds"), why, by)
    key = f"{_CHANGE}{now:%Y%m%dT%H%M%S.%f}"
    at.client.set_registered_model_tag(at.name, key, msgspec.json.encode(change).decode())
    try:
        if version is None:
            at.client.delete_registered_model_alias(at.name, alias)
            return
        at.tag(version, **{f"{alias}__who": change.who, f"{alias}__when": change.when, f"{alias}__why": why})
        at.client.set_registered_model_alias(at.name, alias, str(version))
    except Exception:
        at.client.delete_registered_model_tag(at.name, key)
        raise


def champion_before(at: Registry, current: int) -> int:
    """Return the champion before the current one, rollbacks not counted; raises UsageError where there was none."""
    for change in history(at):
        if change.alias == CHAMPION and change.version == current and change.by != "rollback":
            if change.before is None:
                break
            return change.before
    raise UsageError(
        tr(
            "{name}: there was no champion before version {current}; see: pipeline models list --history",
            name=at.name,
            current=current,
        )
    )


def user_name() -> str:
    """Return the name of the user, as far as the system knows it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _check_store(uri: str) -> None:
    """Raise TrackingError for a database file that does not exist: MLflow would make one, which holds no model."""
    path = database(uri)
    if path is not None and not path.is_file():
        raise TrackingError(
            tr("the tracking store {uri} does not exist; check its address, or make one with: pipeline train", uri=uri)
        )


def _search(at: Registry) -> list[Any]:
    found: list[Any] = []
    token = None
    while True:
        quoted = at.name.replace("'", "''")
        page = at.client.search_model_versions(f"name='{quoted}'", max_results=1000, page_token=token)
        found += page
        token = page.token
        if not token:
            return found


def _described(found: Any, aliases: dict[str, int]) -> Version:  # noqa: ANN401 - MLflow's ModelVersion
    number, tags = int(found.version), found.tags
    when = dt.datetime.fromtimestamp(found.creation_timestamp / 1000, tz=dt.UTC).isoformat(timespec="seconds")
    figures = {name: float(tags[name]) for name in FIGURES if name in tags}
    named = tuple(sorted(alias for alias, pointed in aliases.items() if pointed == number))
    return Version(number, named, tags.get("model", ""), figures, when, tags.get("gate.reason", ""))
