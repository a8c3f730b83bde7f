"""What the shipped model does, case by case: the least it must know, what must not matter, and what must.

The sentences are written for these tests and stand in no corpus. Each kind follows Ribeiro et al. 2020 (CheckList): minimum
function, invariance, direction.
"""

import pytest
from opencc import OpenCC

from pipeline.batch.engine import tag_texts
from pipeline.track.locate import open_model

MINIMUM = {
    "举旗帜": [
        "县委理论学习中心组今年已开展十四次专题研讨，带动各级党组织跟进学习。",
        "百姓名嘴把党的创新理论编成快板，讲到田间地头。",
        "“学习强国”平台注册人数持续增长，供稿数量居全省前列。",
        "主题教育读书班分三期举办，处级干部通读必读书目。",
        "全市社科规划课题立项三十二项，理论阐释文章见诸党报党刊。",
        "宣讲团成员走进车间班组，用身边事讲清全会精神。",
        "党委书记为机关党员讲授专题党课。",
    ],
    "聚民心": [
        "区融媒体中心开设专栏，报道一线建设者的故事。",
        "健全舆情监测和处置机制，全年妥善回应网络热点八十余起。",
        "举办新闻发布会二十四场，主动回应群众关切。",
        "压实意识形态工作责任制，加强各类阵地管理。",
        "深入开展“清朗”行动，清理违规账号和有害信息。",
        "广播电视台问政栏目推动解决了一批民生难题。",
        "加快媒体深度融合，客户端日活用户增长三成。",
    ],
    "育新人": [
        "新时代文明实践所常态化开展志愿服务，惠及老人和儿童。",
        "评选表彰道德模范和身边好人四十八名。",
        "扎实推进全国文明城市创建，市民文明素养明显提升。",
        "红白理事会带头抵制大操大办，移风易俗蔚然成风。",
        "组织青少年祭扫烈士墓，开展爱国主义教育。",
        "开展“最美家庭”评选，弘扬好家风好家训。",
        "加强未成年人思想道德建设，建好乡村学校少年宫。",
    ],
    "兴文化": [
        "新建城市书房九座，图书馆总分馆制实现全覆盖。",
        "原创话剧在省艺术节获奖，全年送戏下乡一百二十场。",
        "完成第四次文物普查野外调查，抢救性修复古建筑六处。",
        "省级以上非物质文化遗产代表性项目增加到二十一个。",
        "文旅融合步伐加快，两家景区晋升国家4A级。",
        "广场舞展演、村晚、读书月等群众文化活动精彩纷呈。",
        "扶持文化企业发展，动漫和演艺产业园开园运营。",
    ],
    "展形象": [
        "在中央主要媒体刊播稿件一百三十篇，央视新闻联播播出五条。",
        "海外社交平台账号粉丝突破六十万，向世界讲述古城故事。",
        "邀请境外媒体记者走进茶乡采风。",
        "赴香港举办城市形象推介会，城市知名度不断提升。",
        "国际传播中心揭牌，多语种短视频登陆海外平台。",
        "人民日报头版报道我市治沙经验，对外影响力持续扩大。",
        "对外宣传品制作精良，外宣片在海外电视台播出。",
    ],
    "其他": [
        "全年粮食总产量达到四十二万吨，建成高标准农田六万亩。",
        "规模以上工业增加值增长百分之七点三，新增高新技术企业二十家。",
        "新改建农村公路一百八十公里，城区供水管网漏损率下降。",
        "开展安全生产大检查，整改隐患一千二百余处。",
        "家庭医生签约率提高到百分之七十六，县医院新院区投用。",
        "会议由区长主持，各镇街主要负责同志参加。",
        "严格落实中央八项规定精神，加强部机关作风建设。",
        "拓宽就业渠道，城镇新增就业八千人。",
    ],
}
TRAPS = [
    ("县图书馆请来宣讲员，给读者讲解党的二十大报告。", "举旗帜"),
    ("文艺志愿者走进养老院，为老人义务演出。", "育新人"),
    ("向商户宣传消防安全知识，发放手册三千份。", "其他"),
    ("工地落实文明施工要求，设置围挡和喷淋设施。", "其他"),
    ("培育壮大专精特新企业，打造区域公用农产品品牌。", "其他"),
    ("自觉承担起举旗帜、聚民心、育新人、兴文化、展形象的使命任务。", "其他"),
    ("建设书香校园，中小学新建教室九十间，学位增加四千个。", "其他"),
]
SENTENCES = [
    ("河口县组织宣讲团深入36个村，开展理论宣讲120场。", "举旗帜"),
    ("河口县融媒体中心2023年发布短视频1560条，引导网上舆论。", "聚民心"),
    ("河口县2022年评选身边好人45名，注册志愿者达到3.2万人。", "育新人"),
    ("河口县图书馆2021年接待读者18万人次，送戏下乡66场。", "兴文化"),
    ("河口县全年在央视、人民日报等中央媒体刊播稿件82篇。", "展形象"),
    ("河口县2020年完成固定资产投资52亿元，增长8.5%。", "其他"),
]
CHANGES = {
    "place": lambda text: text.replace("河口县", "呼伦贝尔市"),
    "numbers": lambda text: text.translate(str.maketrans("123456789", "987654321")),
    "full width": lambda text: text.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"}),
    "traditional": lambda text: OpenCC("s2t").convert(text),
    "half-width punctuation": lambda text: text.replace("，", ",").replace("、", ","),
}
DIRECTIONS = [
    ("短视频发布到本县客户端，激励干部群众。", "短视频发布到海外社交平台，吸引外国网友。", "展形象"),
    ("市电视台记者采访春耕生产。", "境外媒体记者团来访采访春耕生产。", "展形象"),
    ("全县新闻宣传工作稳步推进。", "新闻稿件登上人民日报、新华社等中央媒体。", "展形象"),
    ("在文化广场举办演出。", "在文化广场举办理论宣讲，宣讲员解读全会精神。", "举旗帜"),
    ("学校开展活动。", "学校开展爱国主义教育和志愿服务活动。", "育新人"),
    ("老街改造完成。", "老街历史文化保护修缮完成，非遗工坊入驻。", "兴文化"),
    ("平台投入使用。", "舆情监测平台投入使用，及时引导网络舆论。", "聚民心"),
    ("村里办了一件事。", "村里修好了灌溉水渠和产业路。", "其他"),
]


@pytest.fixture(scope="module")
def shipped():
    return open_model("default")


def themes(text, model):
    return {tag.theme for tag in next(tag_texts([text], model)).tags}


@pytest.mark.parametrize(("text", "theme"), [(text, theme) for theme, texts in MINIMUM.items() for text in texts])
def test_minimum(shipped, text, theme):
    assert themes(text, shipped) == {theme}


@pytest.mark.parametrize(("text", "theme"), TRAPS)
def test_words_of_one_theme_in_the_service_of_another(shipped, text, theme):
    assert themes(text, shipped) == {theme}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("text", "theme"), SENTENCES)
def test_what_must_not_matter(shipped, change, text, theme):
    changed = CHANGES[change](text)
    assert changed != text
    assert themes(changed, shipped) == {theme}


@pytest.mark.parametrize(("before", "after", "theme"), DIRECTIONS)
def test_what_must_matter(shipped, before, after, theme):
    first, second = (next(next(tag_texts([text], shipped)).tags).scores[theme] for text in (before, after))
    assert second > first
    assert themes(after, shipped) == {theme}
