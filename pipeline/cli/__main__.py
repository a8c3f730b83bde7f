"""`python -m pipeline.cli` is `pipeline`."""

from pipeline.cli import stopping
from pipeline.cli.quick import quick_start
from pipeline.core.streams import take_standard_streams


def run() -> None:
    """Run the command of the command line; whenever it is stopped, it says so in one line."""
    try:
        stopping.listen()
        take_standard_streams()
        with quick_start():
            from pipeline.cli.commands import main  # noqa: PLC0415 - only when signals are listened to

        main()
    except (Exception, KeyboardInterrupt) as error:
        if stopping.is_stop(error):
            stopping.end()
        raise
    finally:
        stopping.no_longer()


if __name__ == "__main__":
    run()
