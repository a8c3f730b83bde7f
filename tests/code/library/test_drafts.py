import pickle
import sqlite3
from dataclasses import replace

import pytest

from pipeline.core.errors import LibraryError, UsageError
from pipeline.library import drafts, reports
from pipeline.library.drafts import DraftContent, Pick, StaleError
from pipeline.library.store import Library

CONTENT = DraftContent((3, 1), 5, ("兴文化",), (Pick(1, 40), Pick(3, 0)))


def test_a_draft_is_kept_changed_and_taken_out(library):
    made = drafts.add(library, "半年摘报", "王一", CONTENT)
    assert (made.number, made.revision, made.name, made.person, made.content) == (1, 1, "半年摘报", "王一", CONTENT)
    changed = drafts.save(library, replace(made, name="全年", person="李二", content=DraftContent((1,), 2)))
    assert (changed.revision, changed.name, changed.person, changed.content.pages) == (2, "全年", "李二", 2)
    with Library() as again:
        assert drafts.drafts(again) == [changed]
    drafts.remove(library, 1)
    assert drafts.drafts(library) == []
    assert drafts.add(library, "", "", CONTENT).number == 2  # a number is never another draft's


def test_what_somebody_saved_meanwhile_is_not_replaced(library):
    made = drafts.add(library, "", "王一", CONTENT)
    theirs = drafts.save(library, replace(made, person="李二", content=DraftContent((1,), 2)))
    with pytest.raises(StaleError, match="draft 1: 李二 saved it at ") as told:
        drafts.save(library, made)
    assert drafts.drafts(library) == [theirs]
    passed = pickle.loads(pickle.dumps(told.value))
    assert (passed.saved, passed.code, str(passed)) == (theirs, "stale", str(told.value))


def test_a_draft_that_is_none_and_one_that_is_damaged(library):
    for ask in (drafts.draft_of, drafts.remove):
        with pytest.raises(UsageError, match="no draft 7 in the library"):
            ask(library, 7)
    drafts.add(library, "", "", CONTENT)
    other = sqlite3.connect(library.path)
    other.execute("UPDATE draft SET content = 'x'")
    other.commit()
    other.close()
    with pytest.raises(LibraryError, match="draft 1 is damaged"):
        drafts.draft_of(library, 1)


def test_a_draft_has_nothing_of_the_text_of_a_report(library, keep, make):
    kept = keep(make("a.txt", "全民阅读活动"))
    drafts.add(library, "摘报", "", DraftContent((kept.number,), 5, (), (Pick(kept.number, 0),)))
    (content,) = library.database.execute("SELECT content FROM draft").fetchone()
    assert "阅读" not in content.decode()
    reports.remove(library, [kept.number])
    assert drafts.draft_of(library, 1).content.reports == (kept.number,)
