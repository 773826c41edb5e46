"""What a gate asks about, computed from every feature: for one system or for many in the same number of statements."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import Any

from sqlmodel import Session, col, select

from registry.dependencies.models import Dependency
from registry.dependencies.queries import latest_trials
from registry.dependencies.rules.dependency import Direction
from registry.drift.models import Baseline, Feature
from registry.feedback.models import FeedbackDoor
from registry.incidents.models.incidents import Incident, IncidentSystem
from registry.incidents.rules.kinds import Status
from registry.kernel import clock
from registry.kernel.actor import Seat
from registry.lifecycle.queries.assurance import assured, waived_of
from registry.lifecycle.queries.record import (
    Read,
    conditions_of,
    facts_of,
    filled_seats,
    has_left,
    read,
    standing,
)
from registry.lifecycle.rules.gates import ASSURED, GRAVE_FROM, Gate, Subject, facts_asked, gate
from registry.monitoring.models.alerts import Alert, Watch
from registry.monitoring.rules.alerts import AlertKind, AlertState, Severity
from registry.objectives.models import SuccessMetric
from registry.objectives.rules.metric import Kind as MetricKind
from registry.oversight import queries as oversight
from registry.oversight.models import Drill, OverseerTraining
from registry.oversight.rules import counts_on, is_current_drill
from registry.ownership import queries as ownership
from registry.ownership.queries import Held
from registry.packs import queries as packs
from registry.packs.rules import Pack
from registry.systems.models import System
from registry.systems.rules.record import Kind, Stage
from registry.versions.models import ModelVersion
from registry.versions.rules.standing import State

_OVER = (Status.RESOLVED, Status.CLOSED, Status.MERGED)


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around several systems, by number; of most only whether it is there."""

    today: date
    approved: Collection[int]
    live: Collection[int]
    critical: Collection[int]
    silent: Collection[int]
    heard: Collection[int]
    grave: Collection[int]
    drifting: Collection[int]
    doors: Collection[int]
    # System by system, whether each thing it states that it relies on passed its latest test.
    tested: Mapping[int, Sequence[bool]]
    bounded: Collection[int]
    trained: Mapping[tuple[int, int], OverseerTraining]
    drills: Mapping[int, Drill]


def gates(session: Session, systems: Sequence[System], to: Mapping[int, Stage]) -> dict[int, Gate]:
    """The gate to a stage for each of these systems, by number; `to` names the stage of each.

    Which systems one may ask about is the caller's care.
    """
    pack = packs.gates_on(session, clock.today())
    subjects = subjects_of(session, systems, facts_asked(pack.gates, to.values()))
    return {
        number: Gate(to[number], pack.id, pack.edition, gate(pack.gates, to[number], subject))
        for number, subject in subjects.items()
    }


def gate_of(
    session: Session, system: System, to: Stage, *, known: tuple[Sequence[Held], Read] | None = None
) -> Gate:
    """The gate to a stage for one system; `known`: its seats and what it states, where the caller has read them."""
    return gates_to(session, system, [to], known=known)[to]


def gates_to(
    session: Session,
    system: System,
    stages: Collection[Stage],
    *,
    known: tuple[Sequence[Held], Read] | None = None,
) -> dict[Stage, Gate]:
    """The gates to several stages for one system, from facts that are read once."""
    number = system.id or 0
    pack = packs.gates_on(session, clock.today())
    held, stated = known or _known(session, number)
    needed = facts_asked(pack.gates, stages)
    [subject] = _subjects(session, [system], {number: held}, stated, needed).values()
    return {to: Gate(to, pack.id, pack.edition, gate(pack.gates, to, subject)) for to in stages}


def _known(session: Session, number: int) -> tuple[Sequence[Held], Read]:
    held = ownership.held_on(session, number)
    return held, read(session, [number], held)


def subjects_of(
    session: Session, systems: Sequence[System], needed: Collection[str] = ASSURED
) -> dict[int, Subject]:
    """The facts a gate may ask for, of each of these systems, in the same number of statements however many there are.

    Those about who allowed it only where one of them is `needed`.
    """
    numbers = [system.id or 0 for system in systems]
    held = ownership.held_on_many(session, numbers)
    return _subjects(
        session, systems, held, read(session, numbers, chain.from_iterable(held.values())), needed
    )


def _subjects(
    session: Session,
    systems: Sequence[System],
    held: Mapping[int, Sequence[Held]],
    stated: Read,
    needed: Collection[str],
) -> dict[int, Subject]:
    numbers = [system.id or 0 for system in systems]
    around = _around(session, numbers, stated)
    record = packs.current(session, "baseline", around.today)
    allowed = assured(session, systems) if ASSURED & set(needed) else {}
    waived = waived_of(session, numbers, around.today)
    return {
        number: replace(
            subject, facts={**subject.facts, **allowed.get(number, {})}, waived=waived.get(number, {})
        )
        for system in systems
        for number in [system.id or 0]
        for subject in [_subject(system, held.get(number, ()), stated, around, record)]
    }


def _subject(system: System, held: Sequence[Held], stated: Read, around: _Around, record: Pack) -> Subject:
    number = system.id or 0
    seats, tested = filled_seats(held, stated.members), around.tested.get(number, ())
    facts = facts_of(system, held, stated) | {
        "performance_answered": Seat.ENGINEERING_LEAD in seats,
        "compliance_answered": Seat.COMPLIANCE_LEAD in seats,
        "dependencies_tested": all(tested),
        "version_approved": number in around.approved,
        "version_live": number in around.live,
        "overseer_trained": any(_is_trained(number, each, around) for each in held),
        "override_bounds": number in around.bounded or any(map(is_bound, stated.metrics.get(number, ()))),
        "drill_current": _is_drilled(around.drills.get(number), around.today),
        "no_critical_alert": number not in around.critical,
        "not_silent": number not in around.silent,
        "measured": number in around.heard,
        "drift_watched": number in around.drifting,
        "feedback_open": number in around.doors,
        "no_grave_incident": number not in around.grave,
        "record_complete": not standing(system, held, stated, record.record).missing,
    }
    conditions = conditions_of(system, stated) | {
        "depends": bool(tested),
        "learned": system.kind is Kind.MODEL,
    }
    return Subject(system.tier, system.autonomy, facts, conditions, {})


def is_bound(metric: SuccessMetric) -> bool:
    """Whether a metric holds the override rate between a low and a high bound, and so alerts when it leaves them."""
    rails = ((metric.warn_low, metric.warn_high), (metric.breach_low, metric.breach_high))
    return metric.kind is MetricKind.OVERRIDE_RATE and any(None not in rail for rail in rails)


def _is_trained(number: int, held: Held, around: _Around) -> bool:
    person = held.person
    if held.assignment.seat is not Seat.OVERSEER or person is None or has_left(person):
        return False
    training = around.trained.get((number, person.id or 0))
    return training is not None and training.may_stop and counts_on(training.valid_until, around.today)


def _is_drilled(drill: Drill | None, today: date) -> bool:
    return drill is not None and is_current_drill(drill.on_day, worked=drill.worked, today=today)


def _around(session: Session, numbers: Sequence[int], stated: Read) -> _Around:
    states = _states(session, numbers)
    alerts = _alerts(session, numbers)
    return _Around(
        today=clock.today(),
        approved={number for number, _ in states},
        live={number for number, state in states if state is State.LIVE},
        critical={number for number, _, severity in alerts if severity is Severity.CRITICAL},
        silent={number for number, kind, _ in alerts if kind is AlertKind.SILENCE},
        heard=_heard(session, stated),
        grave=_grave(session, numbers),
        drifting=_drifting(session, numbers),
        doors=_doors(session, numbers),
        tested=_tested(session, numbers),
        bounded=oversight.bounded_among(session, numbers),
        trained=oversight.latest_trainings(session, numbers),
        drills=oversight.latest_drills(session, numbers),
    )


def _states(session: Session, numbers: Sequence[int]) -> set[tuple[int, State]]:
    query: Any = select(ModelVersion.system_id, ModelVersion.state).where(
        col(ModelVersion.system_id).in_(numbers), col(ModelVersion.state).in_([State.APPROVED, State.LIVE])
    )
    return {(number, state) for number, state in session.exec(query.distinct())}


def _alerts(session: Session, numbers: Sequence[int]) -> set[tuple[int, AlertKind, Severity]]:
    query: Any = select(Alert.system_id, Alert.kind, Alert.severity).where(
        col(Alert.system_id).in_(numbers), col(Alert.state) != AlertState.RESOLVED
    )
    return {(number, kind, severity) for number, kind, severity in session.exec(query.distinct())}


def _heard(session: Session, stated: Read) -> set[int]:
    of = {metric.id or 0: metric.system_id for metrics in stated.metrics.values() for metric in metrics}
    query = select(Watch.metric_id).where(col(Watch.metric_id).in_(sorted(of)))
    return {of[number] for number in session.exec(query.distinct())} if of else set()


def _grave(session: Session, numbers: Sequence[int]) -> set[int]:
    query = (
        select(IncidentSystem.system_id)
        .join(Incident, col(Incident.id) == col(IncidentSystem.incident_id))
        .where(
            col(IncidentSystem.system_id).in_(numbers),
            col(Incident.severity) >= GRAVE_FROM,
            col(Incident.status).not_in(_OVER),
        )
    )
    return set(session.exec(query.distinct()))


def _drifting(session: Session, numbers: Sequence[int]) -> set[int]:
    query = (
        select(Feature.system_id)
        .join(Baseline, col(Baseline.feature_id) == col(Feature.id))
        .where(col(Feature.system_id).in_(numbers), col(Baseline.ended_at).is_(None))
    )
    return set(session.exec(query.distinct()))


def _doors(session: Session, numbers: Sequence[int]) -> set[int]:
    query = select(FeedbackDoor.system_id).where(
        col(FeedbackDoor.system_id).in_(numbers), col(FeedbackDoor.is_open).is_(True)
    )
    return set(session.exec(query))


def _tested(session: Session, numbers: Sequence[int]) -> dict[int, list[bool]]:
    query = select(Dependency.system_id, Dependency.id, Dependency.direction).where(
        col(Dependency.system_id).in_(numbers), col(Dependency.ended_at).is_(None)
    )
    relied = [
        (system, number or 0) for system, number, way in session.exec(query) if way is Direction.UPSTREAM
    ]
    tests = latest_trials(session, [number for _, number in relied])
    found: dict[int, list[bool]] = {}
    for system, number in relied:
        test = tests.get(number)
        found.setdefault(system, []).append(test is not None and test.passed)
    return found
