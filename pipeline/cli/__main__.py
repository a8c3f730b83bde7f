"""`python -m pipeline.cli` is `pipeline`."""

from pipeline.start import main

main()
