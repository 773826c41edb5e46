"""Reviews through the JSON door: read, narrowed and paged; nothing is decided there."""

import pytest

from registry.accounts import actions as accounts
from registry.reviews.rules.kinds import Kind
from tests.reviews.doing import decided, later, ready, submitted


@pytest.fixture
def api(app, cast):
    def ask(name, address, method="GET"):
        with app.database.transaction() as session:
            actor, person = cast.actor(session, name), cast.people[name]
            text, _ = accounts.issue_token(session, actor, person, "t", frozenset({"registry:read"}))
        headers = {"Authorization": f"Bearer {text}"}
        return app.test_client().open(f"/api/v1{address}", method=method, headers=headers)

    return ask


def test_reviews_are_listed_narrowed_and_paged_as_far_as_one_may_know_of_them(database, cast, api):
    with later(), database.transaction() as session:
        decided(session, cast, ready(session, cast))
        submitted(session, cast, kind=Kind.CHANGE)
        submitted(session, cast, system=cast.sentinel)

    def found(name, query):
        return [item["id"] for item in api(name, query).json["items"]]

    assert found("ada", "/reviews") == ["REV-0003", "REV-0002"]
    assert found("otto", "/reviews") == ["REV-0002"]
    assert found("otto", "/reviews?place=decided&kind=initial") == ["REV-0001"]
    assert found("otto", f"/systems/{cast.triage.key}/reviews") == ["REV-0002", "REV-0001"]
    page = api("ada", "/reviews?limit=1").json
    assert found("ada", f"/reviews?limit=1&cursor={page['next']}") == ["REV-0002"]
    one = api("otto", "/reviews?place=decided").json["items"][0]
    assert (one["state"], one["reviewer"], one["system"]) == ("approved", "Rita Reviewer", cast.triage.key)
    assert api("otto", "/reviews?place=lost").status_code == 422
    assert api("otto", f"/systems/{cast.sentinel.key}/reviews").status_code == 404


def test_nothing_is_written_through_the_door_of_programs(app):
    written = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("reviews_api") and rule.methods & {"POST", "PUT", "PATCH", "DELETE"}
    ]
    assert written == []
