"""The comparison: what people use today, and this model with each ingredient removed, on the same splits in one run.

Run by `make bench-accuracy`, which writes docs/comparison.md. Every contestant gets the same sentences of the same reports and is
measured alike, by characters. Seeds and genres are left out in the groups of a training; no text that is measured trains the model
that tags it. Each `--gold FILE` adds documents of which no text is in the corpus, tagged after training on all of it.
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
from pipeline.labels.corpus import read_corpus, read_gold, read_lexicon
from pipeline.model.tag import tag_segments
from pipeline.training.counts import Prepared
from pipeline.training.evaluate import Confusion, Figures, confusion_of, figures_of
from pipeline.training.fit import Fitter, groups_of, prepare_corpus

ROOT = Path(__file__).resolve().parents[2]
LEXICON = {
    "举旗帜": "理论 宣讲 中心组 第一议题 主题教育 党课 学习强国 党史学习 社科 创新理论",
    "聚民心": "舆论 舆情 融媒体 新闻发布 意识形态 网络 辟谣 主题宣传 媒体融合 问政",
    "育新人": "文明城市 文明实践 志愿服务 道德模范 好人 核心价值观 移风易俗 家风 未成年人 少年",
    "兴文化": "文化 图书馆 非遗 文物 演出 旅游 阅读 书房 戏曲 文艺",
    "展形象": "外宣 海外 国际传播 央视 央媒 省级以上 推介 对外 新华社 形象",
}
Tagger = Callable[[Prepared], list[Tag]]
Learner = Callable[[Sequence[int]], Tagger]  # from the numbers of the reports that are trained on
Shown = list[tuple[str, dict[str, Figures]]]


@dataclass(frozen=True)
class Contestant:
    """A name, and how it learns from some reports; ``splits`` tells whether it is measured on what is left out as well."""

    name: str
    learner: Callable[[Sequence[Prepared], LabelSet], Learner]
    splits: bool = True


def main() -> None:
    """Measure every contestant and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gold", type=Path, action="append", default=[], help="documents with labelled sentences; can be repeated")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "comparison.md")
    parser.add_argument("--only", default="", help="measure the contestants that have this in their name")
    options = parser.parse_args()
    config = load_config(None, ("track.enabled=false",))
    corpus = read_corpus(config, print)
    reports = prepare_corpus(corpus, config)
    golds = {path.stem: prepare_corpus(read_gold(path, config, corpus.label_set), config) for path in options.gold}
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    rows = []
    for contestant in (one for one in contestants(config) if options.only in one.name):
        begin = time.perf_counter()
        figures = measure(contestant, reports, golds, corpus.label_set, config)
        rows.append((contestant.name, figures))
        shown = "  ".join(f"{name} {value.macro_f1:.3f} / {value.accuracy:.3f}" for name, value in figures.items())
        print(f"{contestant.name:48} {shown}  ({time.perf_counter() - begin:.0f} s)", flush=True)
    options.out.write_text(page(rows, len(reports), [*golds], commit.strip()), encoding="utf-8")


def measure(
    contestant: Contestant, reports: Sequence[Prepared], golds: dict[str, Sequence[Prepared]], label_set: LabelSet, config: Config
) -> dict[str, Figures]:
    """Return a contestant's figures on each file of gold documents, on left-out seeds and on left-out genres."""
    learner = contestant.learner(reports, label_set)
    tagger = learner(range(len(reports)))  # first: what a model of all reports found is where the others start
    confusions = {name: _confusion(gold, tagger, label_set) for name, gold in golds.items()}
    if contestant.splits:
        confusions |= {"seeds": Counter(), "genres": Counter()}
        for group in groups_of(reports, config.evaluate):
            tagger = learner([i for i in range(len(reports)) if i not in set(group)])
            for kind in ("seeds", "genres"):
                left_out = [reports[i] for i in group if (reports[i].labels[0].origin == "seed") == (kind == "seeds")]
                confusions[kind] += _confusion(left_out, tagger, label_set)
    return {name: figures_of(confusion, label_set) for name, confusion in confusions.items()}


def _confusion(reports: Sequence[Prepared], tagger: Tagger, label_set: LabelSet) -> Confusion:
    return sum((confusion_of(report.labels, tagger(report), label_set.other) for report in reports), Counter())


def contestants(config: Config) -> list[Contestant]:
    """Return what is compared: baselines first, then this model, less one ingredient each, and on less of the corpus."""
    model, features = config.model, config.features

    def less(name: str, **changes: float) -> Contestant:
        return Contestant(f"… without {name}", ours(changed(config, model=changed(model, **changes))))

    def plainer(name: str, **changes: object) -> Contestant:
        return Contestant(f"… without {name}", ours(changed(config, features=changed(features, **changes))))

    no_context = {"neighbour_weight": 0.0, "segment_weight": 0.0, "heading_weight": 0.0, "report_weight": 0.0}
    return [
        Contestant("keyword lexicon", lexicon),
        Contestant("jieba words, TF-IDF, complement naive Bayes", plain(words, ComplementNB)),
        Contestant("jieba words, TF-IDF, LinearSVC (the plain recipe)", plain(words, svc)),
        Contestant("character bigrams, TF-IDF, LinearSVC (THUCTC)", plain(bigrams, svc)),
        Contestant("fastText, word bigrams, on jieba words", fasttext),
        Contestant("**this model**", ours(config)),
        plainer("gazetteers", gazetteers=""),
        plainer("the weight of unknown words", unknown_weight=0.0),
        plainer("character bigrams", character_bigrams=False),
        Contestant("… without words", ours(config, words_too=False)),
        less("the report's mean", report_weight=0.0),
        less("neighbours", neighbour_weight=0.0),
        less("the segment's mean", segment_weight=0.0),
        less("headings", heading_weight=0.0),
        less("any context", **no_context),
        less("the decoder (each sentence for itself)", switch_cost=0.0),
        less("balanced class weights", balanced=False),
        Contestant("… without the written reports", ours(load_config(ROOT / "configs" / "seeds.toml"), seeds_only=True)),
        *(Contestant(f"… with every {step}th report only", ours(config, step=step), splits=False) for step in (16, 8, 4)),
        Contestant("… with every other report only", ours(config, step=2), splits=False),
    ]


def ours(
    config: Config, words_too: bool = True, seeds_only: bool = False, step: int = 1
) -> Callable[[Sequence[Prepared], LabelSet], Learner]:
    """Return this model, with the settings of a configuration, on every ``step``-th of the reports that it is given."""

    def learner(reports: Sequence[Prepared], label_set: LabelSet) -> Learner:
        fitter = Fitter(reports if words_too else [bare(report) for report in reports], label_set, config, read_lexicon(config))

        def learn(numbers: Sequence[int]) -> Tagger:
            kept = [i for i in numbers[::step] if not seeds_only or reports[i].labels[0].origin == "seed"]
            fitted = fitter.fit(kept)
            return lambda report: list(tag_segments(report.cleaned, [report.segments], fitted))

        return learn

    return learner


def bare(report: Prepared) -> Prepared:
    """Return a report without its words, so that only character bigrams and terms of gazetteers are left to learn from."""
    return replace(report, texts=changed(report.texts, words=["\n"] * (report.texts.count - 1)))


def plain(
    analyzer: Callable[[tuple[str, list[str]]], list[str]], classifier: Callable[[], object]
) -> Callable[[Sequence[Prepared], LabelSet], Learner]:
    """Return a baseline that takes each sentence for itself."""

    def learner(reports: Sequence[Prepared], label_set: LabelSet) -> Learner:
        cut = [labelled(report) for report in reports]

        def learn(numbers: Sequence[int]) -> Tagger:
            fitted = make_pipeline(TfidfVectorizer(analyzer=analyzer), classifier())
            pairs = [pair for i in numbers for pair in cut[i]]
            fitted.fit([text for text, _ in pairs], [target for _, target in pairs])
            return lambda report: tags_of(report, fitted.predict(sentences(report)), label_set)

        return learn

    return learner


def lexicon(_: Sequence[Prepared], label_set: LabelSet) -> Learner:
    """Give each sentence the theme of which it holds the most keywords."""
    keywords = {name: terms.split() for name, terms in LEXICON.items()}

    def best(text: str) -> int:
        hits = {name: sum(text.count(term) for term in terms) for name, terms in keywords.items()}
        name = max(hits, key=lambda theme: hits[theme])
        return label_set.names.index(name if hits[name] else label_set.other)

    return lambda _: lambda report: tags_of(report, [best(text) for text, _ in sentences(report)], label_set)


def fasttext(reports: Sequence[Prepared], label_set: LabelSet) -> Learner:
    """Train fastText on the same words; one thread, so that it can be repeated."""
    import fasttext as library

    other = (0.0, f"__label__{label_set.names.index(label_set.other)}")
    lines = [[f"__label__{target} {' '.join(words)}\n" for (_, words), target in labelled(report)] for report in reports]

    def learn(numbers: Sequence[int]) -> Tagger:
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            file.writelines(line for i in numbers for line in lines[i])
            file.flush()
            fitted = library.train_supervised(
                file.name, wordNgrams=2, epoch=25, lr=0.5, thread=1, verbose=0, dim=50, bucket=200_000
            )

        def label(words: list[str]) -> int:
            ((_, name),) = fitted.f.predict(" ".join(words) + "\n", 1, 0.0, "strict") or (other,)
            return int(name.removeprefix("__label__"))

        return lambda report: tags_of(report, [label(words) for _, words in sentences(report)], label_set)

    return learn


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
    """Return the sentences of a report in lower case, each with its words."""
    own: list[list[str]] = [[]]
    for word in report.texts.words:
        if word == "\n":
            own.append([])
        else:
            own[-1].append(word)
    return list(zip(report.texts.joined.split("\n"), own, strict=True))[: report.layout.sentences]


def labelled(report: Prepared) -> list[tuple[tuple[str, list[str]], int]]:
    """Return the labelled sentences of a report and their labels."""
    return [(text, int(target)) for text, target in zip(sentences(report), report.targets, strict=True) if target >= 0]


def tags_of(report: Prepared, targets: Sequence[int] | np.ndarray, label_set: LabelSet) -> list[Tag]:
    """Return a tag for each sentence."""
    spans = [report.cleaned.offsets.span(*span) for segment in report.segments for span in segment.sentences]
    names = label_set.names
    return [
        Tag("", 0, start, end, "", "", names[int(target)], 1.0, {}, (), False, (), "")
        for (start, end), target in zip(spans, targets, strict=True)
    ]


def page(rows: Shown, reports: int, golds: Sequence[str], commit: str) -> str:
    """Return the table as Markdown, with its date and commit."""
    names = [*golds, "seeds", "genres"]
    lines = [
        "# Comparison",
        "",
        f"Written by `make bench-accuracy` on {dt.datetime.now(tz=dt.UTC).date()} at commit {commit}, {reports} reports.",
        "Macro-F1 over the five themes / accuracy over six labels, weighted by characters; the same sentences and splits for all.",
        "",
        f"| | {' | '.join(names)} |",
        f"|{'---|' * (len(names) + 1)}",
        *(f"| {name} | {' | '.join(_cell(figures.get(column)) for column in names)} |" for name, figures in rows),
    ]
    return "\n".join([*lines, "", NOTES])


def _cell(figures: Figures | None) -> str:
    return f"{figures.macro_f1:.3f} / {figures.accuracy:.3f}" if figures else ""


NOTES = """\
What the columns mean. *real_dev*: texts of other authors, *gov_dev*: passages of provincial government reports; none of them is
in the corpus, and all of the corpus trains what tags them. *gov_dev* holds few passages of most themes; accuracy is its figure.
*seeds*: five real reports, *genres*: the written ones; they are left out in the groups of a training, a genre with all its
reports. The genres are a rehearsal: their text was written for this project, and settings were chosen with an eye on it.
Baselines take each sentence for itself.
"""

if __name__ == "__main__":
    main()
