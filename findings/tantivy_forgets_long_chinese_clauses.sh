#!/usr/bin/env bash
# Tantivy's default tokenizer parts text at what is no letter or digit, so a Chinese clause is one token: nobody expects to find a word
# inside it. One would expect to find a clause by the whole of itself, of any length. A clause of 14 ideographs cannot be found: the default
# tokenizer leaves out what is longer than 40 bytes, which is 13 ideographs, where in English it is a word that nobody writes. No error
# and no count tells of it. It matters here because reports are full of clauses of 14 characters and more, so that a search engine made
# with default settings has lost most of a report. Guess written down first: every clause is found by itself.
# Seen: 11 characters (33 bytes) found, 14 characters (42 bytes) not (tantivy for Python 0.27.0).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'tantivy==0.27.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import tantivy

clauses = ["文明实践中心建设推进座谈", "新时代文明实践中心建设", "新时代文明实践中心建设推进会"]
builder = tantivy.SchemaBuilder()
builder.add_text_field("text", stored=True)
index = tantivy.Index(builder.build())
writer = index.writer()
for clause in clauses:
    writer.add_document(tantivy.Document(text=clause))
writer.commit()
index.reload()
found = {clause: index.searcher().search(index.parse_query(clause, ["text"])).count for clause in clauses}
for clause, hits in found.items():
    print(f"tantivy {version('tantivy')}: {len(clause)} characters, {len(clause.encode())} bytes: {hits} found")
assert list(found.values()) == [1, 1, 0], found
PY
