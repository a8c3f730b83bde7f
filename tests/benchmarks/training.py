"""Train on many labelled lines, and fit scikit-learn alone on the same features; run by bench.py in a process of its own."""

import hashlib
import json
import os
import random
import re
import sys
import time
from pathlib import Path

from msgspec.structs import replace
from sklearn.svm import LinearSVC

from pipeline.core.config import load_config
from pipeline.labels.corpus import read_corpus, read_lexicon
from pipeline.training.counts import CorpusCounts
from pipeline.training.fit import Fitter, prepare_corpus

LINES_A_REPORT = 100
ROOT = Path(__file__).resolve().parents[2]


def build(folder: Path, lines: int) -> None:
    """Write reports and labels: sentences of the corpus in another order, with other figures and some words exchanged."""
    chance = random.Random(3)
    labels = [json.loads(line) for line in (ROOT / "seeds" / "labels" / "written.jsonl").read_text(encoding="utf-8").splitlines()]
    texts = {label["source"]: (ROOT / label["source"]).read_text(encoding="utf-8") for label in labels}
    known = [(texts[label["source"]][label["start"] : label["end"]].strip(), label["label"]) for label in labels]
    known = [(" ".join(text.split()), label) for text, label in known if text]
    names = re.findall("[\u4e00-\u9fff]{2}", "".join(text for text, _ in known))
    (folder / "reports").mkdir()
    out = []
    for number in range(lines // LINES_A_REPORT):
        rows = []
        for text, label in chance.choices(known, k=LINES_A_REPORT):
            at = chance.randrange(len(text) + 1)
            changed = re.sub(r"\d", lambda _: str(chance.randrange(10)), text[:at] + chance.choice(names) + text[at:])
            rows.append((changed.rstrip("。") + "，详情已报。", label))
        content = "\n".join(text for text, _ in rows)
        (folder / "reports" / f"{number:05}.txt").write_text(content, encoding="utf-8")
        out += _labels(f"reports/{number:05}.txt", content, rows)
    (folder / "labels.jsonl").write_text("\n".join(out) + "\n", encoding="utf-8")


def _labels(source: str, content: str, rows: list[tuple[str, str]]) -> list[str]:
    digest, start, out = hashlib.sha256(content.encode()).hexdigest(), 0, []
    for text, label in rows:
        out.append(json.dumps({"source": source, "sha256": digest, "start": start, "end": start + len(text), "label": label}))
        start += len(text) + 1
    return out


def main() -> None:
    """Write the seconds of processor time of both to training.json."""
    folder, lines = Path(sys.argv[1]), int(sys.argv[2])
    os.environ["MISSION_THEMES_HOME"] = str(folder)
    build(folder, lines)
    config = load_config(None, ("track.enabled=false",))
    corpus_config = replace(config.corpus, reports=("reports",), labels=("labels.jsonl",))
    config = replace(config, corpus=corpus_config)
    begin = time.process_time()
    corpus = read_corpus(config, lambda _: None)
    prepared = prepare_corpus(corpus, config)
    Fitter(prepared, corpus.label_set, config, read_lexicon(config)).fit(range(len(prepared)))
    ours = time.process_time() - begin
    counts = CorpusCounts(prepared, config, read_lexicon(config))
    part = counts.part(range(len(prepared)))
    features, targets = counts.matrix(part), counts.targets[part.rows]
    begin = time.process_time()
    LinearSVC(C=config.model.C, class_weight="balanced", random_state=config.model.seed, max_iter=20_000).fit(features, targets)
    bare = time.process_time() - begin
    (folder / "training.json").write_text(json.dumps({"ours": ours, "bare": bare, "rows": len(targets)}), encoding="utf-8")


if __name__ == "__main__":
    main()
