"""From tagged reports to a digest: passages by theme, folded where they repeat each other, and the figures of the front page."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, zip_longest

from pipeline.core.names import file_name, file_stem
from pipeline.core.records import FinishedReport, Tag
from pipeline.output.digest.aspect import ASPECTS, OTHER, AspectReader
from pipeline.output.digest.duplicates import duplicates
from pipeline.output.digest.lines import one_line, shortened
from pipeline.output.digest.records import (
    Digest,
    DigestOptions,
    Group,
    LabelShares,
    Passage,
    Report,
    ReportAttribute,
    ReportFacts,
    Section,
)
from pipeline.output.digest.unit import place_or_units
from pipeline.output.digest.when import year_of
from pipeline.output.digest.wording import UNKNOWN
from pipeline.output.visible import shown_text, without_signs
from pipeline.preprocess.headings import CIRCLED

TOLD = "指定"  # the basis of what a person said
LEADING = 5  # reports that a section names because they say most of its theme
_CELLS = "\u3000"  # between the cells of a row: of 3　道德模范 the number is none of 道
BETWEEN = " > "  # stands between the headings of a tag
FIRST_TAGS = 5  # among which a title is looked for
NAME = 48  # characters of a report's name
FIRST_CHARACTERS = 1_000  # among which the first words of a report without a title stand
_NO_TITLE = re.compile(  # a web page's line, a newspaper's head, or the number of an annex, not a title
    r" > |＞|\|.*\||(?:日报|晚报|数字报|网)(?:\s|$)|^[【（(]?附\s?[件表录图]?\s?[一二三四五六七八九十\dA-Z-]{0,4}[】）)]?[:：]?$"
)
_MASTHEAD = re.compile(  # says what kind of paper this is, and nothing of what stands in it: all of a year are called so
    r"(?:工作|情况|信息|政务|宣传|思想|文化|文明|创建|精神文明|理论|学习|网信|舆情|党建|每[周日月]|内部){0,3}(?:简报|快报|专报|动态|信息|通讯)"
)
_ISSUE = re.compile(r"[（(]?总?第\d+期.{0,12}|.{2,30}\d{4}年\d{1,2}月\d{1,2}日")  # the lines below it: issue, who makes it, day
_NUMBERED = re.compile(r"[（(【\[第]? ?[一二三四五六七八九十\d]+ ?[、.．）)】部编篇章节]|[—【（(]")
_LISTED = re.compile(
    rf"\s*(?:[-*+•·]\s+|(?:[（(][一二三四五六七八九十\d]{{1,3}}[）)]|[一二三四五六七八九十\d]{{1,3}}[、.．)）]|[{CIRCLED}])\s*)"
)  # item of a list
_BEGINNING = re.compile(r"\s*([^\s，。；,;]{8,48})\s")  # of a text without headings, up to the first space


@dataclass(slots=True)
class _Gathered:
    """What is kept of the reports while they pass."""

    reports: list[Report] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    count: int = 0
    unsure: int = 0
    review: int = 0


def gather(reports: Iterable[FinishedReport], options: DigestOptions, said: Mapping[str, ReportFacts]) -> Digest:
    """Return the digest of reports, which are gone through once; of each, only its passages are kept.

    ``said`` is what a person says of reports, by their file name or source.
    """
    kept = _Gathered()
    for report in reports:
        _take(report, options, said, kept)
    infos = tuple(_with_names(kept.reports))
    sections = tuple(_section(theme, kept.passages, infos, options) for theme in options.themes)
    total = _share("合计", infos)
    return Digest(
        options, infos, sections, total, _years(infos), _places(infos), passages=kept.count, unsure=kept.unsure, review=kept.review
    )


def _take(report: FinishedReport, options: DigestOptions, said: Mapping[str, ReportFacts], kept: _Gathered) -> None:
    """Keep what a digest needs of a report: the facts of its front page, and the passages that are shown."""
    told = said.get(report.source) or said.get(file_name(report.source)) or ReportFacts()
    title, characters = told.name or head_of(report), Counter[str]()
    aside = frozenset(["", title, masthead_of(report)])
    reader = AspectReader(title) if options.by == "aspect" else None
    for tag in passages_of(report):
        characters[tag.shown_theme] += len(tag.text)
        kept.count += 1
        kept.review += tag.asks_review
        passages = [*_cut(_passage(tag, len(kept.reports), aside), reader)]  # also of what is not shown: it may announce what is
        if tag.shown_theme not in options.themes:
            continue
        if tag.score < options.least_score and tag.correction is None:
            kept.unsure += 1
        else:
            kept.passages += passages
    place = ReportAttribute(told.place, TOLD) if told.place else place_or_units(title, report.source, report.text)
    year = ReportAttribute(told.year, TOLD) if told.year else year_of(title, report.source, report.text)
    kept.reports.append(Report(one_line(report.source), name_of(title), place, year, characters))


def passages_of(report: FinishedReport) -> Iterable[Tag]:
    """Return the tags of a report that are neither headings nor noise."""
    tags = [tag for tag in report.tags if tag.noise is None]
    headings = _heading_segments(report, tags)
    return (tag for tag in tags if tag.segment not in headings)


def _heading_segments(report: FinishedReport, tags: Sequence[Tag]) -> set[int]:
    """Return the segments of headings: not of short items that have the form of one, and say something by themselves.

    Such an item of a list holds figures and ends like a sentence, or holds figures or clauses and has nothing below it. Without the
    sign of an item it holds both.
    """
    levels = {entry.start: entry.level for entry in report.outline}
    found = set()
    for tag, after in zip_longest(tags, tags[1:]):
        if (level := levels.get(tag.start)) is None:
            continue
        is_last = after is None or levels.get(after.start, level + 1) <= level
        if not _says_something(tag.text.strip(), is_last):
            found.add(tag.segment)
    return found


def _says_something(line: str, is_last: bool) -> bool:
    sign = _LISTED.match(line)
    said = line[sign.end() :] if sign else line
    has_figure, has_clause = re.search(r"\d", said) is not None, any(stop in said for stop in "，,；;")
    if sign is None:  # the signs of Markdown's lists are not read as text
        return is_last and has_figure and has_clause
    return (has_figure and said[-1] in "。；;！!") or (is_last and (has_figure or has_clause))


def _passage(tag: Tag, report: int, aside: Collection[str]) -> Passage:
    """Return the passage of a tag, under its headings but those ``aside``: the title and the head of a bulletin."""
    text = one_line(shown_text(tag).replace("\t", _CELLS))
    headings = [heading for each in tag.heading.split(BETWEEN) if (heading := one_line(each)) not in aside]
    return Passage(
        report, tag.shown_theme, text, BETWEEN.join(headings), tag.score, tag.asks_review,
        tag.correction.secondary if tag.correction else tag.secondary,
        tag.page, tag.paragraph, one_line(tag.sheet) if tag.sheet else None, tag.row, tag.correction is not None, tag.certainty,
        start=tag.start,
    )  # fmt: skip


def _cut(passage: Passage, reader: AspectReader | None) -> Iterable[Passage]:
    """Yield a passage as it is, or, with a reader, as excerpts of one aspect each."""
    if reader is None:
        yield passage
        return
    start = passage.start
    for excerpt in reader.excerpts(passage.text, passage.heading):
        yield replace(passage, text=excerpt.text.strip(), aspect=excerpt.aspect, start=start)
        start += len(excerpt.text)


def title_of(report: FinishedReport) -> str:
    """Return the title of a report; "" without one.

    It is the first heading of level 0 or 1, or else the first of all, among the first tags; no line of a web page, no head of a
    newspaper or of a bulletin, and no numbered heading.
    """
    found = [(text, level) for text, level in _first_headings(report) if not (_NO_TITLE.search(text) or _is_masthead(text))]
    is_bulletin = masthead_of(report) != ""
    titles = [(text, level) for text, level in found if not (is_bulletin and _ISSUE.fullmatch("".join(text.split())))]
    highest = (text for text, level in titles if level <= 1)
    return next(highest, next((text for text, _ in titles if not _NUMBERED.match(text)), ""))


def masthead_of(report: FinishedReport) -> str:
    """Return the head of a bulletin (简报, 工作信息), which is not its title; "" where there is none."""
    return next((text for text, _ in _first_headings(report) if _is_masthead(text)), "")


def _is_masthead(text: str) -> bool:
    return _MASTHEAD.fullmatch("".join(text.split())) is not None


def _first_headings(report: FinishedReport) -> list[tuple[str, int]]:
    """Return the headings among the first tags, each with its level."""
    levels = {entry.start: entry.level for entry in report.outline}
    return [(one_line(shown_text(tag)), levels[tag.start]) for tag in report.tags[:FIRST_TAGS] if tag.start in levels]


def head_of(report: FinishedReport) -> str:
    """Return the title of a report, or else its first words; "" where neither says what it is."""
    return title_of(report) or _beginning(report)


def name_of(head: str) -> str:
    """Return the head of a report, cut to the length of a name."""
    return shortened(head, NAME)


def _beginning(report: FinishedReport) -> str:
    """Return the first words of a report that has no title, where they stand by themselves; else ""."""
    found = _BEGINNING.match(without_signs(report.text[:FIRST_CHARACTERS], report.source).text)
    return "" if found is None or _NO_TITLE.search(found[0]) else one_line(found[1])


def _with_names(reports: Sequence[Report]) -> Iterable[Report]:
    """Yield reports whose names tell them apart: title, else file name; the same title twice gets the file name too."""
    names = [report.name or file_stem(report.file) for report in reports]
    counts, taken = Counter(names), Counter[str]()
    for report, name in zip(reports, names, strict=True):
        full = name if counts[name] == 1 else f"{name}（{report.file}）"
        taken[full] += 1
        yield replace(report, name=full if taken[full] == 1 else f"{full}{taken[full]}")


# ---- the passages of a theme ------------------------------------------------------------------------------------------


def _section(theme: str, passages: Sequence[Passage], reports: Sequence[Report], options: DigestOptions) -> Section:
    own = [passage for passage in passages if passage.theme == theme]
    kept = _surest(own, options.most)  # before they are folded: what is shown elsewhere must be shown there
    shown, elsewhere = _fold(kept, options.resemblance)
    name = _group_name(reports, options)
    order = dict.fromkeys(name(passage) for passage in own)
    rank = {aspect: place for place, aspect in enumerate((*ASPECTS, OTHER))} if options.by == "aspect" else {}
    names = sorted(order, key=lambda each: (each == UNKNOWN, each if options.by == "year" else "", rank.get(each, 0)))
    of_group = _by(shown, name)
    missing = Counter(name(passage) for passage in elsewhere)
    groups = (Group(each, tuple(of_group.get(each, ())), missing[each]) for each in names)
    return Section(
        theme,
        tuple(group for group in groups if group.passages or group.folded),
        _leading(theme, reports),
        len({passage.report for passage in own}),
        len(own),
        len(own) - len(kept),
    )


def _by(passages: Iterable[Passage], name: Callable[[Passage], str]) -> Mapping[str, list[Passage]]:
    groups: defaultdict[str, list[Passage]] = defaultdict(list)
    for passage in passages:
        groups[name(passage)].append(passage)
    return groups


def _group_name(reports: Sequence[Report], options: DigestOptions) -> Callable[[Passage], str]:
    """Return what a passage stands under, by the options."""
    if options.by == "aspect":
        return lambda passage: passage.aspect
    names = {
        "report": [report.name for report in reports],
        "place": [report.place.value or UNKNOWN for report in reports],
        "year": [f"{report.year.value}年" if report.year.value else UNKNOWN for report in reports],
    }[options.by]
    return lambda passage: names[passage.report]


def _fold(passages: Sequence[Passage], resemblance: float) -> tuple[list[Passage], list[Passage]]:
    """Return the passages that repeat none before them, each with its copies, and the copies."""
    copies: defaultdict[int, list[Passage]] = defaultdict(list)
    leaders = duplicates([passage.text for passage in passages], resemblance)
    for index, leader in enumerate(leaders):
        if index != leader:
            copies[leader].append(passages[index])
    shown = [replace(passages[index], copies=(*copies[index],)) for index, leader in enumerate(leaders) if index == leader]
    return shown, [copy for each in copies.values() for copy in each]


def _surest(passages: Sequence[Passage], most: int | None) -> list[Passage]:
    """Return, of each report, so many passages in their order: those that a person judged, then those with the highest score."""
    if most is None:
        return [*passages]
    shown: list[Passage] = []
    for _, own in groupby(passages, key=lambda passage: passage.report):
        every = [*own]
        best = sorted(range(len(every)), key=lambda index: (not every[index].corrected, -every[index].score))[:most]
        shown += [every[index] for index in sorted(best)]
    return shown


def _leading(theme: str, reports: Sequence[Report]) -> tuple[tuple[str, float], ...]:
    shares = [(report.name, _share("", [report]).of(theme)) for report in reports]
    best = sorted((each for each in shares if each[1] > 0), key=lambda each: -each[1])[:LEADING]
    return tuple(best) if len(reports) > LEADING else ()


# ---- the figures of the front page ------------------------------------------------------------------------------------


def _share(name: str, reports: Sequence[Report], level: int = 0) -> LabelShares:
    characters: Counter[str] = Counter()
    for report in reports:
        characters.update(report.characters)
    return LabelShares(name, len(reports), dict(characters), level)


def _years(reports: Sequence[Report]) -> tuple[LabelShares, ...]:
    """Return the shares of each year, and last of the reports without one; nothing where there are not two years."""
    of_year = _reports_by(reports, lambda report: report.year.value)
    if len([year for year in of_year if year]) < 2:
        return ()
    named = sorted(year for year in of_year if year)
    return tuple(_share(f"{year}年" if year else UNKNOWN, of_year[year]) for year in (*named, "") if year in of_year)


def _places(reports: Sequence[Report]) -> tuple[LabelShares, ...]:
    """Return the shares of each place, with its years below it, and last of the reports without one.

    Nothing where no two places can be compared, and where no place has a second report: the table of reports tells it all.
    """
    of_place = _reports_by(reports, lambda report: report.place.value)
    named = [place for place in of_place if place]
    if len(named) < 2 or all(len(of_place[place]) == 1 for place in named):
        return ()
    shares: list[LabelShares] = []
    for place in (*sorted(named, key=lambda each: -len(of_place[each])), *([""] if "" in of_place else [])):
        shares.append(_share(place or UNKNOWN, of_place[place]))
        years = _years(of_place[place]) if place else ()
        shares += [replace(year, level=1) for year in years]
    return tuple(shares)


def _reports_by(reports: Iterable[Report], key: Callable[[Report], str]) -> Mapping[str, list[Report]]:
    groups: defaultdict[str, list[Report]] = defaultdict(list)
    for report in reports:
        groups[key(report)].append(report)
    return groups
