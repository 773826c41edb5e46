"""What a provider publishes: one asks for it, others go on or wait; a question without an answer is not put over and over."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from registry.identity.queries import published
from registry.identity.queries.published import FAILED_SECONDS, Published
from registry.identity.rules.terms import Distrusted
from registry.output.asking import Unanswered


class There:
    """What is asked: it counts the questions, and answers each when it may with what it is told to."""

    def __init__(self):
        self.asked, self.answer = 0, "first"
        self.is_asked, self.may_answer = threading.Event(), threading.Event()
        self.may_answer.set()

    def __call__(self):
        self.asked += 1
        self.is_asked.set()
        assert self.may_answer.wait(10)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


@pytest.fixture
def there():
    return There()


@pytest.fixture
def at(monkeypatch):
    """The seconds that have passed, as [0]."""
    seconds = [0.0]
    monkeypatch.setattr(published.time, "monotonic", lambda: seconds[0])
    return seconds


@pytest.mark.parametrize("trouble", [Unanswered("no", is_refusal=True), Distrusted("of another issuer")])
def test_who_gave_no_answer_is_left_alone_for_a_while_and_then_asked_again(there, at, trouble):
    document = Published(there, 3_600)
    there.answer = trouble
    for _ in range(3):
        with pytest.raises(type(trouble)) as told:
            document.get()
        assert vars(told.value) == vars(trouble)
    assert there.asked == 1
    at[0] += FAILED_SECONDS + 1
    there.answer = "first"
    assert (document.get(), document.get(), there.asked) == ("first", "first", 2)
    # What is in hand is good for its hour, whatever came of asking for something newer.
    there.answer = trouble
    at[0] += 20
    with pytest.raises(type(trouble)):
        document.newer(10)
    assert (document.get(), document.known, there.asked) == ("first", "first", 3)
    at[0] += 3_600
    with pytest.raises(type(trouble)):
        document.get()


def test_while_one_asks_others_go_on_with_what_they_have_and_who_needs_the_newest_waits(there, at):
    document = Published(there, 3_600)
    document.get()
    at[0] += 3_601
    there.is_asked.clear()
    there.may_answer.clear()
    there.answer = "second"
    with ThreadPoolExecutor(4) as several:
        asking = several.submit(document.get)
        assert there.is_asked.wait(10)
        waiting = several.submit(document.newer, 10)
        # In this thread, which would never come back if it waited for the answer.
        assert (document.get(), document.known) == ("first", "first")
        assert not waiting.done()
        there.may_answer.set()
        assert (asking.result(10), waiting.result(10)) == ("second", "second")
    assert there.asked == 2


def test_whoever_has_nothing_yet_waits_for_the_one_that_asks(there, at):
    document = Published(there, 3_600)
    there.may_answer.clear()
    with ThreadPoolExecutor(6) as several:
        all_of_them = [several.submit(document.get) for _ in range(6)]
        assert there.is_asked.wait(10)
        there.may_answer.set()
        assert [each.result(10) for each in all_of_them] == ["first"] * 6
    assert there.asked == 1


def test_one_that_is_interrupted_while_asking_keeps_nobody_else_from_it(there, at):
    document = Published(there, 3_600)
    there.answer = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        document.get()
    there.answer = "first"
    assert document.get() == "first"
