"""Write the numbers of lists as text, as they stand before a paragraph in Word and OpenDocument files.

Office programs store only that a paragraph is the next of its list; a reader of the printed page sees 一、 or （一）, and so
must the rules that cut a report by these signs.
"""

import re
from collections.abc import Callable

from pipeline.preprocess.headings import CIRCLED
from pipeline.read.symbols import symbols_of

_DIGITS = "零一二三四五六七八九"
_FORMAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_TRADITIONAL_DIGITS = "零壹貳參肆伍陸柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"))
_ROMAN_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
# Beyond these figures no program shows anything sensible, and a damaged file may ask for anything.
_LARGEST, _LARGEST_ROMAN, _LONGEST_LETTERS = 99_999, 4_000, 30
# What reports use of the Symbol, Wingdings and OpenSymbol fonts, whichever of them it is: bullets, boxes and ticks.
_SYMBOLS = symbols_of("") | {"\uf06f": "□", "\uf071": "□", "\uf052": "☑", "\ue00c": "•"}
# Of these the bullets that a list is known by; the others become the common one.
_BULLETS = frozenset("●■◆•▪➢◇□☑✓✗☒→")
_PRIVATE = range(0xE000, 0xF900)
_IN_TEXT = re.compile("[\uf000-\uf0ff]")  # where office programs put the characters of symbol fonts among letters
# Behind these a number needs no space; behind others it keeps apart "1." and "2024年".
_CLOSED = re.compile(f"[、）．：。，{CIRCLED}⑴-⒛]$")


def format_number(number: int, form: str) -> str:
    """Return a number in a format by its name in WordprocessingML (w:numFmt); an unknown name gives decimal figures."""
    if not 0 <= number <= _LARGEST:
        return str(number)
    return _FORMATS.get(form, str)(number)


def bullet(text: str) -> str:
    """Return a bullet with the characters of symbol fonts as common ones."""
    signs = [(character, symbol(ord(character), unknown="•")) for character in text]
    return "".join(sign if sign in _BULLETS or sign == character else "•" for character, sign in signs)


def symbol(code: int, unknown: str = "□") -> str:
    """Return the common character for one of a symbol font by its code, which stands in the private use area."""
    return _SYMBOLS.get(chr(code), unknown) if code in _PRIVATE else chr(code)


def with_symbols(text: str) -> str:
    """Return a text with the characters of symbol fonts as common ones; what programs keep elsewhere of private use stays."""
    return _IN_TEXT.sub(lambda match: symbol(ord(match[0])), text)


def with_label(label: str, text: str) -> str:
    """Return a paragraph's text behind its number, with a space where they would run into each other."""
    return f"{spaced(label)}{text.lstrip()}" if label else text


def spaced(label: str) -> str:
    """Return a number with the space that keeps it apart from what it numbers, where it needs one."""
    return label if not label or _CLOSED.search(label) else f"{label} "


def _counting(digits: str, units: str, zero: str = "零") -> Callable[[int], str]:
    """Return a function that writes numbers with units, as in 一百零三; ``units`` are those of ten, hundred, thousand, 万."""

    def below_myriad(number: int) -> str:
        figures = str(number)
        written = "".join(
            (digits[int(figure)] + (units[place - 1] if place else "")) if figure != "0" else zero
            for place, figure in zip(range(len(figures) - 1, -1, -1), figures, strict=True)
        )
        return re.sub(f"{zero}+", zero, written).rstrip(zero)

    def write(number: int) -> str:
        myriads, rest = divmod(number, 10_000)
        gap = zero if myriads and 0 < rest < 1_000 else ""
        text = (below_myriad(myriads) + units[3] if myriads else "") + gap + (below_myriad(rest) if rest else "")
        return text.removeprefix("一") if text.startswith("一十") else text or zero

    return write


def _positional(digits: str) -> Callable[[int], str]:
    return lambda number: "".join(digits[int(figure)] for figure in str(number))


_COUNTING = _counting(_DIGITS, "十百千万")


def _chinese_counting(number: int) -> str:
    return _COUNTING(number) if number < 100 else _positional("○一二三四五六七八九")(number)


def _listed(signs: str) -> Callable[[int], str]:
    """Return a function for signs of which there are only so many; beyond them come decimal figures, as in Word and LibreOffice."""
    return lambda number: signs[number - 1] if 1 <= number <= len(signs) else str(number)


def _run(first: str, count: int) -> Callable[[int], str]:
    """Return a function for signs that stand in a row in Unicode, such as ①; beyond them come decimal figures."""
    return lambda number: chr(ord(first) + number - 1) if 1 <= number <= count else str(number)


def _circled(number: int) -> str:
    for first, offset, last in (("①", 1, 20), ("㉑", 21, 35), ("㊱", 36, 50)):
        if offset <= number <= last:
            return chr(ord(first) + number - offset)
    return str(number)


def _letters(first: str) -> Callable[[int], str]:
    def write(number: int) -> str:
        repeats, place = divmod(max(number, 1) - 1, 26)
        return chr(ord(first) + place) * (repeats + 1) if repeats < _LONGEST_LETTERS else str(number)

    return write


def _roman(number: int) -> str:
    if not 1 <= number < _LARGEST_ROMAN:
        return str(number)
    written = ""
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        written += sign * count
    return written + _ROMAN_ONES[number]


def _full_width(number: int) -> str:
    return "".join(chr(ord(figure) + 0xFEE0) for figure in str(number))


_FORMATS: dict[str, Callable[[int], str]] = {
    "none": lambda _: "",
    "bullet": lambda _: "•",
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedFullstop": _run("⒈", 20),
    "decimalEnclosedParen": _run("⑴", 20),
    "upperRoman": lambda number: _roman(number).upper(),
    "lowerRoman": _roman,
    "upperLetter": _letters("A"),
    "lowerLetter": _letters("a"),
    "chineseCounting": _chinese_counting,
    "chineseCountingThousand": _COUNTING,
    "taiwaneseCounting": _COUNTING,
    "taiwaneseCountingThousand": _COUNTING,
    "japaneseCounting": _COUNTING,
    "japaneseDigitalTenThousand": _positional("〇一二三四五六七八九"),
    "ideographDigital": _positional("〇一二三四五六七八九"),
    "taiwaneseDigital": _positional("○一二三四五六七八九"),
    "chineseLegalSimplified": _counting(_FORMAL_DIGITS, "拾佰仟万"),
    "ideographLegalTraditional": _counting(_TRADITIONAL_DIGITS, "拾佰仟萬"),
    "japaneseLegal": _counting(_TRADITIONAL_DIGITS, "拾佰仟萬"),
    "ideographTraditional": _listed(_STEMS),
    "ideographZodiac": _listed(_BRANCHES),
    "ideographEnclosedCircle": _run("㊀", 10),
}
