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
    headings = [
        (segment.level is not None, cleaned.text[segment.start : segment.end], len(segment.headings)) for segment in segments
    ]
    assert headings[0] == (True, "总结", 0)
    assert headings[2] == (True, "一、学习", 1)
    assert headings[3][2] == 2


def test_syntax_is_no_part_of_the_cleaned_text(tagged):
    _, cleaned, segments, _ = tagged
    bodies = [cleaned.text[segment.start : segment.end] for segment in segments if segment.level is None]
    assert bodies == ["正文重点讲 代码 与链接。", "第一条内容。", "引文一句。"]


def test_the_source_text_is_the_file_itself(tagged):
    document, cleaned, segments, noise = tagged
    assert document.text == TEXT
    body = next(segment for segment in segments if segment.level is None)
    start, end = cleaned.offsets.span(body.start, body.end)
    assert TEXT[start:end] == "正文**重点**讲 `代码` 与[链接](http://x.y/z)。"
    assert {item.reason for item in noise} == {"markdown block", "syntax"}


PARTS = """总结
====

一、学习
--------

~~~
code **bold**
~~~

````text
more
````

全县建成书房。<br>深受欢迎。&emsp;&nbsp;&ldquo;好&rdquo; A&amp;B ~~旧~~ ==新== [^1] 见[链接][ref]。

3\\. 评选模范。
- [x] 已完成宣讲。

| 单位 | 内容 |
|:--|:--|
| 甲镇 | 宣讲三十场 |

[^1]: 脚注的话。
[ref]: http://x.cn "题目"
* * *
<div align="center">居中的话。</div>
![说明](a.png)
"""


def test_code_targets_entities_and_tags_are_no_passages(config, cut_up):
    from pipeline.read import read_bytes

    document = read_bytes(PARTS.encode(), "a.md", config.read, ".md")
    cleaned, segments, noise = cut_up(document.text, marks=document.marks)
    assert [cleaned.text[segment.start : segment.end] for segment in segments] == [
        *("总结", "一、学习", "全县建成书房。深受欢迎。好 A&B 旧 新  见链接。", "3. 评选模范。", "已完成宣讲。"),
        *("单位 | 内容", "甲镇 | 宣讲三十场", "脚注的话。", "居中的话。"),
    ]
    assert [segment.kind for segment in segments][5:7] == ["row", "row"]
    assert all(segment.level is None for segment in segments[5:7])
    aside = {document.text[item.start : item.end]: item.reason for item in noise}
    assert aside["code **bold**"] == aside["more"] == "markdown block"
    assert aside['[ref]: http://x.cn "题目"'] == "related links"
    assert aside["![说明](a.png)"] == "image"


def test_line_ends_of_windows_change_nothing(config, cut_up):
    from pipeline.read import read_bytes

    plain, windows = (read_bytes(text.encode(), "a.md", config.read, ".md") for text in (TEXT, TEXT.replace("\n", "\r\n")))
    texts = [
        [cleaned.text[segment.start : segment.end] for segment in segments]
        for cleaned, segments, _ in (cut_up(document.text, marks=document.marks) for document in (plain, windows))
    ]
    assert texts[0] == texts[1]
