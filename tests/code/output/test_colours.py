import pytest

from pipeline.core.config import LabelDefinition, LabelSet
from pipeline.output.colours import LEAST_CONTRAST, PAPER, TEXT, contrast, shades


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colours", [None, ("#ffff00", "#ffffff"), ("#000000", "#00ff00"), ("#FF00FF", "#0a0b0c")])
def test_text_on_every_ground_can_be_read(facts, colours):
    labels = (
        facts.labels
        if colours is None
        else LabelSet("甲", tuple(LabelDefinition(name, "", color) for name, color in zip("甲乙", colours, strict=True)))
    )
    for shade in shades(labels):
        assert contrast(TEXT, shade.tint) >= 7
        assert contrast(shade.ink, shade.tint) >= LEAST_CONTRAST
        assert contrast(shade.ink, PAPER) >= LEAST_CONTRAST
