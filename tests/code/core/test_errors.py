"""The code of an error: known at every place where one is made, kept on every way it goes, and told in Chinese."""

import ast
import pickle
import re
from pathlib import Path

import pytest

from pipeline.core import errors
from pipeline.core.errors import CODES, InputError, PipelineError, UsageError

PACKAGE = Path(errors.__file__).parents[1]
OF_CLASS = {"error", "unreadable", "usage", "config", "corpus", "model", "tracking", "library"}
OF_PERSON = {"name", "changed", "query", "attribute", "stale"}
OF_DIGEST = {"pages"}


def given_codes():
    """Yield each code that is written down as an argument, with its place."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for keyword in node.keywords if isinstance(node, ast.Call) else ():
                if keyword.arg == "code":
                    for part in ast.walk(keyword.value):
                        if isinstance(part, ast.Constant) and isinstance(part.value, str):
                            yield f"{path.name}:{part.lineno}", part.value


def test_every_code_that_is_given_is_known_and_every_known_one_is_given():
    found = dict(given_codes())
    assert len(found) > 60
    assert {place: code for place, code in found.items() if code not in CODES} == {}
    assert CODES - set(found.values()) - OF_CLASS == set()


@pytest.mark.parametrize(
    "kind", [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, PipelineError)]
)
def test_every_class_has_a_code_of_its_own_unless_one_is_given(kind):
    assert kind("x").code == kind.code
    assert kind.code in OF_CLASS
    assert kind("x", code="name").code == "name"
    assert kind("x").code == kind.code


def test_a_code_goes_along_to_another_process():
    error = pickle.loads(pickle.dumps(InputError("a.pdf: needs OCR", code="scanned")))
    assert (str(error), error.code, type(error)) == ("a.pdf: needs OCR", "scanned", InputError)
    assert pickle.loads(pickle.dumps(UsageError("x"))).code == "usage"


def test_the_page_tells_every_reason_why_a_report_is_not_read_by_its_code():
    words = (PACKAGE / "web/static/words.js").read_text(encoding="utf-8")
    table = words[words.index("const FAILURES = {") : words.index("};", words.index("const FAILURES = {"))]
    assert set(re.findall(r"^  (\w+):", table, re.MULTILINE)) >= CODES - OF_CLASS - OF_PERSON - OF_DIGEST
    problems = words[words.index("const PROBLEMS = {") : words.index("};", words.index("const PROBLEMS = {"))]
    assert set(re.findall(r"^  (\w+):", problems, re.MULTILINE)) >= OF_PERSON | OF_DIGEST
    assert "/i," not in table  # by code, never by patterns over English words
