"""The seeds are data: unchanged, labelled throughout, and their noise is what a person would cross out."""

import hashlib
from collections import Counter

import pytest

from pipeline.core.config import load_config, load_label_set
from pipeline.labels.files import build_corpus, check_trainable, load_labels
from pipeline.preprocess.clean import clean
from pipeline.preprocess.segment import segment
from pipeline.read import read_report

SHA256 = {
    "000_05cee4bd61fb810e.txt": "f305f32e38387c2103a6683b010e20326711544cd5bf22a6d9fafcb6be672b9f",
    "001_82ce1dfaeb0be688.txt": "67d17ff109503fb689edb9e0a16dbdb2f41687acc2afcbd72184e394ef735287",
    "002_bc99a5d9c6142de8.txt": "8e088df16bc2674802972546153f543ebc19232e09d544831ecb183dce0254b4",
    "003_91b2b195f70b427a.txt": "93f296b3b589e99bb837be1d2513d504fd428647ef4af8ca5b0752621b300a22",
    "004_be132a9dff6c2480.txt": "a6d3b68518d993c10f2ce66273c499cc44747ddd8cc5ba4589e85872cbc7e670",
}
CAPTION, REPEATED = "caption", "repeated caption"
CAPTIONS = (
    "△“新时代·新思想”“工行杯”金昌市理论宣讲大赛决赛现场",
    "△金川区新时代文明实践志愿服务总队理论宣讲志愿服务队宣讲员蔺有勇为金川区宁远堡镇白家嘴村村民宣讲党的二十大精神",
    "△金昌“学习强国”学习平台",
    "△2023年9月20日至21日,第四届粤港澳大湾区主流媒体甘肃行记者参访团在金昌市进行调研采访活动。",
    "△“镍都金昌”APP金昌市民通页面",
    "△金昌市2023年“好记者讲好故事”演讲比赛现场",
    "△各包帮单位开展“逢6上街”清雪除冰志愿服务活动",
    "△“甘肃好人”品牌工作室",
    "△金昌市图书馆“城市书房”",
    "△原创红色音乐剧《焉支花开》",
    "△“火星1号基地”",
    "△2023年8月22日,金昌市第六届薰衣草之约集体婚礼“相约金秋·浪漫起航”专场在紫金苑景区婚礼广场举行。",
)
NOISE = {
    "000_05cee4bd61fb810e.txt": [
        ("navigation", "甘肃"),
        ("navigation", "甘肃 > 资讯 > 金昌 > 正文"),
        ("repeated line", "宣传思想文化工作展现新气象新作为 金昌做了哪些功课"),
        *((reason, caption) for caption in CAPTIONS for reason in (CAPTION, REPEATED)),
        ("byline", "记者:蒲瑞华"),
        ("byline", "(镍都金昌客户端)"),
    ],
    "001_82ce1dfaeb0be688.txt": [("web mark", "##paidend##")],
    "002_bc99a5d9c6142de8.txt": [
        ("navigation", "当前位置: 首页 > 实时讯息 >"),
        ("byline", "时间: 2025-06-20 07:35:00"),
        ("byline", "编者按"),
        (CAPTION, "△金昌市生态环境局推荐的选手孙亚菲正在宣讲。金昌市融媒体中心记者柯玉栋 摄"),
        (CAPTION, "△全市媒体从业人员AI运用培训班活动现场。金昌市融媒体中心记者周国华 摄"),
        (CAPTION, "△金川区志愿服务集市上,志愿者为居民免费维修家电。图片来源于“金川发布”微信公众号"),
        (CAPTION, "△金川国家矿山公园“镍都之光”展演现场。金昌市融媒体中心记者李发华 摄"),
        ("image", "图片"),
        ("byline", "记者:张可乐"),
        ("byline", "来源:镍都金昌客户端"),
        ("byline", "编辑:常远"),
        ("byline", "责编:闫瑾 刘欢欢"),
        ("byline", "审核:马丰友"),
    ],
    "003_91b2b195f70b427a.txt": [
        ("navigation", "頭部"),
        ("byline", "來(lái)源:連州市融媒體中心 發(fā)布時(shí)間:2023-03-22 17:01:12 字體大?。? 瀏覽次數(shù):-"),
        ("image", "圖片"),
        ("image", "圖片"),
        ("furniture", "- THE\xa0END -"),
        ("byline", "連州市融媒體中心"),
        ("byline", "記者:黃瀅\xa0袁安杰"),
        ("byline", "編輯:黃藝"),
        ("byline", "校對(duì):唐芳"),
        ("byline", "審核:吳哲華"),
        ("navigation", "footer底部"),
    ],
    "004_be132a9dff6c2480.txt": [("symbols", "|")],
}


@pytest.fixture(scope="module")
def seeds(root):
    config = load_config()
    return {name: read_report(root / "seeds" / "reports" / name, config.read, f"seeds/reports/{name}") for name in SHA256}


def test_the_reports_are_as_they_came(root):
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((root / "seeds" / "reports").iterdir())}
    assert found == SHA256


def test_the_labels_fit_their_reports(root, seeds):
    label_set = load_label_set(root / "configs" / "labels.toml")
    labels = load_labels(root / "seeds" / "labels" / "seed.jsonl", label_set)
    corpus = build_corpus(seeds.values(), labels, label_set)
    check_trainable(corpus)
    counts = Counter(label.label for label in labels)
    assert counts == {"其他": 133, "育新人": 57, "举旗帜": 53, "兴文化": 51, "聚民心": 41, "展形象": 22}
    assert {label.origin for label in labels} == {"seed"}


def test_every_word_of_the_reports_is_labelled(root, seeds):
    label_set = load_label_set(root / "configs" / "labels.toml")
    for report in build_corpus(seeds.values(), load_labels(root / "seeds" / "labels" / "seed.jsonl", label_set), label_set).reports:
        covered = {place for label in report.labels for place in range(label.start, label.end)}
        assert [c for i, c in enumerate(report.document.text) if i not in covered and not c.isspace()] == []


@pytest.mark.parametrize("name", sorted(SHA256))
def test_what_is_set_aside_is_what_a_person_would_cross_out(seeds, name):
    config = load_config()
    cleaned = clean(seeds[name], config.clean)
    noise = [*cleaned.noise, *(item for some in segment(cleaned, config.segment) for item in some.symbols)]
    found = [(item.reason, seeds[name].text[item.start : item.end]) for item in sorted(noise, key=lambda item: item.start)]
    assert found == NOISE[name]


def test_004_comes_out_as_its_items_and_001_as_passages_of_one_topic(seeds):
    config = load_config()

    def beginnings(name):
        cleaned = clean(seeds[name], config.clean)
        return [cleaned.text[item.start : item.start + 7] for some in segment(cleaned, config.segment) for item in some]

    items = beginnings("004_be132a9dff6c2480.txt")
    signs = [
        "一是理论武装持",
        "二是阵地管控不",
        "一、坚持胸怀大",
        "一要准确把握宣",
        "二要主动迎接宣",
        "三要自觉承担宣",
        "一要举旗帜,深",
        "五要展形象,让",
        "三、坚持忠诚担",
    ]
    assert [item for item in items if item in signs] == signs
    assert len(items) == 36
    passages = beginnings("001_82ce1dfaeb0be688.txt")
    leads = [
        "以上率下，抓好",
        "灵活形式，抓实",
        "紧贴受众，强化",
        "策划重大主题奏",
        "借势借力擦亮我",
        "因势利导主动引",
        "公共文化服务效",
        "立牢先进典型价",
    ]
    assert [item for item in passages if item in leads] == leads
