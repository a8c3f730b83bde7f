#!/usr/bin/env bash
# Mail programs in China write GBK and call it gb2312; web standards therefore read gb2312 as GBK. One would expect of Python's
# email package either that, or an error that names the charset. It decodes with the 1980 character set, replaces what it does not
# know, loses its step at the first such character, and so makes other, wrong characters of the good ones behind it: 喆镕镇 becomes a
# question mark, 撮 and F. No exception, and no defect is noted. It matters here because names of places and people are just what GB
# 2312 lacks, and a report that came by mail would be tagged and quoted with words that nobody wrote. Guess written down first:
# get_content() == the text, or LookupError. Seen: wrong text (Python 3.11; get_payload(decode=True).decode("gb18030") is right).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import base64
import email
import email.policy
import sys

text = "喆镕镇工作总结"
head = b"Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=gb2312\r\nContent-Transfer-Encoding: base64\r\n\r\n"
message = email.message_from_bytes(head + base64.encodebytes(text.encode("gbk")), policy=email.policy.default)
found, defects = message.get_content().strip(), message.defects
print(f"Python {sys.version.split()[0]}: {text} -> {found!r}, defects {defects}")
assert message.get_payload(decode=True).decode("gb18030") == text
assert found != text and "\ufffd" in found and "撮" in found and not defects
PY
