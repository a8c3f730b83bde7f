"""What characters of symbol fonts stand for: bullets, boxes, ticks and arrows, which these fonts hold in the place of letters.

A PDF gives such a character as the letter of its place or, from programs of Windows, as one of private use that is 0xF000
above it.
"""

import re

_WINGDINGS = {
    "l": "●", "n": "■", "u": "◆", "v": "❖", "w": "◆", "o": "□", "p": "□", "q": "□", "r": "□", "s": "◆", "t": "◆", "m": "○",
    "\x9e": "·", "\x9f": "•", "¡": "○", "¢": "○", "£": "○", "§": "▪", "¨": "□", "ª": "✦", "«": "★", "¬": "★", "®": "★",
    "²": "◇", "Ø": "➢", "à": "→", "ß": "←", "á": "↑", "â": "↓", "è": "➔", "ð": "⇨", "û": "✗", "ü": "✓", "ý": "☒", "þ": "☑",
    "R": "☑", "x": "☒", "F": "☞", "(": "☎", ")": "☎", "*": "✉", "J": "☺", "6": "⌛", "!": "✎",
}  # fmt: skip
_DIGITS = {chr(0x80 + i): sign for i, sign in enumerate("⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿")}
_WINGDINGS_2 = {"P": "✓", "R": "☑", "O": "✗", "S": "☒", "T": "☒", "£": "□", "—": "●", "\x97": "●", "¡": "●"}
_SYMBOL = {"·": "•", "¨": "◆", "®": "→", "¬": "←", "´": "×", "¸": "÷", "±": "±", "£": "≤", "³": "≥", "¹": "≠", "°": "°", "¥": "∞"}
_DINGBATS = {"4": "✓", "3": "✓", "8": "✗", "6": "✗", "l": "●", "n": "■", "u": "◆", "o": "❏", "q": "❑", "H": "★", "v": "❖"}
_FAMILIES = (
    (re.compile(r"wingdings\W*2", re.IGNORECASE), _WINGDINGS_2),
    (re.compile(r"wingdings(?!\W*3)", re.IGNORECASE), _WINGDINGS | _DIGITS),
    (re.compile(r"^(?:[A-Z]{6}\+)?symbol(?:mt|neu)?(?:,.*)?$", re.IGNORECASE), _SYMBOL),
    (re.compile(r"dingbats", re.IGNORECASE), _DINGBATS),
)
_PRIVATE = 0xF000
# Where the name of the font tells nothing, which programs write most in this place.
_UNNAMED = {chr(_PRIVATE + ord(letter)): sign for letter, sign in (_WINGDINGS | {"·": "•"}).items() if not letter.isascii()} | {
    chr(_PRIVATE + ord(letter)): _WINGDINGS[letter] for letter in "lnuv"
}


def is_symbol_font(font: str) -> bool:
    """Tell whether a font of this name holds symbols in the place of letters."""
    return any(family.search(font) for family, _ in _FAMILIES)


def symbols_of(font: str) -> dict[str, str]:
    """Return what the characters of a font stand for, by its name, which may have the six letters of a subset before it."""
    known = next((signs for family, signs in _FAMILIES if family.search(font)), None)
    if known is None:
        return _UNNAMED
    private = {chr(_PRIVATE + ord(letter)): sign for letter, sign in known.items() if ord(letter) < 0x100}
    return _UNNAMED | private | known
