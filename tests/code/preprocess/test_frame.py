"""What frames a report: lines below its title, signatures, annexes; what stands behind is below none of the headings before."""

import pytest

from pipeline.core.records import Mark
from pipeline.preprocess.frame import find_frame
from pipeline.preprocess.headings import ANNEX, BARE_ANNEX, BESIDE, SIGNATURE
from pipeline.preprocess.lines import find_lines
from pipeline.preprocess.noise import find_noise

BODY = "某县工作总结\n一、学习\n学了十次。\n二、宣讲\n全年讲了百场。"
SIGNED = f"{BODY}\n中共某县委宣传部\n2023年12月5日"
TABLE = "活动\t场次\n演出\t80"


def frame(text):
    """Return the lines of a text that frame it, each with what it is."""
    (lines,) = find_lines([text])
    texts = [text[start:end] for start, end in lines.spans]
    found = find_frame(text, lines.columns, find_noise(texts, lines.doubtful))
    return {texts[i]: kind for i, kind in found.items()}


@pytest.fixture
def path_of(cut_up):
    """Return the headings above the first segment of a text that begins so."""

    def path_of(text, beginning):
        cleaned, segments, _ = cut_up(text)
        item = next(each for each in segments if cleaned.text.startswith(beginning, each.start))
        return [heading.text for heading in item.headings]

    return path_of


# ---- annexes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sign",
    [
        "附件",
        "附件1",
        "附件 2",
        "附件一",
        "附件：",
        "附件1：",
        "附　件",
        "【附件3】",
        "（附件）",
        "附件1-2",
        "附表",
        "附表2",
        "附录A",
        "附录",
        "附：",
    ],
)
@pytest.mark.parametrize("above", [BODY, SIGNED])
def test_a_line_that_says_annex_begins_one_whose_title_is_the_next_line(path_of, sign, above):
    text = f"{above}\n{sign}\n文化活动安排\n一、时间\n全年办八场。\n（一）地点\n在文化馆办。"
    assert frame(text)[sign.replace("附　件", "附　件")] == BARE_ANNEX
    assert path_of(text, "文化活动") == [sign]
    assert path_of(text, "全年办") == [sign, "文化活动安排", "一、时间"]
    assert path_of(text, "在文化馆") == [sign, "文化活动安排", "一、时间", "（一）地点"]
    assert path_of(text, "全年讲") == ["某县工作总结", "二、宣讲"]


@pytest.mark.parametrize(
    "sign",
    ["附件1：活动安排", "附件 活动安排", "附：活动安排", "附表1 活动安排", "附件2活动安排", "附录B、活动安排", "附件3.活动安排"],
)
@pytest.mark.parametrize("behind", [TABLE, "1.元旦演出\n2.春节演出", "全年办八场演出，都在县文化馆的礼堂里。", "一月\n二月\n三月"])
def test_the_title_of_an_annex_may_stand_in_its_line(path_of, sign, behind):
    text = f"{BODY}\n{sign}\n{behind}"
    assert frame(text) == {sign: ANNEX}
    assert path_of(text, behind[:3]) == [sign]


@pytest.mark.parametrize(
    "listed",
    [
        "附件：1. 活动方案\n2. 报名表",
        "附件：\n1. 活动方案\n2. 报名表",
        "附件1：活动方案\n附件2：报名表",
        "附件：活动方案",
        "附：报名表",
        "附件：\n活动方案",
        "附件：1.活动方案\n附件：2.报名表",
        "附件1.活动方案\n附件2.报名表\n附件3.评分表",
    ],
)
def test_a_list_of_annexes_above_the_signature_begins_none(path_of, listed):
    text = f"{BODY}\n{listed}\n中共某县委宣传部\n2023年12月5日\n附件1\n活动方案\n一、时间\n全年办八场。"
    assert frame(text) == dict.fromkeys(listed.split("\n"), BESIDE) | {"中共某县委宣传部": SIGNATURE, "附件1": BARE_ANNEX}
    assert path_of(text, "中共某县") == ["某县工作总结", "二、宣讲"]
    assert path_of(text, "全年办") == ["附件1", "活动方案", "一、时间"]


@pytest.mark.parametrize(
    "line",
    [
        "附件1中的各单位要抓好落实",
        "附件所列项目已完成",
        "附近村民都来看戏",
        "附件：活动方案.docx",
        "附件1：请各单位填好，按时报送。",
        "附送资料一份",
        "附加题得分",
        "附属小学开展宣讲",
    ],
)
def test_what_only_mentions_an_annex_begins_none(line):
    assert frame(f"{BODY}\n{line}\n送戏下乡办了八十场，群众都说好看。") == {}


def test_what_stands_between_two_numbers_of_a_text_is_no_annex(path_of):
    text = "某县工作总结\n一、学习\n学了十次。\n附：典型案例\n河湾村把书屋办成夜校，一年办了八十场。\n二、宣讲\n讲了百场。"
    assert frame(text) == {}
    assert path_of(text, "讲了") == ["某县工作总结", "二、宣讲"]


def test_each_annex_is_a_text_of_its_own(path_of):
    text = f"{SIGNED}\n附件1\n活动安排\n第一章 演出\n办八场。\n附件2\n活动名单\n张三在列。\n附件3：评分表\n一、标准\n满分一百。"
    assert path_of(text, "办八场") == ["附件1", "活动安排", "第一章 演出"]
    assert path_of(text, "张三") == ["附件2", "活动名单"]
    assert path_of(text, "满分") == ["附件3：评分表", "一、标准"]


def test_a_file_may_be_an_annex_from_its_first_line_on(path_of):
    assert path_of("附件2\n活动安排\n一、演出\n办八场。", "办八") == ["附件2", "活动安排", "一、演出"]


@pytest.mark.parametrize("kind", ["row", "record"])
def test_a_row_of_a_table_begins_no_annex(cut_up, kind):
    text = f"{BODY}\n附件1\n（演出）\n送戏下乡办了八十场。"
    marks = tuple(Mark(text.index(row), text.index(row) + len(row), kind) for row in ("附件1", "（演出）"))
    _, segments, _ = cut_up(text, marks=marks)
    assert [item.kind for item in segments][-3:] == [kind, kind, "text"]
    assert segments[-1].headings[0].text == "某县工作总结"


def test_what_a_reader_knows_of_an_annex_and_its_title_stays_below_it(cut_up):
    text = f"{BODY}\n附件1\n活动安排\n演出\n送戏下乡办了八十场。"
    levels = {"附件1": 1, "活动安排": 1, "演出": 2}
    marks = tuple(Mark(text.index(line), text.index(line) + len(line), "heading", level) for line, level in levels.items())
    _, segments, _ = cut_up(text, marks=marks)
    assert [heading.text for heading in segments[-1].headings] == [*levels]


# ---- signatures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "signature",
    [
        "中共某县委宣传部\n2023年12月5日",
        "某县文化和旅游局\n二〇二三年十二月五日",
        "县文化馆\n2023 年 12 月 5 日",
        "某镇人民政府\n2023年12月",
        "县委宣传部　2023年12月5日",
        "（县文化馆 2023年12月5日）",
        "县委宣传部\n县文化馆\n2023-12-05",
        "此致\n敬礼\n某村党支部\n2023.12.5",
        "某县总工会（盖章）\n2023年12月5日",
    ],
)
def test_what_stands_behind_a_signature_with_its_date_is_another_text(path_of, signature):
    text = f"{BODY}\n{signature}\n活动情况说明\n送戏下乡办了八十场。\n（一）村里\n村里办了六十场。"
    assert path_of(text, "送戏下乡") == ["活动情况说明"]
    assert path_of(text, "村里办了") == ["活动情况说明", "（一）村里"]
    assert path_of(text, "全年讲") == ["某县工作总结", "二、宣讲"]


@pytest.mark.parametrize(
    "between",
    [
        "送戏下乡活动启动\n县文化馆\n2023年12月5日",  # the title of the next piece of news, its source and day
        "2023年12月5日",
        "全县宣讲报告会召开\n2023年12月5日",
        "县里有了新书屋。\n2023年12月5日，书屋开门。",
    ],
)
def test_a_date_without_a_signature_ends_no_text(between):
    assert SIGNATURE not in frame(f"{BODY}\n{between}\n送戏下乡办了八十场。").values()


def test_a_letter_within_a_text_ends_nothing_where_its_numbers_go_on(path_of):
    text = f"{SIGNED}\n三、打算\n再讲百场。"
    assert path_of(text, "再讲") == ["某县工作总结", "三、打算"]
    assert path_of(f"{SIGNED}\n一、打算\n再讲百场。", "再讲") == ["一、打算"]


def test_a_signature_at_the_end_changes_nothing(path_of):
    assert frame(SIGNED) == {}
    assert path_of(SIGNED, "中共某县") == ["某县工作总结", "二、宣讲"]


# ---- lines that stand above nothing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "中共某县委宣传部",
        "县文化馆　2023年12月5日",
        "县委书记　张三",
        "在全县工作会议上的讲话",
        "2023年12月5日在县委全会上",
        "2023年第3期",
        "（2023年12月5日县委会议通过）",
        "（征求意见稿）",
        "报告人：张三",
        "2023年12月5日　县文化馆礼堂",
        "发布机构：县府办　文号：无",
    ],
)
def test_what_says_whose_text_it_is_below_the_title_heads_nothing(path_of, line):
    text = f"某县工作总结\n{line}\n县里办宣讲。\n一、学习\n学了十次。"
    assert frame(text) == {line: BESIDE}
    assert path_of(text, line[:3]) == ["某县工作总结"]
    assert path_of(text, "县里办") == ["某县工作总结"]
    assert path_of(text, "学了") == ["某县工作总结", "一、学习"]


@pytest.mark.parametrize(
    "line", ["扎实推进文化惠民", "政法委", "河湾村", "前进街道", "关于展会", "文化下乡", "县里办了座谈会", "案例一：书屋"]
)
def test_what_says_what_comes_is_a_heading_below_the_title(path_of, line):
    assert path_of(f"某县工作总结\n{line}\n县里办宣讲。", "县里办宣") == ["某县工作总结", line]


@pytest.mark.parametrize(
    "line", ["地点：县委礼堂", "主持人：张三", "出席人员：张三 李四", "（掌声）", "联系人：张三", "关键词：文化；宣讲"]
)
def test_lines_of_names_places_and_remarks_head_nothing_wherever_they_stand(path_of, line):
    text = f"{BODY}\n{line}\n送戏下乡办了八十场。\n（一）村里\n村里办了六十场。"
    assert frame(text) == {line: BESIDE}
    assert path_of(text, "送戏") == ["某县工作总结", "二、宣讲"]
    assert path_of(text, "村里办了") == ["某县工作总结", "二、宣讲", "（一）村里"]


@pytest.mark.parametrize("line", ["（一）学习", "（1）学习", "关键词：入心", "地点选在县城", "主题：文化惠民", "时间安排"])
def test_other_lines_of_that_form_stay_headings(line):
    assert frame(f"{BODY}\n{line}\n送戏下乡办了八十场。") == {}


def test_long_lines_of_that_form_stay_text(cut_up):
    line = "（" + "送戏下乡" * 12 + "）"
    _, segments, _ = cut_up(f"{BODY}\n{line}\n县里办宣讲。")
    assert [item.level for item in segments][-2:] == [None, None]


@pytest.mark.parametrize("line", ["——以某县为例", "张明远　李　静", "某县日报　记者 张明远", "〔2024〕2号", "主任　陈　涛"])
def test_authors_numbers_and_the_second_line_of_a_title_head_nothing(path_of, line):
    text = f"某县工作总结\n{line}\n县里办宣讲。"
    assert frame(text) == {line: BESIDE}
    assert path_of(text, "县里办") == ["某县工作总结"]


@pytest.mark.parametrize("line", ["第一讲 认识扎染", "摘　要", "第一天　天一阁", "学习　宣讲"])
def test_headings_that_look_like_authors_stay_headings(line):
    assert frame(f"某县工作总结\n{line}\n县里办宣讲。") == {}


def test_a_unit_above_the_title_is_not_the_title(path_of):
    text = "某县文化馆\n2023年工作总结\n县里办宣讲。\n一、学习\n学了十次。"
    assert frame(text) == {"某县文化馆": BESIDE}
    assert path_of(text, "2023") == []
    assert path_of(text, "学了") == ["2023年工作总结", "一、学习"]
    assert path_of("某县文化馆\n县里办宣讲。\n一、学习\n学了十次。", "学了") == ["某县文化馆", "一、学习"]


def test_contents_without_numbers_of_pages_head_nothing(path_of):
    listed = "一、学习\n二、宣讲\n（一）进村\n三、打算"
    text = f"某县工作总结\n目　录\n{listed}\n前言在此，先说两句。"
    text += "\n一、学习\n学了十次。\n二、宣讲\n（一）进村\n讲了百场。\n三、打算\n再学。"
    assert path_of(text, "前言") == ["某县工作总结"]
    assert path_of(text, "学了") == ["某县工作总结", "一、学习"]
    assert path_of(text, "讲了") == ["某县工作总结", "二、宣讲", "（一）进村"]


# ---- many texts in one -----------------------------------------------------------------------------------------------


class CountedText(str):
    """A text that counts what is cut out of it."""

    __slots__ = ("cut",)

    def __new__(cls, text):
        made = super().__new__(cls, text)
        made.cut = 0
        return made

    def __getitem__(self, span):
        self.cut += 1
        return super().__getitem__(span)


@pytest.mark.parametrize(
    "one",
    ["目录\n第{}节内容\n", f"{SIGNED}\n附件1\n第{{}}份报名表\n姓名电话都要写清楚，并按时报送。\n"],
    ids=["contents", "annexes"],
)
def test_what_is_looked_at_grows_with_the_text_and_no_faster(one):
    counts = []
    for many in (50, 200):
        text = "".join(one.format(number % 9) for number in range(many))
        (lines,) = find_lines([text])
        counted = CountedText(text)
        assert len(find_frame(counted, lines.columns, {})) >= many
        counts.append(counted.cut)
    assert counts[1] < 5 * counts[0]
