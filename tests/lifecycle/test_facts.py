"""Each fact of a gate in the situations that turn it: false until the smallest thing that makes it true, and false again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from registry.classification.actions import Verdict, complete, notice_changes
from registry.classification.queries.editions import read
from registry.dependencies import actions as dependencies
from registry.dependencies.rules.dependency import DependencyFacts, Direction, TrialFacts
from registry.dossiers import actions as dossiers
from registry.dossiers.queries import content_of as dossier_content
from registry.dossiers.rules.cases import CaseFacts, CaseType, Outcome, RunFacts
from registry.drift import actions as drift
from registry.drift.rules.decoding import DistributionBatch, DistributionIn
from registry.feedback import actions as feedback
from registry.feedback.rules.doors import DoorFacts
from registry.incidents.actions.opening import open_incident
from registry.incidents.rules.kinds import DetectedBy, Pattern, Status
from registry.incidents.rules.kinds import Severity as HowBad
from registry.incidents.rules.record import IncidentFacts
from registry.kernel import clock
from registry.kernel.actor import Seat, the_registry
from registry.lifecycle.queries.gates import gate_of, subjects_of
from registry.lifecycle.rules.gates import ASSURED, GATE_FACTS
from registry.monitoring.actions import alerts
from registry.monitoring.actions.recording import record_snapshots
from registry.monitoring.rules.alerts import AlertKind
from registry.monitoring.rules.decoding import Batch
from registry.monitoring.rules.points import PointIn
from registry.objectives import actions as objectives
from registry.objectives.rules.metric import Kind as MetricKind
from registry.objectives.rules.metric import MetricFacts
from registry.oversight import actions as oversight
from registry.oversight.rules import Bounds, DrillFacts, Training
from registry.ownership import actions as ownership
from registry.people import actions as people
from registry.people.models import Person
from registry.reviews.actions.deciding import meet_condition
from registry.reviews.actions.findings import add_finding, resolve_finding, verify_finding
from registry.reviews.actions.signing import open_sheet, sign
from registry.reviews.actions.waiving import ask_waiver, decide_waiver, revoke_waiver
from registry.reviews.models.reviews import ReviewCondition
from registry.reviews.rules.findings import FindingFacts
from registry.reviews.rules.kinds import Answer, Decision, Severity, Signed
from registry.reviews.rules.waivers import WaiverFacts
from registry.risks import actions as risks
from registry.risks.rules import AcceptanceFacts, RiskFacts
from registry.risks.rules import Status as RiskStatus
from registry.systems.models import System
from registry.systems.rules.record import Stage, Tier
from registry.versions import actions as versions
from registry.versions.models import ModelVersion
from registry.versions.rules.record import VersionFacts
from tests.cast import Cast
from tests.classification.answering import answers
from tests.classification.editions import another_edition
from tests.reviews.doing import answered, decided, edited, later, ready, seated

DOOR = the_registry("command")
Play = Callable[["Here"], Iterator[bool]]
SITUATIONS: dict[str, Play] = {}


@dataclass(frozen=True)
class Here:
    """Triage as the cast leaves it, with what a situation needs at hand."""

    session: Session
    cast: Cast
    triage: System

    def by(self, name: str) -> Any:
        return self.cast.actor(self.session, name)

    @property
    def number(self) -> int:
        return self.triage.id or 0

    def seat(self, seat: Seat, name: str) -> None:
        ownership.fill_seat(self.session, self.by("ada"), self.number, seat, person_id=self.cast.number(name))
        self.session.flush()

    def leaves(self, name: str) -> None:
        person = self.session.get_one(Person, self.cast.number(name))
        people.mark_as_left(self.session, DOOR, person, clock.today() - timedelta(days=1))

    def approved(self, label: str) -> ModelVersion:
        facts = VersionFacts(label, "New.", evaluation="91 %.", significant=False)
        model = versions.add_version(self.session, self.by("ada"), self.number, facts)
        self.session.flush()
        return versions.approve(self.session, self.by("dee"), model, version=model.version)

    def live(self, *models: ModelVersion) -> None:
        shares = [(model, 100 // len(models)) for model in models]
        versions.put_live(self.session, self.by("ada"), self.number, shares)


def of(fact: str) -> Callable[[Play], Play]:
    def kept(play: Play) -> Play:
        SITUATIONS[fact] = play
        return play

    return kept


@of("performance_answered")
def _performance(at: Here) -> Iterator[bool]:
    yield True
    at.leaves("ben")
    yield False


@of("compliance_answered")
def _compliance(at: Here) -> Iterator[bool]:
    yield False
    at.seat(Seat.COMPLIANCE_LEAD, "otto")
    yield True
    at.leaves("otto")
    yield False


@of("dependencies_tested")
def _dependencies(at: Here) -> Iterator[bool]:
    yield True
    facts = DependencyFacts(Direction.UPSTREAM, service="Postcodes")
    relied = dependencies.add_dependency(at.session, at.by("ada"), at.number, facts)
    yield False
    for passed in (True, False):
        trial = TrialFacts(clock.today(), passed=passed, tried="Switched it off.")
        dependencies.record_test(at.session, at.by("ada"), relied, trial)
        yield passed


@of("version_approved")
def _approved(at: Here) -> Iterator[bool]:
    versions.add_version(at.session, at.by("ada"), at.number, VersionFacts("1", "New.", significant=False))
    yield False
    model = at.approved("2")
    yield True
    versions.withdraw(at.session, at.by("ada"), model, "It was worse.")
    yield False


@of("version_live")
def _live(at: Here) -> Iterator[bool]:
    model = at.approved("1")
    yield False
    at.live(model)
    yield True


@of("overseer_trained")
def _trained(at: Here) -> Iterator[bool]:
    today, otto = clock.today(), at.cast.number("otto")
    at.seat(Seat.OVERSEER, "otto")
    yield False

    def trained(day: Any, until: Any, *, may_stop: bool) -> None:
        facts = Training(otto, "The stop", day, until, may_stop=may_stop)
        oversight.record_training(at.session, at.by("ada"), at.number, facts)

    trained(today - timedelta(days=9), today, may_stop=True)
    yield True
    # An old one that is put down late takes the place of none that came after it.
    trained(today - timedelta(days=900), today - timedelta(days=500), may_stop=False)
    yield True
    with later(1):
        yield False
    trained(today, None, may_stop=False)
    yield False
    trained(today, None, may_stop=True)
    yield True
    at.leaves("otto")
    yield False


@of("override_bounds")
def _bounds(at: Here) -> Iterator[bool]:
    yield False
    oversight.set_bounds(
        at.session, at.by("ada"), at.number, Bounds(Decimal(1), Decimal(9), "Last year's."), version=0
    )
    yield True


@of("drill_current")
def _drill(at: Here) -> Iterator[bool]:
    for worked, seconds in ((False, None), (True, 40)):
        drill = DrillFacts(clock.today(), "Pressed it.", worked, seconds)
        oversight.record_drill(at.session, at.by("ada"), at.number, drill)
        yield worked
    with later(366):
        yield False


def raised(at: Here, kind: AlertKind) -> Any:
    return alerts.raise_alert(at.session, the_registry("worker"), at.number, kind, "It fell to 93 %.")


@of("no_critical_alert")
def _critical(at: Here) -> Iterator[bool]:
    raised(at, AlertKind.DRIFT)
    yield True
    alert = raised(at, AlertKind.BREACH)
    yield False
    alerts.resolve(at.session, at.by("ada"), alert, "A feed was switched.")
    yield True


@of("not_silent")
def _silent(at: Here) -> Iterator[bool]:
    raised(at, AlertKind.DRIFT)
    yield True
    raised(at, AlertKind.SILENCE)
    yield False


@of("measured")
def _measured(at: Here) -> Iterator[bool]:
    metric = objectives.add_metric(
        at.session, at.by("ada"), at.number, MetricFacts(MetricKind.ACCURACY, "Share sorted right")
    )
    yield False
    end = datetime.combine(clock.today(), time(), UTC)
    point = PointIn(metric.slug, end - timedelta(days=7), end, Decimal(91), 500)
    record_snapshots(at.session, at.by("ada"), at.number, Batch("", "", "", (point,)))
    yield True


@of("drift_watched")
def _drifting(at: Here) -> Iterator[bool]:
    end = datetime.combine(clock.today(), time(), UTC)
    sent = DistributionIn(
        "age", end - timedelta(days=7), end, (500, 500), tuple(map(Decimal, (0, 40, 120))), missing=0
    )
    drift.record_distributions(at.session, at.by("ada"), at.number, DistributionBatch("", "", "", (sent,)))
    yield False
    drift.set_sent_baseline(at.session, at.by("ada"), at.number, "training", "As approved.", sent)
    yield True


@of("feedback_open")
def _door(at: Here) -> Iterator[bool]:
    yield False
    for version, is_open in enumerate((True, False)):
        facts = DoorFacts("Your claim", "Tell us.", is_open)
        row = feedback.set_door(at.session, at.by("ada"), at.number, facts, version=version)
        at.session.flush()
        assert row.version == version + 1
        yield is_open


@of("no_grave_incident")
def _incident(at: Here) -> Iterator[bool]:
    now = clock.now()
    facts = IncidentFacts(
        "Letters without a page",
        severity=HowBad.SUBSTANTIAL,
        pattern=Pattern.F1,
        detected_by=DetectedBy.USER,
        started_at=now,
        detected_at=now,
        lead_id=at.cast.number("ada"),
    )
    open_incident(at.session, at.by("ada"), at.triage, facts)
    yield True
    grave = open_incident(at.session, at.by("ada"), at.triage, replace(facts, severity=HowBad.SEVERE))
    yield False
    for status in (Status.RESOLVED, Status.MITIGATED):
        grave.status = status
        yield status is Status.RESOLVED


@of("classified")
def _classified(at: Here) -> Iterator[bool]:
    yield False
    credit = {"deployer_is": "public_service", "areas": ["services"], "a_5": ["b"], "profiling": "yes"}
    told = answers(roles=["deployer"], **credit)
    run = complete(at.session, at.by("ada"), at.triage, told, Verdict())
    yield True
    at.session.flush()
    notice_changes(at.session, DOOR, run, read(another_edition()))
    yield False


@of("not_prohibited")
def _prohibited(at: Here) -> Iterator[bool]:
    yield True
    complete(
        at.session,
        at.by("ada"),
        at.triage,
        answers(roles=["provider"]),
        Verdict(Tier.PROHIBITED, "It does what nobody may."),
    )
    yield False


@of("reviewed")
def _reviewed(at: Here) -> Iterator[bool]:
    review = ready(at.session, at.cast)
    yield False
    answered(at.session, at.cast, review, said=Answer.PARTLY)
    day = clock.today() + timedelta(days=3)
    more = {"decision": Decision.APPROVE_WITH_CONDITIONS, "conditions": [("Count by age", day)]}
    decided(at.session, at.cast, review, **more)
    yield True
    with later(4):
        yield False
        condition = at.session.exec(select(ReviewCondition)).one()
        meet_condition(at.session, at.by("rita"), condition, "Seen.")
        yield True
    edited(at.session, at.cast, intended_use="Something else.")
    yield False


@of("signed_off")
def _signed(at: Here) -> Iterator[bool]:
    seated(at.session, at.cast)
    at.session.flush()
    sheet = open_sheet(at.session, at.by("ada"), at.triage)
    seats = {
        "hedy": Signed.BUSINESS,
        "mia": Signed.DATA,
        "ben": Signed.ENGINEERING,
        "otto": Signed.COMPLIANCE,
    }
    for name, seat in seats.items():
        yield False
        sign(at.session, at.by(name), sheet, at.triage, seat, at.by(name).name, confirmed_at=clock.now())
    yield True
    edited(at.session, at.cast, intended_use="Something else.")
    yield False


@of("no_grave_finding")
def _finding(at: Here) -> Iterator[bool]:
    review, day = ready(at.session, at.cast), clock.today()
    for severity in (Severity.MEDIUM, Severity.HIGH):
        facts = FindingFacts("No group results", "", severity, at.cast.number("ben"), day)
        found = add_finding(at.session, at.by("rita"), review, facts)
        yield severity is not Severity.HIGH
    resolve_finding(at.session, at.by("ada"), found, "Counted.")
    yield False
    verify_finding(at.session, at.by("rita"), found)
    yield True


@of("risks_accepted")
def _risks(at: Here) -> Iterator[bool]:
    day = clock.today() + timedelta(days=30)
    facts = RiskFacts("Wrong order", "x", "x", "x", 3, 3, owner_id=at.cast.number("ben"), review_on=day)
    gone = replace(facts, status=RiskStatus.CLOSED, closed_because="It never was.")
    risks.add_risk(at.session, at.by("ada"), at.number, gone)
    yield False
    for _ in range(2):
        risk = risks.add_risk(at.session, at.by("ada"), at.number, facts)
        yield False
        at.session.flush()
        why = AcceptanceFacts("It is watched.", day)
        risks.accept_risk(at.session, at.by("ada"), risk, why, version=risk.version, confirmed_at=clock.now())
        yield True
    with later(31):
        yield False


@of("tests_signed")
def _tested(at: Here) -> Iterator[bool]:
    good, bad = at.approved("tested"), at.approved("untested")
    at.session.flush()
    dossier = dossiers.open_dossier(at.session, at.by("adam"), good)
    at.session.flush()
    for kind in CaseType:
        case = dossiers.add_case(at.session, at.by("adam"), dossier, CaseFacts(kind, kind, expected="x"))
        at.session.flush()
        run = RunFacts(Outcome.PASSED, "x", clock.today(), is_similar=True, similar_because="x")
        dossiers.record_run(at.session, at.by("rita"), dossier, good, case, run)
        at.session.flush()
    yield False
    digest = dossier_content(at.session, dossier.id or 0).sha256
    dossiers.sign(
        at.session, at.by("rita"), dossier, good, "All passed.", sha256=digest, confirmed_at=clock.now()
    )
    yield True
    for live, shown in (((bad,), False), ((good,), True), ((good, bad), False)):
        at.live(*live)
        at.session.flush()
        yield shown


# What the whole record states is furnished in test_stages.
def test_every_fact_of_a_gate_has_its_situation():
    assert SITUATIONS.keys() == (GATE_FACTS | ASSURED) - {"record_complete"}


@pytest.fixture
def here(session, cast) -> Here:
    triage = session.merge(cast.triage)
    cast.triage = triage
    triage.tier = Tier.LIMITED
    session.flush()
    return Here(session, cast, triage)


def test_a_fact_of_a_gate_turns_with_the_smallest_thing_it_is_about(here):
    wrong = []
    with later():
        for fact, play in SITUATIONS.items():
            needed = ASSURED if fact in ASSURED else ()
            with here.session.begin_nested() as tried:
                for step, expected in enumerate(play(here)):
                    here.session.flush()
                    found = subjects_of(here.session, [here.triage], needed)[here.number].facts[fact]
                    if found is not expected:
                        wrong.append((fact, step, found))
                tried.rollback()
    assert wrong == []


def test_a_waiver_holds_in_place_of_a_criterion_from_when_it_is_granted_until_its_day_or_it_is_revoked(here):
    def line():
        here.session.flush()
        [found] = [each for each in gate_of(here.session, here.triage, Stage.LIVE).lines if each.id == "G60"]
        return found.met, found.holds, found.waived and found.waived.key

    with later():
        until = clock.today() + timedelta(days=30)
        facts = WaiverFacts("G60", "The reviewer is away.", until)
        waiver = ask_waiver(here.session, here.by("ada"), here.triage, facts)
        assert line() == (False, False, None)
        told = {"granted": True, "because": "A month.", "until": until, "confirmed_at": clock.now()}
        decide_waiver(here.session, here.by("rita"), waiver, **told)
        assert line() == (False, True, "WVR-0001")
        with later(31):
            assert line() == (False, False, None)
        revoke_waiver(here.session, here.by("rita"), waiver, "She is back.")
        assert line() == (False, False, None)
