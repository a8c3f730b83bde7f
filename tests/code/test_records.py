import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import OffsetMap, Tag

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
