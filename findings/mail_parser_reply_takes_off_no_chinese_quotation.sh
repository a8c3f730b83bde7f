#!/usr/bin/env bash
# mail-parser-reply takes off the earlier mail that is quoted below an answer, in 13 languages, Chinese among them. One would expect it
# to part an answer from the quotation at a line such as 在2025年3月1日，王五写道： (on 1 March 2025, Wang wrote:), as it does in English at
# "On 1 Mar 2025, Wang wrote:". It parts it at no such line, with the sender named before or behind the date, with or without > before the quoted lines.
# The pattern for that line first rules out every line that has a date and 写道： in it, and then asks for both: no line that can be
# written meets it. The head of Outlook, 发件人 and so on, is found. No error or warning says so. It matters here because
# offices send their reports by mail, and answer below each other: every passage of the earlier mail is counted once more, and is a
# part of the answer of somebody else. Guess written down first: the quotation is taken off. Seen: it stays, all of it (mail-parser-reply 1.36).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'mail-parser-reply==1.36'
cd "$folder"
export PYTHONUTF8=1
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from mailparser_reply import EmailReplyParser


def bodies(language: str, mail: str) -> list[str]:
    return [reply.body for reply in EmailReplyParser(languages=[language]).read(mail).replies]


LINES = (
    "在2025年3月1日，王五写道：",
    "在 2025年3月1日，王五 <wang@example.cn> 写道：",
    "2025年3月1日，王五写道：",
    "王五 <wang@example.cn> 于2025年3月1日周六 10:00写道：",
)
print(f"mail-parser-reply {version('mail-parser-reply')}")
english = bodies("en", "Received.\n\nOn 1 Mar 2025, Wang wrote:\n> Please send the report.\n")
print(f"English: {english}")
assert english == ["Received.", "> Please send the report."], english
for line in LINES:
    for mark in ("> ", ""):
        mail = f"已收到。\n\n{line}\n{mark}请报送材料。"
        seen = bodies("zh", mail + "\n")
        print(f"{line} {mark}: {seen}")
        assert seen == [mail], seen
outlook = bodies("zh", "已收到。\n\n发件人: 王五\n发送时间: 2025年3月1日 10:00\n收件人: 李四\n主题: 材料\n\n请报送材料。\n")
print(f"Outlook: {outlook}")
assert outlook == ["已收到。", "请报送材料。"], outlook
PY
