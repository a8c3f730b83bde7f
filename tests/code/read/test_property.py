"""For every reader and every input: segments are in order, do not overlap, and the text between their offsets is theirs."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.core.errors import InputError
from pipeline.flow import tag_document
from pipeline.model.tag import with_noise
from pipeline.read import File, read_file, unpack

PIECES = st.sampled_from(
    ["一、", "（二）", "1.", "理论宣讲进村社", "图书馆新开书房六座", "，", "。", "；", "“", "”", "\u3000\u3000", " ", "\t",
     "来源：", "記者：", "宣 传 工 作", "△现场", "图片", "們(men)", "A I", "𠮷", "<b>", "&amp;", "\\par", "{", "\u200b", "\ue000",
     "12", "%", "|", "，\n", "——", "\x0b", "\u2028"]
)  # fmt: skip
TEXTS = st.lists(st.lists(PIECES, min_size=1, max_size=12).map("".join), min_size=1, max_size=8).map("\n".join)


def builders(formats, model):
    return {
        ".txt": str.encode,
        ".md": str.encode,
        ".csv": lambda text: formats.table(text, model).encode(),
        ".xlsx": lambda text: formats.workbook(text, model),
        ".docx": lambda text: formats.docx(text, styled=True),
        ".html": lambda text: formats.page(text, "utf-8"),
        ".rtf": lambda text: (
            b"{\\rtf1\\ansi " + "".join(f"\\u{ord(c) % 65536}?" if c != "\n" else "\\par " for c in text).encode() + b"}"
        ),
        ".zip": formats.archive,
    }


@pytest.mark.parametrize("suffix", [".txt", ".md", ".csv", ".xlsx", ".docx", ".html", ".rtf", ".zip"])
def test_segments_are_in_order_and_are_the_text_between_their_offsets(formats, model, config, suffix):
    build = builders(formats, model)[suffix]

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(TEXTS)
    def holds(text):
        clean = "".join(c for c in text if c.isprintable() or c in "\n\t") if suffix in (".docx", ".html", ".xlsx") else text
        for file in unpack(File(f"x{suffix}", suffix, build(clean)), config.read):
            assert isinstance(file, File), file
            try:
                document = read_file(file, config.read)
            except InputError:
                continue
            tags = list(with_noise(tag_document(document, model), model).tags)
            assert all(tag.text == document.text[tag.start : tag.end] for tag in tags)
            assert all(tag.text.strip() for tag in tags)
            assert all(first.end <= second.start for first, second in pairwise(tags))

    holds()
