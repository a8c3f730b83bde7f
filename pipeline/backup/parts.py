"""What a backup keeps: the list ``PARTS``. What keeps data elsewhere joins with one line there.

A file is found by its content, not by this list: one that is a SQLite database is copied by SQLite's own backup, and a folder with
the manifest of a model is copied as one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.core import locations
from pipeline.core.config import Config
from pipeline.library.store import library_path
from pipeline.track.places import database
from pipeline.track.store import tracking_uri


@dataclass(frozen=True, slots=True)
class Part:
    """Files that belong together: the folder they have in the archive, and where they lie on a machine.

    ``source`` is the folder that their names are relative to; ``paths`` are the files and folders in it, in the order in which they
    are copied; ``target`` is that folder in the project folder that is restored to. What ``is_private`` its owner alone can read.
    """

    name: str
    source: Callable[[Config], Path]
    paths: Callable[[Config], Sequence[Path]]
    target: Callable[[Path], Path]
    is_private: bool = False


def _project(_: Config) -> Path:
    return locations.project_folder()


def _of_project(config: Config) -> list[Path]:
    """Return what the project folder holds; corrections stand before the reports that they are of, which are written first."""
    corpus = config.corpus
    named = (corpus.review, corpus.reviewed, *corpus.labels, *corpus.reports, corpus.label_set)
    settings = (config.features.gazetteers, config.features.user_dictionary, locations.PROJECT_FILE, "configs", "models")
    return [locations.project_folder() / name for name in (*named, *settings) if name]


def _store(config: Config) -> Path:
    return (database(tracking_uri(config.track.uri)) or locations.project_folder() / "mlruns" / "mlflow.db").parent


def _runs(config: Config) -> list[Path]:
    """Return the database of MLflow, and then the artifacts: those that it names were written before it named them."""
    file = database(tracking_uri(config.track.uri))
    return [] if file is None else [file, file.parent / "artifacts"]


def _library(_: Config) -> Path:
    return library_path().parent


def _library_of(folder: Path) -> Path:
    """Return where a project folder looks for its library: as MISSION_THEMES_HOME names it, unless it is the one at hand."""
    return library_path().parent if folder.resolve() == locations.project_folder() else folder / "library"


PARTS: tuple[Part, ...] = (
    Part("project", _project, _of_project, lambda folder: folder),
    Part("mlruns", _store, _runs, lambda folder: folder / "mlruns"),
    Part("library", _library, lambda _: [library_path()], _library_of, is_private=True),
)
