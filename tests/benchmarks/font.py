"""Make the font of the pictures again: the characters of GB 2312 from Noto Sans CJK SC (`make font`; needs fonts-noto-cjk)."""

import argparse
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

from pipeline.track.pictures import FAMILY, FONT

SIGNS = "·—–…“”‘’、。〈〉《》「」『』【】〓（）！，：；？％＋－＝～｜○●△▲□■×÷±≥≤−°℃№①②③④⑤⑥⑦⑧⑨⑩〇\u00a0\u3000"
UNUSED = ["vhea", "vmtx", "VORG", "BASE", "GSUB", "GPOS", "GDEF", "DSIG"]


def characters() -> set[str]:
    """Return every character of GB 2312, which is what simplified Chinese is printed with, and ASCII."""
    pairs = (bytes([high, low]) for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF))
    return {pair.decode("gb2312", "ignore") for pair in pairs} - {""} | set(SIGNS) | set(map(chr, range(0x20, 0x7F)))


def shrink(font: TTFont) -> None:
    """Keep the outlines of these characters, and give the font a name that no installed one has."""
    options = subset.Options(hinting=False, layout_features=[], name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], notdef_outline=True)
    options.glyph_names, options.recalc_timestamp = False, False
    options.drop_tables += UNUSED
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=map(ord, characters()))
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 4):
            record.string = FAMILY
        elif record.nameID == 6:
            record.string = FAMILY.replace(" ", "")


def main() -> None:
    """Write the font beside the module that draws with it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, default=Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"))
    fonts = TTCollection(parser.parse_args().source, recalcTimestamp=False).fonts
    font = next(font for font in fonts if font["name"].getDebugName(1) == "Noto Sans CJK SC")
    shrink(font)
    font.save(FONT)
    print(f"{FONT.stat().st_size:,} bytes, {len(font.getBestCmap()):,} characters -> {FONT}")


if __name__ == "__main__":
    main()
