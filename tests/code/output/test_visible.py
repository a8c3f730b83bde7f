import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.output.reasons import REASONS, in_chinese
from pipeline.output.visible import DIRECTIONS, on_one_line, visible

ANY = st.text(st.characters(exclude_categories=[]))


@given(ANY)
@example("a\x00\x1b\u202e\u2067\ud800\ufffe\x85\u2028字")
def test_no_character_steers_and_every_offset_stays(text):
    shown = visible(text)
    assert len(shown) == len(text)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n"]
    assert not DIRECTIONS & set(shown)
    shown.encode()


def test_what_can_be_read_stays():
    assert visible("第一行\t甲\n𠮷é·㊣") == "第一行\t甲\n𠮷é·㊣"
    assert visible("a\x1bb\u202ec\x7f") == "a␛b⇄c␡"


def test_every_reason_of_the_cleaner_has_a_chinese_word():
    from pipeline.preprocess.noise import _BY_FORM

    for reason in {reason for reason, *_ in _BY_FORM} | {"repeated caption", "repeated line", "symbols"}:
        assert in_chinese(reason) == REASONS[reason] != reason
    assert in_chinese("a new one") == "a new one"


def test_a_broken_line_is_joined_as_the_cleaner_joins_it():
    assert on_one_line("断开的  \n\u3000一行\r\n再一行") == "断开的一行再一行"
    assert on_one_line("Made in\nChina\n制造\tX") == "Made in China制造\tX"
    assert on_one_line("\n甲\n") == "甲"
