import hashlib

from pipeline.labels.texts import BYTE_ORDER_MARK, digests, encodings


def test_a_text_is_known_by_its_file_and_as_utf_8_with_and_without_a_mark():
    data = "学理论。".encode()
    assert encodings("学理论。") == (data, BYTE_ORDER_MARK + data)
    as_text = {hashlib.sha256(each).hexdigest() for each in (data, BYTE_ORDER_MARK + data)}
    assert digests("学理论。") == as_text
    assert digests("学理论。", "0a") == as_text | {"0a"}


def test_a_text_with_half_a_character_is_known_by_its_file_only():
    assert encodings("\ud800") == ()
    assert digests("\ud800", "0a") == {"0a"}
    assert digests("\ud800") == set()
