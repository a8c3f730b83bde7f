"""The written corpus: enough of everything, nothing twice, labels that fit, and a second pass that agrees.

Overlap is counted in runs of eight letters: the share of the shorter report's runs that the other has too. Measured on real
reports that nobody copied from each other: pairs of 16 provincial government reports share 0.035 of theirs in the median and 0.076
at most, pairs of the seeds 0.014 at most, all of it set phrases and names. The bound of 0.06 lies inside what is natural between
independent reports of one genre; the closest pair here has 0.040.
"""

import itertools
import re
from collections import Counter, defaultdict

import pytest

from pipeline.core.config import load_config, load_label_set
from pipeline.labels.agreement import agree, pair_labels
from pipeline.labels.corpus import read_corpus
from pipeline.labels.files import load_labels

LARGEST_OVERLAP = 0.06
RUN = 8
LONG_SENTENCE = 10
NOT_LETTERS = re.compile(r"\W+")
ORDINARY = {
    "government", "economy", "farming", "safety", "health_welfare", "party_building", "city_building", "bureau", "company",
    "court", "hospital", "opening_up", "livelihood",
}  # fmt: skip


@pytest.fixture(scope="module")
def written():
    corpus = read_corpus(load_config(), lambda _: None)
    return [report for report in corpus.reports if report.document.source.startswith("seeds/written/")]


@pytest.fixture(scope="module")
def label_set(root):
    return load_label_set(root / "configs" / "labels.toml")


def genre(report):
    return report.document.source.split("/")[2]


def test_there_is_enough_of_everything(written):
    assert len(written) >= 160
    assert sum(len(report.labels) for report in written) >= 5000
    genres = Counter(map(genre, written))
    assert len(genres) >= 12
    assert min(genres.values()) >= 3
    assert sum(genres[name] for name in ORDINARY) >= 50
    labels = Counter(label.label for report in written for label in report.labels)
    assert min(labels.values()) >= 1000


def test_every_report_has_passages_of_no_theme(written):
    assert [report.document.source for report in written if all(label.label != "其他" for label in report.labels)] == []


def test_every_word_is_labelled_and_every_label_is_written(written):
    for report in written:
        assert {label.origin for label in report.labels} == {"written"}
        covered = {place for label in report.labels for place in range(label.start, label.end)}
        text = report.document.text
        assert [text[i] for i in range(len(text)) if i not in covered and not text[i].isspace()] == [], report.document.source


def test_no_sentence_stands_in_two_reports(written):
    places = defaultdict(set)
    for report in written:
        for label in report.labels:
            places[report.document.text[label.start : label.end]].add(report.document.source)
    assert {text for text, sources in places.items() if len(text) >= LONG_SENTENCE and len(sources) > 1} == set()


@pytest.mark.slow
def test_no_two_reports_share_too_much(written):
    runs = {report.document.source: runs_of(report.document.text) for report in written}
    holders = defaultdict(list)
    for source, of_report in runs.items():
        for run in of_report:
            holders[run].append(source)
    shared = Counter(pair for sources in holders.values() for pair in itertools.combinations(sorted(sources), 2))
    overlap = {pair: count / min(len(runs[pair[0]]), len(runs[pair[1]])) for pair, count in shared.items()}
    assert {pair: share for pair, share in overlap.items() if share > LARGEST_OVERLAP} == {}


def test_no_written_report_takes_a_sentence_from_a_seed(written, root):
    seeds = "".join(path.read_text(encoding="utf-8") for path in sorted((root / "seeds" / "reports").iterdir()))
    letters = NOT_LETTERS.sub("", seeds)
    taken = [
        text
        for report in written
        for label in report.labels
        if len(text := NOT_LETTERS.sub("", report.document.text[label.start : label.end])) >= LONG_SENTENCE and text in letters
    ]
    assert taken == []


def test_the_second_pass_covers_a_quarter_and_agrees(written, root, label_set):
    first = load_labels(root / "seeds" / "labels" / "written.jsonl", label_set)
    second = load_labels(root / "seeds" / "labels" / "second_pass.jsonl", label_set)
    assert len(second) >= len(first) / 4
    agreement = agree(pair_labels(first, second), label_set)
    assert agreement.passages == len(second)
    assert agreement.kappa > 0.95
    assert min(agreement.kappa_by_label.values()) > 0.9


def runs_of(text):
    letters = NOT_LETTERS.sub("", text)
    return {letters[i : i + RUN] for i in range(len(letters) - RUN + 1)}
