#!/usr/bin/env bash
# Excel in Chinese has 上午/下午h"时"mm"分" (as 下午2时24分) among its formats of times: it is one of those for China that ECMA-376 lists by number,
# and 上午/下午 stands where AM/PM does in English. One would expect LibreOffice, which converts workbooks to CSV or PDF on many a server, to
# show the time so. It shows 45717.6, the count of days that is in the cell, in an English locale and in the Chinese one, with [$-804] or
# without. Behind a date the two words are printed both, with the hour of the whole day: 上午/下午14:24. numfmt and HyperFormula print both
# words as well, 上午/下午14时24分. With AM/PM and [$-804] LibreOffice says 下午. It matters here because schedules of meetings have such a column:
# a time becomes a figure with a point, or is of the morning and of the afternoon at once, and nothing tells of it. Guess written down
# first: 下午2时24分 in the Chinese locale, and in HyperFormula (the number in the English one, and both words in numfmt, were first seen in a
# run without a guess). Seen: 45717.6; 上午/下午14时24分 (LibreOffice 7.4.7 of Debian 12, unpacked into a folder; hyperformula 3.5.0, numfmt
# 4.0.1; ssf 0.11.2, the formatter of SheetJS, gives 下午2时24分).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'openpyxl==3.1.5'
npm install --silent --no-audit --no-fund --prefix "$folder" ssf@0.11.2 numfmt@4.0.1 hyperformula@3.5.0
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
cat > show.mjs <<'JS'
import { HyperFormula } from "hyperformula";
import { format } from "numfmt";
import SSF from "ssf";

const code = '上午/下午h"时"mm"分"';
const sheet = HyperFormula.buildFromArray([['=TEXT(45717.6,"上午/下午h时mm分")']], { licenseKey: "gpl-v3" });
const shown = { ssf: SSF.format(code, 45717.6), numfmt: format(code, 45717.6, { locale: "zh-CN" }), hyperformula: sheet.getSheetValues(0)[0][0] };
console.log(JSON.stringify(shown));
JS
"$folder/venv/bin/python" - <<'PY'
import json
import os
import subprocess
from pathlib import Path

from openpyxl import Workbook

FORMAT = '上午/下午h"时"mm"分"'
CASES = {
    FORMAT: "45717.6",
    f"[$-804]{FORMAT};@": "45717.6",
    'yyyy"年"m"月"d"日" 上午/下午h:mm': "2025年3月1日 上午/下午14:24",
    '[$-804]AM/PMh"时"mm"分"': "下午2时24分",
}


def shown(locale: str) -> list[str]:
    """Return what Calc writes for each format into CSV, as shown."""
    book = Workbook()
    for row, form in enumerate(CASES, 1):
        book.active.cell(row, 1, 45717.6).number_format = form
    book.save("plan.xlsx")
    command = ["./calc", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1", "plan.xlsx"]
    subprocess.run(command, env=os.environ | {"LOCALE": locale}, check=True, capture_output=True, timeout=180)
    return Path("plan.csv").read_text(encoding="utf-8-sig").splitlines()


print(subprocess.run(["./calc", "--version"], check=True, capture_output=True, text=True).stdout.strip())
others = json.loads(subprocess.run(["node", "show.mjs"], check=True, capture_output=True, encoding="utf-8").stdout)
print(f"{FORMAT}: {others}")
assert others == {"ssf": "下午2时24分", "numfmt": "上午/下午14时24分", "hyperformula": "上午/下午14时24分"}, others
for locale in ("C.UTF-8", "zh_CN.UTF-8"):
    seen = dict(zip(CASES, shown(locale), strict=True))
    print(f"LibreOffice in {locale}: {seen}")
    assert seen == CASES, seen
PY
