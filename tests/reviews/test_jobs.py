"""Periodic reviews open by themselves, are told of once per due day, and wait on the desks of those they wait for."""

from datetime import timedelta

from sqlmodel import select

from registry.kernel.actor import Seat, the_registry
from registry.ownership import actions as ownership
from registry.people import actions as people
from registry.people.models import Person
from registry.reviews import jobs
from registry.reviews.actions.submitting import want, withdraw
from registry.reviews.models.reviews import Review
from registry.reviews.queries.due import waiting_for
from registry.reviews.rules.kinds import Decision, Kind, State
from tests.incidents.happening import is_whole
from tests.reviews.doing import NOW, answered, decided, edited, later, ready, submitted, taken


def reviews(database):
    with database.transaction(read_only=True) as session:
        return session.exec(select(Review).order_by(Review.id)).all()


def test_a_periodic_review_opens_before_its_day_once_and_its_owner_and_then_the_head_are_told(database, cast):
    with later(), database.transaction() as session:
        decided(session, cast, ready(session, cast))
    with later(365 - 46):
        jobs.open_due(database, {})
    assert len(reviews(database)) == 1
    for _ in range(2):
        with later(365 - 40):
            jobs.open_due(database, {})
            jobs.chase_reviews(database, {})
    [_, wanted] = reviews(database)
    assert (wanted.kind, wanted.state, wanted.reminded_for) == (Kind.PERIODIC, State.WANTED, None)
    for _ in range(2):
        with later(365 - 29):
            jobs.chase_reviews(database, {})
    assert reviews(database)[1].reminded_for == wanted.due_on
    with later(365 + 8):
        jobs.chase_reviews(database, {})
        told = reviews(database)[1]
        assert (told.escalated_for, told.escalated_to_id) == (wanted.due_on, cast.number("hedy"))
        with database.transaction(read_only=True) as session:
            found = waiting_for(session, cast.actor(session, "hedy"), NOW.date())
            assert [review.id for review, _ in found.told_of] == [wanted.id]
    assert is_whole(database)


def test_each_thing_waits_on_the_desk_of_whoever_it_waits_for(session, cast):
    def desk(name):
        return waiting_for(session, cast.actor(session, name), NOW.date())

    with later():
        want(session, the_registry("worker"), cast.sentinel, Kind.PERIODIC, NOW.date())
        review = submitted(session, cast)
        assert (desk("rita").unassigned, desk("rita").unassigned_due) == (1, review.due_on)
        taken(session, cast, review)
        assert [each.key for each, _ in desk("rita").to_decide] == [review.key]
        assert [system.key for _, system in desk("ada").to_submit] == [cast.sentinel.key]
        assert desk("mia").to_submit == []
    with later(1):
        decided(session, cast, ready(session, cast, kind=Kind.CHANGE))
        assert [system.key for system, _, _ in desk("ada").to_attest] == [cast.triage.key]
        assert desk("ada").stale == []
        edited(session, cast, autonomy=2)
        [(system, changes)] = desk("ada").stale
        assert (system.key, changes[0].label) == (cast.triage.key, "Autonomy")
        assert (desk("dee").stale, desk("dee").to_attest) == ([], [])
        ownership.fill_seat(
            session,
            cast.actor(session, "ada"),
            cast.triage.id,
            Seat.COMPLIANCE_LEAD,
            person_id=cast.number("otto"),
        )


def test_days_are_the_owners_or_the_reviewers_and_nobody_moves_the_others(database, cast):
    with later(), database.transaction() as session:
        due = submitted(session, cast).due_on
    with later(14), database.transaction() as session:
        assert submitted(session, cast, note="The same again.").due_on == due
        edited(session, cast, autonomy=2)
        assert submitted(session, cast, note="Something else.").due_on == due + timedelta(days=14)
    with later(60), database.transaction() as session:
        review = session.get_one(Review, 1)
        answered(session, cast, taken(session, cast, review))
        decided(session, cast, review, decision=Decision.REQUEST_CHANGES, reason="More.")
        assert review.due_on == (NOW + timedelta(days=60 + 15)).date()
    with later(61):
        jobs.chase_reviews(database, {})
    [review] = reviews(database)
    assert review.escalated_to_id is None


def test_a_review_of_a_reviewer_who_has_left_is_free_again(database, cast):
    with later(), database.transaction() as session:
        taken(session, cast, submitted(session, cast))
    with later(1):
        jobs.chase_reviews(database, {})
        assert reviews(database)[0].assigned_to_id == cast.number("rita")
        with database.transaction() as session:
            rita = session.get_one(Person, cast.number("rita"))
            people.mark_as_left(session, the_registry("command"), rita, NOW.date() - timedelta(days=1))
        jobs.chase_reviews(database, {})
    assert reviews(database)[0].assigned_to_id is None
    assert is_whole(database)


def test_a_review_the_registry_wants_stays_wanted_by_its_day_when_it_is_taken_back(session, cast):
    with later():
        decided(session, cast, ready(session, cast))
    with later(330):
        wanted = want(session, the_registry("worker"), cast.triage, Kind.PERIODIC, day := NOW.date())
        submitted(session, cast, kind=Kind.PERIODIC)
        withdraw(session, cast.actor(session, "ada"), wanted)
        assert (wanted.state, wanted.ended_at) == (State.WANTED, None)
        assert wanted.due_on == day.replace(year=2091)
