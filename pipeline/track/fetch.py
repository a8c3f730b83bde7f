"""Fetch a registered model, and keep a copy for when the registry cannot be reached.

Copies lie in ``locations.cache_folder()``, by store, name and version; ``known.json`` beside them says which copy each
reference (``@champion``, ``/3``) last meant. A copy is used only when every file fits its manifest. The name of a copy holds a
digest of when and by which run its version was registered, so that a store made anew never gets the copies of the old one.
"""

import datetime as dt
import hashlib
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from pipeline.core import locations
from pipeline.core.errors import ModelError, Say, TrackingError
from pipeline.core.json_values import decode_json
from pipeline.core.messages import system_reason, tr
from pipeline.core.outputs import write_whole
from pipeline.core.regular import read_regular
from pipeline.model.folder import load_model
from pipeline.track.store import tracking_uri
from pipeline.track.versions import Registry, registry

_URI = re.compile(r"models:/+(?P<name>[^/@]+)(?P<wanted>@[^/@]+|/[0-9]+)")
_KNOWN = "known.json"
_LARGEST_INDEX = 2**20
_COPY = re.compile(r"[0-9]+-[0-9a-f]{12}")  # the name of a copy: it leads nowhere else


class _Known(msgspec.Struct):
    """Which copy a reference last meant, when that was seen (UTC), and the version of the model that it was."""

    copy: str
    version: int
    when: str
    model: str = ""


def fetch_model(uri: str, configured: str, say: Say) -> Path:
    """Return the local folder of a registered model (``models:/name@alias`` or ``models:/name/version``).

    ``say`` is told when the registry cannot be reached and the copy of an earlier use stands in. Raises ModelError where
    there is none, or where the registry has no such model.
    """
    match = _URI.fullmatch(uri)
    if not match:
        raise ModelError(
            tr("{uri}: not the address of a registered model; write it as models:/NAME@ALIAS or models:/NAME/VERSION", uri=uri)
        )
    name, wanted = match["name"], match["wanted"]
    place = _place(name, tracking_uri(configured))
    try:
        with registry(name, configured) as at:
            return _fetch(at, at.version(wanted.removeprefix("/")), wanted, place, say)
    except TrackingError as error:
        return _last_known(place, wanted, uri, str(error), say)


def _fetch(at: Registry, version: Any, wanted: str, place: Path, say: Say) -> Path:  # noqa: ANN401 - MLflow's ModelVersion
    number = int(version.version)
    origin = f"{version.run_id} {version.creation_timestamp} {version.source}"
    copy = place / f"{number}-{hashlib.sha256(origin.encode()).hexdigest()[:12]}"
    registered = str(version.tags.get("model", "")).rpartition(" ")[2]  # what the gate held the version to be
    model = _model_in(copy)
    if not model or (registered and model != registered):
        with at.downloaded(number) as folder:
            model = load_model(folder).version
            if registered and model != registered:
                raise ModelError(
                    tr(
                        "{name} version {number}: holds model {model}, not {registered}; train again",
                        name=at.name,
                        number=number,
                        model=model,
                        registered=registered,
                    )
                )
            try:
                _keep(folder, copy)
            except OSError as error:
                raise ModelError(
                    tr(
                        "{copy}: the model cannot be kept here ({reason}); name another folder with {cache_variable}",
                        copy=copy,
                        reason=system_reason(error),
                        cache_variable=locations.CACHE_VARIABLE,
                    )
                ) from None
    _note(place, {wanted: _Known(copy.name, number, _now(), model)}, say)
    return copy


def _last_known(place: Path, wanted: str, uri: str, reason: str, say: Say) -> Path:
    """Return the copy that a reference last meant, and say so; raises ModelError where there is none that is whole."""
    known = _known(place).get(wanted)
    if known is None or not _COPY.fullmatch(known.copy) or not _is_the_model(place / known.copy, known.model):
        raise ModelError(tr("{uri}: cannot be fetched, and no copy of it was kept ({reason})", uri=uri, reason=reason))
    say(
        tr(
            "warning: {uri}: the registry cannot be reached; using the copy of version {version} as of {when} ({reason})",
            uri=uri,
            version=known.version,
            when=known.when,
            reason=reason,
        )
    )
    return place / known.copy


def _place(name: str, store: str) -> Path:
    folder = re.sub(r"[^\w.-]", "_", name).lstrip(".") or "model"
    return locations.cache_folder() / "models" / hashlib.sha256(f"{store} {name}".encode()).hexdigest()[:12] / folder


def _model_in(copy: Path) -> str:
    """Return the version of the model in a copy, or "" where there is none that is whole; a link is no copy."""
    try:
        return "" if copy.is_symlink() else load_model(copy).version
    except ModelError:
        return ""


def _is_the_model(copy: Path, version: str) -> bool:
    """Tell whether a copy is whole and the model that it was; an index of an earlier version does not say which."""
    found = _model_in(copy)
    return bool(found) and version in ("", found)


def _keep(folder: Path, copy: Path) -> None:
    """Put a copy of a folder in its place in one step."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".fresh-", dir=copy.parent))
    try:
        shutil.copytree(folder, fresh, dirs_exist_ok=True)
        shutil.rmtree(copy, ignore_errors=True)
        fresh.replace(copy)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _known(place: Path) -> dict[str, _Known]:
    try:
        return decode_json(read_regular(place / _KNOWN, _LARGEST_INDEX), dict[str, _Known])
    except (OSError, msgspec.MsgspecError):
        return {}


def _note(place: Path, news: dict[str, _Known], say: Say) -> None:
    try:
        with write_whole(place / _KNOWN) as stream:
            stream.write(msgspec.json.encode({**_known(place), **news}))
    except OSError as error:
        say(
            tr(
                "warning: {place}: cannot be written ({reason}); the model will not be found while the registry is down",
                place=place,
                reason=system_reason(error),
            )
        )


def _now() -> str:
    return dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds")
