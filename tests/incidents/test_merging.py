"""Two incidents that are one: the graver judgement holds, alerts find their way, and an authority is told once."""

import threading

import pytest
from sqlmodel import select

from registry.incidents.actions.linking import merge
from registry.incidents.actions.moving import close, move
from registry.incidents.actions.reports import begin, move_due, sent
from registry.incidents.actions.timeline import state_cause, write_post_mortem
from registry.incidents.jobs.opening import open_for_alerts
from registry.incidents.models.incidents import Incident, IncidentLink
from registry.incidents.queries.beside import next_clocks
from registry.incidents.queries.reports import clock_of, reports_of, unsent_for
from registry.incidents.queries.visibility import incident_by_number
from registry.incidents.rules.kinds import Severity, Status
from registry.kernel.actor import the_registry
from registry.kernel.errors import RuleBroken
from registry.monitoring.actions import alerts as monitoring
from registry.monitoring.rules.alerts import AlertKind
from registry.monitoring.rules.alerts import Severity as Urgency
from tests.incidents.happening import WHOLE, at, is_whole, later, opened, timeline

WORKER = the_registry("worker")


def over(session, cast, incident, by="dee"):
    for status in (Status.INVESTIGATING, Status.RESOLVED):
        move(session, cast.actor(session, by), incident, status)


def test_the_graver_judgement_holds_for_both_and_so_does_what_closing_asks_of_it(database, cast):
    with later(), database.transaction() as session:
        ada = cast.actor(session, "ada")
        grave = opened(
            session,
            cast,
            severity=Severity.CATASTROPHIC,
            harms=("health",),
            affected_count=500,
            summary="Two were hurt.",
            lead_id=cast.number("ben"),
        )
        slight = opened(session, cast, severity=Severity.NEGLIGIBLE, harms=("trust",))
        state_cause(session, ada, grave, "A field was renamed.", "")
        merge(session, ada, grave, slight)
        assert (slight.severity, slight.harms, slight.affected_count) == (5, ["health", "trust"], 500)
        assert (slight.summary, slight.lead_id) == ("Two were hurt.", cast.number("ben"))
        assert timeline(session, slight)[2:] == [
            "Severity 1 negligible became 5 catastrophic, as at incident 1.",
            "Harm that was added, as at incident 1: Life or health.",
            "Affected: 500, as at incident 1.",
            "Taken over from incident 1: what happened.",
            "Taken over from incident 1: the root cause.",
        ]
        over(session, cast, slight)
        with pytest.raises(RuleBroken, match="write a post-mortem"):
            close(session, ada, slight)
        write_post_mortem(session, ada, slight, WHOLE)
        close(session, ada, slight)
    assert is_whole(database)


def test_what_goes_on_is_not_merged_into_what_is_over_and_the_last_repair_counts(session, cast):
    with later(-1):
        ada, first = cast.actor(session, "ada"), opened(session, cast)
        over(session, cast, first, "ben")
    with later():
        second = opened(session, cast, detected_at=at(-0.5), started_at=None)
        with pytest.raises(RuleBroken, match="Move that one back first"):
            merge(session, ada, second, first)
        over(session, cast, second)
        merge(session, ada, second, first)
        assert (first.resolved_at, first.resolved_by_id) == (at(0), cast.number("dee"))
        assert first.acknowledged_at == at(-1)


def test_the_registry_goes_on_in_the_incident_its_own_was_merged_into(database, cast):
    def happen(hours, kind):
        with later(hours), database.transaction() as session:
            monitoring.raise_alert(
                session,
                WORKER,
                cast.triage.id,
                kind,
                f"At {hours}.",
                group=f"{hours}",
                severity=Urgency.CRITICAL,
            )
        with later(hours):
            open_for_alerts(database, {"system_id": cast.triage.id})
        with database.transaction(read_only=True) as session:
            query = select(IncidentLink.incident_id).order_by(IncidentLink.id)
            return session.exec(query).all()[-1]

    drift, unfair = AlertKind.DRIFT, AlertKind.BREACH
    assert happen(0, drift) == 1
    with later(1), database.transaction() as session:
        over(session, cast, session.get_one(Incident, 1))
    assert (happen(2, drift), happen(3, unfair)) == (2, 3)
    with later(4), database.transaction() as session:
        ada, by_hand = cast.actor(session, "ada"), opened(session, cast)
        # Its place is taken by the second: it is merged all the same.
        merge(session, ada, session.get_one(Incident, 1), by_hand)
    assert (happen(5, drift), happen(6, unfair)) == (2, 3)
    with later(7), database.transaction() as session:
        second, third, by_hand = (session.get_one(Incident, number) for number in (2, 3, 4))
        merge(session, ada, second, third)
    assert (happen(8, drift), happen(9, unfair)) == (3, 3)
    with later(10), database.transaction() as session:
        merge(session, ada, session.get_one(Incident, 3), session.get_one(Incident, 4))
    assert (happen(11, drift), happen(12, unfair)) == (4, 4)
    with later(13), database.transaction() as session:
        over(session, cast, session.get_one(Incident, 4))
    assert (happen(14, drift), happen(15, unfair)) == (5, 6)
    assert is_whole(database)


def test_a_duty_on_both_is_one_and_what_was_sent_for_either_was_sent(database, cast):
    def begun(incident, hours):
        return begin(session, ada, incident, "serious_default", "BNetzA", "Europe/Berlin", at(hours))

    with later(), database.transaction() as session:
        ada, rita = cast.actor(session, "ada"), cast.actor(session, "rita")
        one, other, last = (opened(session, cast, started_at=at(-90), detected_at=at(-80)) for _ in range(3))
        told, kept = begun(one, -40), begun(other, -2)
        move_due(session, rita, kept, at(100), "The regulator asked for it.")
        sent(session, ada, told, full=True, at=at(-1), reference="BNA-17")
        merge(session, ada, one, other)
        assert (kept.aware_at, kept.due_at, kept.full_reference) == (at(-40), told.due_at, "BNA-17")
        assert kept.override_at == at(100)
        assert list(reports_of(session, other.id)) == [kept]
        # What stays with the merged one is nobody's to send any more.
        assert unsent_for(session, ada) == []
        late = begun(last, -3)
        merge(session, ada, last, other)
        with pytest.raises(RuleBroken, match="merged"):
            sent(session, ada, late, full=True, at=at(0), reference="BNA-18")
        with pytest.raises(RuleBroken, match="merged"):
            move_due(session, rita, late, at(90), "Sooner.")
        assert unsent_for(session, ada) == []
        assert next_clocks(session, [one.id, other.id, last.id]) == {}
        assert clock_of(kept).sent_at == at(-1)
        assert timeline(session, other)[-1] == (
            "BNetzA has to be told once, of this and of incident 3, by 7 Mar 2090, 16:00 UTC. "
            "The full report was sent: BNA-17."
        )
    assert is_whole(database)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("step", ["merge", "recurrence"])
def test_whoever_merges_waits_for_nobody_in_a_circle(database, cast, client_of, step):
    replies = []
    with later(-1), database.transaction() as session:
        first, second = opened(session, cast, detected_at=at(-4)), opened(session, cast)
        if step == "recurrence":
            over(session, cast, first)
    with later():
        client = client_of("ada")

    def post():
        with later():
            replies.append(
                client.post(f"/incidents/{second.id}/{step}", data={"number": f"{first.id}"}).status_code
            )

    runner = threading.Thread(target=post)
    with database.transaction() as session:
        # As another does who merges the two the other way round, the lower number first.
        incident_by_number(session, WORKER, first.id, lock=True)
        runner.start()
        runner.join(0.5)
        incident_by_number(session, WORKER, second.id, lock=True)
    runner.join()
    assert replies == [303]
