"""The order of the desk, and a share that only says a hundred when it means all."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from registry.portfolio.rules import Coverage, Task, Urgency, ordered, stacked

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def task(urgency, what="Look", until=None):
    return Task(urgency, what, "because", until, "/", "Look")


def test_what_waits_for_a_word_comes_first_and_what_could_be_better_last():
    mixed = [task(each) for each in (Urgency.COMPLETE, Urgency.GAP, Urgency.ANSWER, Urgency.CONFIRM)]
    assert [each.urgency for each in ordered(mixed)] == [
        Urgency.ANSWER,
        Urgency.CONFIRM,
        Urgency.GAP,
        Urgency.COMPLETE,
    ]


def test_among_equals_the_one_due_first_comes_first_then_the_name_decides():
    mixed = [
        task(Urgency.ANSWER, "b"),
        task(Urgency.ANSWER, "a"),
        task(Urgency.ANSWER, "later", NOON + timedelta(days=1)),
        task(Urgency.ANSWER, "soon", NOON),
    ]
    assert [each.what for each in ordered(mixed)] == ["soon", "later", "a", "b"]


TASKS = st.lists(
    st.builds(
        Task,
        st.sampled_from(Urgency),
        st.sampled_from("abc"),
        *(st.just(""), st.none() | st.just(NOON), st.just("/"), st.just("Look"), st.none()),
        st.sampled_from(["", "findings", "waivers"]),
    ),
    max_size=40,
)


@given(TASKS)
def test_however_many_of_one_kind_there_are_they_bury_nothing_and_none_is_lost(tasks):
    stacks = stacked(tasks)
    shown = [stack.task for stack in stacks]
    assert shown == ordered(shown)
    assert Counter([*shown, *(each for stack in stacks for each in stack.behind)]) == Counter(tasks)
    for kind in ("findings", "waivers"):
        of_kind = [each for each in ordered(tasks) if each.kind == kind]
        apart = [stack for stack in stacks if stack.task.kind == kind]
        if len(of_kind) <= 4:
            assert [stack.task for stack in apart] == of_kind
        else:
            assert [stack.task for stack in apart] == of_kind[:3]
            assert list(apart[-1].behind) == of_kind[3:]
            assert all(not stack.behind for stack in apart[:-1])


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_the_share_is_whole_percent_and_a_hundred_means_all(having, more):
    total = having + more
    share = Coverage("Objective", having, total).share
    assert share is not None
    assert 0 <= share < 100
    assert abs(share - having / total * 100) <= (1 if share == 99 else 0.5)
    assert Coverage("Objective", total, total).share == 100


def test_a_few_of_many_are_not_said_to_be_none():
    said = [Coverage("Objective", having, 300).share_said for having in (0, 1, 3, 299, 300)]
    assert said == ["0", "<1", "1", "99", "100"]


def test_of_nothing_there_is_no_share():
    assert Coverage("Objective", 0, 0).share_said is None
    assert Coverage("Objective", 0, 0).share is None
