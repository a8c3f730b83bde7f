"""Pin what is installed: write ``pip freeze`` into constraints.txt, and raise the lower bounds of pyproject.toml to it.

Run by `make pins` in an environment that was made anew without constraints; docs/releasing.md says what to do next.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

HEAD = "# The versions that CI tests with, for a repeatable install:  pip install -c constraints.txt .\n"
_BOUND = re.compile(r'"(?P<name>[A-Za-z][\w.-]*)>=(?P<old>[\w.]+)')


def normal(name: str) -> str:
    """Return the name of a distribution as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lines: Iterable[str]) -> dict[str, str]:
    """Return the versions of ``name==version`` lines by normal name; comments, paths and addresses are left out."""
    found = [line.strip().split("==") for line in lines if "==" in line and not line.startswith("#")]
    return {normal(name): version for name, version in found}


def raised(project: str, versions: dict[str, str]) -> str:
    """Return the text of pyproject.toml with each lower bound at its pin; raises KeyError for a package that has none."""
    return _BOUND.sub(lambda bound: f'"{bound["name"]}>={versions[normal(bound["name"])]}', project)


def main(root: Path) -> None:
    """Rewrite both files."""
    lines = [line for line in sys.stdin.read().splitlines() if "==" in line]
    lines.sort(key=str.lower)
    (root / "constraints.txt").write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    project = root / "pyproject.toml"
    project.write_text(raised(project.read_text(encoding="utf-8"), pins(lines)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(__file__).resolve().parents[1])
