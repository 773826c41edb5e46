"""Incidents worked on by programs: every step of the pages that binds nobody, with the same effect and the same refusals."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from registry.accounts import actions as accounts
from registry.incidents.actions import holds, linking
from registry.incidents.actions.corrective import set_action
from registry.incidents.actions.moving import move
from registry.incidents.rules.corrective import ActionFacts
from registry.incidents.rules.kinds import Status
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.monitoring.actions import alerts
from registry.monitoring.rules.alerts import AlertKind
from tests.incidents.happening import opened
from tests.twinned import Act


@dataclass
class Happened:
    """The numbers of incidents of Triage: one that is open, one before it, one that is over, one that is tied and held."""

    one: int
    before: int
    over: int
    tied: int
    held: int
    action: int
    alert: int


@pytest.fixture
def happened(database, cast):
    with database.transaction() as session:
        ada, now = cast.actor(session, "ada"), clock.now()

        def one(hours=0, title="Claims were sorted last"):
            return opened(
                session, cast, title=title, started_at=None, detected_at=now - timedelta(hours=hours)
            )

        over, before, found, tied, held = one(9), one(5), one(), one(2), one(1)
        for status in (Status.INVESTIGATING, Status.RESOLVED):
            move(session, ada, over, status)
        move(session, ada, found, Status.INVESTIGATING)
        linking.spread(session, ada, tied, cast.pricing)
        linking.involve(session, ada, tied, cast.people["mia"])
        holds.hold(session, ada, held, "The expert looks at it.")
        due = ActionFacts("Sort by age", owner_id=cast.number("mia"), due_on=clock.today())
        action = set_action(session, ada, found, due)
        alert = alerts.raise_alert(
            session, the_registry("worker"), cast.triage.id, AlertKind.DRIFT, "It moved."
        )
        session.flush()
        return Happened(found.id, before.id, over.id, tied.id, held.id, action.id, alert.id)


def acts(happened, cast):
    """Every step by its page and by a program, with the event that tells of it."""
    because, mia = {"because": "Somebody looked."}, {"person_id": cast.number("mia")}
    one, tied = f"/incidents/{happened.one}", f"/incidents/{happened.tied}"
    action, soon = f"/corrective-actions/{happened.action}", (clock.today() + timedelta(days=9)).isoformat()
    due = {"title": "Sort by age too", "owner_id": cast.number("ben"), "due_on": soon}
    changed = {"title": "Sorted last again", "harms": ["money"], "lead_id": cast.number("dee")}
    moved = {"because": "Sorting is switched off."}

    def post(place, typed, sent=None):
        return Act(place, typed, "POST", place, typed if sent is None else sent)

    return [
        ("incident.edited", Act(f"{one}/edit", changed, "PATCH", one, changed, read=one)),
        (
            "incident.moved",
            Act(f"{one}/move?to=mitigated", moved, "POST", f"{one}/move", moved | {"status": "mitigated"}),
        ),
        (
            "incident.linked",
            Act(
                f"{one}/link",
                {"thing": f"alert:{happened.alert}"},
                "POST",
                f"{one}/links",
                {"kind": "alert", "id": happened.alert},
            ),
        ),
        ("incident.linked", post(f"{one}/recurrence", {"number": happened.over}, {"earlier": happened.over})),
        ("incident.spread", post(f"{one}/systems", {"key": cast.pricing.key}, {"system": cast.pricing.key})),
        (
            "incident.spread",
            post(
                f"{tied}/systems/off",
                because | {"system_id": cast.pricing.id},
                because | {"system": cast.pricing.key},
            ),
        ),
        ("incident.assigned", post(f"{one}/people", mia)),
        ("incident.assigned", post(f"{tied}/people/off", because | mia)),
        ("incident.merged", post(f"{one}/merge", {"number": happened.before}, {"into": happened.before})),
        ("evidence.held", post(f"{one}/hold", because)),
        ("evidence.released", post(f"/incidents/{happened.held}/release", because)),
        ("corrective_action.set", Act(f"{one}/actions/new", due, "POST", f"{one}/actions", due)),
        (
            "corrective_action.edited",
            Act(f"{action}/edit", due | because, "PATCH", action, due | because, read=action),
        ),
        ("corrective_action.done", post(f"{action}/done", {"note": "Sorted by age since 2.2."})),
        ("corrective_action.dropped", post(f"{action}/drop", because)),
    ]


def test_each_step_leaves_what_it_leaves_from_the_page_and_is_for_the_same_people(twins, happened, cast):
    for event, act in acts(happened, cast):
        by_page, by_program = twins.left("ada", act)
        assert by_page == by_program, act
        assert [each.event for each in by_program] == [event]
        # Otto may know of it and works on nothing of it.
        assert twins.sent("otto", act, twins.etag("otto", act.read)).status_code == 403, act


def test_an_incident_is_changed_by_whoever_has_read_all_of_it(program, happened, cast):
    one = f"/incidents/{happened.one}"
    read = program("ada", "GET", one)
    assert program("ada", "PATCH", one, {"affected_count": 3}).status_code == 428
    assert program("ada", "PATCH", one, {"affected_count": 3}, "*").status_code == 428
    changed = program("ada", "PATCH", one, {"started_at": "2026-01-01T00:00:00+01:00"}, read.headers["ETag"])
    assert (changed.json["started_at"], changed.json["title"]) == (
        "2025-12-31T23:00:00.000000Z",
        read.json["title"],
    )
    assert program("ada", "GET", one).headers["ETag"] == changed.headers["ETag"]
    program("ben", "POST", f"{one}/timeline", {"text": "It began with the new feed."})
    assert program("ada", "PATCH", one, {"affected_count": 3}, changed.headers["ETag"]).status_code == 409
    # What an alert said is kept as JSON, whose names the database orders anew.
    told = {"title": "x", "severity": 2, "pattern": "F1", "detected_by": "monitor"}
    told |= {"detected_at": "2026-01-02T00:00:00Z", "link": {"kind": "alert", "id": happened.alert}}
    new = program("ada", "POST", f"/systems/{cast.triage.key}/incidents", told)
    place = new.headers["Location"].removeprefix("/api/v1")
    assert program("ada", "GET", place).headers["ETag"] == new.headers["ETag"]


def test_what_is_to_be_done_is_set_moved_and_done_by_its_owner_and_told_with_the_incident(
    program, happened, cast
):
    one, soon = f"/incidents/{happened.one}", (clock.today() + timedelta(days=9)).isoformat()
    due = {"title": "Watch the feed", "owner_id": cast.number("mia"), "due_on": soon}
    added = program("ada", "POST", f"{one}/actions", due)
    place = added.headers["Location"].removeprefix("/api/v1")
    read = program("mia", "GET", place)
    assert (read.json, read.headers["ETag"]) == (added.json, added.headers["ETag"])
    later = {"due_on": clock.today().isoformat()}
    refused = program("ada", "PATCH", place, later, read.headers["ETag"])
    assert [each["field"] for each in refused.json["problems"]] == ["because"]
    moved = program("ada", "PATCH", place, later | {"because": "It is urgent."}, read.headers["ETag"])
    assert (moved.json["due_on"], moved.json["title"]) == (later["due_on"], "Watch the feed")
    assert program("ada", "PATCH", place, {"title": "x"}, read.headers["ETag"]).status_code == 409
    done = program("mia", "POST", f"{place}/done", {"note": "An alert is on."})
    assert (done.json["state"], done.json["done_by"]) == ("done", cast.people["mia"].name)
    assert program("mia", "POST", f"{place}/drop", {"because": "x"}).status_code == 403
    assert done.json in program("ada", "GET", one).json["actions"]


def test_a_program_releases_what_its_person_had_held_and_nothing_else(program, happened, cast):
    one, because = f"/incidents/{happened.held}", {"because": "She has what she needs."}
    [held] = program("ben", "GET", one).json["held"]
    assert (held["system"], held["version"]) == (cast.triage.key, None)
    # Rita may on the page, where she says so herself.
    for name in ("ben", "rita"):
        assert program(name, "POST", f"{one}/release", because).status_code == 403
    assert program("ada", "POST", f"{one}/release", because).json["held"] == []


def unfit(happened, cast):
    """What is sent to the open incident, and the field it is refused for."""
    because, soon = {"because": "x"}, (clock.today() + timedelta(days=9)).isoformat()
    due = {"title": "x", "owner_id": cast.number("ada"), "due_on": soon}
    return [
        ("links", {"kind": "alert", "id": 999_999}, "id"),
        ("systems", {"system": "AI-9999"}, "system"),
        ("systems", {"system": cast.triage.key}, "system"),
        ("systems/off", because | {"system": cast.triage.key}, "system"),
        ("systems/off", because | {"system": cast.pricing.key}, "system"),
        ("people", {"person_id": 999_999}, "person_id"),
        ("people", {"person_id": 2**40}, "person_id"),
        ("people/off", because | {"person_id": cast.number("mia")}, "person_id"),
        ("merge", {"into": happened.one}, "into"),
        ("merge", {"into": 999_999}, "into"),
        ("recurrence", {"earlier": happened.one}, "earlier"),
        ("recurrence", {"earlier": 999_999}, "earlier"),
        ("actions", due | {"due_on": "2020-01-01"}, "due_on"),
        ("actions", due | {"system": cast.pricing.key}, "system"),
        ("actions", due | {"owner_id": 999_999}, "owner_id"),
        ("move", {"status": "closed"}, "status"),
        ("move", {"status": "mitigated", "at": "2999-01-01T00:00:00Z"}, "at"),
        ("move", {"status": "mitigated", "at": 1_700_000_000}, "at"),
        ("hold", {"because": " "}, "because"),
        ("", {"severity": 1}, "severity"),
        ("", {"harms": ["pride"]}, "harms.0"),
        ("", {"detected_at": None}, "detected_at"),
        ("", {"lead_id": cast.number("otto")}, "lead_id"),
    ]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_does_not_fit_is_refused_by_its_name(app, program, database, happened, cast):
    one = f"/incidents/{happened.one}"
    etag = program("ada", "GET", one).headers["ETag"]
    for place, sent, field in unfit(happened, cast):
        verb, path = ("POST", f"{one}/{place}") if place else ("PATCH", one)
        reply = program("ada", verb, path, sent, etag)
        assert reply.status_code == 422, (place, sent, reply.text)
        assert [each["field"] for each in reply.json["problems"]] == [field], (place, sent)
    back = {"status": "investigating", "because": "x", "at": "2026-01-01T00:00:00Z"}
    refused = program("ada", "POST", f"/incidents/{happened.over}/move", back)
    assert [each["field"] for each in refused.json["problems"]] == ["at"]
    with database.transaction() as session:
        ada, reads = cast.actor(session, "ada"), frozenset({"registry:read", "alerts:answer"})
        token, _ = accounts.issue_token(session, ada, cast.people["ada"], "t", reads)
    reply = app.test_client().post(
        f"/api/v1{one}/hold", json={"because": "x"}, headers={"Authorization": f"Bearer {token}"}
    )
    assert reply.status_code == 403
