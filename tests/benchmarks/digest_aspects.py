"""How often `pipeline.output.digest.aspect` is right on the gold sentences of seeds/aspects; prints a table for each half.

Run with ``python tests/benchmarks/digest_aspects.py``, and with ``--wrong`` for what it gets wrong of the development half.
"""

import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from pipeline.core.config import load_config
from pipeline.core.records import Document
from pipeline.output.digest.aspect import ASPECTS, OTHER, AspectReader
from pipeline.output.digest.lines import one_line
from pipeline.preprocess.clean import clean
from pipeline.preprocess.headings import TITLE
from pipeline.preprocess.segment import segment

ROOT = Path(__file__).parents[2]
GOLD = ROOT / "seeds/aspects/gold.jsonl"
HALVES = ("development", "reporting")


@dataclass(frozen=True, slots=True)
class Judged:
    """A gold sentence and what the rules say of it."""

    half: str
    text: str
    gold: str
    said: str


def judged() -> list[Judged]:
    """Return all gold sentences with what the rules say; raises ValueError where a report has changed since it was labelled."""
    gold = defaultdict(list)
    for line in GOLD.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        gold[entry["source"]].append(entry)
    return [found for source, entries in gold.items() for found in _of_report(source, entries)]


def scores(some: list[Judged]) -> dict[str, float]:
    """Return F1 of each aspect, their mean over the four aspects (macro) and accuracy over all five."""
    both, gold, said = (Counter(), Counter(), Counter())
    for one in some:
        gold[one.gold] += 1
        said[one.said] += 1
        both[one.gold] += one.gold == one.said
    made = {aspect: 2 * both[aspect] / (gold[aspect] + said[aspect]) for aspect in (*ASPECTS, OTHER)}
    return made | {"macro": sum(made[aspect] for aspect in ASPECTS) / len(ASPECTS), "accuracy": both.total() / len(some)}


def _of_report(source: str, entries: list[dict]) -> Iterator[Judged]:
    data = (ROOT / source).read_bytes()
    if hashlib.sha256(data).hexdigest() != entries[0]["sha256"]:
        raise ValueError(f"{source}: changed since its sentences were labelled; label them anew")
    aspects = dict(_aspects(Document(source, data.decode("utf-8"), entries[0]["sha256"], "utf-8")))
    for entry in entries:
        start = max(start for start in aspects if start <= entry["start"])
        yield Judged(entry["half"], entry["text"], entry["aspect"], aspects[start])


def _aspects(document: Document) -> Iterator[tuple[int, str]]:
    """Yield where each sentence of a report starts, with its aspect, as a digest would read it."""
    config = load_config()
    cleaned, reader = clean(document, config.clean), None
    parts = list(chain.from_iterable(segment(cleaned, config.segment)))
    title = next((cleaned.text[part.start : part.end] for part in parts if part.level == TITLE), "")
    for part in parts:
        if reader is None:
            reader = AspectReader(one_line(title))
        if part.level is not None:
            continue
        start, end = cleaned.offsets.span(part.start, part.end)
        above = " > ".join(text for each in part.headings if (text := one_line(each.text)) != reader.title)
        for sentence in reader.sentences(document.text[start:end], above):
            yield start, sentence.aspect
            start += len(sentence.text)


def main() -> None:
    """Print the figures."""
    every = judged()
    for half in HALVES:
        own = [one for one in every if one.half == half]
        print(half, len(own), {name: round(score, 3) for name, score in scores(own).items()})
        print("  (gold, said):", dict(Counter((one.gold, one.said) for one in own if one.gold != one.said)))
    if "--wrong" in sys.argv:
        for one in every:
            if one.half == HALVES[0] and one.gold != one.said:
                print(one.gold, one.said, one.text)


if __name__ == "__main__":
    main()
