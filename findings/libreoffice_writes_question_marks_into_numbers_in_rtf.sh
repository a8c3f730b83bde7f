#!/usr/bin/env bash
# Chinese lists are numbered 一、 二、 and the articles of a rule 第一条 第二条; in Writer that is a list with the digits 一, 二, 三 and with marks before and
# behind them. One would expect such a list to stay what it is when LibreOffice saves it as RTF, which it also reads. It writes the
# digits right and ? for each mark that its code page for Western Europe does not have: 一、 is 一? when the file is opened again, 第一条
# is ?一?, and of （一） the brackets become half as wide. Saved as .docx or .doc the same list stays right, and so does Chinese text
# beside it. The right number is in the RTF too, as the copy for old programs (listtext), which striprtf reads; a program that knows lists takes
# the wrong one. It matters here because RTF is what plans and rules are kept in where it must open everywhere, and a splitter
# that knows a heading by 一、 and an article by 第一条 finds neither. Guess written down first: the numbers are kept. Seen: 一?, ?一? and (一)
# (LibreOffice 7.4.7 of Debian 12, unpacked into a folder; striprtf 0.0.35).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'striprtf==0.0.35'
mkdir -p "$folder/lists/partial" "$folder/archives/partial"
: > "$folder/status"
apt=(apt-get -qq -y -o "Dir::State::lists=$folder/lists" -o "Dir::State::status=$folder/status" -o "Dir::Cache::archives=$folder/archives"
  -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache=" -o Debug::NoLocking=1 -o APT::Sandbox::User=root)
"${apt[@]}" update
"${apt[@]}" --no-install-recommends --download-only install 'libreoffice-writer-nogui=4:7.4.7-1+deb12u14'
for package in "$folder"/archives/*.deb; do
  case "${package##*/}" in libc6_* | libgcc-s1_* | libstdc++6_* | gcc-* | perl* | libperl*) ;; *) dpkg -x "$package" "$folder/office" ;; esac
done
office="$folder/office/usr/lib/libreoffice"
# The package sets up its registry when it is installed, and names its places from the root of the disk.
cp -r "$office/share/.registry/." "$folder/office/etc/libreoffice/registry/"
ln -sfn "$folder/office/etc/libreoffice/registry" "$office/share/registry"
sed -i "s#file:///usr/lib/libreoffice#file://$office#g; s#file:///etc/libreoffice#file://$folder/office/etc/libreoffice#g" "$office"/program/*rc
sed -i "s#file:///usr/share/#file://$folder/office/usr/share/#g" "$folder"/office/etc/libreoffice/registry/*.xcd
cat > "$folder/writer" <<SH
#!/usr/bin/env bash
export LD_LIBRARY_PATH="$office/program:$folder/office/usr/lib/x86_64-linux-gnu:$folder/office/lib/x86_64-linux-gnu" LC_ALL=C.UTF-8
exec "$office/program/soffice.bin" "-env:UserInstallation=file://$folder/profile" --headless "\$@"
SH
chmod +x "$folder/writer"
cd "$folder"
# The first start makes a profile and asks to be started again (81).
./writer --terminate_after_init || [ $? = 81 ]
export PYTHONUTF8=1
"$folder/venv/bin/python" - <<'PY'
import subprocess
import zipfile
from importlib.metadata import version
from pathlib import Path

from striprtf.striprtf import rtf_to_text

SPACES = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "style"))
MEDIA = "application/vnd.oasis.opendocument.text"
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{MEDIA}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


def write(before: str, behind: str) -> None:
    level = f'text:level="1" style:num-format="一, 二, 三, ..." style:num-prefix="{before}" style:num-suffix="{behind}"'
    with zipfile.ZipFile("plan.odt", "w") as package:
        package.writestr("mimetype", MEDIA)
        package.writestr("META-INF/manifest.xml", MANIFEST)
        package.writestr(
            "content.xml",
            f'<office:document-content {SPACES} office:version="1.2"><office:automatic-styles><text:list-style style:name="L">'
            f"<text:list-level-style-number {level}/></text:list-style></office:automatic-styles><office:body><office:text>"
            '<text:list text:style-name="L"><text:list-item><text:p>抓学习、抓落实</text:p></text:list-item></text:list>'
            "</office:text></office:body></office:document-content>",
        )


def convert(name: str, form: str, folder: str) -> Path:
    command = ["./writer", "--convert-to", form, "--outdir", folder, name]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return Path(folder, Path(name).stem + "." + form.split(":")[0])


told = subprocess.run(["./writer", "--version"], check=True, capture_output=True, text=True)
print(f"{told.stdout.strip()}, striprtf {version('striprtf')}")
for before, behind, expected in (("", "、", "一?"), ("第", "条", "?一?"), ("（", "）", "(一)")):
    write(before, behind)
    lines = {}
    for form in ("docx", "doc", "rtf"):
        saved = convert("plan.odt", form, "saved")
        lines[form] = convert(str(saved), "txt:Text", f"read_{form}").read_text(encoding="utf-8-sig").split()
    copy = rtf_to_text(Path("saved/plan.rtf").read_text(encoding="ascii")).split()
    print(f"{before}一{behind}: {lines}, striprtf {copy}")
    assert lines["docx"] == lines["doc"] == copy == [f"{before}一{behind}", "抓学习、抓落实"], lines
    assert lines["rtf"] == [expected, "抓学习、抓落实"], lines
PY
