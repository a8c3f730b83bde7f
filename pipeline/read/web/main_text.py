"""Tell the report of a web page from what stands around it: navigation, share buttons, bylines, related links.

trafilatura (Apache 2.0, maintained, the best of the free extractors in published comparisons) finds the text; what it
drops on Chinese pages (short headings, rows, items, a sign-off, a lead of its own) is given back by where it stands: inside
the element that holds the text. Where trafilatura finds nothing, or much less than the page has sentences outside links, the
sentences themselves say where the text is.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from pipeline.preprocess.headings import sign_level
from pipeline.read.web.blocks import Element, HtmlBlock, HtmlPage, Region

if TYPE_CHECKING:
    from trafilatura.settings import Extractor

# A page that is larger or deeper than any report on the web is judged by its sentences alone: trafilatura would take minutes.
MAX_ELEMENTS, MAX_DEPTH = 50_000, 300
_OUTSIDE = "outside the main text"
_NAMES = {
    "navigation": "nav navi navbar navigation menu menus breadcrumb breadcrumbs crumb crumbs bread mbx weizhi dqwz position "
    "daohang topbar skip sitemap pager pagination fenye prevnext prev next pages",
    "page header": "header head banner logo top toper",
    "page footer": "footer foot copyright contentinfo bottom beian banquan youqing friendlink",
    "share buttons": "share shares sharing bdsharebuttonbox bshare jiathis fenxiang social",
    "related links": "related relate relation relates recommend recommended recommends xgxw xgwz xgyd xgnews xglj xiangguan "
    "tuijian hot hots hotnews rank ranking paihang readmore morenews links",
    "comments": "comment comments pinglun reply replies guestbook",
    "page tools": "tool tools toolbar print fontsize zihao zoom qrcode ewm erweima search login ad ads advert gg popup cookie lang",
    _OUTSIDE: "aside sidebar complementary",
    "byline": "meta byline source laiyuan author info date time pubtime articleinfo zrbj zebian",
    "caption": "figcaption caption imgdesc picdesc",
}
_REASON_OF = {name: reason for reason, names in _NAMES.items() for name in names.split()}
# What may hold the title, or a lead or a heading of the report, under a name that says otherwise.
_MAY_HOLD_TITLE = ("page header", _OUTSIDE, "byline")
_MAY_HOLD_TEXT = ("page header", _OUTSIDE, "byline", "caption", "page tools")
_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_STOP = re.compile("[。！？；]")
_COMMA = re.compile("[，,、]")
_LONG = 40
_PIECE = re.compile(r"[\n|\t。！？；]+")
_TITLE_PARTS = re.compile(r"\s*[_|｜]+\s*|\s+[-–—]+\s+|-{2,}|-(?=[^-]*$)")
_LONGEST_TITLE, _SHORTEST_TITLE, _SURE_TITLE = 120, 4, 8
_BYLINE = re.compile(
    "(?:来源|发布时间|发布日期|发稿时间|发文日期|成文日期|更新时间|发布机构|发布人|作者|编辑|责编|浏览|点击|阅读|访问|字号|字体|索引号)"
    "[^，。：:]{0,4}[:：]|大中小(?![学型])"
)
_STATEMENT = re.compile(
    "【?(?:网站|免责|版权|郑重|特别|)声明[:：】].*|版权所有.*|[^。]*未经[^。]{0,12}(?:授权|许可|同意)[^。]{0,6}(?:不得|禁止|请勿)[^。]{0,4}(?:转载|复制).*"
)
_LONGEST_BYLINE = 160
# Behind these lines the report is over, unless much of its text still follows.
_END = re.compile(
    "[（(【\\[]?(?:责任编辑|责编|编辑)[:：].{2,16}|(?:相关|延伸|推荐|热门|精彩|更多|最新|最热|网友|全部|新闻)"
    "(?:新闻|阅读|链接|推荐|评论|文章|报道|内容|资讯|专题)[:：]?|(?:猜你|你可能)[会也]?喜欢"
)
_REST = 1 / 3


@dataclass(frozen=True, slots=True)
class MainText:
    """Why each block is not the report ("" for one that is), the blocks of the title, and whether trafilatura decided."""

    reasons: list[str]
    titles: range
    by_trafilatura: bool


@dataclass(slots=True)
class _Evidence:
    """What speaks for each block: its size without white space, whether it is links or sentences, and a structural reason."""

    norms: list[str]
    is_links: list[bool]
    is_text: list[bool]
    reasons: list[str]


def judge(page: HtmlPage, root: Element) -> MainText:
    """Return which blocks of a page are its report; ``root`` is the page's tree, which is used up."""
    evidence = _evidence(page.blocks)
    kept = _kept_by_trafilatura(page, root, evidence)
    _name_regions(page, evidence, kept, by_trafilatura=True)
    by_trafilatura = 3 * sum(_weights(evidence, kept)) >= sum(_weights(evidence, evidence.is_text)) and any(kept)
    if not by_trafilatura:
        kept, evidence = evidence.is_text, _evidence(page.blocks)
        _name_regions(page, evidence, kept, by_trafilatura=False)
    _before_title(page, evidence, kept)
    weights = _weights(evidence, kept)
    if any(weights):
        main = _main_blocks(page, evidence, weights)
    else:
        main = [not reason and not links for reason, links in zip(evidence.reasons, evidence.is_links, strict=True)]
    titles = _titles(page, evidence, _first_text(evidence, main, 0) if any(weights) else _last(main))
    _above_text(page.blocks, evidence, main, titles)
    return MainText(list(_final_reasons(evidence, main)), titles, by_trafilatura)


def _first_text(evidence: _Evidence, main: list[bool], start: int) -> int:
    """Return the first sentence of the report from a block on, or the first line of a report without sentences."""
    texts = (i for i in range(start, len(main)) if main[i] and evidence.is_text[i])
    return next(texts, next((i for i in range(start, len(main)) if main[i]), start))


def _last(main: list[bool]) -> int:
    """Return the last block of a report without sentences, above which its title may stand anywhere."""
    return len(main) - 1 - main[::-1].index(True) if True in main else 0


def _evidence(blocks: list[HtmlBlock]) -> _Evidence:
    norms = ["".join(block.text.split()) for block in blocks]
    is_links = [2 * block.linked >= len(norm) > 0 for block, norm in zip(blocks, norms, strict=True)]
    reasons = ["page footer" if len(norm) <= _LONGEST_BYLINE and _STATEMENT.fullmatch(norm) else "" for norm in norms]
    is_text = [not (links or reason) and _is_sentence(norm) for links, reason, norm in zip(is_links, reasons, norms, strict=True)]
    return _Evidence(norms, is_links, is_text, reasons)


def _is_sentence(norm: str) -> bool:
    if _STOP.search(norm) is not None:
        return True
    return len(norm) >= _LONG and _COMMA.search(norm) is not None and not _BYLINE.search(norm)


def _kept_by_trafilatura(page: HtmlPage, root: Element, evidence: _Evidence) -> list[bool]:
    """Return which blocks are sentences that trafilatura extracts."""
    if page.elements > MAX_ELEMENTS or page.depth > MAX_DEPTH:
        return [False] * len(page.blocks)
    pieces = frozenset(_pieces(_extract(root)))
    return [text and _covered(block.text, pieces) for block, text in zip(page.blocks, evidence.is_text, strict=True)]


def _extract(root: Element) -> str:
    """Return what trafilatura takes for the text of a page; "" where it fails, for which its own rules stand in."""
    import trafilatura  # noqa: PLC0415 - loaded when a page is read, not when a command is listed
    from lxml.etree import LxmlError  # noqa: PLC0415 - as above

    try:
        found = trafilatura.bare_extraction(root, options=_options())
    except (LxmlError, ValueError, TypeError, AttributeError, LookupError, AssertionError, RecursionError):
        return ""
    text = found.get("text") if isinstance(found, dict) else found and found.text
    return text or ""


@cache
def _options() -> "Extractor":
    """Return what trafilatura is asked for; it would read its configuration anew for each page."""
    from trafilatura.settings import Extractor  # noqa: PLC0415 - as above

    # It reports each page without a text to a log that nobody has set up, which prints to stderr.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL + 1)
    return Extractor(output_format="python", recall=True, comments=False, tables=True)


def _pieces(text: str) -> Iterator[str]:
    return ("".join(piece.split()) for piece in _PIECE.split(text))


def _covered(text: str, pieces: frozenset[str]) -> bool:
    parts = list(_pieces(text))
    return 2 * sum(len(part) for part in parts if part in pieces) >= sum(map(len, parts))


def _weights(evidence: _Evidence, chosen: list[bool]) -> list[int]:
    return [
        len(norm) if keep and not reason else 0 for norm, keep, reason in zip(evidence.norms, chosen, evidence.reasons, strict=True)
    ]


def _some_weights(evidence: _Evidence, kept: list[bool]) -> list[int]:
    """Return the sizes of the sentences that are kept, or of all but links in a report without any: names, a timetable."""
    weights = _weights(evidence, kept)
    return weights if any(weights) else _weights(evidence, [not links for links in evidence.is_links])


def _name_regions(page: HtmlPage, evidence: _Evidence, kept: list[bool], by_trafilatura: bool) -> None:
    """Give the blocks of navigation, footers and the like their reason, outer elements first, by tag, class, id and role.

    A name does not count for an element that holds a good part of the text: "nav-wrap" may hold the whole page.
    """
    sums = [0, *accumulate(_some_weights(evidence, kept))]
    for region in reversed(page.regions):
        reason = _region_reason(region)
        if not reason or sums[region.end] - sums[region.first] > 0.4 * sums[-1]:
            continue
        for i in range(region.first, region.end):
            belongs = (by_trafilatura and kept[i]) or sign_level(page.blocks[i].text) is not None
            if not (belongs and reason in _MAY_HOLD_TEXT):
                evidence.reasons[i] = evidence.reasons[i] or reason


def _region_reason(region: Region) -> str:
    tokens = [region.tag, *map(str.lower, _TOKEN.findall(region.names))]
    return next((_REASON_OF[token] for token in tokens if token in _REASON_OF), "")


def _before_title(page: HtmlPage, evidence: _Evidence, kept: list[bool]) -> None:
    """Set aside what stands above the one heading that is the window's title, such as a column of other reports."""
    parts = _report_titles(page.title)
    tagged = [i for i, block in enumerate(page.blocks) if block.heading and evidence.norms[i] in parts and not evidence.is_links[i]]
    weights = _some_weights(evidence, kept)
    if len(tagged) == 1 and 5 * sum(weights[tagged[0] :]) > sum(weights):
        for i in range(tagged[0]):
            evidence.reasons[i] = evidence.reasons[i] or ("navigation" if evidence.is_links[i] else _OUTSIDE)


def _report_titles(title: str) -> frozenset[str]:
    """Return what of a window's title may be the report's: most of it, or its longest part; others name the site."""
    parts = {"".join(part.split()) for part in (title, *_TITLE_PARTS.split(title))} - {""}
    whole = max(map(len, parts), default=0)
    longest = max((part for part in parts if len(part) < whole), key=lambda part: (len(part), part), default="")
    return frozenset(part for part in parts if 2 * len(part) >= whole or (part == longest and len(part) >= _SURE_TITLE))


def _main_blocks(page: HtmlPage, evidence: _Evidence, weights: list[int]) -> list[bool]:
    """Return which blocks are in the text: those of the element that holds it, and sentences and headings up to its ends."""
    weights = _up_to_end(evidence, weights)
    start, end = _with_tables(page, evidence, *_container(page.regions, weights))
    texts = [i for i in range(start, end) if weights[i]]
    homes = {page.blocks[i].home for i in texts}
    tight = _is_tight(evidence, start, end)
    main = [weight > 0 and start <= i < end for i, weight in enumerate(weights)]
    for i in range(start, end):
        inside = texts[0] < i < texts[-1] or tight or page.blocks[i].home in homes or _is_heading(page.blocks[i])
        main[i] = inside and not evidence.reasons[i] and not evidence.is_links[i]
    last = len(main) - main[::-1].index(True)
    for i in range(main.index(True), last):
        if not main[i] and not evidence.reasons[i] and not evidence.is_links[i]:
            main[i] = evidence.is_text[i] or _is_heading(page.blocks[i])
    return main


def _up_to_end(evidence: _Evidence, weights: list[int]) -> list[int]:
    """Return the weights without those behind the line that ends the report, which are set aside, links as such."""
    sums = [0, *accumulate(weights)]
    ends = (
        i for i, norm in enumerate(evidence.norms) if sums[i] and sums[-1] - sums[i] <= _REST * sums[-1] and _END.fullmatch(norm)
    )
    end = next(ends, len(weights))
    for i in range(end, len(weights)):
        evidence.reasons[i] = evidence.reasons[i] or ("related links" if evidence.is_links[i] else _OUTSIDE)
    return weights[:end] + [0] * (len(weights) - end)


def _container(regions: list[Region], weights: list[int]) -> tuple[int, int]:
    """Return the blocks of the smallest element with all but a twentieth of the text."""
    sums = [0, *accumulate(weights)]
    homes = (region for region in regions if region.is_home and sums[region.end] - sums[region.first] >= 0.95 * sums[-1])
    region = min(homes, key=lambda region: region.end - region.first, default=None)
    return (region.first, region.end) if region else (0, len(weights))


def _with_tables(page: HtmlPage, evidence: _Evidence, start: int, end: int) -> tuple[int, int]:
    """Return the blocks of an element with those of tables of data that follow it in the element around it."""
    around = [region.end for region in page.regions if region.is_home and region.first == start and region.end > end]
    rows = range(end, min(around, default=end))
    is_data = all(page.blocks[i].cell or page.blocks[i].row for i in rows) and not any(evidence.reasons[i] for i in rows)
    return (start, rows.stop) if is_data and not any(evidence.is_links[i] for i in rows) else (start, end)


def _is_tight(evidence: _Evidence, start: int, end: int) -> bool:
    """Tell whether an element holds hardly anything but text, so that its short lines are the text's too."""
    sizes = [len(norm) for norm in evidence.norms[start:end]]
    foreign = [size for i, size in enumerate(sizes, start) if evidence.reasons[i] or evidence.is_links[i]]
    return 20 * sum(foreign) <= sum(sizes)


def _is_heading(block: HtmlBlock) -> bool:
    return block.heading > 0 or sign_level(block.text) is not None


def _titles(page: HtmlPage, evidence: _Evidence, first: int) -> range:
    """Return the blocks of the report's title: the last lines above the text that the window's title repeats, or the last h1."""
    window = "".join(page.title.split())
    parts = _report_titles(page.title)
    longest = len(window)
    above = [i for i in range(first + 1) if _may_be_title(page.blocks[i], evidence, i)]
    exact = [i for i in above if evidence.norms[i] in parts]
    within = [i for i in above if len(evidence.norms[i]) >= _SHORTEST_TITLE and evidence.norms[i] in window]
    tops = [i for i in above if page.blocks[i].heading == 1]
    if exact:
        best = min(exact, key=lambda i: (not page.blocks[i].heading, evidence.reasons[i] != "", i))
        return range(best, best + 1)
    if within and 2 * len(evidence.norms[within[-1]]) >= longest:
        return range(within[-1], within[-1] + 1)
    if tops:
        return range(tops[-1], tops[-1] + 1)
    return _run(page.blocks, within, longest) or _over_byline(page.blocks, evidence, above, first)


def _over_byline(blocks: list[HtmlBlock], evidence: _Evidence, above: list[int], first: int) -> range:
    """Return the line right above the last byline before the text, which is the title whatever the window's title says."""
    places = (i for i in (first + 1, *range(first - 1, 0, -1)) if i < len(blocks))  # a title with ！ looks like the text itself
    bylines = (i for i in places if _is_byline(blocks[i], evidence.norms[i]) and not evidence.is_links[i])
    line = next(bylines, 0) - 1
    while line >= 0 and _is_byline(blocks[line], evidence.norms[line]):
        line -= 1
    return range(line, line + 1) if line in above and len(evidence.norms[line]) >= _SHORTEST_TITLE else range(0)


def _may_be_title(block: HtmlBlock, evidence: _Evidence, i: int) -> bool:
    allowed = not evidence.reasons[i] or evidence.reasons[i] in _MAY_HOLD_TITLE
    return allowed and not evidence.is_links[i] and not block.row and len(block.text) <= _LONGEST_TITLE


def _run(blocks: list[HtmlBlock], within: list[int], longest: int) -> range:
    """Return the lines side by side of a title that is broken, if together they are most of the window's title."""
    start = len(within)
    while start and (start == len(within) or within[start - 1] == within[start] - 1):
        if start < len(within) and blocks[within[start - 1]].home != blocks[within[start]].home:
            break
        start -= 1
    run = range(within[start], within[-1] + 1) if within else range(0)
    return run if 2 * sum(len(blocks[i].text) for i in run) >= longest else range(0)


def _above_text(blocks: list[HtmlBlock], evidence: _Evidence, main: list[bool], titles: range) -> None:
    """Give the title and what belongs to it to the report, and set aside bylines between it and the text."""
    for i in titles:
        main[i], evidence.reasons[i] = True, ""
    start = titles.stop if titles else main.index(True) if True in main else 0
    stop = _first_text(evidence, main, start)
    while stop < len(blocks) and not evidence.is_text[stop] and _is_byline(blocks[stop], evidence.norms[stop]):
        stop += 1  # of a report without sentences
    for i in range(start, stop):
        if _is_byline(blocks[i], evidence.norms[i]):
            main[i], evidence.reasons[i] = False, evidence.reasons[i] or "byline"
        elif titles and not evidence.reasons[i] and not evidence.is_links[i]:
            main[i] = main[i] or evidence.is_text[i] or _is_heading(blocks[i]) or blocks[i].text.startswith("——")


def _is_byline(block: HtmlBlock, norm: str) -> bool:
    return len(norm) <= _LONGEST_BYLINE and not _is_heading(block) and not _STOP.search(norm) and _BYLINE.search(norm) is not None


def _final_reasons(evidence: _Evidence, main: list[bool]) -> Iterator[str]:
    last = len(main) - main[::-1].index(True) if True in main else 0
    for i in range(len(main)):
        if main[i]:
            yield ""
        elif evidence.reasons[i] or not evidence.is_links[i]:
            yield evidence.reasons[i] or _OUTSIDE
        else:
            yield "related links" if i >= last else "navigation"
