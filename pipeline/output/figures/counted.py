"""Find what a figure counts: the noun behind its measure (12个阅读角), or the noun or verb before it (开展理论宣讲3900多场次).

The words and their classes are those of jieba's dictionary (rjieba, or jieba itself where that has no wheel). The rules are those
of docs/figures.md, in this order: a noun behind; what stands before, without the verb that governs it; the verb before; what is
said behind. A clause that has none of them goes on counting what the figure before it did.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.output.figures.numbers import FIXED, Number
from pipeline.output.figures.words import (
    AMOUNTS,
    CHANGES,
    CLASSES,
    COMPARING,
    COMPLEMENTS,
    DEGREES,
    EVENTS,
    FRONT,
    GOVERNING,
    INNER,
    JOINTS,
    LIGHT,
    PEOPLE,
    PLACES,
    PREDICATES,
    REACHING,
    RECEIVING,
    TAILS,
    WHITHER,
    WHOLE,
)

Pairs = Iterable[tuple[str, str]]

LONGEST = 12  # characters of what is said behind a figure; of a longer one only the verb is taken
_REACH = 60  # characters before and behind a figure that are looked at
_NEXT = 7  # words behind a 的 among which a further one belongs to the same noun
_ENDS = "，,。；;：:！!？?\t\u3000|"
_NEGATIONS = ("未", "不", "可", "没有")  # begin a modifier too: 两间未开放的陈列室
_PREFIXES = ("不", "非", "自", "特")  # make one word with a noun: 不文明行为, 非公企业, 自媒体, 特岗教师
_SIDES = ("外", "内", "上")  # make one word with a single character: 外媒, 县外资金, 规上企业
_WHERE = re.compile("(?:线上|线下|网上|现场|各地|当地|当天)+")
_BARE = re.compile(r"\d+|[一二三四五六七八九十百千两]+")  # a number without a measure
_PERSONS = ("名", "位")
_EQUALS = ("是", "为", "达", "达到", "相当于", "约为", "约")
_NO_LAST = JOINTS | LIGHT | FRONT  # words that no noun phrase ends with
_SAID = EVENTS | {"篇", "条"}  # measures of what a verb says: 发稿2314篇
_PIECES = re.compile(
    r"《[^《》]*》|“[^“”]*”|「[^「」]*」|\"[^\"]*\"|[（(][^（()）]*[)）]"
    # Names that begin with a number or a verb: 三下乡, 送书下乡, 送戏进校园.
    rf"|{FIXED}|送[^\W\d_进入到]{{1,4}}(?:下乡|上门|下基层|[进入到](?:{'|'.join(sorted(PLACES, key=len, reverse=True))}))"
)
# What stands between a subject and a number that says how it was, what became of it, or with what it is compared:
# 人数由2023年的3000人发展到5000人, 较上年增加2次.
_MOVED = "增长|增加|增|减少|减|下降|降低|降|提高|提升|上升|升|缩减|缩短|缩小|压减|压缩|扩大|扩充|扩展|发展|拓展|壮大|攀升|跃升|加快"
_WHEN = r"(?:\d{4}年度?|[^\W\d_]{0,4}[年时前初底末]|最初|原来|原先|平均|人均|户均|年均|日均|每[期人年月场次户])"
_CHANGE = re.compile(
    rf"[由从]{_WHEN}?的?$|^(?:{_MOVED})[到至为了]?(?:{_WHEN}|目前|如今|现在|当前)?的?$|成百上$|(?:[是为]|相当于)?(?:\d{{4}}年|[去上前]年|上期)?(?:同期[的为是]?|(?<=[去上前]年)的)$|^其?中(?:仅|只|还)?有?$"
    rf"|(?<![占对相可评环同性])[比较](?:\d{{4}}年|[^\W\d_“”\"]{{0,8}}[年期月前底初末度]|[“\"][^\W\d_]{{2,4}}[”\"][期初末时]+|[^\W\d_]{{0,6}}(?:计划|目标|预算|平均|水平))"
    rf"(?:同期|水平)?(?:{_MOVED}|[多少高低快慢])[出了到]?(?:近|约|逾|超过?)?$"
)
_INTO = re.compile(
    rf"(?<=\w{{4}})(?<![先引推促改跟走])(?:、?进(?:{'|'.join(sorted(PLACES, key=len, reverse=True))}))+"
    r"等?(?:活动)?(?:[共各]|累计|共计)?$"
)
_NOUN = re.compile(r"^(?:n|a|b|j|l|i|s$|f$|eng|vn|an|ad$|t$|quoted|z|g|k|h|ng|vg)")
_LEADING = re.compile(r"^\s*[（(](?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）]|^(?:以[上下内]|左右|上下)的?|^\s*[）)”’\"、]|[（(]$")
_TRAILING = re.compile(
    r"^\s*(?:[（(][^（()）]{1,3}[)）])?\s*(?:以上|左右|上下|以内|以下|\+)?\s*(?:[、）)”].*|[（(]\s*$)?", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a clause: where it stands in the text, and its class; what stands in quotation marks is one word."""

    text: str
    kind: str

    @property
    def is_noun(self) -> bool:
        """Whether it may be part of a noun phrase."""
        return bool(_NOUN.match(self.kind)) or self.kind == "aside"

    @property
    def is_verb(self) -> bool:
        """Whether it is a verb."""
        return self.kind.startswith("v") and self.kind != "vn"


def counted_in(text: str, numbers: Sequence[Number]) -> list[str]:
    """Return for each number of a text what it counts, "" where nothing says it."""
    found: list[str] = []
    for place, number in enumerate(numbers):
        before_end = numbers[place - 1].end if place else 0
        behind_end = numbers[place + 1].start if place + 1 < len(numbers) else len(text)
        if found and found[-1] and text.startswith(found[-1], before_end):
            before_end += len(found[-1])  # 五名专家和两名代表: the noun belongs to the figure before
        before, behind = _clause(text, before_end, number, behind_end)
        found.append(
            _counted(before, behind, number) or (found[-1] if found and _goes_on(text, numbers[place - 1], number) else "")
        )
    return found


def _clause(text: str, low: int, number: Number, high: int) -> tuple[list[_Word], str]:
    """Return the words of the clause before a number, and the clause behind it as text; both end at the numbers beside it."""
    start = max(low, number.start - _REACH)
    before = _after_last_stop(_INTO.sub("", text[start : number.start]))  # 法治宣讲进校园、进企业共89场
    behind = _before_first_stop(text[number.end : min(high, number.end + _REACH)])
    return _words(_CHANGE.sub("", _LEADING.sub("", before))), _TRAILING.sub("", behind)


def _after_last_stop(text: str) -> str:
    covered = [match.span() for match in _PIECES.finditer(text)]
    text = text.rstrip("：: ")  # 点击数：1287
    for at in range(len(text) - 1, -1, -1):
        if (text[at] in _ENDS or text[at] == "、") and not any(start <= at < end for start, end in covered):
            return text[at + 1 :]
    return text


def _before_first_stop(text: str) -> str:
    covered = [match.span() for match in _PIECES.finditer(text)]
    for at, sign in enumerate(text):
        if sign in _ENDS and not any(start <= at < end for start, end in covered):
            return text[:at]
    return text


@cache
def _classes() -> Callable[[str], Pairs]:
    """Return what cuts a text into words with their classes."""
    try:
        import rjieba  # noqa: PLC0415 - loads its dictionary
    except ImportError:  # no wheel for Windows on ARM
        from jieba import posseg  # noqa: PLC0415 - takes a second

        return lambda text: ((pair.word, pair.flag) for pair in posseg.cut(text, HMM=False))
    tag: Callable[[str, bool], Pairs] = rjieba.tag
    return lambda text: tag(text, False)


def _words(text: str) -> list[_Word]:
    """Return the words of a text; quotations and titles are one word each, what stands in brackets is an aside."""
    words: list[_Word] = []
    at = 0
    for piece in _PIECES.finditer(text):
        words += _plain_words(text[at : piece.start()])
        words.append(_Word(piece[0], "aside" if piece[0][0] in "（(" else "quoted"))
        at = piece.end()
    return words + _plain_words(text[at:])


def _plain_words(text: str) -> list[_Word]:
    return _whole([_Word(word, _class(word, kind)) for word, kind in _classes()(text) if not word.isspace()]) if text else []


def _whole(words: list[_Word]) -> list[_Word]:
    """Return words with those put together again that the dictionary lacks and so cuts: 外|媒, 不|实|信息, 股|室, 规|上|企业."""
    kept: list[_Word] = []
    for at, word in enumerate(words):
        if kept and kept[-1].text + word.text in REACHING:
            kept[-1] = _Word(kept[-1].text + word.text, "v")  # 触|达
        elif kept and kept[-1].text + word.text in CLASSES:
            kept[-1] = _Word(kept[-1].text + word.text, CLASSES[kept[-1].text + word.text])  # 约|谈, 网|评|员
        elif kept and word.text == "级" and kept[-1].is_noun and kept[-1].kind != "quoted":
            kept[-1] = _Word(f"{kept[-1].text}级", "n")  # 乡村|级
        elif kept and _is_cut(kept[-1], word):
            kept[-1] = _Word(kept[-1].text + word.text, "n" if word.is_noun else "a")
        elif kept and word.text in _SIDES and len(kept[-1].text) == 1 and _is_noun_at(kept, -1) and _is_noun_at(words, at + 1):
            kept[-1] = _Word(kept[-1].text + word.text, "s")
        else:
            kept.append(word)
    return kept


def _is_cut(word: _Word, behind: _Word) -> bool:
    """Tell whether two words are one: no adverb and no measure of one character stands before a noun of one character."""
    if word.text in _PREFIXES and word.kind in ("d", "p", "h"):
        return behind.kind[0] == "n" or (behind.kind == "a" and len(behind.text) == 1)
    is_short = len(word.text) == len(behind.text) == 1 and behind.kind[0] == "n"
    return is_short and (word.kind == "q" or word.text in _SIDES[:2])


def _class(word: str, kind: str) -> str:
    """Return the class of a word; one that ends with a verb that governs, as 深入开展, is a verb."""
    if word in CLASSES:
        return CLASSES[word]
    if word in GOVERNING and len(word) > 1 and kind in ("nr", "ns", "nz", "nt", "zg", "i", "l", "d", "a"):
        return "v"
    return "v" if len(word) == 4 and word[-2:] in GOVERNING and kind[0] != "n" else kind


def _counted(before: list[_Word], behind_text: str, number: Number) -> str:
    front = _stripped(_uncompared(before) if number.unit == "倍" else before)
    if number.kind != "count" or number.unit in ("倍", "番", "百分点"):
        if behind_text.startswith("的") and number.kind == "share" and not _subject(front):
            return _noun_behind(_words(behind_text), number, bool(front))
        return _subject(front) or _people_behind(behind_text, number)
    behind = _words(behind_text)
    follows_noun = bool(front) and front[-1].is_noun and front[-1].kind not in ("ns", "t", "s", "f") and front[-1].text not in WHOLE
    if behind and behind[0].text == "的" and _is_subject(front, number):
        behind = []
    return _noun_behind(behind, number, _governs(front) is not None, follows_noun) or _object(front) or _said_behind(behind_text)


def _uncompared(words: list[_Word]) -> list[_Word]:
    """Return the words before a multiple without what it is a multiple of: 参与人数是上年的1.5倍."""
    if not words or words[-1].text != "的":
        return words
    return words[: next((at for at in range(len(words) - 1, -1, -1) if words[at].text in _EQUALS), len(words))]


def _people_behind(text: str, number: Number) -> str:
    """Return the noun right behind a share of which no subject is told: 九成村民表示支持."""
    words = _words(text)
    is_noun = bool(words) and words[0].kind == "n" and len(words[0].text) > 1 and number.kind == "share"
    return _noun_behind(words, number, is_governed=False) if is_noun else ""


def _is_subject(front: list[_Word], number: Number) -> bool:
    """Tell whether the words before a figure say what it counts although 的 stands behind it: 时长超过100小时的个人."""
    return bool(front) and (front[-1].is_noun or (front[-1].is_verb and number.unit in _SAID and len(front) > 1))


# ---- behind the figure ------------------------------------------------------------------------------------------------


def _noun_behind(words: list[_Word], number: Number, is_governed: bool, follows_noun: bool = False) -> str:
    """Return the noun that a figure counts, behind it."""
    is_linked = bool(words) and words[0].text == "的"
    words = words[1:] if is_linked else words
    if (number.unit in PEOPLE and not is_linked) or (follows_noun and words and words[0].is_verb):
        return ""
    run = _run(words, number, is_governed)
    is_modifier = (
        run < len(words) and words[run].text == "的" and (words[0].is_verb or all(word.kind[0] in "abz" for word in words[:run]))
    )
    if run and not is_modifier:
        return _joined(words[:run])
    return _behind_modifier(words, number)


def _run(words: list[_Word], number: Number, is_governed: bool) -> int:
    """Return how many words from the first on are one noun phrase."""
    end = 0
    while end < len(words) and _continues(words, end, number, is_governed):
        end += 1
    while end and (words[end - 1].kind in ("f", "ad", "t", "s") or words[end - 1].text in _NO_LAST):
        end -= 1
    return end


def _continues(words: list[_Word], at: int, number: Number, is_governed: bool) -> bool:
    """Tell whether a noun phrase that begins at the first word goes on with another one."""
    word = words[at]
    if word.text in JOINTS:
        return at > 0 and _is_noun_at(words, at + 1)
    if word.text in FRONT or (at and (word.text.startswith("《") or word.text in PREDICATES)):
        return False
    if word.kind in ("f", "t", "s"):
        return _is_noun_at(words, at + 1)
    return word.is_noun or _is_inner_verb(words, at, number, is_governed)


def _is_noun_at(words: list[_Word], at: int) -> bool:
    return at < len(words) and words[at].is_noun and words[at].kind not in ("f", "r", "m")


def _is_inner_verb(words: list[_Word], at: int, number: Number, is_governed: bool) -> bool:
    """Tell whether a verb is part of a noun phrase: 专项整治行动, 12场宣讲."""
    word = words[at]
    if not word.is_verb or (len(word.text) < 2 and not (at == 0 and is_governed)) or word.text in LIGHT:
        return False
    if at + 1 == len(words):
        is_name = word.text in INNER and number.unit not in _PERSONS
        return (number.unit in EVENTS or not number.unit or at > 0) and (is_governed or is_name)
    if not _is_noun_at(words, at + 1) or words[at + 1].kind.startswith("ns"):
        return False
    if words[at + 1].text in TAILS or word.text in INNER:
        return True
    ends = at + 2 == len(words) or not words[at + 2].is_noun
    return at == 0 and ends and (is_governed or sum(len(each.text) for each in words) <= LONGEST)


def _behind_modifier(words: list[_Word], number: Number) -> str:
    """Return the noun behind a modifier that ends with 的: 60余名身披红色绶带的全市劳模代表."""
    is_led = bool(words) and words[0].kind in ("p", "d", "c", "y") and words[0].text not in _NEGATIONS
    if not words or is_led or words[0].text in FRONT or number.unit in ("次", "遍", "回", "趟"):
        return ""
    at = next((place for place, word in enumerate(words) if word.text == "的"), None)
    if at is None or sum(len(word.text) for word in words[:at]) > 2 * LONGEST:
        return ""
    rest = words[at + 1 :]
    while "的" in (nearby := [word.text for word in rest[:_NEXT]]) and all(word.kind != "p" for word in rest[: nearby.index("的")]):
        rest = rest[nearby.index("的") + 1 :]
    return _joined(rest[: _run(rest, number, is_governed=False)])


def _said_behind(text: str) -> str:
    """Return what is said behind a figure that has no noun: 入选“中国好人榜”."""
    text = text.strip("的 \u3000、和与及")
    if not text or text in LIGHT or text[0] in "（()）、":
        return ""
    if len(text) <= LONGEST:
        return text
    words = _words(text)
    return next((word.text for word in words if word.is_verb), "")


# ---- before the figure ------------------------------------------------------------------------------------------------


def _stripped(words: list[_Word]) -> list[_Word]:
    """Return the words before a figure without those that only lead to it."""
    end = len(words)
    while end and (words[end - 1].text in LIGHT or words[end - 1].kind in ("d", "p", "c", "y", "ul", "uz", "ug", "e")):
        end -= 1
    return words[:end]


def _subject(words: list[_Word]) -> str:
    """Return what a share, a rank or a multiple is said of: the noun phrase before it."""
    at = next((place for place, word in enumerate(words) if word.text in COMPARING), None)
    words = _stripped(words[:at] if at is not None else words)
    words = [word for word in words if word.text not in CHANGES]
    if all(word.text in WHOLE for word in words):
        return ""
    return _noun_before(words) or _object(words)


def _governs(words: list[_Word], is_led: bool = False) -> int | None:
    """Return where the verb stands that governs a figure: the last one that often does, else the first verb.

    ``is_led``: the clause begins with a place (在……展映短片两部), behind which a verb between nouns is none of their compound.
    """
    places = [place for place, word in enumerate(words) if (word.is_verb or _begins(words, place)) and word.text not in LIGHT]
    often = [place for place in places if words[place].text[-2:] in GOVERNING and (is_led or not _is_named(words, place))]
    return often[-1] if often else next((place for place in places if words[place].text not in INNER), None)


def _begins(words: list[_Word], at: int) -> bool:
    """Tell whether a word that may be verb or noun is the verb of a clause, since it begins it: 制作视频56期."""
    return at == 0 and words[at].kind == "vn" and words[at].text in GOVERNING and len(words) > 1


def _is_named(words: list[_Word], at: int) -> bool:
    """Tell whether a verb that may govern is part of what it would govern: 志愿服务活动, 文明创建."""
    is_last = at + 1 == len(words)
    if not is_last and words[at + 1].text in TAILS | {"感"} and at + 2 < len(words):
        return True
    return words[at].text in INNER and (
        is_last or (at > 0 and words[at - 1].is_noun and words[at - 1].kind not in ("f", "t", "s") and words[at + 1].is_noun)
    )


def _object(words: list[_Word]) -> str:
    """Return what a verb before a figure governs, or all of a noun phrase, or the verb."""
    is_elsewhere = any(word.text in WHITHER for word in words[-4:-2])
    is_led = bool(words) and words[0].text in WHITHER
    words = _unled(words)
    if not words:
        return ""
    if words[-1].text in REACHING and words[-2:-1] != [_Word("全", "a")]:
        return _reaching(_stripped(words[:-1]))
    at = _governs(words, is_led)
    if at is None:
        return _ended_by_verb(words, is_elsewhere) if words[-1].is_verb else _noun_before(words)
    rest = words[at + 1 :]
    while rest and (rest[0].text in COMPLEMENTS or rest[0].kind in ("ul", "uz", "ug")):
        rest = rest[1:]
    if len(rest) == 1 and rest[0].text in TAILS | AMOUNTS:
        return _noun_before(words)
    if any(word.is_noun or word.is_verb for word in rest):
        return _last_noun(rest)
    return _ended_by_verb(words[: at + 1], is_elsewhere)


def _reaching(words: list[_Word]) -> str:
    """Return what reached those who are counted, "" where only a place or a time stands there."""
    while words and words[-1].text in DEGREES | {"日均", "人均"}:
        words = words[:-1]
    is_nowhere = all(word.text in WHOLE or word.kind in ("t", "f", "s", "ns") for word in words)
    return "" if is_nowhere or _WHERE.fullmatch(_joined(words)) else _object(words)


def _ended_by_verb(words: list[_Word], is_elsewhere: bool) -> str:
    """Return a verb with the word before it, where that belongs to it: 集中学习24次; the verb alone after 在 or 到."""
    last, before = words[-1], words[-2] if len(words) > 1 else None
    if before is None or is_elsewhere or len(last.text) < 2 or len(before.text) > 4 or not _belongs(before):
        return last.text
    if last.text in RECEIVING and before.is_noun:
        return last.text  # 全民阅读活动接待: the end of a subject is no part of the verb
    is_cut = len(words) > 2 and (_turns(words[-3:-1]) or (len(before.text) == 1 and words[-3].is_noun and _belongs(words[-3])))
    return "".join(word.text for word in words[-3 if is_cut else -2 :])  # 公众号推送, 可支配收入


def _belongs(word: _Word) -> bool:
    """Tell whether a word before a verb may be a part of what it says."""
    return (word.is_noun or word.is_verb) and word.kind not in ("t", "f", "s") and word.text not in LIGHT


def _unled(words: list[_Word]) -> list[_Word]:
    """Return words without the time, place and manner that they begin with."""
    start = 0
    while (
        start < len(words) - 1
        and (start < len(words) - 2 or len(words[-1].text) > 1)
        and (words[start].kind in ("d", "t", "c", "p", "r", "f") or words[start].text in LIGHT)
    ):
        start += 1
    return words[start:]


def _last_noun(words: list[_Word]) -> str:
    """Return what an object is without its modifiers that end with 的."""
    start = max((place + 1 for place, word in enumerate(words[:-1]) if _leads(word)), default=0)
    kept = words[start:]
    while kept and _is_outside(kept):
        is_whose = kept[0].kind == "r" and len(kept) > 2 and kept[1].text in WHOLE  # 我 县 新闻稿件
        kept = kept[2:] if is_whose else kept[1:]
    while kept and kept[-1].text in LIGHT | {"等"}:
        kept = kept[:-1]
    if len(kept) == 1 < len(words) and kept[0].text in TAILS and words[-2].text != "的":
        kept = words[-2:]  # 入驻率: the end of a word says nothing alone
    return _joined(kept)


def _is_outside(words: Sequence[_Word]) -> bool:
    """Tell whether the first of the words before a noun is no part of it, as an adverb, a number or a pronoun is none."""
    word, behind = words[0], words[1:]
    if word.kind == "m" and behind and _BARE.fullmatch(word.text) and behind[0].text in ("方面", "届", "小时", "分钟"):
        return False  # 三方面问题, 24小时书房
    if _turns(words[:2]) and any(each.is_noun for each in behind):
        return False
    return word.kind in ("d", "p", "c", "m", "q", "r", "y") or word.text in ("各类", "各级", "等", "各种")


def _leads(word: _Word) -> bool:
    """Tell whether a word ends what leads to a noun: 的, 等, a time or a place."""
    return word.text in ("的", "等") or word.kind in ("t", "f") or (word.text[-1] in "年月日" and word.kind[0] != "n")


def _noun_before(words: list[_Word]) -> str:
    """Return the noun phrase that ends before a figure."""
    start = len(words)
    while start and (_may_count(words[start - 1]) or _turns(words[start - 1 : start + 1])):
        start -= 1
    return _last_noun(words[start:])


def _may_count(word: _Word) -> bool:
    return (word.is_noun or word.is_verb) and (word.text not in LIGHT or word.text in DEGREES)


def _turns(words: Sequence[_Word]) -> bool:
    """Tell whether the first of two words denies the verb behind it, as 未 of 未备案网站: without it the contrary is counted."""
    return len(words) > 1 and words[0].text in _NEGATIONS and words[1].kind[0] == "v"


def _joined(words: Sequence[_Word]) -> str:
    return " ".join("".join(word.text for word in words).split())


def _goes_on(text: str, last: Number, number: Number) -> bool:
    """Tell whether a figure stands in the sentence of the one before it."""
    return not any(sign in "。！？!?\n" for sign in text[last.end : number.start])
