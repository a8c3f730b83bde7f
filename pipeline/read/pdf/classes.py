"""What a character may be on a page, as the bits of one number, which the compiled part keeps in a table."""

from pipeline.read.page.glyphs import RADICALS, is_wide
from pipeline.read.page.lines import NON_STARTERS, OPENING
from pipeline.read.page.readable import common_ideographs, is_unreadable
from pipeline.read.page.ruby import DOTS, TONES, is_sound
from pipeline.read.pdf.characters import form_of

# KNOWN is a bit of every class, so that a class that was not asked for yet is none. FULL takes the width of an ideograph, REWRITTEN
# is read as another character; STAYS_BEHIND and STAYS_BEFORE end no line and begin none.
KNOWN, WIDE, SPACE, ALNUM, FULL, REWRITTEN, RADICAL = (1 << bit for bit in range(7))
IDEOGRAPH, COMMON, UNREADABLE, SOUND, DOT = (1 << bit for bit in range(7, 12))
STAYS_BEHIND, STAYS_BEFORE, NON_STARTER = (1 << bit for bit in range(12, 15))


def class_of(character: str) -> int:
    """Return the bits of a character."""
    shown, is_full = form_of(character)
    is_ideograph = "\u3400" <= character <= "\u9fff"
    bits = {
        WIDE: is_wide(character),
        SPACE: character.isspace(),
        ALNUM: character.isalnum(),
        FULL: is_full,
        REWRITTEN: shown != character,
        RADICAL: ord(character) in RADICALS,
        IDEOGRAPH: is_ideograph,
        COMMON: is_ideograph and character in common_ideographs(),
        UNREADABLE: not is_ideograph and is_unreadable(character),
        SOUND: character in TONES or is_sound(character),
        DOT: character in DOTS,
        STAYS_BEHIND: character in OPENING,
        STAYS_BEFORE: character in NON_STARTERS or character in "([",
        NON_STARTER: character in NON_STARTERS,
    }
    return KNOWN | sum(bit for bit, is_so in bits.items() if is_so)
