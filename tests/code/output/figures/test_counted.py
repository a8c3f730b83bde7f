"""What a figure counts: behind it, before it, or said of it."""

import pytest

from pipeline.output.figures.counted import counted_in
from pipeline.output.figures.numbers import numbers_in


def counted(text):
    return counted_in(text, list(numbers_in(text)))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("新建12个阅读角。", "阅读角"),
        ("建成12个农家书屋示范点并投入使用", "农家书屋示范点"),
        ("评出12个具有地方特色的文化品牌", "文化品牌"),
        ("60余名身披绶带的劳模代表清扫街道", "劳模代表"),
        ("200余志愿者参加清扫", "志愿者"),
        ("3名教师和职工受到表彰", "教师和职工"),
        ("组建98人的宣传网络", "宣传网络"),
        ("来自20个国家的留学生", "国家"),
        ("开展12场宣讲", "宣讲"),
        ("81%的学生参加", "学生"),
        ("组织120名青年参加活动", "青年"),
        ("与30多个国家建立联系", "国家"),
        ("5件作品获奖", "作品"),
    ],
)
def test_a_noun_behind_it(text, what):
    assert counted(text) == [what]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("开展理论宣讲3900多场次", "理论宣讲"),
        ("受众20多万人次", "受众"),
        ("建成农家书屋120个", "农家书屋"),
        ("举办读书分享等各类活动220场次", "活动"),
        ("培训业务骨干200余名", "业务骨干"),
        ("参与群众达2万人", "群众"),
        ("视频点击量突破300万", "视频点击量"),
        ("在市级媒体刊发稿件57篇", "稿件"),
        ("群众满意度达到98%", "群众满意度"),
        ("旅游收入同比增长12.3%", "旅游收入"),
        ("党员占35%", "党员"),
        ("我市上榜数量居全省第二", "上榜数量"),
        ("志愿服务时长超过100小时的个人", "志愿服务时长"),
        ("印发《应知应会》手册3万份", "《应知应会》手册"),
        ("点击数：1287", "点击数"),
        ("参与人数是上年的1.5倍", "参与人数"),
        ("全县读者达到去年同期的2倍", "全县读者"),
        ("旅游收入突破二十亿元大关", "旅游收入"),
        ("投资¥300万元", "投资"),
        ("五年在省级媒体发稿一千零六十篇条", "发稿"),
        ("购置流动图书设备120台套", "流动图书设备"),
    ],
)
def test_a_noun_before_it(text, what):
    (found,) = counted(text)
    assert found.endswith(what)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("巡演50场", "巡演"),
        ("画册印制六百册", "画册印制"),
        ("到各乡镇演出51场", "演出"),
        ("1人入选“身边好人榜”", "入选“身边好人榜”"),
        ("组织反诈宣传进社区、进校园、进企业860场", "反诈宣传"),
        ("法治宣讲进乡村、进校园共89场", "法治宣讲"),
        ("文创园引进企业63家", "企业"),
        ("对先进单位12个予以表彰", "先进单位"),
        ("全市九成村民表示支持", "村民"),
        ("七成以上订单按时交货", "订单"),
    ],
)
def test_what_is_said(text, what):
    assert counted(text) == [what]


@pytest.mark.parametrize(
    "verb", ["吸引", "覆盖", "惠及", "带动", "辐射", "触达", "影响", "受益", "引来", "迎来", "参与", "动员", "突破", "达到"]
)
def test_a_verb_of_reaching_is_not_what_is_counted(verb):
    assert counted(f"全民阅读活动{verb}两万人次") == ["全民阅读活动"]
    assert counted(f"志愿服务{verb}5.2万人") == ["志愿服务"]
    assert counted(f"全年举办文艺演出120场，{verb}5万人次") == ["文艺演出", "文艺演出"]
    assert counted(f"今年以来，{verb}3万人次") == [""]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("全民阅读活动吸引了2万余人次参与", "全民阅读活动"),
        ("开展红色宣讲活动吸引听众8000人", "听众"),
        ("开展红色宣讲活动吸引8000人", "红色宣讲活动"),
        ("惠民演出共惠及1.2万人次", "惠民演出"),
        ("我市惠及1.2万人次", ""),
        ("去年吸引1.2万人次", ""),
        ("线上线下参与1.8万人次", ""),
        ("触达群众5万人次", "群众"),
        ("日均参与470人次", ""),
        ("登记社会组织311家", "社会组织"),
        ("其中有影响较大的两件", "影响较大"),
        ("新增普惠托位120个", "普惠托位"),
        ("农家书屋覆盖128个行政村", "行政村"),
        ("全民阅读活动接待两万人次", "接待"),
        ("集中接待两万人次", "集中接待"),
        ("入户走访5.2万户", "入户走访"),
    ],
)
def test_what_reached_those_who_are_counted(text, what):
    assert counted(text) == [what]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("接待外媒采访12批次", "外媒采访"),
        ("外媒报道58篇", "外媒报道"),
        ("接待30余家外媒", "外媒"),
        ("处置不实信息30余条", "不实信息"),
        ("处置30条不实信息", "不实信息"),
        ("整治不文明行为500起", "不文明行为"),
        ("处理不合格党员3名", "不合格党员"),
        ("关停未备案网站12家", "未备案网站"),
        ("农村居民人均可支配收入增长8.4%", "农村居民人均可支配收入"),
        ("新增自媒体账号120个", "自媒体账号"),
        ("新建非公企业党组织12个", "非公企业党组织"),
        ("新增规上企业12家", "规上企业"),
        ("引进县外资金3亿元", "县外资金"),
        ("约谈8个股室", "股室"),
        ("建成24小时自助书吧12个", "24小时自助书吧"),
        ("整改三方面问题30个", "三方面问题"),
        ("组建青年讲师团26个", "青年讲师团"),
        ("青少年活动中心3个", "青少年活动中心"),
        ("播发本地稿件40条", "本地稿件"),
        ("企业入驻后入驻率92%", "入驻率"),
        ("采用率不低于40%", "采用率"),
        ("单位成本不得高于50元", "单位成本"),
        ("涨幅高于上年1.2个百分点", "涨幅"),
        ("官网发布新闻1160条，微信公众号推送437篇", "公众号推送"),
        ("农民人均可支配收入14370元", "可支配收入"),
        ("向外投稿127件", "投稿"),
        ("展出后作品30件", "作品"),
        ("点赞量280多万", "点赞量"),
        ("约谈3人", "约谈"),
        ("审执结9876件", "审执结"),
        ("新媒体收入1.92亿元", "新媒体收入"),
        ("组建网评员队伍12支", "网评员队伍"),
        ("互动率3.2%", "互动率"),
        ("受教育群众25万人", "受教育群众"),
        ("县级410项、乡村级800余项", "乡村级"),
        ("建成五万吨级冷库1座", "冷库"),
        ("5个村仍存在", "村"),
        ("力争宣讲场次不低于4万场", "宣讲场次"),
        ("年产值有望突破10亿元", "年产值"),
        ("（1）保护项目总投资12亿元", "保护项目总投资"),
    ],
)
def test_no_first_character_is_cut(text, what):
    assert counted(text)[-1] == what


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("专题研讨6次，较上年增加2次", "专题研讨"),
        ("文化企业42家，同比增加5家", "文化企业"),
        ("面积0.42平方米，比全省平均水平高0.07平方米", "面积"),
        ("稿件23篇，比上年同期多了11篇", "稿件"),
        ("图书占比由2019年的21%降至2024年的12.6%，下降了8.4个百分点", "图书"),
        ("平均得分88.6分，比上年提高1.7分", "得分"),
        ("宣传经费由人均3元提高到5元", "宣传经费"),
        ("发行量由每期800份增至2000份，增长1.5倍", "发行量"),
        ("讲师队伍由800人扩充到如今的1500人", "讲师队伍"),
        ("8个街道中有3个。", "街道"),
        ("队伍从最初的7个人发展到如今的一百二十多人", "队伍"),
        ("年借阅量翻两番，达到300万册次", "年借阅量"),
    ],
)
def test_what_is_compared_is_what_is_counted(text, what):
    for each in counted(text):
        assert each
        assert what.endswith(each)


def test_a_size_is_not_what_is_compared():
    assert counted("瓶子两件，高96厘米")[1] == "高"


def test_figures_side_by_side_have_their_own():
    text = "命名文明单位47家、文明村镇18个,文明家庭60户、文明校园5所。"
    assert counted(text) == ["文明单位", "文明村镇", "文明家庭", "文明校园"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "开展送书下乡30场、送文化下乡40场、送戏进校园50场、三下乡活动60场",
            ["送书下乡", "送文化下乡", "送戏进校园", "三下乡活动"],
        ),
        ("全县组织送戏下乡120场，送教上门20次，送图书进农村8次", ["送戏下乡", "送教上门", "送图书进农村"]),
        ("送书30册，送温暖40次，戏曲进校园50场", ["书", "送温暖", "戏曲进校园"]),
        ("参与人数由2023年的3000人增加到5000人", ["参与人数", "参与人数"]),
        ("场次从去年的30场增至50场", ["场次", "场次"]),
        ("志愿者由年初的200人发展到500人", ["志愿者", "志愿者"]),
        ("十几个部门参与", ["部门"]),
        ("获三个一等奖", ["一等奖"]),
    ],
)
def test_names_that_begin_with_a_verb_or_number_and_what_was_before(text, names):
    assert counted(text) == names


def test_a_noun_belongs_to_one_figure():
    assert counted("评审由5名专家和2名代表组成") == ["专家", "代表"]


def test_a_clause_without_a_noun_goes_on_with_the_figure_before():
    assert counted("接待游客120万人次，同比增长12.3%") == ["游客", "游客"]
    assert counted("民宿由8家增加到37家") == ["民宿", "民宿"]


def test_a_sentence_begins_anew():
    assert counted("接待游客120万人次。约80万") == ["游客", ""]


def test_without_rjieba_jieba_says_the_same(monkeypatch):
    import sys

    from pipeline.output.figures import counted as module

    texts = ["开展理论宣讲3900多场次，受众20多万人次", "建成农家书屋120个、培训骨干30名"]
    expected = [counted(text) for text in texts]
    monkeypatch.setitem(sys.modules, "rjieba", None)
    module._classes.cache_clear()
    try:
        assert [counted(text) for text in texts] == expected
    finally:
        module._classes.cache_clear()


def test_whose_it_is_is_no_part_of_what_is_counted():
    assert counted("采用我县新闻稿件2000余条") == ["新闻稿件"]


def test_two_measures_that_stand_together_are_one():
    assert [(each.value, each.unit) for each in numbers_in("发稿一千零六十篇条，配备器材30件套")] == [(1060, "篇条"), (30, "件套")]
