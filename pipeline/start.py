"""Where `pipeline` starts: what takes longest begins before anything else loads, the rest is the commands of ``pipeline.cli``."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

_NO_HASTE = ("-o", "-h", "--output", "--jobs", "--engine", "--help")  # options of runs to which a tenth of a second is nothing


def main() -> None:
    """Run the command line."""
    with head_start(sys.argv[1:]):
        from pipeline.cli import main  # noqa: PLC0415 - click loads while the dictionary does

        main()


@contextmanager
def head_start(arguments: Sequence[str]) -> Iterator[None]:
    """Have the dictionary of words loaded in another process where a person waits for the tags of a report."""
    if arguments[:1] == ["tag"] and not any(argument.startswith(_NO_HASTE) for argument in arguments):
        from pipeline.words import cut_ahead  # noqa: PLC0415 - other commands need none

        with cut_ahead():
            yield
    else:
        yield
