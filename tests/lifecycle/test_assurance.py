"""What others allowed, as facts of a gate: an approval until the record changes, a waiver until its day, risks once accepted."""

from datetime import timedelta

from registry.kernel import clock
from registry.lifecycle.queries.gates import gate_of, subjects_of
from registry.reviews.actions.findings import add_finding
from registry.reviews.actions.waiving import ask_waiver, decide_waiver
from registry.reviews.rules.findings import FindingFacts
from registry.reviews.rules.kinds import Kind, Severity
from registry.reviews.rules.waivers import WaiverFacts
from registry.risks import actions as risks
from registry.risks.rules import AcceptanceFacts, RiskFacts
from registry.systems.rules.record import Stage, Tier
from tests.reviews.doing import decided, edited, here, later, ready


def test_an_approval_holds_until_what_it_was_given_on_changes_and_a_waiver_until_its_day(session, cast):
    triage, ada, rita = (
        here(session, cast.triage),
        cast.actor(session, "ada"),
        cast.actor(session, "rita"),
    )
    triage.tier = Tier.LIMITED

    def facts():
        session.flush()
        return subjects_of(session, [triage])[triage.id].facts

    def line():
        session.flush()
        return next(each for each in gate_of(session, triage, Stage.LIVE).lines if each.id == "G60")

    with later():
        assert not facts()["reviewed"]
        decided(session, cast, ready(session, cast))
        assert (facts()["reviewed"], facts()["no_grave_finding"]) == (True, True)
        edited(session, cast, intended_use="Something else.")
        assert not facts()["reviewed"]
        found = FindingFacts("No group results", "", Severity.HIGH, cast.number("ben"), clock.today())
        add_finding(session, rita, ready(session, cast, kind=Kind.CHANGE), found)
        assert not facts()["no_grave_finding"]
        until = clock.today() + timedelta(days=30)
        waiver = ask_waiver(session, ada, triage, WaiverFacts("G60", "The reviewer is away.", until))
        assert not line().holds
        now = clock.now()
        decide_waiver(session, rita, waiver, granted=True, because="A month.", until=until, confirmed_at=now)
        assert (line().met, line().holds, line().waived.key) == (False, True, "WVR-0001")
    with later(days=31):
        assert not line().holds
    with later():
        assert not facts()["risks_accepted"]
        day = clock.today() + timedelta(days=30)
        stated = RiskFacts("Wrong order", "x", "x", "x", 3, 3, owner_id=cast.number("ben"), review_on=day)
        risk = risks.add_risk(session, ada, triage.id, stated)
        assert not facts()["risks_accepted"]
        borne = AcceptanceFacts("It is watched.", day)
        risks.accept_risk(session, ada, risk, borne, version=risk.version, confirmed_at=clock.now())
        assert facts()["risks_accepted"]
    with later(days=31):
        assert not facts()["risks_accepted"]
