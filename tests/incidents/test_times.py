"""Times of incidents: the same as plain SQL says on both databases; of those the reader may know of; never zero for a failure."""

from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from registry.audit.actions import record
from registry.incidents.models.incidents import Incident, IncidentSystem
from registry.incidents.queries.incidents import Narrowing
from registry.incidents.queries.times import compared as groups_of
from registry.incidents.queries.times import times_of
from registry.incidents.rules.kinds import DetectedBy, Kind, Pattern, Status
from registry.incidents.rules.times import By
from registry.kernel.actor import the_registry
from registry.kernel.events import Event
from registry.systems.rules.record import Tier
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


PLAIN_GROUPS = """
    SELECT {key}, count(*), count(resolved_at) FROM incident JOIN system ON system.id = incident.system_id
    WHERE incident.status <> 'merged' AND incident.kind IN ('incident', 'near_miss') AND system.id <> :hidden
    GROUP BY {key}
"""
PLAIN_KEYS = {
    By.PATTERN: "incident.pattern",
    By.TIER: "coalesce(system.tier, '')",
    By.UNIT: "CAST(system.unit_id AS varchar(9))",
    # None of the cast has a number of two digits.
    By.SYSTEM: "'AI-000' || system.id",
    By.MONTH: "substr(CAST(incident.detected_at AS varchar(30)), 1, 7)",
}


def test_side_by_side_stands_what_plain_sql_counts_for_each_group(session, cast):
    drawn(session, cast, 60)
    cast.triage.tier = Tier.HIGH
    record(session, DOOR, Event.SYSTEM_EDITED, cast.triage, system_id=cast.triage.id)
    session.flush()
    ben = cast.actor(session, "ben")
    for dimension, key in PLAIN_KEYS.items():
        rows = session.execute(sa.text(PLAIN_GROUPS.format(key=key)), {"hidden": cast.sentinel.id})
        groups, beyond = groups_of(session, ben, Narrowing(), dimension)
        told = {each.value: (each.times.counted, each.times.resolve.n) for each in groups}
        assert (told, beyond) == ({value: (many, over) for value, many, over in rows}, 0)
    order = [each.times.counted for each in groups_of(session, ben, Narrowing(), By.SYSTEM)[0]]
    assert order == sorted(order, reverse=True)


def test_of_no_incident_there_is_no_time(session, cast):
    times = times_of(session, cast.actor(session, "rita"))
    assert (times.counted, times.resolve.mean, times.share_by_ourselves) == (0, None, None)


def test_what_cannot_be_read_is_an_error_and_not_a_zero(sqlite_only):
    with pytest.raises(DBAPIError), sqlite_only.transaction(read_only=True) as session:
        times_of(session, DOOR)
