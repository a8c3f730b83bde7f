import pytest

from pipeline.output.digest.records import ReportAttribute
from pipeline.output.digest.where import _shortened, first_place, place_of


@pytest.mark.parametrize(
    ("title", "place"),
    [
        ("临溪县2022年宣传工作小结", "临溪县"),
        ("中共砚河县委宣传部2019年工作总结", "砚河县"),
        ("关于青石崖区宣传思想文化工作情况的汇报", "青石崖区"),
        ("2023年岷陵市宣传思想文化工作综述", "岷陵市"),
        ("甘肃省金昌市文明创建汇报", "金昌市"),
        ("江渚市硚山区汉桥街道总结", "江渚市硚山区"),
        ("内蒙古自治区阿日善旗汇报", "阿日善旗"),
        ("勐弄傣族佤族自治县2017年总结", "勐弄傣族佤族自治县"),
        ("怒泽州文化馆自评报告", "怒泽州"),
        ("达州市年度报告", "达州市"),
        ("赛罕塔拉盟2024年综述", "赛罕塔拉盟"),
        ("阿里地区工作总结", "阿里地区"),
        ("共青团岚川县委2019年工作情况汇报", "岚川县"),
        ("沙县总结", "沙县"),
        ("从平顺县到太行山：一个文化馆的十年", "平顺县"),
        ("由平顺县看基层文化", "平顺县"),
        ("探访平顺县图书馆", "平顺县"),
        ("让平顺县的书屋活起来", "平顺县"),
        ("敦煌市赴广州推介", "敦煌市"),
        ("从江县总结", "从江县"),
        ("从化区总结", "从化区"),
        ("于都县总结", "于都县"),
        ("将乐县总结", "将乐县"),
        ("让胡路区总结", "让胡路区"),
        ("向阳区总结", "向阳区"),
        ("驻马店市总结", "驻马店市"),
        ("西城区总结", "西城区"),
    ],
)
def test_places_in_titles(title, place):
    assert place_of(title, "a.txt", "") == ReportAttribute(place, "标题")


@pytest.mark.parametrize(
    "title",
    [
        "全市宣传思想工作总结", "我县工作汇报", "各区通报", "加强社区建设", "创建全国文明城市汇报", "老城区改造", "中心城区",
        "滨屿经济技术开发区总结",
        "联盟成立",
        "思想旗帜映红大地", "高举红旗", "西部地区调研", "市委宣传部总结", "县区联动", "节省开支", "贫困县摘帽", "牧区巡演",
        "建设文化强市",
        "新增省级文明村镇", "争创省级示范", "评为市级先进", "建成县级阵地", "打造区级品牌", "入选州级名录",
        "见证一座城区的变迁", "这座城区的新面貌", "南方某市工作总结", "某县汇报",
        "图片展亮相省图书馆", "公布第七批县级名录",
        "评弹里的苏州市声",
        "党的旗帜高高飘扬", "市场秩序", "区域发展", "自治区党委部署", "湘禾综保区汇报", "神州大地",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_place(title):
    assert place_of(title, "a.txt", title * 3) == ReportAttribute()


def test_file_name_first_lines_and_text_in_this_order():
    assert place_of("总结", "报告/临溪县总结.docx", "") == ReportAttribute("临溪县", "文件名")
    assert place_of("", "a.txt", "临溪县宣传工作总结\n正文") == ReportAttribute("临溪县", "开头")
    assert place_of("新风", "a.txt", "新风\n——临溪县移风易俗综述\n正文") == ReportAttribute("临溪县", "开头")
    assert place_of("新风", "a.txt", "新风\n记者在场\n临溪县说了一次") == ReportAttribute()
    assert place_of("新风", "a.txt", "新风\n第二行\n临溪县说了一次，临溪县说了两次") == ReportAttribute("临溪县", "开头")
    rest = "。" * 500
    assert place_of("新风", "a.txt", f"新风\n{rest}临溪县好。临溪县好。临溪县好。青石市好。") == ReportAttribute("临溪县", "正文")
    assert place_of("新风", "a.txt", f"新风\n{rest}临溪县好。青石市好。岷陵市好。朔河市好。") == ReportAttribute()


def test_words_before_a_name_are_taken_off():
    text = "临溪县的山，临溪县的水，人在临溪县。"
    assert place_of("漫步临溪县", "a.txt", text) == ReportAttribute("临溪县", "标题")
    assert place_of("一座山与一条河之间的漫步临溪县", "a.txt", "") == ReportAttribute()


def test_a_name_begins_with_its_divisions_and_a_province_is_left_out():
    assert [first_place(name) for name in ("甘肃省金昌市教育局", "甘肃省教育厅", "金昌市金川区", "教育局", "")] == [
        "金昌市", "甘肃省", "金昌市金川区", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "text", "least", "found"),
    [
        ("走进临溪县", "走进临溪县。临溪县好。", 1, "走进临溪县"),  # one of two mentions has it
        ("漫步临溪县", "漫步临溪县。临溪县好。临溪县美。", 1, "临溪县"),
        ("漫步临溪县", "漫步临溪县。", 1, "漫步临溪县"),
        ("漫步临溪县", "漫步临溪县。", 2, ""),
        ("从前漫步临溪县", "", 1, ""),
        ("从前漫步自治县", "", 1, "从前漫步自治县"),
        ("那个漫临县", "临县。漫临县。漫临县。漫临县。", 1, "漫临县"),
    ],
)
def test_the_longest_end_that_half_of_the_mentions_have(place, text, least, found):
    assert _shortened(place, text, least) == found


def test_names_of_autonomous_divisions_may_be_twice_as_long():
    name = "双江拉祜族佤族布朗族傣族"
    assert first_place(f"{name}自治县总结") == f"{name}自治县"
    assert [first_place(f"{'溪' * length}县总结") for length in (6, 7)] == ["溪" * 6 + "县", ""]
