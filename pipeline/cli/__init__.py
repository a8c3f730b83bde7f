"""The commands, loaded when they are asked for: signals must be listened to before anything heavy is (``__main__``)."""

TYPE_CHECKING = False  # that of ``typing`` brings ``re`` and more: this is read before signals are listened to
if TYPE_CHECKING:
    from typing import Any

    from pipeline.cli.commands import main as main


def __getattr__(name: str) -> "Any":  # noqa: ANN401 - as modules have it
    """Return ``main``, the group of all commands."""
    if name != "main":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pipeline.cli.commands import main  # noqa: PLC0415 - see above

    return main
