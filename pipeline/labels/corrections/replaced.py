"""Tell what must not be lost where an output goes: what no run made, and corrections that wait in a workbook.

A module of its own, since a run that begins looks here: how a workbook is taken back is loaded where there may be one.
"""

import shlex
from contextlib import suppress
from pathlib import Path

from pipeline.core.config import ReadConfig
from pipeline.core.counted import counted
from pipeline.core.errors import UsageError
from pipeline.core.messages import tr
from pipeline.core.outputs import OutputTarget
from pipeline.output.earlier import is_of_a_run

_PACKAGE = b"PK\x03\x04"


def check_replaceable(place: OutputTarget, options: ReadConfig, can_force: bool = True) -> None:
    """Raise UsageError where an output would take the place of what no run made, or of a workbook with corrections.

    Of a folder, each workbook in it is looked at. ``can_force`` tells whether the command has --force.
    """
    out, otherwise = place.path, tr(", or replace it with --force") if can_force else tr(", or take it away first")
    if place.descriptor is not None:
        return
    for path in sorted(out.glob("*.xlsx")) if out.is_dir() else [out]:
        count = _corrections_in(path, options) if path.is_file() else None
        if count:
            command = tr("pipeline labels import {quote} --annotator NAME", quote=shlex.quote(str(path)))
            ways = tr("take them in with `{command}`, name another file with -o, or replace them with --force", command=command)
            raise UsageError(
                tr(
                    "{path}: holds {corrections}, which would be lost; {ways}",
                    path=path,
                    corrections=counted(count, "correction"),
                    ways=ways,
                )
            )
    if not is_of_a_run(place):
        what = place.named if out.exists() else place.summary
        raise UsageError(
            tr(
                "{what}: is there already, and no earlier run made it; name another output with -o{otherwise}",
                what=what,
                otherwise=otherwise,
            )
        )


def _corrections_in(path: Path, options: ReadConfig) -> int | None:
    """Return how many corrections a workbook holds, whatever its name is; None for any other file."""
    if not _is_package(path):
        return None
    from pipeline.labels.corrections.workbook import corrections_in  # noqa: PLC0415 - only where there may be a workbook

    return corrections_in(path, options)


def _is_package(path: Path) -> bool:
    with suppress(OSError), path.open("rb") as stream:  # what cannot be read is told where it is to be replaced
        return stream.read(len(_PACKAGE)) == _PACKAGE
    return False
