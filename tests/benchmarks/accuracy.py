"""The comparison: what people use today, and this model with each ingredient removed, on the same splits in one run.

Run by `make bench-accuracy`, which writes docs/accuracy.md. Every contestant gets the same sentences of the same reports and is
measured alike, by characters. Seeds are left out one by one, genres of the written reports one by one; no text that is measured
trains the model that tags it. `--gold FILE` adds documents of which no text is in the corpus.
"""

import argparse
import datetime as dt
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from msgspec.structs import replace as changed
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from pipeline.core.config import Config, LabelSet, load_config
from pipeline.core.records import Tag
from pipeline.labels.corpus import read_corpus, read_gold
from pipeline.model.tag import tag_segments
from pipeline.training.evaluate import Confusion, Figures, confusion_of, figures_of
from pipeline.training.fit import Prepared, fit, fold_groups, prepare_corpus

ROOT = Path(__file__).resolve().parents[2]
LEXICON = {
    "举旗帜": "理论 宣讲 中心组 第一议题 主题教育 党课 学习强国 党史学习 社科 创新理论",
    "聚民心": "舆论 舆情 融媒体 新闻发布 意识形态 网络 辟谣 主题宣传 媒体融合 问政",
    "育新人": "文明城市 文明实践 志愿服务 道德模范 好人 核心价值观 移风易俗 家风 未成年人 少年",
    "兴文化": "文化 图书馆 非遗 文物 演出 旅游 阅读 书房 戏曲 文艺",
    "展形象": "外宣 海外 国际传播 央视 央媒 省级以上 推介 对外 新华社 形象",
}
Predict = Callable[[Sequence[Prepared], Sequence[Prepared], LabelSet, Config], list[list[Tag]]]


@dataclass(frozen=True)
class Contestant:
    """A name, what it does, and how it tags reports after training on others."""

    name: str
    predict: Predict


def main() -> None:
    """Measure every contestant and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gold", type=Path, help="documents with text and labelled sentences to measure on as well")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "accuracy.md")
    options = parser.parse_args()
    config = load_config(None, ("track.enabled=false",))
    corpus = read_corpus(config, print)
    reports = prepare_corpus(corpus, config, ())
    gold = prepare_corpus(read_gold(options.gold, config, corpus.label_set), config, ()) if options.gold else []
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    rows = []
    for contestant in contestants(config):
        begin = time.perf_counter()
        figures = measure(contestant, reports, gold, corpus.label_set, config)
        rows.append((contestant.name, figures))
        shown = "  ".join(f"{name} {value.macro_f1:.3f} / {value.accuracy:.3f}" for name, value in figures.items())
        print(f"{contestant.name:48} {shown}  ({time.perf_counter() - begin:.0f} s)", flush=True)
    options.out.write_text(page(rows, len(reports), options.gold, commit.strip()), encoding="utf-8")


def measure(
    contestant: Contestant, reports: Sequence[Prepared], gold: Sequence[Prepared], label_set: LabelSet, config: Config
) -> dict[str, Figures]:
    """Return a contestant's figures on left-out seeds, on left-out genres, and on the gold documents."""
    confusions: dict[str, Confusion] = {"seeds": Counter(), "genres": Counter()}
    sources = [report.cleaned.document.source for report in reports]
    for group in fold_groups(sources, config.evaluate):
        train = [report for i, report in enumerate(reports) if i not in group]
        left_out = [reports[i] for i in group]
        for report, tags in zip(left_out, contestant.predict(train, left_out, label_set, config), strict=True):
            kind = "seeds" if report.labels[0].origin == "seed" else "genres"
            confusions[kind] += confusion_of(report.labels, tags, label_set.other)
    if gold:
        confusions["gold"] = Counter()
        for report, tags in zip(gold, contestant.predict(reports, gold, label_set, config), strict=True):
            confusions["gold"] += confusion_of(report.labels, tags, label_set.other)
    return {name: figures_of(confusion, label_set) for name, confusion in confusions.items()}


def contestants(config: Config) -> list[Contestant]:
    """Return what is compared: baselines first, then this model and this model less one ingredient each."""
    model, features, corpus = config.model, config.features, config

    def less(**changes: float) -> Config:
        return changed(corpus, model=changed(model, **changes))

    return [
        Contestant("keyword lexicon", lexicon),
        Contestant("jieba words, TF-IDF, complement naive Bayes", plain(words, ComplementNB)),
        Contestant("jieba words, TF-IDF, LinearSVC (the plain recipe)", plain(words, svc)),
        Contestant("character bigrams, TF-IDF, LinearSVC (THUCTC)", plain(bigrams, svc)),
        Contestant("fastText, word bigrams, on jieba words", fasttext),
        Contestant("**this model**", ours(config)),
        Contestant("… without neighbours", ours(less(neighbour_weight=0.0))),
        Contestant("… without the segment's mean", ours(less(segment_weight=0.0))),
        Contestant("… without headings", ours(less(heading_weight=0.0))),
        Contestant("… without any context", ours(less(neighbour_weight=0.0, segment_weight=0.0, heading_weight=0.0))),
        Contestant("… without the decoder (each sentence for itself)", ours(less(switch_cost=0.0))),
        Contestant("… without character bigrams", ours(changed(config, features=changed(features, character_bigrams=False)))),
        Contestant("… without words", ours(config, words_too=False)),
        Contestant("… without balanced class weights", ours(changed(config, model=changed(model, balanced=False)))),
        Contestant("… without the written reports", ours(load_config(ROOT / "configs" / "seeds.toml"), seeds_only=True)),
    ]


def ours(config: Config, words_too: bool = True, seeds_only: bool = False) -> Predict:
    """Return this model, with the settings of a configuration."""

    def predict(train: Sequence[Prepared], left_out: Sequence[Prepared], label_set: LabelSet, _: Config) -> list[list[Tag]]:
        kept = [report for report in train if report.labels[0].origin == "seed"] if seeds_only else train
        fitted = fit([bare(report) for report in kept] if not words_too else kept, label_set, config, ())
        return [list(tag_segments(report.cleaned, report.segments, fitted)) for report in left_out]

    return predict


def bare(report: Prepared) -> Prepared:
    """Return a report without its words, so that only character bigrams are left to learn from."""
    return replace(report, texts=changed(report.texts, words=()))


def plain(analyzer: Callable[[tuple[str, list[str]]], list[str]], classifier: Callable[[], object]) -> Predict:
    """Return a baseline that takes each sentence for itself."""

    def predict(train: Sequence[Prepared], left_out: Sequence[Prepared], label_set: LabelSet, config: Config) -> list[list[Tag]]:
        fitted = make_pipeline(TfidfVectorizer(analyzer=analyzer), classifier())
        texts, targets = labelled(train)
        fitted.fit(texts, targets)
        return [tags_of(report, fitted.predict(sentences(report)), label_set) for report in left_out]

    return predict


def lexicon(_: Sequence[Prepared], left_out: Sequence[Prepared], label_set: LabelSet, config: Config) -> list[list[Tag]]:
    """Give each sentence the theme of which it holds the most keywords."""
    keywords = {name: terms.split() for name, terms in LEXICON.items()}

    def best(text: str) -> int:
        hits = {name: sum(text.count(term) for term in terms) for name, terms in keywords.items()}
        name = max(hits, key=lambda theme: hits[theme])
        return label_set.names.index(name if hits[name] else label_set.other)

    return [tags_of(report, [best(text) for text, _ in sentences(report)], label_set) for report in left_out]


def fasttext(train: Sequence[Prepared], left_out: Sequence[Prepared], label_set: LabelSet, config: Config) -> list[list[Tag]]:
    """Train fastText on the same words; one thread, so that it can be repeated."""
    import fasttext as library

    texts, targets = labelled(train)
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.writelines(f"__label__{target} {' '.join(words)}\n" for (_, words), target in zip(texts, targets, strict=True))
        file.flush()
        fitted = library.train_supervised(file.name, wordNgrams=2, epoch=25, lr=0.5, thread=1, verbose=0, dim=50, bucket=200_000)

    def label(words: list[str]) -> int:
        ((_, name),) = fitted.f.predict(" ".join(words) + "\n", 1, 0.0, "strict") or (
            (0.0, f"__label__{label_set.names.index(label_set.other)}"),
        )
        return int(name.removeprefix("__label__"))

    return [tags_of(report, [label(words) for _, words in sentences(report)], label_set) for report in left_out]


def svc() -> LinearSVC:
    """Return the classifier of the plain recipe."""
    return LinearSVC(random_state=0)


def words(sentence: tuple[str, list[str]]) -> list[str]:
    """Return the words of a sentence."""
    return sentence[1]


def bigrams(sentence: tuple[str, list[str]]) -> list[str]:
    """Return the character bigrams of a sentence."""
    return [sentence[0][i : i + 2] for i in range(len(sentence[0]) - 1)]


def sentences(report: Prepared) -> list[tuple[str, list[str]]]:
    """Return the sentences of a report, each with its words."""
    return list(zip(report.texts.texts, report.texts.words, strict=True))[: report.layout.sentences]


def labelled(reports: Sequence[Prepared]) -> tuple[list[tuple[str, list[str]]], list[int]]:
    """Return the labelled sentences of reports and their labels."""
    pairs = [(text, int(target)) for report in reports for text, target in zip(sentences(report), report.targets, strict=True)]
    return [text for text, target in pairs if target >= 0], [target for _, target in pairs if target >= 0]


def tags_of(report: Prepared, targets: Sequence[int] | np.ndarray, label_set: LabelSet) -> list[Tag]:
    """Return a tag for each sentence."""
    spans = [report.cleaned.offsets.span(*span) for segment in report.segments for span in segment.sentences]
    names = label_set.names
    return [
        Tag("", 0, start, end, "", "", names[int(target)], 1.0, {}, (), False, (), "")
        for (start, end), target in zip(spans, targets, strict=True)
    ]


def page(rows: Sequence[tuple[str, dict[str, Figures]]], reports: int, gold: Path | None, commit: str) -> str:
    """Return the table as Markdown, with its date and commit."""
    header = ["", "seeds, each left out", "genres, each left out", *(["gold documents"] if gold else [])]
    lines = [
        "# Accuracy",
        "",
        f"Written by `make bench-accuracy` on {dt.datetime.now(tz=dt.UTC).date()} at commit {commit}, {reports} reports.",
        "Macro-F1 over the five themes / accuracy over six labels, weighted by characters; the same sentences and splits for all.",
        "A genre is left out with all its reports. Baselines take each sentence for itself.",
        *([f"Gold documents: `{gold.name}`, of which no text is in the corpus."] if gold else []),
        "",
        f"| {' | '.join(header)} |",
        f"|{'---|' * len(header)}",
    ]
    lines += [
        f"| {name} | " + " | ".join(f"{value.macro_f1:.3f} / {value.accuracy:.3f}" for value in figures.values()) + " |"
        for name, figures in rows
    ]
    return "\n".join([*lines, "", NOTES])


NOTES = """\
What the columns mean. *Seeds*: five real reports; each is tagged by a model trained on the other four and on the written
reports. *Genres*: the written reports of one genre are tagged by a model trained on the seeds and on all other genres; it is
a rehearsal for reports of a kind that nobody trained on, but its text was written for this project, and settings were chosen
with an eye on it, so it flatters a little. *Gold documents* hold few passages of some themes; accuracy is their figure.

How the settings were chosen. By hand, from a coarse grid of context weights, C, switch cost and features, by the figure on left-out
genres; the seeds took no part in the choice, but were seen. Neighbouring settings differ by less than 0.01, which is noise.
A search that saw neither seeds nor gold (the 290 written reports alone, genres left out in 8 groups, 21 settings of the three
context weights, C and the switch cost) ranged from 0.905 to 0.935 and put all context weights at 0.1; with them the left-out seeds
get 0.939 / 0.927, the genres 0.937 / 0.934, the gold documents 0.824 / 0.967: the same as shipped, within the noise.

Tried on 282 written reports and not kept, since they gave less than 0.003 on genres: bigrams of words (0.921, where words alone
gave 0.920 and character bigrams 0.928), trigrams of characters on top (0.928), C of 0.5 (0.918 against 0.920), three times the
weight for the seeds. The mean of the segment does not pay on the whole corpus; it is kept, at a low weight, because it does where
there are few reports (the seeds alone: 0.771 with it, 0.744 without, at equal weights for neighbours). Not tried: the position
of a sentence in its report, and masking names (tests of behaviour show that place names do not change a theme).
"""

if __name__ == "__main__":
    main()
