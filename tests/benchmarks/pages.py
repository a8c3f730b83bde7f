"""Main text of saved web pages of Chinese offices, schools and news, by this project and by three peers: `make bench-pages`.

    python tests/benchmarks/pages.py FOLDER

No page is part of the project: FOLDER gets a clone OWNER/NAME of each repository that ``pages.jsonl`` names, where it is not there
yet. That file has a line a page: where it is, the sha256 of its bytes, and for each of its paragraphs that was read a short hash
under its number: of the main text, or of what counts neither way, because people disagree whether it belongs there: title,
byline, captions, the editor's name, disclaimers, what the page says twice.

Score: pieces of four characters, as a multiset, without white space, signs in one width; those of paragraphs that count neither way
are taken out of what a reader gives. Precision, recall and F1 are means over pages.
"""

import argparse
import hashlib
import json
import re
import statistics
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import lxml.html

from pipeline.core.config import load_config
from pipeline.read.formats import html

LIST = Path(__file__).with_name("pages.jsonl")
PIECE = 4
UNSEEN = frozenset(["head", "script", "style", "template", "noscript", "select", "textarea", "button", "svg", "iframe", "object"])
INLINE_TAGS = "a abbr acronym b bdi bdo big cite code em font i ins kbd label mark o:p q s small span strike strong sub sup u var"
INLINE = frozenset(INLINE_TAGS.split())
Extract = Callable[[str], str]


@dataclass(frozen=True)
class Page:
    """A saved page: where it is, whose it is, and the hashes of its paragraphs by their number."""

    repository: str
    commit: str
    path: str
    sha256: str
    kind: str
    main: dict[str, str]
    neither: dict[str, str]


@dataclass(frozen=True)
class Score:
    """How much of what was given is main text, and how much of the main text was given."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Return the harmonic mean of both."""
        return 2 * self.precision * self.recall / (self.precision + self.recall) if self.precision + self.recall else 0.0


def paragraphs(markup: str) -> list[str]:
    """Return the paragraphs of a page by its tags alone: what stands between two that are not of running text."""
    found = [""]
    whole = re.sub("</(?:html|body)\\s*>", "", markup)  # lxml hides what stands behind
    for event, node in lxml.etree.iterwalk(lxml.html.document_fromstring(whole), events=("start", "end", "comment", "pi")):
        if event in ("comment", "pi"):
            found[-1] += node.tail or ""
            continue
        if node.tag not in INLINE:
            found.append("")
        hidden = any(parent.tag in UNSEEN for parent in (node, *node.iterancestors()))
        if event == "start":
            found[-1] += "" if hidden else node.text or ""
        elif not any(parent.tag in UNSEEN for parent in node.iterancestors()):
            found[-1] += node.tail or ""
    return [norm for text in found if (norm := normal(text))]


def normal(text: str) -> str:
    """Return a text without white space, with marks and figures in one width."""
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("\u200b", "").replace("\ufeff", "")


def digest(norm: str) -> str:
    """Return the short hash of a paragraph."""
    return hashlib.sha256(norm.encode()).hexdigest()[:10]


def pieces(text: str) -> Counter[str]:
    """Count the pieces of a text."""
    return Counter(text[i : i + PIECE] for i in range(len(text) - PIECE + 1))


def score(given: str, main: list[str], neither: list[str]) -> Score:
    """Score what a reader gives for a page."""
    expected, found = pieces("".join(main)), pieces(normal(given))
    extra = (found - expected) - pieces("".join(neither))
    right = (found & expected).total()
    return Score(right / max(1, right + extra.total()), right / max(1, expected.total()))


def ours(markup: str) -> str:
    """Return what this project's reader takes for the report."""
    found = html.read(markup.encode(), "page.html", load_config(settings=("read.encoding=utf-8",)).read)
    text, end, lines = found.text, 0, []
    for mark in found.marks:
        if mark.kind == "noise":
            lines.append(text[end : mark.start])
            end = mark.end
    return "\n".join([*lines, text[end:]])


def markup_of(data: bytes) -> str:
    """Return the text of a page's bytes; pages were cut or mixed by those who saved them, so no byte is an error."""
    declared = re.search(rb"charset=[\"' ]*([\w-]+)", data[:4096])
    name = declared[1].decode().lower() if declared else ""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("utf-8" if name == "utf-8" else "gb18030", "replace")


def trafilatura(markup: str) -> str:
    """Return the main text by trafilatura as it is."""
    import trafilatura as peer

    return peer.extract(markup, include_comments=False) or ""


def trafilatura_recall(markup: str) -> str:
    """Return the main text by trafilatura where it favours recall."""
    import trafilatura as peer

    return peer.extract(markup, include_comments=False, favor_recall=True) or ""


def readability(markup: str) -> str:
    """Return the main text by readability-lxml."""
    import readability as peer

    return lxml.html.fromstring(peer.Document(markup).summary()).text_content()


def resiliparse(markup: str) -> str:
    """Return the main text by resiliparse."""
    from resiliparse.extract.html2text import extract_plain_text

    return extract_plain_text(markup, main_content=True, comments=False, alt_texts=False, list_bullets=False)


READERS: dict[str, Extract] = {
    "this project": ours,
    "trafilatura": trafilatura,
    "trafilatura, recall": trafilatura_recall,
    "readability-lxml": readability,
    "resiliparse": resiliparse,
}


@dataclass(frozen=True)
class Case:
    """A page that was fetched: its markup, its main text, and what counts neither way."""

    page: Page
    markup: str
    main: list[str]
    neither: list[str]


def listed() -> list[Page]:
    """Return the pages of the list."""
    return [Page(**json.loads(line)) for line in LIST.read_text(encoding="utf-8").splitlines()]


def fetch(page: Page, folder: Path) -> Case:
    """Return a page from a clone of its repository; raises ValueError where it is not what was read."""
    place = folder / page.repository
    if not place.exists():
        subprocess.run(["git", "clone", "--quiet", f"https://github.com/{page.repository}", str(place)], check=True)
    data = subprocess.run(["git", "-C", str(place), "show", f"{page.commit}:{page.path}"], capture_output=True, check=True).stdout
    if hashlib.sha256(data).hexdigest() != page.sha256:
        raise ValueError(f"{page.repository} {page.path}: not the page that was read")
    markup = markup_of(data)
    found = paragraphs(markup)
    for number, expected in (page.main | page.neither).items():
        if digest(found[int(number)]) != expected:
            raise ValueError(f"{page.repository} {page.path}: paragraph {number} is not the one that was read")
    return Case(page, markup, [found[int(i)] for i in page.main], [found[int(i)] for i in page.neither])


def measure(cases: Iterable[Case]) -> dict[str, list[Score]]:
    """Return the scores of each reader, page by page."""
    scores: dict[str, list[Score]] = {name: [] for name in READERS}
    for case in cases:
        for name, read in READERS.items():
            scores[name].append(score(read(case.markup), case.main, case.neither))
    return scores


def table(scores: dict[str, list[Score]], pages: list[Page]) -> Iterator[str]:
    """Yield the lines of a Markdown table of means."""
    kinds = ("office", "school", "news")
    yield f"| reader | precision | recall | F1 | pages below 0.9 | {' | '.join(f'F1, {kind}' for kind in kinds)} |"
    yield "|---" * (5 + len(kinds)) + "|"
    for name, found in scores.items():
        means = [statistics.mean(getattr(one, field) for one in found) for field in ("precision", "recall", "f1")]
        by_kind = [statistics.mean(s.f1 for s, page in zip(found, pages, strict=True) if page.kind == kind) for kind in kinds]
        low = sum(one.f1 < 0.9 for one in found)
        cells = [f"{mean:.4f}" for mean in means] + [str(low)] + [f"{mean:.4f}" for mean in by_kind]
        yield f"| {name} | {' | '.join(cells)} |"


def main() -> None:
    """Print the table, and with ``--worst`` each page that this project reads worse than the best peer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--worst", action="store_true")
    options = parser.parse_args()
    cases = [fetch(page, options.folder) for page in listed()]
    scores = measure(cases)
    print("\n".join(table(scores, [case.page for case in cases])))
    for number, case in enumerate(cases if options.worst else ()):
        own, *peers = (found[number] for found in scores.values())
        best = max(peers, key=lambda one: one.f1)
        if own.f1 < max(0.95, best.f1 - 0.02):
            print(f"{own.f1:.3f} (precision {own.precision:.3f}, recall {own.recall:.3f}), best {best.f1:.3f}: {case.page.path}")


if __name__ == "__main__":
    main()
