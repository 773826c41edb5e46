"""Seats through the JSON door: who sits where, now and on a day; filling and vacating by a scope of its own."""

from datetime import timedelta

from registry.accounts import actions as accounts
from registry.kernel import clock
from registry.kernel.scopes import SCOPES
from registry.ownership.models import Assignment


def test_a_seat_is_filled_and_vacated_and_the_accountable_one_is_not(app, program, cast):
    path = f"/systems/{cast.triage.key}/seats"
    sent = {"seat": "overseer", "person_id": cast.number("mia"), "reason": "Agreed."}
    made = program("ada", "POST", path, sent)
    assert (made.status_code, made.json["person"], made.json["until"]) == (201, "mia@example.org", None)
    held = program("otto", "GET", path).json["items"]
    assert [(each["seat"], each["person"]) for each in held] == [
        ("accountable_owner", "ada@example.org"),
        ("deputy", "dee@example.org"),
        ("engineering_lead", "ben@example.org"),
        ("overseer", "mia@example.org"),
    ]
    assert held[-1] == made.json
    for wrong, field in (
        ({"seat": "accountable_owner"}, "seat"),
        ({"seat": "throne"}, "seat"),
        ({"team_id": 1}, "person_id"),
        ({"person_id": None}, "person_id"),
        ({"person_id": 10**12}, "person_id"),
        ({}, "person_id"),
    ):
        refused = program("ada", "POST", path, sent | wrong)
        assert [each["field"] for each in refused.json["problems"]] == [field], wrong
    assert program("otto", "POST", path, sent).status_code == 403
    for wrong in (True, "7", 7.0):
        assert program("ada", "POST", path, sent | {"person_id": wrong}).status_code == 422, wrong
    # What a token takes on for its person, the person has not said.
    own = program("adam", "POST", path, sent | {"person_id": cast.number("adam")})
    with app.database.transaction(read_only=True) as session:
        assert session.get_one(Assignment, own.json["number"]).accepted_at is None
    assert program("ada", "POST", f"{path}/{own.json['number']}/vacate").status_code == 200
    gone = program("ada", "POST", f"{path}/{made.json['number']}/vacate")
    assert gone.json == made.json | {"until": gone.json["until"]}
    assert gone.json["until"] is not None
    assert program("ada", "POST", f"{path}/{made.json['number']}/vacate").status_code == 422
    assert program("ada", "POST", f"{path}/{held[0]['number']}/vacate").json["problems"][0]["field"] == "seat"
    elsewhere = f"/systems/{cast.pricing.key}/seats/{held[1]['number']}/vacate"
    assert program("adam", "POST", elsewhere).status_code == 404


def test_a_token_that_may_change_systems_seats_nobody(app, cast):
    with app.database.transaction() as session:
        scopes = frozenset(SCOPES) - {"seats:write"}
        ada = cast.actor(session, "ada")
        token, _ = accounts.issue_token(session, ada, cast.people["ada"], "t", scopes)
    sent = {"seat": "overseer", "person_id": cast.number("mia")}
    headers = {"Authorization": f"Bearer {token}"}
    path = f"/api/v1/systems/{cast.triage.key}/seats"
    assert app.test_client().post(path, json=sent, headers=headers).status_code == 403


def test_who_answered_on_a_day_is_told_page_by_page_to_whoever_may_know_of_the_system(program, cast):
    def owners(name, **asked):
        found, asked = [], {"limit": 2, **asked}
        while True:
            page = program(name, "GET", "/ownership/on?" + "&".join(f"{k}={v}" for k, v in asked.items()))
            assert page.status_code == 200, page.text
            found += page.json["items"]
            if page.json["next"] is None:
                return found
            asked["cursor"] = page.json["next"]

    told = owners("adam")
    assert [(each["system"], each["owner"]["person"]) for each in told] == [
        (cast.triage.key, "ada@example.org"),
        (cast.pricing.key, "olga@example.org"),
        (cast.sentinel.key, "ada@example.org"),
    ]
    assert [each["seat"] for each in told[0]["others"]] == ["deputy", "engineering_lead"]
    assert [each["system"] for each in owners("otto")] == [cast.triage.key, cast.pricing.key]
    assert [each["system"] for each in owners("adam", owner="OLGA")] == [cast.pricing.key]
    claims = cast.units["claims"].id
    assert [each["system"] for each in owners("adam", unit=claims)] == [cast.triage.key, cast.sentinel.key]
    yesterday = clock.today() - timedelta(days=1)
    assert owners("adam", date=yesterday.isoformat()) == []
    tomorrow = clock.today() + timedelta(days=1)
    for asked, field in (
        ("date=soon", "date"),
        (f"date={tomorrow}", "date"),
        ("unit=999999", "unit"),
        ("unit=x", "unit"),
    ):
        refused = program("adam", "GET", f"/ownership/on?{asked}")
        assert [each["field"] for each in refused.json["problems"]] == [field]
