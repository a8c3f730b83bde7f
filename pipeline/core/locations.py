"""Where the project's own files are: in a checkout, or inside an installed package."""

import os
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
HOME_VARIABLE = "MISSION_THEMES_HOME"
PROJECT_FILE = "mission-themes.toml"  # of a folder that `pipeline init` has made: its settings over the defaults
CACHE_VARIABLE = "MISSION_THEMES_CACHE"
DATA_VARIABLE = "MISSION_THEMES_DATA"


def is_checkout() -> bool:
    """Tell whether the package is used from a checkout of the project (also after an editable install)."""
    return (PACKAGE.parent / "configs" / "default.toml").is_file() and (PACKAGE.parent / "seeds").is_dir()


def project_folder() -> Path:
    """Return the folder that configured paths, ``models/`` and ``mlruns/`` are relative to.

    It is the folder that MISSION_THEMES_HOME names; else the current folder, where ``pipeline init`` made it or there is no
    checkout; else the checkout.
    """
    named = os.environ.get(HOME_VARIABLE)
    if named:
        return Path(named).resolve()
    current = Path.cwd()
    return PACKAGE.parent if is_checkout() and not (current / PROJECT_FILE).is_file() else current


def cache_folder() -> Path:
    """Return where copies of registered models are kept: MISSION_THEMES_CACHE, or the user's own cache folder."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named).resolve()
    of_user = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(of_user) if of_user else Path.home() / ".cache") / "mission-themes"


def data_folder() -> Path:
    """Return where the library of reports is: MISSION_THEMES_DATA, or the folder ``library`` of MISSION_THEMES_HOME, or the user's.

    It is never the checkout or the current folder: what a person keeps must not depend on where a command was started.
    """
    for variable, below in ((DATA_VARIABLE, ""), (HOME_VARIABLE, "library")):
        if named := os.environ.get(variable):
            return Path(named).resolve() / below
    return _of_user() / "mission-themes"


def _of_user() -> Path:
    """Return the folder in which the programs of a user keep data, as each system has it."""
    named = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA")
    if named:
        return Path(named)
    return Path.home() / ("Library/Application Support" if sys.platform == "darwin" else ".local/share")


def code_folder() -> Path:
    """Return the folder whose commit a run is recorded with: the checkout of the code, or else the project folder."""
    return PACKAGE.parent if is_checkout() else project_folder()


def shipped(name: str) -> Path:
    """Return a folder that is shipped with the package: ``configs`` or ``models``."""
    return PACKAGE.parent / name if is_checkout() else PACKAGE / "shipped" / name


def find(relative: str) -> Path:
    """Return a file or folder of the project, or else the shipped one of the same name (it may not exist)."""
    path = project_folder() / relative
    if path.exists():
        return path
    first, *rest = Path(relative).parts
    packaged = shipped(first).joinpath(*rest)
    return packaged if packaged.exists() else path
