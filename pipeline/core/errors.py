"""The errors a person sees, the exit code of each, and a code that programs, such as the page, translate by.

Every message is one line that names the value, the file and what to try. ``cli/common.py`` is the one place
where an error becomes an exit code.
"""

from collections.abc import Callable
from typing import Literal, get_args

Say = Callable[[str], None]  # tells a person one line of what is no error, and has to be known all the same

Code = Literal[
    # what an error is where nothing more is known of it: one for each class below
    "error",
    "unreadable",
    "usage",
    "config",
    "corpus",
    "model",
    "tracking",
    "library",
    # why a report is not read
    "missing",
    "empty",
    "damaged",
    "password",
    "scanned",
    "too_large",
    "too_long",
    "kind",
    "archive",
    "nested",
    "program",
    "encoding",
    "columns",
    "own_workbook",
    "fonts",
    # why a person's word is not taken
    "name",
    "changed",
    "query",
    "attribute",
    "stale",
    # why a digest is not made
    "pages",
]
CODES: frozenset[str] = frozenset(get_args(Code))


class PipelineError(Exception):
    """Base of every error that is the user's to read; ``exit_code`` is what the command returns, ``code`` what it is."""

    exit_code = 3
    code: Code = "error"

    def __init__(self, message: str, code: Code | None = None) -> None:
        """Take the line that a person reads, and what it is where that is more than its class."""
        super().__init__(message)
        if code is not None:
            self.code = code


class InputError(PipelineError):
    """A report that cannot be read: missing, empty, binary, undecodable, too large."""

    exit_code = 1
    code: Code = "unreadable"


class PicturesOnlyError(InputError):
    """A report whose pages are pictures: it has text that only recognition can read."""


class UsageError(PipelineError):
    """A command asked for something that cannot be done: no reports found, an output that cannot be written."""

    exit_code = 2
    code: Code = "usage"


class WrongTypeError(UsageError, TypeError):
    """A value from Python that is no text and no path where one is needed."""


class ConfigError(PipelineError):
    """A configuration file, key or value that is not valid."""

    code: Code = "config"


class CorpusError(PipelineError):
    """Labels or reports that cannot be trained on: changed, overlapping, outside their source, too few."""

    code: Code = "corpus"


class ModelError(PipelineError):
    """A model folder that is missing, damaged, changed by hand, or of a newer format."""

    code: Code = "model"


class LibraryError(PipelineError):
    """The library of reports cannot be used: of another version, damaged, held by another program, or the disk is full."""

    code: Code = "library"


class TrackingError(PipelineError):
    """The tracking store cannot be used. Training turns it into a warning: a run may be lost, a model never."""

    code: Code = "tracking"
