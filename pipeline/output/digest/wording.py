"""What a digest says in words, alike in every format: figures, the line below a passage, the points of the front page."""

from collections.abc import Sequence
from itertools import pairwise

from pipeline.output import RunFacts
from pipeline.output.digest.figures import FigureLine, ThemeFigures
from pipeline.output.digest.lines import shortened
from pipeline.output.digest.records import Digest, DigestOptions, LabelShares, Passage, Report, Section
from pipeline.output.wording import review_line, sure

TITLE = "报告主题摘编"
UNKNOWN = "未注明"
NAMED_COPIES = 4  # places of copies that the line below a passage names
LEAST_REPORTS = 5  # reports that a year must have for its shares to be held against another's
LEAST_MOVE = 0.01  # of a share, between two years, that is worth a word
HEADING = 40  # characters of a heading in the line below a passage
FIGURES = "数字"
FIGURE_HEADS = ("统计对象", "数字", "来源")
FIGURES_NOTE = "各主题所列段落中的数字，照录原文，不相加：口径可能不同，同一数字也可能在几处出现。"
BY = {"report": "报告", "place": "地区", "year": "年份", "aspect": "做法、成效、问题、打算"}


def percent(share: float) -> str:
    """Return a share with one decimal, or – for none."""
    return f"{share:.1%}" if share else "–"


def spot(passage: Passage) -> str:
    """Return where a passage stands in its file, or "" for a text without pages."""
    if passage.page is not None:
        read = f"（文字识别 {sure(passage.certainty)}）" if passage.certainty is not None else ""
        return f"第{passage.page}页{read}"
    if passage.row is not None:
        return f"{passage.sheet} 第{passage.row}行" if passage.sheet else f"第{passage.row}行"
    return f"第{passage.paragraph}段" if passage.paragraph is not None else ""


def source_line(passage: Passage, reports: Sequence[Report]) -> str:
    """Return the line below a passage: report, heading, page, score, or that a person judged it."""
    parts = [
        f"《{reports[passage.report].name}》",
        shortened(passage.heading, HEADING),
        spot(passage),
        "已校正" if passage.corrected else f"把握 {sure(passage.score)}",
    ]
    if passage.secondary:
        parts.append(f"兼及{'、'.join(passage.secondary)}")
    if passage.review:
        parts.append("待复核")
    return f"〔来源：{' · '.join(part for part in parts if part)}〕"


def copies_line(passage: Passage, reports: Sequence[Report], named: int | None = NAMED_COPIES) -> str:
    """Return where else a passage stands, naming so many places; "" for a passage that stands once."""
    if not passage.copies:
        return ""
    places = [f"《{reports[copy.report].name}》{spot(copy)}" for copy in passage.copies[:named]]
    rest = "等" if len(places) < len(passage.copies) else ""
    return f"〔近似重复 {len(passage.copies)} 处，已合并：{'、'.join(places)}{rest}〕"


def earlier_line(passage: Passage, reports: Sequence[Report]) -> str:
    """Return what the same place said the year before, with its source; "" for a passage with nothing beside it."""
    if passage.earlier is None:
        return ""
    report = reports[passage.earlier.report]
    return f"〔上年（{report.year.value}年）：{passage.earlier.text}——《{report.name}》〕"


def subtitle(digest: Digest, run: RunFacts) -> str:
    """Return the line below the title."""
    searched = f"检索“{shortened(digest.options.words, HEADING)}” · " if digest.options.words else ""
    return f"{searched}按主题汇集，主题之下按{BY[digest.options.by]}排列 · {len(digest.reports)} 篇报告 · {run.date}"


def points(digest: Digest, run: RunFacts) -> list[str]:
    """Return what the front page says first: how much there is, what weighs most, what changed, what is shown."""
    return [line for line in (_extent(digest), _weights(digest, run), _change(digest, run), _shown(digest)) if line]


def measure(options: DigestOptions) -> str:
    """Return what the parts of a theme are counted in: passages, or the excerpts of one aspect each that they are cut into."""
    return "条摘句" if options.by == "aspect" else "段"


def parts_name(options: DigestOptions) -> str:
    """Return the name of the parts of a theme, as the head of a column."""
    return "摘句" if options.by == "aspect" else "段落"


def section_line(section: Section, options: DigestOptions) -> str:
    """Return what stands below the heading of a theme."""
    if not section.found:
        return "没有这一主题的段落。"
    shown, each = len(section.passages), measure(options)
    parts = [f"{section.reports} 篇报告中的 {section.found} {each}"]
    if section.folded or shown != section.found:
        parts.append(f"列出 {shown} {each}")
    if section.folded:
        parts.append(f"合并近似重复 {section.folded} {each}")
    if section.cut:
        parts.append(f"另有 {section.cut} {each}把握较低，按要求未列")
    return "，".join(parts) + "。"


def leading_line(section: Section) -> str:
    """Return the reports in which a theme has the largest share."""
    named = "、".join(f"《{name}》{percent(share)}" for name, share in section.leading)
    return f"占比最高的报告：{named}。" if named else ""


def folded_line(folded: int, options: DigestOptions) -> str:
    """Return what stands below a group of which passages are shown elsewhere."""
    return f"另有 {folded} {measure(options)}与他处近似，已并入该处。" if folded else ""


def figures_head(theme: str) -> str:
    """Return the heading above the figures of a theme; it is not that of the theme's passages."""
    return f"{FIGURES} · {theme}"


def figure_cells(line: FigureLine, reports: Sequence[Report]) -> tuple[str, str, str]:
    """Return a figure as the cells of its row: what is counted, how many, and where it stands."""
    place = " ".join(part for part in (f"《{reports[line.passage.report].name}》", spot(line.passage)) if part)
    return line.figure.counted or "–", line.told, place


def figures_left_out(figures: ThemeFigures) -> str:
    """Return how many figures of a theme are not listed; "" where all are."""
    return f"另有 {figures.left_out:,} 个数字未列，可用 pipeline figures 或 .xlsx 摘编查看。" if figures.left_out else ""


def notes(digest: Digest, run: RunFacts) -> list[str]:
    """Return how the digest was made and what its figures mean."""
    review = review_line(run.thresholds, run.drifted)
    lines = [
        f"主题由模型 {run.model} 判定，不是人工结论；把握是模型给出的概率，{review}的段落标为待复核。",
        "占比按字数计算，只计正文：标题和剔除的内容（导航、署名、图注等）不算。",
        f"文字相似度达到 {digest.options.resemblance:.0%} 且所含数字相同的段落合并为一段，并注明另见何处；数字不同的不合并。",
        "年份依次取自标题、文件名、开头和正文中的年份，地区取自带有“省、市、县、区、州、盟、旗”的名称，没有的取自单位名称；找不到的写“未注明”。",
    ]
    if digest.options.by == "aspect":
        lines.append("做法、成效、问题、打算按句由规则判定，段落因此分成摘句；依据和准确率见项目文档。")
    if digest.pages is not None:
        lines.append(
            f"按不超过 {digest.pages} 页选取：把握、有无数字、长短适中者先，内容相近者后，每篇报告各选一条之后再选第二条。"
            "同一地区有两个年份的，选较近一年，上年的只作对照。"
        )
    if any(passage.corrected for section in digest.sections for passage in section.passages):
        lines.append("标有“已校正”的段落，主题是人工更正或确认的。")
    if digest.unsure:
        lines.append(f"按要求，把握低于 {digest.options.least_score:.0%} 的 {digest.unsure} 段没有收入。")
    return lines


def found(value: str, basis: str, unit: str = "") -> str:
    """Return a year or place as the table of reports shows it: with its basis, where that is not the title."""
    if not value:
        return UNKNOWN
    return f"{value}{unit}" if basis in ("标题", "指定") else f"{value}{unit}（据{basis}）"


def _extent(digest: Digest) -> str:
    years = sorted({report.year.value for report in digest.reports if report.year.value})
    places = {report.place.value for report in digest.reports if report.place.value}
    span = f"{years[0]}—{years[-1]}年" if len(years) > 1 else f"{years[0]}年" if years else ""
    about = "，".join(part for part in (span, f"{len(places)} 个地区" if places else "") if part)
    return (
        f"{len(digest.reports)} 篇报告{f'（{about}）' if about else ''}，正文 {digest.passages:,} 段、{digest.total.total:,} 字，"
        f"其中 {digest.review:,} 段待复核。"
    )


def _weights(digest: Digest, run: RunFacts) -> str:
    other = run.labels.other
    shares = sorted(((digest.total.of(theme), theme) for theme in run.labels.themes), key=lambda each: -each[0])
    (most, first), (least, last) = shares[0], shares[-1]
    if not most:
        return ""
    middle = "、".join(f"{theme}（{percent(share)}）" for share, theme in shares[1:-1] if share)
    between = f"，其次是{middle}" if middle else ""
    end = f"；{last}最少，占 {percent(least)}" if last != first and least else ""
    none = digest.total.of(other)
    rest = f"不属于任何主题的（{other}）占 {percent(none)}。" if none else ""
    return f"篇幅最多的主题是{first}，占 {percent(most)}{between}{end}。{rest}"


def _change(digest: Digest, run: RunFacts) -> str:
    """Return how shares moved between the last two years that have reports enough."""
    pairs = [*pairwise(_dated(digest.years))]
    if not pairs:
        return ""
    before, after = pairs[-1]
    moves = sorted((after.of(theme) - before.of(theme), theme) for theme in run.labels.themes)
    said = [f"{theme}上升 {100 * move:.1f} 个百分点" for move, theme in moves[-1:] if move >= LEAST_MOVE]
    said += [f"{theme}下降 {-100 * move:.1f} 个百分点" for move, theme in moves[:1] if move <= -LEAST_MOVE]
    if not said:
        return ""
    years = f"{after.name}（{after.reports} 篇）与{before.name}（{before.reports} 篇）"
    return f"{years}相比，{'，'.join(said)}；两年的报告并不相同，只供参考。"


def _dated(years: Sequence[LabelShares]) -> list[LabelShares]:
    return [year for year in years if year.reports >= LEAST_REPORTS and year.name[:4].isdigit()]


def _shown(digest: Digest) -> str:
    shown = sum(len(section.passages) for section in digest.sections)
    folded = sum(section.folded for section in digest.sections)
    each = measure(digest.options)
    merged = f"，合并近似重复 {folded:,} {each}" if folded else ""
    return f"以下列出 {'、'.join(digest.options.themes)} 共 {shown:,} {each}{merged}。"
