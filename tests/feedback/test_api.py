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
