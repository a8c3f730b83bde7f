#!/usr/bin/env bash
# pyrefiqda reads REFI-QDA projects (.qdpx). One would expect that loading two projects, one after the other, gives the first and then the
# second. It does not where their project files have different names (programs write project.qde or the project's own name): load unpacks
# each into the same default folder, ./extracted_qdpx, leaves there what an earlier load unpacked, and then takes the first *.qde that it
# finds there. So the second load can return the first project, without a word, and the sources of the first lie among those of the second.
# It matters for whoever compares two coders' projects in one script: the agreement is perfect. Which of the two comes back depends on the
# order in which the file system lists them, so the same call in a folder of its own stands beside it.
# Guess written down first: of alpha.qde and beta.qde, loaded in both orders, one of the two second loads returns the first project, and
# all four loads into folders of their own return what was asked for. Seen: so it is (pyrefiqda 0.3.1).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'pyrefiqda==0.3.1'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import tempfile
import zipfile
from importlib.metadata import version

from pyrefiqda import RefiProject

XML = '<?xml version="1.0" encoding="utf-8"?><Project xmlns="urn:QDA-XML:project:1.0" name="{}"/>'
for name in ("alpha", "beta"):
    with zipfile.ZipFile(f"{name}.qdpx", "w") as package:
        package.writestr(f"{name}.qde", XML.format(name))

wrong = []
for order in (("alpha", "beta"), ("beta", "alpha")):
    shared = tempfile.mkdtemp()  # what the default, ./extracted_qdpx, is to two loads of one script
    for name in order:
        together = RefiProject.load(f"{name}.qdpx", extract_dir=shared).name
        alone = RefiProject.load(f"{name}.qdpx", extract_dir=tempfile.mkdtemp()).name
        print(f"pyrefiqda {version('pyrefiqda')}: asked for {name}: in a shared folder {together}, in its own {alone}")
        assert alone == name
        if together != name:
            wrong.append((order, name, together))
default = [RefiProject.load(f"{name}.qdpx").name for name in ("alpha", "beta", "alpha")]
print(f"with the default folder, asked for alpha, beta, alpha: {default}")
assert len(wrong) == 1, wrong
assert default != ["alpha", "beta", "alpha"], default
PY
