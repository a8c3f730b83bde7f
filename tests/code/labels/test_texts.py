import hashlib

from pipeline.core.config import load_config
from pipeline.labels.texts import BYTE_ORDER_MARK, digests, encodings, reads_as


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


def test_a_file_is_read_as_its_text_or_it_is_not():
    options, text = load_config().read, "学理论。\n办书房。"
    for data in encodings(text):
        assert reads_as(data, ".txt", text, options)
        assert reads_as(data, ".TXT", text, options)
    assert not reads_as(text.encode(), ".txt", text + "。", options)
    assert not reads_as(b"", ".txt", "", options)  # an empty file is no report
    assert reads_as('"text"\n"开会。"'.encode(), ".csv", "开会。", options)
    assert not reads_as('"text"\n"开会。"'.encode(), ".txt", "开会。", options)
