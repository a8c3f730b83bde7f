#!/usr/bin/env bash
# RTF keeps Chinese in two ways: as bytes of GBK in a font of \fcharset134 (WordPad), or as the number of the character, \u23459, followed by what an
# old program is to show in its place, of which \uc2 in the head says that it is two bytes, as in GBK (Word in Chinese). One would expect pandoc
# to give 宣传思想 for both, whatever \ansicpg says for the other fonts. It does not look at the charset of the font, and
# gives Ðû´«Ë¼Ïë for the first; it does not keep the \uc2 of the head, so that one byte of each pair stays, and the second is 宣û传«思¼想ë.
# That is without a warning; where the head says \ansicpg936 there is one, that code page 936 is unsupported, and the same text. It matters here because old
# reports are kept as RTF: what comes of them has no Chinese word, or a letter between any two characters, and is tagged like any text. Guess
# written down first: 宣传思想 for both. Seen: neither (pandoc 3.9 of pypandoc_binary 1.17; striprtf 0.0.35 gives both).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'pypandoc_binary==1.17' 'striprtf==0.0.35'
cd "$folder"
export PYTHONUTF8=1
"$folder/venv/bin/python" - <<'PY'
import subprocess
from importlib.metadata import version
from pathlib import Path

import pypandoc
from striprtf.striprtf import rtf_to_text

TEXT = "宣传思想"
FONT = r"{\fonttbl{\f0\fnil\fcharset0 Calibri;}{\f1\fnil\fcharset134 SimSun;}}"


def gbk(text: str) -> str:
    return "".join(rf"\'{byte:02x}" for byte in text.encode("gbk"))


def numbered(text: str) -> str:
    return "".join(rf"\u{ord(sign) - (65536 if ord(sign) > 32767 else 0)}{gbk(sign)}" for sign in text)


def read(page: int, head: str, body: str) -> tuple[str, str, str]:
    Path("report.rtf").write_text(rf"{{\rtf1\ansi\ansicpg{page}{head}\deff0{FONT}\pard\plain\f1 {body}\par}}", encoding="ascii")
    done = subprocess.run([pypandoc.get_pandoc_path(), "-t", "plain", "report.rtf"], capture_output=True, encoding="utf-8", check=True)
    return done.stdout.strip(), done.stderr.strip(), rtf_to_text(Path("report.rtf").read_text()).strip()


print(f"pandoc {pypandoc.get_pandoc_version()}, striprtf {version('striprtf')}; expected: {TEXT}")
garbled = TEXT.encode("gbk").decode("cp1252")
mixed = "".join(sign + sign.encode("gbk")[1:].decode("cp1252") for sign in TEXT)
for name, head, body, expected in (("bytes", "", gbk(TEXT), garbled), ("two bytes to skip", r"\uc2", numbered(TEXT), mixed)):
    for page in (1252, 936):
        seen, warning, other = read(page, head, body)
        print(f"{name}, code page {page}: pandoc {seen!r} (warning: {warning!r}), striprtf {other}")
        assert seen == expected, (seen, expected)
        assert bool(warning) == (page == 936), warning
        assert other == TEXT, other
PY
