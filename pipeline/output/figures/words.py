"""The words by which figures are found (words.toml), as sets."""

import tomllib
from pathlib import Path

_LISTS = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


def _set(name: str) -> frozenset[str]:
    return frozenset(_LISTS[name].split())


MEASURES = _set("measures")
EVENTS = _set("events")
PREDICATES = _set("predicates")
PEOPLE = _set("people")
HOURS = _set("hours")
LIGHT = _set("light")
COMPLEMENTS = _set("complements")
CHANGES = _set("changes")
DEGREES = _set("degrees")
TAILS = _set("tails")
PLACES = _set("places")
REACHING = _set("reaching")
RECEIVING = _set("receiving")
GOVERNING = _set("governing")
INNER = _set("inner")
WHOLE = _set("whole")
AMOUNTS = _set("amounts")
FRONT = _set("front")
COMPARING = _set("comparing")
WHITHER = _set("whither")
JOINTS = _set("joints")
CLASSES: dict[str, str] = {word: kind for kind, words in _LISTS["classes"].items() for word in words.split()}
TIMES = (  # what makes a number a time, which is no figure: an expression that follows it
    r"个?半(?:天|小时|年|月)|个(?:多|半)?(?:月|星期|礼拜|季度|世纪|年头|学期|学年|昼夜|工作日|钟头|时辰)|年(?!画)|月|星期|礼拜|季度|世纪"
    r"|学期|学年|昼夜|工作日|时辰|周(?!边|刊)|天(?!台|车)|日(?!元)|号|夜|晚|点(?!位|播|击|赞)|时|秒|刻|岁|代(?!表)|级|辈|旬|部分"
)
