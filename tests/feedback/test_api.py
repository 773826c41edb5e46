"""Feedback through the JSON door."""

import pytest

from registry.accounts import actions as accounts


@pytest.fixture
def api(app, cast):
    """Ask as somebody whose token may pass on feedback and read."""

    def ask(name, method, key, query="", json=None, scopes=("feedback:write", "registry:read")):
        with app.database.transaction() as session:
            text, _ = accounts.issue_token(
                session, cast.actor(session, name), cast.people[name], "t", frozenset(scopes)
            )
        url, headers = f"/api/v1/systems/{key}/feedback{query}", {"Authorization": f"Bearer {text}"}
        return app.test_client().open(url, method=method, json=json, headers=headers)

    return ask


def test_one_or_many_come_in_once_and_each_reporter_gets_an_address(app, api, cast):
    key = cast.triage.key
    one = api(
        "ben", "POST", key, json={"key": "a", "rating": 2, "comment": "Late", "contact": "x@example.org"}
    )
    assert (one.status_code, one.json["received"]) == (201, 1)
    answer = app.test_client().get(one.json["items"][0]["answer_url"])
    assert answer.status_code == 200
    again = api("ben", "POST", key, json={"key": "a", "rating": 2, "comment": "Late"})
    assert (again.status_code, again.json["received"], again.json["came_before"]) == (200, 0, 1)
    assert again.json["items"][0] == {
        "id": one.json["items"][0]["id"],
        "key": "a",
        "came_before": True,
        "answer_url": None,
    }
    batch = {"feedback": [{"key": "a"} | {"rating": 1}, {"key": "b", "outcome": "overridden"}, {"rating": 5}]}
    many = api("ben", "POST", key, json=batch)
    assert (many.json["received"], many.json["came_before"]) == (2, 1)
    first = api("ben", "GET", key, "?limit=2").json
    rest = api("ben", "GET", key, f"?limit=2&cursor={first['next']}").json
    found = first["items"] + rest["items"]
    assert [item["key"] for item in found] == [None, "b", "a"]
    assert found[-1]["comment"] == "Late"
    assert rest["next"] is None
    assert not any("contact" in item for item in found)
    assert api("ben", "GET", key, "?state=answered").json["items"] == []
    assert api("ben", "GET", key, "?state=lost").status_code == 422


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "comment"),
        ({"rating": 6}, "rating"),
        ({"rating": "5"}, "rating"),
        ({"rating": True}, "rating"),
        ({"category": "sad"}, "category"),
        ({"rating": 5, "state": "answered"}, "state"),
        ({"comment": "x", "key": "k" * 201}, "key"),
        ({"feedback": []}, "feedback"),
        ({"feedback": [{"rating": 5}, {"rating": 0}]}, "feedback.1.rating"),
        ({"feedback": [{"rating": 0}]}, "feedback.0.rating"),
        ({"feedback": [{"rating": "0"}]}, "feedback.0.rating"),
        ({"feedback": [{"rating": 5}], "extra": 1}, "extra"),
        ([], ""),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_does_not_fit_is_refused_by_its_name(api, cast, body, field):
    reply = api("ben", "POST", cast.triage.key, json=body)
    assert reply.status_code == 422
    assert [problem["field"] for problem in reply.json["problems"]] == [field]


def test_who_may_pass_on_and_read(api, cast):
    said = {"rating": 5}
    assert api("mia", "POST", cast.triage.key, json=said).status_code == 403
    assert api("mia", "GET", cast.triage.key).status_code == 200
    assert api("ben", "POST", cast.triage.key, json=said, scopes=("registry:read",)).status_code == 403
    assert api("ben", "GET", cast.triage.key, scopes=("feedback:write",)).status_code == 403
    hidden = api("ben", "POST", cast.sentinel.key, json=said)
    absent = api("ben", "POST", "AI-9999", json=said)
    assert hidden.status_code == absent.status_code == 404
    assert hidden.json == absent.json


def test_feedback_is_sorted_by_whoever_may_and_every_step_is_told_by_its_reply(program, cast):
    path = f"/systems/{cast.triage.key}/feedback"
    sent = [{"comment": f"Late {number}", "contact": "x@example.org"} for number in range(5)]
    taken = program("ben", "POST", path, {"feedback": sent}).json["items"]
    pieces = [f"{path}/{each['id']}" for each in taken]

    def step(place, what, body, name="ben"):
        return program(name, "POST", f"{pieces[place]}/{what}", body)

    themed = step(0, "theme", {"theme": "Slow"})
    assert (themed.json["theme"], themed.json["state"]) == ("Slow", "in_triage")
    assert program("otto", "GET", pieces[0]).json == themed.json
    assert "contact" not in themed.json
    new = step(1, "limitation", {"limitation": "Slow at night."})
    again = step(0, "limitation", {"limitation_id": new.json["limitation_id"]})
    assert {each.json["state"] for each in (new, again)} == {"known_limitation"}
    escalated = step(2, "escalate", {"needed": "Decide."})
    assert (escalated.json["escalated_to"], escalated.json["because"]) == ("ada@example.org", "Decide.")
    dismissed = step(3, "dismiss", {"because": "Of another system."})
    assert (dismissed.json["state"], dismissed.json["because"]) == ("dismissed", "Of another system.")
    assert step(4, "spam", {"is_spam": True}).json["state"] == "spam"
    assert step(4, "spam", {"is_spam": False}).json["state"] == "new"
    for place, what, body, field in (
        (0, "theme", {"theme": "x" * 81}, "theme"),
        (1, "limitation", {"limitation_id": 999_999}, "limitation_id"),
        (1, "limitation", {"limitation_id": 1, "limitation": "x"}, "limitation"),
        (1, "limitation", {}, "limitation"),
        (4, "escalate", {}, "needed"),
        (4, "dismiss", {}, "because"),
        (4, "spam", {}, "is_spam"),
        (4, "spam", {"is_spam": False}, ""),
    ):
        refused = step(place, what, body)
        assert (refused.status_code, [each["field"] for each in refused.json["problems"]]) == (422, [field])
        assert step(place, what, body, "mia").status_code == 403


def test_themes_are_renamed_and_merged_and_limitations_begin_and_end(program, cast, frozen_clock):
    path = f"/systems/{cast.triage.key}/feedback"
    for name in ("Slow", "Late"):
        [item] = program("ben", "POST", path, {"rating": 1}).json["items"]
        program("ben", "POST", f"{path}/{item['id']}/theme", {"theme": name})
    listed = {each["name"]: each for each in program("otto", "GET", f"{path}/themes").json["items"]}
    assert {name: each["count"] for name, each in listed.items()} == {"Slow": 1, "Late": 1}
    slow, late = (f"{path}/themes/{listed[name]['number']}" for name in ("Slow", "Late"))
    read = program("otto", "GET", slow)
    wanted = {"name": "Slow at night"}
    assert program("ben", "PATCH", slow, wanted).status_code == 428
    renamed = program("ben", "PATCH", slow, wanted, read.headers["ETag"])
    assert renamed.json == read.json | {"name": "Slow at night", "version": 2}
    assert program("ben", "PATCH", slow, wanted, read.headers["ETag"]).status_code == 409
    taken = program("ben", "PATCH", slow, {"name": "late"}, renamed.headers["ETag"])
    assert [each["field"] for each in taken.json["problems"]] == ["name"]
    for into in (listed["Late"]["number"], 999_999):
        refused = program("ben", "POST", f"{late}/merge", {"into_id": into})
        assert [each["field"] for each in refused.json["problems"]] == ["into_id"]
    assert program("ben", "POST", f"{late}/merge", {"into_id": listed["Slow"]["number"]}).json == renamed.json
    assert program("otto", "GET", late).status_code == 404
    [only] = program("otto", "GET", f"{path}/themes").json["items"]
    assert (only["name"], only["count"], only["lately"]) == ("Slow at night", 2, 2)
    added = program("ben", "POST", f"{path}/limitations", {"limitation": "Slow at night."})
    assert (added.status_code, added.json["since"], added.json["ended"]) == (201, "2026-11-02", None)
    assert program("ben", "POST", f"{path}/limitations", {"limitation": " "}).status_code == 422
    one = f"{path}/limitations/{added.json['number']}/end"
    assert program("ben", "POST", one).json == added.json | {"ended": "2026-11-02"}
    assert program("ben", "POST", one).status_code == 422
    assert program("otto", "GET", f"{path}/limitations").json["items"][0]["ended"] == "2026-11-02"
    assert program("mia", "POST", one).status_code == 403


def test_a_tool_that_passes_feedback_on_sorts_none(api, cast):
    key = cast.triage.key
    [item] = api("ben", "POST", key, json={"rating": 1}).json["items"]
    assert api("ben", "POST", key, f"/{item['id']}/dismiss", {"because": "x"}).status_code == 403
    done = api("ben", "POST", key, f"/{item['id']}/dismiss", {"because": "x"}, ("feedback:sort",))
    assert done.json["state"] == "dismissed"
