"""A number with its noun, as messages have it."""

from pipeline.core.messages import tr


def counted(number: int, noun: str) -> str:
    """Return a number and a noun in the form that the number takes.

    >>> counted(1, "report"), counted(2, "report"), counted(0, "file")
    ('1 report', '2 reports', '0 files')
    """
    word = tr(noun)  # Chinese has one form, with its measure word
    return f"{number} {word}" if number == 1 or word != noun else f"{number} {noun}s"
