"""Triage in its pilot with everything that its gate asks for but what people say of it: no review, no signature."""

from datetime import timedelta
from decimal import Decimal

from sqlmodel import Session, select

from registry.classification.actions import Verdict, complete
from registry.dossiers import actions as dossiers
from registry.dossiers import queries as dossier_queries
from registry.dossiers.rules.cases import CaseFacts, CaseType, Outcome, RunFacts
from registry.kernel import clock
from registry.kernel.actor import Actor, Seat, the_registry
from registry.lifecycle.actions import stages
from registry.oversight import actions as oversight
from registry.oversight.rules import Bounds
from registry.ownership import actions as ownership
from registry.risks import actions as risks
from registry.risks.rules import AcceptanceFacts, RiskFacts
from registry.systems.models import System
from registry.systems.rules.record import Stage
from registry.versions.models import ModelVersion
from registry.versions.rules.standing import State
from tests.cast import Cast
from tests.classification.answering import answers
from tests.journeys.furnished import furnish_record

SEATS = {
    Seat.BUSINESS_LEAD: "hedy",
    Seat.DATA_STEWARD: "mia",
    Seat.COMPLIANCE_LEAD: "otto",
    Seat.OVERSEER: "dee",
}


def bring_to_its_review(session: Session, cast: Cast) -> None:
    """Everything up to the review of the gate to live."""
    ada, triage = cast.actor(session, "ada"), session.get_one(System, cast.triage.id)
    number = triage.id or 0
    furnish_record(session, cast)
    for seat, name in SEATS.items():
        ownership.fill_seat(session, ada, number, seat, person_id=cast.number(name))
    oversight.set_bounds(session, ada, number, Bounds(Decimal(1), Decimal(9), "Last year's."), version=0)
    found = answers(roles=["deployer"], deployer_is="public_service", areas=["services"], a_5=["b"])
    complete(session, ada, triage, found, Verdict())
    _accept_what_is_left(session, cast)
    _test(session, cast)
    stages.bring(session, the_registry("command"), triage, Stage.PILOT, "It ran before it was registered.")


def _accept_what_is_left(session: Session, cast: Cast) -> None:
    today = clock.today()
    stated = RiskFacts(
        "Claims of minors sorted last",
        "Few of them in the training data.",
        "A child waits for weeks.",
        "Harm, and a complaint.",
        likelihood=3,
        impact=3,
        controls="A weekly count by age.",
        residual_likelihood=1,
        residual_impact=3,
        owner_id=cast.number("ben"),
        review_on=today + timedelta(days=90),
        pattern="F6",
    )
    risk = risks.add_risk(session, cast.actor(session, "ada"), cast.triage.id or 0, stated)
    why = AcceptanceFacts("It is watched.", today + timedelta(days=60))
    eva = cast.actor(session, "eva")
    risks.accept_risk(session, eva, risk, why, version=risk.version, confirmed_at=clock.now())


def _test(session: Session, cast: Cast) -> None:
    """For every version that is live a case of every type, passed and signed by somebody who did not build it."""
    adam, tester = cast.actor(session, "adam"), cast.actor(session, "rita")
    for model in session.exec(select(ModelVersion).where(ModelVersion.state == State.LIVE)):
        _test_version(session, adam, tester, model)


def _test_version(session: Session, adam: Actor, tester: Actor, model: ModelVersion) -> None:
    dossier = dossiers.open_dossier(session, adam, model)
    for kind in CaseType:
        case = dossiers.add_case(
            session, adam, dossier, CaseFacts(kind, f"A {kind.value} case", expected="Sorted.")
        )
        run = RunFacts(
            Outcome.PASSED, "As expected.", clock.today(), is_similar=True, similar_because="Last year's mix."
        )
        dossiers.record_run(session, tester, dossier, model, case, run)
    digest = dossier_queries.content_of(session, dossier.id or 0).sha256
    dossiers.sign(session, tester, dossier, model, "All passed.", sha256=digest, confirmed_at=clock.now())
