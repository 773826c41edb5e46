"""What other pages show of incidents: the system's overview, its times, its alerts and what people said of it."""

from datetime import timedelta

import pytest

from registry.feedback import actions as feedback
from registry.feedback.actions import Incoming
from registry.feedback.rules.feedback import Category, Door, FeedbackFacts
from registry.incidents.actions.moving import move
from registry.incidents.render import two_times_said
from registry.incidents.rules.kinds import DetectedBy, Linked, Severity, Status
from registry.incidents.rules.times import Moments, times_of
from registry.kernel.actor import the_registry
from registry.monitoring.actions import alerts
from registry.monitoring.rules.alerts import AlertKind
from tests.incidents.happening import NOW, at, later, opened

DOOR = the_registry("command")
# What the pages read is tested on both databases where it is found.
ON_ONE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def moments(hours_to_detect, hours_to_resolve):
    detected = NOW if hours_to_detect is None else at(hours_to_detect)
    began = None if hours_to_detect is None else NOW
    resolved = None if hours_to_resolve is None else detected + timedelta(hours=hours_to_resolve)
    status = Status.INVESTIGATING if resolved is None else Status.RESOLVED
    return Moments(status, DetectedBy.STAFF, began, detected, resolved_at=resolved)


@pytest.mark.parametrize(
    ("told", "value", "note"),
    [
        ([], None, "no incident has been recorded"),
        (
            [(None, None)],
            None,
            "to detect not measured (n = 0, 1 unknown); to resolve not measured (n = 0, 1 not there yet)",
        ),
        (
            [(2, None)],
            "2 hours / not yet",
            "to detect 2 hours (n = 1); to resolve not measured (n = 0, 1 not there yet)",
        ),
        (
            [(26, 3), (28, None)],
            "1 day / 3 hours",
            "to detect 1 day and 3 hours (n = 2); to resolve 3 hours (n = 1, 1 not there yet)",
        ),
    ],
)
def test_the_times_of_a_system_say_how_many_incidents_tell_them(told, value, note):
    said = two_times_said(times_of(moments(*each) for each in told))
    assert said[0] == value
    assert note in said[1]


@ON_ONE
def test_a_system_shows_what_is_not_resolved_and_how_long_it_took_to_notice(database, client_of, cast):
    with later():
        client = client_of("mia")
        assert "no incident has been recorded" in client.get(f"/systems/{cast.triage.key}").text
        with database.transaction() as session:
            opened(session, cast, title="Minors came last", severity=Severity.SEVERE)
            over = opened(session, cast, title="Long over")
            ada = cast.actor(session, "ada")
            move(session, ada, over, Status.INVESTIGATING)
            move(session, ada, over, Status.RESOLVED)
            opened(session, cast, system=cast.sentinel, title="Nobody may know")
        page = client.get(f"/systems/{cast.triage.key}").text
        notice = page.split("An incident is not resolved")[1].split("</ul>")[0]
        assert "4 severe" in notice
        assert "Minors came last" in notice
        assert "Long over" not in page
        for address in ("", "/monitoring"):
            shown = client.get(f"/systems/{cast.triage.key}{address}").text
            assert "2 hours / 3 hours" in shown
            assert "to resolve 3 hours (n = 1, 1 not there yet)" in shown


@ON_ONE
def test_an_alert_and_feedback_lead_to_their_incident_or_to_opening_one(database, client_of, cast):
    with later(), database.transaction() as session:
        alert = alerts.raise_alert(session, DOOR, cast.triage.id, AlertKind.DRIFT, "It moved.")
        said = Incoming(FeedbackFacts(1, category=Category.WRONG, comment="Nobody called."))
        piece = feedback.receive(session, DOOR, cast.triage.id, Door.STAFF, [said])[0].number
        session.flush()
        alert_id = alert.id
    pages = {
        f"/alerts/{alert_id}": f"/systems/{cast.triage.key}/incidents/new?alert={alert_id}",
        f"/systems/{cast.triage.key}/feedback/{piece}": f"/systems/{cast.triage.key}/incidents/new?feedback={piece}",
    }
    with later():
        client = client_of("ada")
        for page, opens in pages.items():
            assert f'href="{opens}"' in client.get(page).text
            assert client.get(opens).status_code == 200
        with database.transaction() as session:
            first = opened(session, cast, title="By the alert", link=(Linked.ALERT, alert_id)).id
            second = opened(session, cast, title="By what was said", link=(Linked.FEEDBACK, piece)).id
        for (page, opens), number in zip(pages.items(), (first, second), strict=True):
            shown = client.get(page).text
            assert f'href="/incidents/{number}"' in shown
            assert opens not in shown
        assert f'<a href="/incidents/{first}">Incident {first}</a>' in client.get("/alerts").text
