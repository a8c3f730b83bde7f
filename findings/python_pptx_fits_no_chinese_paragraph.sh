#!/usr/bin/env bash
# python-pptx makes slides, and fit_text sets the largest size of type at which a text stays in its box. It parts lines at spaces. One would expect
# a Chinese paragraph to get some size, a smaller one than it needs if lines are not broken well. There is none: as soon as a paragraph without
# spaces is longer than one line, fit_text ends with "cannot unpack non-iterable NoneType object", which names neither the text nor the
# width. A heading of a few characters is fitted, and so is a paragraph of the same length in English; one space early in the
# Chinese paragraph does not help. It matters here because results are shown on slides, with the passage as the text: a template that was tried
# with headings, or in English, fails with the first real paragraph. Guess written down first: a size that is smaller than
# the largest. Seen: TypeError for every paragraph that needs two lines (python-pptx 1.0.2).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'python-pptx==1.0.2' 'mplfonts==0.0.11' 'lxml==6.1.3' 'pillow==13.0.0'
cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import files, version

from pptx import Presentation
from pptx.util import Cm

# A font that has Chinese: of 1,000 units, each character takes all.
FONT = next(str(file.locate()) for file in files("mplfonts") or [] if file.name == "SimHei.ttf")
TEXTS = {
    "heading": "文明实践",
    "English": "The county has built twenty five reading rooms which are open all day and free of charge. " * 2,
    "Chinese": "全县建成书房二十五个，全天免费开放，方便群众就近读书。志愿者进村入户宣讲。" * 2,
    "Chinese, no marks": "全县建成书房二十五个全天免费开放方便群众就近读书" * 2,
    "Chinese, one space": "附件 全县建成书房二十五个，全天免费开放，方便群众就近读书。志愿者进村入户宣讲。",
    "Chinese, spaces everywhere": " ".join("全县建成书房二十五个，全天免费开放，方便群众就近读书。" * 2),
}


def fitted(text: str) -> float | str:
    slides = Presentation()
    frame = slides.slides.add_slide(slides.slide_layouts[6]).shapes.add_textbox(0, 0, Cm(12), Cm(6)).text_frame
    frame.text = text
    try:
        frame.fit_text(max_size=40, font_file=FONT)
    except TypeError as error:
        return str(error)
    return frame.paragraphs[0].runs[0].font.size.pt


print(f"python-pptx {version('python-pptx')}, a box of 12 cm by 6 cm, at most 40 points")
seen = {name: fitted(text) for name, text in TEXTS.items()}
for name, size in seen.items():
    print(f"{name} ({len(TEXTS[name])} characters): {size}")
failed = [name for name, size in seen.items() if size == "cannot unpack non-iterable NoneType object"]
assert failed == ["Chinese", "Chinese, no marks", "Chinese, one space"], failed
assert seen["heading"] == 40
assert isinstance(seen["English"], float) and isinstance(seen["Chinese, spaces everywhere"], float)
PY
