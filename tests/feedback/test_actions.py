"""Feedback on a real session: what comes in, what becomes of it, what the ledger says and does not say."""

from datetime import timedelta

import pytest
from sqlmodel import select

from registry.audit.models import LedgerPayload
from registry.audit.queries import entries_about, verify
from registry.feedback import actions, jobs, queries
from registry.feedback.actions import Incoming
from registry.feedback.models import Feedback, FeedbackTally
from registry.feedback.queries import Narrowing
from registry.feedback.rules.doors import DoorFacts, TooMany
from registry.feedback.rules.feedback import Door, FeedbackFacts, Outcome
from registry.feedback.rules.figures import Share
from registry.feedback.rules.triage import State
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.errors import Conflict, Forbidden, NotFound, RuleBroken
from registry.store.session import finish

SENDER = the_registry("feedback")


@pytest.fixture
def ada(session, cast):
    return cast.actor(session, "ada")


@pytest.fixture
def door(session, cast, ada):
    return actions.set_door(session, ada, cast.triage.id, DoorFacts("Your claim"), version=0)


def sent(session, door, **said):
    """One piece of feedback through the door, as it stands then, and its code."""
    code = actions.receive_from_link(
        session,
        SENDER,
        door,
        FeedbackFacts(**({"comment": "Too slow"} | said)),
        sender=said.get("contact", "somebody"),
    )
    return queries.told_by_code(session, code).feedback, code


def said_in(session):
    finish(session)
    return "".join(session.exec(select(LedgerPayload.payload)))


def test_a_door_opens_closes_and_moves_and_the_old_address_is_as_if_it_had_never_been(
    session, cast, ada, door
):
    first = door.public_code
    assert len(first) >= 16
    assert queries.door_by_code(session, first).id == door.id
    with pytest.raises(Conflict):
        actions.set_door(session, ada, cast.triage.id, DoorFacts(), version=0)
    actions.replace_code(session, ada, door)
    with pytest.raises(NotFound) as replaced:
        queries.door_by_code(session, first)
    actions.set_door(session, ada, cast.triage.id, DoorFacts(is_open=False), version=door.version)
    for code in (door.public_code, "never-given"):
        with pytest.raises(NotFound) as refused:
            queries.door_by_code(session, code)
        assert refused.value.says == replaced.value.says
    for name in ("otto", "mia", "aud"):
        with pytest.raises(Forbidden):
            actions.replace_code(session, cast.actor(session, name), door)


def test_the_ledger_tells_that_feedback_came_and_keeps_contact_and_code_to_itself(
    session, database, cast, door
):
    feedback, code = sent(session, door, rating=2, contact="pat@example.org")
    assert (feedback.came_by, feedback.state, feedback.rating) == (Door.LINK, State.NEW, 2)
    told = said_in(session)
    assert "Too slow" in told
    assert "pat@example.org" not in told
    assert feedback.answer_sha256 not in told
    assert code not in told
    assert [entry.event for entry in entries_about(session, cast.triage.id)][:2] == [
        "feedback.received",
        "feedback_door.set",
    ]
    session.commit()
    with database.transaction(read_only=True) as other:
        assert verify(other).ok


def test_a_sender_is_stopped_after_twenty_in_a_day_and_begins_anew_the_next(session, database, door):
    with clock.frozen(clock.now()):
        for _ in range(20):
            sent(session, door)
        with pytest.raises(TooMany):
            sent(session, door)
        # Somebody else is not held up by them.
        sent(session, door, contact="another sender")
        assert queries.tally_of(session, door.id, clock.today(), "").count == 21
    with clock.frozen(clock.now() + timedelta(days=1)):
        sent(session, door)
        finish(session)
        session.commit()
        jobs.sweep_tallies(database, {})
        with database.transaction(read_only=True) as other:
            assert {tally.day for tally in other.exec(select(FeedbackTally))} == {clock.today()}


def test_a_key_comes_in_once_in_a_batch_and_in_those_after_it(session, cast, ada):
    def batch(*keys):
        incoming = [Incoming(FeedbackFacts(outcome=Outcome.ACCEPTED), key) for key in keys]
        return actions.receive(session, ada, cast.triage.id, Door.TOKEN, incoming)

    first = batch("a", "b", "a", None)
    assert [one.code is not None for one in first] == [True, True, False, True]
    assert first[2].number == first[0].number
    again = batch("b", "c")
    assert again[0].number == first[1].number
    assert again[0].code is None
    assert batch("a")[0].number == first[0].number
    assert len(session.exec(select(Feedback)).all()) == 4
    finish(session)
    told = [entry.said for entry in entries_about(session, cast.triage.id) if "feedback" in entry.event]
    assert told == [{"count": "1"}, {"count": "3"}]


def test_a_batch_with_one_wrong_line_is_refused_whole_and_says_which(session, cast, ada):
    wrong = [Incoming(FeedbackFacts(rating=5)), Incoming(FeedbackFacts(rating=9)), Incoming(FeedbackFacts())]
    with pytest.raises(RuleBroken) as refused:
        actions.receive(session, ada, cast.triage.id, Door.TOKEN, wrong)
    assert [each.field for each in refused.value.problems] == ["feedback.1.rating", "feedback.2.comment"]
    for size in (0, 1_001):
        with pytest.raises(RuleBroken, match="1,000"):
            actions.receive(session, ada, cast.triage.id, Door.TOKEN, wrong[:1] * size)
    with pytest.raises(Forbidden):
        actions.receive(session, cast.actor(session, "mia"), cast.triage.id, Door.STAFF, wrong[:1])
    assert session.exec(select(Feedback)).all() == []


def test_an_answer_reaches_the_reporter_and_nothing_else_does(session, cast, door):
    feedback, code = sent(session, door)
    ben = cast.actor(session, "ben")
    actions.put_under(session, ben, feedback, "Slow  at night")
    assert feedback.state is State.IN_TRIAGE
    actions.escalate(session, ben, feedback, "The queue is full every night.")
    assert (feedback.state, feedback.escalated_to_id) == (State.ESCALATED, cast.number("ada"))
    actions.answer(session, ben, feedback, "We read claims twice as fast from Monday.")
    told = queries.told_by_code(session, code)
    assert (told.title, told.feedback.state) == ("Your claim", State.ANSWERED)
    assert [reply.text for reply in told.replies] == ["We read claims twice as fast from Monday."]
    with pytest.raises(NotFound):
        queries.told_by_code(session, code[:-1])
    with pytest.raises(Forbidden):
        actions.answer(session, cast.actor(session, "rita"), feedback, "x")


def test_spam_is_set_aside_and_comes_back_when_it_is_none(session, cast, ada, door):
    feedback, _ = sent(session, door, comment="http://a http://b http://c")
    assert (feedback.state, feedback.looks_like_spam) == (State.NEW, True)

    def listed(**by):
        return [
            line.feedback.id for line in queries.feedback_page(session, cast.triage.id, Narrowing(**by)).items
        ]

    assert listed() == listed(spam=True) == [feedback.id]
    actions.judge_spam(session, ada, feedback, is_spam=True)
    assert (listed(), listed(waits=True), listed(spam=True)) == ([], [], [feedback.id])
    assert queries.waiting_for(session, ada) is None
    actions.judge_spam(session, ada, feedback, is_spam=False)
    assert (listed(waits=True), listed(spam=True)) == ([feedback.id], [])
    with pytest.raises(RuleBroken):
        actions.judge_spam(session, ada, feedback, is_spam=False)


def test_merged_themes_count_as_one_and_their_old_names_lead_to_it(session, cast, ada, door):
    for name in ("Slow", "slow", "Late", "Tardy", "Wrong"):
        actions.put_under(session, ada, sent(session, door)[0], name)
    slow, late, tardy = (
        queries.theme_named(session, cast.triage.id, name) for name in ("SLOW", "Late", "Tardy")
    )
    actions.merge_themes(session, ada, tardy, late)
    actions.merge_themes(session, ada, late, slow)
    lines = queries.theme_lines(session, cast.triage.id, clock.today())
    assert [(line.theme.name, line.count, line.trend.lately) for line in lines] == [
        ("Slow", 4, 4),
        ("Wrong", 1, 1),
    ]
    assert queries.theme_named(session, cast.triage.id, "tardy").id == slow.id
    page = queries.feedback_page(session, cast.triage.id, Narrowing(theme_id=slow.id))
    assert [line.theme for line in page.items] == ["Slow"] * 4
    with pytest.raises(RuleBroken):
        actions.merge_themes(session, ada, slow, tardy)
    with pytest.raises(RuleBroken):
        actions.rename_theme(session, ada, slow, "Tardy", version=slow.version)
    actions.rename_theme(session, ada, slow, "SLOW", version=slow.version)
    with pytest.raises(RuleBroken):
        actions.rename_theme(session, ada, slow, "wrong", version=slow.version)


def test_a_known_limitation_takes_feedback_until_it_ends_and_not_from_another_system(
    session, cast, ada, door
):
    known = actions.add_limitation(session, ada, cast.triage.id, "Worse on handwritten notices.")
    feedback, other = sent(session, door)[0], sent(session, door)[0]
    actions.link_limitation(session, ada, feedback, known)
    assert feedback.state is State.KNOWN_LIMITATION
    actions.end_limitation(session, ada, known)
    foreign = actions.add_limitation(session, cast.actor(session, "olga"), cast.pricing.id, "Flats only.")
    for unfit in (known, foreign):
        with pytest.raises(RuleBroken):
            actions.link_limitation(session, ada, other, unfit)
    with pytest.raises(RuleBroken):
        actions.end_limitation(session, ada, known)


def test_weekly_figures_count_ratings_and_outcomes_and_leave_spam_out(session, cast, ada, door, frozen_clock):
    with clock.frozen(frozen_clock - timedelta(days=7)):
        sent(session, door, rating=5)
        sent(session, door, rating=5, comment="http://a http://b http://c")
    for rating, outcome in (
        (4, None),
        (3, Outcome.CORRECTED),
        (None, Outcome.OVERRIDDEN),
        (1, Outcome.IGNORED),
    ):
        sent(session, door, rating=rating, outcome=outcome)
    actions.judge_spam(session, ada, sent(session, door, rating=5)[0], is_spam=True)
    today = frozen_clock.date()
    weeks = queries.weekly_figures(session, cast.triage.id, today - timedelta(days=10), today)
    assert [week.received for week in weeks] == [0, 1, 4]
    assert [week.satisfaction for week in weeks] == [Share(0, 0), Share(1, 1), Share(1, 3)]
    assert weeks[-1].override_rate == Share(2, 3)


def test_the_inbox_holds_what_somebody_may_answer_and_the_desk_what_is_theirs(session, cast, ada, door):
    sent(session, door)
    # A bare rating counts; there is nobody to answer and nothing to answer to.
    told = [Incoming(FeedbackFacts(rating=1, comment="Too late.")), Incoming(FeedbackFacts(rating=1))]
    for number in (cast.sentinel.id, cast.pricing.id):
        actions.receive(session, the_registry("command"), number, Door.STAFF, told)

    def seen(name):
        actor = cast.actor(session, name)
        page, waits = queries.inbox_page(session, actor, Narrowing()), queries.waiting_for(session, actor)
        return {line.system.name for line in page.items}, waits.count if waits else 0

    assert seen("ada") == ({"Claims triage", "Sentinel"}, 2)
    assert seen("ben") == ({"Claims triage"}, 0)
    assert seen("dee") == ({"Claims triage"}, 1)
    assert seen("adam") == ({"Claims triage", "Sentinel", "Home pricing"}, 0)
    assert seen("otto") == seen("rita") == (set(), 0)
