#!/usr/bin/env bash
# redlines marks what changed between two versions of a text, as Word's comparison does. One would expect 全县建成20个书房 and 全县建成25个书房 to differ in
# the figure, as "built 20 rooms" and "built 25 rooms" do in it. Words are told by the spaces between them, and Chinese has none: the whole paragraph
# is marked as taken out, and the whole of the new one as put in, whatever is changed in it. No error or warning says that nothing was compared. It
# matters here because the report of this year is compared with last year's, or a passage with its source: one changed figure and a paragraph
# that was written anew look the same. Guess written down first: 20 and 25 are marked, or one character more on either side. Seen: all
# 14 characters of both (redlines 0.6.2).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'redlines==0.6.2' 'typing_extensions==4.15.0'
"$folder/venv/bin/python" -W ignore - <<'PY'
import re
from importlib.metadata import version

from redlines import Redlines


def marked(before: str, after: str) -> list[str]:
    return re.findall(r"<span[^>]*>(.*?)</span>", Redlines(before, after).output_markdown)


BEFORE, AFTER = "全县建成20个书房，群众满意。", "全县建成25个书房，群众满意。"
chinese = marked(BEFORE, AFTER)
english = marked("The county built 20 rooms, people agree.", "The county built 25 rooms, people agree.")
print(f"redlines {version('redlines')}; expected: only the figures are marked")
print(f"Chinese: {chinese}\nEnglish: {english}")
assert chinese == [BEFORE, AFTER], chinese
assert [word.strip() for word in english] == ["20", "25"], english
PY
