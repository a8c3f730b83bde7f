"""How every output for people says the same thing: how sure the model is, in per cent, and which themes come next."""

from pipeline.core.records import Tag


def sure(score: float) -> str:
    """Return a score in per cent; none is ever certain."""
    return ">99%" if score >= 0.995 else f"{score:.0%}"


def second_themes(tag: Tag) -> str:
    """Return the secondary themes of a tag, each with its score."""
    return "、".join(f"{name} {sure(tag.scores.get(name, 0))}" for name in tag.secondary)
