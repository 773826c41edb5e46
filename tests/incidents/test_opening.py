"""Incidents that people open, and the one the registry opens by itself however many alerts there are."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import select

from registry.audit.actions import record
from registry.incidents.actions.linking import link, merge
from registry.incidents.actions.moving import close, move
from registry.incidents.actions.timeline import state_cause
from registry.incidents.jobs.opening import open_for_alerts
from registry.incidents.models.incidents import Incident, IncidentLink, IncidentSystem
from registry.incidents.queries.taking_up import alerts_still_open
from registry.incidents.queries.timeline import incidents_of, links_of, tied_among
from registry.incidents.rules.kinds import DetectedBy, Linked, Pattern, Status
from registry.kernel.actor import the_registry
from registry.kernel.errors import NotFound, RuleBroken
from registry.kernel.events import Event
from registry.monitoring.actions import alerts as monitoring
from registry.monitoring.actions.recording import record_snapshots
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import AlertKind, AlertState, Severity, slot_of
from registry.monitoring.rules.decoding import Batch
from registry.monitoring.rules.points import PointIn
from registry.objectives import actions as objectives
from registry.objectives.queries import metric_facts
from registry.versions import actions as versions
from registry.versions.rules.record import VersionFacts
from registry.wiring import FOLLOW_UPS
from tests.incidents.happening import NOW, at, is_whole, later, opened, timeline
from tests.monitoring.alerting import stated
from tests.ownership.doing import events
from tests.ownership.racing import second_of
from tests.store.statements import counted

WORKER = the_registry("worker")


def payload(cast):
    return {"seq": 1, "subject_id": None, "system_id": cast.triage.id}


def delivered(session, cast, value, supersedes=""):
    """A reading of the day that ends now."""
    point = PointIn(
        "accuracy", window_end=NOW, window_start=NOW - timedelta(days=1), n=500, value=Decimal(value)
    )
    batch = Batch("", "", supersedes, (point,))
    return record_snapshots(session, cast.actor(session, "ada"), cast.triage.id, batch)


def troubled(session, cast, count, kind=AlertKind.BREACH, metric_id=None):
    """So many critical alerts about different groups, in one entry of the ledger."""
    found = [
        Alert(
            system_id=cast.triage.id,
            slot=slot_of(kind, metric_id, f"group {number}"),
            kind=kind,
            metric_id=metric_id,
            group=f"group {number}",
            severity=Severity.CRITICAL,
            says=f"Group {number} was treated unlike the others.",
            opened_at=NOW,
            waiting_from=NOW.date(),
        )
        for number in range(count)
    ]
    session.add_all(found)
    record(session, WORKER, Event.ALERT_RAISED, None, subject_kind="alert", system_id=cast.triage.id)
    return found


def incidents(session):
    return list(session.exec(select(Incident).order_by(Incident.id)))


def test_two_hundred_breaches_are_one_incident_that_keeps_what_was_read_and_by_what_it_was_judged(
    database, cast
):
    with later(), database.transaction() as session:
        ada = cast.actor(session, "ada")
        metric = stated(session, cast)
        first = VersionFacts("1.1", changed="All of it.", significant=False)
        version = versions.add_version(session, ada, cast.triage.id, first)
        versions.approve(session, WORKER, version, version=version.version)
        with later(-60):
            versions.put_live(session, ada, cast.triage.id, [(version, 100)])
        delivered(session, cast, 62)
        troubled(session, cast, 199, metric_id=metric.id)
    with later(1):
        open_for_alerts(database, payload(cast))
        open_for_alerts(database, payload(cast))
    with later(2), database.transaction() as session:
        [incident] = incidents(session)
        links = links_of(session, incident.id)
        assert len(links) == 201
        kept = {each.kind: each.frozen for each in reversed(links)}
        facts = metric_facts(metric)
        objectives.edit_metric(
            session,
            cast.actor(session, "ada"),
            metric,
            replace(facts, breach_low=Decimal(50), warn_low=Decimal(55)),
            version=metric.version,
        )
        delivered(session, cast, 91, supersedes="Counted again.")
    with database.transaction(read_only=True) as session:
        [incident] = incidents(session)
        assert (incident.pattern, incident.severity, incident.slot) == (Pattern.F1, 2, f"{cast.triage.id}:F1")
        assert (incident.started_at, incident.detected_at) == (at(-24), NOW)
        assert (incident.detected_by, incident.lead_id) == (DetectedBy.MONITOR, cast.number("ada"))
        assert incident.title == "Accuracy was 62 % on 3 Mar 2090; acceptable is at least 80 %."
        assert {each.kind: each.frozen for each in reversed(links_of(session, incident.id))} == kept
        reading, alert = kept[Linked.SNAPSHOT], kept[Linked.ALERT]
        assert {name: reading[name] for name in ("metric", "value", "unit", "n", "verdict", "version")} == {
            "metric": "Accuracy",
            "value": "62",
            "unit": "%",
            "n": 500,
            "verdict": "breach",
            "version": "1.1",
        }
        assert (reading["warn"], reading["breach"]) == ("at least 90 %", "at least 80 %")
        assert (alert["severity"], alert["count"]) == ("critical", 1)
        [touched] = session.exec(select(IncidentSystem))
        assert (touched.version_id, touched.versions_said) == (version.id, "1.1")
        assert len(timeline(session, incident)) == 202
        assert events(session, cast.triage).count("incident.opened") == 1
    assert is_whole(database)


def test_what_the_registry_reads_does_not_depend_on_how_many_alerts_there_are(database, cast):
    def statements(count):
        with later(), database.transaction() as session:
            troubled(session, cast, count, kind=AlertKind.DRIFT)
        with later(1), counted(database) as told:
            open_for_alerts(database, payload(cast))
        with later(2), database.transaction() as session:
            for alert in session.exec(select(Alert).where(Alert.state == AlertState.OPEN)):
                monitoring.resolve(session, WORKER, alert, "Over.")
            incident = incidents(session)[-1]
            for status in (Status.INVESTIGATING, Status.RESOLVED):
                move(session, cast.actor(session, "ada"), incident, status)
        return len(told)

    # A link and an entry are written for each; nothing is read for each.
    assert statements(30) <= statements(1) + 2 * 29


def test_an_alert_joins_the_incident_that_is_open_for_its_pattern_and_opens_one_for_another(database, cast):
    def happen(hours, *some):
        with later(hours), database.transaction() as session:
            for kind, group, severity in some:
                monitoring.raise_alert(
                    session, WORKER, cast.triage.id, kind, f"{kind} {group}.", group=group, severity=severity
                )
        with later(hours):
            open_for_alerts(database, payload(cast))
        with database.transaction(read_only=True) as session:
            return [(each.pattern.value, each.status.value) for each in incidents(session)]

    critical, warning = Severity.CRITICAL, Severity.WARNING
    assert happen(0, (AlertKind.DRIFT, "age", warning), (AlertKind.QUALITY, "", warning)) == []
    assert happen(1, (AlertKind.DRIFT, "age", critical)) == [("F1", "open")]
    unfair = (AlertKind.BREACH, "sex: f", critical)
    assert happen(2, (AlertKind.DRIFT, "town", critical), unfair) == [("F1", "open"), ("F6", "open")]
    with later(3), database.transaction() as session:
        first, _ = incidents(session)
        assert len(links_of(session, first.id)) == 2
        for status in (Status.INVESTIGATING, Status.RESOLVED):
            move(session, cast.actor(session, "ada"), first, status)
    resolved = ("F1", "resolved")
    assert happen(4, (AlertKind.DRIFT, "income", critical)) == [resolved, ("F6", "open"), ("F1", "open")]
    with later(5), database.transaction() as session:
        first, _, again = incidents(session)
        # Its place is another's by now: both go on.
        move(session, cast.actor(session, "ada"), first, Status.INVESTIGATING, because="It never stopped.")
        assert (first.slot, again.slot) == (None, f"{cast.triage.id}:F1")
        merge(session, cast.actor(session, "ada"), again, first)
    assert happen(6, (AlertKind.DRIFT, "job", critical))[0] == ("F1", "investigating")
    with database.transaction(read_only=True) as session:
        assert len(links_of(session, first.id)) == 4
        found = events(session, cast.triage)
        assert (found.count("incident.opened"), found.count("incident.joined")) == (3, 2)
    assert is_whole(database)


def test_no_critical_alert_ends_without_an_incident_whoever_was_quicker(database, cast):
    def happen(hours, group, then=None):
        with later(hours), database.transaction() as session:
            alert = monitoring.raise_alert(
                session,
                WORKER,
                cast.triage.id,
                AlertKind.DRIFT,
                f"At {hours}.",
                group=group,
                severity=Severity.CRITICAL,
            )
            if then:
                monitoring.resolve(session, cast.actor(session, "ada"), alert, "Over.")
        with later(hours + 0.5):
            open_for_alerts(database, payload(cast))
        with database.transaction(read_only=True) as session:
            return [(each.id, each.status.value, each.recurrence_of_id) for each in incidents(session)]

    assert happen(0, "age") == happen(1, "age") == [(1, "open", None)]
    assert happen(2, "town", "over before the worker came") == [(1, "open", None)]
    with later(3), database.transaction() as session:
        [incident] = incidents(session)
        assert len(links_of(session, incident.id)) == 2
        for status in (Status.INVESTIGATING, Status.RESOLVED):
            move(session, cast.actor(session, "ada"), incident, status)
        assert alerts_still_open(session, incident.id) == 1
        state_cause(session, WORKER, incident, "A field was renamed.", "")
        close(session, cast.actor(session, "dee"), incident)
    with later(4):
        open_for_alerts(database, payload(cast))
    # What was raised before it was resolved belongs to it; what comes after is a recurrence.
    again = [(1, "closed", None), (2, "open", 1)]
    assert happen(30, "age") == again
    assert happen(31, "age") == happen(32, "job", "at once") == again
    with database.transaction(read_only=True) as session:
        _, second = incidents(session)
        assert (second.started_at, second.detected_at) == (None, at(30))
        assert len(links_of(session, 2)) == 2
    assert is_whole(database)


def test_two_workers_at_once_open_one_incident(database, cast):
    with later(), database.transaction() as session:
        troubled(session, cast, 1)

    def take_up(session):
        from registry.incidents.jobs.opening import _take_up

        with later(1):
            _take_up(session, cast.triage.id)

    assert second_of(database, take_up, take_up) == "done"
    with database.transaction(read_only=True) as session:
        assert len(incidents(session)) == len(session.exec(select(IncidentLink)).all()) == 1


def test_whatever_opens_an_alert_is_followed():
    followed = {event for event, jobs in FOLLOW_UPS.items() if open_for_alerts in jobs}
    assert followed == {Event.SNAPSHOTS_RECORDED, Event.ALERT_RAISED}


def test_a_person_opens_one_from_an_alert_and_it_proposes_the_pattern(database, cast):
    with later(), database.transaction() as session:
        [alert] = troubled(session, cast, 1)
        incident = opened(session, cast, by="otto", link=(Linked.ALERT, alert.id), harms=("money",))
        assert (incident.pattern, incident.proposed_pattern) == (Pattern.F1, Pattern.F6)
        assert (incident.opened_by_id, incident.lead_id) == (cast.number("otto"), None)
        assert timeline(session, incident) == [
            "Opened: severity 2 minor, pattern F1 Data drift and model degradation, noticed by: our own staff.",
            "Tied to it: Guard-rail breached: Group 0 was treated unlike the others.",
        ]
        with pytest.raises(NotFound):
            opened(session, cast, system=cast.pricing, by="olga", link=(Linked.ALERT, alert.id))
        with pytest.raises(RuleBroken, match="tied to this incident already"):
            link(session, cast.actor(session, "ada"), incident, Linked.ALERT, alert.id)
        assert incidents_of(session, cast.actor(session, "mia"), Linked.ALERT, alert.id) == [incident]
        assert tied_among(session, cast.actor(session, "mia"), Linked.ALERT, [alert.id]) == {
            alert.id: incident.id
        }
    with later(1):
        open_for_alerts(database, payload(cast))
    with database.transaction(read_only=True) as session:
        assert len(incidents(session)) == 1


def test_somebody_who_could_not_work_on_it_does_not_lead_it(session, cast):
    with later():
        for name in ("mia", "olga"):
            with pytest.raises(RuleBroken, match="holds a seat"):
                opened(session, cast, lead_id=cast.number(name))
        assert opened(session, cast, by="otto", lead_id=cast.number("ben")).lead_id == cast.number("ben")
