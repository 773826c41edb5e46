"""Dependencies through the JSON door: strict in, and out only what the token's person may know of."""

import pytest

from registry.accounts import actions as accounts
from registry.dependencies import actions
from registry.dependencies.rules.dependency import DependencyFacts, Direction
from registry.dependencies.rules.reconsider import Ask, Cause


@pytest.fixture
def ask(app, cast):
    tokens = {}

    def asked(name, method, system, *scopes, **options):
        if (name, scopes) not in tokens:
            with app.database.transaction() as session:
                given = frozenset(scopes or {"registry:read", "systems:write"})
                actor = cast.actor(session, name)
                tokens[name, scopes], _ = accounts.issue_token(session, actor, cast.people[name], "t", given)
        headers = {"Authorization": f"Bearer {tokens[name, scopes]}"}
        url = f"/api/v1/systems/{system.key}/dependencies"
        return app.test_client().open(url, method=method, headers=headers, **options)

    return asked


def test_a_dependency_is_stated_and_read_back(ask, cast):
    body = {
        "direction": "upstream",
        "system": cast.pricing.key,
        "interface": "Nightly file",
        "contract_version": "3",
        "freshness_minutes": 1440,
        "timeout_seconds": 1.5,
        "on_failure": "fails_closed",
        "owner_id": cast.number("ben"),
    }
    made = ask("ada", "POST", cast.triage, json=body)
    assert made.status_code == 201, made.text
    read = ask("otto", "GET", cast.triage).json
    assert read["next"] is None
    (item,) = read["items"]
    assert item == made.json
    assert (item["system"], item["owner"], item["timeout_seconds"]) == (
        cast.pricing.key,
        "ben@example.org",
        "1.5",
    )
    assert [one["word"] for one in item["status"]] == ["untested"]
    (seen,) = ask("otto", "GET", cast.pricing).json["items"]
    assert (seen["direction"], seen["stated_by"], seen["system"]) == (
        "downstream",
        cast.triage.key,
        cast.triage.key,
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "direction"),
        ({"direction": "sideways"}, "direction"),
        ({"direction": "upstream"}, "system"),
        ({"direction": "upstream", "service": "X", "mood": "grim"}, "mood"),
        ({"direction": "upstream", "system": "AI-9999"}, "system"),
        ({"direction": "upstream", "system": "AI-0001"}, "system"),
        ({"direction": "upstream", "service": "X", "timeout_seconds": "1e-300"}, "timeout_seconds"),
        ({"direction": "upstream", "service": "X", "freshness_minutes": 10**12}, "freshness_minutes"),
        ({"direction": "upstream", "service": "X", "owner_id": 10**12}, "owner_id"),
        ({"direction": "upstream", "service": "a\nb"}, "service"),
    ],
)
def test_what_cannot_stand_is_refused_beside_its_field(ask, cast, body, field):
    reply = ask("ada", "POST", cast.triage, json=body)
    assert reply.status_code == 422
    assert [each["field"] for each in reply.json["problems"]] == [field]


def test_a_hidden_system_is_neither_named_nor_found(app, ask, cast):
    with app.database.transaction() as session:
        for number in (1, 2):
            facts = DependencyFacts(
                Direction.UPSTREAM, other_system_id=cast.sentinel.id, interface=str(number)
            )
            actions.add_dependency(session, cast.actor(session, "adam"), cast.triage.id, facts)
    read = ask("otto", "GET", cast.triage)
    assert [(one["system"], one["restricted"]) for one in read.json["items"]] == [(None, True)] * 2
    assert cast.sentinel.key not in read.text
    assert ask("otto", "GET", cast.sentinel).status_code == 404
    hidden = ask("ben", "POST", cast.triage, json={"direction": "upstream", "system": cast.sentinel.key})
    absent = ask("ben", "POST", cast.triage, json={"direction": "upstream", "system": "AI-9999"})
    assert (hidden.status_code, hidden.text) == (absent.status_code, absent.text)
    seen, cursor = [], ""
    while cursor is not None:
        page = ask("ada", "GET", cast.triage, query_string={"limit": 1, "cursor": cursor}).json
        seen += [one["system"] for one in page["items"]]
        cursor = page["next"]
    assert seen == [cast.sentinel.key] * 2


def test_writing_needs_the_scope_and_the_seat(ask, cast):
    body = {"direction": "upstream", "service": "X"}
    assert ask("otto", "POST", cast.triage, json=body).status_code == 403
    assert ask("ada", "POST", cast.triage, "registry:read", json=body).status_code == 403
    assert ask("ada", "GET", cast.triage, "systems:write").status_code == 403


def test_a_dependency_is_changed_by_whoever_has_read_it_and_its_ends_stay(program, cast):
    path = f"/systems/{cast.triage.key}/dependencies"
    made = program(
        "ada", "POST", path, {"direction": "upstream", "system": cast.pricing.key, "interface": "REST"}
    )
    one = made.headers["Location"].removeprefix("/api/v1")
    read = program("otto", "GET", one)
    assert (read.json, read.headers["ETag"]) == (made.json, made.headers["ETag"])
    wanted = {"contract_version": "4", "timeout_seconds": 2.5, "owner_id": cast.number("ben")}
    assert program("ada", "PATCH", one, wanted).status_code == 428
    changed = program("ada", "PATCH", one, wanted, read.headers["ETag"])
    told = {"contract_version": "4", "timeout_seconds": "2.5", "owner": "ben@example.org", "version": 2}
    assert changed.json == read.json | told
    assert program("ada", "PATCH", one, wanted, read.headers["ETag"]).status_code == 409
    assert program("otto", "PATCH", one, wanted, changed.headers["ETag"]).status_code == 403
    for wrong, field in (
        ({"system": cast.triage.key}, "system"),
        ({"freshness_minutes": -1}, "freshness_minutes"),
        ({"owner_id": 0}, "owner_id"),
    ):
        refused = program("ada", "PATCH", one, wrong, changed.headers["ETag"])
        assert [each["field"] for each in refused.json["problems"]] == [field]
    # Only whoever states it has it at an address; and of a hidden system not even that.
    elsewhere = one.replace(cast.triage.key, cast.pricing.key)
    assert program("ada", "GET", elsewhere).status_code == 404
    assert program("otto", "GET", one.replace(cast.triage.key, cast.sentinel.key)).status_code == 404


def test_a_dependency_is_tested_and_ended_and_stays_readable_with_its_tests(program, cast, frozen_clock):
    path = f"/systems/{cast.triage.key}/dependencies"
    made = program("ada", "POST", path, {"direction": "upstream", "service": "Address check"})
    one = f"{path}/{made.json['id']}"
    trial = {"on": "2026-10-30", "passed": False, "tried": "Switched it off.", "note": ""}
    tested = program("ada", "POST", f"{one}/tests", trial)
    assert (tested.status_code, tested.json) == (201, trial)
    read = program("otto", "GET", one).json
    assert (read["last_test"], [each["word"] for each in read["status"]]) == (trial, ["failing"])
    assert program("otto", "GET", f"{one}/tests").json["items"] == [trial]
    for wrong, field in (
        ({"on": "2026-11-03"}, "on"),
        ({"tried": " "}, "tried"),
        ({"passed": None}, "passed"),
    ):
        refused = program("ada", "POST", f"{one}/tests", trial | wrong)
        assert [each["field"] for each in refused.json["problems"]] == [field]
    assert program("ada", "POST", f"{one}/end", {}).json["problems"][0]["field"] == "because"
    ended = program("ada", "POST", f"{one}/end", {"because": "It comes checked by now."})
    assert (ended.json["ended_because"], ended.json["ended_at"]) == (
        "It comes checked by now.",
        frozen_clock.isoformat(),
    )
    assert program("otto", "GET", path).json["items"] == []
    assert program("otto", "GET", one).json == ended.json
    for verb, there, body in (("POST", "/tests", trial), ("POST", "/end", {"because": "x"})):
        assert program("ada", verb, f"{one}{there}", body).status_code == 422
        assert program("otto", verb, f"{one}{there}", body).status_code == 403


def test_what_waits_to_be_looked_at_again_is_told_as_far_as_the_reader_may_know(app, program, cast):
    with app.database.transaction() as session:
        adam = cast.actor(session, "adam")
        hidden = actions.add_dependency(
            session, adam, cast.sentinel.id, DependencyFacts(Direction.DOWNSTREAM, cast.triage.id)
        )
        asked = actions.ask_again(
            session, adam, cast.triage.id, Ask(Cause.TEST_FAILED, 1, dependency_id=hidden.id)
        )
    path = f"/systems/{cast.triage.key}/reconsiderations"
    told = {name: program(name, "GET", path).json["items"] for name in ("ada", "otto")}
    assert {each["number"] for items in told.values() for each in items} == {asked.id}
    assert "Sentinel" in told["ada"][0]["says"]
    assert "Sentinel" not in str(told["otto"])
