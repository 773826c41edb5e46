"""Times of incidents: the same as plain SQL says on both databases; of those the reader may know of; never zero for a failure."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy.exc import DBAPIError

from registry.audit.actions import record
from registry.incidents.models.incidents import Incident, IncidentSystem
from registry.incidents.queries.incidents import Narrowing
from registry.incidents.queries.times import times_of
from registry.incidents.rules.kinds import DetectedBy, Kind, Pattern, Status
from registry.kernel.actor import the_registry
from registry.kernel.events import Event
from tests.incidents.happening import NOW
from tests.incidents.plain_sql import COLUMNS, compared

DOOR = the_registry("command")


def drawn(session, cast, many):
    """So many incidents of all kinds and standings, their instants in order and some of them missing."""
    chance = Random(20260304)

    def after(instant, odds):
        took = timedelta(microseconds=chance.randrange(10**12))
        return instant + took if chance.random() < odds else None

    for place in range(many):
        detected = NOW - timedelta(microseconds=chance.randrange(10**14))
        status = chance.choice([each for each in Status if each is not Status.MERGED])
        mitigated = after(detected, 0.7)
        resolved = after(mitigated or detected, 0.7)
        closed = (resolved or detected) + timedelta(days=20) if status is Status.CLOSED else None
        system = chance.choice([cast.triage, cast.sentinel, cast.pricing])
        incident = Incident(
            system_id=system.id,
            kind=chance.choice(list(Kind)),
            title=f"Number {place}",
            severity=2,
            pattern=Pattern.F1,
            proposed_pattern=Pattern.F1,
            detected_by=chance.choice(list(DetectedBy)),
            status=status,
            started_at=detected - timedelta(microseconds=chance.randrange(10**12))
            if chance.random() < 0.7
            else None,
            detected_at=detected,
            acknowledged_at=after(detected, 0.8),
            mitigated_at=mitigated,
            resolved_at=resolved,
            closed_at=closed,
            opened_at=NOW,
        )
        session.add(incident)
        session.flush()
        session.add(IncidentSystem(incident_id=incident.id, system_id=system.id))
        if place % 9 == 8:
            incident.status, incident.closed_at = Status.MERGED, None
            incident.merged_into_id = incident.id - 1
    record(session, DOOR, Event.INCIDENTS_IMPORTED, None, subject_kind="incident")


def test_the_times_are_what_plain_sql_says_they_are(session, cast):
    drawn(session, cast, 90)
    asked = [
        ("rita", Narrowing(), ("incident", "near_miss"), [0]),
        ("ben", Narrowing(), ("incident", "near_miss"), [cast.sentinel.id]),
        ("rita", Narrowing(kind=Kind.HAZARD), ("hazard",), [0]),
    ]
    for name, by, kinds, hidden in asked:
        times = compared(session, cast.actor(session, name), by, kinds, hidden)
        assert min(getattr(times, measure).n for measure in COLUMNS) > 3


def test_of_no_incident_there_is_no_time(session, cast):
    times = times_of(session, cast.actor(session, "rita"))
    assert (times.counted, times.resolve.mean, times.share_by_ourselves) == (0, None, None)


def test_what_cannot_be_read_is_an_error_and_not_a_zero(sqlite_only):
    with pytest.raises(DBAPIError), sqlite_only.transaction(read_only=True) as session:
        times_of(session, DOOR)
