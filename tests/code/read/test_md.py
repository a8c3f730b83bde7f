import pytest

TEXT = """---
title: x
---
# 总结

正文**重点**讲 `代码` 与[链接](http://x.y/z)。

## 一、学习

- 第一条内容。
> 引文一句。

```
code block
```
"""


@pytest.fixture
def tagged(tmp_path, config, cut_up):
    from pipeline.read import read_report

    path = tmp_path / "a.md"
    path.write_text(TEXT, encoding="utf-8")
    document = read_report(path, config.read)
    return document, *cut_up(document.text, marks=document.marks)


def test_headings_have_the_level_of_their_signs(tagged):
    _, cleaned, segments, _ = tagged
    headings = [(segment.is_heading, cleaned.text[segment.start : segment.end], len(segment.headings)) for segment in segments]
    assert headings[0] == (True, "总结", 0)
    assert headings[2] == (True, "一、学习", 1)
    assert headings[3][2] == 2


def test_syntax_is_no_part_of_the_cleaned_text(tagged):
    _, cleaned, segments, _ = tagged
    bodies = [cleaned.text[segment.start : segment.end] for segment in segments if not segment.is_heading]
    assert bodies == ["正文重点讲 代码 与链接。", "第一条内容。", "引文一句。"]


def test_the_source_text_is_the_file_itself(tagged):
    document, cleaned, segments, noise = tagged
    assert document.text == TEXT
    body = next(segment for segment in segments if not segment.is_heading)
    start, end = cleaned.offsets.span(body.start, body.end)
    assert TEXT[start:end] == "正文**重点**讲 `代码` 与[链接](http://x.y/z)。"
    assert {item.reason for item in noise} == {"markdown block", "syntax"}
