"""Stop at any moment, with one line: on Ctrl-C, and on TERM and HUP, which act like it.

Nothing heavy is imported here: signals are listened to before anything else is loaded. So this is the part of ``signal`` that is
compiled, since the rest brings ``enum``, which takes as long as Python's own start.
"""

import _signal as signal  # type: ignore[import-not-found]
import sys
import time

TYPE_CHECKING = False  # as in ``__init__``
if TYPE_CHECKING:
    from typing import NoReturn

INTERRUPTED = 130
PATIENCE = 2.0  # seconds in which what is under way is cleared away; a signal that comes meanwhile says nothing new
_AGAIN = 0.01  # seconds until a stop that got lost is tried again
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGALRM")


class Stop(KeyboardInterrupt):
    """A signal to stop. Python itself takes a plain KeyboardInterrupt for unhandled where a module was being made, and handled."""


class _Asked:
    """When to stop was asked for last."""

    at = -PATIENCE


def listen() -> None:
    """Have signals stop this process; those that it was started to ignore, as by nohup, stay so."""
    for name in _NAMES:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _as_ctrl_c if name in ("SIGTERM", "SIGHUP") else _stop)
    sys.unraisablehook = _not_lost


def end() -> "NoReturn":
    """Say the one line, and end."""
    no_longer()
    from pipeline.core.messages import tr  # noqa: PLC0415 - nothing is loaded before signals are listened to

    line = tr("stopped; nothing half-written was left behind")
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
    sys.exit(INTERRUPTED)


def no_longer() -> None:
    """Let nothing disturb what is left to do: this process is ending."""
    for name in _NAMES:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def is_stop(error: BaseException | None) -> bool:
    """Tell whether an error is a stop, or was made of one, as Python does where it calls some methods of a class."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _stop(_number: int, _frame: object) -> None:
    now = time.monotonic()
    if now - _Asked.at > PATIENCE:
        _Asked.at = now
        raise Stop


def _as_ctrl_c(_number: int, frame: object) -> None:
    """Do what Ctrl-C does at this moment, which a server has its own way for."""
    handler = signal.getsignal(signal.SIGINT)
    if callable(handler):
        handler(signal.SIGINT, frame)
    else:
        _stop(signal.SIGINT, frame)


def _not_lost(lost: "sys.UnraisableHookArgs") -> None:
    """Stop once more where Python could only print that it was to stop: in a destructor or a call from C."""
    if not issubclass(lost.exc_type, KeyboardInterrupt) or not hasattr(signal, "setitimer"):
        sys.__unraisablehook__(lost)
        return
    _Asked.at = -PATIENCE
    signal.setitimer(signal.ITIMER_REAL, _AGAIN)
