"""The compiled inner loops against the arrays that are their reference."""

import hashlib
import importlib.util
import math
import re
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pipeline.batch.engine import tag_documents
from pipeline.core.config import load_config
from pipeline.core.records import Document, MadeTags, Mark
from pipeline.flow import tag_document
from pipeline.model.decode import decode
from pipeline.model.features import Texts, Vocabulary, context, join_texts, row_sums
from pipeline.model.words import _jieba_cut, _rjieba_cut, load_dictionary
from pipeline.preprocess.segments import RECORD, ROW
from pipeline.preprocess.segments import TEXT as BODY

pytestmark = pytest.mark.compiled
kernels = pytest.importorskip("pipeline.model._kernels", reason="not compiled; CI installs a compiler")
scans = pytest.importorskip("pipeline.preprocess._scans", reason="not compiled; CI installs a compiler")

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
ODD = st.sampled_from(
    'ab1AZ9 ,。（）%.+#&_-\n\r\t"\\/\x00\x1b　中国人民的一是：；》Σς\U00020000é㐀\U0003ffff\U00040000\U000e0100\U0010ffff'
)
TEXT = st.text(st.one_of(HAN, ODD), max_size=120)


@pytest.fixture(scope="module")
def dictionary():
    package = Path(importlib.util.find_spec("jieba").origin).parent
    return kernels.Dictionary((package / "dict.txt").read_bytes())


@pytest.fixture(scope="module")
def reference(model):
    """The model as it is where nothing could be compiled."""
    plain = replace(model)
    plain.__dict__["compiled"] = None
    plain.__dict__["cut"] = _rjieba_cut(())
    return plain


def by_column(scorer, starts, ranks, values):
    """Return the columns of each row in their order, and the values in this order."""
    columns = np.array(scorer.columns(ranks), np.int64)
    rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    order = np.lexsort((columns, rows))
    return columns[order], values[order]


def lines_of(documents, model):
    return [b"".join(group.json_lines() for group in report.groups) for report in tag_documents(documents, model)]


def test_what_runs_is_compiled_from_the_source_that_is_here(root):
    for module in (kernels, scans):
        source = (root / module.__name__.replace(".", "/")).with_suffix(".pyx")
        assert hashlib.sha256(source.read_bytes()).hexdigest() == module.SOURCE, (
            f"{source} has changed: pip install -e . compiles it"
        )


# ---- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")
@pytest.mark.slow
def test_the_words_are_those_of_jieba_on_every_seed(root, dictionary):
    for path in sorted((root / "seeds" / "reports").iterdir()):
        text = path.read_text(encoding="utf-8")
        assert dictionary.cut(text) == _jieba_cut(())(text)


def test_the_words_are_those_of_rjieba_on_every_written_report(root, dictionary):
    texts = [path.read_text(encoding="utf-8") for path in sorted((root / "seeds" / "written").rglob("*.txt"))]
    assert len(texts) > 200
    for text in texts:
        assert dictionary.cut(text) == _rjieba_cut(())(text)


@given(TEXT)
@settings(max_examples=500, deadline=None)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")
def test_the_words_are_those_of_jieba_on_any_text(dictionary, text):
    assert dictionary.cut(text) == _jieba_cut(())(text)


def test_of_two_ways_of_equal_frequency_the_longer_first_word_is_taken_as_in_jieba(tmp_path):
    import jieba

    words = "甲 1 n\n甲乙 1 n\n乙丙 1 n\n丙 1 n\n乙 1 n\n甲乙丙丁 0 n\n"
    (tmp_path / "dict.txt").write_text(words, encoding="utf-8")
    jieba.setLogLevel("ERROR")
    own = jieba.Tokenizer(str(tmp_path / "dict.txt"))
    own.tmp_dir = str(tmp_path)
    for text in ("甲乙丙", "甲乙丙丁", "丁甲乙", "乙丙丙甲乙"):
        assert kernels.Dictionary(words.encode()).cut(text) == list(own.cut(text, HMM=False))


def test_an_added_word_stays_whole_and_has_its_frequency(dictionary):
    own = kernels.Dictionary("百 100 m\n姓 100 n\n百姓 50 n\n".encode())
    assert own.cut("百姓名嘴") == ["百姓", "名", "嘴"]
    assert (own.frequency("百姓"), own.frequency("百"), own.frequency("名嘴"), own.frequency("")) == (50, 100, 0, 0)
    own.add("百姓名嘴", 70)
    assert own.cut("百姓名嘴") == ["百姓名嘴"]
    assert own.total_frequency == 320


def test_a_dictionary_grows_to_many_words():
    words = [chr(0x4E00 + i) + chr(0x4E00 + j) for i in range(900) for j in range(900)]
    own = kernels.Dictionary("".join(f"{word} 7 n\n" for word in words).encode())
    assert own.cut("".join(words[:5000])) == words[:5000]
    assert own.total_frequency == 7 * len(words)


def _most_probable(text, frequencies):
    """Cut a text as the dictionary should, by trying every word at every place."""
    everything = math.log(sum(frequencies.values()))
    best = {len(text): (0.0, len(text))}
    for i in range(len(text) - 1, -1, -1):
        words = [j for j in range(i + 1, len(text) + 1) if text[i:j] in frequencies]
        ways = [(math.log(frequencies[text[i:j]]) - everything + best[j][0], j) for j in words]
        best[i] = max(ways) if ways else (best[i + 1][0] - everything, i + 1)
    return best


WORDS = st.dictionaries(st.text("一丁七", min_size=1, max_size=9), st.integers(1, 50), min_size=1)


@given(WORDS, st.text("一丁七。\U00020000", max_size=40))
def test_words_of_any_length_are_found_whatever_of_them_is_looked_up_at_once(frequencies, text):
    lines = "".join(f"{word} {frequency} n\n" for word, frequency in frequencies.items())
    words = kernels.Dictionary(lines.encode(), 4).cut(text)
    assert "".join(words) == text
    for run in re.findall("[一丁七]+|.", text):
        own = []
        while sum(map(len, own)) < len(run):
            own.append(words.pop(0))
        assert "".join(own) == run
        everything = math.log(sum(frequencies.values()))
        score = sum(math.log(frequencies.get(word, 1)) - everything for word in own)
        assert len(run) == 1 or score == pytest.approx(_most_probable(run, frequencies)[0][0])


@pytest.mark.parametrize(
    ("lines", "number"),
    [("文化 3 n\n文化\n", 2), ("文化 x n\n", 1), ("文化 3n\n", 1), (" 3 n\n", 1), ("文化 9999999999 n\n", 1), ("文化 3 n\n\n", 2)],
)
def test_a_line_that_is_no_word_is_named(lines, number):
    with pytest.raises(ValueError, match=f"line {number} of the dictionary"):
        kernels.Dictionary(lines.encode())


def test_a_dictionary_cut_short_in_a_character_is_refused():
    with pytest.raises(ValueError, match="line 1 of the dictionary"):
        kernels.Dictionary("文化".encode()[:-1])


@given(TEXT)
def test_words_end_where_they_are_cut(text):
    dictionary = load_dictionary()
    ends = np.empty(len(text), np.int64)
    found = kernels.word_ends(dictionary, text, ends)
    assert ends[:found].tolist() == np.cumsum([len(word) for word in dictionary.cut(text)]).tolist()
    with pytest.raises(ValueError, match="no room for the words"):
        kernels.word_ends(dictionary, text + "文", ends)


# ---- rows, scores and words that weighed most ------------------------------------------------------------------------


@given(st.lists(TEXT.map(lambda text: " ".join(text.lower().splitlines())), min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_rows_and_scores_are_those_of_the_arrays(model, reference, texts):
    joined = "\n".join(texts)
    expected = reference.vocabulary.vectorise(Texts(joined, reference.cut(joined), len(texts)))
    rows, scores, terms = model.compiled.score_lines(kernels.Characters(joined), len(texts))
    assert np.array_equal(terms, reference.vocabulary.count_terms(Texts(joined, reference.cut(joined), len(texts))))
    columns, values = by_column(model.compiled.scorer, rows.starts, rows.columns, rows.values)
    assert np.array_equal(rows.starts, expected.starts)
    assert np.array_equal(columns, expected.columns)
    assert np.abs(values - expected.values).max(initial=0) < 1e-15
    assert np.abs(scores - row_sums(expected, reference.weights_by_label)).max() < 1e-12


@pytest.mark.parametrize("lengths", [[0], [1023, 1], [1024, 0, 1024], [3000, 1, 5], [40] * 60, [0] * 1100])
def test_a_line_is_scored_alike_alone_and_in_blocks_with_others(model, root, lengths):
    texts = "".join(path.read_text(encoding="utf-8") for path in sorted((root / "seeds" / "reports").iterdir()))
    characters = iter(texts.lower().replace("\n", "").replace("一", "龘") * 2)
    lines = ["".join(next(characters) for _ in range(length)) for length in lengths]
    rows, scores, terms = model.compiled.score_lines(kernels.Characters("\n".join(lines)), len(lines))
    for number, line in enumerate(lines):
        alone, score, counted = model.compiled.score_lines(kernels.Characters(line), 1)
        start, end = rows.starts[number : number + 2]
        assert np.array_equal(rows.columns[start:end], alone.columns)
        assert np.array_equal(rows.values[start:end], alone.values)
        assert np.array_equal(scores[number], score[0])
        assert np.array_equal(terms[:, number], counted[:, 0])


@pytest.mark.parametrize("pairs", ["", "一是是中文化ab"])
@given(texts=st.lists(TEXT.map(lambda text: " ".join(text.lower().replace("\0", "").splitlines())), min_size=1, max_size=8))
@settings(max_examples=100, deadline=None)
def test_rows_with_characters_by_themselves_are_those_of_the_arrays(dictionary, pairs, texts):
    """No text has a NUL, which cleaning takes away: in a vocabulary it stands before a character by itself."""
    letters = "".join(f"\0{letter}" for letter in "1a一中人是，") + pairs
    count = 2 + len(letters) // 2
    vocabulary = Vocabulary(("中国", "人民"), letters, np.linspace(1, 5, count), None, 1.0)
    weights, telling = np.ones((count, 1), np.float32), np.ones(count, np.uint8)
    joined, square = "\n".join(texts), vocabulary.unknown_square
    scorer = kernels.Scorer(dictionary, vocabulary.words, letters, vocabulary.idf, weights, telling, [b'"x"'], None, square)
    room = kernels.row_room(len(joined))
    starts, columns, values = np.empty(len(texts) + 1, np.int64), np.empty(room, np.int64), np.empty(room)
    terms = np.empty((2, len(texts)), np.int64)
    filled = scorer.score(kernels.Characters(joined), starts, columns, values, np.empty((len(texts), 1)), terms)
    given = Texts(joined, _rjieba_cut(())(joined), len(texts))
    expected = vocabulary.vectorise(given)
    assert np.array_equal(terms, vocabulary.count_terms(given))
    assert np.array_equal(starts, expected.starts)
    columns, values = by_column(scorer, starts, columns[:filled], values[:filled])
    assert np.array_equal(columns, expected.columns)
    assert np.abs(values - expected.values).max(initial=0) < 1e-15


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=150, deadline=None)
def test_the_best_labels_in_context_are_those_of_the_arrays(model, layout_of, seed):
    random = np.random.default_rng(seed)
    sizes = random.integers(1, 12, random.integers(1, 9))
    kinds = random.choice([BODY, ROW, RECORD], len(sizes), p=[0.6, 0.2, 0.2])
    sentences, headings = int(sizes.sum()), 3
    above = tuple(tuple(sentences + random.choice(headings, random.integers(0, 3), replace=False)) for _ in sizes)
    bounds = np.cumsum([0, *sizes])
    firsts = tuple(sorted({0, *random.integers(0, len(sizes), 2).tolist()}))
    layout = layout_of([""] * sentences, [""] * headings, sizes.tolist(), above, tuple(kinds.tolist()), firsts)
    options = msgspec.structs.replace(load_config().model, switch_cost=float(random.choice([0.0, 0.5, 2.0])))
    sums, bias = random.normal(size=(sentences + headings, 6)), random.normal(size=6)
    by_segment = bias + random.normal(size=(len(kinds), 6))
    scores = model.compiled.in_context(layout, sums, options)
    assert np.abs(scores - context(layout, options).apply(sums)).max() < 1e-12
    found = model.compiled.decode(layout, scores, by_segment, options)
    costs = [options.switch_cost if kind == BODY else math.inf for kind in kinds]
    expected = decode(scores + np.repeat(by_segment, np.diff(bounds), axis=0), bounds, costs)
    for name in ("segments", "firsts", "lasts"):
        assert np.array_equal(getattr(found, name), getattr(expected, name)), name
    assert np.abs(found.scores - expected.scores).max() < 1e-12


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("bounds", np.array([0, 3]), "outside the rows"),
        ("bounds", np.array([1, 2]), "outside the rows"),
        ("bounds", np.array([0, 0]), "no sentence"),
        ("bounds", np.array([0]), "agree in length"),
        ("above_starts", np.array([0, 2]), "outside the rows"),
        ("above", np.array([2]), "outside the rows"),
        ("above", np.array([-1]), "outside the rows"),
        ("scores", np.zeros((1, 6)), "no room"),
    ],
)
def test_surroundings_that_do_not_agree_are_refused(model, name, value, message):
    given = {
        "sums": np.zeros((2, 6)), "bounds": np.array([0, 2]), "above_starts": np.array([0, 1]), "above": np.array([1]),
        "apart": np.ones(1, np.uint8), "weights": kernels.Weights(1, 1, 1, 1), "scores": np.zeros((2, 6)),
    }  # fmt: skip
    model.compiled.scorer.in_context(*given.values())
    with pytest.raises(ValueError, match=message):
        model.compiled.scorer.in_context(*(given | {name: value}).values())


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("bounds", np.array([0, 3]), "agree in length"),
        ("bounds", np.array([1, 2]), "agree in length"),
        ("bounds", np.array([0, 0, 2]), "agree in length"),
        ("bias", np.zeros((1, 5)), "labels do not agree"),
        ("bias", np.zeros((2, 6)), "labels do not agree"),
        ("runs", np.zeros((1, 3), np.int64), "no room"),
    ],
)
def test_scores_that_do_not_agree_with_their_segments_are_refused(model, name, value, message):
    given = {
        "scores": np.zeros((2, 6)), "bounds": np.array([0, 2]), "whole": np.zeros(1, np.uint8), "bias": np.zeros((1, 6)),
        "weights": kernels.Weights(1, 1, 1, 1), "runs": np.zeros((2, 3), np.int64), "means": np.zeros((2, 6)),
    }  # fmt: skip
    assert model.compiled.scorer.decode(*given.values()) == 1
    with pytest.raises(ValueError, match=message):
        model.compiled.scorer.decode(*(given | {name: value}).values())


def test_every_tag_of_every_seed_and_of_many_written_reports_is_the_same(root, model, reference):
    paths = [*sorted((root / "seeds" / "reports").iterdir()), *sorted((root / "seeds" / "written").rglob("*.txt"))[::4]]
    documents = [Document(path.name, path.read_bytes().decode("utf-8"), "0", "utf-8") for path in paths]
    assert len(documents) > 70
    assert lines_of(documents, model) == lines_of(documents, reference)


@given(st.lists(TEXT, min_size=1, max_size=4), st.booleans())
@settings(max_examples=200, deadline=None)
def test_every_line_of_any_text_is_what_a_record_encodes_to(model, reference, texts, one_line):
    documents = [
        Document(f'{i} "名".txt', text.replace("\n", "") if one_line else text, "0", "utf-8") for i, text in enumerate(texts)
    ]
    made = [MadeTags(tuple(report.tags)).json_lines() for report in tag_documents(documents, model)]
    assert lines_of(documents, model) == made == lines_of(documents, reference)


@pytest.mark.parametrize(
    "text",
    [
        "开展ＡＰＰ宣讲，ABC平台上线。\r\n理论学习\r\n中心组学习三次。\r\n",
        "推動理論宣講（xuān jiǎng）進萬家，讓黨的聲音傳遍千家萬戶。\u200b舉辦文化節。",
        "İstanbul 图书展上，版权输出一百项。ΑΣ 公司参展。\n文化走出去。",
        "宣 传 工 作 会议召开，理论学习走深走实。" * 40,
    ],
)
def test_what_cleaning_changes_stands_in_the_lines_as_in_the_source(model, reference, text):
    documents = [Document("x.txt", text, "0", "utf-8")] * 3
    assert lines_of(documents, model) == lines_of(documents, reference)
    tags = list(tag_document(documents[0], model).tags)
    assert all(tag.text == text[tag.start : tag.end] for tag in tags)
    assert all(word in tag.text for tag in tags for word, _ in tag.evidence)
    assert sum(len(tag.evidence) for tag in tags) > 0


def test_the_rows_of_a_table_are_the_same(model, reference):
    rows = ["理论宣讲进村社", "图书馆开放夜场", "对外展览在巴黎开幕"]
    text = "\n".join(rows)
    starts = [text.index(row) for row in rows]
    marks = tuple(Mark(start, start + len(row), "record") for start, row in zip(starts, rows, strict=True))
    documents = [Document("x.csv", text, "0", "csv", marks)]
    assert lines_of(documents, model) == lines_of(documents, reference)


@given(TEXT)
def test_lower_case_is_that_of_python(text):
    assert kernels.lower_ascii(text) in (text.lower(), None)


def test_only_what_has_no_case_is_passed_over():
    """Every character that is looked at for ASCII alone is its own lower case."""
    for code in range(0x110000):
        lowered = kernels.lower_ascii(chr(code))
        assert lowered is None or lowered == chr(code).lower()


def test_reports_in_chinese_need_not_be_looked_at_for_other_letters(root):
    texts = [path.read_text(encoding="utf-8") for path in sorted((root / "seeds" / "written").rglob("*.txt"))]
    found = [kernels.lower_ascii(text) for text in texts]
    assert sum(lowered is not None for lowered in found) > 0.8 * len(texts)
    assert all(lowered in (None, text.lower()) for lowered, text in zip(found, texts, strict=True))


@given(st.lists(TEXT, min_size=1, max_size=4), st.lists(TEXT, max_size=3))
def test_spans_are_gathered_as_the_arrays_join_them(layout_of, texts, headings):
    layout = layout_of(texts, headings)
    whole = kernels.gather(list(layout.sources), layout.counts, layout.spans, list(layout.headings))
    assert (whole is None) == any(letter in "İΣ" for text in layout.texts for letter in text)
    if whole is None:
        return
    assert (str(whole), len(whole)) == (join_texts(layout), len(join_texts(layout)))


def test_every_letter_is_gathered_in_lower_case():
    codes = [chr(code) for code in range(0x110000) if chr(code) not in "\r\nİΣ"]
    found = kernels.gather(["".join(codes)], np.array([1]), np.array([[0, len(codes)]]), [])
    assert str(found) == "".join(codes).lower()


def test_spans_that_do_not_agree_with_their_texts_are_refused():
    for sources, counts, spans in (
        (["学习"], [1], [[0, 3]]), (["学习"], [1], [[-1, 1]]), (["学习"], [1], [[2, 1]]), (["学习"], [2], [[0, 1]]),
        (["学习"], [0], [[0, 1]]), (["学习"], [-1], [[0, 1]]), (["学习", "理论"], [1], [[0, 1]]), (["学习"], [1], [[0]]),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"do not agree|outside its text"):
            kernels.gather(sources, np.array(counts), np.array(spans), [])
    with pytest.raises(TypeError):
        kernels.gather([b"x"], np.array([1]), np.array([[0, 1]]), [])


# ---- what a caller may get wrong -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def arrays(model):
    """What ``Scorer.lines`` takes for one run of a short report."""
    source = kernels.Source("学习理论", "学习理论", np.zeros(1, np.int64), np.zeros(1, np.int64), b"{", b"}")
    labels = len(model.labels.names)
    return {
        "source": source, "spans": np.array([[0, 4]]), "number": 0, "headings": [b'""'], "labels": np.zeros(1, np.int64),
        "probabilities": np.full((1, labels), 0.1), "review": np.zeros(1, np.uint8), "secondary": {},
        "words": np.full((1, 2), -1), "shares": np.zeros((1, 2)),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("spans", np.array([[0, 5]]), "outside the text"),
        ("spans", np.array([[-1, 4]]), "outside the text"),
        ("spans", np.array([[2, 2]]), "outside the text"),
        ("spans", np.array([[0, 2, 4]]), "a start and an end"),
        ("labels", np.array([6]), "none of the model's"),
        ("labels", np.array([-1]), "none of the model's"),
        ("headings", [], "length"),
        ("probabilities", np.full((1, 2), 0.1), "shape"),
        ("shares", np.zeros((1, 3)), "shape"),
    ],
)
def test_what_does_not_agree_is_refused_and_nothing_is_read_beyond_its_end(model, arrays, name, value, message):
    assert model.compiled.scorer.lines(**arrays).startswith(b"{0,")
    with pytest.raises(ValueError, match=message):
        model.compiled.scorer.lines(**(arrays | {name: value}))


def test_words_outside_the_vocabulary_are_left_out(model, arrays):
    found = model.compiled.scorer.lines(**(arrays | {"words": np.array([[10**9, 0]]), "shares": np.ones((1, 2))}))
    assert b'"evidence":[}' in found


@pytest.mark.parametrize(
    ("text", "cleaned", "clean", "source"),
    [
        ("学习", "学习", [1], [0]),
        ("学习", "学习", [0], [1]),
        ("学习", "学习", [], []),
        ("学习", "学习", [0, 1], [0]),
        ("学习", "学习", [0, 9], [0, 1]),
    ],
)
def test_a_map_that_leads_outside_the_text_is_refused(text, cleaned, clean, source):
    with pytest.raises(ValueError, match="map"):
        kernels.Source(text, cleaned, np.array(clean, np.int64), np.array(source, np.int64), b"", b"")


def test_half_of_a_pair_of_surrogates_is_refused_as_by_the_encoder(model, arrays):
    source = kernels.Source("学\ud800理论", "学习理论", np.zeros(1, np.int64), np.zeros(1, np.int64), b"{", b"}")
    with pytest.raises(UnicodeEncodeError, match="surrogates not allowed"):
        model.compiled.scorer.lines(**(arrays | {"source": source}))


def test_a_row_of_which_every_part_counts_has_room():
    letters = [chr(0x4E00 + 7 * number) for number in range(40)]
    text = "".join(letters)
    dictionary = kernels.Dictionary("".join(f"{letter} 5\n" for letter in letters).encode())
    pairs = "".join(text[i : i + 2] for i in range(39)) + "".join(f"\0{letter}" for letter in letters)
    terms = kernels.Terms([text[i : i + 2] for i in range(0, 40, 2)], list(range(20)))
    columns = 40 + 39 + 40 + 20
    idf, weights, telling = np.ones(columns), np.ones((columns, 1), np.float32), np.ones(columns, np.uint8)
    scorer = kernels.Scorer(dictionary, tuple(letters), pairs, idf, weights, telling, [b'"x"'], terms, 0.0)
    room = kernels.row_room(40)
    given = [np.empty(2, np.int64), np.empty(room, np.int64), np.empty(room), np.empty((1, 1)), np.empty((2, 1), np.int64)]
    assert scorer.score(kernels.Characters(text), *given) == columns < room < 3.6 * 40
    assert sorted(scorer.columns(given[1][:columns])) == list(range(columns))
    for place in (1, 2):
        short = [*given[:place], given[place][:-1], *given[place + 1 :]]
        with pytest.raises(ValueError, match="no room for the rows"):
            scorer.score(kernels.Characters(text), *short)


def test_too_little_room_for_rows_is_refused(model):
    scorer, labels = model.compiled.scorer, len(model.labels.names)
    room = [np.empty(2, np.int64), np.empty(15, np.int64), np.empty(15), np.empty((1, labels)), np.empty((2, 1), np.int64)]
    assert scorer.score(kernels.Characters("学习理论"), *room) > 0
    for i, small in enumerate(
        [np.empty(1, np.int64), np.empty(14, np.int64), np.empty(14), np.empty((1, labels - 1)), np.empty((1, 1), np.int64)]
    ):
        with pytest.raises(ValueError, match="no room"):
            scorer.score(kernels.Characters("学习理论"), *room[:i], small, *room[i + 1 :])


@pytest.mark.parametrize(("first", "last", "label"), [(0, 3, 0), (1, 1, 0), (-1, 1, 0), (0, 1, 99)])
def test_runs_outside_the_rows_are_refused(model, first, last, label):
    rows, *_ = model.compiled.score_lines(kernels.Characters("学习理论\n文化"), 2)
    with pytest.raises(ValueError, match="outside the rows"):
        model.compiled.strongest(np.array([first]), np.array([last]), np.array([label]), rows, 5)


def test_a_vocabulary_that_does_not_agree_with_its_weights_is_refused(dictionary, model):
    names = [b'"a"']
    with pytest.raises(ValueError, match="do not agree in length"):
        kernels.Scorer(dictionary, ("学习",), "理论", np.ones(2), np.ones((3, 1), np.float32), np.ones(2, np.uint8), names)


def test_what_is_shown_is_rounded_as_the_encoder_writes_it(model, arrays):
    column = model.vocabulary.words.index("理论")
    for share in [0.0, 1.0, 0.0001, 0.1, 0.93, 0.9999, 12.5, 3.0001, *np.random.default_rng(1).random(500).round(4).tolist()]:
        found = model.compiled.scorer.lines(**(arrays | {"words": np.array([[column, -1]]), "shares": np.array([[share, 0.0]])}))
        assert '[["理论",'.encode() + msgspec.json.encode(share) + b"]" in found
