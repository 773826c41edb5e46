"""The JSON door: the same actions, strict input, revisions, and no error a client can cause."""

import pytest

from registry.accounts import actions as accounts
from registry.systems.queries import SORTS, lines
from registry.systems.rules.search import Listing
from tests.systems.lived_in import fill


@pytest.fixture
def token_of(database, cast):
    def issued(name, *scopes, system=None):
        with database.transaction() as session:
            text, _ = accounts.issue_token(
                session,
                cast.actor(session, name),
                cast.people[name],
                "test",
                frozenset(scopes or {"registry:read", "systems:write"}),
                system_id=system.id if system else None,
            )
        return {"Authorization": f"Bearer {text}"}

    return issued


@pytest.fixture
def api(app):
    return app.test_client()


def test_without_a_token_nothing_is_told(api, client_of, cast):
    for client in (api, client_of("ada")):
        reply = client.get("/api/v1/systems")
        assert reply.status_code == 401
        assert reply.mimetype == "application/problem+json"
        assert reply.json["status"] == 401


def test_a_list_goes_by_pages_and_holds_what_the_person_may_see(api, token_of, cast):
    headers, names, cursor = token_of("mia"), [], ""
    while cursor is not None:
        reply = api.get("/api/v1/systems", query_string={"limit": 1, "cursor": cursor}, headers=headers).json
        names += [item["name"] for item in reply["items"]]
        cursor = reply["next"]
    assert names == ["Claims triage", "Home pricing"]


def test_a_list_is_narrowed_as_the_register_page_is(api, token_of, cast):
    headers = token_of("mia")

    def keys(**query):
        reply = api.get("/api/v1/systems", query_string=query, headers=headers)
        return reply.status_code, [item["key"] for item in reply.json.get("items", ())]

    triage, pricing = cast.triage.key, cast.pricing.key
    assert keys(stage=["proposed", "live"]) == (200, [triage, pricing])
    assert keys(unit=cast.units["claims"].id) == (200, [triage])
    assert keys(owner=cast.number("olga")) == (200, [pricing])
    assert keys(missing="deputy", tier="none") == (200, [pricing])
    assert keys(q="premiums", stage="live") == (200, [])
    assert keys(stage="lost") == (422, [])


def test_a_list_comes_in_every_order_of_the_register_page_whole_and_page_by_page(
    api, token_of, database, cast
):
    with database.transaction() as session:
        fill(session, cast, 9)
    headers = token_of("ada")

    def keys(sort, limit):
        found, query = [], {"sort": sort, "limit": limit, "fields": "key"}
        while True:
            reply = api.get("/api/v1/systems", query_string=query, headers=headers).json
            found += [each["key"] for each in reply["items"]]
            if reply["next"] is None:
                return found
            query["cursor"] = reply["next"]

    with database.transaction(read_only=True) as session:
        ada = cast.actor(session, "ada")
        for name in SORTS:
            for down in (False, True):
                shown = lines(session, ada, Listing(sort=name, descending=down), limit=50).lines
                sort = f"-{name}" if down else name
                assert keys(sort, 2) == keys(sort, 200) == [each.key for each in shown], sort


def test_registering_and_changing_a_system(api, token_of, cast):
    headers = token_of("ada")
    body = {
        "name": "Router",
        "summary": "Routes letters.",
        "unit_id": cast.units["claims"].id,
        "owner_id": cast.number("ada"),
    }
    made = api.post("/api/v1/systems", json=body, headers=headers)
    assert made.status_code == 201
    read = api.get(made.headers["Location"], headers=headers)
    assert read.json["owner"] == "ada@example.org"
    changed = api.patch(
        made.headers["Location"],
        json={"technique": "Rules", "links": [{"label": "Code", "url": "https://example.org/x"}]},
        headers=headers | {"If-Match": read.headers["ETag"]},
    )
    assert changed.status_code == 200
    assert (changed.json["technique"], changed.json["summary"]) == ("Rules", "Routes letters.")
    stale = api.patch(
        made.headers["Location"],
        json={"technique": "Trees"},
        headers=headers | {"If-Match": read.headers["ETag"]},
    )
    assert stale.status_code == 409
    blind = api.patch(made.headers["Location"], json={"technique": "Trees"}, headers=headers)
    assert blind.status_code == 428
    assert (
        api.get(
            made.headers["Location"], headers=headers | {"If-None-Match": changed.headers["ETag"]}
        ).status_code
        == 304
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x"}, "summary"),
        ({"stage": "live"}, "stage"),
        ({"tier": "minimal"}, "tier"),
        ({"id": 1}, "id"),
        ({"version": 9}, "version"),
        ({"registered_by_id": 1}, "registered_by_id"),
        ({"unit_id": "one"}, "unit_id"),
        ({"owner_id": None}, "owner_id"),
        ({"owner_id": 2**62}, "owner_id"),
        ({"unit_id": 2**62}, "unit_id"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(api, token_of, cast, body, field):
    good = {
        "name": "Router",
        "summary": "Routes.",
        "unit_id": cast.units["claims"].id,
        "owner_id": cast.number("ada"),
    }
    if field == "summary":
        good = {}
    reply = api.post("/api/v1/systems", json=good | body, headers=token_of("ada"))
    assert reply.status_code == 422
    assert field in {problem["field"] for problem in reply.json["problems"]}


@pytest.mark.parametrize(
    "field", ["stage", "tier", "id", "version", "registered_by_id", "registered_at", "key", "owner_id"]
)
def test_no_field_outside_the_record_can_be_changed(api, token_of, cast, field):
    headers = token_of("ada")
    etag = api.get(f"/api/v1/systems/{cast.triage.key}", headers=headers).headers["ETag"]
    reply = api.patch(
        f"/api/v1/systems/{cast.triage.key}", json={field: 1}, headers=headers | {"If-Match": etag}
    )
    assert reply.status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[",
        b"[]",
        b"null",
        b'{"a": NaN}',
        b"[" * 60_000,
        b'{"name": "\\u0000"}',
        b"\xff\xfe",
        b'"text"',
        b'{"technique": null}',
    ],
)
def test_raw_bodies_are_answered_and_never_an_error(api, token_of, cast, body):
    headers = token_of("ada") | {"Content-Type": "application/json"}
    for method, url, extra in (
        ("POST", "/api/v1/systems", {}),
        ("PATCH", f"/api/v1/systems/{cast.triage.key}", {"If-Match": '"1"'}),
    ):
        reply = api.open(url, method=method, data=body, headers=headers | extra)
        assert reply.status_code in {409, 413, 415, 422}, (method, body[:20], reply.status_code)
        assert reply.mimetype == "application/problem+json"


def test_json_sent_as_text_is_refused(api, token_of, cast):
    headers = token_of("ada") | {"Content-Type": "text/plain"}
    assert api.post("/api/v1/systems", data=b"{}", headers=headers).status_code == 415


def test_scopes_and_seats_both_have_to_allow_it(api, token_of, cast):
    url = f"/api/v1/systems/{cast.triage.key}"
    etag = {"If-Match": '"1"'}
    assert api.patch(url, json={}, headers=token_of("ada", "registry:read") | etag).status_code == 403
    assert api.patch(url, json={}, headers=token_of("otto") | etag).status_code == 403
    assert api.get(f"/api/v1/systems/{cast.sentinel.key}", headers=token_of("otto")).status_code == 404
    assert (
        api.patch(
            f"/api/v1/systems/{cast.sentinel.key}", json={}, headers=token_of("olga") | etag
        ).status_code
        == 404
    )
    only = token_of("ada", "registry:read", system=cast.pricing)
    assert api.get(url, headers=only).status_code in {403, 404}


def test_a_token_in_the_address_is_not_looked_at(api, token_of, cast):
    token = token_of("ada")["Authorization"].removeprefix("Bearer ")
    assert api.get(f"/api/v1/systems?token={token}&access_token={token}").status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=-1",
        "limit=" + "9" * 20,
        "limit=000000012345",
        "limit=0000000001" + "2" * 4_500,
        "cursor=AAAA",
        "cursor=%00",
        "cursor=W10",
        "sort=mood",
        "sort=--name",
        "sort=registered&cursor=WyJyZWdpc3RlcmVkIiwgIngiLCAxXQ",
    ],
)
def test_a_list_asked_for_wrongly_says_what_is_wrong(api, token_of, cast, query):
    assert api.get(f"/api/v1/systems?{query}", headers=token_of("ada")).status_code == 422
