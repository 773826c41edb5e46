"""An organisation of any shape, row by row: systems of every stage and tier with any of what the figures count, or without."""

import random
from datetime import timedelta
from decimal import Decimal

from registry.audit.actions import record
from registry.cards.models import CardEdition
from registry.cards.rules.editions import EditionState
from registry.dossiers.models import Dossier, DossierCase, DossierSignature
from registry.dossiers.rules.cases import CaseType
from registry.incidents.models.incidents import Incident, IncidentSystem
from registry.incidents.rules.kinds import DetectedBy, Pattern, Status
from registry.incidents.rules.kinds import Kind as IncidentKind
from registry.kernel import clock
from registry.kernel.actor import Seat, the_registry
from registry.kernel.events import Event
from registry.lifecycle.models import AutonomyRequest, ComplianceSpell, EmergencyStop
from registry.monitoring.models.alerts import Alert
from registry.monitoring.models.snapshots import LatestSnapshot
from registry.monitoring.rules.alerts import AlertKind, AlertState, Severity
from registry.objectives.models import Objective, SuccessMetric, ValueRealised
from registry.objectives.rules.judging import Verdict
from registry.objectives.rules.metric import Kind as MetricKind
from registry.ownership.models import Assignment
from registry.reviews.models.reviews import Review, ReviewCondition, ReviewDecision, ReviewSubmission
from registry.reviews.models.words import Waiver
from registry.reviews.rules.kinds import Decision, Kind
from registry.reviews.rules.kinds import State as ReviewState
from registry.systems.models import System
from registry.systems.rules.record import Reversibility, Stage, Tier, Visibility
from registry.versions.models import ModelVersion
from registry.versions.rules.standing import State

DOOR = the_registry("command")
OWNERS = ("ada", "ben", "olga", "mia")
SHA = "0" * 64
METRICS = (MetricKind.ACCURACY, MetricKind.ERROR_RATE, MetricKind.USER_SATISFACTION, MetricKind.CUSTOM)


def organise(session, cast, count, seed=0):
    """So many more systems, different ones for each seed, and incidents at them. Everything stands in the ledger."""
    chance = random.Random(seed)
    made = [_system(session, cast, chance, number) for number in range(count)]
    for number in range(count // 2):
        _incident(session, chance, chance.sample(made, chance.choice((1, 1, 2))), number)
    return made


def bare(session, cast, tier):
    """A live system of that tier, open to all, of which nothing else is stated."""
    system = System(
        name="Bare",
        summary="One of many.",
        unit_id=cast.units["claims"].id,
        stage=Stage.LIVE,
        tier=tier,
        registered_at=clock.now(),
    )
    session.add(system)
    session.flush()
    record(session, DOOR, Event.SYSTEM_REGISTERED, system, system_id=system.id)
    return system


def _system(session, cast, chance, number):
    def some(*choices):
        return chance.choice(choices)

    now = clock.now()
    system = System(
        name=f"System {number}",
        summary="One of many.",
        unit_id=cast.units[some("claims", "underwriting")].id,
        stage=some(*Stage, Stage.LIVE, Stage.LIVE, Stage.LIVE, Stage.RESTRICTED),
        tier=some(None, *Tier),
        autonomy=some(None, 1, 2, 3, 4, 5),
        visibility=some(*Visibility, Visibility.COMPANY),
        vendor_name=some("", "", "Acme", "Öst & Söner"),
        affected_count=some(None, 0, 999, 1_000, 99_999, 100_000),
        reversibility=some(None, *Reversibility),
        oversight_plan=some("", "People look."),
        registered_at=now,
    )
    session.add(system)
    session.flush()
    for row in _parts(session, cast, chance, system):
        session.add(row)
    session.flush()
    record(session, DOOR, Event.SYSTEM_REGISTERED, system, system_id=system.id)
    return system


def _parts(session, cast, chance, system):
    now, key, rita, ada = clock.now(), system.id, cast.number("rita"), cast.number("ada")

    def perhaps(share=0.5):
        return chance.random() < share

    unsure = perhaps(0.3)
    yield Assignment(
        system_id=key,
        seat=Seat.OWNER,
        person_id=cast.number(chance.choice(OWNERS)),
        from_at=now,
        accepted_at=None if unsure and perhaps() else now,
        to_be_confirmed=unsure,
    )
    if perhaps():
        yield Assignment(system_id=key, seat=Seat.OVERSEER, person_id=cast.number("dee"), from_at=now)
    if perhaps(0.7):
        expected = Decimal(chance.randrange(1, 9_999)) / 100 if perhaps() else None
        yield Objective(
            system_id=key,
            problem="Letters wait." if perhaps(0.8) else "",
            expected_value=expected,
            currency=chance.choice(("EUR", "SEK")) if expected else "",
        )
    for place, kind in enumerate(METRICS):
        if perhaps():
            yield from _metric(session, chance, key, kind, f"{kind}-{place}")
    for slot in range(chance.randrange(3)):
        state = chance.choice(list(AlertState))
        yield Alert(
            system_id=key,
            slot=f"slot {slot}",
            kind=chance.choice((AlertKind.SILENCE, AlertKind.BREACH)),
            severity=chance.choice(list(Severity)),
            state=state,
            says="It moved.",
            opened_at=now,
            waiting_from=now.date(),
            resolved_at=now if state is AlertState.RESOLVED else None,
        )
    if perhaps(0.7):
        yield from _review(session, chance, key, rita, ada)
    yield from _decided(chance, key, rita, ada)
    yield from _versions(session, chance, key, rita)
    yield from _lasting(chance, key, ada)


def _decided(chance, key, rita, ada):
    now = clock.now()

    def perhaps():
        return chance.random() < 0.5

    if perhaps():
        yield Waiver(
            system_id=key,
            subject="B1",
            pack="gates 2026.1",
            because="For now.",
            until=now.date() + timedelta(days=chance.choice((-1, 0, 30, 31))),
            asked_at=now,
            asked_by_id=ada,
            **chance.choice(
                ({}, {"granted": True, "decided_at": now, "decided_by_id": rita}, _refused(now, rita))
            ),
        )
    if perhaps():
        yield CardEdition(
            system_id=key,
            number=1,
            state=chance.choice((EditionState.APPROVED, EditionState.IN_REVIEW, EditionState.WITHDRAWN)),
            facts="{}",
            facts_sha256=SHA,
            put_forward_at=now,
            put_forward_by_id=ada,
            put_forward_name="Ada Owner",
            note="",
            meaning="",
            reason="",
            withdrawn_because="",
        )


def _lasting(chance, key, ada):
    now = clock.now()

    def perhaps(share):
        return chance.random() < share

    if perhaps(0.4):
        yield ComplianceSpell(
            system_id=key,
            since=now.date(),
            noticed_at=now,
            pack_id="gates",
            pack_edition="2026.1",
            ended_at=chance.choice((None, now)),
        )
    if perhaps(0.3):
        yield AutonomyRequest(
            system_id=key, from_level=1, to_level=2, evidence="It went well.", asked_at=now, asked_by_id=ada
        )
    if perhaps(0.2):
        yield EmergencyStop(system_id=key, from_stage=Stage.LIVE, stopped_at=now, reason="It went wrong.")
    for days in (0, 364, 365, 366):
        if perhaps(0.3):
            yield ValueRealised(
                system_id=key,
                on_day=now.date() - timedelta(days=days),
                amount=Decimal(chance.randrange(-500, 5_000)) / 100,
                currency=chance.choice(("EUR", "SEK")),
                source="a report",
                recorded_at=now,
            )


def _refused(now, rita):
    return {"granted": False, "decided_at": now, "decided_by_id": rita}


def _metric(session, chance, key, kind, slug):
    now = clock.now()
    metric = SuccessMetric(
        system_id=key,
        slug=slug,
        kind=kind,
        name=slug,
        retired_at=chance.choice((None, None, None, now)),
    )
    session.add(metric)
    session.flush()
    for group in ("", "north"):
        if chance.random() < 0.6:
            yield LatestSnapshot(
                metric_id=metric.id,
                group_key=group,
                snapshot_id=1,
                window_start=now,
                window_end=now,
                value=Decimal(1),
                verdict=chance.choice(list(Verdict)),
                received_at=now,
            )


def _review(session, chance, key, rita, ada):
    now = clock.now()
    for kind in (Kind.INITIAL, chance.choice((Kind.PERIODIC, Kind.DECOMMISSION))):
        decision = chance.choice((None, *Decision, Decision.APPROVE, Decision.APPROVE))
        state = decision.leads_to if decision else chance.choice((ReviewState.WANTED, ReviewState.SUBMITTED))
        due_on = now.date() + timedelta(days=chance.choice((-1, 0, 9)))
        review = _opened(session, key, kind, state, due_on)
        if decision is not None:
            at = now - timedelta(days=chance.choice((0, 100, 183, 184, 365, 366, 730, 731, 900)))
            decided = _decision(session, review, decision, at, rita, ada)
            if chance.random() < 0.3:
                due_on = now.date() + timedelta(days=chance.choice((-1, 0, 30, 31)))
                yield _condition(decided, due_on, rita if chance.random() < 0.4 else None)


def reviewed(session, cast, system, decision, at, *, kind=Kind.INITIAL, due_on=None):
    """A review of the system that was decided at that instant, with a condition due on a day where one is given."""
    rita, ada = cast.number("rita"), cast.number("ada")
    review = _opened(session, system.id, kind, decision.leads_to, at.date())
    decided = _decision(session, review, decision, at, rita, ada)
    if due_on is not None:
        session.add(_condition(decided, due_on, None))
    session.flush()
    record(session, DOOR, Event.REVIEW_DECIDED, review, system_id=system.id)


def _opened(session, key, kind, state, due_on):
    open_still = state in {ReviewState.WANTED, ReviewState.SUBMITTED, ReviewState.RETURNED}
    review = Review(
        system_id=key,
        kind=kind,
        state=state,
        opened_at=clock.now(),
        due_on=due_on,
        ended_at=None if open_still else clock.now(),
    )
    session.add(review)
    session.flush()
    return review


def _decision(session, review, decision, at, rita, ada):
    submission = ReviewSubmission(
        review_id=review.id, submitted_by_id=ada, at=at, content={}, content_sha256=SHA
    )
    session.add(submission)
    session.flush()
    decided = ReviewDecision(
        review_id=review.id,
        system_id=review.system_id,
        submission_id=submission.id,
        submitted_by_id=ada,
        decided_by_id=rita,
        decision=decision,
        printed_name="Rita Reviewer",
        at=at,
        content_sha256=SHA,
        digest=SHA,
    )
    session.add(decided)
    session.flush()
    return decided


def _condition(decided, due_on, met_by):
    return ReviewCondition(
        decision_id=decided.id,
        review_id=decided.review_id,
        system_id=decided.system_id,
        text="Say who watches.",
        due_on=due_on,
        met_at=clock.now() if met_by else None,
        met_by_id=met_by,
    )


def _versions(session, chance, key, rita):
    now = clock.now()
    for number in range(chance.randrange(3)):
        version = ModelVersion(
            system_id=key,
            label=f"v{number}",
            label_key=f"v{number}",
            significant=False,
            state=chance.choice((State.LIVE, State.LIVE, State.APPROVED)),
            added_at=now,
            approved_at=now,
        )
        session.add(version)
        session.flush()
        if chance.random() < 0.3:
            continue
        dossier = Dossier(system_id=key, version_id=version.id, opened_at=now)
        session.add(dossier)
        session.flush()
        yield DossierCase(
            dossier_id=dossier.id, type=CaseType.EDGE_CASE, name="a", name_key="a", added_at=now
        )
        if chance.random() < 0.8:
            yield DossierSignature(
                dossier_id=dossier.id,
                sha256=SHA,
                version_sha256=SHA,
                unread=0,
                cases=chance.choice((1, 1, 0)),
                runs=0,
                words="I have read them.",
                signed_at=now,
                signed_by_id=rita,
            )


def _incident(session, chance, systems, number):
    now = clock.now()
    status = chance.choice((Status.OPEN, Status.MITIGATED, Status.RESOLVED, Status.CLOSED))
    at = now - timedelta(days=chance.choice((0, 40, 300, 400)), hours=2)
    resolved = at + timedelta(hours=1) if status in {Status.RESOLVED, Status.CLOSED} else None
    pattern = chance.choice(list(Pattern))
    incident = Incident(
        system_id=systems[0].id,
        kind=chance.choice((IncidentKind.INCIDENT, IncidentKind.NEAR_MISS, IncidentKind.COMPLAINT)),
        title=f"Trouble {number}",
        severity=chance.randrange(1, 6),
        pattern=pattern,
        proposed_pattern=pattern,
        detected_by=DetectedBy.STAFF,
        status=status,
        started_at=at,
        detected_at=at,
        resolved_at=resolved,
        closed_at=resolved if status is Status.CLOSED else None,
        opened_at=at,
    )
    session.add(incident)
    session.flush()
    for system in systems:
        session.add(IncidentSystem(incident_id=incident.id, system_id=system.id))
    session.flush()
    record(session, DOOR, Event.INCIDENT_OPENED, incident, system_id=systems[0].id)
