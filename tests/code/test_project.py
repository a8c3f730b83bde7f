"""What stands around the code: the targets of the Makefile."""

import re


def test_every_target_is_explained_by_make_help(root):
    text = (root / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    explained = re.findall(r"^([a-z-]+):.* ## .", text, re.MULTILINE)
    assert explained == [*dict.fromkeys(explained)]
    assert set(phony.split()) == set(explained)
