"""The colours of a theme as they can be read: a tint to lie below text, an edge, and an ink for the theme's name.

Contrast and luminance are those of WCAG 2.2 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio).
"""

from dataclasses import dataclass

from pipeline.core.config import LabelSet

TEXT = "#1d2129"
PAPER = "#ffffff"
LEAST_CONTRAST = 4.5
_TINT = 0.14  # of the theme's colour, the rest is paper
_STEPS = 50
Rgb = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Shades:
    """A theme's colours as ``#rrggbb``."""

    edge: str
    tint: str
    ink: str


def shades(labels: LabelSet) -> tuple[Shades, ...]:
    """Return the colours of each label in order."""
    return tuple(_shades(label.color) for label in labels.labels)


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(_rgb(first)), _luminance(_rgb(second))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _shades(colour: str) -> Shades:
    tint = _mixed(colour, PAPER, _TINT)
    return Shades(colour.lower(), tint, _ink(colour, tint))


def _ink(colour: str, ground: str) -> str:
    """Return the colour, darkened as far as it must be to be read on a ground."""
    darker = (_mixed(colour, "#000000", 1 - step / _STEPS) for step in range(_STEPS + 1))
    return next(ink for ink in darker if contrast(ink, ground) >= LEAST_CONTRAST)


def _mixed(first: str, second: str, share: float) -> str:
    parts = zip(_rgb(first), _rgb(second), strict=True)
    return "#" + "".join(f"{round(255 * (share * a + (1 - share) * b)):02x}" for a, b in parts)


def _rgb(colour: str) -> Rgb:
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))


def _luminance(rgb: Rgb) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
