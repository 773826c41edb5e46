"""Who has a part in a system decides nothing of it and chooses nobody who does: teams, givers, executives, menders."""

from datetime import timedelta

import pytest

from registry.accounts import actions as accounts
from registry.kernel.actor import Role, Seat, the_registry
from registry.kernel.errors import Forbidden, RuleBroken
from registry.ownership import actions as ownership
from registry.people.actions.directory import add_team
from registry.people.rules.directory import Function
from registry.reviews.actions import findings, signing
from registry.reviews.actions.reviewing import assign
from registry.reviews.actions.submitting import withdraw
from registry.reviews.queries.separating import involved_in
from registry.reviews.rules.findings import FindingFacts
from registry.reviews.rules.kinds import FindingState, Severity, Signed
from registry.reviews.rules.signing import seats_of
from registry.systems.rules.record import Tier
from registry.versions import actions as versions
from registry.versions.rules.record import VersionFacts
from tests.reviews.doing import DOOR, NOW, edited, here, later, ready, reviewer, submitted, taken


def test_whoever_has_a_part_in_a_system_gives_its_review_to_nobody(session, cast):
    with later():
        reviewer(session, cast, "ada")
        review = submitted(session, cast, by="dee")
        with pytest.raises(Forbidden, match="holds a seat"):
            assign(session, cast.actor(session, "ada"), review, cast.people["rita"])
        taken(session, cast, review)
        assert review.assigned_to_id == cast.number("rita")


def test_a_team_counts_as_those_who_are_in_it_and_a_review_taken_back_as_the_one_handed_in_anew(
    session, cast
):
    with later():
        ada, triage = cast.actor(session, "ada"), here(session, cast.triage)
        team = add_team(
            session,
            the_registry("command"),
            "Deputies",
            Function.OTHER,
            leader_id=cast.number("mia"),
            member_ids=frozenset({cast.number("otto")}),
        )
        deputy = ownership.fill_seat(session, ada, triage.id, Seat.DEPUTY, team_id=team.id)
        first = submitted(session, cast)
    with later(1):
        ownership.vacate_seat(session, ada, deputy)
        withdraw(session, ada, first)
    with later(2):
        again = submitted(session, cast, by="dee")
        found = involved_in(session, again.id, triage.id)
        assert {cast.number("mia"), cast.number("otto")} <= set(found.seated)
        assert set(found.asked) == {cast.number("ada"), cast.number("dee")}


def test_whoever_approved_a_version_in_force_decides_no_review_that_puts_it_to_use(session, cast):
    with later():
        facts = VersionFacts("1", "First.", evaluation="Recall 0.9", significant=False)
        model = versions.add_version(session, cast.actor(session, "ada"), cast.triage.id, facts)
        versions.approve(session, cast.actor(session, "adam"), model, version=model.version)
        reviewer(session, cast, "adam")
        review = submitted(session, cast)
        with pytest.raises(RuleBroken, match="approved a version"):
            assign(session, cast.actor(session, "rita"), review, cast.people["adam"])


def test_whoever_ever_edited_a_record_decides_no_review_of_it(database, cast):
    with later(), database.transaction() as session:
        here(session, cast.triage)
        edited(session, cast, by="adam", intended_use="What Adam wants.")
    with later(1), database.transaction() as session:
        reviewer(session, cast, "adam")
        review = submitted(session, cast)
        with pytest.raises(RuleBroken, match="edited the record"):
            assign(session, cast.actor(session, "rita"), review, cast.people["adam"])
        taken(session, cast, review)


def test_whoever_was_to_mend_a_finding_does_not_verify_it(session, cast):
    with later():
        review, rita = ready(session, cast), cast.actor(session, "rita")
        facts = FindingFacts("Grave", "", Severity.HIGH, cast.number("rita"), NOW.date() + timedelta(days=9))
        finding = findings.add_finding(session, rita, review, facts)
        findings.resolve_finding(session, cast.actor(session, "ada"), finding, "Rita mended it.")
        with pytest.raises(Forbidden):
            findings.verify_finding(session, rita, finding)
        reviewer(session, cast, "otto")
        findings.verify_finding(session, cast.actor(session, "otto"), finding)
        assert finding.state is FindingState.VERIFIED


def test_an_owner_accepts_no_risk_of_their_own_system_as_an_executive(session, cast):
    with later():
        cast.triage.tier = Tier.HIGH
        for name in ("ada", "mia"):
            accounts.grant_role(session, DOOR, session.merge(cast.people[name]), Role.EXECUTIVE)
        ada, mia = cast.actor(session, "ada"), cast.actor(session, "mia")
        sheet = signing.open_sheet(session, ada, here(session, cast.triage))
        with pytest.raises(RuleBroken, match="do not hold the executive seat"):
            signing.sign(session, ada, sheet, cast.triage, Signed.EXECUTIVE, ada.name, confirmed_at=NOW)
        signing.sign(session, mia, sheet, cast.triage, Signed.EXECUTIVE, mia.name, confirmed_at=NOW)
        assert seats_of(mia, cast.pricing.id) == [Signed.EXECUTIVE]
