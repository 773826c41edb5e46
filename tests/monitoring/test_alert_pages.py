"""Alerts on the screen and for programs: who sees them, how they are answered, and that they are on the right desk."""

import re
from datetime import timedelta

import pytest

from registry.accounts import actions as accounts
from registry.kernel import clock
from registry.monitoring.actions import alerts as actions
from registry.monitoring.models.alerts import Alert
from registry.monitoring.queries import alerts as queries
from registry.monitoring.rules.alerts import AlertKind, AlertState
from registry.monitoring.rules.answers import Level
from registry.objectives.models import SuccessMetric
from tests.monitoring.alerting import DOOR, readings, stated, weighed


@pytest.fixture
def breach(database, cast):
    """The number of an alert on Triage, whose accuracy breached its guard-rail."""
    with database.transaction() as session:
        metric = stated(session, cast)
        [alert] = weighed(session, cast, readings(metric, 95, 70, 71)).opened
        return alert.id


def raise_one(database, system, kind=AlertKind.DRIFT, group=""):
    with database.transaction() as session:
        return actions.raise_alert(session, DOOR, system.id, kind, "The inputs moved.", group=group).id


def found(database, number):
    with database.transaction(read_only=True) as session:
        return session.get_one(Alert, number)


def test_an_alert_says_what_since_when_how_often_by_which_guard_rail_and_what_to_do(client_of, cast, breach):
    page = client_of("otto").get(f"/alerts/{breach}").text
    for words in (
        "Accuracy was 71 % on 5 Mar 2090; acceptable is at least 80 %.",
        "2 times",
        "at least 80 %",
        "at least 90 %",
        "0 of 3 in a row",
        "Ada Owner",
        "Find out whether the system still does what it is for",
        "waits for an answer",
    ):
        assert words in page
    assert 'name="promised_on"' not in page
    assert 'name="promised_on"' in client_of("dee").get(f"/alerts/{breach}").text


def test_it_is_taken_on_laid_to_rest_and_called_over_on_its_page(client_of, database, breach):
    ada, soon = client_of("ada"), (clock.today() + timedelta(days=3)).isoformat()
    at = f"/alerts/{breach}"
    refused = ada.post(f"{at}/acknowledge", data={"promised_on": "2020-01-01", "note": "I look"})
    assert refused.status_code == 422
    assert "This day has passed" in refused.text
    assert "I look" in refused.text
    assert ada.post(f"{at}/acknowledge", data={"promised_on": soon, "note": "I look"}).status_code == 303
    assert "Ada Owner looks after it" in ada.get(at).text
    assert ada.post(f"{at}/snooze", data={"until": soon}).status_code == 422
    assert ada.post(f"{at}/snooze", data={"until": soon, "reason": "Known"}).status_code == 303
    assert found(database, breach).state is AlertState.SNOOZED
    assert ada.post(f"{at}/resolve", data={"because": "A wrong batch."}).status_code == 303
    page = ada.get(at).text
    assert "by Ada Owner" in page
    assert "A wrong batch." in page
    late = ada.post(f"{at}/resolve", data={"because": "Again"})
    assert late.status_code == 422
    assert "resolved already" in late.text
    assert client_of("otto").post(f"{at}/resolve", data={"because": "x"}).status_code == 403


def test_whoever_comes_second_is_told_who_took_it_on_and_may_take_it_over(client_of, database, breach):
    at, (first, second) = f"/alerts/{breach}", (clock.today() + timedelta(days=days) for days in (2, 5))
    ada, ben = client_of("ada"), client_of("ben")
    seen = re.search(r'name="seen"[^>]*value="([^"]*)"', ben.get(at).text).group(1)
    assert ada.post(f"{at}/acknowledge", data={"promised_on": first, "seen": seen}).status_code == 303
    late = ben.post(f"{at}/acknowledge", data={"promised_on": second, "note": "Mine", "seen": seen})
    assert late.status_code == 422
    assert f"Ada Owner has taken it on meanwhile, by {first.day} {first:%b %Y}. Send this again" in late.text
    assert "Mine" in late.text
    assert found(database, breach).promised_on == first
    again = re.search(r'name="seen"[^>]*value="([^"]*)"', late.text).group(1)
    assert ben.post(f"{at}/acknowledge", data={"promised_on": second, "seen": again}).status_code == 303
    assert found(database, breach).promised_on == second


def test_its_timeline_tells_in_words_what_readings_and_people_did(client_of, database, cast, breach):
    with database.transaction() as session:
        alert, _ = queries.alert_by_id(session, DOOR, breach)
        metric = session.get_one(SuccessMetric, alert.metric_id)
        weighed(session, cast, readings(metric, 60, first=3))
    with database.transaction() as session:
        alert, _ = queries.alert_by_id(session, DOOR, breach, lock=True)
        promised = clock.today() + timedelta(days=3)
        actions.acknowledge(session, cast.actor(session, "ben"), alert, promised, "I look")
        actions.escalate(session, DOOR, raise_again(session, cast), Level.DEPUTY, None)
    with database.transaction() as session:
        weighed(session, cast, readings(session.merge(metric), 95, first=4))
        weighed(session, cast, readings(session.merge(metric), 95, 95, first=5))
    page = client_of("otto").get(f"/alerts/{breach}").text
    told = [
        page.index(words)
        for words in ("Over by itself", "A good reading came", "Taken on", "Seen again", "Opened by")
    ]
    assert told == sorted(told)
    assert f"by {promised.day} {promised:%b %Y}; I look" in page
    assert "seen 2 times by then" in page
    other = client_of("otto").get(f"/alerts/{breach + 1}").text
    assert "there is no deputy to tell, other than the owner" in other


def raise_again(session, cast):
    return actions.raise_alert(session, DOOR, cast.triage.id, AlertKind.DRIFT, "The inputs moved.")


def test_of_a_hidden_system_nobody_finds_an_alert(client_of, database, cast):
    hidden = raise_one(database, cast.sentinel)
    otto = client_of("otto")
    assert otto.get(f"/alerts/{hidden}").status_code == 404
    assert client_of("olga").post(f"/alerts/{hidden}/resolve", data={"because": "x"}).status_code == 404
    assert "Nothing waits" in otto.get("/alerts").text
    assert "Sentinel" in client_of("hedy").get("/alerts").text


def test_the_list_is_narrowed_by_its_address_and_goes_on_from_page_to_page(
    client_of, database, cast, breach, monkeypatch
):
    from registry.monitoring.pages import alerts as pages

    monkeypatch.setattr(pages, "PAGE", 1)
    raise_one(database, cast.pricing)
    otto, ada = client_of("otto"), client_of("ada")
    # The breach is critical; what was opened after it is not.
    first = otto.get("/alerts?kind=").text
    assert "Claims triage" in first
    assert "Home pricing" not in first
    assert "2 alerts" in first
    address = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "Home pricing" in otto.get(address).text
    assert "Claims triage" in ada.get("/alerts?mine=1").text
    assert "Nothing fits these filters" in ada.get("/alerts?kind=quality").text
    assert "No alert was ever resolved" in ada.get("/alerts?state=resolved").text


def test_the_owner_has_it_on_the_desk_and_the_deputy_once_told(client_of, database, cast, breach):
    assert "Guard-rail breached: Claims triage" in client_of("ada").get("/").text
    assert "Guard-rail breached" not in client_of("dee").get("/").text
    with database.transaction() as session:
        alert, _ = queries.alert_by_id(session, DOOR, breach, lock=True)
        actions.escalate(session, DOOR, alert, Level.DEPUTY, cast.number("dee"))
    desk = client_of("dee").get("/").text
    assert "Nobody has answered it yet, so you are told." in desk
    assert "as deputy" in client_of("ada").get(f"/alerts/{breach}").text
    for number in range(5):
        raise_one(database, cast.triage, group=str(number))
    assert "Answer 6 alerts" in client_of("ada").get("/").text


def test_programs_read_the_alerts_their_person_may_see(app, database, cast, breach):
    raise_one(database, cast.sentinel)
    with database.transaction() as session:
        text, _ = accounts.issue_token(
            session, cast.actor(session, "otto"), cast.people["otto"], "t", frozenset({"registry:read"})
        )

    def got(address):
        return app.test_client().get(f"/api/v1{address}", headers={"Authorization": f"Bearer {text}"})

    [item] = got("/alerts").json["items"]
    assert (item["id"], item["system"], item["kind"], item["count"]) == (breach, cast.triage.key, "breach", 2)
    assert got(f"/systems/{cast.triage.key}/alerts?kind=breach&state=unresolved").json["items"] == [item]
    assert got(f"/systems/{cast.triage.key}/alerts?state=resolved").json == {"items": [], "next": None}
    assert got(f"/systems/{cast.sentinel.key}/alerts").status_code == 404
    wrong = got("/alerts?kind=lost&state=lost")
    assert (wrong.status_code, [one["field"] for one in wrong.json["problems"]]) == (422, ["kind", "state"])
