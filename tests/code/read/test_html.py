import re
import time
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.errors import InputError
from pipeline.read.formats.html import read
from pipeline.read.web import blocks, main_text

SENTENCE = "全县宣传思想文化工作取得新成效，图书馆建成城市书房六座。"
PARAGRAPHS = [
    "临溪县2023年宣传思想文化工作总结",
    "一年来，全县宣传战线守正创新，各项工作取得新成效。",
    "一、理论学习走深走实",
    "（一）抓实中心组学习。县委理论学习中心组集中学习十二次，开展专题研讨四次。",
    "1.基层宣讲团走进村社讲党课三百场，听众两万人次。",
    "二、文化惠民暖人心",
    "县图书馆新开六座城市书房，送戏下乡八十场；全民阅读活动吸引两万人次参加。",
    "做好新一年的工作，任务光荣、责任重大。我们将再接再厉，奋力谱写新篇章。",
    "中共临溪县委宣传部",
]
WRITTEN = "arts city county company hospital news school speech theory village university".split()  # noqa: SIM905 - shorter
MENU = "".join(f'<li><a href="/{name}">{name}</a></li>' for name in ("首页", "政务公开", "新闻动态", "政务服务", "互动交流"))
LINKS = "".join(
    f'<li><a href="/n">{name}</a><span>2024-01-10</span></li>' for name in ("县图书馆开展阅读活动", "送戏下乡八十场惠及群众")
)
FOOT = (
    "<p>版权所有：临溪县人民政府　主办：临溪县人民政府办公室</p><p>地址：临溪县人民路1号　电话：0000-0000000</p>"
    "<p>网站声明：本网站所载信息仅供参考，未经授权不得转载。</p><p>临ICP备00000000号-1</p>"
)


def modern(title, *rest):
    picture = "<figure><img src='a.jpg'><figcaption>宣讲团走进村社</figcaption></figure>"
    body = picture.join(f"<p>　　{escape(line)}</p>" for line in rest) if len(rest) < 3 else ""
    body = body or picture + "".join(f"<p>　　{escape(line)}</p>" for line in rest)
    return f"""<!DOCTYPE html><html lang="zh"><head><meta charset="CHARSET"><title>{escape(title)}_临溪县人民政府</title>
<style>p{{}}</style><script>var a="<p>不是正文。</p>";</script></head><body><header><div class="logo">临溪县人民政府门户网站</div>
<nav><ul>{MENU}</ul></nav></header><main>
<div class="breadcrumb">当前位置：<a href="/">首页</a> &gt; <a href="/x">新闻动态</a> &gt; 正文</div>
<article><header><h1>{escape(title)}</h1><div class="meta">
<span>发布时间：2023-12-30 10:20</span> <span>来源：临溪县融媒体中心</span>
<span>字号：[<a>大</a> <a>中</a> <a>小</a>]</span></div></header><div class="share">分享到：<a href="#">微信</a>
<a href="#">微博</a></div>
<section class="body">{body}</section><p class="editor">责任编辑：王一</p></article>
<div class="prevnext"><p>上一篇：<a href="1">全县宣传工作会议召开</a></p></div><section class="related">
<h3>相关链接</h3><ul>{LINKS}</ul></section>
<section class="comments"><h3>网友评论</h3><p>写得很好，点赞家乡的变化！</p><p>希望多开几座书房。方便老人孩子。</p>
</section></main>
<aside><h3>热点新闻</h3><ul>{LINKS}</ul></aside><footer>{FOOT}</footer></body></html>"""


def divisions(title, *rest):
    body = "\n".join(f'<p><span style="font-size:16pt">&nbsp;&nbsp;&nbsp;&nbsp;{escape(line)}</span></p>' for line in rest)
    return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=CHARSET" />
<title>{escape(title)}-临溪新闻网</title>
</head><body><div class="top"><a href="1">登录</a> | <a href="2">注册</a></div><div id="nav"><ul>{MENU}</ul></div>
<div class="wz">您所在的位置：<a href="/">首页</a> &gt;&gt; <a href="/a">县区</a> &gt;&gt; 正文</div><div class="main">
<div class="left">
<div class="title">{escape(title)}</div>
<div class="info">2023-12-30 10:20　来源：临溪日报　作者：李四　浏览次数：128次　字号：【大 中 小】</div>
<div class="bdsharebuttonbox"><a href="#">分享</a><a href="#">QQ空间</a></div><div class="TRS_Editor" id="zoom">{body}</div>
<div class="zrbj">责任编辑：王一　审核：赵二</div><div class="tools"><a href="#">【打印】</a><a href="#">【关闭】</a></div>
<div class="fy">上一篇：<a href="1">全县宣传工作会议召开</a><br>下一篇：<a href="2">城市书房建成</a></div>
<div class="xgwz"><div class="tt">相关文章</div><ul>{LINKS}</ul></div></div><div class="right">
<div class="hd">热门推荐</div><ul>{LINKS}</ul>
<div class="zy"><a href="5">全县召开会议</a><p>会议强调，要坚持守正创新，扎实做好各项工作。</p></div></div></div>
<div class="friend"><select><option>友情链接</option></select></div><div class="copyright">{FOOT}</div></body></html>"""


def tables(title, *rest):
    menu = "".join(f"<TD><A href=x>{name}</A></TD>" for name in ("首页", "组织机构", "工作动态", "政策法规"))
    body = "".join(f"<P>　　{escape(line)}</P>\n" for line in rest)
    return f"""<HTML><HEAD><META http-equiv=Content-Type content="text/html; charset=CHARSET">
<TITLE>{escape(title)}</TITLE></HEAD><BODY>
<TABLE width=980><TR>{menu}</TR></TABLE><TABLE><TR><TD width=200><TABLE><TR><TD>站内公告</TD></TR><TR>
<TD>·<A href=y>关于申报的通知</A></TD></TR>
</TABLE></TD><TD><TABLE><TR><TD>当前位置：<A href=/>首页</A> &gt; <A href=/b>工作动态</A></TD></TR>
<TR><TD align=center><FONT size=5><B>{escape(title)}</B></FONT></TD></TR>
<TR><TD align=center>来源：临溪县委宣传部　发布日期：2009-12-30　点击：<SPAN id=hits></SPAN></TD></TR><TR><TD>{body}</TD></TR>
<TR><TD align=right>[<A href=#>打印本页</A>] [<A href=#>关闭窗口</A>]</TD></TR><TR>
<TD>上一条：<A href=1>全县会议召开</A></TD></TR></TABLE></TD></TR>
</TABLE><TABLE><TR><TD align=center>版权所有：临溪县委宣传部<BR>临ICP备00000000号</TD></TR></TABLE></BODY></HTML>"""


def broken_lines(title, *rest):
    body = "<br><br>".join("　　" + escape(line) for line in rest)
    return f"""<html><head><meta charset=CHARSET><title>临溪县人民政府 | {escape(title)}</title></head><body>
<div id=head><ul class=menu>{MENU}</ul>
</div><div id=content_wrap><div class=crumb><a href=/>首页</a>><a href=/c>工作总结</a>><span>正文</span></div>
<h2>{escape(title)}</h2>
<p>时间：2023-12-30 来源：临溪县人民政府 阅读：88</p><div id=content>{body}<br><br></div><p>编辑：王一</p>
<div class=sharebox>分享至：<a href=#>微信</a></div><p>上一篇：<a href=1>全县宣传工作会议召开</a></p><h4>相关链接</h4>
<ul>{LINKS}</ul></div>
<div id=footer>{FOOT}</div></body></html>"""


def wechat(title, *rest):
    body = "".join(f"<section><section><p><span>{escape(line)}</span></p></section></section>" for line in rest)
    return f"""<html><head><meta charset=CHARSET><title></title></head><body><div id="js_article"><h1 id="activity-name">
 {escape(title)}
 </h1><div id="meta_content"><span>原创</span> <a href=#>临溪发布</a> <em>2023-12-30 10:20</em></div>
<div id="js_content" style="visibility: hidden;">{body}</div><div class="rich_media_tool">阅读 88 <a>赞</a></div></div>
<p>微信扫一扫<br>关注该公众号</p></body></html>"""


def bare(*lines):
    body = "\n".join(f"<p>{escape(line)}</p>" for line in lines)
    return f"<html><head><meta charset=CHARSET><title>无标题文档</title></head><body>{body}</body></html>"


LAYOUTS = [modern, divisions, tables, broken_lines, wechat, bare]


def page(body, title=""):
    return f"<html><head><meta charset=utf-8><title>{title}</title></head><body>{body}</body></html>"


@pytest.fixture
def read_page(config):
    def run(text, encoding="utf-8"):
        return read(text.encode(encoding), "x.html", config.read)

    return run


def split(content):
    """Return the lines that are the report, and those set aside with their reason."""
    main, noise, position = [], [], 0
    for line in content.text.split("\n"):
        marks = [mark for mark in content.marks if mark.kind == "noise" and mark.start <= position < mark.end]
        if marks:
            noise.append((line, marks[0].reason))
        else:
            main.append(line)
        position += len(line) + 1
    return main, noise


def headings(content):
    return [(content.text[mark.start : mark.end], mark.level) for mark in content.marks if mark.kind == "heading"]


def squeezed(lines):
    return ["".join(line.split()) for line in lines]


def report_lines(path):
    lines = [line.strip() for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    title = next((line for line in lines[:4] if 8 <= len(line) <= 60), "全县宣传工作情况")
    return lines if lines[0] == title else [title, *lines]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("encoding", "charset"), [("utf-8", "utf-8"), ("gb18030", "gb2312")])
def test_the_report_comes_back_and_nothing_else(read_page, layout, encoding, charset):
    content = read_page(layout(*PARAGRAPHS).replace("CHARSET", charset), encoding)
    main, noise = split(content)
    assert [line for line in main if not line.startswith(("责任编辑", "编辑："))] == PARAGRAPHS
    assert content.encoding == f"html ({encoding})"
    assert headings(content) in ([(PARAGRAPHS[0], 0)], [] if layout is bare else None)
    assert layout is bare or len(noise) > 2


@pytest.mark.parametrize("layout", LAYOUTS)
def test_seeds_and_written_reports_give_the_segments_of_plain_text(root, read_page, cut_up, layout):
    paths = [*root.glob("seeds/reports/*.txt"), *(next(root.glob(f"seeds/written/{genre}/*.txt")) for genre in WRITTEN)]
    assert len(paths) > 14
    for path in paths:
        lines = report_lines(path)
        cleaned, segments, _ = cut_up("\n".join(lines))
        content = read_page(layout(*lines).replace("CHARSET", "utf-8"))
        found, found_segments, _ = cut_up(content.text, marks=content.marks)
        wanted = {"".join(cleaned.text[item.start : item.end].split()) for item in segments}
        got = {"".join(found.text[item.start : item.end].split()) for item in found_segments}
        assert wanted <= got, path.name
        # What stands in the report's own noise may look different behind the page's.
        assert all(len(text) < 30 for text in got - wanted), path.name


def test_word_and_libreoffice_pages(read_page, soffice, tmp_path, config):
    from docx import Document

    document = Document()
    document.add_heading(PARAGRAPHS[0], 0)
    for line in PARAGRAPHS[1:]:
        document.add_paragraph(line)
    document.save(tmp_path / "x.docx")
    made = soffice(tmp_path / "x.docx", "html", tmp_path)
    content = read(made.read_bytes(), "x.html", config.read)
    assert split(content)[0] == PARAGRAPHS
    word = "".join(
        f"<p class=MsoNormal style='text-indent:2em'><span lang=EN-US>{line}<o:p></o:p></span></p>\n" for line in PARAGRAPHS
    )
    meta = '<meta http-equiv=Content-Type content="text/html; charset=gb2312">'
    meta += "<!--[if gte mso 9]><xml><o:p>看不见。</o:p></xml><![endif]--><style>p{}</style>"
    head = f'<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>{meta}</head><body><div class=WordSection1>'
    sign = "<![if !supportLists]><span>1.<span>&nbsp;&nbsp;</span></span><![endif]>"
    listed = f"<p class=MsoNormal>{sign}抓好宣讲。</p></div></body></html>"
    assert split(read_page(head + word + listed, "gb18030"))[0] == [*PARAGRAPHS, "1.\xa0\xa0抓好宣讲。"]


def test_libreoffice_ends_its_source_lines_at_spaces(read_page):
    text = f"<p>本报记者\n温若川</p><p>{SENTENCE}</p>"
    assert split(read_page(page(text)))[0][0] == "本报记者温若川"
    generated = page(text).replace("<title>", '<meta name="generator" content="LibreOffice 24.2"/><title>')
    assert split(read_page(generated))[0][0] == "本报记者 温若川"


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("<p>甲<br>　　乙<br/><br/>丙</p>", ["甲", "乙", "丙"]),
        ("<div>甲<p>乙</p>丙</div>", ["甲", "乙", "丙"]),
        ("<p>甲<span>乙</span><!-- 注 --><b>丙</b>\n丁 a\n b</p>", ["甲乙丙丁 a b"]),
        ("<h2>甲<br>乙</h2>", ["甲 乙"]),
        ("<pre>甲\n乙</pre>", ["甲", "乙"]),
        (
            "<ol start=3><li>甲<li value=7>乙<ul><li>丙</li></ul><li>（一）丁</ol><ul><li>戊</ul>",
            ["3. 甲", "7. 乙", "丙", "（一）丁", "戊"],
        ),
        ("<ol style='list-style: none'><li>甲</ol>", ["甲"]),
        ("<p hidden>甲</p><p style='DISPLAY : none'>乙</p><p aria-hidden=true>丙</p><p>丁</p>", ["丁"]),
        (
            "<select><option selected>甲</select><button>丙</button><p>戊</p>",
            ["戊"],
        ),
        ("<svg><text>丁</text></svg><iframe srcdoc='<p>己'></iframe><p>戊</p>", ["己", "戊"]),
        ("<span style='display:block'>甲</span><span style='display:block'>乙</span>", ["甲", "乙"]),
        ("<p>甲&nbsp;乙&lt;丙&#20013;</p><p>&nbsp;　</p>", ["甲\xa0乙<丙中"]),
    ],
)
def test_lines_are_those_that_a_browser_shows(read_page, body, lines):
    text = read_page(page(f"<p>{SENTENCE}</p>{body}<p>{SENTENCE}</p>")).text
    assert text.split("\n")[1:-1] == lines


@pytest.mark.parametrize("space", [" ", "\t", "\x0b", "\x0c", "\x1c", "\x1e", "\x85", "\u2028", "\u2029", "\r\n \t"])
def test_every_kind_of_white_space_is_one_space_and_none_at_the_ends(space):
    ends_in_line = "\n" in space
    for text, shown in (
        (f"a{space}{space}b", "a b"),
        (f"{space}文{space}字{space}", "文字" if ends_in_line else "文 字"),
        (f"{space}", ""),
        ("\u200b文\u3000字\u200b", "文\u3000字"),
        ("文\xa0字", "文\xa0字"),
        ("文字", "文字"),
    ):
        assert blocks._squeeze(text, blocks._WRAP) == shown


def test_what_is_unseen_ends_where_it_ends(read_page):
    body = "<p>宣传<span hidden>甲<b>乙</b></span>工作<script>x</script>开展</p><div hidden><p>丙</p></div><p>理论<svg/>宣讲</p>"
    assert read_page(page(body)).text.split("\n") == ["宣传工作开展", "理论宣讲"]


def test_fields_of_forms_and_what_is_shown_without_scripts_are_set_aside(read_page):
    body = "<textarea>甲镇宣讲\n三十场。</textarea><noscript><style>p {}</style><p>请启用<b>脚本</b>。</p></noscript>"
    nothing = (
        "<noscript><img src=x></noscript><textarea> </textarea><textarea hidden>乙</textarea><p hidden><textarea>丙</textarea></p>"
    )
    content = read_page(page(f"<p>{SENTENCE}</p>{body}{nothing}<p>{SENTENCE}</p>"))
    assert content.text.split("\n") == [SENTENCE, SENTENCE, "甲镇宣讲三十场。", "请启用脚本。"]
    assert [(content.text[mark.start : mark.end], mark.reason) for mark in content.marks] == [
        ("甲镇宣讲三十场。", "form field"),
        ("请启用脚本。", "text without scripts"),
    ]


def test_rows_of_data_are_marked_and_layout_tables_are_not(read_page):
    rows = "<tr><th>项目</th><th>数量</th></tr><tr><td>书房</td><td><p>六座</p></td></tr><tr><td colspan=2>合计</td></tr>"
    long = f"<tr><td>{SENTENCE * 5}</td><td>{SENTENCE * 5}</td></tr><tr><td><p>甲。</p><p>乙。</p></td><td>丙。</td></tr>"
    content = read_page(page(f"<div><p>{SENTENCE}</p><table>{rows}{long}</table><p>{SENTENCE}</p></div>"))
    marked = [content.text[mark.start : mark.end] for mark in content.marks]
    assert marked == ["项目\t数量", "书房\t六座"]
    assert {mark.kind for mark in content.marks} == {"row"}
    assert content.text.split("\n") == [SENTENCE, *marked, "合计", SENTENCE * 5, SENTENCE * 5, "甲。", "乙。", "丙。", SENTENCE]


def test_levels_of_headings(read_page):
    body = (
        f"<h1>总结</h1><h2>成效</h2><p>{SENTENCE}</p><h3>一、学习</h3><p>{SENTENCE}</p><h4>宣讲</h4><p>{SENTENCE}</p><h2>打算</h2>"
    )
    body += f"<p>{SENTENCE}</p><h3>这是一整段错放在标题标签里的话，它有句号。</h3><p>{SENTENCE}</p>"
    assert headings(read_page(page(body))) == [("总结", 0), ("成效", 1), ("宣讲", 151), ("打算", 1)]


def test_the_first_heading_is_the_title_where_nothing_else_is(read_page):
    body = f"<h2>工作总结</h2><p>{SENTENCE}</p><h2>下步打算</h2><p>{SENTENCE}</p>"
    assert headings(read_page(page(body))) == [("工作总结", 0), ("下步打算", 1)]


def test_a_title_that_is_broken_into_lines(read_page):
    body = (
        f"<div class=title>关于报送临溪县宣传思想<br>文化工作总结的函</div><p>来源：办公室 点击：8</p><div><p>{SENTENCE}</p></div>"
    )
    content = read_page(page(body, "关于报送临溪县宣传思想文化工作总结的函_临溪网"))
    assert headings(content) == [("关于报送临溪县宣传思想", 0), ("文化工作总结的函", 0)]
    assert split(content)[1] == [("来源：办公室 点击：8", "byline")]


def test_a_window_title_that_the_page_does_not_show_is_kept_as_noise(read_page):
    main, noise = split(read_page(page(f"<p>{SENTENCE}</p>", "临溪县人民政府门户网站")))
    assert (main, noise) == ([SENTENCE], [("临溪县人民政府门户网站", "window title")])


def test_what_extractors_drop_inside_the_text_is_kept(read_page):
    inner = ["各位领导：", "学习篇", "一、理论学习", "（二）", "附表见后", "临溪县委宣传部", "2023年12月30日"]
    body = f"<p>{inner[0]}</p><p><b>{inner[1]}</b></p><p>{SENTENCE}</p><p>{inner[2]}</p><p>{inner[3]}</p><p>{SENTENCE}</p>"
    body += f"<ul><li>{inner[4]}</li></ul><p>{SENTENCE}</p><p>{inner[5]}</p><p>{inner[6]}</p>"
    main, _ = split(read_page(page(f"<div id=nav><ul>{MENU}</ul></div><div class=con>{body}</div><div class=foot>{FOOT}</div>")))
    assert [line for line in main if line != SENTENCE] == inner


def test_names_that_say_otherwise_do_not_take_the_text_away(read_page):
    body = (
        f"<div class='nav-wrap'><div class='top-lead'><p>编者按：{SENTENCE}</p></div>"
        + f"<p class=info>{SENTENCE}</p>" * 4
        + "</div>"
    )
    main, noise = split(read_page(page(body)))
    assert (len(main), noise) == (5, [])


def test_a_page_without_sentences_is_read_but_for_its_links(read_page):
    rows = "<tr><td>书房</td><td>六座</td></tr><tr><td>戏台</td><td>八处</td></tr>"
    main, noise = split(read_page(page(f"<ul>{MENU}</ul><h1>文化设施一览</h1><table>{rows}</table>")))
    assert main == ["文化设施一览", "书房\t六座", "戏台\t八处"]
    assert {reason for _, reason in noise} == {"navigation"}


def test_comments_and_columns_that_are_longer_than_the_report(read_page):
    comments = "".join(f"<div><p>第{i}楼：会议开得好，希望多建几座书房，让孩子们有地方读书。</p></div>" for i in range(30))
    column = "".join(f"<div><a href=x>活动{i}</a><p>近日，图书馆组织阅读活动，吸引群众参与。</p></div>" for i in range(5))
    report = f"<h1>宣传工作会议召开</h1><div><p>{SENTENCE}</p><p>会议要求，守正创新、担当作为。</p></div>"
    text = page(f"<div><div>{column}</div></div>{report}<div class='comment-list'>{comments}</div>", "宣传工作会议召开_临溪网")
    main, noise = split(read_page(text))
    assert main == ["宣传工作会议召开", SENTENCE, "会议要求，守正创新、担当作为。"]
    assert len(noise) == 40


def test_statements_of_the_site_are_not_the_report(read_page):
    main, noise = split(read_page(page(f"<div><p>{SENTENCE}</p></div><div><a href=x>返回</a></div><div>{FOOT}</div>")))
    assert "网站声明：本网站所载信息仅供参考，未经授权不得转载。" not in main
    assert ("版权所有：临溪县人民政府　主办：临溪县人民政府办公室", "page footer") in noise


@pytest.mark.parametrize("failure", [ValueError("x"), "", "无关的一句话。"])
def test_where_trafilatura_finds_nothing_sentences_decide(read_page, monkeypatch, failure):
    import trafilatura

    def extraction(*_, **__):
        if isinstance(failure, Exception):
            raise failure
        return {"text": failure}

    monkeypatch.setattr(trafilatura, "bare_extraction", extraction)
    content = read_page(modern(*PARAGRAPHS).replace("CHARSET", "utf-8"))
    assert content.encoding == "html (utf-8; main text by its sentences)"
    assert split(content)[0] == PARAGRAPHS


@pytest.mark.parametrize("limit", ["MAX_ELEMENTS", "MAX_DEPTH"])
def test_pages_too_large_for_trafilatura_are_judged_by_their_sentences(read_page, monkeypatch, limit):
    monkeypatch.setattr(main_text, limit, 5)
    content = read_page(divisions(*PARAGRAPHS).replace("CHARSET", "utf-8"))
    assert content.encoding.endswith("by its sentences)")
    assert set(PARAGRAPHS) <= set(split(content)[0])


TEXT = page(f"<p>{SENTENCE}</p>" * 3).replace("<meta charset=utf-8>", "")


@pytest.mark.parametrize(
    ("declared", "encoding", "found"),
    [
        ("<meta charset=gb2312>", "gb18030", "gb18030"),
        ("<META HTTP-EQUIV='Content-Type' CONTENT='text/html; charset = x-gbk'>", "gb18030", "gb18030"),
        ("<?xml version='1.0' encoding='GBK'?>", "gb18030", "gb18030"),
        ("<meta charset=utf-8>", "gb18030", "gb18030"),
        ("<meta charset=gbk>", "utf-8", "utf-8"),
        ("<meta charset=iso-8859-1>", "gb18030", "gb18030"),
        ("<meta charset=unicode_escape>", "utf-8", "utf-8"),
        ("<meta charset=utf-8>", "utf-16", "utf-16"),
        ("<meta charset=gbk>", "utf-8-sig", "utf-8-sig"),
        ("", "gb18030", "gb18030"),
    ],
)
def test_encodings(read_page, declared, encoding, found):
    content = read_page(declared + TEXT, encoding)
    assert (content.encoding, content.text.split("\n")[0]) == (f"html ({found})", SENTENCE)


def test_big5_is_known_by_its_declaration_and_by_what_was_asked_for(read_page, config):
    from msgspec.structs import replace

    text = page("<p>全縣宣傳思想文化工作取得新成效，圖書館建成城市書房六座。</p>")
    assert read_page(text.replace("utf-8", "big5"), "big5").encoding == "html (big5)"
    asked = read(text.encode("big5"), "x.html", replace(config.read, encoding="big5"))
    assert asked.text.startswith("全縣宣傳")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<html><body><script>1</script></body></html>", r"^x\.html: the page shows no text; open it in a browser"),
        (b"<!-- nothing -->", r"^x\.html: (no HTML|the page shows no text)"),
        (b"   ", r"^x\.html: (no HTML|not a readable HTML page|the page shows no text)"),
        (b"%PDF-1.7 abc", r"^x\.html: the content is a PDF document"),
        (b"<p>\xff\xfe\x81\x00\x01" * 50, r"^x\.html: not text in UTF-8"),
        (b"<div>" * 100_000 + b"x", r"^x\.html: its tags stand more than 2,000 deep"),
    ],
)
def test_pages_that_cannot_be_read(config, data, message):
    with pytest.raises(InputError, match=message) as caught:
        read(data, "x.html", config.read)
    assert "\n" not in str(caught.value)


HOSTILE = {
    "deep": "<div>" * 1500 + SENTENCE,
    "unclosed": f"<font color=red><p>{SENTENCE}" * 900,
    "tables": "<table><tr><td>" * 500 + SENTENCE,
    "lists": "<ol><li>" * 900 + SENTENCE,
    "entities": "<!DOCTYPE html [<!ENTITY a 'aaaa'><!ENTITY x SYSTEM 'file:///etc/passwd'>]><p>&x;&a;&a;" + SENTENCE,
    "nulls": f"<p>\x00{SENTENCE}</p>\x00" * 9,
    "attribute": f"<p title='{'x' * 2_000_000}'>{SENTENCE}",
    "spaces": f"<p>中{' ' * 1_000_000}\n中 {SENTENCE}</p>",
    "wraps": "<p>" + "中 \n" * 200_000 + SENTENCE,
    "breaks": "<br>" * 100_000 + SENTENCE,
    "cells": f"<table><tr>{'<td>数' * 10_000}</tr></table>{SENTENCE}",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_pages_are_read_in_bounded_time(read_page, kind):
    start = time.monotonic()
    content = read_page(page(HOSTILE[kind]))
    assert SENTENCE in content.text
    assert "root:" not in content.text
    assert time.monotonic() - start < 15


def test_trafilatura_prints_nothing(read_page, capfd):
    read_page(page("<p>短</p>"))
    assert capfd.readouterr().err == ""


PIECES = [
    *("<p>", "</p>", "<table>", "<tr>", "<td>", "</table>", "<ol>", "<li>", "</ol>", "<h1>", "</h1>", "<br>", "<a href=x>", "</a>"),
    *("<nav>", "</nav>", "<pre>", "</pre>", "<div class=foot>", "</div>", "甲乙", SENTENCE, "一、学习", "&#0;", "\x00", "<", "\n"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_mixture_of_tags_gives_sorted_marks_and_loses_no_text(tags):
    from pipeline.core.config import load_config

    markup = "".join(tags)
    try:
        content = read(page(markup + "<p>末尾。</p>").encode(), "x.html", load_config().read)
    except InputError as error:
        assert "x.html: " in str(error)
        return
    assert content.text.count(SENTENCE) == tags.count(SENTENCE)
    ends = [0, *(mark.end for mark in content.marks)]
    assert all(end <= mark.start < mark.end <= len(content.text) for end, mark in zip(ends, content.marks, strict=False))


def test_importing_the_reader_does_not_load_its_libraries(root):
    import subprocess
    import sys

    code = "import sys, pipeline.read.formats.html, pipeline.read.formats.mhtml\n"
    code += "print('lxml' in sys.modules, 'trafilatura' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_blocks_know_their_links():
    found = blocks.find_blocks(blocks.parse("<p>上一篇：<a href=x>会议召开</a><a name=y>锚</a></p>", "x.html"))
    assert [(block.text, block.linked) for block in found.blocks] == [("上一篇：会议召开锚", 4)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<ruby>宣<rt>xuān</rt>传<rt>chuán</rt></ruby>工作", "宣传工作"),
        ("<ruby>宣<rp>（</rp><rt>xuān</rt><rp>）</rp></ruby>工作", "宣工作"),
        ("伦<rp>(</rp><rt>lún</rt><rp>)</rp>理", "伦理"),
        ("<ruby><rb>文</rb><rtc>wén</rtc></ruby>化<del>旧的</del>新的", "文化新的"),
        ('书房六座<sup><a href="#n1">1</a></sup>开放', "书房六座开放"),
        ('书房六座<a href="a.html#n1"><sup>①</sup></a>开放<sup>[2]</sup>', "书房六座开放"),
        ("建成120m<sup>2</sup>的广场", "建成120m2的广场"),
        ('书房<sup><a href="b.html">2</a></sup>和<sup>注</sup>', "书房2和注"),
    ],
)
def test_pinyin_deleted_text_and_signs_of_notes_are_none_of_the_text(read_page, text, shown):
    assert read_page(page(f"<p>{text}，全县组织活动三十场，受众踊跃。</p>")).text == f"{shown}，全县组织活动三十场，受众踊跃。"


@pytest.mark.parametrize(
    ("attributes", "numbers"),
    [
        ('type="A"', ["A. ", "B. "]),
        ('type="a" start="26"', ["z. ", "aa. "]),
        ('type="i"', ["i. ", "ii. "]),
        ('style="list-style-type: upper-roman"', ["I. ", "II. "]),
        ('style="color:red;list-style:inside cjk-ideographic"', ["一、", "二、"]),
        ('style="list-style-type:simp-chinese-formal;"', ["壹、", "贰、"]),
        ('style="list-style-type:cjk-heavenly-stem" start="10"', ["癸、", "11、"]),
        ('style="list-style-type:decimal-leading-zero"', ["01. ", "02. "]),
        ("reversed", ["2. ", "1. "]),
        ('reversed start="9" type="I"', ["IX. ", "VIII. "]),
        ('style="list-style-type:none" type="A"', ["", ""]),
        ('style="list-style-type:square"', ["", ""]),
        ('type="unknown"', ["1. ", "2. "]),
    ],
)
def test_lists_are_numbered_as_a_browser_does(read_page, attributes, numbers):
    items = "<li>全县组织宣讲三十场，受众踊跃。</li><li>新建城市书房六座，深受欢迎。</li>"
    shown = [
        f"{number}{text}"
        for number, text in zip(numbers, ["全县组织宣讲三十场，受众踊跃。", "新建城市书房六座，深受欢迎。"], strict=True)
    ]
    assert read_page(page(f"<ol {attributes}>{items}</ol>")).text.split("\n") == shown
    if "decimal-leading-zero" in attributes:
        assert read_page(page(f"<ul {attributes}>{items}</ul>")).text.split("\n") == shown


SIDE = "".join(f'<li><a href="{i}">第{i}周工作安排（{i}.1）</a>[03-0{i}]</li>' for i in range(1, 7))


@pytest.mark.parametrize("name", ["printArea", "zoom", "print_content", "toolbar-zoom", "art-info"])
@pytest.mark.parametrize(
    "title", ["第4周主要工作安排表--工作安排--某某中学", "第4周主要工作安排表-某某中学", "某某中学 | 第4周主要工作安排表"]
)
def test_a_report_without_sentences_is_the_report_whatever_its_element_is_called(read_page, name, title):
    rows = "".join(
        f"<tr><td>周{day}</td><td>{what}</td></tr>" for day, what in zip("一二三", ["升旗仪式", "教研会", "收材料"], strict=True)
    )
    report = f"<h2>第4周主要工作安排表</h2><p>发布时间：2026年03月23日</p><table>{rows}</table><p>第一小学、第二小学</p>"
    body = f'<ul>{SIDE}</ul><h3>工作安排</h3><div id="{name}">{report}</div><p>主办：某县教育局</p>'
    main, _ = split(read_page(page(body, title.format("第4周主要工作安排表"))))
    assert main[:5] == ["第4周主要工作安排表", "周一\t升旗仪式", "周二\t教研会", "周三\t收材料", "第一小学、第二小学"]


BODY = "<p>5月10日，年会在文化馆举行，各地代表参加。</p><p>会上，志愿者代表介绍了图书室建设的经验。</p>"


@pytest.mark.parametrize("tag", ["h5", "p", "div"])
@pytest.mark.parametrize(
    "byline", ["<p>发布时间：2019-05-18 来源：某学会</p>", "<p>来源：某学会</p><p>作者：李某</p>", "<b>浏览：</b><i>30次</i>"]
)
@pytest.mark.parametrize("title", ["新闻动态--某某学会官网", "无标题文档", ""])
def test_the_line_above_the_byline_is_the_title(read_page, tag, byline, title):
    found = read_page(page(f"<p>首页 - 新闻动态</p><{tag}>基层文化年会成功举行！</{tag}><div>{byline}</div>{BODY}", title))
    assert headings(found) == [("基层文化年会成功举行！", 0)]


def test_a_line_far_above_the_byline_is_no_title(read_page):
    found = read_page(page(f"<p>首页</p><p>来源：某学会</p>{BODY}", "某学会"))
    assert headings(found) == []


def cms(title, *rest):
    """Return a page as the systems of many offices write it: the report in printArea, its names those of page tools."""
    body = "".join(f'<p style="text-indent:2em">{escape(line)}</p>' for line in rest)
    return f"""<html><head><meta charset=CHARSET><title>{escape(title)}-工作动态-临溪县人民政府</title></head><body>
<div class="top"><a href=/>首页</a><a href=/a>要闻</a></div>
<div class="dqwz">当前位置：<a href=/>首页</a> &gt; <a href=/b>工作动态</a></div>
<div class="left"><h3>推荐阅读</h3><ul>{LINKS}</ul></div><div class="printArea"><h2>{escape(title)}</h2>
<div class="property">发布时间：2023-12-30 来源：临溪日报 字号：[大 中 小]</div><div id="zoom" class="print_content">{body}</div>
<div class="print">[打印本页] [关闭窗口]</div></div><div class="foot">{FOOT}</div></body></html>"""


def f1(found, wanted):
    """Return the harmonic mean of precision and recall of lines, weighted by characters."""
    common = sum(len(line) for line in found if line in wanted)
    return 2 * common / max(1, sum(map(len, found)) + sum(map(len, wanted)))


@pytest.mark.parametrize("layout", [*LAYOUTS, cms])
def test_the_main_text_of_pages_is_found_as_well_as_ever_and_better_than_by_trafilatura_alone(read_page, root, layout):
    import trafilatura

    ours, peers = [], []
    for path in sorted(root.glob("seeds/reports/*.txt"))[:5]:
        lines = report_lines(path)
        text = layout(*lines).replace("CHARSET", "utf-8")
        wanted = squeezed(lines)
        ours.append(f1(squeezed(split(read_page(text))[0]), wanted))
        extracted = trafilatura.extract(text, favor_recall=True, include_comments=False) or ""
        peers.append(f1(squeezed(extracted.split("\n")), wanted))
    assert min(ours) >= 0.99
    assert sum(ours) >= sum(peers)


@pytest.mark.parametrize("between", ["", "<!--end header-->", "\n<script>1</script>"])
def test_what_stands_behind_the_end_of_the_page_is_read(read_page, between):
    title, *rest = PARAGRAPHS
    head = f"<html><head><title>{title}</title></head><body><ul>{MENU}</ul></body></html>{between}"
    content = read_page(head + f"<div><h1>{title}</h1>{''.join(f'<p>{line}</p>' for line in rest)}</div></body></html> 末尾。")
    lines, noise = split(content)
    assert [*PARAGRAPHS, "末尾。"] == [line for line in content.text.splitlines() if line in [*PARAGRAPHS, "末尾。"]]
    assert lines[: len(PARAGRAPHS)] == PARAGRAPHS
    assert ("首页", "navigation") in noise


@pytest.mark.parametrize("line", ["责任编辑：王一", "（责编：王一）", "相关阅读", "热门评论", "你可能会喜欢"])
def test_behind_the_line_that_ends_it_the_report_is_over(read_page, line):
    more = "".join(f"<p>又一则消息：{name}，吸引群众两千人次参加。</p>" for name in ("送戏下乡", "全民阅读"))
    text = "".join(f"<p>{sentence}</p>" for sentence in PARAGRAPHS[1:])
    main, _ = split(read_page(page(f"<div><h1>{PARAGRAPHS[0]}</h1>{text}<p>{line}</p>{more}</div>", PARAGRAPHS[0])))
    assert main == PARAGRAPHS


@pytest.mark.parametrize(
    "line", ["【免责声明】本文仅代表作者观点，不代表本站。", "特别声明：以上内容由用户上传，本站仅提供存储服务。"]
)
def test_disclaimers_are_not_the_report(read_page, line):
    text = "".join(f"<p>{sentence}</p>" for sentence in (*PARAGRAPHS[1:], line))
    main, noise = split(read_page(page(f"<div><h1>{PARAGRAPHS[0]}</h1>{text}</div>", PARAGRAPHS[0])))
    assert main == PARAGRAPHS
    assert noise == [(line, "page footer")]


def test_a_line_that_could_end_a_report_does_not_where_much_follows(read_page):
    text = "".join(f"<p>{sentence}</p>" for sentence in (*PARAGRAPHS[1:4], "责任编辑：王一", *PARAGRAPHS[4:]))
    main, _ = split(read_page(page(f"<div><h1>{PARAGRAPHS[0]}</h1>{text}</div>", PARAGRAPHS[0])))
    assert set(PARAGRAPHS) <= set(main)


def test_a_table_of_data_behind_the_element_that_holds_the_text_is_the_reports(read_page):
    text = "".join(f"{line}<br>" for line in PARAGRAPHS[1:])
    cells = "".join(
        f"<tr><td rowspan=2>县{name}馆</td><td><p>一月</p><p>二月</p></td></tr><tr><td>八十场</td></tr>" for name in "图文博"
    )
    around = "<td><table><tr><td>{}</td></tr></table>{}</td>"
    table, links = f"<table>{cells}</table>", f"<table><tr><td><ul>{LINKS}</ul></td></tr></table>"
    for more, found in ((table, ["县图馆", "一月", "二月"]), (links, [])):
        main, _ = split(read_page(page(f"<table><tr>{around.format(text, more)}</tr></table>", PARAGRAPHS[0])))
        assert main[: len(PARAGRAPHS) - 1] == PARAGRAPHS[1:]
        assert main[len(PARAGRAPHS) - 1 :][:3] == found


@pytest.mark.parametrize(("kept", "trusted"), [(12, True), (4, True), (3, False)])
def test_trafilatura_is_trusted_where_it_keeps_a_third_of_the_sentences(read_page, monkeypatch, kept, trusted):
    import trafilatura

    sentences = [f"{character * 20}。" for character in "天地玄黄宇宙洪荒日月盈昃"]
    monkeypatch.setattr(trafilatura, "bare_extraction", lambda *_, **__: {"text": "\n".join(sentences[:kept])})
    content = read_page(page("".join(f"<p>{sentence}</p>" for sentence in sentences)))
    assert content.encoding == ("html (utf-8)" if trusted else "html (utf-8; main text by its sentences)")


def test_a_page_that_was_encoded_twice_is_named(config):
    body = "".join(f"<p>县里的文化站在去年建成，有图书三千册，来看书的人比前年多。{i}</p>" for i in range(3))
    data = f"<html><head><meta charset='utf-8'></head><body>{body.encode().decode('latin-1')}</body></html>".encode()
    with pytest.raises(InputError, match=r"^x\.html: the text was encoded twice \(utf-8 was taken for"):
        read(data, "x.html", config.read)


@pytest.mark.parametrize("style", ["list-style:simp-chinese-informal inside", "list-style:outside cjk-ideographic!important"])
def test_a_style_of_lists_is_found_among_other_words(config, style):
    page = f"<html><body><ol style='{style}'><li>县里建了书房。</li></ol></body></html>"
    assert read(page.encode(), "x.html", config.read).text == "一、县里建了书房。"


def test_a_page_in_a_frame_that_was_saved_with_the_page_is_read_in_its_place(config):
    innermost = f'<iframe srcdoc="{escape("<p>再里面一段。</p>")}"></iframe>'
    inner = f"<title>别的</title><p>{'</p><p>'.join(PARAGRAPHS)}</p>{innermost}"
    frames = f'<iframe class="x" srcdoc="{escape(inner)}"></iframe><iframe srcdoc=" "></iframe>'
    page = f"<title>某县</title><p>前面一段。</p>{frames}<p>后面一段。</p>"
    lines = read(page.encode(), "x.html", config.read).text.split("\n")
    assert [line for line in lines if line != "某县"] == ["前面一段。", *PARAGRAPHS, "再里面一段。", "后面一段。"]


@pytest.mark.parametrize(("mode", "shown"), [("shadowrootmode=open", True), ("shadowmode=closed", True), ("", False)])
def test_a_template_is_shown_where_it_is_a_shadow_root(config, mode, shown):
    page = f"<p>前面一段。</p><div><template {mode}><p>影子里的一段文字。</p></template></div>"
    assert ("影子里的一段文字。" in read(page.encode(), "x.html", config.read).text) is shown


@pytest.mark.parametrize(
    "sign",
    [
        "<sup><a href='#n1'>2</a></sup>",  # by hand
        "<a style='mso-footnote-id:ftn1' href='#_ftn1' name='_ftnref1'><span>[2]</span></a>",  # Word
        "<a class='sdfootnoteanc' href='#sdfootnote2sym'><sup>2</sup></a>",  # LibreOffice
        "<sup id='calledF1'><a epub:type='noteref' href='notes.xhtml#dataF1'>2</a></sup>",  # LibreOffice, as a book
        "<a href='#fn2' class='footnote-ref' role='doc-noteref'><sup>2</sup></a>",  # pandoc
        "<sup class='reference'><a href='#cite_note-2'>[2]</a></sup>",  # MediaWiki
        "<a href='#fnref2' class='footnote-back' role='doc-backlink'>↩︎</a>",
        "<a href='#fn1'>1</a>",
        "<a href='#cite_note-1'>[1]</a>",
        "<a class='footnote-backlink' href='#x'>↩</a>",
        "<span role='doc-pagebreak' title='2'>2</span>",  # a book with the pages of its printed edition
    ],
)
def test_the_sign_of_a_note_is_no_figure(config, sign):
    page = f"<p>全县建成农家书屋12{sign}座。</p><p>县图书馆建成城市书房六座。</p>"
    assert read(page.encode(), "x.html", config.read).text.split("\n")[0] == "全县建成农家书屋12座。"


@pytest.mark.parametrize(
    "given",
    [
        "面积达300米<sup>2</sup>。",
        "见<a href='#t2'>表2</a>，第<a href='#c2'>2</a>页。",
        "共<sup><a href='#x'>二十二次</a></sup>。",
        "约<sup><a href='http://x.test/#a'>2</a></sup>座。",
        "获奖<a class='reference' href='#x'>15</a>项，面积300米<sup>2</sup>。",
        "<span role='doc-pagebreak'>这一页的正文都在里面，不能丢失。</span>",
    ],
)
def test_what_is_raised_or_a_link_and_no_sign_of_a_note_stays(config, given):
    shown = re.sub("<[^>]*>", "", given)
    assert read(f"<p>{given}</p><p>县图书馆建成书房六座。</p>".encode(), "x.html", config.read).text.split("\n")[0] == shown


def test_headers_and_footers_of_libreoffice_are_set_aside(config):
    body = f'<div title="header"><p>内部资料</p></div><p>{SENTENCE}</p><div title="footer"><p>第 1 页 共 2 页</p></div>'
    found = read(f"<html><body>{body}</body></html>".encode(), "x.html", config.read)
    noise = {found.text[mark.start : mark.end]: mark.reason for mark in found.marks if mark.kind == "noise"}
    assert noise == {"内部资料": "page header", "第 1 页 共 2 页": "page footer"}


def test_what_was_typed_into_a_field_is_set_aside(read_page):
    fields = "".join(f'<input type="{kind}" value="{kind}的值">' for kind in ("text", "", "DATE", "hidden", "submit", "checkbox"))
    found = read_page(
        page(f"<p>{SENTENCE}</p><p>单位：{fields}<input value='县文明办'><input></p><p style='display:none'><input value='藏'></p>")
    )
    told = [(found.text[mark.start : mark.end], mark.reason) for mark in found.marks if mark.reason == "form field"]
    assert told == [("text的值\n的值\nDATE的值\n县文明办", "form field")]


def test_formulas_are_a_line_of_text(read_page):
    half = "<mfrac><mn>1</mn><mn>2</mn></mfrac>"
    told = f"<math><semantics>{half}<annotation>\\frac12</annotation></semantics></math>"
    lines = read_page(page(f"<p>{SENTENCE}</p><p>占<math>{half}</math>，又占{told}以上。</p>")).text.split("\n")
    assert lines[-1] == "占1/2，又占1/2以上。"
    deep = "<math>" * 900 + "<mn>3</mn>" + "</math>" * 900
    assert read_page(page(f"<p>{SENTENCE}</p><p>占<math>{deep}</math>成。</p>")).text.split("\n")[-1] == "占3成。"


def test_text_boxes_that_word_saved_in_comments_are_read(read_page):
    box = "<v:shape><v:textbox style='x'><p>框内写着县里的安排。</p><p>次段。</p></v:textbox></v:shape>"
    given = f"<p>{SENTENCE}</p><!--[if gte vml 1]>{box}<![endif]--><![if !vml]><img src='a.png'><![endif]><p>{SENTENCE}</p>"
    assert read_page(page(given)).text.split("\n")[-3:] == ["框内写着县里的安排。", "次段。", SENTENCE]
    plain = f"<p>{SENTENCE}</p><!--[if gte vml 1]><v:shape/><![endif]--><!-- v:textbox --><p>{SENTENCE}</p>"
    assert "v:" not in read_page(page(plain)).text


def test_raised_figures_behind_figures_are_told_from_these(read_page):
    text = "共10<sup>2</sup>次，12m<sup>2</sup>，<b>3</b>0<sup> 5 </sup>，第1<sup>st</sup>，2<sub>3</sub>。"
    assert read_page(page(f"<p>{SENTENCE}</p><p>{text}</p>")).text.split("\n")[-1] == "共10²次，12m2，30⁵，第1st，23。"
