"""How many corrected passages of an office's own texts make the model right on its other texts: a curve.

    python tests/benchmarks/corrections.py --gold FILE [--draws 3]

FILE holds documents with labelled sentences (docs/formats.md); those whose names begin alike, up to ``_``, are an office's.
Of each office with four documents or more, every other document is measured on, and passages of the rest are corrected: those that
the model tags, drawn at random or the least certain first. A correction gives the sentences of its passage the label that they have
in FILE; what is not corrected has none. The corrected documents join the corpus, and the model is fitted anew. Then the halves are
exchanged. The figures are those of all offices together, by characters.
"""

import argparse
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pipeline.core.config import LabelSet, load_config
from pipeline.labels.corpus import read_corpus, read_gold, read_lexicon
from pipeline.model.model import Model
from pipeline.model.tag import tag_segments
from pipeline.training.counts import Prepared
from pipeline.training.evaluate import Confusion, confusion_of, figures_of
from pipeline.training.fit import Fitter, prepare_corpus

SIZES = (5, 10, 20, 50)
RANDOM, LEAST_CERTAIN = "drawn at random", "least certain first"
LEAST_DOCUMENTS = 4


@dataclass(frozen=True, slots=True)
class Half:
    """The documents of an office that are corrected, and those that are measured on."""

    corrected: Sequence[Prepared]
    measured: Sequence[Prepared]


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a document by the places of its sentences, and how certain the model is of it."""

    document: int
    sentences: tuple[int, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Case:
    """Documents with so many corrected passages, chosen in one way, of a half."""

    way: str
    size: int
    half: Half
    documents: tuple[Prepared, ...]


def halves(gold: Sequence[Prepared]) -> Iterator[Half]:
    """Yield the two halves of each office's documents, once each way."""
    offices = defaultdict(list)
    for document in gold:
        offices[document.cleaned.document.source.partition("_")[0]].append(document)
    for documents in offices.values():
        if len(documents) >= LEAST_DOCUMENTS:
            yield Half(documents[::2], documents[1::2])
            yield Half(documents[1::2], documents[::2])


def passages(documents: Sequence[Prepared], model: Model) -> list[Passage]:
    """Return what a model tags in some documents."""
    found = []
    for number, document in enumerate(documents):
        offsets = document.cleaned.offsets
        spans = [offsets.span(*span) for segment in document.segments for span in segment.sentences]
        for group in tag_segments(document.cleaned, [document.segments], model):
            for tag in group:
                inside = tuple(i for i, (start, end) in enumerate(spans) if start < tag.end and tag.start < end)
                if (document.targets[list(inside)] >= 0).any():
                    found.append(Passage(number, inside, tag.score))
    return found


def corrected(documents: Sequence[Prepared], chosen: Sequence[Passage]) -> tuple[Prepared, ...]:
    """Return the documents that hold chosen passages, with the labels of these and no others."""
    kept = defaultdict(set)
    for passage in chosen:
        kept[passage.document].update(passage.sentences)
    found = []
    for number, places in sorted(kept.items()):
        targets = np.full_like(documents[number].targets, -1)
        targets[list(places)] = documents[number].targets[list(places)]
        found.append(replace(documents[number], targets=targets))
    return tuple(found)


def cases(some: Sequence[Half], model: Model, draws: int) -> Iterator[Case]:
    """Yield what is to be learned from: each half, size and way of choosing."""
    for half in some:
        known = passages(half.corrected, model)
        for size in SIZES:
            yield Case(LEAST_CERTAIN, size, half, corrected(half.corrected, sorted(known, key=lambda one: one.score)[:size]))
            for seed in range(draws):
                chosen = random.Random(seed).sample(known, min(size, len(known)))
                yield Case(RANDOM, size, half, corrected(half.corrected, chosen))


def confusion(documents: Sequence[Prepared], model: Model, label_set: LabelSet) -> Confusion:
    """Return what a model says of documents, by characters."""
    counts: Confusion = Counter()
    for document in documents:
        tags = [tag for group in tag_segments(document.cleaned, [document.segments], model) for tag in group]
        counts += confusion_of(document.labels, tags, label_set.other)
    return counts


def main() -> None:
    """Print the curve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--draws", type=int, default=3)
    asked = parser.parse_args()
    config = load_config(None, ("track.enabled=false",))
    corpus = read_corpus(config, print)
    labels = corpus.label_set
    reports = prepare_corpus(corpus, config)
    some = list(halves(prepare_corpus(read_gold(asked.gold, config, labels), config)))
    base = Fitter(reports, labels, config, read_lexicon(config)).fit(range(len(reports)))
    counts: dict[tuple[str, int], Confusion] = defaultdict(Counter)
    counts["none", 0] = sum((confusion(half.measured, base, labels) for half in some), Counter())
    todo = list(cases(some, base, asked.draws))
    fitter = Fitter([*reports, *(document for case in todo for document in case.documents)], labels, config, read_lexicon(config))
    first = fitter.fit(range(len(reports)))  # where the others start
    assert confusion(some[0].measured, first, labels) == confusion(some[0].measured, base, labels)
    place, seconds = len(reports), []
    for case in todo:
        began = time.perf_counter()
        model = fitter.fit([*range(len(reports)), *range(place, place + len(case.documents))])
        seconds.append(time.perf_counter() - began)
        place += len(case.documents)
        counts[case.way, case.size] += confusion(case.half.measured, model, labels)
    print(
        f"{len(some)} halves, {sum(len(half.measured) for half in some)} documents measured; a fit takes {np.median(seconds):.1f} s"
    )
    print("| corrected passages of each half | how chosen | macro-F1 | accuracy |\n|---|---|---|---|")
    for (way, size), found in sorted(counts.items(), key=lambda item: (item[0][1], item[0][0])):
        figures = figures_of(found, labels)
        print(f"| {size} | {way} | {figures.macro_f1:.3f} | {figures.accuracy:.3f} |")


if __name__ == "__main__":
    main()
