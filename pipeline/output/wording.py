"""How every output for people says the same thing: how sure the model is, in per cent, and which themes come next."""

from collections.abc import Mapping

from pipeline.core.records import Tag


def sure(score: float) -> str:
    """Return a score in per cent; none is ever certain."""
    return ">99%" if score >= 0.995 else f"{score:.0%}"


def review_line(thresholds: Mapping[str, float]) -> str:
    """Return below which score a passage is for review: one for all themes, or from which to which by theme."""
    least, most = min(thresholds.values()), max(thresholds.values())
    return f"低于 {sure(least)}" if least == most else f"低于其主题的复核线（各主题 {sure(least)} 至 {sure(most)}）"


def second_themes(tag: Tag) -> str:
    """Return the secondary themes of a tag, each with its score."""
    return "、".join(f"{name} {sure(tag.scores.get(name, 0))}" for name in tag.secondary)
