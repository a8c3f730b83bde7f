#!/usr/bin/env bash
# inscriptis makes text of a page as a browser lays it out: columns stay columns, and a span changes nothing, as it has no layout. One would expect
# 全县投入<span>20</span>万元 to come out as it is seen, without a space. It comes out as 投入 20 万元: a span that stands between characters gets a space
# on either side, which parts English words that a page would have run together, and in Chinese parts words that nobody parted.
# It matters here because pages that were made with Word or WPS have a span around every figure and every change of font, in the midst
# of words too: 文明实践 is then 文 明实 践, no word of which is in any dictionary, and a passage cannot be found in the page by what is quoted. A bold
# word is left alone. Expected: the characters of the page. Seen: spaces at every span (inscriptis 2.7.6; with its strict
# profile, which is not the default, there are none).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'inscriptis==2.7.6'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig

EXPECTED = {
    "全县投入<span>20</span>万元": "全县投入 20 万元",
    "文<span>明实</span>践": "文 明实 践",
    "全县<b>推进</b>建设": "全县推进建设",
}

print(f"inscriptis {version('inscriptis')}; expected: no spaces")
for page, text in EXPECTED.items():
    seen = get_text(f"<html><body><p>{page}</p></body></html>").strip()
    strict = get_text(f"<html><body><p>{page}</p></body></html>", ParserConfig(css=CSS_PROFILES["strict"])).strip()
    print(f"{page}: {seen!r}, strict: {strict!r}")
    assert seen == text, seen
    assert strict == text.replace(" ", ""), strict
PY
