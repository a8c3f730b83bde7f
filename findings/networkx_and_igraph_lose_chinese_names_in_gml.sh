#!/usr/bin/env bash
# Which themes stand in the same report is drawn as a network; one program counts it, another lays it out, and GML is the text format that both networkx
# and igraph read and write. One would expect the name of a node to be the same on the other side. GML is ASCII with entities by its definition, and
# networkx keeps to that both ways: it writes 文化 as &#25991;&#21270;, which igraph, but for a warning on standard error, takes for the name itself: the nodes
# are called so in every table and picture that follows. igraph writes 文化 in UTF-8, which networkx refuses. Each reads its own. It matters here because
# nothing is wrong in English, and the labels of a whole network are entities before anyone looks at the picture; a join with the
# table of themes by name finds nothing. GraphML and Pajek carry the names. Guess written down first: they come back both ways.
# Seen: &#25991;&#21270; one way, "input is not ASCII-encoded" the other (networkx 3.6.1, igraph 1.0.0).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'networkx==3.6.1' 'igraph==1.0.0'
cd "$folder"
export PYTHONUTF8=1
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import igraph
import networkx

THEMES = ["文化", "文明"]

ours = networkx.Graph([tuple(THEMES)])
networkx.write_gml(ours, "networkx.gml")
networkx.write_graphml(ours, "networkx.graphml")
theirs = igraph.Graph.TupleList([tuple(THEMES)])
theirs.vs["label"] = theirs.vs["name"]
theirs.write_gml("igraph.gml")

names = igraph.Graph.Read_GML("networkx.gml").vs["label"]
graphml = igraph.Graph.Read_GraphML("networkx.graphml").vs["id"]
own = list(networkx.read_gml("networkx.gml")), igraph.Graph.Read_GML("igraph.gml").vs["label"]
try:
    refusal = f"read: {list(networkx.read_gml('igraph.gml'))}"
except networkx.NetworkXError as error:
    refusal = str(error)
print(f"networkx {version('networkx')}, igraph {version('igraph')}: igraph reads {names}, networkx says {refusal!r}")
print(f"each reads its own: {own}; by GraphML igraph reads {graphml}")
assert names == ["&#25991;&#21270;", "&#25991;&#26126;"], names
assert refusal == "input is not ASCII-encoded", refusal
assert own == (THEMES, THEMES), own
assert graphml == THEMES, graphml
PY
