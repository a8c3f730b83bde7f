"""Gazetteers: lists of terms by class, so that one opera teaches for three hundred.

A class is a file: ``NAME.txt`` holds its terms one a line, and lines that begin with # tell what it holds and where that comes
from. In a text, terms are found from the left, the longest one first, none over another; a class is a column of the features.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.core.errors import ConfigError
from pipeline.core.messages import tr
from pipeline.core.native import KERNELS, compiled
from pipeline.model.bigrams import Ints

if TYPE_CHECKING:
    from pipeline.model._kernels import Terms

SHORTEST = 2


class Gazetteer:
    """Terms in lower case and their classes: ``classes[i]`` is the place of the class of ``terms[i]`` in ``names``."""

    def __init__(self, names: Sequence[str] = (), terms: Sequence[str] = (), classes: Sequence[int] = ()) -> None:
        """Take what was checked by ``read_gazetteer`` or is of a model."""
        self.names, self.terms, self.classes = tuple(names), tuple(terms), tuple(classes)

    def __len__(self) -> int:
        """Return the number of classes."""
        return len(self.names)

    def lines(self) -> list[str]:
        """Return each term behind its class, as a model folder keeps them."""
        return [f"{self.names[number]}\t{term}" for term, number in zip(self.terms, self.classes, strict=True)]

    @classmethod
    def of_lines(cls, lines: Sequence[str]) -> "Gazetteer":
        """Return the gazetteer whose ``lines`` these are; raises ValueError for others."""
        if not lines:
            return cls()
        parts = "\t".join(lines).split("\t")  # a model is loaded at each start: what the interpreter does at once takes a third
        of_terms, terms = parts[::2], parts[1::2]
        if list(map("\t".join, zip(of_terms, terms, strict=False))) != list(lines):
            raise ValueError(tr("a line that is no class with a term"))
        if min(map(len, terms)) < SHORTEST or len(set(terms)) < len(terms):
            raise ValueError(tr("a term that is too short, or is given twice"))
        names = sorted(set(of_terms))
        places = {name: place for place, name in enumerate(names)}
        return cls(names, terms, list(map(places.__getitem__, of_terms)))

    @cached_property
    def native(self) -> "Terms | None":
        """The terms as the compiled part finds them; None where nothing is compiled or there are none."""
        kernels = compiled(KERNELS)
        return kernels.Terms(self.terms, self.classes) if kernels and self.terms else None

    def find(self, text: str) -> tuple[Ints, Ints]:
        """Return where the terms of a text begin, in order, and the class of each."""
        if self.native is not None:
            places, classes = np.empty(len(text) // 2 + 1, np.int64), np.empty(len(text) // 2 + 1, np.int64)
            count = self.native.find(text, places, classes)
            return places[:count], classes[:count]
        found = np.array(list(self._found(text)), np.int64).reshape(-1, 2)
        return found[:, 0], found[:, 1]

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        """Do the same: the reference of the compiled loop."""
        by_term, sizes = self._index
        place = 0
        while place < len(text):
            ends = (place + size for size in sizes.get(text[place : place + SHORTEST], ()) if place + size <= len(text))
            end = next((end for end in ends if text[place:end] in by_term), None)
            if end is not None:
                yield place, by_term[text[place:end]]
            place = place + 1 if end is None else end

    @cached_property
    def _index(self) -> tuple[dict[str, int], dict[str, list[int]]]:
        """The class of each term, and by their first two characters the lengths of terms, the longest first."""
        sizes: dict[str, set[int]] = {}
        for term in self.terms:
            sizes.setdefault(term[:SHORTEST], set()).add(len(term))
        return dict(zip(self.terms, self.classes, strict=True)), {key: sorted(some)[::-1] for key, some in sizes.items()}


def read_gazetteer(folder: Path) -> Gazetteer:
    """Return the gazetteer of a folder.

    Raises ConfigError, which names file and line, for a term that is too short, holds white space, or is given twice, and for a
    class without a term, or with a tab or a line end in its name, of which a model folder could keep nothing.
    """
    files = sorted(folder.glob("*.txt"), key=lambda file: file.stem)  # the order in which ``of_lines`` has the classes
    if not files:
        raise ConfigError(tr('{folder}: no gazetteer (*.txt) here; correct features.gazetteers, or set it to ""', folder=folder))
    places: dict[str, str] = {}
    terms: list[str] = []
    classes: list[int] = []
    for number, file in enumerate(files):
        if any(sign in file.stem for sign in "\t\n"):
            raise ConfigError(tr("{file!r}: a name of a class holds neither tab nor line end; rename the file", file=str(file)))
        for where, term in _terms(file):
            if term in places:
                raise ConfigError(
                    tr(
                        "{where}: {term} stands in {places} already; keep it in one class",
                        where=where,
                        term=term,
                        places=places[term],
                    )
                )
            places[term] = where
            terms.append(term)
            classes.append(number)
        if number not in classes[-1:]:
            raise ConfigError(tr("{file}: holds no term; write one a line, or take the file out of the folder", file=file))
    return Gazetteer([file.stem for file in files], terms, classes)


def _terms(file: Path) -> Iterator[tuple[str, str]]:
    """Yield the place and the term of each line of a class."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            tr("{file}: cannot be read as UTF-8 ({error}); correct it, or take it out of the folder", file=file, error=error)
        ) from None
    for number, line in enumerate(lines, 1):
        term = line.strip().lower()
        if not term or term.startswith("#"):
            continue
        if len(term) < SHORTEST or any(character.isspace() for character in term):
            raise ConfigError(
                tr(
                    "{file}:{number}: {line!r} is no term; write {shortest} characters or more without blanks",
                    file=file,
                    number=number,
                    line=line,
                    shortest=SHORTEST,
                )
            )
        yield f"{file.name}:{number}", term
