"""The formats: each module is one, with a tuple ``SUFFIXES`` and a function ``read``; see ``pipeline.read``."""
