"""People and units as JSON: by pages, with the seats one may see, and not for a token made for one system."""

import pytest

from registry.accounts import actions as accounts


@pytest.fixture
def get(app, database, cast):
    def got(name, address, system_id=None, scope="registry:read", **query):
        with database.transaction() as session:
            who = cast.actor(session, name)
            scopes = frozenset({scope})
            text, _ = accounts.issue_token(
                session, who, cast.people[name], "test", scopes, system_id=system_id
            )
        headers = {"Authorization": f"Bearer {text}"}
        return app.test_client().get(f"/api/v1{address}", query_string=query, headers=headers)

    return got


def test_people_and_units_go_by_pages(get, cast):
    for address, known in (("/people", "Ada Owner"), ("/units", "Claims")):
        names, cursor = [], ""
        while cursor is not None:
            page = get("mia", address, limit=4, cursor=cursor).json
            names += [item["name"] for item in page["items"]]
            cursor = page["next"]
        assert names == sorted(names)
        assert len(set(names)) == len(names)
        assert known in names
    claims = next(item for item in get("mia", "/units").json["items"] if item["name"] == "Claims")
    assert (claims["path"], claims["head"]) == ("Halden Mutual / Claims", "hedy@example.org")


def test_people_are_narrowed_to_a_unit_with_those_below_and_by_words(get, cast):
    mutual = cast.units["claims"].parent_id
    assert len(get("mia", "/people", unit=mutual, here=1).json["items"]) == 11
    assert len(get("mia", "/people", unit=cast.units["claims"].id).json["items"]) == 5
    (ada,) = get("mia", "/people", q="owner ada").json["items"]
    assert (ada["email"], ada["unit"], ada["here"]) == ("ada@example.org", "Halden Mutual / Claims", True)
    assert get("mia", "/people", unit="x").status_code == 422
    assert get("mia", "/people", cursor="nonsense").status_code == 422


def test_a_persons_seats_are_those_the_reader_may_see(get, cast):
    ada = f"/people/{cast.number('ada')}"
    assert [seat["name"] for seat in get("mia", ada).json["seats"]] == ["Claims triage"]
    assert [seat["name"] for seat in get("hedy", ada).json["seats"]] == ["Claims triage", "Sentinel"]
    assert get("mia", "/people/999999999").status_code == 404


def test_a_token_for_one_system_or_without_the_scope_reads_nobody(get, cast):
    for address in ("/people", "/units", f"/people/{cast.number('ada')}"):
        assert get("ada", address, system_id=cast.triage.id).status_code == 403
        assert get("ada", address, scope="systems:write").status_code == 403
