"""Alerts answered by programs: as people do on the page, held to what was read, by tokens that were made for it."""

from datetime import timedelta

import pytest

from registry.accounts import actions as accounts
from registry.kernel import clock
from registry.kernel.scopes import SCOPES
from registry.monitoring.actions import alerts as actions
from registry.monitoring.rules.alerts import AlertKind
from tests.monitoring.alerting import DOOR
from tests.twinned import Act


@pytest.fixture
def number(database, cast):
    with database.transaction() as session:
        return actions.raise_alert(session, DOOR, cast.triage.id, AlertKind.DRIFT, "The inputs moved.").id


def test_each_answer_leaves_what_it_leaves_from_the_page(twins, number):
    one, soon = f"/alerts/{number}", (clock.today() + timedelta(days=5)).isoformat()
    answers = {
        "acknowledge": {"promised_on": soon, "note": "I look."},
        "snooze": {"until": soon, "reason": "The feed is repaired by then."},
        "resolve": {"because": "A day came twice."},
    }
    events = []
    for step, sent in answers.items():
        read = one if step == "acknowledge" else ""
        by_page, by_program = twins.left(
            "ben", Act(f"{one}/{step}", sent, "POST", f"{one}/{step}", sent, read)
        )
        assert by_page == by_program
        events += [each.event for each in by_program]
    assert events == ["alert.acknowledged", "alert.snoozed", "alert.resolved"]


def test_nobody_takes_over_unawares_what_another_has_taken_on(program, number, cast):
    one, soon = f"/alerts/{number}", (clock.today() + timedelta(days=5)).isoformat()
    read = program("ben", "GET", one)
    taken = program("ada", "POST", f"{one}/acknowledge", {"promised_on": soon}, read.headers["ETag"])
    assert (taken.json["state"], taken.json["acknowledged_by_id"]) == ("acknowledged", cast.number("ada"))
    assert program("ben", "GET", one).headers["ETag"] == taken.headers["ETag"]
    late = program("ben", "POST", f"{one}/acknowledge", {"promised_on": soon}, read.headers["ETag"])
    assert late.status_code == 409
    assert program("ben", "POST", f"{one}/acknowledge", {"promised_on": soon}).status_code == 428
    again = program("ben", "POST", f"{one}/acknowledge", {"promised_on": soon}, taken.headers["ETag"])
    assert again.json["acknowledged_by_id"] == cast.number("ben")


def test_answering_takes_a_seat_and_a_scope_of_its_own(app, program, database, number, cast):
    body = {"because": "A day came twice."}
    assert program("otto", "POST", f"/alerts/{number}/resolve", body).status_code == 403
    with database.transaction() as session:
        who, others = cast.actor(session, "ben"), frozenset(SCOPES) - {"alerts:answer"}
        token, _ = accounts.issue_token(session, who, cast.people["ben"], "t", others)
    headers = {"Authorization": f"Bearer {token}"}
    door = app.test_client()
    assert door.post(f"/api/v1/alerts/{number}/resolve", json=body, headers=headers).status_code == 403
    refused = program("ben", "POST", f"/alerts/{number}/snooze", {"until": "2020-01-01", "reason": ""})
    assert {each["field"] for each in refused.json["problems"]} == {"until", "reason"}
    over = program("ben", "POST", f"/alerts/{number}/resolve", body)
    assert (over.json["state"], over.json["resolved_by_id"]) == ("resolved", cast.number("ben"))
    assert program("ben", "POST", f"/alerts/{number}/resolve", body).status_code == 422
