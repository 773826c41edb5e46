"""A register of any size: so many systems, people, units, teams and sources, and as much under one system."""

from datetime import timedelta
from decimal import Decimal

from sqlmodel import Session

from registry.annotations import actions as annotations
from registry.data_sources import actions as data_sources
from registry.data_sources.rules.sources import Purpose, SourceFacts
from registry.feedback import actions as feedback
from registry.feedback import queries as feedback_queries
from registry.feedback.actions import Incoming
from registry.feedback.rules.feedback import Door, FeedbackFacts
from registry.incidents.actions.corrective import set_action
from registry.incidents.actions.opening import open_incident
from registry.incidents.rules.corrective import ActionFacts
from registry.incidents.rules.kinds import DetectedBy, Pattern, Severity
from registry.incidents.rules.record import IncidentFacts
from registry.kernel import clock
from registry.kernel.actor import Seat, the_registry
from registry.monitoring.actions import alerts
from registry.monitoring.rules.alerts import AlertKind
from registry.objectives import actions as objectives
from registry.objectives.rules.metric import Direction, Kind, MetricFacts
from registry.objectives.rules.objective import ObjectiveFacts, ValueFacts
from registry.ownership import actions as ownership
from registry.people import actions as people
from registry.people.rules import Function, PersonFacts
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.rules.record import Registration
from tests.cast import Cast

DOOR = the_registry("command")


def fill(session: Session, cast: Cast, first: int, last: int) -> None:
    """One more of everything for each number; Ada owns every system, and Triage has its share of all."""
    for number in range(first, last):
        _one_more(session, cast, number)


def _one_more(session: Session, cast: Cast, number: int) -> None:
    ada, triage = cast.number("ada"), cast.triage.id or 0
    unit = people.add_unit(session, DOOR, f"Unit {number}", cast.units["claims"].id, ada)
    facts = PersonFacts(f"Person {number}", f"person{number}@example.org", unit_id=unit.id)
    person = people.add_person(session, DOOR, facts)
    team = people.add_team(
        session, DOOR, f"Team {number}", Function.DATA, leader_id=person.id, unit_id=cast.units["claims"].id
    )
    source = data_sources.add_source(session, DOOR, SourceFacts(f"Source {number}", owner_id=person.id))
    system = systems.register(
        session, DOOR, Registration(f"System {number:03d}", "One of many.", unit.id, ada)
    )
    key = system.id or 0
    for each in (key, triage):
        data_sources.attach(session, DOOR, each, source, Purpose.OPERATIONAL_INPUT)
        ownership.fill_seat(session, DOOR, each, Seat.DATA_STEWARD, person_id=person.id)
        ownership.fill_seat(session, DOOR, each, Seat.BUSINESS_LEAD, team_id=team.id)
        _feedback(session, each, number)
        objectives.add_metric(
            session,
            DOOR,
            each,
            MetricFacts(
                Kind.ACCURACY, f"Accuracy {number}", "%", Direction.HIGHER, number_owner_id=person.id
            ),
        )
        value = ValueFacts(clock.today(), Decimal(1), "EUR", f"report {number}")
        objectives.record_value(session, DOOR, each, value)
    alerts.raise_alert(session, DOOR, key, AlertKind.DRIFT, f"It moved {number}.")
    annotations.retag(session, DOOR, key, add=[f"tag {number}", "one of many"])
    annotations.write_note(session, DOOR, triage, f"Note {number}.")
    objectives.set_objective(session, DOOR, key, ObjectiveFacts(problem="Letters wait."), version=0)
    ownership.offer_handover(session, DOOR, key, cast.number("mia"), "Moves team")
    for each in (system, cast.triage):
        _incident(session, each, number, ada)


def _feedback(session: Session, system_id: int, number: int) -> None:
    said = Incoming(FeedbackFacts(number % 5 + 1, comment=f"Feedback {number}"))
    received = feedback.receive(session, DOOR, system_id, Door.STAFF, [said])[0]
    found = feedback_queries.feedback_by_id(session, system_id, received.number)
    feedback.put_under(session, DOOR, found, f"Theme {number}")
    feedback.add_limitation(session, DOOR, system_id, f"Limitation {number}")


def _incident(session: Session, system: System, number: int, owner: int) -> None:
    at = clock.now() - timedelta(hours=1)
    told = IncidentFacts(
        f"Trouble {number}",
        severity=Severity.MINOR,
        pattern=Pattern.F1,
        detected_by=DetectedBy.STAFF,
        started_at=at,
        detected_at=at,
    )
    incident = open_incident(session, DOOR, system, told)
    due = clock.today() + timedelta(days=30 + number)
    set_action(session, DOOR, incident, ActionFacts(f"Mend {number}", owner_id=owner, due_on=due))
