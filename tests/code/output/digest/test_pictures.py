"""The digest of the five seeds and 40 written reports, as it looks on paper; the first page and one theme are in the README.

Set SCREENSHOTS to a folder to keep the pictures of the README. The shipped model was trained on these reports: the pictures
show what a digest looks like, not how good the model is.
"""

import os
import random
from pathlib import Path

import pytest

WIDTH = 760  # pixels of a page
LARGEST = 250_000  # bytes of a picture


@pytest.fixture(scope="module")
def pages(start, root, soffice, tmp_path_factory):
    """The pages of the digest as LibreOffice draws them."""
    import pypdfium2

    written = sorted((root / "seeds" / "written").rglob("*.txt"))
    chosen = sorted(random.Random(7).sample(written, 40))
    folder = tmp_path_factory.mktemp("digest")
    out = folder / "digest.docx"
    result = start(["digest", "seeds/reports", *(path.relative_to(root) for path in chosen), "-o", out])
    assert result.returncode == 0, result.stderr
    assert any(line.startswith("45 reports, ") for line in result.stderr.splitlines())
    with pypdfium2.PdfDocument(soffice(out, "pdf", folder)) as pdf:
        yield pdf


def keep(page, name, tmp_path):
    """Keep a picture of a page, in fewer colours where it is large, and return how much of it is not white."""
    from PIL import Image

    image = page.render(scale=WIDTH / page.get_width()).to_pil()
    path = Path(os.environ.get("SCREENSHOTS", tmp_path)) / f"{name}.png"
    image.convert("RGB").save(path, optimize=True)
    if path.stat().st_size > LARGEST:
        image.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path, optimize=True)
    assert 20_000 < path.stat().st_size < LARGEST
    dark = image.convert("L").point(lambda value: 255 * (value < 200)).histogram()[255]
    return dark / (image.width * image.height)


def test_the_first_page_tells_what_there_is(pages, tmp_path):
    text = pages[0].get_textpage().get_text_bounded()
    assert "45 篇报告" in text
    assert "篇幅最多的主题是" in text
    assert "年份比较" in text
    assert "目录" in text
    assert "说明" in text  # the last line of the contents: all of it stands on one page
    assert 0.02 < keep(pages[0], "digest-first", tmp_path) < 0.5


def test_a_theme_begins_on_a_page_of_its_own(pages, tmp_path):
    texts = [page.get_textpage().get_text_bounded() for page in pages]
    starts = [number for number, text in enumerate(texts) if text.lstrip().startswith("兴文化")]
    assert len(starts) == 1
    assert "〔来源：《" in texts[starts[0]]
    assert "占比最高的报告" in texts[starts[0]]
    assert 0.02 < keep(pages[starts[0]], "digest-theme", tmp_path) < 0.5
