"""A number with its noun, as messages have it."""


def counted(number: int, noun: str) -> str:
    """Return a number and a noun in the form that the number takes.

    >>> counted(1, "report"), counted(2, "report"), counted(0, "file")
    ('1 report', '2 reports', '0 files')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
