#!/usr/bin/env bash
# Documents write years as 二〇二五年, with U+3007 for zero. One would expect jieba to keep such a year whole, as it keeps 一九四九年, or to part
# it into its digits. Its pattern of ideographs does not hold U+3007, so the zero parts the text before any word is looked for, and what is left
# makes another word: 二 〇 二 五年, where 五年 is five years. It matters here because every 公文 is dated so: a model that is fed with jieba's
# words learns five years from a date, and a search for the year finds nothing. Guess written down first: 二〇二五年 is one word.
# Seen: 二 / 〇 / 二 / 五年, with and without its hidden Markov model (jieba 0.42.1).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'jieba==0.42.1' 'setuptools==80.9.0'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import jieba

jieba.setLogLevel(60)
for hmm in (True, False):
    with_zero, without = jieba.lcut("二〇二五年", HMM=hmm), jieba.lcut("一九四九年", HMM=hmm)
    print(f"jieba {version('jieba')}, HMM {hmm}: {' / '.join(with_zero)}; {' / '.join(without)}")
    assert with_zero == ["二", "〇", "二", "五年"]
    assert without == ["一九四九年"]
PY
