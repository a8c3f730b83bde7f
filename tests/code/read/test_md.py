import time

import pytest

from pipeline.read import read_bytes

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
        *("总结", "一、学习", "全县建成书房。深受欢迎。好 A&B  新  见链接。", "3. 评选模范。", "已完成宣讲。"),
        *("甲镇 | 宣讲三十场", "脚注的话。", "居中的话。"),
    ]
    assert segments[5].kind == "row"
    assert segments[5].level is None
    aside = {document.text[item.start : item.end]: item.reason for item in noise}
    assert aside["code **bold**"] == aside["more"] == "markdown block"
    assert aside['[ref]: http://x.cn "题目"'] == "related links"
    assert aside["![说明](a.png)"] == "image"
    assert aside["| 单位 | 内容 |"] == "table header"
    assert aside["|:--|:--|"] == "markdown block"


@pytest.fixture
def passages(config, cut_up):
    """A function from Markdown to its passages and the reasons of what is set aside."""
    from pipeline.read import read_bytes

    def run(text):
        document = read_bytes(text.encode(), "a.md", config.read, ".md")
        cleaned, segments, noise = cut_up(document.text, marks=document.marks)
        aside = {document.text[item.start : item.end]: item.reason for item in noise}
        return [cleaned.text[segment.start : segment.end] for segment in segments], aside

    return run


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("新建==书房==六座，==深受 欢迎==。", "新建书房六座，深受 欢迎。"),
        ("算式3==3，a==b且c==d。", "算式3==3，a==b且c==d。"),
        ("新建~~旧的~~书房。", "新建书房。"),
        ("新建~~旧\n的~~书房。", "新建书房。"),
        ("约~~五场\n\n~~六场。", "约~~五场"),
        (r"新建\~~书房~~。", "新建~~书房~~。"),
        ("见[链接][ref]、[ref][]、[Ref]和[别的]。", "见链接、ref、Ref和[别的]。"),
        ("宣讲三十场[^1]。", "宣讲三十场。"),
        ("宣讲三十场。<br>新建书房。<br/>", "宣讲三十场。新建书房。"),
        ("***一是***建*书房*，_办_ *讲座*。", "一是建书房，办 讲座。"),
        ("共3*4*5册，a_b_c，\\*不是\\*。", "共3*4*5册，a_b_c，*不是*。"),
        ('建![图一](a.png "题")书房![图二][ref]。', "建书房。"),
        ("见[文件](http://x.cn/a(1).html)和[[总结|县总结]]、[[总结]]。", "见文件和县总结、总结。"),
        ('<a href="x" title="a>b">建书房</a>。', "建书房。"),
        ("建&mdash;书&#65288;房&hellip;甲&amp;乙&#20840;。", "建书房甲&乙&#20840;。"),
        (">> - 建书房。", "建书房。"),
        ("::: warning 注意", "注意"),
        ("一，今年以来县里新建城市书房六座\n并且办了讲座，深受欢迎。", "一，今年以来县里新建城市书房六座并且办了讲座，深受欢迎。"),
    ],
)
def test_signs_within_a_line(passages, written, read):
    found, aside = passages(f'{written}\n\n[ref]: http://x.cn\n    "题目"\n')
    assert found[0] == read
    assert {"[ref]: http://x.cn", '"题目"'} <= set(aside)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("side", ["", "| "])
def test_the_names_of_a_table_are_set_aside_and_its_rows_are_rows(passages, side, end):
    rows = ["单位 | 内容", "--- | :-:", "甲镇 | 宣讲三十场。<br>新建==书房==。", "乙镇 | 评选模范[^1]。"]
    found, aside = passages(end.join(["先说一句。", "", *(f"{side}{row}{side[::-1]}" for row in rows), "", "再说一句。"]))
    assert found == ["先说一句。", "甲镇 | 宣讲三十场。新建书房。", "乙镇 | 评选模范。", "再说一句。"]
    assert [reason for text, reason in aside.items() if "单位" in text] == ["table header"]


def test_a_sentence_above_the_line_of_a_table_is_a_row(passages):
    found, _ = passages("| 甲镇 | 宣讲三十场。 |\n|---|---|\n| 乙镇 | 新建书房。 |\n")
    assert found == ["甲镇 | 宣讲三十场。", "乙镇 | 新建书房。"]


def test_line_ends_of_windows_change_nothing(config, cut_up):
    from pipeline.read import read_bytes

    plain, windows = (read_bytes(text.encode(), "a.md", config.read, ".md") for text in (TEXT, TEXT.replace("\n", "\r\n")))
    texts = [
        [cleaned.text[segment.start : segment.end] for segment in segments]
        for cleaned, segments, _ in (cut_up(document.text, marks=document.marks) for document in (plain, windows))
    ]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    "run",
    [
        *("|-|-\n", "-", "~~a ", "==a", "a|", "[a]", "|---\n", "[", "![", "*a", "_", "<a ", "{#a", "](", "[[a|", "&a", "<style>"),
        *("<!--", "```x\n", "$$ x\n", "> ", "这一行里有，十五个字以上的话没有完\n"),
    ],
)
def test_the_work_grows_as_the_text_does(config, run):
    """Eight times the text is eight times the work, and was 64 times where a line below a table's names could go over all others.

    It is the process's own time, whatever else the machine does.
    """
    from pipeline.read.formats.md import read

    def effort(times):
        begun = time.process_time()
        read((run * times + "x\n\n[a]: b\n").encode(), "a.md", config.read)
        return max(time.process_time() - begun, 0.01)

    assert min(effort(16_000) for _ in range(2)) < 32 * min(effort(2_000) for _ in range(2))


@pytest.mark.parametrize(
    "block",
    [
        "***",
        "___",
        "- - -",
        "<style>\np {color: red}\n</style>",
        '<script type="a">\nvar a = "甲";\n</script>',
        "[TOC]",
        "[[toc]]",
        "$$\n\\sum x\n$$",
    ],
)
def test_what_shows_nothing_is_a_block_of_its_own(passages, block):
    found, aside = passages(f"先说一句。\n\n{block}\n\n再说一句。\n")
    assert found == ["先说一句。", "再说一句。"]
    assert set(aside.values()) == {"markdown block"}
    assert "".join(aside) == block.replace("\n", "") or block in aside or all(line in aside for line in block.split("\n"))


def test_front_matter_of_both_kinds_is_a_block(passages):
    for sign in ("---", "+++"):
        assert passages(f'{sign}\ntitle = "甲"\n{sign}\n\n先说一句。\n')[0] == ["先说一句。"]


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("# 学习\n\n甲文。\n\n# 文化\n\n乙文。\n\n# 志愿\n\n丙文。\n", ["学习", "文化", "志愿"]),
        ("# 总结\n\n# 一、学习\n\n甲文。\n\n# 二、文化\n\n乙文。\n", ["总结 > 一、学习", "总结 > 二、文化"]),
        ("# 一、学习\n## 做法\n甲文。\n## 问题\n乙文。\n# 二、文化\n丙文。\n", ["一、学习 > 做法", "一、学习 > 问题", "二、文化"]),
        ("学习\n===\n\n甲文。\n\n文化\n===\n\n### 书房\n\n乙文。\n", ["学习", "文化 > 书房"]),
        ("# 总结\n\n引言。\n\n## 学习\n\n甲文。\n\n## 文化\n\n乙文。\n", ["总结", "总结 > 学习", "总结 > 文化"]),
        ("# 学习\n\n```\n# 代码\n```\n\n甲文。\n\n## 文化\n\n乙文。\n", ["学习", "学习 > 文化"]),
        ("## **一、学习**\n\n甲文。\n\n## **二、文化**\n\n乙文。\n", ["一、学习", "二、文化"]),
    ],
)
def test_each_passage_stands_under_its_own_headings(tmp_path, config, cut_up, text, headings):
    from pipeline.read import read_report

    path = tmp_path / "a.md"
    path.write_text(text, encoding="utf-8")
    document = read_report(path, config.read)
    _, segments, _ = cut_up(document.text, marks=document.marks)
    assert [" > ".join(heading.text for heading in segment.headings) for segment in segments if segment.level is None] == headings


def test_headings_may_lack_their_blank_and_have_attributes(passages):
    found, _ = passages("##县里的总结\n\n# 总结 {#id .x}\n\n#甲#乙\n")
    assert found == ["县里的总结", "总结", "#甲#乙"]


def test_lines_that_only_look_like_one_paragraph_stay_lines(passages):
    lines = ["河湾镇二〇二四年宣传思想文化工作情况总结", "今年以来，县里新建城市书房六座，办了讲座，", "一是开展宣讲。"]
    assert passages("\n".join(lines))[0] == lines
    assert passages("单位：县委宣传部、县文化和旅游局办公室\n时间，周五\n")[0] == [
        "单位：县委宣传部、县文化和旅游局办公室",
        "时间，周五",
    ]


@pytest.mark.parametrize(
    ("rows", "is_form"),
    [
        ((("项目名称", "红色宣讲团"), ("实施单位", "县文化馆"), ("主要做法", "进村讲故事")), True),
        ((("项目", "内容"), ("项目名称", "红色宣讲团"), ("主要做法", "进村讲故事")), False),
        ((("县区", "全年"), ("甲县", "30")), False),
    ],
)
def test_the_first_row_of_a_form_is_no_row_of_names(config, rows, is_form):
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    text = "\n".join(["# 登记表", "", lines[0], "|---|---|", *lines[1:], ""])
    document = read_bytes(text.encode(), "a.md", config.read, ".md")
    aside = [document.text[mark.start : mark.end] for mark in document.marks if mark.reason == "table header"]
    assert aside == ([] if is_form else [lines[0]])
