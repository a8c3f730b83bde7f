"""How dark the cell of a share is."""

import pytest

from pipeline.output.digest.tints import STEPS, step, tint


@pytest.mark.parametrize(("share", "steps"), [(0.0, 0), (0.024, 0), (0.026, 1), (0.25, 5), (0.5, 10), (0.51, 10), (1.0, 10)])
def test_a_share_of_a_half_is_as_dark_as_it_gets(share, steps):
    assert step(share) == steps


def test_a_tint_is_the_colour_mixed_with_white():
    assert tint("#204060", 0) == "#ffffff"
    assert tint("#204060", STEPS) == "#90a0b0"
    assert tint("#204060", 5) == "#c7cfd7"
