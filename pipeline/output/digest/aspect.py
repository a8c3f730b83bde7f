"""What the sentences of a passage say: 做法 (done), 成效 (what came of it), 问题 (what lacks), 打算 (planned), or 其他 (none).

Rules decide, in this order; docs/accuracy.md tells how often they are right, on sentences that they were not made on:

1. Words of greeting, of a meeting's programme and of a document's foot: 其他.
2. Words of intention (下一步, 要抓好, 力争, 拟于): 打算; of lack (不足, 薄弱, 有待): 问题, but for a lack that is being mended
   (解决 … 困难).
3. Where a heading or an announcing sentence (存在的主要问题是：) speaks of problems or plans, what follows is that, until the
   heading changes or another announces something else. A title that names a plan or a speech makes the whole report 打算, but
   for what it looks back on (过去的一年……), up to the next sentence that plans.
4. Words of outcome in the last clauses of a sentence (获评, 增长12%, 位居全省前列): 成效.
5. A short sentence without a figure and without a verb of work: 其他. All else: 做法.

A sentence counts as what it ends with, so that an activity told with its outcome is 成效.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from pipeline.preprocess.sentences import kinds_of, split_sentences

_PAST = "past"  # announced in a speech or plan: what was done, told sentence by sentence
DONE, RESULT, PROBLEM, PLAN, OTHER = "做法", "成效", "问题", "打算", "其他"
ASPECTS = (DONE, RESULT, PROBLEM, PLAN)  # in the order in which a report tells them
LIMIT = 160  # characters of an excerpt of several sentences; one sentence may be longer
LOOKED_AT = 1_000  # characters of a sentence that are looked at
NEAR = 48  # characters before a lack in which it is told to have been mended
SHORT = 24  # characters of a sentence that may be an image or a slogan
CLAUSES = 2  # last clauses of a sentence in which its outcome stands

_SIGN = re.compile(
    r"^[\s■●◆◎▪•·△—\-－]*(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）.、．]\s*|第?[一二三四五六七八九十]{1,2}(?:是|[，,：、])|\d{1,2}\s)?\s*"
)
_OTHER = re.compile(
    "^(?:让我们|同志们|各位)|以上(?:汇报|就是)|请.{0,6}(?:指正|批评)|指正。|感谢(?:收看|收听|大家)|^(?:稿件)?来源|责编|更正|"
    "^(?:会上|会前|会后|会议还|最后讲|下面)|作.{0,4}(?:交流|典型|书面)?(?:发言|交流)。$|(?:攻坚|开局|收官|关键|重要)之年|"
    "书面交流|[，,]?如有不妥|再会|符合规定人数|^我们相信|^欢迎|领导[：:]$|不再展开|？$|^[（(][^）)]*[）)]$"
)
_PLAN = re.compile(
    "下一?步|下一?阶段|今后|往后|明年|来年|新的一年|新学[年期]|下半年要|我们将|市?将[把以用在按继结进]|将(?:继续|进一步|坚持|依托|面向)|打算|力争|争取(?!到)|拟[于在]|务必|应当|必须|"
    "不得|不准|须[于在]|会议(?:要求|强调|指出)|(?:^|[，,。])[^，,。]{0,8}要求[，,：:]|(?<![求主需重首纪概摘简提只必])要"
    "(?:把|以|在|向|用|抓|办|做|讲|引|守|深|坚|加|进|强|充|注|突|切|认|高|创|建|推|扎|围|落|培|借|造|壮|规|形|扛|争|提升|自觉|有|统|压|精|全|开|拍|串|硬|往|快|永远|亲自|改|成立)|"
    "(?:前|月底)(?:全部)?(?:完成|建成|挂牌|启用)|建议|总目标|^(?:第[一二三四五六七八九十]+|[一二三四五六七八九十]+)?要(?!闻|素|求)|不[少低]于[\\d一二两三四五六七八九十百]"
)
_IN_NEED = "群众|职工|家庭|学生|师生|户|党员|妇女|儿童|老人|人员|人群|残疾|好人|帮扶|救助|补助|企业"  # who or what has a hard time
_ASKED = re.compile(r"经费请|请.{0,8}(?:给予|支持)")
_PROBLEM = re.compile(
    "不足(?!\\d|[一二三四五六七八九十百])|平均不足|不够|不高|不强|不多|不大|不清|不准|不牢|不全|不顺|不畅|不匹配|不平衡|不及时|不相适应|没有?(?:办法|成熟|钱|争到|看护|讲清)|"
    "薄弱|欠缺|缺乏|缺口|短板|滞后|困难(?!" + _IN_NEED + ")|差距|"
    "问题(?:是|有|[：:])|有待|尚未|至今没有|还(?:不|没有|较|有一定|存在)|偏[低少弱重高]|老化|断层|流失|空转|单一|瓶颈|制约|"
    "存在.{0,14}(?:问题|不足|差距)|时有(?:发生|反弹)|推诿|不愿|满足于|听不懂(?![^，,。；;]{0,8}的)|小而散|脱落|流动(?:大|频繁)|一个没有|落不了|跟不上|不理想|缓慢|较慢|走形式|没人|招不满|坏了|进展慢|悬空|清醒(?:地)?(?:看到|认识)|大约缺|还缺"
)
_MENDED = re.compile(
    "(?:解决|破解|化解|缓解|补齐|补上|针对|克服|消除|解了|破除|打破|突破|摆脱|告别|扭转|通报|整治|纠正|检视|查找|查摆|排查|缩小)[^，,。；;]{0,30}$|[找摆比](?:差距|不足|短板)$|问题(?:清单|线索|导向)"
)
# What tells behind a lack, with nothing between that denies it, that it is mended: 短板加快补齐, 差距不断缩小, 从单一走向多元.
_MENDED_BEHIND = re.compile(
    "(?:率|现象|问题|数量)?(?:同比|逐年|明显|大幅|持续)?(?:下降|减少|降[至到低])"
    "|(?:(?!没有|没能|[尚还仍]未|未能|有待|亟待|亟需|[还仍尚]需|难以|不能|仍然|依然|依旧|导致|致使|使得|影响)[^，,。；;！？]){0,24}?"
    "(?:得到(?:了)?[^，,。；;]{0,6}(?:解决|化解|破解|缓解|整治|加强|改善|改变|遏制|扭转|弥补|提升)|补齐|缩小|消除|破除|突破|打破|摘帽|清零|销号|"
    "走向|变成|变为|转为|整改到位|全部(?:更新|整改|完成|赶上)|成为(?:过去|历史)|不复存在|明显(?:好转|改善))"
)
_RESULT = re.compile(
    "荣获|获评|获得|[荣喜]?获.{0,20}(?:奖|称号|荣誉|好评|批)|获奖|入选|列入.{0,10}名[单录]|上榜|夺得|摘[得取]|名列|位居|居.{0,10}(?:前|第|首)|第[一二三四五]名|排名|前列|首位|"
    "被.{0,16}(?:评为|授予|命名|列为|采用|转载|推广|誉为|唤作|称为|评|用|报道)|转载|播出.{0,12}后|点击|浏览|阅读量|播放量|粉丝|流量|万次|同比|增长|增至|增加[到至]|"
    "由.{1,12}(?:增|升|降|扩)|得到(?:了)?[^，,。；;]{0,6}(?:解决|化解|破解|缓解|改善|改变|遏制|扭转)|补齐|缩小|翻了?[一两]番|摘帽|变成了?|从.{1,6}走向|(?:提升|提高|上升|下降|降至|降低|压减)(?:到|至|了|为)?\\s*[\\d一二三四五六七八九十]|减少|下降|(?<!执行率)(?<![\\d.])[到至达为]?\\d+(?:\\.\\d+)?%|达到|满意[度率]|(?<!执行)率[达为]?[\\d一二三]|好评|称赞|点赞|赢得|"
    "受到.{0,10}(?:欢迎|好评|表彰|肯定)|营造了|显著|明显|好转|叫响|良好态势|不断(?:提升|优化|增强|提高|扩大)|更加|再(?:上|拓|提升|添)|新高|办结|挽[回损]|追回|解决了?.{0,30}(?:问题|难题)|"
    "(?:接待|吸引|迎来).{0,16}(?:游客|媒体|旅客|客流|人次|参观)|涌现|连续.{0,8}(?:保持|蝉联|获)|慕名|投票|成为.{0,14}(?:亮点|典型|素材|名片|品牌)|越来越|红红火火|踊跃|抢着|红了眼|跟着|打来电话|创.{0,4}纪录|头版|刊发|海外.{0,8}(?:收获|传播)"
)
_HEAD_PROBLEM = re.compile("问题|不足|困难|差距|短板|教训|没办好|没有?做好|尚需|欠账|风险|薄弱")
# A heading that tells what is done about them: 聚焦问题抓整改, 着力补齐短板; not 存在问题及整改措施.
_HEAD_MENDED = re.compile(
    "^(?!.*(?:存在|主要问题|不足|差距|尚|还)).*(?:问题(?:导向|整改)|(?:直面|聚焦|针对|紧盯|查找|破解|解决|化解|克服|补齐?|防范|防控|排查|攻克|消除).{0,12}"
    "(?:问题|困难|短板|风险|薄弱)|风险(?:防范|防控|排查|化解))"
)
_HEAD_PLAN = re.compile(
    "打算|思路|要点|计划|下一?步|下半年|下阶段|今后|明年|安排(?!部署情况)|建议|整改措施|谋划|任务(?!完成)|对策|展望|努力方向|愿景|20\\d\\d年(?:工作)?(?:思路|打算|重点|要点|任务|计划|预算)"
)
_DOC_PLAN = re.compile("要点|计划|打算|方案|部署|思路|谋划|安排|倡议|通知|讲话|动员|意见|任务|清单")
_DOC_DONE = re.compile("总结|回顾|汇报|报告|述职|综述|情况|纪实|经验|台账|落实|分析|自评|自查")
_ANNOUNCES_PROBLEM = re.compile(
    "(?:问题|不足|困难(?!"
    + _IN_NEED
    + ")|差距|短板|薄弱环节)[^，,。；;]{0,12}[：:]?[。：:]?$|(?:看到|认识到).{0,20}(?:差距|不足|问题|短板)"
)
_ANNOUNCES_PLAN = re.compile(
    "^[^，,。]{0,10}(?:下一?步|明年|来年|今后|新的一年|20\\d\\d年)[^。]{0,12}(?:将|要|打算|思路|重点|工作[：:]|着力)|会议(?:要求|强调|指出)|强调[，,：:]|要求[，,：:]|重点(?:抓好|做好).{0,12}[：:]"
)
_LOOKS_BACK = re.compile(
    "^(?:刚刚过去的|(?:在)?过去的?[一两三五]年|[一两三五]年来|回顾|回首|(?:今|去)年以来|去年[，,]|近年来|近[一两三五]年)"
)
_CLAUSE = re.compile("[，,；;：:]")
_WORK = re.compile(
    "坚持|打好|公告|强化|深化|聚焦|[开举组成建制完推加印发培选评抓]|活动|工作|服务|宣讲|演出|整治|培训|学习|新闻|作品"
)
_FIGURE = re.compile("[\\d一二两三四五六七八九十百千万]{1,}")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Sentences side by side that say the same thing, by its ``aspect``."""

    text: str
    aspect: str


@dataclass(slots=True)
class AspectReader:
    """Tells what the sentences of one report say; its passages are given in their order, since what was announced goes on."""

    title: str = ""
    _heading: str = ""
    _announced: str = field(default="")

    def excerpts(self, text: str, heading: str) -> Iterator[Excerpt]:
        """Yield a passage below a heading (without the title) as excerpts, in order; put together they are the passage."""
        for aspect, sentences in groupby(self.sentences(text, heading), key=lambda sentence: sentence.aspect):
            together = ""
            for sentence in sentences:
                if together and len(together) + len(sentence.text) > LIMIT:
                    yield Excerpt(together, aspect)
                    together = ""
                together += sentence.text
            yield Excerpt(together, aspect)

    def sentences(self, text: str, heading: str) -> Iterator[Excerpt]:
        """Yield the sentences of a passage, in order, each with its aspect."""
        if heading != self._heading:
            self._heading, self._announced = heading, ""
        for sentence in _sentences(text):
            aspect = self._aspect(_SIGN.sub("", sentence.strip(), count=1)[:LOOKED_AT])
            yield Excerpt(sentence, aspect)

    def _aspect(self, sentence: str) -> str:
        if _OTHER.search(sentence):
            return OTHER
        if _ANNOUNCES_PROBLEM.search(sentence) and not _is_mended(sentence):
            self._announced = PROBLEM
        elif _ANNOUNCES_PLAN.search(sentence):
            self._announced = PLAN
        elif _LOOKS_BACK.search(sentence) and not _PLAN.search(sentence) and self._above() == PLAN:
            self._announced = _PAST
        around = self._around()
        if _PLAN.search(sentence) or _ASKED.search(sentence):
            self._announced = "" if self._announced == _PAST else self._announced
            return PLAN
        if _PROBLEM.search(sentence) and not _is_mended(sentence):
            return PLAN if around == PLAN and self._announced != PROBLEM else PROBLEM
        told = _told(sentence)
        if told == RESULT and self._announced not in ("", _PAST):  # what was announced has ended
            self._announced = ""
            return self._above() or told
        return around or told

    def _around(self) -> str:
        """Return what was announced, or what the headings say; "" where neither says anything, as of what is looked back on."""
        return "" if self._announced == _PAST else self._announced or self._above()

    def _above(self) -> str:
        """Return what the headings say of what stands below them; "" for nothing."""
        if _HEAD_PROBLEM.search(self._heading) and not _HEAD_MENDED.search(self._heading):
            return PROBLEM
        if _HEAD_PLAN.search(self._heading):
            return PLAN
        return PLAN if _DOC_PLAN.search(self.title) and not _DOC_DONE.search(self.title) else ""


def _told(sentence: str) -> str:
    """Return the aspect of a sentence that neither lacks nor plans anything."""
    ending = "，".join(_CLAUSE.split(sentence.rstrip("。；;！？"))[-CLAUSES:])
    if _RESULT.search(ending):
        return RESULT
    if len(sentence) <= SHORT and not _FIGURE.search(sentence) and not _WORK.search(sentence):
        return OTHER
    return DONE


def _is_mended(sentence: str) -> bool:
    """Return whether each lack that a sentence names is one that it tells to have been mended."""
    return all(
        _MENDED.search(sentence[max(0, match.end() - NEAR) : match.end()]) or _MENDED_BEHIND.match(sentence, match.end())
        for match in _PROBLEM.finditer(sentence)
    )


def _sentences(text: str) -> list[str]:
    found = split_sentences(kinds_of(text), [(0, len(text))])
    return [text[start:end] for start, end in zip(found.starts.tolist(), found.ends.tolist(), strict=True)]
