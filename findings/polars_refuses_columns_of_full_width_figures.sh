#!/usr/bin/env bash
# Chinese forms are often filled in with full-width figures: ２０２５ for 2025, and 12 typed in one mode next to １２ in the other. polars reads CSV and
# guesses what each column holds from its first rows. One would expect such a column to be text, as pandas, pyarrow and DuckDB have it, or numbers, as
# they are to Python's int. It is guessed to be whole numbers (the pattern for a number takes any digit of Unicode), which the reader of numbers, who
# knows 0 to 9 only, then cannot read: the whole file is refused, and so is the file that polars has just written itself from a column of
# text. Full-width dates, signs or １２月 are text and are read. With ignore_errors=True, which the message proposes, the figures are gone. It
# matters here because lists of reports have a column of years or issue numbers that somebody typed: a folder of such lists stops at one cell. Guess
# written down first: text. Seen: ComputeError, "could not parse ２０２５ as dtype i128" (polars 2.1.0; pandas 3.1.1 and DuckDB 2.0.1 give text).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'polars==2.1.0' 'pandas==3.1.1' 'duckdb==2.0.1'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl

LISTS = {
    "years": ["２０２５", "２０２４"],
    "one cell": ["2025", "２０２４"],
    "in one figure": ["1２"],
    "rates": ["９.５"],
    "dates": ["２０２５-０３-０５"],
    "months": ["１２月"],
}


def read(path: Path, **options: bool) -> list[object] | str:
    try:
        return pl.read_csv(path, **options)["期"].to_list()
    except pl.exceptions.ComputeError as error:
        return str(error).splitlines()[0]


print(f"polars {version('polars')}, pandas {version('pandas')}, DuckDB {version('duckdb')}")
seen: dict[str, list[object] | str] = {}
for name, cells in LISTS.items():
    path = Path(f"{name}.csv")
    path.write_text("期\n" + "\n".join(cells) + "\n", encoding="utf-8")
    seen[name] = read(path)
    print(f"{name} {cells}: {seen[name]}")
    assert pd.read_csv(path)["期"].to_list() == cells
    assert [cell for (cell,) in duckdb.sql(f"from '{path}'").fetchall()] == cells
refused = {name for name, result in seen.items() if isinstance(result, str) and "could not parse" in result}
assert refused == {"years", "one cell", "in one figure", "rates"}, refused
assert seen["dates"] == LISTS["dates"] and seen["months"] == LISTS["months"]
own = Path("own.csv")
pl.DataFrame({"期": ["２０２５"]}).write_csv(own)
lost = read(Path("one cell.csv"), ignore_errors=True)
print(f"written and read again: {read(own)}; with ignore_errors: {lost}; guessed: {pl.scan_csv(own).collect_schema()}")
assert "could not parse `２０２５` as dtype `i128`" in str(read(own))
assert lost == [2025, None]
PY
