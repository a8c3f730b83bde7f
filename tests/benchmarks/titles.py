"""Compare classifiers of short texts with one label each: this project's beside fastText and recipes of scikit-learn, in one run.

    python tests/benchmarks/titles.py --train TRAIN --test TEST     files of lines TEXT<tab>LABEL
    python tests/benchmarks/titles.py                                 titles that are made here, from a seed

Needs ``pip install 'mission-themes[bench]'``. All learn from the same texts; seconds are of one core and of this machine.
"""

import argparse
import logging
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

SEED = 20181
MADE = 10_000  # titles of the generator, half of them to learn from
# Ten fields with words of their own; each title also has words that all fields share, and one in eight has a word of another field.
FIELDS = {
    "财政": "预算 税收 专项资金 国库 审计 减税 债券 转移支付", "农业": "春耕 粮食 农机 大棚 种子 灌溉 乡村产业 农技",
    "教育": "学校 教师 课堂 招生 课后服务 校园 学生 职业教育", "卫生": "医院 疫苗 家庭医生 医保 门诊 体检 中医 急救",
    "交通": "公交 高速 铁路 桥梁 停车 客运 港口 道路", "环保": "河长 空气质量 垃圾分类 湿地 植树 排污 水源 碳排放",
    "文化": "图书馆 剧团 博物馆 非遗 展览 阅读 古城 演出", "体育": "马拉松 球队 全民健身 运动员 赛事 球场 冬训 冠军",
    "就业": "招聘 技能培训 创业 零工 岗位 工资 劳动合同 社保", "住房": "公租房 旧改 物业 公积金 加装电梯 小区 租赁 危房",
}  # fmt: skip
SHARED = "全县 今年 工作 推进 服务 群众 启动 完成 会议 通知 新增 提升 部门 项目 开展 举行 重点 一批 首个 情况"


@dataclass(frozen=True, slots=True)
class Titles:
    """Texts with their labels."""

    texts: Sequence[str]
    labels: Sequence[str]


@dataclass(frozen=True, slots=True)
class Result:
    """How good a classifier is, and the seconds that it took to learn and to predict."""

    name: str
    macro_f1: float
    accuracy: float
    learn: float
    predict: float


Classify = Callable[[Sequence[str]], Sequence[str]]
Learn = Callable[[Titles], Classify]


def read_titles(path: Path) -> Titles:
    """Return the texts and labels of a file of lines TEXT<tab>LABEL."""
    rows = [line.rsplit("\t", 1) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return Titles([row[0] for row in rows], [row[1] for row in rows])


def make_titles(count: int, seed: int) -> Titles:
    """Return titles made from the words of FIELDS: easier than real ones, since no word is new."""
    draw = random.Random(seed)
    words = {name: text.split() for name, text in FIELDS.items()}
    labels = [draw.choice(list(words)) for _ in range(count)]
    texts = []
    for label in labels:
        parts = [draw.choice(words[label]), *draw.sample(SHARED.split(), 3)]
        if draw.random() < 1 / 8:
            parts.append(draw.choice(words[draw.choice(list(words))]))
        draw.shuffle(parts)
        texts.append("".join(parts))
    return Titles(texts, labels)


def ours(**settings: object) -> Learn:
    """Return this project's classifier as a learner."""
    from pipeline.training.estimator import TextClassifier

    return lambda titles: TextClassifier(folds=0, **settings).fit(titles.texts, titles.labels).predict


def words_and_characters(titles: Titles) -> Classify:
    """Learn the best recipe known here: TF-IDF of jieba's words and of one and two characters, LinearSVC."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    characters = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)
    words = TfidfVectorizer(tokenizer=_cut, token_pattern=None)
    return make_pipeline(make_union(characters, words), LinearSVC(C=0.5)).fit(titles.texts, titles.labels).predict


def words_only(titles: Titles) -> Classify:
    """Learn the usual recipe: TF-IDF of jieba's words, logistic regression."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    words = TfidfVectorizer(tokenizer=_cut, token_pattern=None)
    return make_pipeline(words, LogisticRegression(C=10, max_iter=500)).fit(titles.texts, titles.labels).predict


def fasttext(titles: Titles) -> Classify:
    """Train fastText on jieba's words with pairs of them, in one thread, so that it can be repeated."""
    import fasttext as library

    names = sorted(set(titles.labels))
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        for text, label in zip(titles.texts, titles.labels, strict=True):
            file.write(f"__label__{names.index(label)} {' '.join(_cut(text))}\n")
        file.flush()
        model = library.train_supervised(file.name, wordNgrams=2, epoch=25, lr=0.5, thread=1, verbose=0, dim=50, bucket=200_000)
    inner = model.f  # its own `predict` asks numpy for what numpy 2 has no more

    def said(text: str) -> str:
        found = inner.predict(" ".join(_cut(text)) + "\n", 1, 0.0, "strict")
        return names[int(found[0][1].removeprefix("__label__"))] if found else names[0]

    return lambda texts: [said(text) for text in texts]


def _cut(text: str) -> list[str]:
    import jieba

    jieba.setLogLevel(logging.ERROR)
    return [word for word in jieba.lcut(text, HMM=False) if word.strip()]


CONTESTANTS: dict[str, Learn] = {
    "TF-IDF of words, logistic regression": words_only,
    "TF-IDF of words and characters, LinearSVC": words_and_characters,
    "fastText": fasttext,
}


def measure(name: str, learn: Learn, train: Titles, test: Titles) -> Result:
    """Return how good a learner is on titles that it has not seen."""
    from sklearn.metrics import accuracy_score, f1_score

    began = time.perf_counter()
    classify = learn(train)
    learned = time.perf_counter()
    said = list(classify(test.texts))
    ended = time.perf_counter()
    macro = float(f1_score(test.labels, said, average="macro"))
    return Result(name, macro, float(accuracy_score(test.labels, said)), learned - began, ended - learned)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path)
    parser.add_argument("--test", type=Path)
    asked = parser.parse_args()
    made = make_titles(MADE, SEED)
    train = read_titles(asked.train) if asked.train else Titles(made.texts[: MADE // 2], made.labels[: MADE // 2])
    test = read_titles(asked.test) if asked.test else Titles(made.texts[MADE // 2 :], made.labels[MADE // 2 :])
    print(f"{len(train.texts)} titles to learn from, {len(test.texts)} to measure on, {len(set(test.labels))} labels\n")
    print("| classifier | macro-F1 | accuracy | seconds to learn | to predict |\n|---|---|---|---|---|")
    contestants = {
        "**this project**, as `init` sets it": ours(min_df=1, characters=True, C=1.0, naive_bayes=0.1),
        "… without naive Bayes": ours(min_df=1, characters=True, C=1.0),
        "… and without characters by themselves": ours(min_df=1, C=1.0),
        "… with the defaults for reports": ours(),
        **CONTESTANTS,
    }
    for name, learn in contestants.items():
        one = measure(name, learn, train, test)
        print(f"| {one.name} | {one.macro_f1:.3f} | {one.accuracy:.3f} | {one.learn:.1f} | {one.predict:.1f} |", flush=True)


if __name__ == "__main__":
    main()
