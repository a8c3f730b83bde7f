"""What each character may be, and the seam to the compiled scans: what calls them is tested where nothing is compiled."""

from itertools import pairwise

import numpy as np
import pytest

from pipeline.core.config import load_config
from pipeline.core.records import Document
from pipeline.preprocess import characters, headings, lines, segment, sentences
from pipeline.preprocess.clean import clean_together

CONFIG = load_config()
BODY = "全市各级各部门按照统一部署，细化工作举措，取得了一批看得见、摸得着的工作成果。"
TEXTS = (
    "", "\n", "甲", "。", "會(huì)議聽取匯報，\r\n覆蓋各鎮。 ＡＢＣ１２３", f"文旅融合深入推进。{BODY * 4}群众活动丰富。{BODY * 4}",
    "一、学习\n（一）中心组“学理论。”学了十次；一是抓学习。二要宣讲。 二、全面加强：办好书房。\n△现场\n***\n记者：甲",
    "全县举办宣讲活动，\n覆盖各镇。\n，甲\u200b乙 丙\n",
)  # fmt: skip


class PlainScans:
    """What is called like the compiled scans, in Python."""

    @staticmethod
    def kinds_of(text, table, kinds):
        kinds[:] = [table[ord(character)] for character in text]
        return int(np.bitwise_or.reduce(kinds))

    @staticmethod
    def count(kinds, wanted):
        return sum(kind & wanted > 0 for kind in kinds.tolist())

    @staticmethod
    def places(kinds, wanted, found):
        found[:] = [place for place, kind in enumerate(kinds.tolist()) if kind & wanted]

    @staticmethod
    def around(kinds, wanted, bounds, found):
        ends = [-1, *(place for place, kind in enumerate(kinds.tolist()) if kind & bounds), len(kinds)]
        spans = [(first + 1, last) for first, last in pairwise(ends) if (kinds[first + 1 : last] & wanted).any()]
        found[: len(spans)] = spans or np.empty((0, 2))
        return len(spans)

    @staticmethod
    def leads(text, starts, ends, may_be, *limits):
        assert limits == (headings.SHORTEST_LEAD, headings.LONGEST_LEAD, headings.NOT_IN_LEADS, headings.BEHIND_LEADS)
        for i in np.flatnonzero(may_be).tolist():
            may_be[i] = headings.is_lead(text[starts[i] : ends[i]].strip())

    class Looks:
        def __init__(self, *given, **named):
            pass

        def lines(self, text, *arrays):
            found = lines.with_arrays(text, 0)
            return filled(arrays, (found.starts, found.ends, found.doubtful, found.opens, found.closes))

    class Splitter:
        def __init__(self, *given):
            assert given[:4] == (sentences.STOP, sentences.CLOSING, sentences._MARK_SHIFT, sentences._LINE_END)
            assert given[4] is sentences._LONGEST

        def split(self, kinds, bounds, breaks, *arrays):
            found = sentences.split_with_arrays(kinds, bounds, breaks)
            return filled(arrays, (found.starts, found.ends, found.passages))

    class Passages:
        def __init__(self, *given):
            kinds = sentences.WORD, sentences.SPACE, sentences.SIGN_START
            assert given == (*kinds, segment._SIGN, segment._LED, segment._UNSURE)

        def gather(self, kinds, starts, ends, passages, shifts, is_first, is_led):
            found = sentences.SentenceSplit(starts, ends, passages)
            return segment.gathered(kinds, found, shifts, is_first.view(bool), is_led.view(bool))


def filled(arrays, found):
    for array, own in zip(arrays, found, strict=True):
        array[: len(own)] = own
    return len(found[0])


@pytest.fixture
def use(monkeypatch):
    """Return a function that chooses the arrays, or what is called like the compiled scans."""

    def choose(implementation):
        for module in (characters, lines, segment):
            monkeypatch.setattr(module, "scans", lambda: implementation)
        for module, name in ((sentences, "_splitter"), (lines, "_compiled_looks")):
            found = getattr(module, name)
            monkeypatch.setattr(module, name, getattr(found, "__wrapped__", found))

    return choose


@pytest.fixture(params=[None, PlainScans], ids=["arrays", "scans"])
def implementation(request, use):
    use(request.param)


TABLE = np.zeros(characters.CODE_POINTS, np.uint8)
TABLE[[ord("a"), ord("b"), ord(","), 0x10FFFF]] = 1, 3, 4, 8


@pytest.mark.usefixtures("implementation")
def test_the_kind_of_each_character_and_all_kinds_together():
    kinds, found = characters.kinds_of("xa,b\U0010ffff\udc00", TABLE)
    assert (kinds.dtype, kinds.tolist(), found) == (np.uint8, [0, 1, 4, 3, 8, 0], 15)
    assert characters.kinds_of("xa", TABLE.astype(np.uint16))[0].dtype == np.uint16
    assert characters.places(kinds, 1).tolist() == [1, 3]
    assert characters.places(kinds, 6).tolist() == [2, 3]
    assert characters.places(kinds, 16).tolist() == []


def test_a_long_text_is_looked_at_in_pieces(monkeypatch):
    monkeypatch.setattr(characters, "scans", lambda: None)
    monkeypatch.setattr(characters, "_AT_ONCE", 2)
    assert characters.kinds_of("a,bxb", TABLE)[0].tolist() == [1, 4, 3, 0, 3]


@pytest.mark.usefixtures("implementation")
@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", []), ("x", []), (",", []), ("a", [(0, 1)]), ("xa,xx,bx", [(0, 2), (6, 8)]), (",a,", [(1, 2)]),
        ("aab,b", [(0, 3), (4, 5)]), ("x,,a", [(3, 4)]), ("a,", [(0, 1)]),
    ],
)  # fmt: skip
def test_the_spans_between_two_bounds_that_hold_a_character(text, spans):
    kinds, _ = characters.kinds_of(text, TABLE) if text else (np.empty(0, np.uint8), 0)
    found = characters.spans_around(kinds, 1, 4)
    assert found.shape == (len(spans), 2)
    assert [*map(tuple, found.tolist())] == spans


def test_reports_are_cleaned_alike_by_arrays_and_scans_and_cut(use, monkeypatch):
    found = []
    for chosen, pieces in ((PlainScans, 16), (PlainScans, 2**18), (None, 2**18)):
        use(chosen)
        monkeypatch.setattr(lines, "_AT_ONCE", pieces)
        found.append(clean_together([Document("x.txt", text, "0", "utf-8") for text in TEXTS], CONFIG.clean))
    cleaned = found[0]
    for others in found[1:]:
        for one, other in zip(cleaned, others, strict=True):
            assert (one.text, one.noise) == (other.text, other.noise)
    cut = [*segment.segment_together(cleaned, CONFIG.segment)]
    said = [[one.text[each.start : each.end] for each in own] for one, own in zip(cleaned, cut, strict=True)]
    assert said[:6] == [
        [],
        [],
        ["甲"],
        [],
        ["会议听取汇报，覆盖各镇。 ABC123"],
        [f"文旅融合深入推进。{BODY * 4}", f"群众活动丰富。{BODY * 4}"],
    ]
    assert said[6] == ["一、学习", "（一）中心组“学理论。”学了十次；", "一是抓学习。", "二要宣讲。", "二、全面加强：办好书房。"]
    assert said[7] == ["全县举办宣讲活动，覆盖各镇。，甲乙 丙"]
    assert [[heading.text for heading in each.headings] for each in cut[6]] == [
        [], ["一、学习"], *[["一、学习", "（一）中心组“学理论。”"]] * 2, [],
    ]  # fmt: skip
    assert [noise.reason for noise in cleaned[6].noise] == ["caption", "symbols", "byline"]
