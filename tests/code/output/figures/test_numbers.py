"""The grammar of numbers: what is a quantity, how much it is, and what is passed over."""

import time

import pytest

from pipeline.output.figures.numbers import LARGEST, numbers_in, value_of

LEAST = 0.01  # seconds of work that a clock of any system can tell


def only(text):
    (number,) = numbers_in(text)
    return number


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("12", 12), ("1,234", 1234), ("3.2万", 32000), ("5千万", 50_000_000), ("1.5亿", 150_000_000), ("3万亿", 3 * 10**12),
        ("十", 10), ("十二", 12), ("二十", 20), ("三百", 300), ("三百零五", 305), ("一百三", 130), ("三千五", 3500),
        ("两万", 20_000),
        ("两万八", 28_000), ("一万三千", 13_000), ("七千四百一十六", 7416), ("二十六万", 260_000), ("一亿二千万", 120_000_000),
        ("一点二", 1.2), ("十二点五万", 125_000), ("零点二五", 0.25), ("二十余万", 200_000), ("20多万", 200_000), ("数十", 10),
        ("几百", 100),
        ("百", 100), ("三二", None), ("六点四十", None), ("廿五", 25), ("卅", 30), ("一百廿五", 125), ("廿多万", 200_000),
        ("五卅", None),
        (".5万", 5000), ("1,234.5", 1234.5),
    ],
)  # fmt: skip
def test_values(words, value):
    assert value_of(words) == value


@pytest.mark.parametrize(
    ("text", "value", "unit", "bound"),
    [
        ("宣讲3900多场次", 3900, "场次", "多"), ("受众20多万人次", 200_000, "人次", "多"), ("藏书近60万册", 600_000, "册", "近"),
        ("培训２００余人", 200, "人", "余"), ("发放三千余份", 3000, "份", "余"),
        ("观看超过1,200万人次", 12_000_000, "人次", "超"),
        ("点击量突破300万", 3_000_000, "", "超"), ("约五千人", 5000, "人", "约"), ("达88.24万次", 882_400, "次", "达"),
        ("达20余场", 20, "场", "余"), ("近百场", 100, "场", "近"), ("上千名群众", 1000, "名", "超"), ("数十场", 10, "场", "数"),
        ("十余种", 10, "种", "余"), ("二十来个", 20, "个", "约"), ("三十场（次）以上", 30, "场", "超"),
        ("200人左右", 200, "人", "约"),
        ("不足12桌", 12, "桌", "不足"), ("两圈半", 2.5, "圈", ""), ("投资2.69亿元", 269_000_000, "元", ""),
        ("提高3.2个百分点", 3.2, "百分点", ""),
        ("服务时长达48小时", 48, "小时", "达"), ("译制节目1100小时", 1100, "小时", ""), ("得分91.3分", 91.3, "分", ""),
        ("200余志愿者", 200, "", "余"),
        ("12 个阅读角", 12, "个", ""), ("点击数：1287", 1287, "", ""), ("六個展廳", 6, "个", ""), ("增加到三倍", 3, "倍", ""),
        ("修订村规民约25份", 25, "份", ""), ("新签约12个项目", 12, "个", ""), ("最近3场", 3, "场", ""),
        ("下达30万元", 300_000, "元", ""),
        ("居民约3万人", 30_000, "人", "约"), ("播放量过亿", 10**8, "", "超"), ("营收破10亿元", 10**9, "元", "超"),
        ("走过3个村", 3, "个", ""), ("下架APP 17款", 17, "款", ""),
        ("购置LED 12块", 12, "块", ""), ("比去年翻了一番", 1, "番", ""), ("翻了近一番", 1, "番", "近"), ("翻两番多", 2, "番", "多"),
        ("降至6万元以下", 60_000, "元", "不足"),
        ("跨过千亿台阶", 10**11, "", "超"),
        ("100篇次", 100, "篇次", ""), ("十几个部门", 10, "个", "多"), ("二十几名", 20, "名", "多"),
        ("十几万人次", 100_000, "人次", "多"),
        ("几百人", 100, "人", "数"), ("上百名", 100, "名", "超"), ("百余场", 100, "场", "余"), ("千余名", 1000, "名", "余"),
        ("成百上千名群众", 1000, "名", "超"), ("获三个一等奖", 3, "个", ""),
    ],
)  # fmt: skip
def test_counts_with_unit_and_bound(text, value, unit, bound):
    number = only(text)
    assert (number.value, number.high, number.unit, number.bound, number.kind) == (value, None, unit, bound, "count")


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("30%至40%", 30, 40, "%"), ("3-5次", 3, 5, "次"), ("三至五名", 3, 5, "名"), ("8—10场", 8, 10, "场"),
        ("3至5万人次", 30_000, 50_000, "人次"),
        ("3万至5万人", 30_000, 50_000, "人"), ("二三十人", 20, 30, "人"), ("三五个", 3, 5, "个"),
        ("三百到一千元", 300, 1000, "元"),
        ("百分之三十至百分之四十", 30, 40, "%"), ("8至12分钟，累计", 0, 0, None),
    ],
)  # fmt: skip
def test_ranges(text, low, high, unit):
    if unit is None:  # minutes of an event are a span of time
        assert list(numbers_in(text)) == []
        return
    number = only(text)
    assert (number.value, number.high, number.unit) == (low, high, unit)


@pytest.mark.parametrize(
    ("text", "written", "value", "high"),
    [
        ("11,030\t-3.2%", "-3.2%", -3.2, None), ("| 98 | -3.2% |", "-3.2%", -3.2, None),
        ("3.1\t-13.2%", "-13.2%", -13.2, None), ("宣讲\t-12场", "-12场", -12, None),
        ("增速为-3.1%", "-3.1%", -3.1, None), ("增速为－３.1%，", "－３.1%", -3.1, None), ("增速−3.1%", "−3.1%", -3.1, None),
        ("同比增长 –5.2%", "–5.2%", -5.2, None), ("增速（可比价）-3.1%", "-3.1%", -3.1, None), ("-3.1%", "-3.1%", -3.1, None),
        ("占比提高-2个百分点", "-2个百分点", -2, None), ("下降-3%", "-3%", -3, None), ("约-3.1%", "-3.1%", -3.1, None),
        ("1-8月-5.2%", "-5.2%", -5.2, None), ("净利润为-3.2亿元", "-3.2亿元", -320_000_000, None),
        ("净流出-1,234.5万人", "-1,234.5万人", -12_345_000, None), ("净增-32户", "-32户", -32, None),
        ("差额：-120。", "-120", -120, None), ("- -3.1%的增速", "-3.1%", -3.1, None),
        ("亏损-200万元", "-200万元", -2_000_000, None),
        ("海拔-155米", "-155米", -155, None),
        ("净增－１，２３４人", "－１，２３４人", -1234, None),
        ("增速为负3.1%", "负3.1%", -3.1, None), ("增速為負二點五%", "負二點五%", -2.5, None), ("增长负两成", "负两成", -20, None),
        ("负百分之三", "负百分之三", -3, None), ("百分之负三点一", "百分之负三点一", -3.1, None),
        ("百分之-5至百分之-3", "百分之-5至百分之-3", -5, -3), ("零下3度", "零下3度", -3, None),
        ("零下三十多度", "零下三十多度", -30, None),
        ("零下三四十度", "零下三四十度", -40, -30), ("零下3至5摄氏度", "零下3至5摄氏度", -5, -3),
        ("零下5度至3度", "零下5度至3度", -5, 3), ("气温3至-5度", "3至-5度", -5, 3), ("增长-5%至-3%", "-5%至-3%", -5, -3),
        ("增长-5%--3%", "-5%--3%", -5, -3), ("误差±3%", "±3%", -3, 3), ("误差在正负百分之二以内", "正负百分之二", -2, 2),
    ],
)  # fmt: skip
def test_the_sign_belongs_to_the_number(text, written, value, high):
    number = only(text)
    assert (text[number.start : number.end], number.value, number.high) == (written, value, high)


@pytest.mark.parametrize(
    ("text", "value", "high"),
    [
        ("举办3-5场", 3, 5), ("举办3--5场", 3, 5), ("30场-50场", 30, 50), ("3个百分点-5个百分点", 3, 5), ("展区-12个", 12, None),
        ("宣讲（线上）-12场", 12, None), ("-3名同志获奖", 3, None), ("12月-10场宣讲", 10, None), ("肩负3项任务", 3, None),
        ("税负3.2%", 3.2, None),
        ("减负30项", 30, None), ("不负14亿人", 1_400_000_000, None), ("实现负增长3%", 3, None), ("增速——3.1%", 3.1, None),
        ("活动结束.5场宣讲", 5, None),
    ],
)  # fmt: skip
def test_a_joint_or_a_part_of_a_word_is_no_sign(text, value, high):
    number = only(text)
    assert (number.value, number.high) == (value, high)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("参加廿五场", 25, "场"), ("近卅名", 30, "名"), ("百分之廿五", 25, "%"), ("共.5万人", 5000, "人"),
        ("达．５亿元", 50_000_000, "元"),
        ("投资3.5 亿元", 350_000_000, "元"), ("覆盖3 万余人次", 30_000, "人次"), ("亏损 -1.5 万元", -15_000, "元"),
        ("建成3 万达广场1个", 1, "个"), ("共1，234人", 1234, "人"), ("１，２３４．５万元", 12_345_000, "元"),
        ("编号为3，12人", 12, "人"),
        ("增长.8个百分点", 0.8, "百分点"), ("全市第廿五名", 25, "名"),
    ],
)  # fmt: skip
def test_a_number_begins_where_it_is_written_to_begin(text, value, unit):
    number = only(text)
    assert (number.value, number.unit) == (value, unit)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("占28.8%", 28.8), ("９５％", 95), ("百分之九十五", 95), ("百分之一点二", 1.2), ("三成", 30), ("一成八", 18),
        ("三分之二", 66.67), ("下降三成多", 30),
    ],
)  # fmt: skip
def test_shares(text, value):
    number = only(text)
    assert (number.value, number.unit, number.kind) == (value, "%", "share")
    assert number.bound == ("多" if text.endswith("多") else "")


def test_a_share_of_a_thousand_is_a_share():
    number = only("互动率3.2‰")
    assert (number.value, number.unit, number.kind) == (3.2, "‰", "share")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("发稿量居全市第一", 1), ("数量列全省第二位", 2), ("获得第三名", 3), ("满意度位居全县首位", 1), ("热度登上榜首", 1),
        ("测评排名第12位", 12),
    ],
)  # fmt: skip
def test_ranks(text, value):
    number = only(text)
    assert (number.value, number.unit, number.kind) == (value, "名", "rank")


@pytest.mark.parametrize(
    "text",
    [
        "2023年3月20日", "二〇二三年", "17:01:12", "2023-03-22 17:01", "上午九点半", "9时52分", "三年来", "两个月", "十多天",
        "第三季度",
        "历时两个半天",
        "热线12345", "电话0763-1234567", "13800000000", "拨打12377，", "国发〔2021〕12号", "G219线", "CCTV-2", "5G基站",
        "3.0版", "1366×768",
        "“10+N”矩阵", "“三个一”活动", "《二十个故事》", "“五大创建”", "四个意识", "两个维护", "八项规定", "“十四五”规划",
        "党的二十大", "十九届六中全会",
        "五位一体", "1.建设阵地", "2．下一步", "（三）强化考核", "十二、附则", "3 项目概况", "第三届", "第十七批", "第一议题",
        "第一方阵", "第5期，第61—66页",
        "一个样板", "一批典型", "一系列活动", "若干场", "多次", "千家万户", "百花齐放", "未满十四周岁", "六十二岁", "三年级",
        "五十年代", "每7人", "前两排",
        "图2：现场", "三期建设工程", "七组一办", "男子5000米", "两校联合", "24小时值守", "一成不变", "全区第一个", "3比1",
        "三分队", "2017文化旅游节", "三下乡活动", "五个一批", "三个一批、", "五个一工程", "三个代表",
        "两个一百年目标", "四套班子", "三句半",
        "2023-2024年", "A-3", "第1-3期", "8月1日-3日", "12345-3", "停车场负二层", "廿八都镇", "五卅运动", "腊月廿三日",
        "十几年来", "二十几岁", "0871-6×××8134", "汽车零件", "九点零三分", "TOP 10名单", "廿里铺村", "十里铺镇", "去过万国博览会",
        "头版、二版、五版刊发", "三版头条", "南港市 | 401 | 82.0 | 60118 | 398", "98\t312", "几番努力",
        "四分五十秒", "两个半小时", "2023届毕业生",
    ],
)  # fmt: skip
def test_what_is_no_quantity(text):
    assert list(numbers_in(text)) == []


def test_several_in_their_order_with_their_places():
    text = "开展理论宣讲3900多场次,受众20多万人次,其中2023年占六成。"
    assert [text[each.start : each.end] for each in numbers_in(text)] == ["3900多场次", "20多万人次", "六成"]


def test_a_number_too_long_is_an_identifier():
    assert only(f"编了{int(LARGEST)}条").value == LARGEST
    assert list(numbers_in(f"编了{'9' * 400}条")) == []


def effort(text):
    """Return the seconds of this process's own work on a text, whatever else the machine does, and what was found."""
    begun = time.process_time()
    found = list(numbers_in(text))
    return max(time.process_time() - begun, LEAST), found


@pytest.mark.parametrize("run", ["十三", "a", "1", "“", "1+", "第一名", "《3", "一百点", "-", "负3", ".5、", "为-3"])
def test_the_work_grows_as_the_text_does(run):
    """A run of each took minutes, or would have, when an expression could begin anew at every character of it.

    Sixteen times the text is sixteen times the work, and was 256 times where each character looked at all that follow.
    """
    short, long = (min(effort(run * times) for _ in range(2)) for times in (1_500, 24_000))
    assert short[1] == long[1] == []
    assert long[0] < 80 * short[0]
