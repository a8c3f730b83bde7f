import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.preprocess import noise as module
from pipeline.preprocess.lines import find_lines
from pipeline.preprocess.noise import find_noise, judge


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("当前位置: 首页 > 实时讯息 >", "navigation"),
        ("您的位置：首页>新闻", "navigation"),
        ("首页 > 政务公开 > 工作总结", "navigation"),
        ("上一篇：关于某事的通知", "navigation"),
        ("记者:张三 李四", "byline"),
        ("责任编辑：王五", "byline"),
        ("来源：某某日报  发布时间：2023-01-02", "byline"),
        ("2023-03-22 17:01:12", "byline"),
        ("2023年3月22日 来源：某某网", "byline"),
        ("（临溪发布客户端）", "byline"),
        ("△活动现场", "caption"),
        ("图为志愿者在清扫积雪。", "caption"),
        ("村民在文化广场观看演出。王一 摄", "caption"),
        ("[图片]", "image"),
        ("- THE END -", "furniture"),
        ("— 12 —", "furniture"),
        ("第3页 共10页", "furniture"),
        ("分享到：微信 微博", "furniture"),
        ("某ICP备12345678号", "furniture"),
        ("微信 微博 QQ空间 复制链接", "furniture"),
        ("分享｜收藏｜打印", "furniture"),
        ("图 图 图", "caption"),
        ("扫一扫 （供图）", "caption"),
        ("网站 Copyright 摄", "caption"),
        ("copyright 某某网", "furniture"),
        ("记者：王（摄）", "byline"),
        ("——*——", "symbols"),
    ],
)
def test_noise_by_its_form(line, reason):
    assert judge(line) == reason


@pytest.mark.parametrize(
    "line",
    [
        "2023年，全市共举办活动120场。",
        "一、强化理论武装",
        "来源广泛的志愿者队伍不断壮大。",
        "编辑出版地方志三部。",
        "记者节当天，全市表彰优秀新闻工作者二十名。",
        "摄影展吸引观众三万人。",
        "图书馆",
        "时间紧、任务重，全县上下一条心。",
        "（一）加强网络综合治理",
        "作者见面会走进校园，三百名学生参加。",
        "收藏文物三千件。",
        "12月，开展“送戏下乡”活动。",
    ],
)
def test_body_text_is_no_noise(line):
    assert judge(line) is None


@pytest.mark.parametrize(("begins", "form"), [(begins, form) for _, begins, form in module._BY_FORM])
def test_a_line_of_a_form_begins_as_the_form_says(begins, form):
    form = re.compile(form, re.IGNORECASE)

    @given(st.from_regex(form, fullmatch=True).map(str.strip).filter(form.fullmatch))
    @settings(max_examples=30)
    def begins_so(line):
        assert line[0] in begins or line[0].isdecimal()
        assert judge(line) is not None or len(line) > module.LONGEST
        (lines,) = find_lines([line])
        assert lines.doubtful == [0] or len(lines.spans) > 1 or len(line) > module.LONGEST

    begins_so()


@given(st.text(st.one_of(st.sampled_from("一二1.、（）(摄图记者：△>备y 某A。*"), st.characters()), max_size=30))
def test_a_line_that_is_not_doubtful_is_no_noise(line):
    for lines in find_lines([line]):
        texts = [line[start:end] for start, end in lines.spans]
        assert not any(judge(text) for i, text in enumerate(texts) if i not in lines.doubtful)


def test_no_form_begins_as_an_item_does():
    for item in ("一、", "1.", "（一）", "(3)", "【二】"):
        for noise in ("记者：张三", "2023-01-02", "分享", "图片", "某某日报", "第3页", "12", "完"):
            assert judge(item + noise) is None


def test_repeated_captions_and_titles():
    lines = ["某县工作综述", "某县", "某县 > 新闻 > 正文", "某县工作综述", "正文。", "△现场", "△现场", "正文。"]
    assert find_noise(lines) == {1: "navigation", 2: "navigation", 3: "repeated line", 5: "caption", 6: "repeated caption"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("记者：接下来有什么打算？王一：想把老戏整理一下。", None),
        ("统筹：县委宣传部统筹推进文明创建，建成实践所十八个。", None),
        ("阅读：全民阅读活动持续深入，建成书香社区二十个。", None),
        ("撰文：张三，摄影：李四。", "byline"),
        ("编辑：王一 李二 张三，审核：赵四。", "byline"),
        ("时间：2021年10月14日第八节，地点：阶梯教室。", "byline"),
        ("来源：本文转载自某某日报，版权归原作者所有。", "byline"),
        ("下图书馆分馆建设提速，新建分馆十二个。", None),
        ("上图：村民在看演出。", "caption"),
        ("下图为文化广场。", "caption"),
        ("右图是 新建的书房", "caption"),
    ],
)
def test_what_somebody_says_or_does_is_no_byline_and_no_caption(line, reason):
    assert judge(line) == reason
    doubtful = find_lines([line])[0].doubtful
    assert find_noise([line], doubtful) == ({0: reason} if reason else {})


def test_names_among_the_bylines_at_the_end():
    lines = ["正文一句。", "某市融媒体中心", "记者：甲", "乙某 丙某", "审核：丁"]
    assert find_noise(lines) == {2: "byline", 3: "byline", 4: "byline"}
    assert find_noise(["正文一句。", "- THE END -", *lines[1:]])[2] == "byline"


def test_items_of_a_list_are_no_captions_whatever_their_sign():
    items = ["▲办书房九间。", "▲送戏百场。"]
    assert find_noise(["正文。", *items, "正文。"]) == {}
    assert find_noise(["正文。", items[0], "正文。", items[1]]) == {1: "caption", 3: "caption"}


def test_the_foot_of_a_page_is_what_stands_below_its_last_sentence():
    lines = ["主办单位：县委宣传部", "正文一句。", "主办单位：某县政府", "地址：某街1号  邮编：100000", "技术支持：某公司"]
    assert find_noise(lines) == {2: "furniture", 3: "furniture", 4: "furniture"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("（2024年11月）", "byline"),
        ("(2024 年 3 月 5 日)".replace(" ", ""), "byline"),
        ("二〇二四年三月五日", "byline"),
        ("2024年11月", "byline"),
        ("（编号：临宣〔2025〕3号）", "byline"),
        ("临宣发〔2025〕3号", "byline"),
        ("文号：临宣字3号", "byline"),
        ("编者按：", "byline"),
        ("【编者按】", "byline"),
        ("**编者按：**", "byline"),
        ("相关报道：", "related links"),
        ("【媒体链接】", "related links"),
        ("**媒体相关报道：**", "related links"),
        ("原文链接：https://www.example.cn/a/1.html", "related links"),
        ("https://www.example.cn/a/1.html", "related links"),
        ("![](a.png)", "image"),
        ("![图一](a.png) ![图二](https://x.cn/b.png)", "image"),
        ("志愿者清扫积雪（图：宣传部）", "caption"),
        ("志愿者清扫积雪（图/王五）", "caption"),
        ("志愿者清扫积雪（受访者供图）", "caption"),
        ("志愿者清扫积雪。（图片由融媒体中心提供）", "caption"),
        ("县文明办供图", "caption"),
        ("村民观看演出 本报记者李四摄", "caption"),
        ("首页 | 新闻 | 通知公告 | 联系我们", "navigation"),
        ("首页 要闻 政务公开 视频", "navigation"),
    ],
)
def test_lines_of_a_pasted_page_are_none_of_the_report(line, reason):
    assert judge(line) == reason
    assert find_lines([line])[0].doubtful == [0]


@pytest.mark.parametrize(
    "line",
    [
        "2024年11月工作要点",
        "根据临宣发〔2025〕3号，全县开展宣讲",
        "编者按：近年来，全县建成书房六座。",
        "相关报道引起热烈反响",
        "推荐阅读书目三十种",
        "完成宣传片拍摄",
        "完善设施（含供图书室使用的桌椅）",
        "（一）加强阵地建设（试点）",
        "宣讲 读书 演出 展览",
        "![说明](a.png)之后开展宣讲",
    ],
)
def test_lines_like_them_that_say_something_stay(line):
    assert judge(line) is None


def test_runs_of_menu_lines_are_set_aside():
    menu = ["首页", "要闻", "机关党建", "政务公开", "县情概览"]
    lines = [*menu, "临溪县召开宣传工作会议", "会议强调，要守正创新。", "一、学习", "二、宣讲", "联系我们"]
    assert find_noise(lines) == dict.fromkeys(range(5), "navigation") | {9: "furniture"}
    names = ["张一", "李二", "王三", "赵四", "全县表彰以上同志。"]
    assert find_noise(names) == {}


@pytest.mark.parametrize("rule", ["---", "+++"])
def test_front_matter_is_set_aside(rule):
    lines = [rule, "title: 总结", "date: 2024-01-02", "tags:", "- 宣传", rule, "全县建成书房六座。", "---", "结束语。"]
    assert find_noise(lines) == dict.fromkeys(range(6), "front matter") | {7: "symbols"}
    assert "front matter" not in find_noise([rule, "全县建成书房六座。", rule]).values()
    assert "front matter" not in find_noise([rule, "title: 总结", "全县建成书房。"]).values()


def test_a_line_of_noise_is_as_long_as_the_limit_and_no_longer():
    line = "△" + "甲" * (module.LONGEST - 1)
    assert judge(line) == "caption"
    assert judge(line + "甲") is None
    assert judge("—" * (module.LONGEST + 1)) == "symbols"  # what holds no word is none at any length
    bold = "**" + "△" + "甲" * (module.LONGEST - 5) + "**"
    assert (len(bold), judge(bold)) == (module.LONGEST, "caption")


@pytest.mark.parametrize(
    "line", ["网站 Copyright 某某", "copyright 某某", "某 COPYRIGHT", "某公网安备3号", "网站标识码：1", "© 某某"]
)
def test_licences_are_furniture_in_any_case(line):
    assert judge(line) == "furniture"


@pytest.mark.parametrize(("count", "reason"), [(4, "navigation"), (3, None)])
def test_a_row_of_columns_has_four_names_of_which_two_are_known(count, reason):
    assert judge(" ".join(["首页", "要闻", "甲乙", "丙丁"][:count])) == reason
    assert judge(" ".join(["首页", "甲甲", "甲乙", "丙丁"][:count])) is None
    assert judge("首页 要闻 甲乙 " + "丙" * 8) == "navigation"
    assert judge("首页 要闻 甲乙 " + "丙" * 9) is None


def test_a_run_of_columns_has_four_lines():
    path = "首页 > 新闻 > 正文"
    assert [*find_noise([path, "要闻", "公告", "县情概览", "县委专栏", "一句正文。"])] == [0, 1, 2, 3, 4]
    assert [*find_noise([path, "要闻", "公告", "县情概览", "一句正文。"])] == [0]
    assert [*find_noise([path, "要闻", "公告", "县情概览", "县" * 8, "一句正文。"])] == [0, 1, 2, 3, 4]
    assert [*find_noise([path, "要闻", "公告", "县情概览", "县" * 9, "一句正文。"])] == [0]
    assert [*find_noise([path, "要闻", "县情", "县情概览", "县委专栏", "一句正文。"])] == [0]


def test_captions_with_one_sign_side_by_side_are_a_list_at_either_end_of_the_text():
    assert find_noise(["▲甲甲。", "▲乙乙。"]) == {}
    assert find_noise(["▲甲甲。", "▲甲甲。"]) == {0: "caption", 1: "repeated caption"}
    assert find_noise(["▲甲甲。", "■乙乙。", "丙丙。", "▲丁丁。"]).keys() >= {0, 3}
    assert find_noise(["▲甲甲。", "丙丙。", "▲丁丁。"]) == {0: "caption", 2: "caption"}


def test_a_title_is_given_again_within_the_first_lines_alone():
    body = [f"第{chr(0x4E00 + i)}句。" for i in range(10)]
    assert find_noise(["甲县总结", *body, "甲县总结", "末句。"]) == {11: "repeated line"}
    assert find_noise(["甲县总结", *body, "再一句。", "甲县总结", "末句。"]) == {}
    assert find_noise(["甲县总结", "甲县总结", "末句。"]) == {1: "repeated line"}
    assert find_noise(["一句。", "二句。", "一句。"]) == {}  # a sentence may stand twice, but not at once
    assert find_noise(["一句。", "一句。"]) == {1: "repeated line"}


def test_headings_that_each_part_has_are_no_titles_given_again():
    parts = ["一、甲", "主要做法", "做了一事。", "存在问题", "缺一物。", "二、乙", "主要做法", "做了二事。", "存在问题", "缺二物。"]
    assert find_noise(["甲县总结", *parts]) == {}
    assert find_noise(["甲县总结", "甲县", "甲县总结", *parts]) == {2: "repeated line"}
    opening = ["甲县", "甲县总结", "（2025年5月）", "甲县总结"]
    assert find_noise([*opening, "做了一事。", "甲县总结"]) == {2: "byline", 3: "repeated line"}


def test_the_name_of_a_column_stands_right_before_its_path():
    assert find_noise(["甘肃", "甘肃 > 资讯 > 正文", "一句。"]) == {0: "navigation", 1: "navigation"}
    assert find_noise(["甘肃省", "甘肃 > 资讯 > 正文", "一句。"]) == {1: "navigation"}
    assert find_noise(["一句。", "甘肃 > 资讯 > 正文", "资讯"]) == {1: "navigation"}


def test_names_are_bylines_between_others_and_not_before_or_behind_them():
    names = ["一句。", "某中心", "记者：甲", "乙某", "审核：丁", "戊某"]
    assert find_noise(names) == {2: "byline", 3: "byline", 4: "byline"}
    assert find_noise(["一句。", "记者：甲", "乙" * 20, "审核：丁"])[2] == "byline"
    assert 2 not in find_noise(["一句。", "记者：甲", "乙" * 21, "审核：丁"])


@pytest.mark.parametrize("size", [38, 39])
def test_front_matter_is_as_long_as_it_may_be(size):
    lines = ["---", *[f"a{i}: 值" for i in range(size)], "---", "一句正文。"]
    assert ("front matter" in find_noise(lines).values()) is (size == 38)
    assert "front matter" not in find_noise(["---", "---", "一句正文。"]).values()


def test_rows_between_the_lines_of_a_drawn_table_at_the_end_are_no_names_of_a_newsroom():
    table = ["+----+------+", "| 序号 | 名称 |", "+----+------+", "| 1 | 农家书屋 |", "+----+------+"]
    assert find_noise(["全县建成书屋六座。", *table]) == {1: "symbols", 3: "symbols", 5: "symbols"}
    assert find_noise(["全县建成书屋六座。", "责任编辑：王一", "临溪新闻网", "李二 张三", "来源：县报"])[3] == "byline"


@pytest.mark.parametrize(
    ("line", "reason"),
    [("主办单位：某县政府", "furniture"), ("记者：王一", "byline"), ("全县办好书房", None), ("地址：县城。", "furniture"),
     ("文化惠民……12", None), ("——", "symbols"), ("---", "symbols"), ("首页", "navigation")],
)  # fmt: skip
def test_a_line_by_itself_is_told_as_above_a_report(line, reason):
    expected = {} if reason is None else {0: reason}
    assert find_noise([line]) == find_noise([line], [0]) == expected
    if reason != "furniture":  # the foot of a page stands below
        assert {i: why for i, why in find_noise([line, "全县举办宣讲活动十二次，群众说好。"]).items() if i == 0} == expected
    (found,) = find_lines([line])
    assert find_noise([line], found.doubtful) == expected
