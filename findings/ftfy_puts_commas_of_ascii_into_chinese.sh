#!/usr/bin/env bash
# ftfy mends text that was read in a wrong encoding ("fixes text for you"), and is run over what was collected from the web before anything
# else is done with it. It also gives letters their standard width: Ａ１ becomes A1, which one would want. One would expect sound Chinese to
# come out as it went in but for that, and the quotation marks, which it says that it makes straight. Its table of widths has every
# character of the block that full-width letters are in, and the marks of Chinese are there too: ，：；！？（） become , : ; ! ? ( ), while 。、《》
# and “ ”, with the quotation marks left alone, stay. So a clause ends in a comma of ASCII without a space, and （一） is (一). It knows that
# the text is sound (fix_encoding changes nothing), and does not say what it changed. It matters here because sentences end at ！ and ？,
# items are known by （一） and ；, and passages are quoted and found again character for character: the text is parted otherwise, and no
# passage with a comma is in its document any more. Guess written down first: the marks of Chinese stay. Seen: all seven in ASCII; with
# fix_character_width=False they stay (ftfy 6.3.1).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'ftfy==6.3.1'
PYTHONUTF8=1 "$folder/venv/bin/python" - <<'PY'
import ftfy

TEXT = "会议强调：全县要抓好落实，（一）抓学习；（二）抓队伍！效果如何？《条例》、书房。"
fixed = ftfy.fix_text(TEXT, uncurl_quotes=False)
print(f"ftfy {ftfy.__version__}: {TEXT}\n  {fixed}")
assert ftfy.fix_encoding(TEXT) == TEXT
assert fixed == "会议强调:全县要抓好落实,(一)抓学习;(二)抓队伍!效果如何?《条例》、书房。"
assert ftfy.fix_text(TEXT, fix_character_width=False) == TEXT
assert ftfy.fix_text("Ａ１") == "A1"
PY
