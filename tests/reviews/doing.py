"""What several tests of reviews do: hold the clock, submit, take, answer, decide, sign."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from registry.accounts import actions as accounts
from registry.kernel import clock
from registry.kernel.actor import Role, Seat, the_registry
from registry.ownership import actions as ownership
from registry.reviews.actions.deciding import decide
from registry.reviews.actions.reviewing import Given, answer, assign
from registry.reviews.actions.submitting import submit
from registry.reviews.queries.content import content_of
from registry.reviews.queries.rulebook import questions_of
from registry.reviews.rules.decisions import ConditionFacts, DecisionFacts
from registry.reviews.rules.kinds import Answer, Decision, Kind
from registry.systems import actions as systems
from registry.systems.queries import facts_of

# Later than any day on which the standing cast can have been registered.
NOW = datetime(2090, 3, 3, 12, tzinfo=UTC)
DOOR = the_registry("command")


def later(days=0, **more):
    return clock.frozen(NOW + timedelta(days=days, **more))


def here(session, system):
    """The cast's system, as a part of this session: what is changed of it is stored."""
    if system not in session:
        session.add(system)
    return system


def submitted(session, cast, by="ada", kind=Kind.INITIAL, system=None, note="Before the pilot.", packs=()):
    return submit(
        session, cast.actor(session, by), here(session, system or cast.triage), kind, note, packs=packs
    )


def taken(session, cast, review, by="rita"):
    return assign(session, cast.actor(session, by), review, cast.people[by])


def answered(session, cast, review, by="rita", said=Answer.MET):
    """Every question of the checklist answered alike."""
    given = {each.key: Given(said, "Seen in its record.") for each in questions_of(session, review.packs)}
    return answer(session, cast.actor(session, by), review, given, still_hold=True)


def ready(session, cast, **more):
    """A review that is submitted, taken by Rita and answered in full."""
    review = submitted(session, cast, **more)
    taken(session, cast, review)
    return answered(session, cast, review)


def decided(session, cast, review, by="rita", decision=Decision.APPROVE, reason="It holds.", **more):
    system = here(session, more.pop("system", cast.triage))
    conditions = tuple(ConditionFacts(text, day) for text, day in more.pop("conditions", ()))
    sha = more.pop("sha", None) or content_of(session, system).sha256
    facts = DecisionFacts(decision, reason, sha, conditions)
    more.setdefault("confirmed_at", clock.now())
    return decide(session, more.pop("actor", None) or cast.actor(session, by), review, system, facts, **more)


def edited(session, cast, by="ada", system=None, **fields):
    """The system's record with some of its statements changed."""
    system = here(session, system or cast.triage)
    facts = replace(facts_of(system), **fields)
    systems.edit(session, cast.actor(session, by), system, facts, version=system.version)


def seated(session, cast, seats=None):
    """Somebody in each of the four seats that sign."""
    here(session, cast.triage)
    for seat, name in (seats or FOUR).items():
        owner = cast.actor(session, "ada")
        ownership.fill_seat(session, owner, cast.triage.id, seat, person_id=cast.number(name))


FOUR = {Seat.BUSINESS_LEAD: "hedy", Seat.DATA_STEWARD: "mia", Seat.COMPLIANCE_LEAD: "otto"}


def reviewer(session, cast, name):
    """Make somebody a reviewer as well."""
    accounts.grant_role(session, DOOR, session.merge(cast.people[name]), Role.REVIEWER)
