"""Sort the paragraphs of Chinese reports on 宣传思想文化 work by their five mission areas."""

__version__ = "0.1.0"

TYPE_CHECKING = False  # that of ``typing`` brings ``re`` and more, and the command line begins here
if TYPE_CHECKING:
    from typing import Any

    from pipeline.batch.tagger import Tagger as Tagger
    from pipeline.batch.tagger import Tags as Tags


def __getattr__(name: str) -> "Any":  # noqa: ANN401 - as modules have it
    """Return ``Tagger`` or ``Tags``, which are loaded when they are asked for: a command needs neither."""
    if name not in {"Tagger", "Tags"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pipeline.batch import tagger  # noqa: PLC0415 - see above

    return getattr(tagger, name)
