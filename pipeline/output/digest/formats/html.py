"""A digest as one web page that asks nothing of any other machine and has no script.

Jinja2 with autoescape makes it, in the look of the tagged reports' page (``pipeline.output.page``). Its content security
policy allows the one style in it by its digest and nothing else.
"""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pipeline.core.config import LabelSet
from pipeline.output import RunFacts
from pipeline.output.digest import wording
from pipeline.output.digest.figures import figures_of
from pipeline.output.digest.records import Digest, LabelShares
from pipeline.output.digest.tints import STEPS, step, tint
from pipeline.output.page import theme_css
from pipeline.output.visible import visible

if TYPE_CHECKING:
    from jinja2 import Environment

BAR = 8  # how dark the bar of shares is, of STEPS
ROOM = 2.2  # per cent of its width that a character takes
HERE = Path(__file__).parent.parent / "page"


def write(digest: Digest, stream: BinaryIO, run: RunFacts) -> None:
    """Write the digest."""
    style = (HERE / "digest.css").read_text(encoding="utf-8") + theme_css(run.labels) + _tints(run.labels)
    pieces = (
        _environment()
        .get_template("digest.html.j2")
        .generate(
            digest=digest,
            run=run,
            style=style,
            policy=_policy(style),
            labels=run.labels.names,
            indices={name: index for index, name in enumerate(run.labels.names)},
            figures=figures_of(digest),
            bars=_bar(digest.total, run.labels),
            shares_of=[(report, LabelShares("", 1, report.characters)) for report in digest.reports],
        )
    )
    stream.writelines(piece.encode() for piece in pieces)


@dataclass(frozen=True, slots=True)
class _Part:
    """A label's part of the bar of shares, in per cent of its width; its name where there is room for it."""

    index: int
    left: str
    width: str
    middle: str
    name: str


def _bar(total: LabelShares, labels: LabelSet) -> list[_Part]:
    widths = [100 * total.of(name) for name in labels.names]
    lefts = [0.0, *accumulate(widths)]
    return [
        _Part(index, f"{left:.3f}%", f"{width:.3f}%", f"{left + width / 2:.3f}%", name if width > ROOM * len(name) else "")
        for index, (name, left, width) in enumerate(zip(labels.names, lefts, widths, strict=False))
        if width
    ]


def _tints(labels: LabelSet) -> str:
    """Return the rules that give the cell of a share the more of its theme's colour the larger it is, and the bar its colours."""
    rules = [f".bar .theme-{index} {{ fill: {tint(label.color, BAR)}; }}\n" for index, label in enumerate(labels.labels)]
    rules += [
        f".theme-{index}.step-{steps} {{ background: {tint(label.color, steps)}; }}\n"
        for index, label in enumerate(labels.labels)
        for steps in range(1, STEPS + 1)
    ]
    return "".join(rules)


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - only where a page is made

    made = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters |= {"visible": visible, "percent": wording.percent, "step": step}
    made.globals |= {"wording": wording}
    return made
