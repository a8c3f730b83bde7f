"""What is compiled of a model, kept in a file and mapped when the model is loaded again."""

import io
import os
import subprocess
import sys

import numpy as np
import pytest

from pipeline.batch.engine import raw_document
from pipeline.core.errors import ModelError
from pipeline.flow import tag_document
from pipeline.model.folder import load_model, save_model
from pipeline.model.tables import KEPT, place_of, read_tables, write_tables

pytestmark = pytest.mark.compiled
kernels = pytest.importorskip("pipeline.model._kernels", reason="not compiled; CI installs a compiler")
TEXT = "县委理论学习中心组集中学习十二次。\n\n图书馆新开六座城市书房，𠀀镇送戏下乡八十场；ＡＢＣ协会办展，京剧《白蛇传》进校园。\n"


@pytest.fixture
def folder(model, tmp_path, monkeypatch):
    monkeypatch.setenv("MISSION_THEMES_CACHE", str(tmp_path / "cache"))
    save_model(model, tmp_path / "m", b"")
    return tmp_path / "m"


@pytest.fixture
def kept(folder, tmp_path):
    """Load and use a model twice, and return the file that is then there."""
    for _ in range(2):
        assert load_model(folder).compiled is not None
    [file] = (tmp_path / "cache" / "tables").iterdir()
    return file


def lines(model, text):
    return b"".join(group.json_lines() for group in tag_document(raw_document(text), model).groups)


def evidence(model, text):
    return [tag.evidence for group in tag_document(raw_document(text), model).groups for tag in group]


def test_a_model_that_is_loaded_for_the_third_time_tags_by_its_tables_as_before(model, folder, kept, root):
    loaded = load_model(folder)
    assert "compiled" in vars(loaded)
    assert loaded.tables is None
    texts = [TEXT, *(path.read_text(encoding="utf-8") for path in sorted((root / "seeds" / "reports").iterdir())[:3])]
    for text in texts:
        assert lines(loaded, text) == lines(model, text)
        assert loaded.cut(text) == model.cut(text)
        assert evidence(loaded, text) == evidence(model, text)
    assert "idf" not in vars(loaded.vocabulary)  # nothing has asked for it


def test_the_vocabulary_is_read_when_it_is_asked_for(model, folder, kept):
    loaded = load_model(folder).vocabulary
    assert len(loaded) == len(model.vocabulary)
    assert loaded.words == model.vocabulary.words
    assert np.array_equal(loaded.telling, model.vocabulary.telling)
    again = load_model(folder)
    assert np.array_equal(again.weights, model.weights)
    assert again.weights is again.weights
    with pytest.raises(AttributeError, match="colour"):
        _ = loaded.colour


def test_a_model_with_tables_may_end_in_a_circle_of_references(folder, kept, root):
    code = (
        "import gc, sys\nfrom pathlib import Path\nfrom pipeline.model.folder import load_model\n"
        "model = load_model(Path(sys.argv[1]))\nassert 'compiled' in vars(model)\n"
        "circle = [model]\ncircle.append(circle)\ndel model, circle\nassert gc.collect()\nprint('ended')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "ended\n"), done.stderr


def test_one_load_keeps_nothing_but_a_note(folder, tmp_path):
    assert load_model(folder).compiled is not None
    [note] = (tmp_path / "cache" / "tables").iterdir()
    assert (note.suffix, note.stat().st_size) == (".once", 0)


@pytest.mark.parametrize("mode", [0o666, 0o620])
def test_tables_that_others_could_have_written_are_not_read(folder, kept, mode):
    kept.chmod(mode)
    assert read_tables(kept) is None
    assert "compiled" not in vars(load_model(folder))


def test_tables_behind_a_link_are_not_read(kept):
    (elsewhere := kept.with_name("elsewhere")).mkdir(0o700)
    real = kept.rename(elsewhere / kept.name)
    kept.symlink_to(real)
    assert read_tables(kept) is None
    assert read_tables(real) is not None


def test_what_a_link_in_the_place_of_tables_leads_to_stays(folder, kept, tmp_path):
    mine = tmp_path / "report.txt"
    mine.write_bytes(b"mine")
    kept.unlink()
    kept.symlink_to(mine)
    for _ in range(2):
        assert load_model(folder).compiled is not None
    assert mine.read_bytes() == b"mine"
    assert not kept.is_symlink()
    assert read_tables(kept) is not None


def test_tables_that_others_could_have_written_are_made_anew_for_the_user_alone(folder, kept):
    kept.chmod(0o666)
    for _ in range(2):
        assert load_model(folder).compiled is not None
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "compiled" in vars(load_model(folder))


def test_tables_in_a_folder_that_others_may_write_into_are_not_read(kept):
    kept.parent.chmod(0o777)
    assert read_tables(kept) is None


def test_tables_of_another_model_under_this_one_s_name_are_made_again(model, folder, kept):
    other = kept.with_name("0" * 64)
    for _ in range(2):
        write_tables(other, model.compiled.scorer)
    other.replace(kept)
    assert read_tables(kept) is None
    assert lines(load_model(folder), TEXT) == lines(model, TEXT)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_in_the_place_of_tables_is_not_waited_for(folder, kept):
    kept.unlink()
    os.mkfifo(kept, 0o600)
    assert read_tables(kept) is None
    assert "compiled" not in vars(load_model(folder))


def test_nothing_is_kept_in_a_folder_that_others_may_write_into(folder, tmp_path):
    cache = tmp_path / "cache" / "tables"
    cache.mkdir(parents=True)
    cache.chmod(0o777)
    for _ in range(3):
        assert load_model(folder).compiled is not None
    assert list(cache.iterdir()) == []


def test_nothing_is_kept_where_nothing_can_be(folder, tmp_path, monkeypatch, model):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("MISSION_THEMES_CACHE", str(tmp_path / "file"))
    for _ in range(3):
        assert lines(load_model(folder), TEXT) == lines(model, TEXT)


@pytest.mark.parametrize("size", [0, 1, 64, 100_000, -64, -1])
def test_tables_that_are_cut_short_are_made_again(model, folder, kept, size):
    whole = kept.read_bytes()
    kept.write_bytes(whole[:size])
    damaged = load_model(folder)
    assert "compiled" not in vars(damaged)
    assert lines(damaged, TEXT) == lines(model, TEXT)
    assert lines(load_model(folder), TEXT) == lines(model, TEXT)
    assert kept.read_bytes() == whole


class Pieces(io.BytesIO):
    """What is written, with where each number and array begins and how long it is, but for what fills the room behind it."""

    def __init__(self):
        super().__init__()
        self.places = []

    def write(self, piece):
        if self.tell() % 64 == 0 and len(piece):
            self.places.append((self.tell(), len(piece)))
        return super().write(piece)


@pytest.fixture
def pieces(model):
    model.compiled.scorer.write(made := Pieces())
    return made


def of_damaged(model, pieces, place, damage):
    """Take tables with other bytes at a place, which are then as they were."""
    data, end = pieces.getbuffer(), place + len(damage)
    whole = bytes(data[place:end])
    data[place:end] = damage
    try:
        assert damage != whole
        return kernels.Scorer.of_tables(data, [b'"x"'] * len(model.labels.names))
    finally:
        data[place:end] = whole


def test_a_damaged_number_is_found_before_anything_is_looked_up_by_it(model, pieces):
    """The numbers tell where arrays begin and how their keys are strewn: another one may lead beyond the file.

    Sizes that wrap around are among them: of 2**60 records, of places whose bytes end at zero again, of less than nothing.
    """
    found = pieces.getvalue()
    places = [place for place, size in pieces.places if size == 8]
    assert len(places) >= 20
    for place in places:
        own = int.from_bytes(found[place : place + 8], "little", signed=True)
        damages = {1, 3, 2**16, 2**31, 2**40, 2**58, 2**60, 2**61, 2**61 - 1, 2**63 - 64, 2**63 - 1, -1, -64, -(2**40), -(2**63)}
        for number in (damages | {own + 1, own ^ 2**40}) - {own}:
            with pytest.raises(ValueError, match="tables"):
                of_damaged(model, pieces, place, number.to_bytes(8, "little", signed=True))


def test_an_array_that_does_not_begin_or_end_as_it_was_written_is_found(model, pieces):
    """As where a page was never written; what stands in the middle of an array is not summed up."""
    found = pieces.getvalue()
    arrays = [(place, size) for place, size in pieces.places if size > 64]
    assert len(arrays) >= 10
    for place, size in arrays:
        for at in (place, place + size - 1):
            with pytest.raises(ValueError, match="tables, or the ends of their arrays, are not those that were written"):
                of_damaged(model, pieces, at, bytes([found[at] ^ 0x5A]))


@pytest.mark.parametrize("end", [2**31 - 1, -1])
def test_a_word_that_would_lie_beyond_all_others_is_not_read(model, pieces, end):
    """In the middle of an array nothing is summed up: where a word ends is looked at when it is asked for."""
    words, data = model.vocabulary.words, bytearray(pieces.getvalue())
    middle = len(words) // 2
    place = next(place for place, size in pieces.places if size == 4 * len(words)) + 4 * middle
    data[place : place + 4] = end.to_bytes(4, "little", signed=True)
    scorer = kernels.Scorer.of_tables(data, [b'"x"'] * len(model.labels.names))
    assert scorer.word(middle - 1) == words[middle - 1]
    for column in (middle, middle + 1):
        with pytest.raises(ValueError, match="the words of the tables are not those that were written"):
            scorer.word(column)


def test_tables_with_a_damaged_end_are_made_again(model, folder, kept):
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-4096] + bytes(4096))
    damaged = load_model(folder)
    assert "compiled" not in vars(damaged)
    assert lines(damaged, TEXT) == lines(model, TEXT)
    assert lines(load_model(folder), TEXT) == lines(model, TEXT)
    assert kept.read_bytes() == whole


def test_another_model_has_tables_of_its_own(kept):
    first, second = place_of("a" * 64, []), place_of("b" * 64, [])
    assert first != second
    assert {first.parent, second.parent} == {kept.parent}


def test_a_file_that_is_not_there_has_no_tables(folder, kept):
    assert place_of("a" * 64, [folder / "weights.npy"]) is not None
    assert place_of("a" * 64, [folder / "weights.npy", folder / "none"]) is None


@pytest.mark.parametrize("name", ["bias.npy", "weights.npy", "idf.npy", "words.txt", "gazetteer.txt", "training.json"])
def test_a_file_that_was_touched_is_read_again(model, folder, kept, name):
    """Of the same size, with its time set back: a change is found all the same, and what is as it was has new tables."""
    file = folder / name
    content, found = file.read_bytes(), file.stat()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    os.utime(file, ns=(found.st_atime_ns, found.st_mtime_ns))
    with pytest.raises(ModelError, match=f"{name}: changed since the model was written"):
        load_model(folder)
    file.write_bytes(content)
    os.utime(file, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert "compiled" not in vars(load_model(folder))


def test_what_is_in_tables_is_not_read(folder, kept, monkeypatch):
    seen = []
    monkeypatch.setattr("pipeline.model.folder.read_file", lambda folder, name: seen.append(name) or (folder / name).read_bytes())
    loaded = load_model(folder)
    assert lines(loaded, TEXT)
    assert any(evidence(loaded, TEXT))
    assert sorted(seen) == ["bias.npy", "dictionary.txt"]
    for name, asked in (("idf.npy", lambda: loaded.vocabulary.idf), ("weights.npy", lambda: loaded.weights)):
        (folder / name).write_bytes(b"")
        with pytest.raises(ModelError, match=f"{name}: changed since"):
            asked()


def test_code_that_has_changed_makes_tables_of_its_own(kept, tmp_path):
    (tmp_path / "features.py").write_text("FREQUENT = 5.0", encoding="utf-8")
    first = place_of("a" * 64, [], tmp_path)
    assert place_of("a" * 64, [], tmp_path) == first
    (tmp_path / "features.py").write_text("FREQUENT = 50.0", encoding="utf-8")
    assert place_of("a" * 64, [], tmp_path) not in (first, place_of("a" * 64, []))


def test_older_tables_are_removed(model, kept):
    os.utime(kept, ns=(0, 0))
    for number in range(KEPT + 2):
        place = kept.with_name(f"{number}")
        for _ in range(2):
            write_tables(place, model.compiled.scorer)
        os.utime(place, ns=(10**18 + number, 10**18 + number))
    assert sorted(file.name for file in kept.parent.iterdir()) == ["2", "3", "4", "5"]


def test_a_dictionary_from_a_file_takes_no_words(model):
    stream = io.BytesIO()
    model.compiled.scorer.write(stream)
    names = [b'"x"'] * len(model.labels.names)
    scorer = kernels.Scorer.of_tables(memoryview(stream.getvalue()), names)
    assert scorer.columns_in_all == len(model.vocabulary)
    assert scorer.cut("学习理论") == model.cut("学习理论")
    words = model.vocabulary.words
    assert tuple(map(scorer.word, range(len(words)))) == words
    for column in (-1, len(words)):
        with pytest.raises(IndexError, match=f"column {column} is no word"):
            scorer.word(column)
    again = io.BytesIO()
    scorer.write(again)
    assert again.getvalue() == stream.getvalue()
    with pytest.raises(ValueError, match="none of these labels"):
        kernels.Scorer.of_tables(memoryview(stream.getvalue()), names[:-1])
    with pytest.raises(ValueError, match="none of these labels"):
        kernels.Scorer.of_tables(memoryview(stream.getvalue() + bytes(64)), names)
