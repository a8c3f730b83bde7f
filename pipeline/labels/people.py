"""The names of people who label and correct: the one place that checks them, and makes one of those that only look different."""

import re
import unicodedata

from pipeline.core.errors import UsageError
from pipeline.core.messages import tr

LONGEST = 80  # characters
# Marks that choose between shapes of a character, and the points that stand between the parts of a name.
_VARIATIONS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_POINTS = re.compile("[・•‧∙⋅]")


def person(name: str) -> str:
    """Return a name without what does not tell people apart: variants of Unicode (NFKC) and needless white space.

    >>> person("Ｗａｎｇ　一"), person("古丽•买买提")
    ('Wang 一', '古丽·买买提')
    """
    plain = unicodedata.normalize("NFKC", _VARIATIONS.sub("", name))
    return " ".join(_POINTS.sub("·", plain).split())


def checked_name(name: str) -> str:
    """Return a name as it is kept; raises UsageError for none, and for one that cannot be printed or is too long."""
    kept = person(name)
    if not kept or not kept.isprintable() or len(kept) > LONGEST:
        limit = tr("in at most {longest} printable characters", longest=LONGEST)
        raise UsageError(tr("annotator {kept!r}: say who corrects, {limit}", kept=kept[:LONGEST], limit=limit), code="name")
    return kept
