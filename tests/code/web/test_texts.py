"""Texts that wait for the page's tags: together in rounds, each with its own tags or its own error."""

import asyncio
import threading

import pytest
from starlette.exceptions import HTTPException

from pipeline.batch.engine import tag_texts as engine_tags
from pipeline.web import texts
from pipeline.web.texts import TextQueue

TEXTS = ["县图书馆新开六座城市书房。", "县委理论学习中心组集中学习十二次。", "全县开展志愿服务，评选道德模范。", "", "Text"]


@pytest.fixture
def rounds(monkeypatch):
    """The texts of each round, in order; the first AT_ONCE rounds wait for ``rounds.go``."""

    class Rounds(list):
        go = threading.Event()
        begun = threading.Semaphore(0)

    found = Rounds()

    def tag(some, model):
        found.append(list(some))
        found.begun.release()
        assert found.go.wait(60)
        return engine_tags(some, model)

    monkeypatch.setattr(texts, "tag_texts", tag)
    return found


async def ask(queue, model, some):
    """Ask for the tags of some texts at once."""
    asked = [asyncio.create_task(queue.tag(text, model)) for text in some]
    await asyncio.sleep(0)
    return asked


async def fill(queue, model, rounds):
    """Have a text in each of the rounds that go on at once; return what waits for them."""
    first = []
    for _ in range(texts.AT_ONCE):
        first += await ask(queue, model, ["一条消息。"])
        await asyncio.to_thread(rounds.begun.acquire)
    return first


def test_each_text_has_the_tags_that_it_has_alone(model):
    async def main():
        queue = TextQueue(100)
        return await asyncio.gather(*(queue.tag(text, model) for text in TEXTS * 9))

    alone = [next(engine_tags([text], model)).finish().tags for text in TEXTS]
    assert alone[0][0].theme
    assert asyncio.run(main()) == alone * 9


def test_what_comes_meanwhile_is_one_round(model, rounds):
    async def main():
        queue = TextQueue(100)
        asked = await fill(queue, model, rounds)
        asked += await ask(queue, model, TEXTS * 9)
        assert queue.waiting == len(TEXTS) * 9
        rounds.go.set()
        await asyncio.gather(*asked)
        assert queue.waiting == 0

    asyncio.run(main())
    assert [len(some) for some in rounds] == [1, 1, 45]


def test_a_round_has_so_many_characters_and_no_long_text_waits_for_ever(model, rounds, monkeypatch):
    monkeypatch.setattr(texts, "TOGETHER", 10)

    async def main():
        queue = TextQueue(100)
        asked = await fill(queue, model, rounds)
        asked += await ask(queue, model, ["一二三四", "一二三四五六", "七", "一二三四五六七八九十一", "八"])
        rounds.go.set()
        await asyncio.gather(*asked)

    asyncio.run(main())
    assert sorted(rounds[2:]) == sorted([["一二三四", "一二三四五六"], ["七"], ["一二三四五六七八九十一"], ["八"]])


def test_a_round_is_of_one_model(model, rounds):
    other = model.calibrated(model.temperature, model.thresholds, None)

    async def main():
        queue = TextQueue(100)
        asked = await fill(queue, model, rounds)
        for text, one in (("甲", model), ("乙", model), ("丙", other), ("丁", model)):
            asked += await ask(queue, one, [text])
        rounds.go.set()
        await asyncio.gather(*asked)

    asyncio.run(main())
    assert sorted(rounds[2:]) == [["丁"], ["丙"], ["甲", "乙"]]


def test_an_error_is_of_its_own_text_alone(model, monkeypatch):
    def tag(some, model):
        if "bad" in some:
            raise ZeroDivisionError("of this text")
        return engine_tags(some, model)

    monkeypatch.setattr(texts, "tag_texts", tag)

    async def main():
        queue = TextQueue(100)
        return await asyncio.gather(*(queue.tag(text, model) for text in ["bad", *TEXTS, "bad"]), return_exceptions=True)

    results = asyncio.run(main())
    assert [str(results[0]), str(results[-1])] == ["of this text"] * 2
    assert results[1:-1] == [next(engine_tags([text], model)).finish().tags for text in TEXTS]


def test_a_thread_that_cannot_be_started_is_told_and_the_next_text_is_tagged(model, monkeypatch):
    started = texts.to_thread.run_sync

    async def no_thread(*_):
        raise RuntimeError("can't start new thread")

    async def main():
        queue = TextQueue(100)
        monkeypatch.setattr(texts.to_thread, "run_sync", no_thread)
        results = await asyncio.wait_for(asyncio.gather(queue.tag("甲", model), queue.tag("乙", model), return_exceptions=True), 60)
        monkeypatch.setattr(texts.to_thread, "run_sync", started)
        return [str(result) for result in results], await asyncio.wait_for(queue.tag(TEXTS[0], model), 60)

    told, tags = asyncio.run(main())
    assert told == ["can't start new thread"] * 2
    assert [tag.text for tag in tags] == TEXTS[:1]


def test_who_asks_when_the_last_round_has_just_ended_is_answered(model):
    async def main():
        queue = TextQueue(100)
        for _ in range(20):
            await asyncio.wait_for(asyncio.gather(*(queue.tag(text, model) for text in TEXTS[: texts.AT_ONCE])), 60)
        return queue.waiting

    assert asyncio.run(main()) == 0


def test_whoever_goes_takes_nobody_along_and_gives_the_place_free(model, rounds):
    async def main():
        queue = TextQueue(3)
        asked = await fill(queue, model, rounds)
        asked += await ask(queue, model, ["甲", "乙", "丙"])
        with pytest.raises(HTTPException) as refused:
            await queue.tag("丁", model)
        asked[0].cancel()  # its round goes on
        asked[3].cancel()
        rounds.go.set()
        results = await asyncio.gather(*asked, return_exceptions=True)
        await queue.tag("丁", model)
        return refused.value.status_code, [isinstance(result, asyncio.CancelledError) for result in results]

    assert asyncio.run(main()) == (503, [True, False, False, True, False])
    assert rounds[2:] == [["甲", "丙"], ["丁"]]
