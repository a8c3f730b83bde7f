r"""REFI-QDA projects (.qdpx), in and out: what MAXQDA, NVivo, ATLAS.ti, QualCoder and others exchange; a source is a report.

A code belongs to the theme of its name, or to that of the nearest code above it; its path stands at the head of the label's note.
Of several codings of a span by one person the first is the label, the others are secondary themes; of codings that overlap the
first one is taken, and one of the whole source only where that person coded no passage of it. Memos become notes; one on
a span without a code joins the passage that it touches. The standard counts code points; programs count units of UTF-16, or
``\r\n`` as one, too: the text that a selection repeats in its name says which.

Nothing is unpacked to disk: a path is the name of a member, or nothing.
"""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.core.config import LabelSet, ReadConfig
from pipeline.core.counted import counted
from pipeline.core.errors import CorpusError, InputError, UsageError
from pipeline.core.messages import tr
from pipeline.core.offsets import positions, span_within
from pipeline.core.spans import SpanIndex
from pipeline.labels.files import Corpus, LabelledDocument
from pipeline.labels.incoming import (
    SHOWN,
    ImportedFile,
    ImportedReport,
    LabelSpan,
    Rejected,
    agreed,
    known_as,
    unknown,
    without_overlap,
)
from pipeline.labels.people import checked_name
from pipeline.output.qda.paths import Path as CodePath
from pipeline.output.qda.paths import noted, parted
from pipeline.output.qda.project import MODEL, NAME, SOURCE, CodedSpan, Source, beside, write_project
from pipeline.read import load
from pipeline.read.decode import decode
from pipeline.read.office.ooxml import child, children, local
from pipeline.read.office.packages import open_package, parse_xml, read_member

if TYPE_CHECKING:
    from lxml.etree import _Element

ENDING = ".qdpx"
MOST_TAGS = 1_000_000  # of project.qde, opening and closing ones
MOST_PEOPLE = 100
MOST_LEVELS = 16  # of codes
LONGEST_NAME = 200  # characters of the name of a code, and of what is repeated of that of a source
LONGEST_TEXT = 2_000_000  # characters of a source
LONGEST_PATH = 80  # characters of a path that a message repeats
INTERNAL = "internal://"
_FOLDER = "sources/"
# What \r\n and a character beyond the basic plane count. The standard's way first.
_WAYS = ((1, 1), (1, 2), (0, 1), (0, 2))
_ATLAS = "ATLAS"  # counts a line end as one: https://github.com/ccbogel/QualCoder says so in refi.py
_CUT, _REPEATED = ("…", "..."), 500
_SOLID = re.compile(r"\S")
_NOT_TAKEN = ("Sets", "Graphs", "Cases")


@dataclass(frozen=True, slots=True)
class _Code:
    """A code: its name, and the path from its theme to it where it has one."""

    name: str
    path: CodePath


class _Members:
    """The texts of a package; what they come to is bounded, however often a project names one of them."""

    def __init__(self, package: zipfile.ZipFile, where: str, most: int) -> None:
        self._package, self._where, self._most, self._left = package, where, most, most

    def text(self, path: str) -> str:
        """Return the text at an ``internal://`` path; raises InputError for none, and for more than all the package may hold."""
        if not path.startswith(INTERNAL):
            raise InputError(
                tr("its plain text is not in the package ({path}); embed it there at exporting", path=(path or "none")[:SHOWN])
            )
        name = _FOLDER + path.removeprefix(INTERNAL).lstrip("/")
        data = read_member(self._package, name, self._where)
        if data is None:
            raise InputError(tr("{name} is not in the package; export it there again", name=name[:LONGEST_PATH]), code="missing")
        self.spend(len(data))
        return decode(data, name).text

    def spend(self, size: int) -> None:
        """Count what is taken of the package."""
        self._left -= size
        if self._left < 0:
            raise _TooMuchError(
                tr(
                    "{where}: its texts and memos come to more than {most:,} bytes, repeated ones included "
                    "(read.max_unpacked); export fewer sources at once",
                    where=self._where,
                    most=self._most,
                ),
                code="too_large",
            )


class _TooMuchError(InputError):
    """More than a project may hold: nothing of it is taken."""


@dataclass(frozen=True, slots=True)
class _Project:
    """A project: its texts, and what its parts refer to, by identity; ``lost`` says why the text of a note is not had."""

    where: str
    members: _Members
    root: "_Element"
    known: LabelSet
    who: str
    codes: Mapping[str, _Code]
    users: Mapping[str, str]
    notes: Mapping[str, "_Element"]
    linked: Mapping[str, Sequence[str]]
    source_variable: frozenset[str]
    memos: dict[str, str] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Memo:
    """A memo on a span that has no code."""

    start: int
    end: int
    text: str
    who: str
    where: str


@dataclass(frozen=True, slots=True)
class _Found:
    """What a source holds: themes of spans as people said them, memos, whose codings are not asked for, what is not taken."""

    passages: list[LabelSpan] = field(default_factory=list)
    memos: list[_Memo] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    refused: list[Rejected] = field(default_factory=list)


# ---- out -------------------------------------------------------------------------------------------------------------


def export_project(corpus: Corpus) -> bytes:
    """Return the reports and labels of a corpus as a project."""
    stream = io.BytesIO()
    last = max((label.date for report in corpus.reports for label in report.labels), default="")
    write_project([_as_source(report) for report in corpus.reports], corpus.label_set, last, stream)
    return stream.getvalue()


def _as_source(report: LabelledDocument) -> Source:
    document, coded = report.document, []
    for label in report.labels:
        paths, memo = parted(label.note or "", (label.label, *label.secondary))
        coded.append(CodedSpan(label.start, label.end, paths, label.annotator, label.date, memo))
    facts = ((SOURCE, document.source), ("sha256", document.sha256), ("格式", document.encoding))
    return Source(document.source, document.text, tuple(coded), facts)


# ---- in --------------------------------------------------------------------------------------------------------------


def read_project(path: Path, known: LabelSet, options: ReadConfig, who: str = "") -> ImportedFile:
    """Return the reports of a project, and what of it is not taken; ``who``: only what this person coded.

    Raises InputError for a damaged package, one beyond the limits, and XML with a document type; CorpusError for no project.
    """
    project = _open(path, known, options, who)
    found = [each for number, source in enumerate(_all(project.root, "Sources"), 1) for each in _source(source, number, project)]
    left = [
        Rejected(f"{path}: {name}", tr("{count} of them, for which labels have no place", count=len(inside)))
        for name in _NOT_TAKEN
        if (inside := _all(project.root, name))
    ]
    reports = tuple(each for each in found if isinstance(each, ImportedReport))
    return ImportedFile(reports, (*(each for each in found if isinstance(each, Rejected)), *left, *_notes_left(project)))


def _notes_left(project: _Project) -> Iterator[Rejected]:
    """Yield the notes without a text, and those that nothing refers to: journals, and memos that lost their source on the way."""
    named = {_guid(each, "targetGUID") for each in project.root.iter() if local(each) in ("NoteRef", "MemberNote")}
    named.update(note for notes in project.linked.values() for note in notes)
    for guid, note in project.notes.items():
        if guid in project.lost:
            yield Rejected(
                tr("{where}: note {note!r}", where=project.where, note=(note.get("name") or guid)[:SHOWN]), project.lost[guid]
            )
        elif guid not in named:
            title = note.get("name") or child_text(note, "PlainTextContent") or guid
            yield Rejected(
                tr("{where}: note {note!r}", where=project.where, note=title[:SHOWN]),
                tr("nothing refers to it, so that it belongs to no passage"),
            )


def _open(path: Path, known: LabelSet, options: ReadConfig, who: str) -> _Project:
    where = str(path)
    package = open_package(load(path, where, options), where, options)
    names = [member.filename for member in package.infolist() if member.filename.lower().endswith(".qde")]
    if not names:
        raise CorpusError(
            tr("{path}: no REFI-QDA project (no project.qde in it); export it there as a REFI-QDA project", path=path)
        )
    root = parsed(read_member(package, names[0], where) or b"", names[0], where)
    if local(root) != "Project":
        raise CorpusError(
            tr(
                "{path}: {names} in it is no REFI-QDA project but {local!r}; export it there again",
                path=path,
                names=names[0],
                local=local(root)[:SHOWN],
            )
        )
    variables = frozenset(_guid(each, "guid") for each in _all(root, "Variables") if each.get("name") == SOURCE)
    return _Project(
        where,
        _Members(package, where, options.max_unpacked),
        root,
        known,
        who,
        dict(_codes(root, known, where)),
        _users(root, where),
        {_guid(note, "guid"): note for note in _all(root, "Notes")},
        _links(root),
        variables,
    )


def parsed(data: bytes, name: str, where: str) -> "_Element":
    """Return the root of a project's or a codebook's XML; raises InputError for too much of it, a document type, and damage."""
    count = data.count(b"<")
    if count > MOST_TAGS:
        raise InputError(
            tr(
                "{where}: {name} in it has {count:,} tags; the limit is {most_tags:,}; export fewer sources at once",
                where=where,
                name=name,
                count=count,
                most_tags=MOST_TAGS,
            ),
            code="too_large",
        )
    return parse_xml(data, name, where)


def _codes(root: "_Element", known: LabelSet, where: str) -> Iterator[tuple[str, _Code]]:
    """Yield the codes by identity, each with the path from the nearest theme; raises InputError for too deep and too long ones."""
    waiting = [(code, tuple[str, ...](), tuple[str, ...]()) for code in children(child(root, "CodeBook", "Codes"))]
    while waiting:
        code, above, path = waiting.pop()
        if local(code) != "Code":
            continue
        name = " ".join((code.get("name") or "").split())
        if len(name) > LONGEST_NAME or len(above) == MOST_LEVELS:
            limits = tr(
                "{most_levels} levels of codes and {longest_name} characters of a name are the limits",
                most_levels=MOST_LEVELS,
                longest_name=LONGEST_NAME,
            )
            raise InputError(
                tr(
                    "{where}: code {name!r} goes beyond what a code may be; {limits}", where=where, name=name[:SHOWN], limits=limits
                ),
                code="too_large",
            )
        plain = name.removesuffix(beside(above))
        label = known_as(name, known)
        below = (label,) if label in known.names else (*path, plain) if path else ()
        yield _guid(code, "guid"), _Code(plain, below)
        waiting += [(each, (*above, plain), below) for each in children(code)]


def _users(root: "_Element", where: str) -> dict[str, str]:
    users = {_guid(user, "guid"): _named(user) for user in _all(root, "Users")}
    if len(users) > MOST_PEOPLE:
        raise InputError(
            tr(
                "{where}: {count:,} people in it; the limit is {most_people}",
                where=where,
                count=len(users),
                most_people=MOST_PEOPLE,
            ),
            code="too_large",
        )
    return users


def _named(user: "_Element") -> str:
    """Return the name of a user as it is kept, or the identity of one without a name that can be."""
    for name in (user.get("name"), user.get("id")):
        try:
            return checked_name(name or "")
        except UsageError:
            continue
    return _guid(user, "guid")


def _links(root: "_Element") -> dict[str, list[str]]:
    """Return the notes that links tie to a selection, as NVivo does."""
    found: dict[str, list[str]] = {}
    for link in _all(root, "Links"):
        found.setdefault(_guid(link, "targetGUID"), []).append(_guid(link, "originGUID"))
    return found


def _source(source: "_Element", number: int, project: _Project) -> Iterator[ImportedReport | Rejected]:
    """Yield a source as a report, and what of it is not taken."""
    kind, title = local(source), (source.get("name") or tr("source {number}", number=number))[:LONGEST_NAME]
    where = f"{project.where}: {title}"
    plain = source if kind == "TextSource" else child(source, "Representation")
    if plain is None or kind not in ("TextSource", "PDFSource"):
        yield Rejected(where, tr("{kind} without a plain text; only text is taken", kind=kind))
        return
    areas = sum(local(each) == "PDFSelection" for each in children(source))
    if areas:
        yield Rejected(where, tr("{areas} areas of its pages, which are not text; code the text there", areas=areas))
    try:
        text = _text(plain, project)
    except _TooMuchError:
        raise
    except InputError as error:
        yield Rejected(where, str(error))
        return
    found = _found(plain, text, where, project)
    yield from found.refused
    passages: list[LabelSpan] = []
    for each in _agreed(found, len(text)):
        if isinstance(each, Rejected):
            yield each
        else:
            passages.append(each)
    if passages:
        yield ImportedReport(_value(source, project) or title, text, tuple(passages), where)
    elif not found.refused:
        yield Rejected(where, tr("nobody coded it"))


def _text(source: "_Element", project: _Project) -> str:
    """Return the text of a source or a note; raises InputError for none."""
    content, path = child(source, "PlainTextContent"), source.get("plainTextPath")
    text = content.text or "" if content is not None and not path else project.members.text(path or "")
    if len(text) > LONGEST_TEXT:
        raise InputError(
            tr(
                "has {count:,} characters; the limit is {longest_text:,}; divide it there",
                count=len(text),
                longest_text=LONGEST_TEXT,
            ),
            code="too_large",
        )
    return text


def _value(source: "_Element", project: _Project) -> str:
    """Return the name that the report had when it was written here, "" where it was not."""
    for value in children(source):
        reference = child(value, "VariableRef")
        if reference is not None and _guid(reference, "targetGUID") in project.source_variable:
            return child_text(value, "TextValue")
    return ""


def _found(source: "_Element", text: str, where: str, project: _Project) -> _Found:
    """Return what people said of a text: of its spans, and as a whole."""
    selections = [each for each in children(source) if local(each) == "PlainTextSelection"]
    units = _units(selections, text, project.root.get("origin") or "")
    found = _Found()
    for selection in selections:
        place = f"{where}, {selection.get('startPosition')}-{selection.get('endPosition')}"
        span = _span(selection, units, text)
        if isinstance(span, str):
            found.refused.append(Rejected(place, span))
        else:
            memo = "\n".join(_memos(selection, project))
            is_coded = _add(selection, span, memo, place, project, found)
            if memo and not is_coded:
                found.memos.append(_Memo(*span, memo, _user(project, selection), place))
    if _SOLID.search(text):
        _add(source, (0, len(text)), "", where, project, found)
    _add_annotations(source, units, text, where, project, found)
    for name, count in found.others.items():
        why = (
            tr("not by {who}", who=project.who[:SHOWN])
            if project.who
            else tr("a model's word; code them anew, or take them with --by")
        )
        found.refused.append(
            Rejected(
                where, tr("{codings} by {name}: {why}", codings=counted(count, "coding"), name=name or tr("nobody named"), why=why)
            )
        )
    return found


def _add(element: "_Element", span: tuple[int, int], memo: str, place: str, project: _Project, found: _Found) -> bool:
    """Put the codings of a selection, or of a source as a whole, with what was found; return whether there are any."""
    codings = [each for each in children(element) if local(each) == "Coding"]
    for coding in codings:
        who = _user(project, coding, element)
        if (who != project.who) if project.who else who.startswith(MODEL):
            found.others[who] += 1
            continue
        code = project.codes.get(_guid(child(coding, "CodeRef"), "targetGUID"), _Code("", ()))
        if code.path:
            project.members.spend(len(memo.encode()))
            note = noted([code.path], "\n".join(filter(None, [memo, *_noted(coding, project)])))
            variant = code.name if len(code.path) == 1 and code.name != code.path[0] else ""
            found.passages.append(LabelSpan(*span, code.path[0], (), place, who, note, variant))
        else:
            said = unknown([code.name], project.known) if code.name else None
            found.refused.append(Rejected(place, said or tr("its code is not in the codebook")))
    return bool(codings)


def _memos(element: "_Element", project: _Project) -> Iterator[str]:
    """Yield the memos of a selection: its description, the notes that it refers to, those that are linked to it."""
    yield from filter(None, [child_text(element, "Description")])
    yield from _noted(element, project)
    for note in project.linked.get(_guid(element, "guid"), ()):
        yield from filter(None, [_note(note, project)])


def _noted(element: "_Element", project: _Project) -> Iterator[str]:
    for reference in children(element):
        if local(reference) == "NoteRef":
            yield from filter(None, [_note(_guid(reference, "targetGUID"), project)])


def _note(guid: str, project: _Project) -> str:
    """Return the text of a note, "" where it is not to be had; raises InputError where they come to too much."""
    if guid not in project.memos and guid in project.notes:
        try:
            project.memos[guid] = _text(project.notes[guid], project).strip()
        except _TooMuchError:
            raise
        except InputError as error:
            project.memos[guid], project.lost[guid] = "", str(error)
    text = project.memos.get(guid, "")
    project.members.spend(len(text.encode()))
    return text


def _add_annotations(source: "_Element", units: Sequence[int], text: str, where: str, project: _Project, found: _Found) -> None:
    """Put the memos of notes that name a span of the source which refers to them, as QualCoder writes them, with what was found."""
    for reference in children(source):
        guid = _guid(reference, "targetGUID") if local(reference) == "NoteRef" else ""
        for selection in children(project.notes.get(guid)):
            if local(selection) == "PlainTextSelection":
                span = _span(selection, units, text)
                if isinstance(span, str):
                    found.refused.append(
                        Rejected(where, tr("memo {place}: {span}", place=selection.get("startPosition"), span=span))
                    )
                else:
                    found.memos.append(_Memo(*span, _note(guid, project), _user(project, project.notes[guid]), where))


def _agreed(found: _Found, size: int) -> Iterator[LabelSpan | Rejected]:
    """Yield what people agree in of a text of so many characters, each one's codings of a span as one passage, with its memos."""
    people: dict[str, dict[tuple[int, int], list[LabelSpan]]] = {}
    for passage in found.passages:
        people.setdefault(passage.who, {}).setdefault((passage.start, passage.end), []).append(passage)
    sound: dict[str, list[LabelSpan]] = {}
    for who, spans in people.items():
        ordered = sorted(map(_together, spans.values()), key=lambda one: ((one.start, one.end) == (0, size), one.start))
        own = list(without_overlap(ordered))
        yield from (each for each in own if isinstance(each, Rejected))
        sound[who] = [each for each in own if isinstance(each, LabelSpan)]
    touching, left = _touching(found.memos, sound)
    yield from left
    yield from agreed([[_with_memos(each, touching.get(id(each), ())) for each in own] for own in sound.values()])


def _together(codings: Sequence[LabelSpan]) -> LabelSpan:
    """Return the codings of a span by one person as one passage: the first is its label."""
    names = tuple(dict.fromkeys(coding.label for coding in codings))
    paths, memos = dict[str, CodePath](), dict[str, None]()
    for coding in codings:
        (path,), memo = parted(coding.note, coding.names)
        paths.setdefault(coding.label, path)
        memos[memo] = None
    note = noted([paths[name] for name in names], "\n".join(filter(None, memos)))
    return replace(codings[0], secondary=names[1:], note=note)


def _touching(memos: Iterable[_Memo], people: Mapping[str, list[LabelSpan]]) -> tuple[dict[int, list[str]], list[Rejected]]:
    """Return the memos of each passage that one touches, its writer's before another's, and those that touch none."""
    spans = {who: SpanIndex(own) for who, own in people.items()}
    found, left = dict[int, list[str]](), list[Rejected]()
    for memo in memos:
        order = [spans[who] for who in sorted(spans, key=lambda who: who != memo.who)]
        passage = next((one for own in order for one, _ in own.overlapping(memo.start, memo.end)), None)
        if passage is None:
            why = tr("a memo on a span without a code ({text!r}); code the span there to keep it", text=memo.text[:SHOWN])
            left.append(Rejected(memo.where, why))
        else:
            found.setdefault(id(passage), []).append(memo.text)
    return found, left


def _with_memos(passage: LabelSpan, memos: Sequence[str]) -> LabelSpan:
    return replace(passage, note="\n".join(filter(None, (passage.note, *memos))))


def _user(project: _Project, *elements: "_Element") -> str:
    """Return the name of who made the first of some elements that says so, "" for none that does."""
    for element in elements:
        for name in ("creatingUser", "modifyingUser"):
            if element.get(name):
                return project.users.get(_guid(element, name), "")
    return ""


# ---- places ----------------------------------------------------------------------------------------------------------


def _units(selections: Iterable["_Element"], text: str, origin: str) -> Sequence[int]:
    """Return the places of a text's characters: code points where the project was written here, as the standard has it.

    Of another program it is the way of counting that fits the selections, and the texts they repeat, best.
    """
    if origin.startswith(NAME):
        return range(len(text) + 1)
    ways = sorted(_WAYS, key=lambda way: way[0] == (_ATLAS in origin.upper()))
    counted = {tuple(units) if isinstance(units, list) else units: units for units in (positions(text, *way) for way in ways)}
    if len(counted) == 1:
        return range(len(text) + 1)
    spans = [(each, _numbers(each)) for each in selections]

    def fitting(units: Sequence[int]) -> tuple[int, int]:
        found = [(each, span) for each, numbers in spans if (span := span_within(*numbers, units)) is not None]
        return sum(_repeats(each, text, *span) for each, span in found), len(found)

    return max(counted.values(), key=fitting)


def _repeats(selection: "_Element", text: str, start: int, end: int) -> int:
    """Return how well the name of a selection repeats its text: 2 where it is the same, 1 where it begins so, else 0."""
    given = (selection.get("name") or "")[:_REPEATED]
    name = "".join(given.split())
    cut = next((name.removesuffix(mark) for mark in _CUT if name.endswith(mark)), name)
    passage = "".join(text[start : min(end, start + 2 * _REPEATED)].split())
    if not cut or not passage.startswith(cut) or given[0].isspace() != text[start].isspace():
        return 0
    return 2 if passage == name else 1


def _numbers(selection: "_Element") -> tuple[int, int]:
    """Return where a selection says that it begins and ends; -1 for what is no number."""
    given = [(selection.get(name) or "").strip() for name in ("startPosition", "endPosition")]
    start, end = (int(each) if each.isascii() and each.isdigit() and len(each) < 10 else -1 for each in given)
    return start, end


def _span(selection: "_Element", units: Sequence[int], text: str) -> tuple[int, int] | str:
    """Return the characters of a selection, or why there are none."""
    span = span_within(*_numbers(selection), units)
    if span is None:
        return tr("is none of its text, which has {count} characters", count=len(text))
    return span if _SOLID.search(text, *span) else tr("holds white space only")


def _guid(element: "_Element | None", name: str) -> str:
    """Return an identity as it is compared: with or without braces, in either letter case."""
    return "" if element is None else (element.get(name) or "").strip("{} ").lower()


def child_text(element: "_Element", name: str) -> str:
    """Return the text of a child without the white space around it, "" for none."""
    found = child(element, name)
    return "" if found is None else (found.text or "").strip()


def _all(root: "_Element", name: str) -> list["_Element"]:
    return children(child(root, name))
