"""What attributes of OFD hold: numbers, lists of them, steps between characters, and the matrix that places an object."""

import math
from collections.abc import Iterator
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lxml.etree import _Element

_REPEAT, _LONGEST_RUN = "g", 1_000_000


class Matrix(NamedTuple):
    """How a place (x, y) of an object comes to stand: at (a x + c y + e, b x + d y + f)."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where a place of the object stands."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def inside(self, outer: "Matrix") -> "Matrix":
        """Return the matrix of an object that stands inside of another."""
        e, f = outer.place(self.e, self.f)
        return Matrix(
            self.a * outer.a + self.b * outer.c,
            self.a * outer.b + self.b * outer.d,
            self.c * outer.a + self.d * outer.c,
            self.c * outer.b + self.d * outer.d,
            e,
            f,
        )


IDENTITY = Matrix(1, 0, 0, 1, 0, 0)


def matrix_of(element: "_Element") -> Matrix:
    """Return the matrix of a graphic object: its own, then the corner of its boundary."""
    own = numbers(element.get("CTM"))
    corner = numbers(element.get("Boundary"))
    moved = Matrix(1, 0, 0, 1, *corner[:2]) if len(corner) > 1 else IDENTITY
    return (Matrix(*own) if len(own) == len(IDENTITY) else IDENTITY).inside(moved)


def numbers(text: str | None) -> list[float]:
    """Return the numbers of a list; one that is none, or not finite, makes the list empty."""
    try:
        found = [float(word) for word in (text or "").replace(",", " ").split()]
    except ValueError:
        return []
    return found if all(map(math.isfinite, found)) else []


def number(element: "_Element", name: str, otherwise: float) -> float:
    """Return an attribute that is one number."""
    text = element.get(name)
    return otherwise if text is None else next(iter(numbers(text)), otherwise)


def steps(text: str | None, most: int) -> list[float]:
    """Return the steps between characters, at most ``most``; in the file ``g 3 5.6`` stands for three steps of 5.6."""
    words = text.replace(",", " ").split() if text else []
    return list(islice(chain.from_iterable(_runs(words)), most))


def _runs(words: list[str]) -> Iterator[Iterator[float]]:
    at = 0
    while at < len(words):
        is_run = words[at].lower() == _REPEAT
        found = numbers(" ".join(words[at + 1 : at + 3] if is_run else words[at : at + 1]))
        if len(found) != 1 + is_run:
            return
        yield repeat(found[-1], int(min(max(0.0, found[0]), _LONGEST_RUN)) if is_run else 1)
        at += 3 if is_run else 1
