"""`python -m pipeline` is `pipeline`: `py -m pipeline` on Windows, where the folder of installed commands is not on the path."""

from pipeline.cli.__main__ import run

if __name__ == "__main__":
    run()
