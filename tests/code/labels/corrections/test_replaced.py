"""What lies where an output goes is replaced where a run made it; workbooks with corrections are in the tests of workbooks."""

import subprocess
import sys

import pytest

from pipeline.core.config import load_config
from pipeline.core.errors import UsageError
from pipeline.core.outputs import place_of
from pipeline.labels.corrections.replaced import check_replaceable

READ = load_config().read


@pytest.mark.parametrize(("can_force", "otherwise"), [(True, "replace it with --force"), (False, "take it away first")])
def test_what_no_run_made_is_not_replaced(tmp_path, can_force, otherwise):
    out = tmp_path / "a.md"
    check_replaceable(place_of(out), READ, can_force)
    (tmp_path / "a.md.summary.json").write_text("{}", encoding="utf-8")

    def said():
        with pytest.raises(UsageError) as error:
            check_replaceable(place_of(out), READ, can_force)
        return str(error.value)

    hint = f"is there already, and no earlier run made it; name another output with -o, or {otherwise}"
    assert said() == f"{out}.summary.json: {hint}"
    out.write_text("mine", encoding="utf-8")
    (tmp_path / "a.md.summary.json").unlink()
    assert said() == f"{out}: {hint}"


LOADED = """
import sys
from pathlib import Path
from pipeline.core.config import load_config
from pipeline.core.outputs import place_of
from pipeline.labels.corrections.replaced import check_replaceable
check_replaceable(place_of(Path(sys.argv[1])), load_config().read)
print(*sorted(name for name in sys.modules if "workbook" in name or "word.package" in name))
"""


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.html", "a.xlsx"])
def test_how_a_workbook_is_taken_back_is_loaded_only_where_there_may_be_one(tmp_path, root, name):
    (tmp_path / name).write_text('{"source": "a.txt"}\n'.replace(": ", ":"), encoding="utf-8")
    run = [sys.executable, "-c", LOADED, str(tmp_path / name)]
    assert subprocess.run(run, cwd=root, capture_output=True, text=True, check=True).stdout == "\n"
