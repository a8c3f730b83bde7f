"""File names that are not UTF-8, as people can read them."""

import re

# The name of a file or folder with what Python makes of a byte that is no UTF-8: some bytes of its other characters may happen to
# be UTF-8. Neither sign that ends it can be a part of a character in GB18030.
_NAME = re.compile("[^/:]*[\udc80-\udcff][^/:]*")
_BROKEN = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


def readable(text: str) -> str:
    """Return a name, or a line with names in it, whose bytes that are no UTF-8 are taken for GB18030, or else shown as hexadecimal.

    The result can be encoded in UTF-8; a name that is UTF-8 stays as it is.
    """
    if text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return _NAME.sub(_decoded, text).translate(_BROKEN)


def _decoded(found: re.Match[str]) -> str:
    data = found[0].encode("utf-8", "surrogateescape")
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        return data.decode("utf-8", "backslashreplace")
