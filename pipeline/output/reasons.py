"""Why a span was set aside, in the words of those who read the report."""

from pipeline.core.messages import language

REASONS = {
    "navigation": "导航",
    "byline": "署名",
    "caption": "图注",
    "repeated caption": "重复图注",
    "repeated line": "重复行",
    "image": "图片",
    "furniture": "页面附件",
    "web mark": "网页标记",
    "symbols": "符号",
    "syntax": "标记",
    "markdown block": "代码块",
    "page header": "页眉",
    "page footer": "页脚",
    "page number": "页码",
    "running head": "书眉",
    "running foot": "书脚",
    "table of contents": "目录",
    "outside the main text": "正文之外",
    "window title": "窗口标题",
    "page tools": "页面工具",
    "share buttons": "分享按钮",
    "related links": "相关链接",
    "comments": "评论",
    "slanting text": "斜排文字",
    "form field": "表单内容",
    "text without scripts": "无脚本时的文字",
    "watermark": "水印",
    "stamp": "印章",
    "annotation": "批注",
    "ruby": "注音或着重号",
    "outside the page": "页面之外",
    "hidden layer": "隐藏图层",
    "table title": "表题",
    "table header": "表头",
    "table note": "表注",
    "text box": "文本框",
    "row without text": "无正文的行",
    "mail head": "邮件头",
    "speaker notes": "演讲备注",
    "hidden slide": "隐藏幻灯片",
    "attached file": "附件",
    "slide master": "母版文字",
    "hidden shape": "隐藏的图形",
}


def in_chinese(reason: str) -> str:
    """Return a reason in Chinese; one that has no word yet is given as it is."""
    return REASONS.get(reason, reason)


def in_our_language(reason: str) -> str:
    """Return a reason in the language of this process."""
    return in_chinese(reason) if language() == "zh" else reason
