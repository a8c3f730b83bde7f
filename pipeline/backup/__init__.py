"""Everything of a project that cannot be made again, in one file: what is kept, how it is written, how it is restored."""
