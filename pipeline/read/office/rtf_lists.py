r"""The lists of an RTF file, by which programs that write no ``\listtext`` number their paragraphs.

The list table says in other words what the numbering part of a Word file says, so it is made into one, and the same code counts
(``word_styles.ListNumbers``). Numbers of Word 6 (``\pn``), which have no table, say all of it themselves.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.read.office.numbering import bullet, format_number
from pipeline.read.office.word_styles import ListNumbers

if TYPE_CHECKING:
    from lxml.etree import _Element

_FORMS = dict(
    enumerate(
        (
            *("decimal", "upperRoman", "lowerRoman", "upperLetter", "lowerLetter", "ordinal", "cardinalText", "ordinalText", "hex"),
            *("chicago", "ideographDigital", "japaneseCounting", "aiueo", "iroha", "decimalFullWidth", "decimalHalfWidth"),
            *("japaneseLegal", "japaneseDigitalTenThousand", "decimalEnclosedCircle", "decimalFullWidth2", "aiueoFullWidth"),
            *("irohaFullWidth", "decimalZero", "bullet", "ganada", "chosung", "decimalEnclosedFullstop", "decimalEnclosedParen"),
            *("decimalEnclosedCircleChinese", "ideographEnclosedCircle", "ideographTraditional", "ideographZodiac"),
            *("ideographZodiacTraditional", "taiwaneseCounting", "ideographLegalTraditional", "taiwaneseCountingThousand"),
            *("taiwaneseDigital", "chineseCounting", "chineseLegalSimplified", "chineseCountingThousand"),
        )
    )
)  # by their number in RTF
_BULLET, _NO_NUMBER = 23, 255
_PLAIN_FORMS = {
    "pndec": "decimal", "pndecd": "decimalFullWidth", "pnucrm": "upperRoman", "pnlcrm": "lowerRoman", "pnucltr": "upperLetter",
    "pnlcltr": "lowerLetter", "pnlvlblt": "bullet", "pndbnum": "ideographDigital", "pndbnumd": "japaneseCounting",
    "pndbnumt": "japaneseCounting", "pndbnuml": "japaneseLegal", "pncnum": "decimalEnclosedCircle",
    "pngbnum": "decimalEnclosedFullstop", "pngbnumd": "decimalEnclosedParen", "pngbnuml": "decimalEnclosedCircleChinese",
    "pngbnumk": "ideographEnclosedCircle", "pnzodiac": "ideographTraditional", "pnzodiacd": "ideographZodiac",
}  # fmt: skip
_MOST_LEVELS = 9
_NO_XML = "\ufffe\uffff"
_SYMBOL_FONT = 0xF000  # where the characters of symbol fonts stand in Unicode


@dataclass(slots=True)
class _Level:
    """A level of a list: its form by number, and its text as the file has it: length, text with figures for levels, and more."""

    form: int = 0
    start: int = 1
    text: str = ""
    restarts: bool = True
    legal: bool = False


@dataclass(slots=True)
class _Use:
    """A list of the document: which one of the table it is, and what its levels start with or are instead."""

    number: int = 0
    list_id: int = 0
    starts: list[int | None] = field(default_factory=list)
    levels: dict[int, _Level] = field(default_factory=dict)


@dataclass(slots=True)
class PlainNumber:
    r"""The number that a paragraph of Word 6 carries with it (``\pn``); one that goes on shows none, and the count goes past it."""

    form: str = ""
    start: int = 1
    before: str = ""
    after: str = ""
    goes_on: bool = False

    def take(self, word: str, argument: int | None) -> None:
        """Take one word of the description."""
        self.form = _PLAIN_FORMS.get(word, self.form)
        self.goes_on = self.goes_on or word == "pnlvlcont"
        if word == "pnstart":
            self.start = argument or 0

    def label(self, count: int) -> str:
        """Return the number of a paragraph before which so many of its list stand."""
        if self.form == "bullet":
            return _bullet(self.before) or "•"
        return f"{self.before}{format_number(self.start + count, self.form)}{self.after}" if self.form else ""


class ListTable:
    """The list table of a file and the lists that are made of it, as they are read."""

    def __init__(self) -> None:
        """Start without lists."""
        self._lists: dict[int, list[_Level]] = {}
        self._uses: list[_Use] = []
        self._levels: list[_Level] = []
        self._numbers: ListNumbers | None = None

    def take(self, word: str, argument: int | None) -> None:
        """Take one word of the list table, or of the table of lists that are made of it."""
        if word in ("list", "lfolevel", "listoverride"):
            self._levels = []
        if word == "listoverride":
            self._uses.append(_Use())
        elif word == "listlevel":
            self._begin_level()
        elif word == "listid" and not self._uses:
            self._lists[argument or 0] = self._levels
        elif self._uses and (word == "ls" or not self._levels):
            _take_use(self._uses[-1], word, argument)
        elif self._levels:
            _take_level(self._levels[-1], word, argument)

    def write(self, text: str) -> None:
        """Take a piece of the text of a level."""
        if self._levels:
            self._levels[-1].text += text

    def label(self, number: int, level: int) -> str:
        """Count a paragraph of a list and return its number as text; "" for an unknown list or level."""
        if self._numbers is None:
            self._numbers = ListNumbers(_numbering(self._lists, self._uses))
        return self._numbers.next_label(str(number), level)

    def _begin_level(self) -> None:
        if len(self._levels) < _MOST_LEVELS:
            self._levels.append(_Level())
        if self._uses and self._uses[-1].starts:
            self._uses[-1].levels[len(self._uses[-1].starts) - 1] = self._levels[-1]


def _take_use(use: _Use, word: str, argument: int | None) -> None:
    if word == "listid":
        use.list_id = argument or 0
    elif word == "ls":
        use.number = argument or 0
    elif word == "lfolevel" and len(use.starts) < _MOST_LEVELS:
        use.starts.append(None)
    elif word == "levelstartat" and use.starts:
        use.starts[-1] = argument or 0


def _take_level(level: _Level, word: str, argument: int | None) -> None:
    if word in ("levelnfc", "levelnfcn"):
        level.form = argument or 0
    elif word == "levelstartat":
        level.start = argument or 0
    elif word == "levelnorestart":
        level.restarts = argument == 0
    elif word == "levellegal":
        level.legal = argument != 0


def _numbering(lists: dict[int, list[_Level]], uses: list[_Use]) -> "_Element":
    """Return the lists as the numbering part of a Word file."""
    from lxml import etree  # noqa: PLC0415 - few files have lists without \listtext

    root = etree.Element("numbering")
    for list_id, levels in lists.items():
        abstract = etree.SubElement(root, "abstractNum", abstractNumId=str(list_id))
        for at, level in enumerate(levels):
            _add_level(abstract, at, level)
    for use in uses:
        number = etree.SubElement(root, "num", numId=str(use.number))
        etree.SubElement(number, "abstractNumId", val=str(use.list_id))
        for at, start in enumerate(use.starts):
            override = etree.SubElement(number, "lvlOverride", ilvl=str(at))
            if start is not None:
                etree.SubElement(override, "startOverride", val=str(start))
            if at in use.levels:
                _add_level(override, at, use.levels[at])
    return root


def _add_level(parent: "_Element", at: int, level: _Level) -> None:
    from lxml import etree  # noqa: PLC0415

    element = etree.SubElement(parent, "lvl", ilvl=str(at))
    etree.SubElement(element, "start", val=str(level.start))
    etree.SubElement(element, "numFmt", val="none" if level.form == _NO_NUMBER else _FORMS.get(level.form, "decimal"))
    etree.SubElement(element, "lvlText", val=_level_text(level))
    if not level.restarts:
        etree.SubElement(element, "lvlRestart", val="0")
    if level.legal:
        etree.SubElement(element, "isLgl")


def _level_text(level: _Level) -> str:
    """Return the text of a level with %1 for the number of the first; its length is counted in UTF-16."""
    units = level.text[1 : 1 + ord(level.text[0])] if level.text else ""
    text = units.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if level.form != _BULLET:
        text = "".join(f"%{ord(sign) + 1}" if ord(sign) < _MOST_LEVELS else sign for sign in text)
    kept = "".join(sign for sign in text if sign >= " " and sign not in _NO_XML)
    return _bullet(kept) if level.form == _BULLET else kept


def _bullet(text: str) -> str:
    """Return a bullet, whose bytes are of a symbol font."""
    return bullet("".join(chr(_SYMBOL_FONT + ord(sign)) if 0x80 <= ord(sign) < 0x100 else sign for sign in text))
