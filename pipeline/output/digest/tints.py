"""How dark the cell of a share is: the more of a theme, the more of its colour, and dark text can be read on all of them."""

DEEPEST = 0.5  # of the colour, the rest is white
FULL = 0.5  # the share from which on a cell is that dark
STEPS = 10


def step(share: float) -> int:
    """Return how dark the cell of a share is, from 0 for none to ``STEPS``."""
    return min(STEPS, round(share / FULL * STEPS))


def tint(color: str, steps: int) -> str:
    """Return a colour (#rrggbb) mixed with white, as dark as ``step`` says."""
    part = DEEPEST * steps / STEPS
    channels = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(part * channel + (1 - part) * 255):02x}" for channel in channels)
