"""The errors a person sees, and the exit code of each.

Every message is one line that names the value, the file and what to try. ``cli.py`` is the one place
where an error becomes an exit code.
"""


class PipelineError(Exception):
    """Base of every error that is the user's to read; ``exit_code`` is what the command returns."""

    exit_code = 3


class InputError(PipelineError):
    """A report that cannot be read: missing, empty, binary, undecodable, too large."""

    exit_code = 1


class PicturesOnlyError(InputError):
    """A report whose pages are pictures: it has text that only recognition can read."""


class UsageError(PipelineError):
    """A command asked for something that cannot be done: no reports found, an output that cannot be written."""

    exit_code = 2


class ConfigError(PipelineError):
    """A configuration file, key or value that is not valid."""


class CorpusError(PipelineError):
    """Labels or reports that cannot be trained on: changed, overlapping, outside their source, too few."""


class ModelError(PipelineError):
    """A model folder that is missing, damaged, changed by hand, or of a newer format."""


class TrackingError(PipelineError):
    """The tracking store cannot be used. Training turns it into a warning: a run may be lost, a model never."""
