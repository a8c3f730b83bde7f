"""What a Word file is beside its text: the part with the comments, and the zip file that holds all parts."""

import datetime as dt
import posixpath
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO

from pipeline.core.records import HumanLabel, Tag
from pipeline.output import RunFacts
from pipeline.output.earlier import AUTHOR
from pipeline.output.layout import ThemeShare
from pipeline.output.visible import shown_evidence
from pipeline.output.word.markup import WORD, Markup
from pipeline.output.wording import runner_up, second_themes, sure
from pipeline.read.office.ooxml import Relationship, attribute, local, relationships
from pipeline.read.office.packages import parse_xml, read_member

if TYPE_CHECKING:
    from lxml.etree import _Element

INITIALS = "主题"
TYPES = "[Content_Types].xml"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_RELATIONSHIPS = {
    WORD: "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "http://purl.oclc.org/ooxml/officeDocument/relationships",
}
_DAY_WITHOUT_DATE = "2000-01-01"
Lines = Sequence[str]


def day_of(run: RunFacts) -> dt.datetime:
    """Return the day of a run, which everything in its documents is dated by, so that the same run gives the same bytes."""
    return dt.datetime.fromisoformat(run.date or _DAY_WITHOUT_DATE).replace(tzinfo=dt.UTC)


def comment_on(tag: Tag, run: RunFacts) -> list[str]:
    """Return the lines of the comment on a passage: theme and score, second theme, evidence, and whether review is asked for.

    What a person said of it stands first, and what the model had said below.
    """
    lines = _said(tag) if tag.correction else [f"{tag.theme}　把握 {sure(tag.score)}"]
    if tag.asks_review:
        least = run.thresholds[tag.theme]
        reason = "文字识别把握低" if tag.certainty is not None else "报告生词多"
        lines.append(f"待复核：把握低于 {sure(least)}" if tag.score < least else f"待复核：{reason}")
    if tag.certainty is not None:
        lines.append(f"文字识别 {sure(tag.certainty)}")
    if tag.secondary and not tag.correction:
        lines.append("次要主题：" + second_themes(tag))
    if second := runner_up(tag):
        lines.append("其次可能：" + second)
    if tag.evidence:
        lines.append("依据：" + "、".join(shown_evidence(tag)))
    return lines


def _said(tag: Tag) -> list[str]:
    """Return the lines about what a person said of a passage."""
    said = tag.correction or HumanLabel(tag.theme)
    who = f"（{said.who}）" if said.who else ""
    lines = [f"{'已确认' if said.label == tag.theme else '更正'}：{said.label}{who}", f"模型：{tag.theme}，把握 {sure(tag.score)}"]
    if said.secondary:
        lines.append("更正次要主题：" + "、".join(said.secondary))
    return [*lines, f"批注：{said.note}"] if said.note else lines


def comment_on_all(found: Sequence[ThemeShare], asides: int, run: RunFacts) -> list[str]:
    """Return the lines of the comment that tells the shares of the themes in a whole report."""
    lines = ["全文主题占比（按字数）"]
    lines += [f"{share.theme} {share.share:.1%}，{share.passages} 段，待复核 {share.review}" for share in found if share.passages]
    return [*lines, f"已剔除 {asides} 处", f"模型 {run.model}"]


def first_free(package: zipfile.ZipFile, main: str, source: str) -> int:
    """Return the first number from which on no comment of a package has one."""
    part = comments_part(package, main, source)
    data = read_member(package, part, source) if part else None
    root = None if data is None else parse_xml(data, part or "", source)
    numbers = [] if root is None else [value for element in root for key, value in element.attrib.items() if key.endswith("}id")]
    return max((int(number) for number in numbers if number.isascii() and number.isdigit()), default=-1) + 1


def take_earlier(package: zipfile.ZipFile, main: str, root: "_Element", source: str) -> frozenset[str]:
    """Take the marks of comments that an earlier run made out of a main part, and return the numbers of these comments."""
    part = comments_part(package, main, source)
    data = read_member(package, part, source) if part else None
    listed = [] if data is None else list(parse_xml(data, part or "", source))
    numbers = frozenset(attribute(comment, "id") or "" for comment in listed if attribute(comment, "author") == AUTHOR)
    marks = root.iter("{*}commentRangeStart", "{*}commentRangeEnd", "{*}commentReference") if numbers else iter(())
    for mark in [mark for mark in marks if attribute(mark, "id") in numbers]:
        taken = _run_of(mark)
        parent = taken.getparent()
        if parent is not None:
            parent.remove(taken)
    return numbers


def _run_of(mark: "_Element") -> "_Element":
    """Return the run that does nothing but refer to a comment, or the mark itself."""
    run = mark.getparent()
    is_alone = run is not None and local(run) == "r" and all(local(item) in ("rPr", "commentReference") for item in run)
    return run if run is not None and is_alone else mark


def comments_part(package: zipfile.ZipFile, main: str, source: str) -> str | None:
    """Return the name of the part with the comments on a main part, or None where there is none."""
    found: Iterator[Relationship] = iter(relationships(package, main, source).values())
    return next((part.target for part in found if part.kind == "comments"), None)


def with_comments(
    package: zipfile.ZipFile,
    main: str,
    comments: Mapping[int, Lines],
    run: RunFacts,
    markup: Markup,
    source: str,
    earlier: frozenset[str] = frozenset(),
) -> dict[str, bytes]:
    """Return the parts of a package that change when comments are added, by name; those with a number in ``earlier`` go."""
    elements = [_comment(number, lines, run, markup) for number, lines in comments.items()]
    part = comments_part(package, main, source)
    data = read_member(package, part, source) if part else None
    if part and data is not None:
        root = parse_xml(data, part, source)
        for comment in [comment for comment in root if attribute(comment, "id") in earlier]:
            root.remove(comment)
        root.extend(elements)
        return {part: serialised(root)}
    names = set(package.namelist())
    folder, name = posixpath.split(main)
    part = next(made for made in _names(posixpath.join(folder, "comments")) if made not in names)
    listing = posixpath.join(folder, "_rels", f"{name}.rels")
    return {
        part: serialised(markup.element("comments", *elements)),
        TYPES: _with_type(package, part, source),
        listing: _with_relationship(package, listing, posixpath.basename(part), markup, source),
    }


def write_package(package: zipfile.ZipFile, changed: Mapping[str, bytes], stream: BinaryIO, run: RunFacts, source: str) -> None:
    """Write a package with some parts changed or new; the others stay byte for byte, and new ones are dated by the run."""
    day = max(day_of(run), dt.datetime(1980, 1, 1, tzinfo=dt.UTC)).timetuple()[:6]
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        members = [member for member in package.infolist() if not member.is_dir()]
        for member in {member.filename: member for member in members}.values():
            data = changed.get(member.filename)
            if data is None:
                data = read_member(package, member.filename, source) or b""
            _put(target, member.filename, data, member.date_time)
        for name in changed.keys() - {member.filename for member in members}:
            _put(target, name, changed[name], day)


def serialised(root: "_Element") -> bytes:
    """Return a part as bytes."""
    from lxml import etree  # noqa: PLC0415 - only where a Word document is made

    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _put(target: zipfile.ZipFile, name: str, data: bytes, date: tuple[int, ...]) -> None:
    entry = zipfile.ZipInfo(name, (date[0], date[1], date[2], date[3], date[4], date[5]))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    target.writestr(entry, data)


def _comment(number: int, lines: Lines, run: RunFacts, markup: Markup) -> "_Element":
    first, *rest = lines
    paragraphs = [markup.element("p", markup.run(first, markup.element("b")))]
    paragraphs += [markup.element("p", markup.run(line)) for line in rest]
    date = day_of(run).strftime("%Y-%m-%dT%H:%M:%SZ")
    return markup.element("comment", *paragraphs, id=number, author=AUTHOR, date=date, initials=INITIALS)


def _names(stem: str) -> Iterator[str]:
    yield f"{stem}.xml"
    number = 1
    while True:
        number += 1
        yield f"{stem}{number}.xml"


def _with_type(package: zipfile.ZipFile, part: str, source: str) -> bytes:
    root = parse_xml(read_member(package, TYPES, source) or b"", TYPES, source)
    root.append(root.makeelement(_sibling(root, "Override"), {"PartName": f"/{part}", "ContentType": _COMMENTS_TYPE}))
    return serialised(root)


def _with_relationship(package: zipfile.ZipFile, listing: str, target: str, markup: Markup, source: str) -> bytes:
    empty = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
    root = parse_xml(read_member(package, listing, source) or empty, listing, source)
    taken = {entry.get("Id") for entry in root}
    name = next(made for made in (f"rIdThemes{number}" for number in range(len(taken) + 1)) if made not in taken)
    kind = f"{_RELATIONSHIPS.get(markup.namespace, _RELATIONSHIPS[WORD])}/comments"
    root.append(root.makeelement(_sibling(root, "Relationship"), {"Id": name, "Type": kind, "Target": target}))
    return serialised(root)


def _sibling(root: "_Element", name: str) -> str:
    return f"{str(root.tag).rpartition('}')[0]}}}{name}"
