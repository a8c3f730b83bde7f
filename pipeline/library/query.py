"""What a person asks for in words, as an expression of FTS5.

    query   = any { (OR | 或) any }          any    = all of these
    any     = part { [AND | 与] part | (NOT | 非) part }
    part    = "(" query ")" | words
    words   = word { NEAR/n | 近/n  word }    within about n characters of each other, in one passage
    word    = a run of two and more characters, or a phrase in quotes

Signs may be those of Chinese: （ ） “ ” 「 」. Operators of search engines (-word, a|b, word*, site:) are none here, and
whoever writes one is told what to write; in quotes they are text. The words of the query never reach FTS5 but as quoted terms.
"""

import re
from dataclasses import dataclass

from pipeline.core.errors import UsageError
from pipeline.core.messages import tr
from pipeline.library.terms import phrase

LONGEST, MOST, DEEPEST = 500, 50, 20  # characters of a query, its words, brackets within brackets
NEAR = 10  # characters, where no number is given
_QUOTES = {'"': '"', "“": "”", "”": "”", "＂": "＂", "「": "」", "『": "』"}
_SIGNS = {"(": "(", "（": "(", ")": ")", "）": ")"}
_OPERATORS = {"AND": "AND", "与": "AND", "OR": "OR", "或": "OR", "NOT": "NOT", "非": "NOT"}
_NEAR = re.compile(r"(?:NEAR|近)(?:/(\d{1,3}))?|near/(\d{1,3})", re.ASCII)  # near alone may be a word that is looked for
_WITHOUT = re.compile(r"[-－−–!！](?!\d)[^-－−–—]*")  # 宣讲 -读书; a number may be below nought
_EITHER = re.compile(r".*[|｜].*")
_BOTH = re.compile(r"[+＋].+|[&＆]|.*[&＆]{2}.*")  # but R&D, 互联网+
_ANY_END = re.compile(r".*[*＊].*")
_FIELD = re.compile(r"(?:site|intitle|inurl|filetype|year|date|theme)[:：].*", re.IGNORECASE)
_BARE = re.compile(r'[^\s"“”＂「」『』()（）]+')


@dataclass(frozen=True, slots=True)
class _Token:
    """A part of a query: ``kind`` is ``word``, a bracket, ``near``, or the name of an operator."""

    kind: str
    text: str
    near: int = 0


def expression(query: str) -> str:
    """Return a query as FTS5 takes it; raises UsageError, which says what is wrong, for one that makes no sense."""
    return _parsed(query)[0]


def words_of(query: str) -> list[str]:
    """Return the words and phrases that a query looks for, without those that it excludes; raises UsageError as ``expression``."""
    return _parsed(query)[1]


def _parsed(query: str) -> tuple[str, list[str]]:
    if len(query) > LONGEST:
        raise _wrong(tr("the query has {count:,} characters; the limit is {longest}", count=len(query), longest=LONGEST))
    tokens = _tokens(query)
    if not tokens:
        raise _wrong(tr("the query is empty; name a word of two or more characters"))
    if sum(token.kind == "word" for token in tokens) > MOST:
        raise _wrong(tr("the query has more than {most} words; ask in several steps", most=MOST))
    parser = _Parser(tokens)
    made = parser.any_of()
    if parser.next is not None:
        raise _wrong(tr("the query has {text!r} where nothing is open; take it out", text=parser.next.text))
    return made, parser.words


def _wrong(line: str) -> UsageError:
    return UsageError(line, code="query")


def _tokens(query: str) -> list[_Token]:
    tokens, place = list[_Token](), 0
    while place < len(query):
        sign = query[place]
        if sign.isspace():
            place += 1
        elif sign in _SIGNS:
            tokens.append(_Token(_SIGNS[sign], sign))
            place += 1
        elif sign in _QUOTES:
            end = query.find(_QUOTES[sign], place + 1)
            if end < 0:
                raise _wrong(tr("the query opens {sign} and does not close it; add {quotes}", sign=sign, quotes=_QUOTES[sign]))
            tokens.append(_Token("word", query[place + 1 : end]))
            place = end + 1
        elif bare := _BARE.match(query, place):
            tokens.append(_bare(bare[0]))
            place = bare.end()
        else:
            raise _wrong(tr("the query closes {sign} without having opened it; take it out", sign=sign))
    return tokens


def _bare(word: str) -> _Token:
    if word in _OPERATORS:
        return _Token(_OPERATORS[word], word)
    if near := _NEAR.fullmatch(word):
        return _Token("near", word, int(near[1] or near[2] or NEAR))
    if hint := _hint(word):
        raise _wrong(tr("the query has {text!r}: {hint}; to search for the sign itself, put it into quotes", text=word, hint=hint))
    return _Token("word", word)


def _hint(word: str) -> str:
    """Return what to write in place of an operator of search engines, "" for a word that is none."""
    bare = word.strip("-－−–!！*＊")
    if _WITHOUT.fullmatch(word):
        return tr("to leave a word out, write NOT or 非 before it, as in: 宣讲 非 {word}", word=bare or "读书")
    if _EITHER.fullmatch(word):
        return tr("for one word or the other, write OR or 或 between them, as in: 宣讲 或 读书")
    if _BOTH.fullmatch(word):
        return tr("words side by side must all be there, without a sign between them, as in: 宣讲 读书")
    if _ANY_END.fullmatch(word):
        return tr("a word is found within longer ones too, so no sign for other characters is needed: {word}", word=bare or "宣讲")
    if _FIELD.fullmatch(word):
        return tr("place, year, unit and theme are asked for by options, as in: pipeline find 宣讲 --year 2024")
    return ""


class _Parser:
    """Goes through the tokens once; each method returns the expression of what it stands for."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._place, self._depth = tokens, 0, 0
        self.words: list[str] = []  # that are looked for, in the order of the query

    @property
    def next(self) -> _Token | None:
        """The token that comes next; None at the end."""
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def any_of(self) -> str:
        """Parse what OR joins."""
        parts = [self._all_of()]
        while self._take("OR"):
            parts.append(self._all_of())
        return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"

    def _all_of(self) -> str:
        made = self._part()
        while self.next is not None and self.next.kind not in ("OR", ")"):
            joined = self._take("AND")
            without = self._take("NOT")
            if not (joined or without) and self.next.kind == "near":
                raise _wrong(tr("the query has {text!r} behind brackets; it stands between two words", text=self.next.text))
            known = len(self.words)
            made = f"({made} {'NOT' if without else 'AND'} {self._part()})"
            if without:
                del self.words[known:]
        return made

    def _part(self) -> str:
        token = self.next
        if token is None:
            raise _wrong(tr("the query ends where a word is due; add one, or take the last operator out"))
        if token.kind == "NOT":
            raise _wrong(
                tr("the query has {text!r} and nothing that it is taken from; begin with what is to be found", text=token.text)
            )
        if token.kind == "(":
            return self._bracket()
        if token.kind != "word":
            raise _wrong(tr("the query has {text!r} where a word is due; to search for it, put it into quotes", text=token.text))
        return self._words()

    def _bracket(self) -> str:
        self._place += 1
        self._depth += 1
        if self._depth > DEEPEST:
            raise _wrong(tr("the query has more than {deepest} brackets within each other; ask in several steps", deepest=DEEPEST))
        made = self.any_of()
        if not self._take(")"):
            raise _wrong(tr("the query opens a bracket and does not close it; add )"))
        self._depth -= 1
        return made

    def _words(self) -> str:
        words, near = [self._word()], 0
        while (token := self.next) is not None and token.kind == "near":
            self._place += 1
            near = max(near, token.near)
            words.append(self._word())
        # Of two pairs of characters with n characters between them, n + 1 pairs lie between.
        return words[0] if len(words) == 1 else f"NEAR({' '.join(words)}, {near + 1})"

    def _word(self) -> str:
        token = self.next
        if token is None or token.kind != "word":
            raise _wrong(tr("the query has NEAR without a word on both sides; add one, or use AND"))
        self._place += 1
        made = phrase(token.text)
        if not made:
            raise _wrong(
                tr("{text!r}: too short to search for; a word has two or more letters, characters or digits", text=token.text)
            )
        self.words.append(token.text)
        return made

    def _take(self, kind: str) -> bool:
        if self.next is None or self.next.kind != kind:
            return False
        self._place += 1
        return True
