"""What counts as an approval, a signature and a waiver today: what came after it, what it was given on, and until when."""

from registry.lifecycle.queries.gates import subjects_of
from registry.reviews.queries.due import to_open, waiting_for
from registry.reviews.queries.standing import standing_of
from registry.reviews.rules.cadence import Standing
from registry.reviews.rules.kinds import Decision, Kind
from registry.systems.rules.record import Tier
from tests.reviews.doing import NOW, decided, later, ready


def fact(session, system, name):
    session.flush()
    return subjects_of(session, [system])[system.id].facts[name]


def test_a_rejection_takes_back_every_approval_before_it_and_leave_to_retire_is_none_to_be_used(
    session, cast
):
    cast.triage.tier = Tier.LIMITED
    with later():
        decided(session, cast, ready(session, cast, kind=Kind.DECOMMISSION))
        assert standing_of(session, cast.triage).review.validity.standing is Standing.NEVER
        assert not fact(session, cast.triage, "reviewed")
        decided(session, cast, ready(session, cast))
        assert fact(session, cast.triage, "reviewed")
    with later(1):
        last = ready(session, cast, kind=Kind.INCIDENT)
        decided(session, cast, last, decision=Decision.REJECT, reason="It must not be used.")
        found = standing_of(session, cast.triage)
        assert (found.review.validity.standing, found.verdict.review_id) == (Standing.REJECTED, last.id)
        assert not fact(session, cast.triage, "reviewed")
        assert waiting_for(session, cast.actor(session, "ada"), NOW.date()).to_attest == []
    with later(360):
        assert to_open(session, cast.actor(session, "adam"), NOW.date()) == []
        decided(session, cast, ready(session, cast, kind=Kind.CHANGE))
        assert standing_of(session, cast.triage).review.validity.standing is Standing.CURRENT
