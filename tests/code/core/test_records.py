import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.records import Document, MadeTags, Noise, OffsetMap, OutlineEntry, Tag, TaggedReport

runs = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 4)), min_size=1, max_size=8)


def build(pairs):
    """Return a map from (length of a run, dropped characters before it), and the source offsets that it stands for."""
    clean_starts, source_starts, places, clean, source = [], [], [], 0, 0
    for number, (length, gap) in enumerate(pairs):
        source += gap + (number > 0)
        clean_starts.append(clean)
        source_starts.append(source)
        places += range(source, source + length)
        clean, source = clean + length, source + length
    return OffsetMap(tuple(clean_starts), tuple(source_starts)), places


@given(runs)
def test_offsets_lead_to_the_source_and_back(pairs):
    offsets, places = build(pairs)
    assert [offsets.to_source(i) for i in range(len(places))] == places
    assert [offsets.to_clean(place) for place in places] == list(range(len(places)))


@given(runs, st.data())
def test_spans_hold_their_first_and_last_character(pairs, data):
    offsets, places = build(pairs)
    start = data.draw(st.integers(0, len(places) - 1))
    end = data.draw(st.integers(start + 1, len(places)))
    assert offsets.span(start, end) == (places[start], places[end - 1] + 1)
    part = offsets.part(start, end)
    assert [part.to_source(i) for i in range(end - start)] == places[start:end]
    assert len(part.clean_starts) == 1 + sum(start < first < end for first in offsets.clean_starts)


def test_a_tag_is_one_json_line_with_the_fields_of_the_contract():
    tag = Tag("a.txt", 0, 1, 3, "会议", "一、", "其他", 0.9, {"其他": 0.9}, (), False, (("会议", 0.3),), "default 0123")
    fields = [
        "source",
        "segment",
        "start",
        "end",
        "text",
        "heading",
        "theme",
        "score",
        "scores",
        "secondary",
        "review",
        "evidence",
        "model",
    ]
    assert list(msgspec.json.decode(msgspec.json.encode(tag))) == fields
    assert msgspec.json.decode(msgspec.json.encode(msgspec.structs.replace(tag, noise="byline")))["noise"] == "byline"


def tags_of(count, **fields):
    return [Tag("x", i, i, i + 2, "文化", "", "兴文化", 0.9, {}, (), False, (), "m 1", **fields) for i in range(count)]


def test_the_groups_of_a_report_become_a_whole():
    made, aside, outline = tags_of(5), (Noise(0, 1, "byline"), Noise(7, 9, "caption")), (OutlineEntry(2, 1),)
    groups = [MadeTags(tuple(made[:3]), aside[:1], outline), MadeTags((), aside[1:]), MadeTags(tuple(made[3:]))]
    report = TaggedReport(Document("a", "字", "0", "utf-8"), iter(groups))
    whole = report.finish()
    assert (whole.tags, whole.noise, whole.outline) == (tuple(made), aside, outline)
    assert list(report.tags) == []
    (group,) = whole.groups
    assert (tuple(group), group.noise, whole.finish()) == (tuple(made), aside, whole)
    assert TaggedReport(report.document, iter(())).finish().tags == ()


def test_what_was_set_aside_is_in_no_column():
    columns = MadeTags((*tags_of(2), *tags_of(1, noise="byline"))).columns()
    assert (columns.themes, columns.labels, columns.sizes, columns.scores) == (["兴文化"], [0, 0], [2, 2], [0.9, 0.9])
