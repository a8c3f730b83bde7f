#!/usr/bin/env bash
# boilerpy3 takes the article out of a page, by how many words a block has and how many of them are links. One
# would expect of a page in Chinese what it gives of the same page in English, or an error. It gives nothing, by all of its extractors: a word is what
# stands between spaces or punctuation marks, a Chinese paragraph of two sentences has as few of them as a menu has, and everything counts as
# boilerplate. The result is an empty text, the same as of a page that has no article. It matters here because pages of public bodies
# have paragraphs of just this length: a collection of them comes out as empty files, or as the few pages that have very long paragraphs.
# Guess written down first: the paragraphs of the page. Seen: "" for six of six extractors; five or more paragraphs in English
# (boilerpy3 1.0.7).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'boilerpy3==1.0.7'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

from boilerpy3 import extractors

NAMES = ("Article", "ArticleSentences", "Default", "LargestContent", "Canola", "NumWordsRules")
CHINESE = (
    "全县各乡镇组织志愿者开展文明实践活动，群众踊跃参加，取得了较好效果。",
    "各单位高度重视、精心组织，书房向群众开放，村里老人也来读报。",
)
ENGLISH = (
    "Every township sent volunteers into the villages, many people took part, and the work was well received.",
    "All units took care of it, the reading rooms were opened to the public, and old people came to read the papers.",
)


def article(extractor: str, title: str, paragraphs: tuple[str, ...]) -> list[str]:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs * 3)
    page = f'<html><head><title>t</title></head><body><div><a href="/">A</a> <a href="/b">B</a></div><h1>{title}</h1>{text}</body></html>'
    return getattr(extractors, f"{extractor}Extractor")().get_content(page).split("\n")


print(f"boilerpy3 {version('boilerpy3')}; expected: as many paragraphs in Chinese as in English")
for name in NAMES:
    chinese, english = article(name, "主要做法", CHINESE), article(name, "Main measures", ENGLISH)
    print(f"{name}: Chinese {chinese}, English {len(english)} paragraphs")
    assert chinese == [""], chinese
    assert len([line for line in english if line in ENGLISH]) >= 5, english
PY
