"""Incidents through the JSON door."""

import pytest

from registry.accounts import actions as accounts
from registry.audit.actions import record
from registry.incidents.actions.opening import open_incident
from registry.incidents.actions.telling import touch
from registry.incidents.models.incidents import Incident
from registry.incidents.rules.kinds import Pattern, Severity
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.events import Event
from tests.incidents.happening import NOW, at, facts

BODY = {
    "title": "Claims of minors were sorted last",
    "severity": 2,
    "pattern": "F1",
    "detected_by": "monitor",
    "started_at": "2025-11-01T08:00:00+02:00",
    "detected_at": "2025-11-01T09:00:00Z",
}


@pytest.fixture
def api(app, cast):
    """Ask as somebody whose token may read, open incidents and add to them."""

    def ask(name, method, address, json=None, scopes=("incidents:write", "registry:read"), system=None):
        with app.database.transaction() as session:
            actor, person = cast.actor(session, name), cast.people[name]
            text, _ = accounts.issue_token(session, actor, person, "t", frozenset(scopes), system_id=system)
        headers = {"Authorization": f"Bearer {text}"}
        return app.test_client().open(f"/api/v1{address}", method=method, json=json, headers=headers)

    return ask


def test_an_incident_is_opened_once_read_whole_and_added_to(api, cast):
    address = f"/systems/{cast.triage.key}/incidents"
    named = BODY | {"source": "pager", "source_ref": "P-7", "harms": ["money"], "affected_count": 12}
    first = api("mia", "POST", address, named)
    assert first.status_code == 201
    again = api("mia", "POST", address, named | {"title": "Otherwise"})
    assert (again.status_code, again.json["id"], again.json["title"]) == (
        200,
        first.json["id"],
        BODY["title"],
    )
    one = first.headers["Location"].removeprefix("/api/v1")
    told = api("otto", "GET", one).json
    assert (told["started_at"], told["source"], told["source_ref"]) == (
        "2025-11-01T06:00:00.000000Z",
        "pager",
        "P-7",
    )
    assert told["systems"] == [{"key": cast.triage.key, "versions": ""}]
    assert [entry["text"] for entry in told["timeline"]] == [
        "Opened through the API by pager, where it is P-7."
    ]
    assert api("mia", "POST", f"{one}/timeline", {"text": "Seen."}).status_code == 403
    added = api("ben", "POST", f"{one}/timeline", {"text": "Put back to 1.1.", "at": "2025-11-01T09:30:00Z"})
    assert (added.status_code, added.json["by"]) == (201, cast.people["ben"].name)
    assert added.json["at"] == "2025-11-01T09:30:00.000000Z"
    page = api("otto", "GET", f"{one}/timeline?limit=1").json
    rest = api("otto", "GET", f"{one}/timeline?limit=1&cursor={page['next']}").json
    assert {entry["text"] for entry in page["items"] + rest["items"]} >= {"Put back to 1.1."}


def test_what_has_spread_to_a_hidden_system_is_not_told_to_who_sends_it_again(api, database, cast):
    address, named = f"/systems/{cast.triage.key}/incidents", BODY | {"source": "pager", "source_ref": "P-8"}
    number = api("otto", "POST", address, named).json["id"]
    with database.transaction() as session:
        incident = session.get_one(Incident, number)
        touch(session, incident, cast.sentinel.id)
        record(session, the_registry("command"), Event.INCIDENT_SPREAD, incident, system_id=cast.triage.id)
    assert api("otto", "POST", address, named).status_code == 404
    assert api("ada", "POST", address, named).json["id"] == number


def test_lists_are_narrowed_paged_and_hold_only_what_one_may_know_of(api, database, cast):
    with clock.frozen(NOW), database.transaction() as session:
        ada = cast.actor(session, "ada")
        numbers = [
            open_incident(
                session, ada, system, facts(pattern=Pattern(pattern), severity=Severity(severity))
            ).id
            for system, pattern, severity in (
                (cast.triage, "F1", 2),
                (cast.triage, "F6", 4),
                (cast.sentinel, "F6", 5),
            )
        ]

    def found(name, query):
        return [item["id"] for item in api(name, "GET", f"/incidents?{query}").json["items"]]

    assert found("ada", "status=unclosed&pattern=F6") == [numbers[2], numbers[1]]
    assert found("otto", "pattern=F6") == [numbers[1]]
    assert found("otto", "severity=3&kind=incident&status=open") == [numbers[1]]
    assert found("ada", f"until={at(-4):%Y-%m-%dT%H:%M:%SZ}") == []
    first = api("otto", "GET", "/incidents?limit=1").json
    rest = api("otto", "GET", f"/incidents?limit=1&cursor={first['next']}").json
    assert [each["id"] for each in first["items"] + rest["items"]] == [numbers[1], numbers[0]]
    assert rest["next"] is None
    hidden = f"/incidents/{numbers[2]}"
    for method, address in (("GET", hidden), ("GET", f"{hidden}/timeline"), ("POST", f"{hidden}/timeline")):
        assert api("ben", method, address, {"text": "x"} if method == "POST" else None).status_code == 404
    refused = api("ada", "GET", "/incidents?status=lost&since=yesterday&severity=9")
    assert {each["field"] for each in refused.json["problems"]} == {"status", "since", "severity"}


UNFIT = (
    ({"severity": True}, "severity"),
    ({"severity": 6}, "severity"),
    ({"pattern": "F7"}, "pattern"),
    ({"detected_at": "2025-11-01T09:00:00"}, "detected_at"),
    ({"detected_at": 1_700_000_000}, "detected_at"),
    ({"detected_at": "2999-01-01T00:00:00Z"}, "detected_at"),
    ({"started_at": "2025-11-02T00:00:00Z"}, "started_at"),
    ({"harms": ["pride"]}, "harms.0"),
    ({"affected_count": -1}, "affected_count"),
    ({"title": ""}, "title"),
    ({"source": "pager"}, "source_ref"),
    ({"source": "p\nq", "source_ref": "1"}, "source"),
    ({"status": "closed"}, "status"),
    ({"link": {"kind": "alert", "id": 0}}, "link.id"),
)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_does_not_fit_is_refused_by_its_name(api, cast):
    for body, field in UNFIT:
        reply = api("ben", "POST", f"/systems/{cast.triage.key}/incidents", BODY | body)
        assert reply.status_code == 422, body
        assert [problem["field"] for problem in reply.json["problems"]] == [field]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_token_reaches_only_as_far_as_its_scope_and_system(api, cast):
    address = f"/systems/{cast.triage.key}/incidents"
    assert api("ben", "POST", address, BODY, scopes=("registry:read",)).status_code == 403
    assert api("ben", "POST", f"/systems/{cast.sentinel.key}/incidents", BODY).status_code == 404
    assert api("ben", "POST", address, BODY | {"link": {"kind": "alert", "id": 99}}).status_code == 404


def test_an_instant_beyond_the_calendar_or_before_software_is_refused_in_words(api, cast, client_of):
    address = f"/systems/{cast.triage.key}/incidents"
    number = api("mia", "POST", address, BODY).json["id"]
    for early in ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "1899-12-31T23:59:59Z"):
        for reply in (
            api("mia", "POST", address, BODY | {"started_at": early}),
            api("ada", "POST", f"/incidents/{number}/timeline", {"text": "It began.", "at": early}),
        ):
            assert reply.status_code == 422, early
    beyond = api("mia", "POST", address, BODY | {"detected_at": "9999-12-31T23:59:59-14:00"})
    assert beyond.status_code == 422
