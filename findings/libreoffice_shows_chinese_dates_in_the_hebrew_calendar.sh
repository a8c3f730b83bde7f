#!/usr/bin/env bash
# In the formats of Excel, e is the year with all its digits, as yyyy is, and people in China type e"年"m"月"d"日" since it is short. One would expect
# LibreOffice, which converts such workbooks to CSV or PDF on many a server, to show 2025年3月1日. It shows 785年12月1日: where no
# locale stands beside it, e is to LibreOffice the year of a second calendar of its own locale, and in an English one the date is that of the Hebrew
# calendar, the first of the twelfth month of 5785; month and day move as well. With the mark for China ([$-804]), or in a Chinese locale, it is 25年3月1日, the year with
# two digits; with that for Taiwan, 114年3月1日, which is right there. Nothing warns of it, and yyyy is right. It matters here because dates of
# reports stand in such columns: 785 passes for a number, and 12月1日 for a day. Guess written down first: [$-804]e"年" is 2025年
# (785 was first seen in a run without a guess). Seen: 25年, and 785年12月1日 without the mark (LibreOffice 7.4.7 of Debian 12, unpacked into a
# folder; ssf 0.11.2, the formatter of SheetJS, gives 2025年3月1日).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'openpyxl==3.1.5'
npm install --silent --no-audit --no-fund --prefix "$folder" ssf@0.11.2
mkdir -p "$folder/lists/partial" "$folder/archives/partial"
: > "$folder/status"
apt=(apt-get -qq -y -o "Dir::State::lists=$folder/lists" -o "Dir::State::status=$folder/status" -o "Dir::Cache::archives=$folder/archives"
  -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache=" -o Debug::NoLocking=1 -o APT::Sandbox::User=root)
"${apt[@]}" update
"${apt[@]}" --no-install-recommends --download-only install 'libreoffice-calc-nogui=4:7.4.7-1+deb12u14'
for package in "$folder"/archives/*.deb; do
  case "${package##*/}" in libc6_* | libgcc-s1_* | libstdc++6_* | gcc-* | perl* | libperl*) ;; *) dpkg -x "$package" "$folder/office" ;; esac
done
office="$folder/office/usr/lib/libreoffice"
# The package sets up its registry when it is installed, and names its places from the root of the disk.
cp -r "$office/share/.registry/." "$folder/office/etc/libreoffice/registry/"
ln -sfn "$folder/office/etc/libreoffice/registry" "$office/share/registry"
sed -i "s#file:///usr/lib/libreoffice#file://$office#g; s#file:///etc/libreoffice#file://$folder/office/etc/libreoffice#g" "$office"/program/*rc
cat > "$folder/calc" <<SH
#!/usr/bin/env bash
export LD_LIBRARY_PATH="$office/program:$folder/office/usr/lib/x86_64-linux-gnu:$folder/office/lib/x86_64-linux-gnu" LC_ALL="\${LOCALE:-C.UTF-8}"
exec "$office/program/soffice.bin" "-env:UserInstallation=file://$folder/profile" --headless "\$@"
SH
chmod +x "$folder/calc"
cd "$folder"
# The first start makes a profile and asks to be started again (81).
./calc --terminate_after_init || [ $? = 81 ]
export PYTHONUTF8=1
"$folder/venv/bin/python" - <<'PY'
import os
import subprocess
from datetime import date
from pathlib import Path

from openpyxl import Workbook

FORMAT = 'e"年"m"月"d"日"'


def shown(form: str, locale: str) -> str:
    book = Workbook()
    book.active["A1"] = date(2025, 3, 1)
    book.active["A1"].number_format = form
    book.save("list.xlsx")
    command = ["./calc", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1", "list.xlsx"]
    subprocess.run(command, env=os.environ | {"LOCALE": locale}, check=True, capture_output=True, timeout=180)
    return Path("list.csv").read_text(encoding="utf-8").strip()


print(subprocess.run(["./calc", "--version"], check=True, capture_output=True, text=True).stdout.strip())
code = f"console.log(require('ssf').format('{FORMAT}', 45717))"
other = subprocess.run(["node", "-e", code], check=True, capture_output=True, encoding="utf-8").stdout.strip()
print(f"{FORMAT}: ssf {other}")
assert other == "2025年3月1日", other
expected = (
    ('yyyy"年"m"月"d"日"', "C.UTF-8", "2025年3月1日"),
    (FORMAT, "C.UTF-8", "785年12月1日"),
    (FORMAT, "zh_CN.UTF-8", "25年3月1日"),
    (f"[$-804]{FORMAT}", "C.UTF-8", "25年3月1日"),
    (f"[$-404]{FORMAT}", "C.UTF-8", "114年3月1日"),
)
for form, locale, text in expected:
    seen = shown(form, locale)
    print(f"{form} in {locale}: {seen}")
    assert seen == text, seen
PY
