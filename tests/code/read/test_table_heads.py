"""The names above the columns of a table in a report are set aside, in every format; nothing else of the table is."""

import io

import docx
import pytest

from pipeline.core.config import load_config
from pipeline.core.records import Mark, SourceLocation
from pipeline.read import read_bytes
from pipeline.read.decode import ReadText
from pipeline.read.table_heads import REASON, with_heads_aside

OPTIONS = load_config().read
HEAD = ("序号", "活动名称", "时间", "参加人数（人）")
ROWS = (HEAD, ("1", "送戏下乡惠民演出", "3月5日", "800"), ("2", "理论宣讲进社区", "4月12日", "300"))


def content(*runs, between="\n本月开展了下列活动。\n"):
    """Return text with runs of rows, and other text between them."""
    text, marks = "", []
    for run in runs:
        for row in run:
            line = "\t".join(row)
            marks.append(Mark(len(text), len(text) + len(line), "row"))
            text += line + "\n"
        text += between
    return ReadText(text, "test", tuple(marks))


def aside(read):
    assert all(mark.reason == REASON for mark in read.marks if mark.kind == "noise")
    return [read.text[mark.start : mark.end].split("\t") for mark in read.marks if mark.kind == "noise"]


@pytest.mark.parametrize(
    "head",
    [
        HEAD,
        ("县区", "场次", "人次"),
        ("项目", "2022年", "2023年"),
        ("栏目", "篇数", "＊备注"),
        ("重点任务", "具体措施", "牵头单位", "完成时限"),
        ("责任\u3000单位", "联系人"),
        ("项目", "1月", "2月", "3月"),
        ("单位", "内容", "第1季度", "第2季度"),
    ],
)
def test_a_row_of_names_above_others_is_set_aside(head):
    rows = (head, ("一", "建成农家书屋120个，送戏下乡80场", "县文化馆"), ("二", "开展宣讲30场", "县委宣传部"))
    assert aside(with_heads_aside(content(rows))) == [list(head)]


@pytest.mark.parametrize(
    "rows",
    [
        (("姓名", "张三", "性别", "女"), ("职务", "部长", "电话", "12345678")),  # a form
        (("县文化馆", "送戏下乡80场"), ("县图书馆", "新建书房6座")),
        (("项目", "建成农家书屋120个"), ("书房", "6座")),
        (("活动内容：", "理论宣讲", "时间"), ("一", "二", "三")),
        (("开展了全县理论宣讲比武活动", "时间", "地点", "人数"), ("1", "2", "3", "4")),  # longer than a name
        (("时间",), ("3月",)),
        (("时间", "3月"), ("书房建设", "6座")),  # one month is a date
        (("开始时间", "3月", "结束时间", "5月"), ("书房建设", "6座", "宣讲活动", "30场")),
        (("名称", "时间"), ("名称", "时间")),  # nothing but names
        (("名称", "时间"),),  # two words by themselves
        (*(("文化惠民项目", "县融媒体平台"),) * 4, ("书房", "6座")),  # rows of names all the way down
    ],
)
def test_what_is_no_row_of_names_stays(rows):
    read = content(rows)
    assert with_heads_aside(read) == read


# 152 tables, one a line: cells are parted by |, rows by //. Each of the 73 of the first kind begins with the names of its columns.
NAMED = """
序号|活动名称|时间|参加人数//1|送戏下乡|3月5日|800
县区|场次|人次//临溪县|30|2000//河东区|20|900
项目|2022年|2023年//农家书屋|120|150
重点任务|具体措施|牵头单位|完成时限//理论武装|办好讲堂|县委宣传部|12月
责任单位|联系人//县文化馆|王明
项目名称|责任单位//文化惠民项目|县融媒体中心//全民阅读项目|县图书馆
活动内容|主办单位//理论宣讲|县委宣传部
栏目|篇数|备注//新风|30|无
媒体|发稿数量//县报|120//省报|12
宣讲场次|受众人次//30|2000
文化活动场次|参与群众人次//30|2000
新闻发稿篇数|阅读人次|转载次数//57|12000|300
存在问题|整改措施//队伍薄弱|加强培训
工作任务|完成情况|责任人//书房建设|已完成|李华
指标|目标|完成|完成率//书房|10|10|100%
姓名|单位|职务//张三|县文化馆|馆长//李四|县图书馆|副馆长
类别|名称|数量|金额//图书|新书|300|2万元
平台|栏目|期数//县电视台|乡村故事|52
时间|地点|主题|主讲人//3月5日|县委党校|形势政策|王明
乡镇|阵地数量|志愿者人数//河口镇|12|300
获奖作品|作者|等次//山乡新貌|王明|一等奖
评选项目|名次//书香家庭|一
一级指标|二级指标|分值//理论武装|学习制度|10
单位|得分|排名//河口镇|98|1
序号|文化惠民项目//1|农家书屋//2|送戏下乡
课程名称|主讲人|课时数量//党史|王明|12
工作措施|预期成效//深入基层|群众满意
电话|联系人|备注//12345|王明|无
时间|活动//3月5日|理论宣讲
地区|人数|占比//河东|20|20%
节目名称|节目类型|演出单位//山歌|歌舞|县文化馆
活动主题|活动形式|参与对象//学雷锋|志愿服务|青年
作品名称|选送单位|推荐等级//山乡晨曲|县文联|一
发布平台|稿件标题|阅读次数//公众号|乡村的一天|3000
村（社区）|书屋面积|藏书册数//青石村|60|2000
节日|习俗活动|参与人数//端午|包粽子|300
线上平台|粉丝数|互动量//抖音号|12万|3000
部门|职责任务|完成时限//县教育局|校园普法|6月
片区|网格员人数|走访户数//东片|12|300
工作机制|主要做法|经验成效//例会|每月调度|群众认可
展览主题|展出地点|参观人次//家国|县博物馆|5000
日期|会议名称|议题//3月5日|部务会|宣讲安排
督查内容|存在问题|责任单位|整改时限//书屋开放|时长不足|河口镇|4月
志愿队伍|队员人数|服务时长//蓝马甲|30|1200
稿件标题|刊发媒体|刊发日期//山村有了新书屋|省报|3月8日
类型|案例名称|申报单位//治理|积分换新风|青石村
景区|讲解员数量|接待人次//古镇|12|5万
学校|主题活动|参加学生数//实验小学|开学第一课|800
责任单位|重点任务//各宣传单位|创新宣讲形式//县融媒体中心|开设专栏//各新闻媒体|搭建融媒平台
责任单位|重点任务//各宣传单位|创新宣讲形式//各新闻媒体|搭建融媒平台
责任领导|工作内容//分管领导|把好导向关//各乡镇|配齐宣讲队伍
存在问题|整改措施//阵地利用不足|完善开放制度//人才短缺|落实培训任务
序号|检查内容|发现问题//1|书屋开放|时长不足
服务项目|服务对象|服务方式//送书|老人|上门
考核指标|计分标准|得分//阵地建设|每处一分|9
媒体名称|刊发标题|刊发时间//省报|乡村书声|4月2日
活动主题|承办单位//我们的节日|县文明办
展演剧目|演出地点|演出时间//山乡情|大剧院|5月1日
成员单位|主要职责|联系人|电话//县教育局|校园普法|李明|12345
地区|2022年|2023年|增幅//河东区|12|15|25%
任务分工|牵头领导|责任科室|完成时间//理论武装|李强|理论科|6月底
作品类别|作品名称|作者|获奖等次//戏曲|春归|王明|二等奖
主要目标|重点举措|预期成效//阵地提质|新建书房|覆盖城乡
课程主题|主讲人员//新思想新征程|王明
单位名称|品牌名称//县图书馆|书香夜读
平台类型|账号名称|粉丝数量//短视频|临溪发布|12万
姓名|性别|年龄|事迹//李桂兰|女|62|义务宣讲
意见来源|主要问题|整改情况//群众|书屋少|已增设
风险类型|处置方式|责任部门//网络谣言|快速辟谣|网信办
月份|宣讲主题|宣讲地点//三月|学雷锋|青石村
年度|宣讲场次|受众人数//2022年|120|3万
年份|主要做法//2022年|建书房//2023年|办夜校
阵地名称|建设地点|建成时间//文化礼堂|河口镇|2023年5月
"""
# What stands first in these 79 tells of something, or asks for it, though it ends like names of columns.
TOLD = """
文化惠民项目|县融媒体平台//理论宣讲|县委宣传部
文化惠民项目|县融媒体平台//全民阅读项目|县图书馆
文化惠民项目|县融媒体平台//书房|6座
乡村振兴主题|新时代文明实践平台//红色文化主题|道德讲堂
志愿服务项目|河口镇文化站内容//关爱老人|文明办
党史学习教育专栏栏目|县报媒体//乡村振兴|电视台
新闻宣传任务|县融媒体平台//理论学习|县委党校
移风易俗专项指标|文明创建标准//红白事|村规民约
非遗保护项目|民间艺术形式//剪纸|传统手艺
文艺精品项目|优秀剧目作者//山歌|王明
意识形态责任|阵地管理要求//网络|安全
网络文明项目|清朗行动情况//网站|平台治理
红色资源内容|革命旧址地点//纪念馆|老区
家风家训主题|道德模范对象//书香|好人
农村电影项目|公益放映内容//戏曲|歌舞
送戏下乡项目|文化惠民形式//送书|上门
时代楷模事项|榜样力量内容//先进|典型
文明村镇类型|文明家庭类型//文明单位|文明校园
理论宣讲媒体|微信平台//抖音|头条
校园文化项目|青少年主题//读书|征文
生态环保题目|绿水青山标题//河长|林长
融媒体平台|全媒体媒体//新媒体|报纸
农家书屋项目|乡村阅读平台//图书|借阅
社区治理措施|网格化方式//巡查|走访
文旅融合项目|景区推介平台//古镇|直播
民族团结主题|同心书画作者//石榴籽|展览
双拥共建任务|军地联络单位//慰问|走访
法治宣传项目|普法栏目//宪法|民法典
红色文艺项目|轻骑兵形式|基层群众对象//歌舞|小品|村民
群众文化活动项目|乡镇综合文化站平台//广场舞展演|村文化礼堂
理论武装工程任务|干部教育培训内容//中心组学习|读书班
红色旅游线路项目|乡村大舞台栏目//古道寻踪|百姓大舞台
对外宣传任务|海外社交媒体//城市形象|友城
新闻发布制度情况|网络舆情处置措施//例行发布|应急响应
清廉文化内容|廉洁文艺作品标题//家书|廉歌
书香校园主题|阅读推广对象//晨读|亲子
文化遗产日主题|非物质文化遗产项目//巡游|技艺
城乡融合发展目标|文化产业园项目//园区|招商
新风尚评选标准|文明餐桌行动要求//光盘|公筷
老年大学课程内容|社区教育形式//书法|送教
电商助农平台|乡村直播栏目//农产品|主播
党报党刊征订任务|农村广播平台//订阅|喇叭
少儿阅读项目|银龄文化项目//绘本|合唱
节庆品牌项目|文旅宣传媒体//灯会|短视频
典型选树措施|先进事迹来源//寻访|报道
大型主题采访任务|融媒体产品形式//行走|海报
校外实践项目|研学旅行内容//农场|古窑
非公企业党建内容|两新组织阵地平台//联建|共享
三农题材作品标题|主旋律影片题目//丰收|山路
文化惠民项目|融媒体平台//建成农家书屋120个，送戏下乡80场次，受到欢迎|完成两个平台的改版，粉丝增长20%以上
文明创建项目|责任领导//村规民约|张三
县直各单位|完善工作措施//县文明办|开展志愿服务三百余次，群众反映良好
各乡镇|落实工作要求//县直单位|完成重点任务
各单位|明确完成时限//县委宣传部|统筹推进
各新闻媒体|搭建融媒平台//各宣传单位|创新宣讲形式，推出方言微视频二十部
活动名称|理论宣讲主题
活动名称|理论宣讲主题//活动形式|宣讲标准//活动地点|文化广场平台//活动经过|全镇党员干部两百多人到场聆听并交流体会
活动形式|宣讲标准//活动地点|文化广场平台
活动形式|宣讲标准//参加人员|全体干部
主办单位|宣传部门//主要内容|文艺演出
理论武装工作情况|文化惠民工作情况//全县组织中心组学习十二次，班子成员领学研讨，带动干部学深悟透|全年送戏下乡八十场，放映电影三百场，农家书屋全部开放
理论武装工作情况|文化惠民工作情况
文明实践项目|文化惠民项目|理论宣讲项目
文艺精品项目|融媒体平台|红色旅游线路|少儿阅读栏目
县文联|提高作品质量//县文化馆|三下乡活动
县融媒体中心|提升新闻报道时效指标//县图书馆|拓展阅读推广对象
落实责任人|明确时限//压实责任|挂图作战
提高群众参与人数|增加理论宣讲场次//丰富内容|创新形式
姓名|王明|性别|男|学历|本科//职务|部长|年龄|45|电话|12345
姓名|王明|职务|部长|单位//工作单位|县文化馆|联系电话|12345|备注
时间|3月5日//地点|县文化馆//参加人员|全体干部
理论宣讲工作|新闻舆论工作|精神文明工作//中心组学习|融媒平台|文明村镇
完成目标任务|推进重点项目//书房|礼堂
宣传部门|工作要求//时间|三月
举旗帜工作任务|聚民心工作任务|育新人工作任务//学理论|强舆论|树新风
主题宣讲对象|惠民演出项目|全民阅读活动//青年|村民|学生
新闻媒体|网站平台//县报|临溪网
群众主题|阵地项目|品牌内容//读书|礼堂|夜校
县委讲师团|打造宣讲品牌项目//县文旅局|建好文化阵地平台
"""


def tables(lines):
    return [[tuple(row.split("|")) for row in line.split("//")] for line in lines.split()]


@pytest.mark.parametrize("rows", tables(NAMED), ids=lambda rows: rows[0][0])
def test_tables_that_begin_with_names(rows):
    assert aside(with_heads_aside(content(rows))) == [list(rows[0])]


@pytest.mark.parametrize("rows", tables(TOLD), ids=lambda rows: rows[0][0])
def test_tables_that_begin_with_what_they_tell(rows):
    assert aside(with_heads_aside(content(rows))) == []


def test_numbers_make_names_of_what_is_none():
    """One that says so above them; a cell of words among the numbers, or no number at all, and the first row is as the others."""
    head = ("片区", "网格员人数", "走访户数")
    assert aside(with_heads_aside(content((head, ("东片", "12", "300"), ("西片", "近20", ""))))) == [list(head)]
    for row in (("东片", "十余", "暂无"), ("东片", "不详", "不详")):
        for name in ("走访户数", "走访情况"):
            rows = (("片区", "网格员姓氏", name), row)
            assert aside(with_heads_aside(content(rows))) == []


@pytest.mark.parametrize("head", [("指标", "单位", "目标"), ("类别", "地点", "数量"), ("项目", "2024年", "2025年")])
def test_what_is_counted_may_stand_at_the_side(head):
    rows = (head, ("宣讲场次", "12", "30"), ("发稿篇数", "8", "1,200篇"))
    assert aside(with_heads_aside(content(rows))) == [list(head)]
    assert dict(with_heads_aside(content(rows)).places[-2].columns) == dict(zip(head, rows[-1], strict=True))
    assert aside(with_heads_aside(content((("类别", "数量"), *(row[::2] for row in rows[1:]))))) == [["类别", "数量"]]


@pytest.mark.parametrize(
    "rows",
    [
        (("姓名", "林一"), ("年龄", "45"), ("参加人数", "300")),
        (("类别", "项目"), ("地点", "文化馆"), ("人数", "300")),
        (("类别", "项目"), ("人数", "300")),  # one number
    ],
)
def test_a_form_with_numbers_keeps_its_first_row(rows):
    assert aside(with_heads_aside(content(rows))) == []


def test_names_in_two_rows_those_that_stand_again_and_those_above_cells_of_paragraphs():
    above, below = ("活动情况", "人员情况"), ("场次", "人次", "备注")
    two = (above, below, ("30", "2000", "含线上"), below, ("40", "100", "无"))
    assert aside(with_heads_aside(content(two))) == [list(above), list(below), list(below)]
    alone = content((("任务", "措施", "责任单位"),))
    assert aside(with_heads_aside(alone)) == [["任务", "措施", "责任单位"]]
    assert aside(with_heads_aside(content((("任务", "措施", "责任单位"),), between=""))) == []  # nothing follows
    assert aside(with_heads_aside(content(ROWS, ROWS))) == [list(HEAD), list(HEAD)]


def test_a_line_above_rows_that_begin_with_names_is_of_their_form():
    read = content((("活动地点", "文化广场"), ("主办单位", "县文化馆")))
    moved = tuple(Mark(mark.start + 10, mark.end + 10, mark.kind) for mark in read.marks)
    assert aside(with_heads_aside(ReadText(f"活动形式\t宣讲标准\n{read.text}", "pdf", moved))) == []


@pytest.mark.parametrize(
    ("line", "is_head"),
    [("序号 活动名称\t时间\t参加人数（人）", True), ("下列活动受到欢迎\t时间", False), ("时间 地点 人数", False)],
)
def test_a_line_above_rows_that_was_not_taken_for_a_row(line, is_head):
    read = content(ROWS[1:])
    moved = tuple(Mark(mark.start + len(line) + 1, mark.end + len(line) + 1, mark.kind) for mark in read.marks)
    found = with_heads_aside(ReadText(f"{line}\n{read.text}", "pdf", moved))
    assert aside(found) == ([line.split("\t")] if is_head else [])
    assert [mark.kind for mark in found.marks][-2:] == ["row", "row"]


def test_rows_of_a_workbook_stay_as_they_are():
    read = content(ROWS)
    placed = ReadText(read.text, "csv", read.marks, (SourceLocation(0, row=2),))
    assert with_heads_aside(placed) is placed


@pytest.fixture(scope="module")
def word(tmp_path_factory):
    document = docx.Document()
    document.add_paragraph("临溪县2023年活动情况")
    table = document.add_table(rows=0, cols=4)
    for row in ROWS:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.add_paragraph("全年开展活动两场，受到群众欢迎。")
    document.save(made := io.BytesIO())
    path = tmp_path_factory.mktemp("table") / "a.docx"
    path.write_bytes(made.getvalue())
    return path


def check(document):
    (head,) = (mark for mark in document.marks if mark.reason == REASON)
    assert document.text[head.start : head.end].split("\t") == list(HEAD)
    rows = [document.text[mark.start : mark.end] for mark in document.marks if mark.kind == "row"]
    assert ["送戏下乡惠民演出" in rows[0], "理论宣讲进社区" in rows[1], len(rows)] == [True, True, 2]


def test_a_word_table(word):
    check(read_bytes(word.read_bytes(), "a.docx", OPTIONS, ".docx"))


@pytest.mark.parametrize("ending", ["odt", "rtf"])
def test_other_programs(word, tmp_path, soffice, ending):
    made = soffice(word, ending, tmp_path)
    check(read_bytes(made.read_bytes(), made.name, OPTIONS, f".{ending}"))


def test_a_web_page():
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
    page = f"<html><body><h1>活动情况</h1><p>全年开展活动两场，受到群众欢迎。</p><table>{cells}</table></body></html>"
    check(read_bytes(page.encode(), "a.html", OPTIONS, ".html"))


class CountedText(str):
    """A text that counts the characters that are taken of it."""

    __slots__ = ("taken",)

    def __getitem__(self, part):
        found = super().__getitem__(part)
        self.taken = getattr(self, "taken", 0) + len(found)
        return found


def test_many_tables_of_one_row_are_not_looked_through_to_the_end_for_each():
    made = content(*[(("时间", "地点", "内容"),)] * 300)
    text = CountedText(made.text)
    assert len(aside(with_heads_aside(ReadText(text, "test", made.marks)))) == 300
    assert text.taken < 10 * len(text)


def columns_of(read):
    return [dict(place.columns) for place in read.places if place.columns]


def test_rows_below_names_keep_these_with_them():
    read = with_heads_aside(content(ROWS))
    assert columns_of(read) == [dict(zip(HEAD, row, strict=True)) for row in ROWS[1:]]
    last = next(place for place in reversed(read.places) if place.columns == ())
    assert read.text[: last.start].endswith("300")  # what stands behind the table has no names


@pytest.mark.parametrize(
    "rows",
    [
        ROWS[1:],  # no names
        (("县区", "场次", "人次"), ("临溪县", "30", "2000", "好"), ("河东区", "20", "900")),  # one cell more: some name is missing
        (("单位", "场次", "场次"), ("临溪县", "30", "2000")),  # two of one name
    ],
)
def test_names_that_may_stand_above_other_cells_go_with_none(rows):
    assert columns_of(with_heads_aside(content(rows))) == []


def test_a_row_with_fewer_cells_has_no_names_and_the_others_have():
    rows = (("县区", "场次", "人次"), ("临溪县", "30", "2000"), ("合计", "50"))
    assert columns_of(with_heads_aside(content(rows))) == [{"县区": "临溪县", "场次": "30", "人次": "2000"}]


def test_the_page_of_a_row_stays_its_own():
    read = content(ROWS)
    start = read.text.index("2\t理论")
    placed = ReadText(read.text, "pdf", read.marks, (SourceLocation(0, page=1), SourceLocation(start, page=2)))
    found = with_heads_aside(placed)
    assert [(place.page, bool(place.columns)) for place in found.places] == [
        (1, False),
        (1, True),
        (1, False),
        (2, True),
        (2, False),
    ]


def test_a_name_with_a_measure_above_numbers_is_one():
    rows = (("县区", "文化活动（场）"), ("临溪县", "30"), ("河东区", "20"))
    assert aside(with_heads_aside(content(rows))) == [list(rows[0])]
    told = (("县区", "文化活动（场）"), ("临溪县", "很多"))
    assert aside(with_heads_aside(content(told))) == []


def test_a_word_table_keeps_its_names(word):
    document = read_bytes(word.read_bytes(), "a.docx", OPTIONS, ".docx")
    assert columns_of(document)[0] == dict(zip(HEAD, ROWS[1], strict=True))


def test_a_table_of_markdown_keeps_its_names_and_its_empty_cells():
    data = "# 情况\n\n| 县区 | **场次** | 人次 |\n|---|---|---|\n| 临溪县 | | 2000 |\n| 甲 | 乙 |\n\n年底总结。\n".encode()
    read = read_bytes(data, "a.md", OPTIONS, ".md")
    assert columns_of(read) == [{"县区": "临溪县", "人次": "2000"}]
    assert [read.text[place.start :].partition("\n")[0] for place in read.places] == ["# 情况", "| 临溪县 | | 2000 |", ""]
