import pytest
from msgspec.structs import replace

from pipeline.core.errors import InputError
from pipeline.read.embedded import read_embedded


def test_all_of_a_page_is_read_and_nothing_judged(config):
    page = "<html><title>窗口</title><body><div class='nav'>首页</div><p>正文。</p></body></html>".encode()
    content = read_embedded(page, ".html", "x.docx/a.html", config.read)
    assert (content.text, content.marks) == ("首页\n正文。", ())


@pytest.mark.parametrize("data", ["正文。".encode(), "正文。".encode("gb18030")])
def test_plain_text_is_read(data, config):
    assert read_embedded(data, ".txt", "x.docx/a.txt", config.read).text == "正文。"


def test_what_cannot_be_read_is_named(config):
    with pytest.raises(InputError, match=r"x\.docx/a\.png: (a damaged|the content is a) picture"):
        read_embedded(b"\x89PNG", ".png", "x.docx/a.png", config.read)
    with pytest.raises(InputError, match=r"deeper than read\.max_depth"):
        read_embedded(b"a", ".txt", "x.docx/a.txt", replace(config.read, max_depth=0))
