"""How every output for people says the same thing: how sure the model is, in per cent, and which themes come next."""

from collections.abc import Iterable, Mapping

from pipeline.core.records import Tag
from pipeline.model.model import DriftedText


def sure(score: float) -> str:
    """Return a score in per cent; none is ever certain."""
    return ">99%" if score >= 0.995 else f"{score:.0%}"


def review_line(thresholds: Mapping[str, float], drifted: DriftedText | None = None) -> str:
    """Return below which score a passage is for review: one for all themes, or by theme, and in reports of unknown words."""
    least, most = min(thresholds.values()), max(thresholds.values())
    stricter = f"；生词占 {drifted.unknown:.0%} 以上的报告一律低于 {sure(drifted.threshold)}" if drifted else ""
    if least == most:
        return f"低于 {sure(least)}" + (f"（{stricter[1:]}）" if stricter else "")
    return f"低于其主题的复核线（各主题 {sure(least)} 至 {sure(most)}{stricter}）"


def second_themes(tag: Tag) -> str:
    """Return the secondary themes of a tag, each with its score."""
    return _with_scores(tag, tag.secondary)


def runner_up(tag: Tag) -> str:
    """Return the second most probable label of a tag that asks for review and has no secondary theme, with its score; else ""."""
    others = [name for name in tag.scores if name != tag.theme]
    if tag.secondary or not others or not tag.asks_review:
        return ""
    return _with_scores(tag, [max(others, key=lambda name: tag.scores[name])])


def _with_scores(tag: Tag, names: Iterable[str]) -> str:
    return "、".join(f"{name} {sure(tag.scores.get(name, 0))}" for name in names)
